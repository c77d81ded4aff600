//! Gives columns and boundaries their widths, from left to right.

use loom_text::Font;

use crate::check::Checked;
use crate::layout::columns::{Columns, Slot, What};
use crate::layout::label::{self, Label};
use crate::layout::place::{Boundary, NEST};
use crate::term::{Function, Operation};

/// Gives columns and boundaries their widths, from left to right.
pub(super) fn sideways(checked: &Checked, columns: &Columns, boundaries: &mut [Boundary]) {
    let mut x = 0.0;
    for b in 0..boundaries.len() {
        let widest = boundaries[b]
            .labels
            .iter()
            .flatten()
            .flatten()
            .map(Label::width)
            .fold(0.0, f64::max);
        let frames = NEST * (boundaries[b].closing + boundaries[b].opening) as f64;
        let width = (widest + 8.0).max(12.0) + frames;
        boundaries[b].x = [x, x + width];
        x += width;
        if let Some(column) = columns.get(b) {
            let mut width: f64 = 20.0;
            let (mut left, mut right) =
                (boundaries[b].ys.as_slice(), boundaries[b + 1].ys.as_slice());
            for slot in column {
                let (from, rest) = left.split_at(slot.inputs(checked).len().min(left.len()));
                left = rest;
                let (to, rest) = right.split_at(slot.outputs(checked).len().min(right.len()));
                right = rest;
                width = width.max(slot_width(checked, slot, from, to));
            }
            x += width;
        }
    }
}

/// The farthest that a wire of a slot goes up or down.
fn travel(from: &[Vec<f64>], to: &[Vec<f64>]) -> f64 {
    let ends = |list: &[Vec<f64>]| {
        let all = list.concat();
        [
            all.iter().copied().fold(f64::INFINITY, f64::min),
            all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ]
    };
    let ([a, b], [c, d]) = (ends(from), ends(to));
    let most = (a - c).abs().max((b - d).abs());
    if most.is_finite() { most } else { 0.0 }
}

fn slot_width(checked: &Checked, slot: &Slot, from: &[Vec<f64>], to: &[Vec<f64>]) -> f64 {
    let bend = 20.0 + 0.45 * travel(from, to).min(260.0);
    let text = |s: &str, font, size| loom_text::set(s, font, size).width;
    let index = match slot.what {
        What::Pass(_) => return bend,
        What::Folded(block) => {
            return 44.0 + text(&checked.blocks[block].name, Font::Serif, 13.0);
        }
        What::Step(index) => index,
    };
    match &checked.steps[index].operation {
        Operation::Linear { name, .. } => {
            (58.0 + text(name, Font::Maths, 12.0)).max(bend.min(90.0))
        }
        Operation::Einsum { operands, .. } if operands.len() > 1 => bend.max(84.0),
        Operation::Einsum { .. } | Operation::Swap => bend.max(54.0),
        Operation::Softmax(_) => 40.0,
        Operation::Mask { .. } => 46.0,
        Operation::Normalise { .. } => 48.0,
        Operation::Elementwise(Function::Scale(by)) => {
            44.0 + text(&format!("*{}", label::formula(by)), Font::Maths, 12.0)
        }
        Operation::Elementwise(function) => 44.0 + text(function.letter(), Font::Maths, 14.0),
        Operation::Add(_) | Operation::Copy(_) => bend.max(56.0),
        Operation::Delete => 30.0,
        Operation::View { .. } => 32.0,
        Operation::Index { .. } => 44.0,
    }
}
