//! Gives every wire its height at every boundary between columns, and every column its width.
//!
//! Between columns lie data: the members of a tuple from top to bottom, each a bundle of wires.
//! A wire keeps its height as long as it can; what needs room pushes those below it down. At
//! the end of a block and of the circuit the wires of an array close up again.

use std::collections::BTreeSet;

use crate::check::{ArrayId, Checked};
use crate::layout::clearance::{Floors, clear_frames, frame_rects, frames, straighten};
use crate::layout::columns::{Columns, Frame, Slot};
use crate::layout::label::Label;
use crate::layout::widths::sideways;
use crate::layout::wish::{Wish, fresh, wish};
use crate::layout::{Options, Rect};
use crate::term::Operation;

/// Between wires of one array.
pub const ROW: f64 = 22.0;
/// Between members of a tuple.
pub const GAP: f64 = 34.0;
/// From a tuple member's last wire down to the dashes.
pub const DASH: f64 = 11.0;
/// From a block's top wire up to its frame, room for labels and elementwise arrows.
pub const TOP: f64 = 26.0;
/// Height of a block's name.
pub const HEADER: f64 = 19.0;
/// From a block's lowest wire down to its frame.
pub const BOTTOM: f64 = 14.0;
/// Between nested frames, sideways and below.
pub const NEST: f64 = 10.0;

/// The data between two columns.
#[derive(Clone, Debug)]
pub struct Boundary {
    pub arrays: Vec<ArrayId>,
    /// Height of each wire of each array; one for an array without axes.
    pub ys: Vec<Vec<f64>>,
    /// Labels to write, `None` where the last one still tells.
    pub labels: Vec<Vec<Option<Label>>>,
    /// Left and right end of the straight part.
    pub x: [f64; 2],
    /// Frames that close and open here, the most nested of any row.
    pub closing: usize,
    pub opening: usize,
}

/// Columns with all their places.
#[derive(Clone, Debug)]
pub struct Placed {
    pub columns: Columns,
    pub boundaries: Vec<Boundary>,
    /// Each frame: first and last column + 1, as a range of boundaries.
    pub frames: Vec<(Frame, [usize; 2])>,
    /// Where each frame is drawn.
    pub rects: Vec<Rect>,
    /// Arrays whose wires stand together under a mask.
    pub closed: BTreeSet<ArrayId>,
    pub options: Options,
}

/// Rounds in which heights settle.
const ROUNDS: usize = 24;

/// Rows that an array takes.
pub fn rows(checked: &Checked, array: ArrayId) -> usize {
    checked.arrays[array].axes.len().max(1)
}

pub fn place(checked: &Checked, columns: Columns, options: Options) -> Placed {
    let frames = frames(&columns);
    let closed = closed_up(checked);
    let mut floors = Floors::new();
    let mut boundaries = Vec::new();
    // Each round raises what stands in another's way; a few settle any circuit.
    for _ in 0..ROUNDS {
        boundaries = forward(checked, &columns, &floors, &closed, options);
        let straight = straighten(checked, &columns, &boundaries, &mut floors);
        let clear = clear_frames(checked, &columns, &boundaries, &frames, &mut floors);
        if !straight && !clear {
            break;
        }
    }
    sideways(checked, &columns, &mut boundaries);
    let rects = frame_rects(checked, &columns, &boundaries, &frames);
    Placed {
        columns,
        boundaries,
        frames,
        rects,
        closed,
        options,
    }
}

/// Heights from left to right, none above its floor.
fn forward(
    checked: &Checked,
    columns: &Columns,
    floors: &Floors,
    closed: &BTreeSet<ArrayId>,
    options: Options,
) -> Vec<Boundary> {
    let mut boundaries: Vec<Boundary> = Vec::with_capacity(columns.len() + 1);
    for b in 0..=columns.len() {
        let (arrays, wishes) = match b.checked_sub(1) {
            None => {
                let arrays: Vec<ArrayId> = match columns.first() {
                    Some(column) => column
                        .iter()
                        .flat_map(|s| s.inputs(checked).to_vec())
                        .collect(),
                    None => checked.inputs.clone(),
                };
                let wishes = arrays
                    .iter()
                    .map(|id| fresh(rows(checked, *id), 0.0))
                    .collect();
                (arrays, wishes)
            }
            Some(before) => {
                let mut left = boundaries[before].ys.as_slice();
                let (mut arrays, mut wishes) = (Vec::new(), Vec::new());
                for slot in &columns[before] {
                    let (own, rest) = left.split_at(slot.inputs(checked).len().min(left.len()));
                    left = rest;
                    arrays.extend_from_slice(slot.outputs(checked));
                    wishes.extend(wish(checked, slot, own));
                }
                (arrays, wishes)
            }
        };
        let boundary = settle(
            checked,
            columns,
            b,
            (arrays, wishes),
            floors,
            closed,
            options,
        );
        boundaries.push(boundary);
    }
    boundaries
}

/// Arrays whose wires stand together because a mask covers two of them, back to the operation
/// that made them.
fn closed_up(checked: &Checked) -> BTreeSet<ArrayId> {
    let mut list = BTreeSet::new();
    for step in &checked.steps {
        if !matches!(step.operation, Operation::Mask { .. }) {
            continue;
        }
        let mut now = step.inputs[0];
        while list.insert(now) {
            match checked.arrays[now].maker.map(|m| &checked.steps[m]) {
                Some(before) if matches!(before.operation, Operation::Elementwise(_)) => {
                    now = before.inputs[0];
                }
                _ => break,
            }
        }
    }
    list
}

/// The slot that an array of boundary `b` comes from, and the one that it goes to.
fn neighbours<'a>(
    checked: &Checked,
    columns: &'a Columns,
    b: usize,
    position: usize,
) -> [Option<&'a Slot>; 2] {
    let find = |column: Option<&'a Vec<Slot>>, left: bool| {
        let mut seen = 0;
        column?.iter().find(|slot| {
            seen += if left {
                slot.outputs(checked).len()
            } else {
                slot.inputs(checked).len()
            };
            seen > position
        })
    };
    [
        find(b.checked_sub(1).and_then(|c| columns.get(c)), true),
        find(columns.get(b), false),
    ]
}

fn settle(
    checked: &Checked,
    columns: &Columns,
    b: usize,
    (arrays, wishes): (Vec<ArrayId>, Vec<Vec<Wish>>),
    floors: &Floors,
    closed: &BTreeSet<ArrayId>,
    options: Options,
) -> Boundary {
    let last = b == columns.len();
    let stacks: Vec<[Vec<Frame>; 2]> = (0..arrays.len())
        .map(|i| {
            neighbours(checked, columns, b, i)
                .map(|slot| slot.map(|s| s.frames.clone()).unwrap_or_default())
        })
        .collect();
    let mut ys: Vec<Vec<f64>> = Vec::new();
    let mut above: Option<f64> = None;
    for (i, list) in wishes.iter().enumerate() {
        let mut own = Vec::new();
        for (row, wish) in list.iter().enumerate() {
            let room = if row > 0 {
                ROW
            } else if i > 0 {
                separation(&stacks[i - 1], &stacks[i])
            } else {
                0.0
            };
            let wanted = floors
                .get(&(b, i, row))
                .map_or(wish.y, |floor| wish.y.max(*floor));
            let y = above.map_or(wanted, |a| wanted.max(a + room));
            own.push(y);
            above = Some(y);
        }
        ys.push(own);
    }
    // Close up at the end of a block and of the circuit.
    for ((own, [left, right]), id) in ys.iter_mut().zip(&stacks).zip(&arrays) {
        let closes = left
            .iter()
            .any(|f| matches!(f, Frame::Block(_)) && !right.contains(f));
        if last || closes || closed.contains(id) {
            for row in (0..own.len().saturating_sub(1)).rev() {
                own[row] = own[row].max(own[row + 1] - ROW);
            }
        }
    }
    let labels = arrays
        .iter()
        .zip(&wishes)
        .zip(&ys)
        .map(|((id, list), heights)| {
            let axes = &checked.arrays[*id].axes;
            list.iter()
                .zip(heights)
                .enumerate()
                .map(|(i, (wish, y))| {
                    let axis = axes.get(i)?;
                    let stayed = wish.from.is_some_and(|from| (from - y).abs() < 0.5 * ROW);
                    (b == 0 || last || !stayed).then(|| Label::of(checked, axis, options.labels))
                })
                .collect()
        })
        .collect();
    let count = |side: fn(&[Vec<Frame>; 2]) -> usize| stacks.iter().map(side).max().unwrap_or(0);
    Boundary {
        arrays,
        ys,
        labels,
        x: [0.0, 0.0],
        closing: count(|[l, r]| l.iter().filter(|f| !r.contains(f)).count()),
        opening: count(|[l, r]| r.iter().filter(|f| !l.contains(f)).count()),
    }
}

/// Room between two members, with the frames that end or begin between them.
fn separation(upper: &[Vec<Frame>; 2], lower: &[Vec<Frame>; 2]) -> f64 {
    let mut most = GAP;
    for side in 0..2 {
        let begin = lower[side]
            .iter()
            .filter(|f| !upper[side].contains(f))
            .count();
        let end = upper[side]
            .iter()
            .filter(|f| !lower[side].contains(f))
            .count();
        let mut room = 0.0;
        if end > 0 {
            room += BOTTOM + NEST * (end - 1) as f64;
        }
        if begin > 0 {
            room += TOP + HEADER * begin as f64;
        }
        if room > 0.0 {
            most = most.max(room + if begin > 0 { 14.0 } else { 22.0 });
        }
    }
    most
}
