//! The notation of the maths setter: a string becomes a list of atoms with scripts.
//!
//! Letters, digits and signs stand for themselves; `_` and `^` take one sign, a number, a word
//! or a group in braces; `\frac{a}{b}`, `\sqrt{x}`, `\dot x`, `\hat x`, `\bar x`, `\tilde x`,
//! `\text{…}`, and names of Greek letters and signs (`\lambda`, `\times`, `\in`, …).

/// What stands on the line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Nucleus {
    /// Signs that are set in one go, already in their final alphabet.
    Symbols(String),
    Group(Vec<Atom>),
    Fraction(Vec<Atom>, Vec<Atom>),
    Root(Vec<Atom>),
    /// A spacing accent over a group.
    Accent(char, Vec<Atom>),
}

/// How an atom keeps its distance, as in TeX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Ordinary,
    /// A word or a function's name: a thin space to letters beside it.
    Word,
    Binary,
    Relation,
    Open,
    Close,
    Comma,
    /// An explicit space.
    Space,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Atom {
    pub nucleus: Nucleus,
    pub class: Class,
    pub below: Option<Vec<Atom>>,
    pub above: Option<Vec<Atom>>,
}

impl Atom {
    fn new(nucleus: Nucleus, class: Class) -> Self {
        Self {
            nucleus,
            class,
            below: None,
            above: None,
        }
    }
    fn sign(sign: impl Into<String>, class: Class) -> Self {
        Self::new(Nucleus::Symbols(sign.into()), class)
    }
}

/// Groups nest at most so deep; what is deeper is set flat.
const DEEPEST: usize = 32;

/// Reads a string; never fails: what makes no sense is set as it stands.
pub(crate) fn parse(text: &str) -> Vec<Atom> {
    let mut reader = Reader {
        rest: text.chars().collect(),
        at: 0,
        depth: 0,
    };
    let mut atoms = Vec::new();
    while reader.peek().is_some() {
        atoms.extend(reader.list());
        // A closing brace too many is skipped.
        reader.at += 1;
    }
    atoms
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&accept) {
            self.at += 1;
        }
        self.rest[from..self.at].iter().collect()
    }

    /// Atoms up to a closing brace or the end.
    fn list(&mut self) -> Vec<Atom> {
        let mut atoms: Vec<Atom> = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                '}' => break,
                '_' | '^' => {
                    self.at += 1;
                    let script = self.argument();
                    if atoms.is_empty() {
                        atoms.push(Atom::new(Nucleus::Group(Vec::new()), Class::Ordinary));
                    }
                    if let Some(last) = atoms.last_mut() {
                        let place = if next == '_' {
                            &mut last.below
                        } else {
                            &mut last.above
                        };
                        place.get_or_insert_default().extend(script);
                    }
                }
                _ => atoms.extend(self.atom()),
            }
        }
        atoms
    }

    /// What follows `_`, `^` or a command.
    fn argument(&mut self) -> Vec<Atom> {
        self.take_while(char::is_whitespace);
        match self.peek() {
            None | Some('}') => Vec::new(),
            Some(next) if matches!(next, '_' | '^') => {
                self.at += 1;
                vec![Atom::sign(next, Class::Ordinary)]
            }
            // A sign before a number or a word belongs to it: x^-1.
            Some('-') => {
                self.at += 1;
                let mut atoms = vec![Atom::sign('−', Class::Ordinary)];
                atoms.extend(self.atom());
                atoms
            }
            Some(_) => self.atom().into_iter().collect(),
        }
    }

    /// One atom; `None` where spaces end the list.
    fn atom(&mut self) -> Option<Atom> {
        let next = self.peek()?;
        if next.is_whitespace() {
            self.take_while(char::is_whitespace);
            return Some(Atom::new(Nucleus::Group(Vec::new()), Class::Space));
        }
        if next == '{' {
            self.at += 1;
            return Some(Atom::new(Nucleus::Group(self.group()), Class::Ordinary));
        }
        if next == '\\' {
            self.at += 1;
            return Some(self.command());
        }
        if next.is_ascii_digit() {
            let number = self.take_while(|c| c.is_ascii_digit() || c == '.');
            return Some(Atom::sign(number, Class::Ordinary));
        }
        if next.is_ascii_alphabetic() {
            return Some(word(&self.take_while(|c| c.is_ascii_alphabetic())));
        }
        self.at += 1;
        Some(sign(next))
    }

    /// The rest of a group whose opening brace is read.
    fn group(&mut self) -> Vec<Atom> {
        if self.depth >= DEEPEST {
            let flat = self.take_while(|c| c != '}');
            self.at += 1;
            return vec![Atom::sign(flat, Class::Ordinary)];
        }
        self.depth += 1;
        let atoms = self.list();
        self.depth -= 1;
        self.at += 1;
        atoms
    }

    /// What follows a backslash. Nested commands without braces count as groups.
    fn command(&mut self) -> Atom {
        let name = self.take_while(|c| c.is_ascii_alphabetic());
        if name.is_empty() {
            let sign = self.peek().unwrap_or('\\');
            self.at += 1;
            let blank = matches!(sign, ',' | ';' | ':' | ' ' | '!');
            return if blank {
                Atom::new(Nucleus::Group(Vec::new()), Class::Space)
            } else {
                Atom::sign(sign, Class::Ordinary)
            };
        }
        if self.depth >= DEEPEST {
            return Atom::sign(name, Class::Word);
        }
        self.depth += 1;
        let atom = match name.as_str() {
            "frac" => {
                let over = self.argument();
                Atom::new(Nucleus::Fraction(over, self.argument()), Class::Ordinary)
            }
            "sqrt" => Atom::new(Nucleus::Root(self.argument()), Class::Ordinary),
            "dot" => Atom::new(Nucleus::Accent('˙', self.argument()), Class::Ordinary),
            "ddot" => Atom::new(Nucleus::Accent('¨', self.argument()), Class::Ordinary),
            "hat" => Atom::new(Nucleus::Accent('ˆ', self.argument()), Class::Ordinary),
            "bar" => Atom::new(Nucleus::Accent('¯', self.argument()), Class::Ordinary),
            "tilde" => Atom::new(Nucleus::Accent('˜', self.argument()), Class::Ordinary),
            "text" | "mathrm" | "operatorname" => {
                self.take_while(char::is_whitespace);
                if self.peek() == Some('{') {
                    self.at += 1;
                }
                let text = self.take_while(|c| c != '}');
                self.at += 1;
                Atom::sign(text, Class::Word)
            }
            _ => named(&name),
        };
        self.depth -= 1;
        atom
    }
}

/// Letters: one or two are variables, `ln` and what is longer is a word.
fn word(letters: &str) -> Atom {
    if letters.len() > 2 || letters == "ln" {
        return Atom::sign(letters, Class::Word);
    }
    Atom::sign(
        letters.chars().map(italic).collect::<String>(),
        Class::Ordinary,
    )
}

/// A sign that stands for itself.
fn sign(sign: char) -> Atom {
    let (sign, class) = match sign {
        '-' | '−' => ('−', Class::Binary),
        '+' | '±' | '×' | '·' | '⊙' | '⊗' | '⊕' | '∘' | '∗' | '∪' | '∩' | '∨' | '∧' => {
            (sign, Class::Binary)
        }
        '*' => ('∗', Class::Binary),
        '=' | '<' | '>' | '≤' | '≥' | '≠' | '≈' | '∈' | '→' | '←' | '↦' | '∼' | '≡' | '∝' | ':' => {
            (sign, Class::Relation)
        }
        '~' => ('∼', Class::Relation),
        '(' | '[' | '⟨' | '⌊' | '⌈' => (sign, Class::Open),
        ')' | ']' | '⟩' | '⌋' | '⌉' => (sign, Class::Close),
        ',' | ';' => (sign, Class::Comma),
        '\'' => ('′', Class::Ordinary),
        other => (italic(other), Class::Ordinary),
    };
    Atom::sign(sign, class)
}

/// A letter in the alphabet of variables: Latin and lower-case Greek slanted.
fn italic(letter: char) -> char {
    let shifted = |base: u32, from: char| {
        char::from_u32(base + (letter as u32 - from as u32)).unwrap_or(letter)
    };
    match letter {
        'h' => 'ℎ',
        'A'..='Z' => shifted(0x1D434, 'A'),
        'a'..='z' => shifted(0x1D44E, 'a'),
        'α'..='ω' => shifted(0x1D6FC, 'α'),
        'ϵ' => '\u{1D716}',
        'ϑ' => '\u{1D717}',
        'ϕ' => '\u{1D719}',
        _ => letter,
    }
}

/// A command without arguments.
fn named(name: &str) -> Atom {
    const GREEK: &str = "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι \
        kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω \
        Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω";
    const SIGNS: &str = "times × cdot · pm ± odot ⊙ otimes ⊗ oplus ⊕ circ ∘ cup ∪ cap ∩ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ \
        approx ≈ sim ∼ equiv ≡ propto ∝ in ∈ to → rightarrow → leftarrow ← mapsto ↦ langle ⟨ rangle ⟩ \
        infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ top ⊤ dots … ldots … cdots ⋯ prime ′ ell ℓ R ℝ N ℕ Z ℤ C ℂ";
    let find = |list: &'static str| {
        let mut words = list.split_whitespace();
        while let (Some(word), Some(sign)) = (words.next(), words.next()) {
            if word == name {
                return sign.chars().next();
            }
        }
        None
    };
    match find(GREEK).or_else(|| find(SIGNS)) {
        Some(found) => sign(found),
        None => Atom::sign(name, Class::Word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_belong_to_what_stands_before() {
        let atoms = parse("λ_1^2");
        assert_eq!(atoms.len(), 1);
        assert_eq!(atoms[0].nucleus, Nucleus::Symbols("\u{1D706}".into()));
        assert_eq!(atoms[0].below, Some(parse("1")));
        assert_eq!(atoms[0].above, Some(parse("2")));
    }

    #[test]
    fn a_script_takes_a_number_or_a_word() {
        assert_eq!(
            parse("d_model")[0].below,
            Some(parse("{model}")).map(|_| parse("model"))
        );
        assert_eq!(parse("10^12")[0].above, Some(parse("12")));
    }

    #[test]
    fn greek_by_name_is_greek() {
        assert_eq!(parse(r"\lambda"), parse("λ"));
    }

    #[test]
    fn nothing_makes_it_fail() {
        for text in [
            "",
            "_",
            "^",
            "}",
            "{",
            "{{{",
            "x_",
            "x^{",
            r"\",
            r"\frac",
            r"\frac{a}",
            r"\sqrt",
            "a}b",
            "_a",
            "x^-",
        ] {
            let _ = parse(text);
        }
        let _ = parse(&"{".repeat(100_000));
        let _ = parse(&r"\sqrt".repeat(10_000));
        let _ = parse(&"x_{".repeat(10_000));
        let _ = parse(&"_".repeat(10_000));
    }
}
