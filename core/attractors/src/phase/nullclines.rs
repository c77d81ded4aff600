//! Nullclines: the curves along which one rate of change vanishes, by marching squares with
//! every crossing found to a small part of a cell.

use loom_sim::SimError;

use super::flow::Moment;
use super::window::Window;

/// Cells of the grid, at most, on a side.
const MOST_CELLS: usize = 320;
/// Logical pixels a cell.
const CELL: f64 = 5.0;
/// Steps of the search for a crossing along an edge of a cell.
const REFINED: usize = 6;

/// A curve, point by point in the plane's own units.
pub type Curve = Vec<[f64; 2]>;

/// What marching over the window has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nullclines {
    /// Of the rate across, and of the rate up.
    pub curves: [Vec<Curve>; 2],
    /// Middles of the cells through which both pass: fixed points are near.
    pub meetings: Vec<[f64; 2]>,
}

struct Grid {
    columns: usize,
    rows: usize,
    places: Vec<[f64; 2]>,
    rates: Vec<[f64; 2]>,
}

impl Grid {
    fn over(window: &Window, moment: &Moment<'_>) -> Result<Self, SimError> {
        let [width, height] = window.pixels();
        let cells = |length: f64| ((length / CELL) as usize).clamp(8, MOST_CELLS);
        let (columns, rows) = (cells(width) + 1, cells(height) + 1);
        let [x, y] = window.sides;
        let along = |[low, high]: [f64; 2], i: usize, count: usize| {
            low + (high - low) * i as f64 / (count - 1) as f64
        };
        let places: Vec<[f64; 2]> = (0..rows * columns)
            .map(|i| [along(x, i % columns, columns), along(y, i / columns, rows)])
            .collect();
        let rates = moment.rates(&places)?;
        Ok(Self {
            columns,
            rows,
            places,
            rates,
        })
    }

    /// The corners of a cell, counter-clockwise from the lower left.
    fn corners(&self, column: usize, row: usize) -> [usize; 4] {
        let at = row * self.columns + column;
        [at, at + 1, at + 1 + self.columns, at + self.columns]
    }

    /// The edge's number from its two ends: level ones first, then upright ones.
    fn edge(&self, a: usize, b: usize) -> usize {
        let (low, level) = (a.min(b), a.abs_diff(b) == 1);
        if level { low } else { self.places.len() + low }
    }
}

/// Both nullclines in the window.
///
/// # Errors
/// Where the equations refuse to run.
pub fn find(window: &Window, moment: &mut Moment<'_>) -> Result<Nullclines, SimError> {
    let grid = Grid::over(window, moment)?;
    let mut meetings = Vec::new();
    for row in 0..grid.rows - 1 {
        for column in 0..grid.columns - 1 {
            let corners = grid.corners(column, row);
            let changes = |c: usize| {
                let signs = corners.map(|i| grid.rates[i][c] >= 0.0);
                corners.iter().all(|i| grid.rates[*i][c].is_finite())
                    && signs.iter().any(|s| *s != signs[0])
            };
            if changes(0) && changes(1) {
                let [a, _, b, _] = corners.map(|i| grid.places[i]);
                meetings.push([0, 1].map(|k| f64::midpoint(a[k], b[k])));
            }
        }
    }
    Ok(Nullclines {
        curves: [march(&grid, 0, moment), march(&grid, 1, moment)],
        meetings,
    })
}

/// No crossing on this edge, or one that is a pole.
const NONE: u32 = u32::MAX;

/// The curves on which component `c` vanishes.
fn march(grid: &Grid, c: usize, moment: &mut Moment<'_>) -> Vec<Curve> {
    let mut crossings: Vec<[f64; 2]> = Vec::new();
    let mut on_edge = vec![NONE; 2 * grid.places.len()];
    let mut looked = vec![false; on_edge.len()];
    // Two neighbours of each crossing.
    let mut links: Vec<[u32; 2]> = Vec::new();
    for row in 0..grid.rows - 1 {
        for column in 0..grid.columns - 1 {
            let corners = grid.corners(column, row);
            let values = corners.map(|i| grid.rates[i][c]);
            if !values.iter().all(|v| v.is_finite()) {
                continue;
            }
            let mut found = [NONE; 4];
            for side in 0..4 {
                let next = (side + 1) % 4;
                if (values[side] >= 0.0) == (values[next] >= 0.0) {
                    continue;
                }
                let edge = grid.edge(corners[side], corners[next]);
                if !looked[edge] {
                    looked[edge] = true;
                    let ends = [corners[side], corners[next]].map(|i| grid.places[i]);
                    let sizes = [values[side], values[next]];
                    if let Some(place) = crossing(ends, sizes, c, moment) {
                        on_edge[edge] = crossings.len() as u32;
                        crossings.push(place);
                        links.push([NONE; 2]);
                    }
                }
                found[side] = on_edge[edge];
            }
            for [a, b] in pairs(found) {
                join(&mut links, a, b);
            }
        }
    }
    chains(&crossings, &links)
}

/// Which crossings of a cell belong together. Where all four sides are crossed two branches go
/// straight through, as those of a product do: in so small a cell any other case looks the same.
fn pairs(found: [u32; 4]) -> Vec<[u32; 2]> {
    let there: Vec<u32> = found.into_iter().filter(|i| *i != NONE).collect();
    match there[..] {
        [a, b] => vec![[a, b]],
        [a, b, c, d] => vec![[a, c], [b, d]],
        _ => Vec::new(),
    }
}

fn join(links: &mut [[u32; 2]], a: u32, b: u32) {
    for (from, to) in [(a, b), (b, a)] {
        if let Some(free) = links[from as usize].iter_mut().find(|l| **l == NONE) {
            *free = to;
        }
    }
}

/// The zero between two ends of different sign (regula falsi, Illinois); `None` at a pole or a
/// jump, where the value does not become small.
fn crossing(
    ends: [[f64; 2]; 2],
    values: [f64; 2],
    c: usize,
    moment: &mut Moment<'_>,
) -> Option<[f64; 2]> {
    let at = |t: f64| [0, 1].map(|k| ends[0][k] + t * (ends[1][k] - ends[0][k]));
    let (mut low, mut high) = ((0.0, values[0]), (1.0, values[1]));
    let largest = values[0].abs().max(values[1].abs());
    let (mut t, mut value) = (0.0, values[0]);
    let mut kept = 0;
    for _ in 0..REFINED {
        t = (low.0 * high.1 - high.0 * low.1) / (high.1 - low.1);
        if !t.is_finite() {
            return None;
        }
        value = moment.rate(at(t))[c];
        if value == 0.0 {
            break;
        }
        if (value >= 0.0) == (high.1 >= 0.0) {
            high = (t, value);
            low.1 *= if kept == 1 { 0.5 } else { 1.0 };
            kept = 1;
        } else {
            low = (t, value);
            high.1 *= if kept == 2 { 0.5 } else { 1.0 };
            kept = 2;
        }
    }
    (value.abs() <= 0.1 * largest).then(|| at(t))
}

/// Follows the links from crossing to crossing.
fn chains(crossings: &[[f64; 2]], links: &[[u32; 2]]) -> Vec<Curve> {
    let mut used = vec![false; crossings.len()];
    let mut curves = Vec::new();
    let loose = |i: &usize| links[*i].contains(&NONE);
    // Open curves from their ends, then what is left: closed ones.
    let ends: Vec<usize> = (0..crossings.len()).filter(loose).collect();
    for start in ends.into_iter().chain(0..crossings.len()) {
        if used[start] {
            continue;
        }
        let mut curve = Vec::new();
        let mut here = start;
        loop {
            used[here] = true;
            curve.push(crossings[here]);
            let next = links[here]
                .iter()
                .find(|n| **n != NONE && !used[**n as usize]);
            match next {
                Some(next) => here = *next as usize,
                None => break,
            }
        }
        // A closed curve comes back to where it began.
        if curve.len() > 2 && !loose(&start) && links[here].contains(&(start as u32)) {
            curve.push(crossings[start]);
        }
        if curve.len() > 1 {
            curves.push(curve);
        }
    }
    curves
}
