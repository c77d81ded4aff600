//! The numbers by which states are coloured, and what a bar says of them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use loom_formula::Clock;
use loom_sim::scene::{Legend, Paint};
use loom_sim::{ColorMap, Rgba, SimError};

use crate::definition::ColorBy;
use crate::expansion::Expansion;
use crate::fitting;
use crate::lens::Axes;
use crate::motion::Motion;
use crate::settings::ViewSettings;
use crate::start;
use crate::state::{Timing, block_index};
use crate::stepping::{self, BlockStepper};
use crate::trail::{Orbit, Trail};

/// The angle of each particle's start, in the order of the particles.
pub type Starts = Arc<[f32]>;

/// What colours need and is kept: compiled when it is first asked for.
#[derive(Default)]
pub struct Tints {
    rates: OnceLock<BlockStepper>,
    expansion: OnceLock<Expansion>,
    /// Between which values colours run, of the attractor as the run started.
    expansion_range: OnceLock<[f64; 2]>,
    starts: Mutex<Option<([usize; 2], Starts)>>,
}

impl Motion {
    pub(crate) fn expansion(&self) -> &Expansion {
        let new = || Expansion::new(&self.definition.system);
        self.tints.expansion.get_or_init(new)
    }

    /// The numbers between which colours run: those of the attractor, found anew along the way
    /// once the parameters have changed.
    pub(crate) fn color_range(&self, settings: &ViewSettings) -> [f64; 2] {
        match settings.color {
            ColorBy::None => [0.0, 1.0],
            ColorBy::Height => {
                let up = if settings.is_planar() { 1 } else { 2 };
                let sides = fitting::bounds(&self.home_points(settings))[up];
                if sides[1] > sides[0] {
                    sides
                } else {
                    [0.0, 1.0]
                }
            }
            ColorBy::Coordinate(v) => self.running_extent(v),
            ColorBy::Speed => self.running_speeds(),
            ColorBy::Age => {
                let trail = self.orbits.first().map(|o| &o.trail);
                let shown = trail.map_or(0.0, |trail| {
                    let first = trail.since(self.timing.time() - settings.trail);
                    self.timing.time() - trail.time(first)
                });
                [0.0, if shown > 0.0 { shown } else { settings.trail }]
            }
            ColorBy::Start => [-180.0, 180.0],
            ColorBy::Expansion => *self.tints.expansion_range.get_or_init(|| {
                let (members, dimension) = (self.samples.len(), self.samples.dimension);
                let mut block = vec![0.0; members * dimension];
                for m in 0..members {
                    for (v, x) in self.samples.point(m).iter().enumerate() {
                        block[v * members + m] = *x;
                    }
                }
                let clock = stepping::clock(&Timing::new(self.definition.dt));
                let values = self
                    .expansion()
                    .of(&block, members, &self.start_constants, clock);
                middle(values.unwrap_or_default())
            }),
        }
    }

    /// How values become colours in this view.
    pub(crate) fn paint(
        &self,
        settings: &ViewSettings,
        plain: Rgba,
        range: [f64; 2],
        alpha: f32,
    ) -> Paint {
        if settings.color == ColorBy::None {
            return Paint::Solid(plain.with_alpha(alpha));
        }
        Paint::Map {
            map: color_map(settings),
            low: range[0] as f32,
            high: range[1] as f32,
            alpha,
        }
    }

    /// What the colours mean.
    pub(crate) fn color_bar(&self, settings: &ViewSettings, range: [f64; 2]) -> Option<Legend> {
        let variables = self.definition.coordinate_symbols();
        let map = self.definition.is_map();
        let (title, unit) = match settings.color {
            ColorBy::None => return None,
            ColorBy::Speed if map => ("Length of the leap".into(), ""),
            ColorBy::Speed => ("Speed".into(), "1/time unit"),
            ColorBy::Age if map => ("Since the trail's start".into(), "iterations"),
            ColorBy::Age => ("Since the trail's start".into(), "time units"),
            ColorBy::Height if settings.along_variables() => {
                let v = settings.axes.z.unwrap_or(settings.axes.y);
                (variables[v].clone(), "")
            }
            ColorBy::Height => ("Height".into(), ""),
            ColorBy::Coordinate(v) => (variables[v].clone(), ""),
            ColorBy::Expansion if map => ("Local expansion".into(), "1/iteration"),
            ColorBy::Expansion => ("Local expansion".into(), "1/time unit"),
            ColorBy::Start => ("Angle of the start".into(), "°"),
        };
        Some(Legend::Bar {
            title,
            unit: unit.into(),
            map: color_map(settings),
            low: range[0],
            high: range[1],
        })
    }

    /// The number of each sample of a trail from `first` on.
    pub(crate) fn trail_values(
        &self,
        orbit: &Orbit,
        first: usize,
        settings: &ViewSettings,
    ) -> Result<Vec<f64>, SimError> {
        let trail = &orbit.trail;
        let count = trail.len() - first.min(trail.len());
        let every = |value: &dyn Fn(usize) -> f64| (first..trail.len()).map(value).collect();
        Ok(match settings.color {
            // The height is known with the place.
            ColorBy::None | ColorBy::Height => vec![0.0; count],
            ColorBy::Coordinate(v) => every(&|i| trail.coordinate(i, v)),
            ColorBy::Age => {
                let start = trail.time(first);
                every(&|i| trail.time(i) - start)
            }
            ColorBy::Start => {
                let start = if orbit.number == 0 {
                    self.build.initial.clone()
                } else {
                    let dimension = self.definition.dimension();
                    (0..dimension).map(|v| trail.coordinate(0, v)).collect()
                };
                vec![f64::from(self.angle(settings.axes, |v| start[v])); count]
            }
            ColorBy::Speed | ColorBy::Expansion => self.along(orbit, first, settings.color)?,
        })
    }

    /// Speed or expansion at each sample, all with the present parameters and, in forced
    /// systems, each at its own time.
    fn along(&self, orbit: &Orbit, first: usize, color: ColorBy) -> Result<Vec<f64>, SimError> {
        let trail = &orbit.trail;
        let dimension = self.definition.dimension();
        if self.definition.has_delays() {
            // Its rates need the past at each sample: the way from each to the next tells them.
            return Ok((first..trail.len())
                .map(|i| trail_speed(trail, i, dimension))
                .collect());
        }
        let value = |block: &[f64], members: usize, clock: Clock| match color {
            ColorBy::Expansion => self.expansion().of(block, members, &self.constants, clock),
            _ => self
                .tints
                .rates
                .get_or_init(|| BlockStepper::new(&self.definition.system))
                .speeds(block, members, &self.constants, clock),
        };
        let count = trail.len() - first.min(trail.len());
        if self.definition.system.is_autonomous() {
            let mut block = vec![0.0; count * dimension];
            for m in 0..count {
                for v in 0..dimension {
                    block[v * count + m] = trail.coordinate(first + m, v);
                }
            }
            return value(&block, count, stepping::clock(&self.timing));
        }
        let mut list = Vec::with_capacity(count);
        for i in first..trail.len() {
            let state: Vec<f64> = (0..dimension).map(|v| trail.coordinate(i, v)).collect();
            let clock = Clock::starting_at(trail.time(i), self.timing.dt);
            list.extend(value(&state, 1, clock)?);
        }
        Ok(list)
    }

    /// The angle of a place about the attractor's middle, in the plane of the first two axes,
    /// degrees.
    fn angle(&self, axes: Axes, state: impl Fn(usize) -> f64) -> f32 {
        let extents = self.samples.extents();
        angle(axes, &extents, state)
    }

    /// The angles of the particles' starts: the cloud is laid out once more as at the start.
    pub(crate) fn starts(&self, axes: Axes) -> Starts {
        let key = [axes.x, axes.y];
        let mut kept = self
            .tints
            .starts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, starts)) = kept.as_ref().filter(|(k, _)| *k == key) {
            return starts.clone();
        }
        let state = start::cloud(&self.definition, &self.build, &self.samples, self.seed);
        let (dimension, members) = (self.definition.dimension(), self.build.particles);
        let extents = self.samples.extents();
        let starts: Starts = (0..members)
            .map(|m| {
                angle(axes, &extents, |v| {
                    state[block_index(dimension, members, m, v)]
                })
            })
            .collect();
        *kept = Some((key, starts.clone()));
        starts
    }
}

/// The length of a trail's way to a sample, or of the first to the next one, over its time.
fn trail_speed(trail: &Trail, sample: usize, dimension: usize) -> f64 {
    let to = sample.max(1);
    if to >= trail.len() {
        return 0.0;
    }
    let step = |v: usize| trail.coordinate(to, v) - trail.coordinate(to - 1, v);
    let squares: f64 = (0..dimension).map(|v| step(v).powi(2)).sum();
    squares.sqrt() / (trail.time(to) - trail.time(to - 1))
}

fn angle(axes: Axes, extents: &[[f64; 2]], state: impl Fn(usize) -> f64) -> f32 {
    let [x, y] = [axes.x, axes.y].map(|v| {
        let [low, high] = extents[v];
        let size = (high - low).max(f64::MIN_POSITIVE);
        (state(v) - f64::midpoint(low, high)) / size
    });
    y.atan2(x).to_degrees() as f32
}

/// A circle of angles wants a map that closes.
fn color_map(settings: &ViewSettings) -> ColorMap {
    if settings.color == ColorBy::Start {
        ColorMap::Phase
    } else {
        settings.map
    }
}

/// Where 98 % of the values lie.
fn middle(mut values: Vec<f64>) -> [f64; 2] {
    values.retain(|x| x.is_finite());
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values.get((part * values.len() as f64) as usize).copied();
    let (low, high) = (at(0.01).unwrap_or(0.0), at(0.99).unwrap_or(1.0));
    if high - low > 1e-9 * high.abs().max(low.abs()) {
        [low, high]
    } else {
        [low - 0.5, low + 0.5]
    }
}
