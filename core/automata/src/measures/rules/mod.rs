//! What a rule makes of a neighbourhood, in the form in which it can be counted.
//!
//! Four forms cover all families: neighbours that count as alive or not ([`live`]), weighted sums
//! ([`sum`]), tables of any states ([`table`]), and squares of four cells ([`squares`]). Each tells
//! the share of neighbourhoods that don't lead to state 0, the densities after one generation if
//! cells were independent, and how many cells differ after one generation if one differs before.

mod facts;
mod live;
mod squares;
mod sum;
mod table;

pub(super) use self::facts::{facts, relatives};
pub(super) use self::live::Live;
pub(super) use self::squares::Squares;
pub(super) use self::sum::Sum;
pub(super) use self::table::Table;

use loom_sim::{Job, SimError};
use num_bigint::BigUint;

use super::polynomial::Polynomial;
use crate::rule::reach::Shape;
use crate::rule::{Binary, Family, Line, Rule};

/// Longer neighbourhoods than this are counted in floating point.
const EXACT: usize = 4096;

/// A rule in a form that can be counted.
#[derive(Clone, Debug)]
pub(super) enum Map {
    Live(Live),
    Sum(Sum),
    Table(Table),
    Squares(Squares),
}

/// A share of all neighbourhoods.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Share {
    /// So many of so many.
    Exact(BigUint, BigUint),
    /// A floating-point number and a bound of its error.
    Rounded(f64, f64),
    /// Estimated from random neighbourhoods: the share and how many were drawn.
    Sampled(f64, u64),
}

impl Share {
    /// As a floating-point number.
    pub fn value(&self) -> f64 {
        match self {
            Self::Exact(part, all) => ratio(part, all),
            Self::Rounded(value, _) | Self::Sampled(value, _) => *value,
        }
    }
}

/// A quotient of large numbers.
pub(super) fn ratio(part: &BigUint, all: &BigUint) -> f64 {
    // 64 digits of the quotient, whatever the size of the numbers.
    let shift = all.bits().saturating_sub(part.bits()) + 64;
    let quotient = (part << shift) / all.max(&BigUint::from(1u32));
    let digits = quotient.bits().saturating_sub(64);
    let high: u64 = (&quotient >> digits).try_into().unwrap_or(u64::MAX);
    high as f64 * 2f64.powi(digits.min(1 << 20) as i32 - shift.min(1 << 20) as i32)
}

/// A row of Pascal's triangle.
pub(super) fn binomials(n: usize) -> Vec<BigUint> {
    let mut row = Vec::with_capacity(n + 1);
    let mut last = BigUint::from(1u32);
    for k in 0..=n {
        row.push(last.clone());
        last = last * (n - k) / (k + 1);
    }
    row
}

/// The chances of 0 to n successes in n trials of chance p.
pub(super) fn chances(n: usize, p: f64) -> Vec<f64> {
    let mut list = vec![0.0; n + 1];
    if p <= 0.0 || p >= 1.0 {
        list[if p <= 0.0 { 0 } else { n }] = 1.0;
        return list;
    }
    // From the likeliest number outwards, so that nothing overflows; then all to 1.
    let mode = (((n + 1) as f64 * p) as usize).min(n);
    let odds = p / (1.0 - p);
    list[mode] = 1.0;
    for k in mode..n {
        list[k + 1] = list[k] * odds * (n - k) as f64 / (k + 1) as f64;
    }
    for k in (0..mode).rev() {
        list[k] = list[k + 1] / odds * (k + 1) as f64 / (n - k) as f64;
    }
    let sum: f64 = list.iter().sum();
    for chance in &mut list {
        *chance /= sum;
    }
    list
}

impl Map {
    /// The form of a rule.
    pub fn of(rule: &Rule) -> Self {
        match &rule.family {
            Family::Life(life) => Self::Live(Live::counts(
                8,
                2,
                |n| life.next(false, n as u32),
                |n| life.next(true, n as u32),
            )),
            Family::Binary(binary) => Self::Live(Live::binary(binary, 2)),
            Family::Generations(rule) => Self::Live(Live::binary(&rule.base, rule.states.into())),
            Family::Space(space) => Self::Live(Live::counts(
                space.neighbours() as usize,
                space.states.into(),
                |n| space.birth >> n & 1 != 0,
                |n| space.survival >> n & 1 != 0,
            )),
            Family::Larger(larger) => {
                let terms = larger.shape.terms(i32::from(larger.reach), larger.middle);
                if matches!(larger.shape, Shape::Weighted(..) | Shape::Gaussian) {
                    return Self::Sum(Sum::larger(larger, &terms));
                }
                let cells: i64 = terms.iter().map(|t| i64::from(t.to - t.from + 1)).sum();
                let own = i64::from(larger.middle);
                let neighbours = (cells - own).max(0) as usize;
                Self::Live(Live::counts(
                    neighbours,
                    larger.states(),
                    |n| larger.birth.has(n as i64),
                    |n| larger.survival.has(n as i64 + own),
                ))
            }
            Family::Line(line) => match &**line {
                Line::Elementary(number) => Self::Live(Live::patterns(2, 2, |own, around| {
                    let (west, east) = (around >> 1 & 1, around & 1);
                    number >> (4 * west + 2 * u32::from(own) + east) & 1 != 0
                })),
                Line::Totalistic {
                    colours: 2,
                    reach,
                    outcomes,
                } => {
                    let out = |n: usize| outcomes.get(n).is_some_and(|&o| o != 0);
                    Self::Live(Live::counts(
                        2 * usize::from(*reach),
                        2,
                        out,
                        |n| out(n + 1),
                    ))
                }
                Line::Totalistic {
                    colours,
                    reach,
                    outcomes,
                } => Self::Sum(Sum::line(*colours, *reach, outcomes)),
            },
            Family::Blocks(blocks) => Self::Squares(Squares(blocks.0)),
            Family::Marked(_) | Family::Table(_) | Family::Turmite(_) => {
                Self::Table(Table::of(rule))
            }
        }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        match self {
            Self::Live(live) => live.states,
            Self::Sum(sum) => sum.states(),
            Self::Table(table) => table.states,
            Self::Squares(_) => 2,
        }
    }

    /// Cells that matter, the middle one among them.
    pub fn cells(&self) -> usize {
        match self {
            Self::Live(live) => live.neighbours + 1,
            Self::Sum(sum) => sum.weights.len() + 1,
            Self::Table(table) => table.places.len(),
            Self::Squares(_) => 4,
        }
    }

    /// The share of all neighbourhoods whose cell is not in state 0 afterwards.
    pub fn lambda(&self, seed: u64, job: &Job) -> Result<Share, SimError> {
        match self {
            Self::Live(live) => Ok(live.lambda()),
            Self::Sum(sum) => sum.lambda(seed, job),
            Self::Table(table) => table.lambda(seed, job),
            Self::Squares(squares) => Ok(squares.lambda()),
        }
    }

    /// The density after one generation as a polynomial of the density before, of two states.
    pub fn polynomial(&self) -> Option<Polynomial> {
        match self {
            Self::Live(live) => live.polynomial(),
            Self::Squares(squares) => Some(squares.polynomial()),
            _ => None,
        }
    }

    /// The densities of all states after one generation if cells are independent; nothing where
    /// there are too many neighbourhoods to go through.
    pub fn next(&self, densities: &[f64]) -> Option<Vec<f64>> {
        let mut next = match self {
            Self::Live(live) => Some(live.next(densities)),
            Self::Sum(sum) => sum.next(densities),
            Self::Table(table) => table.next(densities),
            Self::Squares(squares) => Some(squares.next(densities)),
        }?;
        // Rounding errors of the whole would grow by the number of cells in every step.
        for density in &mut next {
            *density = density.max(0.0);
        }
        let all: f64 = next.iter().sum();
        for density in &mut next {
            *density /= all;
        }
        Some(next)
    }

    /// How many cells differ after one generation on the average if one cell differs before, cells
    /// being independent with these densities and the one becoming any other state: the mean
    /// sensitivity (I. Shmulevich & S. A. Kauffman 2004, Phys. Rev. Lett. 93, 048701).
    pub fn sensitivity(&self, densities: &[f64], job: &Job) -> Result<Option<f64>, SimError> {
        Ok(match self {
            Self::Live(live) => Some(live.sensitivity(densities)),
            Self::Sum(sum) => sum.sensitivity(densities, job)?,
            Self::Table(table) => table.sensitivity(densities, job)?,
            Self::Squares(squares) => Some(squares.sensitivity(densities)),
        })
    }
}

impl Live {
    /// A table of two states, perhaps with dying ones.
    fn binary(binary: &Binary, states: usize) -> Self {
        let mask = binary.hood.mask();
        let places: Vec<u32> = (0..9).filter(|bit| mask >> bit & 1 != 0).collect();
        Self::patterns(places.len(), states, |own, around| {
            let block = places.iter().enumerate().fold(0u16, |block, (i, bit)| {
                block | ((around >> i & 1) as u16) << bit
            });
            binary.outcomes.get(block | u16::from(own) << 4)
        })
    }
}
