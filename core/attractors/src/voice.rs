//! An orbit that can be heard: its motion is the motion of the loudspeaker.
//!
//! A flow is played so many natural periods a second, a map so many iterations. A cycle is then
//! a tone, and where a period doubles the tone falls by an octave; chaos is a noise with the
//! colour of the orbit's power spectrum.

use std::f64::consts::TAU;

use loom_formula::Clock;
use loom_sim::voice::Sample;
use loom_sim::{Instrument, Model, Settings, SimError, Tuning, Value, Voice};

use crate::catalogue;
use crate::definition::Definition;
use crate::settings::{Build, ViewSettings};
use crate::start;
use crate::stepping::OrbitStepper;

/// Periods a second of a flow: the A below middle C, where one period is one swing.
const FLOW: f64 = 220.0;
/// Iterations a second of a map: two in turn are the A above middle C.
const MAP: f64 = 880.0;
/// Values of variables that may be computed for a sample. A slower system is played lower.
const EFFORT: u64 = 96;
/// Frequencies below this, in hertz, are where the orbit is rather than how it moves.
const LOWEST: f64 = 8.0;
/// Seconds in which the loudness forgets a loud moment.
const MEMORY: f64 = 1.5;
/// The loudest sample.
const LEVEL: f64 = 0.6;
/// Motion smaller than this part of the attractor is coming to rest, and fades.
const QUIET: f64 = 0.02;

/// Plays the orbits of all systems.
#[derive(Clone, Copy, Debug)]
pub struct Orbits;

impl Instrument for Orbits {
    fn voice(&self, model: &Model, tuning: Tuning) -> Result<Box<dyn Voice>, SimError> {
        Ok(Box::new(OrbitVoice::new(model, tuning)?))
    }
}

/// Follows one orbit and turns two of its variables into left and right.
#[derive(Debug)]
pub struct OrbitVoice {
    keys: Vec<String>,
    constants: Vec<f64>,
    stepper: OrbitStepper,
    map: bool,
    initial: Vec<f64>,
    point: Vec<f64>,
    clock: Clock,
    pitch: f64,
    rate: f64,
    /// Steps of a flow between two samples.
    steps: u64,
    variables: [usize; 2],
    /// Where a map stands between its last iteration and the one before.
    phase: f64,
    before: [f64; 2],
    ears: [Ear; 2],
    /// Samples of silence that are left.
    silent: u32,
}

impl OrbitVoice {
    /// A voice of a model at its own parameters.
    pub fn new(model: &Model, tuning: Tuning) -> Result<Self, SimError> {
        let definition = catalogue::definition(model)?;
        if definition.has_delays() {
            return Err(SimError::other("A delay system can't be heard yet."));
        }
        let build = Build::new(&definition, &model.parameters)?;
        let rate = f64::from(tuning.rate.clamp(1000, 768_000));
        let map = definition.is_map();
        let wished = tuning.pitch.unwrap_or(if map { MAP } else { FLOW });
        if !(wished.is_finite() && wished > 0.0 && wished <= rate / 2.0) {
            return Err(SimError::Value {
                key: "pitch".into(),
                value: wished.to_string(),
                expected: format!("a number above 0 and at most {}", rate / 2.0),
            });
        }
        let (pitch, steps) = effort(&definition, &build, wished, rate);
        let samples = start::sample(&definition, &build, 4096)?;
        let extents = samples.extents();
        let axes = ViewSettings::new(&definition, &Settings::new()).axes;
        let last = definition.dimension() - 1;
        let variables = [axes.x.min(last), axes.y.min(last)];
        let initial = samples.point(0).to_vec();
        let dt = if map {
            1.0
        } else {
            definition.period * pitch / rate / steps as f64
        };
        Ok(Self {
            keys: definition
                .parameters
                .iter()
                .map(|p| p.key.clone())
                .collect(),
            constants: build.constants,
            stepper: OrbitStepper::new(&definition),
            map,
            point: initial.clone(),
            before: variables.map(|v| initial[v]),
            ears: variables.map(|v| Ear::new(extents[v], initial[v], rate)),
            initial,
            clock: Clock::new(dt),
            pitch,
            rate,
            steps,
            variables,
            phase: 0.0,
            silent: 0,
        })
    }

    fn now(&self) -> [f64; 2] {
        self.variables.map(|v| self.point[v])
    }

    /// Where the orbit is at the next sample; `None` where it has run away.
    fn next(&mut self) -> Option<[f64; 2]> {
        let Self {
            stepper,
            point,
            constants,
            clock,
            ..
        } = self;
        if !self.map {
            stepper.advance(point, constants, clock, self.steps).ok()?;
        } else {
            self.phase += self.pitch / self.rate;
            if self.phase >= 1.0 {
                self.phase -= 1.0;
                self.before = self.variables.map(|v| point[v]);
                stepper.advance(point, constants, clock, 1).ok()?;
            }
        }
        let now = self.now();
        if self.point.iter().any(|x| !x.is_finite()) {
            return None;
        }
        if !self.map {
            return Some(now);
        }
        // Straight from one iteration to the next: steps would hiss.
        let [a, b] = self.before;
        Some([a + (now[0] - a) * self.phase, b + (now[1] - b) * self.phase])
    }

    fn begin_again(&mut self) {
        self.point.clone_from(&self.initial);
        self.before = self.now();
        self.phase = 0.0;
        self.clock = Clock::new(self.clock.dt);
        self.silent = (self.rate / 4.0) as u32;
        for (ear, x) in self.ears.iter_mut().zip(self.before) {
            ear.rest(x);
        }
    }
}

/// The pitch that the system can be played at, and the steps of a sample.
fn effort(definition: &Definition, build: &Build, wished: f64, rate: f64) -> (f64, u64) {
    if definition.is_map() {
        return (wished, 1);
    }
    let mut pitch = wished;
    loop {
        let steps = (definition.period * pitch / rate / build.dt * (1.0 - 1e-12))
            .ceil()
            .max(1.0);
        let most = (EFFORT / definition.dimension() as u64).max(1);
        if steps <= most as f64 || pitch < 1e-3 {
            return (pitch, steps.min(most as f64) as u64);
        }
        // By octaves, so that tones stay tones.
        pitch /= 2.0;
    }
}

impl Voice for OrbitVoice {
    fn pitch(&self) -> f64 {
        self.pitch
    }

    fn tune(&mut self, values: &Settings) {
        for (key, constant) in self.keys.iter().zip(&mut self.constants) {
            if let Some(x) = values.get(key).and_then(Value::as_real)
                && x.is_finite()
            {
                *constant = x;
            }
        }
    }

    fn fill(&mut self, out: &mut [Sample]) {
        for sample in out {
            if self.silent > 0 {
                self.silent -= 1;
                *sample = [0.0; 2];
                continue;
            }
            let Some(at) = self.next() else {
                self.begin_again();
                *sample = [0.0; 2];
                continue;
            };
            for ((ear, x), out) in self.ears.iter_mut().zip(at).zip(sample) {
                *out = ear.hear(x) as f32;
            }
        }
    }
}

/// Takes away what stands still and keeps the loudness even.
#[derive(Clone, Copy, Debug)]
struct Ear {
    /// Half the attractor's extent along the variable.
    size: f64,
    hold: f64,
    fade: f64,
    last: f64,
    moving: f64,
    loudest: f64,
}

impl Ear {
    fn new([low, high]: [f64; 2], at: f64, rate: f64) -> Self {
        let size = (high - low) / 2.0;
        let size = if size > 0.0 {
            size
        } else {
            high.abs().max(1.0)
        };
        Self {
            size,
            hold: 1.0 - TAU * LOWEST / rate,
            fade: (-1.0 / (MEMORY * rate)).exp(),
            last: at,
            moving: 0.0,
            loudest: size,
        }
    }
    fn rest(&mut self, at: f64) {
        self.last = at;
        self.moving = 0.0;
    }
    fn hear(&mut self, x: f64) -> f64 {
        self.moving = self.hold * self.moving + (x - self.last);
        self.last = x;
        self.loudest = (self.loudest * self.fade)
            .max(self.moving.abs())
            .max(QUIET * self.size);
        LEVEL * self.moving / self.loudest
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn samples(name: &str, set: &[(&str, f64)], tuning: Tuning, count: usize) -> Vec<f64> {
        let definition = catalogue::named(name).unwrap();
        let model = catalogue::model(&definition);
        let mut voice = OrbitVoice::new(&model, tuning).unwrap();
        voice.tune(
            &set.iter()
                .map(|(key, x)| ((*key).to_owned(), Value::Real(*x)))
                .collect(),
        );
        let mut out = vec![[0.0; 2]; count];
        voice.fill(&mut out);
        out.iter().map(|s| f64::from(s[0])).collect()
    }

    /// The strength of a frequency in hertz, by Goertzel's sum.
    fn strength(samples: &[f64], rate: f64, frequency: f64) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, x) in samples.iter().enumerate() {
            let angle = TAU * frequency * i as f64 / rate;
            re += x * angle.cos();
            im += x * angle.sin();
        }
        (re * re + im * im).sqrt() / samples.len() as f64
    }

    #[test]
    fn a_doubled_period_sounds_an_octave_lower() {
        let tuning = Tuning {
            rate: 8000,
            pitch: Some(880.0),
        };
        let heard = |r: f64| samples("Logistic", &[("r", r)], tuning, 24_000)[8000..].to_vec();
        let (two, four) = (heard(3.2), heard(3.5));
        // Two values in turn: 440 Hz, and nothing at 220.
        assert!(strength(&two, 8000.0, 440.0) > 0.1);
        assert!(strength(&two, 8000.0, 220.0) < 1e-3);
        assert!(strength(&four, 8000.0, 220.0) > 0.01);
        assert!(strength(&four, 8000.0, 110.0) < 1e-3);
    }

    #[test]
    fn what_comes_to_rest_is_silent_and_what_runs_away_begins_again() {
        let tuning = Tuning {
            rate: 8000,
            pitch: None,
        };
        let rest = samples("Logistic", &[("r", 2.8)], tuning, 40_000);
        assert!(rest[32_000..].iter().all(|x| x.abs() < 1e-3));
        let away = samples("Logistic", &[("r", 4.5)], tuning, 40_000);
        assert!(away.iter().all(|x| x.is_finite() && x.abs() <= 1.0));
        assert!(away.iter().filter(|x| **x == 0.0).count() > 20_000);
    }

    #[test]
    fn loudness_is_even_and_within_bounds() {
        let loud = samples("Lorenz", &[], Tuning::default(), 88_200);
        let most = loud.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        assert!(most > 0.3 && most <= LEVEL + 1e-6, "{most}");
    }

    #[test]
    fn a_slow_system_is_played_lower_by_octaves() {
        let definition = catalogue::named("KuramotoSivashinsky").unwrap();
        let model = catalogue::model(&definition);
        let voice = OrbitVoice::new(&model, Tuning::default()).unwrap();
        let octaves = (FLOW / voice.pitch()).log2();
        assert!(octaves >= 1.0 && octaves.fract() == 0.0, "{octaves}");
    }

    #[test]
    fn a_pitch_that_cannot_be_heard_is_refused() {
        let model = catalogue::model(&catalogue::named("Lorenz").unwrap());
        for pitch in [0.0, -1.0, f64::NAN, 1e6] {
            let tuning = Tuning {
                rate: 44_100,
                pitch: Some(pitch),
            };
            assert!(OrbitVoice::new(&model, tuning).is_err());
        }
    }
}
