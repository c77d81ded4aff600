//! Display lists as triangles: fills, strokes, dashes and text.
//!
//! Lines of one segment and upright boxes get soft edges of their own, glyphs come from the
//! atlas; only other paths need multisampling. On the screen, upright lines and boxes are moved
//! onto whole pixels.

use loom_text::set;
use lyon_tessellation::math::{Point, point};
use lyon_tessellation::path::PathEvent;
use lyon_tessellation::{
    BuffersBuilder, FillOptions, FillRule, FillTessellator, FillVertex, LineCap, LineJoin,
    StrokeOptions, StrokeTessellator, StrokeVertex, VertexBuffers,
};

use super::glyphs::Atlas;
use crate::colour::Rgba;
use crate::flatten::{Ring, dashed, flatten};
use crate::scene::{Baseline, Path, Segment, Shape, Space, Stroke, Text};

/// A corner of a triangle: place in the layer's units, premultiplied colour, texel of the atlas.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct InkVertex {
    pub position: [f32; 2],
    pub color: [u8; 4],
    pub texel: [u16; 2],
}

/// Triangles that begin with vertex 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ink {
    pub vertices: Vec<InkVertex>,
    pub indices: Vec<u32>,
    /// Edges are hard: draw with more than one sample.
    pub hard: bool,
}

/// How a layer's units lie on the picture: pixel = (point − origin) · unit · (1, flip) + middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub space: Space,
    pub origin: [f64; 2],
    /// Physical pixels a unit of the layer.
    pub unit: f64,
    pub flip: f64,
    pub middle: [f64; 2],
    /// The picture, physical pixels.
    pub picture: [f64; 2],
}

impl Frame {
    fn pixel(&self, p: [f64; 2]) -> [f64; 2] {
        [
            (p[0] - self.origin[0]) * self.unit + self.middle[0],
            (p[1] - self.origin[1]) * self.unit * self.flip + self.middle[1],
        ]
    }

    fn point(&self, pixel: [f64; 2]) -> [f64; 2] {
        [
            (pixel[0] - self.middle[0]) / self.unit + self.origin[0],
            (pixel[1] - self.middle[1]) / (self.unit * self.flip) + self.origin[1],
        ]
    }
}

fn premultiplied(color: Rgba, cover: f64) -> [u8; 4] {
    let [r, g, b, a] = color.0;
    let alpha = f64::from(a) / 255.0 * cover;
    let byte = |c: u8| (f64::from(c) * alpha + 0.5) as u8;
    [byte(r), byte(g), byte(b), (255.0 * alpha + 0.5) as u8]
}

fn vertex(p: [f64; 2], color: [u8; 4]) -> InkVertex {
    InkVertex {
        position: p.map(|x| x as f32),
        color,
        texel: Atlas::SOLID,
    }
}

impl Ink {
    pub fn append(&mut self, other: &Self) {
        let base = self.vertices.len() as u32;
        self.vertices.extend_from_slice(&other.vertices);
        self.indices.extend(other.indices.iter().map(|i| i + base));
        self.hard |= other.hard;
    }

    fn quad(&mut self, corners: [InkVertex; 4]) {
        let base = self.vertices.len() as u32;
        self.vertices.extend(corners);
        self.indices.extend([0, 1, 2, 2, 1, 3].map(|i| base + i));
    }
}

/// One path. What it depends on besides the shape is the frame's `unit` (roughly) for World
/// layers, and the whole frame for Screen layers.
pub(crate) fn draw_path(
    path: &Path,
    fill: Option<Rgba>,
    stroke: Option<&Stroke>,
    frame: &Frame,
) -> Ink {
    let mut ink = Ink::default();
    let soft = match (path.segments.as_slice(), fill, stroke) {
        ([Segment::Move(from), Segment::Line(to)], _, Some(stroke))
            if stroke.dash.is_empty() && !stroke.round =>
        {
            soft_line(*from, *to, stroke, frame, &mut ink)
        }
        (segments, Some(color), None) => soft_box(segments, color, frame, &mut ink),
        _ => false,
    };
    if soft {
        return ink;
    }
    // Near one unit a pixel, where the tessellator's thresholds are made for.
    let grain = frame.unit.log2().round().exp2();
    let rings = flatten(&path.segments, 0.1 / grain);
    if rings.is_empty() {
        return ink;
    }
    ink.hard = true;
    let mut triangles: VertexBuffers<Point, u32> = VertexBuffers::new();
    let mut take = |triangles: &mut VertexBuffers<Point, u32>, color: [u8; 4]| {
        let base = ink.vertices.len() as u32;
        let place = |p: &Point| vertex([f64::from(p.x) / grain, f64::from(p.y) / grain], color);
        ink.vertices.extend(triangles.vertices.iter().map(place));
        ink.indices
            .extend(triangles.indices.iter().map(|i| i + base));
        triangles.vertices.clear();
        triangles.indices.clear();
    };
    if let Some(color) = fill {
        let options = FillOptions::default().with_fill_rule(FillRule::NonZero);
        let mut sink = BuffersBuilder::new(&mut triangles, |v: FillVertex<'_>| v.position());
        // What the tessellator refuses (coordinates beyond f32) stays undrawn.
        let _ = FillTessellator::new().tessellate(events(&rings, grain, true), &options, &mut sink);
        take(&mut triangles, premultiplied(color, 1.0));
    }
    if let Some(stroke) = stroke {
        let cut: Vec<Ring> = if stroke.dash.is_empty() {
            rings
        } else {
            rings
                .iter()
                .flat_map(|ring| dashed(ring, &stroke.dash))
                .collect()
        };
        let (cap, join) = if stroke.round {
            (LineCap::Round, LineJoin::Round)
        } else {
            (LineCap::Butt, LineJoin::Miter)
        };
        let width = (stroke.width * grain) as f32;
        // Hairlines stay a pixel wide and grow fainter.
        let least = (grain / frame.unit) as f32;
        let options = StrokeOptions::default()
            .with_line_width(width.max(least))
            .with_line_cap(cap)
            .with_line_join(join)
            .with_tolerance(0.1);
        let mut sink = BuffersBuilder::new(&mut triangles, |v: StrokeVertex<'_, '_>| v.position());
        let _ =
            StrokeTessellator::new().tessellate(events(&cut, grain, false), &options, &mut sink);
        let cover = (stroke.width * frame.unit).clamp(0.0, 1.0);
        take(&mut triangles, premultiplied(stroke.color, cover));
    }
    ink
}

fn events(rings: &[Ring], grain: f64, close: bool) -> impl Iterator<Item = PathEvent> + '_ {
    let at = move |p: [f64; 2]| point((p[0] * grain) as f32, (p[1] * grain) as f32);
    rings
        .iter()
        .filter(|ring| ring.points.len() > 1)
        .flat_map(move |ring| {
            let points = &ring.points;
            let (first, last) = (at(points[0]), at(points[points.len() - 1]));
            std::iter::once(PathEvent::Begin { at: first })
                .chain(points.windows(2).map(move |pair| PathEvent::Line {
                    from: at(pair[0]),
                    to: at(pair[1]),
                }))
                .chain(std::iter::once(PathEvent::End {
                    last,
                    first,
                    close: close || ring.closed,
                }))
        })
}

/// A segment with soft sides; on the screen, upright ones snapped onto pixels.
fn soft_line(from: [f64; 2], to: [f64; 2], stroke: &Stroke, frame: &Frame, ink: &mut Ink) -> bool {
    let (mut a, mut b) = (frame.pixel(from), frame.pixel(to));
    let length = (b[0] - a[0]).hypot(b[1] - a[1]);
    if !(length.is_finite() && length > 0.0) {
        return true;
    }
    let mut width = stroke.width * frame.unit;
    if frame.space == Space::World {
        // Sizes scale with the zoom, but this is cached over zooms: let the path be exact.
        return false;
    }
    let color = |cover: f64| premultiplied(stroke.color, cover);
    let across = [-(b[1] - a[1]) / length, (b[0] - a[0]) / length];
    let corner = |p: [f64; 2], side: f64, cover: f64| {
        let pixel = [p[0] + side * across[0], p[1] + side * across[1]];
        vertex(frame.point(pixel), color(cover))
    };
    for axis in 0..2 {
        if a[axis] == b[axis] {
            width = width.round().max(1.0);
            let shift = if width % 2.0 == 1.0 { 0.5 } else { 0.0 };
            let at = (a[axis] - shift).round() + shift;
            (a[axis], b[axis]) = (at, at);
            let half = 0.5 * width;
            ink.quad([
                corner(a, -half, 1.0),
                corner(a, half, 1.0),
                corner(b, -half, 1.0),
                corner(b, half, 1.0),
            ]);
            return true;
        }
    }
    let cover = width.min(1.0);
    let (inner, outer) = ((0.5 * width - 0.5).max(0.0), 0.5 * width.max(1.0) + 0.5);
    for [(s0, c0), (s1, c1)] in [
        [(-outer, 0.0), (-inner, cover)],
        [(-inner, cover), (inner, cover)],
        [(inner, cover), (outer, 0.0)],
    ] {
        ink.quad([
            corner(a, s0, c0),
            corner(a, s1, c1),
            corner(b, s0, c0),
            corner(b, s1, c1),
        ]);
    }
    true
}

/// An upright box on the screen, its edges on whole pixels.
fn soft_box(segments: &[Segment], color: Rgba, frame: &Frame, ink: &mut Ink) -> bool {
    let [
        Segment::Move(a),
        Segment::Line(b),
        Segment::Line(c),
        Segment::Line(d),
        Segment::Close,
    ] = segments
    else {
        return false;
    };
    let upright = (a[1] == b[1] && b[0] == c[0] && c[1] == d[1] && d[0] == a[0])
        || (a[0] == b[0] && b[1] == c[1] && c[0] == d[0] && d[1] == a[1]);
    if !upright || frame.space == Space::World {
        return false;
    }
    let (p, q) = (frame.pixel(*a), frame.pixel(*c));
    let edge = |k: usize| {
        let (low, high) = (p[k].min(q[k]).round(), p[k].max(q[k]).round());
        if low == high && p[k] != q[k] {
            (low, low + 1.0)
        } else {
            (low, high)
        }
    };
    let ((x0, x1), (y0, y1)) = (edge(0), edge(1));
    let color = premultiplied(color, 1.0);
    ink.quad(
        [[x0, y0], [x1, y0], [x0, y1], [x1, y1]].map(|pixel| vertex(frame.point(pixel), color)),
    );
    true
}

/// One run of text, placed on the picture's pixels.
pub(crate) fn draw_text(text: &Text, frame: &Frame, atlas: &mut Atlas) -> Ink {
    let mut ink = Ink::default();
    let unit = frame.unit;
    let anchor = frame.pixel(text.position);
    // Nobody reads less than a pixel.
    if !(text.size * unit >= 1.0 && anchor.iter().all(|x| x.is_finite())) {
        return ink;
    }
    let run = set(&text.string, text.font, text.size);
    let reach = (run.width + 2.0 * text.size) * unit;
    if (0..2).any(|k| anchor[k] < -reach || anchor[k] > frame.picture[k] + reach) {
        return ink;
    }
    let drop = match text.baseline {
        Baseline::Alphabetic => 0.0,
        Baseline::Middle => 0.5 * run.cap_height,
        Baseline::Top => run.cap_height,
    };
    let (sin, cos) = text.rotation.sin_cos();
    let place = |[x, y]: [f64; 2]| {
        let (x, y) = ((x - run.width * text.align) * unit, (y + drop) * unit);
        [anchor[0] + cos * x + sin * y, anchor[1] - sin * x + cos * y]
    };
    let color = premultiplied(text.color, 1.0);
    for glyph in &run.glyphs {
        let (face, at) = ((glyph.font, glyph.id), place(glyph.origin));
        let Some((mask, whole)) = atlas.place(face, glyph.size * unit, text.rotation, at) else {
            ink.append(&large_glyph(glyph, &place, text.color, frame));
            continue;
        };
        if mask.size == [0, 0] {
            continue;
        }
        let corner = |right: bool, below: bool| {
            let pick = |k: usize, far: bool| if far { mask.size[k] } else { 0 };
            let (w, h) = (pick(0, right), pick(1, below));
            let pixel = [
                whole[0] + f64::from(mask.corner[0]) + f64::from(w),
                whole[1] + f64::from(mask.corner[1]) + f64::from(h),
            ];
            let texel = [mask.texel[0] + w, mask.texel[1] + h];
            InkVertex {
                texel,
                ..vertex(frame.point(pixel), color)
            }
        };
        ink.quad([
            corner(false, false),
            corner(true, false),
            corner(false, true),
            corner(true, true),
        ]);
    }
    for rule in &run.rules {
        let [x, y] = rule.corner;
        let (right, bottom) = (x + rule.width, y + rule.height);
        let corners = [[x, y], [right, y], [x, bottom], [right, bottom]].map(place);
        // A bar thinner than a pixel keeps one.
        let mut corners = corners;
        if text.rotation == 0.0 {
            let top = corners[0][1].round();
            let bottom = corners[2][1].round().max(top + 1.0);
            (corners[0][1], corners[1][1], corners[2][1], corners[3][1]) =
                (top, top, bottom, bottom);
        }
        ink.quad(corners.map(|pixel| vertex(frame.point(pixel), color)));
    }
    ink
}

/// A glyph too large for the atlas, as triangles.
fn large_glyph(
    glyph: &loom_text::Glyph,
    place: &dyn Fn([f64; 2]) -> [f64; 2],
    color: Rgba,
    frame: &Frame,
) -> Ink {
    let ([x, y], size) = (glyph.origin, glyph.size);
    let segments = loom_text::outline(glyph.font, glyph.id)
        .iter()
        .map(|segment| segment.map(|[ex, ey]| frame.point(place([x + size * ex, y - size * ey]))))
        .collect();
    draw_path(&Path { segments }, Some(color), None, frame)
}

/// One display list, its paths made and its texts to be placed.
pub(crate) enum Piece {
    Paths(Ink),
    /// Index of the item.
    Text(usize),
}

/// The paths of a list, in order, joined between texts.
pub(crate) fn pieces(items: &[Shape], frame: &Frame) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match item {
            Shape::Text(_) => pieces.push(Piece::Text(index)),
            Shape::Path { path, fill, stroke } => {
                let ink = draw_path(path, *fill, stroke.as_ref(), frame);
                match pieces.last_mut() {
                    Some(Piece::Paths(before)) => before.append(&ink),
                    _ => pieces.push(Piece::Paths(ink)),
                }
            }
        }
    }
    pieces
}

/// All triangles of a list for one frame. An atlas that overflows meanwhile voids the glyphs
/// placed before; a second pass then finds them all, unless one frame's text fills the atlas.
pub(crate) fn assemble(pieces: &[Piece], items: &[Shape], frame: &Frame, atlas: &mut Atlas) -> Ink {
    let mut ink = Ink::default();
    for _ in 0..2 {
        let generation = atlas.generation;
        ink = Ink::default();
        for piece in pieces {
            match piece {
                Piece::Paths(paths) => ink.append(paths),
                Piece::Text(index) => {
                    if let Some(Shape::Text(text)) = items.get(*index) {
                        ink.append(&draw_text(text, frame, atlas));
                    }
                }
            }
        }
        if atlas.generation == generation {
            break;
        }
    }
    ink
}
