//! `.rule` files: a rule as a list of transitions (`@TABLE`) or as a decision tree (`@TREE`),
//! with the names (`@NAMES`) and colours (`@COLORS`) of its states.
//!
//! The format is Golly's; sections that are not known are passed over.

pub mod script;
mod symmetry;
mod transitions;
mod tree;

use std::sync::Arc;

use thiserror::Error;

use self::transitions::Transitions;
use self::tree::Tree;

/// The largest file that is read, in bytes.
const LARGEST: usize = 1 << 26;

/// Why a `.rule` file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct RuleFileError {
    /// The offending line, counted from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl RuleFileError {
    fn new(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            problem: problem.into(),
        }
    }
}

/// A rule from a `.rule` file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// The name behind `@RULE`.
    pub name: String,
    /// What the file says about the rule before its first section.
    pub about: String,
    /// Number of states.
    pub states: usize,
    /// The colour of each state that the file gives.
    pub colours: Vec<Option<[u8; 3]>>,
    /// The colours of the first and the last live state, between which the others lie.
    pub gradient: Option<[[u8; 3]; 2]>,
    /// The name of each state that the file gives.
    pub names: Vec<Option<String>>,
    program: Program,
    /// The file itself.
    source: Arc<str>,
}

/// What gives a cell's next state.
#[derive(Clone, Debug)]
enum Program {
    Transitions(Transitions),
    Tree(Tree),
}

/// A rule file as plain lists, for engines that can't call it.
pub(crate) enum Flat<'a> {
    /// A decision tree: children of each node, as many as there are states.
    Tree {
        children: &'a [u32],
        root: u32,
        /// The places of a block in the order in which they are looked at.
        order: &'a [usize],
    },
    /// Rows of sets: for every cell and state one bit a row; the first row whose bits are set for
    /// all cells gives the state, and where there is none the middle cell stays.
    Rows {
        /// Words of row bits of each (cell, state).
        words: usize,
        bits: &'a [u64],
        outcomes: &'a [u8],
        /// The places of a block that the cells are.
        places: &'a [usize],
    },
}

/// A line of a section with its number in the file.
type Line<'a> = (usize, &'a str);

impl RuleFile {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line that makes no rule.
    pub fn read(text: &str) -> Result<Self, RuleFileError> {
        if text.len() > LARGEST {
            let most = LARGEST >> 20;
            return Err(RuleFileError::new(
                1,
                format!("a rule file has at most {most} MiB"),
            ));
        }
        let mut sections: Vec<(&str, usize, Vec<Line>)> = Vec::new();
        for (i, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if let Some(head) = line.strip_prefix('@').filter(|h| starts_section(h)) {
                sections.push((head, i + 1, Vec::new()));
            } else if let Some(section) = sections.last_mut() {
                section.2.push((i + 1, line));
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                return Err(RuleFileError::new(
                    i + 1,
                    "a rule file starts with @RULE and a name",
                ));
            }
        }
        let Some((head, at, about)) = sections.first().filter(|s| s.0.starts_with("RULE")) else {
            return Err(RuleFileError::new(
                1,
                "a rule file starts with @RULE and a name",
            ));
        };
        let name = head["RULE".len()..].trim();
        if name.is_empty() || name.len() > 200 || name.contains([':', ' ', ',']) {
            return Err(RuleFileError::new(
                *at,
                "the rule's name stands behind @RULE, without spaces, commas and colons",
            ));
        }
        let find = |wanted: &str| sections.iter().find(|s| first_word(s.0) == wanted);
        let first = sections
            .iter()
            .find(|s| matches!(first_word(s.0), "TABLE" | "TREE"));
        let (states, program) = match first {
            Some((head, at, lines)) if first_word(head) == "TABLE" => {
                let table = Transitions::read(*at, lines)?;
                (table.states(), Program::Transitions(table))
            }
            Some((_, at, lines)) => {
                let tree = Tree::read(*at, lines)?;
                (tree.states(), Program::Tree(tree))
            }
            None => {
                return Err(RuleFileError::new(
                    *at,
                    format!("rule {name} has neither a @TABLE nor a @TREE"),
                ));
            }
        };
        let mut rule = Self {
            name: name.to_owned(),
            about: about
                .iter()
                .map(|line| line.1)
                .collect::<Vec<_>>()
                .join("\n")
                .trim()
                .to_owned(),
            states,
            colours: vec![None; states],
            gradient: None,
            names: vec![None; states],
            program,
            source: text.into(),
        };
        if let Some((_, _, lines)) = find("COLORS") {
            rule.read_colours(lines);
        }
        if let Some((_, _, lines)) = find("NAMES") {
            for (_, line) in lines {
                let (state, name) = line
                    .trim()
                    .split_once(char::is_whitespace)
                    .unwrap_or(("", ""));
                if let Some(place) = state
                    .parse()
                    .ok()
                    .and_then(|s: usize| rule.names.get_mut(s))
                {
                    *place = Some(name.trim().to_owned());
                }
            }
        }
        Ok(rule)
    }

    /// Colours: `state red green blue`, or two colours between which all live states lie.
    fn read_colours(&mut self, lines: &[Line]) {
        for (_, line) in lines {
            let numbers: Vec<usize> = line
                .split_whitespace()
                .map_while(|word| word.parse().ok().filter(|&n| n < 256))
                .take(6)
                .collect();
            match numbers[..] {
                [r, g, b, s, h, c] => {
                    self.gradient = Some([[r, g, b], [s, h, c]].map(|c| c.map(|c| c as u8)));
                }
                [state, r, g, b, ..] => {
                    if let Some(place) = self.colours.get_mut(state) {
                        *place = Some([r, g, b].map(|c| c as u8));
                    }
                }
                _ => {}
            }
        }
    }

    /// The file itself.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is a list of transitions, not a tree.
    pub fn is_table(&self) -> bool {
        matches!(self.program, Program::Transitions(_))
    }

    /// Whether only the middle cell and its four nearest neighbours matter.
    pub fn is_von_neumann(&self) -> bool {
        match &self.program {
            Program::Transitions(table) => table.is_von_neumann(),
            Program::Tree(tree) => tree.neighbours() == 4,
        }
    }

    /// What the file says as lists.
    pub(crate) fn flat(&self) -> Flat<'_> {
        match &self.program {
            Program::Transitions(table) => table.flat(),
            Program::Tree(tree) => tree.flat(),
        }
    }

    /// The next state of the middle of a block.
    pub fn next(&self, block: &[u8; 9]) -> u8 {
        match &self.program {
            Program::Transitions(table) => table.next(block),
            Program::Tree(tree) => tree.next(block),
        }
    }
}

impl PartialEq for RuleFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.source, &other.source) || self.source == other.source
    }
}

impl Eq for RuleFile {}

fn starts_section(head: &str) -> bool {
    head.starts_with(|c: char| c.is_ascii_uppercase())
}

fn first_word(head: &str) -> &str {
    head.split_whitespace().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const SIGNALS: &str = "@RULE Signals\nSignals beside a wire.\n\n@TABLE\n# wire 1, signal 2 3\nn_states:4\nneighborhood:vonNeumann\nsymmetries:rotate4\nvar a={2,3}\nvar b={2,3}\nvar c={2,3}\na,0,b,1,c,b\n@COLORS\n0 48 48 48 grey\n1 0 128 255\n9 1 1 1\n@NAMES\n1 wire\n";

    #[test]
    fn a_bound_variable_stands_for_one_state() {
        let rule = RuleFile::read(SIGNALS).unwrap();
        assert_eq!((rule.name.as_str(), rule.states), ("Signals", 4));
        assert_eq!(rule.about, "Signals beside a wire.");
        assert_eq!(rule.colours[1], Some([0, 128, 255]));
        assert_eq!(rule.names[1].as_deref(), Some("wire"));
        // c n e s w: 2 0 3 1 2 gives the state to the east, however it is turned.
        let cross = |c, n, e, s, w| rule.next(&[0, n, 0, w, c, e, 0, s, 0]);
        assert_eq!(cross(2, 0, 3, 1, 2), 3);
        assert_eq!(cross(2, 2, 0, 3, 1), 3);
        assert_eq!(cross(3, 0, 2, 1, 3), 2);
        assert_eq!(cross(2, 0, 0, 1, 2), 2);
    }

    #[test]
    fn a_tree_and_a_table_of_one_rule_agree() {
        // Parity of the five cells of von Neumann's neighbourhood.
        let mut tree =
            "@RULE Parity\n@TREE\nnum_states=2\nnum_neighbors=4\nnum_nodes=10\n".to_owned();
        tree += "1 0 1\n1 1 0\n2 0 1\n2 1 0\n3 2 3\n3 3 2\n4 4 5\n4 5 4\n5 6 7\n";
        let tree = tree.replace("num_nodes=10", "num_nodes=9");
        let tree = RuleFile::read(&tree).unwrap();
        let mut table =
            "@RULE Parity\n@TABLE\nn_states:2\nneighborhood:vonNeumann\nsymmetries:none\n"
                .to_owned();
        for block in 0..32u32 {
            let digits: String = (0..5)
                .map(|i| if block >> i & 1 == 1 { '1' } else { '0' })
                .collect();
            table += &format!("{digits}{}\n", block.count_ones() % 2);
        }
        let table = RuleFile::read(&table).unwrap();
        for block in 0..512u32 {
            let cells = std::array::from_fn(|i| (block >> i & 1) as u8);
            assert_eq!(tree.next(&cells), table.next(&cells));
        }
    }

    #[test]
    fn an_error_names_the_line() {
        let line = |text: &str| RuleFile::read(text).unwrap_err().line;
        assert_eq!(line(""), 1);
        assert_eq!(line("\nx\n@RULE a"), 2);
        assert_eq!(line("@RULE\n"), 1);
        assert_eq!(line("@RULE a\n@COLORS\n"), 1);
        let table = |end: &str| {
            line(&format!(
                "@RULE a\n@TABLE\nn_states:3\nneighborhood:vonNeumann\nsymmetries:none\n{end}\n"
            ))
        };
        assert_eq!(table("0,0,0,0,0"), 6);
        assert_eq!(table("var a={0,1}\n0,0,0,b,0,0"), 7);
        assert_eq!(table("var a={0,3}"), 6);
        assert_eq!(table("var a={0,1}\n0,0,0,0,0,a"), 7);
        assert_eq!(table("000003"), 6);
        assert_eq!(table("symmetries:rotate8"), 6);
        let tree = |end: &str| line(&format!("@RULE a\n@TREE\n{end}"));
        assert_eq!(tree("num_states=2\nnum_neighbors=5\n"), 4);
        assert_eq!(
            tree("num_states=2\nnum_neighbors=4\nnum_nodes=1\n2 0 0\n"),
            6
        );
    }

    proptest! {
        #[test]
        fn hostile_files_never_panic(
            head in "(@RULE a\n@TABLE\nn_states:[0-9]{1,3}\nneighborhood:(Moore|hexagonal|oneDimensional)\nsymmetries:(none|permute|rotate8|reflect)\n|@RULE b\n@TREE\nnum_states=[0-9]{1,3}\nnum_neighbors=[48]\nnum_nodes=[0-9]{1,9}\n)",
            body in "((var [ab]=\\{[0-9ab,]{0,6}\\}|[0-9ab,]{0,20}|[1-5] [0-3] [0-3])\n){0,6}",
        ) {
            if let Ok(rule) = RuleFile::read(&(head + &body)) {
                let _ = rule.next(&[0; 9]);
                let top = (rule.states - 1) as u8;
                prop_assert!(usize::from(rule.next(&[top; 9])) < rule.states);
            }
        }
    }
}
