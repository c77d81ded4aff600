//! A sheet as pixels on the processor, for machines without an adapter and for dense layers
//! inside vector files. No system library takes part: the same sheet gives the same pixels.

use loom_sim::Rgba;
use loom_sim::scene::{Path, Segment, Shape};
use resvg::tiny_skia::{
    BlendMode, Color, FillRule, FilterQuality, LineCap, LineJoin, Mask, Paint, PathBuilder, Pixmap,
    PixmapPaint, PixmapRef, PremultipliedColorU8, Rect, Stroke, StrokeDash, Transform,
};

use crate::error::FigureError;
use crate::letters;
use crate::piece::{Dots, Image, Piece, Sheet};

/// The most pixels of one picture: a gibibyte of RGBA.
pub(crate) const PIXEL_LIMIT: u64 = 1 << 28;

/// Straight-alpha RGBA, rows from the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// Physical size of a sheet, checked.
pub(crate) fn physical(size: [f64; 2], scale: f64) -> Result<[u32; 2], FigureError> {
    let [w, h] = size.map(|x| (x * scale).round());
    if !(w >= 1.0 && h >= 1.0) || w * h > PIXEL_LIMIT as f64 {
        return Err(FigureError::render(format!(
            "{w} × {h} pixels are not from 1 to {} million; give another --size, --width or --dpi",
            PIXEL_LIMIT >> 20
        )));
    }
    Ok([w as u32, h as u32])
}

/// The sheet at `scale` pixels a logical one.
pub fn sheet(sheet: &Sheet, scale: f64) -> Result<Pixels, FigureError> {
    let [width, height] = physical(sheet.size, scale)?;
    let mut canvas = Canvas::new(width, height)?;
    if let Some(ground) = sheet.background {
        canvas.pixmap.fill(skia(ground));
    }
    for panel in &sheet.panels {
        canvas.panel(panel.rectangle, scale)?;
        if let Some(ground) = panel.background {
            canvas.ground(panel.rectangle, ground);
        }
        for piece in &panel.pieces {
            canvas.piece(piece);
        }
    }
    Ok(canvas.finish())
}

/// Pieces alone on a clear ground, as an image to be laid under what stays vector.
pub(crate) fn layer(pieces: &[Piece], size: [f64; 2], scale: f64) -> Result<Image, FigureError> {
    let [width, height] = physical(size, scale)?;
    let mut canvas = Canvas::new(width, height)?;
    canvas.panel([0.0, 0.0, size[0], size[1]], scale)?;
    for piece in pieces {
        canvas.piece(piece);
    }
    let pixels = canvas.finish();
    Ok(Image {
        rectangle: [0.0, 0.0, size[0], size[1]],
        width,
        height,
        pixels: pixels.rgba.into(),
        smooth: true,
    })
}

struct Canvas {
    pixmap: Pixmap,
    mask: Option<Mask>,
    map: Transform,
    scale: f32,
}

fn skia(color: Rgba) -> Color {
    let [r, g, b, a] = color.0;
    Color::from_rgba8(r, g, b, a)
}

impl Canvas {
    fn new(width: u32, height: u32) -> Result<Self, FigureError> {
        let pixmap = Pixmap::new(width, height).ok_or_else(|| {
            FigureError::render(format!("{width} × {height} pixels are too many"))
        })?;
        Ok(Self {
            pixmap,
            mask: None,
            map: Transform::identity(),
            scale: 1.0,
        })
    }

    /// Draws in the coordinates of a panel from here on, clipped to it.
    fn panel(&mut self, rectangle: [f64; 4], scale: f64) -> Result<(), FigureError> {
        let [x, y, w, h] = rectangle;
        self.scale = scale as f32;
        self.map = Transform::from_scale(self.scale, self.scale).pre_translate(x as f32, y as f32);
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let whole = x <= 0.0
            && y <= 0.0
            && (x + w) * scale >= f64::from(width) - 0.5
            && (y + h) * scale >= f64::from(height) - 0.5;
        self.mask = if whole {
            None
        } else {
            let mut mask = Mask::new(width, height)
                .ok_or_else(|| FigureError::render("its panels are too large"))?;
            let [x, y, w, h] = [x, y, w, h].map(|v| v as f32);
            if let Some(rect) = Rect::from_xywh(x, y, w, h) {
                let path = PathBuilder::from_rect(rect);
                let by = Transform::from_scale(self.scale, self.scale);
                mask.fill_path(&path, FillRule::Winding, false, by);
            }
            Some(mask)
        };
        Ok(())
    }

    fn ground(&mut self, rectangle: [f64; 4], color: Rgba) {
        let [_, _, w, h] = rectangle;
        self.fill(&Path::rectangle(0.0, 0.0, w, h), color);
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Shape(shape) | Piece::Data(shape) => self.shape(shape),
            Piece::Dots(dots) => self.dots(dots),
            Piece::Image(image) => self.image(image),
        }
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Path { path, fill, stroke } => {
                if let Some(color) = fill {
                    self.fill(path, *color);
                }
                if let Some(stroke) = stroke {
                    self.stroke(path, stroke);
                }
            }
            Shape::Text(text) => {
                let (run, map) = letters::place(text);
                let mut builder = PathBuilder::new();
                for segment in run.segments() {
                    add_letter(&mut builder, &map, segment);
                }
                if let Some(path) = builder.finish() {
                    self.fill_built(&path, text.color);
                }
            }
        }
    }

    fn fill(&mut self, path: &Path, color: Rgba) {
        if let Some(path) = built(path) {
            self.fill_built(&path, color);
        }
    }

    fn fill_built(&mut self, path: &resvg::tiny_skia::Path, color: Rgba) {
        self.pixmap.fill_path(
            path,
            &ink(color),
            FillRule::Winding,
            self.map,
            self.mask.as_ref(),
        );
    }

    fn stroke(&mut self, path: &Path, stroke: &loom_sim::scene::Stroke) {
        let Some(path) = built(path) else { return };
        let dash = if stroke.dash.is_empty() {
            None
        } else {
            let mut dash: Vec<f32> = stroke.dash.iter().map(|d| *d as f32).collect();
            if dash.len() % 2 == 1 {
                dash.extend(dash.clone());
            }
            StrokeDash::new(dash, 0.0)
        };
        let style = Stroke {
            // Hairlines are never thinner than a pixel.
            width: (stroke.width as f32).max(1.0 / self.scale),
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
            dash,
            ..Stroke::default()
        };
        self.pixmap.stroke_path(
            &path,
            &ink(stroke.color),
            &style,
            self.map,
            self.mask.as_ref(),
        );
    }

    /// Dots by the part of each pixel that they cover (the edge is a ramp of one pixel).
    fn dots(&mut self, dots: &Dots) {
        let radius = (0.5 * dots.size * self.scale).max(0.5);
        let (width, height) = (self.pixmap.width() as i32, self.pixmap.height() as i32);
        let mask = self.mask.clone();
        let pixels = self.pixmap.pixels_mut();
        for ([x, y], color) in &dots.places {
            let (x, y) = (x * self.map.sx + self.map.tx, y * self.map.sy + self.map.ty);
            let reach = radius + 0.5;
            let span = |at: f32, end: i32| {
                ((at - reach).floor() as i32).max(0)..((at + reach).ceil() as i32).min(end)
            };
            for row in span(y, height) {
                for column in span(x, width) {
                    let index = row as usize * width as usize + column as usize;
                    if mask.as_ref().is_some_and(|m| m.data()[index] < 128) {
                        continue;
                    }
                    let (dx, dy) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
                    let cover = (radius + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0);
                    if cover > 0.0 {
                        pixels[index] = blend(pixels[index], *color, cover, dots.additive);
                    }
                }
            }
        }
    }

    fn image(&mut self, image: &Image) {
        let [x, y, w, h] = image.rectangle.map(|v| v as f32);
        let mut pixels = image.pixels.to_vec();
        for p in pixels.chunks_exact_mut(4) {
            let a = u32::from(p[3]);
            for c in &mut p[..3] {
                *c = ((u32::from(*c) * a + 127) / 255) as u8;
            }
        }
        let Some(from) = PixmapRef::from_bytes(&pixels, image.width, image.height) else {
            return;
        };
        // Pixel for pixel where it is drawn at its own size.
        let [across, down] = [w, h].map(|n| n * self.scale);
        let own =
            (across - image.width as f32).abs() < 0.5 && (down - image.height as f32).abs() < 0.5;
        let paint = PixmapPaint {
            quality: if image.smooth && !own {
                FilterQuality::Bilinear
            } else {
                FilterQuality::Nearest
            },
            ..PixmapPaint::default()
        };
        let map = self
            .map
            .pre_translate(x, y)
            .pre_scale(w / image.width as f32, h / image.height as f32);
        self.pixmap
            .draw_pixmap(0, 0, from, &paint, map, self.mask.as_ref());
    }

    fn finish(self) -> Pixels {
        Pixels {
            width: self.pixmap.width(),
            height: self.pixmap.height(),
            rgba: self.pixmap.take_demultiplied(),
        }
    }
}

fn ink(color: Rgba) -> Paint<'static> {
    let mut paint = Paint {
        anti_alias: true,
        blend_mode: BlendMode::SourceOver,
        ..Paint::default()
    };
    paint.set_color(skia(color));
    paint
}

fn blend(under: PremultipliedColorU8, color: Rgba, cover: f32, add: bool) -> PremultipliedColorU8 {
    let [r, g, b, a] = color.0.map(f32::from);
    let alpha = a / 255.0 * cover;
    let keep = if add { 1.0 } else { 1.0 - alpha };
    let mix = |old: u8, new: f32| (f32::from(old) * keep + new * alpha).round().min(255.0) as u8;
    let alpha_out = mix(under.alpha(), 255.0);
    let channel = |old: u8, new: f32| mix(old, new).min(alpha_out);
    PremultipliedColorU8::from_rgba(
        channel(under.red(), r),
        channel(under.green(), g),
        channel(under.blue(), b),
        alpha_out,
    )
    .unwrap_or(under)
}

fn add_letter(builder: &mut PathBuilder, map: &[f64; 6], segment: loom_text::Segment) {
    let at = |p: [f64; 2]| letters::moved(map, p).map(|v| v as f32);
    match segment {
        loom_text::Segment::Move(p) => {
            let [x, y] = at(p);
            builder.move_to(x, y);
        }
        loom_text::Segment::Line(p) => {
            let [x, y] = at(p);
            builder.line_to(x, y);
        }
        loom_text::Segment::Quad(p, q) => {
            let ([a, b], [x, y]) = (at(p), at(q));
            builder.quad_to(a, b, x, y);
        }
        loom_text::Segment::Cubic(p, q, r) => {
            let ([a, b], [c, d], [x, y]) = (at(p), at(q), at(r));
            builder.cubic_to(a, b, c, d, x, y);
        }
        loom_text::Segment::Close => builder.close(),
    }
}

/// `None` for a path without extent or with what is no number.
fn built(path: &Path) -> Option<resvg::tiny_skia::Path> {
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
    use super::*;
    use crate::piece::Panel;

    fn page(pieces: Vec<Piece>) -> Sheet {
        Sheet {
            size: [20.0, 20.0],
            background: Some(Rgba::hex(0xFF_FFFF)),
            panels: vec![Panel {
                rectangle: [10.0, 0.0, 10.0, 20.0],
                background: None,
                pieces,
            }],
            title: String::new(),
            description: String::new(),
        }
    }

    fn square() -> Piece {
        Piece::Shape(Shape::Path {
            path: Path::rectangle(-10.0, 0.0, 15.0, 10.0),
            fill: Some(Rgba::hex(0xFF_0000)),
            stroke: None,
        })
    }

    #[test]
    fn a_panel_clips_what_it_holds() {
        let pixels = sheet(&page(vec![square()]), 2.0).unwrap();
        let at = |x: usize, y: usize| &pixels.rgba[(y * 40 + x) * 4..][..4];
        assert_eq!((pixels.width, pixels.height), (40, 40));
        assert_eq!(at(19, 5), [255, 255, 255, 255]);
        assert_eq!(at(20, 5), [255, 0, 0, 255]);
        assert_eq!(at(29, 5), [255, 0, 0, 255]);
        assert_eq!(at(30, 5), [255, 255, 255, 255]);
    }

    #[test]
    fn cells_keep_their_edges_when_enlarged() {
        let image = Piece::Image(Image {
            rectangle: [0.0, 0.0, 10.0, 10.0],
            width: 2,
            height: 1,
            pixels: [[0, 0, 0, 255], [0, 0, 255, 255]].concat().into(),
            smooth: false,
        });
        let pixels = sheet(&page(vec![image]), 1.0).unwrap();
        for x in 10..20 {
            let blue = pixels.rgba[(3 * 20 + x) * 4 + 2];
            assert_eq!(blue, if x < 15 { 0 } else { 255 }, "{x}");
        }
    }

    #[test]
    fn added_dots_grow_brighter() {
        let dots = |n: usize| {
            let piece = Piece::Dots(Dots {
                places: vec![([5.0, 5.0], Rgba([50, 50, 50, 255])); n],
                size: 4.0,
                additive: true,
            });
            let mut page = page(vec![piece]);
            page.background = Some(Rgba::hex(0));
            sheet(&page, 1.0).unwrap().rgba[(5 * 20 + 15) * 4]
        };
        assert_eq!([dots(1), dots(2), dots(9)], [50, 100, 255]);
    }

    #[test]
    fn a_picture_of_no_pixels_or_too_many_is_refused() {
        assert!(sheet(&page(vec![]), 1e6).is_err());
        assert!(sheet(&page(vec![]), 1e-6).is_err());
        assert!(sheet(&page(vec![]), f64::NAN).is_err());
    }
}
