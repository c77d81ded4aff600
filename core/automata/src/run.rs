//! A run without a window: from a pattern or soup through so many generations to numbers.

use std::fmt::Write;
use std::time::Instant;

use num_bigint::BigUint;

use crate::catalogue;
use crate::error::LifeError;
use crate::hashlife::{Bounds, Universe};
use crate::pattern::Pattern;
use crate::rle;
use crate::rule::{LIFE, Rule};
use crate::start::Soup;
use crate::world::{EngineChoice, Kept, Means, World};

/// What a run starts from.
#[derive(Clone, Debug)]
pub enum Start {
    /// A pattern with its own rule.
    Pattern(Pattern),
    /// The text of a macrocell file.
    Macrocell(String),
    /// Random cells.
    Soup(Soup),
}

impl Start {
    /// Reads a pattern file: RLE, a text that holds RLE somewhere, or macrocell.
    ///
    /// # Errors
    /// The first thing that can't be read, with line and column.
    pub fn read(text: &str) -> Result<Self, LifeError> {
        if text.starts_with("[M2]") {
            return Ok(Self::Macrocell(text.to_owned()));
        }
        let pattern = rle::read_or_find(text);
        Ok(Self::Pattern(pattern?))
    }

    /// A pattern of the catalogue by its key.
    pub fn named(key: &str) -> Option<Self> {
        let pattern = catalogue::entry(key)?.pattern().ok()?;
        Some(Self::Pattern(pattern))
    }
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The rule, grid included.
    pub rule: Rule,
    /// The engine's name: `packed`, `hashlife`, `gpu`, `tiles`, `bytes` and so on.
    pub engine: &'static str,
    /// The generation at the end, that of the pattern's file included.
    pub generation: BigUint,
    /// Live cells at the end.
    pub population: BigUint,
    /// The smallest rectangle that holds them.
    pub bounds: Option<Bounds>,
    /// Cells in each state: live ones always, dead ones on a bounded grid.
    pub state_counts: Vec<(u32, BigUint)>,
    /// Wall seconds that the generations took.
    pub seconds: f64,
}

impl Outcome {
    /// The JSON document of `automata run --json`; integers in full, however large.
    pub fn json(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        // Writing to a String cannot fail.
        let mut json = format!(
            "{{\"rule\":{},\"engine\":{},\"generation\":{},\"population\":{},\"bounding_box\":",
            quoted(&self.rule.to_string()),
            quoted(self.engine),
            self.generation,
            self.population
        );
        let _ = match &self.bounds {
            Some((x, y, width, height)) => write!(json, "[{x},{y},{width},{height}]"),
            None => write!(json, "null"),
        };
        json.push_str(",\"state_counts\":{");
        for (i, (state, count)) in self.state_counts.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(json, "{comma}\"{state}\":{count}");
        }
        let _ = write!(json, "}},\"seconds\":{:.6}}}", self.seconds);
        json
    }
}

/// The world at a run's beginning. `rule` overrides the pattern's own; a soup without one lives
/// by Conway's rule on the unbounded plane.
///
/// # Errors
/// A rule, grid or pattern that the engine can't run; memory.
pub fn begin(start: &Start, rule: Option<Rule>, means: Means) -> Result<World, LifeError> {
    match start {
        Start::Soup(soup) => soup.world(rule.unwrap_or(LIFE), means),
        Start::Pattern(pattern) => {
            World::new(rule.unwrap_or(pattern.rule_or_life()), pattern, means)
        }
        Start::Macrocell(text) => {
            if !matches!(means.engine, EngineChoice::Auto | EngineChoice::HashLife) {
                return Err(LifeError::Other(
                    "a macrocell file is an unbounded plane; run it with HashLife".to_owned(),
                ));
            }
            let universe = Universe::from_macrocell(text, rule, means.memory)?;
            let mut world = World::new(universe.rule(), &Pattern::default(), means)?;
            world.restore(&Kept::Tree(universe))?;
            Ok(world)
        }
    }
}

/// Runs a world for so many generations. `interrupt`, asked every few milliseconds, ends the run
/// early; it may report progress from the world's clock between calls.
///
/// # Errors
/// Memory, room, the device; an interruption.
pub fn run(
    world: &mut World,
    generations: &BigUint,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Outcome, LifeError> {
    let begun = Instant::now();
    let done = world.advance(generations, interrupt)?;
    if done < *generations {
        return Err(LifeError::Other(format!(
            "interrupted at generation {}",
            world.generation()
        )));
    }
    outcome(world, begun.elapsed().as_secs_f64())
}

/// The numbers of a world as it stands.
///
/// # Errors
/// The device.
pub fn outcome(world: &World, seconds: f64) -> Result<Outcome, LifeError> {
    let population = world.population()?;
    let mut state_counts = Vec::new();
    if let Some(area) = world.area() {
        state_counts.push((0, BigUint::from(area) - &population));
    }
    let counts = world.counts()?;
    state_counts.extend(
        counts
            .into_iter()
            .map(|(state, count)| (u32::from(state), count)),
    );
    Ok(Outcome {
        rule: world.rule(),
        engine: world.engine_name(),
        generation: world.generation().clone(),
        bounds: world.bounds()?,
        population,
        state_counts,
        seconds,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use num_traits::One;

    fn json(start: &Start, rule: Option<&str>, generations: BigUint) -> serde_json::Value {
        let rule = rule.map(|rule| rule.parse().unwrap());
        let mut world = begin(start, rule, Means::default()).unwrap();
        let outcome = run(&mut world, &generations, &mut || false).unwrap();
        serde_json::from_str(&outcome.json()).unwrap()
    }

    #[test]
    fn the_document_has_its_fixed_form() {
        let glider = Start::named("glider").unwrap();
        let json = json(&glider, None, 40u32.into());
        assert_eq!(json["rule"], "B3/S23");
        assert_eq!(json["engine"], "hashlife");
        assert_eq!(json["generation"], 40);
        assert_eq!(json["population"], 5);
        assert_eq!(json["bounding_box"], serde_json::json!([10, 10, 3, 3]));
        assert_eq!(json["state_counts"]["1"], 5);
    }

    #[test]
    fn integers_stand_in_full() {
        let gun = Start::named("gosper-glider-gun").unwrap();
        let mut world = begin(&gun, None, Means::default()).unwrap();
        let outcome = run(&mut world, &(BigUint::one() << 100u32), &mut || false).unwrap();
        let text = outcome.json();
        assert!(
            text.contains("\"generation\":1267650600228229401496703205376,"),
            "{text}"
        );
        assert!(text.contains(&format!("\"population\":{},", outcome.population)));
    }

    #[test]
    fn a_soup_is_the_same_on_every_engine() {
        let soup = Start::Soup(Soup {
            width: 40,
            height: 30,
            density: 0.4,
            seed: 7,
        });
        let (tree, torus) = (
            json(&soup, None, 30u32.into()),
            json(&soup, Some("B3/S23:P200,180"), 30u32.into()),
        );
        assert_eq!(tree["population"], torus["population"]);
        assert_eq!(tree["bounding_box"][2], torus["bounding_box"][2]);
        let filled = json(&soup, Some("B3/S23:T40,30"), 0u32.into());
        assert_eq!(
            filled["population"],
            json(&soup, None, 0u32.into())["population"]
        );
        assert_eq!(torus["engine"], "packed");
    }

    #[test]
    fn an_engine_that_does_not_fit_says_what_to_do() {
        let glider = Start::named("glider").unwrap();
        let refuse = |rule: &str, engine: EngineChoice, memory: u64| {
            let means = Means {
                engine,
                memory,
                ..Means::default()
            };
            begin(&glider, Some(rule.parse().unwrap()), means)
                .unwrap_err()
                .to_string()
        };
        let all = 1 << 30;
        assert!(refuse("B3/S23", EngineChoice::Packed, all).contains(":T512"));
        assert!(refuse("B3/S23:T64", EngineChoice::HashLife, all).contains("packed"));
        assert!(refuse("/02/3", EngineChoice::HashLife, all).contains(":T512"));
        assert!(refuse("W1", EngineChoice::Auto, all).contains(":T512"));
        assert!(refuse("/2/3", EngineChoice::Packed, all).contains("auto"));
        assert!(refuse("W30", EngineChoice::HashLife, all).contains("auto"));
        assert!(refuse("B3/S23:T1000000", EngineChoice::Auto, all).contains("MiB"));
        assert!(refuse("B3/S23:T64", EngineChoice::Gpu, all).contains("GPU"));
        assert!(refuse("B3/S23:P2", EngineChoice::Auto, all).contains("outside"));
    }
}
