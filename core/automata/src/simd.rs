//! The stepping and counting loops in the widest vectors that the processor has.
//!
//! The level (AVX-512, AVX2 or plain 64-bit words) is found out when the program runs, so that a
//! binary built for plain x86-64 is fast everywhere; all levels give the same cells.
//!
//! # Soundness
//! The unsafe code here is of three kinds. Intrinsics need processor features: the vector types
//! are private, every function that uses one is inlined into a `#[target_feature]` function, and
//! those are called from `step`, `popcount` and `changes` alone, after [`Level::best`] or
//! [`Level::available`] has asked the processor. Loads and stores go through raw pointers: the
//! safe entry `step` takes slices and asserts, before any of them, that the farthest word any
//! load or store can touch lies inside (one row above and below, one word before, one vector
//! after). Loads and stores are unaligned ones, so alignment is no condition. Input and output
//! are a shared and an exclusive slice, which cannot overlap.
#![allow(unsafe_code)]

use std::sync::OnceLock;

use crate::adder::{Fixed, Lanes, Masks, RuleTable, next, row_sum};
use crate::rule::LifeLike;

/// The vectors that a kernel uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 64 cells at once: plain words.
    Words,
    /// 256 cells at once.
    Avx2,
    /// 512 cells at once.
    Avx512,
}

impl Level {
    /// The widest that this processor has.
    pub fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(Self::detect)
    }

    #[cfg(target_arch = "x86_64")]
    fn detect() -> Self {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vpopcntdq") {
            Self::Avx512
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
            Self::Avx2
        } else {
            Self::Words
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detect() -> Self {
        Self::Words
    }

    /// Every level that this processor has.
    pub fn available() -> Vec<Self> {
        [Self::Words, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|&level| level <= Self::best())
            .collect()
    }

    /// A name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "64-bit words",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        }
    }
}

/// Loads and stores of vectors.
trait Memory: Lanes {
    /// # Safety
    /// `Self::WORDS` words from `at` on must be readable.
    unsafe fn load(at: *const u64) -> Self;
    /// # Safety
    /// `Self::WORDS` words from `at` on must be writable.
    unsafe fn store(self, at: *mut u64);
}

impl Memory for u64 {
    #[inline(always)]
    unsafe fn load(at: *const u64) -> Self {
        // SAFETY: the caller's promise.
        unsafe { at.read() }
    }
    #[inline(always)]
    unsafe fn store(self, at: *mut u64) {
        // SAFETY: the caller's promise.
        unsafe { at.write(self) }
    }
}

/// Rows that one column of vectors goes down before the next column starts: few enough that
/// three columns of cache lines stay in the first-level cache.
const TILE: usize = 64;

/// One generation of `rows` rows.
///
/// # Safety
/// `input` and `output` point at the first cell word of the first row. Readable: rows -1 to
/// `rows` of `input`, each from word -1 to word `vectors * V::WORDS`. Writable: rows 0 to
/// `rows - 1` of `output`, words 0 to `vectors * V::WORDS - 1`. The processor has V's features.
#[inline(always)]
unsafe fn rows<V: Memory, R: RuleTable>(
    rule: R,
    input: *const u64,
    output: *mut u64,
    stride: usize,
    vectors: usize,
    rows: usize,
) {
    for tile in (0..rows).step_by(TILE) {
        let end = rows.min(tile + TILE);
        for vector in 0..vectors {
            let column = vector * V::WORDS;
            // SAFETY: the offsets stay within the ranges that the caller promises.
            unsafe {
                let mut at = input.add(tile * stride + column).sub(stride);
                let mut out = output.add(tile * stride + column);
                let (mut above, _) = sums::<V>(at);
                at = at.add(stride);
                let (mut here, mut centre) = sums::<V>(at);
                for _ in tile..end {
                    at = at.add(stride);
                    let (below, cells) = sums::<V>(at);
                    next(rule, above, here, below, centre).store(out);
                    out = out.add(stride);
                    (above, here, centre) = (here, below, cells);
                }
            }
        }
    }
}

/// Row sums of the vector at `at`, and its cells.
///
/// # Safety
/// Words -1 to `V::WORDS` around `at` must be readable.
#[inline(always)]
unsafe fn sums<V: Memory>(at: *const u64) -> ((V, V), V) {
    // SAFETY: the caller's promise.
    unsafe {
        let cells = V::load(at);
        let sum = row_sum(V::load(at.sub(1)), cells, V::load(at.add(1)));
        (sum, cells)
    }
}

/// Rules that have a loop of their own, which the compiler has folded.
const LIFE: u32 = LifeLike::CONWAY.bits();
const HIGH_LIFE: u32 = bits(0b0100_1000, 0b1100);
const DAY_AND_NIGHT: u32 = bits(0b1_1100_1000, 0b1_1101_1000);
const SEEDS: u32 = bits(0b100, 0);

const fn bits(birth: u16, survival: u16) -> u32 {
    LifeLike { birth, survival }.bits()
}

/// Advances rows by one generation.
///
/// `input` holds whole rows of `stride` words, the first of them the row above the first one
/// wanted, the last the row below the last one; cells start at word `offset` of a row, and a row
/// has `words` of them. `output` gets the new rows, without the two extra ones; words before
/// `offset` keep their value, words beyond the cells hold anything.
///
/// `rule` is [`crate::Rule::bits`].
///
/// # Panics
/// If the slices are too short for the rows, or `stride` for the words with their padding.
pub(crate) fn step(
    level: Level,
    rule: u32,
    input: &[u64],
    output: &mut [u64],
    stride: usize,
    offset: usize,
    words: usize,
) {
    let count = output.len() / stride;
    let padded = words.next_multiple_of(8);
    assert!(offset >= 1 && stride >= offset + padded && words > 0);
    // The farthest load is one word beyond the padding of the row below the last one.
    assert!(input.len() > (count + 2) * stride);
    let level = level.min(Level::best());
    // SAFETY: the pointers have at least one row and one word before them and, by the
    // assertions, every vector of every row behind them; `level` is available.
    unsafe {
        let input = input.as_ptr().add(stride + offset);
        let output = output.as_mut_ptr().add(offset);
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => x86::step_avx512(rule, input, output, stride, padded / 8, count),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => x86::step_avx2(rule, input, output, stride, words.div_ceil(4), count),
            _ => dispatch::<u64>(rule, input, output, stride, words, count),
        }
    }
}

/// # Safety
/// As [`rows`].
#[inline(always)]
unsafe fn dispatch<V: Memory>(
    rule: u32,
    input: *const u64,
    output: *mut u64,
    stride: usize,
    vectors: usize,
    count: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match rule {
            LIFE => rows::<V, _>(Fixed::<LIFE>, input, output, stride, vectors, count),
            HIGH_LIFE => rows::<V, _>(Fixed::<HIGH_LIFE>, input, output, stride, vectors, count),
            DAY_AND_NIGHT => rows::<V, _>(
                Fixed::<DAY_AND_NIGHT>,
                input,
                output,
                stride,
                vectors,
                count,
            ),
            SEEDS => rows::<V, _>(Fixed::<SEEDS>, input, output, stride, vectors, count),
            other => rows::<V, _>(Masks::new(other), input, output, stride, vectors, count),
        }
    }
}

/// Number of set bits.
pub(crate) fn popcount(words: &[u64]) -> u64 {
    match Level::best() {
        // SAFETY: the level says that the processor has the features.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::popcount_avx512(words) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::popcount_avx2(words) },
        _ => count_bits(words),
    }
}

/// Bits set in `new` and not in `old`, and the other way round.
pub(crate) fn changes(old: &[u64], new: &[u64]) -> (u64, u64) {
    match Level::best() {
        // SAFETY: the level says that the processor has the features.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::changes_avx512(old, new) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::changes_avx2(old, new) },
        _ => count_changes(old, new),
    }
}

#[inline(always)]
fn count_bits(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[inline(always)]
fn count_changes(old: &[u64], new: &[u64]) -> (u64, u64) {
    old.iter().zip(new).fold((0, 0), |(born, died), (o, n)| {
        (
            born + u64::from((n & !o).count_ones()),
            died + u64::from((o & !n).count_ones()),
        )
    })
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Lanes, Memory, count_bits, count_changes, dispatch};

    /// # Safety
    /// As `rows` in the module above, with AVX-512F.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn step_avx512(
        rule: u32,
        input: *const u64,
        output: *mut u64,
        stride: usize,
        vectors: usize,
        count: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe { dispatch::<Zmm>(rule, input, output, stride, vectors, count) }
    }

    /// # Safety
    /// As `rows` in the module above, with AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn step_avx2(
        rule: u32,
        input: *const u64,
        output: *mut u64,
        stride: usize,
        vectors: usize,
        count: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe { dispatch::<Ymm>(rule, input, output, stride, vectors, count) }
    }

    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    pub(super) fn popcount_avx512(words: &[u64]) -> u64 {
        count_bits(words)
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn popcount_avx2(words: &[u64]) -> u64 {
        count_bits(words)
    }

    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    pub(super) fn changes_avx512(old: &[u64], new: &[u64]) -> (u64, u64) {
        count_changes(old, new)
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn changes_avx2(old: &[u64], new: &[u64]) -> (u64, u64) {
        count_changes(old, new)
    }

    #[derive(Clone, Copy)]
    struct Zmm(__m512i);

    // SAFETY of all below: values exist only inside the functions above, which have the features.
    impl Lanes for Zmm {
        const WORDS: usize = 8;
        #[inline(always)]
        fn splat(word: u64) -> Self {
            Self(unsafe { _mm512_set1_epi64(word as i64) })
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            Self(unsafe { _mm512_and_si512(self.0, other.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(unsafe { _mm512_or_si512(self.0, other.0) })
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            Self(unsafe { _mm512_xor_si512(self.0, other.0) })
        }
        #[inline(always)]
        fn xor3(self, b: Self, c: Self) -> Self {
            Self(unsafe { _mm512_ternarylogic_epi64::<0x96>(self.0, b.0, c.0) })
        }
        #[inline(always)]
        fn majority(self, b: Self, c: Self) -> Self {
            Self(unsafe { _mm512_ternarylogic_epi64::<0xe8>(self.0, b.0, c.0) })
        }
        #[inline(always)]
        fn west(self, before: Self) -> Self {
            let moved = unsafe { _mm512_slli_epi64::<1>(self.0) };
            Self(moved).or(Self(unsafe { _mm512_srli_epi64::<63>(before.0) }))
        }
        #[inline(always)]
        fn east(self, after: Self) -> Self {
            let moved = unsafe { _mm512_srli_epi64::<1>(self.0) };
            Self(moved).or(Self(unsafe { _mm512_slli_epi64::<63>(after.0) }))
        }
    }

    impl Memory for Zmm {
        #[inline(always)]
        unsafe fn load(at: *const u64) -> Self {
            // SAFETY: the caller's promise.
            Self(unsafe { _mm512_loadu_si512(at.cast()) })
        }
        #[inline(always)]
        unsafe fn store(self, at: *mut u64) {
            // SAFETY: the caller's promise.
            unsafe { _mm512_storeu_si512(at.cast(), self.0) }
        }
    }

    #[derive(Clone, Copy)]
    struct Ymm(__m256i);

    // SAFETY of all below: values exist only inside the functions above, which have the features.
    impl Lanes for Ymm {
        const WORDS: usize = 4;
        #[inline(always)]
        fn splat(word: u64) -> Self {
            Self(unsafe { _mm256_set1_epi64x(word as i64) })
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            Self(unsafe { _mm256_and_si256(self.0, other.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(unsafe { _mm256_or_si256(self.0, other.0) })
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            Self(unsafe { _mm256_xor_si256(self.0, other.0) })
        }
        #[inline(always)]
        fn west(self, before: Self) -> Self {
            let moved = unsafe { _mm256_slli_epi64::<1>(self.0) };
            Self(moved).or(Self(unsafe { _mm256_srli_epi64::<63>(before.0) }))
        }
        #[inline(always)]
        fn east(self, after: Self) -> Self {
            let moved = unsafe { _mm256_srli_epi64::<1>(self.0) };
            Self(moved).or(Self(unsafe { _mm256_slli_epi64::<63>(after.0) }))
        }
    }

    impl Memory for Ymm {
        #[inline(always)]
        unsafe fn load(at: *const u64) -> Self {
            // SAFETY: the caller's promise.
            Self(unsafe { _mm256_loadu_si256(at.cast()) })
        }
        #[inline(always)]
        unsafe fn store(self, at: *mut u64) {
            // SAFETY: the caller's promise.
            unsafe { _mm256_storeu_si256(at.cast(), self.0) }
        }
    }
}
