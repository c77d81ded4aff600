//! Drawing a continuous automaton: a field of colours with its legend.

use loom_sim::camera::{Plane, Spot};
use loom_sim::colour::category;
use loom_sim::scene::{
    CellContent, Cells, Data, Layer, Legend, Paint, Path, Shape, Shapes, Space, Stroke,
};
use loom_sim::{Camera, ColorMap, Rgba, Scene, SimError, Value, View};

use super::field::Field;
use super::plan::Plan;

/// A coordinate's limit: beyond nothing is drawn, and arithmetic stays exact.
const FAR: i128 = 1 << 60;

/// What a view wants to see, read from its settings.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// None: all channels as colours.
    pub species: Option<usize>,
    pub map: ColorMap,
    /// Ends of the colour map; none: those of the values.
    pub range: Option<[f64; 2]>,
}

impl Look {
    pub fn new(plan: &Plan, view: &View) -> Self {
        let text = |key: &str| {
            let value = view.settings.get(key).or_else(|| plan.settings.get(key));
            value.map_or(String::new(), ToString::to_string)
        };
        let real = |key: &str, default: f64| {
            let value = view.settings.get(key).or_else(|| plan.settings.get(key));
            value.and_then(Value::as_real).unwrap_or(default)
        };
        let shown = text("species");
        let species = plan.law.species.iter().position(|s| *s == shown);
        Self {
            species: (shown != "all").then(|| species.unwrap_or(0)),
            map: ColorMap::of(&text("map")).unwrap_or(ColorMap::Batlow),
            range: (text("scale") != "fit").then(|| [real("low", 0.0), real("high", 1.0)]),
        }
    }
}

/// The whole grid's corner, in whole cells: the middle is the origin.
pub(crate) fn corner(width: usize, height: usize) -> [i128; 2] {
    [-((width / 2) as i128), -((height / 2) as i128)]
}

/// The camera that shows the grid.
pub(crate) fn fit([width, height]: [usize; 2], size: [f64; 2]) -> Plane {
    let [x, y] = corner(width, height);
    let spot = |whole: [i128; 2]| Spot {
        whole,
        part: [0.0; 2],
    };
    let mut plane = Plane::default();
    let margin = size[0].min(size[1]) / 12.0;
    let end = [x + width as i128, y + height as i128];
    plane.fit(spot([x, y]), spot(end), size, margin);
    plane
}

/// The view's camera, or the one that shows everything.
pub(crate) fn plane(grid: [usize; 2], view: &View) -> Plane {
    match &view.camera {
        Some(Camera::Plane(plane)) if plane.scale.is_finite() && plane.scale > 0.0 => {
            let mut plane = plane.clone();
            plane.whole = plane.whole.map(|c| c.clamp(-FAR, FAR));
            plane
        }
        _ => fit(grid, view.points()),
    }
}

/// Cells a side of a block that is drawn as one: none is smaller than about a pixel, and all fit
/// into the view's budget.
pub(crate) fn block(grid: [usize; 2], view: &View, plane: &Plane) -> usize {
    let pixels = plane.scale * f64::from(view.pixels_per_point);
    let fine = (1.0 / pixels).clamp(1.0, 64.0).floor() as usize;
    let budget = view.budget.max(1);
    (fine..=4096)
        .find(|&b| grid[0].div_ceil(b).saturating_mul(grid[1].div_ceil(b)) <= budget)
        .unwrap_or(4096)
}

/// Means over blocks of cells, row by row.
pub(crate) fn sampled(field: &Field, species: usize, block: usize) -> Vec<f32> {
    let (columns, rows) = (
        field.width().div_ceil(block),
        field.height().div_ceil(block),
    );
    if block == 1 {
        let rows = (0..rows).flat_map(|y| field.row(species, y));
        return rows.map(|x| *x as f32).collect();
    }
    let mut values = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        let lines = row * block..((row + 1) * block).min(field.height());
        for column in 0..columns {
            let range = column * block..((column + 1) * block).min(field.width());
            let count = (range.len() * lines.len()) as f64;
            let sum: f64 = lines
                .clone()
                .flat_map(|y| &field.row(species, y)[range.clone()])
                .sum();
            values.push((sum / count) as f32);
        }
    }
    values
}

/// What a scene of values is made of.
pub(crate) struct Values {
    pub data: Data<f32>,
    pub title: String,
    pub map: ColorMap,
    pub range: [f64; 2],
}

/// A scene with a layer of cells, frame and legend.
pub(crate) fn scene(
    grid: [usize; 2],
    block: usize,
    content: Content,
    plane: Plane,
    view: &View,
) -> Scene {
    let mut scene = Scene::new(Camera::Plane(plane.clone()));
    scene.background = Some(view.ink.ground);
    let at = corner(grid[0], grid[1]);
    let local: [f32; 2] = std::array::from_fn(|axis| (at[axis] - plane.whole[axis]) as f32);
    let content = match content {
        Content::Values(values) => {
            let [low, high] = values.range;
            scene.legends.push(Legend::Bar {
                title: values.title,
                unit: String::new(),
                map: values.map,
                low,
                high,
            });
            CellContent::Field {
                values: values.data,
                paint: Paint::Map {
                    map: values.map,
                    low: low as f32,
                    high: high as f32,
                    alpha: 1.0,
                },
            }
        }
        Content::Colors {
            states,
            palette,
            keys,
        } => {
            scene.legends.push(Legend::Keys {
                title: "Channels".into(),
                entries: keys,
            });
            CellContent::States {
                states: states.into(),
                palette: palette.into(),
            }
        }
    };
    scene.layers.push(Layer::Cells(Cells {
        width: grid[0].div_ceil(block) as u32,
        height: grid[1].div_ceil(block) as u32,
        origin: local,
        cell: block as f32,
        content,
        grid: None,
    }));
    let mut shapes = vec![frame(
        &plane,
        local.map(f64::from),
        grid.map(|n| n as f64),
        view.ink.secondary,
        1.0,
    )];
    if let Some([x, y]) = view.selected.as_deref().and_then(cell_of) {
        let at = [
            (i128::from(x) - plane.whole[0]) as f64,
            (i128::from(y) - plane.whole[1]) as f64,
        ];
        shapes.push(frame(&plane, at, [1.0, 1.0], category(1), 2.0));
    }
    scene.layers.push(Layer::Shapes(Shapes {
        space: Space::World,
        items: shapes.into(),
    }));
    scene
}

/// What the cells of a scene hold.
pub(crate) enum Content {
    Values(Values),
    Colors {
        states: Vec<u8>,
        palette: Vec<Rgba>,
        keys: Vec<(String, Rgba)>,
    },
}

fn frame(plane: &Plane, at: [f64; 2], size: [f64; 2], color: Rgba, width: f64) -> Shape {
    Shape::Path {
        path: Path::rectangle(at[0], at[1], size[0], size[1]),
        fill: None,
        stroke: Some(Stroke::solid(color, width / plane.scale)),
    }
}

/// The content that a look wants of cells on the host, `other` being a twin's.
pub(crate) fn content(
    plan: &Plan,
    look: &Look,
    field: &Field,
    other: Option<&Field>,
    block: usize,
) -> Result<Content, SimError> {
    if let Some(other) = other {
        return difference(plan, look, field, other, block);
    }
    let Some(species) = look.species else {
        return Ok(colors(plan, field, block));
    };
    let range = look.range.unwrap_or_else(|| {
        let all = field.summary(species);
        [all.least, all.greatest]
    });
    Ok(Content::Values(Values {
        data: sampled(field, species, block).into(),
        title: plan.law.species[species].clone(),
        map: look.map,
        range: wide(range),
    }))
}

/// A range that is not empty.
fn wide([low, high]: [f64; 2]) -> [f64; 2] {
    if (high - low).abs() > 1e-12 * low.abs().max(high.abs()) {
        [low, high]
    } else {
        [low - 0.5, high + 0.5]
    }
}

/// How far a twin is ahead, cell by cell.
fn difference(
    plan: &Plan,
    look: &Look,
    field: &Field,
    other: &Field,
    block: usize,
) -> Result<Content, SimError> {
    let same = (field.width(), field.height(), field.species())
        == (other.width(), other.height(), other.species());
    if !same {
        return Err(SimError::other("The twin has another grid."));
    }
    let species = look.species.unwrap_or(0);
    let mut apart = other.clone();
    for (mine, theirs) in apart.values_mut().iter_mut().zip(field.values()) {
        *mine -= theirs;
    }
    let all = apart.summary(species);
    let most = all.least.abs().max(all.greatest.abs()).max(1e-12);
    Ok(Content::Values(Values {
        data: sampled(&apart, species, block).into(),
        title: format!("Twin − run, {}", plan.law.species[species]),
        map: ColorMap::Vik,
        range: [-most, most],
    }))
}

/// The colours of the first three channels: vermilion, bluish green and blue, which people who
/// see fewer colours can tell apart.
const INKS: [[f32; 3]; 3] = [[0.94, 0.42, 0.10], [0.10, 0.78, 0.55], [0.25, 0.45, 0.95]];

/// The levels of three channels that a palette of at most 256 colours has: 6 × 6 × 6 of them, or,
/// where the channels share what there is, ten each with a sum of at most nine.
fn levels(shared: bool) -> (usize, Vec<[usize; 3]>) {
    let steps: usize = if shared { 9 } else { 5 };
    let each = || 0..=steps;
    let all = each().flat_map(|a| each().flat_map(move |b| each().map(move |c| [a, b, c])));
    let fits = |l: &[usize; 3]| !shared || l.iter().sum::<usize>() <= steps;
    (steps, all.filter(fits).collect())
}

/// Channels as light of three colours.
fn colors(plan: &Plan, field: &Field, block: usize) -> Content {
    let channels: Vec<Vec<f32>> = (0..field.species().min(3))
        .map(|s| sampled(field, s, block))
        .collect();
    let cells = channels.first().map_or(0, Vec::len);
    let at = |place: usize| -> [f32; 3] {
        std::array::from_fn(|s| channels.get(s).map_or(0.0, |c| c[place].clamp(0.0, 1.0)))
    };
    let shared = (0..cells).all(|place| at(place).iter().sum::<f32>() <= 1.02);
    let (steps, list) = levels(shared);
    let key = |l: [usize; 3]| (l[0] * 16 + l[1]) * 16 + l[2];
    let mut places = vec![0; 16 * 16 * 16];
    for (place, levels) in list.iter().enumerate() {
        places[key(*levels)] = place as u8;
    }
    let states = (0..cells)
        .map(|place| {
            let mut wanted = at(place).map(|v| (v * steps as f32).round() as usize);
            while shared && wanted.iter().sum::<usize>() > steps {
                let most = if wanted[0] >= wanted[1].max(wanted[2]) {
                    0
                } else if wanted[1] >= wanted[2] {
                    1
                } else {
                    2
                };
                wanted[most] -= 1;
            }
            places[key(wanted)]
        })
        .collect();
    let color = |levels: &[usize; 3]| {
        let part = |c: usize| {
            let lit = levels.iter().zip(&INKS).map(|(l, ink)| *l as f32 * ink[c]);
            (255.0 * (lit.sum::<f32>() / steps as f32).min(1.0)).round() as u8
        };
        Rgba::opaque(part(0), part(1), part(2))
    };
    let full = [[steps, 0, 0], [0, steps, 0], [0, 0, steps]];
    let keys = plan.law.species.iter().cloned();
    Content::Colors {
        states,
        palette: list.iter().map(color).collect(),
        keys: keys.zip(full.iter().map(color)).collect(),
    }
}

/// The cell that `cell:3,-4` names.
pub(crate) fn cell_of(id: &str) -> Option<[i64; 2]> {
    let (x, y) = id.strip_prefix("cell:")?.split_once(',')?;
    Some([x.parse().ok()?, y.parse().ok()?])
}
