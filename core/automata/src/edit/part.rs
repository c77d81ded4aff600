//! Advancing a part of the cells, as Golly's "Advance Selection" and "Advance Outside" do,
//! generation by generation: what lies on the other side of the border is seen as dead, and
//! only the cells of the part itself change.

use loom_sim::SimError;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive};

use super::area::Area;
use super::combine::{Mode, put};
use super::masked;
use super::patch::Patch;
use super::read::{MOST, read};
use crate::error::LifeError;
use crate::rule::{Family, MAX_SIDE, Rule, Topology};
use crate::world::{EngineChoice, Means, World};

/// The most generations that are made one by one.
pub(super) const MOST_SINGLE: u64 = 10_000;

/// The most updates of cells that one edit makes: some seconds.
const WORK: u64 = 1 << 33;

/// The most generations of a part that are left to a tree.
const LEAPS: u64 = 1 << 24;

/// Cells to each side that a rule looks at.
fn reach(rule: &Rule) -> u64 {
    match &rule.family {
        Family::Larger(larger) => larger.reach.into(),
        _ => 1,
    }
}

fn steady(rule: &Rule) -> Result<(), SimError> {
    if rule.has_b0() && rule.topology.cells().is_none() {
        return Err(SimError::other(format!(
            "Rule {} turns empty space alive, and a part of the plane can't be advanced alone; \
             give it a grid, such as :T512.",
            rule.name()
        )));
    }
    Ok(())
}

/// Why so many generations are refused.
pub(super) fn too_many(side: &str) -> SimError {
    SimError::other(format!(
        "At most {MOST_SINGLE} generations {side} the selection can be made at once."
    ))
}

pub(super) fn too_long() -> SimError {
    SimError::other(
        "So many generations of so many cells take too long: give fewer, or select less.",
    )
}

/// Goes on by exactly so many generations.
fn advance(world: &mut World, generations: u64) -> Result<(), LifeError> {
    let wanted = BigUint::from(generations);
    let mut done = BigUint::default();
    while done < wanted {
        done += world.advance(&(&wanted - &done), &mut || false)?;
    }
    Ok(())
}

/// A world of some cells alone, on a grid of its own or on the plane.
fn alone(rule: Rule, patch: &Patch, corner: [i64; 2], means: &Means) -> Result<World, LifeError> {
    let mut pattern = patch.pattern();
    pattern.position = Some((corner[0], corner[1]));
    pattern.generation = BigUint::default();
    // Its grid is another one, and so may be its engine.
    let means = Means {
        engine: EngineChoice::Auto,
        gpu: None,
        ..means.clone()
    };
    World::new(rule, &pattern, means)
}

/// Advances the cells of a rectangle, or all others. The clock stays. A machine that walks over
/// the border is gone.
///
/// # Errors
/// A rule that can't be run in parts; too much work; memory; the device.
pub fn advance_part(
    world: &mut World,
    area: &Area,
    generations: u64,
    outside: bool,
) -> Result<(), SimError> {
    let rule = world.rule();
    if let Family::Line(line) = &rule.family {
        return masked::row(world, line, area, generations, outside);
    }
    steady(&rule)?;
    match area.on_grid(rule.topology) {
        _ if outside => self::outside(world, area, generations),
        None => Ok(()),
        Some(area) if matches!(rule.family, Family::Blocks(_) | Family::Space(_)) => {
            masked::inside(world, &area, generations)
        }
        Some(area) => inside(world, &area, generations),
    }
}

/// Advances the cells of a rectangle.
fn inside(world: &mut World, area: &Area, generations: u64) -> Result<(), SimError> {
    let rule = world.rule();
    let reach = reach(&rule);
    let before = read(world, area, MOST)?;
    let whole = Area::of_grid(rule.topology).as_ref() == Some(area);
    if before.runs.is_empty() && !(rule.has_b0() || whole) {
        return Ok(());
    }
    let means = world.means().clone();
    let live = before.bounds();
    // Nothing gets further than the reach in every generation.
    let grown = live.map(|live| live.grown(&(BigInt::from(reach) * generations)));
    let frame = match grown {
        Some(grown) if !rule.has_b0() => area.meet(&grown),
        _ => Some(area.clone()),
    };
    let Some(frame) = frame else {
        return Ok(());
    };
    let after = if whole {
        let mut alone = World::of_kept(&world.keep()?, means)?;
        work(&area.cells(), generations)?;
        advance(&mut alone, generations)?;
        read(&alone, area, MOST)?
    } else if rule.topology == Topology::Plane
        && area.holds_all(&frame)
        && frame_is_free(&before, area, reach, generations)
    {
        // The border is never felt: any engine of the plane serves. What a tree has to do can't
        // be known; others look at every cell that may come alive.
        if crate::engine::tree_runs(&rule) && generations <= LEAPS {
            work(&BigInt::from(before.population()), generations)?;
        } else {
            work(&frame.cells(), generations)?;
        }
        let mut alone = alone(rule, &before, [0, 0], &means)?;
        advance(&mut alone, generations)?;
        let everything = Area::new(-(1 << 59), -(1 << 59), 1 << 60, 1 << 60);
        let after = read(&alone, &everything, MOST)?;
        after.moved(&before.corner[0], &before.corner[1])
    } else {
        let small = frame
            .small()
            .filter(|(w, h)| (*w).max(*h) <= i64::from(MAX_SIDE))
            .ok_or_else(too_long)?;
        work(&frame.cells(), generations)?;
        let (width, height) = (small.0 as u32, small.1 as u32);
        let own = rule.on(Topology::Bounded { width, height });
        let (left, top) = crate::pattern::grid_corner(own.topology);
        let shift =
            |axis: usize, start: &BigInt| (&before.corner[axis] - start).to_i64().unwrap_or(0);
        let (dx, dy) = (shift(0, &frame.left), shift(1, &frame.top));
        let mut alone = alone(own, &before, [left + dx, top + dy], &means)?;
        advance(&mut alone, generations)?;
        let all = Area::new(left, top, small.0, small.1);
        let after = read(&alone, &all, MOST)?;
        after.moved(&(&frame.left - left), &(&frame.top - top))
    };
    world.set_runs(&before.corner, &before.graves())?;
    put(world, &after, Mode::Or)
}

/// Whether nothing of a patch can come to the border of a rectangle.
fn frame_is_free(patch: &Patch, area: &Area, reach: u64, generations: u64) -> bool {
    patch.bounds().is_none_or(|live| {
        let grown = live.grown(&(BigInt::from(reach) * (BigInt::from(generations) + 1)));
        area.holds_all(&grown)
    })
}

pub(super) fn work(cells: &BigInt, generations: u64) -> Result<(), SimError> {
    if cells * generations > BigInt::from(WORK) {
        return Err(too_long());
    }
    Ok(())
}

/// Advances all cells but those of a rectangle.
fn outside(world: &mut World, area: &Area, generations: u64) -> Result<(), SimError> {
    if generations > MOST_SINGLE {
        return Err(too_many("outside"));
    }
    let cells = world.area().map_or_else(
        || world.population().map(BigInt::from),
        |area| Ok(area.into()),
    )?;
    work(&cells, generations)?;
    let own = read(world, area, MOST)?;
    let clock = world.generation().clone();
    world.set_runs(&own.corner, &own.graves())?;
    for _ in 0..generations {
        if world.advance(&BigUint::one(), &mut || false)? != BigUint::one() {
            return Err(too_long());
        }
        let born = read(world, area, MOST)?;
        world.set_runs(&born.corner, &born.graves())?;
    }
    world.set_generation(clock);
    put(world, &own, Mode::Or)
}
