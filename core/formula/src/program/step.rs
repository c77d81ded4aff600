//! One step of a system as a program, divided into what is computed once a run (the prelude:
//! everything that depends on parameters and dt alone) and what is computed at every step (the
//! body).

use super::lower::Lowering;
use super::{Blocks, Builder, Id, Op, Program};
use crate::elementary::arithmetic::{Binary, Value};
use crate::system::System;
use crate::tape::Tape;
use std::collections::HashMap;

/// How one step is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// The classical fourth-order Runge–Kutta method: u + h/6·(k₁ + 2·(k₂ + k₃) + k₄). For flows.
    Rk4,
    /// The right-hand side is the next value. For maps.
    Iterate,
}

impl System {
    /// Rows of a step's state that hold delayed values: for each moment of the step at which the
    /// rates are taken (Runge and Kutta's: beginning, middle, end; else one) the values of
    /// [`System::delays`] then.
    pub fn delayed_rows(&self, scheme: Scheme) -> usize {
        let moments = match scheme {
            Scheme::Rk4 => 3,
            Scheme::Iterate => 1,
        };
        moments * self.delays().len()
    }
}

/// The part of a step that is repeated. Its inputs are the rows of the state (variables, then
/// parameters that vary over an ensemble's members, then the delayed values of each stage), then
/// the number of the step if the system
/// depends on time, then the prelude's values.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub program: Program,
    /// Variables: the first rows, and the first outputs.
    pub dimension: usize,
    /// Variables, varying parameters and delayed values.
    pub rows: usize,
    /// Whether input `rows` is the number of the step (and the last output is the next number).
    pub counts: bool,
    /// How many values of the prelude follow.
    pub invariants: usize,
}

impl Body {
    /// Inputs that change from step to step, or from member to member.
    pub fn carried(&self) -> usize {
        self.rows + usize::from(self.counts)
    }

    /// Operations other than constants and inputs.
    pub fn work(&self) -> usize {
        self.program
            .ops
            .iter()
            .filter(|op| !matches!(op, Op::Constant(_) | Op::Input(_)))
            .count()
    }
}

/// A system's step, ready for any back end.
#[derive(Clone, Debug)]
pub(crate) struct StepPlan {
    prelude: Tape,
    pub body: Body,
    parameters: usize,
    /// For each parameter of the system: whether it is given once (or by each member).
    shared: Vec<bool>,
}

impl StepPlan {
    /// `varying` names parameters that become rows of the state.
    pub fn new(system: &System, scheme: Scheme, varying: &[usize]) -> StepPlan {
        let (step, layout) = step_program(system, scheme, varying);
        let (prelude, body) = divide(&step, &layout);
        let shared = (0..system.parameters().len())
            .map(|place| !varying.contains(&place))
            .collect();
        StepPlan {
            prelude: Tape::new(&prelude),
            body,
            parameters: system.parameters().len(),
            shared,
        }
    }

    /// How many parameters a run is given.
    pub fn shared_parameters(&self) -> usize {
        self.shared.iter().filter(|shared| **shared).count()
    }

    /// The prelude's values for one run.
    pub fn invariants(&self, params: &[f64], start: f64, dt: f64) -> Vec<f64> {
        let mut inputs = Vec::with_capacity(self.parameters + 2);
        let mut given = params.iter();
        for shared in &self.shared {
            let value = if *shared { given.next() } else { None };
            inputs.push(value.copied().unwrap_or(f64::NAN));
        }
        inputs.extend([start, dt]);
        let mut values = vec![0.0; self.body.invariants];
        self.prelude.eval_inputs(&inputs, &mut values);
        values
    }
}

/// Inputs of the whole step: rows, number of the step, parameters, start time, dt.
struct Layout {
    dimension: usize,
    rows: usize,
    parameters: usize,
}

fn step_program(system: &System, scheme: Scheme, varying: &[usize]) -> (Program, Layout) {
    let layout = Layout {
        dimension: system.dimension(),
        rows: system.dimension() + varying.len() + system.delayed_rows(scheme),
        parameters: system.parameters().len(),
    };
    let builder = Builder::default();
    let first_parameter = layout.rows + 1;
    let counter = builder.input(layout.rows);
    let start = builder.input(first_parameter + layout.parameters);
    let dt = builder.input(first_parameter + layout.parameters + 1);
    let mut parameters = HashMap::new();
    for (place, name) in system.parameters().iter().enumerate() {
        let row = varying.iter().position(|varied| *varied == place);
        let input = row.map_or(first_parameter + place, |row| layout.dimension + row);
        parameters.insert(name.as_str(), builder.input(input));
    }
    let variables: HashMap<&str, usize> = system
        .variables()
        .iter()
        .enumerate()
        .map(|(place, name)| (name.as_str(), place))
        .collect();
    let delays: HashMap<&str, usize> = system
        .delays()
        .iter()
        .enumerate()
        .map(|(place, delayed)| (delayed.symbol.as_str(), place))
        .collect();
    let first_delayed = layout.dimension + varying.len();
    // `moment`: whether the rates are taken at the step's beginning, middle or end.
    let rates = |state: &[Value<'_, Builder>], t: Value<'_, Builder>, moment: usize| -> Vec<Id> {
        let mut lowering = Lowering::new(&builder, |name| {
            Some(match (variables.get(name), parameters.get(name)) {
                (Some(place), _) => Value::new(&builder, state[*place].word),
                (None, Some(value)) => *value,
                (None, None) if name == "t" => Value::new(&builder, t.word),
                (None, None) => match delays.get(name) {
                    Some(place) => builder.input(first_delayed + moment * delays.len() + place),
                    None => builder.number(f64::NAN),
                },
            })
        });
        system
            .rates()
            .iter()
            .filter_map(|rate| lowering.value(rate))
            .map(|value| value.word)
            .collect()
    };
    let value = |id: Id| Value::new(&builder, id);
    let state: Vec<Value<'_, Builder>> = (0..layout.dimension)
        .map(|row| builder.input(row))
        .collect();
    let t = start + counter * dt;
    let mut outputs: Vec<Id> = match scheme {
        Scheme::Iterate => rates(&state, t, 0),
        Scheme::Rk4 => {
            let half = dt * 0.5;
            let sixth = dt / 6.0;
            let moved = |by: Value<'_, Builder>, slopes: &[Id]| -> Vec<Value<'_, Builder>> {
                state
                    .iter()
                    .zip(slopes)
                    .map(|(u, k)| value((*u + value((by * value(*k)).word)).word))
                    .collect()
            };
            let k1 = rates(&state, t, 0);
            let k2 = rates(&moved(half, &k1), t + half, 1);
            let k3 = rates(&moved(half, &k2), t + half, 1);
            let k4 = rates(&moved(dt, &k3), t + dt, 2);
            (0..layout.dimension)
                .map(|i| {
                    let inner = (value(k2[i]) + value(k3[i])) * 2.0;
                    let slope = value(k1[i]) + inner + value(k4[i]);
                    (state[i] + sixth * slope).word
                })
                .collect()
        }
    };
    outputs.push((counter + 1.0).word);
    let inputs = layout.rows + 1 + layout.parameters + 2;
    (builder.written(inputs, outputs), layout)
}

/// What needs an operation: the body, the prelude, or both.
const BODY: u8 = 1;
const PRELUDE: u8 = 2;

/// Divides a step into prelude and body; neither keeps what no output needs.
fn divide(step: &Program, layout: &Layout) -> (Program, Body) {
    let ops = &step.ops;
    let counter = layout.rows as u32;
    let mut counter_place = None;
    let mut varies = vec![false; ops.len()];
    for (place, op) in ops.iter().enumerate() {
        let mut any = matches!(op, Op::Input(number) if *number <= counter);
        op.operands(|id| any |= varies[id as usize]);
        varies[place] = any;
        if *op == Op::Input(counter) {
            counter_place = Some(place);
        }
    }
    let last = step.outputs.len() - 1;
    let counter_output = step.outputs[last] as usize;
    let mut needed = vec![0_u8; ops.len()];
    for id in &step.outputs[..last] {
        needed[*id as usize] = BODY;
    }
    for place in (0..ops.len()).rev() {
        let by = needed[place];
        if by == 0 {
            continue;
        }
        let operands_by = if varies[place] { BODY } else { PRELUDE };
        ops[place].operands(|id| needed[id as usize] |= operands_by);
    }
    // The system depends on time if anything besides the counting itself reads the counter.
    let counts = counter_place.is_some_and(|place| needed[place] & BODY != 0);
    if counts {
        needed[counter_output] |= BODY;
        ops[counter_output].operands(|id| needed[id as usize] |= BODY);
    }
    let first_invariant = layout.rows + usize::from(counts);
    let wanted = &step.outputs[..if counts { last + 1 } else { last }];

    let shift = layout.rows as u32 + 1;
    let (mut names, mut prelude_names) = (vec![0; ops.len()], vec![0; ops.len()]);
    let (mut body_ops, mut prelude_ops) = (Vec::with_capacity(ops.len()), Vec::new());
    let mut invariants = Vec::new();
    for (place, op) in ops.iter().enumerate() {
        let by = needed[place];
        let is_constant = matches!(op, Op::Constant(_));
        if by & PRELUDE != 0 || (by != 0 && !varies[place] && !is_constant) {
            prelude_names[place] = prelude_ops.len() as Id;
            prelude_ops.push(match op {
                // Its inputs start at the parameters.
                Op::Input(number) => Op::Input(number - shift),
                op => op.renamed(|id| prelude_names[id as usize]),
            });
        }
        if by & BODY != 0 {
            names[place] = body_ops.len() as Id;
            body_ops.push(if varies[place] {
                op.renamed(|id| names[id as usize])
            } else if is_constant {
                *op
            } else {
                invariants.push(prelude_names[place]);
                Op::Input((first_invariant + invariants.len() - 1) as u32)
            });
        }
    }
    let mut outputs = Vec::with_capacity(wanted.len());
    for id in wanted {
        let mut id = names[*id as usize];
        // A value that moves from row to row unchanged gets a copy of its own, so that back ends
        // may write the rows one after the other.
        if matches!(body_ops[id as usize], Op::Input(_)) {
            body_ops.push(Op::Binary(Binary::Or, id, id));
            id = body_ops.len() as Id - 1;
        }
        outputs.push(id);
    }
    let mut blocks = step.blocks.clone();
    blocks.rename(|id| {
        let place = id as usize;
        (needed[place] & BODY != 0 && varies[place]).then(|| names[place])
    });
    let body = Body {
        program: Program {
            ops: body_ops,
            outputs,
            inputs: first_invariant + invariants.len(),
            blocks,
        },
        dimension: layout.dimension,
        rows: layout.rows,
        counts,
        invariants: invariants.len(),
    };
    let prelude = Program {
        ops: prelude_ops,
        outputs: invariants,
        inputs: layout.parameters + 2,
        blocks: Blocks::default(),
    };
    (prelude, body)
}
