//! Drawing a world: cells where a cell covers a pixel or more, shares of live cells beyond.
//!
//! The region comes in exact coordinates and only what is seen is computed: an unbounded plane
//! is drawn from the tree, at a power of two of cells a pixel. The data of the scene are
//! relative to the camera's whole-number origin, so that views far from zero stay sharp.

use std::sync::Arc;

use loom_sim::camera::{Plane, Spot};
use loom_sim::colour::category;
use loom_sim::scene::{CellContent, Cells, Data, Layer, Paint, Path, Shape, Shapes, Space, Stroke};
use loom_sim::{Camera, ColorMap, Rgba, Scene, SimError, Value, View};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

pub(crate) mod marks;
mod over;
pub(crate) mod palette;
mod sample;
mod solid;
#[cfg(test)]
mod tests;
pub(crate) mod traced;

mod votes;

pub(crate) use over::{layer, over};

use crate::engine::Inside;
use crate::error::LifeError;
use crate::field::Field;
use crate::grid::Grid;
use crate::hashlife::{Bounds, Universe};
use crate::pattern::grid_corner;
use crate::rule::{Rule, Topology};
use crate::world::{Kept, World};

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
    let in_space = matches!(world.rule().topology, Topology::Box { .. });
    if in_space && !matches!(view.camera, Some(Camera::Plane(_))) {
        return Ok(solid::scene(world, view)?);
    }
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

/// The camera that shows everything: round a box, or above a plane.
pub(crate) fn camera(world: &World, size: [f64; 2]) -> Camera {
    match world.rule().topology {
        topology @ Topology::Box { .. } => solid::camera(topology, size),
        _ => Camera::Plane(fit(world, size).unwrap_or_default()),
    }
}

/// Whether a grid has this place: across its edges, where they meet.
pub(crate) fn lies_on(topology: Topology, x: &BigInt, y: &BigInt) -> bool {
    let (left, top) = grid_corner(topology);
    match (x.to_i64(), y.to_i64()) {
        (Some(x), Some(y)) => topology
            .source(x.saturating_sub(left), y.saturating_sub(top))
            .is_some(),
        _ => !matches!(
            topology,
            Topology::Bounded { .. } | Topology::Box { .. } | Topology::Strip { .. }
        ),
    }
}

/// The camera that shows the grid, or the live cells where it is unbounded.
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
    let (width, height) = topology.sides();
    let limit = |side: u32| (side > 0).then_some(side);
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
    let (left, width) = axis(0, left, limit(width));
    let (top, height) = axis(1, top, limit(height));
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
        match world.inside() {
            Inside::Device(device) => {
                return Ok(CellContent::Bits {
                    words: Data::Device(device.words().clone()),
                    words_per_row: device.words_per_row(),
                    palette,
                });
            }
            Inside::Packed(packed) => return Ok(bits(packed.cells(), blocks, world, palette)),
            _ => {}
        }
    }
    let shading = view.settings.get("shading").map(ToString::to_string);
    let shading = shading.as_deref().unwrap_or("ink");
    let rule = world.rule();
    if let (Inside::FieldOnDevice(device), None) = (world.inside(), other) {
        let (shades, palette) = if rule.states() > 2 {
            let shades = votes::shades(rule.states(), blocks.scale);
            (shades, states_palette(&rule, view, shading, shades))
        } else {
            (0, palette::shades(&view.ink, shading))
        };
        let size = [blocks.width, blocks.height];
        let places = device.show(first_block(world, blocks), blocks.scale, size, shades);
        return Ok(CellContent::States {
            states: Data::Device(places.map_err(LifeError::from)?),
            palette: palette.into(),
        });
    }
    if rule.states() > 2 {
        let shades = votes::shades(rule.states(), blocks.scale);
        if let Some((mut states, differing)) = states(world, blocks, other, shades)? {
            mark(&mut states, differing);
            return Ok(CellContent::States {
                states: states.into(),
                palette: states_palette(&rule, view, shading, shades).into(),
            });
        }
    }
    if let (Inside::Device(device), None) = (world.inside(), other) {
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
    mark(&mut states, differing);
    Ok(CellContent::States {
        states: states.into(),
        palette: palette::shades(&view.ink, shading).into(),
    })
}

/// Gives the blocks that differ their place in the palette.
fn mark(places: &mut [u8], differing: Vec<bool>) {
    for (place, different) in places.iter_mut().zip(differing) {
        if different {
            *place = DIFFERENT;
        }
    }
}

/// The colours of states in so many shades each.
fn states_palette(rule: &Rule, view: &View, shading: &str, shades: u32) -> Vec<Rgba> {
    votes::palette(&palette::of_states(rule, &view.ink, shading), shades)
}

/// The cells of a field, read back from a device if need be; nothing in other engines.
fn field(world: &World) -> Result<Option<Arc<Field>>, LifeError> {
    Ok(match world.inside() {
        Inside::Field(engine) => Some(Arc::clone(engine.field())),
        Inside::FieldOnDevice(device) => Some(device.cells()?),
        _ => None,
    })
}

/// Places in the palette of blocks of many states, and which blocks differ from another state's;
/// nothing in engines of two states.
fn states(
    world: &World,
    blocks: Blocks,
    other: Option<&Kept>,
    shades: u32,
) -> Result<Option<(Vec<u8>, Vec<bool>)>, SimError> {
    if let Some(field) = field(world)? {
        let states = sample::states(&field, blocks, shades);
        let differing = match other {
            Some(Kept::Field { field: theirs, .. }) => sample::differing(&field, blocks, theirs),
            _ => Vec::new(),
        };
        return Ok(Some((states, differing)));
    }
    if let Inside::Patches(patches) = world.inside() {
        let theirs = match other {
            Some(Kept::Patches { quilt, .. }) => Some(&**quilt),
            _ => None,
        };
        let (votes, differing) = sample::of_patches(patches, blocks, theirs);
        return Ok(Some((votes.places(blocks.scale, shades), differing)));
    }
    if let Inside::Tree(universe) = world.inside() {
        let (x, y) = (BigInt::from(blocks.left), BigInt::from(blocks.top));
        let seen = universe.states(&x, &y, blocks.scale, blocks.width, blocks.height);
        let places = seen
            .iter()
            .map(|&(state, share)| votes::place(state, share, shades));
        return Ok(Some((
            places.collect(),
            differing_in_tree(universe, blocks, other),
        )));
    }
    Ok(None)
}

/// Which blocks differ between two universes.
fn differing_in_tree(universe: &Universe, blocks: Blocks, other: Option<&Kept>) -> Vec<bool> {
    let Some(Kept::Tree(other)) = other else {
        return Vec::new();
    };
    let (x, y) = (BigInt::from(blocks.left), BigInt::from(blocks.top));
    let (scale, width, height) = (blocks.scale, blocks.width, blocks.height);
    universe
        .differing_blocks(other, &x, &y, scale, width, height)
        .unwrap_or_else(|| {
            // Two stores: the shares tell most of the difference.
            let shares = |universe: &Universe| universe.density(&x, &y, scale, width, height);
            let (ours, theirs) = (shares(universe), shares(other));
            ours.iter().zip(&theirs).map(|(a, b)| a != b).collect()
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
    if let Some(field) = field(world)? {
        let theirs = match other {
            Some(Kept::Field { field, .. }) => Some(&**field),
            _ => None,
        };
        return Ok(sample::shares(&field, blocks, theirs));
    }
    if let Inside::Patches(patches) = world.inside() {
        let theirs = match other {
            Some(Kept::Patches { quilt, .. }) => Some(&**quilt),
            _ => None,
        };
        let (votes, differing) = sample::of_patches(patches, blocks, theirs);
        return Ok((votes.shares(blocks.scale), differing));
    }
    if let Inside::Tiles(tiles) = world.inside() {
        let theirs = match other {
            Some(Kept::Tiles { sheet, .. }) => Some(&**sheet),
            _ => None,
        };
        return Ok(sample::of_tiles(&tiles.sheet(), blocks, theirs));
    }
    if let Inside::Tree(universe) = world.inside() {
        let (x, y) = (BigInt::from(blocks.left), BigInt::from(blocks.top));
        let shares = universe.density(&x, &y, blocks.scale, width, height);
        let differing = differing_in_tree(universe, blocks, other);
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

/// The cell that `cell:3,-4` names.
pub(crate) fn cell_of(id: &str) -> Option<[BigInt; 2]> {
    let (x, y) = id.strip_prefix("cell:")?.split_once(',')?;
    if id.len() > 2100 {
        return None;
    }
    Some([x.parse().ok()?, y.parse().ok()?])
}
