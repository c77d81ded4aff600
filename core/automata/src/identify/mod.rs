//! What a pattern is: still life, oscillator, spaceship, or what becomes of it.
//!
//! Cells are run on the unbounded plane until they return, shifted or not; the cycle found by
//! hash is verified cell by cell. What never returns as a whole, because ships fly off or
//! something is being built, is judged by its population: constant or periodic from some
//! generation on, or growing by the same number every so many generations. [`census()`] then tells
//! of which objects the ash consists.

pub mod census;
mod eden;
mod islands;
mod names;
pub mod orbit;
pub mod plane;
mod report;
mod symmetry;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use census::{Census, census, census_while};
pub use eden::{WIDEST, has_parent};
pub use names::name_of;
pub use orbit::{Limits, Orbit};
pub(crate) use symmetry::Kept;
pub use symmetry::symmetry;

use crate::apgcode::{self, Class};
use crate::local::Local;
use crate::pattern::Pattern;
use crate::rule::{Family, Rule, Topology};
use orbit::{Found, Watch};
use plane::{Plane, Ready};

/// What becomes of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is an object that returns by itself.
    Object(Object),
    /// Nothing is left.
    Dies {
        /// The first empty generation.
        generation: u64,
    },
    /// It becomes an object.
    Becomes {
        /// The first generation of the object's cycle.
        generation: u64,
        /// The object.
        object: Object,
    },
    /// It settles to ash, perhaps with ships that fly off: the population is periodic.
    Settles {
        /// The first generation from which the population is periodic.
        generation: u64,
        /// The population at that generation.
        population: u64,
        /// The period of the population.
        period: u64,
    },
    /// It grows for ever, as far as it was run: by the same number of cells every period.
    Grows {
        /// The generation from which it does.
        generation: u64,
        /// Generations.
        period: u64,
        /// Cells gained in a period.
        gain: u64,
    },
    /// Still undecided.
    Unknown {
        /// Generations that were run.
        generations: u64,
    },
}

/// Something that returns, perhaps elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Still life, oscillator or spaceship.
    pub class: Class,
    /// Generations until it returns.
    pub period: u64,
    /// Cells to the east and south in a period.
    pub displacement: (i64, i64),
    /// The code of apgsearch, in layers where there are more than two states; `ov_…` for objects
    /// of more than 40 × 40 cells, none for rules with B0 and for cells with a memory, whose
    /// layers are others.
    pub apgcode: Option<String>,
    /// Its name, if it has one in the table of names.
    pub name: Option<&'static str>,
    /// The symmetry of its first phase.
    pub symmetry: String,
    /// Least and largest number of cells.
    pub population: (u64, u64),
    /// Cells that change in a period, and cells that are alive in some phase: of an oscillator
    /// the rotor and all.
    pub rotor: (u64, u64),
}

impl Object {
    /// Still life, oscillator or spaceship.
    pub fn kind(&self) -> &'static str {
        match self.class {
            Class::StillLife(_) => "still life",
            Class::Oscillator(_) => "oscillator",
            Class::Spaceship(_) => "spaceship",
        }
    }

    /// The speed of a spaceship: `c/4 diagonal`, `2c/5 orthogonal`, `(2,1)c/6`.
    pub fn velocity(&self) -> Option<String> {
        velocity(self.displacement, self.period)
    }
}

/// The speed that a displacement in a period is; none if there is no displacement.
pub fn velocity((dx, dy): (i64, i64), period: u64) -> Option<String> {
    let (long, short) = {
        let (a, b) = (dx.unsigned_abs(), dy.unsigned_abs());
        (a.max(b), a.min(b))
    };
    if long == 0 {
        return None;
    }
    fn gcd(a: u64, b: u64) -> u64 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    let common = gcd(gcd(long, short), period).max(1);
    let (long, short, period) = (long / common, short / common, period / common);
    let speed = |cells: u64| match (cells, period) {
        (1, 1) => "c".to_owned(),
        (1, _) => format!("c/{period}"),
        (_, 1) => format!("{cells}c"),
        _ => format!("{cells}c/{period}"),
    };
    Some(match short {
        0 => format!("{} orthogonal", speed(long)),
        _ if short == long => format!("{} diagonal", speed(long)),
        _ if period == 1 => format!("({long},{short})c"),
        _ => format!("({long},{short})c/{period}"),
    })
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(object) => object.fmt(f),
            Self::Dies { generation } => write!(f, "dies at generation {generation}"),
            Self::Becomes { generation, object } => {
                write!(f, "from generation {generation} on: {object}")
            }
            Self::Settles {
                generation,
                population,
                ..
            } => write!(
                f,
                "settles at generation {generation} with {population} cells"
            ),
            Self::Grows {
                generation,
                period,
                gain,
            } => write!(
                f,
                "grows by {gain} cells every {period} generations from generation {generation} on"
            ),
            Self::Unknown { generations } => {
                write!(f, "has not settled within {generations} generations")
            }
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name {
            write!(f, "{name}, ")?;
        }
        match self.class {
            Class::StillLife(cells) => write!(f, "still life of {cells} cells")?,
            Class::Oscillator(period) => write!(f, "oscillator of period {period}")?,
            Class::Spaceship(period) => write!(f, "spaceship of period {period}")?,
        }
        if let Some(velocity) = self.velocity() {
            write!(f, ", {velocity}")?;
        }
        if let Some(code) = &self.apgcode {
            write!(f, ", {code}")?;
        }
        Ok(())
    }
}

/// A pattern's identity under a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What becomes of it.
    pub fate: Fate,
    /// The population of every generation that was run, from 0 on.
    pub populations: Vec<u64>,
    /// Generations that were run.
    pub generations: u64,
}

/// Why a rule's patterns can't be identified.
pub type Refused = String;

/// The rule as a function of the 3 × 3 block.
///
/// # Errors
/// A rule that looks farther, or one on a bounded grid.
pub fn local(rule: &Rule) -> Result<Arc<dyn Local>, Refused> {
    if rule.topology != Topology::Plane {
        return Err(format!(
            "{rule} runs on a bounded grid; identify the pattern on the unbounded plane"
        ));
    }
    rule.local().ok_or_else(|| {
        format!("{rule} looks farther than the eight neighbours; its objects are not identified")
    })
}

/// Identifies a pattern under a rule on the unbounded plane.
///
/// # Errors
/// A rule that can't be run here.
pub fn identify(pattern: &Pattern, rule: &Rule, limits: &Limits) -> Result<Identity, Refused> {
    let found = identify_while(pattern, rule, limits, &mut |_| true)?;
    Ok(found.unwrap_or(Identity {
        fate: Fate::Unknown { generations: 0 },
        populations: Vec::new(),
        generations: 0,
    }))
}

/// Identifies a pattern as long as `go_on` says so, which is asked every few milliseconds and told
/// how much of the limits is used up, from 0 to 1; nothing where it didn't.
///
/// # Errors
/// A rule that can't be run here.
pub fn identify_while(
    pattern: &Pattern,
    rule: &Rule,
    limits: &Limits,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<Option<Identity>, Refused> {
    let found = followed(pattern, local(rule)?, limits, go_on);
    Ok(found.map(|mut identity| {
        if let (true, Fate::Object(object) | Fate::Becomes { object, .. }) =
            (has_memory(rule), &mut identity.fate)
        {
            without_layers(object);
        }
        identity
    }))
}

/// Whether states are marks and memories, which apgsearch writes otherwise.
fn has_memory(rule: &Rule) -> bool {
    matches!(rule.family, Family::Marked(_))
}

/// Takes a code away that is written in layers.
fn without_layers(object: &mut Object) {
    object
        .apgcode
        .take_if(|code| code.matches('_').count() > 1 && !code.starts_with("ov_"));
}

/// Identifies a pattern under a rule that is given as a function.
pub fn identify_local(pattern: &Pattern, rule: Arc<dyn Local>, limits: &Limits) -> Identity {
    let followed = followed(pattern, rule, limits, &mut |_| true);
    followed.unwrap_or(Identity {
        fate: Fate::Unknown { generations: 0 },
        populations: Vec::new(),
        generations: 0,
    })
}

fn followed(
    pattern: &Pattern,
    rule: Arc<dyn Local>,
    limits: &Limits,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Option<Identity> {
    let rule = Ready::new(rule);
    let start = Plane::of(rule, pattern);
    let mut watch = Watch::new(start.clone());
    let mut until = 512;
    let fate = loop {
        match watch.run_while(until, limits, go_on)? {
            Found::Empty(generation) => break Fate::Dies { generation },
            Found::Cycle(orbit) => {
                let phases = orbit::phases_while(&start, orbit, &mut || go_on(1.0))?;
                let object = object_of(&start, orbit, &phases);
                break match orbit.start {
                    0 => Fate::Object(object),
                    generation => Fate::Becomes { generation, object },
                };
            }
            Found::Open => {
                if let Some(fate) = trend(watch.populations()) {
                    break fate;
                }
                until = until.saturating_mul(2);
            }
            Found::Exhausted => {
                let unknown = Fate::Unknown {
                    generations: watch.generation(),
                };
                break trend(watch.populations()).unwrap_or(unknown);
            }
        }
    };
    Some(Identity {
        fate,
        generations: watch.generation(),
        populations: watch.populations().to_vec(),
    })
}

/// What the last third of the populations says: periodic, or growing steadily.
fn trend(populations: &[u64]) -> Option<Fate> {
    let length = populations.len();
    let tail = length - length / 3;
    if length < 500 {
        return None;
    }
    // Three whole periods at least must lie in the tail.
    let longest = (length - tail) / 3;
    for period in 1..=longest {
        let gain = |at: usize| populations[at] as i64 - populations[at - period] as i64;
        let steady = gain(length - 1);
        if steady < 0 || (tail + period..length).any(|at| gain(at) != steady) {
            continue;
        }
        let mut first = tail + period;
        while first > period && gain(first - 1) == steady {
            first -= 1;
        }
        let generation = (first - period) as u64;
        return Some(match steady {
            0 => Fate::Settles {
                generation,
                population: populations[first - period],
                period: period as u64,
            },
            _ => Fate::Grows {
                generation,
                period: period as u64,
                gain: steady as u64,
            },
        });
    }
    None
}

/// The object that runs through a cycle, given the cells of its phases.
fn object_of(start: &Plane, orbit: Orbit, phases: &[Vec<(i64, i64, u8)>]) -> Object {
    let count = |phase: &Vec<(i64, i64, u8)>| phase.len() as u64;
    let most = phases.iter().map(count).max().unwrap_or(0);
    let least = phases.iter().map(count).min().unwrap_or(0);
    let class = match (orbit.dx, orbit.dy, orbit.period) {
        (0, 0, 1) => Class::StillLife(most),
        (0, 0, period) => Class::Oscillator(period),
        (_, _, period) => Class::Spaceship(period),
    };
    let apgcode = (start.background() == 0).then(|| code(class, phases));
    Object {
        class,
        period: orbit.period,
        displacement: (orbit.dx, orbit.dy),
        name: apgcode.as_deref().and_then(name_of),
        apgcode,
        symmetry: phases
            .first()
            .map_or_else(String::new, |phase| symmetry(phase)),
        population: (least, most),
        rotor: rotor(phases),
    }
}

/// Cells that change, and cells that are alive in some phase.
fn rotor(phases: &[Vec<(i64, i64, u8)>]) -> (u64, u64) {
    let mut cells: std::collections::HashMap<(i64, i64), (u8, usize, bool)> =
        std::collections::HashMap::new();
    for &(x, y, state) in phases.iter().flatten() {
        let entry = cells.entry((x, y)).or_insert((state, 0, false));
        entry.1 += 1;
        entry.2 |= entry.0 != state;
    }
    let changing = cells
        .values()
        .filter(|(_, seen, differs)| *differs || *seen < phases.len());
    (changing.count() as u64, cells.len() as u64)
}

/// The code of an object from all of its phases.
fn code(class: Class, phases: &[Vec<(i64, i64, u8)>]) -> String {
    apgcode::canonical(class, phases.iter().map(Vec::as_slice)).unwrap_or_else(|| class.oversized())
}

/// The apgcode of a pattern that is an object under its own rule, or under Conway's Life.
///
/// # Errors
/// A pattern that is no object, or one too large to have a code.
pub fn apgcode_of(pattern: &Pattern) -> Result<String, Refused> {
    let identity = identify(pattern, &pattern.rule_or_life(), &Limits::default())?;
    match identity.fate {
        Fate::Object(Object {
            apgcode: Some(code),
            ..
        }) if !code.starts_with("ov_") => Ok(code),
        Fate::Object(Object { apgcode: None, .. }) => Err(format!(
            "objects of {} have no apgcode; write .rle",
            pattern.rule_or_life().name()
        )),
        Fate::Object(_) => Err("the object is too large for an apgcode; write .rle".to_owned()),
        fate => Err(format!(
            "only still lifes, oscillators and spaceships have apgcodes; this pattern {fate}"
        )),
    }
}
