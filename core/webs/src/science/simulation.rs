//! A web in motion, on the processor in f64 or on the device in f32.

use loom_sim::parameter::complete;
use loom_sim::{
    Camera, Capture, Clock, Gate, Hit, Input, Model, Parameter, Place, Pointer, PointerReply,
    ProbeKind, ProbeSpec, Quantity, Reading, Scene, Settings, SimError, Simulation, Step, Stop,
    Uncertainty, View,
};

use super::codec::Frame;
use super::edit::Edit;
use super::picture::{self, Drawing};
use super::probes::{self, Origin, Watch};
use super::{Kind, mechanics_of, pointer, settings, web_of};
use crate::error::WebError;
use crate::measures::GraphMeasures;
use crate::mechanics::{Device, DeviceState, Mechanics};
use crate::web::{SilkKind, Web};

/// Thread updates a second that playing at 1× asks for: under half of what one core makes.
const PACE: f64 = 6.0e7;
/// Threads times steps between two looks at the gate.
const PIECE: usize = 100_000;

/// A web as the studio runs it.
pub struct WebSimulation {
    pub(super) web: Web,
    pub(super) mechanics: Mechanics,
    device: Option<OnDevice>,
    parameters: Vec<Parameter>,
    /// Every declared value but the view's.
    values: Settings,
    origin: Origin,
    /// Why it does not begin at rest.
    unsettled: Option<String>,
    /// Upper end of the colour scale, N.
    top: f64,
    degree: Vec<usize>,
    watches: Vec<Watch>,
}

/// What a run on the device needs besides its mirror on the host.
struct OnDevice {
    device: Device,
    state: DeviceState,
    /// Seconds a step, measured.
    cost: f64,
}

impl WebSimulation {
    /// Builds a model and stands at its beginning, settled where something holds it.
    pub fn new(model: &Model, place: &Place) -> Result<Self, SimError> {
        let web = web_of(model)?;
        let (mechanics, unsettled) = mechanics_of(model, &web)?;
        let mut parameters = settings::declared(Kind::of(model)?);
        let mut values = complete(&parameters, &model.parameters)?;
        parameters.retain(|p| p.effect != loom_sim::Effect::View);
        values.retain(|key, _| parameters.iter().any(|p| p.key == *key));
        let device = match place {
            Place::Cpu { .. } => None,
            Place::Gpu(gpu) => {
                let device = Device::new(gpu, &mechanics).map_err(device_error)?;
                let state = device.state_of(&mechanics);
                Some(OnDevice {
                    device,
                    state,
                    cost: 1e-4,
                })
            }
        };
        Ok(Self {
            origin: Origin::of(&mechanics),
            top: picture::top_of_scale(&mechanics.tensions()),
            degree: GraphMeasures::of(&web).degree,
            web,
            mechanics,
            device,
            parameters,
            values,
            unsettled,
            watches: Vec::new(),
        })
    }

    /// The mechanics as they stand; on a device, their mirror.
    pub fn mechanics(&self) -> &Mechanics {
        &self.mechanics
    }

    fn see(&mut self) {
        for watch in &mut self.watches {
            watch.see(&self.mechanics, &self.origin);
        }
    }

    /// Takes what the host has changed to the device.
    fn tell_device(&mut self, whole: bool) -> Result<(), SimError> {
        let Some(on) = &mut self.device else {
            return Ok(());
        };
        let fresh = on.device.state_of(&self.mechanics);
        if whole {
            on.state = fresh;
        } else {
            // Only what the host touched: its f64 mirror would round what the device holds.
            for (i, _) in self
                .mechanics
                .state()
                .pinned
                .iter()
                .enumerate()
                .filter(|(_, p)| **p)
            {
                on.state.velocity[4 * i..4 * i + 4].fill(0.0);
            }
            on.state.hand = fresh.hand;
        }
        on.device
            .upload(&self.mechanics, &on.state)
            .map_err(device_error)
    }

    fn advance_host(&mut self, steps: u64, gate: &Gate) -> Result<Stop, SimError> {
        let piece = (PIECE / self.mechanics.thread_count().max(1)).clamp(1, 512) as u64;
        let before = self.frame();
        let mut left = steps;
        while left > 0 {
            if gate.is_cancelled() {
                return Ok(Stop::Cancelled);
            }
            if gate.is_over() {
                return Ok(Stop::Slice);
            }
            for _ in 0..piece.min(left) {
                if let Err(error) = self.mechanics.step() {
                    self.return_to_last_good(&before)?;
                    return Err(error.into());
                }
                if !self.watches.is_empty() {
                    self.see();
                }
            }
            left -= piece.min(left);
        }
        Ok(Stop::Target)
    }

    /// After a blow-up: the state before it, from the beginning of this advance.
    fn return_to_last_good(&mut self, before: &Frame) -> Result<(), SimError> {
        let good = self.mechanics.state().step.saturating_sub(1);
        self.take(before)?;
        while self.mechanics.state().step < good {
            self.mechanics.step()?;
            self.see();
        }
        Ok(())
    }

    fn advance_device(&mut self, steps: u64, gate: &Gate) -> Result<Stop, SimError> {
        let mut left = steps;
        while left > 0 {
            if gate.is_cancelled() {
                return Ok(Stop::Cancelled);
            }
            if gate.is_over() {
                return Ok(Stop::Slice);
            }
            let step = self.mechanics.state().step;
            let due = self
                .watches
                .iter()
                .map(|w| w.due(step))
                .min()
                .unwrap_or(u64::MAX);
            let Some(on) = &mut self.device else {
                return Ok(Stop::Target);
            };
            let batch = ((4e-3 / on.cost) as u64).clamp(1, 2000).min(due).min(left);
            let begun = std::time::Instant::now();
            on.device
                .run(self.mechanics.node_count(), batch as u32)
                .map_err(device_error)?;
            let state = on.device.download().map_err(device_error)?;
            on.cost = (begun.elapsed().as_secs_f64() / batch as f64).max(1e-8);
            let finite = state
                .displacement
                .iter()
                .chain(&state.velocity)
                .all(|x| x.is_finite());
            if !finite {
                // The last state brought back was good; it is the one to stand at.
                on.device
                    .upload(&self.mechanics, &on.state)
                    .map_err(device_error)?;
                let error = WebError::BlowUp {
                    node: 0,
                    step: step + batch,
                };
                return Err(error.into());
            }
            self.mechanics.count_steps(batch);
            on.device.mirror(&state, &mut self.mechanics);
            on.state = state;
            self.see();
            left -= batch;
        }
        Ok(Stop::Target)
    }

    fn frame(&self) -> Frame {
        Frame {
            state: self.mechanics.state().clone(),
            settings: self.parameters(),
            device: self.device.as_ref().map(|on| on.state.clone()),
        }
    }

    fn take(&mut self, frame: &Frame) -> Result<(), SimError> {
        self.values.extend(frame.settings.clone());
        if !self.mechanics.set_state(&frame.state) {
            return Err(SimError::other("This state belongs to another web."));
        }
        self.mechanics.set_loads(settings::loads(&self.values));
        if let Some(on) = &mut self.device {
            on.state = match &frame.device {
                Some(state) if state.displacement.len() == on.state.displacement.len() => {
                    state.clone()
                }
                _ => on.device.state_of(&self.mechanics),
            };
            on.device
                .upload(&self.mechanics, &on.state)
                .map_err(device_error)?;
        }
        let time = 1e3 * self.mechanics.time();
        for watch in &mut self.watches {
            watch.truncate(time);
        }
        Ok(())
    }

    fn drawing(&self) -> Drawing<'_> {
        Drawing {
            web: &self.web,
            positions: (0..self.web.nodes.len())
                .map(|i| self.mechanics.position(i))
                .collect(),
            tensions: self.mechanics.tensions(),
            strains: (0..self.web.threads.len())
                .map(|t| self.mechanics.strain(t))
                .collect(),
            pinned: &self.mechanics.state().pinned,
            cut: &self.mechanics.state().cut,
            degree: &self.degree,
            hand: self.mechanics.state().hand,
            load: self
                .mechanics
                .load_node()
                .filter(|_| self.mechanics.loads().carried > 0.0),
            top: self.top,
        }
    }
}

fn device_error(error: loom_gpu::GpuError) -> SimError {
    SimError::Device(error.to_string())
}

impl Simulation for WebSimulation {
    fn clock(&self) -> Clock {
        let step = self.mechanics.time_step();
        let threads = self.mechanics.thread_count().max(1) as f64;
        Clock {
            step: Step::from(self.mechanics.state().step),
            time: 1e3 * self.mechanics.time(),
            unit: "ms".into(),
            symbol: "t".into(),
            step_time: 1e3 * step,
            // Small webs play in real time; large ones in slow motion.
            pace: (1.0 / step).min(PACE / threads).max(1.0),
            end: None,
        }
    }

    fn parameters(&self) -> Settings {
        let live = |p: &&Parameter| p.effect == loom_sim::Effect::Live;
        let keys = self.parameters.iter().filter(live).map(|p| &p.key);
        keys.filter_map(|k| self.values.get(k).map(|v| (k.clone(), v.clone())))
            .collect()
    }

    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } => {
                let declared = self.parameters.iter().find(|p| p.key == *key);
                let live = declared.filter(|p| p.effect == loom_sim::Effect::Live);
                let Some(parameter) = live else {
                    return Err(SimError::Input(format!("{key}: it is no live parameter")));
                };
                let value = parameter.check(value)?;
                self.values.insert(key.clone(), value);
                self.mechanics.set_loads(settings::loads(&self.values));
                self.tell_device(false)
            }
            Input::Edit { data, .. } => {
                let edit = Edit::parse(data)?;
                edit.apply(&mut self.mechanics)?;
                self.tell_device(edit == Edit::Settle)
            }
        }
    }

    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX / 2);
        if self.device.is_some() {
            self.advance_device(steps, gate)
        } else {
            self.advance_host(steps, gate)
        }
    }

    fn observe(&self) -> Vec<Quantity> {
        let rounding = || match &self.device {
            None => Uncertainty::Unknown("rounding of f64".into()),
            Some(_) => Uncertainty::Unknown("computed in f32 for the picture".into()),
        };
        let real = |key: &str, name: &str, value: f64, unit: &str| {
            Quantity::real(key, name, value, rounding()).unit(unit)
        };
        let m = &self.mechanics;
        let (e, balance) = (m.energies(), m.balance());
        let slack = (0..m.thread_count())
            .filter(|&t| !m.state().cut[t] && m.tension(t) == 0.0)
            .count();
        let mut list = vec![
            real(
                "max_tension",
                "Largest tension",
                1e3 * balance.tension,
                "mN",
            )
            .symbol("T"),
            real("kinetic", "Kinetic energy", 1e6 * e.kinetic, "µJ").symbol("K"),
            real("elastic", "Elastic energy", 1e6 * e.elastic, "µJ"),
            real(
                "residual",
                "Largest unbalanced force",
                1e3 * balance.residual,
                "mN",
            ),
            Quantity::exact("slack", "Slack threads", slack),
            real("hand_work", "Work by hand", 1e6 * m.state().hand_work, "µJ").symbol("W"),
            real(
                "added_mass",
                "Mass added for the step",
                1e6 * m.added_mass(),
                "mg",
            ),
        ];
        if let Some(node) = m.load_node() {
            let way = crate::web::norm(crate::web::sub(m.position(node), self.origin.place));
            list.insert(1, real("swing", "Way of the hub", 1e3 * way, "mm"));
        }
        if self.web.is_free() {
            // A graph is asked for its size before its forces.
            let counts = [
                Quantity::exact("nodes", "Nodes", m.node_count()),
                Quantity::exact("edges", "Edges", m.thread_count()),
            ];
            list.splice(0..0, counts);
        }
        let cut = m.state().cut.iter().filter(|c| **c).count();
        if cut > 0 {
            list.push(Quantity::exact("cut", "Cut threads", cut));
        }
        if let Some(why) = &self.unsettled {
            list.push(Quantity::text("unsettled", "Does not begin at rest", why));
        }
        list
    }

    fn fit(&self, size: [f64; 2]) -> Camera {
        let places = (0..self.web.nodes.len()).map(|i| self.mechanics.position(i));
        picture::fit(&self.web, places, size)
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let camera = view
            .camera
            .clone()
            .unwrap_or_else(|| self.fit(view.points()));
        let mut scene = picture::scene(&self.drawing(), view, camera);
        if let Some(other) = &view.compare {
            let frame: &Frame = other.get()?;
            picture::compare(&self.drawing(), &frame.state, view, &mut scene);
        }
        Ok(scene)
    }

    fn capture(&self) -> Capture {
        let frame = self.frame();
        Capture::new(Step::from(frame.state.step), frame.size(), frame)
    }

    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let frame: &Frame = capture.get()?;
        self.take(&frame.clone())
    }

    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        capture.get::<Frame>()?.encode()
    }

    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let frame = Frame::decode(bytes)?;
        let (nodes, threads) = (self.mechanics.node_count(), self.mechanics.thread_count());
        if frame.state.position.len() != nodes || frame.state.cut.len() != threads {
            return Err(SimError::parse("This saved state belongs to another web."));
        }
        Ok(Capture::new(
            Step::from(frame.state.step),
            frame.size(),
            frame,
        ))
    }

    fn probes(&self) -> Vec<ProbeKind> {
        probes::kinds()
    }

    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        let mut watch = Watch::new(probe)?;
        watch.see(&self.mechanics, &self.origin);
        self.detach(probe);
        self.watches.push(watch);
        Ok(())
    }

    fn detach(&mut self, probe: &ProbeSpec) {
        self.watches.retain(|w| w.spec != *probe);
    }

    fn read(&self, probe: &ProbeSpec) -> Option<Reading> {
        self.watches
            .iter()
            .find(|w| w.spec == *probe)
            .map(Watch::read)
    }

    fn pointer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        let camera = view
            .camera
            .clone()
            .unwrap_or_else(|| self.fit(view.points()));
        pointer::reply(self, pointer, &camera, view.points())
    }

    fn describe(&self, id: &str) -> Option<Hit> {
        pointer::describe(self, id)
    }

    /// The radial that pulls most, or whatever thread does.
    fn twin_input(&self) -> Option<Input> {
        let m = &self.mechanics;
        let best = |kind: Option<SilkKind>| {
            (0..m.thread_count())
                .filter(|&t| {
                    !m.state().cut[t] && kind.is_none_or(|k| self.web.threads[t].kind == k)
                })
                .max_by(|&a, &b| m.tension(a).total_cmp(&m.tension(b)).then(b.cmp(&a)))
        };
        let thread = best(Some(SilkKind::Radial)).or_else(|| best(None))?;
        Some(
            Edit::Cut {
                thread: thread as u32,
            }
            .input(),
        )
    }

    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let frame: &Frame = other.get().ok()?;
        let here = &self.mechanics.state().position;
        if frame.state.position.len() != here.len() {
            return None;
        }
        let apart = |(p, q): (&[f64; 4], &[f64; 4])| {
            crate::web::norm([p[0] - q[0], p[1] - q[1], p[2] - q[2]])
        };
        let most = here
            .iter()
            .zip(&frame.state.position)
            .map(apart)
            .fold(0.0, f64::max);
        let error = Uncertainty::Unknown("rounding of the simulation".into());
        let name = "Largest distance between the nodes of both webs";
        Some(Quantity::real("displacement", name, 1e3 * most, error).unit("mm"))
    }
}
