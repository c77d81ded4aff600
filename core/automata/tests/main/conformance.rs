//! The rules that every simulation keeps, on packed cells and on a tree with a big clock.

use std::sync::Arc;

use loom_automata::Automata;
use loom_automata::edit::Edit;
use loom_sim::conformance::{Case, check};
use loom_sim::{Input, Model, Place, ProbeSpec, Step};
use num_bigint::BigInt;

fn line(from: (i64, i64), to: (i64, i64)) -> Input {
    let place = |(x, y): (i64, i64)| [BigInt::from(x).into(), BigInt::from(y).into()];
    Edit::Line {
        from: place(from),
        to: place(to),
        alive: true,
    }
    .input()
    .stroke(1)
}

fn case(model: Model, steps: Step) -> Case {
    Case {
        science: Arc::new(Automata),
        model,
        place: Place::cpu(),
        steps,
        single_steps: 60,
        edit: Some(line((-9, 2), (7, -5))),
        set: Some(Input::set("rule", "B36/S23")),
        probe: Some(ProbeSpec::new("population")),
        endless: Step::from(1u32) << 200,
    }
}

#[test]
fn packed_cells_on_a_torus_conform() {
    let model = Model::new("automata", "soup").with("rule", "B3/S23:T900,700");
    let mut case = case(model, Step::from(160u32));
    case.set = Some(Input::set("rule", "B36/S23:T900,700"));
    case.endless = Step::from(1_000_000u32);
    check(&case).unwrap();
}

#[test]
fn packed_cells_on_a_bounded_plane_conform() {
    let model = Model::new("automata", "acorn").with("rule", "B3/S23:P300,200");
    let mut case = case(model, Step::from(400u32));
    case.set = Some(Input::set("rule", "B36/S23:P300,200"));
    case.probe = Some(ProbeSpec::new("activity"));
    case.endless = Step::from(1_000_000_000u32);
    check(&case).unwrap();
}

#[test]
fn cells_on_a_device_conform() {
    let Some(gpu) = super::device::gpu() else {
        eprintln!("no device with compute shaders: nothing to hold to the rules");
        return;
    };
    let model = Model::new("automata", "soup").with("rule", "B3/S23:T200,150");
    let mut case = case(model, Step::from(100u32));
    case.place = Place::Gpu(gpu.clone());
    case.set = Some(Input::set("rule", "B36/S23:T200,150"));
    case.endless = Step::from(1_000_000u32);
    check(&case).unwrap();
}

#[test]
fn a_tree_with_a_big_clock_conforms() {
    let model = Model::new("automata", "gosper-glider-gun");
    let mut case = case(model, Step::from(1u32) << 70);
    // What comes of the line of cells and of another rule grows without order: the other rule
    // here is the same one on the same plane, written otherwise.
    case.edit = Some(line((100, 100), (101, 100)));
    case.set = Some(Input::set("exponent", 10i64));
    check(&case).unwrap();
}

#[test]
fn a_tree_of_a_soup_conforms() {
    let model = Model::new("automata", "soup")
        .with("rule", "B3/S23")
        .with("width", 60i64)
        .with("height", 60i64);
    let mut case = case(model, Step::from(240u32));
    case.single_steps = 30;
    case.endless = Step::from(20_000u32);
    check(&case).unwrap();
}

#[test]
fn a_live_rule_moves_the_cells_to_another_grid() {
    let model = Model::new("automata", "acorn");
    let mut case = case(model, Step::from(120u32));
    case.set = Some(Input::set("rule", "B3/S23:T256"));
    case.endless = Step::from(20_000u32);
    check(&case).unwrap();
}
