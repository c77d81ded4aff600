//! A rule as a sheet of switches, numbers and one choice, which a window can draw and edit
//! without knowing any notation.
//!
//! | family | switches | numbers |
//! |---|---|---|
//! | Life-like, von Neumann, hexagonal | births and survivals by count | states |
//! | isotropic | births and survivals by Hensel's letters, with their pictures | states |
//! | MAP | births and survivals by neighbourhood | states |
//! | Generations, History, Super | those of the rule that they extend | states |
//! | Larger than Life | counts, where they are few and listed | reach, states, limits |
//! | elementary, totalistic | what each configuration or sum becomes | |
//! | Margolus | what each of the 16 squares becomes | |
//! | three dimensions | births and survivals by count | states |
//!
//! Machines have a table of their own ([`machine`]), and so have the transitions of `.rule` files
//! ([`crate::rule::table::script`]).
//!
//! What comes of a change is always a rule that its own notation gives back.

pub mod machine;
mod tables;
#[cfg(test)]
mod tests;
mod totals;

use std::sync::Arc;

use super::{Family, Rule};

/// What a switch stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A number alone; the label says it.
    None,
    /// A block of nine cells, row by row; where there is nothing the cell doesn't matter.
    Block([Option<u8>; 9]),
    /// The cells of a row from west to east.
    Row(Vec<u8>),
    /// Four cells: north-west, north-east, south-west, south-east. The value is the square that
    /// it becomes, its cells worth 1, 2, 4 and 8 in this order.
    Square([u8; 4]),
}

/// One outcome of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The count, letter, sum or number that it stands for.
    pub label: String,
    /// What it looks like.
    pub picture: Picture,
    /// The outcome: 0 is off and 1 on, where there are two.
    pub value: u8,
    /// Number of outcomes, at least 2.
    pub values: u8,
}

/// Switches that stand together: births, survivals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What they say, sentence case.
    pub name: &'static str,
    /// The switches.
    pub switches: Vec<Switch>,
}

/// A number of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// What it says, sentence case.
    pub name: String,
    /// As it stands.
    pub value: u32,
    /// The least it can be.
    pub low: u32,
    /// The most it can be.
    pub high: u32,
}

/// One of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it says, sentence case.
    pub name: &'static str,
    /// The place of the present one; nothing if it can't be chosen from a list.
    pub chosen: Option<usize>,
    /// All of them.
    pub of: Vec<&'static str>,
}

/// A rule that can be drawn and edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    rule: Rule,
    letters: bool,
    /// Switches in groups; they are numbered through all of them.
    pub parts: Vec<Part>,
    /// Numbers.
    pub numbers: Vec<Number>,
    /// The neighbourhood, where it can be chosen.
    pub choice: Option<Choice>,
}

/// The rule of a model as it stands, with that of an attached file; nothing where it has none
/// or none that can be read.
pub fn rule_of(model: &loom_sim::Model) -> Option<Rule> {
    if model.science != crate::science::KEY || crate::flow::science::knows(model) {
        return None;
    }
    crate::start::rule(model, &crate::start::settings(model).ok()?).ok()
}

/// A model that runs under the rule of a file from its beginning, on the grid of another rule.
pub fn with_file(
    model: &loom_sim::Model,
    file: &Arc<super::RuleFile>,
    like: &Rule,
) -> loom_sim::Model {
    let rule = Rule {
        family: Family::Table(Arc::clone(file)),
        topology: like.topology,
    };
    let name = format!("{}.rule", file.name);
    let attached = model
        .clone()
        .attach(crate::start::RULE, &name, file.source().as_bytes());
    attached.with("rule", rule.to_string())
}

/// The colour of each state of a rule as it is drawn on this ground.
pub fn colours(rule: &Rule, ink: &loom_sim::view::Ink) -> Vec<loom_sim::Rgba> {
    let mut colours = crate::draw::palette::of_states(rule, ink, "ink");
    colours.truncate(rule.states());
    colours
}

/// The sheet of a rule; nothing for families that have none.
pub fn sheet(rule: &Rule) -> Option<Sheet> {
    Sheet::new(rule, false)
}

/// The sheet of a rule with a switch for each of Hensel's letters, also where only counts
/// matter now; nothing where neighbourhoods have no letters.
pub fn letters(rule: &Rule) -> Option<Sheet> {
    let sheet = Sheet::new(rule, true)?;
    sheet.letters.then_some(sheet)
}

/// The rule with a switch of its [`sheet`] at the next value; nothing where there is none, or
/// where no rule comes of it.
pub fn switch(rule: &Rule, index: usize) -> Option<Rule> {
    sheet(rule)?.switched(index)
}

impl Sheet {
    fn new(rule: &Rule, letters: bool) -> Option<Self> {
        let mut sheet = Self {
            rule: rule.clone(),
            letters: false,
            parts: Vec::new(),
            numbers: Vec::new(),
            choice: None,
        };
        match &rule.family {
            Family::Life(_) | Family::Binary(_) | Family::Generations(_) | Family::Marked(_) => {
                let (base, classes) = tables::classes(&rule.family, letters)?;
                sheet.letters = classes.letters;
                sheet.parts = tables::parts(&base, &classes);
                sheet.numbers = tables::numbers(&rule.family);
            }
            Family::Larger(larger) => {
                sheet.parts = totals::parts(larger);
                sheet.numbers = totals::numbers(larger);
                sheet.choice = Some(totals::shapes(larger));
            }
            Family::Line(line) => sheet.parts = totals::line(line),
            Family::Blocks(blocks) => sheet.parts = totals::blocks(blocks),
            Family::Space(space) => {
                sheet.parts = totals::space(space);
                sheet.numbers = vec![states(space.states.into(), 2)];
            }
            Family::Turmite(_) | Family::Table(_) => return None,
        }
        Some(sheet)
    }

    /// The rule that it shows.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Every switch in the order of their numbers.
    pub fn switches(&self) -> impl Iterator<Item = &Switch> {
        self.parts.iter().flat_map(|part| &part.switches)
    }

    /// The rule with a switch at the next value.
    pub fn switched(&self, index: usize) -> Option<Rule> {
        let switch = self.switches().nth(index)?;
        self.with(index, (switch.value + 1) % switch.values)
    }

    /// The rule with a switch at a value; nothing where there is no such switch or value, or
    /// where no rule comes of it.
    pub fn with(&self, index: usize, value: u8) -> Option<Rule> {
        let switch = self.switches().nth(index)?;
        if value >= switch.values {
            return None;
        }
        let family = match &self.rule.family {
            family @ (Family::Life(_)
            | Family::Binary(_)
            | Family::Generations(_)
            | Family::Marked(_)) => tables::with(family, self.letters, index, value != 0)?,
            Family::Larger(larger) => totals::larger_with(larger, index, value != 0)?,
            Family::Line(line) => totals::line_with(line, index, value)?,
            Family::Blocks(blocks) => totals::blocks_with(blocks, index, value)?,
            Family::Space(space) => totals::space_with(space, index, value != 0)?,
            Family::Turmite(_) | Family::Table(_) => return None,
        };
        self.written(family)
    }

    /// The rule with a number at a value; nothing beyond its limits, or where no rule comes of
    /// it.
    pub fn with_number(&self, index: usize, value: u32) -> Option<Rule> {
        let number = self.numbers.get(index)?;
        if value < number.low || value > number.high {
            return None;
        }
        let family = match &self.rule.family {
            family @ (Family::Life(_) | Family::Binary(_) | Family::Generations(_)) => {
                tables::with_states(family, value)?
            }
            Family::Larger(larger) => totals::larger_number(larger, index, value)?,
            Family::Space(space) => {
                let states = u16::try_from(value).ok()?;
                Family::Space(super::Space { states, ..*space })
            }
            _ => return None,
        };
        self.written(family)
    }

    /// The rule with another neighbourhood; nothing where no rule comes of it.
    pub fn with_choice(&self, place: usize) -> Option<Rule> {
        match &self.rule.family {
            Family::Larger(larger) => self.written(totals::with_shape(larger, place)?),
            _ => None,
        }
    }

    /// A rule on the same grid as its own notation gives it back.
    fn written(&self, family: Family) -> Option<Rule> {
        let rule = Rule {
            family,
            topology: self.rule.topology,
        };
        rule.to_string().parse().ok()
    }
}

/// The number of states, which is at least so many.
fn states(value: u32, low: u32) -> Number {
    Number {
        name: "States".to_owned(),
        value,
        low,
        high: 256,
    }
}

/// A switch that is on or off.
fn two(label: String, picture: Picture, on: bool) -> Switch {
    Switch {
        label,
        picture,
        value: on.into(),
        values: 2,
    }
}
