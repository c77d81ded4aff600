//! Advancing a part of the cells in the families that have a place to keep: squares of blocks
//! start in even columns, sheets lie one below the other, and the present row of one dimension
//! is the last of many.
//!
//! Blocks and cells in space go on as a copy of the whole world in which, after every
//! generation, all that doesn't belong to the part is killed. So a part sees the rest as dead,
//! edges that meet go on meeting, and the squares of blocks alternate from the clock's phase on.
//! The clock itself stays, as everywhere; after an odd number of generations a part of blocks is
//! out of step with the rest.
//!
//! A row has its columns for a part, and the rows of the past are no cells that could go on.

use loom_sim::SimError;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive};

use super::area::Area;
use super::part::{MOST_SINGLE, too_long, too_many, work};
use super::patch::Patch;
use super::read::{MOST, read};
use crate::means::Kept;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Line, Topology};
use crate::world::World;

/// One generation.
fn step(world: &mut World) -> Result<(), SimError> {
    let one = BigUint::one();
    if world.advance(&one, &mut || false)? != one {
        return Err(too_long());
    }
    Ok(())
}

/// Kills all cells of a rectangle, or all others.
fn kill(world: &mut World, area: &Area, outside: bool) -> Result<(), SimError> {
    if world.erase(area, outside)? {
        return Ok(());
    }
    let cells = read(world, area, MOST)?;
    if outside {
        world.clear()?;
        return Ok(world.set_runs(&cells.corner, &cells.runs)?);
    }
    Ok(world.set_runs(&cells.corner, &cells.graves())?)
}

/// Advances the cells of a rectangle, all others seen as dead, generation by generation.
///
/// # Errors
/// Too much work; memory; the device.
pub(super) fn inside(world: &mut World, area: &Area, generations: u64) -> Result<(), SimError> {
    if generations > MOST_SINGLE {
        return Err(too_many("inside"));
    }
    let cells = world.area().map_or_else(|| area.cells(), BigInt::from);
    work(&cells, generations)?;
    let mut part = World::of_kept(&world.keep()?, world.means().clone())?;
    kill(&mut part, area, true)?;
    for _ in 0..generations {
        step(&mut part)?;
        kill(&mut part, area, true)?;
    }
    let after = read(&part, area, MOST)?;
    kill(world, area, false)?;
    Ok(world.set_runs(&after.corner, &after.runs)?)
}

/// The present row of a rule of one dimension.
fn present(world: &World) -> Result<i64, SimError> {
    match world.keep()? {
        Kept::Field { now, .. } => Ok(now),
        _ => Err(SimError::other("These cells have no present row.")),
    }
}

/// Columns from one up to, but without, another.
type Columns = std::ops::Range<i64>;

/// The columns of a rectangle, as far as cells can lie.
fn columns(area: &Area) -> Columns {
    let near = |c: BigInt| {
        let far = 1i64 << 60;
        c.clamp((-far).into(), far.into()).to_i64().unwrap_or(0)
    };
    near(area.left.clone())..near(area.right())
}

fn common(one: &Columns, other: &Columns) -> Columns {
    one.start.max(other.start)..one.end.min(other.end)
}

/// Advances the columns of a rectangle in the present row, or all others. The result takes the
/// present row's place, and no new rows are written.
///
/// # Errors
/// Too much work; memory; the device.
pub(super) fn row(
    world: &mut World,
    line: &Line,
    area: &Area,
    generations: u64,
    outside: bool,
) -> Result<(), SimError> {
    let (rule, now) = (world.rule(), present(world)?);
    let (side, _) = rule.topology.sides();
    let (left, _) = grid_corner(rule.topology);
    let grid = (side > 0).then(|| left..left + i64::from(side));
    let selected = columns(area);
    let goes_on = |x: i64| selected.contains(&x) != outside;
    let far = 1i64 << 60;
    let own = read(world, &Area::new(-far, now, 2 * far, 1), MOST)?;
    let shift = own.corner[0].to_i64().unwrap_or(0);
    let live = own.cells().map(|(x, _, state)| (x + shift, state));
    let live: Vec<(i64, u8)> = live.filter(|&(x, _)| goes_on(x)).collect();
    // Nothing gets further than the reach in every generation.
    let frame = match (&grid, live.first().zip(live.last())) {
        (Some(grid), _) => grid.clone(),
        (None, None) => return Ok(()),
        (None, Some((first, last))) => {
            let spread = (line.reach() as u64)
                .saturating_mul(generations)
                .min(1 << 59) as i64;
            let reached = first.0 - spread..last.0 + spread + 1;
            if outside {
                reached
            } else {
                common(&reached, &selected)
            }
        }
    };
    let width = usize::try_from(frame.end - frame.start).map_err(|_| too_long())?;
    let looks = width.saturating_mul(2 * line.reach() + 1);
    work(&BigInt::from(looks), generations)?;
    if width as u64 > world.means().memory / 4 {
        return Err(too_long());
    }
    let mut cells = vec![0u8; width];
    for (x, state) in &live {
        cells[(x - frame.start) as usize] = *state;
    }
    let wraps = matches!(
        rule.topology,
        Topology::Torus { .. } | Topology::Strip { wraps: true, .. }
    );
    let still = common(&selected, &frame);
    let still = if still.is_empty() {
        0..0
    } else {
        (still.start - frame.start) as usize..(still.end - frame.start) as usize
    };
    for _ in 0..generations {
        cells = next(&cells, line, wraps);
        if outside {
            cells[still.clone()].fill(0);
        } else {
            cells[..still.start].fill(0);
            cells[still.end..].fill(0);
        }
    }
    let before = Patch::of_cells(
        [shift.into(), now.into()],
        own.size,
        live.iter()
            .map(|&(x, state)| (x - shift, 0, state))
            .collect(),
    );
    world.set_runs(&before.corner, &before.graves())?;
    let mut after = Pattern::default();
    for (x, state) in (0..).zip(cells) {
        after.push_state(x, 0, 1, state);
    }
    Ok(world.set_runs(&[frame.start.into(), now.into()], &after.runs)?)
}

/// A row one generation later; beyond its ends lies nothing, or its other end.
fn next(cells: &[u8], line: &Line, wraps: bool) -> Vec<u8> {
    let (reach, width) = (line.reach(), cells.len());
    let mut padded = vec![0; width + 2 * reach];
    padded[reach..reach + width].copy_from_slice(cells);
    if wraps && width > 0 {
        for d in 0..reach {
            padded[reach - 1 - d] = cells[width - 1 - d % width];
            padded[reach + width + d] = cells[d % width];
        }
    }
    let blocks = padded.windows(2 * reach + 1);
    blocks.map(|cells| line.next(cells)).collect()
}
