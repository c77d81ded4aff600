//! What the command line prints of the catalogue: the list, and one system in full.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::catalogue;
use crate::definition::Definition;

/// All systems in the form that the command line's documentation fixes.
pub fn list() -> Value {
    Value::Array(catalogue::systems().iter().map(|d| describe(d)).collect())
}

/// One system.
pub fn describe(definition: &Definition) -> Value {
    let parameters: Map<String, Value> = definition
        .parameters
        .iter()
        .map(|p| (p.key.clone(), json!(p.value)))
        .collect();
    let mut entry = json!({
        "name": definition.name,
        "kind": definition.kind(),
        "dimension": definition.dimension(),
        "parameters": parameters,
        "citation": definition.citation,
        "title": definition.title,
        "summary": definition.summary,
        "group": definition.group,
        "variables": definition.system.variables(),
        "equations": definition.equations,
        "initial": definition.initial,
        "dt": definition.dt,
        "period": definition.period,
        "obtained": definition.obtained,
    });
    if let (Some(measured), Value::Object(fields)) = (&definition.measured, &mut entry) {
        fields.insert(
            "measured".into(),
            json!({
                "spectrum": measured.spectrum,
                "standard_error": measured.standard_error,
                "mean_divergence": measured.mean_divergence,
                "kaplan_yorke_dimension": measured.kaplan_yorke_dimension,
                "time": measured.time,
                "note": measured.note,
            }),
        );
    }
    entry
}

/// The list for people: a line for each system.
pub fn table() -> String {
    let systems = catalogue::systems();
    let width = systems
        .iter()
        .map(|d| d.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for d in &systems {
        let _ = writeln!(
            text,
            "{:width$}  {:6}  {} variables  {}",
            d.name,
            d.kind(),
            d.dimension(),
            d.summary
        );
    }
    text
}

/// One system for people.
pub fn show(definition: &Definition) -> String {
    let mut text = format!(
        "{}\n{}\n\n{}\n",
        definition.title, definition.summary, definition.equations
    );
    let _ = writeln!(text, "\nParameters");
    for p in &definition.parameters {
        let unit = if p.unit.is_empty() {
            String::new()
        } else {
            format!(" {}", p.unit)
        };
        let _ = writeln!(
            text,
            "  {} ({}) = {}{unit}   {}",
            p.key, p.symbol, p.value, p.name
        );
    }
    if !definition.noise.is_empty() {
        let _ = writeln!(text, "\nNoise (Itô, under --noise 1)");
        let amplitudes = definition.system.variables().iter().zip(&definition.noise);
        for (variable, amplitude) in amplitudes {
            let _ = writeln!(text, "  {variable}   {amplitude}");
        }
    }
    let start: Vec<String> = definition.initial.iter().map(f64::to_string).collect();
    let _ = writeln!(text, "\nStart    {}", start.join(", "));
    if !definition.is_map() {
        let _ = writeln!(
            text,
            "dt       {}\nPeriod   {}",
            definition.dt, definition.period
        );
    }
    if let Some(m) = &definition.measured {
        let list: Vec<String> = m
            .spectrum
            .iter()
            .zip(&m.standard_error)
            .map(|(x, e)| format!("{x} ± {e}"))
            .collect();
        let _ = writeln!(text, "Lyapunov exponents   {}", list.join(",  "));
        let _ = writeln!(
            text,
            "Kaplan–Yorke dimension   {}",
            m.kaplan_yorke_dimension
        );
    }
    let _ = writeln!(text, "\n{}", definition.citation);
    text
}

/// The equations as LaTeX.
pub fn latex(definition: &Definition) -> String {
    definition.system.to_latex()
}
