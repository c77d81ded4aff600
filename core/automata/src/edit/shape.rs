//! The edits of rectangles, on any engine.

use loom_sim::SimError;
use num_bigint::BigInt;

use super::combine::{Changes, Mode, put};
use super::read::{MOST, read, rows, too_many};
use super::{Area, Edit, Patch, chance, combine, flood, part, share};
use crate::error::LifeError;
use crate::pattern::{Pattern, grid_corner};
use crate::rle;
use crate::rule::{Family, MAX_SIDE, Topology};
use crate::world::{EngineChoice, Means, World};

/// The most copies that are made at once.
const COPIES: u32 = 4096;

/// The part of a rectangle that lies on the world's grid.
fn clipped(world: &World, area: &Area) -> Result<Area, SimError> {
    area.on_grid(world.rule().topology)
        .ok_or_else(|| SimError::other("This rectangle lies outside the grid."))
}

/// Sides of a rectangle of which every cell is looked at.
fn every_cell(area: &Area) -> Result<(i64, i64), SimError> {
    match area.small() {
        Some(size) if area.cells() <= BigInt::from(MOST) => Ok(size),
        _ => Err(too_many(MOST)),
    }
}

/// Fails where live cells would get lost beyond the edges of a grid that is dead outside.
fn room(world: &World, patch: &Patch) -> Result<(), SimError> {
    let topology = world.rule().topology;
    let dead_outside = matches!(
        topology,
        Topology::Bounded { .. } | Topology::Box { .. } | Topology::Strip { wraps: false, .. }
    );
    if let Some(area) = patch.bounds().filter(|_| dead_outside)
        && area.on_grid(topology).as_ref() != Some(&area)
    {
        return Err(SimError::other(
            "Cells would lie outside the grid: move the selection away from its edges.",
        ));
    }
    Ok(())
}

fn state_of(world: &World, state: u8) -> Result<(), SimError> {
    let rule = world.rule();
    if usize::from(state) < rule.states() {
        return Ok(());
    }
    Err(SimError::Input(format!(
        "state {state}; rule {} has {} states, from 0 on",
        rule.name(),
        rule.states()
    )))
}

fn kill(world: &mut World, patch: &Patch) -> Result<(), LifeError> {
    world.set_runs(&patch.corner, &patch.graves())
}

impl Edit {
    /// What is done to a rectangle; after an error some of it may be done already.
    pub(super) fn rectangle(&self, world: &mut World) -> Result<(), SimError> {
        match self {
            Self::Put { rle, at, mode } => {
                let pattern = rle::read_or_find(rle).map_err(LifeError::from)?;
                put(world, &combine::patch(&pattern, at)?, *mode)
            }
            Self::Chance {
                area,
                density,
                highest,
                symmetry,
                seed,
            } => {
                share(*density)?;
                state_of(world, *highest)?;
                let area = clipped(world, area)?;
                let size = every_cell(&area)?;
                let Some((left, top, width, height)) = symmetry.part(size) else {
                    return Err(SimError::other(
                        "No square lies in the very middle of this selection: make it wider or \
                         higher by a cell.",
                    ));
                };
                let corner = [&area.left + left, &area.top + top];
                let highest = (*highest).max(1);
                let runs = chance::runs((width, height), *density, highest, *symmetry, *seed);
                Ok(world.set_runs(&corner, &runs)?)
            }
            Self::Erase { area, outside } => {
                if world.erase(area, *outside)? {
                    return Ok(());
                }
                let cells = read(world, area, MOST)?;
                if *outside {
                    world.clear()?;
                    return Ok(world.set_runs(&cells.corner, &cells.runs)?);
                }
                Ok(kill(world, &cells)?)
            }
            Self::Fill { area, state } => {
                state_of(world, *state)?;
                let area = clipped(world, area)?;
                if *state == 0 {
                    let cells = read(world, &area, MOST)?;
                    return Ok(kill(world, &cells)?);
                }
                let size = every_cell(&area)?;
                Ok(world.set_runs(&area.corner(), &rows(size, *state))?)
            }
            Self::Invert { area } => invert(world, area),
            Self::Turn { area, by } => {
                let cells = read(world, area, MOST)?;
                let turned = cells.turned(*by, area);
                room(world, &turned)?;
                kill(world, &cells)?;
                put(world, &turned, Mode::Or)
            }
            Self::Move { area, by, mode } => {
                let cells = read(world, area, MOST)?;
                kill(world, &cells)?;
                let moved = whole(cells, area, *mode)?.moved(&by[0].0, &by[1].0);
                room(world, &moved)?;
                put(world, &moved, *mode)
            }
            Self::Repeat {
                area,
                by,
                copies,
                mode,
            } => {
                if *copies > COPIES {
                    return Err(SimError::Input(format!(
                        "{copies} copies; at most {COPIES} are made at once"
                    )));
                }
                let mut copy = whole(read(world, area, MOST)?, area, *mode)?;
                if copy.population().saturating_mul(u64::from(*copies)) > MOST {
                    return Err(too_many(MOST));
                }
                for _ in 0..*copies {
                    copy = copy.moved(&by[0].0, &by[1].0);
                    room(world, &copy)?;
                    put(world, &copy, *mode)?;
                }
                Ok(())
            }
            Self::Replace {
                area,
                from,
                to,
                swap,
            } => replace(world, area.as_ref(), *from, *to, *swap),
            Self::Flood { at, state } => {
                state_of(world, *state)?;
                let at = [at[0].0.clone(), at[1].0.clone()];
                let (corner, runs) = flood::flood(world, &at, *state)?;
                Ok(world.set_runs(&corner, &runs)?)
            }
            Self::Tile {
                area,
                rle,
                start,
                gap,
            } => tile(world, area, rle, *start, *gap),
            Self::Advance {
                area,
                generations,
                outside,
            } => part::advance_part(world, area, *generations, *outside),
            Self::Torus { area } => torus(world, area),
            _ => Err(SimError::other("This is no edit of a rectangle.")),
        }
    }
}

/// Cells with the whole of their rectangle, where dead ones count as well.
fn whole(cells: Patch, area: &Area, mode: Mode) -> Result<Patch, SimError> {
    match mode {
        Mode::Or | Mode::Xor => Ok(cells),
        Mode::Copy | Mode::And => cells.framed(area),
    }
}

/// State s of n becomes n − 1 − s.
fn invert(world: &mut World, area: &Area) -> Result<(), SimError> {
    let area = clipped(world, area)?;
    let (width, height) = every_cell(&area)?;
    let highest = (world.rule().states() - 1).min(255) as u8;
    let cells = whole(read(world, &area, MOST)?, &area, Mode::Copy)?;
    let mut runs = Changes::default();
    let mut live = cells.runs.iter().peekable();
    for y in 0..height {
        let mut x = 0;
        while let Some(run) = live.next_if(|run| run.y == y) {
            if run.x > x {
                runs.push(x, y, (run.x - x) as u64, highest);
            }
            runs.push(run.x, y, run.length, highest - run.state.min(highest));
            x = run.x + run.length as i64;
        }
        if x < width {
            runs.push(x, y, (width - x) as u64, highest);
        }
    }
    Ok(world.set_runs(&area.corner(), &runs.0)?)
}

/// Gives cells of one state another one, in a rectangle or everywhere.
fn replace(
    world: &mut World,
    area: Option<&Area>,
    from: u8,
    to: u8,
    swap: bool,
) -> Result<(), SimError> {
    state_of(world, from)?;
    state_of(world, to)?;
    // Dead cells are replaced where there is an end to them.
    let dead = from == 0 || (swap && to == 0);
    let grid = Area::of_grid(world.rule().topology);
    let area = match (area, world.bounds()?) {
        (Some(area), _) => clipped(world, area)?,
        (None, _) if dead => grid.ok_or_else(|| {
            SimError::other("There is no end of dead cells: select those that are meant.")
        })?,
        (None, Some(bounds)) => Area::of_bounds(bounds),
        (None, None) => return Ok(()),
    };
    let change = |state: u8| {
        if state == from {
            to
        } else if swap && state == to {
            from
        } else {
            state
        }
    };
    let mut cells = read(world, &area, MOST)?;
    if !dead {
        for run in &mut cells.runs {
            run.state = change(run.state);
        }
        return Ok(world.set_runs(&cells.corner, &cells.runs)?);
    }
    let (width, height) = every_cell(&area)?;
    let cells = whole(cells, &area, Mode::Copy)?;
    let mut states = vec![0u8; (width * height) as usize];
    for (x, y, state) in cells.cells() {
        states[(y * width + x) as usize] = state;
    }
    let mut runs = Changes::default();
    for (at, state) in (0..).zip(states) {
        if change(state) != state {
            runs.push(at % width, at / width, 1, change(state));
        }
    }
    Ok(world.set_runs(&area.corner(), &runs.0)?)
}

/// Fills a rectangle with copies of a pattern, cut at its edges.
fn tile(
    world: &mut World,
    area: &Area,
    rle: &str,
    start: [i64; 2],
    gap: u32,
) -> Result<(), SimError> {
    let pattern = rle::read_or_find(rle).map_err(LifeError::from)?;
    let area = clipped(world, area)?;
    let (width, height) = every_cell(&area)?;
    state_of(world, pattern.highest_state())?;
    let side = |side: u64| (side as i64 + i64::from(gap)).max(1);
    let (across, down) = (side(pattern.size.0), side(pattern.size.1));
    if pattern.runs.is_empty() {
        return Err(SimError::other(
            "The pattern has no live cells to tile with.",
        ));
    }
    let copies = BigInt::from(width / across + 2) * BigInt::from(height / down + 2);
    if copies * pattern.population() > BigInt::from(4 * MOST) {
        return Err(too_many(MOST));
    }
    let old = read(world, &area, MOST)?;
    kill(world, &old)?;
    let rows_of = |y: i64| {
        let from = pattern.runs.partition_point(|run| run.y < y);
        let to = pattern.runs.partition_point(|run| run.y <= y);
        &pattern.runs[from..to]
    };
    let mut tiled = Pattern::default();
    for y in 0..height {
        let runs = rows_of((y - start[1]).rem_euclid(down));
        let mut left = start[0].rem_euclid(across) - across;
        while left < width && !runs.is_empty() {
            for run in runs {
                let x = (left + run.x).max(0);
                let end = (left + run.x + run.length as i64).min(width);
                if x < end {
                    tiled.push_state(x, y, (end - x) as u64, run.state);
                }
            }
            left += across;
        }
    }
    Ok(world.set_runs(&area.corner(), &tiled.runs)?)
}

/// Makes a rectangle a torus of its own with its middle at the origin.
fn torus(world: &mut World, area: &Area) -> Result<(), SimError> {
    let rule = world.rule();
    if matches!(rule.family, Family::Space(_) | Family::Line(_)) {
        return Err(SimError::other(
            "Only cells of a plane can be made a torus.",
        ));
    }
    let area = clipped(world, area)?;
    let size = area
        .small()
        .filter(|(w, h)| (*w).max(*h) <= i64::from(MAX_SIDE));
    let Some((width, height)) = size else {
        return Err(SimError::other(format!(
            "A torus has sides of up to {MAX_SIDE} cells: select less."
        )));
    };
    let cells = read(world, &area, MOST)?;
    let topology = Topology::Torus {
        width: width as u32,
        height: height as u32,
    };
    // Another grid may need another engine.
    let means = Means {
        engine: EngineChoice::Auto,
        ..world.means().clone()
    };
    let clock = world.generation().clone();
    *world = World::new(rule.on(topology), &Pattern::default(), means)?;
    world.set_generation(clock);
    let (left, top) = grid_corner(topology);
    let corner = [
        &cells.corner[0] - &area.left + left,
        &cells.corner[1] - &area.top + top,
    ];
    Ok(world.set_runs(&corner, &cells.runs)?)
}
