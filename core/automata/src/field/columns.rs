//! Counting in neighbourhoods of any shape, column by column.
//!
//! A neighbourhood is taken apart into vertical runs of cells: the disc of reach 5 has eleven, of
//! four heights. The sum of a run of each height is kept for every column of the field from row
//! to row (one row comes in, one leaves), and a cell's count is the sum of the runs beside it: one
//! addition a column of the neighbourhood for as many cells as a vector holds. Sums are kept
//! in bytes where counts fit, and in 16 or 32 bits otherwise; they may wrap on the way, since only
//! the count itself has to fit.

use std::collections::HashMap;

use super::Field;
use super::larger::{CHUNK, Number, Set, decide};
use crate::lanes::Kernel;
use crate::rule::Larger;
use crate::rule::counts::Counts;
use crate::rule::reach::Term;

/// More ranges than this are looked up in a table.
const RANGES: usize = 8;

/// The highest count that has a place in the table.
const TABLE: u32 = 1 << 16;

/// Where a column of the neighbourhood reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The row so far below the cell's own.
    Row(i32),
    /// Sums of runs, by their place in the list.
    Run(usize),
}

/// A neighbourhood taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// First and last row of the runs whose sums are kept.
    runs: Vec<(i32, i32)>,
    /// What is added up: where it stands, how far to the east, and how much it counts.
    parts: Vec<(Source, i32, i32)>,
}

impl Columns {
    pub(super) fn new(terms: &[Term]) -> Self {
        let mut cells: Vec<(i32, i32, i32)> = terms
            .iter()
            .flat_map(|t| (t.from..=t.to).map(|dx| (dx, t.dy, t.weight)))
            .collect();
        cells.sort_unstable();
        // Vertical runs of one weight, and how many columns have a run of the same rows.
        let runs: Vec<(i32, (i32, i32), i32)> = cells
            .chunk_by(|a, b| a.0 == b.0 && a.1 + 1 == b.1 && a.2 == b.2)
            .filter_map(|run| {
                let (first, last) = (run.first()?, run.last()?);
                Some((first.0, (first.1, last.1), first.2))
            })
            .collect();
        let mut uses: HashMap<(i32, i32), i32> = HashMap::new();
        for run in &runs {
            *uses.entry(run.1).or_default() += 1;
        }
        let mut columns = Self::default();
        let mut known: HashMap<(i32, i32), usize> = HashMap::new();
        for (dx, rows, weight) in runs {
            let height = rows.1 - rows.0 + 1;
            let times = uses.get(&rows).copied().unwrap_or(0);
            // Keeping a sum takes two additions a row.
            if height * times > times + 2 {
                let next = columns.runs.len();
                let run = *known.entry(rows).or_insert(next);
                if run == next {
                    columns.runs.push(rows);
                }
                columns.parts.push((Source::Run(run), dx, weight));
            } else {
                let rows = rows.0..=rows.1;
                let singles = rows.map(|dy| (Source::Row(dy), dx, weight));
                columns.parts.extend(singles);
            }
        }
        columns
    }

    fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| part.2 == 1)
    }
}

/// The least number of bits in which the counts of these terms differ, 8, 16 or 32; states count
/// up to `most`.
pub(super) fn bits(terms: &[Term], most: i64) -> u32 {
    let sum = |sign: i64| -> i64 {
        let sizes = terms.iter().map(|t| {
            let cells = i64::from(t.to - t.from + 1);
            (sign * i64::from(t.weight)).max(0) * cells * most
        });
        sizes.sum()
    };
    let plain = most == 1 && terms.iter().all(|t| t.weight == 1);
    match sum(1) + sum(-1) {
        ..256 if plain => 8,
        ..65536 => 16,
        _ => 32,
    }
}

/// Rows that are counted.
pub(super) struct Count<'a, N> {
    rule: &'a Larger,
    fates: &'a [u8],
    columns: &'a [Columns],
    from: &'a Field,
    first: usize,
    out: &'a mut [u8],
    reach: usize,
    /// What each state counts.
    values: [N; 256],
    birth: Set<N>,
    survival: Set<N>,
    /// Parity of the columns in even rows whose neighbourhood is the second one.
    corner: i64,
}

impl<'a, N: Number> Count<'a, N> {
    /// The rows from `first` on; `fates` is the rule's table and `columns` are those of the
    /// neighbourhood, or of both where it turns over from cell to cell.
    pub(super) fn new(
        (rule, fates): (&'a Larger, &'a [u8]),
        columns: &'a [Columns],
        (from, first, out): (&'a Field, usize, &'a mut [u8]),
        weights: Option<&[i32]>,
        (reach, corner): (usize, i64),
    ) -> Self {
        let value = |state: usize| match weights {
            Some(weights) => weights.get(state).copied().unwrap_or(0) as u32,
            None => u32::from(state == 1),
        };
        Self {
            rule,
            fates,
            columns,
            from,
            first,
            out,
            reach,
            values: std::array::from_fn(|state| N::of(value(state))),
            birth: Set::new(&rule.birth),
            survival: Set::new(&rule.survival),
            corner,
        }
    }
}

/// What becomes of each count, bit 0 for birth and bit 1 for survival, where a set has many ranges
/// of counts that are not too high; nothing otherwise.
pub(super) fn fates(rule: &Larger) -> Vec<u8> {
    let sets = [&rule.birth, &rule.survival];
    let most = sets.map(|counts| counts.highest().unwrap_or(0));
    let most = most[0].max(most[1]);
    if is_simple(rule) || most > TABLE {
        return Vec::new();
    }
    let has = |counts: &Counts, count: u32| u8::from(counts.has(count.into()));
    (0..=most)
        .map(|count| has(&rule.birth, count) | has(&rule.survival, count) << 1)
        .collect()
}

/// Whether both sets have few ranges.
fn is_simple(rule: &Larger) -> bool {
    let sets = [&rule.birth, &rule.survival];
    sets.iter().all(|counts| counts.0.len() <= RANGES)
}

impl<N: Number> Kernel for Count<'_, N> {
    #[inline(always)]
    fn run(self) {
        let Self {
            rule,
            columns,
            from: field,
            first,
            out: all,
            reach,
            ..
        } = self;
        let width = field.width;
        let vertical = i32::from(rule.reach) as isize;
        // Room behind the rows, so that every loop is over whole chunks.
        let length = (width + 2 * reach).next_multiple_of(CHUNK) + CHUNK;
        // A ring of rows: the neighbourhood's, and the one that has just left it.
        let rows = 2 * vertical as usize + 2;
        let place = |y: isize| y.rem_euclid(rows as isize) as usize * length;
        let kept: usize = columns.iter().map(|columns| columns.runs.len()).sum();
        let mut data = vec![N::default(); (rows + kept) * length];
        let start = first as isize;
        let plain = rule.shape.state_weights().is_none();
        let fill = |data: &mut [N], y: isize| {
            let at = place(y);
            let row = field.padded(y);
            let to = &mut data[at..at + row.len()];
            if plain {
                for (to, &cell) in to.iter_mut().zip(row) {
                    *to = N::of(u32::from(cell == 1));
                }
            } else {
                for (to, &cell) in to.iter_mut().zip(row) {
                    *to = self.values[usize::from(cell)];
                }
            }
        };
        for y in start - vertical..start + vertical {
            fill(&mut data, y);
        }
        let last = (rule.states() - 1) as u8;
        let few = is_simple(rule);
        let chunks = width.div_ceil(CHUNK);
        let mut counts: Vec<Vec<N>> = vec![vec![N::default(); chunks * CHUNK]; columns.len()];
        let mut starts: Vec<(usize, N)> = Vec::new();
        let stride = field.stride;
        for (i, out) in all.chunks_mut(stride).enumerate() {
            let y = start + i as isize;
            fill(&mut data, y + vertical);
            let (ring, sums) = data.split_at_mut(rows * length);
            let row = |dy: i32| {
                let at = place(y + dy as isize);
                &ring[at..at + length]
            };
            let runs = columns.iter().flat_map(|columns| &columns.runs);
            for (sums, &(top, bottom)) in sums.chunks_mut(length).zip(runs) {
                if i == 0 {
                    (top..=bottom).for_each(|dy| add(sums, row(dy)));
                } else {
                    slide(sums, row(bottom), row(top - 1));
                }
            }
            let mut before = 0;
            for (columns, counts) in columns.iter().zip(&mut counts) {
                starts.clear();
                starts.extend(columns.parts.iter().map(|&(source, dx, weight)| {
                    let line = match source {
                        Source::Row(dy) => place(y + dy as isize),
                        Source::Run(run) => (rows + before + run) * length,
                    };
                    let at = line + (reach as i32 + dx) as usize;
                    (at, N::of(weight as u32))
                }));
                before += columns.runs.len();
                gather(counts, &data, &starts, columns.is_plain());
            }
            if let [even, odd] = &mut counts[..] {
                let parity = (self.corner + y as i64).rem_euclid(2) as usize;
                // Cells whose column and row add up to an odd number.
                let over = odd.iter().enumerate().skip(1 - parity).step_by(2);
                over.for_each(|(x, &count)| even[x] = count);
            }
            let own = &field.padded(y)[reach..reach + width];
            let out = &mut out[reach..reach + width];
            if few {
                decide(&counts[0], own, out, &self.birth, &self.survival, last);
                continue;
            }
            for ((out, &own), count) in out.iter_mut().zip(own).zip(&counts[0]) {
                if self.fates.is_empty() {
                    // A count below zero is one that no set holds.
                    *out = rule.next(own, (count.index() as i32).into());
                    continue;
                }
                let fate = self.fates.get(count.index()).copied().unwrap_or(0);
                let older = if own >= last { 0 } else { own + 1 };
                *out = match own {
                    0 => fate & 1,
                    1 if fate & 2 != 0 => 1,
                    _ => older,
                };
            }
        }
    }
}

#[inline(always)]
fn add<N: Number>(sums: &mut [N], row: &[N]) {
    for (sum, &cell) in sums.iter_mut().zip(row) {
        *sum = sum.plus(cell);
    }
}

/// Adds the row that comes in and takes away the one that leaves.
#[inline(always)]
fn slide<N: Number>(sums: &mut [N], comes: &[N], leaves: &[N]) {
    for ((sum, &comes), &leaves) in sums.iter_mut().zip(comes).zip(leaves) {
        *sum = sum.plus(comes).minus(leaves);
    }
}

/// Adds up what lies from each start on, so many times.
#[inline(always)]
fn gather<N: Number>(counts: &mut [N], data: &[N], starts: &[(usize, N)], plain: bool) {
    let (counts, _) = counts.as_chunks_mut::<CHUNK>();
    for (chunk, counts) in counts.iter_mut().enumerate() {
        let mut sum = [N::default(); CHUNK];
        for &(start, weight) in starts {
            let mut part = [N::default(); CHUNK];
            let at = start + chunk * CHUNK;
            part.copy_from_slice(&data[at..at + CHUNK]);
            if plain {
                for i in 0..CHUNK {
                    sum[i] = sum[i].plus(part[i]);
                }
            } else {
                for i in 0..CHUNK {
                    sum[i] = sum[i].plus(part[i].times(weight));
                }
            }
        }
        *counts = sum;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::field::mover;
    use crate::rule::{Family, Rule};

    /// Each cell by the definition.
    fn naive(field: &Field, rule: &Larger, x: i64, y: i64) -> u8 {
        let weights = rule.shape.state_weights();
        let over = rule.shape.turns() && (x + y).rem_euclid(2) == 1;
        let mut count = 0i64;
        for term in rule.shape.terms(rule.reach.into(), rule.middle) {
            for dx in term.from..=term.to {
                let dy = if over { -term.dy } else { term.dy };
                let state = field.at(x + i64::from(dx), y + i64::from(dy));
                let value = match &weights {
                    Some(weights) => weights[usize::from(state)],
                    None => i32::from(state == 1),
                };
                count += i64::from(term.weight) * i64::from(value);
            }
        }
        rule.next(field.at(x, y), count)
    }

    #[test]
    fn counts_of_every_width_are_those_of_the_definition() {
        let many: Vec<String> = (10..60).step_by(2).map(|n| n.to_string()).collect();
        let many = many.join(",") + ",";
        let long = format!("R5,C2,S{many}62,B{many}63,NC");
        let longer = format!("R9,C2,S{many}62,B{many}290,NC");
        for (rule, bits) in [
            // Bytes, sixteen and thirty-two bits.
            ("R5,C0,M0,S24..48,B24..35,NC", 8),
            ("R4,C3,S14-30,B17-22,N2", 8),
            ("R3,C2,S6-14,B8-11,NB", 8),
            ("R7,C2,S30-60,B38-50,NN", 8),
            ("R6,C2,S10-20,B12-18,N#", 8),
            ("R4,C2,S9-20,B12-18,NH", 8),
            ("R3,C2,S11-25,B15-20,NL", 8),
            ("R2,C3,S2,B3,N@891891L", 8),
            (&long, 8),
            ("R10,C2,S80-170,B85-130,NC", 16),
            ("R4,C2,S80-300,B100-200,NG", 16),
            ("R1,C2,S3-9,B5-7,NW3A3A53A3A", 16),
            ("R1,C4,S2-5,B3-9,NW123401323,0123H", 16),
            (&longer, 16),
            ("R170,C2,S30000-60000,B40000-50000,NC", 32),
        ] {
            let rule: Rule = rule.parse().unwrap();
            let Family::Larger(larger) = &rule.family else {
                panic!("{rule}");
            };
            let weights = larger.shape.state_weights();
            let most = weights.iter().flatten().copied().max().unwrap_or(1);
            let terms = larger.shape.terms(larger.reach.into(), larger.middle);
            assert_eq!(super::bits(&terms, most.into()), bits, "{rule}");
            let stepper = mover::stepper(&rule).unwrap().unwrap();
            let (width, height) = if bits == 32 { (350, 4) } else { (131, 40) };
            let mut field = Field::new(-7, 3, width, height, stepper.reach());
            let mut state = 1u64;
            for y in 0..height {
                for cell in field.row_mut(y) {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let alive = state >> 63 != 0;
                    let states = larger.states() as u64 - 1;
                    *cell = if alive {
                        1 + (state >> 40) as u8 % states as u8
                    } else {
                        0
                    };
                }
            }
            let (stride, rim) = (field.stride(), stepper.reach());
            let mut next = vec![0; stride * height];
            let (upper, lower) = next.split_at_mut(stride * (height / 3));
            stepper.band(&field, 0, upper, false);
            stepper.band(&field, height / 3, lower, false);
            for y in 0..height {
                for x in 0..width {
                    let found = next[y * stride + rim + x];
                    let expected = naive(&field, larger, x as i64 - 7, y as i64 + 3);
                    assert_eq!(found, expected, "{rule} at {x}, {y}");
                }
            }
        }
    }
}
