//! Prints what belongs into the catalogue's files under `[measured]`: twenty times the usual
//! work. Run it when a system joins: `cargo run --release -p loom-attractors --example
//! measure_catalogue`.

use loom_attractors::{Lyapunov, catalogue};
use loom_sim::parameter::complete;
use loom_sim::{Analysis, Job, Settings, Subject, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for definition in catalogue::systems() {
        let model = catalogue::model(&definition);
        let mut settings = complete(&Lyapunov.parameters(&model), &Settings::new())?;
        let time = settings.get("time").and_then(Value::as_real).unwrap_or(0.0);
        settings.insert("time".into(), Value::Real(time * 20.0));
        let subject = Subject::State {
            model,
            capture: None,
        };
        let report = Lyapunov.run(&subject, &settings, &Job::quiet())?;
        println!("\n{}\n[measured]", definition.name);
        for key in [
            "spectrum",
            "standard_error",
            "mean_divergence",
            "kaplan_yorke_dimension",
            "time",
        ] {
            println!("{key} = {}", report.json[key]);
        }
    }
    Ok(())
}
