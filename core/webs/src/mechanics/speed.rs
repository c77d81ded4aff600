//! How fast it steps; printed by `cargo test -p loom-webs --release -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::Instant;

use super::{Loads, Mechanics, Range, Stepping};
use crate::generate::{OrbSettings, orb, spokes_and_rings};

#[test]
#[ignore = "a measurement"]
fn thread_updates_a_second() {
    let webs = [
        ("garden", orb(&OrbSettings::default(), 0).unwrap()),
        ("100,000 threads", spokes_and_rings(250, 200, 0.2).unwrap()),
    ];
    for (name, web) in webs {
        let mut run =
            Mechanics::new(&web, Loads::default(), Stepping::Largest, Range::default()).unwrap();
        let steps = 40_000_000 / web.threads.len();
        let start = Instant::now();
        for _ in 0..steps {
            run.step().unwrap();
        }
        let seconds = start.elapsed().as_secs_f64();
        let rate = (steps * web.threads.len()) as f64 / seconds;
        println!(
            "{name}: {} threads, {rate:.3e} thread updates a second",
            web.threads.len()
        );
    }
}
