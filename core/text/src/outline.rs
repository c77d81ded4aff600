//! Outlines of glyphs as path segments, read once and kept.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider as _};

use crate::face::face;
use crate::font::Font;

/// A piece of a path. The same in glyphs and in display lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    Move([f64; 2]),
    Line([f64; 2]),
    /// A control point and the end.
    Quad([f64; 2], [f64; 2]),
    /// Two control points and the end.
    Cubic([f64; 2], [f64; 2], [f64; 2]),
    Close,
}

impl Segment {
    /// The segment with every point sent through `place`.
    pub fn map(self, mut place: impl FnMut([f64; 2]) -> [f64; 2]) -> Self {
        match self {
            Self::Move(p) => Self::Move(place(p)),
            Self::Line(p) => Self::Line(place(p)),
            Self::Quad(c, p) => Self::Quad(place(c), place(p)),
            Self::Cubic(c, d, p) => Self::Cubic(place(c), place(d), place(p)),
            Self::Close => Self::Close,
        }
    }
}

/// The outline of a glyph: 1 em high, y up, origin at the pen on the baseline, filled by the
/// nonzero rule. Empty for a space.
pub fn outline(font: Font, glyph: u16) -> Arc<[Segment]> {
    static KNOWN: LazyLock<RwLock<HashMap<(Font, u16), Arc<[Segment]>>>> =
        LazyLock::new(RwLock::default);
    if let Some(known) = KNOWN
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&(font, glyph))
    {
        return Arc::clone(known);
    }
    let mut pen = Pen::default();
    if let Some(face) = face(font)
        && let Some(glyph) = face.font.outline_glyphs().get(GlyphId::from(glyph))
    {
        // One em is asked for at 1000 units so that f32 keeps its digits, then scaled.
        let settings = DrawSettings::unhinted(Size::new(1000.0), LocationRef::default());
        if glyph.draw(settings, &mut pen).is_err() {
            pen.0.clear();
        }
    }
    let outline: Arc<[Segment]> = pen.0.into();
    KNOWN
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert((font, glyph), Arc::clone(&outline));
    outline
}

#[derive(Default)]
struct Pen(Vec<Segment>);

fn em(x: f32, y: f32) -> [f64; 2] {
    [f64::from(x) / 1000.0, f64::from(y) / 1000.0]
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Segment::Move(em(x, y)));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Segment::Line(em(x, y)));
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.push(Segment::Quad(em(cx, cy), em(x, y)));
    }
    fn curve_to(&mut self, cx: f32, cy: f32, dx: f32, dy: f32, x: f32, y: f32) {
        self.0
            .push(Segment::Cubic(em(cx, cy), em(dx, dy), em(x, y)));
    }
    fn close(&mut self) {
        self.0.push(Segment::Close);
    }
}
