//! The inner loops of the continuous engines in the widest vectors that the processor has.
//!
//! Each loop is written once, in plain Rust that the compiler turns into vectors, and compiled
//! for AVX-512, AVX2 and the processor that every binary is built for. Additions and products
//! stand in one order in all of them and none is fused, so that all levels give the same bits.
//!
//! # Soundness
//! The unsafe code calls a `#[target_feature]` function from [`dispatch`], after
//! `is_x86_feature_detected!` has found the feature, and asks for memory in advance in [`fetch`],
//! which reads nothing. The bodies are safe code.
#![allow(unsafe_code)]

/// A neighbour that a convolution reads: how far its value lies behind the cell's own in the
/// padded plane, and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tap {
    pub offset: usize,
    pub weight: f64,
}

/// Columns that are summed together, in registers.
const BLOCK: usize = 32;

macro_rules! dispatch {
    ($(#[$doc:meta])* $name:ident = $body:ident($($argument:ident: $type:ty),*)) => {
        $(#[$doc])*
        pub(crate) fn $name($($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f")]
                fn avx512($($argument: $type),*) {
                    $body($($argument),*);
                }
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $type),*) {
                    $body($($argument),*);
                }
                if is_x86_feature_detected!("avx512f") {
                    // SAFETY: the processor has the feature.
                    return unsafe { avx512($($argument),*) };
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has the feature.
                    return unsafe { avx2($($argument),*) };
                }
            }
            $body($($argument),*);
        }
    };
}

dispatch! {
    /// out[x] = Σ weight · padded[offset + x], the taps in their order.
    weigh = weigh_body(out: &mut [f64], padded: &[f64], taps: &[Tap])
}

#[inline(always)]
fn weigh_body(out: &mut [f64], padded: &[f64], taps: &[Tap]) {
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    for (number, block) in blocks.iter_mut().enumerate() {
        let mut sums = [0.0; BLOCK];
        for tap in taps {
            let start = tap.offset + number * BLOCK;
            let Some(values) = padded[start..].first_chunk::<BLOCK>() else {
                return;
            };
            // Counted, so that the sums stay in registers.
            for i in 0..BLOCK {
                sums[i] += tap.weight * values[i];
            }
        }
        *block = sums;
    }
    let done = blocks.len() * BLOCK;
    rest.fill(0.0);
    for tap in taps {
        for (sum, value) in rest.iter_mut().zip(&padded[tap.offset + done..]) {
            *sum += tap.weight * value;
        }
    }
}

/// Three rows of cells, and the columns that lie beyond the first and the last one. What is made
/// begins with the column `from`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub north: &'a [f64],
    pub here: &'a [f64],
    pub south: &'a [f64],
    pub ends: [usize; 2],
    pub from: usize,
}

impl Around<'_> {
    /// Calls `one(west, x, east)` for the cells at both ends of the row, as far as they are made.
    #[inline(always)]
    fn at_ends(&self, out: &mut [f64], own: &mut [f64], one: impl Fn(usize, usize, usize) -> f64) {
        let last = self.here.len() - 1;
        if out.is_empty() {
            return;
        }
        if self.from == 0 {
            out[0] = one(self.ends[0], 0, if last > 0 { 1 } else { self.ends[1] });
            own[0] = self.here[0];
        }
        if last > 0 && self.from + out.len() > last {
            out[last - self.from] = one(last - 1, last, self.ends[1]);
            own[last - self.from] = self.here[last];
        }
    }

    /// The columns that are made and have two neighbours in the row: a few up to where a cache
    /// line begins, if rows do, and the others.
    #[inline(always)]
    fn inner(&self, count: usize) -> [(usize, usize); 2] {
        let first = self.from.max(1);
        let end = (self.from + count).min(self.here.len() - 1).max(first);
        let line = first.next_multiple_of(8).min(end);
        [(first, line - first), (line, end - line)]
    }
}

/// Asks for the memory of numbers that are needed later. Cells that are visited in narrow parts
/// of many rows don't lie in the order that a processor expects by itself.
pub(crate) fn fetch(values: &[f64]) {
    #[cfg(target_arch = "x86_64")]
    for value in values.iter().step_by(8) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: the address is that of a number, and every x86-64 processor has the
        // instruction, which changes nothing that a program can see.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(value).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}

/// The value itself. That `same` is 0 is kept from the compiler, which would make a loop of its
/// own of the copies, over memory that the loop at hand has in registers.
#[inline(always)]
fn kept(value: f64, same: u64) -> f64 {
    f64::from_bits(value.to_bits() ^ same)
}

/// So many values from a place on.
#[inline(always)]
fn cut(row: &[f64], from: usize, count: usize) -> &[f64] {
    &row[from..from + count]
}

dispatch! {
    /// out = scale · (n + s + w + e − 4 c), own = c.
    cross = cross_body(out: &mut [f64], own: &mut [f64], rows: Around<'_>, scale: f64)
}

#[inline(always)]
fn cross_body(out: &mut [f64], own: &mut [f64], rows: Around<'_>, scale: f64) {
    let Around {
        north, here, south, ..
    } = rows;
    rows.at_ends(out, own, |west, x, east| {
        scale * ((north[x] + south[x]) + (here[west] + here[east]) - 4.0 * here[x])
    });
    let same = std::hint::black_box(0);
    for (first, count) in rows.inner(out.len()) {
        if count == 0 {
            continue;
        }
        let (n, s) = (cut(north, first, count), cut(south, first, count));
        let (w, c, e) = (
            cut(here, first - 1, count),
            cut(here, first, count),
            cut(here, first + 1, count),
        );
        let out = &mut out[first - rows.from..][..count];
        let own = &mut own[first - rows.from..][..count];
        for x in 0..count {
            own[x] = kept(c[x], same);
            out[x] = scale * ((n[x] + s[x]) + (w[x] + e[x]) - 4.0 * c[x]);
        }
    }
}

dispatch! {
    /// out = scale/6 · (4 (n + s + w + e) + (nw + ne + sw + se) − 20 c), own = c.
    square = square_body(out: &mut [f64], own: &mut [f64], rows: Around<'_>, scale: f64)
}

#[inline(always)]
fn square_body(out: &mut [f64], own: &mut [f64], rows: Around<'_>, scale: f64) {
    let Around {
        north, here, south, ..
    } = rows;
    let sixth = scale / 6.0;
    rows.at_ends(out, own, |west, x, east| {
        let sides = (north[x] + south[x]) + (here[west] + here[east]);
        let corners = (north[west] + north[east]) + (south[west] + south[east]);
        sixth * (4.0 * sides + corners - 20.0 * here[x])
    });
    let same = std::hint::black_box(0);
    for (first, count) in rows.inner(out.len()) {
        if count == 0 {
            continue;
        }
        let three = |row| {
            (
                cut(row, first - 1, count),
                cut(row, first, count),
                cut(row, first + 1, count),
            )
        };
        let ((nw, n, ne), (w, c, e), (sw, s, se)) = (three(north), three(here), three(south));
        let out = &mut out[first - rows.from..][..count];
        let own = &mut own[first - rows.from..][..count];
        for x in 0..count {
            let sides = (n[x] + s[x]) + (w[x] + e[x]);
            let corners = (nw[x] + ne[x]) + (sw[x] + se[x]);
            own[x] = kept(c[x], same);
            out[x] = sixth * (4.0 * sides + corners - 20.0 * c[x]);
        }
    }
}

dispatch! {
    /// out = base + factor · slope.
    along = along_body(out: &mut [f64], base: &[f64], slope: &[f64], factor: f64)
}

#[inline(always)]
fn along_body(out: &mut [f64], base: &[f64], slope: &[f64], factor: f64) {
    for ((out, base), slope) in out.iter_mut().zip(base).zip(slope) {
        *out = base + factor * slope;
    }
}

/// Whether all values are finite numbers.
pub(crate) fn finite(values: &[f64]) -> bool {
    let mut odd = 0;
    look(&mut odd, values);
    odd == 0
}

dispatch! {
    /// Sets `odd` to other than 0 where a value is infinite or no number.
    look = look_body(odd: &mut u64, values: &[f64])
}

/// All bits of the exponent, which only such values have.
const EXPONENT: u64 = 0x7ff0_0000_0000_0000;

#[inline(always)]
fn look_body(odd: &mut u64, values: &[f64]) {
    // Bits, not sums: lanes can be joined in any order.
    let mut found = 0;
    for value in values {
        found |= u64::from(value.to_bits() & EXPONENT == EXPONENT);
    }
    *odd |= found;
}

dispatch! {
    /// Copies values and sets `odd` to other than 0 where one is infinite or no number.
    take = take_body(odd: &mut u64, out: &mut [f64], values: &[f64])
}

#[inline(always)]
fn take_body(odd: &mut u64, out: &mut [f64], values: &[f64]) {
    let mut found = 0;
    let same = std::hint::black_box(0);
    let values = &values[..out.len()];
    for i in 0..out.len() {
        out[i] = kept(values[i], same);
        found |= u64::from(values[i].to_bits() & EXPONENT == EXPONENT);
    }
    *odd |= found;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_rest_give_what_a_plain_loop_gives() {
        let padded: Vec<f64> = (0..300).map(|i| f64::from(i * 37 % 101) / 7.0).collect();
        let taps: Vec<Tap> = (0..9)
            .map(|i| Tap {
                offset: i * 17 % 60,
                weight: 1.0 / (1.0 + i as f64),
            })
            .collect();
        for count in [1, 31, 32, 33, 100] {
            let mut out = vec![f64::NAN; count];
            weigh(&mut out, &padded, &taps);
            for (x, found) in out.iter().enumerate() {
                let mut sum = 0.0;
                for tap in &taps {
                    sum += tap.weight * padded[tap.offset + x];
                }
                assert_eq!(*found, sum);
            }
        }
    }

    #[test]
    fn numbers_that_are_none_are_seen() {
        let mut values = vec![1e300; 200];
        assert!(finite(&values));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            values[150] = bad;
            assert!(!finite(&values));
            let (mut odd, mut out) = (0, vec![0.0; 190]);
            take(&mut odd, &mut out, &values);
            assert!(odd != 0 && out[149] == 1e300 && out[150].to_bits() == bad.to_bits());
        }
    }
}
