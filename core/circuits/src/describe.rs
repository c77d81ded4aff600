//! Puts wires, operations and blocks into words and numbers: what a pointer reads off them.

use loom_sim::{Grid, Hit, Input};
use serde::{Deserialize, Serialize};

use crate::check::{ArrayId, Checked, Piece};
use crate::count::{Cost, exact, step_cost};
use crate::dense::Dense;
use crate::layout::hit::Target;
use crate::run::Run;
use crate::size::Size;

/// Sides of a heat map, at most.
const HEAT: usize = 64;

/// An input's entry set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetEntry {
    /// The input's name.
    pub input: String,
    /// One index an axis, from zero.
    pub index: Vec<usize>,
    pub value: f64,
}

impl SetEntry {
    pub fn input(self) -> Input {
        let index: Vec<String> = self.index.iter().map(usize::to_string).collect();
        let name = format!("Set {}[{}]", self.input, index.join(", "));
        Input::edit(&name, &self)
    }
    /// The first entry of an input, one larger.
    pub fn nudge(checked: &Checked, run: &Run, number: usize) -> Option<Self> {
        let array = run.input(number)?;
        Some(Self {
            input: checked.circuit.inputs.get(number)?.name.clone(),
            index: vec![0; array.shape.len()],
            value: array.values.first()? + 1.0,
        })
    }
}

/// `y × k`, `20 × 16`; a single number has no axes.
fn shape_text(checked: &Checked, array: ArrayId) -> String {
    let axes = &checked.arrays[array].axes;
    if axes.is_empty() {
        return "a single number".to_owned();
    }
    let names: Vec<String> = axes.iter().map(crate::check::Axis::label).collect();
    let sizes: Vec<String> = axes.iter().map(|a| checked.sizes.shown(&a.size)).collect();
    if names == sizes {
        sizes.join(" × ")
    } else {
        format!("{} = {}", names.join(" × "), sizes.join(" × "))
    }
}

fn number(x: f64) -> String {
    let text = if x == 0.0 || (1e-3..1e5).contains(&x.abs()) {
        format!("{x:.4}")
    } else {
        format!("{x:.3e}")
    };
    text.replace('-', "−")
}

/// Who makes an array, or which input it is.
fn origin(checked: &Checked, array: ArrayId) -> String {
    let info = &checked.arrays[array];
    match info.maker {
        None => format!("Input {}", info.name),
        Some(step) => checked.steps[step].operation.title(),
    }
}

/// The last two axes of an array, at index 0 of the others, thinned to a small grid.
pub fn heat_map(checked: &Checked, array: ArrayId, values: &Dense) -> Grid {
    let strides = values.strides();
    let rank = values.shape.len();
    let side = |back: usize| {
        rank.checked_sub(back)
            .map_or((1, 0), |i| (values.shape[i], strides[i]))
    };
    let ((columns, right), (rows, down)) = (side(1), side(2));
    let (width, height) = (columns.min(HEAT), rows.min(HEAT));
    let mut cells = Vec::with_capacity(width * height);
    for r in 0..height {
        for c in 0..width {
            let at = (r * rows / height) * down + (c * columns / width) * right;
            cells.push(values.values.get(at).copied().unwrap_or(0.0));
        }
    }
    let axes = &checked.arrays[array].axes;
    let names: Vec<String> = axes
        .iter()
        .skip(rank.saturating_sub(2))
        .map(crate::check::Axis::label)
        .collect();
    Grid {
        title: names.join(" × "),
        width,
        height,
        values: cells.into(),
        unit: String::new(),
    }
}

/// Describes what a pointer found.
pub fn describe(checked: &Checked, run: &Run, target: Target) -> Option<Hit> {
    match target {
        Target::Wire { array, axis } => wire(checked, run, array, axis),
        Target::Step(index) => {
            let step = checked.steps.get(index)?;
            let mut rows = vec![("Part".to_owned(), step.path.clone())];
            for (what, list) in [("Takes", &step.inputs), ("Gives", &step.outputs)] {
                for id in list {
                    rows.push((what.to_owned(), shape_text(checked, *id)));
                }
            }
            rows.extend(cost_rows(checked, &step_cost(checked, index).ok()?));
            let errors = checked
                .errors
                .iter()
                .filter(|e| step.inputs.contains(&e.array));
            rows.extend(errors.map(|e| ("Sizes don't agree".to_owned(), e.to_string())));
            Some(Hit {
                id: target.id(),
                label: step.operation.title(),
                rows,
                ..Hit::default()
            })
        }
        Target::Block(index) => {
            let block = checked.blocks.get(index)?;
            let cost = block_cost(checked, &checked.root, index)?;
            let mut rows = vec![("Part".to_owned(), block.path.clone())];
            for (what, list) in [("Takes", &block.inputs), ("Gives", &block.outputs)] {
                for id in list {
                    rows.push((what.to_owned(), shape_text(checked, *id)));
                }
            }
            rows.extend(cost_rows(checked, &cost));
            Some(Hit {
                id: target.id(),
                label: block.name.clone(),
                rows,
                ..Hit::default()
            })
        }
    }
}

fn wire(checked: &Checked, run: &Run, array: ArrayId, axis: usize) -> Option<Hit> {
    let info = checked.arrays.get(array)?;
    let name = info
        .axes
        .get(axis)
        .map_or_else(String::new, crate::check::Axis::label);
    let mut rows = vec![
        ("Shape".to_owned(), shape_text(checked, array)),
        ("From".to_owned(), origin(checked, array)),
    ];
    for error in checked.errors.iter().filter(|e| e.array == array) {
        rows.push(("Sizes don't agree".to_owned(), error.to_string()));
    }
    let values = run.on_wire(array);
    let mut label = format!(
        "{} · axis {name} · {}",
        origin(checked, array),
        shape_text(checked, array)
    );
    if let (Some(_), Some(s)) = (values, run.summary_on_wire(array)) {
        label = format!("{label} · {} to {}", number(s.least), number(s.most));
        for (what, x) in [
            ("Least", s.least),
            ("Most", s.most),
            ("Mean", s.mean),
            ("Root mean square", s.rms),
        ] {
            rows.push((what.to_owned(), number(x)));
        }
        if s.left_out > 0 {
            rows.push(("Masked entries".to_owned(), s.left_out.to_string()));
        }
    } else {
        label.push_str(" · not reached yet");
        rows.push(("Values".to_owned(), "Not reached yet: play on.".to_owned()));
    }
    let number = checked.inputs.iter().position(|id| *id == array);
    let actions = number
        .and_then(|n| SetEntry::nudge(checked, run, n))
        .map(SetEntry::input)
        .into_iter()
        .collect();
    Some(Hit {
        id: Target::Wire { array, axis }.id(),
        label,
        rows,
        draggable: false,
        actions,
        grid: values.map(|v| heat_map(checked, array, v)),
    })
}

/// A number with its digits in groups, and its formula where it has one.
pub fn counted(checked: &Checked, formula: &Size) -> String {
    let Ok(n) = exact(checked, formula) else {
        return formula.to_string();
    };
    let digits = n.to_string();
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    if formula.symbols().is_empty() {
        grouped
    } else {
        format!("{grouped} = {formula}")
    }
}

fn cost_rows(checked: &Checked, cost: &Cost) -> Vec<(String, String)> {
    [
        ("Parameters", &cost.parameters),
        ("MACs", &cost.macs),
        ("Operations", &cost.operations),
    ]
    .into_iter()
    .filter(|(_, size)| !size.is_zero())
    .map(|(name, size)| (name.to_owned(), counted(checked, size)))
    .collect()
}

/// What a block costs done once.
fn block_cost(checked: &Checked, piece: &Piece, index: usize) -> Option<Cost> {
    match piece {
        Piece::Pass(_) | Piece::Step(_) => None,
        Piece::Sequence(parts) | Piece::Parallel(parts) => parts
            .iter()
            .find_map(|part| block_cost(checked, part, index)),
        Piece::Block(own, body) if *own == index => crate::count::piece(checked, body).ok(),
        Piece::Block(_, body) | Piece::Repeat(_, body) => block_cost(checked, body, index),
    }
}
