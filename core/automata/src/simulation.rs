//! A world as a simulation: clock, inputs, captures, twin, probes and picture.

use std::sync::{Arc, Mutex, PoisonError};

use loom_sim::simulation::Capture;
use loom_sim::view::{Hit, Pointer, PointerReply};
use loom_sim::{
    Camera, Clock, Gate, Input, ProbeKind, ProbeSpec, Quantity, Reading, Scene, Settings, SimError,
    Simulation, Step, Stop, Uncertainty, Value, View,
};
use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};

use crate::draw;
use crate::edit::{Edit, Place};
use crate::engine::Inside;
use crate::error::LifeError;
use crate::rule::{Family, Rule};
use crate::state::State;
use crate::watch::Watch;
use crate::world::World;

/// Generations a second at 1×, before the step exponent.
const PACE: f64 = 20.0;

/// A tree is looked at by its probes in each of up to 2^this leaps in a row.
const SEEN: u32 = 16;

/// A world in motion. One step is one generation.
pub struct Life {
    world: World,
    /// The generation of step 0: a pattern's file may start later.
    origin: BigUint,
    exponent: u32,
    memory: u64,
    watches: Vec<(ProbeSpec, Watch)>,
    /// The stroke that is being drawn and the cell where it last was: the pointer tells single
    /// places, and a line of cells joins them.
    stroke: Mutex<Option<(u64, Place)>>,
}

impl Life {
    /// A simulation that starts from this world.
    pub(crate) fn new(world: World, exponent: u32, memory: u64) -> Self {
        Self {
            origin: world.generation().clone(),
            world,
            exponent,
            memory,
            watches: Vec::new(),
            stroke: Mutex::default(),
        }
    }

    /// The world now.
    pub fn world(&self) -> &World {
        &self.world
    }

    fn state(&self) -> Result<State, SimError> {
        Ok(State {
            kept: self.world.keep()?,
            origin: self.origin.clone(),
            exponent: self.exponent,
        })
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), SimError> {
        match (key, value) {
            ("rule", value) => {
                let text = value.to_string();
                let rule = Rule::read_beside(&text, Some(&self.world.rule()));
                let rule = rule.map_err(LifeError::from)?;
                Ok(self.world.set_rule(rule)?)
            }
            ("exponent", value) => match value.as_integer() {
                Some(exponent @ 0..=900) => {
                    self.exponent = exponent as u32;
                    Ok(())
                }
                _ => Err(SimError::Input(format!("exponent {value}"))),
            },
            _ => Err(SimError::Input(key.to_owned())),
        }
    }

    /// Generations to make before the probes look again. They see every generation of packed
    /// cells, and every leap of 2^exponent of a tree; only when a tree is sent further than a
    /// series could hold does it go most of the way at once.
    fn piece(&self, left: &Step) -> Step {
        if self.watches.is_empty() {
            return left.clone();
        }
        if !matches!(self.world.inside(), Inside::Tree(_)) {
            return Step::one();
        }
        let far = self.exponent + SEEN;
        if left.bits() > u64::from(far) {
            return (left >> far) << far;
        }
        (Step::one() << self.exponent).min(left.clone())
    }

    /// The cell under the pointer.
    fn cell(&self, pointer: &Pointer, view: &View) -> Option<([BigInt; 2], f64)> {
        let plane = draw::plane(&self.world, view).ok()?;
        let spot = plane.to_world(pointer.position, view.points());
        Some((spot.whole.map(BigInt::from), plane.scale))
    }

    fn hit(&self, [x, y]: [BigInt; 2]) -> Option<Hit> {
        let rule = self.world.rule();
        if !draw::lies_on(rule.topology, &x, &y) {
            return None;
        }
        let number = self.world.state(&x, &y).ok()?;
        let state = match (rule.state_name(number), rule.states()) {
            (Some(name), 2) => name,
            (Some(name), _) => format!("{name} ({number})"),
            (None, _) => format!("state {number}"),
        };
        let minus = |c: &BigInt| c.to_string().replace('-', "−");
        let at: Place = [x.clone().into(), y.clone().into()];
        Some(Hit {
            id: format!("cell:{x},{y}"),
            label: format!("Cell {}, {} · {state}", minus(&x), minus(&y)),
            rows: vec![
                ("x".to_owned(), minus(&x)),
                ("y".to_owned(), minus(&y)),
                ("State".to_owned(), state),
            ],
            draggable: true,
            actions: vec![Edit::Flip { at }.input()],
            grid: None,
        })
    }
}

impl Simulation for Life {
    fn clock(&self) -> Clock {
        let generation = self.world.generation();
        Clock {
            step: generation - &self.origin,
            time: generation.to_f64().unwrap_or(f64::MAX),
            unit: "generations".into(),
            symbol: "generation".into(),
            step_time: 1.0,
            pace: PACE * f64::from(self.exponent).exp2(),
            end: None,
        }
    }

    fn parameters(&self) -> Settings {
        Settings::from([
            ("rule".into(), self.world.rule().to_string().into()),
            ("exponent".into(), Value::Integer(self.exponent.into())),
        ])
    }

    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } => self.set(key, value),
            Input::Edit { name, data, .. } => {
                let edit: Edit = serde_json::from_value(data.clone())
                    .map_err(|error| SimError::Input(format!("{name:?} ({error})")))?;
                edit.apply(&mut self.world)
            }
        }
    }

    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let target = self.world.generation() + steps;
        let mut interrupt = || gate.is_closed();
        loop {
            let left = &target - self.world.generation();
            if left.is_zero() {
                return Ok(Stop::Target);
            }
            let piece = self.piece(&left);
            let done = self.world.advance(&piece, &mut interrupt)?;
            if !done.is_zero() {
                for (_, watch) in &mut self.watches {
                    watch.look(&self.world)?;
                }
            }
            if done < piece {
                return Ok(if gate.is_cancelled() {
                    Stop::Cancelled
                } else {
                    Stop::Slice
                });
            }
        }
    }

    fn observe(&self) -> Vec<Quantity> {
        let mut list = Vec::new();
        let generation = BigInt::from(self.world.generation().clone());
        list.push(Quantity::exact("generation", "Generation", generation));
        if let Ok(population) = self.world.population() {
            if let Some(area) = self.world.area() {
                let density = population.to_f64().unwrap_or(f64::INFINITY) / area as f64;
                let rounding = Uncertainty::Bound(f64::EPSILON * density);
                list.push(Quantity::real("density", "Density", density, rounding));
            }
            let population = BigInt::from(population);
            list.insert(
                1,
                Quantity::exact("population", "Population", population).unit("cells"),
            );
        }
        if let Some((births, deaths)) = self.world.last_changes() {
            let exact = |key, name, n: BigUint| Quantity::exact(key, name, BigInt::from(n));
            list.push(exact("births", "Births", births).unit("cells"));
            list.push(exact("deaths", "Deaths", deaths).unit("cells"));
        }
        // Cells on a device are not read back for this alone.
        let at_hand = match self.world.inside() {
            Inside::Device(device) => device.cells_at_hand().is_some(),
            Inside::FieldOnDevice(device) => device.cells_at_hand().is_some(),
            _ => true,
        };
        // In three dimensions the layers lie below each other: a box around them says nothing.
        let flat = !matches!(self.world.rule().family, Family::Space(_));
        if at_hand
            && flat
            && let Ok(bounds) = self.world.bounds()
        {
            let text = bounds.map_or("empty".to_owned(), |(x, y, width, height)| {
                format!("{width} × {height} at {x}, {y}").replace('-', "−")
            });
            list.push(Quantity::text("bounding_box", "Bounding box", &text));
        }
        let rule = self.world.rule();
        list.push(Quantity::text("family", "Family", rule.family_name()));
        list.push(Quantity::text("engine", "Engine", self.world.engine_name()));
        if rule.states() > 2
            && at_hand
            && let Ok(counts) = self.world.counts()
        {
            for (state, count) in counts.into_iter().take(16) {
                let name = match rule.state_name(state) {
                    Some(name) if rule.states() <= 16 => format!("State {state}, {name}"),
                    _ => format!("State {state}"),
                };
                let quantity =
                    Quantity::exact(&format!("state_{state}"), &name, BigInt::from(count));
                list.push(quantity.unit("cells"));
            }
        }
        list
    }

    fn fit(&self, size: [f64; 2]) -> Camera {
        draw::camera(&self.world, size)
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let other = match &view.compare {
            Some(capture) => Some(capture.get::<State>()?),
            None => None,
        };
        draw::scene(&self.world, view, other.map(|state| &state.kept))
    }

    fn capture(&self) -> Capture {
        let step = self.world.generation() - &self.origin;
        match self.state() {
            Ok(state) => Capture::new(step, state.kept.bytes() as usize, state),
            // Only a lost device gives no state; restoring from nothing then says so.
            Err(error) => Capture::new(step, 0, error.to_string()),
        }
    }

    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let state: &State = capture.get()?;
        self.world.restore(&state.kept)?;
        self.origin.clone_from(&state.origin);
        self.exponent = state.exponent;
        for (_, watch) in &mut self.watches {
            watch.back_to(&self.world);
        }
        Ok(())
    }

    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        capture.get::<State>()?.encode()
    }

    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let state = State::decode(bytes, self.memory)?;
        let generation = state.kept.generation();
        if *generation < state.origin {
            return Err(SimError::parse(
                "The saved cells are damaged: their generation lies before the beginning.",
            ));
        }
        let step = generation - &state.origin;
        Ok(Capture::new(step, state.kept.bytes() as usize, state))
    }

    fn probes(&self) -> Vec<ProbeKind> {
        Watch::kinds()
    }

    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        let mut watch = Watch::new(&probe.kind)?;
        watch.look(&self.world)?;
        self.detach(probe);
        self.watches.push((probe.clone(), watch));
        Ok(())
    }

    fn detach(&mut self, probe: &ProbeSpec) {
        self.watches.retain(|(spec, _)| spec != probe);
    }

    fn read(&self, probe: &ProbeSpec) -> Option<Reading> {
        let (_, watch) = self.watches.iter().find(|(spec, _)| spec == probe)?;
        Some(Reading::Series(Arc::new(watch.series())))
    }

    fn pointer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        use loom_sim::PointerAction::{Click, Drag, Hover, Press, Release};
        let mut reply = PointerReply::default();
        let Some((cell, scale)) = self.cell(pointer, view) else {
            return reply;
        };
        reply.hit = self.hit(cell.clone());
        let at: Place = cell.map(Into::into);
        let mut stroke = self.stroke.lock().unwrap_or_else(PoisonError::into_inner);
        // Cells smaller than a pixel can't be aimed at.
        if scale < 1.0
            && let Some(hit) = &mut reply.hit
        {
            hit.label.push_str(" · zoom in to draw");
            return reply;
        }
        if reply.hit.is_none() {
            return reply;
        }
        if pointer.alt {
            if pointer.action == Click {
                reply.twin = Some(Edit::Flip { at }.input());
            }
            return reply;
        }
        let from = match (&*stroke, pointer.action) {
            (Some((number, last)), Drag | Release) if *number == pointer.stroke => last.clone(),
            _ => at.clone(),
        };
        match pointer.action {
            Hover => return reply,
            Release => {
                *stroke = None;
                return reply;
            }
            Click | Press | Drag => {}
        }
        *stroke = (pointer.action != Click).then(|| (pointer.stroke, at.clone()));
        if pointer.action == Drag && from == at {
            return reply;
        }
        let states = self.world.rule().states();
        let brush = view.settings.get("brush").and_then(Value::as_integer);
        let line = match brush.unwrap_or(1).clamp(1, states as i64 - 1) {
            state if states > 2 => Edit::Paint {
                from,
                to: at,
                state: if pointer.secondary { 0 } else { state as u8 },
            },
            _ => Edit::Line {
                from,
                to: at,
                alive: !pointer.secondary,
            },
        };
        reply.inputs.push(line.input().stroke(pointer.stroke));
        reply
    }

    fn describe(&self, id: &str) -> Option<Hit> {
        self.hit(draw::cell_of(id)?)
    }

    fn paints(&self) -> bool {
        true
    }

    fn twin_input(&self) -> Option<Input> {
        // The cell in the middle of what lives, or of the grid.
        let middle = match self.world.area() {
            Some(_) => [BigInt::zero(), BigInt::zero()],
            None => match self.world.bounds().ok()? {
                Some((x, y, width, height)) => [
                    x + BigInt::from(width / 2u32),
                    y + BigInt::from(height / 2u32),
                ],
                None => [BigInt::zero(), BigInt::zero()],
            },
        };
        let at = middle.map(Into::into);
        Some(Edit::Flip { at }.input())
    }

    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let state: &State = other.get().ok()?;
        let cells = self.world.difference(&state.kept).ok()??;
        let cells = BigInt::from(cells);
        Some(Quantity::exact("difference", "Cells that differ", cells).unit("cells"))
    }
}

impl std::fmt::Debug for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Life({} at generation {})",
            self.world.rule(),
            self.world.generation()
        )
    }
}
