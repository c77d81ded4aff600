//! Drawing a world: cells where a cell covers a pixel or more, shares of live cells beyond.
//!
//! The region comes in exact coordinates and only what is seen is computed: an unbounded plane
//! is drawn from the tree, at a power of two of cells a pixel. The data of the scene are
//! relative to the camera's whole-number origin, so that views far from zero stay sharp.

use loom_sim::camera::{Plane, Spot};
use loom_sim::colour::{OKABE_ITO, category};
use loom_sim::scene::{CellContent, Cells, Data, Layer, Paint, Path, Shape, Shapes, Space, Stroke};
use loom_sim::view::Ink;
use loom_sim::{Camera, ColorMap, Rgba, Scene, SimError, Value, View};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::error::LifeError;
use crate::grid::Grid;
use crate::hashlife::Bounds;
use crate::pattern::grid_corner;
use crate::world::{Engine, Kept, World};

/// Coordinates beyond this can't be seen; doubled twice they still fit.
const FAR: i128 = 1 << 124;

/// The palette's place of cells that differ from the twin's.
const DIFFERENT: u8 = 255;

/// A rectangle of blocks of 2^scale cells a side, from the cell (left, top) on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Blocks {
    left: i128,
    top: i128,
    scale: u32,
    width: usize,
    height: usize,
}

/// The scene of a world for a view.
pub(crate) fn scene(world: &World, view: &View, other: Option<&Kept>) -> Result<Scene, SimError> {
    let plane = plane(world, view)?;
    let mut scene = Scene::new(Camera::Plane(plane.clone()));
    scene.background = Some(view.ink.ground);
    let blocks = blocks(world, view, &plane);
    if blocks.width > 0 && blocks.height > 0 {
        let content = content(world, view, blocks, other)?;
        let lines = view.settings.get("grid_lines").and_then(Value::as_boolean);
        let edge = (blocks.scale as f32).exp2();
        let (mut origin, mut size) = ([blocks.left, blocks.top], [blocks.width, blocks.height]);
        if let (CellContent::Bits { words, .. }, Some((width, height))) =
            (&content, world.rule().topology.size())
            && matches!(words, Data::Device(_))
        {
            // The device's words are the whole grid.
            let (left, top) = grid_corner(world.rule().topology);
            origin = [left.into(), top.into()];
            size = [width as usize, height as usize];
        }
        scene.layers.push(Layer::Cells(Cells {
            width: size[0] as u32,
            height: size[1] as u32,
            origin: local(&plane, origin),
            cell: edge,
            content,
            grid: lines.unwrap_or(true).then_some(view.ink.hairline),
        }));
    }
    let mut shapes = Vec::new();
    if let Some((width, height)) = world.rule().topology.size() {
        let (left, top) = grid_corner(world.rule().topology);
        let corner = [i128::from(left), i128::from(top)];
        let size = [f64::from(width), f64::from(height)];
        shapes.push(frame(&plane, corner, size, view.ink.secondary, 1.0));
    }
    if let Some([x, y]) = view.selected.as_deref().and_then(cell_of)
        && let (Some(x), Some(y)) = (x.to_i128(), y.to_i128())
    {
        shapes.push(frame(&plane, [x, y], [1.0, 1.0], category(1), 2.0));
    }
    if !shapes.is_empty() {
        scene.layers.push(Layer::Shapes(Shapes {
            space: Space::World,
            items: shapes.into(),
        }));
    }
    Ok(scene)
}

/// The rectangle's outline, so many pixels wide.
fn frame(plane: &Plane, corner: [i128; 2], size: [f64; 2], color: Rgba, width: f64) -> Shape {
    let [x, y] = local(plane, corner).map(f64::from);
    Shape::Path {
        path: Path::rectangle(x, y, size[0], size[1]),
        fill: None,
        stroke: Some(Stroke::solid(color, width / plane.scale)),
    }
}

/// A cell's corner relative to the camera's origin.
fn local(plane: &Plane, cell: [i128; 2]) -> [f32; 2] {
    std::array::from_fn(|axis| cell[axis].saturating_sub(plane.whole[axis]) as f32)
}

/// The view's camera, or the one that shows everything.
pub(crate) fn plane(world: &World, view: &View) -> Result<Plane, SimError> {
    match &view.camera {
        Some(Camera::Plane(plane)) if plane.scale.is_finite() && plane.scale > 0.0 => {
            let mut plane = plane.clone();
            plane.whole = plane.whole.map(|c| c.clamp(-FAR, FAR));
            Ok(plane)
        }
        _ => fit(world, view.points()),
    }
}

/// The camera that shows the grid, or the live cells on the unbounded plane.
pub(crate) fn fit(world: &World, size: [f64; 2]) -> Result<Plane, SimError> {
    let topology = world.rule().topology;
    let (corner, extent) = if let Some((width, height)) = topology.size() {
        let (left, top) = grid_corner(topology);
        (
            [i128::from(left), i128::from(top)],
            [f64::from(width), f64::from(height)],
        )
    } else {
        bounds_of(world.bounds()?)
    };
    let spot = |offset: [f64; 2]| {
        let start: [i128; 2] = std::array::from_fn(|i| corner[i].saturating_add(offset[i] as i128));
        Spot {
            whole: start,
            part: [0.0; 2],
        }
    };
    let mut plane = Plane::default();
    let margin = size[0].min(size[1]) / 12.0;
    plane.fit(spot([0.0; 2]), spot(extent), size, margin);
    // A handful of cells should not fill the window.
    plane.scale = plane.scale.min(24.0);
    Ok(plane)
}

/// Corner and extent of the live cells, as far as a camera reaches; a window around the origin
/// when there are none.
fn bounds_of(bounds: Option<Bounds>) -> ([i128; 2], [f64; 2]) {
    let Some((left, top, width, height)) = bounds else {
        return ([-16, -12], [32.0, 24.0]);
    };
    let near = |c: &BigInt| {
        let c = c
            .to_i128()
            .unwrap_or(if c < &BigInt::from(0) { -FAR } else { FAR });
        c.clamp(-FAR, FAR)
    };
    let far = FAR as f64;
    let length = |c: num_bigint::BigUint| c.to_f64().unwrap_or(far).min(far);
    ([near(&left), near(&top)], [length(width), length(height)])
}

/// The blocks that the view shows, at least a pixel wide each and no more than its budget.
fn blocks(world: &World, view: &View, plane: &Plane) -> Blocks {
    let pixels = plane.scale * f64::from(view.pixels_per_point);
    let mut scale = (-pixels.log2()).ceil().clamp(0.0, 120.0) as u32;
    let [low, high] = plane.corners(view.points());
    loop {
        let blocks = blocks_at(world, scale, low, high);
        if blocks.width.saturating_mul(blocks.height) <= view.budget.max(1) || scale >= 120 {
            return blocks;
        }
        scale += 1;
    }
}

fn blocks_at(world: &World, scale: u32, low: Spot, high: Spot) -> Blocks {
    let topology = world.rule().topology;
    // Blocks count from the grid's corner, or from the origin of the plane.
    let (left, top) = grid_corner(topology);
    let limits = topology.size();
    let axis = |axis: usize, corner: i64, side: Option<u32>| {
        let corner = i128::from(corner);
        let near = |c: i128| c.clamp(-FAR, FAR) - corner;
        let (mut first, mut end) = (
            near(low.whole[axis]) >> scale,
            (near(high.whole[axis]) >> scale) + 1,
        );
        if let Some(side) = side {
            first = first.max(0);
            end = end.min(((i128::from(side) - 1) >> scale) + 1);
        }
        let count = usize::try_from(end - first).unwrap_or(0);
        (corner + (first << scale), count)
    };
    let (left, width) = axis(0, left, limits.map(|size| size.0));
    let (top, height) = axis(1, top, limits.map(|size| size.1));
    Blocks {
        left,
        top,
        scale,
        width,
        height,
    }
}

fn content(
    world: &World,
    view: &View,
    blocks: Blocks,
    other: Option<&Kept>,
) -> Result<CellContent, SimError> {
    let palette = [view.ink.ground, view.ink.text];
    if blocks.scale == 0 && other.is_none() {
        match world.engine() {
            Engine::OnDevice(device) => {
                return Ok(CellContent::Bits {
                    words: Data::Device(device.words().clone()),
                    words_per_row: device.words_per_row(),
                    palette,
                });
            }
            Engine::Packed(packed) => return Ok(bits(packed.cells(), blocks, world, palette)),
            Engine::HashLife(_) => {}
        }
    }
    let shading = view.settings.get("shading").map(ToString::to_string);
    let shading = shading.as_deref().unwrap_or("ink");
    if let (Engine::OnDevice(device), None) = (world.engine(), other) {
        let map = ColorMap::all()
            .find(|map| map.name() == shading)
            .or_else(|| ColorMap::own(shading));
        let values = device
            .shade(
                first_block(world, blocks),
                blocks.scale,
                [blocks.width, blocks.height],
                map.is_none() && !view.ink.dark,
            )
            .map_err(LifeError::from)?;
        return Ok(CellContent::Field {
            values: Data::Device(values),
            paint: Paint::Map {
                map: map.unwrap_or(ColorMap::Gray),
                low: 0.0,
                high: 1.0,
                alpha: 1.0,
            },
        });
    }
    let (shares, differing) = sample(world, blocks, other)?;
    let mut states: Vec<u8> = shares.iter().map(|&share| level(share)).collect();
    for (state, different) in states.iter_mut().zip(differing) {
        if different {
            *state = DIFFERENT;
        }
    }
    Ok(CellContent::States {
        states: states.into(),
        palette: shades(&view.ink, shading).into(),
    })
}

/// The bits of the blocks, each one cell.
fn bits(grid: &Grid, blocks: Blocks, world: &World, palette: [Rgba; 2]) -> CellContent {
    let [x, y] = first_block(world, blocks);
    let per_row = blocks.width.div_ceil(32);
    let mut words = Vec::with_capacity(per_row * blocks.height);
    for row in y..y + blocks.height {
        for i in 0..per_row {
            words.push(grid.bits_at(x + 32 * i, row));
        }
    }
    CellContent::Bits {
        words: words.into(),
        words_per_row: per_row as u32,
        palette,
    }
}

/// The first block of a bounded grid's rectangle, counted from the grid's corner.
fn first_block(world: &World, blocks: Blocks) -> [usize; 2] {
    let (left, top) = grid_corner(world.rule().topology);
    let place = |at: i128, corner: i64| ((at - i128::from(corner)) >> blocks.scale) as usize;
    [place(blocks.left, left), place(blocks.top, top)]
}

/// Shares of live cells of the blocks, and which blocks differ from another state's.
fn sample(
    world: &World,
    blocks: Blocks,
    other: Option<&Kept>,
) -> Result<(Vec<f32>, Vec<bool>), SimError> {
    let (width, height) = (blocks.width, blocks.height);
    if let Engine::HashLife(universe) = world.engine() {
        let (x, y) = (BigInt::from(blocks.left), BigInt::from(blocks.top));
        let shares = universe.density(&x, &y, blocks.scale, width, height);
        let differing = match other {
            Some(Kept::Tree(other)) => universe
                .differing_blocks(other, &x, &y, blocks.scale, width, height)
                .unwrap_or_else(|| {
                    // Two stores: the shares tell most of the difference.
                    let theirs = other.density(&x, &y, blocks.scale, width, height);
                    shares.iter().zip(&theirs).map(|(a, b)| a != b).collect()
                }),
            _ => Vec::new(),
        };
        return Ok((shares, differing));
    }
    let grid = world.grid()?;
    let first = first_block(world, blocks);
    let counts = |grid: &Grid| grid.block_populations(first, blocks.scale, width, height);
    let cells = (-2.0 * blocks.scale as f32).exp2();
    let shares = counts(&grid)
        .iter()
        .map(|&count| count as f32 * cells)
        .collect();
    let differing = match other {
        Some(Kept::Cells(rule, theirs, _)) if rule.topology == world.rule().topology => {
            let differing = grid.differing(theirs);
            counts(&differing).iter().map(|&count| count > 0).collect()
        }
        _ => Vec::new(),
    };
    Ok((shares, differing))
}

/// The palette's place of a share: the square root, so that lone cells are seen.
fn level(share: f32) -> u8 {
    if share <= 0.0 {
        0
    } else {
        (share.sqrt() * 254.0).round().clamp(24.0, 254.0) as u8
    }
}

/// Ground, 254 shades and the colour of differences.
fn shades(ink: &Ink, name: &str) -> Vec<Rgba> {
    let map = ColorMap::all()
        .find(|map| map.name() == name)
        .or_else(|| ColorMap::own(name));
    let mut palette: Vec<Rgba> = (0..255u32)
        .map(|level| {
            let t = level as f32 / 254.0;
            match map {
                _ if level == 0 => ink.ground,
                Some(map) => map.at(t),
                None => {
                    let mix = |a: u8, b: u8| (f32::from(a) * (1.0 - t) + f32::from(b) * t).round();
                    let ([r, g, b, _], [s, h, c, _]) = (ink.ground.0, ink.text.0);
                    Rgba::opaque(mix(r, s) as u8, mix(g, h) as u8, mix(b, c) as u8)
                }
            }
        })
        .collect();
    palette.push(OKABE_ITO[5]);
    palette
}

/// The cell that `cell:3,-4` names.
pub(crate) fn cell_of(id: &str) -> Option<[BigInt; 2]> {
    let (x, y) = id.strip_prefix("cell:")?.split_once(',')?;
    if id.len() > 2100 {
        return None;
    }
    Some([x.parse().ok()?, y.parse().ok()?])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::entry;
    use crate::world::Means;
    use std::collections::BTreeSet;

    fn world(rule: &str, key: &str) -> World {
        let pattern = entry(key).unwrap().pattern().unwrap();
        World::new(rule.parse().unwrap(), &pattern, Means::default()).unwrap()
    }

    /// Places of live cells in a scene made for one cell a block or less.
    fn live(scene: &Scene) -> BTreeSet<(i64, i64)> {
        let Layer::Cells(cells) = &scene.layers[0] else {
            panic!("no cells");
        };
        assert_eq!(cells.cell, 1.0);
        let alive = |x: usize, y: usize| match &cells.content {
            CellContent::Bits {
                words,
                words_per_row,
                ..
            } => words.host().unwrap()[y * *words_per_row as usize + x / 32] >> (x % 32) & 1 != 0,
            CellContent::States { states, .. } => {
                states.host().unwrap()[y * cells.width as usize + x] != 0
            }
            CellContent::Field { .. } => panic!("a field"),
        };
        let Camera::Plane(plane) = &scene.camera else {
            panic!("no plane");
        };
        let place = |axis: usize, n: usize| {
            (f64::from(cells.origin[axis]) as i64) + plane.whole[axis] as i64 + n as i64
        };
        (0..cells.height as usize)
            .flat_map(|y| (0..cells.width as usize).map(move |x| (x, y)))
            .filter(|&(x, y)| alive(x, y))
            .map(|(x, y)| (place(0, x), place(1, y)))
            .collect()
    }

    #[test]
    fn the_cells_in_a_view_are_those_of_the_world_on_every_engine() {
        let mut view = View::new([300, 200]);
        for (rule, corner) in [
            ("B3/S23", 0),
            ("B3/S23:T100,90", -18),
            ("B3/S23:P77,65", -18),
        ] {
            let world = world(rule, "gosper-glider-gun");
            let expected: BTreeSet<(i64, i64)> = world
                .pattern(100)
                .unwrap()
                .placed(world.rule().topology)
                .flat_map(|run| (0..run.length as i64).map(move |d| (run.x + d, run.y)))
                .collect();
            assert_eq!(expected.len(), 36);
            assert!(expected.iter().any(|cell| cell.0 == corner));
            view.camera = Some(Camera::Plane(Plane::new([3.25, 2.5], 2.0, false)));
            assert_eq!(live(&scene(&world, &view, None).unwrap()), expected);
            // A window on a part of it.
            view.camera = Some(Camera::Plane(Plane::new([10.5, 3.5], 30.0, false)));
            let part = live(&scene(&world, &view, None).unwrap());
            let inside: BTreeSet<_> = expected
                .iter()
                .copied()
                .filter(|&(x, y)| (5..16).contains(&x) && (0..7).contains(&y))
                .collect();
            assert_eq!(part, inside, "{rule}");
        }
    }

    #[test]
    fn shading_adds_up_to_the_population_from_every_distance() {
        for rule in ["B3/S23", "B3/S23:T300,200"] {
            let world = world(rule, "acorn");
            for scale in [0.4, 0.11, 0.03, 1e-5] {
                let mut view = View::new([100, 80]);
                view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], scale, false)));
                let blocks = blocks(&world, &view, &plane(&world, &view).unwrap());
                assert!(f64::from(blocks.scale).exp2() * scale >= 1.0);
                let (shares, _) = sample(&world, blocks, None).unwrap();
                let sum: f64 = shares.iter().map(|&share| f64::from(share)).sum();
                let cells = sum * (2.0 * f64::from(blocks.scale)).exp2();
                assert!((cells - 7.0).abs() < 1e-3, "{rule} {scale}: {cells}");
            }
        }
    }

    #[test]
    fn a_difference_is_marked_where_it_is() {
        for rule in ["B3/S23", "B3/S23:T64"] {
            let mut world = world(rule, "glider");
            let kept = world.keep().unwrap();
            world
                .set([(BigInt::from(5), BigInt::from(6), true)])
                .unwrap();
            for (scale, marked) in [(4.0, 1), (0.1, 1)] {
                let mut view = View::new([200, 200]);
                view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], scale, false)));
                let scene = scene(&world, &view, Some(&kept)).unwrap();
                let Layer::Cells(cells) = &scene.layers[0] else {
                    panic!("no cells");
                };
                let CellContent::States { states, palette } = &cells.content else {
                    panic!("no states");
                };
                assert_eq!(palette.len(), 256);
                let found = states.host().unwrap().iter().filter(|&&s| s == DIFFERENT);
                assert_eq!(found.count(), marked, "{rule} {scale}");
            }
        }
    }

    #[test]
    fn cameras_at_the_end_of_the_plane_draw_nothing_and_break_nothing() {
        for rule in ["B3/S23", "B3/S23:T64"] {
            let world = world(rule, "glider");
            for whole in [i128::MAX, i128::MIN, 0] {
                for scale in [1e-37, 1e-9, 1e9, f64::NAN, -1.0] {
                    let mut view = View::new([64, 64]);
                    view.camera = Some(Camera::Plane(Plane {
                        whole: [whole, whole],
                        part: [0.5, 0.0],
                        scale,
                        y_up: false,
                    }));
                    assert!(scene(&world, &view, None).is_ok());
                }
            }
        }
    }
}
