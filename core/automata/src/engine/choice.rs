//! Which engine a rule gets on its grid, and why.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use loom_gpu::{Gpu, GpuError};

use super::packed::runs as packed_runs;
use super::tree::runs as tree_runs;
use super::{Engine, Tree};
use crate::error::LifeError;
use crate::field::FieldEngine;
use crate::gpu::{FieldOnDevice, OnDevice};
use crate::hashlife::Universe;
use crate::means::{EngineChoice, Means};
use crate::packed::Packed;
use crate::patches::Patches;
use crate::pattern::Pattern;
use crate::rule::{Rule, Topology};
use crate::tiles::Tiles;

/// A device is told to make a generation in the time in which the processor makes one of so many
/// cells: smaller fields stay there unless a GPU is asked for.
const DEVICE_FROM: u64 = 1 << 14;

/// The engine that a rule gets where none is asked for.
///
/// | rule and grid | engine | reason |
/// |---|---|---|
/// | Life-like on a torus or bounded plane | packed, on the GPU if there is one | every cell is computed anew each generation, and 64 of them in a word are the quickest way; nothing can be skipped that a soup would not fill |
/// | Life-like without B0 on the unbounded plane | HashLife | patterns there repeat in space and time; size and clock have no limit. A large soup gets tiles: nothing in it repeats. Every other rule of two dimensions runs there too where HashLife is asked for, which pays for ships, guns and oscillators and not for soups |
/// | Life-like with B0 on the unbounded plane | tiles | the background flips, and tiles run a pair of rules under a dead background; few patterns of such rules are regular enough for the tree, which runs the same pair |
/// | every other rule with bounds | field, on the GPU if there is one and the grid is not small | a byte a cell holds any state, and whole rows keep vectors and devices busy |
/// | every other rule of two dimensions on the unbounded plane | patches | a byte a cell where cells are and nothing between ships that fly apart; neighbouring patches are stepped like a field, and still ones sleep |
/// | machines, rows, rules that look further than 64 cells, and grids with bounds one way | field | it grows and moves with the cells |
fn suits(rule: &Rule, pattern: &Pattern) -> EngineChoice {
    if packed_runs(rule) {
        EngineChoice::Packed
    } else if tree_runs(rule) && !is_large_soup(pattern) {
        EngineChoice::HashLife
    } else if rule.topology == Topology::Plane && rule.dimensions() == 2 {
        EngineChoice::Tiles
    } else {
        EngineChoice::Bytes
    }
}

/// Squares of 8 × 8 cells from which on it counts whether they repeat, and how many are looked at.
const LARGE: usize = 2048;
const MOST: usize = 1 << 18;

/// Whether a pattern is large and most of its squares of 8 × 8 cells differ from all others, so that
/// a tree would hold each one by itself. Machines and glider streams, however large, are made of
/// few.
fn is_large_soup(pattern: &Pattern) -> bool {
    // Fewer cells can't fill so many squares.
    if pattern.population() < LARGE as u64 {
        return false;
    }
    let mut squares: HashMap<(i64, i64), u64> = HashMap::new();
    for run in &pattern.runs {
        let (mut x, end) = (run.x, run.x + run.length as i64);
        while x < end {
            let place = (x.div_euclid(8), run.y.div_euclid(8));
            let stop = end.min((place.0 + 1) * 8);
            let mask = (0xff >> (8 - (stop - x))) << x.rem_euclid(8);
            *squares.entry(place).or_default() |= mask << (8 * run.y.rem_euclid(8));
            x = stop;
            // So many squares tell, however many there are.
            if squares.len() > MOST {
                return is_varied(&squares);
            }
        }
    }
    squares.len() >= LARGE && is_varied(&squares)
}

fn is_varied(squares: &HashMap<(i64, i64), u64>) -> bool {
    let kinds: HashSet<u64> = squares.values().copied().collect();
    2 * kinds.len() > squares.len()
}

/// The engine of a rule, the one asked for or the one that suits, with a pattern's cells.
///
/// # Errors
/// A rule or grid that the engine doesn't run, too little memory, cells outside the grid, the
/// device.
pub(crate) fn made(
    rule: Rule,
    pattern: &Pattern,
    means: &Means,
) -> Result<Box<dyn Engine>, LifeError> {
    let choice = match means.engine {
        EngineChoice::Auto => suits(&rule, pattern),
        // A GPU has a twin of the engine that suits a bounded grid.
        EngineChoice::Gpu if packed_runs(&rule) => EngineChoice::Packed,
        EngineChoice::Gpu => {
            return of_field(FieldEngine::new(rule, pattern, means)?, means);
        }
        choice => choice,
    };
    match choice {
        EngineChoice::HashLife => {
            let universe = Universe::from_pattern(rule, pattern, means.memory)?;
            Ok(Box::new(Tree::new(universe)))
        }
        EngineChoice::Tiles if rule.life().is_some() => {
            Ok(Box::new(Tiles::new(rule, pattern, means)?))
        }
        EngineChoice::Tiles => match Patches::new(rule.clone(), pattern, means)? {
            Some(patches) => Ok(Box::new(patches)),
            None if means.engine == EngineChoice::Auto => {
                of_field(FieldEngine::new(rule, pattern, means)?, means)
            }
            None => Err(LifeError::Other(format!(
                "tiles run rules of two dimensions on the unbounded plane that look up to 64 \
                 cells far, not {rule}; choose the engine auto"
            ))),
        },
        EngineChoice::Packed => {
            // The unbounded plane is refused by the cells themselves, which name a grid.
            if rule.life().is_none() || !rule.topology.is_plain() {
                return Err(LifeError::Other(format!(
                    "packed cells run Life-like rules on a torus or bounded plane, not {rule}; \
                     choose the engine auto"
                )));
            }
            of_packed(Packed::from_pattern(rule, pattern, means.memory)?, means)
        }
        _ => of_field(FieldEngine::new(rule, pattern, means)?, means),
    }
}

/// The device that is meant to be used, if one is.
fn device(means: &Means) -> Result<Option<&Arc<Gpu>>, LifeError> {
    match (means.engine, &means.gpu) {
        (EngineChoice::Gpu, None) => Err(LifeError::Other(
            "no GPU can be used here; choose the packed engine".to_owned(),
        )),
        (EngineChoice::Auto | EngineChoice::Gpu, gpu) => Ok(gpu.as_ref()),
        _ => Ok(None),
    }
}

/// Packed cells, on the device if one is meant to be used.
///
/// # Errors
/// The device.
pub(crate) fn of_packed(mut packed: Packed, means: &Means) -> Result<Box<dyn Engine>, LifeError> {
    packed.set_threads(means.threads);
    Ok(match device(means)? {
        Some(gpu) => Box::new(OnDevice::new(gpu, packed.rule(), packed.share())?),
        None => Box::new(packed),
    })
}

/// A field, on the device if one is meant to be used and has a twin for the rule and room.
///
/// # Errors
/// The device, where it is asked for.
pub(crate) fn of_field(field: FieldEngine, means: &Means) -> Result<Box<dyn Engine>, LifeError> {
    let Some(gpu) = device(means)? else {
        return Ok(Box::new(field));
    };
    let rule = Engine::rule(&field);
    let asked = means.engine == EngineChoice::Gpu;
    if !asked
        && rule
            .topology
            .cells()
            .is_none_or(|cells| cells < DEVICE_FROM)
    {
        return Ok(Box::new(field));
    }
    match FieldOnDevice::new(gpu, rule.clone(), field.field(), field.now()) {
        Ok(Some(twin)) => Ok(Box::new(twin)),
        Ok(None) if asked => Err(LifeError::Other(format!(
            "no GPU engine runs {rule}; choose the engine auto"
        ))),
        Err(error @ GpuError::Lost { .. }) => Err(error.into()),
        Err(error) if asked => Err(error.into()),
        // What a device can't hold or compile stays on the processor.
        Ok(None) | Err(_) => Ok(Box::new(field)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::LIFE;
    use crate::start::Soup;

    fn soup(side: u32, density: f64) -> Pattern {
        let soup = Soup {
            width: side,
            height: side,
            density,
            seed: 1,
        };
        soup.pattern(1 << 30).unwrap()
    }

    #[test]
    fn large_soups_lie_in_tiles_and_what_repeats_in_a_tree() {
        let rule = LIFE;
        let chosen = |pattern: &Pattern| suits(&rule, pattern);
        assert_eq!(chosen(&soup(1024, 0.5)), EngineChoice::Tiles);
        assert_eq!(chosen(&soup(1024, 0.1)), EngineChoice::Tiles);
        assert_eq!(chosen(&soup(64, 0.5)), EngineChoice::HashLife);
        // As many cells, in order: blocks in rows, and solid ground.
        let blocks = (0..300).flat_map(|i| (0..300).map(move |j| (4 * i, 4 * j)));
        let cells = blocks.flat_map(|(x, y)| [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]);
        assert_eq!(chosen(&Pattern::from_cells(cells)), EngineChoice::HashLife);
        let solid = soup(2048, 1.0);
        assert_eq!(chosen(&solid), EngineChoice::HashLife);
    }
}
