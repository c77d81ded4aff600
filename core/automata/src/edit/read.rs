//! Reading the live cells of a rectangle, from every engine in its own form.

use loom_sim::SimError;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::area::Area;
use super::patch::Patch;
use crate::engine::Inside;
use crate::error::LifeError;
use crate::field::Field;
use crate::grid::Grid;
use crate::patches::{self, Quilt};
use crate::pattern::{Pattern, Run, grid_corner};
use crate::tiles::{self, Sheet};
use crate::world::World;

/// The most live cells that one edit may touch: a run of cells takes 24 bytes, and lone cells
/// are a run each, so that what is read and what is written stay below 400 MiB each.
pub const MOST: u64 = 1 << 24;

/// Why so many cells are refused.
pub(crate) fn too_many(most: u64) -> SimError {
    SimError::other(format!(
        "These are more than {most} cells, too many for one edit: select fewer."
    ))
}

/// The live cells of a rectangle, those in the rectangle around all live cells.
///
/// # Errors
/// More than `most` of them; cells that lie 2^61 apart; the device.
pub fn read(world: &World, area: &Area, most: u64) -> Result<Patch, SimError> {
    let nothing = || Patch::empty(area.corner());
    let Some(bounds) = world.bounds()? else {
        return Ok(nothing());
    };
    let Some(part) = area.meet(&Area::of_bounds(bounds)) else {
        return Ok(nothing());
    };
    let Some(size) = part.small() else {
        return Err(SimError::other(
            "The cells lie further apart than 2^61: select fewer.",
        ));
    };
    let corner = part.corner();
    let mut taker = Taker {
        size,
        taken: Pattern::default(),
        cells: 0,
        most,
    };
    match world.inside() {
        Inside::Tree(universe) => {
            let Some(cells) = universe.cells_in(&corner, size, most) else {
                return Err(too_many(most));
            };
            return Ok(Patch::of_cells(corner, size, cells));
        }
        Inside::Packed(packed) => {
            let (left, top) = grid_corner(packed.rule().topology);
            taker.grid(packed.cells(), offset(&corner, left, top)?)?;
        }
        Inside::Device(device) => {
            let (left, top) = grid_corner(device.rule().topology);
            taker.grid(&*world.grid()?, offset(&corner, left, top)?)?;
        }
        Inside::Field(engine) => {
            let (left, top) = engine.field().corner();
            taker.field(engine.field(), offset(&corner, left, top)?)?;
        }
        Inside::FieldOnDevice(device) => {
            let field = device.cells().map_err(LifeError::from)?;
            let (left, top) = field.corner();
            taker.field(&field, offset(&corner, left, top)?)?;
        }
        Inside::Patches(sewn) => {
            let [x, y] = offset(&corner, 0, 0)?;
            let (right, bottom) = (x + size.0, y + size.1);
            let side = patches::SIDE as i64;
            let near = |&((px, py), _): &((i64, i64), _)| {
                px * side < right
                    && px * side + side > x
                    && py * side < bottom
                    && py * side + side > y
            };
            let quilt: Quilt = sewn.quilt().into_iter().filter(near).collect();
            let pattern = patches::pattern_of(&quilt);
            for run in pattern.placed(crate::rule::Topology::Plane) {
                taker.run(run.x - x, run.y - y, run.length as i64, run.state)?;
            }
        }
        Inside::Tiles(tiles) => {
            let [x, y] = offset(&corner, 0, 0)?;
            let (right, bottom) = (x + size.0, y + size.1);
            let near = |&((tx, ty), _): &((i64, i64), tiles::Block)| {
                tx * 64 < right && tx * 64 + 64 > x && ty * 64 < bottom && ty * 64 + 64 > y
            };
            let sheet: Sheet = tiles.sheet().into_iter().filter(near).collect();
            let pattern = tiles::pattern_of(&sheet);
            for run in pattern.placed(crate::rule::Topology::Plane) {
                taker.run(run.x - x, run.y - y, run.length as i64, run.state)?;
            }
        }
    }
    Ok(Patch {
        corner,
        size,
        runs: taker.taken.runs,
    })
}

/// A corner as columns and rows from another one. Cells of these engines lie within 2^56.
fn offset(corner: &[BigInt; 2], left: i64, top: i64) -> Result<[i64; 2], SimError> {
    let [x, y] = [&corner[0] - left, &corner[1] - top];
    match (x.to_i64(), y.to_i64()) {
        (Some(x), Some(y)) => Ok([x, y]),
        _ => Err(SimError::other("The cells lie too far out.")),
    }
}

/// Takes runs of a rectangle that starts at (0, 0).
struct Taker {
    size: (i64, i64),
    taken: Pattern,
    cells: u64,
    most: u64,
}

impl Taker {
    /// Takes the part of a run that lies in the rectangle.
    fn run(&mut self, x: i64, y: i64, length: i64, state: u8) -> Result<(), SimError> {
        let (width, height) = self.size;
        let (start, end) = (x.max(0), (x + length).min(width));
        if !(0..height).contains(&y) || start >= end || state == 0 {
            return Ok(());
        }
        self.cells += (end - start) as u64;
        if self.cells > self.most {
            return Err(too_many(self.most));
        }
        self.taken.push_state(start, y, (end - start) as u64, state);
        Ok(())
    }

    fn grid(&mut self, grid: &Grid, [left, top]: [i64; 2]) -> Result<(), SimError> {
        let (width, height) = self.size;
        for y in 0..height {
            let Ok(row) = usize::try_from(top + y) else {
                continue;
            };
            let mut x = 0;
            while x < width {
                let mut bits = grid.bits_at((left + x) as usize, row);
                while bits != 0 {
                    let first = bits.trailing_zeros();
                    let length = (bits >> first).trailing_ones();
                    self.run(x + i64::from(first), y, i64::from(length), 1)?;
                    let end = first + length;
                    bits = if end == 32 { 0 } else { bits >> end << end };
                }
                x += 32;
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, [left, top]: [i64; 2]) -> Result<(), SimError> {
        let (width, height) = self.size;
        for y in 0..height {
            let row = field.row((top + y) as usize);
            let row = &row[left as usize..(left + width) as usize];
            let mut x = 0;
            while x < row.len() {
                let state = row[x];
                let length = row[x..].iter().take_while(|&&s| s == state).count();
                self.run(x as i64, y, length as i64, state)?;
                x += length;
            }
        }
        Ok(())
    }
}

/// The runs that make a rectangle one state, row by row from its corner.
pub(crate) fn rows(size: (i64, i64), state: u8) -> Vec<Run> {
    let (width, height) = size;
    (0..height)
        .map(|y| Run {
            y,
            x: 0,
            length: width as u64,
            state,
        })
        .collect()
}
