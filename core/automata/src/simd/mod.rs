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
//! load or store can touch lies inside (one word before and one behind the padded row). Loads
//! and stores are unaligned ones, so alignment is no condition. Input and output are a shared
//! and two exclusive slices, which cannot overlap.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

use crate::adder::{Fixed, Lanes, Masks, RuleTable, next, row_sum};
use crate::rule::LifeLike;

/// The vectors that a kernel uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 64 cells at once: plain words.
    Words,
    /// 128 cells at once: what every x86-64 (SSE2) and every 64-bit ARM (NEON) has.
    Pairs,
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
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vpopcntdq")
            && is_x86_feature_detected!("avx512vbmi2");
        if avx512 {
            Self::Avx512
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
            Self::Avx2
        } else {
            Self::Pairs
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detect() -> Self {
        Self::Pairs
    }

    /// Every level that this processor has.
    pub fn available() -> Vec<Self> {
        [Self::Words, Self::Pairs, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|&level| level <= Self::best())
            .collect()
    }

    /// A name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "64-bit words",
            Self::Pairs => "128-bit vectors",
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

impl Memory for [u64; 2] {
    #[inline(always)]
    unsafe fn load(at: *const u64) -> Self {
        // SAFETY: the caller's promise; two words in a row are such an array.
        unsafe { at.cast::<Self>().read() }
    }
    #[inline(always)]
    unsafe fn store(self, at: *mut u64) {
        // SAFETY: the caller's promise.
        unsafe { at.cast::<Self>().write(self) }
    }
}

/// Words in a cache line; rows of a strip start after one and are padded to whole ones.
const LINE: usize = 8;

/// Vectors that a strip keeps between two calls for each vector of a row: the sums of the last
/// two rows, and the cells of the last one.
const KEPT: usize = 5;

/// Where a strip's rows lie.
#[derive(Clone, Copy)]
struct Strip {
    input: *const u64,
    output: *mut u64,
    kept: *mut u64,
    stride: usize,
    words: usize,
    rows: usize,
}

/// One generation of a strip, a row behind: row 0 of the output lies above row 0 of the input.
///
/// # Safety
/// `input` and `output` point at the first cell word of the first row. Readable: of each of
/// `rows` rows of `input` the words from -1 to `words`, rounded up to whole vectors. Writable:
/// the same without the first and last, of `output`; `KEPT` vectors at `kept` for each vector of
/// a row. The processor has V's features.
#[inline(always)]
unsafe fn strip<V: Memory, R: RuleTable>(rule: R, strip: Strip) {
    for vector in 0..strip.words.div_ceil(V::WORDS) {
        let column = vector * V::WORDS;
        // SAFETY: the offsets stay within the ranges that the caller promises.
        unsafe {
            let mut at = strip.input.add(column);
            let mut out = strip.output.add(column);
            let kept = strip.kept.add(column * KEPT);
            let slot = |i: usize| kept.add(i * V::WORDS);
            let mut above = (V::load(slot(0)), V::load(slot(1)));
            let mut here = (V::load(slot(2)), V::load(slot(3)));
            let mut centre = V::load(slot(4));
            for _ in 0..strip.rows {
                let cells = V::load(at);
                let below = row_sum(V::load(at.sub(1)), cells, V::load(at.add(1)));
                next(rule, above, here, below, centre).store(out);
                at = at.add(strip.stride);
                out = out.add(strip.stride);
                (above, here, centre) = (here, below, cells);
            }
            above.0.store(slot(0));
            above.1.store(slot(1));
            here.0.store(slot(2));
            here.1.store(slot(3));
            centre.store(slot(4));
        }
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

/// Words from one row of a strip to the next: a cache line, whose last word is the cell to the
/// left, and the cells. The cell to the right stands in the word behind the last one.
pub(crate) const fn stride(words: usize) -> usize {
    LINE + words.next_multiple_of(LINE)
}

/// Words that a strip of `rows` rows takes.
pub(crate) const fn strip_words(words: usize, rows: usize) -> usize {
    rows * stride(words) + LINE
}

/// Words that a strip keeps from one call to the next.
pub(crate) const fn kept_words(words: usize) -> usize {
    words.next_multiple_of(LINE) * KEPT
}

/// Advances rows by one generation, a row behind: given rows y to y + `rows` - 1 it makes rows
/// y - 1 to y + `rows` - 2 of the next generation, with what `kept` holds of the rows y - 2 and
/// y - 1 from the call before. After a call with anything in `kept` the first two rows made are
/// worth nothing, then all is well.
///
/// The cells of row `i` start at word `i * stride(words) + 8`; there are `words` of them, and the
/// words before and behind hold the neighbours to the left and right. Words of the output behind
/// the cells get anything.
///
/// `rule` is [`crate::Rule::bits`].
///
/// # Panics
/// If the slices are too short.
pub(crate) fn step(
    level: Level,
    rule: u32,
    input: &[u64],
    output: &mut [u64],
    kept: &mut [u64],
    words: usize,
    rows: usize,
) {
    assert!(words > 0 && kept.len() >= kept_words(words));
    // The farthest load is one word beyond the padding of the last row.
    assert!(input.len().min(output.len()) >= strip_words(words, rows));
    let level = level.min(Level::best());
    // SAFETY: the rows start a cache line into the slices, and by the assertions every vector
    // of every row with its neighbours lies inside them; `level` is available.
    unsafe {
        let strip = Strip {
            input: input.as_ptr().add(LINE),
            output: output.as_mut_ptr().add(LINE),
            kept: kept.as_mut_ptr(),
            stride: stride(words),
            words,
            rows,
        };
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => x86::step_avx512(rule, strip),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => x86::step_avx2(rule, strip),
            Level::Words => dispatch::<u64>(rule, strip),
            _ => dispatch::<[u64; 2]>(rule, strip),
        }
    }
}

/// # Safety
/// As [`strip`].
#[inline(always)]
unsafe fn dispatch<V: Memory>(rule: u32, rows: Strip) {
    // SAFETY: the caller's promise.
    unsafe {
        match rule {
            LIFE => strip::<V, _>(Fixed::<LIFE>, rows),
            HIGH_LIFE => strip::<V, _>(Fixed::<HIGH_LIFE>, rows),
            DAY_AND_NIGHT => strip::<V, _>(Fixed::<DAY_AND_NIGHT>, rows),
            SEEDS => strip::<V, _>(Fixed::<SEEDS>, rows),
            other => strip::<V, _>(Masks::new(other), rows),
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
