//! How fast the packed engine runs: a half-density soup on a torus, for `tests/peers/life/run`.
//!
//! `life_speed soup SIDE FILE.rle FILE.bits` writes the soup as RLE and as raw words (row by
//! row, 64 cells a word, little-endian); `life_speed run FILE.rle GENERATIONS [OPTIONS]` prints
//! `population seconds wall`: processor time and the wall clock's, on one thread unless told otherwise; `life_speed hashlife
//! FILE.rle GENERATIONS [MIB]` does the same with HashLife on the unbounded plane, from a
//! macrocell file as well, within a memory limit.

use std::sync::OnceLock;
use std::time::Instant;

use loom_automata::simd::Level;
use loom_automata::{Packed, Topology, Universe, rle, rle_write};
use num_bigint::BigUint;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["soup", side, rle_file, bits_file] => soup(side.parse()?, rle_file, bits_file),
        ["run", file, generations, ref options @ ..] => run(file, generations.parse()?, options),
        ["hashlife", file, generations] => hashlife(file, generations.parse()?, 8 << 10),
        ["hashlife", file, generations, limit] => {
            hashlife(file, generations.parse()?, limit.parse()?)
        }
        _ => Err("usage: life_speed soup SIDE F.rle F.bits | run F.rle|soup=SIDE GENERATIONS [words|pairs|avx2] [pass=N] [threads=N] | hashlife F.rle|F.mc GENERATIONS [MIB]".into()),
    }
}

/// Seconds of processor time that this program has used so far, or seconds since the first call
/// where the system doesn't say; a busy machine disturbs the former less.
fn processor_seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let nanoseconds = |task: std::fs::DirEntry| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    match std::fs::read_dir("/proc/self/task") {
        Ok(tasks) => tasks.flatten().filter_map(nanoseconds).sum::<f64>() * 1e-9,
        Err(_) => START.get_or_init(Instant::now).elapsed().as_secs_f64(),
    }
}

/// A torus half full of soup, always the same one.
fn half(side: u32) -> Result<Packed, Box<dyn std::error::Error>> {
    let topology = Topology::Torus {
        width: side,
        height: side,
    };
    let mut packed = Packed::new(loom_automata::LIFE.on(topology), 1 << 32)?;
    let mut state = 1u64;
    packed.cells_mut().fill_random(0.5, || {
        // SplitMix64, so that the soup depends on nothing but the number 1.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    });
    Ok(packed)
}

fn soup(side: u32, rle_file: &str, bits_file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let packed = half(side)?;
    let rule = packed.rule();
    let mut pattern = packed.cells().pattern(rule.topology);
    pattern.rule = Some(rule);
    std::fs::write(rle_file, rle_write::write(&pattern))?;
    let cells = packed.cells();
    let bytes: Vec<u8> = (0..cells.height())
        .flat_map(|y| cells.row_words(y).flat_map(u64::to_le_bytes))
        .collect();
    std::fs::write(bits_file, bytes)?;
    Ok(())
}

fn run(file: &str, generations: u64, options: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    let mut packed = match file.strip_prefix("soup=") {
        Some(side) => half(side.parse()?)?,
        None => {
            let pattern = rle::read(&std::fs::read_to_string(file)?)?;
            Packed::from_pattern(pattern.rule_or_life(), &pattern, 1 << 32)?
        }
    };
    let mut threads = 1;
    for option in options {
        match option.split_once('=') {
            Some(("pass", n)) => packed.set_pass(n.parse()?),
            Some(("threads", n)) => threads = n.parse()?,
            None if *option == "words" => packed.set_level(Level::Words),
            None if *option == "pairs" => packed.set_level(Level::Pairs),
            None if *option == "avx2" => packed.set_level(Level::Avx2),
            _ => return Err(format!("there is no option {option}").into()),
        }
    }
    packed.set_threads(threads);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    let (start, wall) = (processor_seconds(), Instant::now());
    pool.install(|| packed.advance(generations));
    let (seconds, wall) = (processor_seconds() - start, wall.elapsed().as_secs_f64());
    println!("{} {seconds} {wall}", packed.cells().population());
    eprintln!("{} on {}", packed.level().name(), packed.rule());
    Ok(())
}

fn hashlife(
    file: &str,
    generations: BigUint,
    limit: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut universe = if text.starts_with("[M2]") {
        Universe::from_macrocell(&text, None, limit << 20)?
    } else {
        let pattern = rle::read(&text)?;
        let rule = pattern.rule_or_life().on(Topology::Plane);
        Universe::from_pattern(rule, &pattern, limit << 20)?
    };
    drop(text);
    let start = processor_seconds();
    let result = universe.advance(&generations, &mut || false);
    let population = universe.population();
    let seconds = processor_seconds() - start;
    println!("{population} {seconds}");
    eprintln!("{} MiB", universe.bytes() >> 20);
    Ok(result.map(|_| ())?)
}
