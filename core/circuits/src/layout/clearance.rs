//! Keeps frames and wires out of each other's way: what stands too high is given a floor, and
//! the circuit is placed again.

use std::collections::BTreeMap;

use crate::check::{Checked, Detail};
use crate::layout::Rect;
use crate::layout::columns::{Columns, Frame, Slot, What};
use crate::layout::place::{BOTTOM, Boundary, HEADER, NEST, TOP};
use crate::term::Operation;

/// A passing wire that would bend by less than this beside other work is made straight.
const KINK: f64 = 12.0;

/// Lowest allowed heights: (boundary, member, wire).
pub(super) type Floors = BTreeMap<(usize, usize, usize), f64>;

fn raise(floors: &mut Floors, key: (usize, usize, usize), to: f64, now: f64) -> bool {
    if to <= now + 0.5 {
        return false;
    }
    floors.insert(key, to);
    true
}

/// Where the slots of a column stand: first member and number of members, left and right.
pub(super) fn spans(checked: &Checked, column: &[Slot]) -> Vec<[std::ops::Range<usize>; 2]> {
    let (mut l, mut r) = (0, 0);
    column
        .iter()
        .map(|slot| {
            let (n, m) = (slot.inputs(checked).len(), slot.outputs(checked).len());
            l += n;
            r += m;
            [l - n..l, r - m..r]
        })
        .collect()
}

/// Lets wires run straight through columns in which nothing parts or joins: room that is needed
/// after such a column is made before it.
pub(super) fn straighten(
    checked: &Checked,
    columns: &Columns,
    boundaries: &[Boundary],
    floors: &mut Floors,
) -> bool {
    let mut changed = false;
    for (c, column) in columns.iter().enumerate().rev() {
        let calm = column.iter().all(|slot| match slot.what {
            What::Pass(_) => true,
            What::Folded(_) => false,
            What::Step(i) => matches!(
                checked.steps[i].operation,
                Operation::Linear { .. }
                    | Operation::Elementwise(_)
                    | Operation::Softmax(_)
                    | Operation::Mask { .. }
                    | Operation::Normalise { .. }
            ),
        });
        for (slot, [left, right]) in column.iter().zip(spans(checked, column)) {
            if !calm && !matches!(slot.what, What::Pass(_)) {
                continue;
            }
            let pairs = match slot.what {
                What::Step(i) => match &checked.steps[i].detail {
                    Detail::Contraction {
                        operands, output, ..
                    } => linear_pairs(&operands[0], output),
                    _ => (0..boundaries[c].ys[left.start].len())
                        .map(|i| (i, i))
                        .collect(),
                },
                _ => (0..boundaries[c].ys[left.start].len())
                    .map(|i| (i, i))
                    .collect(),
            };
            for (from, to) in pairs {
                let now = boundaries[c].ys[left.start][from];
                if let Some(&want) = boundaries[c + 1].ys[right.start].get(to)
                    && (calm || want - now < KINK)
                {
                    changed |= raise(floors, (c, left.start, from), want, now);
                }
            }
        }
    }
    changed
}

/// Which wire after a linear map continues which before it: axes that pass, and those taken
/// with those given, in order.
fn linear_pairs(own: &[usize], output: &[usize]) -> Vec<(usize, usize)> {
    let mut made = (0..output.len()).filter(|i| !own.contains(&output[*i]));
    own.iter()
        .enumerate()
        .filter_map(|(i, l)| {
            let to = output.iter().position(|o| o == l).or_else(|| made.next())?;
            Some((i, to))
        })
        .collect()
}

/// Keeps what is no part of a frame out of it.
pub(super) fn clear_frames(
    checked: &Checked,
    columns: &Columns,
    boundaries: &[Boundary],
    frames: &[(Frame, [usize; 2])],
    floors: &mut Floors,
) -> bool {
    let rects = frame_rects(checked, columns, boundaries, frames);
    let mut changed = false;
    for ((frame, range), rect) in frames.iter().zip(rects) {
        let mut above = f64::NEG_INFINITY;
        let mut own: Vec<(usize, usize)> = Vec::new();
        for c in range[0]..range[1] {
            let column = &columns[c];
            let places = spans(checked, column);
            let inside = |i: &usize| column[*i].frames.contains(frame);
            let Some(first) = (0..column.len()).find(inside) else {
                continue;
            };
            let last = (0..column.len()).rfind(inside).unwrap_or(first);
            for (i, place) in places.iter().enumerate() {
                for (side, members) in place.iter().enumerate() {
                    for member in members.clone() {
                        let ys = &boundaries[c + side].ys[member];
                        if i < first {
                            above = ys.iter().copied().fold(above, f64::max);
                        } else if i <= last {
                            own.push((c + side, member));
                        } else {
                            // Below: the first wire, with the frames that begin with it.
                            let begin = column[i]
                                .frames
                                .iter()
                                .filter(|f| !column[last].frames.contains(f))
                                .count();
                            let room = if begin > 0 {
                                TOP + HEADER * begin as f64 + 4.0
                            } else {
                                20.0
                            };
                            let key = (c + side, member, 0);
                            changed |= raise(floors, key, rect[3] + room, ys[0]);
                        }
                    }
                }
            }
        }
        let shift = above + BOTTOM - rect[1];
        if shift > 0.5 {
            for (b, member) in own {
                let now = boundaries[b].ys[member][0];
                changed |= raise(floors, (b, member, 0), now + shift, now);
            }
        }
    }
    changed
}

/// Left, top, right and bottom of each frame. Inner frames lie inside outer ones.
pub(super) fn frame_rects(
    checked: &Checked,
    columns: &Columns,
    boundaries: &[Boundary],
    frames: &[(Frame, [usize; 2])],
) -> Vec<Rect> {
    let mut rects: Vec<Rect> = vec![[0.0; 4]; frames.len()];
    for (i, (frame, range)) in frames.iter().enumerate().rev() {
        let (mut top, mut bottom) = (f64::INFINITY, f64::NEG_INFINITY);
        for c in range[0]..range[1] {
            for (slot, place) in columns[c].iter().zip(spans(checked, &columns[c])) {
                if !slot.frames.contains(frame) {
                    continue;
                }
                for (side, members) in place.into_iter().enumerate() {
                    for y in boundaries[c + side].ys[members].iter().flatten() {
                        top = top.min(y - TOP);
                        bottom = bottom.max(y + BOTTOM);
                    }
                }
            }
        }
        // Frames inside this one that share an edge with it push that edge out.
        let (mut left, mut right) = (0, 0);
        for (j, (inner, other)) in frames.iter().enumerate().skip(i + 1) {
            let Some(depth) = depth_within(columns, *frame, *inner) else {
                continue;
            };
            top = top.min(rects[j][1]);
            bottom = bottom.max(rects[j][3] + NEST);
            if other[0] == range[0] {
                left = left.max(depth);
            }
            if other[1] == range[1] {
                right = right.max(depth);
            }
        }
        top -= match frame {
            Frame::Block(_) => HEADER,
            Frame::Repeat(_) => 4.0,
        };
        rects[i] = [
            boundaries[range[0]].x[1] - NEST * (1 + left) as f64,
            top,
            boundaries[range[1]].x[0] + NEST * (1 + right) as f64,
            bottom,
        ];
    }
    rects
}

/// How many levels a frame stands inside another; `None` if it doesn't.
fn depth_within(columns: &Columns, outer: Frame, inner: Frame) -> Option<usize> {
    columns.iter().flatten().find_map(|slot| {
        let place = |f| slot.frames.iter().position(|g| *g == f);
        match (place(outer), place(inner)) {
            (Some(a), Some(b)) if a < b => Some(b - a),
            _ => None,
        }
    })
}

/// First and last boundary of each frame, outer frames before inner ones.
pub(super) fn frames(columns: &Columns) -> Vec<(Frame, [usize; 2])> {
    let mut list: Vec<(Frame, [usize; 2], usize)> = Vec::new();
    for (c, column) in columns.iter().enumerate() {
        for slot in column {
            for (depth, frame) in slot.frames.iter().enumerate() {
                match list.iter_mut().find(|f| f.0 == *frame) {
                    Some(known) => known.1[1] = c + 1,
                    None => list.push((*frame, [c, c + 1], depth)),
                }
            }
        }
    }
    list.sort_by_key(|f| f.2);
    list.into_iter().map(|(f, range, _)| (f, range)).collect()
}
