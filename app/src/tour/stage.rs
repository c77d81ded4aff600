//! What a step asks of the studio: the steps up to it, folded into one state, with every name
//! looked up and every value checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use loom_attractors::file::nearest;
use loom_sim::parameter::{self, ParameterKind};
use loom_sim::{
    Analysis, Effect, Entry, Model, Parameter, ProbeSpec, Registry, Science, Settings, SimError,
    Value,
};
use toml::Spanned;

use super::file::{Fact, Inline, Look, Measure, Step, Tour};
use crate::shell::analyses;
use crate::shell::tiles::Source;
use crate::widgets::expression;

/// What stands before the kind of a probe, where a plot of an analysis could be meant: analyses
/// have no such key.
const PROBE: &str = "probe";

/// Values of a file by their keys, with their places.
type Given = BTreeMap<Spanned<String>, Spanned<Value>>;

/// The state of a step, whichever way it was reached.
#[derive(Clone)]
pub struct Stage {
    pub science: Arc<dyn Science>,
    /// The entry of the catalogue that is open, if the model came from there.
    pub entry: Option<Arc<Entry>>,
    pub title: String,
    /// With the parameters that the steps so far have set.
    pub model: Model,
    pub view: Settings,
    pub look: Option<Look>,
    /// The time to go to, in the model's own unit.
    pub at: Option<f64>,
    pub speed: f64,
    pub play: bool,
    pub twin: bool,
    /// What stands beside the picture.
    pub plots: Vec<Source>,
    /// The picture's share of the width.
    pub share: Option<f64>,
    /// The analyses of this run and their settings.
    pub measures: BTreeMap<String, Settings>,
    /// Values that are shown with the sentence: analysis and key.
    pub values: Vec<(String, String)>,
    pub controls: Vec<String>,
    /// This step opens the run anew.
    pub opens: bool,
    /// What this step sets of the model.
    pub changes: Settings,
}

/// Where names are looked up.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub tour: &'a Tour,
    pub registry: &'a Registry,
}

impl Scope<'_> {
    /// The state of the step with this number, from 0.
    pub fn stage(&self, index: usize) -> Result<Stage, SimError> {
        let steps = &self.tour.steps;
        let last = index.min(steps.len().saturating_sub(1));
        let mut stage: Option<Stage> = None;
        for step in &steps[..=last] {
            let opens = step.open.is_some() || step.file.is_some();
            let mut next = match stage.take() {
                Some(stage) if !opens => stage,
                _ => self.opened(step)?,
            };
            next.opens = opens;
            self.add(&mut next, step)?;
            stage = Some(next);
        }
        stage.ok_or_else(|| self.tour.error(None, "a tour has at least one step."))
    }

    fn opened(&self, step: &Step) -> Result<Stage, SimError> {
        let (science, entry, model, title) = match (&step.open, &step.file) {
            (Some(open), _) => {
                let (science, entry) = self.entry(open)?;
                let (model, title) = (entry.model.clone(), entry.title.clone());
                (science, Some(entry), model, title)
            }
            (None, Some(file)) => {
                let (science, model) = self.carried(file)?;
                (science, None, model, file.get_ref().name.clone())
            }
            (None, None) => {
                return Err(self
                    .tour
                    .error(Some(step.say.span()), "the step has nothing to show."));
            }
        };
        let mut stage = Stage {
            science,
            entry,
            title,
            model,
            view: Settings::new(),
            look: None,
            at: None,
            speed: 1.0,
            play: true,
            twin: false,
            plots: Vec::new(),
            share: None,
            measures: BTreeMap::new(),
            values: Vec::new(),
            controls: Vec::new(),
            opens: true,
            changes: Settings::new(),
        };
        if let Some(seed) = &step.seed {
            stage.model.seed = seed.get_ref().unsigned_abs();
        }
        Ok(stage)
    }

    /// What a step says, over what stood before.
    fn add(&self, stage: &mut Stage, step: &Step) -> Result<(), SimError> {
        stage.changes = self.parameters(&stage.science, &mut stage.model, &step.set)?;
        let view = self.view(stage, &step.view)?;
        stage.view.extend(view);
        if let Some(camera) = &step.camera {
            stage.look = Some(camera.get_ref().clone());
        }
        if let Some(at) = &step.at {
            stage.at = Some(*at.get_ref());
        }
        if let Some(speed) = &step.speed {
            stage.speed = *speed.get_ref();
        }
        stage.play = step.play.unwrap_or(stage.play);
        stage.twin = step.twin.unwrap_or(stage.twin);
        if let Some(share) = &step.share {
            stage.share = Some(*share.get_ref());
        }
        stage.values.clear();
        for measure in &step.measures {
            self.measure(stage, measure)?;
        }
        if let Some(controls) = &step.controls {
            stage.controls = self.controls(stage, controls)?;
        }
        if let Some(plots) = &step.plots {
            stage.plots = plots
                .iter()
                .map(|plot| self.plot(stage, plot))
                .collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    // Documents.

    fn entry(&self, open: &Spanned<String>) -> Result<(Arc<dyn Science>, Arc<Entry>), SimError> {
        let wrong = |message: String| self.tour.error(Some(open.span()), message);
        let Some((key, name)) = open.get_ref().split_once('/') else {
            return Err(wrong(
                "what to open is a science and an entry: \"attractors/Lorenz\".".into(),
            ));
        };
        let sciences = self.registry.sciences();
        let Some(science) = sciences.iter().find(|s| s.key() == key) else {
            let hint = near(key, sciences.iter().map(|s| s.key()));
            return Err(wrong(format!("there is no science “{key}”{hint}")));
        };
        let entries = science.catalogue();
        match entries.iter().find(|e| e.name == name) {
            Some(entry) => Ok((science.clone(), Arc::new(entry.clone()))),
            None => {
                let hint = near(name, entries.iter().map(|e| e.name.as_str()));
                Err(wrong(format!(
                    "the catalogue of {key} has no entry “{name}”{hint}"
                )))
            }
        }
    }

    fn carried(&self, file: &Spanned<Inline>) -> Result<(Arc<dyn Science>, Model), SimError> {
        let Inline { name, text } = file.get_ref();
        let wrong = |message: String| self.tour.error(Some(file.span()), message);
        if name.contains(['/', '\\']) {
            return Err(wrong(format!(
                "{name} is a path; the tour carries the text itself: give a plain name such as mine.txt."
            )));
        }
        let model = match self.registry.open(name, text.as_bytes()) {
            Some(model) => model.map_err(|e| wrong(format!("the file {name}: {e}")))?,
            None => {
                return Err(wrong(format!(
                    "{name} is no file of a science that is known here; its ending says what it is."
                )));
            }
        };
        let science = self.registry.get(&model.science)?.clone();
        Ok((science, model))
    }

    // Values.

    /// Puts parameters into a model; gives back those that were set, by their keys.
    fn parameters(
        &self,
        science: &Arc<dyn Science>,
        model: &mut Model,
        given: &Given,
    ) -> Result<Settings, SimError> {
        let mut changes = Settings::new();
        for (name, value) in given {
            // A parameter may decide which others there are.
            let declared: Vec<Parameter> = science
                .parameters(model)?
                .into_iter()
                .filter(|p| p.effect != Effect::View)
                .collect();
            let (key, value) = self.value(&declared, name, value, "parameter")?;
            model.parameters.insert(key.clone(), value.clone());
            changes.insert(key, value);
        }
        Ok(changes)
    }

    fn view(&self, stage: &Stage, given: &Given) -> Result<Settings, SimError> {
        if given.is_empty() {
            return Ok(Settings::new());
        }
        let declared: Vec<Parameter> = stage
            .science
            .parameters(&stage.model)?
            .into_iter()
            .filter(|p| p.effect == Effect::View)
            .collect();
        given
            .iter()
            .map(|(name, value)| self.value(&declared, name, value, "setting of the view"))
            .collect()
    }

    fn value(
        &self,
        declared: &[Parameter],
        name: &Spanned<String>,
        value: &Spanned<Value>,
        what: &str,
    ) -> Result<(String, Value), SimError> {
        let Some(found) = parameter::find(declared, name.get_ref()) else {
            let hint = near(name.get_ref(), declared.iter().map(|p| p.key.as_str()));
            return Err(self.tour.error(
                Some(name.span()),
                format!("there is no {what} “{}” here{hint}", name.get_ref()),
            ));
        };
        let numeric = matches!(
            found.kind,
            ParameterKind::Real { .. } | ParameterKind::Integer { .. }
        );
        let plain = match (numeric, value.get_ref().as_text()) {
            // "8/3" is a number where one is asked for.
            (true, Some(text)) => Value::Real(
                expression::evaluate(text)
                    .map_err(|why| self.tour.error(Some(value.span()), why))?,
            ),
            _ => value.get_ref().clone(),
        };
        let checked = found
            .check(&plain)
            .map_err(|why| self.tour.error(Some(value.span()), why))?;
        Ok((found.key.clone(), checked))
    }

    fn controls(&self, stage: &Stage, given: &[Spanned<String>]) -> Result<Vec<String>, SimError> {
        let declared: Vec<Parameter> = stage
            .science
            .parameters(&stage.model)?
            .into_iter()
            .filter(|p| {
                p.effect == Effect::Live
                    && matches!(
                        p.kind,
                        ParameterKind::Real { .. } | ParameterKind::Integer { .. }
                    )
            })
            .collect();
        given
            .iter()
            .map(|name| {
                parameter::find(&declared, name.get_ref()).map_or_else(
                    || {
                        let hint = near(name.get_ref(), declared.iter().map(|p| p.key.as_str()));
                        Err(self.tour.error(
                            Some(name.span()),
                            format!("“{}” is no slider here{hint}", name.get_ref()),
                        ))
                    },
                    |p| Ok(p.key.clone()),
                )
            })
            .collect()
    }

    // Analyses and plots.

    fn analysis(
        &self,
        stage: &Stage,
        name: &Spanned<String>,
    ) -> Result<Arc<dyn Analysis>, SimError> {
        let list = analyses::fitting(&stage.science, &stage.model);
        list.iter()
            .find(|a| a.key() == name.get_ref())
            .cloned()
            .ok_or_else(|| {
                let hint = near(name.get_ref(), list.iter().map(|a| a.key()));
                self.tour.error(
                    Some(name.span()),
                    format!(
                        "there is no analysis “{}” of {}{hint}",
                        name.get_ref(),
                        stage.title
                    ),
                )
            })
    }

    /// Settings of an analysis, looked up in its declaration one after the other.
    fn settings(
        &self,
        analysis: &Arc<dyn Analysis>,
        model: &Model,
        given: &Given,
    ) -> Result<Settings, SimError> {
        let mut settings = Settings::new();
        // Choices come first: ranges follow from them.
        for choices in [true, false] {
            for (name, value) in given {
                let declared = analysis.declared(model, &settings);
                let chosen = parameter::find(&declared, name.get_ref())
                    .is_some_and(|p| matches!(p.kind, ParameterKind::Choice(_)));
                if chosen == choices {
                    let (key, value) =
                        self.value(&declared, name, value, "setting of the analysis")?;
                    settings.insert(key, value);
                }
            }
        }
        Ok(settings)
    }

    fn measure(&self, stage: &mut Stage, measure: &Measure) -> Result<(), SimError> {
        let analysis = self.analysis(stage, &measure.analysis)?;
        let settings = self.settings(&analysis, &stage.model, &measure.set)?;
        let key = analysis.key().to_owned();
        for value in &measure.values {
            stage.values.push((key.clone(), value.clone()));
        }
        stage.measures.insert(key, settings);
        Ok(())
    }

    fn plot(&self, stage: &Stage, name: &Spanned<String>) -> Result<Source, SimError> {
        let text = name.get_ref();
        if text == "twin" {
            return Ok(Source::Difference);
        }
        let (key, part) = text.split_once('/').unwrap_or((text, "1"));
        if key == PROBE {
            return Ok(Source::Probe(ProbeSpec::new(part)));
        }
        let known = analyses::fitting(&stage.science, &stage.model)
            .iter()
            .any(|a| a.key() == key);
        if !known {
            return Ok(Source::Probe(ProbeSpec::new(text)));
        }
        if !stage.measures.contains_key(key) {
            return Err(self.tour.error(
                Some(name.span()),
                format!(
                    "“{key}” has not been measured: say so under [[step.measure]], or write \
                     “{PROBE}/{key}” for the curve that is recorded while it runs."
                ),
            ));
        }
        let analysis = key.to_owned();
        if part == "table" {
            return Ok(Source::Cells { analysis, index: 0 });
        }
        match part.parse::<usize>() {
            Ok(number @ 1..=50) => Ok(Source::Report {
                analysis,
                index: number - 1,
            }),
            _ => Err(self.tour.error(
                Some(name.span()),
                "after the analysis stands the number of its plot, or the word table: \"lyapunov/1\".",
            )),
        }
    }

    // Facts.

    /// The model, the analysis and the settings by which a number that is said can be checked.
    pub fn fact(
        &self,
        stage: &Stage,
        fact: &Fact,
    ) -> Result<(Model, Arc<dyn Analysis>, Settings), SimError> {
        let mut model = stage.model.clone();
        self.parameters(&stage.science, &mut model, &fact.with)?;
        let analysis = self.analysis(stage, &fact.of)?;
        let settings = self.settings(&analysis, &model, &fact.set)?;
        Ok((model, analysis, settings))
    }
}

/// The name of a step's plot of a probe, which may have an analysis of the same name beside it.
pub fn probe_name(kind: &str, analyses: &[Arc<dyn Analysis>]) -> String {
    if analyses.iter().any(|a| a.key() == kind) {
        format!("{PROBE}/{kind}")
    } else {
        kind.to_owned()
    }
}

/// "; did you mean this?", or a full stop.
fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(|| ".".into(), |name| format!("; did you mean “{name}”?"))
}
