//! Larger than Life by sliding sums.
//!
//! In the square neighbourhood the sum of each column is kept from row to row (one row comes in,
//! one leaves), and a row of sums is added up sideways by doubling: sums of 1, 2, 4, … columns
//! make any width. Other neighbourhoods are taken apart into columns, see `columns.rs`. A count
//! depends on its cell alone, so bands of rows are independent.

use super::Field;
use super::columns::{Columns, Count, bits, fates};
use super::mover::Stepper;
use crate::lanes::{Kernel, widest};
use crate::rule::Larger;
use crate::rule::counts::Counts;
use crate::rule::reach::{Shape, Term};

/// A rule made ready: the rules of even and odd generations and what they add up.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pair: [Larger; 2],
    /// The neighbourhood, and the one turned over where there is one.
    columns: Vec<Columns>,
    /// What becomes of each count where there are many ranges.
    fates: [Vec<u8>; 2],
    /// Bits that hold a count.
    bits: u32,
    state_weights: Option<Vec<i32>>,
    reach: usize,
    /// Whether the parity of turning shapes counts from the grid's corner.
    from_corner: bool,
}

impl Sums {
    pub(super) fn new(pair: [Larger; 2], from_corner: bool) -> Self {
        let rule = &pair[0];
        let r = i32::from(rule.reach);
        let terms = rule.shape.terms(r, rule.middle);
        let state_weights = rule.shape.state_weights();
        let most = state_weights.iter().flatten().copied().max().unwrap_or(1);
        let mut columns = Vec::new();
        if rule.shape != Shape::Moore {
            columns.push(Columns::new(&terms));
        }
        if rule.shape.turns() {
            // Shapes that turn over do so top to bottom.
            let over: Vec<Term> = terms.iter().map(|t| Term { dy: -t.dy, ..*t }).collect();
            columns.push(Columns::new(&over));
        }
        Self {
            reach: rule.shape.width(r) as usize,
            bits: bits(&terms, most.into()),
            state_weights,
            columns,
            fates: pair.each_ref().map(fates),
            pair,
            from_corner,
        }
    }

    fn count<'a, N: Number>(
        &'a self,
        odd: bool,
        rows: (&'a Field, usize, &'a mut [u8]),
    ) -> Count<'a, N> {
        let (left, top) = rows.0.corner();
        let corner = if self.from_corner { 0 } else { left + top };
        let weights = self.state_weights.as_deref();
        let odd = usize::from(odd);
        let rule = (&self.pair[odd], &self.fates[odd][..]);
        Count::new(rule, &self.columns, rows, weights, (self.reach, corner))
    }
}

impl Stepper for Sums {
    fn name(&self) -> &'static str {
        "sums"
    }

    fn reach(&self) -> usize {
        self.reach
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], odd: bool) {
        let rule = &self.pair[usize::from(odd)];
        let rows = (from, first, out);
        match (rule.shape == Shape::Moore, self.bits) {
            (true, 8) => widest(Square::<u8>::new(rows, rule)),
            (true, 16) => widest(Square::<u16>::new(rows, rule)),
            (true, _) => widest(Square::<u32>::new(rows, rule)),
            (false, 8) => widest(self.count::<u8>(odd, rows)),
            (false, 16) => widest(self.count::<u16>(odd, rows)),
            (false, _) => widest(self.count::<u32>(odd, rows)),
        }
    }
}

/// Whole numbers that counts are kept in.
pub(super) trait Number: Copy + Default {
    fn of(n: u32) -> Self;
    /// As a place in a list.
    fn index(self) -> usize;
    fn times(self, other: Self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn at_most(self, other: Self) -> bool;
}

macro_rules! number {
    ($type:ty) => {
        impl Number for $type {
            #[inline(always)]
            fn of(n: u32) -> Self {
                n as $type
            }
            #[inline(always)]
            fn index(self) -> usize {
                self as usize
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn at_most(self, other: Self) -> bool {
                self <= other
            }
        }
    };
}
number!(u8);
number!(u16);
number!(u32);

/// The square neighbourhood.
struct Square<'a, N> {
    from: &'a Field,
    first: usize,
    out: &'a mut [u8],
    reach: usize,
    middle: bool,
    birth: Set<N>,
    survival: Set<N>,
    last: u8,
}

/// Counts as ranges: from a count on, and so many more.
pub(super) struct Set<N> {
    ranges: Vec<(N, N)>,
}

impl<N: Number> Set<N> {
    pub(super) fn new(counts: &Counts) -> Self {
        let ranges = counts.0.iter();
        Self {
            ranges: ranges
                .map(|&(low, high)| (N::of(low), N::of(high - low)))
                .collect(),
        }
    }
}

impl<'a, N: Number> Square<'a, N> {
    fn new((from, first, out): (&'a Field, usize, &'a mut [u8]), rule: &Larger) -> Self {
        Self {
            from,
            first,
            out,
            reach: rule.reach.into(),
            middle: rule.middle,
            birth: Set::new(&rule.birth),
            survival: Set::new(&rule.survival),
            last: (rule.states() - 1) as u8,
        }
    }
}

/// Cells that are handled at once.
pub(super) const CHUNK: usize = 64;

impl<N: Number> Kernel for Square<'_, N> {
    #[inline(always)]
    fn run(self) {
        let (reach, width) = (self.reach, self.from.width);
        // Room behind the rows, so that every loop is over whole chunks.
        let length = (width + 4 * reach).next_multiple_of(CHUNK) + CHUNK;
        let mut columns = vec![N::default(); length];
        let start = self.first as isize;
        for y in start - reach as isize..start + reach as isize {
            change(&mut columns, self.from.padded(y), N::plus);
        }
        let mut doubled = vec![N::default(); length];
        let mut sums = vec![N::default(); width.next_multiple_of(CHUNK)];
        let stride = self.from.stride;
        for (i, out) in self.out.chunks_mut(stride).enumerate() {
            let y = start + i as isize;
            change(&mut columns, self.from.padded(y + reach as isize), N::plus);
            window(&columns, &mut doubled, &mut sums, 2 * reach + 1);
            let own = &self.from.padded(y)[reach..reach + width];
            let out = &mut out[reach..reach + width];
            if !self.middle {
                change(&mut sums, own, N::minus);
            }
            decide(&sums, own, out, &self.birth, &self.survival, self.last);
            let gone = self.from.padded(y - reach as isize);
            change(&mut columns, gone, N::minus);
        }
    }
}

/// Adds the live cells of a row to sums, or takes them away.
#[inline(always)]
fn change<N: Number>(sums: &mut [N], row: &[u8], with: impl Fn(N, N) -> N) {
    let (chunks, rest) = row.as_chunks::<CHUNK>();
    let (sums, tail) = sums.split_at_mut(chunks.len() * CHUNK);
    let (sums, _) = sums.as_chunks_mut::<CHUNK>();
    for (sums, cells) in sums.iter_mut().zip(chunks) {
        for i in 0..CHUNK {
            sums[i] = with(sums[i], N::of(u32::from(cells[i] == 1)));
        }
    }
    for (sum, &cell) in tail.iter_mut().zip(rest) {
        *sum = with(*sum, N::of(u32::from(cell == 1)));
    }
}

/// Adds what lies `offset` further in another list.
#[inline(always)]
fn add_from<N: Number>(sums: &mut [N], parts: &[N], offset: usize) {
    let (sums, _) = sums.as_chunks_mut::<CHUNK>();
    let (parts, _) = parts[offset..].as_chunks::<CHUNK>();
    for (sums, parts) in sums.iter_mut().zip(parts) {
        for i in 0..CHUNK {
            sums[i] = sums[i].plus(parts[i]);
        }
    }
}

/// Up to this many columns are added one by one: they come from the nearest cache.
const SHORT: usize = 24;

/// Sums of `length` neighbouring columns, one by one or by the binary digits of the length.
#[inline(always)]
fn window<N: Number>(columns: &[N], doubled: &mut [N], sums: &mut [N], length: usize) {
    if length <= SHORT {
        for (chunk, sums) in sums.as_chunks_mut::<CHUNK>().0.iter_mut().enumerate() {
            let from = &columns[chunk * CHUNK..(chunk + 1) * CHUNK + SHORT];
            let mut sum = [N::default(); CHUNK];
            for shift in 0..length {
                let mut part = [N::default(); CHUNK];
                part.copy_from_slice(&from[shift..shift + CHUNK]);
                for i in 0..CHUNK {
                    sum[i] = sum[i].plus(part[i]);
                }
            }
            *sums = sum;
        }
        return;
    }
    doubled.copy_from_slice(columns);
    sums.fill(N::default());
    let (mut size, mut offset) = (1, 0);
    loop {
        if length & size != 0 {
            add_from(sums, doubled, offset);
            offset += size;
        }
        size *= 2;
        if size > length {
            return;
        }
        // In place from the west: what lies half a size further east is not changed yet.
        let half = size / 2;
        let mut x = 0;
        while x + half + CHUNK <= doubled.len() {
            let mut east = [N::default(); CHUNK];
            east.copy_from_slice(&doubled[x + half..x + half + CHUNK]);
            let (here, _) = doubled[x..].as_chunks_mut::<CHUNK>();
            if let Some(here) = here.first_mut() {
                for i in 0..CHUNK {
                    here[i] = here[i].plus(east[i]);
                }
            }
            x += CHUNK;
        }
    }
}

/// The next states from counts, which fill whole chunks.
#[inline(always)]
pub(super) fn decide<N: Number>(
    sums: &[N],
    own: &[u8],
    out: &mut [u8],
    birth: &Set<N>,
    survival: &Set<N>,
    last: u8,
) {
    let (sums, _) = sums.as_chunks::<CHUNK>();
    for (i, sums) in sums.iter().enumerate() {
        let start = i * CHUNK;
        let length = CHUNK.min(own.len() - start);
        let mut cells = [0; CHUNK];
        if length == CHUNK {
            cells.copy_from_slice(&own[start..start + CHUNK]);
        } else {
            cells[..length].copy_from_slice(&own[start..]);
        }
        let (mut born, mut stays) = ([0u8; CHUNK], [0u8; CHUNK]);
        for &(low, length) in &birth.ranges {
            for i in 0..CHUNK {
                born[i] |= u8::from(sums[i].minus(low).at_most(length));
            }
        }
        for &(low, length) in &survival.ranges {
            for i in 0..CHUNK {
                stays[i] |= u8::from(sums[i].minus(low).at_most(length));
            }
        }
        let next: [u8; CHUNK] = std::array::from_fn(|i| {
            let own = cells[i];
            let older = if own >= last { 0 } else { own.wrapping_add(1) };
            let alive = if stays[i] != 0 { 1 } else { older };
            let rest = if own == 1 { alive } else { older };
            if own == 0 { born[i] } else { rest }
        });
        out[start..start + length].copy_from_slice(&next[..length]);
    }
}
