//! Cells a second of the byte engines on the processor and of their twins on the first GPU, and
//! whether both have the same cells after some generations. It takes up to a minute.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_automata::engine::Engine;
use loom_automata::field::FieldEngine;
use loom_automata::gpu::{FieldOnDevice, OnDevice};
use loom_automata::world::Means;
use loom_automata::{Grid, LifeError, Packed, Rule};
use loom_gpu::{Choice, Gpu};
use num_bigint::BigUint;

/// Generations after which the cells are compared.
const COMPARED: u32 = 10;
/// How long each engine is timed.
const TIMED: Duration = Duration::from_millis(250);
/// No new size is begun after this.
const ENOUGH: Duration = Duration::from_secs(45);

const FAMILIES: [(&str, &str); 12] = [
    ("Life on a Klein bottle", "B3/S23:K{w}*,{h}"),
    ("Generations", "345/2/4:T{w},{h}"),
    ("von Neumann, counted", "B13/S012V:T{w},{h}"),
    ("isotropic, 512 outcomes", "B2-a/S12:T{w},{h}"),
    (
        "Larger than Life, square",
        "R5,C0,M1,S34..58,B34..45,NM:T{w},{h}",
    ),
    (
        "the same, reach 50",
        "R50,C0,M1,S3400..5800,B3400..4500,NM:T{w},{h}",
    ),
    ("circular, reach 5", "R5,C0,M0,S24..48,B24..35,NC:T{w},{h}"),
    (
        "weighted, reach 2",
        "R2,C4,S5-9,B6,7,NW1000102320030300232010001:T{w},{h}",
    ),
    ("rule table", "WireWorld:T{w},{h}"),
    ("history", "B3/S23History:T{w},{h}"),
    ("Margolus", "Critters:T{w},{h}"),
    ("in space", "3D:B6/S567:T{w},64,{d}"),
];

/// A cell by a hash of its place.
fn cell(x: i64, y: i64, states: u64) -> u8 {
    let mut z = (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (y as u64).rotate_left(32);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    match z & 3 {
        0 => (1 + (z >> 8) % (states - 1)) as u8,
        1 => 1,
        _ => 0,
    }
}

/// Cells times generations a second.
fn speed(engine: &mut dyn Engine, cells: u64) -> Result<f64, LifeError> {
    // The first generations fill caches and find the right number for a submission.
    for limit in [TIMED / 5, TIMED] {
        let begun = Instant::now();
        let far = BigUint::from(u32::MAX);
        let (done, error) =
            engine.advance(&far, &BigUint::from(0u32), &mut || begun.elapsed() > limit);
        if let Some(error) = error {
            return Err(error);
        }
        if limit == TIMED {
            let done: u64 = done.try_into().unwrap_or(0);
            return Ok(cells as f64 * done as f64 / begun.elapsed().as_secs_f64());
        }
    }
    Ok(0.0)
}

fn report(name: &str, size: [u32; 2], cpu: f64, gpu: f64, same: bool) {
    let [w, h] = size;
    println!(
        "{name:28} {w:5} × {h:<5} {:9.3} {:9.3} {:8.1} ×   {}",
        cpu / 1e9,
        gpu / 1e9,
        gpu / cpu.max(1.0),
        if same {
            "same cells"
        } else {
            "DIFFERENT CELLS"
        }
    );
}

fn packed(gpu: &Arc<Gpu>, side: u32) -> Result<(), LifeError> {
    let rule: Rule = format!("B3/S23:T{side}").parse()?;
    let mut packed = Packed::new(rule.clone(), 1 << 32)?;
    packed.set_threads(Means::default().threads);
    let Some(mut grid) = Grid::new(rule.topology) else {
        return Ok(());
    };
    for y in 0..side as usize {
        for x in 0..side as usize {
            grid.set(x, y, cell(x as i64, y as i64, 2) == 1);
        }
    }
    let grid = Arc::new(grid);
    packed.take(Arc::clone(&grid));
    let mut device = OnDevice::new(gpu, rule, grid)?;
    Packed::advance(&mut packed, u64::from(COMPARED));
    OnDevice::advance(&mut device, COMPARED as usize)?;
    let same = *device.cells()? == *packed.cells();
    let cells = u64::from(side) * u64::from(side);
    let (near, far) = (speed(&mut packed, cells)?, speed(&mut device, cells)?);
    report("Life, packed", [side; 2], near, far, same);
    Ok(())
}

fn bytes(gpu: &Arc<Gpu>, name: &str, text: &str, side: u32) -> Result<(), LifeError> {
    let text = text
        .replace("{w}", &side.to_string())
        .replace("{h}", &side.to_string())
        .replace("{d}", &(side / 64).to_string());
    let rule: Rule = text.parse()?;
    let means = Means {
        memory: 1 << 32,
        ..Means::default()
    };
    let states = rule.states() as u64;
    let mut near = FieldEngine::filled(rule.clone(), &means, |x, y| cell(x, y, states))?;
    let Some(mut far) = FieldOnDevice::new(gpu, rule.clone(), near.field(), near.now())? else {
        println!("{name:28} {rule} has no twin");
        return Ok(());
    };
    let (steps, start) = (BigUint::from(COMPARED), BigUint::from(0u32));
    for engine in [&mut near as &mut dyn Engine, &mut far] {
        if let (_, Some(error)) = engine.advance(&steps, &start, &mut || false) {
            return Err(error);
        }
    }
    let cells = far.cells()?;
    let field = near.field();
    let same = (0..field.height()).all(|y| field.row(y) == cells.row(y));
    let count = rule.topology.cells().unwrap_or(0);
    let size = rule.topology.size().unwrap_or_default();
    let (cpu, gpu) = (speed(&mut near, count)?, speed(&mut far, count)?);
    report(name, [size.0, size.1], cpu, gpu, same);
    Ok(())
}

fn main() -> Result<(), LifeError> {
    let gpu = Gpu::headless(&Choice::Best)?;
    println!(
        "{}{}, {} threads of the processor",
        gpu.name(),
        if gpu.is_processor() {
            " (the processor itself)"
        } else {
            ""
        },
        Means::default().threads
    );
    println!("Gcell · generations a second      processor       GPU");
    let begun = Instant::now();
    for side in [1024, 2048, 4096] {
        // One family failing says nothing of the others.
        if let Err(error) = packed(&gpu, side) {
            println!("Life, packed: {error}");
        }
        for (name, text) in FAMILIES {
            if begun.elapsed() > ENOUGH {
                println!("{name:28} {side:5}: left out, time is up");
            } else if let Err(error) = bytes(&gpu, name, text, side) {
                println!("{name:28} {side:5}: {error}");
            }
        }
    }
    println!("{:.1} s in all", begun.elapsed().as_secs_f64());
    Ok(())
}
