//! `@TABLE`: transitions with variables and symmetries; the first that fits gives the state.
//!
//! Each transition becomes rows of sets, one set of states a cell. For every cell and state
//! there is one bit a row; a block's outcome is the first row whose bits are set for all cells.

use std::collections::HashMap;
use std::sync::Arc;

use super::symmetry::{Neighbourhood, Symmetry};
use super::{Flat, Line, RuleFileError};

/// The most rows that a table may unfold to.
const MOST_ROWS: usize = 1 << 22;
/// The most bytes of row bits.
const MOST_BYTES: usize = 1 << 30;

/// A table ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Transitions {
    states: usize,
    neighbourhood: Neighbourhood,
    /// Words of row bits of each (cell, state).
    words: usize,
    bits: Vec<u64>,
    /// The outcome of each row.
    outcomes: Vec<u8>,
}

/// A set of states.
type Set = [u64; 4];

fn single(state: usize) -> Set {
    let mut set = [0; 4];
    set[state / 64] |= 1 << (state % 64);
    set
}

fn holds(set: &Set, state: usize) -> bool {
    set[state / 64] >> (state % 64) & 1 != 0
}

/// What a transition names in one place.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    State(usize),
    Variable(String),
}

/// What the lines before the transitions say, and the rows so far.
struct Builder {
    states: Option<usize>,
    neighbourhood: Neighbourhood,
    symmetry: Symmetry,
    variables: HashMap<String, Vec<usize>>,
    /// The different sets, and rows as indices into them, so that orders can be compared.
    sets: Vec<Set>,
    known: HashMap<Set, u32>,
    rows: Vec<(Vec<u32>, u8)>,
    /// The symmetry as the table writes it.
    symmetry_name: String,
    /// Transitions as they are written, where these are wanted and not what they unfold to.
    listed: Option<Vec<Listed>>,
    number: usize,
}

/// A transition as it is written.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Its line in the file, from 1.
    pub line: usize,
    /// What it names in each place, and at last what becomes of the middle cell.
    pub words: Vec<String>,
    /// The symmetry that holds there.
    pub symmetry: String,
    /// The variables that stand before it, by name, with their states.
    pub variables: Arc<Vec<(String, Vec<usize>)>>,
}

/// The transitions of a table as they are written, with the places of a block that they name.
///
/// # Errors
/// The first line that makes no rule.
pub(super) fn listed(lines: &[Line]) -> Result<(Vec<Listed>, &'static [usize]), RuleFileError> {
    let mut builder = Builder::new();
    builder.listed = Some(Vec::new());
    builder.lines(lines)?;
    let places = builder.neighbourhood.places();
    Ok((builder.listed.unwrap_or_default(), places))
}

impl Transitions {
    pub(super) fn read(at: usize, lines: &[Line]) -> Result<Self, RuleFileError> {
        let mut builder = Builder::new();
        builder.lines(lines)?;
        let Some(states) = builder.states else {
            return Err(RuleFileError::new(
                at,
                "a table says its number of states first, as in n_states:4",
            ));
        };
        let words = builder.rows.len().div_ceil(64);
        let cells = builder.neighbourhood.places().len();
        if words * cells * states * 8 > MOST_BYTES {
            return Err(RuleFileError::new(
                at,
                format!(
                    "the table unfolds to {} rows of {states} states, which is too many",
                    builder.rows.len()
                ),
            ));
        }
        let mut table = Self {
            states,
            neighbourhood: builder.neighbourhood,
            words,
            bits: vec![0; words * cells * states],
            outcomes: builder.rows.iter().map(|row| row.1).collect(),
        };
        for (row, (sets, _)) in builder.rows.iter().enumerate() {
            for (cell, &set) in sets.iter().enumerate() {
                let set = &builder.sets[set as usize];
                for state in (0..states).filter(|&state| holds(set, state)) {
                    let start = (cell * states + state) * words;
                    table.bits[start + row / 64] |= 1 << (row % 64);
                }
            }
        }
        Ok(table)
    }

    pub(super) fn states(&self) -> usize {
        self.states
    }

    pub(super) fn is_von_neumann(&self) -> bool {
        matches!(
            self.neighbourhood,
            Neighbourhood::VonNeumann | Neighbourhood::OneDimensional
        )
    }

    pub(super) fn flat(&self) -> Flat<'_> {
        Flat::Rows {
            words: self.words,
            bits: &self.bits,
            outcomes: &self.outcomes,
            places: self.neighbourhood.places(),
        }
    }

    pub(super) fn next(&self, block: &[u8; 9]) -> u8 {
        let mut starts = [0; 9];
        let places = self.neighbourhood.places();
        for (cell, &place) in places.iter().enumerate() {
            let state = usize::from(block[place]).min(self.states - 1);
            starts[cell] = (cell * self.states + state) * self.words;
        }
        let starts = &starts[..places.len()];
        for word in 0..self.words {
            let fit = starts
                .iter()
                .fold(u64::MAX, |fit, start| fit & self.bits[start + word]);
            if fit != 0 {
                return self.outcomes[word * 64 + fit.trailing_zeros() as usize];
            }
        }
        block[4]
    }
}

impl Builder {
    fn new() -> Self {
        Self {
            states: None,
            neighbourhood: Neighbourhood::VonNeumann,
            symmetry: Symmetry::Ring {
                step: 4,
                mirror: false,
            },
            variables: HashMap::new(),
            sets: Vec::new(),
            known: HashMap::new(),
            rows: Vec::new(),
            symmetry_name: "rotate4".to_owned(),
            listed: None,
            number: 0,
        }
    }

    fn lines(&mut self, lines: &[Line]) -> Result<(), RuleFileError> {
        for &(number, line) in lines {
            let line = line.split('#').next().unwrap_or("").trim();
            self.number = number;
            if !line.is_empty() {
                self.line(line)
                    .map_err(|problem| RuleFileError::new(number, problem))?;
            }
        }
        Ok(())
    }

    /// The variables so far, by name.
    fn scope(&self) -> Arc<Vec<(String, Vec<usize>)>> {
        let last = self.listed.as_ref().and_then(|list| list.last());
        if let Some(last) = last.filter(|last| {
            last.variables.len() == self.variables.len()
                && last
                    .variables
                    .iter()
                    .all(|(name, states)| self.variables.get(name) == Some(states))
        }) {
            return Arc::clone(&last.variables);
        }
        let all = self.variables.iter();
        let mut all: Vec<_> = all
            .map(|(name, states)| (name.clone(), states.clone()))
            .collect();
        all.sort_unstable();
        Arc::new(all)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some((key, value)) = line.split_once(':') {
            return self.descriptor(key.trim(), value.trim());
        }
        if let Some(rest) = line.strip_prefix("var")
            && rest.starts_with(char::is_whitespace)
        {
            return self.variable(rest);
        }
        self.transition(line)
    }

    fn descriptor(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key.to_ascii_lowercase().as_str() {
            "n_states" => {
                let states = value.parse().ok().filter(|n| (2..=256).contains(n));
                self.states = Some(states.ok_or("a rule has 2 to 256 states")?);
            }
            "neighborhood" | "neighbourhood" => {
                self.neighbourhood = Neighbourhood::named(value).ok_or_else(|| {
                    format!(
                        "neighbourhood {value:?} is not known; vonNeumann, Moore, hexagonal and \
                         oneDimensional are"
                    )
                })?;
            }
            "symmetries" => {
                self.symmetry = Symmetry::named(value, self.neighbourhood).ok_or_else(|| {
                    format!(
                        "symmetry {value:?} doesn't exist in the neighbourhood {:?}",
                        self.neighbourhood
                    )
                })?;
                value.clone_into(&mut self.symmetry_name);
            }
            _ => return Err(format!("{key:?} is not a descriptor of a table")),
        }
        Ok(())
    }

    fn number(&self, word: &str) -> Result<Option<usize>, String> {
        let states = self
            .states
            .ok_or("the number of states comes first, as in n_states:4")?;
        match word.parse::<usize>() {
            Ok(state) if state < states => Ok(Some(state)),
            Ok(state) => Err(format!(
                "state {state} does not exist; {states} states go from 0 to {}",
                states - 1
            )),
            Err(_) => Ok(None),
        }
    }

    fn variable(&mut self, rest: &str) -> Result<(), String> {
        let (name, list) = rest
            .split_once('=')
            .ok_or("a variable is written var a={1,2}")?;
        let list = list.trim().trim_start_matches('{').trim_end_matches('}');
        let mut states = Vec::new();
        for word in list.split(',').map(str::trim).filter(|w| !w.is_empty()) {
            match self.number(word)? {
                Some(state) => states.push(state),
                None => match self.variables.get(word) {
                    Some(other) => states.extend(other),
                    None => return Err(format!("{word:?} is no state and no variable so far")),
                },
            }
        }
        states.sort_unstable();
        states.dedup();
        if states.is_empty() {
            return Err("a variable lists at least one state".to_owned());
        }
        self.variables.insert(name.trim().to_owned(), states);
        Ok(())
    }

    fn transition(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<String> = if line.contains(',') {
            line.split(',').map(|word| word.trim().to_owned()).collect()
        } else {
            line.chars()
                .filter(|c| !c.is_whitespace())
                .map(String::from)
                .collect()
        };
        let cells = self.neighbourhood.places().len();
        if words.len() != cells + 1 {
            return Err(format!(
                "a transition names {cells} cells and what becomes of the middle one, {} in all, \
                 not {}",
                cells + 1,
                words.len()
            ));
        }
        let mut items = Vec::new();
        for word in &words {
            items.push(match self.number(word)? {
                Some(state) => Item::State(state),
                None if self.variables.contains_key(word) => Item::Variable(word.clone()),
                None => return Err(format!("{word:?} is no state and no variable")),
            });
        }
        if let Item::Variable(name) = &items[cells]
            && !items[..cells].contains(&items[cells])
        {
            return Err(format!(
                "{name} is what the cell becomes, and so must stand among its neighbours as well"
            ));
        }
        if self.listed.is_some() {
            let listed = Listed {
                line: self.number,
                words,
                symmetry: self.symmetry_name.clone(),
                variables: self.scope(),
            };
            self.listed.get_or_insert_default().push(listed);
            return Ok(());
        }
        // A variable that stands twice is the same state in each place.
        let bound: Vec<String> = self.variables.keys().cloned().collect();
        let bound = bound.into_iter().filter(|name| {
            let same = |item: &&Item| matches!(item, Item::Variable(other) if other == name);
            items.iter().filter(same).count() > 1
        });
        let mut bound: Vec<String> = bound.collect();
        bound.sort_unstable();
        self.unfold(&items, &bound)
    }

    /// Puts each state of the first bound variable in its places, then goes on with the rest.
    fn unfold(&mut self, items: &[Item], bound: &[String]) -> Result<(), String> {
        let Some((name, rest)) = bound.split_first() else {
            return self.add(items);
        };
        for state in self.variables.get(name).cloned().unwrap_or_default() {
            let mut put = items.to_vec();
            for item in &mut put {
                if matches!(item, Item::Variable(other) if other == name) {
                    *item = Item::State(state);
                }
            }
            self.unfold(&put, rest)?;
        }
        Ok(())
    }

    fn add(&mut self, items: &[Item]) -> Result<(), String> {
        let mut cells = Vec::with_capacity(items.len());
        let mut outcome = 0;
        for (i, item) in items.iter().enumerate() {
            let set = match item {
                Item::State(state) => {
                    outcome = *state;
                    single(*state)
                }
                Item::Variable(name) => {
                    let states = self.variables.get(name).map_or(&[][..], Vec::as_slice);
                    states.iter().fold([0; 4], |mut set: Set, &state| {
                        set[state / 64] |= 1 << (state % 64);
                        set
                    })
                }
            };
            if i + 1 < items.len() {
                let next = self.sets.len() as u32;
                let index = *self.known.entry(set).or_insert(next);
                if index == next {
                    self.sets.push(set);
                }
                cells.push(index);
            }
        }
        let rows = &mut self.rows;
        let mut full = false;
        self.symmetry.orders(&cells, |order| {
            full |= rows.len() >= MOST_ROWS;
            if !full {
                rows.push((order.to_vec(), outcome as u8));
            }
        });
        if full {
            return Err(format!("the table unfolds to more than {MOST_ROWS} rows"));
        }
        Ok(())
    }
}
