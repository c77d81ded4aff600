//! The inner loops of the continuous engines in the widest vectors that the processor has.
//!
//! Each loop is written once, in plain Rust that the compiler turns into vectors, and compiled
//! for AVX-512, AVX2 and the processor that every binary is built for. Additions and products
//! stand in one order in all of them and none is fused, so that all levels give the same bits.
//!
//! # Soundness
//! The only unsafe code calls a `#[target_feature]` function from [`dispatch`], after
//! `is_x86_feature_detected!` has found the feature. The bodies are safe code.
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
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += tap.weight * value;
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

/// Three rows around a row of cells, each with a cell more at both ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub north: &'a [f64],
    pub here: &'a [f64],
    pub south: &'a [f64],
}

dispatch! {
    /// out = scale · (n + s + w + e − 4 c).
    cross = cross_body(out: &mut [f64], rows: Around<'_>, scale: f64)
}

#[inline(always)]
fn cross_body(out: &mut [f64], rows: Around<'_>, scale: f64) {
    let count = out.len();
    let (north, south) = (&rows.north[1..=count], &rows.south[1..=count]);
    let (west, here, east) = (
        &rows.here[..count],
        &rows.here[1..=count],
        &rows.here[2..count + 2],
    );
    for x in 0..count {
        let around = (north[x] + south[x]) + (west[x] + east[x]);
        out[x] = scale * (around - 4.0 * here[x]);
    }
}

dispatch! {
    /// out = scale/6 · (4 (n + s + w + e) + (nw + ne + sw + se) − 20 c).
    square = square_body(out: &mut [f64], rows: Around<'_>, scale: f64)
}

#[inline(always)]
fn square_body(out: &mut [f64], rows: Around<'_>, scale: f64) {
    let count = out.len();
    let (nw, n, ne) = (
        &rows.north[..count],
        &rows.north[1..=count],
        &rows.north[2..count + 2],
    );
    let (w, c, e) = (
        &rows.here[..count],
        &rows.here[1..=count],
        &rows.here[2..count + 2],
    );
    let (sw, s, se) = (
        &rows.south[..count],
        &rows.south[1..=count],
        &rows.south[2..count + 2],
    );
    let sixth = scale / 6.0;
    for x in 0..count {
        let sides = (n[x] + s[x]) + (w[x] + e[x]);
        let corners = (nw[x] + ne[x]) + (sw[x] + se[x]);
        out[x] = sixth * (4.0 * sides + corners - 20.0 * c[x]);
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

/// Whether all values are numbers.
pub(crate) fn finite(values: &[f64]) -> bool {
    // A sum of products with zero is zero unless one of them is no finite number.
    values
        .chunks(64)
        .all(|chunk| chunk.iter().map(|x| x * 0.0).sum::<f64>() == 0.0)
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
        }
    }
}
