//! Run length encoded pattern files: writing, in lines of at most 70 characters.

use std::fmt::Write;

use crate::pattern::Pattern;
use crate::rule::Topology;

/// The whole file as text. Remarks come first, then place and generation (`#CXRLE`, if either
/// is known), the header and the cells: with `b` and `o` if there are no states above 1, with
/// `.`, `A` to `X` and `pA` to `yO` if there are.
pub fn write(pattern: &Pattern) -> String {
    let mut text = String::new();
    let mut remark = |kind: char, line: &str| {
        for line in line.lines() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "#{kind} {}", line.trim());
        }
    };
    if let Some(name) = &pattern.name {
        remark('N', name);
    }
    if let Some(author) = &pattern.author {
        remark('O', author);
    }
    for comment in &pattern.comments {
        remark('C', comment);
    }
    let late = pattern.generation.bits() > 0;
    if pattern.position.is_some() || late {
        let (x, y) = pattern.corner(Topology::Plane);
        let _ = write!(text, "#CXRLE Pos={x},{y}");
        if late {
            let _ = write!(text, " Gen={}", pattern.generation);
        }
        text.push('\n');
    }
    let (width, height) = pattern.size;
    let _ = write!(text, "x = {width}, y = {height}");
    // States that Life doesn't have belong to a rule that nobody has named.
    if pattern.rule.is_some() || pattern.highest_state() <= 1 {
        let _ = write!(text, ", rule = {}", pattern.rule_or_life());
    }
    text.push('\n');
    body(pattern, &mut text);
    text
}

fn body(pattern: &Pattern, text: &mut String) {
    let mut line = Line { text, used: 0 };
    let letters = pattern.highest_state() > 1;
    let dead = if letters { "." } else { "b" };
    let (mut x, mut y) = (0, 0);
    for run in &pattern.runs {
        if run.y > y {
            line.run((run.y - y) as u64, "$");
            (x, y) = (0, run.y);
        }
        line.run((run.x - x) as u64, dead);
        if letters {
            line.run(run.length, &state(run.state));
        } else {
            line.run(run.length, "o");
        }
        x = run.x + run.length as i64;
    }
    line.run(1, "!");
    text.push('\n');
}

/// The letters of a state from 1 to 255.
fn state(state: u8) -> String {
    let from_zero = state.saturating_sub(1);
    let letter = char::from(b'A' + from_zero % 24);
    match from_zero / 24 {
        0 => letter.to_string(),
        high => format!("{}{letter}", char::from(b'p' + high - 1)),
    }
}

struct Line<'a> {
    text: &'a mut String,
    used: usize,
}

impl Line<'_> {
    fn run(&mut self, count: u64, tag: &str) {
        if count == 0 {
            return;
        }
        let token = if count == 1 {
            tag.to_owned()
        } else {
            format!("{count}{tag}")
        };
        if self.used + token.len() > 70 {
            self.text.push('\n');
            self.used = 0;
        }
        self.used += token.len();
        self.text.push_str(&token);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rle::{MAX_CELLS, find, read, read_or_find};
    use crate::rule::LIFE;
    use proptest::prelude::*;

    fn at(text: &str) -> (usize, usize) {
        let error = read(text).unwrap_err();
        (error.line, error.column)
    }

    #[test]
    fn a_glider_reads_with_remarks_and_loose_spaces() {
        let pattern = read(
            "#N Glider\r\n#O Richard K. Guy\n#C The smallest ship.\n#CXRLE Pos=-1,4 Gen=12\n \
             x=3 , y = 3,rule = B3/S23:T64,32\n b o $ 2\nbo$\n3o ! after the end",
        )
        .unwrap();
        assert_eq!(pattern.name.as_deref(), Some("Glider"));
        assert_eq!(pattern.author.as_deref(), Some("Richard K. Guy"));
        assert_eq!(pattern.comments, ["The smallest ship."]);
        assert_eq!(pattern.position, Some((-1, 4)));
        assert_eq!(pattern.generation, 12u32.into());
        assert_eq!(pattern.rule_or_life().to_string(), "B3/S23:T64,32");
        let cells: Vec<_> = pattern.cells().collect();
        assert_eq!(cells, [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)]);
    }

    #[test]
    fn errors_point_at_line_and_column() {
        assert_eq!(at("x = 3, y = 3, rule = B39/S23\nbo$2bo$3o!"), (1, 24));
        assert_eq!(at("#C hi\nx = 3, y = 3\nbo$2bq$3o!"), (3, 6));
        assert_eq!(at("x = 3, y = 3\n2yP!"), (2, 3));
        assert_eq!(at("x = 3, y = 3, rule = B3/S23\nbo$2bB$3o!"), (2, 6));
        assert_eq!(at("x = 3, y = 3\nbo$2b?$3o!"), (2, 6));
        assert_eq!(at("x = 3, y = three\nbo!"), (1, 12));
        assert_eq!(at("x = 3\nbo!"), (1, 1));
        assert_eq!(at("x = 3, y = 3, colour = 7\nbo!"), (1, 15));
        assert_eq!(at("x = 3, y = 3\n0b!"), (2, 2));
        assert_eq!(at(""), (1, 1));
    }

    #[test]
    fn what_is_too_big_is_refused_before_anything_is_allocated() {
        assert_eq!(at("x = 1000000000, y = 1000000000\no!"), (1, 5));
        assert_eq!(at("x = 9, y = 99999999999999999999999999\no!"), (1, 12));
        assert_eq!(at("x = 9, y = 9\n999999999999o!"), (2, 9));
        let many = "200000000o$".repeat(3);
        assert_eq!(at(&format!("x = 9, y = 9\n{many}!")), (2, 21));
        assert!(read(&format!("x = 1, y = 1\n{MAX_CELLS}o!")).is_ok());
        assert_eq!(at("x = 9, y = 9\n200000000$200000000$!"), (2, 20));
    }

    #[test]
    fn a_pattern_is_found_in_a_forum_post() {
        let post = "Look at this one, x is nice:\n[code]\n#N Ship\nx = 3, y = 3\nbo$2bo$3o!\n[/code]\nIsn't it?";
        let pattern = find(post).unwrap();
        assert_eq!(pattern.population(), 5);
        assert_eq!(pattern.name.as_deref(), Some("Ship"));
        assert_eq!(find("x = 3, y = 3\nbq!").unwrap_err().line, 2);
        assert!(find("nothing at all").is_err());
        let marked = "Hi,\n[code]x = 3, y = 3\nbo$2bo$3o![/code]\n";
        let quoted = "> Hi,\n> [quote][rle]x = 3, y = 3\n> bo$2bo$3o!\n";
        for post in [marked, quoted] {
            assert_eq!(find(post).unwrap().population(), 5);
        }
        let broken = read_or_find("Hi,\n[code]x = 3, y = 3\nbq!").unwrap_err();
        assert_eq!((broken.line, broken.column), (3, 2));
    }

    #[test]
    fn every_state_has_its_letters() {
        let text = "x = 7, y = 1\n.AXpApXqA2yO!";
        let states: Vec<u8> = read(text).unwrap().states().map(|cell| cell.2).collect();
        assert_eq!(states, [1, 24, 25, 48, 49, 255, 255]);
        for number in 1..=255 {
            let read = read(&format!("x = 1, y = 1\n{}!", state(number))).unwrap();
            assert_eq!(read.highest_state(), number);
        }
    }

    #[test]
    fn lines_stay_within_seventy_characters() {
        let pattern = Pattern::from_cells((0..500).map(|i| (i * 2 % 311, i % 7)));
        assert!(write(&pattern).lines().all(|line| line.len() <= 70));
    }

    proptest! {
        #[test]
        fn states_read_back(cells in prop::collection::vec((0i64..30, 0i64..9, 0u8..=255), 0..200)) {
            let pattern = Pattern::from_states(cells);
            let mut again = read(&write(&pattern).replace(", rule = B3/S23", "")).unwrap();
            again.rule = None;
            prop_assert_eq!(again, pattern);
        }

        #[test]
        fn what_is_written_reads_back(cells in prop::collection::vec((0i64..90, 0i64..40), 0..200),
                                      position in prop::option::of((-50i64..50, -50i64..50)),
                                      generation in 0u64..1000) {
            let mut pattern = Pattern::from_cells(cells);
            pattern.rule = Some(LIFE);
            pattern.generation = generation.into();
            pattern.position = if generation > 0 { position.or(Some((0, 0))) } else { position };
            prop_assert_eq!(read(&write(&pattern)).unwrap(), pattern);
        }

        #[test]
        fn hostile_text_never_panics(text in "(x ?= ?[0-9]{1,12}, y = [0-9]{1,4}(, rule = \\PC{0,9})?\n)?([0-9]{0,12}[bo$!.A-Zp-z\n#]|\\PC){0,40}") {
            let _ = read(&text);
            let _ = find(&text);
        }
    }
}
