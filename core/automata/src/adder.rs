//! The next generation of many cells at once, by bit-sliced addition.
//!
//! Each bit position of a word (or of a vector of words) is one cell. Three neighbours in a row
//! are added into two words, the ones and the twos of the sum; the sums of three rows are added
//! into four, the bits of the number of live cells among the nine. A rule is a table over that
//! number (0 to 9) and the cell itself, evaluated without branches as a tree of choices; when
//! the rule is a constant of the program the tree folds to a few operations.

use crate::rule::LIFE;

/// A word or vector of words whose bits are cells.
pub(crate) trait Lanes: Copy {
    /// Words in one value.
    const WORDS: usize;
    fn splat(word: u64) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// Odd number of set bits among three.
    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }
    /// At least two set bits among three.
    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        self.and(b).or(c.and(self.xor(b)))
    }
    /// `yes` where `self` is set, `no` elsewhere.
    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        no.xor(self.and(yes.xor(no)))
    }
    /// Conway's Life where the nine cells hold ones + 2 (twos + twos) + 4 fours live ones: alive
    /// among three, or alive already among four. `four` tells 4 to 7 from 0 to 3 and, where the
    /// number is odd, `two` tells 2, 3, 4 and 5 from the rest.
    #[inline(always)]
    fn life(ones: Self, [a, b]: [Self; 2], fours: Self, centre: Self) -> Self {
        let four = fours.xor(a.and(b));
        let two = fours.xor(a.or(b));
        two.and(ones.xor(four)).and(ones.or(centre))
    }
    /// Each cell's western neighbour: `self` moved up by one bit, the highest bit of the word
    /// before coming in.
    fn west(self, before: Self) -> Self;
    /// Each cell's eastern neighbour.
    fn east(self, after: Self) -> Self;
}

/// Births and survivals, as the kernels ask for them.
pub(crate) trait RuleTable: Copy {
    /// Whether `pair` must decide about counts 8 and 9 apart from 0 and 1. A rule known to the
    /// compiler answers no when both agree, and the highest bit of the count is never made.
    fn high_counts(self) -> bool;
    /// The next state where the nine cells hold `2 * index` or `2 * index + 1` live ones, as
    /// `odd` says, the middle one being `centre`.
    fn pair<V: Lanes>(self, index: usize, odd: V, centre: V) -> V;
    /// The next state where the nine cells hold ones + 2 (twos + twos) + 4 fours live ones.
    #[inline(always)]
    fn fate<V: Lanes>(self, ones: V, twos: [V; 2], fours: V, centre: V) -> V {
        tree(self, ones, twos, fours, centre)
    }
}

/// [`RuleTable::fate`] as a tree of choices.
#[inline(always)]
fn tree<V: Lanes, R: RuleTable>(rule: R, ones: V, twos: [V; 2], fours: V, centre: V) -> V {
    let bit1 = twos[0].xor(twos[1]);
    let carry = twos[0].and(twos[1]);
    let bit2 = fours.xor(carry);
    let low = bit1.choose(rule.pair(1, ones, centre), rule.pair(0, ones, centre));
    let high = bit1.choose(rule.pair(3, ones, centre), rule.pair(2, ones, centre));
    let result = bit2.choose(high, low);
    if rule.high_counts() {
        fours.and(carry).choose(rule.pair(4, ones, centre), result)
    } else {
        result
    }
}

/// A rule that is known when the program is compiled: see [`crate::Rule::bits`].
#[derive(Clone, Copy)]
pub(crate) struct Fixed<const BITS: u32>;

/// Whether a cell lives on when the nine cells hold `count` live ones.
const fn lives(bits: u32, count: usize, alive: bool) -> bool {
    if alive {
        count > 0 && bits >> (9 + count - 1) & 1 != 0
    } else {
        count < 9 && bits >> count & 1 != 0
    }
}

impl<const BITS: u32> RuleTable for Fixed<BITS> {
    #[inline(always)]
    fn high_counts(self) -> bool {
        // A live cell among 0 and a dead one among 9 don't occur, so any answer serves there.
        lives(BITS, 8, false) != lives(BITS, 0, false)
            || lives(BITS, 8, true) != lives(BITS, 0, false)
            || lives(BITS, 9, true) != lives(BITS, 1, true)
    }

    #[inline(always)]
    fn pair<V: Lanes>(self, index: usize, odd: V, centre: V) -> V {
        let leaf = |count: usize| {
            let dead = lives(BITS, count, false);
            let live = lives(BITS, count, true);
            match (dead || count == 9 && live, live || count == 0 && dead) {
                (false, false) => V::splat(0),
                (true, true) => V::splat(u64::MAX),
                (false, true) => centre,
                (true, false) => V::splat(u64::MAX).xor(centre),
            }
        };
        odd.choose(leaf(2 * index + 1), leaf(2 * index))
    }

    #[inline(always)]
    fn fate<V: Lanes>(self, ones: V, twos: [V; 2], fours: V, centre: V) -> V {
        if BITS != LIFE.bits() {
            return tree(self, ones, twos, fours, centre);
        }
        V::life(ones, twos, fours, centre)
    }
}

/// A rule given at run time, as masks of all zeros or all ones: `birth[n]` for a dead cell among
/// `n` live ones of nine, `change[n]` where a live cell's fate differs from that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Masks {
    birth: [u64; 10],
    change: [u64; 10],
}

impl Masks {
    pub(crate) fn new(bits: u32) -> Self {
        let mask = |set: bool| if set { u64::MAX } else { 0 };
        Self {
            birth: std::array::from_fn(|n| mask(lives(bits, n, false))),
            change: std::array::from_fn(|n| mask(lives(bits, n, false) != lives(bits, n, true))),
        }
    }
}

impl RuleTable for Masks {
    #[inline(always)]
    fn high_counts(self) -> bool {
        true
    }

    #[inline(always)]
    fn pair<V: Lanes>(self, index: usize, odd: V, centre: V) -> V {
        let leaf = |count: usize| {
            V::splat(self.birth[count]).xor(centre.and(V::splat(self.change[count])))
        };
        odd.choose(leaf(2 * index + 1), leaf(2 * index))
    }
}

/// The number of live cells among each cell and its neighbours to the left and right: the ones
/// and the twos.
#[inline(always)]
pub(crate) fn row_sum<V: Lanes>(before: V, cells: V, after: V) -> (V, V) {
    let (west, east) = (cells.west(before), cells.east(after));
    (west.xor3(cells, east), west.majority(cells, east))
}

/// The next generation from the sums of the rows above, at and below the cells `centre`.
#[inline(always)]
pub(crate) fn next<V: Lanes, R: RuleTable>(
    rule: R,
    above: (V, V),
    here: (V, V),
    below: (V, V),
    centre: V,
) -> V {
    let ones = above.0.xor3(here.0, below.0);
    let carry = above.0.majority(here.0, below.0);
    let twos = above.1.xor3(here.1, below.1);
    let fours = above.1.majority(here.1, below.1);
    rule.fate(ones, [carry, twos], fours, centre)
}

impl Lanes for u64 {
    const WORDS: usize = 1;
    #[inline(always)]
    fn splat(word: u64) -> Self {
        word
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }
    #[inline(always)]
    fn west(self, before: Self) -> Self {
        self << 1 | before >> 63
    }
    #[inline(always)]
    fn east(self, after: Self) -> Self {
        self >> 1 | after << 63
    }
}

impl Lanes for [u64; 2] {
    const WORDS: usize = 2;
    #[inline(always)]
    fn splat(word: u64) -> Self {
        [word; 2]
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        [self[0] & other[0], self[1] & other[1]]
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        [self[0] | other[0], self[1] | other[1]]
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        [self[0] ^ other[0], self[1] ^ other[1]]
    }
    #[inline(always)]
    fn west(self, before: Self) -> Self {
        [self[0].west(before[0]), self[1].west(before[1])]
    }
    #[inline(always)]
    fn east(self, after: Self) -> Self {
        [self[0].east(after[0]), self[1].east(after[1])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state of a cell and its eight neighbours stands once in eight words.
    fn check<R: RuleTable>(table: R, bits: u32) {
        for high in 0..8u64 {
            // Bit p of word i tells whether cell i lives in configuration 64 high + p.
            let cells: [u64; 9] = std::array::from_fn(|i| {
                (0..64).fold(0, |word, p| word | ((high * 64 + p) >> i & 1) << p)
            });
            let sum = |a: u64, b: u64, c: u64| (a ^ b ^ c, a & b | a & c | b & c);
            let result = next(
                table,
                sum(cells[0], cells[1], cells[2]),
                sum(cells[3], cells[4], cells[5]),
                sum(cells[6], cells[7], cells[8]),
                cells[4],
            );
            for p in 0..64 {
                let count = (high * 64 + p).count_ones() as usize;
                let alive = cells[4] >> p & 1 != 0;
                assert_eq!(result >> p & 1 != 0, lives(bits, count, alive), "{bits:x}");
            }
        }
    }

    #[test]
    fn a_table_of_masks_says_the_same_as_the_rule() {
        for bits in (0..1 << 18)
            .step_by(977)
            .chain([LIFE.bits(), (1 << 18) - 1])
        {
            check(Masks::new(bits), bits);
        }
    }

    #[test]
    fn a_rule_known_to_the_compiler_says_the_same() {
        check(Fixed::<{ LIFE.bits() }>, LIFE.bits());
        check(Fixed::<0x1848>, 0x1848);
        check(Fixed::<0x2_aaaa>, 0x2_aaaa);
        check(Fixed::<0x3_b1c8>, 0x3_b1c8);
        check(Fixed::<0x1_5501>, 0x1_5501);
        check(Fixed::<0x3_ffff>, 0x3_ffff);
    }
}
