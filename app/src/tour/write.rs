//! Writes a tour's file from what was collected in the window.

use std::collections::BTreeMap;

use loom_sim::{Settings, SimError, Value};
use serde::Serialize;

use super::file;

/// A tour that is being written.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Draft {
    pub title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    #[serde(rename = "step")]
    pub steps: Vec<DraftStep>,
}

/// A step with all that it shows, so that it stands by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DraftStep {
    pub say: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub watch: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
    #[serde(flatten)]
    pub scene: DraftScene,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<DraftQuestion>,
}

/// The document of a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DraftScene {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<DraftFile>,
    #[serde(skip_serializing_if = "is_zero")]
    pub seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    pub play: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub twin: bool,
    pub plots: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: Settings,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub view: Settings,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub camera: BTreeMap<String, Value>,
    #[serde(rename = "measure", skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<DraftMeasure>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DraftFile {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DraftMeasure {
    pub analysis: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: Settings,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DraftQuestion {
    pub ask: String,
    pub choices: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<usize>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

fn is_zero(seed: &u64) -> bool {
    *seed == 0
}

impl Draft {
    /// The file's text, read again by the reader of tours: what it would refuse is not written.
    pub fn text(&self, name: &str) -> Result<String, SimError> {
        let text = toml::to_string_pretty(self)
            .map_err(|e| SimError::other(format!("The tour can't be written: {e}.")))?;
        file::read(name, &text)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::tour::Scope;

    #[test]
    fn what_is_written_is_read_back_as_the_same_step() {
        let scene = DraftScene {
            open: Some("attractors/Lorenz".into()),
            play: true,
            plots: vec!["lyapunov/1".into()],
            set: Settings::from([("rho".into(), Value::Real(21.5))]),
            view: Settings::from([("style".into(), Value::from("trails"))]),
            camera: BTreeMap::from([("yaw".into(), Value::Real(0.25))]),
            measures: vec![DraftMeasure {
                analysis: "lyapunov".into(),
                set: Settings::new(),
            }],
            ..DraftScene::default()
        };
        let asked = DraftStep {
            say: "It is \"quoted\" and has a = b.".into(),
            notes: "Two\nlines.".into(),
            scene,
            question: Some(DraftQuestion {
                ask: "Which?".into(),
                choices: vec!["One".into(), "Two".into()],
                answer: Some(1),
                because: String::new(),
            }),
            ..DraftStep::default()
        };
        let mut last = asked.clone();
        last.question = None;
        let draft = Draft {
            title: "Mine".into(),
            steps: vec![asked, last],
            ..Draft::default()
        };
        let text = draft.text("mine.toml").unwrap();
        let tour = file::read("mine.toml", &text).unwrap();
        let registry = crate::registry();
        let scope = Scope {
            tour: &tour,
            registry: &registry,
        };
        let stage = scope.stage(0).unwrap();
        assert_eq!(stage.model.parameters["rho"], Value::Real(21.5));
        assert_eq!(stage.view["style"], Value::from("trails"));
        assert_eq!(stage.look.unwrap().yaw, Some(0.25));
        assert_eq!(tour.steps[0].notes.trim(), "Two\nlines.");
        assert_eq!(
            tour.steps[0].say.get_ref(),
            "It is \"quoted\" and has a = b."
        );
        assert!(stage.measures.contains_key("lyapunov"));
    }

    #[test]
    fn a_draft_that_could_not_be_read_is_not_written() {
        let draft = Draft {
            title: "Empty".into(),
            ..Draft::default()
        };
        assert!(draft.text("mine.toml").is_err());
    }
}
