//! Where starts end up, and which of them end on the same attractor.
//!
//! Starts are followed in blocks; those that have come to rest, run away or fallen into a resting
//! place that is known leave their block, so that nobody waits for the slowest. Attractors are
//! told apart as sets: two starts share one if the places that one visits lie as near to those of
//! the other as these lie to each other.

use loom_formula::{Clock, EnsembleStepper, Scheme};
use loom_sim::{Job, SimError};
use nalgebra::DMatrix;

use super::plane::Plane;
use crate::definition::Definition;
use crate::forcing;
use crate::settings::Build;
use crate::stepping::BlockStepper;

/// Attractors that are told apart; starts that come to further ones are put together.
pub const MOST: usize = 24;
/// Starts that are followed together.
pub const BLOCK: usize = 256;
/// What counts as a point, and as the same point, in extents of the plane.
const POINT: f64 = 0.01;
/// Farther away than so many extents an orbit is taken to have run away.
const AWAY: f64 = 1e4;
/// Strides of a flow between two looks, an awkward part of a period; iterations of a map.
const FLOW_LOOK: u64 = 43;
const MAP_LOOK: u64 = 7;
/// By how much of the plane's extent what is at rest may still move.
const STILL: f64 = 1e-9;
/// Within this part of the extent of a resting place that attracts, and coming nearer, a start is
/// counted to it.
const CAUGHT: f64 = 1e-3;
/// Places that are kept of a start that does not rest.
const KEPT: usize = 8;
/// Places that stand for an attractor.
const DRAWN: usize = 1024;
/// Starts whose resting places are known before the others are followed.
const PILOTS: usize = 256;

/// What a start has come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    Away,
    Rests(Vec<f64>),
    /// Places visited, point by point, mean and standard deviation of each variable, and the time
    /// at the last of them.
    Moves {
        places: Vec<f64>,
        moments: Vec<[f64; 2]>,
    },
}

/// An attractor as it was found.
#[derive(Clone, Debug)]
pub struct Attractor {
    /// Mean and standard deviation of each variable.
    pub moments: Vec<[f64; 2]>,
    /// Places on it, point by point; one alone is a resting place.
    places: Vec<f64>,
    /// How far a place of it may be from the nearest of these, in extents.
    reach: f64,
}

impl Attractor {
    pub fn rests(&self) -> bool {
        self.places.len() == self.moments.len()
    }
}

/// How starts are followed.
#[derive(Debug)]
pub struct Follower<'a> {
    pub definition: &'a Definition,
    pub build: &'a Build,
    /// The greater side of what is looked at, variable by variable.
    pub sizes: Vec<f64>,
    pub stepper: BlockStepper,
    pub settling: u64,
    pub stride: u64,
    pub watched: u64,
    /// Nothing rests for good in a driven system.
    driven: bool,
    /// Resting places that attract, known beforehand.
    known: Vec<Vec<f64>>,
}

impl<'a> Follower<'a> {
    /// Follows some starts spread over the plane first, to know where things rest.
    pub fn new(
        definition: &'a Definition,
        build: &'a Build,
        sizes: Vec<f64>,
        times: [u64; 3],
        plane: &Plane,
        job: &Job,
    ) -> Result<Self, SimError> {
        let [settling, stride, watched] = times;
        // What stands for time grows for ever and tells no attractors apart.
        let phases = forcing::phases(definition);
        let mut sizes = sizes;
        for v in &phases {
            sizes[*v] = f64::INFINITY;
        }
        let mut follower = Self {
            definition,
            build,
            sizes,
            stepper: BlockStepper::by(definition, build, 0)?,
            settling,
            stride,
            watched,
            driven: !phases.is_empty() || !definition.system.is_autonomous(),
            known: Vec::new(),
        };
        if !follower.driven {
            let cells = plane.cells();
            let count = PILOTS.min(cells);
            // An awkward stride, so that no row or column is preferred.
            let pilots: Vec<usize> = (0..count)
                .map(|i| (i * cells / count + i * 7919) % cells)
                .collect();
            let block = block_of(plane, &pilots);
            let mut places: Vec<Vec<f64>> = Vec::new();
            for fate in follower.follow(block, count, job)? {
                if let Fate::Rests(place) = fate
                    && places.len() < MOST
                    && places.iter().all(|p| follower.apart(p, &place) > CAUGHT)
                    && follower.attracts(&place)?
                {
                    places.push(place);
                }
            }
            follower.known = places;
        }
        Ok(follower)
    }

    /// The largest difference of two places, in extents.
    fn apart(&self, a: &[f64], b: &[f64]) -> f64 {
        let parts = a.iter().zip(b).zip(&self.sizes);
        parts
            .map(|((a, b), s)| (a - b).abs() / s)
            .fold(0.0, f64::max)
    }

    /// Whether a resting place attracts from all sides: by the eigenvalues of the Jacobian there.
    fn attracts(&self, place: &[f64]) -> Result<bool, SimError> {
        let system = &self.definition.system;
        let d = place.len();
        let entries = system.jacobian().into_iter().flatten().collect();
        let reading = EnsembleStepper::new(&system.reading(entries), Scheme::Iterate);
        let mut rows = place.to_vec();
        rows.resize(reading.rows(), 0.0);
        reading
            .run(&mut rows, 1, &mut Clock::new(1.0), &self.build.constants, 1)
            .map_err(SimError::other)?;
        let matrix = DMatrix::from_row_slice(d, d, &rows[d..d + d * d]);
        if matrix.iter().any(|x| !x.is_finite()) {
            return Ok(false);
        }
        let map = self.definition.is_map();
        Ok(matrix.complex_eigenvalues().iter().all(|e| {
            if map {
                e.re.hypot(e.im) < 1.0 - 1e-6
            } else {
                e.re < -1e-9
            }
        }))
    }

    /// Follows the starts of some cells.
    pub fn cells(
        &self,
        plane: &Plane,
        cells: std::ops::Range<usize>,
        job: &Job,
    ) -> Result<Vec<Fate>, SimError> {
        let n = cells.len();
        let block = plane.block(cells, self.definition.dimension());
        self.follow(block, n, job)
    }

    /// Follows starts that lie variable by variable.
    fn follow(&self, mut block: Vec<f64>, n: usize, job: &Job) -> Result<Vec<Fate>, SimError> {
        let d = self.definition.dimension();
        let mut fates = vec![Fate::Away; n];
        let mut clock = Clock::new(self.build.dt);
        // Which start each column of the block is.
        let mut who: Vec<usize> = (0..n).collect();
        let look = if self.definition.is_map() {
            MAP_LOOK
        } else {
            FLOW_LOOK
        } * self.stride;
        let mut left = self.settling;
        let mut before = Vec::new();
        let mut nearest = vec![f64::INFINITY; n];
        while left > 0 && !who.is_empty() {
            job.check()?;
            let steps = left.min(look);
            let m = who.len();
            // A map is looked at in two iterations that follow each other: a cycle is no rest.
            let ahead = if self.definition.is_map() {
                steps - 1
            } else {
                0
            };
            for (part, count) in [ahead, steps - ahead].into_iter().enumerate() {
                if part == 1 {
                    before.clone_from(&block);
                }
                self.stepper
                    .advance(&mut block, m, &self.build.constants, clock, count)?;
                clock.step += count;
            }
            left -= steps;
            let mut keep = Vec::with_capacity(m);
            for (column, start) in who.iter().enumerate() {
                let now = point(&block, column, m, d);
                match self.ended(&point(&before, column, m, d), &now, &mut nearest[*start]) {
                    Some(fate) => fates[*start] = fate,
                    None => keep.push(column),
                }
            }
            if keep.len() < m {
                block = (0..d)
                    .flat_map(|v| keep.iter().map(move |c| (v, *c)))
                    .map(|(v, c)| block[v * m + c])
                    .collect();
                who = keep.iter().map(|c| who[*c]).collect();
            }
        }
        if !who.is_empty() {
            for (start, fate) in who
                .iter()
                .zip(self.watch(&mut block, who.len(), clock, job)?)
            {
                fates[*start] = fate;
            }
        }
        Ok(fates)
    }

    /// Whether a start's way is over before its time.
    fn ended(&self, before: &[f64], now: &[f64], nearest: &mut f64) -> Option<Fate> {
        if self.is_away(now) {
            return Some(Fate::Away);
        }
        if self.driven {
            return None;
        }
        for place in &self.known {
            let distance = self.apart(now, place);
            if distance < CAUGHT {
                let nearer = distance <= *nearest;
                *nearest = distance;
                if nearer && self.apart(before, place) < CAUGHT {
                    return Some(Fate::Rests(place.clone()));
                }
                return None;
            }
        }
        (self.apart(before, now) <= STILL).then(|| Fate::Rests(now.to_vec()))
    }

    fn is_away(&self, place: &[f64]) -> bool {
        let far = |(x, s): (&f64, &f64)| !x.is_finite() || x.abs() > AWAY * s.max(1.0);
        place.iter().zip(&self.sizes).any(far)
    }

    /// Moments and places of those that still move.
    fn watch(
        &self,
        block: &mut [f64],
        n: usize,
        mut clock: Clock,
        job: &Job,
    ) -> Result<Vec<Fate>, SimError> {
        let d = self.definition.dimension();
        let mut sums = vec![[0.0; 2]; n * d];
        // Deviations from a first value, so that squares don't swallow small ones.
        let origin = block.to_vec();
        let mut places: Vec<Vec<f64>> = vec![Vec::new(); n];
        let every = self.watched.div_ceil(KEPT as u64).max(1);
        for turn in 0..self.watched {
            if turn % 64 == 0 {
                job.check()?;
            }
            self.stepper
                .advance(block, n, &self.build.constants, clock, self.stride)?;
            clock.step += self.stride;
            for ((sum, x), o) in sums.iter_mut().zip(&*block).zip(&origin) {
                let x = x - o;
                sum[0] += x;
                sum[1] += x * x;
            }
            if (turn + 1) % every == 0 || turn + 1 == self.watched {
                for (m, list) in places.iter_mut().enumerate() {
                    list.extend(point(block, m, n, d));
                }
            }
        }
        let count = self.watched as f64;
        let fate = |(m, places): (usize, Vec<f64>)| -> Fate {
            let moments: Vec<[f64; 2]> = (0..d)
                .map(|v| {
                    let i = v * n + m;
                    let mean = sums[i][0] / count;
                    let spread = (sums[i][1] / count - mean * mean).max(0.0).sqrt();
                    [mean + origin[i], spread]
                })
                .collect();
            let rests = moments
                .iter()
                .zip(&self.sizes)
                .all(|([_, spread], size)| *spread < 0.1 * POINT * size);
            let last = places[places.len() - d..].to_vec();
            if places.chunks_exact(d).any(|p| self.is_away(p)) {
                Fate::Away
            } else if rests {
                Fate::Rests(last)
            } else {
                Fate::Moves { places, moments }
            }
        };
        Ok(places.into_iter().enumerate().map(fate).collect())
    }

    /// Whether a fate lies on an attractor.
    pub fn is_on(&self, fate: &Fate, attractor: &Attractor) -> bool {
        match fate {
            Fate::Away => false,
            Fate::Rests(place) => {
                attractor.rests() && self.apart(place, &attractor.places) <= POINT
            }
            Fate::Moves { places, moments } => {
                if attractor.rests() {
                    return false;
                }
                // Much smaller or larger: a cycle within a sea is not the sea.
                let mut alike = moments.iter().zip(&attractor.moments).zip(&self.sizes);
                let alike = alike.all(|((a, b), size)| {
                    let floor = POINT * size;
                    a[1] < 3.0 * b[1] + floor && b[1] < 3.0 * a[1] + floor
                });
                let d = moments.len();
                // One place may be an odd one.
                let far = places
                    .chunks_exact(d)
                    .filter(|p| !self.is_near(p, attractor));
                alike && far.count() <= usize::from(places.len() > 2 * d)
            }
        }
    }

    fn is_near(&self, place: &[f64], attractor: &Attractor) -> bool {
        attractor
            .places
            .chunks_exact(place.len())
            .any(|p| self.apart(p, place) <= attractor.reach)
    }

    fn nearest(&self, place: &[f64], places: &[f64]) -> f64 {
        places
            .chunks_exact(place.len())
            .map(|p| self.apart(p, place))
            .fold(f64::INFINITY, f64::min)
    }

    /// A new attractor from the fate of a start; where it moves, it is followed for longer.
    pub fn attractor(&self, fate: &Fate) -> Result<Option<Attractor>, SimError> {
        let d = self.definition.dimension();
        match fate {
            Fate::Away => Ok(None),
            Fate::Rests(place) => Ok(Some(Attractor {
                moments: place.iter().map(|x| [*x, 0.0]).collect(),
                places: place.clone(),
                reach: POINT,
            })),
            Fate::Moves { places, moments } => {
                let mut point = places[places.len() - d..].to_vec();
                let mut drawn = places.clone();
                let mut clock = Clock::new(self.build.dt);
                clock.step = self.settling + self.watched * self.stride;
                for turn in 0..DRAWN as u64 {
                    // Uneven strides, so that a cycle is not met in the same phases for ever.
                    let steps = if self.stride == 1 {
                        1
                    } else {
                        1 + turn * 7919 % (2 * self.stride)
                    };
                    self.stepper
                        .advance(&mut point, 1, &self.build.constants, clock, steps)?;
                    clock.step += steps;
                    if self.is_away(&point) {
                        break;
                    }
                    drawn.extend_from_slice(&point);
                }
                // How far one half of the places lies from the other.
                let (mut even, mut odd) = (Vec::new(), Vec::new());
                for (i, p) in drawn.chunks_exact(d).enumerate() {
                    let half = if i / 7 % 2 == 0 { &mut even } else { &mut odd };
                    half.extend_from_slice(p);
                }
                let mut gaps: Vec<f64> = odd
                    .chunks_exact(d)
                    .map(|p| self.nearest(p, &even))
                    .collect();
                gaps.sort_by(f64::total_cmp);
                let wide = gaps.get(gaps.len() * 98 / 100).copied().unwrap_or(0.0);
                Ok(Some(Attractor {
                    moments: moments.clone(),
                    places: drawn,
                    reach: (1.5 * wide).max(POINT),
                }))
            }
        }
    }
}

fn point(block: &[f64], column: usize, n: usize, d: usize) -> Vec<f64> {
    (0..d).map(|v| block[v * n + column]).collect()
}

/// Starts of scattered cells, variable by variable.
fn block_of(plane: &Plane, cells: &[usize]) -> Vec<f64> {
    (0..plane.origin.len())
        .flat_map(|v| cells.iter().map(move |cell| plane.start(*cell, v)))
        .collect()
}
