//! Hensel's letters: the 51 kinds of neighbourhoods that differ by more than a turn or a
//! reflection, named by their number of live neighbours and a letter.
//!
//! The neighbourhoods of 5 to 7 live neighbours are the negatives of those of 3 to 1 with the
//! same letter. A neighbourhood is a byte here, one bit a neighbour, clockwise from the north:
//! n, ne, e, se, s, sw, w, nw in bits 0 to 7.

use std::fmt;
use std::sync::OnceLock;

/// The letters in the order in which they are written.
const LETTERS: &str = "aceijknqrtwyz";

/// One neighbourhood of each kind for 1 to 4 live neighbours, as bits clockwise from the north.
const KINDS: [&[(char, u8)]; 5] = [
    &[],
    &[('c', 1 << 1), ('e', 1)],
    &[
        ('a', 0b0000_0011),
        ('c', 0b0000_1010),
        ('e', 0b0000_0101),
        ('i', 0b0001_0001),
        ('k', 0b0000_1001),
        ('n', 0b0010_0010),
    ],
    &[
        ('a', 0b0000_0111),
        ('c', 0b0010_1010),
        ('e', 0b0001_0101),
        ('i', 0b0000_1110),
        ('j', 0b0000_1101),
        ('k', 0b0101_0010),
        ('n', 0b0000_1011),
        ('q', 0b0010_0011),
        ('r', 0b0001_0011),
        ('y', 0b0010_1001),
    ],
    &[
        ('a', 0b0000_1111),
        ('c', 0b1010_1010),
        ('e', 0b0101_0101),
        ('i', 0b0001_1011),
        ('j', 0b0101_0110),
        ('k', 0b0101_1010),
        ('n', 0b0010_1110),
        ('q', 0b0010_0111),
        ('r', 0b0001_0111),
        ('t', 0b1001_0011),
        ('w', 0b0011_0110),
        ('y', 0b1001_1010),
        ('z', 0b0011_0011),
    ],
];

/// The letters that a count has, in the order in which they are written.
pub(super) fn letters(count: u32) -> impl Iterator<Item = char> {
    let kinds = KINDS[count.min(8 - count) as usize];
    LETTERS
        .chars()
        .filter(move |&letter| kinds.iter().any(|&(other, _)| other == letter))
}

/// The same neighbourhood after a quarter turn.
fn turned(neighbours: u8) -> u8 {
    neighbours.rotate_left(2)
}

/// The same neighbourhood in a mirror, left and right changed.
fn mirrored(neighbours: u8) -> u8 {
    // North and south stay, every other place changes with the one as far from the north.
    neighbours.reverse_bits().rotate_left(1)
}

/// The letter of each neighbourhood; 0 for 0 and 8 live neighbours.
fn table() -> &'static [u8; 256] {
    static TABLE: OnceLock<[u8; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = [0; 256];
        for &(letter, first) in KINDS.iter().copied().flatten() {
            let mut kind = first;
            for _ in 0..4 {
                for place in [kind, mirrored(kind)] {
                    table[place as usize] = letter as u8;
                    if place.count_ones() < 4 {
                        table[!place as usize] = letter as u8;
                    }
                }
                kind = turned(kind);
            }
        }
        table
    })
}

/// The letter of a neighbourhood; nothing for 0 and 8 live neighbours.
pub(super) fn letter(neighbours: u8) -> Option<char> {
    match table()[neighbours as usize] {
        0 => None,
        letter => Some(char::from(letter)),
    }
}

/// Writes a set of neighbourhoods as counts and letters in the shortest way; of two that are as
/// long, the one without a minus. `live` says whether a neighbourhood is in the set, which must
/// hold all or none of a kind.
pub(super) fn write(f: &mut fmt::Formatter<'_>, live: impl Fn(u8) -> bool) -> fmt::Result {
    for count in 0..=8u32 {
        let has = |wanted: Option<char>| {
            (0..=255u8)
                .filter(|n| n.count_ones() == count && letter(*n) == wanted)
                .any(&live)
        };
        if count == 0 || count == 8 {
            if has(None) {
                write!(f, "{count}")?;
            }
            continue;
        }
        let (inside, outside): (Vec<char>, Vec<char>) =
            letters(count).partition(|&letter| has(Some(letter)));
        if inside.is_empty() {
            continue;
        }
        write!(f, "{count}")?;
        if outside.is_empty() {
            continue;
        }
        let (minus, shown) = if inside.len() <= outside.len() + 1 {
            ("", inside)
        } else {
            ("-", outside)
        };
        f.write_str(minus)?;
        shown.iter().try_for_each(|letter| write!(f, "{letter}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_51_kinds_and_every_neighbourhood_has_one() {
        assert_eq!((1..8).map(|n| letters(n).count()).sum::<usize>(), 49);
        for neighbours in 1..255u8 {
            let kind = letter(neighbours).unwrap_or('-');
            assert!(letters(neighbours.count_ones()).any(|l| l == kind));
            assert_eq!(letter(turned(neighbours)), Some(kind));
            assert_eq!(letter(mirrored(neighbours)), Some(kind));
        }
        // Sizes of the kinds by the number of their turns and reflections.
        let size = |count: u32, kind: char| {
            (0..=255u8)
                .filter(|n| n.count_ones() == count && letter(*n) == Some(kind))
                .count()
        };
        assert_eq!(
            [size(2, 'a'), size(2, 'n'), size(3, 'k'), size(4, 'z')],
            [8, 2, 4, 4]
        );
        assert_eq!([size(4, 'c'), size(4, 'e'), size(4, 't')], [1, 1, 4]);
    }
}
