//! The maths setter: atoms become glyphs and rules by the proportions of TeX (The TeXbook,
//! appendix G), inline style.

use crate::face::face;
use crate::font::Font;
use crate::layout::{Glyph, Rule, Run, find};
use crate::notation::{Atom, Class, Nucleus, parse};
use crate::outline::{Segment, outline};

/// Size of a script to its nucleus, and the least size to the whole.
const SCRIPT: f64 = 0.7;
const LEAST: f64 = 0.45;
/// Heights in ems of Computer Modern: where the fraction bar lies, how thick it is.
const AXIS: f64 = 0.25;
const RULE: f64 = 0.04;

/// Sets a formula in the notation `λ_1 = k^{-1/2}` at em size `size`: variables slanted, words
/// and digits upright, scripts, fractions (`\frac{a}{b}`), roots and accents.
pub fn maths(text: &str, size: f64) -> Run {
    let mut run = list(&parse(text), size, size * LEAST, true);
    run.cap_height = face(Font::Maths).map_or(0.68, |face| face.cap_height) * size;
    run
}

/// Moves a run to the end of another, `up` above its baseline.
fn append(line: &mut Run, part: Run, x: f64, up: f64) {
    line.ascent = line.ascent.max(part.ascent + up);
    line.descent = line.descent.max(part.descent - up);
    line.glyphs.extend(part.glyphs.into_iter().map(|glyph| {
        let [gx, gy] = glyph.origin;
        Glyph {
            origin: [gx + x, gy - up],
            ..glyph
        }
    }));
    line.rules.extend(part.rules.into_iter().map(|rule| {
        let [rx, ry] = rule.corner;
        Rule {
            corner: [rx + x, ry - up],
            ..rule
        }
    }));
}

/// Space between two neighbours in eighteenths of an em.
fn space(left: Class, right: Class) -> f64 {
    use Class::*;
    match (left, right) {
        (Relation, Relation) | (Open, _) | (_, Close | Comma) => 0.0,
        (Relation, _) | (_, Relation) => 5.0,
        (Binary, _) | (_, Binary) => 4.0,
        (Comma, _) => 3.0,
        (Word, Open) => 0.0,
        (Word, _) | (Ordinary | Close, Word) => 3.0,
        _ => 0.0,
    }
}

fn list(atoms: &[Atom], size: f64, least: f64, spaced: bool) -> Run {
    let mut line = Run::default();
    let mut before: Option<Class> = None;
    let mut gap = false;
    for atom in atoms {
        if atom.class == Class::Space {
            gap = true;
            continue;
        }
        // A sign with nothing to bind on its left is a prefix.
        let class = match (atom.class, before) {
            (
                Class::Binary,
                None | Some(Class::Binary | Class::Relation | Class::Open | Class::Comma),
            ) => Class::Ordinary,
            (class, _) => class,
        };
        if let Some(before) = before {
            let mut eighteenths = if spaced { space(before, class) } else { 0.0 };
            let plain = |class| matches!(class, Class::Ordinary | Class::Word | Class::Close);
            if gap && plain(before) && matches!(class, Class::Ordinary | Class::Word | Class::Open)
            {
                eighteenths = eighteenths.max(4.5);
            }
            line.width += size * eighteenths / 18.0;
        }
        let part = scripted(atom, size, least);
        let (x, width) = (line.width, part.width);
        append(&mut line, part, x, 0.0);
        line.width += width;
        before = Some(class);
        gap = false;
    }
    line
}

/// An atom with its scripts.
fn scripted(atom: &Atom, size: f64, least: f64) -> Run {
    let mut run = nucleus(&atom.nucleus, size, least);
    if atom.below.is_none() && atom.above.is_none() {
        return run;
    }
    let small = (size * SCRIPT).max(least);
    let width = run.width;
    let (ascent, descent) = (run.ascent, run.descent);
    let mut reach = width;
    if let Some(above) = &atom.above {
        let part = list(above, small, least, false);
        let up = (0.39 * size).max(ascent - 0.28 * size);
        reach = reach.max(width + 0.04 * size + part.width);
        append(&mut run, part, width + 0.04 * size, up);
    }
    if let Some(below) = &atom.below {
        let part = list(below, small, least, false);
        let mut down = (0.18 * size).max(descent + 0.05 * size);
        if atom.above.is_some() {
            down = down.max(0.25 * size);
        }
        reach = reach.max(width + part.width);
        append(&mut run, part, width, -down);
    }
    run.width = reach + 0.04 * size;
    run
}

fn nucleus(nucleus: &Nucleus, size: f64, least: f64) -> Run {
    match nucleus {
        Nucleus::Symbols(signs) => symbols(signs, size),
        Nucleus::Group(atoms) => list(atoms, size, least, true),
        Nucleus::Fraction(over, under) => fraction(over, under, size, least),
        Nucleus::Root(inner) => root(list(inner, size, least, true), size),
        Nucleus::Accent(accent, inner) => accented(*accent, list(inner, size, least, true), size),
    }
}

/// Signs side by side, measured by their ink.
fn symbols(signs: &str, size: f64) -> Run {
    let mut run = Run::default();
    for character in signs.chars() {
        let (font, id) = find(character, Font::Maths);
        let Some(face) = face(font) else { continue };
        let advance = face.advance(id) * size;
        run.glyphs.push(Glyph {
            font,
            id,
            character,
            origin: [run.width, 0.0],
            size,
            advance,
        });
        let (up, down) = extent(font, id);
        run.ascent = run.ascent.max(up * size);
        run.descent = run.descent.max(down * size);
        run.width += advance;
    }
    run
}

/// How far a glyph's ink reaches above and below the baseline, ems.
fn extent(font: Font, id: u16) -> (f64, f64) {
    let (mut up, mut down) = (0.0f64, 0.0f64);
    for &segment in &*outline(font, id) {
        let (Segment::Move([_, y])
        | Segment::Line([_, y])
        | Segment::Quad(_, [_, y])
        | Segment::Cubic(_, _, [_, y])) = segment
        else {
            continue;
        };
        up = up.max(y);
        down = down.max(-y);
    }
    (up, down)
}

fn fraction(over: &[Atom], under: &[Atom], size: f64, least: f64) -> Run {
    let small = (size * SCRIPT).max(least);
    let (over, under) = (
        list(over, small, least, true),
        list(under, small, least, true),
    );
    let side = 0.1 * size;
    let width = over.width.max(under.width) + 2.0 * side;
    let mut run = Run {
        width,
        ..Run::default()
    };
    let (axis, thick, gap) = (AXIS * size, RULE * size, 0.12 * size);
    let (up, down) = (
        axis + 0.5 * thick + gap + over.descent,
        gap + under.ascent - axis + 0.5 * thick,
    );
    let (over_x, under_x) = (0.5 * (width - over.width), 0.5 * (width - under.width));
    append(&mut run, over, over_x, up);
    append(&mut run, under, under_x, -down);
    run.rules.push(Rule {
        corner: [0.5 * side, -axis - 0.5 * thick],
        width: width - side,
        height: thick,
    });
    run
}

/// The radical sign is stretched to its content, and a rule drawn over it.
fn root(inner: Run, size: f64) -> Run {
    let (gap, thick) = (0.1 * size, RULE * size);
    let top = inner.ascent.max(0.45 * size) + gap + thick;
    let (font, id) = find('√', Font::Maths);
    let (up, down) = extent(font, id);
    let needed = (top + inner.descent) / (up + down).max(0.1);
    let stretch = needed.max(0.8 * size);
    let advance = face(font).map_or(0.8, |face| face.advance(id)) * stretch;
    let lift = top - up * stretch;
    let mut run = Run {
        width: advance + inner.width + 0.05 * size,
        ..Run::default()
    };
    run.glyphs.push(Glyph {
        font,
        id,
        character: '√',
        origin: [0.0, -lift],
        size: stretch,
        advance,
    });
    run.rules.push(Rule {
        corner: [advance - 0.02 * size, -top],
        width: inner.width + 0.07 * size,
        height: thick,
    });
    append(&mut run, inner, advance, 0.0);
    run.ascent = run.ascent.max(top);
    run.descent = run.descent.max(down * stretch - lift);
    run
}

fn accented(accent: char, inner: Run, size: f64) -> Run {
    let mark = symbols(&accent.to_string(), size);
    let lift = (inner.ascent - 0.44 * size).max(0.0);
    // Slanted letters lean to the right of their box.
    let x = 0.5 * (inner.width - mark.width) + 0.06 * size;
    let mut run = Run {
        width: inner.width,
        ..Run::default()
    };
    append(&mut run, inner, 0.0, 0.0);
    append(&mut run, mark, x, lift);
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(run: &Run, character: char) -> Glyph {
        let found = run.glyphs.iter().find(|glyph| glyph.character == character);
        *found.unwrap_or_else(|| panic!("no {character} in {run:?}"))
    }

    #[test]
    fn scripts_are_smaller_and_off_the_baseline() {
        let run = maths("x_1^2", 20.0);
        let (one, two) = (glyph(&run, '1'), glyph(&run, '2'));
        assert!(one.size < 20.0 && two.size < 20.0);
        assert!(one.origin[1] > 0.0 && two.origin[1] < 0.0);
    }

    #[test]
    fn variables_are_slanted_and_words_upright() {
        let run = maths("softmax(QK^T)", 10.0);
        assert_eq!(run.glyphs[0].character, 's');
        assert!(
            run.glyphs
                .iter()
                .any(|glyph| glyph.character == '\u{1D444}')
        );
    }

    #[test]
    fn relations_stand_apart_and_prefixes_do_not() {
        let width = |text| maths(text, 18.0).width;
        let sum = width("a") + width("=") + width("b");
        assert!((width("a=b") - sum - 10.0).abs() < 1e-9);
        assert!(
            (width("a = b") - sum - 10.0).abs() < 1e-9,
            "spaces around a relation change nothing"
        );
        assert!((width("-b") - width("−") - width("b")).abs() < 1e-9);
    }

    #[test]
    fn a_fraction_has_a_bar_between_its_parts() {
        let run = maths(r"\frac{a+b}{2}", 10.0);
        let bar = run.rules[0];
        assert!(glyph(&run, '2').origin[1] > bar.corner[1] + bar.height);
        assert!(glyph(&run, '+').origin[1] < bar.corner[1]);
        assert!(bar.width <= run.width);
    }

    #[test]
    fn a_root_covers_what_is_under_it() {
        let run = maths(r"\sqrt{d_k}", 10.0);
        let bar = run.rules[0];
        assert!(bar.corner[0] + bar.width >= run.width - 1.0);
        assert!(run.ascent >= -bar.corner[1]);
    }

    #[test]
    fn every_sign_of_the_notation_has_a_glyph() {
        let text = r"\alpha\omega\Omega\times\odot\otimes\in\to\le\infty\partial\sum\int\R\dot x\hat y\bar z\nabla\ell";
        let run = maths(text, 10.0);
        assert!(run.glyphs.iter().all(|glyph| glyph.id != 0), "{run:?}");
    }
}
