//! Why a universe could not be made or advanced.

use num_bigint::BigUint;
use thiserror::Error;

use super::MAX_LEVEL;
use crate::rule::Rule;

/// A universe that would grow beyond what coordinates are kept for.
pub(super) const TOO_FAR: HashLifeError = HashLifeError::TooFar { limit: MAX_LEVEL };

/// Why a universe could not be made or advanced.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HashLifeError {
    /// A torus or bounded plane.
    #[error(
        "HashLife runs on the unbounded plane, not on {0}; choose the packed engine or leave the grid out of the rule"
    )]
    Grid(Rule),
    /// Births out of nothing, and a background that doesn't come back.
    #[error(
        "rule {0} turns the whole unbounded plane alive for good, which no engine can hold; add \
         a grid, such as {0}:T512, and choose the engine auto"
    )]
    B0(Rule),
    /// A rule of one dimension or in space.
    #[error(
        "HashLife runs rules of two dimensions that look a bounded way, not {0}; choose the \
         engine auto"
    )]
    Family(Rule),
    /// A state that the rule doesn't have.
    #[error("rule {rule} has {states} states, from 0 on; there is no state {state}")]
    State {
        /// The rule.
        rule: Rule,
        /// Its states.
        states: usize,
        /// The state that was asked for.
        state: u8,
    },
    /// The memory limit.
    #[error(
        "HashLife needs more than its {limit} MiB at generation {generation}; raise the memory \
         limit, or take smaller steps"
    )]
    Memory {
        /// The limit in MiB.
        limit: usize,
        /// Where the universe stands.
        generation: BigUint,
    },
    /// Too far in space or time.
    #[error("the universe would grow beyond 2^{limit} cells a side; advance by fewer generations")]
    TooFar {
        /// Binary logarithm of the longest side.
        limit: u16,
    },
    /// Ran out of memory while the pattern was read.
    #[error("the pattern needs more than HashLife's {limit} MiB; raise the memory limit")]
    PatternTooBig {
        /// The limit in MiB.
        limit: usize,
    },
}
