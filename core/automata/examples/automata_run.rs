//! Runs a pattern file for so many generations and prints what came of it as JSON, as the
//! command `automata run --json` does.

use loom_automata::run::{Start, begin, run};
use loom_automata::world::Means;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, generations] = &arguments[..] else {
        return Err("usage: automata_run FILE GENERATIONS".into());
    };
    let start = Start::read(&std::fs::read_to_string(file)?)?;
    let mut world = begin(&start, None, Means::default())?;
    let outcome = run(&mut world, &generations.parse()?, &mut || false)?;
    println!("{}", outcome.json());
    Ok(())
}
