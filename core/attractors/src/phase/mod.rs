//! The phase plane of a flow of two variables: direction field, nullclines, fixed points with
//! their stability, the saddles' manifolds. Of a flow of one variable the phase line.
//!
//! S. H. Strogatz (2018), Nonlinear Dynamics and Chaos, 2nd ed., chapters 2, 5 and 6. All of it
//! is found anew whenever a parameter, the window or (of a forced flow) the time has changed,
//! and kept otherwise.

mod arrows;
mod draw;
mod flow;
mod line;
mod manifolds;
mod nullclines;
mod rests;
#[cfg(test)]
mod tests;
mod window;

use std::f64::consts::PI;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use loom_formula::Clock;
use loom_sim::{Camera, SimError};

use crate::definition::{Definition, Style};
use crate::fitting::fit_plane;
use crate::lens::Axes;
use crate::motion::Motion;

use arrows::Arrow;
use flow::Flow;
use manifolds::Manifold;
use nullclines::Curve;
use rests::Rest;
use window::Window;

/// Portraits that are kept, one a view.
const KEPT: usize = 4;
/// Axes whose extents differ by more than this factor are drawn to scales of their own.
const UNEQUAL: f64 = 3.0;
/// Width over height of what is then drawn.
const SHAPE: f64 = 1.5;

/// Periods of the first orbit that are seen at first, and steps that may be spent on them.
const WAY: f64 = 20.0;
const MOST_STEPS: f64 = 200_000.0;

/// Which parts are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub arrows: bool,
    pub nullclines: bool,
    pub manifolds: bool,
}

/// Whether a system is drawn this way.
pub fn fits(definition: &Definition) -> bool {
    !definition.is_map() && Style::dimension(&definition.system) <= 2
}

/// All that a window on the plane holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Portrait {
    pub window: Window,
    pub arrows: Vec<Arrow>,
    /// Of the variable across, and of the one up.
    pub nullclines: [Vec<Curve>; 2],
    pub rests: Vec<Rest>,
    pub manifolds: Vec<Manifold>,
    /// Of one variable: its rate against itself.
    pub graph: Vec<Curve>,
}

/// What is kept between two pictures.
#[derive(Default)]
pub struct Memory {
    flow: OnceLock<Flow>,
    home: OnceLock<Home>,
    portraits: Mutex<Vec<(Key, Arc<Portrait>)>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Key {
    constants: Vec<f64>,
    /// Of forced flows.
    time: Option<f64>,
    window: Window,
    axes: [usize; 2],
    parts: Parts,
}

/// The part of the plane that is shown at first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Home {
    /// Low and high, across and up.
    sides: [[f64; 2]; 2],
    /// How much longer the second axis is drawn than the first.
    pub stretch: f64,
}

/// The variables across and up: the view's, where it shows two different ones.
fn across_and_up(axes: Axes) -> [usize; 2] {
    if axes.x == axes.y {
        [0, 1]
    } else {
        [axes.x, axes.y]
    }
}

impl Motion {
    fn flow(&self) -> &Flow {
        self.phase.flow.get_or_init(|| Flow::new(&self.definition))
    }

    /// The window's content, found now or kept from the last picture.
    ///
    /// # Errors
    /// Where the equations refuse to run.
    fn portrait(
        &self,
        window: Window,
        axes: Axes,
        parts: Parts,
    ) -> Result<Arc<Portrait>, SimError> {
        let flow = self.flow();
        let time = self.timing.time();
        let key = Key {
            constants: self.constants.clone(),
            time: (!flow.autonomous).then_some(time),
            window,
            axes: across_and_up(axes),
            parts,
        };
        let kept = || {
            let lock = self.phase.portraits.lock();
            lock.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((_, portrait)) = kept().iter().find(|(k, _)| *k == key) {
            return Ok(portrait.clone());
        }
        let mut moment = flow.at(&self.constants, time, key.axes)?;
        let portrait = if self.definition.dimension() == 1 {
            line::portrait(window, parts, &mut moment)
        } else {
            plane(window, parts, &mut moment)
        };
        let portrait = Arc::new(portrait?);
        let mut list = kept();
        if list.len() >= KEPT {
            list.remove(0);
        }
        list.push((key, portrait.clone()));
        Ok(portrait)
    }

    /// What is shown at first: the attractor as the run started, and the fixed points about it.
    pub(crate) fn phase_home(&self, axes: Axes) -> Home {
        *self
            .phase
            .home
            .get_or_init(|| self.find_home(across_and_up(axes)))
    }

    fn find_home(&self, axes: [usize; 2]) -> Home {
        let mut extents = self.samples.extents();
        self.widen(&mut extents);
        for (v, extent) in extents.iter_mut().enumerate() {
            if self.definition.look.wrap >> v & 1 == 1 {
                *extent = [-PI, PI];
            }
        }
        let one = self.definition.dimension() == 1;
        let mut x = wide(extents[if one { 0 } else { axes[0] }]);
        let mut y = if one {
            [-1.0, 1.0]
        } else {
            wide(extents[axes[1]])
        };
        let flow = self.flow();
        let moment = flow.at(&self.start_constants, 0.0, axes);
        let Ok(mut moment) = moment else {
            return Home {
                sides: [x, y],
                stretch: 1.0,
            };
        };
        if one {
            return line::home(x, &mut moment);
        }
        if flow.autonomous {
            let around = Window {
                sides: [grown(x, 0.6), grown(y, 0.6)],
                scale: [800.0 / (x[1] - x[0]), 600.0 / (y[1] - y[0])],
            };
            let meetings =
                nullclines::find(&around, &mut moment).map_or_else(|_| Vec::new(), |n| n.meetings);
            for rest in rests::find(&around, &meetings, &mut moment) {
                if around.holds(rest.place, 0.0) {
                    x = [x[0].min(rest.place[0]), x[1].max(rest.place[0])];
                    y = [y[0].min(rest.place[1]), y[1].max(rest.place[1])];
                }
            }
        }
        let ratio = (x[1] - x[0]) / (y[1] - y[0]);
        let equal = (1.0 / UNEQUAL..=UNEQUAL).contains(&ratio);
        Home {
            sides: [x, y],
            stretch: if equal { 1.0 } else { ratio / SHAPE },
        }
    }

    /// Has extents hold the way of the first orbit to the attractor too.
    fn widen(&self, extents: &mut [[f64; 2]]) {
        let mut point = self.build.initial.clone();
        let mut clock = Clock::new(self.build.dt);
        let steps = (WAY * self.definition.period / self.build.dt).clamp(1.0, MOST_STEPS);
        let stride = (steps / 4000.0).ceil();
        for _ in 0..(steps / stride) as usize {
            for (extent, x) in extents.iter_mut().zip(&point) {
                *extent = [extent[0].min(*x), extent[1].max(*x)];
            }
            let made =
                self.stepper
                    .advance(&mut point, &self.start_constants, &mut clock, stride as u64);
            if made.is_err() || !point.iter().all(|x| x.is_finite()) {
                return;
            }
        }
    }

    /// A camera that shows it, and once parameters have changed also where the first orbit is.
    pub(crate) fn phase_fit(&self, axes: Axes, size: [f64; 2]) -> Camera {
        let home = self.phase_home(axes);
        let [x, y] = across_and_up(axes);
        let one = self.definition.dimension() == 1;
        let place = |p: [f64; 2]| [p[0], p[1] * home.stretch, 0.0];
        let [across, up] = home.sides;
        let mut points = vec![place([across[0], up[0]]), place([across[1], up[1]])];
        if self.constants != self.start_constants
            && let Some(orbit) = self.orbits.first()
        {
            let trail = &orbit.trail;
            let period = 20.0 * self.definition.period;
            let stride = (trail.len() / 512).max(1);
            let seen = trail.since(self.timing.time() - period)..trail.len();
            let now = seen.step_by(stride).map(|i| {
                let up = if one { 0.0 } else { trail.coordinate(i, y) };
                place([trail.coordinate(i, if one { 0 } else { x }), up])
            });
            points.extend(now.filter(|p| p.iter().all(|x| x.is_finite())));
        }
        fit_plane(&points, size)
    }
}

/// The content of a window on the plane.
fn plane(
    window: Window,
    parts: Parts,
    moment: &mut flow::Moment<'_>,
) -> Result<Portrait, SimError> {
    let found = nullclines::find(&window, moment)?;
    let rests = if moment.is_autonomous() {
        rests::find(&window, &found.meetings, moment)
    } else {
        Vec::new()
    };
    let manifolds = if parts.manifolds {
        manifolds::find(&window, &rests, moment)
    } else {
        Vec::new()
    };
    Ok(Portrait {
        window,
        arrows: if parts.arrows {
            arrows::find(&window, moment)?
        } else {
            Vec::new()
        },
        nullclines: if parts.nullclines {
            found.curves
        } else {
            [Vec::new(), Vec::new()]
        },
        rests,
        manifolds,
        graph: Vec::new(),
    })
}

/// A stretch that has a length.
fn wide([low, high]: [f64; 2]) -> [f64; 2] {
    let least = 1e-6 * low.abs().max(high.abs()).max(1e-6);
    if high - low > least {
        [low, high]
    } else {
        let middle = f64::midpoint(low, high);
        let half = 0.5 * middle.abs().max(1.0);
        [middle - half, middle + half]
    }
}

/// Longer at both ends by `part` of its length.
fn grown([low, high]: [f64; 2], part: f64) -> [f64; 2] {
    let more = part * (high - low);
    [low - more, high + more]
}
