//! The engine behind identification: any rule of a 3 × 3 block on the unbounded plane, as lists
//! of the cells that differ from the background.
//!
//! Its cost follows the number of live cells, however far apart they are, so that ash with
//! gliders that have flown off for thousands of generations stays cheap. The background itself
//! obeys the rule: with B0 it blinks.

use std::sync::Arc;

use crate::local::Local;
use crate::pattern::Pattern;

/// Rows that are done before anybody is asked whether to go on.
const ROWS: usize = 128;

/// A rule ready to be asked often.
#[derive(Clone, Debug)]
pub struct Ready {
    rule: Arc<dyn Local>,
    /// The next state for every block of two states, nw in the highest bit.
    table: Option<Arc<[u8; 512]>>,
}

impl Ready {
    /// Prepares a rule; of two states the whole table is made.
    pub fn new(rule: Arc<dyn Local>) -> Self {
        let table = (rule.states() == 2).then(|| {
            let mut table = [0; 512];
            for (index, next) in table.iter_mut().enumerate() {
                let block = std::array::from_fn(|at| (index >> (8 - at) & 1) as u8);
                *next = rule.next(&block);
            }
            Arc::new(table)
        });
        Self { rule, table }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.rule.states()
    }

    /// The next state of the middle; columns from west to east, each from north to south.
    fn next(&self, columns: &[[u8; 3]; 3]) -> u8 {
        let [w, m, e] = columns;
        let block = [w[0], m[0], e[0], w[1], m[1], e[1], w[2], m[2], e[2]];
        match &self.table {
            Some(table) => {
                let index = block
                    .iter()
                    .fold(0, |index, &s| index << 1 | usize::from(s));
                table[index & 511]
            }
            None => self.rule.next(&block),
        }
    }
}

/// The cells of a row that differ from the background, from west to east.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    y: i64,
    cells: Vec<(i64, u8)>,
}

/// Cells on the unbounded plane.
#[derive(Clone, Debug)]
pub struct Plane {
    rule: Ready,
    rows: Vec<Row>,
    background: u8,
}

/// Left, top, width, height of the cells that differ from the background.
pub type Frame = (i64, i64, u64, u64);

impl Plane {
    /// A plane with cells (x, y, state) in any order, on a background of state 0.
    pub fn new(rule: Ready, cells: impl IntoIterator<Item = (i64, i64, u8)>) -> Self {
        let mut cells: Vec<_> = cells.into_iter().filter(|cell| cell.2 != 0).collect();
        cells.sort_unstable_by_key(|&(x, y, _)| (y, x));
        cells.dedup_by_key(|&mut (x, y, _)| (x, y));
        let mut rows: Vec<Row> = Vec::new();
        for (x, y, state) in cells {
            match rows.last_mut() {
                Some(row) if row.y == y => row.cells.push((x, state)),
                _ => rows.push(Row {
                    y,
                    cells: vec![(x, state)],
                }),
            }
        }
        Self {
            rule,
            rows,
            background: 0,
        }
    }

    /// The plane of a pattern, in the pattern's coordinates.
    pub fn of(rule: Ready, pattern: &Pattern) -> Self {
        Self::new(rule, pattern.states())
    }

    /// The state of the background.
    pub fn background(&self) -> u8 {
        self.background
    }

    /// Number of cells that differ from the background.
    pub fn population(&self) -> u64 {
        self.rows.iter().map(|row| row.cells.len() as u64).sum()
    }

    /// The cells that differ from the background as (x, y, state), row by row.
    pub fn cells(&self) -> impl Iterator<Item = (i64, i64, u8)> + '_ {
        self.rows
            .iter()
            .flat_map(|row| row.cells.iter().map(|&(x, state)| (x, row.y, state)))
    }

    /// Where the cells lie; none if there are none.
    pub fn frame(&self) -> Option<Frame> {
        let (top, bottom) = (self.rows.first()?.y, self.rows.last()?.y);
        let left = self
            .rows
            .iter()
            .filter_map(|row| row.cells.first())
            .map(|c| c.0)
            .min()?;
        let right = self
            .rows
            .iter()
            .filter_map(|row| row.cells.last())
            .map(|c| c.0)
            .max()?;
        Some((
            left,
            top,
            (right - left + 1) as u64,
            (bottom - top + 1) as u64,
        ))
    }

    /// A number that is the same for the same cells anywhere on the same background.
    pub fn hash(&self) -> u64 {
        let (left, top) = self.frame().map_or((0, 0), |frame| (frame.0, frame.1));
        let mut hash = 0x9e37_79b9_7f4a_7c15 ^ u64::from(self.background);
        for (x, y, state) in self.cells() {
            let cell = ((x - left) as u64) << 32 ^ ((y - top) as u64) << 8 ^ u64::from(state);
            hash = (hash ^ cell).wrapping_mul(0xd6e8_feb8_6659_fd93);
            hash ^= hash >> 32;
        }
        hash
    }

    /// Whether both hold the same cells, these shifted by so much.
    pub fn is_shifted(&self, other: &Self, dx: i64, dy: i64) -> bool {
        self.background == other.background
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(|(a, b)| {
                let shifted = |(a, b): (&(i64, u8), &(i64, u8))| a.0 + dx == b.0 && a.1 == b.1;
                a.y + dy == b.y
                    && a.cells.len() == b.cells.len()
                    && a.cells.iter().zip(&b.cells).all(shifted)
            })
    }

    /// One generation.
    pub fn step(&mut self) {
        self.step_while(&mut || true);
    }

    /// One generation, as long as `go_on`, asked every few hundred rows, says so; false where it
    /// didn't, and the cells are as they were.
    pub fn step_while(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        let background = self.background;
        let next_background = self.rule.next(&[[background; 3]; 3]);
        let mut next: Vec<Row> = Vec::with_capacity(self.rows.len() + 2);
        let mut last = i64::MIN;
        // Rows are indexed as they pass by: the first that is not above y - 1.
        let mut first = 0;
        for at in 0..self.rows.len() {
            if at % ROWS == ROWS - 1 && !go_on() {
                return false;
            }
            let middle = self.rows[at].y;
            for y in middle - 1..=middle + 1 {
                if y <= last {
                    continue;
                }
                last = y;
                while self.rows[first].y < y - 1 {
                    first += 1;
                }
                let mut three: [&[(i64, u8)]; 3] = [&[]; 3];
                for row in self.rows[first..].iter().take(3) {
                    if (y - 1..=y + 1).contains(&row.y) {
                        three[(row.y - (y - 1)) as usize] = &row.cells;
                    }
                }
                let cells = self.row(three, next_background);
                if !cells.is_empty() {
                    next.push(Row { y, cells });
                }
            }
        }
        self.rows = next;
        self.background = next_background;
        true
    }

    /// The next state of a row, from the rows above, at and below it.
    fn row(&self, mut three: [&[(i64, u8)]; 3], next_background: u8) -> Vec<(i64, u8)> {
        let empty = [self.background; 3];
        let mut out = Vec::new();
        let mut columns = [empty; 3];
        let mut x = 0;
        let mut take = |at: i64| {
            let mut column = empty;
            for (slot, row) in column.iter_mut().zip(&mut three) {
                if let Some((&(head, state), rest)) = row.split_first()
                    && head == at
                {
                    *slot = state;
                    *row = rest;
                }
            }
            let nearest = three
                .iter()
                .filter_map(|row| row.first())
                .map(|c| c.0)
                .min();
            (column, nearest)
        };
        let mut nearest = take(i64::MIN).1;
        loop {
            if columns == [empty; 3] {
                let Some(head) = nearest else { return out };
                x = head - 1;
                columns[2] = take(head).0;
            }
            let state = self.rule.next(&columns);
            if state != next_background {
                out.push((x, state));
            }
            x += 1;
            columns[0] = columns[1];
            columns[1] = columns[2];
            (columns[2], nearest) = take(x + 1);
        }
    }
}
