//! Random cells with an exact symmetry.
//!
//! The symmetries of a rectangle of cells are named as in apgsearch and in Golly's random
//! scripts. Each orbit of a symmetry draws once, at its first cell in the order of rows.

use loom_sim::seed;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

use super::combine::Changes;
use crate::pattern::Run;

/// What leaves the cells as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Symmetry {
    /// Nothing.
    #[default]
    C1,
    /// Half a turn.
    C2,
    /// A quarter turn.
    C4,
    /// A level mirror.
    D2Level,
    /// An upright mirror.
    D2Upright,
    /// The diagonal that rises to the right.
    D2Rising,
    /// The diagonal that falls to the right.
    D2Falling,
    /// A level and an upright mirror.
    D4Plus,
    /// Both diagonals.
    D4Cross,
    /// All of them.
    D8,
}

/// A cell of a rectangle of so many columns and rows under one of the eight motions.
type Motion = fn([i64; 2], [i64; 2]) -> [i64; 2];

const HALF: Motion = |[x, y], [w, h]| [w - 1 - x, h - 1 - y];
const QUARTER: Motion = |[x, y], [w, _]| [w - 1 - y, x];
const BACK: Motion = |[x, y], [w, _]| [y, w - 1 - x];
const LEVEL: Motion = |[x, y], [_, h]| [x, h - 1 - y];
const UPRIGHT: Motion = |[x, y], [w, _]| [w - 1 - x, y];
const RISING: Motion = |[x, y], [w, _]| [w - 1 - y, w - 1 - x];
const FALLING: Motion = |[x, y], _| [y, x];

impl Symmetry {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::C1,
        Self::C2,
        Self::C4,
        Self::D2Level,
        Self::D2Upright,
        Self::D2Rising,
        Self::D2Falling,
        Self::D4Plus,
        Self::D4Cross,
        Self::D8,
    ];

    /// The symmetry that a setting names.
    pub fn of_key(key: &str) -> Self {
        match key {
            "C2" => Self::C2,
            "C4" => Self::C4,
            "D2-" => Self::D2Level,
            "D2|" => Self::D2Upright,
            "D2/" => Self::D2Rising,
            "D2\\" => Self::D2Falling,
            "D4+" => Self::D4Plus,
            "D4x" => Self::D4Cross,
            "D8" => Self::D8,
            _ => Self::C1,
        }
    }

    /// Its motions besides rest.
    pub fn motions(self) -> &'static [Motion] {
        match self {
            Self::C1 => &[],
            Self::C2 => &[HALF],
            Self::C4 => &[QUARTER, HALF, BACK],
            Self::D2Level => &[LEVEL],
            Self::D2Upright => &[UPRIGHT],
            Self::D2Rising => &[RISING],
            Self::D2Falling => &[FALLING],
            Self::D4Plus => &[LEVEL, UPRIGHT, HALF],
            Self::D4Cross => &[RISING, FALLING, HALF],
            Self::D8 => &[QUARTER, HALF, BACK, LEVEL, UPRIGHT, RISING, FALLING],
        }
    }

    /// Whether only squares have it.
    pub fn is_square(self) -> bool {
        matches!(
            self,
            Self::C4 | Self::D2Rising | Self::D2Falling | Self::D4Cross | Self::D8
        )
    }

    /// The part of a rectangle that is filled: left, top, width and height in it. It has the
    /// same middle; nothing if there is no such square.
    pub fn part(self, (width, height): (i64, i64)) -> Option<(i64, i64, i64, i64)> {
        if !self.is_square() {
            return Some((0, 0, width, height));
        }
        let mut side = width.min(height);
        // Both sides must differ from the square's by an even number of cells.
        if (width - side) % 2 != 0 || (height - side) % 2 != 0 {
            side -= 1;
        }
        let fits = side > 0 && (width - side) % 2 == 0 && (height - side) % 2 == 0;
        fits.then_some(((width - side) / 2, (height - side) / 2, side, side))
    }
}

/// Random runs of a rectangle, dead ones among them. Live cells get a state from 1 to `highest`.
pub(super) fn runs(
    (width, height): (i64, i64),
    density: f64,
    highest: u8,
    symmetry: Symmetry,
    seed: u64,
) -> Vec<Run> {
    let threshold = (density * 4294967296.0).round() as u64;
    let mut random = seed::stream(seed, "fill");
    let mut draw = || {
        if u64::from(random.next_u32()) >= threshold {
            0
        } else if highest > 1 {
            1 + (random.next_u32() % u32::from(highest)) as u8
        } else {
            1
        }
    };
    let motions = symmetry.motions();
    let mut cells = vec![0u8; (width * height) as usize];
    let mut changes = Changes::default();
    for y in 0..height {
        for x in 0..width {
            let first = motions
                .iter()
                .map(|motion| motion([x, y], [width, height]))
                .map(|[x, y]| (y, x))
                .fold((y, x), std::cmp::min);
            let state = if first == (y, x) {
                draw()
            } else {
                cells[(first.0 * width + first.1) as usize]
            };
            cells[(y * width + x) as usize] = state;
            changes.push(x, y, 1, state);
        }
    }
    changes.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(size: (i64, i64), symmetry: Symmetry, highest: u8, seed: u64) -> Vec<u8> {
        let runs = runs(size, 0.5, highest, symmetry, seed);
        let cells = runs
            .iter()
            .flat_map(|run| vec![run.state; run.length as usize]);
        cells.collect()
    }

    /// Whether a rectangle of cells stays as it is.
    fn stays(cells: &[u8], (w, h): (i64, i64), motion: Motion) -> bool {
        (0..h).all(|y| {
            (0..w).all(|x| {
                let [u, v] = motion([x, y], [w, h]);
                cells[(y * w + x) as usize] == cells[(v * w + u) as usize]
            })
        })
    }

    #[test]
    fn a_random_fill_has_the_symmetry_asked_for_and_no_other() {
        for symmetry in Symmetry::ALL {
            for size in [(16, 16), (15, 15), (14, 9), (9, 12)] {
                if symmetry.is_square() && size.0 != size.1 {
                    continue;
                }
                let cells = cells(size, symmetry, 3, 5);
                assert_eq!(cells.len() as i64, size.0 * size.1);
                let square = size.0 == size.1;
                let all = Symmetry::D8.motions();
                let all = all
                    .iter()
                    .filter(|&&m| square || [HALF, LEVEL, UPRIGHT].iter().any(|&n| same(n, m)));
                for &motion in all {
                    let wanted = symmetry.motions().iter().any(|&m| same(m, motion));
                    assert_eq!(stays(&cells, size, motion), wanted, "{symmetry:?} {size:?}");
                }
            }
        }
    }

    /// Whether two motions do the same to a square.
    fn same(one: Motion, other: Motion) -> bool {
        [[0, 1], [3, 2], [5, 1]]
            .iter()
            .all(|&at| one(at, [7, 7]) == other(at, [7, 7]))
    }

    proptest! {
        #[test]
        fn the_filled_square_lies_in_the_very_middle(width in 1i64..40, height in 1i64..40) {
            match Symmetry::D8.part((width, height)) {
                Some((left, top, side, again)) => {
                    prop_assert_eq!(side, again);
                    prop_assert_eq!(2 * left + side, width);
                    prop_assert_eq!(2 * top + side, height);
                    prop_assert!(side + 1 >= width.min(height));
                }
                None => prop_assert!((width - height) % 2 != 0 || width.min(height) == 1),
            }
        }
    }

    #[test]
    fn the_density_is_the_share_of_live_cells() {
        for symmetry in [Symmetry::C1, Symmetry::D8] {
            let runs = runs((500, 500), 0.3, 1, symmetry, 1);
            let live: u64 = runs.iter().filter(|r| r.state > 0).map(|r| r.length).sum();
            let share = live as f64 / 250_000.0;
            // An orbit of eight cells draws once: five standard deviations.
            let deviation = (0.3 * 0.7 * 8.0 / 250_000.0f64).sqrt();
            assert!((share - 0.3).abs() < 5.0 * deviation, "{share}");
        }
        assert_eq!(
            cells((9, 9), Symmetry::C1, 1, 3),
            cells((9, 9), Symmetry::C1, 1, 3)
        );
    }
}
