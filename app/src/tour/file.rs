//! The form of a tour's file: a TOML text with a title and steps.
//!
//! What stands in it is checked here as far as it can be without knowing the sciences: lengths,
//! counts and ranges. Every error names the file, the line and the column.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use loom_attractors::file::Source;
use loom_sim::{SimError, Value};
use serde::Deserialize;
use toml::Spanned;

/// The ending of a tour's file that is not called `.toml`.
pub const ENDING: &str = "loom-tour";
/// Longest file that is read, bytes.
pub const MAX_BYTES: usize = 256 << 10;
/// Most steps of a tour.
pub const MAX_STEPS: usize = 100;
/// Most letters of a sentence, of a line to watch, of a question and of a choice.
pub const MAX_SENTENCE: usize = 400;
/// Most letters of the presenter's notes of a step.
pub const MAX_NOTES: usize = 4000;
/// Sliders that a step may offer.
pub const MAX_CONTROLS: usize = 3;
/// Plots that a step may show beside the picture.
pub const MAX_PLOTS: usize = 4;
/// Answers that a question may have.
pub const MAX_CHOICES: usize = 6;

/// A tour, read and checked.
#[derive(Clone, Debug)]
pub struct Tour {
    /// The file's name, by which errors say where they are.
    pub file: String,
    /// The whole text.
    pub text: Arc<str>,
    /// ASCII, as the command line takes it.
    pub name: String,
    pub title: String,
    pub summary: String,
    pub author: String,
    /// How long it takes to give, if the file says so.
    pub minutes: Option<f64>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TourFile {
    title: Spanned<String>,
    name: Option<Spanned<String>>,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    author: String,
    minutes: Option<Spanned<f64>>,
    #[serde(default, rename = "step")]
    steps: Vec<Step>,
}

/// One step. What it does not say stays as the step before has it; `open` and `file` begin anew.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A few words, for the list of what comes next.
    #[serde(default)]
    pub title: String,
    /// The sentence to read.
    pub say: Spanned<String>,
    /// What to watch.
    #[serde(default)]
    pub watch: String,
    /// For the presenter alone.
    #[serde(default)]
    pub notes: String,
    /// A catalogue entry, `science/name`.
    pub open: Option<Spanned<String>>,
    /// A model that the tour carries.
    pub file: Option<Spanned<Inline>>,
    pub seed: Option<Spanned<i64>>,
    /// Parameters of the model, by key or symbol.
    #[serde(default)]
    pub set: BTreeMap<Spanned<String>, Spanned<Value>>,
    /// Parameters of the view.
    #[serde(default)]
    pub view: BTreeMap<Spanned<String>, Spanned<Value>>,
    pub camera: Option<Spanned<Look>>,
    /// Goes to this time of the model, in its own unit.
    pub at: Option<Spanned<f64>>,
    pub speed: Option<Spanned<f64>>,
    pub play: Option<bool>,
    pub twin: Option<bool>,
    /// What stands beside the picture: a probe's key, `twin`, or an analysis's key with a number.
    pub plots: Option<Vec<Spanned<String>>>,
    /// The picture's share of the width, beside plots.
    pub share: Option<Spanned<f64>>,
    #[serde(default, rename = "measure")]
    pub measures: Vec<Measure>,
    /// Sliders that are offered; those of the step before unless given.
    pub controls: Option<Vec<Spanned<String>>>,
    pub question: Option<Spanned<Question>>,
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
}

/// A model as the text of a file: a system's equations, a pattern, a graph, a circuit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inline {
    /// The name decides by its ending what the text is.
    pub name: String,
    pub text: String,
}

/// How the model is looked at; angles in radians, `zoom` from the view of the whole.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Look {
    pub yaw: Option<f64>,
    pub pitch: Option<f64>,
    pub zoom: Option<f64>,
    /// The point in the middle.
    pub centre: Option<Vec<f64>>,
}

/// An analysis that is run when the step is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub analysis: Spanned<String>,
    #[serde(default)]
    pub set: BTreeMap<Spanned<String>, Spanned<Value>>,
    /// Values of the report that are shown with the sentence, by key.
    #[serde(default)]
    pub values: Vec<String>,
}

/// A question: the run freezes until the next step. Either choices or a curve to be drawn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub ask: Spanned<String>,
    #[serde(default)]
    pub choices: Vec<Spanned<String>>,
    /// The number of the right choice, from 1.
    pub answer: Option<Spanned<usize>>,
    /// Why it is the right one; read with the next step.
    #[serde(default)]
    pub because: String,
    /// Empty axes, over which the class draws what it expects.
    pub draw: Option<Spanned<Draw>>,
}

/// The axes of a curve to be drawn; the first plot of the next step has the truth.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    pub x: DrawAxis,
    pub y: DrawAxis,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawAxis {
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub unit: String,
    pub from: f64,
    pub to: f64,
    #[serde(default)]
    pub logarithmic: bool,
}

/// A number that the step says, and the analysis that gives it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// As it stands in the step's words.
    pub says: Spanned<String>,
    /// An analysis, or `twin`: the time after which two runs are `size` apart.
    pub of: Spanned<String>,
    /// The key of the report's value.
    #[serde(default)]
    pub value: String,
    /// Settings of the analysis.
    #[serde(default)]
    pub set: BTreeMap<Spanned<String>, Spanned<Value>>,
    /// Parameters of the model that differ from those shown.
    #[serde(default)]
    pub with: BTreeMap<Spanned<String>, Spanned<Value>>,
    /// A factor, as a number or a formula, that makes the measured value the one that is said.
    pub times: Option<Spanned<Value>>,
    /// How far the measured value may lie from the one said; otherwise three standard errors and
    /// half of the last digit said.
    pub within: Option<f64>,
}

/// Whether a file of this name and beginning is a tour.
pub fn is_tour(name: &str, bytes: &[u8]) -> bool {
    let name = name.to_lowercase();
    if name.ends_with(&format!(".{ENDING}")) {
        return true;
    }
    let plain = |line: &[u8]| {
        line.iter()
            .filter(|b| !b.is_ascii_whitespace())
            .copied()
            .collect::<Vec<u8>>()
    };
    name.ends_with(".toml")
        && bytes
            .split(|b| *b == b'\n')
            .any(|line| line.len() < 80 && plain(line).starts_with(b"[[step]]"))
}

/// Reads a tour's file.
pub fn read(file: &str, text: &str) -> Result<Tour, SimError> {
    let source = Source { name: file, text };
    if text.len() > MAX_BYTES {
        return Err(source.error(
            None,
            "the file is longer than 256 KiB; a tour holds sentences, not data.",
        ));
    }
    let read: TourFile = loom_attractors::file::toml(source)?;
    let title_span = read.title.span();
    let title = read.title.into_inner().trim().to_owned();
    if title.is_empty() || title.chars().count() > 100 {
        return Err(source.error(
            Some(title_span),
            "give the tour a title of 1 to 100 letters.",
        ));
    }
    let name = match read.name {
        Some(name) if is_name(name.get_ref()) => name.into_inner(),
        Some(name) => {
            return Err(source.error(
                Some(name.span()),
                "a name has 1 to 60 small letters, digits and hyphens.",
            ));
        }
        None => crate::shell::export::slug(&title),
    };
    if let Some(minutes) = &read.minutes
        && !(*minutes.get_ref() > 0.0 && *minutes.get_ref() <= 600.0)
    {
        return Err(source.error(
            Some(minutes.span()),
            "minutes is a number above 0 and at most 600.",
        ));
    }
    if read.steps.is_empty() || read.steps.len() > MAX_STEPS {
        return Err(source.error(
            None,
            format!("a tour has 1 to {MAX_STEPS} steps, each under its [[step]]."),
        ));
    }
    let tour = Tour {
        file: file.to_owned(),
        text: text.into(),
        name,
        title,
        summary: read.summary,
        author: read.author,
        minutes: read.minutes.map(Spanned::into_inner),
        steps: read.steps,
    };
    for (index, step) in tour.steps.iter().enumerate() {
        tour.sound(index, step)?;
    }
    Ok(tour)
}

fn is_name(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Tour {
    /// An error at a place of the file.
    pub fn error(&self, span: Option<Range<usize>>, message: impl std::fmt::Display) -> SimError {
        let source = Source {
            name: &self.file,
            text: &self.text,
        };
        source.error(span, message)
    }

    /// The sciences that it shows, in the order in which they come.
    pub fn sciences(&self) -> Vec<String> {
        let mut list: Vec<String> = Vec::new();
        for open in self.steps.iter().filter_map(|s| s.open.as_ref()) {
            if let Some((science, _)) = open.get_ref().split_once('/')
                && !list.iter().any(|s| s == science)
            {
                list.push(science.to_owned());
            }
        }
        list
    }

    /// Whether one of its steps shows this entry.
    pub fn shows(&self, science: &str, entry: &str) -> bool {
        self.steps
            .iter()
            .filter_map(|s| s.open.as_ref())
            .any(|o| o.get_ref().split_once('/') == Some((science, entry)))
    }

    fn sound(&self, index: usize, step: &Step) -> Result<(), SimError> {
        let at = || Some(step.say.span());
        self.sentence("say", step.say.get_ref(), at(), true)?;
        for (what, text) in [("watch", &step.watch), ("title", &step.title)] {
            self.sentence(what, text, at(), false)?;
        }
        if step.notes.chars().count() > MAX_NOTES {
            return Err(self.error(at(), format!("notes have at most {MAX_NOTES} letters.")));
        }
        if step.open.is_some() && step.file.is_some() {
            return Err(self.error(
                step.file.as_ref().map(Spanned::span),
                "a step opens an entry of the catalogue or a file of its own, not both.",
            ));
        }
        if index == 0 && step.open.is_none() && step.file.is_none() {
            return Err(self.error(
                at(),
                "the first step says what to show: open = \"attractors/Lorenz\".",
            ));
        }
        self.numbers(step)?;
        if let Some(plots) = &step.plots
            && plots.len() > MAX_PLOTS
        {
            return Err(self.error(
                plots.last().map(Spanned::span),
                format!("a step shows at most {MAX_PLOTS} plots."),
            ));
        }
        if let Some(controls) = &step.controls
            && controls.len() > MAX_CONTROLS
        {
            return Err(self.error(
                controls.last().map(Spanned::span),
                format!("a step offers at most {MAX_CONTROLS} sliders."),
            ));
        }
        match &step.question {
            Some(question) => self.question(index, question),
            None => Ok(()),
        }
    }

    fn sentence(
        &self,
        what: &str,
        text: &str,
        span: Option<Range<usize>>,
        needed: bool,
    ) -> Result<(), SimError> {
        let count = text.chars().count();
        if needed && text.trim().is_empty() {
            return Err(self.error(span, format!("{what} is empty; write one sentence.")));
        }
        if count > MAX_SENTENCE {
            return Err(self.error(
                span,
                format!("{what} has {count} letters, and at most {MAX_SENTENCE} can be read."),
            ));
        }
        if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
            return Err(self.error(span, format!("{what} has a sign that can't be shown.")));
        }
        Ok(())
    }

    fn numbers(&self, step: &Step) -> Result<(), SimError> {
        let within = |number: &Option<Spanned<f64>>, what: &str, low: f64, high: f64| match number {
            Some(x) if !(low..=high).contains(x.get_ref()) => Err(self.error(
                Some(x.span()),
                format!("{what} is a number from {low} to {high}."),
            )),
            _ => Ok(()),
        };
        within(&step.at, "at", 0.0, 1e9)?;
        within(&step.speed, "speed", 1e-3, 1e4)?;
        within(&step.share, "share", 0.2, 0.85)?;
        if let Some(seed) = step.seed.as_ref().filter(|s| *s.get_ref() < 0) {
            return Err(self.error(Some(seed.span()), "a seed is a whole number from 0 on."));
        }
        let Some(camera) = &step.camera else {
            return Ok(());
        };
        let look = camera.get_ref();
        let angles = [look.yaw, look.pitch].into_iter().flatten();
        let centre = look.centre.as_deref().unwrap_or(&[0.0, 0.0]);
        let fine = angles.into_iter().all(|a| a.abs() <= 100.0)
            && look.zoom.is_none_or(|z| (1e-3..=1e12).contains(&z))
            && (2..=3).contains(&centre.len())
            && centre.iter().all(|c| c.abs() <= 1e12);
        if fine {
            Ok(())
        } else {
            Err(self.error(
                Some(camera.span()),
                "a camera has yaw and pitch in radians, a zoom from 0.001 to 1e12 and a centre of two or three numbers.",
            ))
        }
    }

    fn question(&self, index: usize, question: &Spanned<Question>) -> Result<(), SimError> {
        let span = || Some(question.span());
        let asked = question.get_ref();
        self.sentence("ask", asked.ask.get_ref(), Some(asked.ask.span()), true)?;
        self.sentence("because", &asked.because, span(), false)?;
        for choice in &asked.choices {
            self.sentence("a choice", choice.get_ref(), Some(choice.span()), true)?;
        }
        match (&asked.draw, asked.choices.len()) {
            (Some(draw), 0) => {
                for axis in [&draw.get_ref().x, &draw.get_ref().y] {
                    let ends = axis.from.is_finite() && axis.to.is_finite() && axis.from < axis.to;
                    if !ends || (axis.logarithmic && axis.from <= 0.0) {
                        return Err(self.error(
                            Some(draw.span()),
                            "an axis runs from a number to a larger one, both above 0 where it is logarithmic.",
                        ));
                    }
                }
            }
            (None, 2..=MAX_CHOICES) => {}
            _ => {
                return Err(self.error(
                    span(),
                    format!("a question has 2 to {MAX_CHOICES} choices, or a curve to draw."),
                ));
            }
        }
        if let Some(answer) = &asked.answer
            && !(1..=asked.choices.len()).contains(answer.get_ref())
        {
            return Err(self.error(
                Some(answer.span()),
                "answer is the number of one of the choices, from 1.",
            ));
        }
        if index + 1 == self.steps.len() {
            return Err(self.error(
                span(),
                "the last step asks nothing: no step would answer it.",
            ));
        }
        Ok(())
    }
}
