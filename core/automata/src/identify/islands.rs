//! Islands of cells: which cells belong together, and which islands lie near one another.

use std::collections::{BTreeMap, HashMap};

/// Cells as (x, y, state).
pub(super) type Cells = Vec<(i64, i64, u8)>;

/// Every division of `n` things into groups.
pub(super) fn divisions(n: usize) -> Vec<Vec<Vec<usize>>> {
    let mut all: Vec<Vec<Vec<usize>>> = vec![Vec::new()];
    for thing in 0..n {
        let mut next = Vec::new();
        for groups in &all {
            for at in 0..groups.len() {
                let mut with = groups.clone();
                with[at].push(thing);
                next.push(with);
            }
            let mut with = groups.clone();
            with.push(vec![thing]);
            next.push(with);
        }
        all = next;
    }
    all
}

pub(super) fn corner(cells: &[(i64, i64, u8)]) -> (i64, i64) {
    let left = cells.iter().map(|cell| cell.0).min().unwrap_or(0);
    let top = cells.iter().map(|cell| cell.1).min().unwrap_or(0);
    (left, top)
}

/// The cells relative to their corner, row by row.
pub(super) fn at_origin(cells: &[(i64, i64, u8)]) -> Cells {
    let (left, top) = corner(cells);
    let mut moved: Cells = cells
        .iter()
        .map(|&(x, y, s)| (x - left, y - top, s))
        .collect();
    moved.sort_unstable_by_key(|&(x, y, _)| (y, x));
    moved
}

/// Cells in groups: two belong together if neither coordinate differs by more than `reach`.
pub(super) fn groups(cells: &[(i64, i64, u8)], reach: i64) -> Vec<Cells> {
    let place: HashMap<(i64, i64), usize> = cells
        .iter()
        .enumerate()
        .map(|(at, &(x, y, _))| ((x, y), at))
        .collect();
    let mut union = Union::new(cells.len());
    for (at, &(x, y, _)) in cells.iter().enumerate() {
        // The neighbours that come later in the order of rows.
        for dy in 0..=reach {
            for dx in -reach..=reach {
                if let Some(&other) = place.get(&(x + dx, y + dy)) {
                    union.join(at, other);
                }
            }
        }
    }
    let mut out: BTreeMap<usize, Cells> = BTreeMap::new();
    for (at, &cell) in cells.iter().enumerate() {
        out.entry(union.root(at)).or_default().push(cell);
    }
    out.into_values().collect()
}

/// Sets that are joined.
pub(super) struct Union {
    parent: Vec<usize>,
}

impl Union {
    pub fn new(n: usize) -> Self {
        Self {
            parent: (0..n).collect(),
        }
    }

    /// The least member of a thing's set.
    pub fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Joins two sets; false if they were one.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return false;
        }
        self.parent[a.max(b)] = a.min(b);
        true
    }
}

/// Which of many groups of cells are near one.
pub(super) struct Near {
    reach: i64,
    /// Groups by square of the plane.
    squares: HashMap<(i64, i64), Vec<(i64, i64, usize)>>,
}

impl Near {
    /// Groups, of which those are near that come within `reach` cells.
    pub fn new<'a>(groups: impl Iterator<Item = &'a [(i64, i64, u8)]>, reach: i64) -> Self {
        let mut squares: HashMap<(i64, i64), Vec<(i64, i64, usize)>> = HashMap::new();
        for (group, cells) in groups.enumerate() {
            for &(x, y, _) in cells {
                let square = (x.div_euclid(reach), y.div_euclid(reach));
                squares.entry(square).or_default().push((x, y, group));
            }
        }
        Self { reach, squares }
    }

    /// The distance in cells to every group within reach of these cells, but for one.
    fn distances(&self, cells: &[(i64, i64, u8)], but: usize) -> BTreeMap<usize, i64> {
        let mut found = BTreeMap::new();
        for &(x, y, _) in cells {
            let (column, row) = (x.div_euclid(self.reach), y.div_euclid(self.reach));
            for square in (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (column + dx, row + dy))) {
                for &(ox, oy, group) in self.squares.get(&square).into_iter().flatten() {
                    let distance = (ox - x).abs().max((oy - y).abs());
                    if group != but && distance <= self.reach {
                        let best = found.entry(group).or_insert(distance);
                        *best = distance.min(*best);
                    }
                }
            }
        }
        found
    }

    pub fn nearest(&self, cells: &[(i64, i64, u8)], but: usize) -> Option<usize> {
        let distances = self.distances(cells, but);
        distances
            .into_iter()
            .min_by_key(|&(_, d)| d)
            .map(|(group, _)| group)
    }

    pub fn all(&self, cells: &[(i64, i64, u8)], but: usize) -> Vec<usize> {
        self.distances(cells, but).into_keys().collect()
    }
}
