//! A system in motion: the cloud, the orbits that are followed beside it in f64, and the clock
//! that they share.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loom_sim::parameter;
use loom_sim::{
    Effect, Gate, Input, Model, Parameter, Place, Recorder, Settings, SimError, Stop, Value,
};

use crate::cloud::{Cloud, HIT, UNHIT};
use crate::definition::Definition;
use crate::delay;
use crate::delays;
use crate::device::DeviceEnsemble;
use crate::edit::Edit;
use crate::ensemble::Ensemble;
use crate::forcing;
use crate::horizon::Shadow;
use crate::phase;
use crate::principal;
use crate::probes::{Asked, Slot};
use crate::settings::{self, Build};
use crate::shake::{self, Shake};
use crate::sight;
use crate::speeds::{size, speeds};
use crate::start::{self, Samples};
use crate::state::{Counted, Particles, Probed, State, Timing};
use crate::stepping::OrbitStepper;
use crate::tint::Tints;
use crate::trail::{MOST, Orbit};
use crate::trouble::{Followed, Trouble};

/// Points of the attractor from which a fresh cloud starts.
pub(crate) const START_POINTS: usize = 16_384;

/// The most steps between two looks at the gate.
const MOST_STEPS: u64 = 256;

/// A simulation of one system.
pub struct Motion {
    pub(crate) definition: Arc<Definition>,
    pub(crate) declared: Vec<Parameter>,
    pub(crate) timing: Timing,
    /// Values of the system's parameters, in its order.
    pub(crate) constants: Vec<f64>,
    pub(crate) start_constants: Vec<f64>,
    /// Intensity of the noise, and the noise itself once there has been any.
    pub(crate) noise: f64,
    pub(crate) shake: Option<Arc<Shake>>,
    pub(crate) cloud: Cloud,
    pub(crate) orbits: Arc<Vec<Orbit>>,
    pub(crate) stepper: OrbitStepper,
    /// What follows the first orbit with another error of reckoning.
    pub(crate) shadow: Shadow,
    /// The attractor's size as the run started.
    pub(crate) size: f64,
    /// Points of the attractor as the run started.
    pub(crate) samples: Samples,
    /// Speeds on the attractor as the run started, sorted.
    pub(crate) start_speeds: Vec<f64>,
    /// Whose the cloud's histograms are, in their order.
    pub(crate) slots: Vec<Slot>,
    /// Pictures that views have asked for since the last step.
    pub(crate) asked: Mutex<Asked>,
    pub(crate) series: Option<Arc<Recorder>>,
    /// Variables that stand for time or the phase of a drive.
    pub(crate) phases: Vec<usize>,
    /// What phase planes have been found to hold.
    pub(crate) phase: phase::Memory,
    pub(crate) tints: Tints,
    pub(crate) embedding: delays::Memory,
    pub(crate) components: principal::Memory,
    pub(crate) compiled: sight::Compiled,
    /// How the run began.
    pub(crate) build: Build,
    pub(crate) seed: u64,
    /// Steps between two looks at the gate; found while running.
    chunk: u64,
}

impl Motion {
    pub fn new(
        definition: Arc<Definition>,
        model: &Model,
        place: &Place,
    ) -> Result<Self, SimError> {
        let build = Build::new(&definition, &model.parameters)?;
        let samples = start::sample(&definition, &build, START_POINTS)?;
        let (state, pasts) = if definition.has_delays() {
            delay::cloud(&definition, &build, &samples, model.seed)?
        } else {
            let state = start::cloud(&definition, &build, &samples, model.seed);
            (state, Vec::new())
        };
        let (state, pasts) = (Arc::new(state), Arc::new(pasts));
        let cloud = match place {
            // The pasts of a delay system are kept on the processor.
            Place::Gpu(gpu) if gpu.has_compute() && !definition.has_delays() => {
                let host = Particles::Host(state);
                let list = host.to_device(definition.dimension(), build.particles);
                Cloud::Device(Box::new(DeviceEnsemble::new(gpu, &definition, &list)?))
            }
            other => {
                let threads = match other {
                    Place::Cpu { threads } => *threads,
                    Place::Gpu(_) => 0,
                };
                let ensemble = Ensemble::new(definition.clone(), state, pasts, threads)?;
                Cloud::Host(Box::new(ensemble), Vec::new())
            }
        };
        let start_speeds = speeds(&definition, &samples, &build.constants)?;
        let orbit = if definition.has_delays() {
            delay::first_orbit(&definition, &build)
        } else {
            Orbit::new(0, 0.0, build.initial.clone())
        };
        let noise = build.noise;
        let mut motion = Self {
            declared: settings::declare(&definition),
            timing: Timing::new(build.dt),
            start_constants: build.constants.clone(),
            noise: 0.0,
            shake: None,
            constants: build.constants.clone(),
            cloud,
            orbits: Arc::new(vec![orbit]),
            stepper: OrbitStepper::new(&definition),
            shadow: Shadow::new(&build.initial, definition.is_map()),
            size: size(&samples),
            start_speeds,
            samples,
            slots: Vec::new(),
            asked: Mutex::default(),
            series: None,
            phases: forcing::phases(&definition),
            phase: phase::Memory::default(),
            tints: Tints::default(),
            embedding: delays::Memory::default(),
            components: principal::Memory::default(),
            compiled: sight::Compiled::default(),
            seed: model.seed,
            build,
            chunk: 1,
            definition,
        };
        motion.set_noise(noise)?;
        Ok(motion)
    }

    /// How a run with the parameters of this moment would be built.
    pub(crate) fn present(&self) -> Build {
        Build {
            constants: self.constants.clone(),
            dt: self.timing.dt,
            noise: self.noise,
            ..self.build.clone()
        }
    }

    /// The live parameters as they stand.
    pub fn live(&self) -> Settings {
        let mut settings: Settings = self
            .definition
            .parameters
            .iter()
            .zip(&self.constants)
            .map(|(p, x)| (p.key.clone(), Value::Real(*x)))
            .collect();
        if !self.definition.is_map() {
            settings.insert("dt".into(), Value::Real(self.timing.dt));
        }
        if !self.definition.has_delays() {
            settings.insert("noise".into(), Value::Real(self.noise));
        }
        settings
    }

    /// Steps a second at speed 1×: one unit of time a second for flows, thirty iterations for
    /// maps.
    pub fn pace(&self) -> f64 {
        if self.definition.is_map() {
            30.0
        } else {
            1.0 / self.timing.dt
        }
    }

    pub fn run(&mut self, steps: u64, gate: &Gate) -> Result<Stop, SimError> {
        /// A chunk should take about this long, so that a slice holds several.
        const TARGET: Duration = Duration::from_millis(2);
        self.take_wishes()?;
        let mut left = steps;
        while left > 0 {
            if gate.is_cancelled() {
                return Ok(Stop::Cancelled);
            }
            let chunk = left.min(self.chunk);
            let begun = Instant::now();
            self.make(chunk)?;
            left -= chunk;
            let took = begun.elapsed();
            if took > 2 * TARGET {
                self.chunk = (self.chunk / 2).max(1);
            } else if took < TARGET / 2 && chunk == self.chunk {
                self.chunk = (self.chunk * 2).min(MOST_STEPS);
            }
            if left > 0 && gate.is_over() {
                return Ok(Stop::Slice);
            }
        }
        Ok(Stop::Target)
    }

    /// Makes that many steps (at most [`MOST_STEPS`]), or those up to the last good one.
    fn make(&mut self, steps: u64) -> Result<(), SimError> {
        let Followed {
            path,
            pasts,
            mut trouble,
        } = self.follow_orbits(steps)?;
        let mut good = trouble.as_ref().map_or(steps, |t| t.good);
        let before = self.cloud.keep()?;
        let timing = self.timing;
        let shake = self.shake.clone();
        let noise = shake::shaking(shake.as_deref(), self.noise);
        let constants = &self.constants;
        let whole = self.cloud.advance(noise, constants, &timing, steps, HIT)?;
        if !whole || good < steps {
            // Undone with the same steps, so that the histograms lose what they got.
            self.cloud.go_back(&before)?;
            self.cloud
                .advance(noise, constants, &timing, steps, UNHIT)?;
            self.cloud.go_back(&before)?;
            let made = good;
            for step in 0..made {
                let now = self.ahead(step);
                let before = self.cloud.keep()?;
                if !self.cloud.advance(noise, &self.constants, &now, 1, HIT)? {
                    good = step;
                    trouble = Some(self.broken_particle(step)?);
                    self.cloud.go_back(&before)?;
                    self.cloud.advance(noise, &self.constants, &now, 1, UNHIT)?;
                    self.cloud.go_back(&before)?;
                    break;
                }
            }
        }
        self.record(&path, good);
        let row = self.orbits.len() * self.definition.coordinates.len();
        self.follow_shadow(&path, row, good)?;
        self.timing.step += good;
        self.keep_pasts(pasts)?;
        match trouble {
            None => Ok(()),
            Some(trouble) => Err(self.blow_up(&trouble)),
        }
    }

    /// The clock `steps` further on.
    pub(crate) fn ahead(&self, steps: u64) -> Timing {
        Timing {
            step: self.timing.step + steps,
            ..self.timing
        }
    }

    /// The orbits' next states, step by step, and the first that isn't finite.
    fn follow_orbits(&self, steps: u64) -> Result<Followed, SimError> {
        if let Some(lagged) = self.stepper.lagged() {
            return self.follow_lagged(lagged, steps);
        }
        let dimension = self.definition.dimension();
        let mut points: Vec<Vec<f64>> = self.orbits.iter().map(|o| o.point.clone()).collect();
        let mut path = Vec::with_capacity(steps as usize * points.len() * dimension);
        for step in 0..steps {
            for (point, orbit) in points.iter_mut().zip(self.orbits.iter()) {
                self.step_orbit(point, orbit.number, step, 1)?;
                if let Some(variable) = point.iter().position(|x| !x.is_finite()) {
                    let trouble = Trouble {
                        good: step,
                        variable,
                        value: point[variable],
                        what: "the tracked orbit",
                    };
                    return Ok(Followed {
                        path,
                        pasts: Vec::new(),
                        trouble: Some(trouble),
                    });
                }
                path.extend_from_slice(point);
            }
        }
        Ok(Followed {
            path,
            pasts: Vec::new(),
            trouble: None,
        })
    }

    fn record(&mut self, path: &[f64], good: u64) {
        let width = self.definition.coordinates.len();
        let dimension = self.definition.dimension();
        let orbits = Arc::make_mut(&mut self.orbits);
        let row = orbits.len() * width;
        for step in 0..good {
            let time = self.timing.after(step + 1);
            let states = &path[step as usize * row..][..row];
            for (orbit, place) in orbits.iter_mut().zip(states.chunks_exact(width)) {
                orbit.trail.push(time, place);
                orbit.point.copy_from_slice(&place[..dimension]);
            }
            if let Some(series) = &mut self.series {
                let points = orbits.iter().flat_map(|o| o.point.iter().copied());
                Arc::make_mut(series).push(time, &points.collect::<Vec<f64>>());
            }
        }
    }

    pub fn take(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } => self.set(key, value),
            Input::Edit { name, data, .. } => self.edit(&Edit::read(name, data)?),
        }
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), SimError> {
        let parameter =
            parameter::find(&self.declared, name).ok_or_else(|| SimError::UnknownParameter {
                key: name.to_owned(),
                known: self
                    .declared
                    .iter()
                    .map(|p| p.key.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })?;
        if parameter.effect != Effect::Live {
            return Err(SimError::Input(format!(
                "{name}: it is set before a run starts"
            )));
        }
        let key = parameter.key.clone();
        let value = parameter.check(value)?.as_real().unwrap_or(f64::NAN);
        if key == "dt" && !self.definition.is_map() {
            self.timing.set_dt(value);
        } else if key == "noise" {
            self.set_noise(value)?;
            self.clear_density()?;
        } else if let Some(index) = self.definition.parameters.iter().position(|p| p.key == key)
            && self.constants[index] != value
        {
            self.constants[index] = value;
            // Another attractor: its density is counted afresh.
            self.clear_density()?;
        }
        Ok(())
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), SimError> {
        let variables = self.definition.system.variables();
        match edit {
            Edit::Orbit(point) => {
                if point.len() != variables.len() || point.iter().any(|x| !x.is_finite()) {
                    return Err(SimError::Input(format!(
                        "Start an orbit here: give {} finite numbers",
                        variables.len()
                    )));
                }
                if self.orbits.len() >= MOST {
                    return Err(SimError::Input(format!(
                        "Start an orbit here: {MOST} orbits are followed already; undo one first"
                    )));
                }
                let number = self.orbits.iter().map(|o| o.number).max().unwrap_or(0) + 1;
                let orbit = self.new_orbit(number, point.clone());
                Arc::make_mut(&mut self.orbits).push(orbit);
                self.widen_series();
            }
            Edit::Nudge { variable, by } => {
                let index = variables
                    .iter()
                    .position(|v| v == variable)
                    .ok_or_else(|| SimError::Unknown {
                        what: "variable",
                        name: variable.clone(),
                        hint: format!("; the variables are {}.", variables.join(", ")),
                    })?;
                if !by.is_finite() {
                    return Err(SimError::Input("Nudge: by a finite number".into()));
                }
                if let Some(orbit) = Arc::make_mut(&mut self.orbits).first_mut() {
                    orbit.point[index] += by;
                    self.shadow.point[index] += by;
                }
            }
            Edit::Parameters(values) => {
                for (key, value) in values {
                    self.set(key, &Value::Real(*value))?;
                }
            }
        }
        Ok(())
    }

    /// The state now, the probes' memory included.
    pub fn state(&self) -> Result<State, SimError> {
        Ok(State {
            timing: self.timing,
            constants: self.constants.clone(),
            noise: self.noise,
            particles: self.cloud.particles()?,
            pasts: self.cloud.pasts(),
            orbits: self.orbits.clone(),
            shadow: self.shadow.clone(),
            probes: Probed {
                series: self.series.clone(),
                histograms: self.cloud.counted()?,
            },
        })
    }

    pub fn go_to(&mut self, state: &State) -> Result<(), SimError> {
        let dimension = self.definition.dimension();
        self.cloud.load(&state.particles, &state.pasts, dimension)?;
        self.timing = state.timing;
        self.constants.clone_from(&state.constants);
        self.set_noise(state.noise)?;
        self.orbits = state.orbits.clone();
        self.shadow.clone_from(&state.shadow);
        self.go_back_in_series(state.probes.series.as_ref());
        self.clear_density()?;
        for Counted {
            lens,
            counts,
            budget,
        } in &state.probes.histograms
        {
            let found = self.cloud.lenses().iter().position(|l| *l == lens);
            if let Some(slot) = found {
                self.cloud.load_counts(slot, counts, *budget)?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Motion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Motion({})", self.definition.name)
    }
}
