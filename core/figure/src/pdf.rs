//! A sheet as PDF: paths, text as text in embedded subset fonts, dense layers as images, the
//! document as an attached file.

use std::collections::HashMap;

use krilla::color::rgb;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image as PdfImage;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke as PdfStroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font as PdfFont, GlyphId, KrillaGlyph};
use loom_sim::Rgba;
use loom_sim::scene::{Font, Path, Segment, Shape, Stroke, Text};

use crate::carry;
use crate::error::FigureError;
use crate::letters;
use crate::piece::{Dots, Image, Piece, Sheet};

/// The sheet on one page. One logical pixel is 1/96 inch, or what `width_mm` makes of it.
pub fn write(sheet: &Sheet, json: &str, width_mm: Option<f64>) -> Result<Vec<u8>, FigureError> {
    let [w, h] = sheet.size;
    let scale = width_mm.map_or(72.0 / 96.0, |mm| mm / 25.4 * 72.0 / w);
    let page = PageSettings::from_wh((w * scale) as f32, (h * scale) as f32)
        .ok_or_else(|| FigureError::render("its page has no extent"))?;
    let mut document = krilla::Document::new();
    document.set_metadata(
        Metadata::new()
            .title(sheet.title.clone())
            .description(sheet.description.clone())
            .creator(concat!("Strange Loom ", env!("CARGO_PKG_VERSION")).to_owned()),
    );
    document.embed_file(EmbeddedFile {
        path: carry::PDF_NAME.to_owned(),
        mime_type: MimeType::new("application/json"),
        description: Some("The document that this figure was made from".to_owned()),
        association_kind: AssociationKind::Source,
        data: json.as_bytes().to_vec().into(),
        modification_date: None,
        compress: Some(true),
        location: None,
    });
    let mut page = document.start_page_with(page);
    draw(page.surface(), sheet, scale);
    page.finish();
    document
        .finish()
        .map_err(|e| FigureError::render(format!("the PDF writer refused it ({e:?})")))
}

/// Draws all panels; the surface ends with this.
fn draw(mut surface: Surface<'_>, sheet: &Sheet, scale: f64) {
    surface.push_transform(&Transform::from_scale(scale as f32, scale as f32));
    let mut pen = Pen {
        surface,
        fonts: HashMap::new(),
    };
    let [w, h] = sheet.size;
    if let Some(ground) = sheet.background {
        pen.path(&Path::rectangle(0.0, 0.0, w, h), Some(ground), None);
    }
    for panel in &sheet.panels {
        let [x, y, w, h] = panel.rectangle.map(|v| v as f32);
        pen.surface.push_transform(&Transform::from_translate(x, y));
        let clip = Rect::from_xywh(0.0, 0.0, w, h).and_then(|rect| {
            let mut builder = PathBuilder::new();
            builder.push_rect(rect);
            builder.finish()
        });
        if let Some(clip) = clip {
            pen.surface.push_clip_path(&clip, &FillRule::NonZero);
            if let Some(ground) = panel.background {
                let [_, _, w, h] = panel.rectangle;
                pen.path(&Path::rectangle(0.0, 0.0, w, h), Some(ground), None);
            }
            for piece in &panel.pieces {
                pen.piece(piece);
            }
            pen.surface.pop();
        }
        pen.surface.pop();
    }
    pen.surface.pop();
    pen.surface.finish();
}

struct Pen<'a> {
    surface: Surface<'a>,
    fonts: HashMap<Font, Option<PdfFont>>,
}

fn opacity(color: Rgba) -> NormalizedF32 {
    NormalizedF32::new(f32::from(color.0[3]) / 255.0).unwrap_or(NormalizedF32::ONE)
}

fn rgb(color: Rgba) -> rgb::Color {
    let [r, g, b, _] = color.0;
    rgb::Color::new(r, g, b)
}

fn fill(color: Rgba) -> Fill {
    Fill {
        paint: rgb(color).into(),
        opacity: opacity(color),
        rule: FillRule::NonZero,
    }
}

fn pdf_stroke(stroke: &Stroke) -> PdfStroke {
    PdfStroke {
        paint: rgb(stroke.color).into(),
        width: stroke.width as f32,
        miter_limit: 4.0,
        line_cap: if stroke.round {
            LineCap::Round
        } else {
            LineCap::Butt
        },
        line_join: if stroke.round {
            LineJoin::Round
        } else {
            LineJoin::Miter
        },
        opacity: opacity(stroke.color),
        dash: (!stroke.dash.is_empty()).then(|| StrokeDash {
            array: stroke.dash.iter().map(|d| *d as f32).collect(),
            offset: 0.0,
        }),
    }
}

impl Pen<'_> {
    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Shape(Shape::Path { path, fill, stroke })
            | Piece::Data(Shape::Path { path, fill, stroke }) => {
                self.path(path, *fill, stroke.as_ref());
            }
            Piece::Shape(Shape::Text(text)) | Piece::Data(Shape::Text(text)) => self.text(text),
            Piece::Dots(dots) => self.dots(dots),
            Piece::Image(image) => self.image(image),
        }
    }

    fn path(&mut self, path: &Path, color: Option<Rgba>, stroke: Option<&Stroke>) {
        let Some(path) = built(path) else { return };
        self.surface.set_fill(color.map(fill));
        self.surface.set_stroke(stroke.map(pdf_stroke));
        // With neither, the writer would fill in black.
        if color.is_some() || stroke.is_some() {
            self.surface.draw_path(&path);
        }
    }

    /// A run of text as glyphs with their characters, so that it can be searched and copied.
    fn text(&mut self, text: &Text) {
        let (run, map) = letters::place(text);
        // The writer refuses a whole page for one number that is none.
        if map.iter().any(|v| !v.is_finite()) {
            return;
        }
        let [a, b, c, d, e, f] = map.map(|v| v as f32);
        self.surface
            .push_transform(&Transform::from_row(a, b, c, d, e, f));
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(text.color)));
        let mut rest = &run.glyphs[..];
        while let Some(first) = rest.first() {
            let together = rest
                .iter()
                .take_while(|g| {
                    g.font == first.font && g.size == first.size && g.origin[1] == first.origin[1]
                })
                .count();
            let (part, after) = rest.split_at(together);
            let mut string = String::new();
            let mut glyphs = Vec::with_capacity(part.len());
            for (i, glyph) in part.iter().enumerate() {
                let start = string.len();
                string.push(glyph.character);
                // Kerning lies between one pen position and the next.
                let advance = part
                    .get(i + 1)
                    .map_or(glyph.advance, |next| next.origin[0] - glyph.origin[0]);
                glyphs.push(KrillaGlyph::new(
                    GlyphId::new(u32::from(glyph.id)),
                    (advance / glyph.size) as f32,
                    0.0,
                    0.0,
                    0.0,
                    start..string.len(),
                    None,
                ));
            }
            let [x, y] = first.origin.map(|v| v as f32);
            rest = after;
            let Some(font) = self.font(first.font) else {
                continue;
            };
            self.surface.draw_glyphs(
                Point::from_xy(x, y),
                &glyphs,
                font,
                &string,
                first.size as f32,
                false,
            );
        }
        for rule in &run.rules {
            let [x, y] = rule.corner;
            self.path(
                &Path::rectangle(x, y, rule.width, rule.height),
                Some(text.color),
                None,
            );
        }
        self.surface.pop();
    }

    /// `None` for a face that can't be read, which a test of loom-text rules out.
    fn font(&mut self, font: Font) -> Option<PdfFont> {
        self.fonts
            .entry(font)
            .or_insert_with(|| PdfFont::new(font.bytes().into(), 0))
            .clone()
    }

    fn dots(&mut self, dots: &Dots) {
        let mut rest = &dots.places[..];
        self.surface.set_fill(None);
        while let Some((_, color)) = rest.first() {
            let end = rest.iter().take_while(|(_, c)| c == color).count();
            let mut path = Path::default();
            for (place, _) in &rest[..end] {
                let circle = Path::circle(place.map(f64::from), f64::from(dots.size) / 2.0);
                path.segments.extend(circle.segments);
            }
            self.path(&path, Some(*color), None);
            rest = &rest[end..];
        }
    }

    fn image(&mut self, image: &Image) {
        let [x, y, w, h] = image.rectangle.map(|v| v as f32);
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        let Some(size) = Size::from_wh(w, h) else {
            return;
        };
        let pixels = PdfImage::from_rgba8(image.pixels.to_vec(), image.width, image.height);
        self.surface
            .push_transform(&Transform::from_translate(x, y));
        self.surface.draw_image(pixels, size);
        self.surface.pop();
    }
}

fn built(path: &Path) -> Option<krilla::geom::Path> {
    let mut builder = PathBuilder::new();
    let at = |p: [f64; 2]| p.map(|v| v as f32);
    for segment in &path.segments {
        match *segment {
            Segment::Move(p) => {
                let [x, y] = at(p);
                builder.move_to(x, y);
            }
            Segment::Line(p) => {
                let [x, y] = at(p);
                builder.line_to(x, y);
            }
            Segment::Quad(p, q) => {
                let ([a, b], [x, y]) = (at(p), at(q));
                builder.quad_to(a, b, x, y);
            }
            Segment::Cubic(p, q, r) => {
                let ([a, b], [c, d], [x, y]) = (at(p), at(q), at(r));
                builder.cubic_to(a, b, c, d, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::scene::Baseline;
    use loom_sim::{Model, Saved};

    use super::*;
    use crate::document::{Document, Item};
    use crate::piece::Panel;

    fn page() -> Sheet {
        let text = |string: &str, font| {
            Piece::Shape(Shape::Text(Text {
                position: [10.0, 40.0],
                string: string.into(),
                font,
                size: 12.0,
                color: Rgba::hex(0),
                align: 0.0,
                baseline: Baseline::Alphabetic,
                rotation: 0.0,
            }))
        };
        let image = Piece::Image(Image {
            rectangle: [0.0, 0.0, 50.0, 50.0],
            width: 1,
            height: 2,
            pixels: vec![1, 2, 3, 4, 5, 6, 7, 255].into(),
            smooth: true,
        });
        Sheet {
            size: [100.0, 80.0],
            background: None,
            panels: vec![Panel {
                rectangle: [0.0, 0.0, 100.0, 80.0],
                background: Some(Rgba::hex(0xFF_FFFF)),
                pieces: vec![
                    text("Lorenz σ", Font::Sans),
                    text("Generation 7", Font::Serif),
                    image,
                ],
            }],
            title: "Figure".into(),
            description: String::new(),
        }
    }

    #[test]
    fn a_pdf_gives_its_document_back_and_embeds_its_fonts() {
        let mut document = Document::new(vec![Item::of(Saved::fresh(Model::new("webs", "orb")))]);
        document.title = "βeta".repeat(1000);
        let pdf = write(&page(), &document.to_json().unwrap(), Some(85.0)).unwrap();
        assert_eq!(carry::extract(&pdf, "a.pdf").unwrap(), document);
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("+Inter"), "a subset of Inter is inside");
        assert!(text.contains("/ToUnicode"), "its text can be copied");
    }

    #[test]
    fn the_same_sheet_gives_the_same_file() {
        assert_eq!(
            write(&page(), "{}", None).unwrap(),
            write(&page(), "{}", None).unwrap()
        );
    }
}
