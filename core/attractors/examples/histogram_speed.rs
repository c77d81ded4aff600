//! Times the counting of points into 1024 × 1024 cells on one thread, for
//! `tests/peers/histogram/run`.
//!
//! `henon HITS` iterates Hénon's map as a print does and counts; `points FILE` counts points that
//! lie in memory (all x, then all y), the best of five. Prints seconds and the hits inside.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use loom_attractors::print::{self, Frame, Recipe, Subject};
use loom_attractors::settings::Build;
use loom_attractors::start;
use loom_attractors::{catalogue, settings::ViewSettings};
use loom_sim::{Job, Press, Rgba, Settings};

const SIDE: u32 = 1024;
/// Left, top, right, bottom.
const RECTANGLE: [f64; 4] = [-1.5, 0.45, 1.5, -0.45];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments[1].as_str() {
        "henon" => henon(arguments[2].parse().unwrap()),
        _ => points(&std::fs::read(&arguments[2]).unwrap()),
    }
}

fn henon(hits: f64) {
    let definition = catalogue::named("Henon").unwrap();
    let build = Build::new(&definition, &Settings::new()).unwrap();
    let samples = start::sample(&definition, &build, 16_384).unwrap();
    let subject = Subject {
        definition: &definition,
        build: &build,
        samples: &samples,
        speed_range: [0.0, 1.0],
        axes: ViewSettings::new(&definition, &Settings::new()).axes,
        frame: Frame::Rectangle(RECTANGLE),
        seed: 0,
        ground: Rgba::hex(0),
        gpu: None,
    };
    let mut recipe = Recipe::new(&definition, &Settings::new()).unwrap();
    recipe.hits = hits as u64;
    recipe.supersample = 1;
    let mut job = Job::quiet();
    job.threads = 1;
    let begun = Instant::now();
    let (counts, _) = print::count(&subject, [SIDE; 2], &recipe, &Press::new(job)).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let inside: u64 = counts.iter().map(|c| u64::from(*c)).sum();
    println!("{seconds:.6} {inside}");
}

fn points(bytes: &[u8]) {
    let numbers: Vec<f64> = bytes
        .chunks_exact(8)
        .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
        .collect();
    let (xs, ys) = numbers.split_at(numbers.len() / 2);
    let mut best = f64::INFINITY;
    let mut inside = 0u64;
    for _ in 0..5 {
        let begun = Instant::now();
        let counts = print::histogram(xs, ys, RECTANGLE, [SIDE; 2]);
        best = best.min(begun.elapsed().as_secs_f64());
        inside = counts.iter().map(|c| u64::from(*c)).sum();
    }
    println!("{best:.6} {inside}");
}
