//! A circuit in motion: its columns computed one by one, from left to right, to an end.
//!
//! The state is a function of the model, the inputs set by hand, the live parameters and the
//! column; a change on the way computes the columns reached so far again.

use std::sync::{Arc, OnceLock};

use crate::check::Checked;
use crate::count::{Cost, count, exact};
use crate::describe::{SetEntry, describe};
use crate::execute;
use crate::layout::hit::Target;
use crate::layout::{Drawing, Labels, Options, layout};
use crate::model::Loaded;
use crate::picture::{self, Look, Values};
use crate::run::Run;
use crate::saved::{self, State};
use loom_sim::{
    Camera, Capture, Clock, Gate, Hit, Input, Pointer, PointerAction, PointerReply, ProbeKind,
    ProbeSpec, Quantity, Reading, Scene, Series, Settings, SimError, Simulation, Step, Stop,
    Uncertainty, Value, View,
};

/// Columns a second at speed 1×.
const PACE: f64 = 1.5;
/// The probe that every circuit has.
pub const RMS: &str = "rms";

/// A circuit with data running through it.
#[derive(Clone, Debug)]
pub struct CircuitRun {
    checked: Arc<Checked>,
    cost: Arc<Cost>,
    run: Run,
    /// One drawing for each way of labelling, closed and open.
    drawings: Arc<[OnceLock<Drawing>; 6]>,
}

impl CircuitRun {
    pub fn new(loaded: Loaded) -> Result<Self, SimError> {
        let (cost, _) = count(&loaded.checked)?;
        let mut run = Run::seeded(&loaded.checked, loaded.weight_seed, loaded.input_seed)?;
        run.input_scale = loaded.input_scale;
        run.settings = execute::Settings {
            temperature: loaded.temperature,
        };
        run.rewind();
        Ok(Self {
            checked: Arc::new(loaded.checked),
            cost: Arc::new(cost),
            run,
            drawings: Arc::default(),
        })
    }

    pub fn checked(&self) -> &Checked {
        &self.checked
    }
    pub fn run(&self) -> &Run {
        &self.run
    }

    fn drawing(&self, options: Options) -> &Drawing {
        let index = match options.labels {
            Labels::Both => 0,
            Labels::Names => 1,
            Labels::Sizes => 2,
        } + if options.folded { 3 } else { 0 };
        self.drawings[index].get_or_init(|| layout(&self.checked, options))
    }

    fn values(&self, look: Look, compare: Option<&Capture>) -> Values {
        let twin = compare.and_then(|c| c.get::<State>().ok());
        let arrays = 0..self.checked.arrays.len();
        let on = arrays
            .clone()
            .map(|id| {
                let s = self.run.summary_on_wire(id)?;
                Some(if look.mean_abs { s.mean_abs } else { s.rms })
            })
            .collect();
        let difference = twin.map_or_else(Vec::new, |twin| {
            arrays
                .map(|id| {
                    let (a, b) = (self.run.on_wire(id)?, twin.run.on_wire(id)?);
                    let scale = self.run.summary_on_wire(id)?.rms.max(1e-300);
                    Some(distance(&a.values, &b.values) / scale)
                })
                .collect()
        });
        Values { on, difference }
    }

    fn camera(&self, view: &View, look: Look) -> Camera {
        view.camera.clone().unwrap_or_else(|| {
            Camera::Plane(picture::fit(self.drawing(look.options), view.points()))
        })
    }

    /// The operations of the newest column in words.
    fn column_title(&self) -> String {
        let column = self.run.column;
        if column == 0 {
            return "Inputs".to_owned();
        }
        let made = self.run.program.starts[column - 1]..self.run.program.starts[column];
        let mut titles: Vec<String> = Vec::new();
        for instruction in &self.run.program.instructions[made] {
            let title = self.checked.steps[instruction.step].operation.title();
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        titles.join(", ")
    }

    fn set_entry(&mut self, entry: &SetEntry) -> Result<(), SimError> {
        let refuse = |why: String| SimError::Input(format!("{}: {why}", entry.input));
        let number = self
            .checked
            .circuit
            .inputs
            .iter()
            .position(|i| i.name == entry.input)
            .ok_or_else(|| refuse("there is no such input".into()))?;
        let array = self
            .run
            .input(number)
            .ok_or_else(|| refuse("it has no values".into()))?;
        let fits = entry.index.len() == array.shape.len()
            && entry.index.iter().zip(&array.shape).all(|(i, n)| i < n);
        if !fits || !entry.value.is_finite() {
            return Err(refuse(format!(
                "the index {:?} or the value {} doesn't fit the shape {:?}",
                entry.index, entry.value, array.shape
            )));
        }
        let flat = entry
            .index
            .iter()
            .zip(array.strides())
            .map(|(i, s)| i * s)
            .sum();
        let before = self.run.clone();
        self.run.edits.insert((number, flat), entry.value);
        self.again(before)
    }

    /// Computes the columns reached so far again; on an error nothing has changed.
    fn again(&mut self, before: Run) -> Result<(), SimError> {
        let column = before.column;
        match self.run.go_to(&self.checked, column) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.run = before;
                Err(error.into())
            }
        }
    }

    fn real(key: &str, value: &Value, range: (f64, f64)) -> Result<f64, SimError> {
        value
            .as_real()
            .filter(|x| x.is_finite() && (range.0..=range.1).contains(x))
            .ok_or_else(|| SimError::Value {
                key: key.to_owned(),
                value: value.to_string(),
                expected: format!("a number from {} to {}", range.0, range.1),
            })
    }
}

/// Root of the mean square difference, over entries finite in both.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut sum, mut n) = (0.0, 0usize);
    for (x, y) in a.iter().zip(b) {
        if x.is_finite() && y.is_finite() {
            sum += (x - y) * (x - y);
            n += 1;
        }
    }
    (sum / n.max(1) as f64).sqrt()
}

impl Simulation for CircuitRun {
    fn clock(&self) -> Clock {
        Clock {
            step: Step::from(self.run.column),
            time: self.run.column as f64,
            unit: "columns".into(),
            symbol: "column".into(),
            step_time: 1.0,
            pace: PACE,
            end: Some(Step::from(self.run.program.end)),
        }
    }

    fn parameters(&self) -> Settings {
        Settings::from([
            ("input_scale".into(), Value::Real(self.run.input_scale)),
            (
                "temperature".into(),
                Value::Real(self.run.settings.temperature),
            ),
        ])
    }

    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        let before = self.run.clone();
        match input {
            Input::Set { key, value } => {
                match key.as_str() {
                    "input_scale" => {
                        self.run.input_scale = Self::real(key, value, (-1e6, 1e6))?;
                    }
                    "temperature" => {
                        self.run.settings.temperature = Self::real(key, value, (1e-6, 1e6))?;
                    }
                    _ => return Err(SimError::Input(format!("{key} = {value} while it runs"))),
                }
                self.again(before)
            }
            Input::Edit { name, data, .. } => {
                let entry: SetEntry = serde_json::from_value(data.clone())
                    .map_err(|e| SimError::Input(format!("{name} ({e})")))?;
                self.set_entry(&entry)
            }
        }
    }

    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let mut left = steps.clone();
        while left > Step::ZERO {
            if self.run.column >= self.run.program.end {
                return Ok(Stop::End);
            }
            let done = self
                .run
                .step(&self.checked, &|| gate.is_cancelled(), &|| gate.is_closed())?;
            if done {
                if let Some((array, value)) = self.run.blown_up() {
                    let step = self.run.column.to_string();
                    self.run.step_back();
                    let maker = self.checked.arrays[array].maker;
                    return Err(SimError::BlewUp {
                        step,
                        variable: maker.map_or_else(
                            || self.checked.arrays[array].name.clone(),
                            |m| self.checked.steps[m].path.clone(),
                        ),
                        value: value.to_string(),
                        remedy: "lower the input scale.".into(),
                    });
                }
                left -= 1u32;
            }
            if left > Step::ZERO && gate.is_closed() || !done {
                return Ok(if gate.is_cancelled() {
                    Stop::Cancelled
                } else {
                    Stop::Slice
                });
            }
        }
        Ok(Stop::Target)
    }

    fn observe(&self) -> Vec<Quantity> {
        let mut list = Vec::new();
        for (key, name, size) in [
            ("parameters", "Parameters", &self.cost.parameters),
            ("macs", "MACs", &self.cost.macs),
        ] {
            if let Ok(n) = exact(&self.checked, size) {
                list.push(Quantity::exact(key, name, n));
            }
        }
        list.push(Quantity::text("column", "Column", &self.column_title()));
        if let Some(summary) = self.run.summaries(self.run.column).last() {
            list.push(Quantity::real(
                "rms",
                "Root mean square",
                summary.rms,
                Uncertainty::Bound(1e-12),
            ));
        }
        if let Some(error) = self.checked.errors.first() {
            list.push(Quantity::text(
                "shape_error",
                "Sizes don't agree",
                &error.to_string(),
            ));
        }
        list
    }

    fn fit(&self, size: [f64; 2]) -> Camera {
        Camera::Plane(picture::fit(self.drawing(Options::default()), size))
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let look = Look::of(&view.settings);
        let values = self.values(look, view.compare.as_ref());
        Ok(picture::scene(
            self.drawing(look.options),
            self.camera(view, look),
            &view.ink,
            look,
            &values,
            view.selected.as_deref(),
        ))
    }

    fn capture(&self) -> Capture {
        let bytes = self
            .run
            .slots
            .iter()
            .flatten()
            .map(|a| 8 * a.len())
            .sum::<usize>();
        let state = State {
            run: self.run.clone(),
        };
        Capture::new(Step::from(self.run.column), bytes, state)
    }

    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let state: &State = capture.get()?;
        if state.run.program.shapes != self.run.program.shapes {
            return Err(SimError::Other(
                "This state belongs to a circuit with other shapes.".into(),
            ));
        }
        self.run = state.run.clone();
        Ok(())
    }

    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        saved::encode(&capture.get::<State>()?.run)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let mut next = self.clone();
        saved::decode(bytes, &mut next.run, &self.checked)?;
        Ok(next.capture())
    }

    fn probes(&self) -> Vec<ProbeKind> {
        vec![ProbeKind {
            key: RMS.into(),
            name: "Root mean square by column".into(),
            help: "The root mean square of what each column gives, over all its arrays.".into(),
            parameters: Vec::new(),
        }]
    }

    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        if probe.kind == RMS {
            return Ok(());
        }
        Err(SimError::Unknown {
            what: "probe",
            name: probe.kind.clone(),
            hint: "; circuits have the probe rms.".into(),
        })
    }

    fn read(&self, probe: &ProbeSpec) -> Option<Reading> {
        if probe.kind != RMS {
            return None;
        }
        // Every column's arrays are still there, so the series is read off the state.
        let values: Vec<f64> = (0..=self.run.column)
            .map(|column| {
                let (mut squares, mut n) = (0.0, 0usize);
                for summary in self.run.summaries(column) {
                    squares += summary.rms * summary.rms;
                    n += 1;
                }
                (squares / n.max(1) as f64).sqrt()
            })
            .collect();
        Some(Reading::Series(Arc::new(Series {
            abscissa: ("Column".into(), String::new()),
            at: (0..values.len()).map(|c| c as f64).collect(),
            columns: vec![loom_sim::Column {
                name: "Root mean square".into(),
                unit: String::new(),
                values,
            }],
        })))
    }

    fn pointer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        let look = Look::of(&view.settings);
        let Camera::Plane(plane) = self.camera(view, look) else {
            return PointerReply::default();
        };
        let local = plane.to_local(pointer.position, view.points());
        let point = [
            local[0] + plane.whole[0] as f64,
            local[1] + plane.whole[1] as f64,
        ];
        let reach = (6.0 / plane.scale).min(9.0);
        let target = self.drawing(look.options).at(point, reach);
        let click = pointer.action == PointerAction::Click;
        let twin = (click && pointer.alt)
            .then(|| match target {
                Some(Target::Wire { array, .. }) => self
                    .checked
                    .inputs
                    .iter()
                    .position(|id| *id == array)
                    .and_then(|n| SetEntry::nudge(&self.checked, &self.run, n))
                    .map(SetEntry::input),
                _ => None,
            })
            .and_then(|found| found.or_else(|| self.twin_input()));
        PointerReply {
            hit: target.and_then(|t| describe(&self.checked, &self.run, t)),
            select: click && !pointer.alt,
            twin,
            ..PointerReply::default()
        }
    }

    fn describe(&self, id: &str) -> Option<Hit> {
        describe(&self.checked, &self.run, Target::parse(id)?)
    }

    fn twin_input(&self) -> Option<Input> {
        SetEntry::nudge(&self.checked, &self.run, 0).map(SetEntry::input)
    }

    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let twin = &other.get::<State>().ok()?.run;
        let (mut sum, mut n) = (0.0, 0usize);
        for (_, slot) in self.run.program.lights.get(self.run.column)? {
            let (a, b) = (
                self.run.slots[*slot].as_ref()?,
                twin.slots.get(*slot)?.as_ref()?,
            );
            sum += distance(&a.values, &b.values).powi(2) * a.len() as f64;
            n += a.len();
        }
        let value = (sum / n.max(1) as f64).sqrt();
        Some(Quantity::real(
            "difference",
            "Root mean square difference of the newest column",
            value,
            Uncertainty::Bound(1e-12),
        ))
    }
}
