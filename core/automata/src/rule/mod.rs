//! Rules: what a cell becomes, and the grid on which it lives.
//!
//! | notation | family |
//! |---|---|
//! | `B3/S23`, `23/3` | [`life`]: births and survivals by the number of live neighbours |
//! | `B2-a/S12`, `B2/S34H`, `B13/S012V`, `MAP…` | [`binary`]: two states on any neighbourhood |
//! | `345/2/4`, `B2/S345/C4` | [`generations`]: cells that die slowly |
//! | `R5,C0,M1,S34..58,B34..45,NM`, `5,34,45,34,58` | [`larger`]: Larger than Life |
//! | `W110`, `K3C777` | [`mod@line`]: one dimension |
//! | `M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15` | [`block`]: Margolus' neighbourhood |
//! | `LR`, `{{{1,2,0},{0,8,0}}}` | [`turmite`]: Langton's ant and its kin |
//! | `B3/S23History`, `B3/S23Super` | [`marked`]: cells with a memory |
//! | `3D:B5/S45`, `3D4555` | [`space`]: three dimensions |
//! | `WireWorld` | [`named`]: names of well-known rules, and `.rule` files ([`table`]) |
//!
//! A suffix gives the grid ([`topology`]): `:T64,32` is a torus, nothing the unbounded plane.
//! What [`Rule`]'s `Display` writes is Golly's canonical form where Golly knows the family, and
//! is read as the same rule.

pub mod binary;
pub mod block;
pub mod counts;
pub mod generations;
mod hensel;
pub mod larger;
pub mod life;
pub mod line;
mod local;
pub mod marked;
pub mod named;
mod neighbours;
pub mod reach;
mod reader;
pub mod sheet;
pub mod space;
pub mod table;
#[cfg(test)]
mod tests;
pub mod topology;
pub mod turmite;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

pub use self::binary::{Binary, Hood, Outcomes};
pub use self::block::Blocks;
pub use self::generations::Generations;
pub use self::larger::Larger;
pub use self::life::LifeLike;
pub use self::line::Line;
pub use self::marked::{Marked, Memory};
pub use self::neighbours::neighbours;
pub use self::space::Space;
pub use self::table::{RuleFile, RuleFileError};
pub use self::topology::{MAX_SIDE, Topology};
pub use self::turmite::Turmite;

use self::binary::{Conditions, MIDDLE};
use self::reader::Reader;

/// What a cell becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Family {
    /// Two states, the eight neighbours counted.
    Life(LifeLike),
    /// Two states, any table on a block.
    Binary(Arc<Binary>),
    /// Cells that die slowly.
    Generations(Arc<Generations>),
    /// Larger than Life.
    Larger(Arc<Larger>),
    /// One dimension.
    Line(Arc<Line>),
    /// Margolus' neighbourhood.
    Blocks(Arc<Blocks>),
    /// Machines that walk over cells.
    Turmite(Arc<Turmite>),
    /// Two states with marks.
    Marked(Arc<Marked>),
    /// Three dimensions.
    Space(Space),
    /// A `.rule` file.
    Table(Arc<RuleFile>),
}

/// A rule with its grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What a cell becomes.
    pub family: Family,
    /// The grid.
    pub topology: Topology,
}

/// Conway's Life on the unbounded plane.
pub const LIFE: Rule = Rule {
    family: Family::Life(LifeLike::CONWAY),
    topology: Topology::Plane,
};

/// Why a rule could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("rule {rule:?}, column {column}: {problem}")]
pub struct RuleError {
    /// The text as given.
    pub rule: String,
    /// The offending character, counted from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl Rule {
    /// A Life-like rule on a grid.
    pub const fn life_like(life: LifeLike, topology: Topology) -> Self {
        Self {
            family: Family::Life(life),
            topology,
        }
    }

    /// The rule of a `.rule` file on the unbounded plane.
    ///
    /// # Errors
    /// The first line that makes no rule.
    pub fn from_rule_file(text: &str) -> Result<Self, RuleFileError> {
        let file = RuleFile::read(text)?;
        Ok(Self {
            family: Family::Table(Arc::new(file)),
            topology: Topology::Plane,
        })
    }

    /// Reads a rule that may be the one of a `.rule` file at hand, named with or without a grid.
    ///
    /// # Errors
    /// What makes no rule, at its letter.
    pub fn read_beside(text: &str, at_hand: Option<&Self>) -> Result<Self, RuleError> {
        let mut reader = Reader::new(text);
        reader.spaces();
        if let Some(Self {
            family: Family::Table(file),
            ..
        }) = at_hand
            && reader.rest().trim() == file.name
        {
            reader.at += reader.rest().chars().count();
            return finish(&mut reader, Family::Table(Arc::clone(file)));
        }
        text.parse()
    }

    /// The same rule on another grid.
    pub fn on(self, topology: Topology) -> Self {
        Self { topology, ..self }
    }

    /// Births and survivals, if the rule is Life-like.
    pub const fn life(&self) -> Option<LifeLike> {
        match self.family {
            Family::Life(life) => Some(life),
            _ => None,
        }
    }

    /// Births and survivals of a Life-like rule in one number, see [`LifeLike::bits`]; 0 for
    /// other families.
    pub const fn bits(&self) -> u32 {
        match self.family {
            Family::Life(life) => life.bits(),
            _ => 0,
        }
    }

    /// Whether births and survivals are those of Conway's Life.
    pub fn is_life(&self) -> bool {
        self.life() == Some(LifeLike::CONWAY)
    }

    /// Whether empty space comes alive.
    pub fn has_b0(&self) -> bool {
        match &self.family {
            Family::Life(life) => life.has_b0(),
            Family::Binary(binary) => binary.has_b0(),
            Family::Generations(rule) => rule.base.has_b0(),
            Family::Larger(rule) => rule.birth.has(0),
            Family::Line(line) => !line.is_quiet(),
            Family::Blocks(blocks) => blocks.0[0] != 0,
            Family::Turmite(_) => false,
            Family::Marked(rule) => rule.base.has_b0(),
            Family::Space(space) => space.birth & 1 != 0,
            Family::Table(file) => file.next(&[0; 9]) != 0,
        }
    }

    /// Number of states of a cell.
    pub fn states(&self) -> usize {
        match &self.family {
            Family::Life(_) | Family::Binary(_) | Family::Blocks(_) => 2,
            Family::Generations(rule) => rule.states.into(),
            Family::Larger(rule) => rule.states(),
            Family::Line(line) => line.states(),
            Family::Turmite(turmite) => turmite.states(),
            Family::Marked(rule) => rule.states(),
            Family::Space(space) => space.states.into(),
            Family::Table(file) => file.states,
        }
    }

    /// Dimensions of the cells' space. In one, a grid's rows are generations.
    pub fn dimensions(&self) -> u8 {
        match &self.family {
            Family::Line(_) => 1,
            Family::Space(_) => 3,
            _ => 2,
        }
    }

    /// The family in words.
    pub fn family_name(&self) -> &'static str {
        match &self.family {
            Family::Life(_) => "Life-like",
            Family::Binary(rule) if rule.map => "two states, any table",
            Family::Binary(rule) => match rule.hood {
                Hood::Moore => "isotropic, two states",
                Hood::VonNeumann => "von Neumann, two states",
                Hood::Hexagonal => "hexagonal, two states",
            },
            Family::Generations(_) => "Generations",
            Family::Larger(_) => "Larger than Life",
            Family::Line(line) => match **line {
                Line::Elementary(_) => "elementary",
                Line::Totalistic { .. } => "totalistic, one dimension",
            },
            Family::Blocks(_) => "Margolus",
            Family::Turmite(_) => "turmite",
            Family::Marked(rule) => match rule.memory {
                Memory::History => "history",
                Memory::Super => "super",
            },
            Family::Space(_) => "three dimensions",
            Family::Table(_) => "rule table",
        }
    }

    /// What a state is called, where the family or the file has a word for it.
    pub fn state_name(&self, state: u8) -> Option<String> {
        if let Family::Table(file) = &self.family
            && let Some(Some(name)) = file.names.get(usize::from(state))
        {
            return Some(name.clone());
        }
        if let Family::Turmite(turmite) = &self.family {
            return match turmite.read_cell(state) {
                (colour, None) => Some(format!("colour {colour}")),
                (colour, Some((direction, own))) => {
                    let way = ["north", "east", "south", "west"][usize::from(direction % 4)];
                    Some(format!(
                        "machine facing {way} in state {own} on colour {colour}"
                    ))
                }
            };
        }
        match (state, &self.family) {
            (0, _) => Some("dead".to_owned()),
            (1, Family::Table(_)) => None,
            (1, _) => Some("alive".to_owned()),
            (_, Family::Generations(_) | Family::Larger(_) | Family::Space(_)) => {
                Some("dying".to_owned())
            }
            _ => None,
        }
    }

    /// The rule without the grid, as `B3/S23`.
    pub fn name(&self) -> String {
        self.clone().on(Topology::Plane).to_string()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.family {
            Family::Life(rule) => rule.fmt(f)?,
            Family::Binary(rule) => rule.fmt(f)?,
            Family::Generations(rule) => rule.fmt(f)?,
            Family::Larger(rule) => rule.fmt(f)?,
            Family::Line(rule) => rule.fmt(f)?,
            Family::Blocks(rule) => rule.fmt(f)?,
            Family::Turmite(rule) => rule.fmt(f)?,
            Family::Marked(rule) => rule.fmt(f)?,
            Family::Space(rule) => rule.fmt(f)?,
            Family::Table(rule) => f.write_str(&rule.name)?,
        }
        match self.topology {
            // One number is the length of a row there.
            Topology::Torus { width, height } if width == height && self.dimensions() == 1 => {
                write!(f, ":T{width},{height}")
            }
            Topology::Bounded { width, height } if width == height && self.dimensions() == 1 => {
                write!(f, ":P{width},{height}")
            }
            topology => topology.fmt(f),
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let mut reader = Reader::new(text);
        reader.spaces();
        if let Some(family) = named::family(reader.rest().trim()) {
            reader.at += reader.rest().chars().count();
            return finish(&mut reader, family);
        }
        let family = family(&mut reader)?;
        finish(&mut reader, family)
    }
}

/// The grid behind a rule, and nothing else.
fn finish(reader: &mut Reader, family: Family) -> Result<Rule, RuleError> {
    let mut rule = Rule {
        family,
        topology: Topology::Plane,
    };
    reader.spaces();
    if reader.take(':') {
        rule.topology = Topology::read(reader, rule.dimensions())?;
        reader.spaces();
    }
    if !reader.is_at_end() {
        return reader.unexpected("a grid such as :T512 may follow a rule, and nothing else");
    }
    let in_box = matches!(rule.topology, Topology::Box { .. });
    if rule.dimensions() == 3 && !in_box {
        return reader.fail("a rule in space needs a box: add one such as :T40 or :P40,30,20");
    }
    Ok(rule)
}

fn family(reader: &mut Reader) -> Result<Family, RuleError> {
    let digit = |reader: &Reader, ahead| reader.look(ahead).is_some_and(|c| c.is_ascii_digit());
    match reader.peek() {
        None => reader.fail("the rule is empty; write one such as B3/S23"),
        Some('M') if reader.take_word("MAP") => {
            let map = Binary::read_map(reader)?;
            suffixed(reader, map)
        }
        Some('M') if digit(reader, 1) || reader.look(1) == Some('S') => {
            reader.at += 1;
            Ok(Family::Blocks(Arc::new(Blocks::read(reader)?)))
        }
        Some('W') if digit(reader, 1) || reader.look(1).is_none() => {
            reader.at += 1;
            let line = Line::read_elementary(reader)?;
            Ok(Family::Line(Arc::new(line)))
        }
        Some('K') => {
            reader.at += 1;
            let line = Line::read_totalistic(reader)?;
            Ok(Family::Line(Arc::new(line)))
        }
        Some('3') if reader.look(1) == Some('D') => {
            reader.at += 2;
            Ok(Family::Space(Space::read(reader)?))
        }
        Some('R') if digit(reader, 1) => Ok(Family::Larger(Arc::new(Larger::read(reader)?))),
        Some('L' | 'R' | 'U' | 'N') => {
            let turmite = Turmite::read_word(reader)?;
            Ok(Family::Turmite(Arc::new(turmite)))
        }
        Some('{') => Ok(Family::Turmite(Arc::new(Turmite::read_table(reader)?))),
        Some('B' | 'S') => lettered(reader),
        Some('0'..='9' | '/') => {
            let digits = (0..64).take_while(|&i| digit(reader, i)).count();
            if digits > 0 && reader.look(digits) == Some(',') {
                return Ok(Family::Larger(Arc::new(Larger::read_evans(reader)?)));
            }
            survival_first(reader)
        }
        Some(_) => {
            let rest = reader.rest();
            let word = rest.trim();
            if word.len() > 2
                && word
                    .chars()
                    .all(|c| c.is_alphanumeric() || "-_'".contains(c))
            {
                return reader.fail(format!(
                    "no rule is called {word}; open its .rule file, or write births and \
                     survivals, such as B3/S23"
                ));
            }
            reader.unexpected("write births and survivals, such as B3/S23")
        }
    }
}

/// `B3/S23`, `B3S23`, `S23/B3`, with what may follow.
fn lettered(reader: &mut Reader) -> Result<Family, RuleError> {
    let (mut birth, mut survival): (Option<Conditions>, Option<Conditions>) = (None, None);
    while let Some(letter @ ('B' | 'S')) = reader.peek() {
        if is_super(reader, 0) {
            break;
        }
        let part = if letter == 'B' {
            &mut birth
        } else {
            &mut survival
        };
        if part.is_some() {
            return reader.fail(format!("{letter} stands twice; give each part once"));
        }
        reader.at += 1;
        *part = Some(Conditions::read(reader)?);
        if matches!(reader.peek(), Some('/' | '_'))
            && matches!(reader.look(1), Some('B' | 'S'))
            && !is_super(reader, 1)
        {
            reader.at += 1;
        }
    }
    match (birth, survival) {
        (Some(birth), Some(survival)) => parts(reader, &birth, &survival),
        (None, _) => reader.fail("the births are missing; write B and their counts, such as B3"),
        (_, None) => {
            reader.fail("the survivals are missing; write S and their counts, such as S23")
        }
    }
}

fn is_super(reader: &Reader, ahead: usize) -> bool {
    "SUPER"
        .chars()
        .enumerate()
        .all(|(i, c)| reader.look(ahead + i) == Some(c))
}

/// `23/3`, `345/2/4`.
fn survival_first(reader: &mut Reader) -> Result<Family, RuleError> {
    let survival = Conditions::read(reader)?;
    if !reader.take('/') {
        return reader.unexpected("a / stands between survivals and births, such as 23/3");
    }
    let birth = Conditions::read(reader)?;
    parts(reader, &birth, &survival)
}

/// What may follow births and survivals: states, a neighbourhood, a memory.
fn parts(
    reader: &mut Reader,
    birth: &Conditions,
    survival: &Conditions,
) -> Result<Family, RuleError> {
    let mut states = 2;
    if reader.take('/') {
        states = Generations::read_states(reader)?;
    }
    let history = "HISTORY".chars().enumerate();
    let history = history.into_iter().all(|(i, c)| reader.look(i) == Some(c));
    let hood = if history {
        Hood::Moore
    } else {
        Hood::read(reader)
    };
    birth.check(hood, reader)?;
    survival.check(hood, reader)?;
    let base = Binary::of(hood, birth, survival);
    if states > 2 {
        return Ok(Family::Generations(Arc::new(Generations { base, states })));
    }
    if let Some(marked) = memory(reader, base) {
        return Ok(marked);
    }
    Ok(simplest(base))
}

/// A family for a table of two states: Life-like where only numbers of neighbours matter.
fn simplest(base: Binary) -> Family {
    if base.hood != Hood::Moore || base.map {
        return Family::Binary(Arc::new(base));
    }
    let mut counts = [0u16; 2];
    for block in 0..512u16 {
        let live = (block & !MIDDLE).count_ones();
        if base.outcomes.get(block) {
            counts[usize::from(block & MIDDLE != 0)] |= 1 << live;
        }
    }
    let life = LifeLike {
        birth: counts[0],
        survival: counts[1],
    };
    let total = (0..512u16).all(|block| {
        let live = (block & !MIDDLE).count_ones();
        base.outcomes.get(block) == life.next(block & MIDDLE != 0, live)
    });
    if total {
        Family::Life(life)
    } else {
        Family::Binary(Arc::new(base))
    }
}

/// `History` or `Super` behind a rule.
fn memory(reader: &mut Reader, base: Binary) -> Option<Family> {
    let memory = if reader.take_word("History") {
        Memory::History
    } else if reader.take_word("Super") {
        Memory::Super
    } else {
        return None;
    };
    Some(Family::Marked(Arc::new(Marked { base, memory })))
}

/// What may follow a MAP.
fn suffixed(reader: &mut Reader, base: Binary) -> Result<Family, RuleError> {
    if reader.take('/') {
        let states = Generations::read_states(reader)?;
        if states > 2 {
            return Ok(Family::Generations(Arc::new(Generations { base, states })));
        }
    }
    Ok(memory(reader, base).unwrap_or_else(|| Family::Binary(Arc::new(base))))
}

impl LifeLike {
    /// The rule as a table.
    pub fn table(self) -> Binary {
        let outcomes = Outcomes::of(|block| {
            let live = (block & !MIDDLE).count_ones();
            self.next(block & MIDDLE != 0, live)
        });
        Binary {
            hood: Hood::Moore,
            outcomes,
            map: false,
        }
    }
}
