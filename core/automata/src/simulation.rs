//! A world as a simulation: clock, inputs, captures, twin, probes and picture.

use std::sync::{Arc, Mutex};

use loom_sim::operation::Outcome;
use loom_sim::simulation::Capture;
use loom_sim::view::{Hit, Pointer, PointerReply};
use loom_sim::{
    Camera, Clock, Followed, Gate, Input, ProbeKind, ProbeSpec, Quantity, Reading, Scene, Settings,
    SimError, Simulation, Step, Stop, Uncertainty, Value, View,
};
use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};

use crate::draw;
use crate::edit::{Edit, Place};
use crate::engine::Inside;
use crate::error::LifeError;
use crate::follow::{self, Since};
use crate::hand::Hand;
use crate::operations;
use crate::rule::{Family, Rule};
use crate::state::State;
use crate::stride::Stride;
use crate::trace::Traced;
use crate::watch::Watch;
use crate::world::World;

/// Generations a second at 1×, before the step exponent.
const PACE: f64 = 20.0;

/// A tree is looked at by its probes in each of up to 2^this leaps in a row.
const SEEN: u32 = 16;

/// A world in motion. One step is one generation.
pub struct Life {
    pub(crate) world: World,
    /// The generation of step 0: a pattern's file may start later.
    origin: BigUint,
    stride: Stride,
    memory: u64,
    watches: Vec<(ProbeSpec, Watch)>,
    /// What a view follows, and since when.
    since: Since,
    /// What cells have been through, while a view asks for it.
    traced: Traced,
    /// The other layers, lowest first, and the place of this world among all.
    pub(crate) others: Vec<World>,
    pub(crate) active: usize,
    /// Generations that the layers made together when they last did.
    pub(crate) round: BigUint,
    /// What the pointer has in hand.
    pub(crate) hand: Mutex<Hand>,
}

impl Life {
    /// A simulation that starts from this world.
    pub(crate) fn new(world: World, stride: Stride, memory: u64) -> Self {
        Self {
            origin: world.generation().clone(),
            world,
            stride,
            memory,
            watches: Vec::new(),
            since: Since::default(),
            traced: Traced::default(),
            others: Vec::new(),
            active: 0,
            round: BigUint::one(),
            hand: Mutex::default(),
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
            stride: self.stride,
            others: self.kept_layers()?,
            active: self.active,
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
            ("exponent" | "base", value) => {
                let number = value.as_integer().unwrap_or(-1);
                let stride = match key {
                    "base" => Stride::new(number, self.stride.exponent.into()),
                    _ => Stride::new(self.stride.base.into(), number),
                };
                self.stride = stride.ok_or_else(|| {
                    SimError::Input(format!(
                        "{key} {value}: bases go from 2 to 10, and a step to 2^{} generations",
                        Stride::MOST
                    ))
                })?;
                Ok(())
            }
            _ => Err(SimError::Input(key.to_owned())),
        }
    }

    /// Generations to make before the probes look again. They see every generation of packed
    /// cells, and every stride of a tree; only when a tree is sent further than a
    /// series could hold does it go most of the way at once.
    fn piece(&self, left: &Step) -> Step {
        if self.traced.is_wanted() {
            return Step::one();
        }
        if self.watches.is_empty() {
            return left.clone();
        }
        if !matches!(self.world.inside(), Inside::Tree(_)) {
            return Step::one();
        }
        let stride = self.stride.generations();
        let far = stride.bits() as u32 + SEEN;
        if left.bits() > u64::from(far) {
            return (left >> far) << far;
        }
        stride.min(left.clone())
    }

    /// The cell under the pointer.
    pub(crate) fn cell(&self, pointer: &Pointer, view: &View) -> Option<([BigInt; 2], f64)> {
        let plane = draw::plane(&self.world, view).ok()?;
        let spot = plane.to_world(pointer.position, view.points());
        Some((spot.whole.map(BigInt::from), plane.scale))
    }

    pub(crate) fn hit(&self, [x, y]: [BigInt; 2]) -> Option<Hit> {
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
            pace: PACE * self.stride.as_real(),
            end: None,
        }
    }

    fn parameters(&self) -> Settings {
        Settings::from([
            ("rule".into(), self.world.rule().to_string().into()),
            ("base".into(), Value::Integer(self.stride.base.into())),
            (
                "exponent".into(),
                Value::Integer(self.stride.exponent.into()),
            ),
        ])
    }

    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } => self.set(key, value),
            Input::Edit { name, data, .. } => {
                let edit: Edit = serde_json::from_value(data.clone())
                    .map_err(|error| SimError::Input(format!("{name:?} ({error})")))?;
                match edit {
                    Edit::Layer(edit) => self.stack(edit),
                    edit => edit.apply(&mut self.world),
                }
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
            let done = if self.others.is_empty() {
                self.world.advance(&piece, &mut interrupt)?
            } else {
                self.advance_together(&piece, gate)?
            };
            if !done.is_zero() {
                for (_, watch) in &mut self.watches {
                    watch.look(&self.world)?;
                }
                if self.traced.is_wanted() {
                    self.traced.trace().look(&self.world)?;
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
        let step = self.stride.words();
        list.insert(list.len().min(2), Quantity::text("step", "Step", &step));
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
        let (active, layers) = self.layers();
        if layers > 1 {
            let text = format!("{} of {layers}", active + 1);
            list.push(Quantity::text("layer", "Layer", &text));
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

    fn follow(&self, view: &View) -> Option<Followed> {
        follow::follow(&self.world, &self.since, view)
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let other = match &view.compare {
            Some(capture) => Some(capture.get::<State>()?),
            None => None,
        };
        let mut scene = draw::scene(&self.world, view, other.map(|state| &state.kept))?;
        if draw::traced::wanted(&view.settings) {
            self.traced.ask();
            let mut trace = self.traced.trace();
            trace.look(&self.world)?;
            draw::traced::paint(&mut scene, &self.world, view, &trace)?;
        }
        self.draw_layers(&mut scene, view)?;
        draw::over(&mut scene, &self.world, view, self.carried(view));
        draw::marks::add(&mut scene, &self.world, view);
        Ok(scene)
    }

    fn keep_history(&self, settings: &Settings) -> bool {
        let wanted = draw::traced::wanted(settings);
        if wanted {
            self.traced.keep();
            // A world that can't be looked at now says so when it is drawn.
            let _ = self.traced.trace().look(&self.world);
        }
        wanted
    }

    fn capture(&self) -> Capture {
        let step = self.world.generation() - &self.origin;
        match self.state() {
            Ok(state) => Capture::new(step, state.bytes(), state),
            // Only a lost device gives no state; restoring from nothing then says so.
            Err(error) => Capture::new(step, 0, error.to_string()),
        }
    }

    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let state: &State = capture.get()?;
        self.world.restore(&state.kept)?;
        self.restore_layers(&state.others)?;
        self.active = state.active;
        self.origin.clone_from(&state.origin);
        self.stride = state.stride;
        for (_, watch) in &mut self.watches {
            watch.back_to(&self.world);
        }
        self.traced.forget();
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
        Ok(Capture::new(step, state.bytes(), state))
    }

    fn probes(&self) -> Vec<ProbeKind> {
        Watch::kinds()
    }

    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        let mut watch = Watch::new(probe)?;
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
        self.handle(pointer, view)
    }

    fn describe(&self, id: &str) -> Option<Hit> {
        self.hit(draw::cell_of(id)?)
    }

    fn paints(&self) -> bool {
        true
    }

    fn operate(&self, key: &str, settings: &Settings, view: &View) -> Result<Outcome, SimError> {
        operations::operate(self, key, settings, view)
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
        let [x, mut y] = middle;
        // Of rows only the present one has a future.
        if self.world.rule().dimensions() == 1 {
            match self.world.inside() {
                Inside::Field(engine) => y = engine.now().into(),
                Inside::FieldOnDevice(device) => y = device.present_row().into(),
                _ => {}
            }
        }
        let at = [x, y].map(Into::into);
        Some(Edit::Flip { at }.input())
    }

    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let state: &State = other.get().ok()?;
        let mut cells = self.world.difference(&state.kept).ok()??;
        for (world, kept) in self.others.iter().zip(&state.others) {
            cells += world.difference(kept).ok()??;
        }
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
