//! The analysis "Parameters and MACs": exact counts, as formulas and as numbers, part by part.

use loom_sim::{
    Analysis, Job, Model, Parameter, Quantity, Report, Settings, SimError, Subject, Table, Value,
    parameter,
};
use num_bigint::BigInt;
use serde_json::json;

use crate::check::{ArrayId, Checked};
use crate::count::{count, exact};
use crate::model::{ATTACHMENT, KEY, load};

/// Counts a circuit.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParametersAndMacs;

/// What a circuit costs, as the command line prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub parameters: BigInt,
    pub macs: BigInt,
    pub operations: BigInt,
    pub activation_bytes: BigInt,
    pub inputs: Vec<Vec<u64>>,
    pub outputs: Vec<Vec<u64>>,
}

/// Counts a checked circuit; an activation takes this many bytes a number.
pub fn summarise(checked: &Checked, bytes_per_number: u64) -> Result<Summary, SimError> {
    let (total, _) = count(checked)?;
    let shapes = |list: &[ArrayId]| -> Result<Vec<Vec<u64>>, SimError> {
        list.iter().map(|id| Ok(checked.shape(*id)?)).collect()
    };
    Ok(Summary {
        parameters: exact(checked, &total.parameters)?,
        macs: exact(checked, &total.macs)?,
        operations: exact(checked, &total.operations)?,
        activation_bytes: exact(checked, &total.activations)? * bytes_per_number,
        inputs: shapes(&checked.inputs)?,
        outputs: shapes(&checked.outputs)?,
    })
}

/// A whole number of any size: as a number where JSON's readers keep it exact, else as text.
fn whole(n: &BigInt) -> serde_json::Value {
    u64::try_from(n).map_or_else(|_| json!(n.to_string()), |n| json!(n))
}

impl Summary {
    pub fn json(&self) -> serde_json::Value {
        json!({
            "parameters": whole(&self.parameters),
            "macs": whole(&self.macs),
            "operations": whole(&self.operations),
            "activation_bytes": whole(&self.activation_bytes),
            "inputs": self.inputs,
            "outputs": self.outputs,
        })
    }
}

impl Analysis for ParametersAndMacs {
    fn key(&self) -> &'static str {
        "cost"
    }
    fn name(&self) -> &'static str {
        "Parameters and MACs"
    }
    fn help(&self) -> &'static str {
        "Counts learned parameters, multiply–accumulates, operations and activations, exactly and as formulas of the sizes."
    }
    fn citation(&self) -> &'static str {
        "Counted from the diagram; MACs are those of matrix products, as in the papers' tables."
    }
    fn fits(&self, model: &Model) -> bool {
        model.science == KEY
    }
    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![
            Parameter::choice(
                "precision",
                "Activations as",
                "f32",
                &[
                    ("f16", "f16, 2 bytes"),
                    ("f32", "f32, 4 bytes"),
                    ("f64", "f64, 8 bytes"),
                ],
            )
            .help("The number format in which activations are counted."),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = std::time::Instant::now();
        let Subject::State { model, .. } = subject else {
            return Err(SimError::Other(
                "Parameters and MACs are counted on a circuit; choose one.".into(),
            ));
        };
        let settings = parameter::complete(&self.parameters(model), settings)?;
        let bytes = match settings.get("precision").and_then(Value::as_text) {
            Some("f16") => 2,
            Some("f64") => 8,
            _ => 4,
        };
        let checked = load(model)?.checked;
        // Sizes that don't agree have no costs.
        checked.sound().map_err(|error| {
            let file = model.attachments.get(ATTACHMENT);
            SimError::Parse(file.map_or_else(
                || error.to_string(),
                |file| format!("{}, {error}", file.name),
            ))
        })?;
        let summary = summarise(&checked, bytes)?;
        job.check()?;
        let (total, rows) = count(&checked)?;
        let mut json = summary.json();
        json["formulas"] = json!({
            "parameters": total.parameters.to_string(),
            "macs": total.macs.to_string(),
            "operations": total.operations.to_string(),
        });
        json["blocks"] = rows
            .iter()
            .map(|row| {
                let n = |size| exact(&checked, size).map_or(json!(null), |n| whole(&n));
                json!({
                    "path": row.path,
                    "block": row.block,
                    "parameters": n(&row.cost.parameters),
                    "macs": n(&row.cost.macs),
                })
            })
            .collect();
        let mut values = vec![
            Quantity::exact("parameters", "Parameters", summary.parameters.clone()),
            Quantity::exact("macs", "MACs", summary.macs.clone()),
            Quantity::exact("operations", "Operations", summary.operations.clone()),
            Quantity::exact(
                "activation_bytes",
                "Activations",
                summary.activation_bytes.clone(),
            )
            .unit("bytes"),
        ];
        for (key, name, formula) in [
            (
                "parameters_formula",
                "Parameters as a formula",
                &total.parameters,
            ),
            ("macs_formula", "MACs as a formula", &total.macs),
        ] {
            values.push(Quantity::text(key, name, &formula.to_string()));
        }
        let number = |size: &crate::size::Size| {
            exact(&checked, size).map_or_else(|_| "–".to_owned(), |n| n.to_string())
        };
        let column = |name: &str, cell: &dyn Fn(&crate::count::Row) -> String| {
            (name.to_owned(), rows.iter().map(cell).collect::<Vec<_>>())
        };
        let table = Table {
            title: "Part by part".into(),
            columns: vec![
                column("Part", &|r| format!("{}{}", "  ".repeat(r.depth), r.title)),
                column("Parameters", &|r| number(&r.cost.parameters)),
                column("MACs", &|r| number(&r.cost.macs)),
                column("Operations", &|r| number(&r.cost.operations)),
                column("Activations", &|r| number(&r.cost.activations)),
                column("MACs as a formula", &|r| r.cost.macs.to_string()),
            ],
        };
        Ok(Report {
            title: self.name().into(),
            method: format!(
                "Exact counts from the checked diagram: MACs of matrix products (a shift adds none); operations 2 a MAC, softmax 8, norm 7, GELU 8, tanh, exp and sigmoid 4, ReLU, scale and sum 1 an entry; activations are the inputs and what operations write, at {bytes} bytes each (views and copies write none)."
            ),
            citation: self.citation().into(),
            settings,
            values,
            tables: vec![table],
            plots: Vec::new(),
            warnings: checked.warnings.clone(),
            seconds: begun.elapsed().as_secs_f64(),
            command: crate::science::command(model),
            choices: Vec::new(),
            json,
            ..Report::default()
        })
    }
}
