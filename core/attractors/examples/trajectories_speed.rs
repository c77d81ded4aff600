//! Times a trajectory of every flow of the catalogue: Dormand–Prince 8(5,3) at a tolerance of
//! 1e-9, 1,000 points at 100 points a period. Prints a name and seconds of processor time a line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::Instant;

use loom_attractors::integrate::Method;
use loom_attractors::settings::Build;
use loom_attractors::{catalogue, trajectory};
use loom_sim::Settings;

fn main() {
    for definition in catalogue::systems().iter().filter(|d| !d.is_map()) {
        let build = Build::new(definition, &Settings::new()).unwrap();
        let mut plan =
            trajectory::Plan::new(definition, &build).points_per_period(definition, 100.0);
        plan.points = 1000;
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
