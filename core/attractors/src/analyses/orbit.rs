//! An orbit sampled at equal distances of time, and what declares how.

use loom_formula::Clock;
use loom_sim::{Job, Parameter, SimError};

use crate::definition::Definition;
use crate::delay::sampling::Sampling as Lagging;
use crate::integrate::{Follower, Manner, Method, advice};
use crate::settings::{Build, TOLERANCE};
use crate::stepping::OrbitStepper;

/// Steps between two looks at whether the work has been cancelled.
const CHUNK: u64 = 20_000;

/// Points at equal distances of time, variable by variable within each.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    pub dimension: usize,
    /// Time between points.
    pub interval: f64,
    pub values: Vec<f64>,
}

impl Samples {
    pub fn count(&self) -> usize {
        self.values.len() / self.dimension
    }
    pub fn column(&self, variable: usize) -> Vec<f64> {
        let column = self.values.iter().skip(variable).step_by(self.dimension);
        column.copied().collect()
    }
}

/// How an orbit is sampled unless the settings say otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    pub points: i64,
    /// Of a flow, in each natural period.
    pub per_period: f64,
}

/// What declares how many points of an orbit are taken.
pub fn sampling(definition: &Definition, usual: Sampling) -> Vec<Parameter> {
    let mut list = vec![
        Parameter::integer("points", "N", "Points", usual.points, 100, 1_000_000)
            .hard(16.0, 1e7)
            .help("How many points of the orbit are taken; more tell finer things."),
        Parameter::real("transient", "", "Thrown away first", 100.0, 0.0, 10_000.0)
            .hard(0.0, 1e7)
            .unit("periods")
            .help("So that the orbit has come to the attractor before the first point."),
    ];
    if !definition.is_map() {
        list.insert(
            1,
            Parameter::real(
                "per_period",
                "",
                "Points in a period",
                usual.per_period,
                0.05,
                500.0,
            )
            .hard(1e-4, 1e5)
            .logarithmic()
            .help("How densely the orbit is sampled, in its natural periods."),
        );
        list.extend(manner());
    }
    list
}

/// What declares how a flow's orbit is followed.
pub fn manner() -> [Parameter; 2] {
    [
        Parameter::choice("method", "Method", Method::Rk4.key(), Method::noiseless())
            .help("How the orbit is followed: a fixed step, steps by the tolerance, for stiff or for Hamiltonian systems."),
        Parameter::real("tolerance", "", "Tolerance", TOLERANCE, 1e-12, 1e-3)
            .hard(1e-14, 0.1)
            .logarithmic()
            .help("The error allowed in each step, for the methods that choose their steps."),
    ]
}

/// An orbit by the build's method, sampled; fixed steps are whole ones between points, none longer
/// than dt.
///
/// # Errors
/// Where the orbit runs away, with variable and time; for a method that does not fit the system.
pub fn orbit(
    definition: &Definition,
    build: &Build,
    points: usize,
    interval: f64,
    transient: f64,
    job: &Job,
) -> Result<Samples, SimError> {
    let dimension = definition.dimension();
    if (points as u64).saturating_mul(dimension as u64) > 1 << 27 {
        return Err(SimError::TooLarge {
            needed: format!("{} numbers", points as u64 * dimension as u64),
            allowed: "1 GiB".into(),
            remedy: "ask for fewer points.".into(),
        });
    }
    if definition.has_delays() {
        let sampling = Lagging {
            method: build.method,
            tolerance: build.tolerance,
            transient,
            interval,
            points,
        };
        return Ok(Samples {
            dimension,
            interval,
            values: sampling.follow(definition, build, job)?,
        });
    }
    let map = definition.is_map();
    let per_point = if map {
        1
    } else {
        (interval / build.dt * (1.0 - 1e-12))
            .ceil()
            .clamp(1.0, 1e12) as u64
    };
    let step = if map {
        1.0
    } else {
        interval / per_point as f64
    };
    if !map && build.method != Method::Rk4 {
        let manner = Manner {
            dt: step,
            ..build.manner()
        };
        let follower = Follower::new(definition, &build.constants, &manner)?;
        let mut path = follower.start(0.0, &build.initial)?;
        let begun = if build.method.has_fixed_steps() {
            (transient / step).round() * step
        } else {
            transient
        };
        let mut values = vec![0.0; points * dimension];
        for (number, row) in values.chunks_exact_mut(dimension).enumerate() {
            job.check()?;
            path.at(begun + number as f64 * interval, row)?;
        }
        return Ok(Samples {
            dimension,
            interval,
            values,
        });
    }
    let stepper = OrbitStepper::new(definition);
    let mut clock = Clock::new(step);
    let mut point = build.initial.clone();
    let mut go = |point: &mut Vec<f64>, steps: u64| -> Result<(), SimError> {
        let mut left = steps;
        while left > 0 {
            job.check()?;
            let now = left.min(CHUNK);
            stepper.advance(point, &build.constants, &mut clock, now)?;
            left -= now;
        }
        match point.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(v) => Err(SimError::BlewUp {
                step: format!("{} (t = {:.6})", clock.step, clock.time()),
                variable: definition.system.variables()[v].clone(),
                value: if point[v].is_nan() {
                    "not a number"
                } else {
                    "infinite"
                }
                .into(),
                remedy: advice(definition, &build.constants, &build.initial, step),
            }),
        }
    };
    go(&mut point, (transient / step).round().min(1e15) as u64)?;
    let mut values = Vec::with_capacity(points * dimension);
    for number in 0..points {
        values.extend_from_slice(&point);
        if number + 1 < points {
            go(&mut point, per_point)?;
        }
    }
    Ok(Samples {
        dimension,
        interval,
        values,
    })
}
