//! `attractors sound`: an orbit as a WAV file, with a parameter swept if wished.

use std::path::PathBuf;

use clap::Args;
use loom_sim::{Settings, Tuning, Value, voice};

use super::given::{self, Set};
use super::{Done, Failure, output};

/// Longest recording, in seconds.
const LONGEST: f64 = 3600.0;

/// Write the sound of an orbit: period doubling is heard as falling octaves
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom attractors sound Logistic --over r --from 2.9 --to 4 --seconds 20 --out road.wav\n  \
    strange-loom attractors sound Rossler --pitch 110 --out rossler.wav"
)]
pub struct Sound {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    #[command(flatten)]
    set: Set,
    /// Length of the recording
    #[arg(long, value_name = "S", default_value_t = 10.0, value_parser = given::expression)]
    seconds: f64,
    /// Natural periods a second of a flow, iterations a second of a map [default: 220 and 880]
    #[arg(long, value_name = "HZ", value_parser = given::expression)]
    pitch: Option<f64>,
    /// Samples a second
    #[arg(long, value_name = "N", default_value_t = 44_100, value_parser = clap::value_parser!(u32).range(8000..=192_000))]
    rate: u32,
    /// A parameter that goes from one value to another while it sounds
    #[arg(long, value_name = "SYMBOL", requires_all = ["from", "to"])]
    over: Option<String>,
    /// Its value at the beginning
    #[arg(long, value_name = "X", allow_hyphen_values = true, value_parser = given::expression, requires = "over")]
    from: Option<f64>,
    /// Its value at the end
    #[arg(long, value_name = "X", allow_hyphen_values = true, value_parser = given::expression, requires = "over")]
    to: Option<f64>,
    /// The file to write
    #[arg(long, value_name = "F.wav")]
    out: PathBuf,
}

impl Sound {
    pub fn run(self) -> Done {
        if !(self.seconds > 0.0 && self.seconds <= LONGEST) {
            return Err(Failure::input(format!(
                "--seconds {}: give a number above 0 and at most {LONGEST}.",
                self.seconds
            )));
        }
        let mut model = super::attractors::model(&self.name, &self.set)?;
        let registry = crate::registry();
        let science = registry.get("attractors")?;
        let sweep = match (&self.over, self.from, self.to) {
            (Some(name), Some(from), Some(to)) => {
                let declared = science.parameters(&model)?;
                let parameter = loom_sim::parameter::find(&declared, name)
                    .filter(|p| loom_sim::variation::is_variable(p))
                    .ok_or_else(|| {
                        let known: Vec<String> = loom_sim::variation::variable(&declared)
                            .map(|p| p.key.clone())
                            .collect();
                        Failure::input(format!(
                            "--over {name}: {} has no such parameter; it has {}.",
                            self.name,
                            known.join(", ")
                        ))
                    })?;
                for end in [from, to] {
                    parameter.check(&Value::Real(end))?;
                }
                let begin = Value::Real(from);
                model.parameters.insert(parameter.key.clone(), begin);
                Some((parameter.key.clone(), from, to))
            }
            _ => None,
        };
        let tuning = Tuning {
            rate: self.rate,
            pitch: self.pitch,
        };
        let instrument = science
            .instrument()
            .ok_or_else(|| Failure::input(format!("{} can't be heard.", self.name)))?;
        let mut voice = instrument.voice(&model, tuning)?;
        let wished = self.pitch.unwrap_or(voice.pitch());
        if voice.pitch() < wished {
            output::warn(&format!(
                "{} takes many steps a period and is played at {} Hz.",
                self.name,
                voice.pitch()
            ));
        }
        let samples = (self.seconds * f64::from(self.rate)).round() as usize;
        let recording = voice::record(&mut *voice, samples, |part| {
            let (key, from, to) = sweep.as_ref()?;
            let value = Value::Real(from + (to - from) * part);
            Some(Settings::from([(key.clone(), value)]))
        });
        output::file(Some(&self.out), &voice::wav(self.rate, &recording)?)
    }
}
