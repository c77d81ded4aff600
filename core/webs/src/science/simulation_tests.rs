//! What a run does when its numbers leave the numbers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use loom_sim::{Gate, Model, Place, ProbeSpec, Reading, SimError, Simulation as _, Step};

use super::WebSimulation;

#[test]
fn a_blow_up_names_step_and_node_and_leaves_the_last_good_state() {
    let model = Model::new("webs", "rings");
    let mut run = WebSimulation::new(&model, &Place::Cpu { threads: 1 }).unwrap();
    let mut probe = ProbeSpec::new("energy");
    probe.settings.insert("every".into(), 1_i64.into());
    run.attach(&probe).unwrap();
    let mut loads = run.mechanics().loads().clone();
    // Grows beyond what f64 holds within a few steps.
    loads.force = [0.0, 1e302, 0.0];
    run.mechanics.set_loads(loads);
    let error = run
        .advance(&Step::from(1000_u32), &Gate::open())
        .unwrap_err();
    let SimError::BlewUp { step, variable, .. } = &error else {
        panic!("{error}")
    };
    let broken: u64 = step.parse().unwrap();
    assert!(variable.starts_with("The position of node"));
    assert_eq!(run.clock().step, Step::from(broken - 1));
    assert!(
        run.mechanics()
            .state()
            .position
            .iter()
            .flatten()
            .all(|x| x.is_finite())
    );
    let Some(Reading::Series(series)) = run.read(&probe) else {
        panic!("no series")
    };
    assert_eq!(
        series.at.len() as u64,
        broken,
        "each good step once, and the beginning"
    );
}
