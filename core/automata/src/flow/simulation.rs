//! A continuous automaton as a simulation: clock, inputs, captures, twin, probes and picture.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use loom_sim::simulation::Capture;
use loom_sim::view::{Hit, Pointer, PointerReply};
use loom_sim::{
    Camera, Clock, Gate, Input, Place, ProbeKind, ProbeSpec, Quantity, Reading, Scene, Settings,
    SimError, Simulation, Step, Stop, Uncertainty, Value, View,
};
use num_traits::ToPrimitive;

use super::begin;
use super::draw::{self, Look};
use super::edit::Edit;
use super::field::Field;
use super::kept::Kept;
use super::machine::Machine;
use super::plan::{self, Plan};
use super::watch::Watch;

/// What is added to a twin's one cell, as a part of the range of colours.
const NUDGE: f64 = 0.1;

/// A field in motion.
pub struct Flow {
    plan: Plan,
    machine: Machine,
    values: BTreeMap<String, f64>,
    step: u64,
    watches: Vec<(ProbeSpec, Watch)>,
    /// The stroke that is being painted and where it last was.
    stroke: Mutex<Option<(u64, [f64; 2])>>,
}

impl Flow {
    /// A run at its beginning.
    ///
    /// # Errors
    /// What building may fail with.
    pub fn new(plan: Plan, place: &Place) -> Result<Self, SimError> {
        let field = Arc::new(begin::field(&plan)?);
        Ok(Self {
            machine: Machine::new(&plan, field, place)?,
            values: plan.values.clone(),
            plan,
            step: 0,
            watches: Vec::new(),
            stroke: Mutex::default(),
        })
    }

    /// The cells now.
    ///
    /// # Errors
    /// Device lost.
    pub fn field(&self) -> Result<Arc<Field>, SimError> {
        self.machine.field()
    }

    fn time(&self) -> f64 {
        self.step as f64 * self.plan.law.dt
    }

    /// The constant of a key.
    fn constant(&self, key: &str) -> Option<String> {
        self.values
            .keys()
            .find(|name| plan::key_of(name) == key)
            .cloned()
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), SimError> {
        let name = self
            .constant(key)
            .ok_or_else(|| SimError::Input(key.to_owned()))?;
        let Some(number) = value.as_real().filter(|x| x.is_finite()) else {
            return Err(SimError::Input(format!("{key} {value}")));
        };
        let values = &self.values;
        self.plan.law.check_diffusion(&|asked| {
            if asked == name {
                Some(number)
            } else {
                values.get(asked).copied()
            }
        })?;
        self.values.insert(name, number);
        Ok(())
    }

    fn look(&mut self) -> Result<(), SimError> {
        let time = self.time();
        if self.watches.is_empty() {
            return Ok(());
        }
        let wanted = self.watches.iter().any(|(_, watch)| watch.wants());
        let field = if wanted {
            Some(self.machine.field()?)
        } else {
            None
        };
        for (_, watch) in &mut self.watches {
            match &field {
                Some(field) if watch.wants() => watch.look(field, time),
                _ => watch.skip(time),
            }
        }
        Ok(())
    }

    fn kept(&self) -> Result<Kept, SimError> {
        Ok(Kept {
            field: self.machine.field()?,
            values: self.values.clone(),
            step: self.step,
        })
    }

    /// The place under the pointer, in cells from the middle.
    fn spot(&self, pointer: &Pointer, view: &View) -> [f64; 2] {
        let plane = draw::plane(self.plan.size(), view);
        let spot = plane.to_world(pointer.position, view.points());
        std::array::from_fn(|axis| spot.whole[axis] as f64 + spot.part[axis])
    }

    fn hit(&self, [x, y]: [i64; 2]) -> Option<Hit> {
        let [width, height] = self.plan.size();
        let column = usize::try_from(i128::from(x) + (width / 2) as i128).ok()?;
        let row = usize::try_from(i128::from(y) + (height / 2) as i128).ok()?;
        if column >= width || row >= height {
            return None;
        }
        let minus = |n: i64| n.to_string().replace('-', "−");
        let mut label = format!("Cell {}, {}", minus(x), minus(y));
        let mut rows = vec![("x".to_owned(), minus(x)), ("y".to_owned(), minus(y))];
        // Cells on a device are not read back for this alone.
        if let Some(field) = self.machine.at_hand() {
            for (s, name) in self.plan.law.species.iter().enumerate() {
                let value = format!("{:.4}", field.at(s, column, row)).replace('-', "−");
                label.push_str(&format!(" · {name} {value}"));
                rows.push((name.clone(), value));
            }
        }
        Some(Hit {
            id: format!("cell:{x},{y}"),
            label,
            rows,
            draggable: true,
            actions: vec![self.nudge([x, y]).input()],
            grid: None,
        })
    }

    fn nudge(&self, at: [i64; 2]) -> Edit {
        let look = &self.plan.recipe.view;
        let species = self
            .plan
            .law
            .species
            .iter()
            .position(|s| *s == look.species);
        Edit::Nudge {
            at,
            amount: NUDGE * (look.high - look.low),
            species: species.unwrap_or(0),
        }
    }
}

impl Simulation for Flow {
    fn clock(&self) -> Clock {
        Clock {
            step: Step::from(self.step),
            time: self.time(),
            unit: "time units".into(),
            symbol: "t".into(),
            step_time: self.plan.law.dt,
            pace: self.plan.recipe.pace,
            end: None,
        }
    }

    fn parameters(&self) -> Settings {
        let list = self.values.iter();
        list.map(|(name, value)| (plan::key_of(name), Value::Real(*value)))
            .collect()
    }

    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } => self.set(key, value),
            Input::Edit { name, data, .. } => {
                let edit: Edit = serde_json::from_value(data.clone())
                    .map_err(|error| SimError::Input(format!("{name:?} ({error})")))?;
                let mut field = self.machine.field()?;
                let rest = self.plan.rest(&self.values);
                edit.apply(Arc::make_mut(&mut field), &rest)?;
                self.machine.load(field)
            }
        }
    }

    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let target = steps
            .to_u64()
            .map_or(u64::MAX, |n| self.step.saturating_add(n));
        while self.step < target {
            if gate.is_cancelled() {
                return Ok(Stop::Cancelled);
            }
            // Probes see every step.
            let most = if self.watches.is_empty() {
                target - self.step
            } else {
                1
            };
            let values = &self.values;
            let value = |name: &str| values.get(name).copied();
            let made = self.machine.advance(self.step, most, &value)?;
            self.step += made;
            if made == 0 {
                return Err(SimError::BlewUp {
                    step: (self.step + 1).to_string(),
                    variable: self.plan.law.species.join(" or "),
                    value: "no finite number".into(),
                    remedy: "go back, and take a shorter time step or other constants.".into(),
                });
            }
            self.look()?;
            if gate.is_over() && self.step < target {
                return Ok(Stop::Slice);
            }
        }
        Ok(Stop::Target)
    }

    fn observe(&self) -> Vec<Quantity> {
        let mut list = Vec::new();
        if let Some(field) = self.machine.at_hand() {
            let cells = field.cells() as f64;
            for (s, name) in self.plan.law.species.iter().enumerate() {
                let all = field.summary(s);
                // Sums of this many numbers are off by at most so many roundings.
                let size = all.least.abs().max(all.greatest.abs());
                let rounding = f64::EPSILON * (cells.sqrt() + 8.0) * size;
                let mean = Uncertainty::Bound(rounding);
                list.push(Quantity::real(
                    &format!("mean_{name}"),
                    &format!("Mean of {name}"),
                    all.sum / cells,
                    mean,
                ));
                let mass = Uncertainty::Bound(rounding * cells);
                list.push(Quantity::real(
                    &format!("mass_{name}"),
                    &format!("Mass of {name}"),
                    all.sum,
                    mass,
                ));
                for (key, words, value) in [
                    ("least", "Least", all.least),
                    ("greatest", "Greatest", all.greatest),
                ] {
                    list.push(Quantity::real(
                        &format!("{key}_{name}"),
                        &format!("{words} {name}"),
                        value,
                        Uncertainty::Exact,
                    ));
                }
            }
        }
        list.push(Quantity::text("engine", "Engine", &self.machine.words()));
        list
    }

    fn fit(&self, size: [f64; 2]) -> Camera {
        Camera::Plane(draw::fit(self.plan.size(), size))
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let grid = self.plan.size();
        let plane = draw::plane(grid, view);
        let block = draw::block(grid, view, &plane);
        let look = Look::new(&self.plan, view);
        let other = match &view.compare {
            Some(capture) => Some(capture.get::<Kept>()?),
            None => None,
        };
        let content = match (&other, look.species, look.range) {
            (None, Some(species), Some(range)) => match self.machine.shown(species, block)? {
                Some(data) => draw::Content::Values(draw::Values {
                    data,
                    title: self.plan.law.species[species].clone(),
                    map: look.map,
                    range,
                }),
                None => draw::content(&self.plan, &look, &*self.machine.field()?, None, block)?,
            },
            _ => {
                let field = self.machine.field()?;
                let other = other.map(|kept| &*kept.field);
                draw::content(&self.plan, &look, &field, other, block)?
            }
        };
        Ok(draw::scene(grid, block, content, plane, view))
    }

    fn capture(&self) -> Capture {
        let step = Step::from(self.step);
        match self.kept() {
            Ok(kept) => Capture::new(step, kept.bytes(), kept),
            // Only a lost device gives no state; restoring from nothing then says so.
            Err(error) => Capture::new(step, 0, error.to_string()),
        }
    }

    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let kept: &Kept = capture.get()?;
        let [width, height] = self.plan.size();
        let field = &kept.field;
        if (field.width(), field.height(), field.species())
            != (width, height, self.plan.law.species.len())
        {
            return Err(SimError::other(
                "This state is of another grid: open it with the model that it was saved with.",
            ));
        }
        self.machine.load(field.clone())?;
        for (name, value) in &mut self.values {
            if let Some(kept) = kept.values.get(name) {
                *value = *kept;
            }
        }
        self.step = kept.step;
        let time = self.time();
        for (_, watch) in &mut self.watches {
            watch.back_to(time);
        }
        Ok(())
    }

    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        capture.get::<Kept>()?.encode()
    }

    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let kept = Kept::decode(bytes)?;
        Ok(Capture::new(Step::from(kept.step), kept.bytes(), kept))
    }

    fn probes(&self) -> Vec<ProbeKind> {
        Watch::kinds()
    }

    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        let mut watch = Watch::new(probe, &self.plan.law)?;
        watch.look(&*self.machine.field()?, self.time());
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
        let at = self.spot(pointer, view);
        let cell = at.map(|c| c.floor().clamp(-1e15, 1e15) as i64);
        reply.hit = self.hit(cell);
        let mut stroke = self.stroke.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = matches!(&*stroke, Some((number, _)) if *number == pointer.stroke);
        if reply.hit.is_none() && !(under_way && matches!(pointer.action, Drag | Release)) {
            return reply;
        }
        if pointer.alt {
            if pointer.action == Click {
                reply.twin = Some(self.nudge(cell).input());
            }
            return reply;
        }
        let from = match (&*stroke, pointer.action) {
            (Some((_, last)), Drag | Release) if under_way => *last,
            _ => at,
        };
        match pointer.action {
            Hover => return reply,
            Release => {
                *stroke = None;
                return reply;
            }
            Click | Press | Drag => {}
        }
        *stroke = (pointer.action != Click).then_some((pointer.stroke, at));
        if pointer.action == Drag && from == at {
            return reply;
        }
        let setting = |key: &str| {
            view.settings
                .get(key)
                .or_else(|| self.plan.settings.get(key))
        };
        let real = |key: &str| setting(key).and_then(Value::as_real).unwrap_or(1.0);
        let radius = real("brush_radius");
        let edit = if pointer.secondary {
            Edit::Erase {
                from,
                to: at,
                radius,
            }
        } else {
            let name = setting("brush_species").map_or(String::new(), ToString::to_string);
            let species = self.plan.law.species.iter().position(|s| *s == name);
            Edit::Paint {
                from,
                to: at,
                radius,
                amount: real("brush_amount"),
                species: species.unwrap_or(0),
            }
        };
        reply.inputs.push(edit.input().stroke(pointer.stroke));
        reply
    }

    fn describe(&self, id: &str) -> Option<Hit> {
        self.hit(draw::cell_of(id)?)
    }

    fn paints(&self) -> bool {
        true
    }

    fn twin_input(&self) -> Option<Input> {
        // Where there is something: the cell in the middle of the mass, or of the grid.
        let [width, height] = self.plan.size();
        let field = self.machine.at_hand();
        let lenia = self.plan.recipe.family != super::recipe::Family::Reaction;
        let centre = field.filter(|_| lenia).and_then(|f| f.centre(0));
        let at = centre.map_or([0, 0], |[x, y]| {
            [
                x as i64 - (width / 2) as i64,
                y as i64 - (height / 2) as i64,
            ]
        });
        Some(self.nudge(at).input())
    }

    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let kept: &Kept = other.get().ok()?;
        let field = self.machine.field().ok()?;
        if field.values().len() != kept.field.values().len() {
            return None;
        }
        let squares = field.values().iter().zip(kept.field.values());
        let sum: f64 = squares.map(|(a, b)| (a - b) * (a - b)).sum();
        let distance = (sum / field.cells() as f64).sqrt();
        let error = Uncertainty::Bound(f64::EPSILON * (field.cells() as f64).sqrt() * distance);
        Some(Quantity::real(
            "difference",
            "Root mean square difference",
            distance,
            error,
        ))
    }
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flow({} at step {})", self.plan.recipe.key, self.step)
    }
}
