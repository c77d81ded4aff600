//! One step of a system as a program, divided into what is computed once a run (the prelude:
//! everything that depends on parameters and dt alone) and what is computed at every step (the
//! body).

use super::lower::{Binding, Lowering};
use super::once::{Dependence, Once};
use super::{Blocks, Builder, Id, Op, Program};
use crate::elementary::arithmetic::{Binary, Value};
use crate::expr::Expr;
use crate::system::System;
use crate::tape::Tape;
use std::cell::RefCell;
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
    /// The names of the system's parameters.
    parameters: Vec<String>,
    /// For each parameter of the system: whether it is given once (or by each member).
    shared: Vec<bool>,
    /// Functions of shared parameters, evaluated before the prelude.
    functions: Vec<Expr>,
}

impl StepPlan {
    /// `varying` names parameters that become rows of the state.
    pub fn new(system: &System, scheme: Scheme, varying: &[usize]) -> StepPlan {
        let Step {
            program,
            layout,
            functions,
        } = step_program(system, scheme, varying);
        let (prelude, body) = divide(&program, &layout);
        let shared = (0..system.parameters().len())
            .map(|place| !varying.contains(&place))
            .collect();
        StepPlan {
            prelude: Tape::new(&prelude),
            body,
            parameters: system.parameters().to_vec(),
            shared,
            functions,
        }
    }

    /// How many parameters a run is given.
    pub fn shared_parameters(&self) -> usize {
        self.shared.iter().filter(|shared| **shared).count()
    }

    /// The prelude's values for one run.
    pub fn invariants(&self, params: &[f64], start: f64, dt: f64) -> Vec<f64> {
        let mut inputs = Vec::with_capacity(self.parameters.len() + 2 + self.functions.len());
        let mut given = params.iter();
        for shared in &self.shared {
            let value = if *shared { given.next() } else { None };
            inputs.push(value.copied().unwrap_or(f64::NAN));
        }
        inputs.extend([start, dt]);
        for function in &self.functions {
            let value = function.eval(|name| {
                let place = self.parameters.iter().position(|known| known == name)?;
                inputs.get(place).copied()
            });
            inputs.push(value.unwrap_or(f64::NAN));
        }
        let mut values = vec![0.0; self.body.invariants];
        self.prelude.eval_inputs(&inputs, &mut values);
        values
    }
}

/// Inputs of the whole step: rows, number of the step, parameters, start time, dt, functions of
/// parameters.
struct Layout {
    dimension: usize,
    rows: usize,
    parameters: usize,
    functions: usize,
}

/// The whole step.
struct Step {
    program: Program,
    layout: Layout,
    functions: Vec<Expr>,
}

/// What stands for the symbols of a system's rates.
struct Symbols<'s, 'a> {
    builder: &'a Builder,
    variables: HashMap<&'s str, usize>,
    /// Which inputs they are.
    parameters: HashMap<&'s str, usize>,
    delays: HashMap<&'s str, usize>,
    /// Inputs from here on are parameters that are given once.
    first_shared: usize,
    /// Inputs from here on are delayed values.
    first_delayed: usize,
    /// Inputs from here on are functions of shared parameters.
    first_function: usize,
    once: RefCell<Once>,
}

/// At one moment of the step: its beginning, middle or end.
struct Moment<'b, 's, 'a> {
    symbols: &'b Symbols<'s, 'a>,
    state: &'b [Value<'a, Builder>],
    time: Value<'a, Builder>,
    number: usize,
}

impl<'a> Binding<'a, Builder> for Moment<'_, '_, 'a> {
    fn symbol(&self, name: &str) -> Option<Value<'a, Builder>> {
        let symbols = self.symbols;
        let on = symbols.builder;
        if let Some(place) = symbols.variables.get(name) {
            return self.state.get(*place).copied();
        }
        if let Some(input) = symbols.parameters.get(name) {
            return Some(on.input(*input));
        }
        if name == "t" {
            return Some(self.time);
        }
        let first = symbols.first_delayed + self.number * symbols.delays.len();
        Some(match symbols.delays.get(name) {
            Some(place) => on.input(first + place),
            None => on.number(f64::NAN),
        })
    }

    fn apart(&self, expr: &Expr) -> Option<Value<'a, Builder>> {
        let symbols = self.symbols;
        let is_shared = |name: &str| {
            let input = symbols.parameters.get(name);
            !symbols.variables.contains_key(name)
                && input.is_some_and(|input| *input >= symbols.first_shared)
        };
        let mut once = symbols.once.borrow_mut();
        match once.dependence(expr, is_shared)? {
            Dependence::Nothing => expr.eval(|_| None).map(|x| symbols.builder.number(x)),
            Dependence::Parameters => {
                let input = symbols.first_function + once.place(expr);
                Some(symbols.builder.input(input))
            }
            Dependence::State => None,
        }
    }
}

fn numbered<'s>(names: impl Iterator<Item = &'s str>) -> HashMap<&'s str, usize> {
    names
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect()
}

fn step_program(system: &System, scheme: Scheme, varying: &[usize]) -> Step {
    let mut layout = Layout {
        dimension: system.dimension(),
        rows: system.dimension() + varying.len() + system.delayed_rows(scheme),
        parameters: system.parameters().len(),
        functions: 0,
    };
    let builder = Builder::default();
    let first_parameter = layout.rows + 1;
    let first_function = first_parameter + layout.parameters + 2;
    let counter = builder.input(layout.rows);
    let start = builder.input(first_function - 2);
    let dt = builder.input(first_function - 1);
    let mut parameters = numbered(system.parameters().iter().map(String::as_str));
    for place in parameters.values_mut() {
        let row = varying.iter().position(|varied| varied == place);
        *place = row.map_or(first_parameter + *place, |row| layout.dimension + row);
    }
    let symbols = Symbols {
        builder: &builder,
        variables: numbered(system.variables().iter().map(String::as_str)),
        parameters,
        delays: numbered(
            system
                .delays()
                .iter()
                .map(|delayed| delayed.symbol.as_str()),
        ),
        first_shared: first_parameter,
        first_delayed: layout.dimension + varying.len(),
        first_function,
        once: RefCell::default(),
    };
    let rates = |state: &[Value<'_, Builder>], t: Value<'_, Builder>, number: usize| -> Vec<Id> {
        let state: Vec<_> = state.iter().map(|u| Value::new(&builder, u.word)).collect();
        let mut lowering = Lowering::new(
            &builder,
            Moment {
                symbols: &symbols,
                state: &state,
                time: Value::new(&builder, t.word),
                number,
            },
        );
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
    let functions = symbols.once.into_inner().functions;
    layout.functions = functions.len();
    Step {
        program: builder.written(first_function + functions.len(), outputs),
        layout,
        functions,
    }
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
        inputs: layout.parameters + 2 + layout.functions,
        blocks: Blocks::default(),
    };
    (prelude, body)
}
