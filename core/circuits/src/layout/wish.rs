//! The heights that an operation's wires would like to have after it: as before where they
//! pass, beside those they come from where they are new.

use crate::check::{Checked, Detail};
use crate::layout::columns::{Slot, What};
use crate::layout::place::{ROW, rows};
use crate::term::Operation;

/// Where the wires of one slot go: a height wished for, and the height that they come from
/// where they only pass.
pub(super) struct Wish {
    pub y: f64,
    pub from: Option<f64>,
}

pub(super) fn fresh(rows: usize, y: f64) -> Vec<Wish> {
    (0..rows).map(|_| Wish { y, from: None }).collect()
}
fn passing(ys: &[f64]) -> Vec<Wish> {
    ys.iter().map(|&y| Wish { y, from: Some(y) }).collect()
}
/// New wires around the middle of those they come from.
fn around(rows: usize, ys: &[f64]) -> Vec<Wish> {
    let middle = ys.iter().sum::<f64>() / ys.len().max(1) as f64;
    let start = middle - 0.5 * ROW * (rows.max(1) - 1) as f64;
    (0..rows)
        .map(|i| Wish {
            y: start + ROW * i as f64,
            from: None,
        })
        .collect()
}

/// The heights that a slot would like its outputs to have.
pub(super) fn wish(checked: &Checked, slot: &Slot, left: &[Vec<f64>]) -> Vec<Vec<Wish>> {
    let own = |i: usize| left.get(i).map_or(&[][..], Vec::as_slice);
    let index = match slot.what {
        What::Pass(_) => return vec![passing(own(0))],
        What::Folded(block) => {
            let all = left.concat();
            let top = all.first().copied().unwrap_or(0.0);
            return checked.blocks[block]
                .outputs
                .iter()
                .map(|id| fresh(rows(checked, *id), top))
                .collect();
        }
        What::Step(index) => index,
    };
    let step = &checked.steps[index];
    match (&step.operation, &step.detail) {
        (
            operation @ (Operation::Einsum { .. } | Operation::Linear { .. }),
            Detail::Contraction {
                operands, output, ..
            },
        ) => {
            let linear = matches!(operation, Operation::Linear { .. });
            let wires = operands.len() - usize::from(linear);
            // The lowest place where a label enters.
            let lowest = |label: usize| {
                (0..wires)
                    .flat_map(|o| {
                        operands[o]
                            .iter()
                            .zip(own(o))
                            .filter(move |(l, _)| **l == label)
                            .map(|(_, y)| *y)
                    })
                    .reduce(f64::max)
            };
            if output.is_empty() {
                return vec![around(1, &left.concat())];
            }
            let gone: Vec<f64> = operands[0]
                .iter()
                .zip(own(0))
                .filter(|(l, _)| linear && !output.contains(l))
                .map(|(_, y)| *y)
                .collect();
            let made = output.iter().filter(|l| lowest(**l).is_none()).count();
            // A linear map gives its first axis where it takes its first.
            let start = gone.first().copied().unwrap_or(0.0);
            let mut new = (0..made).map(|i| Wish {
                y: start + ROW * i as f64,
                from: None,
            });
            vec![
                output
                    .iter()
                    .map(|l| match lowest(*l) {
                        Some(y) => Wish { y, from: Some(y) },
                        None => new.next().unwrap_or(Wish { y: 0.0, from: None }),
                    })
                    .collect(),
            ]
        }
        (Operation::Add(_), Detail::Lacking(lacking)) => {
            // On the heights of the first operand that has all axes.
            let widest = lacking.iter().position(|l| *l == 0).unwrap_or(0);
            vec![passing(own(widest))]
        }
        (Operation::Copy(n), _) => (0..*n).map(|_| passing(own(0))).collect(),
        (Operation::Delete, _) => Vec::new(),
        (Operation::Swap, _) => {
            let all = left.concat();
            let mut heights = all.iter();
            step.outputs
                .iter()
                .zip([1, 0])
                .map(|(id, source)| {
                    (0..rows(checked, *id))
                        .map(|i| Wish {
                            y: heights.next().copied().unwrap_or(0.0),
                            from: own(source).get(i).copied(),
                        })
                        .collect()
                })
                .collect()
        }
        (
            _,
            Detail::Replace {
                start,
                taken,
                given,
            },
        ) => {
            let old = own(0);
            let (head, rest) = old.split_at((*start).min(old.len()));
            let (mid, tail) = rest.split_at((*taken).min(rest.len()));
            let mid = if mid.is_empty() { head } else { mid };
            let mut list = passing(head);
            list.extend(around(*given, mid));
            list.extend(passing(tail));
            if list.is_empty() {
                list = around(1, old);
            }
            vec![list]
        }
        (Operation::Index { .. }, Detail::Axes(axes)) => {
            let rest: Vec<f64> = own(0)
                .iter()
                .enumerate()
                .filter(|(i, _)| !axes.contains(i))
                .map(|(_, y)| *y)
                .collect();
            vec![if rest.is_empty() {
                around(1, own(0))
            } else {
                passing(&rest)
            }]
        }
        _ => vec![passing(own(0))],
    }
}
