//! One line of text: glyphs on a baseline, advances and kerning, missing characters taken from
//! the other faces.

use crate::face::face;
use crate::font::Font;
use crate::outline::{Segment, outline};

/// A glyph in its place. Coordinates are in the unit of the size that was asked for, from the
/// start of the baseline, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The face it comes from, which may be a substitute.
    pub font: Font,
    /// Its number in the face.
    pub id: u16,
    /// The character that it shows.
    pub character: char,
    /// Its pen position.
    pub origin: [f64; 2],
    /// Em size.
    pub size: f64,
    pub advance: f64,
}

/// A filled rectangle: fraction bars and the like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Upper left corner.
    pub corner: [f64; 2],
    pub width: f64,
    pub height: f64,
}

/// A line of text, laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub width: f64,
    /// Above the baseline, of what is set: the face's for text, the ink's for maths.
    pub ascent: f64,
    /// Below the baseline, positive.
    pub descent: f64,
    /// Height of a capital of the face.
    pub cap_height: f64,
    pub glyphs: Vec<Glyph>,
    pub rules: Vec<Rule>,
}

impl Run {
    /// All ink as one path, y down, the baseline starting at (0, 0). Fill by the nonzero rule.
    pub fn segments(&self) -> Vec<Segment> {
        let mut path = Vec::new();
        for glyph in &self.glyphs {
            let ([x, y], size) = (glyph.origin, glyph.size);
            let ink = outline(glyph.font, glyph.id);
            path.extend(
                ink.iter()
                    .map(|segment| segment.map(|[ex, ey]| [x + size * ex, y - size * ey])),
            );
        }
        for rule in &self.rules {
            let [x, y] = rule.corner;
            let (right, bottom) = (x + rule.width, y + rule.height);
            path.extend([
                Segment::Move([x, y]),
                Segment::Line([x, bottom]),
                Segment::Line([right, bottom]),
                Segment::Line([right, y]),
                Segment::Close,
            ]);
        }
        path
    }
}

/// Sets `text` in one line at em size `size`. A line break counts as a space.
pub fn layout(text: &str, font: Font, size: f64) -> Run {
    let mut run = Run::default();
    if let Some(face) = face(font) {
        run.ascent = face.ascent * size;
        run.descent = face.descent * size;
        run.cap_height = face.cap_height * size;
    }
    let mut before: Option<(Font, u16)> = None;
    for character in text.chars() {
        let character = if character.is_control() {
            ' '
        } else {
            character
        };
        let (from, id) = find(character, font);
        let Some(face) = face(from) else { continue };
        if let Some((_, left)) = before.filter(|(face, _)| *face == from) {
            run.width += face.kern(left, id) * size;
        }
        let advance = face.advance(id) * size;
        run.glyphs.push(Glyph {
            font: from,
            id,
            character,
            origin: [run.width, 0.0],
            size,
            advance,
        });
        run.width += advance;
        before = Some((from, id));
    }
    run
}

/// Sets a string by its face: [`maths`](crate::maths()) for [`Font::Maths`], else [`layout`].
/// What draws display lists calls this.
pub fn set(text: &str, font: Font, size: f64) -> Run {
    if font == Font::Maths {
        crate::maths(text, size)
    } else {
        layout(text, font, size)
    }
}

/// The face that has a character, `font` first, and its glyph; the empty box where none has.
pub(crate) fn find(character: char, font: Font) -> (Font, u16) {
    font.substitutes()
        .find_map(|candidate| Some((candidate, face(candidate)?.glyph(character)?)))
        .unwrap_or((font, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(run: &Run) -> usize {
        run.segments().len()
    }

    #[test]
    fn width_grows_with_size_and_string() {
        let one = layout("strange", Font::Sans, 10.0);
        let two = layout("strange", Font::Sans, 20.0);
        assert!((two.width - 2.0 * one.width).abs() < 1e-9);
        assert!(layout("strange loom", Font::Sans, 10.0).width > one.width);
        assert!(one.cap_height > 6.0 && one.cap_height < one.ascent);
    }

    #[test]
    fn pairs_are_kerned() {
        let apart = layout("A", Font::Sans, 100.0).width + layout("V", Font::Sans, 100.0).width;
        assert!(layout("AV", Font::Sans, 100.0).width < apart - 1.0);
    }

    #[test]
    fn figures_in_the_mono_face_are_equally_wide() {
        let widths = ["0", "1", "−", "."].map(|s| layout(s, Font::Mono, 10.0).width);
        assert!(widths.iter().all(|w| (w - widths[0]).abs() < 1e-9));
    }

    #[test]
    fn a_character_that_the_face_lacks_comes_from_another() {
        let run = layout("a ∈ ℝ", Font::Sans, 12.0);
        let last = run.glyphs.last().map(|glyph| (glyph.font, glyph.id));
        assert!(
            last.is_some_and(|(font, id)| font == Font::Maths && id != 0),
            "{last:?}"
        );
    }

    #[test]
    fn every_face_draws_latin_letters_and_digits() {
        for font in Font::ALL {
            for character in ('A'..='Z').chain('a'..='z').chain('0'..='9') {
                let run = layout(&character.to_string(), font, 10.0);
                assert_eq!(run.glyphs[0].font, font);
                assert!(ink(&run) > 3, "{font:?} {character}");
            }
        }
    }

    #[test]
    fn an_outline_stays_near_its_em_box() {
        for segment in layout("Ågj|", Font::Serif, 1.0).segments() {
            segment.map(|[x, y]| {
                assert!(
                    (-0.3..3.0).contains(&x) && (-1.3..0.5).contains(&y),
                    "{x} {y}"
                );
                [x, y]
            });
        }
    }

    #[test]
    fn control_characters_are_spaces() {
        assert_eq!(
            layout("a\nb", Font::Mono, 10.0).width,
            layout("a b", Font::Mono, 10.0).width
        );
    }
}
