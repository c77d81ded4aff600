//! The rules that every simulation keeps, held for clouds on the processor and on a device.

use std::sync::Arc;

use loom_attractors::{Attractors, Edit, catalogue};
use loom_sim::conformance::{self, Case};
use loom_sim::{Input, Place, ProbeSpec, Step};

fn case(name: &str, set: Input, edit: Edit, place: Place) -> Case {
    let model = catalogue::model(&catalogue::named(name).unwrap()).with("particles", 3000i64);
    Case {
        science: Arc::new(Attractors),
        model,
        place,
        steps: Step::from(120u32),
        single_steps: 20,
        edit: Some(edit.input()),
        set: Some(set),
        probe: Some(ProbeSpec::new("density")),
        endless: Step::from(100_000_000u64),
    }
}

fn flow(place: Place) -> Case {
    let edit = Edit::Orbit(vec![1.0, 2.0, 20.0]);
    case("Lorenz", Input::set("rho", 20.0), edit, place)
}

fn map(place: Place) -> Case {
    let edit = Edit::Nudge {
        variable: "x".into(),
        by: 1e-9,
    };
    case("Henon", Input::set("a", 1.3), edit, place)
}

#[test]
fn a_flow_with_a_density_conforms_on_the_processor() {
    conformance::check(&flow(Place::Cpu { threads: 2 })).unwrap();
}

#[test]
fn a_map_with_a_density_conforms_on_the_processor() {
    conformance::check(&map(Place::Cpu { threads: 2 })).unwrap();
}

#[test]
fn a_delay_system_with_a_density_conforms_on_the_processor() {
    let edit = Edit::Orbit(vec![0.8]);
    let mut case = case(
        "MackeyGlass",
        Input::set("tau", 23.0),
        edit,
        Place::Cpu { threads: 2 },
    );
    case.model = case.model.with("particles", 1200i64);
    conformance::check(&case).unwrap();
}

/// As another case, with noise from the start; a change of it is what is undone.
fn noisy(mut case: Case, noise: f64) -> Case {
    case.model = case.model.with("noise", noise);
    case.set = Some(Input::set("noise", 2.0 * noise));
    case
}

#[test]
fn a_flow_and_a_map_under_noise_conform_on_the_processor() {
    conformance::check(&noisy(flow(Place::Cpu { threads: 2 }), 0.05)).unwrap();
    // More of it would throw particles out of the basin.
    conformance::check(&noisy(map(Place::Cpu { threads: 2 }), 0.002)).unwrap();
}

#[test]
fn a_flow_under_noise_conforms_on_a_device() {
    if let Some(gpu) = crate::device::gpu() {
        conformance::check(&noisy(flow(Place::Gpu(gpu)), 0.05)).unwrap();
    }
}

#[test]
fn a_flow_and_a_map_conform_on_a_device() {
    let Some(gpu) = crate::device::gpu() else {
        return;
    };
    conformance::check(&flow(Place::Gpu(gpu.clone()))).unwrap();
    conformance::check(&map(Place::Gpu(gpu))).unwrap();
}
