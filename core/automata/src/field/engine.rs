//! A field in motion: its cells, its growth and its generations.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::mover::{Mover, mover};
use super::{Field, rows, turmites};
use crate::error::LifeError;
use crate::means::Means;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Line, Rule};

/// A step that takes one thread less than this stays with one: waking others would take longer.
const THREADS_FROM: Duration = Duration::from_micros(800);

/// The furthest column or row of an unbounded field.
pub(super) const FAR: i64 = 1 << 40;

/// A field with its rule.
#[derive(Debug)]
pub struct FieldEngine {
    pub(super) rule: Rule,
    pub(super) field: Arc<Field>,
    pub(super) spare: Option<Field>,
    /// Births and deaths of the last generation, where they are known without `spare`.
    pub(super) changed: Option<(u64, u64)>,
    /// Whether `spare` holds the generation before.
    pub(super) stepped: bool,
    pub(super) mover: Mover,
    /// The present row of a rule of one dimension.
    pub(super) now: i64,
    pub(super) threads: usize,
    /// A step of so many cells has taken one thread long enough for several to be worth it.
    slow_from: usize,
    pub(super) memory: u64,
}

impl FieldEngine {
    /// A field that holds a pattern, at the pattern's place.
    ///
    /// # Errors
    /// A rule that can't run on its grid, too little memory, cells outside the grid.
    pub fn new(rule: Rule, pattern: &Pattern, means: &Means) -> Result<Self, LifeError> {
        let mover = mover(&rule)?;
        let rim = match &mover {
            Mover::Rows(stepper) => stepper.reach(),
            _ => 0,
        };
        let (w, h) = rule.topology.sides();
        let (left, top) = grid_corner(rule.topology);
        let mut engine = Self {
            field: Arc::new(Field::new(0, 0, 0, 0, rim)),
            spare: None,
            changed: None,
            stepped: false,
            mover,
            now: top,
            threads: means.threads.max(1),
            slow_from: usize::MAX,
            memory: means.memory,
            rule,
        };
        let side = |side: u32, start: i64| {
            if side == 0 {
                (-32, 64)
            } else {
                (start, side as usize)
            }
        };
        let ((left, width), (top, height)) = (side(w, left), side(h, top));
        engine.afford(width, height)?;
        engine.field = Arc::new(Field::new(left, top, width, height, rim));
        if w == 0 || h == 0 {
            engine.now = top.max(0);
        }
        engine.add(pattern)?;
        Ok(engine)
    }

    /// A field whose cells a function of column and row gives, in the grid's coordinates; states
    /// that the rule doesn't have become 0.
    ///
    /// # Errors
    /// A rule that can't run on its grid, a grid without bounds, too little memory.
    pub fn filled(
        rule: Rule,
        means: &Means,
        mut cell: impl FnMut(i64, i64) -> u8,
    ) -> Result<Self, LifeError> {
        if rule.topology.size().is_none() {
            return Err(LifeError::Other(format!(
                "rule {rule} has no bounds: a grid such as :T512 can be filled"
            )));
        }
        let states = rule.states();
        let mut engine = Self::new(rule, &Pattern::default(), means)?;
        let field = Arc::make_mut(&mut engine.field);
        let (left, top) = field.corner();
        for y in 0..field.height {
            for (x, place) in (left..).zip(field.row_mut(y)) {
                let state = cell(x, top + y as i64);
                *place = if usize::from(state) < states {
                    state
                } else {
                    0
                };
            }
        }
        Ok(engine)
    }

    /// An engine with cells that were kept before.
    ///
    /// # Errors
    /// A rule that can't run on its grid.
    pub(crate) fn of_kept(
        rule: &Rule,
        field: &Arc<Field>,
        now: i64,
        means: &Means,
    ) -> Result<Self, LifeError> {
        let mut engine = Self::new(rule.clone(), &Pattern::default(), means)?;
        engine.take(field, now);
        Ok(engine)
    }

    /// The cells now.
    pub fn field(&self) -> &Arc<Field> {
        &self.field
    }

    /// The present row of a rule of one dimension.
    pub fn now(&self) -> i64 {
        self.now
    }

    pub(super) fn take(&mut self, field: &Arc<Field>, now: i64) {
        self.field = if field.rim == self.field.rim {
            Arc::clone(field)
        } else {
            let (left, top) = field.corner();
            let mut cells = Field::new(left, top, field.width, field.height, self.field.rim);
            for y in 0..field.height {
                cells.row_mut(y).copy_from_slice(field.row(y));
            }
            Arc::new(cells)
        };
        self.now = now;
        self.touched();
    }

    pub(super) fn touched(&mut self) {
        self.stepped = false;
        self.changed = None;
        if let Mover::Turmite(_, machines) = &mut self.mover {
            *machines = None;
        }
    }

    /// Fails where two fields of this size would not fit.
    fn afford(&self, width: usize, height: usize) -> Result<(), LifeError> {
        let rim = match &self.mover {
            Mover::Rows(stepper) => stepper.reach() as u64,
            _ => 0,
        };
        let needed = 2 * Field::bytes_for(width as u64, height as u64, rim);
        if needed > self.memory {
            let (w, h) = self.rule.topology.sides();
            let remedy = if w == 0 || h == 0 {
                "give it a grid, such as :T512,"
            } else {
                "choose a smaller grid"
            };
            return Err(LifeError::Other(format!(
                "a {width} × {height} grid needs {} MiB, and the memory limit is {} MiB; {remedy} \
                 or raise the limit",
                needed.div_ceil(1 << 20),
                self.memory >> 20
            )));
        }
        Ok(())
    }

    /// Which sides grow: columns, rows.
    pub(super) fn grows(&self) -> (bool, bool) {
        let (w, h) = self.rule.topology.sides();
        (w == 0, h == 0)
    }

    /// Adds the cells of a pattern.
    fn add(&mut self, pattern: &Pattern) -> Result<(), LifeError> {
        let topology = self.rule.topology;
        let states = self.rule.states();
        let highest = pattern.highest_state();
        if usize::from(highest) >= states {
            return Err(LifeError::Other(format!(
                "the pattern has cells in state {highest}, and rule {} has {states} states only, \
                 from 0 on",
                self.rule.name()
            )));
        }
        let cells = pattern
            .placed(topology)
            .flat_map(|run| (0..run.length as i64).map(move |dx| (run.x + dx, run.y, run.state)));
        let most = self.memory / 16;
        if pattern.population() > most {
            return Err(LifeError::Other(format!(
                "{} live cells need more than the memory limit of {} MiB",
                pattern.population(),
                self.memory >> 20
            )));
        }
        let (w, h) = topology.sides();
        let (left, top) = grid_corner(topology);
        let larger = pattern.bounds().is_some_and(|(_, _, width, height)| {
            (w > 0 && width > u64::from(w)) || (h > 0 && height > u64::from(h))
        });
        let (mut inside, mut outside) = (Vec::new(), 0u64);
        for (x, y, state) in cells {
            let fits = (w == 0 || (0..i64::from(w)).contains(&(x - left)))
                && (h == 0 || (0..i64::from(h)).contains(&(y - top)));
            match topology.source(x - left, y - top) {
                Some((x, y)) if (fits || !larger) && x.abs() < FAR && y.abs() < FAR => {
                    inside.push((x + left, y + top, state));
                }
                _ => outside += 1,
            }
        }
        if outside > 0 {
            return Err(LifeError::Packed(crate::packed::PackedError::Outside {
                cells: outside,
                grid: format!("grid of rule {}", self.rule),
            }));
        }
        self.put_all(&inside)
    }

    /// Changes cells, given in the grid's coordinates and inside it.
    pub(super) fn put_all(&mut self, cells: &[(i64, i64, u8)]) -> Result<(), LifeError> {
        let live = cells.iter().filter(|cell| cell.2 != 0);
        let span = live.fold(None, |span: Option<[i64; 4]>, &(x, y, _)| {
            let [l, t, r, b] = span.unwrap_or([x, y, x, y]);
            Some([l.min(x), t.min(y), r.max(x), b.max(y)])
        });
        if let Some([l, t, r, b]) = span {
            self.cover(l, t, r, b)?;
        }
        let was_empty = matches!(self.mover, Mover::Line(_)) && self.field.live_box().is_none();
        self.touched();
        let field = Arc::make_mut(&mut self.field);
        let (right, bottom) = (
            field.left + field.width as i64,
            field.top + field.height as i64,
        );
        for &(x, y, state) in cells {
            if (field.left..right).contains(&x) && (field.top..bottom).contains(&y) {
                field.put(x, y, state);
            }
        }
        if was_empty && let Some((_, top, _, height)) = self.field.live_box() {
            self.now = top + height as i64 - 1;
        }
        Ok(())
    }

    /// Makes the field hold a rectangle, left, top, right and bottom included, with room around
    /// it on the sides that grow.
    fn cover(&mut self, l: i64, t: i64, r: i64, b: i64) -> Result<(), LifeError> {
        let (columns, rows) = self.grows();
        let field = &self.field;
        let held = |low: i64, high: i64, start: i64, length: usize| {
            low >= start && high < start + length as i64
        };
        let fits = (!columns || held(l, r, field.left, field.width))
            && (!rows || held(t, b, field.top, field.height));
        if fits {
            return Ok(());
        }
        let (mut l, mut t, mut r, mut b) = (l, t, r, b);
        if let Some((x, y, width, height)) = self.field.live_box() {
            (l, t) = (l.min(x), t.min(y));
            (r, b) = (r.max(x + width as i64 - 1), b.max(y + height as i64 - 1));
        }
        self.resize(l, t, r, b)
    }

    /// Moves the cells to a field that holds this rectangle with room around it.
    fn resize(&mut self, l: i64, t: i64, r: i64, b: i64) -> Result<(), LifeError> {
        let (columns, rows) = self.grows();
        let room = |low: i64, high: i64| {
            let around = ((high - low) / 4).max(48) + 2 * self.field.rim as i64;
            (low - around, (high - low + 1 + 2 * around) as usize)
        };
        let (left, width) = if columns {
            room(l, r)
        } else {
            (self.field.left, self.field.width)
        };
        let (top, height) = if rows {
            room(t, b)
        } else {
            (self.field.top, self.field.height)
        };
        if left.abs() > FAR || top.abs() > FAR {
            return Err(LifeError::Other(format!(
                "the cells of rule {} lie further out than 2^40; use HashLife where it can run",
                self.rule
            )));
        }
        self.afford(width, height)?;
        self.field = Arc::new(self.field.moved(left, top, width, height));
        self.spare = None;
        self.stepped = false;
        Ok(())
    }

    /// Room for one more generation on the sides that grow.
    fn make_room(&mut self, reach: usize) -> Result<(), LifeError> {
        let (columns, rows) = self.grows();
        if !columns && !rows {
            return Ok(());
        }
        let [west, north, east, south] = self.field.margins(reach);
        let tight = (columns && (west < reach || east < reach))
            || (rows && (north < reach || south < reach));
        if !tight {
            return Ok(());
        }
        match self.field.live_box() {
            Some((x, y, width, height)) => {
                self.resize(x, y, x + width as i64 - 1, y + height as i64 - 1)
            }
            None => Ok(()),
        }
    }

    /// One generation; `odd` is the parity of the present one.
    pub(super) fn step(&mut self, odd: bool) -> Result<(), LifeError> {
        match &self.mover {
            Mover::Rows(stepper) => {
                let reach = stepper.reach();
                self.make_room(reach)?;
                self.step_rows(odd);
            }
            Mover::Turmite(..) => self.step_turmites()?,
            Mover::Line(line) => {
                let line = Arc::clone(line);
                self.step_line(&line)?;
            }
        }
        Ok(())
    }

    fn step_rows(&mut self, odd: bool) {
        let Mover::Rows(stepper) = &self.mover else {
            return;
        };
        let topology = self.rule.topology;
        Arc::make_mut(&mut self.field).update_rim(topology);
        let from = &*self.field;
        let fits = |spare: &Field| (spare.width, spare.height) == (from.width, from.height);
        let mut next = match self.spare.take().filter(fits) {
            Some(mut spare) => {
                (spare.left, spare.top) = (from.left, from.top);
                spare
            }
            None => Field::new(from.left, from.top, from.width, from.height, from.rim),
        };
        let (stride, rim) = (from.stride, from.rim);
        let out = &mut next.cells[rim * stride..(rim + from.height) * stride];
        let cells = from.width * from.height;
        if self.threads == 1 || cells < self.slow_from {
            let begun = Instant::now();
            stepper.band(from, 0, out, odd);
            if begun.elapsed() > THREADS_FROM {
                self.slow_from = cells;
            }
        } else {
            let band = from.height.div_ceil(self.threads * 2).max(1);
            out.par_chunks_mut(band * stride)
                .enumerate()
                .for_each(|(i, out)| stepper.band(from, i * band, out, odd));
        }
        std::mem::swap(Arc::make_mut(&mut self.field), &mut next);
        self.spare = Some(next);
        self.stepped = true;
        self.changed = None;
    }

    fn step_turmites(&mut self) -> Result<(), LifeError> {
        let Mover::Turmite(turmite, machines) = &mut self.mover else {
            return Ok(());
        };
        let turmite = Arc::clone(turmite);
        let mut list = match machines.take() {
            Some(list) => list,
            None => turmites::machines(&self.field, &turmite),
        };
        let (columns, rows) = self.grows();
        let field = &self.field;
        let near = |c: i64, start: i64, length: usize| c <= start || c + 1 >= start + length as i64;
        let tight = list.iter().any(|&(x, y)| {
            (columns && near(x, field.left, field.width))
                || (rows && near(y, field.top, field.height))
        });
        if tight && let Some((x, y, width, height)) = self.field.live_box() {
            self.resize(x, y, x + width as i64 - 1, y + height as i64 - 1)?;
        }
        let touched: Vec<(i64, i64, u8)> = {
            let around =
                |&(x, y): &(i64, i64)| [(x, y), (x, y - 1), (x + 1, y), (x, y + 1), (x - 1, y)];
            let mut places: Vec<_> = list.iter().flat_map(around).collect();
            places.sort_unstable();
            places.dedup();
            let cell = |(x, y)| (x, y, self.field.at(x, y));
            places.into_iter().map(cell).collect()
        };
        turmites::step(
            Arc::make_mut(&mut self.field),
            &mut list,
            &turmite,
            self.rule.topology,
        );
        let (mut births, mut deaths) = (0, 0);
        for (x, y, old) in touched {
            let new = self.field.at(x, y);
            births += u64::from(old == 0 && new != 0);
            deaths += u64::from(old != 0 && new == 0);
        }
        self.changed = Some((births, deaths));
        if let Mover::Turmite(_, machines) = &mut self.mover {
            *machines = Some(list);
        }
        Ok(())
    }

    fn step_line(&mut self, line: &Line) -> Result<(), LifeError> {
        let (columns, rows) = self.grows();
        let reach = line.reach();
        let row = |engine: &Self| (engine.now - engine.field.top) as usize;
        if columns {
            let cells = self.field.row(row(self));
            let tight = |mut ends: std::iter::Take<std::slice::Iter<u8>>| ends.any(|&c| c != 0);
            if tight(cells.iter().take(reach)) || cells.iter().rev().take(reach).any(|&c| c != 0) {
                let around = (self.field.width / 2).max(64) as i64;
                let field = &self.field;
                let (left, top) = (field.left - around, field.top);
                let (width, height) = (field.width + 2 * around as usize, field.height);
                self.afford(width, height)?;
                self.field = Arc::new(self.field.moved(left, top, width, height));
            }
        }
        // Before the oldest row leaves, which is this one on a grid of one row.
        let next = rows::next(&self.field, row(self), line, self.rule.topology);
        if row(self) + 1 >= self.field.height {
            let field = &self.field;
            let (left, top) = field.corner();
            if rows {
                let height = field.height * 2;
                self.afford(field.width, height)?;
                self.field = Arc::new(field.moved(left, top, field.width, height));
            } else {
                // The oldest row leaves at the top.
                let field = Arc::make_mut(&mut self.field);
                field.cells.copy_within(field.stride.., 0);
                self.now -= 1;
            }
        }
        let births = super::live(&next);
        self.now += 1;
        let y = row(self);
        Arc::make_mut(&mut self.field)
            .row_mut(y)
            .copy_from_slice(&next);
        self.changed = Some((births, 0));
        Ok(())
    }
}
