//! The cells of a world as a rectangle of bytes, whatever engine holds them.
//!
//! Of a rule of one dimension it is the present row; of one of three dimensions the sheets of its
//! box; of an unbounded grid the rectangle that holds what lives.

use loom_sim::SimError;
use num_traits::ToPrimitive;

use crate::engine::Inside;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Family, Rule, Topology};
use crate::world::World;

/// The most cells that are looked at as bytes: 4096 × 4096.
pub(crate) const MOST: u64 = 1 << 24;

/// Left, top, columns and rows of all sheets, in the grid's coordinates.
pub(crate) type Frame = (i64, i64, usize, usize);

/// A rectangle of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cells {
    /// Column of the westernmost cells.
    pub left: i64,
    /// Row of the northernmost cells.
    pub top: i64,
    pub width: usize,
    /// Rows of one sheet.
    pub height: usize,
    /// Sheets; 1 but for rules of three dimensions.
    pub depth: usize,
    topology: Topology,
    dimensions: u8,
    pub data: Vec<u8>,
}

fn too_large(width: u64, height: u64) -> SimError {
    SimError::TooLarge {
        needed: format!("{width} × {height} cells"),
        allowed: "4096 × 4096".into(),
        remedy: "choose a smaller grid, or a run whose cells stay closer together.".into(),
    }
}

/// The row that is present now, of a rule of one dimension.
fn present(world: &World) -> Option<i64> {
    match (world.inside(), &world.rule().family) {
        (Inside::Field(field), Family::Line(_)) => Some(field.now()),
        _ => None,
    }
}

/// The rectangle of a world's cells: the grid where it is bounded, otherwise what lives; one dead
/// cell at the origin where nothing does.
pub(crate) fn frame(world: &World) -> Result<Frame, SimError> {
    let rule = world.rule();
    let (w, h) = rule.topology.sides();
    let (left, top) = grid_corner(rule.topology);
    if let Some(now) = present(world) {
        if w > 0 {
            return checked((left, now, u64::from(w), 1));
        }
        let Inside::Field(engine) = world.inside() else {
            return Ok((0, now, 1, 1));
        };
        let field = engine.field();
        let row = field.row((now - field.corner().1).max(0) as usize);
        let (Some(first), Some(last)) = (
            row.iter().position(|&c| c != 0),
            row.iter().rposition(|&c| c != 0),
        ) else {
            return Ok((0, now, 1, 1));
        };
        let x = field.corner().0 + first as i64;
        return checked((x, now, (last - first + 1) as u64, 1));
    }
    let bounds = if w > 0 && h > 0 {
        None
    } else {
        world.bounds()?
    };
    let far = || {
        SimError::other(
            "The cells lie further apart than can be looked at cell by cell: begin with a smaller \
             run.",
        )
    };
    let live = match &bounds {
        Some((x, y, width, height)) => Some((
            x.to_i64().ok_or_else(far)?,
            y.to_i64().ok_or_else(far)?,
            width.to_u64().ok_or_else(far)?,
            height.to_u64().ok_or_else(far)?,
        )),
        None => None,
    };
    let (x, y, width, height) = live.unwrap_or((0, 0, 1, 1));
    let (x, width) = if w > 0 { (left, w.into()) } else { (x, width) };
    let (y, height) = if h > 0 { (top, h.into()) } else { (y, height) };
    checked((x, y, width, height))
}

fn checked((x, y, width, height): (i64, i64, u64, u64)) -> Result<Frame, SimError> {
    match width.checked_mul(height) {
        Some(cells) if cells <= MOST => Ok((x, y, width as usize, height as usize)),
        _ => Err(too_large(width, height)),
    }
}

/// The smallest rectangle that holds two.
pub(crate) fn joined(a: Frame, b: Frame) -> Result<Frame, SimError> {
    let (left, top) = (a.0.min(b.0), a.1.min(b.1));
    let right = (a.0 + a.2 as i64).max(b.0 + b.2 as i64);
    let bottom = (a.1 + a.3 as i64).max(b.1 + b.3 as i64);
    checked((left, top, (right - left) as u64, (bottom - top) as u64))
}

impl Cells {
    /// The cells of a world, on [`frame`].
    pub fn of(world: &World) -> Result<Self, SimError> {
        Self::within(world, frame(world)?)
    }

    /// The cells of a world on another rectangle; what lies outside it is left out, what lies
    /// outside the grid is dead. For a rule of one dimension it is the present row, whatever row
    /// the rectangle has.
    pub fn within(world: &World, (left, top, width, rows): Frame) -> Result<Self, SimError> {
        checked((left, top, width as u64, rows as u64))?;
        let rule = world.rule();
        let mut cells = Self::empty(&rule, (left, top, width, rows));
        let right = left + width as i64;
        let corner = grid_corner(rule.topology);
        match world.inside() {
            Inside::Field(engine) => {
                let field = engine.field();
                let (x0, y0) = field.corner();
                let now = present(world);
                for row in 0..rows {
                    let y = now.unwrap_or(top + row as i64) - y0;
                    if !(0..field.height() as i64).contains(&y) {
                        continue;
                    }
                    let from = field.row(y as usize);
                    let (start, end) = (left.max(x0), right.min(x0 + from.len() as i64));
                    if start < end {
                        let out = &mut cells.data[row * width..(row + 1) * width];
                        out[(start - left) as usize..(end - left) as usize]
                            .copy_from_slice(&from[(start - x0) as usize..(end - x0) as usize]);
                    }
                }
            }
            Inside::Packed(_) | Inside::Device(_) => {
                let grid = world.grid()?;
                for row in 0..rows {
                    let y = top + row as i64 - corner.1;
                    if !(0..grid.height() as i64).contains(&y) {
                        continue;
                    }
                    let words: Vec<u64> = grid.row_words(y as usize).collect();
                    let out = &mut cells.data[row * width..(row + 1) * width];
                    for (x, cell) in (left - corner.0..).zip(out) {
                        let word = usize::try_from(x / 64).ok().and_then(|i| words.get(i));
                        if let (Some(word), 0..) = (word, x) {
                            *cell = (word >> (x % 64) & 1) as u8;
                        }
                    }
                }
            }
            _ => {
                let pattern = world.pattern(MOST)?;
                for run in pattern.placed(rule.topology) {
                    let row = run.y - top;
                    let end = run.x.saturating_add(run.length.min(i64::MAX as u64) as i64);
                    let (start, end) = (run.x.max(left), end.min(right));
                    if (0..rows as i64).contains(&row) && start < end {
                        let out = &mut cells.data[row as usize * width..][..width];
                        out[(start - left) as usize..(end - left) as usize].fill(run.state);
                    }
                }
            }
        }
        Ok(cells)
    }

    /// Dead cells on a rectangle of a rule's grid.
    pub fn empty(rule: &Rule, (left, top, width, rows): Frame) -> Self {
        let depth = match rule.topology {
            Topology::Box { depth, .. } => (depth as usize).max(1),
            _ => 1,
        };
        Self {
            left,
            top,
            width,
            height: rows / depth,
            depth,
            topology: rule.topology,
            dimensions: rule.dimensions(),
            data: vec![0; width * rows],
        }
    }

    /// Dimensions of their space.
    pub fn dimensions(&self) -> u8 {
        self.dimensions
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.data.len()
    }

    /// Number of cells that are not in state 0.
    pub fn population(&self) -> u64 {
        self.data.iter().map(|&c| u64::from(c != 0)).sum()
    }

    /// Whether columns, rows and sheets have edges that meet.
    pub fn meets(&self) -> [bool; 3] {
        match self.topology {
            Topology::Plane | Topology::Bounded { .. } => [false; 3],
            Topology::Strip {
                width,
                height,
                wraps,
            } => [wraps && width > 0, wraps && height > 0, false],
            Topology::Box { wraps, .. } => [wraps; 3],
            _ if self.dimensions == 1 => [true, false, false],
            _ => [true, true, false],
        }
    }

    /// The state at a place counted from the first cell, across edges that meet; nothing where
    /// the outside is dead or unbounded.
    pub fn at(&self, x: i64, y: i64, z: i64) -> Option<u8> {
        let (width, height, depth) = (self.width as i64, self.height as i64, self.depth as i64);
        let inside = |c: i64, side: i64| (0..side).contains(&c);
        if inside(x, width) && inside(y, height) && inside(z, depth) {
            return Some(self.data[((z * height + y) * width + x) as usize]);
        }
        let (x, y, z) = match (self.dimensions, self.topology) {
            (1, _) => (self.meets()[0].then(|| x.rem_euclid(width))?, y, z),
            (_, Topology::Box { wraps, .. }) => {
                if !wraps {
                    return None;
                }
                (
                    x.rem_euclid(width),
                    y.rem_euclid(height),
                    z.rem_euclid(depth),
                )
            }
            (_, topology) => {
                let (x, y) = topology.source(x, y)?;
                (x, y, z)
            }
        };
        (inside(x, width) && inside(y, height) && inside(z, depth))
            .then(|| self.data[((z * height + y) * width + x) as usize])
    }

    /// The cells as a pattern at their place.
    pub fn pattern(&self) -> Pattern {
        let mut pattern = Pattern {
            position: Some((self.left, self.top)),
            ..Pattern::default()
        };
        for (y, row) in self.data.chunks(self.width.max(1)).enumerate() {
            let mut x = 0;
            while x < row.len() {
                let state = row[x];
                let length = row[x..].iter().take_while(|&&c| c == state).count();
                pattern.push_state(x as i64, y as i64, length as u64, state);
                x += length;
            }
        }
        pattern.fit();
        pattern
    }
}
