//! The objects that ash consists of, counted by code and name.
//!
//! Cells that touch form parts; parts that share a neighbour may act on one another. Each island
//! of such parts is run by itself: one that returns is an object, one that doesn't is joined
//! with its nearest neighbour (an oscillator may lie in pieces) until it does. Islands are then
//! run together with those that their phases come near, and joined if that makes a difference.
//! An island whose parts do the same alone as together is a pseudo-object and counts as several.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::islands::{Cells, Near, Union, at_origin, corner, divisions, groups};
use super::orbit::{Found, Limits, Orbit, Watch, phases_while};
use super::plane::{Plane, Ready};
use super::{Object, Refused, local};
use crate::pattern::Pattern;
use crate::rule::Rule;

/// Islands are run for at most so many generations.
const GENERATIONS: u64 = 2000;

/// Pieces of one oscillator lie no farther apart than this, in cells.
const APART: i64 = 12;

/// The most parts that an island is taken apart into in every possible way.
const MOST_PARTS: usize = 6;

/// One kind of object in a census.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many there are.
    pub count: u64,
    /// The object, with code, name and speed.
    pub object: Object,
    /// The corners (left, top) of the first of them, at most 1000.
    pub places: Vec<(i64, i64)>,
}

/// What a pattern consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// The objects, the most frequent first.
    pub objects: Vec<Count>,
    /// Cells in islands that don't return within 2000 generations.
    pub unsettled: u64,
    /// Islands of such cells.
    pub unsettled_islands: u64,
}

impl Census {
    /// How many objects there are in all.
    pub fn total(&self) -> u64 {
        self.objects.iter().map(|count| count.count).sum()
    }

    /// How many objects of a name or code there are.
    pub fn of(&self, name: &str) -> u64 {
        let matches =
            |object: &Object| object.name == Some(name) || object.apgcode.as_deref() == Some(name);
        let found = self.objects.iter().filter(|count| matches(&count.object));
        found.map(|count| count.count).sum()
    }
}

/// An island and what is known of it.
#[derive(Clone, Debug)]
struct Island {
    cells: Cells,
    /// None: it doesn't return.
    orbit: Option<Orbit>,
}

/// Takes a census of a pattern under a rule.
///
/// # Errors
/// A rule that looks farther than the 3 × 3 block, runs on a bounded grid, or has B0.
pub fn census(pattern: &Pattern, rule: &Rule) -> Result<Census, Refused> {
    let taken = census_while(pattern, rule, &mut |_| true)?;
    Ok(taken.unwrap_or_default())
}

/// Takes a census as long as `go_on` says so, which is asked every few milliseconds and told how
/// much is done, from 0 to 1; nothing where it didn't.
///
/// # Errors
/// Those of [`census`].
pub fn census_while(
    pattern: &Pattern,
    rule: &Rule,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<Option<Census>, Refused> {
    let memory = super::has_memory(rule);
    let rule = Ready::new(local(rule)?);
    let mut empty = Plane::new(rule.clone(), []);
    empty.step();
    if empty.background() != 0 {
        return Err(
            "under a rule with B0 empty space is no ash; take the census of another".into(),
        );
    }
    let mut taker = Taker {
        rule,
        memory,
        asked: Asked {
            go_on,
            done: 0.0,
            stopped: false,
        },
        orbits: HashMap::new(),
        objects: HashMap::new(),
    };
    let census = taker.take(pattern);
    Ok((!taker.asked.stopped).then_some(census))
}

/// Who is asked whether to go on, and how much is done.
struct Asked<'a> {
    go_on: &'a mut dyn FnMut(f32) -> bool,
    done: f32,
    stopped: bool,
}

impl Asked<'_> {
    fn go_on(&mut self) -> bool {
        self.stopped = self.stopped || !(self.go_on)(self.done);
        !self.stopped
    }

    /// So much of a part is done, which goes from one share of all to another.
    fn at(&mut self, [from, to]: [f32; 2], place: usize, of: usize) {
        let share = from + (to - from) * place as f32 / of.max(1) as f32;
        self.done = self.done.max(share);
    }
}

/// The shares of the parts of a census: islands alone, pairs of them, objects.
const ISLANDS: [f32; 2] = [0.0, 0.5];
const PAIRS: [f32; 2] = [0.5, 0.8];
const OBJECTS: [f32; 2] = [0.8, 1.0];

struct Taker<'a> {
    rule: Ready,
    /// Whether states are marks, which codes don't write.
    memory: bool,
    asked: Asked<'a>,
    /// Orbits of cells relative to their corner.
    orbits: HashMap<Cells, Option<Orbit>>,
    objects: HashMap<Cells, Arc<Object>>,
}

impl Taker<'_> {
    fn take(&mut self, pattern: &Pattern) -> Census {
        let cells: Cells = pattern.states().collect();
        let groups = groups(&cells, 2);
        let all = groups.len();
        let mut islands: Vec<Island> = Vec::with_capacity(all);
        for (at, cells) in groups.into_iter().enumerate() {
            self.asked.at(ISLANDS, at, all);
            islands.push(self.island(cells));
        }
        self.join_pieces(&mut islands);
        self.join_interacting(&mut islands);
        let mut census = Census::default();
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        let all = islands.len();
        for (at, island) in islands.into_iter().enumerate() {
            self.asked.at(OBJECTS, at, all);
            if !self.asked.go_on() {
                return census;
            }
            if island.orbit.is_none() {
                census.unsettled += island.cells.len() as u64;
                census.unsettled_islands += 1;
                continue;
            }
            for cells in self.parts(island.cells) {
                let corner = corner(&cells);
                let object = self.object(cells);
                let key = match &object.apgcode {
                    Some(code) if !code.starts_with("ov_") => code.clone(),
                    _ => format!("{:?}", (&object.class, object.population, &object.rotor)),
                };
                let count = counts.entry(key).or_insert_with(|| Count {
                    count: 0,
                    object: (*object).clone(),
                    places: Vec::new(),
                });
                count.count += 1;
                if count.places.len() < 1000 {
                    count.places.push(corner);
                }
            }
        }
        census.objects = counts.into_values().collect();
        census.objects.sort_by(|a, b| {
            let code = |count: &Count| count.object.apgcode.clone().unwrap_or_default();
            b.count
                .cmp(&a.count)
                .then_with(|| crate::apgcode::order(&code(a), &code(b)))
        });
        census
    }

    fn island(&mut self, cells: Cells) -> Island {
        let orbit = self.orbit(&cells);
        Island { cells, orbit }
    }

    /// The cycle that these cells are in, if they are in one.
    fn orbit(&mut self, cells: &Cells) -> Option<Orbit> {
        let at_origin = at_origin(cells);
        if let Some(known) = self.orbits.get(&at_origin) {
            return *known;
        }
        let limits = Limits {
            generations: GENERATIONS,
            work: 2_000_000 + 200 * cells.len() as u64,
        };
        let mut watch = Watch::new(Plane::new(self.rule.clone(), at_origin.iter().copied()));
        let asked = &mut self.asked;
        let orbit = match watch.run_while(GENERATIONS, &limits, &mut |_| asked.go_on())? {
            Found::Cycle(orbit) if orbit.start == 0 => Some(orbit),
            _ => None,
        };
        self.orbits.insert(at_origin, orbit);
        orbit
    }

    fn object(&mut self, cells: Cells) -> Arc<Object> {
        let at_origin = at_origin(&cells);
        if let Some(known) = self.objects.get(&at_origin) {
            return Arc::clone(known);
        }
        let start = Plane::new(self.rule.clone(), at_origin.iter().copied());
        let orbit = self.orbit(&at_origin).unwrap_or(Orbit {
            start: 0,
            period: 1,
            dx: 0,
            dy: 0,
        });
        let asked = &mut self.asked;
        let phases = phases_while(&start, orbit, &mut || asked.go_on()).unwrap_or_default();
        let mut object = super::object_of(&start, orbit, &phases);
        if self.memory {
            super::without_layers(&mut object);
        }
        let object = Arc::new(object);
        self.objects.insert(at_origin, Arc::clone(&object));
        object
    }

    /// Joins islands that don't return with the nearest others.
    fn join_pieces(&mut self, islands: &mut Vec<Island>) {
        // Each round joins at least two islands or ends.
        loop {
            let near = Near::new(islands.iter().map(|island| island.cells.as_slice()), APART);
            let mut union = Union::new(islands.len());
            let mut joined = false;
            for at in 0..islands.len() {
                if islands[at].orbit.is_some() {
                    continue;
                }
                if let Some(other) = near.nearest(&islands[at].cells, at) {
                    joined |= union.join(at, other);
                }
            }
            if !joined || self.asked.stopped {
                return;
            }
            *islands = self.joined(islands, &mut union);
        }
    }

    /// Joins islands whose phases come near one another and that do something else together
    /// than alone.
    fn join_interacting(&mut self, islands: &mut Vec<Island>) {
        for _ in 0..8 {
            // Every cell that is alive in some phase of something that stays in its place.
            let spread: Vec<Cells> = islands.iter().map(|island| self.spread(island)).collect();
            let near = Near::new(spread.iter().map(Vec::as_slice), 2);
            let mut union = Union::new(islands.len());
            let mut joined = false;
            for at in 0..islands.len() {
                self.asked.at(PAIRS, at, islands.len());
                for other in near.all(&spread[at], at) {
                    let pair = [&islands[at], &islands[other]];
                    if other > at && pair.iter().all(|i| i.orbit.is_some()) && !self.apart(pair) {
                        joined |= union.join(at, other);
                    }
                }
            }
            if !joined || self.asked.stopped {
                return;
            }
            *islands = self.joined(islands, &mut union);
        }
    }

    fn joined(&mut self, islands: &[Island], union: &mut Union) -> Vec<Island> {
        let mut cells: BTreeMap<usize, (usize, Cells)> = BTreeMap::new();
        for (at, island) in islands.iter().enumerate() {
            let entry = cells.entry(union.root(at)).or_default();
            entry.0 += 1;
            entry.1.extend(&island.cells);
        }
        cells
            .into_iter()
            .map(|(root, (members, cells))| match members {
                1 => islands[root].clone(),
                _ => self.island(cells),
            })
            .collect()
    }

    /// The cells of all phases of a still life or oscillator; nothing for ships, which leave.
    fn spread(&mut self, island: &Island) -> Cells {
        match island.orbit {
            Some(orbit) if (orbit.dx, orbit.dy) == (0, 0) && orbit.period > 1 => {
                let start = Plane::new(self.rule.clone(), island.cells.iter().copied());
                let asked = &mut self.asked;
                let phases = phases_while(&start, orbit, &mut || asked.go_on());
                let mut cells: Cells = phases.unwrap_or_default().concat();
                cells.sort_unstable_by_key(|&(x, y, _)| (y, x));
                cells.dedup_by_key(|&mut (x, y, _)| (x, y));
                cells
            }
            Some(orbit) if (orbit.dx, orbit.dy) == (0, 0) => island.cells.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether two islands do together what they do alone, over both periods.
    fn apart(&mut self, pair: [&Island; 2]) -> bool {
        let periods = pair.map(|island| island.orbit.map_or(1, |orbit| orbit.period));
        let generations = (periods[0].saturating_mul(periods[1])).min(GENERATIONS);
        self.separate(&pair.map(|island| island.cells.as_slice()), generations)
    }

    /// Whether groups of cells, run for so many generations, never act on one another.
    fn separate(&mut self, groups: &[&[(i64, i64, u8)]], generations: u64) -> bool {
        let rule = self.rule.clone();
        let plane = |cells: &[(i64, i64, u8)]| Plane::new(rule.clone(), cells.iter().copied());
        let mut alone: Vec<Plane> = groups.iter().map(|cells| plane(cells)).collect();
        let mut together = plane(&groups.concat());
        for _ in 0..generations {
            if !self.asked.go_on() {
                return true;
            }
            together.step();
            let mut cells = Vec::new();
            for plane in &mut alone {
                plane.step();
                cells.extend(plane.cells());
            }
            if cells.len() as u64 != together.population()
                || !plane(&cells).is_shifted(&together, 0, 0)
            {
                return false;
            }
        }
        true
    }

    /// An island's objects: its finest division into groups of touching cells that each return
    /// and don't act on one another.
    fn parts(&mut self, cells: Cells) -> Vec<Cells> {
        let pieces = groups(&cells, 1);
        if pieces.len() < 2 || pieces.len() > MOST_PARTS {
            return vec![cells];
        }
        let period = self.orbit(&cells).map_or(1, |orbit| orbit.period);
        let mut divisions = divisions(pieces.len());
        // The finest first; the whole is the last.
        divisions.sort_by_key(|groups| std::cmp::Reverse(groups.len()));
        for division in divisions {
            if division.len() == 1 {
                break;
            }
            let parts: Vec<Cells> = division
                .iter()
                .map(|group| {
                    group
                        .iter()
                        .flat_map(|&piece| pieces[piece].clone())
                        .collect()
                })
                .collect();
            let slices: Vec<&[(i64, i64, u8)]> = parts.iter().map(Vec::as_slice).collect();
            if parts.iter().all(|part| self.orbit(part).is_some()) && self.separate(&slices, period)
            {
                return parts;
            }
        }
        vec![cells]
    }
}
