//! Rules of any states on the unbounded plane in sparse patches of 64 × 64 cells, a byte each.
//!
//! Only patches near live cells exist, so that ships far apart cost what they are and not what
//! lies between them. Patches that stand side by side are stepped together by the same code that
//! steps a field. As in tiles of bits, a patch whose next generation equals the one before the
//! present is settled, and it sleeps while its eight neighbours are settled as well; that holds
//! for rules that alternate, too, since parity has the same period of two.

mod offers;
mod step;

use std::collections::HashMap;

use crate::error::LifeError;
use crate::field::{Stepper, stepper};
use crate::means::Means;
use crate::pattern::Pattern;
use crate::rule::{Rule, Topology};

/// Cells along a side.
pub const SIDE: usize = 64;

/// The cells of a patch, row by row.
pub type Patch = [u8; SIDE * SIDE];

/// Live cells kept by patch, in the order of rows and columns of patches.
pub type Quilt = Vec<((i64, i64), Box<Patch>)>;

/// The patch that stands for all that don't exist.
const NONE: u32 = 0;

/// Bytes that a patch takes with its place and neighbours.
const PATCH_BYTES: u64 = 2 * (SIDE * SIDE) as u64 + 160;

/// The furthest patch from the origin.
const FAR: i64 = 1 << 50;

/// Generations between two looks for patches that are no longer needed.
const SWEEP: u64 = 128;

/// Where the eight neighbours of a patch lie, by row from the north-west.
const AROUND: [(i64, i64); 8] = [
    (-1, -1),
    (0, -1),
    (1, -1),
    (-1, 0),
    (1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
];

/// Cells on the plane in patches.
#[derive(Debug)]
pub struct Patches {
    rule: Rule,
    stepper: Box<dyn Stepper>,
    places: Vec<(i64, i64)>,
    near: Vec<[u32; 8]>,
    now: Vec<Box<Patch>>,
    /// The generation before, and then the next one; none while a step is under way.
    other: Vec<Option<Box<Patch>>>,
    settled: Vec<bool>,
    index: HashMap<(i64, i64), u32>,
    /// All patches by row and column; empty when it has to be made anew.
    order: Vec<u32>,
    threads: usize,
    memory: u64,
    swept: u64,
    /// Whether `other` holds the generation before.
    stepped: bool,
}

fn blank() -> Box<Patch> {
    Box::new([0; SIDE * SIDE])
}

fn is_blank(patch: &Patch) -> bool {
    patch.iter().all(|&cell| cell == 0)
}

/// What steps a rule here; nothing for machines, rows, grids and rules that look further than a
/// patch.
fn stepper_of(rule: &Rule) -> Result<Option<Box<dyn Stepper>>, LifeError> {
    if rule.topology != Topology::Plane || rule.dimensions() != 2 {
        return Ok(None);
    }
    Ok(stepper(rule)?.filter(|stepper| stepper.reach() <= SIDE))
}

impl Patches {
    /// Patches that hold a pattern; nothing where they don't run the rule.
    ///
    /// # Errors
    /// A rule that turns the plane alive; states that the rule doesn't have; too little memory.
    pub fn new(rule: Rule, pattern: &Pattern, means: &Means) -> Result<Option<Self>, LifeError> {
        let Some(stepper) = stepper_of(&rule)? else {
            return Ok(None);
        };
        let states = rule.states();
        let highest = pattern.highest_state();
        if usize::from(highest) >= states {
            return Err(LifeError::Other(format!(
                "the pattern has cells in state {highest}, and rule {} has {states} states only, \
                 from 0 on",
                rule.name()
            )));
        }
        let mut patches = Self {
            rule,
            stepper,
            places: Vec::new(),
            near: Vec::new(),
            now: Vec::new(),
            other: Vec::new(),
            settled: Vec::new(),
            index: HashMap::new(),
            order: Vec::new(),
            threads: means.threads.max(1),
            memory: means.memory,
            swept: 0,
            stepped: false,
        };
        patches.empty();
        for run in pattern.placed(Topology::Plane) {
            let (mut x, end) = (run.x, run.x + run.length as i64);
            while x < end {
                let next = ((x | (SIDE as i64 - 1)) + 1).min(end);
                let patch = patches.patch(place_of(x, run.y))? as usize;
                let from = cell_of(x, run.y);
                patches.now[patch][from..from + (next - x) as usize].fill(run.state);
                x = next;
            }
        }
        Ok(Some(patches))
    }

    /// Patches from cells that were kept; nothing where they don't run the rule.
    pub(crate) fn of_quilt(
        rule: Rule,
        quilt: &Quilt,
        means: &Means,
    ) -> Result<Option<Self>, LifeError> {
        let Some(mut patches) = Self::new(rule, &Pattern::default(), means)? else {
            return Ok(None);
        };
        patches.take(quilt)?;
        Ok(Some(patches))
    }

    fn take(&mut self, quilt: &Quilt) -> Result<(), LifeError> {
        self.empty();
        for (place, cells) in quilt {
            let patch = self.patch(*place)?;
            self.now[patch as usize].copy_from_slice(&**cells);
        }
        Ok(())
    }

    /// No patches but the one that stands for none.
    fn empty(&mut self) {
        self.places = vec![(i64::MAX, i64::MAX)];
        self.near = vec![[NONE; 8]];
        self.now = vec![blank()];
        self.other = vec![None];
        self.settled = vec![true];
        self.index.clear();
        self.order.clear();
        self.stepped = false;
    }

    /// The patch at a place, made if there is none.
    fn patch(&mut self, place: (i64, i64)) -> Result<u32, LifeError> {
        if let Some(&patch) = self.index.get(&place) {
            return Ok(patch);
        }
        if place.0.abs() > FAR || place.1.abs() > FAR {
            return Err(LifeError::Other(format!(
                "the cells of rule {} lie further out than 2^56; use HashLife where it can run",
                self.rule
            )));
        }
        if self.places.len() as u64 * PATCH_BYTES > self.memory {
            return Err(LifeError::Other(format!(
                "{} patches of 64 × 64 cells fill the memory limit of {} MiB; give the rule a \
                 grid, such as :T512, or raise the limit",
                self.places.len(),
                self.memory >> 20
            )));
        }
        let patch = self.places.len() as u32;
        let mut near = [NONE; 8];
        for (i, (dx, dy)) in AROUND.into_iter().enumerate() {
            if let Some(&other) = self.index.get(&(place.0 + dx, place.1 + dy)) {
                near[i] = other;
                self.near[other as usize][7 - i] = patch;
            }
        }
        self.places.push(place);
        self.near.push(near);
        self.now.push(blank());
        self.other.push(None);
        self.settled.push(false);
        self.index.insert(place, patch);
        self.order.clear();
        Ok(patch)
    }

    /// Whether the generation before held nothing in a patch.
    fn was_blank(&self, patch: usize) -> bool {
        self.other[patch].as_deref().is_none_or(is_blank)
    }

    /// Forgets patches that hold nothing in either generation.
    fn sweep(&mut self) {
        self.swept = 0;
        let keep: Vec<bool> = (0..self.places.len())
            .map(|i| i == 0 || !is_blank(&self.now[i]) || !self.was_blank(i))
            .collect();
        let gone = keep.iter().filter(|&&keep| !keep).count();
        if gone * 4 < self.places.len() {
            return;
        }
        let mut moved = vec![NONE; keep.len()];
        let mut next = 0u32;
        for (i, &keep) in keep.iter().enumerate() {
            if keep {
                moved[i] = next;
                next += 1;
            }
        }
        retain(&mut self.places, &keep);
        retain(&mut self.near, &keep);
        retain(&mut self.now, &keep);
        retain(&mut self.other, &keep);
        retain(&mut self.settled, &keep);
        for patch in self.near.iter_mut().flatten() {
            *patch = moved[*patch as usize];
        }
        let places = self.places.iter().skip(1);
        self.index = (1..).zip(places).map(|(i, &place)| (place, i)).collect();
        self.order.clear();
    }

    /// Every patch that holds live cells.
    pub fn live_patches(&self) -> impl Iterator<Item = ((i64, i64), &Patch)> {
        let patches = self.places.iter().copied().zip(&self.now).skip(1);
        let live = patches.filter(|(_, patch)| !is_blank(patch));
        live.map(|(place, patch)| (place, &**patch))
    }

    /// The live cells by patch.
    pub(crate) fn quilt(&self) -> Quilt {
        let live = self.live_patches();
        let mut quilt: Quilt = live.map(|(at, patch)| (at, Box::new(*patch))).collect();
        quilt.sort_unstable_by_key(|((x, y), _)| (*y, *x));
        quilt
    }

    /// Number of cells in each state.
    fn histogram(&self) -> [u64; 256] {
        let mut counts = [0u64; 256];
        for (_, patch) in self.live_patches() {
            for &cell in patch {
                counts[usize::from(cell)] += 1;
            }
        }
        counts
    }

    /// Bytes that the cells take.
    pub fn bytes(&self) -> u64 {
        self.places.len() as u64 * PATCH_BYTES
    }
}

fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    list.retain(|_| flags.next().copied().unwrap_or(false));
}

/// The patch of a cell.
fn place_of(x: i64, y: i64) -> (i64, i64) {
    (x.div_euclid(SIDE as i64), y.div_euclid(SIDE as i64))
}

/// The cell's place in its patch.
fn cell_of(x: i64, y: i64) -> usize {
    let side = SIDE as i64;
    (y.rem_euclid(side) * side + x.rem_euclid(side)) as usize
}

/// The live cells of a quilt as a pattern.
pub(crate) fn pattern_of(quilt: &Quilt) -> Pattern {
    let mut pattern = Pattern {
        position: Some((0, 0)),
        ..Pattern::default()
    };
    let side = SIDE as i64;
    for row in quilt.chunk_by(|a, b| a.0.1 == b.0.1) {
        for y in 0..SIDE {
            for ((px, py), patch) in row {
                let cells = &patch[y * SIDE..(y + 1) * SIDE];
                let mut x = 0;
                while x < SIDE {
                    let state = cells[x];
                    let length = cells[x..].iter().take_while(|&&c| c == state).count();
                    let place = (px * side + x as i64, py * side + y as i64);
                    pattern.push_state(place.0, place.1, length as u64, state);
                    x += length;
                }
            }
        }
    }
    pattern.fit();
    pattern
}
