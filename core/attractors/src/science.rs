//! Strange attractors as a science of the studio.

use std::sync::Arc;

use loom_sim::{
    Analysis, Capture, Cost, Entry, Experiment, Ink, Instrument, Manuscript, Model, Parameter,
    Place, ProbeSpec, Scene, Science, SimError, Simulation, Tuning, Value, voice,
};

use crate::analyses;
use crate::catalogue;
use crate::definition::{Definition, Style};
use crate::delay;
use crate::file;
use crate::lens::MOST_CELLS;
use crate::lyapunov::Lyapunov;
use crate::motion::Motion;
use crate::orbit_diagram::OrbitDiagram;
use crate::own;
use crate::print;
use crate::recorded::{self, Recorded};
use crate::series_file;
use crate::settings::{self, Build};
use crate::simulation::captured;
use crate::thumbnail;
use crate::trail::{MOST, TRAIL};
use crate::voice::{OrbitVoice, Orbits};

/// Particles of a cloud that moves beside eight others.
const LIGHT_PARTICLES: i64 = 4000;
/// Seconds of a recording.
const RECORDING: usize = 10;

/// The science's key.
pub const KEY: &str = "attractors";

/// The science of strange attractors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attractors;

impl Science for Attractors {
    fn key(&self) -> &'static str {
        KEY
    }
    fn name(&self) -> &'static str {
        "Strange attractors"
    }

    fn catalogue(&self) -> Vec<Entry> {
        catalogue::systems().iter().map(|d| entry(d)).collect()
    }

    fn parameters(&self, model: &Model) -> Result<Vec<Parameter>, SimError> {
        if let Some(recording) = recorded::of_model(model) {
            return Ok(recorded::declare(&*recording?));
        }
        Ok(settings::declare(&*catalogue::definition(model)?))
    }

    fn print_parameters(&self, model: &Model) -> Result<Vec<Parameter>, SimError> {
        Ok(print::recipe::declare(&*catalogue::definition(model)?))
    }

    fn cost(&self, model: &Model) -> Result<Cost, SimError> {
        if let Some(recording) = recorded::of_model(model) {
            let series = &recording?.series;
            let numbers = series.at.len() as u64 * (series.columns.len() as u64 + 1);
            return Ok(Cost {
                host_bytes: numbers * 8 + series.at.len() as u64 * 16 * 2,
                device_bytes: series.at.len() as u64 * 16 * 2,
            });
        }
        let definition = catalogue::definition(model)?;
        let build = Build::new(&definition, &model.parameters)?;
        let dimension = definition.dimension() as u64;
        let numbers = build.particles as u64 * dimension;
        let orbits = (MOST * TRAIL) as u64 * (dimension + 1) * 8;
        let cells = u64::from(MOST_CELLS).pow(2) * 4 * 2;
        let pasts = if definition.has_delays() {
            delay::bytes(&definition, &build)?
        } else {
            0
        };
        Ok(Cost {
            // The cloud, its copy while a chunk is made, and a picture's vertices.
            host_bytes: numbers * 8 * 2 + build.particles as u64 * 16 + orbits + cells + pasts,
            device_bytes: numbers * 4 * 2 + build.particles as u64 * 16 * 2 + cells,
        })
    }

    fn build(&self, model: &Model, place: &Place) -> Result<Box<dyn Simulation>, SimError> {
        if recorded::of_model(model).is_some() {
            return Ok(Box::new(Recorded::new(model, place)?));
        }
        let definition = catalogue::definition(model)?;
        Ok(Box::new(Motion::new(definition, model, place)?))
    }

    fn analyses(&self) -> Vec<Arc<dyn Analysis>> {
        let mut list: Vec<Arc<dyn Analysis>> = vec![Arc::new(Lyapunov), Arc::new(OrbitDiagram)];
        list.extend(analyses::all());
        list
    }

    fn default_probes(&self, model: &Model) -> Vec<ProbeSpec> {
        let mut probes = vec![ProbeSpec::new("series")];
        let density = catalogue::definition(model)
            .is_ok_and(|definition| definition.look.style == Style::Density);
        if density {
            probes.push(ProbeSpec::new("density"));
        }
        probes
    }

    fn written(&self, model: &Model, heading: &str) -> String {
        match catalogue::definition(model) {
            Ok(definition) => definition.written(heading),
            Err(_) => heading.to_owned(),
        }
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
        let table = name.to_lowercase().ends_with(".csv");
        if bytes.len() > file::MAX_BYTES && !table {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        if table {
            return recorded::is_series(text)
                .then(|| Ok(recorded::model(name, &series_file::read(name, bytes)?)));
        }
        if !name.to_lowercase().ends_with(".toml") {
            return own::open(name, text);
        }
        // Other programs' TOML files have no equations at their top level.
        let ours = text
            .lines()
            .take_while(|line| !line.trim_start().starts_with('['))
            .any(|line| {
                line.trim_start()
                    .strip_prefix("equations")
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
            });
        ours.then(|| {
            let definition = Definition::parse(name, text)?;
            Ok(catalogue::model_of_file(name, &definition))
        })
    }

    fn picture(&self, entry: &Entry, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError> {
        let definition = catalogue::definition(&entry.model)?;
        thumbnail::picture(&definition, &entry.model.parameters, ink, size)
    }

    fn exports(&self, _model: &Model) -> Vec<(&'static str, &'static str)> {
        vec![
            ("csv", "Tracked orbits as CSV"),
            ("toml", "The system as a file"),
            ("py", "A program in Python"),
            ("wav", "Ten seconds of its sound as WAV"),
        ]
    }

    fn export(
        &self,
        model: &Model,
        capture: Option<&Capture>,
        ending: &str,
    ) -> Result<Vec<u8>, SimError> {
        if let Some(recording) = recorded::of_model(model) {
            let recording = recording?;
            return match ending {
                "csv" => Ok(recorded::to_csv(&recording.series).into_bytes()),
                other => Err(SimError::Unknown {
                    what: "file kind",
                    name: other.to_owned(),
                    hint: "; a time series can be written as csv.".into(),
                }),
            };
        }
        let definition = catalogue::definition(model)?;
        match ending {
            "csv" => orbits_as_csv(&definition, model, capture),
            "toml" => Ok(definition.text.as_bytes().to_vec()),
            "py" => Ok(crate::python::program(model)?.into_bytes()),
            "wav" => {
                let tuning = Tuning::default();
                let mut voice = OrbitVoice::new(model, tuning)?;
                let samples = RECORDING * tuning.rate as usize;
                let recording = voice::record(&mut voice, samples, |_| None);
                voice::wav(tuning.rate, &recording)
            }
            other => Err(SimError::Unknown {
                what: "file kind",
                name: other.to_owned(),
                hint: "; a strange attractor can be written as csv, toml, py or wav.".into(),
            }),
        }
    }

    fn manuscript(&self) -> Option<Arc<dyn Manuscript>> {
        Some(Arc::new(own::Equations))
    }

    fn light(&self, model: &Model) -> Model {
        let mut model = model.clone();
        // A delay system has fewer from the start.
        if !catalogue::definition(&model).is_ok_and(|d| d.has_delays()) {
            let particles = Value::Integer(LIGHT_PARTICLES);
            model.parameters.insert("particles".into(), particles);
        }
        model
    }

    fn instrument(&self) -> Option<Arc<dyn Instrument>> {
        Some(Arc::new(Orbits))
    }

    fn command(&self, model: &Model) -> String {
        if let Some(attachment) = model.attachments.get(recorded::ATTACHMENT) {
            return format!("strange-loom {}", quoted(&attachment.name));
        }
        command_line("trajectory", model)
    }
}

fn entry(definition: &Definition) -> Entry {
    let experiment = |e: &file::FileExperiment| Experiment {
        sentence: e.sentence.clone(),
        button: e.button.clone(),
        set: e
            .set
            .iter()
            .filter_map(|(key, value)| {
                Some((key.get_ref().clone(), Value::Real(value.value().ok()?)))
            })
            .collect(),
    };
    Entry {
        name: definition.name.clone(),
        title: definition.title.clone(),
        group: definition.group.clone(),
        summary: definition.summary.clone(),
        citation: definition.citation.clone(),
        keywords: definition.keywords.clone(),
        model: catalogue::model(definition),
        experiments: definition.experiments.iter().map(experiment).collect(),
    }
}

/// The trails of the followed orbits: t and the variables, `orbit` first where there are
/// several.
fn orbits_as_csv(
    definition: &Definition,
    model: &Model,
    capture: Option<&Capture>,
) -> Result<Vec<u8>, SimError> {
    use std::fmt::Write as _;
    let Some(capture) = capture else {
        let build = Build::new(definition, &model.parameters)?;
        let plan = crate::trajectory::Plan::new(definition, &build);
        return Ok(crate::trajectory::compute(definition, &build, &plan)?
            .to_csv()
            .into_bytes());
    };
    let state = captured(capture)?;
    let several = state.orbits.len() > 1;
    let mut text = String::new();
    if several {
        text.push_str("orbit,");
    }
    text.push_str(if definition.is_map() { "n" } else { "t" });
    for variable in definition.system.variables() {
        text.push(',');
        text.push_str(variable);
    }
    text.push('\n');
    for orbit in state.orbits.iter() {
        for i in 0..orbit.trail.len() {
            if several {
                let _ = write!(text, "{},", orbit.number);
            }
            let _ = write!(text, "{}", orbit.trail.time(i));
            for v in 0..definition.dimension() {
                let _ = write!(text, ",{}", orbit.trail.coordinate(i, v));
            }
            text.push('\n');
        }
    }
    Ok(text.into_bytes())
}

/// `strange-loom attractors VERB NAME --set key=value …`, with what differs from the defaults.
/// A system from a file is named by its file.
pub fn command_line(verb: &str, model: &Model) -> String {
    let name = model
        .attachments
        .get(catalogue::ATTACHMENT)
        .map_or(&model.kind, |a| &a.name);
    let mut line = format!("strange-loom attractors {verb} {}", quoted(name));
    let declared = catalogue::definition(model)
        .map(|d| settings::declare(&d))
        .unwrap_or_default();
    for (key, value) in &model.parameters {
        let parameter = loom_sim::parameter::find(&declared, key);
        let differs = parameter.is_some_and(|p| {
            p.effect == loom_sim::Effect::Live && p.check(value).is_ok_and(|v| v != p.default)
        });
        // Only a trajectory has options of its own for these.
        let own = verb == "trajectory";
        if key == "initial" {
            let option = if own { "--initial " } else { "--set initial=" };
            line.push_str(&format!(" {option}{value}"));
        } else if key == "dt" && differs && own {
            line.push_str(&format!(" --dt {value}"));
        } else if differs {
            line.push_str(&format!(" --set {key}={value}"));
        }
    }
    if model.seed != 0 {
        line.push_str(&format!(" --seed {}", model.seed));
    }
    line
}

/// A word of a shell's command line.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
