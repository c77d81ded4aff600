//! A circuit with data in it: inputs, weights, and the arrays computed column by column.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::Checked;
use crate::dense::Dense;
use crate::error::CircuitError;
use crate::execute::{self, Settings, Weights};
use crate::program::{Program, Slot};
use crate::summary::{Summary, summary};

/// Arrays beyond this in one run are refused before anything is allocated.
pub const MOST_BYTES: u64 = 4 << 30;

/// A run in progress. Weights are made once and shared by clones.
#[derive(Clone, Debug)]
pub struct Run {
    pub program: Arc<Program>,
    weights: Arc<[Weights]>,
    /// The seeded inputs, before any change.
    seeded: Arc<[Dense]>,
    /// Columns computed: 0 has the inputs only.
    pub column: usize,
    /// Instructions of the next column that are done already.
    ahead: usize,
    /// Computed arrays; `None` ahead of the present column.
    pub slots: Vec<Option<Dense>>,
    /// A summary of each computed array.
    summaries: Vec<Option<Summary>>,
    pub settings: Settings,
    /// Factor on the seeded inputs.
    pub input_scale: f64,
    /// Entries of inputs that were set by hand: (input, flat index) → value.
    pub edits: BTreeMap<(usize, usize), f64>,
}

/// Bytes that a run of this circuit takes: its arrays and its weights.
pub fn bytes(checked: &Checked, program: &Program) -> Result<u64, CircuitError> {
    let mut sum = program.bytes();
    for instruction in &program.instructions {
        for shape in execute::weight_shapes(checked, &checked.steps[instruction.step])? {
            let n = crate::dense::entries(&shape).map_or(u64::MAX, |n| n as u64);
            sum = sum.saturating_add(n.saturating_mul(8));
        }
    }
    Ok(sum)
}

impl Run {
    /// Stands at column 0 with inputs and weights drawn from this seed.
    pub fn new(checked: &Checked, seed: u64) -> Result<Self, CircuitError> {
        Self::seeded(checked, seed, seed)
    }

    /// With a seed of its own for the inputs.
    pub fn seeded(
        checked: &Checked,
        weight_seed: u64,
        input_seed: u64,
    ) -> Result<Self, CircuitError> {
        let program = Program::of(checked)?;
        let bytes = bytes(checked, &program)?;
        if bytes > MOST_BYTES {
            return Err(CircuitError::Run(format!(
                "Running this circuit takes {bytes} bytes, more than the {MOST_BYTES} allowed; choose smaller sizes."
            )));
        }
        let weights = program
            .instructions
            .iter()
            .map(|i| {
                // What can't be run needs no weights, and may have none that fit.
                if i.column > program.end {
                    Ok(Weights::from(Vec::new()))
                } else {
                    execute::weights(checked, i, weight_seed)
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        let inputs = checked
            .circuit
            .inputs
            .iter()
            .zip(&program.inputs)
            .map(|(input, slot)| {
                let purpose = format!("input {}", input.name);
                execute::normal(&program.shapes[*slot], 1.0, input_seed, &purpose)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut this = Self {
            slots: vec![None; program.shapes.len()],
            summaries: vec![None; program.shapes.len()],
            program: Arc::new(program),
            weights: weights.into(),
            seeded: inputs.into(),
            column: 0,
            ahead: 0,
            settings: Settings::default(),
            input_scale: 1.0,
            edits: BTreeMap::new(),
        };
        this.fill_inputs();
        Ok(this)
    }

    /// Puts given arrays in the place of the seeded inputs.
    pub fn set_inputs(&mut self, arrays: &[Dense]) -> Result<(), CircuitError> {
        let wanted: Vec<&Vec<usize>> = self.seeded.iter().map(|a| &a.shape).collect();
        let given: Vec<&Vec<usize>> = arrays.iter().map(|a| &a.shape).collect();
        if wanted != given {
            return Err(CircuitError::Run(format!(
                "The inputs have the shapes {given:?}, but the circuit takes {wanted:?}."
            )));
        }
        self.seeded = arrays.into();
        self.rewind();
        Ok(())
    }

    /// An input as it enters: scaled, with the entries set by hand.
    pub fn input(&self, index: usize) -> Option<Dense> {
        let seeded = self.seeded.get(index)?;
        let mut values: Vec<f64> = seeded.values.iter().map(|x| x * self.input_scale).collect();
        for ((_, flat), value) in self.edits.range((index, 0)..=(index, usize::MAX)) {
            if let Some(entry) = values.get_mut(*flat) {
                *entry = *value;
            }
        }
        Some(Dense {
            shape: seeded.shape.clone(),
            values: values.into(),
        })
    }

    fn fill_inputs(&mut self) {
        for (i, slot) in self.program.clone().inputs.iter().enumerate() {
            let array = self.input(i);
            self.put(*slot, array);
        }
    }

    fn put(&mut self, slot: Slot, array: Option<Dense>) {
        self.summaries[slot] = array.as_ref().map(summary);
        self.slots[slot] = array;
    }

    /// Back to column 0, with the inputs as they now are.
    pub fn rewind(&mut self) {
        self.slots.fill(None);
        self.summaries.fill(None);
        self.column = 0;
        self.ahead = 0;
        self.fill_inputs();
    }

    /// Computes the next column, and says whether it is complete. It is not when `cancelled`
    /// says yes, which is asked often and drops the operation in work, or when `pause` does,
    /// which is asked between operations; what is done is kept and used next time.
    pub fn step(
        &mut self,
        checked: &Checked,
        cancelled: &dyn Fn() -> bool,
        pause: &dyn Fn() -> bool,
    ) -> Result<bool, CircuitError> {
        let program = self.program.clone();
        if self.column >= program.end {
            return Ok(true);
        }
        let (from, to) = (program.starts[self.column], program.starts[self.column + 1]);
        while from + self.ahead < to {
            let index = from + self.ahead;
            let instruction = &program.instructions[index];
            let inputs: Vec<&Dense> = instruction
                .inputs
                .iter()
                .filter_map(|s| self.slots[*s].as_ref())
                .collect();
            let results = match execute::run(
                checked,
                &checked.steps[instruction.step],
                &inputs,
                &self.weights[index],
                self.settings,
                cancelled,
            ) {
                Err(CircuitError::Cancelled) => return Ok(false),
                other => other?,
            };
            for (slot, result) in instruction.outputs.iter().zip(results) {
                self.put(*slot, Some(result));
            }
            self.ahead += 1;
            if from + self.ahead < to && pause() {
                return Ok(false);
            }
        }
        self.ahead = 0;
        self.column += 1;
        Ok(true)
    }

    /// Forgets the newest column.
    pub fn step_back(&mut self) {
        if self.column == 0 {
            return;
        }
        let program = self.program.clone();
        let made = program.starts[self.column - 1]..program.starts[self.column];
        for instruction in &program.instructions[made] {
            for slot in &instruction.outputs {
                self.put(*slot, None);
            }
        }
        self.column -= 1;
        self.ahead = 0;
    }

    /// Runs to the given column, forwards or from the beginning.
    pub fn go_to(&mut self, checked: &Checked, column: usize) -> Result<(), CircuitError> {
        self.rewind();
        while self.column < column.min(self.program.end) {
            self.step(checked, &|| false, &|| false)?;
        }
        Ok(())
    }

    /// Runs to the end.
    pub fn finish(&mut self, checked: &Checked) -> Result<(), CircuitError> {
        checked.sound()?;
        while self.column < self.program.end {
            self.step(checked, &|| false, &|| false)?;
        }
        Ok(())
    }

    /// The outputs, once the run has come to its end.
    pub fn outputs(&self) -> Vec<&Dense> {
        self.program
            .outputs
            .iter()
            .filter_map(|s| self.slots[*s].as_ref())
            .collect()
    }

    /// The slot whose value a wire of the drawing shows now.
    fn shown(&self, array: usize) -> Option<Slot> {
        self.program
            .lights
            .iter()
            .take(self.column + 1)
            .rev()
            .flat_map(|column| column.iter().rev())
            .find(|(id, _)| *id == array)
            .map(|(_, slot)| *slot)
    }

    /// The newest value on a wire of the drawing, if it has been reached.
    pub fn on_wire(&self, array: usize) -> Option<&Dense> {
        self.slots[self.shown(array)?].as_ref()
    }

    /// A summary of the newest value on a wire.
    pub fn summary_on_wire(&self, array: usize) -> Option<Summary> {
        self.summaries[self.shown(array)?]
    }

    /// Summaries of what a column gives.
    pub fn summaries(&self, column: usize) -> impl Iterator<Item = Summary> {
        self.program
            .lights
            .get(column)
            .into_iter()
            .flatten()
            .filter_map(|(_, slot)| self.summaries[*slot])
    }

    /// The first array of the newest column with a number that blew up, and that number.
    pub fn blown_up(&self) -> Option<(usize, f64)> {
        let lights = self.program.lights.get(self.column)?;
        lights
            .iter()
            .find_map(|(array, slot)| Some((*array, self.summaries[*slot]?.broken?)))
    }
}
