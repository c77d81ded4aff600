//! The rules that every simulation keeps, on packed cells and on a tree with a big clock.

use std::sync::Arc;

use loom_automata::Automata;
use loom_automata::edit::{Area, Edit, LayerEdit, Symmetry, Turn};
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
fn a_field_on_a_device_conforms() {
    let Some(gpu) = super::device::gpu() else {
        eprintln!("no device with compute shaders: nothing to hold to the rules");
        return;
    };
    for (rule, other) in [
        ("345/2/4:T200,150", "345/26/4:T200,150"),
        (
            "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15:T200,150",
            "M0,2,8,3,1,5,6,7,4,9,10,11,12,13,14,15:T200,150",
        ),
    ] {
        let model = Model::new("automata", "soup").with("rule", rule);
        let mut case = case(model, Step::from(100u32));
        case.place = Place::Gpu(gpu.clone());
        case.set = Some(Input::set("rule", other));
        case.endless = Step::from(1_000_000u32);
        check(&case).unwrap();
    }
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

/// A soup of a family; `other` is another rule on the same grid.
fn family(rule: &str, other: &str, density: f64, endless: u32) {
    let model = Model::new("automata", "soup")
        .with("rule", rule)
        .with("density", density)
        .with("memory", 256i64);
    let model = if rule.contains(':') {
        model
    } else {
        model.with("width", 24i64).with("height", 24i64)
    };
    let mut case = case(model, Step::from(80u32));
    case.single_steps = 24;
    case.set = Some(Input::set("rule", other));
    case.endless = Step::from(endless);
    check(&case).unwrap();
}

#[test]
fn slowly_dying_cells_conform() {
    family("345/2/4:T120,90", "345/26/4:T120,90", 0.3, 10_000_000);
    family("/2/3", "/23/3", 0.3, 1_000_000);
}

#[test]
fn any_table_of_two_states_conforms_on_a_twisted_grid() {
    family("B2-a/S12:K80*,60", "B2-a/S12e:K80*,60", 0.3, 10_000_000);
    family("B2/S34H:C60,50", "B24/S34H:C60,50", 0.3, 10_000_000);
    family("B3/S23:T40,0", "B36/S23:T40,0", 0.3, 1_000_000);
}

#[test]
fn a_flipping_background_conforms() {
    family("B03/S23", "B036/S23", 0.4, 1_000_000);
}

#[test]
fn larger_than_life_conforms() {
    family(
        "R5,C0,M1,S34..58,B34..45,NM:T100",
        "R5,C0,M1,S34..58,B34..46,NM:T100",
        0.5,
        10_000_000,
    );
    family(
        "R2,C3,S3-6,B4-5,NC:P70",
        "R2,C3,S3-6,B4-6,NC:P70",
        0.5,
        10_000_000,
    );
}

#[test]
fn rows_conform() {
    family("W30:T200", "W110:T200", 0.5, 10_000_000);
    family("K3C777:P90,50", "K3C778:P90,50", 0.5, 100_000_000);
}

#[test]
fn block_rules_conform() {
    let balls = "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15:T100";
    let single = "M0,2,8,3,1,5,6,7,4,9,10,11,12,13,14,15:T100";
    family(balls, single, 0.2, 10_000_000);
}

#[test]
fn turmites_conform() {
    family("RL", "LR", 0.1, 1_000_000_000);
    family("LLRR:T90", "LRRL:T90", 0.1, 1_000_000_000);
}

#[test]
fn rule_tables_and_marks_conform() {
    family("WireWorld:T90", "WireWorld:T90", 0.3, 10_000_000);
    family("B3/S23History:T70", "B36/S23History:T70", 0.3, 10_000_000);
}

#[test]
fn cells_in_space_conform() {
    family("3D4555:T12", "3D:B6/S567:T12", 0.2, 10_000_000);
}

fn layered(rule: &str, other: &str, endless: u32) {
    let model = Model::new("automata", "acorn").with("rule", rule);
    let mut case = case(model, Step::from(120u32));
    // From the edit on two layers go on together, the upper one by another rule later.
    case.edit = Some(Edit::Layer(LayerEdit::Duplicate).input());
    case.set = Some(Input::set("rule", other));
    case.endless = Step::from(endless);
    check(&case).unwrap();
}

#[test]
fn layers_on_one_clock_conform() {
    layered("B3/S23:T256", "B36/S23:T256", 10_000_000);
    layered("B3/S23", "B3/S23:P300", 20_000);
}

#[test]
fn edits_of_rectangles_conform() {
    let area = || Area::new(-20, -15, 60, 50);
    let edits = [
        Edit::Turn {
            area: area(),
            by: Turn::Clockwise,
        },
        Edit::Chance {
            area: area(),
            density: 0.4,
            highest: 1,
            symmetry: Symmetry::D8,
            seed: 3,
        },
        Edit::Advance {
            area: area(),
            generations: 9,
            outside: false,
        },
    ];
    for edit in edits {
        let model = Model::new("automata", "acorn").with("rule", "B3/S23:T200");
        let mut case = case(model, Step::from(80u32));
        case.set = Some(Input::set("rule", "B36/S23:T200"));
        case.edit = Some(edit.input());
        case.endless = Step::from(10_000_000u32);
        check(&case).unwrap();
    }
}
