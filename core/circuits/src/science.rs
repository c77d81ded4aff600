//! What this crate offers to the studio: circuits, their catalogue, their analysis, their files.

use std::sync::Arc;

use loom_sim::science::{Entry, Experiment, Place, Science};
use loom_sim::{
    Analysis, Camera, Capture, Cost, Ink, Model, Parameter, ProbeSpec, Scene, Settings, SimError,
    Simulation, Value,
};

use crate::cost::ParametersAndMacs;
use crate::expr::Expr;
use crate::layout::{Labels, Options, layout};
use crate::library::LIBRARY;
use crate::model::{ATTACHMENT, CUSTOM, KEY, axes_text, load, parameters, shape_key};
use crate::parse::parse;
use crate::picture::{self, Look, Values};
use crate::program::Program;
use crate::simulation::{CircuitRun, RMS};
use crate::term::{Circuit, Setting};

/// Neural circuit diagrams.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circuits;

fn title(circuit: &Circuit) -> String {
    if circuit.title.is_empty() {
        circuit.name.clone()
    } else {
        circuit.title.clone()
    }
}

fn entry(name: &str, circuit: &Circuit) -> Entry {
    let experiments = circuit
        .experiments
        .iter()
        .map(|e| Experiment {
            sentence: e.sentence.clone(),
            button: e.button.clone(),
            set: e
                .sets
                .iter()
                .map(|(key, setting)| match setting {
                    Setting::Size(n) => (key.clone(), Value::Integer(*n as i64)),
                    Setting::Shape(axes) => (shape_key(key), Value::Text(axes_text(axes))),
                })
                .collect(),
        })
        .collect();
    let group = if name.contains("attention") {
        "Attention"
    } else {
        "Networks"
    };
    let keywords = ["neural circuit diagram", "network", "einsum"]
        .into_iter()
        .map(str::to_owned)
        .chain(circuit.inputs.iter().map(|i| i.name.clone()))
        .collect();
    Entry {
        name: name.to_owned(),
        title: title(circuit),
        group: group.to_owned(),
        summary: circuit.summary.clone(),
        citation: circuit.citation.clone(),
        keywords,
        model: Model::new(KEY, name),
        experiments,
    }
}

/// The command that counts this model.
pub(crate) fn command(model: &Model) -> String {
    let name = model
        .attachments
        .get(ATTACHMENT)
        .map_or_else(|| model.kind.clone(), |file| file.name.clone());
    let mut line = format!("strange-loom circuits analyse {}", quoted(&name));
    let declared = parameters(model).unwrap_or_default();
    for (key, value) in &model.parameters {
        let parameter = loom_sim::parameter::find(&declared, key);
        let counts = parameter.is_none_or(|p| {
            (p.group == "Sizes" || p.group == "Input shapes") && p.default != *value
        });
        if counts {
            line.push_str(&format!(" --set {}", quoted(&format!("{key}={value}"))));
        }
    }
    line
}

/// In single quotes where a shell would split or read it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

impl Science for Circuits {
    fn key(&self) -> &'static str {
        KEY
    }
    fn name(&self) -> &'static str {
        "Neural circuits"
    }

    fn catalogue(&self) -> Vec<Entry> {
        LIBRARY
            .iter()
            .filter_map(|(name, text)| Some(entry(name, &parse(text).ok()?)))
            .collect()
    }

    fn parameters(&self, model: &Model) -> Result<Vec<Parameter>, SimError> {
        parameters(model)
    }

    fn cost(&self, model: &Model) -> Result<Cost, SimError> {
        let checked = load(model)?.checked;
        let program = Program::of(&checked)?;
        Ok(Cost {
            host_bytes: crate::run::bytes(&checked, &program)?,
            device_bytes: 0,
        })
    }

    fn build(&self, model: &Model, _place: &Place) -> Result<Box<dyn Simulation>, SimError> {
        let loaded = load(model)?;
        let bytes = self.cost(model)?.host_bytes;
        if bytes > crate::run::MOST_BYTES {
            let gib = |n: u64| format!("{:.1} GiB", n as f64 / (1u64 << 30) as f64);
            return Err(SimError::TooLarge {
                needed: gib(bytes),
                allowed: gib(crate::run::MOST_BYTES),
                remedy: "choose smaller sizes.".into(),
            });
        }
        Ok(Box::new(CircuitRun::new(loaded)?))
    }

    fn analyses(&self) -> Vec<Arc<dyn Analysis>> {
        vec![Arc::new(ParametersAndMacs)]
    }

    fn default_probes(&self, _model: &Model) -> Vec<ProbeSpec> {
        vec![ProbeSpec::new(RMS)]
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
        let ending = name.rsplit('.').next().unwrap_or_default();
        let known = ending.eq_ignore_ascii_case("circuit") || ending.eq_ignore_ascii_case("ncd");
        let text = std::str::from_utf8(bytes).ok();
        // A pasted text is known by its first word after the comments.
        let looks = text.is_some_and(|t| {
            t.lines()
                .map(str::trim)
                .find(|l| !l.is_empty() && !l.starts_with("//"))
                .is_some_and(|l| l.starts_with("circuit ") && l.contains('('))
        });
        if !known && !looks {
            return None;
        }
        let model = Model::new(KEY, CUSTOM).attach(ATTACHMENT, name, bytes);
        Some(match load(&model) {
            Ok(_) => Ok(model),
            Err(SimError::Parse(message)) => Err(SimError::Parse(format!("{name}, {message}"))),
            Err(other) => Err(other),
        })
    }

    fn picture(&self, entry: &Entry, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError> {
        let checked = load(&entry.model)?.checked;
        let look = Look {
            options: Options {
                labels: Labels::Names,
                folded: false,
            },
            ..Look::of(&Settings::new())
        };
        let drawing = layout(&checked, look.options);
        let camera = picture::fit(&drawing, size.map(f64::from));
        let camera = Camera::Plane(camera);
        Ok(picture::scene(
            &drawing,
            camera,
            ink,
            look,
            &Values::default(),
            None,
        ))
    }

    fn exports(&self, _model: &Model) -> Vec<(&'static str, &'static str)> {
        vec![("circuit", "Circuit as text")]
    }

    fn export(
        &self,
        model: &Model,
        _capture: Option<&Capture>,
        ending: &str,
    ) -> Result<Vec<u8>, SimError> {
        if ending != "circuit" {
            return Err(SimError::Unknown {
                what: "file kind",
                name: ending.to_owned(),
                hint: "; a circuit is written as .circuit.".into(),
            });
        }
        // The sizes as set are the sizes of the file.
        let (mut circuit, settings) = crate::model::circuit(model)?;
        for size in &mut circuit.sizes {
            if let (Expr::Integer(n), Some(now)) = (
                &mut size.value,
                settings.get(&size.name).and_then(Value::as_integer),
            ) {
                *n = now as u64;
            }
        }
        Ok(circuit.to_string().into_bytes())
    }

    fn command(&self, model: &Model) -> String {
        command(model)
    }
}
