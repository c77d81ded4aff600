//! Which stepper a rule gets on its grid.

use std::sync::Arc;

use super::Field;
use super::blocks::Squares;
use super::history::History;
use super::larger::Sums;
use super::lookup::{General, Live};
use super::space::Sheets;
use super::total::Total;
use crate::error::LifeError;
use crate::rule::{
    Binary, Family, Generations, Hood, LifeLike, Line, Memory, Rule, Topology, Turmite,
};

/// What makes the next generation of whole rows.
pub(crate) trait Stepper: Send + Sync + std::fmt::Debug {
    /// The engine's name.
    fn name(&self) -> &'static str;
    /// How far a cell looks: the width of the rim, and how far life spreads in a generation.
    fn reach(&self) -> usize;
    /// The rows from `first` on, with their rims, as many as `out` holds; `odd` is the parity of
    /// the generation that `from` stands at.
    fn band(&self, from: &Field, first: usize, out: &mut [u8], odd: bool);
}

/// How a rule moves its cells.
#[derive(Debug)]
pub(super) enum Mover {
    Rows(Box<dyn Stepper>),
    Turmite(Arc<Turmite>, Option<Vec<(i64, i64)>>),
    Line(Arc<Line>),
}

/// Life-like counts of a table that counts its neighbours, whatever their number.
pub(crate) fn counts(binary: &Binary) -> Option<LifeLike> {
    let mask = binary.hood.mask();
    let middle = crate::rule::binary::MIDDLE;
    let mut life = LifeLike {
        birth: 0,
        survival: 0,
    };
    for block in (0..512u16).filter(|block| block & !(mask | middle) == 0) {
        let count = (block & mask).count_ones();
        if binary.outcomes.get(block) {
            let set = if block & middle == 0 {
                &mut life.birth
            } else {
                &mut life.survival
            };
            *set |= 1 << count;
        }
    }
    let same = (0..512u16).all(|block| {
        let count = (block & mask).count_ones();
        binary.outcomes.get(block) == life.next(block & middle != 0, count)
    });
    same.then_some(life)
}

fn background(rule: &Rule) -> LifeError {
    LifeError::Other(format!(
        "rule {rule} turns empty space alive without end; add a grid on all sides, such as {}:T512",
        rule.name()
    ))
}

/// What steps rows of cells under a rule; nothing for machines and rules of one dimension.
///
/// # Errors
/// A rule that can't run on its grid.
pub(crate) fn stepper(rule: &Rule) -> Result<Option<Box<dyn Stepper>>, LifeError> {
    Ok(match mover(rule)? {
        Mover::Rows(stepper) => Some(stepper),
        Mover::Turmite(..) | Mover::Line(_) => None,
    })
}

/// How a rule moves its cells.
///
/// # Errors
/// A rule that can't run on its grid.
pub(super) fn mover(rule: &Rule) -> Result<Mover, LifeError> {
    let (w, h) = rule.topology.sides();
    let unbounded = w == 0 || h == 0;
    let rows = |stepper: Box<dyn Stepper>| Ok(Mover::Rows(stepper));
    let general = |cross: bool| {
        if unbounded && rule.has_b0() {
            return Err(background(rule));
        }
        match rule.local() {
            Some(local) => rows(Box::new(General::new(local, cross))),
            None => Err(LifeError::Other(format!("rule {rule} has no table"))),
        }
    };
    match &rule.family {
        Family::Life(life) => {
            let pair = if unbounded {
                life.emulated()
            } else {
                [*life; 2]
            };
            rows(Box::new(Total::new(Hood::Moore, pair, 2)))
        }
        Family::Binary(binary) => {
            if let (Some(life), false) = (counts(binary), unbounded && binary.has_b0()) {
                return rows(Box::new(Total::new(binary.hood, [life; 2], 2)));
            }
            let pair = if unbounded {
                binary.emulated()
            } else {
                [binary.outcomes; 2]
            };
            rows(Box::new(Live::new(pair, 2)))
        }
        Family::Generations(rule_) => {
            let Generations { base, states } = **rule_;
            if unbounded && base.has_b0() {
                return Err(background(rule));
            }
            match counts(&base) {
                Some(life) => rows(Box::new(Total::new(base.hood, [life; 2], states.into()))),
                None => rows(Box::new(Live::new([base.outcomes; 2], states.into()))),
            }
        }
        Family::Larger(larger) => {
            let pair = if unbounded {
                larger.emulated().ok_or_else(|| background(rule))?
            } else {
                [(**larger).clone(), (**larger).clone()]
            };
            rows(Box::new(Sums::new(pair, !unbounded)))
        }
        Family::Blocks(blocks) => {
            let even = |side: u32| side.is_multiple_of(2);
            let closed = !matches!(
                rule.topology,
                Topology::Plane | Topology::Bounded { .. } | Topology::Strip { wraps: false, .. }
            );
            if closed && !(even(w) && even(h)) {
                return Err(LifeError::Other(format!(
                    "squares of four cells don't fit around {rule}; give even sides"
                )));
            }
            if !unbounded {
                return rows(Box::new(Squares::on_grid(blocks)));
            }
            match Squares::on_plane(blocks) {
                Some(squares) => rows(Box::new(squares)),
                None => Err(background(rule)),
            }
        }
        Family::Marked(marked) => match (marked.memory, counts(&marked.base)) {
            (Memory::History, Some(life)) if !(unbounded && rule.has_b0()) => {
                rows(Box::new(History::new(marked.base.hood, life)))
            }
            _ => general(false),
        },
        Family::Table(file) => general(file.is_von_neumann()),
        Family::Turmite(turmite) => Ok(Mover::Turmite(turmite.clone(), None)),
        Family::Line(line) => {
            let plain = rule.topology.is_plain() || matches!(rule.topology, Topology::Strip { .. });
            if !plain {
                return Err(LifeError::Other(format!(
                    "a row has two ends: {rule} needs :T (they meet) or :P (dead beyond them)"
                )));
            }
            if w == 0 && !line.is_quiet() {
                return Err(LifeError::Other(format!(
                    "rule {rule} fills the unbounded row at once; add a length, such as {}:T512",
                    rule.name()
                )));
            }
            Ok(Mover::Line(line.clone()))
        }
        Family::Space(space) => match rule.topology {
            Topology::Box {
                height,
                depth,
                wraps,
                ..
            } => rows(Box::new(Sheets::new(*space, height, depth, wraps))),
            _ => Err(LifeError::Other(format!(
                "rule {rule} needs a box, such as {}:T40",
                rule.name()
            ))),
        },
    }
}
