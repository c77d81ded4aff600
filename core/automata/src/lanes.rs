//! Plain loops compiled for the widest vectors that the processor has.
//!
//! A kernel is written once, as a loop over bytes or integers that the compiler turns into
//! vectors; here it is compiled for AVX-512, for AVX2 and for the plain target, and which of
//! them runs is found out when the program runs. All give the same cells: there is nothing but
//! whole numbers in these loops.
//!
//! # Soundness
//! The two calls of functions with processor features are the only unsafe code; each stands
//! behind the question whether the processor has just those features.
#![allow(unsafe_code)]

/// Work that profits from wide vectors. `run` must be `#[inline(always)]`, as must be what it
/// calls in its loops.
pub(crate) trait Kernel {
    fn run(self);
}

/// Runs a kernel in the widest vectors.
pub(crate) fn widest(kernel: impl Kernel) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the processor has the features.
            return unsafe { avx512(kernel) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the feature.
            return unsafe { avx2(kernel) };
        }
    }
    kernel.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn avx512(kernel: impl Kernel) {
    kernel.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(kernel: impl Kernel) {
    kernel.run();
}
