//! When a universe has too little memory to go on: what it has spent on collecting its store, and
//! what it got for that.
//!
//! A step that fills the store again and again is given up for a smaller one; when many
//! collections have brought few generations, however small the steps, the universe stops and says
//! so. What is spent is remembered through interruptions, so that a step computed in slices of
//! milliseconds is judged like one computed at once.

use super::MAX_LEVEL;

/// Collections in one step, at most: one that needs more spends its time on finding again what it
/// had to forget.
const STEP: u32 = 6;
/// So many collections must bring [`LEAST`] generations.
const WINDOW: u32 = 32;
/// Generations that are worth going on for.
const LEAST: u64 = 64;
/// After so many failures in a row only single generations are tried.
const FAILURES: u16 = 4;
/// The most steps without a collection before a larger one is tried again.
const PATIENCE: u32 = 1 << 10;

/// What was spent, and how large steps may be.
#[derive(Clone, Debug)]
pub(super) struct Effort {
    /// Steps of more than 2^most generations have been found not to fit the memory.
    most: u16,
    /// Steps that failed since one was finished.
    failures: u16,
    /// Steps done without a collection at the present size, and so many of them make it grow.
    easy: u32,
    patience: u32,
    /// Collections of the step under way.
    step: u32,
    /// Collections and generations since the last judgement.
    collections: u32,
    generations: u64,
}

impl Effort {
    pub(super) fn new() -> Self {
        Self {
            most: MAX_LEVEL,
            failures: 0,
            easy: 0,
            patience: 1,
            step: 0,
            collections: 0,
            generations: 0,
        }
    }

    /// The largest exponent of a step.
    pub(super) fn most(&self) -> u16 {
        self.most
    }

    /// One more collection; false where the step has had enough of them.
    pub(super) fn collect(&mut self) -> bool {
        self.step += 1;
        self.collections += 1;
        self.step <= STEP
    }

    /// A step of 2^k generations is done; false where such steps are no way to go on.
    pub(super) fn done(&mut self, k: u16) -> bool {
        if self.step == 0 && k == self.most {
            self.easy += 1;
            if self.easy >= self.patience {
                // There was room: larger ones may fit now.
                self.easy = 0;
                self.most = (self.most + 1).min(MAX_LEVEL);
            }
        }
        self.step = 0;
        self.failures = 0;
        let generations = 1u64.checked_shl(k.into()).unwrap_or(u64::MAX);
        self.generations = self.generations.saturating_add(generations);
        if self.collections < WINDOW {
            return true;
        }
        let worth = self.generations >= LEAST;
        (self.collections, self.generations) = (0, 0);
        worth
    }

    /// A step of 2^k generations did not fit; false where no smaller one is left to try.
    pub(super) fn failed(&mut self, k: u16) -> bool {
        self.step = 0;
        // Half the generations need a little less room; when that helps nothing, the steps
        // become much smaller.
        let less = if self.failures < FAILURES {
            1 << self.failures
        } else {
            k
        };
        self.failures += 1;
        self.most = k.saturating_sub(less);
        self.easy = 0;
        self.patience = (self.patience * 2).min(PATIENCE);
        // The smaller steps are judged by themselves.
        (self.collections, self.generations) = (0, 0);
        k > 0
    }
}
