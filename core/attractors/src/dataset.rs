//! Benchmark sets: every system of the catalogue, or a choice, as series for training and for
//! testing, at one or more densities of points, ready for a forecaster.
//!
//! Each system is made on its own from streams named by system, part and seed, so the numbers do
//! not depend on how many threads make them. Files are written by the program; here are the
//! wishes, the numbers and what a manifest says of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom_sim::{Job, SimError, seed};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::catalogue;
use crate::definition::Definition;
use crate::integrate::Method;
use crate::settings::Build;
use crate::start::{self, Scatter};
use crate::trajectory::{self, Plan, Trajectory};

/// Natural periods that are thrown away first.
pub const TRANSIENT: f64 = 100.0;

/// How the test series differ from those for training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// They start elsewhere on the attractor.
    Starts,
    /// They go on where the others end.
    Time,
}

impl Split {
    pub const ALL: [(&'static str, &'static str); 2] =
        [("starts", "Other starts"), ("time", "Later times")];
    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "starts" => Some(Self::Starts),
            "time" => Some(Self::Time),
            _ => None,
        }
    }
}

/// What a set is to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Names of the densities and points in each natural period: `coarse` 15, `fine` 100.
    pub granularities: Vec<(String, f64)>,
    /// Points of each series.
    pub train: usize,
    pub test: usize,
    /// Series of each part.
    pub members: usize,
    pub split: Split,
    /// Intensity of process noise, as of a trajectory.
    pub noise: f64,
    /// By the mean and the standard deviation of the training part.
    pub standardize: bool,
    pub method: Method,
    pub tolerance: f64,
    pub seed: u64,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            granularities: vec![("coarse".into(), 15.0), ("fine".into(), 100.0)],
            train: 1000,
            test: 200,
            members: 1,
            split: Split::Starts,
            noise: 0.0,
            standardize: false,
            method: Method::Dop853,
            tolerance: 1e-9,
            seed: 0,
        }
    }
}

impl Wish {
    /// What a manifest says of it.
    pub fn to_json(&self) -> Value {
        let densities: serde_json::Map<String, Value> = self
            .granularities
            .iter()
            .map(|(name, points)| (name.clone(), json!(points)))
            .collect();
        json!({
            "points_per_period": densities,
            "train_points": self.train,
            "test_points": self.test,
            "members": self.members,
            "split": self.split.key(),
            "noise": self.noise,
            "standardized": self.standardize,
            "method": self.method.key(),
            "tolerance": self.tolerance,
            "transient_periods": TRANSIENT,
            "seed": self.seed,
        })
    }

    /// Numbers of the largest file, for its size to be refused before it is made.
    fn check(&self) -> Result<(), SimError> {
        if self.granularities.is_empty() || self.train < 2 || self.test < 2 || self.members == 0 {
            return Err(SimError::other(
                "A set needs a density, a member, and two points at least in each part.",
            ));
        }
        match self
            .granularities
            .iter()
            .find(|(_, p)| !(*p > 0.0 && p.is_finite()))
        {
            Some((name, p)) => Err(SimError::other(format!(
                "{p} points in a period ({name}) is no number above 0."
            ))),
            None => Ok(()),
        }
    }
}

/// The systems of a choice: by name, of these kinds, of these domains; an empty list chooses all.
///
/// # Errors
/// For a name, a kind or a domain that there is not.
pub fn choose(
    names: &[String],
    kinds: &[String],
    groups: &[String],
) -> Result<Vec<Arc<Definition>>, SimError> {
    let all = catalogue::systems();
    let mut list = if names.is_empty() {
        all.clone()
    } else {
        let named: Result<Vec<_>, _> = names.iter().map(|n| catalogue::named(n)).collect();
        named?
    };
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let known = |what: &'static str, wanted: &str, of: &dyn Fn(&Definition) -> String| {
        if all.iter().any(|d| same(&of(d), wanted)) {
            return Ok(());
        }
        let mut names: Vec<String> = all.iter().map(|d| of(d)).collect();
        names.sort();
        names.dedup();
        Err(SimError::Unknown {
            what,
            name: wanted.to_owned(),
            hint: format!(": there are {}.", names.join(", ")),
        })
    };
    for kind in kinds {
        known("kind", kind, &|d| d.kind().to_owned())?;
    }
    for group in groups {
        known("domain", group, &|d| d.group.clone())?;
    }
    list.retain(|d| {
        (kinds.is_empty() || kinds.iter().any(|k| same(k, d.kind())))
            && (groups.is_empty() || groups.iter().any(|g| same(g, &d.group)))
    });
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list.dedup_by(|a, b| a.name == b.name);
    if list.is_empty() {
        return Err(SimError::other("No system of the catalogue is so chosen."));
    }
    Ok(list)
}

/// One series or ensemble, made.
#[derive(Debug)]
pub struct Made {
    pub granularity: String,
    /// `train` or `test`.
    pub part: &'static str,
    pub trajectory: Trajectory,
    /// What the manifest says of it, but for the file.
    pub facts: Value,
}

/// What a manifest says of a system.
pub fn facts(definition: &Definition) -> Value {
    let parameters: serde_json::Map<String, Value> = definition
        .parameters
        .iter()
        .map(|p| (p.key.clone(), json!(p.value)))
        .collect();
    let measured = definition.measured.as_ref();
    let first = measured.and_then(|m| m.spectrum.first().copied());
    let error = measured.and_then(|m| m.standard_error.first().copied());
    json!({
        "name": definition.name,
        "title": definition.title,
        "kind": definition.kind(),
        "domain": definition.group,
        "dimension": definition.dimension(),
        "variables": definition.system.variables(),
        "equations": definition.equations,
        "parameters": parameters,
        "period": definition.period,
        "dt": definition.dt,
        "largest_lyapunov_exponent": first,
        "largest_lyapunov_exponent_standard_error": error,
        "lyapunov_time": first.filter(|x| *x > 0.0).map(|x| 1.0 / x),
        "citation": definition.citation,
    })
}

/// All series of one system.
///
/// # Errors
/// Where an orbit runs away, and on cancellation.
pub fn make(definition: &Definition, wish: &Wish, job: &Job) -> Result<Vec<Made>, SimError> {
    wish.check()?;
    let mut build = Build::new(definition, &loom_sim::Settings::new())?;
    let samples = start::sample(definition, &build, 4096)?;
    let mut list = Vec::new();
    for (granularity, points) in &wish.granularities {
        let mut scaling: Option<Vec<[f64; 2]>> = None;
        for part in ["train", "test"] {
            job.check()?;
            let later = part == "test" && wish.split == Split::Time;
            let mut plan = Plan::new(definition, &build).points_per_period(definition, *points);
            plan.points = if part == "train" {
                wish.train
            } else {
                wish.test
            };
            plan.method = if wish.noise > 0.0 && definition.noise.is_empty() {
                Method::Sra
            } else if wish.noise > 0.0 {
                Method::Rk4
            } else {
                wish.method
            };
            plan.tolerance = wish.tolerance;
            plan.noise = wish.noise;
            plan.transient = TRANSIENT * definition.period;
            if later {
                plan.transient += wish.train as f64 * plan.interval;
            }
            // Both parts of a split in time are one orbit.
            let whose = if wish.split == Split::Time {
                "train"
            } else {
                part
            };
            let purpose = format!("attractors: set, {} {whose}", definition.name);
            let mut scatter = Scatter::new(&samples, definition.spread, wish.seed, &purpose);
            let mut all: Option<Trajectory> = None;
            let mut starts = Vec::new();
            for member in 0..wish.members {
                // The catalogue's own start is the first for training.
                let first = member == 0 && whose == "train";
                build.initial = if first {
                    definition.initial.clone()
                } else {
                    scatter.point()
                };
                starts.push(build.initial.clone());
                plan.seed = stream_seed(wish.seed, &format!("{purpose} {member}"));
                let one = trajectory::compute_for(definition, &build, &plan, job)?;
                match &mut all {
                    None => all = Some(one),
                    Some(all) => {
                        all.values.extend(one.values);
                        all.members += 1;
                        all.warnings.extend(one.warnings);
                    }
                }
            }
            let Some(mut trajectory) = all else { continue };
            if wish.standardize {
                let by = scaling.get_or_insert_with(|| trajectory.scaling());
                trajectory.scale(by);
            }
            let facts = json!({
                "system": definition.name,
                "granularity": granularity,
                "part": part,
                "shape": [wish.members, plan.points, definition.dimension()],
                "time_between_points": plan.interval,
                "first_time": trajectory.times.first(),
                "method": if definition.is_map() { "iteration" } else { plan.method.key() },
                "tolerance": (!plan.method.has_fixed_steps() && !definition.is_map())
                    .then_some(plan.tolerance),
                "initial": starts,
                "mean": scaling.as_ref().map(|s| s.iter().map(|[m, _]| *m).collect::<Vec<_>>()),
                "standard_deviation":
                    scaling.as_ref().map(|s| s.iter().map(|[_, d]| *d).collect::<Vec<_>>()),
                "warnings": trajectory.warnings,
            });
            list.push(Made {
                granularity: granularity.clone(),
                part,
                trajectory,
                facts,
            });
        }
    }
    Ok(list)
}

/// A seed of its own for each purpose.
fn stream_seed(seed: u64, purpose: &str) -> u64 {
    use rand_chacha::rand_core::Rng as _;
    seed::stream(seed, purpose).next_u64()
}

/// Makes the systems on the job's threads, in any order, and hands each to `keep`. A system that
/// can't be made is handed over with its error; only `keep`'s own errors and a cancellation end
/// the work.
///
/// # Errors
/// As said.
pub fn make_all(
    systems: &[Arc<Definition>],
    wish: &Wish,
    job: &Job,
    keep: &(dyn Fn(&Definition, Result<Vec<Made>, SimError>) -> Result<(), SimError> + Sync),
) -> Result<(), SimError> {
    wish.check()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.max(1))
        .build()
        .map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?;
    let done = AtomicUsize::new(0);
    // The job itself stays here: its listeners hear of whole systems.
    let one = |definition: &Arc<Definition>| -> Result<(), SimError> {
        job.check()?;
        let quiet = job.silent();
        match make(definition, wish, &quiet) {
            Err(SimError::Cancelled) => return Err(SimError::Cancelled),
            made => keep(definition, made)?,
        }
        let count = done.fetch_add(1, Ordering::Relaxed) + 1;
        job.progress(count as f32 / systems.len() as f32);
        Ok(())
    };
    pool.install(|| systems.par_iter().try_for_each(one))
}
