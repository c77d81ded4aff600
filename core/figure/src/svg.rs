//! A sheet as SVG: shapes and glyph outlines as paths, dense layers as an image, the document
//! in its metadata. It looks alike in browsers and in Inkscape, whatever fonts they have.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use loom_sim::Rgba;
use loom_sim::scene::{Path, Segment, Shape, Stroke};

use crate::carry;
use crate::error::FigureError;
use crate::letters;
use crate::piece::{Dots, Image, Piece, Sheet};
use crate::png_file;

/// The sheet; `width_mm` sets the printed width, else one logical pixel is one CSS pixel.
pub fn write(sheet: &Sheet, json: &str, width_mm: Option<f64>) -> Result<Vec<u8>, FigureError> {
    let [w, h] = sheet.size;
    let extent = match width_mm {
        Some(mm) => format!(
            "width=\"{}mm\" height=\"{}mm\"",
            number(mm),
            number(mm * h / w)
        ),
        None => format!("width=\"{}\" height=\"{}\"", number(w), number(h)),
    };
    let mut out = String::new();
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" {extent} viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-labelledby=\"title desc\">",
        number(w),
        number(h)
    );
    let _ = writeln!(out, "<title id=\"title\">{}</title>", escaped(&sheet.title));
    let _ = writeln!(
        out,
        "<desc id=\"desc\">{}</desc>",
        escaped(&sheet.description)
    );
    out.push_str(&carry::svg_metadata(json)?);
    out.push('\n');
    if let Some(ground) = sheet.background {
        let _ = writeln!(
            out,
            "<rect width=\"{}\" height=\"{}\"{}/>",
            number(w),
            number(h),
            paint("fill", ground)
        );
    }
    out.push_str("<defs>");
    for (index, panel) in sheet.panels.iter().enumerate() {
        let [_, _, w, h] = panel.rectangle.map(number);
        let _ = write!(
            out,
            "<clipPath id=\"panel{index}\"><rect width=\"{w}\" height=\"{h}\"/></clipPath>"
        );
    }
    out.push_str("</defs>\n");
    for (index, panel) in sheet.panels.iter().enumerate() {
        let [x, y, w, h] = panel.rectangle.map(number);
        let _ = writeln!(
            out,
            "<g transform=\"translate({x} {y})\" clip-path=\"url(#panel{index})\">"
        );
        if let Some(ground) = panel.background {
            let fill = paint("fill", ground);
            let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\"{fill}/>");
        }
        for piece in &panel.pieces {
            match piece {
                Piece::Shape(shape) | Piece::Data(shape) => draw(&mut out, shape),
                Piece::Dots(dots) => draw_dots(&mut out, dots),
                Piece::Image(image) => draw_image(&mut out, image)?,
            }
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    Ok(out.into_bytes())
}

/// A coordinate with at most three decimals. What is no number becomes 0, which draws nothing.
fn number(x: f64) -> String {
    if !x.is_finite() {
        return "0".into();
    }
    let text = format!("{x:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Control characters have no form in XML 1.0.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// ` fill="#rrggbb"`, with its opacity where it is not 1.
fn paint(what: &str, color: Rgba) -> String {
    let [r, g, b, a] = color.0;
    let mut text = format!(" {what}=\"#{r:02x}{g:02x}{b:02x}\"");
    if a < 255 {
        let _ = write!(text, " {what}-opacity=\"{}\"", number(f64::from(a) / 255.0));
    }
    text
}

fn path_data(path: &Path) -> String {
    let mut d = String::new();
    let mut put = |letter: char, points: &[[f64; 2]]| {
        d.push(letter);
        for (i, [x, y]) in points.iter().enumerate() {
            let gap = if i > 0 { " " } else { "" };
            let _ = write!(d, "{gap}{} {}", number(*x), number(*y));
        }
    };
    for segment in &path.segments {
        match *segment {
            Segment::Move(p) => put('M', &[p]),
            Segment::Line(p) => put('L', &[p]),
            Segment::Quad(p, q) => put('Q', &[p, q]),
            Segment::Cubic(p, q, r) => put('C', &[p, q, r]),
            Segment::Close => put('Z', &[]),
        }
    }
    d
}

fn stroke_style(stroke: &Stroke) -> String {
    let mut text = paint("stroke", stroke.color);
    let _ = write!(text, " stroke-width=\"{}\"", number(stroke.width));
    if stroke.round {
        text.push_str(" stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    }
    if !stroke.dash.is_empty() {
        let list: Vec<String> = stroke.dash.iter().map(|d| number(*d)).collect();
        let _ = write!(text, " stroke-dasharray=\"{}\"", list.join(" "));
    }
    text
}

fn draw(out: &mut String, shape: &Shape) {
    match shape {
        Shape::Path { path, fill, stroke } => {
            let fill = fill.map_or(" fill=\"none\"".into(), |c| paint("fill", c));
            let stroke = stroke.as_ref().map(stroke_style).unwrap_or_default();
            let _ = writeln!(out, "<path d=\"{}\"{fill}{stroke}/>", path_data(path));
        }
        Shape::Text(text) => {
            let (run, map) = letters::place(text);
            let segments = run
                .segments()
                .into_iter()
                .map(|s| letter(&map, s))
                .collect();
            let _ = writeln!(
                out,
                "<path aria-label=\"{}\" d=\"{}\"{}/>",
                escaped(&text.string),
                path_data(&Path { segments }),
                paint("fill", text.color)
            );
        }
    }
}

fn letter(map: &[f64; 6], segment: loom_text::Segment) -> Segment {
    let at = |p| letters::moved(map, p);
    match segment {
        loom_text::Segment::Move(p) => Segment::Move(at(p)),
        loom_text::Segment::Line(p) => Segment::Line(at(p)),
        loom_text::Segment::Quad(p, q) => Segment::Quad(at(p), at(q)),
        loom_text::Segment::Cubic(p, q, r) => Segment::Cubic(at(p), at(q), at(r)),
        loom_text::Segment::Close => Segment::Close,
    }
}

/// A dot is a line without length and with round ends.
fn draw_dots(out: &mut String, dots: &Dots) {
    let mut rest = &dots.places[..];
    while let Some((_, color)) = rest.first() {
        let end = rest.iter().take_while(|(_, c)| c == color).count();
        let mut d = String::new();
        for ([x, y], _) in &rest[..end] {
            let _ = write!(d, "M{} {}h0", number(f64::from(*x)), number(f64::from(*y)));
        }
        let blend = if dots.additive {
            " style=\"mix-blend-mode:plus-lighter\""
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<path d=\"{d}\"{} stroke-width=\"{}\" stroke-linecap=\"round\" fill=\"none\"{blend}/>",
            paint("stroke", *color),
            number(f64::from(dots.size))
        );
        rest = &rest[end..];
    }
}

fn draw_image(out: &mut String, image: &Image) -> Result<(), FigureError> {
    let [x, y, w, h] = image.rectangle.map(number);
    let png = png_file::encode(image.width, image.height, &image.pixels, None)?;
    let rendering = if image.smooth { "auto" } else { "pixelated" };
    let _ = writeln!(
        out,
        "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" preserveAspectRatio=\"none\" \
         image-rendering=\"{rendering}\" href=\"data:image/png;base64,{}\"/>",
        STANDARD.encode(png)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::scene::{Baseline, Font, Text};
    use resvg::{tiny_skia, usvg};

    use super::*;
    use crate::piece::Panel;
    use crate::raster;

    fn page() -> Sheet {
        let text = |rotation| {
            Piece::Shape(Shape::Text(Text {
                position: [50.0, 40.0],
                string: "Lyapunov <λ> & \"ρ\"".into(),
                font: Font::Sans,
                size: 12.0,
                color: Rgba::hex(0x1B_1D21),
                align: 0.5,
                baseline: Baseline::Middle,
                rotation,
            }))
        };
        let circle = Piece::Shape(Shape::Path {
            path: Path::circle([30.0, 30.0], 20.0),
            fill: Some(Rgba([0, 114, 178, 128])),
            stroke: Some(Stroke {
                dash: vec![4.0, 2.0],
                ..Stroke::solid(Rgba::hex(0xD5_5E00), 2.0)
            }),
        });
        let dots = Piece::Dots(Dots {
            places: vec![
                ([70.0, 70.0], Rgba::hex(0)),
                ([80.0, 70.0], Rgba::hex(0xFF)),
            ],
            size: 6.0,
            additive: false,
        });
        Sheet {
            size: [100.0, 100.0],
            background: Some(Rgba::hex(0xFF_FFFF)),
            panels: vec![Panel {
                rectangle: [0.0, 0.0, 100.0, 100.0],
                background: None,
                pieces: vec![circle, text(0.0), text(1.0), dots],
            }],
            title: "A <title>".into(),
            description: String::new(),
        }
    }

    #[test]
    fn another_renderer_draws_the_same_picture() {
        let svg = write(&page(), "{}", None).unwrap();
        let tree = usvg::Tree::from_data(&svg, &usvg::Options::default()).unwrap();
        let mut theirs = tiny_skia::Pixmap::new(200, 200).unwrap();
        resvg::render(
            &tree,
            tiny_skia::Transform::from_scale(2.0, 2.0),
            &mut theirs.as_mut(),
        );
        let ours = raster::sheet(&page(), 2.0).unwrap();
        let different = ours
            .rgba
            .chunks_exact(4)
            .zip(theirs.data().chunks_exact(4))
            .filter(|(a, b)| a.iter().zip(*b).any(|(x, y)| x.abs_diff(*y) > 24))
            .count();
        assert!(different < 60, "{different} of 40000 pixels differ");
    }

    #[test]
    fn text_has_an_accessible_name_and_markup_is_escaped() {
        let svg = String::from_utf8(write(&page(), "{}", Some(85.0)).unwrap()).unwrap();
        assert!(
            svg.contains("aria-label=\"Lyapunov &lt;λ&gt; &amp; &quot;ρ&quot;\""),
            "{svg}"
        );
        assert!(svg.contains("width=\"85mm\" height=\"85mm\""));
        assert!(svg.contains(">A &lt;title&gt;</title>"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.0001), "0");
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(f64::NAN), "0");
    }
}
