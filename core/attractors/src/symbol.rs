//! How a variable is written: its key is ASCII (`theta2`, `x[0]`), the field writes θ₂ and x₀, and
//! of a map xₙ.

use crate::definition::Definition;

/// Greek letters by the names that keys have.
const GREEK: [(&str, char); 36] = [
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ε'),
    ("eps", 'ε'),
    ("zeta", 'ζ'),
    ("eta", 'η'),
    ("theta", 'θ'),
    ("iota", 'ι'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("nu", 'ν'),
    ("xi", 'ξ'),
    ("pi", 'π'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("tau", 'τ'),
    ("upsilon", 'υ'),
    ("phi", 'φ'),
    ("varphi", 'φ'),
    ("chi", 'χ'),
    ("psi", 'ψ'),
    ("omega", 'ω'),
    ("Gamma", 'Γ'),
    ("Delta", 'Δ'),
    ("Theta", 'Θ'),
    ("Lambda", 'Λ'),
    ("Xi", 'Ξ'),
    ("Pi", 'Π'),
    ("Sigma", 'Σ'),
    ("Upsilon", 'Υ'),
    ("Phi", 'Φ'),
    ("Psi", 'Ψ'),
    ("Omega", 'Ω'),
];

/// The letters that have a lowered form in Unicode.
const LOWERED: [(char, char); 18] = [
    ('a', 'ₐ'),
    ('e', 'ₑ'),
    ('h', 'ₕ'),
    ('i', 'ᵢ'),
    ('j', 'ⱼ'),
    ('k', 'ₖ'),
    ('l', 'ₗ'),
    ('m', 'ₘ'),
    ('n', 'ₙ'),
    ('o', 'ₒ'),
    ('p', 'ₚ'),
    ('r', 'ᵣ'),
    ('s', 'ₛ'),
    ('t', 'ₜ'),
    ('u', 'ᵤ'),
    ('v', 'ᵥ'),
    ('x', 'ₓ'),
    // Stays on the line between two lowered numbers.
    (',', ','),
];

/// A key as it is written: Greek letters for their names, and what follows as digits, after `_`
/// or in brackets lowered. What can't be lowered stays as it is.
///
/// ```
/// use loom_attractors::symbol::symbol;
/// assert_eq!(symbol("theta2"), "θ₂");
/// assert_eq!(symbol("x[10]"), "x₁₀");
/// assert_eq!(symbol("V_m"), "Vₘ");
/// ```
pub fn symbol(key: &str) -> String {
    let (stem, below) = parts(key);
    match lowered(below) {
        Some(below) => format!("{}{below}", letter(stem)),
        None => key.to_owned(),
    }
}

/// What stands on the line, and what below it.
fn parts(key: &str) -> (&str, &str) {
    if let Some((stem, index)) = key.strip_suffix(']').and_then(|k| k.split_once('[')) {
        return (stem, index);
    }
    if let Some((stem, below)) = key.split_once('_')
        && !stem.is_empty()
        && !below.is_empty()
    {
        return (stem, below);
    }
    let stem = key.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.is_empty() {
        (key, "")
    } else {
        key.split_at(stem.len())
    }
}

fn letter(stem: &str) -> String {
    match GREEK.iter().find(|(name, _)| *name == stem) {
        Some((_, letter)) => letter.to_string(),
        None => stem.to_owned(),
    }
}

/// A text below the line, if every sign of it has a lowered form.
fn lowered(text: &str) -> Option<String> {
    text.chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => char::from_u32(0x2080 + digit),
            None => LOWERED.iter().find(|(plain, _)| *plain == c).map(|l| l.1),
        })
        .collect()
}

impl Definition {
    /// Every variable as it is written, in the system's order: θ₂, x₀; of a map xₙ.
    pub fn symbols(&self) -> Vec<String> {
        let step = |key: &String| {
            let written = symbol(key);
            if self.is_map() && parts(key).1.is_empty() {
                format!("{written}ₙ")
            } else {
                written
            }
        };
        self.system.variables().iter().map(step).collect()
    }

    /// Every coordinate as it is written: the variables, and of a delay system what they were some
    /// time ago, x(t − τ).
    pub fn coordinate_symbols(&self) -> Vec<String> {
        let mut list = self.symbols();
        let others = self.coordinates.iter().skip(list.len());
        list.extend(others.map(|c| each_name(&c.name, symbol).replace('-', "−")));
        list
    }

    /// A text, such as a table's heading, with its variables as they are written: `mean theta2`
    /// becomes "mean θ₂".
    pub fn written(&self, text: &str) -> String {
        let symbols = self.symbols();
        let mut found = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            // A name, or one sign that belongs to none.
            let end = rest.find(|c: char| !within_a_name(c)).unwrap_or(rest.len());
            let end = end.max(rest.chars().next().map_or(0, char::len_utf8));
            let (word, after) = rest.split_at(end);
            // An index belongs to the name before it.
            let index = after
                .strip_prefix('[')
                .and_then(|inside| inside.find(']'))
                .map_or(0, |end| end + 2);
            let whole = &rest[..word.len() + index];
            let known = |name: &str| self.system.variables().iter().position(|v| v == name);
            let (taken, written) = match (known(whole), known(word)) {
                (Some(v), _) => (whole, symbols[v].as_str()),
                (None, Some(v)) => (word, symbols[v].as_str()),
                (None, None) => (word, word),
            };
            found.push_str(written);
            rest = &rest[taken.len()..];
        }
        found
    }
}

/// A formula with each of its names written otherwise.
fn each_name(formula: &str, written: impl Fn(&str) -> String) -> String {
    let mut found = String::with_capacity(formula.len());
    let mut rest = formula;
    while let Some(sign) = rest.chars().next() {
        let end = rest.find(|c: char| !within_a_name(c)).unwrap_or(rest.len());
        if end == 0 {
            found.push(sign);
            rest = &rest[sign.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        // A number has no symbol.
        if sign.is_ascii_digit() {
            found.push_str(word);
        } else {
            found.push_str(&written(word));
        }
        rest = after;
    }
    found
}

fn within_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_are_written_as_the_field_writes_them() {
        for (key, written) in [
            ("x", "x"),
            ("theta", "θ"),
            ("theta2", "θ₂"),
            ("p1", "p₁"),
            ("Delta", "Δ"),
            ("x[0]", "x₀"),
            ("phi[12]", "φ₁₂"),
            ("A[1,2]", "A₁,₂"),
            ("V_m", "Vₘ"),
            ("x_max", "xₘₐₓ"),
            // No lowered K.
            ("g_K", "g_K"),
            ("thetas", "thetas"),
            ("θ", "θ"),
            ("_", "_"),
            ("7", "7"),
        ] {
            assert_eq!(symbol(key), written, "{key}");
        }
    }

    #[test]
    fn a_map_counts_its_steps_below_the_line() {
        let map = Definition::parse("m.toml", "equations = \"x_{n+1} = y; y_{n+1} = -x\"").unwrap();
        assert_eq!(map.symbols(), ["xₙ", "yₙ"]);
        let row = "equations = \"next theta[i] = -theta[i] for i in 0..2\"";
        let row = Definition::parse("r.toml", row).unwrap();
        assert_eq!(row.symbols(), ["θ₀", "θ₁"]);
    }

    #[test]
    fn what_was_is_written_as_the_field_writes_it() {
        let text =
            "equations = \"x1' = -2*x1(t - tau0)\"\n[[parameter]]\nkey = \"tau0\"\nvalue = 1\n";
        let system = Definition::parse("s.toml", text).unwrap();
        let symbols = system.coordinate_symbols();
        assert_eq!(symbols[..2], ["x₁", "x₁(t − τ₀)"]);
        assert_eq!(symbols.len(), system.coordinates.len());
    }

    #[test]
    fn headings_are_written_with_the_symbols_of_their_variables() {
        let text = "equations = \"theta1' = -theta1; x[i]' = -x[i] for i in 0..2; e' = -e\"";
        let system = Definition::parse("s.toml", text).unwrap();
        assert_eq!(system.written("mean theta1"), "mean θ₁");
        assert_eq!(system.written("x[1] at the next"), "x₁ at the next");
        assert_eq!(system.written("x[7]"), "x[7]");
        // No part of a longer word is a variable.
        assert_eq!(
            system.written("theta10, e, deviation"),
            "theta10, e, deviation"
        );
        assert_eq!(system.written(""), "");
    }

    proptest::proptest! {
        #[test]
        fn no_heading_makes_it_panic_and_other_words_stay(text in "\\PC{0,60}") {
            let system = Definition::parse("s.toml", "equations = \"q' = -q\"").unwrap();
            proptest::prop_assert_eq!(system.written(&text), text);
        }
    }
}
