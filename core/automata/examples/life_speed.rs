//! How fast the packed engine runs: a half-density soup on a torus, for `tests/peers/life/run`.
//!
//! `life_speed soup SIDE FILE.rle FILE.bits` writes the soup as RLE and as raw words (row by
//! row, 64 cells a word, little-endian); `life_speed run FILE.rle GENERATIONS [LEVEL]` prints
//! `population seconds` of CPU-bound work on one thread; `life_speed hashlife FILE.rle GENERATIONS`
//! does the same with HashLife on the unbounded plane.

use std::time::Instant;

use loom_automata::simd::Level;
use loom_automata::{Packed, Rule, Topology, Universe, rle, rle_write};
use num_bigint::BigUint;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["soup", side, rle_file, bits_file] => soup(side.parse()?, rle_file, bits_file),
        ["run", file, generations] => run(file, generations.parse()?, None),
        ["run", file, generations, level] => run(file, generations.parse()?, Some(level)),
        ["hashlife", file, generations] => hashlife(file, generations.parse()?),
        _ => Err("usage: life_speed soup SIDE F.rle F.bits | run F.rle GENERATIONS [LEVEL] | hashlife F.rle GENERATIONS".into()),
    }
}

fn soup(side: u32, rle_file: &str, bits_file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let topology = Topology::Torus {
        width: side,
        height: side,
    };
    let rule = loom_automata::LIFE.on(topology);
    let mut packed = Packed::new(rule.clone(), 1 << 32)?;
    let mut state = 1u64;
    packed.cells_mut().fill_random(0.5, || {
        // SplitMix64, so that the soup depends on nothing but the number 1.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    });
    let mut pattern = packed.cells().pattern(topology);
    pattern.rule = Some(rule);
    std::fs::write(rle_file, rle_write::write(&pattern))?;
    let cells = packed.cells();
    let bytes: Vec<u8> = (0..cells.height())
        .flat_map(|y| cells.row_words(y).flat_map(u64::to_le_bytes))
        .collect();
    std::fs::write(bits_file, bytes)?;
    Ok(())
}

fn run(
    file: &str,
    generations: u64,
    level: Option<&str>,
) -> Result<(), Box<dyn std::error::Error>> {
    let pattern = rle::read(&std::fs::read_to_string(file)?)?;
    let rule: Rule = pattern.rule_or_life();
    let mut packed = Packed::from_pattern(rule.clone(), &pattern, 1 << 32)?;
    match level {
        Some("words") => packed.set_level(Level::Words),
        Some("avx2") => packed.set_level(Level::Avx2),
        _ => {}
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let start = Instant::now();
    pool.install(|| packed.advance(generations));
    let seconds = start.elapsed().as_secs_f64();
    println!("{} {seconds}", packed.cells().population());
    eprintln!("{} on {}", packed.level().name(), rule);
    Ok(())
}

fn hashlife(file: &str, generations: BigUint) -> Result<(), Box<dyn std::error::Error>> {
    let pattern = rle::read(&std::fs::read_to_string(file)?)?;
    let rule = pattern.rule_or_life().on(Topology::Plane);
    let mut universe = Universe::from_pattern(rule, &pattern, 1 << 30)?;
    let start = Instant::now();
    universe.advance(&generations, &mut || false)?;
    let population = universe.population();
    let seconds = start.elapsed().as_secs_f64();
    println!("{population} {seconds}");
    eprintln!("{} MiB", universe.bytes() >> 20);
    Ok(())
}
