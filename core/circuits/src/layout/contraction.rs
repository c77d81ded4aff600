//! The pictures of contractions: the chipped box of a linear map, and the cups, dots and crossing
//! wires of Einstein sums.

use loom_sim::scene::{Font, Path};

use crate::layout::draw::{Canvas, Side};
use crate::layout::operation::{below, extent};
use crate::layout::{Tone, glyph};

/// A chipped box with a bold L over the axes taken and given; the others pass by.
pub(super) fn linear(
    canvas: &mut Canvas,
    [own, output]: [&[usize]; 2],
    (name, bias): (&str, bool),
    left: &Side,
    right: &Side,
) -> [f64; 4] {
    let gone = |l: &usize| !output.contains(l);
    let made = |l: &usize| !own.contains(l);
    let taken = own.iter().zip(&left.ys[0]).filter(|(l, _)| gone(l));
    let given = output.iter().zip(&right.ys[0]).filter(|(l, _)| made(l));
    let mut ys: Vec<f64> = taken.chain(given).map(|(_, y)| *y).collect();
    if output.is_empty() {
        ys.extend(&right.ys[0]);
    }
    let [top, bottom] = extent(ys);
    let [top, bottom] = [top - 14.0, bottom + 14.0];
    let index = if bias { "_{+}" } else { "" };
    let script = format!(
        "{index}{}",
        if name.is_empty() {
            String::new()
        } else {
            format!("^{{{name}}}")
        }
    );
    let extra = loom_text::set(&format!("x{script}"), Font::Maths, 15.0).width
        - loom_text::set("x", Font::Maths, 15.0).width;
    let letter = loom_text::set("L", Font::SerifBold, 19.0).width;
    let half = (0.5 * (letter + extra) + 7.0).max(17.0);
    let middle = 0.5 * (left.x + right.x);
    let rect = [middle - half, top, middle + half, bottom];
    for (axis, (l, &y)) in own.iter().zip(&left.ys[0]).enumerate() {
        if gone(l) {
            canvas.wire(
                left.arrays[0],
                axis,
                Path::polyline(&[[left.x, y], [rect[0], y]]),
            );
        } else if let Some(at) = output.iter().position(|o| o == l) {
            canvas.through(
                (left.arrays[0], axis),
                [left.x, y],
                (right.arrays[0], at),
                [right.x, right.ys[0][at]],
            );
        }
    }
    for (axis, &y) in right.ys[0].iter().enumerate() {
        if output.get(axis).is_none_or(made) {
            canvas.wire(
                right.arrays[0],
                axis,
                Path::polyline(&[[rect[2], y], [right.x, y]]),
            );
        }
    }
    canvas.shape(
        glyph::chipped(rect),
        Some(Tone::Tint(0xE8_EEEB, 0)),
        Some((Tone::Ink, 0.8)),
    );
    let centre = 0.5 * (top + bottom);
    let start = middle - 0.5 * (letter + extra);
    canvas.write(
        "L",
        Font::SerifBold,
        19.0,
        [start + 0.5 * letter, centre + 6.5],
    );
    if !script.is_empty() {
        // The scripts of an empty base sit where those of the bold letter would.
        let base = format!("{{}}{script}");
        canvas.write(
            &base,
            Font::Maths,
            15.0,
            [start + letter + 0.5 * extra, centre + 6.5],
        );
    }
    rect
}

/// Wires that pass, join in a cup, merge in a dot, or end in one.
pub(super) fn einsum(
    canvas: &mut Canvas,
    operands: &[Vec<usize>],
    output: &[usize],
    left: &Side,
    right: &Side,
) {
    let width = right.x - left.x;
    let spots = |label: usize| -> Vec<(usize, usize, f64)> {
        operands
            .iter()
            .enumerate()
            .flat_map(|(o, labels)| {
                labels
                    .iter()
                    .enumerate()
                    .filter(move |(_, l)| **l == label)
                    .map(move |(axis, _)| (o, axis, left.ys[o][axis]))
            })
            .collect()
    };
    let mut labels: Vec<usize> = operands.concat();
    labels.sort_unstable();
    labels.dedup();
    // Cups nest: the pair that stands closest together is the innermost.
    let mut cups: Vec<(f64, usize)> = Vec::new();
    let made = right.arrays[0];
    for &label in &labels {
        let at = spots(label);
        if let Some(axis) = output.iter().position(|l| *l == label) {
            let end = [right.x, right.ys[0][axis]];
            if let [(o, a, y)] = at[..] {
                canvas.through((left.arrays[o], a), [left.x, y], (made, axis), end);
            } else {
                let dot = [left.x + 0.66 * width, end[1]];
                for (o, a, y) in at {
                    canvas.wire(left.arrays[o], a, glyph::wire([left.x, y], dot));
                }
                canvas.wire(made, axis, Path::polyline(&[dot, end]));
                canvas.dot(dot);
            }
        } else if let [(_, _, y0), (_, _, y1)] = at[..] {
            cups.push(((y1 - y0).abs(), label));
        } else {
            let [a, b] = extent(at.iter().map(|s| s.2));
            let dot = [left.x + 0.5 * width, 0.5 * (a + b)];
            for (o, a, y) in at {
                canvas.wire(left.arrays[o], a, glyph::wire([left.x, y], dot));
            }
            canvas.dot(dot);
        }
    }
    cups.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (n, (_, label)) in cups.into_iter().enumerate() {
        let [(o, a, y0), (p, b, y1)] = spots(label)[..] else {
            continue;
        };
        // Between two operands the cup closes where their dashes end.
        let (centre, radius) = if o == p {
            (0.5 * (y0 + y1), 0.5 * (y1 - y0).abs())
        } else {
            let upper = left.ys[o].last().copied().unwrap_or(y0);
            let lower = left.ys[p].first().copied().unwrap_or(y1);
            (
                0.5 * (upper + lower),
                0.5 * (lower - upper) + 11.0 * n as f64,
            )
        };
        let x = left.x + 0.42 * width;
        for (operand, axis, y, side) in [(o, a, y0, -1.0), (p, b, y1, 1.0)] {
            let mut path = glyph::wire([left.x, y], [x, centre + side * radius]);
            glyph::quarter(&mut path, centre);
            canvas.wire(left.arrays[operand], axis, path);
        }
        let tip = [x + radius, centre];
        if n == 0 && !canvas.closed.contains(&made) {
            canvas.cups.push((made, tip));
        }
        if output.is_empty() && n == 0 {
            canvas.wire(made, 0, glyph::wire(tip, [right.x, right.ys[0][0]]));
        }
    }
    for o in 1..operands.len() {
        let y = below(&left.ys[o - 1]);
        canvas.dash(&[[left.x, y], [left.x + 0.3 * width, y]]);
    }
}
