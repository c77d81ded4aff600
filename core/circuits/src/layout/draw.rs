//! Makes the shapes of a placed circuit: tints, dashes, wires, operations, labels.

use loom_sim::scene::{Baseline, Font, Path};

use crate::check::{ArrayId, Checked};
use crate::layout::columns::{Frame, What};
use crate::layout::glyph;
use crate::layout::label::{NAME, SIZE, notation};
use crate::layout::place::{DASH, HEADER, NEST, Placed};
use crate::layout::{Drawing, Item, Labels, Rect, Tone};

/// Around the drawing.
const MARGIN: f64 = 14.0;
/// Width of ordinary strokes.
pub const LINE: f64 = 1.2;

/// What one slot is drawn from: the arrays on both sides with the heights of their wires.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub arrays: &'a [ArrayId],
    pub ys: &'a [Vec<f64>],
    pub x: f64,
}

/// Collects shapes in the order of their layers.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    pub checked: &'a Checked,
    pub labels: Labels,
    tints: Vec<Item>,
    pub dashes: Vec<Item>,
    pub wires: Vec<Item>,
    pub shapes: Vec<Item>,
    pub text: Vec<Item>,
    pub steps: Vec<(usize, Rect)>,
    blocks: Vec<(usize, Rect)>,
    /// Where the cup of an inner product ends, for the arrow of a scale that follows it.
    pub cups: Vec<(ArrayId, [f64; 2])>,
    pub closed: &'a std::collections::BTreeSet<ArrayId>,
}

impl Canvas<'_> {
    pub fn wire(&mut self, array: ArrayId, axis: usize, path: Path) {
        let faulty = self
            .checked
            .errors
            .iter()
            .any(|e| e.array == array && e.axis == axis);
        self.wires.push(Item::Wire {
            array,
            axis,
            path,
            faulty,
        });
    }
    /// A wire that passes an operation: its first half belongs to `from`, its second to `to`.
    pub fn through(
        &mut self,
        from: (ArrayId, usize),
        start: [f64; 2],
        to: (ArrayId, usize),
        end: [f64; 2],
    ) {
        let [first, second] = glyph::halves(start, end);
        self.wire(from.0, from.1, first);
        self.wire(to.0, to.1, second);
    }
    pub fn dash(&mut self, points: &[[f64; 2]]) {
        self.dashes.push(Item::Separator(Path::polyline(points)));
    }
    pub fn shape(&mut self, path: Path, fill: Option<Tone>, stroke: Option<(Tone, f64)>) {
        self.shapes.push(Item::Shape { path, fill, stroke });
    }
    pub fn dot(&mut self, at: [f64; 2]) {
        self.shape(Path::circle(at, 2.6), Some(Tone::Ink), None);
    }
    /// A text centred at a point's baseline.
    pub fn write(&mut self, text: &str, font: Font, size: f64, position: [f64; 2]) {
        self.text.push(Item::Label {
            text: text.to_owned(),
            font,
            size,
            position,
            align: 0.5,
            baseline: Baseline::Alphabetic,
            tone: Tone::Ink,
        });
    }
    pub fn step(&mut self, index: usize, rect: Rect) {
        self.steps.push((index, rect));
    }
}

pub fn draw(checked: &Checked, placed: &Placed) -> Drawing {
    let mut canvas = Canvas {
        checked,
        labels: placed.options.labels,
        tints: Vec::new(),
        dashes: Vec::new(),
        wires: Vec::new(),
        shapes: Vec::new(),
        text: Vec::new(),
        steps: Vec::new(),
        blocks: Vec::new(),
        cups: Vec::new(),
        closed: &placed.closed,
    };
    draw_frames(&mut canvas, placed);
    for b in 0..placed.boundaries.len() {
        draw_boundary(&mut canvas, placed, b);
        if b < placed.columns.len() {
            draw_column(&mut canvas, placed, b);
        }
    }
    draw_names(&mut canvas, placed);
    draw_errors(&mut canvas);
    finish(canvas)
}

/// The data between two columns: straight wires, labels, dashes.
fn draw_boundary(canvas: &mut Canvas, placed: &Placed, b: usize) {
    let boundary = &placed.boundaries[b];
    let [x0, x1] = boundary.x;
    // The label stands between the frames that close and those that open.
    let left = x0 + NEST * boundary.closing as f64;
    let right = x1 - NEST * boundary.opening as f64;
    let middle = 0.5 * (left + right);
    for (i, (&id, ys)) in boundary.arrays.iter().zip(&boundary.ys).enumerate() {
        for (axis, &y) in ys.iter().enumerate() {
            canvas.wire(id, axis, Path::polyline(&[[x0, y], [x1, y]]));
            let Some(Some(label)) = boundary.labels[i].get(axis) else {
                continue;
            };
            let start = middle - 0.5 * label.width();
            let name = Item::Label {
                text: label.name.clone(),
                font: Font::Maths,
                size: NAME,
                position: [start, y - 3.5],
                align: 0.0,
                baseline: Baseline::Alphabetic,
                tone: Tone::Ink,
            };
            canvas.text.push(name);
            if !label.size.is_empty() {
                canvas.text.push(Item::Label {
                    text: label.size.clone(),
                    font: Font::Sans,
                    size: SIZE,
                    position: [start + label.width(), y - 3.5],
                    align: 1.0,
                    baseline: Baseline::Alphabetic,
                    tone: Tone::Secondary,
                });
            }
        }
        if i > 0
            && let Some(y) = separator(&boundary.ys, i)
        {
            canvas.dash(&[[x0, y], [x1, y]]);
        }
    }
}

/// The height of the dashes above member `i`.
fn separator(ys: &[Vec<f64>], i: usize) -> Option<f64> {
    let above = ys.get(i.checked_sub(1)?)?.last()?;
    let below = ys.get(i)?.first()?;
    Some(above + DASH.min(0.5 * (below - above)))
}

fn draw_column(canvas: &mut Canvas, placed: &Placed, c: usize) {
    let (before, after) = (&placed.boundaries[c], &placed.boundaries[c + 1]);
    let (mut l, mut r) = (0, 0);
    for slot in &placed.columns[c] {
        let (n, m) = (
            slot.inputs(canvas.checked).len(),
            slot.outputs(canvas.checked).len(),
        );
        let left = Side {
            arrays: &before.arrays[l..l + n],
            ys: &before.ys[l..l + n],
            x: before.x[1],
        };
        let right = Side {
            arrays: &after.arrays[r..r + m],
            ys: &after.ys[r..r + m],
            x: after.x[0],
        };
        // Dashes between this slot and the one above it.
        if l > 0
            && r > 0
            && n > 0
            && m > 0
            && let (Some(y0), Some(y1)) = (separator(&before.ys, l), separator(&after.ys, r))
        {
            canvas
                .dashes
                .push(Item::Separator(glyph::wire([left.x, y0], [right.x, y1])));
        }
        match slot.what {
            What::Pass(id) => {
                for (axis, (y0, y1)) in left.ys[0].iter().zip(&right.ys[0]).enumerate() {
                    canvas.wire(id, axis, glyph::wire([left.x, *y0], [right.x, *y1]));
                }
            }
            What::Step(index) => super::operation::draw(canvas, index, &left, &right),
            What::Folded(block) => draw_folded(canvas, block, &left, &right),
        }
        l += n;
        r += m;
    }
}

/// A closed block: a box in depth with its name.
fn draw_folded(canvas: &mut Canvas, block: usize, left: &Side, right: &Side) {
    let info = &canvas.checked.blocks[block];
    let (name, tint) = (info.name.clone(), info.tint.unwrap_or(0xE8_EEEB));
    let all: Vec<f64> = left.ys.iter().chain(right.ys).flatten().copied().collect();
    let top = all.iter().copied().fold(f64::INFINITY, f64::min) - 14.0;
    let bottom = all.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 14.0;
    let (x0, x1, d) = (left.x + 8.0, right.x - 14.0, 7.0);
    for side in [left, right] {
        for (id, ys) in side.arrays.iter().zip(side.ys) {
            for (axis, y) in ys.iter().enumerate() {
                let ends = if side.x < x0 {
                    [[side.x, *y], [x0, *y]]
                } else {
                    [[x1, *y], [side.x, *y]]
                };
                canvas.wire(*id, axis, Path::polyline(&ends));
            }
        }
        for i in 1..side.ys.len() {
            if let Some(y) = separator(side.ys, i) {
                let ends = if side.x < x0 {
                    [side.x, x0]
                } else {
                    [x1 + d, side.x]
                };
                canvas.dash(&[[ends[0], y], [ends[1], y]]);
            }
        }
    }
    let edge = Some((Tone::Ink, LINE));
    let roof = Path::polygon(&[[x0, top], [x0 + d, top - d], [x1 + d, top - d], [x1, top]]);
    let wall = Path::polygon(&[
        [x1, top],
        [x1 + d, top - d],
        [x1 + d, bottom - d],
        [x1, bottom],
    ]);
    canvas.shape(roof, Some(Tone::Tint(tint, 20)), edge);
    canvas.shape(wall, Some(Tone::Tint(tint, 45)), edge);
    canvas.shape(
        Path::rectangle(x0, top, x1 - x0, bottom - top),
        Some(Tone::Tint(tint, 0)),
        edge,
    );
    canvas.write(
        &name,
        Font::Serif,
        13.0,
        [0.5 * (x0 + x1), 0.5 * (top + bottom) + 4.5],
    );
    canvas.blocks.push((block, [x0, top, x1, bottom]));
}

/// Tinted boxes and parentheses, outer ones first.
fn draw_frames(canvas: &mut Canvas, placed: &Placed) {
    for ((frame, _), rect) in placed.frames.iter().zip(&placed.rects) {
        let [left, top, right, bottom] = *rect;
        match frame {
            Frame::Block(index) => {
                let info = &canvas.checked.blocks[*index];
                let rgb = info.tint.unwrap_or(0xF3_F3F4);
                let plane = |path, dark| Item::Shape {
                    path,
                    fill: Some(Tone::Tint(rgb, dark)),
                    stroke: None,
                };
                // The box stands a little out of the page.
                let d = 2.5;
                let edge = Path::polygon(&[
                    [right, top],
                    [right + d, top + d],
                    [right + d, bottom + d],
                    [left + d, bottom + d],
                    [left, bottom],
                    [right, bottom],
                ]);
                canvas.tints.push(plane(edge, 40));
                let face = Path::rectangle(left, top, right - left, bottom - top);
                canvas.tints.push(plane(face, 0));
                let name = info.name.clone();
                canvas.write(
                    &name,
                    Font::Serif,
                    12.5,
                    [0.5 * (left + right), top + HEADER - 5.5],
                );
                canvas.blocks.push((*index, *rect));
            }
            Frame::Repeat(index) => {
                let repeat = &canvas.checked.repeats[*index];
                let mut label = crate::parse::parse_axes(&format!("({})", repeat.label))
                    .ok()
                    .and_then(|axes| axes.first().map(|a| super::label::formula(&a.size)))
                    .unwrap_or_else(|| notation(&repeat.label));
                let number = canvas.checked.sizes.shown(&repeat.count);
                if canvas.labels != Labels::Names && number != repeat.label {
                    label = format!("{label}={number}");
                }
                let thick = Some((Tone::Ink, 2.4));
                canvas.shape(
                    glyph::parenthesis(left + 2.0, top, bottom, true),
                    None,
                    thick,
                );
                canvas.shape(
                    glyph::parenthesis(right - 2.0, top, bottom, false),
                    None,
                    thick,
                );
                canvas.write(&label, Font::Maths, 13.0, [right + 4.0, top - 5.0]);
                canvas.write("\\lambda=1", Font::Maths, 13.0, [left, bottom + 15.0]);
            }
        }
    }
}

/// The names of the inputs, large, before their wires.
fn draw_names(canvas: &mut Canvas, placed: &Placed) {
    let Some(first) = placed.boundaries.first() else {
        return;
    };
    for (id, ys) in first.arrays.iter().zip(&first.ys) {
        let name = notation(&canvas.checked.arrays[*id].name);
        let (Some(top), Some(bottom)) = (ys.first(), ys.last()) else {
            continue;
        };
        canvas.text.push(Item::Label {
            text: name,
            font: Font::Maths,
            size: 20.0,
            position: [first.x[0] - 7.0, 0.5 * (top + bottom)],
            align: 1.0,
            baseline: Baseline::Middle,
            tone: Tone::Ink,
        });
    }
}

/// "16 from here, 17 from there", on a plate above the operation at which they meet.
fn draw_errors(canvas: &mut Canvas) {
    let mut heights: Vec<(usize, f64)> = Vec::new();
    for error in &canvas.checked.errors {
        let found = canvas.steps.iter().find(|(i, _)| {
            let step = &canvas.checked.steps[*i];
            step.faulty && step.inputs.contains(&error.array)
        });
        let Some(&(step, [left, top, right, _])) = found else {
            continue;
        };
        // Plates of one operation stand above each other.
        let number = heights.iter().filter(|(i, _)| *i == step).count();
        let y = top - 19.0 - 17.0 * number as f64;
        heights.push((step, y));
        let text = error.on_the_wire();
        let width = loom_text::set(&text, Font::SansMedium, 9.5).width + 10.0;
        let x = 0.5 * (left + right);
        let plate = Path::rectangle(x - 0.5 * width, y, width, 15.0);
        canvas.text.push(Item::Shape {
            path: plate,
            fill: Some(Tone::Ground),
            stroke: Some((Tone::Error, 1.0)),
        });
        canvas.text.push(Item::Label {
            text,
            font: Font::SansMedium,
            size: 9.5,
            position: [x, y + 11.0],
            align: 0.5,
            baseline: Baseline::Alphabetic,
            tone: Tone::Error,
        });
    }
}

/// Joins pieces that continue each other, so that a wire is one stroke and dashes keep their
/// beat.
fn join(items: Vec<Item>) -> Vec<Item> {
    /// The path of a piece that may be continued by another of the same kind.
    fn strand(item: &mut Item) -> Option<(Option<(ArrayId, usize)>, &mut Path)> {
        match item {
            Item::Wire {
                array, axis, path, ..
            } => Some((Some((*array, *axis)), path)),
            Item::Separator(path) => Some((None, path)),
            _ => None,
        }
    }
    let mut joined: Vec<Item> = Vec::with_capacity(items.len());
    for mut item in items {
        let Some((key, path)) = strand(&mut item) else {
            joined.push(item);
            continue;
        };
        let Some(loom_sim::scene::Segment::Move([x, y])) = path.segments.first().copied() else {
            joined.push(item);
            continue;
        };
        let before = joined.iter_mut().rev().filter_map(strand).find(|(k, own)| {
            let [u, v] = glyph::end(own);
            *k == key && (u - x).abs() < 1e-6 && (v - y).abs() < 1e-6
        });
        match before {
            Some((_, own)) => own.segments.extend_from_slice(&path.segments[1..]),
            None => joined.push(item),
        }
    }
    joined
}

/// Moves everything so that the drawing starts at the margin, and knows its size.
fn finish(canvas: Canvas) -> Drawing {
    let mut items = canvas.tints;
    items.extend(join(canvas.dashes));
    items.extend(join(canvas.wires));
    items.extend(canvas.shapes);
    items.extend(canvas.text);
    let mut bounds = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    let mut grow = |[x, y]: [f64; 2]| {
        bounds = [
            bounds[0].min(x),
            bounds[1].min(y),
            bounds[2].max(x),
            bounds[3].max(y),
        ];
    };
    for item in &items {
        match item {
            Item::Wire { path, .. } | Item::Separator(path) | Item::Shape { path, .. } => {
                for segment in &path.segments {
                    super::hit::corners(segment).into_iter().for_each(&mut grow);
                }
            }
            Item::Label {
                text,
                font,
                size,
                position,
                align,
                ..
            } => {
                let run = loom_text::set(text, *font, *size);
                let left = position[0] - align * run.width;
                grow([left, position[1] - run.ascent]);
                grow([left + run.width, position[1] + run.descent]);
            }
        }
    }
    if bounds[0] > bounds[2] {
        bounds = [0.0; 4];
    }
    let shift = [MARGIN - bounds[0], MARGIN - bounds[1]];
    let moved = |[l, t, r, b]: Rect| [l + shift[0], t + shift[1], r + shift[0], b + shift[1]];
    for item in &mut items {
        match item {
            Item::Wire { path, .. } | Item::Separator(path) | Item::Shape { path, .. } => {
                super::hit::shift(path, shift);
            }
            Item::Label { position, .. } => {
                *position = [position[0] + shift[0], position[1] + shift[1]];
            }
        }
    }
    Drawing {
        size: [
            bounds[2] - bounds[0] + 2.0 * MARGIN,
            bounds[3] - bounds[1] + 2.0 * MARGIN,
        ],
        items,
        steps: canvas
            .steps
            .into_iter()
            .map(|(i, rect)| (i, moved(rect)))
            .collect(),
        blocks: canvas
            .blocks
            .into_iter()
            .map(|(i, rect)| (i, moved(rect)))
            .collect(),
    }
}
