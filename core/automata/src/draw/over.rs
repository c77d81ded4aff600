//! What lies over the cells: the selection, the pattern in hand, the shape that is being drawn,
//! the other layers.
//!
//! Rectangles are cut to what the view shows before they become numbers of the scene, so that
//! they stay sharp however far out and however large they are.

use std::sync::Arc;

use loom_sim::camera::Plane;
use loom_sim::colour::category;
use loom_sim::scene::{CellContent, Cells, Layer, Path, Shape, Shapes, Space, Stroke};
use loom_sim::{Camera, Rgba, Scene, SimError, View};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{FAR, blocks, local, palette, sample};
use crate::edit::Area;
use crate::hand::{self, Carried};
use crate::pattern::Pattern;
use crate::world::World;

/// How much of what is below is covered by a selection, and by a pattern in hand.
const VEIL: f32 = 0.14;
const HELD: f32 = 0.6;

/// The most cells of a pattern in hand that are drawn, as blocks.
const MOST: i128 = 1 << 22;

/// Draws what is selected and in hand over a world's scene.
pub(crate) fn over(scene: &mut Scene, world: &World, view: &View, carried: Option<Carried>) {
    let Camera::Plane(plane) = scene.camera.clone() else {
        return;
    };
    let mut shapes = Vec::new();
    if let Ok(Some(area)) = Area::read(hand::text(view, hand::SELECTION)) {
        let ink = view.ink.text;
        shapes.extend(rectangle(&plane, view, &area, ink, 1.5));
    }
    if let Some([from, to]) = hand::ends(hand::text(view, hand::GHOST)) {
        if hand::text(view, hand::TOOL) == "line" {
            shapes.extend(line(&plane, view, &from, &to));
        } else {
            let area = Area::between(&from, &to);
            shapes.extend(rectangle(&plane, view, &area, category(1), 1.0));
        }
    }
    if let Some((pattern, corner)) = carried {
        scene
            .layers
            .extend(pattern_layer(&plane, world, view, &pattern, &corner));
        let size = (pattern.size.0.max(1), pattern.size.1.max(1));
        let [left, top] = corner;
        let area = Area {
            left,
            top,
            width: size.0.into(),
            height: size.1.into(),
        };
        shapes.extend(rectangle(&plane, view, &area, category(1), 1.0));
    }
    if !shapes.is_empty() {
        scene.layers.push(Layer::Shapes(Shapes {
            space: Space::World,
            items: shapes.into(),
        }));
    }
}

/// The cells of what the view shows with some pixels around: left, top, right and bottom, the
/// last two behind the last cell.
fn window(plane: &Plane, view: &View) -> [i128; 4] {
    let [low, high] = plane.corners(view.points());
    let around = (16.0 / plane.scale).ceil().min(1e30) as i128 + 1;
    let near = |c: i128| c.clamp(-FAR, FAR);
    [
        near(low.whole[0]) - around,
        near(low.whole[1]) - around,
        near(high.whole[0]) + 1 + around,
        near(high.whole[1]) + 1 + around,
    ]
}

/// The part of a range that lies in another one, as machine numbers.
fn cut(start: &BigInt, end: &BigInt, low: i128, high: i128) -> Option<(i128, i128)> {
    let inside = |c: &BigInt| c.clone().clamp(low.into(), high.into()).to_i128();
    let (start, end) = (inside(start)?, inside(end)?);
    (start < end).then_some((start, end))
}

/// A rectangle of cells with a line around it, cut outside of the view.
fn rectangle(plane: &Plane, view: &View, area: &Area, ink: Rgba, width: f64) -> Option<Shape> {
    let [left, top, right, bottom] = window(plane, view);
    let (x0, x1) = cut(&area.left, &area.right(), left, right)?;
    let (y0, y1) = cut(&area.top, &area.bottom(), top, bottom)?;
    let [x, y] = local(plane, [x0, y0]).map(f64::from);
    let path = Path::rectangle(x, y, (x1 - x0) as f64, (y1 - y0) as f64);
    Some(Shape::Path {
        path,
        fill: Some(ink.with_alpha(VEIL)),
        stroke: Some(Stroke::solid(ink, width / plane.scale)),
    })
}

/// A line from the middle of one cell to that of another, as broad as a cell.
fn line(plane: &Plane, view: &View, from: &[BigInt; 2], to: &[BigInt; 2]) -> Option<Shape> {
    let place = |cell: &[BigInt; 2]| {
        let at = [cell[0].to_i128()?, cell[1].to_i128()?];
        Some(local(plane, at).map(|c| f64::from(c) + 0.5))
    };
    let path = Path::polyline(&[place(from)?, place(to)?]);
    let stroke = Stroke {
        round: true,
        ..Stroke::solid(view.ink.text.with_alpha(HELD), (2.0 / plane.scale).max(0.9))
    };
    Some(Shape::Path {
        path,
        fill: None,
        stroke: Some(stroke),
    })
}

/// The live cells of a pattern in hand; from afar the highest state of every block.
fn pattern_layer(
    plane: &Plane,
    world: &World,
    view: &View,
    pattern: &Pattern,
    corner: &[BigInt; 2],
) -> Option<Layer> {
    let [left, top, right, bottom] = window(plane, view);
    let (width, height) = (pattern.size.0.max(1), pattern.size.1.max(1));
    // What is seen of the pattern, in cells of the plane and then in its own.
    let (x0, x1) = cut(&corner[0], &(&corner[0] + width), left, right)?;
    let (y0, y1) = cut(&corner[1], &(&corner[1] + height), top, bottom)?;
    let own = |c: i128, corner: &BigInt| (BigInt::from(c) - corner).to_i64();
    let (u0, v0) = (own(x0, &corner[0])?, own(y0, &corner[1])?);
    let (columns, rows) = (x1 - x0, y1 - y0);
    let pixels = plane.scale * f64::from(view.pixels_per_point);
    let mut scale = (-pixels.log2()).ceil().clamp(0.0, 60.0) as u32;
    let blocks = |cells: i128, scale: u32| ((cells - 1) >> scale) + 1;
    while blocks(columns, scale) * blocks(rows, scale) > MOST.min(view.budget.max(1) as i128) {
        scale += 1;
    }
    let across = blocks(columns, scale) as usize;
    let down = blocks(rows, scale) as usize;
    let mut states = vec![0u8; across * down];
    let first = pattern.runs.partition_point(|run| run.y < v0);
    for run in &pattern.runs[first..] {
        let y = i128::from(run.y - v0);
        if y >= rows {
            break;
        }
        let start = i128::from(run.x - u0).max(0);
        let end = (i128::from(run.x - u0) + i128::from(run.length)).min(columns);
        if start >= end {
            continue;
        }
        let row = (y >> scale) as usize * across;
        let blocks = row + (start >> scale) as usize..=row + ((end - 1) >> scale) as usize;
        for state in &mut states[blocks] {
            *state = (*state).max(run.state);
        }
    }
    let shading = hand::text(view, "shading");
    let rule = world.rule();
    let mut colours: Vec<Rgba> = if rule.states() > 2 {
        palette::of_states(&rule, &view.ink, shading)
    } else {
        vec![view.ink.ground, view.ink.text]
    };
    colours.resize(256, view.ink.text);
    for (state, colour) in colours.iter_mut().enumerate() {
        *colour = colour.with_alpha(if state == 0 { 0.0 } else { HELD });
    }
    Some(Layer::Cells(Cells {
        width: across as u32,
        height: down as u32,
        origin: local(plane, [x0, y0]),
        cell: (scale as f32).exp2(),
        content: CellContent::States {
            states: states.into(),
            palette: colours.into(),
        },
        grid: None,
    }))
}

/// Draws another layer's live cells in an ink of their own over a scene.
///
/// # Errors
/// The device.
pub(crate) fn layer(
    scene: &mut Scene,
    world: &World,
    view: &View,
    ink: Rgba,
) -> Result<(), SimError> {
    let Camera::Plane(plane) = scene.camera.clone() else {
        return Ok(());
    };
    let blocks = blocks(world, view, &plane);
    if blocks.width == 0 || blocks.height == 0 {
        return Ok(());
    }
    let (shares, _) = sample(world, blocks, None)?;
    let states: Vec<u8> = shares.iter().map(|&share| super::level(share)).collect();
    let palette: Arc<[Rgba]> = (0..=255u32)
        .map(|level| ink.with_alpha(0.8 * level.min(254) as f32 / 254.0))
        .collect();
    scene.layers.push(Layer::Cells(Cells {
        width: blocks.width as u32,
        height: blocks.height as u32,
        origin: local(&plane, [blocks.left, blocks.top]),
        cell: (blocks.scale as f32).exp2(),
        content: CellContent::States {
            states: states.into(),
            palette,
        },
        grid: None,
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::draw::scene;
    use crate::rle;
    use crate::world::Means;

    fn plane_world() -> World {
        World::new(
            "B3/S23".parse().unwrap(),
            &Pattern::default(),
            Means::default(),
        )
        .unwrap()
    }

    fn at(whole: [i128; 2], scale: f64) -> View {
        let mut view = View::new([200, 100]);
        view.camera = Some(Camera::Plane(Plane {
            whole,
            part: [0.0; 2],
            scale,
            y_up: false,
        }));
        view
    }

    /// The corners of the only rectangle that lies over the cells, in pixels.
    fn drawn(view: &View, carried: Option<Carried>) -> Option<[[f64; 2]; 2]> {
        let world = plane_world();
        let mut scene = scene(&world, view, None).unwrap();
        over(&mut scene, &world, view, carried);
        let Camera::Plane(plane) = &scene.camera else {
            return None;
        };
        let Layer::Shapes(shapes) = scene.layers.last()? else {
            return None;
        };
        let Some(Shape::Path { path, .. }) = shapes.items.first() else {
            return None;
        };
        let corner = |i: usize| match path.segments[i] {
            loom_sim::scene::Segment::Move(p) | loom_sim::scene::Segment::Line(p) => {
                plane.local_to_screen(p, view.points())
            }
            _ => [f64::NAN; 2],
        };
        Some([corner(0), corner(2)])
    }

    #[test]
    fn a_selection_lies_around_its_cells_near_and_far_and_from_any_distance() {
        for far in [0i128, 1 << 90, -(1 << 100)] {
            let mut view = at([far + 5, far - 3], 10.0);
            let text = format!("{} {} 4 2", far + 3, far - 4);
            view.settings.insert("selection".into(), text.into());
            // The middle of the view, (100, 50), is the corner of the cell (far + 5, far - 3).
            assert_eq!(drawn(&view, None), Some([[80.0, 40.0], [120.0, 60.0]]));
        }
        let mut view = at([0, 0], 1.0 / 1024.0);
        view.settings
            .insert("selection".into(), "-10240 0 20480 2048".into());
        assert_eq!(drawn(&view, None), Some([[90.0, 50.0], [110.0, 52.0]]));
        // One that reaches beyond everything lies around the view.
        let far = "9".repeat(900);
        view.settings.insert(
            "selection".into(),
            format!("-{far} -{far} {far}{far} {far}{far}").into(),
        );
        assert_eq!(drawn(&view, None), None);
        let area = format!("-{far} -{far} {}0 {}0", "9".repeat(900), "9".repeat(900));
        view.settings.insert("selection".into(), area.into());
        let [low, high] = drawn(&view, None).unwrap();
        assert!(low[0] < 0.0 && low[1] < 0.0 && high[0] > 200.0 && high[1] > 100.0);
    }

    #[test]
    fn a_pattern_in_hand_is_drawn_cell_by_cell_and_from_afar_by_blocks() {
        let glider = Arc::new(rle::read("x = 3, y = 3\nbo$2bo$3o!").unwrap());
        for far in [0i128, 1 << 90] {
            for (scale, side, live) in [(10.0, 3, 5), (0.5, 2, 4), (0.1, 1, 1)] {
                let view = at([far, far], scale);
                let world = plane_world();
                let mut scene = scene(&world, &view, None).unwrap();
                let corner = [BigInt::from(far) - 1, BigInt::from(far)];
                over(&mut scene, &world, &view, Some((glider.clone(), corner)));
                let Some(Layer::Cells(cells)) = scene.layers.get(1) else {
                    panic!("no pattern");
                };
                assert_eq!((cells.width, cells.height), (side, side), "{scale}");
                assert_eq!(cells.origin, [-1.0, 0.0]);
                let CellContent::States { states, palette } = &cells.content else {
                    panic!("no states");
                };
                let seen: u32 = states.host().unwrap().iter().map(|&s| u32::from(s)).sum();
                assert_eq!(seen, live);
                assert_eq!(palette[0].0[3], 0);
                assert!((100..200).contains(&palette[1].0[3]));
            }
        }
        // Out of sight nothing is drawn.
        let far = [BigInt::from(1) << 4000, BigInt::from(0)];
        assert_eq!(drawn(&at([0, 0], 1.0), Some((glider, far))), None);
    }
}
