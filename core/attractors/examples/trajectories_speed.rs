//! Times trajectories of flows of the catalogue: Dormand–Prince 8(5,3) at a tolerance of 1e-9,
//! 1,000 points. Standard input has a line for each: name, anything, time between points. Prints
//! a line for each: name, seconds with the formulas compiled first, seconds once they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::Instant;

use loom_attractors::integrate::{Follower, Manner, Method};
use loom_attractors::settings::Build;
use loom_attractors::{catalogue, trajectory};
use loom_sim::Settings;

fn main() {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let Ok(definition) = catalogue::named(name) else {
            continue;
        };
        let interval: f64 = words.nth(1).unwrap().parse().unwrap();
        let definition = &definition;
        let build = Build::new(definition, &Settings::new()).unwrap();
        let mut plan = trajectory::Plan::new(definition, &build);
        plan.points = 1000;
        plan.interval = interval;
        plan.method = Method::Dop853;
        plan.tolerance = 1e-9;
        let whole = || trajectory::compute(definition, &build, &plan).is_ok();
        let manner = Manner {
            method: plan.method,
            tolerance: plan.tolerance,
            dt: build.dt,
        };
        let follower = Follower::new(definition, &build.constants, &manner).unwrap();
        let mut point = vec![0.0; definition.dimension()];
        let mut points = Vec::with_capacity(plan.points * point.len());
        let mut compiled = || {
            points.clear();
            let mut orbit = follower.start(0.0, &build.initial).unwrap();
            (0..plan.points).all(|number| {
                let found = orbit.at(number as f64 * interval, &mut point).is_ok();
                points.extend_from_slice(&point);
                found
            })
        };
        match (seconds(whole), seconds(&mut compiled)) {
            (Some(whole), Some(compiled)) => println!("{} {whole} {compiled}", definition.name),
            _ => println!("{} failed", definition.name),
        }
    }
}

/// The median time of nine runs; `None` if one fails.
fn seconds(mut run: impl FnMut() -> bool) -> Option<f64> {
    let mut times = [0.0; 9];
    for time in &mut times {
        let begun = Instant::now();
        if !run() {
            return None;
        }
        *time = begun.elapsed().as_secs_f64();
    }
    times.sort_by(f64::total_cmp);
    Some(times[4])
}
