//! What stands around equations where they are pasted from: LaTeX's environments and spacing,
//! commas at line ends, `x(t+1)` for a map's next value. Every change keeps the number of
//! characters, so that a fault is found at its place in what was pasted.

/// LaTeX that says nothing about the equations; each becomes spaces.
const DRESS: [&str; 27] = [
    "\\left\\{",
    "\\left.",
    "\\right.",
    "\\begin{aligned}",
    "\\end{aligned}",
    "\\begin{align*}",
    "\\end{align*}",
    "\\begin{align}",
    "\\end{align}",
    "\\begin{equation*}",
    "\\end{equation*}",
    "\\begin{equation}",
    "\\end{equation}",
    "\\begin{cases}",
    "\\end{cases}",
    "\\begin{gathered}",
    "\\end{gathered}",
    "\\begin{split}",
    "\\end{split}",
    "\\nonumber",
    "\\qquad",
    "\\quad",
    "\\displaystyle",
    "\\[",
    "\\]",
    "$$",
    "$",
];

/// The text with its dress replaced by as many characters.
pub(super) fn tidy(text: &str) -> String {
    let mut out = text.replace(['\r', '\t'], " ").replace('\u{a0}', " ");
    for word in DRESS {
        out = out.replace(word, &" ".repeat(word.chars().count()));
    }
    // A fraction of the other sizes, and the half spaces.
    for (from, to) in [
        ("\\dfrac", " \\frac"),
        ("\\tfrac", " \\frac"),
        ("\\\\", " ;"),
        ("\\,", "  "),
        ("\\;", "  "),
        ("\\!", "  "),
        ("\\ ", "  "),
        ("//", "# "),
    ] {
        out = out.replace(from, to);
    }
    let out: Vec<char> = out.chars().collect();
    let out = dots(out);
    let out = steps(out);
    ends(&out)
}

/// A dot that stands after its letter (`x˙`, as a PDF has it) is the combining one.
fn dots(mut text: Vec<char>) -> Vec<char> {
    for i in 1..text.len() {
        if text[i] == '\u{2d9}' && text[i - 1].is_alphabetic() {
            text[i] = '\u{307}';
        }
    }
    text
}

/// `x(t+1)`, `x(n+1)`, `x(k)`: brackets around a step are those of an index.
fn steps(mut text: Vec<char>) -> Vec<char> {
    let letter = text.windows(5).find_map(|w| match w {
        ['(', c @ ('t' | 'n' | 'k' | 'i'), '+', '1', ')'] => Some(*c),
        _ => None,
    });
    let Some(letter) = letter else {
        return text;
    };
    for i in 1..text.len() {
        if text[i] != '(' || !(text[i - 1].is_alphanumeric() || text[i - 1] == '_') {
            continue;
        }
        let close = match text.get(i + 1..) {
            Some([c, ')', ..]) if *c == letter => i + 2,
            Some([c, '+', '1', ')', ..]) if *c == letter => i + 4,
            _ => continue,
        };
        text[i] = '[';
        text[close] = ']';
    }
    text
}

/// A comma or a full stop at the end of a statement, and commas between equations on one line,
/// end the statement.
fn ends(text: &[char]) -> String {
    let mut out: Vec<char> = text.to_vec();
    let mut depth = 0i32;
    for i in 0..text.len() {
        match text[i] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' | '.' if depth <= 0 => {
                let rest = &text[i + 1..];
                let blank = rest.iter().take_while(|c| **c == ' ').count();
                let next = rest.get(blank);
                let last = matches!(next, None | Some('\n' | ';'));
                let statement = text[i] == ','
                    && rest
                        .iter()
                        .take_while(|c| !matches!(c, ',' | ';' | '\n'))
                        .any(|c| *c == '=');
                if last || statement {
                    out[i] = ';';
                }
            }
            _ => {}
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn latex_loses_its_dress_and_keeps_its_places() {
        let pasted = "$$\\begin{aligned}\\dot x &= y \\\\ \\dot y &= -x, \\end{aligned}$$";
        let tidied = tidy(pasted);
        assert_eq!(
            tidied.split_whitespace().collect::<Vec<_>>().join(" "),
            "\\dot x &= y ; \\dot y &= -x;"
        );
        assert_eq!(tidied.chars().count(), pasted.chars().count());
    }

    #[test]
    fn a_step_in_brackets_is_an_index() {
        assert_eq!(
            tidy("x(n+1) = a*x(n)*(1 - x(n))"),
            "x[n+1] = a*x[n]*(1 - x[n])"
        );
        assert_eq!(tidy("x' = y, y' = max(x, 1)."), "x' = y; y' = max(x, 1);");
    }

    proptest! {
        #[test]
        fn no_character_is_lost(text in "\\PC{0,120}") {
            prop_assert_eq!(tidy(&text).chars().count(), text.chars().count());
        }
    }
}
