//! A system in motion as the window, the command line and the documents know it.

use loom_sim::{
    Camera, Capture, Clock, Gate, Input, Pointer, PointerReply, Press, ProbeKind, ProbeSpec,
    Quantity, Raster, Reading, Scene, Settings, SimError, Simulation, Step, Stop, Uncertainty,
    View,
};

use loom_sim::scene::Legend;
use loom_sim::yardstick::{Horizon, Yardstick};

use crate::motion::Motion;
use crate::settings::ViewSettings;
use crate::state::State;
use crate::watchable;

/// More steps than anyone makes: a larger wish is cut down to it and goes on at the next call.
const MOST: u64 = 1 << 53;

impl Simulation for Motion {
    fn clock(&self) -> Clock {
        let map = self.definition.is_map();
        Clock {
            step: Step::from(self.timing.step),
            time: self.timing.time(),
            unit: if map { "iterations" } else { "time units" }.into(),
            symbol: if map { "n" } else { "t" }.into(),
            step_time: self.timing.dt,
            pace: self.pace(),
            end: None,
        }
    }

    fn usual_speed(&self) -> f64 {
        if self.definition.is_map() {
            1.0
        } else {
            watchable::speed(self.definition.period)
        }
    }

    fn parameters(&self) -> Settings {
        self.live()
    }

    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        self.take(input)
    }

    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let wanted = u64::try_from(steps).unwrap_or(u64::MAX);
        let room = MOST.saturating_sub(self.timing.step);
        if room == 0 {
            return Ok(Stop::End);
        }
        match self.run(wanted.min(room), gate)? {
            Stop::Target if wanted > room => Ok(Stop::End),
            stop => Ok(stop),
        }
    }

    fn observe(&self) -> Vec<Quantity> {
        let mut list = Vec::new();
        if let Some(orbit) = self.orbits.first() {
            let why = "one f64 orbit: chaos multiplies the error of every step";
            let symbols = self.definition.symbols();
            let variables = self.definition.system.variables().iter().zip(symbols);
            for ((variable, symbol), x) in variables.zip(&orbit.point).take(6) {
                let error = Uncertainty::Unknown(why.into());
                list.push(Quantity::real(variable, &symbol, *x, error).symbol(&symbol));
            }
        }
        list.push(Quantity::exact(
            "particles",
            "Particles",
            self.cloud.members(),
        ));
        if self.noise > 0.0 {
            let name = "Intensity of the noise";
            let error = Uncertainty::Bound(0.0);
            list.push(Quantity::real("noise", name, self.noise, error).symbol("S"));
        }
        if self.orbits.len() > 1 {
            list.push(Quantity::exact(
                "orbits",
                "Followed orbits",
                self.orbits.len(),
            ));
        }
        list
    }

    fn fit(&self, size: [f64; 2]) -> Camera {
        self.fitted(size)
    }

    fn fit_view(&self, view: &View) -> Camera {
        let settings = ViewSettings::new(&self.definition, &view.settings);
        self.fitted_for(&settings, view.points())
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        self.draw(view)
    }

    fn print(&self, view: &View, settings: &Settings, press: &Press) -> Result<Raster, SimError> {
        self.print_view(view, settings, press)
    }

    fn print_legends(&self, view: &View, settings: &Settings) -> Result<Vec<Legend>, SimError> {
        self.legends_of_print(view, settings)
    }

    fn capture(&self) -> Capture {
        let step = Step::from(self.timing.step);
        match self.state() {
            Ok(state) => Capture::new(step, state.bytes(), state),
            // The device is gone: the capture says so when it is used.
            Err(error) => Capture::new(step, 0, error),
        }
    }

    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let state = captured(capture)?;
        let fits = state.constants.len() == self.constants.len()
            && state.particles.len() == self.cloud.members() * self.definition.dimension();
        if fits {
            self.go_to(state)
        } else {
            Err(SimError::other("This state belongs to another system."))
        }
    }

    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        Ok(captured(capture)?.encode())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let dimension = self.definition.dimension();
        let seen = self.definition.coordinates.len();
        let (constants, members) = (self.constants.len(), self.cloud.members());
        let state = State::decode(bytes, dimension, seen, constants, members)?;
        Ok(Capture::new(
            Step::from(state.timing.step),
            state.bytes(),
            state,
        ))
    }

    fn probes(&self) -> Vec<ProbeKind> {
        self.probe_kinds()
    }
    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        self.attach_probe(probe)
    }
    fn detach(&mut self, probe: &ProbeSpec) {
        self.detach_probe(probe);
    }
    fn read(&self, probe: &ProbeSpec) -> Option<Reading> {
        self.read_probe(probe)
    }

    fn yardstick(&self) -> Option<Yardstick> {
        self.lyapunov_time()
    }
    fn horizon(&self) -> Option<Horizon> {
        self.told_horizon()
    }

    fn pointer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        self.answer(pointer, view)
    }

    fn twin_input(&self) -> Option<Input> {
        Some(self.nudge())
    }

    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let other = captured(other).ok()?;
        let (ours, theirs) = (self.orbits.first()?, other.orbits.first()?);
        let squares = ours
            .point
            .iter()
            .zip(&theirs.point)
            .map(|(a, b)| (a - b) * (a - b));
        let distance = squares.sum::<f64>().sqrt();
        let size = ours.point.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let error = Uncertainty::Bound(size * f64::EPSILON);
        Some(Quantity::real("distance", "Distance of the twins", distance, error).symbol("‖δ‖"))
    }
}

/// The state in a capture, or why there is none.
pub fn captured(capture: &Capture) -> Result<&State, SimError> {
    match capture.get::<SimError>() {
        Ok(error) => Err(error.clone()),
        Err(_) => capture.get(),
    }
}
