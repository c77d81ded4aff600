//! The device's twin of the cloud: the same steps within f32, the same statistics in the long
//! run.

use std::sync::{Arc, OnceLock};

use loom_attractors::{Attractors, catalogue};
use loom_gpu::{Choice, Gpu};
use loom_sim::scene::{Data, Layer, Vertex};
use loom_sim::{Gate, Input, Model, Place, ProbeSpec, Reading, Science, Simulation, Step, View};

/// The machine's device, if it has one that computes.
pub fn gpu() -> Option<Arc<Gpu>> {
    static GPU: OnceLock<Option<Arc<Gpu>>> = OnceLock::new();
    GPU.get_or_init(|| match Gpu::headless(&Choice::Best) {
        Ok(gpu) if gpu.has_compute() => Some(gpu),
        Ok(gpu) => {
            eprintln!("skipped: {} has no compute shaders", gpu.name());
            None
        }
        Err(error) => {
            eprintln!("skipped: {error}");
            None
        }
    })
    .clone()
}

fn pair(name: &str, particles: i64, gpu: &Arc<Gpu>) -> [Box<dyn Simulation>; 2] {
    let model: Model =
        catalogue::model(&catalogue::named(name).unwrap()).with("particles", particles);
    [Place::Cpu { threads: 2 }, Place::Gpu(gpu.clone())]
        .map(|place| Attractors.build(&model, &place).unwrap())
}

fn vertices(run: &dyn Simulation, gpu: &Gpu) -> Vec<Vertex> {
    let mut view = View::new([400, 300]);
    view.settings.insert("style".into(), "cloud".into());
    view.settings.insert("color".into(), "speed".into());
    let scene = run.scene(&view).unwrap();
    let points = scene.layers.iter().find_map(|layer| match layer {
        Layer::Points(points) => Some(points),
        _ => None,
    });
    let points = points.expect("a cloud of points");
    match &points.vertices {
        Data::Host(list) => list.to_vec(),
        Data::Device(buffer) => gpu.read(buffer).unwrap(),
    }
}

fn advance(run: &mut dyn Simulation, steps: u32) {
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
}

#[test]
fn a_few_steps_from_many_states_agree_with_the_processor() {
    let Some(gpu) = gpu() else { return };
    for name in ["Lorenz", "Rossler", "Thomas", "Henon", "DeJong"] {
        let [mut host, mut device] = pair(name, 5000, &gpu);
        for steps in [0, 5] {
            advance(&mut *host, steps);
            advance(&mut *device, steps);
            let (a, b) = (vertices(&*host, &gpu), vertices(&*device, &gpu));
            assert_eq!(a.len(), b.len());
            let size = a
                .iter()
                .flat_map(|v| v.position)
                .fold(0f32, |m, x| m.max(x.abs()));
            for (v, w) in a.iter().zip(&b) {
                for (x, y) in v.position.iter().zip(&w.position) {
                    assert!((x - y).abs() < 2e-5 * size, "{name}: {x} {y}");
                }
                assert!(
                    (v.value - w.value).abs() < 1e-3 * v.value.abs().max(size),
                    "{name}"
                );
            }
        }
    }
}

/// The same random words on both, so that the very pushes agree.
#[test]
fn noise_on_the_device_is_that_of_the_processor() {
    let Some(gpu) = gpu() else { return };
    let own = "initial = [0.5, 0.2]\ndt = 0.01\nnoise = [\"0.3*x\", \"0.1 + 0.2*y\"]\n\
               equations = \"x' = y - x; y' = -x - y\"\n";
    let own = loom_attractors::Definition::parse("own.toml", own).unwrap();
    let mut models = [
        ("Lorenz", 0.05),
        ("Thomas", 0.05),
        ("Henon", 0.01),
        ("Lorenz96", 0.05),
    ]
    .map(|(name, noise)| catalogue::model(&catalogue::named(name).unwrap()).with("noise", noise))
    .to_vec();
    models.push(catalogue::model_of_file("own.toml", &own).with("noise", 1.0));
    for model in models {
        let model: Model = model.with("particles", 3000i64);
        let [mut host, mut device] = [Place::Cpu { threads: 2 }, Place::Gpu(gpu.clone())]
            .map(|place| Attractors.build(&model, &place).unwrap());
        let start = vertices(&*host, &gpu);
        advance(&mut *host, 4);
        advance(&mut *device, 4);
        let (a, b) = (vertices(&*host, &gpu), vertices(&*device, &gpu));
        let size = a
            .iter()
            .flat_map(|v| v.position)
            .fold(0f32, |m, x| m.max(x.abs()));
        let mut far = 0.0f32;
        for ((v, w), from) in a.iter().zip(&b).zip(&start) {
            for ((x, y), z) in v.position.iter().zip(&w.position).zip(&from.position) {
                assert!((x - y).abs() < 1e-4 * size, "{}: {x} {y}", model.kind);
                far = far.max((x - z).abs());
            }
        }
        // The pushes are far larger than what is allowed between the two.
        assert!(far > 5e-3 * size, "{}: {far} of {size}", model.kind);
    }
}

#[test]
fn long_runs_have_the_statistics_of_the_processor() {
    let Some(gpu) = gpu() else { return };
    let [mut host, mut device] = pair("Lorenz", 4000, &gpu);
    let moments = |run: &dyn Simulation| -> [f64; 2] {
        let list = vertices(run, &gpu);
        let n = list.len() as f64;
        let mean = list.iter().map(|v| f64::from(v.position[2])).sum::<f64>() / n;
        let square = list
            .iter()
            .map(|v| (f64::from(v.position[2]) - mean).powi(2))
            .sum::<f64>();
        [mean, (square / n).sqrt()]
    };
    advance(&mut *host, 1500);
    advance(&mut *device, 1500);
    let (a, b) = (moments(&*host), moments(&*device));
    // z has mean 23.55 and standard deviation 8.6; 4000 particles give ±0.14.
    assert!(
        (a[0] - b[0]).abs() < 0.7 && (a[0] - 23.55).abs() < 0.6,
        "{a:?} {b:?}"
    );
    assert!((a[1] - b[1]).abs() < 0.5, "{a:?} {b:?}");
}

#[test]
fn densities_agree_in_their_hits_and_nearly_in_their_cells() {
    let Some(gpu) = gpu() else { return };
    for name in ["Lorenz", "Henon"] {
        let [mut host, mut device] = pair(name, 3000, &gpu);
        let mut probe = ProbeSpec::new("density");
        probe.settings.insert("width".into(), 120i64.into());
        probe.settings.insert("height".into(), 90i64.into());
        let mut counts = Vec::new();
        for run in [&mut host, &mut device] {
            run.attach(&probe).unwrap();
            advance(&mut **run, 4);
            let Some(Reading::Density(density)) = run.read(&probe) else {
                panic!("a density")
            };
            counts.push(match &density.counts {
                Data::Host(list) => list.to_vec(),
                Data::Device(buffer) => gpu.read(buffer).unwrap(),
            });
        }
        let total = |list: &[u32]| list.iter().map(|c| u64::from(*c)).sum::<u64>();
        let apart: u64 = counts[0]
            .iter()
            .zip(&counts[1])
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        let all = total(&counts[0]);
        assert!(all >= 4 * 3000 * 9 / 10, "{name}: {all}");
        // A point on a cell's edge may fall into the neighbour.
        assert!(apart < all / 200, "{name}: {apart} of {all}");
    }
}

#[test]
fn a_run_away_on_the_device_stops_at_the_last_good_step() {
    let Some(gpu) = gpu() else { return };
    let [_, mut run] = pair("Henon", 1000, &gpu);
    advance(&mut *run, 50);
    run.apply(&Input::set("a", 1.9)).unwrap();
    let error = run
        .advance(&Step::from(1000u32), &Gate::open())
        .unwrap_err();
    assert!(
        matches!(error, loom_sim::SimError::BlewUp { .. }),
        "{error}"
    );
    let state = vertices(&*run, &gpu);
    assert!(
        state
            .iter()
            .all(|v| v.position.iter().all(|x| x.is_finite()))
    );
}

/// Prints how fast the device is.
#[test]
fn speed() {
    let Some(gpu) = gpu() else { return };
    let model = catalogue::model(&catalogue::named("Lorenz").unwrap());
    let mut run = Attractors.build(&model, &Place::Gpu(gpu.clone())).unwrap();
    advance(&mut *run, 3);
    let begun = std::time::Instant::now();
    advance(&mut *run, 100);
    let rate = 100.0 * 1e5 / begun.elapsed().as_secs_f64();
    eprintln!("{}: {rate:.3e} trajectory-steps a second", gpu.name());
}

/// Equations with every kind of term, and no parameters at all, run on the device too.
#[test]
fn equations_of_ones_own_run_on_the_device() {
    let Some(gpu) = gpu() else { return };
    for equations in [
        "x' = y; y' = -sin(x) - 0.1*y^3 + cos(t)",
        "x' = if(x > 0, -x, 1) + tanh(y); y' = abs(x) - exp(-y^2)*y",
        "x[n+1] = mod(2*x + y, 1); y[n+1] = mod(x + y, 1)",
    ] {
        let text = format!("equations = \"{equations}\"\ninitial = [0.2, 0.3]\n");
        let definition = loom_attractors::Definition::parse("own.toml", &text).unwrap();
        let model = catalogue::model_of_file("own.toml", &definition).with("particles", 200i64);
        let [mut host, mut device] = [Place::Cpu { threads: 1 }, Place::Gpu(gpu.clone())]
            .map(|place| Attractors.build(&model, &place).unwrap());
        advance(&mut *host, 3);
        advance(&mut *device, 3);
        for (v, w) in vertices(&*host, &gpu).iter().zip(&vertices(&*device, &gpu)) {
            for (x, y) in v.position.iter().zip(&w.position) {
                let gap = (x - y).abs();
                // A value just below 1 may be taken for 0 by the other.
                assert!(
                    gap < 1e-4 || (gap - 1.0).abs() < 1e-4,
                    "{equations}: {x} {y}"
                );
            }
        }
    }
}
