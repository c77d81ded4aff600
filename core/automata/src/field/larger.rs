//! Larger than Life by sliding sums.
//!
//! In the square neighbourhood the sum of each column is kept from row to row (one row comes in,
//! one leaves), and a row of sums is added up sideways by doubling: sums of 1, 2, 4, … columns
//! make any width. Other neighbourhoods add differences of running sums, one for each row of
//! cells in a run, and weighted cells one by one. A count depends on its cell alone, so bands
//! of rows are independent.

use super::Field;
use super::mover::Stepper;
use crate::lanes::{Kernel, widest};
use crate::rule::Larger;
use crate::rule::counts::Counts;
use crate::rule::reach::{Shape, Term};

/// More ranges than this are looked up in a table.
const RANGES: usize = 8;

/// A rule made ready: the rules of even and odd generations and what they add up.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pair: [Larger; 2],
    terms: [Vec<Term>; 2],
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
        // Shapes that turn over do so top to bottom.
        let over: Vec<Term> = terms.iter().map(|t| Term { dy: -t.dy, ..*t }).collect();
        Self {
            reach: rule.shape.width(r) as usize,
            state_weights: rule.shape.state_weights(),
            terms: [terms, if rule.shape.turns() { over } else { Vec::new() }],
            pair,
            from_corner,
        }
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
        if rule.shape == Shape::Moore {
            if rule.reach <= 127 {
                widest(Square::<u16>::new(from, first, out, rule));
            } else {
                widest(Square::<u32>::new(from, first, out, rule));
            }
            return;
        }
        widest(General {
            sums: self,
            rule,
            from,
            first,
            out,
        });
    }
}

/// Whole numbers that counts are kept in.
trait Number: Copy + Default {
    fn of(n: u32) -> Self;
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
struct Set<N> {
    ranges: Vec<(N, N)>,
}

impl<N: Number> Set<N> {
    fn new(counts: &Counts) -> Self {
        let ranges = counts.0.iter();
        Self {
            ranges: ranges
                .map(|&(low, high)| (N::of(low), N::of(high - low)))
                .collect(),
        }
    }
}

impl<'a, N: Number> Square<'a, N> {
    fn new(from: &'a Field, first: usize, out: &'a mut [u8], rule: &Larger) -> Self {
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
const CHUNK: usize = 64;

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
fn decide<N: Number>(
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

/// Any other neighbourhood.
struct General<'a> {
    sums: &'a Sums,
    rule: &'a Larger,
    from: &'a Field,
    first: usize,
    out: &'a mut [u8],
}

/// A row's values, or its running sums from the west with a 0 before.
#[inline(always)]
fn fill_row(row: &[u8], weights: Option<&[i32]>, to: &mut [i32], running: bool) {
    let value = |cell: u8| match weights {
        Some(weights) => weights.get(usize::from(cell)).copied().unwrap_or(0),
        None => i32::from(cell == 1),
    };
    if !running {
        for (to, &cell) in to.iter_mut().zip(row) {
            *to = value(cell);
        }
        return;
    }
    let mut sum = 0i32;
    to[0] = 0;
    for (to, &cell) in to[1..].iter_mut().zip(row) {
        sum = sum.wrapping_add(value(cell));
        *to = sum;
    }
}

impl Kernel for General<'_> {
    #[inline(always)]
    fn run(self) {
        let Self {
            sums,
            rule,
            from: field,
            first,
            out: all,
        } = self;
        let weights = sums.state_weights.as_deref();
        let (reach, width) = (sums.reach, field.width);
        let length = width + 2 * reach + 1;
        let vertical = i32::from(rule.reach);
        let rows = 2 * vertical as usize + 1;
        let singles = |terms: &[Term]| terms.iter().any(|t| t.from == t.to);
        let runs = |terms: &[Term]| terms.iter().any(|t| t.from != t.to);
        let any = |kind: &dyn Fn(&[Term]) -> bool| sums.terms.iter().any(|t| kind(t));
        let (with_singles, with_runs) = (any(&singles), any(&runs));
        // Rings of rows: that of row y lies at place y modulo their number.
        let ring = |wanted: bool| vec![0i32; if wanted { rows * length } else { 0 }];
        let (mut values, mut running) = (ring(with_singles), ring(with_runs));
        let place = |y: isize| y.rem_euclid(rows as isize) as usize * length;
        let start = first as isize;
        let fill = |y: isize, values: &mut [i32], running: &mut [i32]| {
            let at = place(y);
            if with_singles {
                fill_row(
                    field.padded(y),
                    weights,
                    &mut values[at..at + length],
                    false,
                );
            }
            if with_runs {
                fill_row(
                    field.padded(y),
                    weights,
                    &mut running[at..at + length],
                    true,
                );
            }
        };
        for y in start - vertical as isize..start + vertical as isize {
            fill(y, &mut values, &mut running);
        }
        let turns = !sums.terms[1].is_empty();
        let last = (rule.states() - 1) as u8;
        let few = [&rule.birth, &rule.survival]
            .iter()
            .all(|counts| counts.0.len() <= RANGES);
        let (birth, survival) = (Set::<u32>::new(&rule.birth), Set::new(&rule.survival));
        let mut counts = [vec![0i32; width], vec![0i32; if turns { width } else { 0 }]];
        let mut chosen = vec![0u32; width.next_multiple_of(CHUNK)];
        let stride = field.stride;
        let height = all.len() / stride;
        for i in 0..height {
            let y = start + i as isize;
            fill(y + vertical as isize, &mut values, &mut running);
            for (count, terms) in counts.iter_mut().zip(&sums.terms) {
                count.fill(0);
                for term in terms {
                    let at = place(y + term.dy as isize);
                    let from = at + (reach as i32 + term.from) as usize;
                    let to = at + (reach as i32 + term.to) as usize;
                    if term.from == term.to {
                        let cells = &values[from..from + width];
                        for (count, &cell) in count.iter_mut().zip(cells) {
                            *count = count.wrapping_add(term.weight.wrapping_mul(cell));
                        }
                    } else {
                        let (low, high) = (&running[from..from + width], &running[to + 1..]);
                        for ((count, &low), &high) in count.iter_mut().zip(low).zip(high) {
                            let run = high.wrapping_sub(low);
                            *count = count.wrapping_add(term.weight.wrapping_mul(run));
                        }
                    }
                }
            }
            let corner = if sums.from_corner {
                0
            } else {
                field.left + field.top
            };
            let parity = (corner + y as i64).rem_euclid(2);
            for x in 0..width {
                let over = turns && (x as i64 + parity) % 2 == 1;
                // A count below zero becomes one that no set holds.
                chosen[x] = counts[usize::from(over)][x] as u32;
            }
            let own = &field.padded(y)[reach..reach + width];
            let out = &mut all[i * stride + reach..i * stride + reach + width];
            if few {
                decide(&chosen, own, out, &birth, &survival, last);
            } else {
                for ((out, &own), &count) in out.iter_mut().zip(own).zip(&chosen) {
                    *out = rule.next(own, (count as i32).into());
                }
            }
        }
    }
}
