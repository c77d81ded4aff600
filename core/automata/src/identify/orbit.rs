//! The cycle that cells run into: period and displacement, found by hash and then verified
//! cell by cell.

use std::collections::HashMap;

use super::plane::Plane;

/// What a search may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Generations that are run.
    pub generations: u64,
    /// Live cells summed over these generations.
    pub work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            generations: 100_000,
            work: 200_000_000,
        }
    }
}

/// A cycle: from generation `start` on the cells return every `period` generations, shifted by
/// (`dx`, `dy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orbit {
    /// The first generation of the cycle.
    pub start: u64,
    /// Generations until the cells return.
    pub period: u64,
    /// Cells to the east in a period.
    pub dx: i64,
    /// Cells to the south in a period.
    pub dy: i64,
}

/// A run that remembers populations and looks out for its cycle.
#[derive(Debug)]
pub struct Watch {
    plane: Plane,
    generation: u64,
    work: u64,
    populations: Vec<u64>,
    /// Generation and corner of each state that was seen, by hash.
    seen: HashMap<u64, (u64, i64, i64)>,
    first: Plane,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing is left from this generation on.
    Empty(u64),
    /// The cells return.
    Cycle(Orbit),
    /// Neither, up to the generation that was asked for.
    Open,
    /// The work allowed is used up.
    Exhausted,
}

impl Watch {
    /// Watches these cells from generation 0 on.
    pub fn new(plane: Plane) -> Self {
        Self {
            first: plane.clone(),
            populations: vec![plane.population()],
            plane,
            generation: 0,
            work: 0,
            seen: HashMap::new(),
        }
    }

    /// The cells as they are now.
    pub fn plane(&self) -> &Plane {
        &self.plane
    }

    /// Generations run.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The population of every generation so far.
    pub fn populations(&self) -> &[u64] {
        &self.populations
    }

    /// Runs up to a generation, or to the verified cycle if one begins before.
    pub fn run(&mut self, until: u64, limits: &Limits) -> Found {
        let run = self.run_while(until, limits, &mut |_| true);
        run.unwrap_or(Found::Exhausted)
    }

    /// The same as long as `go_on` says so, which is asked often and told how much of the limits
    /// is used up, from 0 to 1; nothing where it didn't.
    pub fn run_while(
        &mut self,
        until: u64,
        limits: &Limits,
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Option<Found> {
        while self.generation < until {
            let used = self.used(limits);
            let mut go_on = || go_on(used);
            if let Some(found) = self.look(&mut go_on)? {
                return Some(found);
            }
            if self.work > limits.work || self.generation >= limits.generations {
                return Some(Found::Exhausted);
            }
            if !(go_on() && self.step(&mut go_on)) {
                return None;
            }
        }
        let used = self.used(limits);
        let found = self.look(&mut || go_on(used))?;
        Some(found.unwrap_or(Found::Open))
    }

    /// How much of the limits is used up.
    fn used(&self, limits: &Limits) -> f32 {
        let part = |of: u64, all: u64| of as f32 / all.max(1) as f32;
        part(self.generation, limits.generations)
            .max(part(self.work, limits.work))
            .min(1.0)
    }

    fn step(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        if !self.plane.step_while(go_on) {
            return false;
        }
        self.generation += 1;
        let population = self.plane.population();
        self.work += population + 1;
        self.populations.push(population);
        true
    }

    /// What is seen at the present generation; nothing at all where `go_on` said no.
    fn look(&mut self, go_on: &mut dyn FnMut() -> bool) -> Option<Option<Found>> {
        let Some((x, y, ..)) = self.plane.frame() else {
            let dead = self.plane.background() == 0;
            return Some(dead.then_some(Found::Empty(self.generation)));
        };
        let hash = self.plane.hash();
        let Some(&(start, left, top)) = self.seen.get(&hash) else {
            self.seen.insert(hash, (self.generation, x, y));
            return Some(None);
        };
        if start == self.generation {
            return Some(None);
        }
        let orbit = Orbit {
            start,
            period: self.generation - start,
            dx: x - left,
            dy: y - top,
        };
        let verified = self.verified(orbit, go_on)?;
        Some(verified.then_some(Found::Cycle(orbit)))
    }

    /// Whether the cells truly return: the next period, run again, gives the same cells.
    fn verified(&self, orbit: Orbit, go_on: &mut dyn FnMut() -> bool) -> Option<bool> {
        let mut ahead = self.plane.clone();
        for _ in 0..orbit.period {
            if !(go_on() && ahead.step_while(go_on)) {
                return None;
            }
        }
        let same = self.plane.is_shifted(&ahead, orbit.dx, orbit.dy)
            && (orbit.start > 0 || self.first.is_shifted(&self.plane, orbit.dx, orbit.dy));
        Some(same)
    }
}

/// The cells of every phase of a cycle as (x, y, state), from its first generation on.
pub fn phases(start: &Plane, orbit: Orbit) -> Vec<Vec<(i64, i64, u8)>> {
    phases_while(start, orbit, &mut || true).unwrap_or_default()
}

/// The same as long as `go_on` says so; nothing where it didn't.
pub fn phases_while(
    start: &Plane,
    orbit: Orbit,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<Vec<(i64, i64, u8)>>> {
    let mut plane = start.clone();
    for _ in 0..orbit.start {
        if !(go_on() && plane.step_while(go_on)) {
            return None;
        }
    }
    (0..orbit.period)
        .map(|_| {
            let cells = plane.cells().collect();
            (go_on() && plane.step_while(go_on)).then_some(cells)
        })
        .collect()
}
