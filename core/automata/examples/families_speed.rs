//! Cells a second in the families that have fast paths of their own, on one thread and on two.
//!
//! `families_speed one RULE SIDE GENERATIONS DENSITY FILE` writes the soup as RLE, runs it on one
//! thread and prints population and seconds, for the comparison with bgolly
//! (`tests/peers/families`).

use loom_automata::start::Soup;
use loom_automata::world::{EngineChoice, Means};
use loom_automata::{LifeError, Rule};
use num_bigint::BigUint;

fn run(
    name: &str,
    side: u32,
    engine: EngineChoice,
    generations: u32,
    density: f64,
) -> Result<(), LifeError> {
    let rule: Rule = name.parse()?;
    for threads in [1, 2] {
        let means = Means {
            engine,
            threads,
            ..Means::default()
        };
        let soup = Soup {
            width: side,
            height: side,
            density,
            seed: 1,
        };
        let mut world = soup.world(rule.clone(), means)?;
        world.advance(&BigUint::from(4u32), &mut || false)?;
        let begun = std::time::Instant::now();
        world.advance(&BigUint::from(generations), &mut || false)?;
        let seconds = begun.elapsed().as_secs_f64();
        let cells = f64::from(side) * f64::from(side) * f64::from(generations);
        println!(
            "{name:36} {:8} {threads} threads {:8.2} Gcell·gen/s",
            world.engine_name(),
            cells / seconds / 1e9
        );
    }
    Ok(())
}

/// One rule from a soup that is written to a file as well.
fn one(given: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [rule, side, generations, density, file] = given else {
        return Err("give RULE SIDE GENERATIONS DENSITY FILE".into());
    };
    let (side, generations): (u32, u32) = (side.parse()?, generations.parse()?);
    let soup = Soup {
        width: side,
        height: side,
        density: density.parse()?,
        seed: 1,
    };
    let means = Means {
        engine: EngineChoice::Auto,
        threads: 1,
        ..Means::default()
    };
    let mut world = soup.world(rule.parse()?, means)?;
    std::fs::write(file, loom_automata::science::file(&world, "rle")?)?;
    let begun = std::time::Instant::now();
    world.advance(&BigUint::from(generations), &mut || false)?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{} {seconds} {}", world.population()?, world.engine_name());
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given.first().is_some_and(|word| word == "one") {
        return one(&given[1..]);
    }
    all()?;
    Ok(())
}

fn all() -> Result<(), LifeError> {
    run("/2/3:T1024", 1024, EngineChoice::Auto, 200, 0.5)?;
    run("345/2/4:T1024", 1024, EngineChoice::Auto, 200, 0.5)?;
    run(
        "R5,C0,M1,S34..58,B34..45,NM:T512",
        512,
        EngineChoice::Auto,
        200,
        0.5,
    )?;
    run(
        "R5,C0,M0,S24..48,B24..35,NC:T512",
        512,
        EngineChoice::Auto,
        100,
        0.5,
    )?;
    run("B3/S23:K1024*,1024", 1024, EngineChoice::Auto, 200, 0.5)?;
    run("B2-a/S12:T1024", 1024, EngineChoice::Auto, 100, 0.3)?;
    run("WireWorld:T1024", 1024, EngineChoice::Auto, 50, 0.3)?;
    run("LifeHistory:T1024", 1024, EngineChoice::Auto, 50, 0.5)?;
    // The unbounded plane, dense: sparse patches and one field.
    for engine in [EngineChoice::Tiles, EngineChoice::Bytes] {
        run("345/2/4", 1024, engine, 60, 0.5)?;
        run("B2-a/S12", 1024, engine, 30, 0.3)?;
        run("R5,C0,M1,S34..58,B34..45,NM", 1024, engine, 30, 0.5)?;
        run("R5,C0,M0,S24..48,B24..35,NC", 1024, engine, 20, 0.5)?;
        run("WireWorld", 1024, engine, 30, 0.3)?;
    }
    run("B3/S23", 2048, EngineChoice::Tiles, 100, 0.5)
}
