//! The transitions of a `.rule` file as lines that can be drawn and changed. What isn't changed
//! stays as it was written: comments, variables, names, colours, icons.
//!
//! Each change gives a new script, which has been read as a rule; the first transition that fits
//! counts, so that their order matters.

use std::sync::Arc;

use super::transitions::{self, Listed};
use super::{RuleFile, RuleFileError, first_word, starts_section};

/// What a transition names in one place: a state, or a variable that stands for one of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The state's number or the variable's name, as it is written.
    pub word: String,
    /// The states that it may be.
    pub states: Vec<u8>,
}

impl Item {
    /// Whether it is a variable.
    pub fn is_variable(&self) -> bool {
        self.word.parse::<usize>().is_err()
    }
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Transition<'a> {
    listed: &'a Listed,
}

impl Transition<'_> {
    /// Its line in the file, from 1.
    pub fn line(&self) -> usize {
        self.listed.line
    }

    /// The symmetry that holds there, as the table writes it.
    pub fn symmetry(&self) -> &str {
        &self.listed.symmetry
    }

    /// What it names in each place, the middle first, and at last what becomes of the middle.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item> + '_ {
        self.listed.words.iter().map(|word| self.item(word))
    }

    /// The item of a word.
    fn item(&self, word: &str) -> Item {
        let states = match word.parse::<u8>() {
            Ok(state) => vec![state],
            Err(_) => {
                let variables = self.listed.variables.iter();
                let mut found = variables.filter(|(name, _)| name == word);
                found.next().map_or(Vec::new(), |(_, states)| {
                    states.iter().map(|state| *state as u8).collect()
                })
            }
        };
        Item {
            word: word.to_owned(),
            states,
        }
    }

    /// The variables that may stand here.
    pub fn variables(&self) -> impl Iterator<Item = Item> + '_ {
        let names = self.listed.variables.iter();
        names.map(|(name, _)| self.item(name))
    }

    /// Whether the middle cell can be in a state.
    pub fn is_of(&self, state: u8) -> bool {
        let middle = self.listed.words.first();
        middle.is_some_and(|word| self.item(word).states.contains(&state))
    }
}

/// A `.rule` file with a `@TABLE`, line by line.
#[derive(Clone, Debug)]
pub struct Script {
    rule: Arc<RuleFile>,
    lines: Vec<String>,
    list: Vec<Listed>,
    places: &'static [usize],
    /// The line of `@TABLE`, from 0.
    table: usize,
}

impl Script {
    /// The transitions of a rule; nothing where it has a tree, which has none.
    pub fn of(rule: &Arc<RuleFile>) -> Option<Self> {
        let text = rule.source();
        let (table, lines) = table_of(text)?;
        let (list, places) = transitions::listed(&lines).ok()?;
        Some(Self {
            rule: Arc::clone(rule),
            lines: text.split('\n').map(str::to_owned).collect(),
            list,
            places,
            table,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first line that makes no rule; a tree.
    pub fn read(text: &str) -> Result<Self, RuleFileError> {
        let rule = Arc::new(RuleFile::read(text)?);
        Self::of(&rule)
            .ok_or_else(|| RuleFileError::new(1, "this rule is a tree, which has no transitions"))
    }

    /// The rule.
    pub fn rule(&self) -> &Arc<RuleFile> {
        &self.rule
    }

    /// The file.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// How many transitions there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no transition.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A transition, counted from 0.
    pub fn transition(&self, at: usize) -> Option<Transition<'_>> {
        Some(Transition {
            listed: self.list.get(at)?,
        })
    }

    /// The place of each of a transition's cells in a block of nine, row by row.
    pub fn places(&self) -> &'static [usize] {
        self.places
    }

    /// The transitions whose middle cell can be in a state, or all of them.
    pub fn of_state(&self, state: Option<u8>) -> Vec<usize> {
        let fits = |at: &usize| match (state, self.transition(*at)) {
            (Some(state), Some(transition)) => transition.is_of(state),
            _ => true,
        };
        (0..self.len()).filter(fits).collect()
    }

    /// With another state or variable in one place of a transition; the place behind the cells is
    /// what becomes of the middle one.
    ///
    /// # Errors
    /// No such transition or place; a word that is no state and no variable there.
    pub fn with(&self, at: usize, place: usize, word: &str) -> Result<Self, RuleFileError> {
        let listed = self.listed(at)?;
        let mut words = listed.words.clone();
        let line = listed.line;
        match words.get_mut(place) {
            Some(old) => word.clone_into(old),
            None => return Err(RuleFileError::new(line, "no such place in a transition")),
        }
        let old = self.lines.get(line - 1).map_or("", String::as_str);
        let (_, remark) = old
            .trim_end_matches('\r')
            .split_once('#')
            .unwrap_or((old, ""));
        let mut text = written(&words, !old.contains(','));
        if !remark.is_empty() {
            text.push_str(&format!(" #{remark}"));
        }
        if old.ends_with('\r') {
            text.push('\r');
        }
        let mut lines = self.lines.clone();
        if let Some(place) = lines.get_mut(line - 1) {
            *place = text;
        }
        Self::read(&lines.join("\n"))
    }

    /// With a new transition behind another one, or behind the last one: dead cells that stay
    /// dead.
    ///
    /// # Errors
    /// No such transition.
    pub fn added(&self, behind: Option<usize>) -> Result<Self, RuleFileError> {
        let words = vec!["0".to_owned(); self.places.len() + 1];
        let line = match behind {
            Some(at) => self.listed(at)?.line,
            None => self
                .list
                .last()
                .map_or_else(|| self.last_of_table(), |l| l.line),
        };
        self.inserted(line, written(&words, false))
    }

    /// With a transition once more behind itself.
    ///
    /// # Errors
    /// No such transition.
    pub fn duplicated(&self, at: usize) -> Result<Self, RuleFileError> {
        let line = self.listed(at)?.line;
        self.inserted(line, self.lines.get(line - 1).cloned().unwrap_or_default())
    }

    /// Without a transition.
    ///
    /// # Errors
    /// No such transition.
    pub fn removed(&self, at: usize) -> Result<Self, RuleFileError> {
        let line = self.listed(at)?.line;
        let mut lines = self.lines.clone();
        lines.remove(line - 1);
        Self::read(&lines.join("\n"))
    }

    /// With a transition at another one's place, the others closing up.
    ///
    /// # Errors
    /// No such transition; a variable that is not known there.
    pub fn moved(&self, at: usize, to: usize) -> Result<Self, RuleFileError> {
        let (from, to) = (self.listed(at)?.line - 1, self.listed(to)?.line - 1);
        let mut lines = self.lines.clone();
        let line = lines.remove(from);
        lines.insert(to, line);
        Self::read(&lines.join("\n"))
    }

    /// Under another name.
    ///
    /// # Errors
    /// A name that a rule can't have.
    pub fn renamed(&self, name: &str) -> Result<Self, RuleFileError> {
        let mut lines = self.lines.clone();
        let head = lines.iter_mut().find(|line| line.starts_with("@RULE"));
        if let Some(head) = head {
            let end = if head.ends_with('\r') { "\r" } else { "" };
            *head = format!("@RULE {name}{end}");
        }
        Self::read(&lines.join("\n"))
    }

    fn listed(&self, at: usize) -> Result<&Listed, RuleFileError> {
        let missing = || {
            let count = self.len();
            RuleFileError::new(
                1,
                format!("there is no transition {}; {count} there are", at + 1),
            )
        };
        self.list.get(at).ok_or_else(missing)
    }

    /// The last line of the table's section that says something, from 1.
    fn last_of_table(&self) -> usize {
        let body = self.lines[self.table + 1..].iter();
        let body = body.take_while(|line| !line.strip_prefix('@').is_some_and(starts_section));
        let said = body.enumerate().filter(|(_, line)| !line.trim().is_empty());
        self.table + 1 + said.last().map_or(0, |(at, _)| at + 1)
    }

    fn inserted(&self, behind: usize, line: String) -> Result<Self, RuleFileError> {
        let mut lines = self.lines.clone();
        lines.insert(behind.min(lines.len()), line);
        Self::read(&lines.join("\n"))
    }
}

/// A transition's words; without commas where it stood so and all of them are single letters.
fn written(words: &[String], compact: bool) -> String {
    let single = words.iter().all(|word| word.chars().count() == 1);
    words.join(if compact && single { "" } else { "," })
}

/// The line of the first `@TABLE`, from 0, and the lines of its section with their numbers;
/// nothing where a tree comes first.
fn table_of(text: &str) -> Option<(usize, Vec<(usize, &str)>)> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let head = |line: &str| line.strip_prefix('@').is_some_and(starts_section);
    let start = lines.iter().position(|line| {
        let name = line.strip_prefix('@').map_or("", first_word);
        matches!(name, "TABLE" | "TREE")
    })?;
    if first_word(lines[start].trim_start_matches('@')) != "TABLE" {
        return None;
    }
    let body = lines.iter().enumerate().skip(start + 1);
    let body = body.take_while(|(_, line)| !head(line));
    Some((start, body.map(|(i, line)| (i + 1, *line)).collect()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::{Family, Rule};

    const SIGNALS: &str = "@RULE Signals\nSignals beside a wire.\n\n@TABLE\n# wire 1, signal 2 3\nn_states:4\nneighborhood:vonNeumann\nsymmetries:rotate4\nvar a={2,3}\nvar b={2,3}\nvar c={a,0}\n\na,0,b,1,c,b # they pass\n100013\n@COLORS\n0 48 48 48 grey\n@NAMES\n1 wire\n";

    fn words(script: &Script, at: usize) -> String {
        let transition = script.transition(at).unwrap();
        let words: Vec<String> = transition.items().map(|item| item.word).collect();
        words.join(" ")
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        for name in ["WireWorld", "Langtons-Loops", "Evoloop"] {
            let rule: Rule = name.parse().unwrap();
            let Family::Table(file) = rule.family else {
                panic!("no table");
            };
            let Some(script) = Script::of(&file) else {
                assert!(!file.is_table(), "{name}");
                continue;
            };
            assert_eq!(script.text(), file.source());
            assert_eq!(Script::read(&script.text()).unwrap().len(), script.len());
        }
        for text in [SIGNALS.to_owned(), SIGNALS.replace('\n', "\r\n")] {
            assert_eq!(Script::read(&text).unwrap().text(), text);
        }
    }

    #[test]
    fn a_transition_names_states_and_sets() {
        let script = Script::read(SIGNALS).unwrap();
        assert_eq!((script.len(), script.places().len()), (2, 5));
        assert_eq!(words(&script, 0), "a 0 b 1 c b");
        assert_eq!(words(&script, 1), "1 0 0 0 1 3");
        let first = script.transition(0).unwrap();
        assert_eq!((first.line(), first.symmetry()), (13, "rotate4"));
        let sets: Vec<Vec<u8>> = first.items().map(|item| item.states).collect();
        assert_eq!(
            sets[..5],
            [vec![2, 3], vec![0], vec![2, 3], vec![1], vec![0, 2, 3]]
        );
        assert_eq!(first.variables().count(), 3);
        assert_eq!(script.of_state(Some(1)), [1]);
        assert_eq!(script.of_state(Some(3)), [0]);
        assert_eq!(script.of_state(None), [0, 1]);
    }

    #[test]
    fn changes_change_one_line_and_the_rule() {
        let script = Script::read(SIGNALS).unwrap();
        let changed = script.with(0, 3, "c").unwrap();
        assert_eq!(
            changed.text(),
            SIGNALS.replace("a,0,b,1,c,b # they", "a,0,b,c,c,b # they")
        );
        let changed = script.with(1, 5, "2").unwrap();
        assert_eq!(changed.text(), SIGNALS.replace("100013", "100012"));
        let cross = |script: &Script| script.rule().next(&[0, 0, 0, 1, 1, 0, 0, 0, 0]);
        assert_eq!((cross(&script), cross(&changed)), (3, 2));
        // A name of several letters needs commas.
        let long = SIGNALS.replace("var c=", "var long={1}\nvar c=");
        let long = Script::read(&long).unwrap().with(1, 0, "long").unwrap();
        assert!(long.text().contains("\nlong,0,0,0,1,3\n"));
        for (place, word) in [(0, "4"), (0, "d"), (5, "c"), (6, "0"), (0, "")] {
            assert!(script.with(1, place, word).is_err(), "{place} {word}");
        }
    }

    #[test]
    fn lines_are_added_doubled_removed_and_moved() {
        let script = Script::read(SIGNALS).unwrap();
        let list = |script: Script| -> Vec<String> {
            (0..script.len()).map(|at| words(&script, at)).collect()
        };
        let (one, two, new) = ("a 0 b 1 c b", "1 0 0 0 1 3", "0 0 0 0 0 0");
        assert_eq!(list(script.added(None).unwrap()), [one, two, new]);
        assert_eq!(list(script.added(Some(0)).unwrap()), [one, new, two]);
        assert_eq!(list(script.duplicated(1).unwrap()), [one, two, two]);
        assert_eq!(list(script.removed(0).unwrap()), [two]);
        assert_eq!(list(script.moved(0, 1).unwrap()), [two, one]);
        assert_eq!(list(script.moved(1, 0).unwrap()), [two, one]);
        // Back again it is the same text.
        let there = script.moved(1, 0).unwrap().moved(1, 0).unwrap();
        assert_eq!(there.text(), SIGNALS);
        assert!(script.removed(2).is_err());
        assert!(script.added(Some(2)).is_err());
        let empty = script.removed(0).unwrap().removed(0).unwrap();
        assert_eq!(list(empty.added(None).unwrap()), [new]);
        let text = empty.added(None).unwrap().text();
        assert!(
            text.contains("var c={a,0}\n0,0,0,0,0,0\n\n@COLORS"),
            "{text}"
        );
    }

    #[test]
    fn a_copy_has_a_name_of_its_own() {
        let script = Script::read(SIGNALS).unwrap();
        let other = script.renamed("Signals-2").unwrap();
        assert_eq!(other.rule().name, "Signals-2");
        assert_eq!(
            other.text(),
            SIGNALS.replace("@RULE Signals\n", "@RULE Signals-2\n")
        );
        assert!(script.renamed("two words").is_err());
        assert!(
            Script::read("@RULE T\n@TREE\nnum_states=2\nnum_neighbors=4\nnum_nodes=1\n").is_err()
        );
    }

    #[test]
    fn a_variable_is_no_use_before_it_is_known() {
        let text = "@RULE V\n@TABLE\nn_states:3\nneighborhood:vonNeumann\nsymmetries:none\n\
                    000001\nvar a={0,1}\n0,a,0,0,0,2\n";
        let script = Script::read(text).unwrap();
        assert_eq!(script.moved(1, 0).unwrap_err().line, 6);
        assert!(script.with(0, 1, "a").is_err());
        assert!(script.with(1, 2, "a").is_ok());
    }
}
