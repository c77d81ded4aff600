//! Trajectories as numbers, for the command line and for files: f64, fixed steps, any sampling.

use std::fmt::Write as _;

use loom_formula::Clock;
use loom_sim::{Job, SimError, seed};
use rand_chacha::ChaCha8Rng;

use crate::definition::Definition;
use crate::delay::sampling::Sampling;
use crate::integrate::noise::{self, Noisy};
use crate::integrate::{Follower, Manner, Method, Path as _, advice, too_short};
use crate::settings::{Build, TOLERANCE};
use crate::stepping::OrbitStepper;

/// Most numbers of one result: 2 GiB.
const MOST_NUMBERS: u64 = 1 << 28;
/// Steps between two looks at whether the work has been cancelled.
const CHUNK: u64 = 20_000;

/// How a trajectory is sampled.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub points: usize,
    /// Model time between points.
    pub interval: f64,
    /// Model time that is thrown away first.
    pub transient: f64,
    /// How many orbits: beyond one, each starts a little beside the initial state.
    pub members: usize,
    pub seed: u64,
    pub method: Method,
    /// The error allowed in each step of the methods that choose their steps.
    pub tolerance: f64,
    /// Intensity of the process noise, see [`crate::integrate::noise`]; 0 for none, and 1 for a
    /// system's own noise as its file gives it.
    pub noise: f64,
}

impl Plan {
    /// A thousand points, one a step, from the initial state.
    pub fn new(definition: &Definition, build: &Build) -> Self {
        Self {
            points: 1000,
            interval: if definition.is_map() { 1.0 } else { build.dt },
            transient: 0.0,
            members: 1,
            seed: 0,
            method: Method::Rk4,
            tolerance: TOLERANCE,
            noise: 0.0,
        }
    }
    /// So many points in each natural period.
    pub fn points_per_period(mut self, definition: &Definition, points: f64) -> Self {
        self.interval = if definition.is_map() {
            1.0
        } else {
            definition.period / points
        };
        self
    }
}

/// Rows of numbers with their times.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    pub variables: Vec<String>,
    /// What the times are called: `t`, or `n` for maps.
    pub times: Vec<f64>,
    /// Member by member, point by point, variable by variable.
    pub values: Vec<f64>,
    pub members: usize,
    /// What is to be known of the numbers, each a sentence.
    pub warnings: Vec<String>,
}

impl Trajectory {
    /// The variables of one point.
    pub fn row(&self, member: usize, point: usize) -> &[f64] {
        let dimension = self.variables.len();
        let first = (member * self.times.len() + point) * dimension;
        &self.values[first..first + dimension]
    }

    /// Each variable to mean 0 and standard deviation 1, over all members.
    pub fn standardise(&mut self) {
        let by = self.scaling();
        self.scale(&by);
    }

    /// Mean and standard deviation of each variable, over all members; a variable that does not
    /// change has the deviation 1.
    pub fn scaling(&self) -> Vec<[f64; 2]> {
        let dimension = self.variables.len();
        let count = (self.values.len() / dimension) as f64;
        (0..dimension)
            .map(|v| {
                let column = || self.values.iter().skip(v).step_by(dimension);
                let mean = column().sum::<f64>() / count;
                let square = column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
                [mean, if square > 0.0 { square.sqrt() } else { 1.0 }]
            })
            .collect()
    }

    /// Takes each variable's mean away and divides by its deviation.
    pub fn scale(&mut self, by: &[[f64; 2]]) {
        for row in self.values.chunks_exact_mut(by.len()) {
            for (x, [mean, deviation]) in row.iter_mut().zip(by) {
                *x = (*x - mean) / deviation;
            }
        }
    }

    /// Columns `t` and the variables' names, `member` first for ensembles; every number in full.
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        if self.members > 1 {
            text.push_str("member,");
        }
        text.push('t');
        for variable in &self.variables {
            let _ = write!(text, ",{variable}");
        }
        text.push('\n');
        for member in 0..self.members {
            for (point, time) in self.times.iter().enumerate() {
                if self.members > 1 {
                    let _ = write!(text, "{member},");
                }
                let _ = write!(text, "{time}");
                for x in self.row(member, point) {
                    let _ = write!(text, ",{x}");
                }
                text.push('\n');
            }
        }
        text
    }
}

/// Follows the orbits by the plan's method and keeps a point at each interval; fixed steps are
/// no longer than the build's dt, and maps are iterated whatever the method. The first point is
/// the one after the transient.
///
/// # Errors
/// Where an orbit runs away, with variable and time; for a method that does not fit the system;
/// for more numbers than 2 GiB.
pub fn compute(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
) -> Result<Trajectory, SimError> {
    compute_for(definition, build, plan, &Job::quiet())
}

/// As [`compute`], for a job that is told how far it is and may be cancelled.
pub fn compute_for(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
    job: &Job,
) -> Result<Trajectory, SimError> {
    let dimension = definition.dimension();
    let numbers = (plan.points as u64)
        .saturating_mul(plan.members as u64)
        .saturating_mul(dimension as u64 + 1);
    if numbers > MOST_NUMBERS {
        return Err(SimError::TooLarge {
            needed: format!("{} GiB", numbers / (1 << 27)),
            allowed: "2 GiB".into(),
            remedy: "ask for fewer points.".into(),
        });
    }
    if !(plan.interval > 0.0 && plan.interval.is_finite() && plan.transient >= 0.0) {
        return Err(SimError::other(
            "The time between points must be a number above 0.",
        ));
    }
    if definition.has_delays() {
        return lagged(definition, build, plan, job);
    }
    // Whole steps between points, none longer than dt.
    let per_point = if definition.is_map() {
        1
    } else {
        (plan.interval / build.dt * (1.0 - 1e-12))
            .ceil()
            .clamp(1.0, 1e12) as u64
    };
    let step = if definition.is_map() {
        1.0
    } else {
        plan.interval / per_point as f64
    };
    if plan.noise != 0.0 {
        return noisy(definition, build, plan, step, job);
    }
    if plan.method != Method::Rk4 && !definition.is_map() {
        return followed(definition, build, plan, step, job);
    }
    let stepper = OrbitStepper::new(definition);
    let mut values = Vec::with_capacity(plan.points * plan.members * dimension);
    let mut random = seed::stream(plan.seed, "attractors: trajectory ensemble");
    for member in 0..plan.members {
        let mut point = beginning(build, member, &mut random);
        let mut clock = Clock::new(step);
        let skip = (plan.transient / step).round().min(1e15) as u64;
        let mut left = skip;
        while left > 0 {
            job.check()?;
            let now = left.min(CHUNK);
            stepper.advance(&mut point, &build.constants, &mut clock, now)?;
            left -= now;
        }
        for number in 0..plan.points {
            if number % 256 == 0 {
                tell(job, plan, member, number)?;
            }
            if let Some(v) = point.iter().position(|x| !x.is_finite()) {
                return Err(SimError::BlewUp {
                    step: format!("{} (t = {:.6})", clock.step, clock.time()),
                    variable: definition.system.variables()[v].clone(),
                    value: if point[v].is_nan() {
                        "not a number"
                    } else {
                        "infinite"
                    }
                    .into(),
                    remedy: advice(definition, &build.constants, &build.initial, step),
                });
            }
            values.extend_from_slice(&point);
            if number + 1 < plan.points {
                stepper.advance(&mut point, &build.constants, &mut clock, per_point)?;
            }
        }
    }
    let start = (plan.transient / step).round() * step;
    Ok(Trajectory {
        variables: definition.system.variables().to_vec(),
        times: (0..plan.points)
            .map(|i| start + i as f64 * plan.interval)
            .collect(),
        values,
        members: plan.members,
        warnings: Vec::new(),
    })
}

/// Says how far the plan is.
fn tell(job: &Job, plan: &Plan, member: usize, point: usize) -> Result<(), SimError> {
    job.check()?;
    let all = (plan.members * plan.points) as f32;
    job.progress((member * plan.points + point) as f32 / all);
    Ok(())
}

/// Where a member starts: the first at the initial state, the others a little beside it.
fn beginning(build: &Build, member: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut point = build.initial.clone();
    if member > 0 {
        for x in &mut point {
            let size = x.abs().max(1.0);
            *x += (2.0 * seed::unit(random) - 1.0) * 1e-2 * size;
        }
    }
    point
}

/// Of a delay system.
fn lagged(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
    job: &Job,
) -> Result<Trajectory, SimError> {
    if plan.noise != 0.0 {
        return Err(SimError::other(
            "A delay system is followed without noise: leave --noise out.",
        ));
    }
    let sampling = Sampling {
        method: plan.method,
        tolerance: plan.tolerance,
        transient: plan.transient,
        interval: plan.interval,
        points: plan.points,
    };
    let mut random = seed::stream(plan.seed, "attractors: trajectory ensemble");
    let mut values = Vec::with_capacity(plan.points * plan.members * definition.dimension());
    for member in 0..plan.members {
        tell(job, plan, member, 0)?;
        let build = Build {
            initial: beginning(build, member, &mut random),
            ..build.clone()
        };
        values.extend(sampling.follow(definition, &build, job)?);
    }
    let start = sampling.begun(build.dt);
    Ok(Trajectory {
        variables: definition.system.variables().to_vec(),
        times: (0..plan.points)
            .map(|i| start + i as f64 * plan.interval)
            .collect(),
        values,
        members: plan.members,
        warnings: Vec::new(),
    })
}

/// Under process noise; the stream of each member is its own.
fn noisy(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
    step: f64,
    job: &Job,
) -> Result<Trajectory, SimError> {
    if !(plan.method.is_noisy() || plan.method == Method::Rk4 || definition.is_map()) {
        return Err(SimError::other(format!(
            "{} follows no noise: use --method em, --method milstein or --method sra.",
            plan.method.key()
        )));
    }
    let noisy = if definition.noise.is_empty() {
        let strengths = noise::strengths(definition, build, plan.noise)?;
        Noisy::new(definition, strengths, plan.method, step)
    } else {
        let factor = noise::intensity(plan.noise)?;
        Noisy::own(definition, factor, plan.method, step)?
    };
    let mut random = seed::stream(plan.seed, "attractors: trajectory ensemble");
    let begun = (plan.transient / step).round() * step;
    let times: Vec<f64> = (0..plan.points)
        .map(|i| begun + i as f64 * plan.interval)
        .collect();
    let dimension = definition.dimension();
    let mut values = vec![0.0; plan.points * plan.members * dimension];
    for (member, rows) in values.chunks_mut(plan.points * dimension).enumerate() {
        let point = beginning(build, member, &mut random);
        let stream = seed::stream(plan.seed, &format!("attractors: noise of member {member}"));
        let mut orbit = noisy.start(0.0, &point, &build.constants, stream)?;
        for (number, (row, time)) in rows.chunks_mut(dimension).zip(&times).enumerate() {
            if number % 64 == 0 {
                tell(job, plan, member, number)?;
            }
            orbit.at(*time, row)?;
        }
    }
    Ok(Trajectory {
        variables: definition.system.variables().to_vec(),
        times,
        values,
        members: plan.members,
        warnings: Vec::new(),
    })
}

/// By one of the methods of [`crate::integrate`]; `step` is the length of those that are fixed.
fn followed(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
    step: f64,
    job: &Job,
) -> Result<Trajectory, SimError> {
    let manner = Manner {
        method: plan.method,
        tolerance: plan.tolerance,
        dt: step,
    };
    let follower = Follower::new(definition, &build.constants, &manner)?;
    let mut random = seed::stream(plan.seed, "attractors: trajectory ensemble");
    let begun = if plan.method.has_fixed_steps() {
        (plan.transient / step).round() * step
    } else {
        plan.transient
    };
    let times: Vec<f64> = (0..plan.points)
        .map(|i| begun + i as f64 * plan.interval)
        .collect();
    let dimension = definition.dimension();
    let mut values = vec![0.0; plan.points * plan.members * dimension];
    let mut warnings = Vec::new();
    for (member, rows) in values.chunks_mut(plan.points * dimension).enumerate() {
        let point = beginning(build, member, &mut random);
        let mut orbit = follower.start(0.0, &point)?;
        for (number, (row, time)) in rows.chunks_mut(dimension).zip(&times).enumerate() {
            if number % 64 == 0 {
                tell(job, plan, member, number)?;
            }
            orbit.at(*time, row)?;
        }
        if let Some(time) = orbit.stiff_near()
            && warnings.is_empty()
        {
            warnings.push(too_short(plan.method, time));
        }
    }
    Ok(Trajectory {
        variables: definition.system.variables().to_vec(),
        times,
        values,
        members: plan.members,
        warnings,
    })
}
