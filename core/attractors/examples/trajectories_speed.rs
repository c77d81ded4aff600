//! Times trajectories of flows of the catalogue: Dormand–Prince 8(5,3) at a tolerance of 1e-9,
//! 1,000 points. Standard input has a line for each: name, anything, time between points. Prints
//! a name and seconds a line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::Instant;

use loom_attractors::integrate::Method;
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
        // Compiling the formulas counts: a user pays for it too.
        let mut best = f64::INFINITY;
        let mut failed = false;
        for _ in 0..3 {
            let begun = Instant::now();
            failed |= trajectory::compute(definition, &build, &plan).is_err();
            best = best.min(begun.elapsed().as_secs_f64());
        }
        if failed {
            println!("{} failed", definition.name);
        } else {
            println!("{} {best}", definition.name);
        }
    }
}
