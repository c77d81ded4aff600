//! Identities and censuses as rows of text and as JSON.

use serde_json::{Value, json};

use super::{Census, Fate, Identity, Object};

impl Object {
    /// The object as JSON.
    pub fn json(&self) -> Value {
        json!({
            "kind": self.kind(),
            "period": self.period,
            "displacement": [self.displacement.0, self.displacement.1],
            "velocity": self.velocity(),
            "apgcode": self.apgcode,
            "name": self.name,
            "symmetry": self.symmetry,
            "population": [self.population.0, self.population.1],
            "rotor": self.rotor.0,
            "envelope": self.rotor.1,
        })
    }

    fn rows(&self, rows: &mut Vec<(&'static str, String)>) {
        rows.push(("Kind", self.kind().to_owned()));
        if let Some(name) = self.name {
            rows.push(("Name", name.to_owned()));
        }
        rows.push(("Period", self.period.to_string()));
        if let Some(velocity) = self.velocity() {
            let (dx, dy) = self.displacement;
            rows.push(("Velocity", format!("{velocity}, ({dx}, {dy}) in a period")));
        }
        let (least, most) = self.population;
        rows.push((
            "Population",
            if least == most {
                least.to_string()
            } else {
                format!("{least} to {most}")
            },
        ));
        rows.push(("Symmetry", self.symmetry.clone()));
        rows.push((
            "Apgcode",
            self.apgcode.clone().unwrap_or_else(|| "none".to_owned()),
        ));
    }
}

impl Identity {
    /// The identity as JSON, without the populations.
    pub fn json(&self) -> Value {
        let (fate, mut value) = match &self.fate {
            Fate::Object(object) => ("object", object.json()),
            Fate::Dies { generation } => ("dies", json!({ "generation": generation })),
            Fate::Becomes { generation, object } => (
                "becomes",
                json!({ "generation": generation, "object": object.json() }),
            ),
            Fate::Settles {
                generation,
                population,
                period,
            } => (
                "settles",
                json!({ "generation": generation, "population": population, "period": period }),
            ),
            Fate::Grows {
                generation,
                period,
                gain,
            } => (
                "grows",
                json!({ "generation": generation, "period": period, "gain": gain }),
            ),
            Fate::Unknown { generations } => ("unknown", json!({ "generations": generations })),
        };
        value["fate"] = fate.into();
        value
    }

    /// The identity as rows of a name and a value.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        match &self.fate {
            Fate::Object(object) => object.rows(&mut rows),
            Fate::Becomes { generation, object } => {
                rows.push(("Settles at", format!("generation {generation}")));
                object.rows(&mut rows);
            }
            fate => rows.push(("Fate", fate.to_string())),
        }
        rows
    }
}

impl Census {
    /// The census as JSON.
    pub fn json(&self) -> Value {
        let objects: Vec<Value> = self
            .objects
            .iter()
            .map(|count| {
                let mut object = count.object.json();
                object["count"] = count.count.into();
                object
            })
            .collect();
        json!({
            "total": self.total(),
            "objects": objects,
            "unsettled_cells": self.unsettled,
            "unsettled_islands": self.unsettled_islands,
        })
    }

    /// The census as rows of a name or code and a number, the most frequent first.
    pub fn rows(&self) -> Vec<(&str, String)> {
        let mut rows: Vec<(&str, String)> = self
            .objects
            .iter()
            .map(|count| {
                let object = &count.object;
                let code = object.apgcode.as_deref();
                let name = object.name.or(code).unwrap_or_else(|| object.kind());
                (name, count.count.to_string())
            })
            .collect();
        rows.push(("In all", self.total().to_string()));
        if self.unsettled > 0 {
            let islands = self.unsettled_islands;
            let cells = self.unsettled;
            rows.push(("Not settled", format!("{islands} islands of {cells} cells")));
        }
        rows
    }
}
