//! Flooding: the cells of one state that are joined by their edges to a cell.

use std::collections::HashMap;

use loom_sim::SimError;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::area::Area;
use super::combine::Changes;
use super::read::read;
use crate::engine::Inside;
use crate::pattern::{Run, grid_corner};
use crate::rule::Topology;
use crate::world::World;

/// The most cells that a flood may reach.
pub const MOST: u64 = 1 << 22;

/// Cells of a tile's side.
const SIDE: i64 = 64;

/// What is known of a square of cells.
struct Tile {
    states: Vec<u8>,
    reached: Vec<bool>,
}

/// Cells of a world by tiles, counted from a place near the start.
struct Pool<'a> {
    world: &'a World,
    /// What (0, 0) is.
    origin: [BigInt; 2],
    topology: Topology,
    tiles: HashMap<(i64, i64), Tile>,
}

fn endless() -> SimError {
    SimError::other("This region has no end: close it, or flood a cell inside a border.")
}

impl Pool<'_> {
    fn tile(&mut self, at: (i64, i64)) -> Result<&mut Tile, SimError> {
        if !self.tiles.contains_key(&at) {
            let corner = [&self.origin[0] + at.0 * SIDE, &self.origin[1] + at.1 * SIDE];
            let mut states = vec![0; (SIDE * SIDE) as usize];
            if matches!(self.world.inside(), Inside::Tiles(_)) {
                for (place, state) in states.iter_mut().enumerate() {
                    let (x, y) = (place as i64 % SIDE, place as i64 / SIDE);
                    *state = self.world.state(&(&corner[0] + x), &(&corner[1] + y))?;
                }
            } else {
                let [left, top] = corner.clone();
                let side = BigInt::from(SIDE);
                let area = Area {
                    left,
                    top,
                    width: side.clone(),
                    height: side,
                };
                let patch = read(self.world, &area, u64::MAX)?;
                let near = |axis: usize| {
                    let c = &patch.corner[axis] - &corner[axis];
                    c.to_i64().unwrap_or(0)
                };
                let (dx, dy) = (near(0), near(1));
                for (x, y, state) in patch.cells() {
                    states[((y + dy) * SIDE + x + dx) as usize] = state;
                }
            }
            let reached = vec![false; states.len()];
            self.tiles.insert(at, Tile { states, reached });
        }
        self.tiles
            .get_mut(&at)
            .ok_or_else(|| SimError::other("A tile of cells is missing."))
    }

    /// Reaches a cell; whether it is of this state and was not reached before.
    fn reach(&mut self, [x, y]: [i64; 2], state: u8) -> Result<bool, SimError> {
        let tile = self.tile((x.div_euclid(SIDE), y.div_euclid(SIDE)))?;
        let place = (y.rem_euclid(SIDE) * SIDE + x.rem_euclid(SIDE)) as usize;
        let new = tile.states[place] == state && !tile.reached[place];
        tile.reached[place] |= new;
        Ok(new)
    }

    /// The cell that stands there across the edges of the grid.
    fn on_grid(&self, [x, y]: [i64; 2]) -> Option<[i64; 2]> {
        if self.topology == Topology::Plane {
            return Some([x, y]);
        }
        self.topology.source(x, y).map(|(x, y)| [x, y])
    }
}

/// The runs that give the region of a cell another state, counted from a corner.
///
/// # Errors
/// A region without end, or of more than [`MOST`] cells; the device.
pub(super) fn flood(
    world: &World,
    at: &[BigInt; 2],
    state: u8,
) -> Result<([BigInt; 2], Vec<Run>), SimError> {
    let topology = world.rule().topology;
    let old = world.state(&at[0], &at[1])?;
    if old == state {
        return Ok((at.clone(), Vec::new()));
    }
    let (left, top) = grid_corner(topology);
    // On a grid cells count from its corner, along an unbounded side from the origin.
    let (origin, start) = if topology == Topology::Plane {
        (at.clone(), [0, 0])
    } else {
        let x = (&at[0] - left).to_i64();
        let y = (&at[1] - top).to_i64();
        let (Some(x), Some(y)) = (x, y) else {
            return Err(SimError::other("This cell lies too far out to be flooded."));
        };
        ([left.into(), top.into()], [x, y])
    };
    let mut pool = Pool {
        world,
        origin: origin.clone(),
        topology,
        tiles: HashMap::new(),
    };
    let Some(start) = pool.on_grid(start) else {
        return Err(SimError::other("This cell lies outside the grid."));
    };
    let (columns, rows) = topology.sides();
    // Dead cells outside the rectangle of all live ones are joined and have no end.
    let live = world.bounds()?.map(Area::of_bounds);
    let outside = |[x, y]: [i64; 2]| {
        let (x, y) = (&origin[0] + x, &origin[1] + y);
        let Some(live) = &live else {
            return true;
        };
        (columns == 0 && (x < live.left || x >= live.right()))
            || (rows == 0 && (y < live.top || y >= live.bottom()))
    };
    let bounded = columns > 0 && rows > 0;
    let mut front = vec![start];
    let mut reached = 0u64;
    pool.reach(start, old)?;
    while let Some([x, y]) = front.pop() {
        reached += 1;
        if reached > MOST {
            return Err(SimError::other(format!(
                "This region has more than {MOST} cells, too many to be flooded."
            )));
        }
        if !bounded && old == 0 && outside([x, y]) {
            return Err(endless());
        }
        for next in [[x, y - 1], [x + 1, y], [x, y + 1], [x - 1, y]] {
            if let Some(next) = pool.on_grid(next)
                && pool.reach(next, old)?
            {
                front.push(next);
            }
        }
    }
    let mut cells: Vec<(i64, i64)> = Vec::with_capacity(reached as usize);
    for (&(tx, ty), tile) in &pool.tiles {
        for (place, _) in tile.reached.iter().enumerate().filter(|(_, r)| **r) {
            let (x, y) = (place as i64 % SIDE, place as i64 / SIDE);
            cells.push((ty * SIDE + y, tx * SIDE + x));
        }
    }
    cells.sort_unstable();
    let mut changes = Changes::default();
    for (y, x) in cells {
        changes.push(x, y, 1, state);
    }
    Ok((origin, changes.0))
}
