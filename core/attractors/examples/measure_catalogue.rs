//! Measures entries of the catalogue, or files, as `attractors measure` does, and writes their
//! files with the numbers in them into a folder. Run it when a system joins:
//!
//! ```text
//! cargo run --release -p loom-attractors --example measure_catalogue -- EFFORT FOLDER [NAME | FILE.toml]…
//! ```
//!
//! EFFORT is the model time in units of the usual one: four times as much halves the errors.
//! Without names the whole catalogue is measured.

use std::sync::Arc;

use loom_attractors::{Definition, catalogue, invariants};
use loom_sim::Job;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1);
    let effort: f64 = given.next().ok_or("give an effort, such as 20")?.parse()?;
    let folder = std::path::PathBuf::from(given.next().ok_or("give a folder to write to")?);
    let names: Vec<String> = given.collect();
    let systems = if names.is_empty() {
        catalogue::systems()
    } else {
        let read = |name: &String| -> Result<Arc<Definition>, Box<dyn std::error::Error>> {
            if name.ends_with(".toml") {
                let text = std::fs::read_to_string(name)?;
                return Ok(Arc::new(Definition::parse(name, &text)?));
            }
            Ok(catalogue::named(name)?)
        };
        names.iter().map(read).collect::<Result<_, _>>()?
    };
    for definition in systems {
        match invariants::measure(&definition, effort, &Job::quiet()) {
            Ok(found) => {
                let name = format!("{}.toml", definition.name.to_lowercase());
                std::fs::write(folder.join(name), invariants::rewrite(&definition, &found)?)?;
                let m = &found.measured;
                println!(
                    "{}: {:?} ± {:?}, dimension {}, gap {:.1e}",
                    definition.name,
                    m.spectrum,
                    m.standard_error,
                    m.kaplan_yorke_dimension,
                    found.gap
                );
            }
            Err(error) => println!("{}: {error}", definition.name),
        }
    }
    Ok(())
}
