//! The vectors of x86-64: AVX-512 and AVX2. See the soundness paragraph of the module above.

use std::arch::x86_64::*;

use super::{Lanes, Memory, Strip, count_bits, count_changes, dispatch};

/// # Safety
/// As `strip` in the module above, with AVX-512F and VBMI2.
#[target_feature(enable = "avx512f,avx512vbmi2")]
pub(super) unsafe fn step_avx512(rule: u32, strip: Strip) {
    // SAFETY: the caller's promise.
    unsafe { dispatch::<Zmm>(rule, strip) }
}

/// # Safety
/// As `strip` in the module above, with AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn step_avx2(rule: u32, strip: Strip) {
    // SAFETY: the caller's promise.
    unsafe { dispatch::<Ymm>(rule, strip) }
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
    fn choose(self, yes: Self, no: Self) -> Self {
        Self(unsafe { _mm512_ternarylogic_epi64::<0xca>(self.0, yes.0, no.0) })
    }
    #[inline(always)]
    fn life(ones: Self, [a, b]: [Self; 2], fours: Self, centre: Self) -> Self {
        // The function of the trait in four operations of three operands.
        let four = unsafe { _mm512_ternarylogic_epi64::<0x78>(fours.0, a.0, b.0) };
        let two = unsafe { _mm512_ternarylogic_epi64::<0x1e>(fours.0, a.0, b.0) };
        let alive = unsafe { _mm512_ternarylogic_epi64::<0x38>(ones.0, four, centre.0) };
        Self(unsafe { _mm512_and_si512(alive, two) })
    }
    #[inline(always)]
    fn west(self, before: Self) -> Self {
        Self(unsafe { _mm512_shldi_epi64::<1>(self.0, before.0) })
    }
    #[inline(always)]
    fn east(self, after: Self) -> Self {
        Self(unsafe { _mm512_shrdi_epi64::<1>(self.0, after.0) })
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
