//! `automata identify` and `automata census`: what cells are, and of what they consist.

use clap::Args;
use loom_automata::world::{Means, World};
use loom_automata::{Rule, files, identify, objects, run};
use loom_sim::Step;

use super::super::{Done, analysis, given, output};
use super::{failed, opened, refused, rule, unread};

/// Say what a pattern is: still life, oscillator, spaceship, or what becomes of it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata identify copperhead --json")]
pub struct Identify {
    /// A pattern file, an apgcode, a name of `automata list`, or - for standard input
    pattern: String,
    /// The rule, if not the file's own
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// How far to run it at most
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    generations: u64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Identify {
    pub fn run(self) -> Done {
        let pattern = opened(&self.pattern)?
            .pattern(&files::Limits::default())
            .map_err(|e| unread(&self.pattern, &e.into()))?;
        let rule = self.rule.unwrap_or(pattern.rule_or_life());
        let limits = identify::Limits {
            generations: self.generations,
            ..identify::Limits::default()
        };
        let found = analysis::watched("Identify", 1, |job| {
            let mut go_on = objects::watched(job);
            Ok(identify::identify_while(
                &pattern, &rule, &limits, &mut go_on,
            ))
        })?;
        let Some(found) = found.map_err(refused)? else {
            return Ok(());
        };
        if self.json {
            return output::text(&found.json().to_string());
        }
        output::text(&output::pairs(&found.rows()))
    }
}

/// Count the objects of a pattern by kind
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata census r-pentomino --after 1103 --json")]
pub struct CensusOf {
    /// A pattern file, an apgcode, a name of `automata list`, or - for standard input
    pattern: String,
    /// The rule, if not the file's own
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// Generations to run before counting
    #[arg(long, value_name = "N", default_value = "0", value_parser = given::whole)]
    after: Step,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl CensusOf {
    pub fn run(self) -> Done {
        let start = opened(&self.pattern)?
            .pattern(&files::Limits::default())
            .map_err(|e| unread(&self.pattern, &e.into()))?;
        let rule = self.rule.unwrap_or(start.rule_or_life());
        let means = Means {
            memory: self.memory << 20,
            threads: 1,
            ..Means::default()
        };
        let mut world = World::new(rule.clone(), &start, means).map_err(failed)?;
        run::run(&mut world, &self.after, &mut || false).map_err(failed)?;
        let pattern = world.pattern(1 << 22).map_err(failed)?;
        let census = analysis::watched("Census", 1, |job| {
            let mut go_on = objects::watched(job);
            Ok(identify::census_while(&pattern, &rule, &mut go_on))
        })?;
        let Some(census) = census.map_err(refused)? else {
            return Ok(());
        };
        if self.json {
            return output::text(&census.json().to_string());
        }
        output::text(&output::pairs(&census.rows()))
    }
}
