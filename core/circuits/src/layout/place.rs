//! Gives every wire its height at every boundary between columns, and every column its width.
//!
//! Between columns lie data: the members of a tuple from top to bottom, each a bundle of wires.
//! A wire keeps its height as long as it can; what needs room pushes those below it down. At
//! the end of a block and of the circuit the wires of an array close up again.

use std::collections::{BTreeMap, BTreeSet};

use loom_text::Font;

use crate::check::{ArrayId, Checked, Detail};
use crate::layout::columns::{Columns, Frame, Slot, What};
use crate::layout::label::{self, Label};
use crate::layout::{Options, Rect};
use crate::term::{Function, Operation};

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

/// Where the wires of one slot go: a height wished for, and the height that they come from
/// where they only pass.
struct Wish {
    y: f64,
    from: Option<f64>,
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

/// Lowest allowed heights: (boundary, member, wire).
type Floors = BTreeMap<(usize, usize, usize), f64>;

fn raise(floors: &mut Floors, key: (usize, usize, usize), to: f64, now: f64) -> bool {
    if to <= now + 0.5 {
        return false;
    }
    floors.insert(key, to);
    true
}

/// Where the slots of a column stand: first member and number of members, left and right.
pub fn spans(checked: &Checked, column: &[Slot]) -> Vec<[std::ops::Range<usize>; 2]> {
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
fn straighten(
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
        if !calm {
            continue;
        }
        for (slot, [left, right]) in column.iter().zip(spans(checked, column)) {
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
                if let Some(&want) = boundaries[c + 1].ys[right.start].get(to) {
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
fn clear_frames(
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
fn frame_rects(
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

fn fresh(rows: usize, y: f64) -> Vec<Wish> {
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
fn wish(checked: &Checked, slot: &Slot, left: &[Vec<f64>]) -> Vec<Vec<Wish>> {
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

/// First and last boundary of each frame, outer frames before inner ones.
fn frames(columns: &Columns) -> Vec<(Frame, [usize; 2])> {
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

/// Gives columns and boundaries their widths, from left to right.
fn sideways(checked: &Checked, columns: &Columns, boundaries: &mut [Boundary]) {
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
