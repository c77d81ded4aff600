//! Identifies pattern files: one line of JSON for each file named on the command line.
//!
//! `cargo run --release -p loom-automata --example identify -- *.rle`

use loom_automata::files::{self, Limits};
use loom_automata::identify::{self, Fate};

fn main() {
    for name in std::env::args().skip(1) {
        let line = match line(&name) {
            Ok(line) => line,
            Err(error) => serde_json::json!({ "file": name, "error": error }),
        };
        println!("{line}");
    }
}

fn line(name: &str) -> Result<serde_json::Value, String> {
    let limits = Limits::default();
    let bytes = std::fs::read(name).map_err(|e| e.to_string())?;
    let opened = files::read(name, &bytes, &limits).map_err(|e| e.to_string())?;
    let pattern = opened.pattern(&limits).map_err(|e| e.to_string())?;
    let rule = pattern.rule_or_life();
    let search = identify::Limits {
        generations: 40_000,
        work: 20_000_000,
    };
    let identity = identify::identify(&pattern, &rule, &search)?;
    let (object, what) = match &identity.fate {
        Fate::Object(object) => (Some(object), "object"),
        Fate::Becomes { object, .. } => (Some(object), "becomes"),
        Fate::Dies { .. } => (None, "dies"),
        Fate::Settles { .. } => (None, "settles"),
        Fate::Grows { .. } => (None, "grows"),
        Fate::Unknown { .. } => (None, "unknown"),
    };
    Ok(serde_json::json!({
        "file": name,
        "name": pattern.name,
        "rule": rule.to_string(),
        "size": pattern.size,
        "population": pattern.population(),
        "what": what,
        "fate": identity.fate.to_string(),
        "generations": identity.generations,
        "kind": object.map(identify::Object::kind),
        "period": object.map(|o| o.period),
        "displacement": object.map(|o| o.displacement),
        "velocity": object.and_then(identify::Object::velocity),
        "apgcode": object.and_then(|o| o.apgcode.clone()),
        "count": opened.count(),
    }))
}
