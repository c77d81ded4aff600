//! The picture of each operation, between the wires that enter it and those that leave.

use loom_sim::scene::{Font, Path};

use crate::check::{ArrayId, Detail};
use crate::layout::draw::{Canvas, LINE, Side};
use crate::layout::place::DASH;
use crate::layout::{Tone, contraction, glyph, label};
use crate::term::{Function, Norm, Operation};

/// Top and bottom of some heights.
pub(super) fn extent(ys: impl IntoIterator<Item = f64>) -> [f64; 2] {
    ys.into_iter()
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], y| {
            [a.min(y), b.max(y)]
        })
}

pub(super) fn draw(canvas: &mut Canvas, index: usize, left: &Side, right: &Side) {
    let checked = canvas.checked;
    let step = &checked.steps[index];
    let [top, bottom] = extent(left.ys.iter().chain(right.ys).flatten().copied());
    let middle = 0.5 * (left.x + right.x);
    let mut rect = [left.x, top - 10.0, right.x, bottom + 10.0];
    match (&step.operation, &step.detail) {
        (
            Operation::Linear { name, bias, .. },
            Detail::Contraction {
                operands, output, ..
            },
        ) => {
            rect = contraction::linear(canvas, [&operands[0], output], (name, *bias), left, right);
        }
        (
            Operation::Einsum { .. },
            Detail::Contraction {
                operands, output, ..
            },
        ) => contraction::einsum(canvas, operands, output, left, right),
        (Operation::Softmax(_), Detail::Axes(axes)) => {
            pass(canvas, left, right, axes);
            for &axis in axes {
                let (y0, y1) = (left.ys[0][axis], right.ys[0][axis]);
                let (apex, base) = (middle - 9.0, middle + 9.0);
                canvas.wire(
                    left.arrays[0],
                    axis,
                    Path::polyline(&[[left.x, y0], [apex, y0]]),
                );
                canvas.wire(
                    right.arrays[0],
                    axis,
                    glyph::wire([base, y0], [right.x, y1]),
                );
                let triangle = [[apex, y0], [base, y0 - 10.0], [base, y0 + 10.0]];
                canvas.shape(
                    Path::polygon(&triangle),
                    Some(Tone::Ground),
                    Some((Tone::Ink, LINE)),
                );
                rect = [apex, y0 - 10.0, base, y0 + 10.0];
            }
        }
        (Operation::Normalise { kind, .. }, Detail::Axes(axes)) => {
            rect = norm(canvas, axes, *kind, left, right);
        }
        (Operation::Mask { .. }, Detail::Axes(axes)) => {
            rect = mask(canvas, axes, left, right);
        }
        (Operation::Elementwise(function), _) => {
            pass(canvas, left, right, &[]);
            rect = elementwise(canvas, function, left, right);
        }
        (Operation::Add(_), Detail::Lacking(lacking)) => {
            rect = add(canvas, lacking, left, right);
        }
        (Operation::Copy(_), _) => copy(canvas, left, right),
        (Operation::Delete, _) => {
            let end = left.x + 12.0;
            for (axis, &y) in left.ys[0].iter().enumerate() {
                canvas.wire(
                    left.arrays[0],
                    axis,
                    Path::polyline(&[[left.x, y], [end, y]]),
                );
                canvas.shape(
                    Path::polyline(&[[end, y - 5.0], [end, y + 5.0]]),
                    None,
                    Some((Tone::Ink, LINE)),
                );
            }
        }
        (Operation::Swap, _) => {
            for (i, source) in [1usize, 0].into_iter().enumerate() {
                for (axis, (&y0, &y1)) in left.ys[source].iter().zip(&right.ys[i]).enumerate() {
                    canvas.through(
                        (left.arrays[source], axis),
                        [left.x, y0],
                        (right.arrays[i], axis),
                        [right.x, y1],
                    );
                }
            }
            for (side, from, to) in [
                (left, left.x, left.x + 10.0),
                (right, right.x - 10.0, right.x),
            ] {
                let y = below(&side.ys[0]);
                canvas.dash(&[[from, y], [to, y]]);
            }
        }
        (
            _,
            Detail::Replace {
                start,
                taken,
                given,
            },
        ) => {
            rect = view(canvas, (*start, *taken, *given), left, right);
        }
        (Operation::Index { at, .. }, Detail::Axes(axes)) => {
            rect = pick(canvas, axes, *at, left, right);
        }
        _ => pass(canvas, left, right, &[]),
    }
    if step.faulty {
        canvas.shape(
            Path::rectangle(
                rect[0] - 3.0,
                rect[1] - 3.0,
                rect[2] - rect[0] + 6.0,
                rect[3] - rect[1] + 6.0,
            ),
            None,
            Some((Tone::Error, 1.2)),
        );
    }
    canvas.step(index, rect);
}

/// The height of the dashes below an array.
pub(super) fn below(ys: &[f64]) -> f64 {
    ys.last().copied().unwrap_or(0.0) + DASH
}

/// Wires of an array that keep their position, but for some.
fn pass(canvas: &mut Canvas, left: &Side, right: &Side, except: &[usize]) {
    for (axis, (&y0, &y1)) in left.ys[0].iter().zip(&right.ys[0]).enumerate() {
        if !except.contains(&axis) {
            canvas.through(
                (left.arrays[0], axis),
                [left.x, y0],
                (right.arrays[0], axis),
                [right.x, y1],
            );
        }
    }
}

/// A thick circle around the axes taken together.
fn norm(canvas: &mut Canvas, axes: &[usize], kind: Norm, left: &Side, right: &Side) -> [f64; 4] {
    pass(canvas, left, right, axes);
    let [a, b] = extent(axes.iter().map(|i| left.ys[0][*i]));
    let centre = [0.5 * (left.x + right.x), 0.5 * (a + b)];
    let radius = 0.5 * (b - a) + 11.0;
    for &axis in axes {
        let (y0, y1) = (left.ys[0][axis], right.ys[0][axis]);
        let reach = (radius * radius - (y0 - centre[1]).powi(2)).max(0.0).sqrt();
        canvas.wire(
            left.arrays[0],
            axis,
            Path::polyline(&[[left.x, y0], [centre[0] - reach, y0]]),
        );
        canvas.wire(
            right.arrays[0],
            axis,
            glyph::wire([centre[0] + reach, y0], [right.x, y1]),
        );
    }
    canvas.shape(
        Path::circle(centre, radius),
        Some(Tone::Ground),
        Some((Tone::Ink, 2.2)),
    );
    let name = match kind {
        Norm::Layer => "LN",
        Norm::Rms => "RMS",
    };
    canvas.write(name, Font::Serif, 8.5, [centre[0], centre[1] + 3.0]);
    [
        centre[0] - radius,
        centre[1] - radius,
        centre[0] + radius,
        centre[1] + radius,
    ]
}

/// A split square, the hidden half shaded.
fn mask(canvas: &mut Canvas, axes: &[usize], left: &Side, right: &Side) -> [f64; 4] {
    pass(canvas, left, right, &[]);
    let [a, b] = extent(axes.iter().map(|i| left.ys[0][*i]));
    let (x, half) = (0.5 * (left.x + right.x), 13.0);
    let rect = [x - half, a - 12.0, x + half, b + 12.0];
    let [l, t, r, bottom] = rect;
    let edge = Some((Tone::Ink, LINE));
    canvas.shape(
        Path::rectangle(l, t, r - l, bottom - t),
        Some(Tone::Ground),
        edge,
    );
    canvas.shape(
        Path::polygon(&[[l, t], [r, t], [r, bottom]]),
        Some(Tone::Secondary),
        edge,
    );
    rect
}

/// Two barbed arrows around a letter, above the wires; or the arrow that leaves a cup.
fn elementwise(canvas: &mut Canvas, function: &Function, left: &Side, right: &Side) -> [f64; 4] {
    let text = match function {
        Function::Scale(by) => format!("*{}", label::formula(by)),
        Function::Sigmoid => "\\sigma".to_owned(),
        Function::Relu => "R".to_owned(),
        Function::Gelu => "G".to_owned(),
        other => format!("\\text{{{}}}", other.letter()),
    };
    let size = if matches!(function, Function::Scale(_)) {
        12.0
    } else {
        14.0
    };
    let run = loom_text::set(&text, Font::Maths, size);
    let cup = canvas
        .cups
        .iter()
        .find(|(id, _)| *id == left.arrays[0])
        .map(|c| c.1);
    if let (Some([x, y]), Function::Scale(_)) = (cup, function) {
        let tip = [(left.x + 8.0 + run.width).min(right.x), y];
        canvas.shape(
            Path::polyline(&[[x, y], [tip[0] - 5.0, y]]),
            None,
            Some((Tone::Ink, LINE)),
        );
        canvas.shape(glyph::barb(tip, 9.0), Some(Tone::Ink), None);
        canvas.write(
            &text,
            Font::Maths,
            size,
            [tip[0] - 4.0 - 0.5 * run.width, y - 6.0],
        );
        return [x, y - 18.0, tip[0], y + 6.0];
    }
    let top = left.ys[0].first().copied().unwrap_or(0.0);
    let y = top - 11.0;
    let middle = 0.5 * (left.x + right.x);
    let half = 0.5 * run.width + 3.0;
    canvas.shape(glyph::barb([middle - half, y], 9.0), Some(Tone::Ink), None);
    canvas.shape(
        glyph::barb([middle + half + 9.0, y], 9.0),
        Some(Tone::Ink),
        None,
    );
    canvas.write(&text, Font::Maths, size, [middle, y + 0.33 * size]);
    [
        middle - half - 9.0,
        y - 9.0,
        middle + half + 9.0,
        left.ys[0].last().copied().unwrap_or(top) + 6.0,
    ]
}

/// Pairs of wires merge in dots below a plus.
fn add(canvas: &mut Canvas, lacking: &[usize], left: &Side, right: &Side) -> [f64; 4] {
    let x = left.x + 0.7 * (right.x - left.x);
    let made = right.arrays[0];
    for (axis, &y) in right.ys[0].iter().enumerate() {
        for (o, lack) in lacking.iter().enumerate() {
            let Some(from) = axis.checked_sub(*lack) else {
                continue;
            };
            if let Some(&y0) = left.ys[o].get(from) {
                canvas.wire(left.arrays[o], from, glyph::wire([left.x, y0], [x, y]));
            }
        }
        canvas.wire(made, axis, Path::polyline(&[[x, y], [right.x, y]]));
        canvas.dot([x, y]);
    }
    let top = right.ys[0].first().copied().unwrap_or(0.0);
    canvas.write("+", Font::Maths, 17.0, [x, top - 6.0]);
    for o in 1..lacking.len() {
        let y = below(&left.ys[o - 1]);
        canvas.dash(&[[left.x, y], [left.x + 0.3 * (right.x - left.x), y]]);
    }
    let bottom = right.ys[0].last().copied().unwrap_or(top);
    [x - 9.0, top - 18.0, x + 9.0, bottom + 6.0]
}

/// Dots from which the copies part.
fn copy(canvas: &mut Canvas, left: &Side, right: &Side) {
    let width = right.x - left.x;
    let x = left.x + 0.2 * width;
    let from: ArrayId = left.arrays[0];
    for (axis, &y) in left.ys[0].iter().enumerate() {
        canvas.wire(from, axis, Path::polyline(&[[left.x, y], [x, y]]));
        for (id, ys) in right.arrays.iter().zip(right.ys) {
            canvas.wire(*id, axis, glyph::wire([x, y], [right.x, ys[axis]]));
        }
        canvas.dot([x, y]);
    }
    for i in 1..right.arrays.len() {
        let y = below(&right.ys[i - 1]);
        canvas.dash(&[[left.x + 0.72 * width, y], [right.x, y]]);
    }
}

/// A thick bar over the axes that are joined or split.
fn view(
    canvas: &mut Canvas,
    (start, taken, given): (usize, usize, usize),
    left: &Side,
    right: &Side,
) -> [f64; 4] {
    let x = 0.5 * (left.x + right.x);
    let mut bar = Vec::new();
    for (axis, &y) in left.ys[0].iter().enumerate() {
        if (start..start + taken).contains(&axis) || right.ys[0].len() <= axis {
            canvas.wire(left.arrays[0], axis, Path::polyline(&[[left.x, y], [x, y]]));
            bar.push(y);
        } else {
            let to = if axis < start {
                axis
            } else {
                axis + given - taken
            };
            if let Some(&end) = right.ys[0].get(to) {
                canvas.through(
                    (left.arrays[0], axis),
                    [left.x, y],
                    (right.arrays[0], to),
                    [right.x, end],
                );
            }
        }
    }
    for (axis, &y) in right.ys[0].iter().enumerate().skip(start).take(given) {
        canvas.wire(
            right.arrays[0],
            axis,
            Path::polyline(&[[x, y], [right.x, y]]),
        );
        bar.push(y);
    }
    let [a, b] = extent(bar);
    let [a, b] = if a > b { [0.0, 0.0] } else { [a, b] };
    let rect = [x - 2.0, a - 8.0, x + 2.0, b + 8.0];
    canvas.shape(
        Path::rectangle(rect[0], rect[1], 4.0, rect[3] - rect[1]),
        Some(Tone::Ink),
        None,
    );
    rect
}

/// A pentagon that ends a wire.
fn pick(canvas: &mut Canvas, axes: &[usize], at: u64, left: &Side, right: &Side) -> [f64; 4] {
    let mut rect = [left.x, 0.0, right.x, 0.0];
    let mut to = 0;
    for (axis, &y) in left.ys[0].iter().enumerate() {
        if axes.contains(&axis) {
            let start = left.x + 6.0;
            let text = at.to_string();
            let width = loom_text::set(&text, Font::Maths, 12.0).width + 17.0;
            canvas.wire(
                left.arrays[0],
                axis,
                Path::polyline(&[[left.x, y], [start, y]]),
            );
            canvas.shape(
                glyph::pentagon(start, y, width),
                Some(Tone::Ground),
                Some((Tone::Ink, LINE)),
            );
            canvas.write(
                &text,
                Font::Maths,
                12.0,
                [start + 0.5 * (width - 8.0), y + 4.2],
            );
            rect = [start, y - 9.0, start + width, y + 9.0];
        } else if let Some(&end) = right.ys[0].get(to) {
            canvas.through(
                (left.arrays[0], axis),
                [left.x, y],
                (right.arrays[0], to),
                [right.x, end],
            );
            to += 1;
        }
    }
    rect
}
