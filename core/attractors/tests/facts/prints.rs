//! What a print counts and shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loom_attractors::print::{Axes, Frame, Recipe, Subject, count};
use loom_attractors::settings::Build;
use loom_attractors::{Attractors, Definition, catalogue, start};
use loom_sim::scene::Legend;
use loom_sim::{
    Input, Job, Place, Press, Raster, Rgba, Science, Settings, SimError, Simulation, Value, View,
};

fn press(threads: usize) -> Press {
    let mut job = Job::quiet();
    job.threads = threads;
    Press::new(job)
}

fn settings(pairs: &[(&str, &str)]) -> Settings {
    pairs
        .iter()
        .map(|(key, text)| {
            let value = match text.parse() {
                Ok(x) => Value::Real(x),
                Err(_) => Value::from(*text),
            };
            ((*key).to_owned(), value)
        })
        .collect()
}

fn run(name: &str) -> Box<dyn Simulation> {
    let model = catalogue::model(&catalogue::named(name).unwrap()).with("particles", 10);
    Attractors
        .build(&model, &Place::Cpu { threads: 1 })
        .unwrap()
}

fn print(run: &dyn Simulation, pairs: &[(&str, &str)], threads: usize) -> Raster {
    run.print(&View::new([96, 64]), &settings(pairs), &press(threads))
        .unwrap()
}

/// Counts of a system on the plane.
fn counted(text: &str, hits: u64, frame: [f64; 4], size: [u32; 2]) -> (Vec<u32>, u64) {
    let definition = Definition::parse("system.toml", text).unwrap();
    let build = Build::new(&definition, &Settings::new()).unwrap();
    let samples = start::sample(&definition, &build, 4096).unwrap();
    let subject = Subject {
        definition: &definition,
        build: &build,
        samples: &samples,
        speed_range: [0.0, 1.0],
        axes: Axes {
            x: 0,
            y: 1,
            z: None,
            wrap: 0,
        },
        frame: Frame::Rectangle(frame),
        seed: 0,
        ground: Rgba::hex(0),
        gpu: None,
    };
    let mut recipe = Recipe::new(&definition, &Settings::new()).unwrap();
    recipe.hits = hits;
    recipe.supersample = 1;
    count(&subject, size, &recipe, &press(2)).unwrap()
}

#[test]
fn a_print_is_the_same_for_any_number_of_threads() {
    for (name, pairs) in [
        ("Henon", &[("hits", "3e5"), ("look", "gas")][..]),
        (
            "Lorenz",
            &[("hits", "1e6"), ("look", "solid"), ("channel", "speed")],
        ),
        (
            "Lorenz",
            &[
                ("hits", "3e5"),
                ("look", "plasma"),
                ("channel", "direction"),
            ],
        ),
        (
            "DeJong",
            &[("hits", "3e5"), ("look", "light"), ("channel", "age")],
        ),
    ] {
        let run = run(name);
        let one = print(&*run, pairs, 1);
        for threads in [2, 5] {
            assert!(
                one == print(&*run, pairs, threads),
                "{name}, {threads} threads"
            );
        }
        let colors: std::collections::BTreeSet<&[u8]> = one.rgba.chunks_exact(4).collect();
        assert!(colors.len() > 100, "{name}: {} colours", colors.len());
    }
}

#[test]
fn arnolds_cat_visits_the_whole_square_evenly() {
    let text = "equations = \"x[n+1] = mod(x + y + 0.1, 1); y[n+1] = mod(x + 2*y + 0.2, 1)\"\n\
                initial = [0.1, 0.37]\n";
    let side = 32;
    let (counts, thrown) = counted(text, 4_000_000, [0.0, 1.0, 1.0, 0.0], [side; 2]);
    assert_eq!(counts.iter().map(|c| u64::from(*c)).sum::<u64>(), thrown);
    // The map keeps areas: hits are spread as throws into 1,024 cells would be.
    let mean = thrown as f64 / f64::from(side * side);
    let chi: f64 = counts
        .iter()
        .map(|c| (f64::from(*c) - mean).powi(2) / mean)
        .sum();
    let freedom = f64::from(side * side - 1);
    assert!(
        (chi - freedom).abs() < 6.0 * (2.0 * freedom).sqrt(),
        "{chi} of {freedom}"
    );
}

#[test]
fn a_circling_flow_leaves_an_unbroken_ring_that_is_everywhere_equally_bright() {
    let text = "equations = \"x' = y; y' = -x\"\ninitial = [1, 0]\ndt = 0.05\nspread = 1e-9\n";
    let side = 400;
    let frame = [-1.25, 1.25, 1.25, -1.25];
    let (counts, _) = counted(text, 3_000_000, frame, [side; 2]);
    // By angle: hits in 36 sectors are equal, since the speed is.
    let mut sectors = [0u64; 36];
    for (i, count) in counts.iter().enumerate().filter(|(_, c)| **c > 0) {
        let x = (i as u32 % side) as f64 + 0.5 - f64::from(side) / 2.0;
        let y = f64::from(side) / 2.0 - (i as u32 / side) as f64 - 0.5;
        let radius = x.hypot(y) * 2.5 / f64::from(side);
        assert!((radius - 1.0).abs() < 0.01, "{radius}");
        let turn = (y.atan2(x) / std::f64::consts::TAU + 1.0).fract();
        sectors[(36.0 * turn) as usize] += u64::from(*count);
    }
    let mean = sectors.iter().sum::<u64>() as f64 / 36.0;
    for (i, hits) in sectors.iter().enumerate() {
        // A sector's edge may lie on either side of a cell: one cell of 28.
        assert!(
            (*hits as f64 / mean - 1.0).abs() < 0.08,
            "{i}: {hits} of {mean}"
        );
    }
    // Every cell of the ring along a fine walk has been hit: no dots, no gaps.
    for step in 0..5000 {
        let (s, c) = (f64::from(step) / 5000.0 * std::f64::consts::TAU).sin_cos();
        let cell = |x: f64| ((x + 1.25) / 2.5 * f64::from(side)) as i64;
        let near = (-1..=1).any(|dy| {
            (-1..=1).any(|dx| {
                let i = (cell(-s) + dy) * i64::from(side) + cell(c) + dx;
                counts[i as usize] > 0
            })
        });
        assert!(near, "a gap at {step}");
    }
}

#[test]
fn colours_follow_what_is_averaged() {
    // On the circle the height is the angle's sine: the upper half takes the map's upper colours.
    let text = b"equations = \"x' = y; y' = -x\"\ninitial = [1, 0]\nspread = 1e-9\n";
    let model = Attractors
        .open("ring.toml", text)
        .unwrap()
        .unwrap()
        .with("particles", 10);
    let run = Attractors
        .build(&model, &Place::Cpu { threads: 1 })
        .unwrap();
    let mut view = View::new([128, 128]);
    view.ink = loom_sim::Ink::dark();
    let given = settings(&[
        ("hits", "1e6"),
        ("channel", "at_y"),
        ("map", "gray"),
        ("ground", "black"),
        ("blur", "0"),
        ("supersample", "1"),
    ]);
    let raster = run.print(&view, &given, &press(1)).unwrap();
    let brightest = |rows: std::ops::Range<usize>| {
        let bytes = &raster.rgba[rows.start * 512..rows.end * 512];
        bytes.chunks_exact(4).map(|p| p[1]).max().unwrap()
    };
    let (upper, lower) = (brightest(0..40), brightest(88..128));
    assert!(upper > 150 && lower < 90, "{upper} above, {lower} below");
}

#[test]
fn a_transparent_print_is_clear_where_no_orbit_comes() {
    let run = run("Lorenz");
    for look in ["gas", "liquid", "light", "plasma", "solid"] {
        let pairs = [("hits", "3e5"), ("ground", "transparent"), ("look", look)];
        let raster = print(&*run, &pairs, 2);
        assert_eq!(raster.rgba[..4], [0, 0, 0, 0], "{look}");
        let covered = raster.rgba.chunks_exact(4).filter(|p| p[3] > 64).count();
        assert!(covered > 300, "{look}: {covered}");
    }
}

#[test]
fn a_print_shows_the_parameters_of_the_moment() {
    let mut run = run("Henon");
    let before = print(&*run, &[("hits", "2e5")], 1);
    run.apply(&Input::set("a", 1.2)).unwrap();
    assert!(before != print(&*run, &[("hits", "2e5")], 1));
    run.apply(&Input::set("a", 1.4)).unwrap();
    assert!(before == print(&*run, &[("hits", "2e5")], 1));
}

#[test]
fn a_print_can_be_stopped_and_forms_before_the_eyes() {
    let run = run("Henon");
    let cancel: Arc<AtomicBool> = Arc::default();
    let stop = cancel.clone();
    let job = Job::new(cancel, |_| {}, |_| {});
    let seen: Arc<std::sync::Mutex<Vec<[u32; 2]>>> = Arc::default();
    let kept = seen.clone();
    let press = Press::new(job).watched(move |raster| {
        kept.lock().unwrap().push(raster.size);
        stop.store(true, Ordering::Relaxed);
    });
    // Twelve hours of work, were it not stopped at the first partial picture.
    let given = settings(&[("hits", "1e12")]);
    let answer = run.print(&View::new([640, 480]), &given, &press);
    assert_eq!(answer, Err(SimError::Cancelled));
    let seen = seen.lock().unwrap();
    assert!(seen.len() == 1 && seen[0][0] <= 480, "{seen:?}");
}

#[test]
fn what_would_not_fit_is_refused_before_it_is_begun() {
    let run = run("Lorenz");
    let given = settings(&[("supersample", "4")]);
    let view = View::new([16_384, 16_384]);
    let answer = run.print(&view, &given, &press(1));
    assert!(
        matches!(answer, Err(SimError::TooLarge { .. })),
        "{answer:?}"
    );
    let cobweb = Attractors.catalogue();
    let one = cobweb.iter().find(|e| e.name == "Logistic").unwrap();
    let run = Attractors
        .build(&one.model, &Place::Cpu { threads: 1 })
        .unwrap();
    let answer = run.print(
        &View::new([64, 64]),
        &settings(&[("hits", "1e4")]),
        &press(1),
    );
    assert!(
        answer
            .unwrap_err()
            .to_string()
            .contains("two different axes")
    );
}

/// The part of a print that is brighter than the ground, by blocks of eight pixels a side.
fn shares(raster: &Raster) -> Vec<f64> {
    let [width, height] = raster.size.map(|n| n as usize);
    let mut sums = vec![0.0; (width / 8) * (height / 8)];
    for (i, p) in raster.rgba.chunks_exact(4).enumerate() {
        let (x, y) = (i % width / 8, i / width / 8);
        if let Some(sum) = sums.get_mut(y * (width / 8) + x) {
            *sum += f64::from(p[1]) / 255.0 / 64.0;
        }
    }
    sums
}

#[test]
fn a_print_on_the_device_shows_what_the_processor_s_shows() {
    let Some(gpu) = super::device::gpu() else {
        return;
    };
    for (name, look, channel) in [
        ("Henon", "gas", "none"),
        ("Lorenz", "solid", "speed"),
        ("Rossler", "gas", "at_z"),
    ] {
        let model = catalogue::model(&catalogue::named(name).unwrap()).with("particles", 10);
        let places = [Place::Cpu { threads: 2 }, Place::Gpu(gpu.clone())];
        let [host, device] = places.map(|place| {
            let run = Attractors.build(&model, &place).unwrap();
            let pairs = [
                ("hits", "2e6"),
                ("look", look),
                ("channel", channel),
                ("ground", "black"),
            ];
            shares(&print(&*run, &pairs, 2))
        });
        let gap = host
            .iter()
            .zip(&device)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        let most = host.iter().copied().fold(0.0, f64::max);
        assert!(most > 0.1 && gap < 0.06, "{name}: {gap} of {most}");
    }
}

#[test]
fn a_print_that_is_coloured_by_a_number_has_a_bar_and_one_of_density_none() {
    let run = run("Lorenz");
    let view = View::new([96, 64]);
    let legends = |pairs: &[(&str, &str)]| run.print_legends(&view, &settings(pairs)).unwrap();
    let [
        Legend::Bar {
            title, low, high, ..
        },
    ] = &legends(&[("channel", "at_z")])[..]
    else {
        panic!("one bar");
    };
    assert_eq!(title, "z");
    assert!(*low > 0.0 && *high > 35.0 && *high < 50.0, "{low} {high}");
    assert!(legends(&[("channel", "none")]).is_empty());
    assert!(legends(&[("channel", "speed"), ("legend", "no")]).is_empty());
}
