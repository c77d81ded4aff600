//! Cells a second in the families that have fast paths of their own: processor time of one
//! thread, the grids and generations of the comparison with bgolly.

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

fn main() -> Result<(), LifeError> {
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
