//! Neighbourhoods of `@TABLE` files and the symmetries that a transition may have in them.

/// The cells that a transition names, the middle one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbourhood {
    VonNeumann,
    Moore,
    Hexagonal,
    OneDimensional,
}

impl Neighbourhood {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "vonneumann" => Self::VonNeumann,
            "moore" => Self::Moore,
            "hexagonal" => Self::Hexagonal,
            "onedimensional" => Self::OneDimensional,
            _ => return None,
        })
    }

    /// The places of a transition's cells in a block, rows from north to south.
    pub(super) const fn places(self) -> &'static [usize] {
        match self {
            Self::VonNeumann => &[4, 1, 5, 7, 3],
            Self::Moore => &[4, 1, 2, 5, 8, 7, 6, 3, 0],
            Self::Hexagonal => &[4, 1, 5, 8, 7, 3, 0],
            Self::OneDimensional => &[4, 3, 5],
        }
    }
}

/// How a transition may be turned and mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symmetry {
    /// Turned by multiples of this many places of the ring around, and perhaps mirrored.
    Ring { step: usize, mirror: bool },
    /// The neighbours in any order.
    Permute,
}

impl Symmetry {
    pub(super) fn named(name: &str, of: Neighbourhood) -> Option<Self> {
        let ring = of.places().len() - 1;
        let turns = |turns: usize, mirror| {
            let step = ring / turns;
            Some(Self::Ring { step, mirror })
        };
        match (name.to_ascii_lowercase().as_str(), of) {
            ("none", _) => turns(1, false),
            ("permute", _) => Some(Self::Permute),
            ("reflect", Neighbourhood::OneDimensional) => turns(1, true),
            ("reflect_horizontal", Neighbourhood::VonNeumann | Neighbourhood::Moore) => {
                turns(1, true)
            }
            ("rotate4", Neighbourhood::VonNeumann | Neighbourhood::Moore) => turns(4, false),
            ("rotate4reflect", Neighbourhood::VonNeumann | Neighbourhood::Moore) => turns(4, true),
            ("rotate8", Neighbourhood::Moore) => turns(8, false),
            ("rotate8reflect", Neighbourhood::Moore) => turns(8, true),
            ("rotate2", Neighbourhood::Hexagonal) => turns(2, false),
            ("rotate3", Neighbourhood::Hexagonal) => turns(3, false),
            ("rotate6", Neighbourhood::Hexagonal) => turns(6, false),
            ("rotate6reflect", Neighbourhood::Hexagonal) => turns(6, true),
            _ => None,
        }
    }

    /// Calls `each` with the neighbours in every order that the symmetry gives; the middle cell
    /// comes first and stays. Orders that look the same come once.
    pub(super) fn orders<T: Copy + Ord>(self, cells: &[T], mut each: impl FnMut(&[T])) {
        let mut cells = cells.to_vec();
        match self {
            Self::Permute => {
                cells[1..].sort_unstable();
                loop {
                    each(&cells);
                    if !next_permutation(&mut cells[1..]) {
                        return;
                    }
                }
            }
            Self::Ring { step, mirror } => {
                let ring = cells.len() - 1;
                let mut seen: Vec<Vec<T>> = Vec::new();
                let mut once = |cells: &[T]| {
                    if !seen.iter().any(|other| other == cells) {
                        each(cells);
                        seen.push(cells.to_vec());
                    }
                };
                for _ in 0..ring / step.max(1) {
                    once(&cells);
                    if mirror {
                        let mut other = cells.clone();
                        // North stays, or, in a row, both sides change.
                        if ring == 2 {
                            other.swap(1, 2);
                        } else {
                            other[2..].reverse();
                        }
                        once(&other);
                    }
                    cells[1..].rotate_right(step % ring.max(1));
                }
            }
        }
    }
}

/// The next order of a list in the dictionary's sense; false after the last.
fn next_permutation<T: Ord>(list: &mut [T]) -> bool {
    let Some(pivot) = list.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let Some(swap) = list.iter().rposition(|item| *item > list[pivot]) else {
        return false;
    };
    list.swap(pivot, swap);
    list[pivot + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn count(name: &str, of: Neighbourhood) -> usize {
        let cells: Vec<usize> = (0..of.places().len()).collect();
        let mut count = 0;
        Symmetry::named(name, of)
            .unwrap()
            .orders(&cells, |_| count += 1);
        count
    }

    #[test]
    fn symmetries_have_their_sizes() {
        use Neighbourhood::{Hexagonal, Moore, OneDimensional, VonNeumann};
        for (name, of, size) in [
            ("none", VonNeumann, 1),
            ("rotate4", VonNeumann, 4),
            ("rotate4reflect", VonNeumann, 8),
            ("reflect_horizontal", VonNeumann, 2),
            ("permute", VonNeumann, 24),
            ("rotate4", Moore, 4),
            ("rotate8", Moore, 8),
            ("rotate4reflect", Moore, 8),
            ("rotate8reflect", Moore, 16),
            ("reflect_horizontal", Moore, 2),
            ("permute", Moore, 40320),
            ("rotate2", Hexagonal, 2),
            ("rotate3", Hexagonal, 3),
            ("rotate6", Hexagonal, 6),
            ("rotate6reflect", Hexagonal, 12),
            ("reflect", OneDimensional, 2),
            ("permute", OneDimensional, 2),
        ] {
            assert_eq!(count(name, of), size, "{name} {of:?}");
        }
        assert!(Symmetry::named("rotate8", VonNeumann).is_none());
    }
}
