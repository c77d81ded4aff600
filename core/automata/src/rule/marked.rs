//! Rules with a memory for the eye: `B3/S23History` (7 states) leaves a trail and keeps marks,
//! `B3/S23Super` (26 states) has more marks, trails and labels. Odd states are alive.
//!
//! The meaning of the states is that of Golly's manual, "Super algorithm": 1 alive and 2 where
//! it was, 3 and 4 marked alive and dead, 5 alive from the start (4 when it dies), 6 a wall that
//! kills what touches it. Super adds 7 and 8 (marks that end trails), 9 to 12 (two more trails),
//! 13 to 25 odd (alive without a trail) and even labels: 14 vanishes, 16 vanishes when touched,
//! 18, 20 and 22 follow each other round, 24 appears (as 18) when touched.

use std::fmt;

use super::binary::Binary;

/// Which set of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Memory {
    /// 7 states.
    History,
    /// 26 states.
    Super,
}

/// A rule of two states whose cells carry marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Marked {
    /// The rule by which odd (live) and even (dead) states live.
    pub base: Binary,
    /// The set of states.
    pub memory: Memory,
}

/// Live states without a trail.
const NO_TRAIL: u32 = bits(&[13, 15, 17, 19, 21, 23, 25]);

const fn bits(states: &[u32]) -> u32 {
    let (mut all, mut i) = (0, 0);
    while i < states.len() {
        all |= 1 << states[i];
        i += 1;
    }
    all
}

/// The only state of a set, if it has just one.
fn only(set: u32) -> Option<u8> {
    set.is_power_of_two().then(|| set.trailing_zeros() as u8)
}

impl Marked {
    /// Number of states.
    pub fn states(&self) -> usize {
        match self.memory {
            Memory::History => 7,
            Memory::Super => 26,
        }
    }

    /// What the middle of a block becomes.
    pub fn next(&self, block: &[u8; 9]) -> u8 {
        let mut place = 0u16;
        let mut around = 0u32;
        let mask = self.base.hood.mask();
        for (i, &cell) in block.iter().enumerate() {
            place = place << 1 | u16::from(cell & 1);
            if mask >> (8 - i) & 1 != 0 {
                around |= 1 << cell;
            }
        }
        let cell = block[4];
        let alive = self.base.outcomes.get(place);
        match self.memory {
            Memory::History => Self::history(cell, around, alive),
            Memory::Super => Self::super_(cell, around, alive),
        }
    }

    fn history(cell: u8, around: u32, alive: bool) -> u8 {
        let wall = around & 1 << 6 != 0;
        let alive = alive && !(wall && cell & 1 == 1);
        match (cell, alive) {
            (1 | 3 | 5, true) => cell,
            (1, false) => 2,
            (3 | 5, false) => 4,
            (6, _) => 6,
            (4, true) => 3,
            (_, true) => 1,
            (_, false) => cell,
        }
    }

    fn super_(cell: u8, around: u32, alive: bool) -> u8 {
        if around & 1 << 6 != 0 {
            // At a wall live cells die, and what leaves no trail is wiped away.
            match cell {
                7 | 8 | 13.. => return 0,
                1 => return 2,
                3 | 5 => return 4,
                9 => return 10,
                11 => return 12,
                _ => {}
            }
        }
        match (cell & 1 == 1, alive) {
            (true, true) => cell,
            (true, false) => match cell {
                5 => 4,
                0..=11 => cell + 1,
                _ => 0,
            },
            (false, true) => match cell {
                4 => 3,
                6 => 6,
                8 => 7,
                _ => Self::child(around),
            },
            (false, false) => Self::label(cell, around),
        }
    }

    /// The state of a cell that is born, from the states around it.
    fn child(around: u32) -> u8 {
        let trails = bits(&[9, 11]);
        let plain = bits(&[1, 5]);
        let has = |set: u32| around & set != 0;
        // Parents of one coloured state hand it on.
        if !has(plain | bits(&[3, 7]))
            && let Some(state) = only(around & (trails | NO_TRAIL))
        {
            return state;
        }
        // Marks of trails and of their ends don't stand in the way of colours that suit them.
        if has(1 << 3)
            && !has(plain | trails | 1 << 7)
            && let Some(state) = only(around & NO_TRAIL)
        {
            return state;
        }
        if has(1 << 7)
            && !has(plain | 1 << 3 | NO_TRAIL)
            && let Some(state) = only(around & trails)
        {
            return state;
        }
        if has(1 << 7 | NO_TRAIL) && !has(plain | 1 << 3 | trails) {
            13
        } else {
            1
        }
    }

    /// What a dead cell that stays dead becomes.
    fn label(cell: u8, around: u32) -> u8 {
        let touched = around & 0x0aaa_aaaa != 0;
        let beside = |state: u8| around >> state & 1 != 0;
        match cell {
            14 => 0,
            16 if touched || beside(14) => 14,
            18 if beside(22) => 22,
            20 if beside(18) => 18,
            22 if beside(20) => 20,
            24 if touched || beside(14) || beside(18) => 18,
            _ => cell,
        }
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = match self.memory {
            Memory::History => "History",
            Memory::Super => "Super",
        };
        write!(f, "{}{memory}", self.base)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::Rule;

    fn next(rule: &str, block: [u8; 9]) -> u8 {
        let rule: Rule = rule.parse().unwrap();
        rule.local().unwrap().next(&block)
    }

    #[test]
    fn trails_marks_and_walls_do_what_the_manual_says() {
        let history = |block| next("B3/S23History", block);
        assert_eq!(history([1, 1, 1, 0, 0, 0, 0, 0, 0]), 1);
        assert_eq!(history([1, 0, 0, 0, 1, 0, 0, 0, 0]), 2);
        assert_eq!(history([1, 3, 5, 0, 4, 0, 0, 0, 0]), 3);
        assert_eq!(history([0, 0, 0, 0, 5, 0, 0, 0, 0]), 4);
        assert_eq!(history([1, 1, 1, 0, 6, 0, 0, 0, 0]), 6);
        assert_eq!(history([1, 1, 1, 0, 1, 0, 0, 0, 6]), 2);
        assert_eq!(history([1, 1, 1, 0, 2, 0, 0, 0, 2]), 1);
    }

    #[test]
    fn colours_are_handed_on_when_parents_agree() {
        let more = |block| next("B3/S23Super", block);
        assert_eq!(more([9, 9, 9, 0, 0, 0, 0, 0, 0]), 9);
        assert_eq!(more([9, 9, 11, 0, 0, 0, 0, 0, 0]), 1);
        assert_eq!(more([15, 15, 17, 0, 0, 0, 0, 0, 0]), 13);
        assert_eq!(more([15, 15, 3, 0, 0, 0, 0, 0, 0]), 15);
        assert_eq!(more([9, 9, 7, 0, 0, 0, 0, 0, 0]), 9);
        assert_eq!(more([0, 0, 0, 0, 9, 0, 0, 0, 0]), 10);
        assert_eq!(more([0, 0, 0, 0, 13, 0, 0, 0, 0]), 0);
        assert_eq!(more([0, 0, 22, 0, 18, 0, 0, 0, 0]), 22);
        assert_eq!(more([0, 0, 0, 0, 14, 0, 0, 0, 0]), 0);
        assert_eq!(more([0, 0, 1, 0, 24, 0, 0, 0, 0]), 18);
        assert_eq!(more([0, 6, 0, 0, 19, 0, 0, 0, 0]), 0);
    }
}
