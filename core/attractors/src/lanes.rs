//! Loops over many numbers, compiled for the registers of the running processor: AVX-512, AVX2, or
//! what every processor of its kind has.
#![allow(unsafe_code)]
// Unsafe here: calling functions that were compiled for AVX-512 or AVX2. Each is called only where
// the running processor says that it has these instructions. They hold the same loop, compiled
// again: no multiplication and addition are fused, so that all give the same bits.

/// A loop. `run` is to be `#[inline(always)]`, so that it is compiled into each of its callers.
pub trait Loop {
    fn run(self);
}

/// Runs a loop with the widest registers there are.
#[inline]
pub fn widest(list: impl Loop) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512dq")
        {
            // SAFETY: the processor has these instructions.
            return unsafe { with_avx512(list) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has these instructions.
            return unsafe { with_avx2(list) };
        }
    }
    list.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
fn with_avx512(list: impl Loop) {
    list.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(list: impl Loop) {
    list.run();
}
