//! What people read of a run: variables as the field writes them, and colours that follow the
//! running state.

use loom_attractors::{Attractors, catalogue};
use loom_sim::scene::{Layer, Legend};
use loom_sim::{Gate, Input, Model, Place, Science, Simulation, Step, View};

fn model(name: &str) -> Model {
    catalogue::model(&catalogue::named(name).unwrap()).with("particles", 2000_i64)
}

fn build(model: &Model) -> Box<dyn Simulation> {
    Attractors.build(model, &Place::Cpu { threads: 2 }).unwrap()
}

fn advance(run: &mut dyn Simulation, steps: u32) {
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
}

fn labels(run: &dyn Simulation, view: &View) -> Vec<String> {
    let mut view = view.clone();
    view.settings.insert("frame".into(), true.into());
    let scene = run.scene(&view).unwrap();
    let axes = scene.layers.iter().find_map(|layer| match layer {
        Layer::Axes(axes) => Some(axes.labels.clone()),
        _ => None,
    });
    axes.unwrap()
}

#[test]
fn axes_have_greek_letters_and_subscripts() {
    let pendulum = build(&model("DoublePendulum"));
    let view = View::new([400, 300]);
    assert_eq!(labels(&*pendulum, &view), ["p₁", "p₂"]);
    let mut view = view;
    view.settings.insert("axis_x".into(), "theta1".into());
    view.settings.insert("axis_y".into(), "theta2".into());
    assert_eq!(labels(&*pendulum, &view), ["θ₁", "θ₂"]);
    let ring = build(&model("Hopfield"));
    assert_eq!(labels(&*ring, &View::new([400, 300])), ["x₀", "x₁", "x₂"]);
    let map = build(&model("Henon"));
    assert_eq!(labels(&*map, &View::new([400, 300])), ["xₙ", "yₙ"]);
}

#[test]
fn choices_have_ascii_keys_and_written_names() {
    let declared = Attractors.parameters(&model("DoublePendulum")).unwrap();
    let axis = declared.iter().find(|p| p.key == "axis_x").unwrap();
    let loom_sim::parameter::ParameterKind::Choice(choices) = &axis.kind else {
        panic!("a choice")
    };
    let theta = choices.iter().find(|c| c.0 == "theta1").unwrap();
    assert_eq!(theta.1, "θ₁");
}

#[test]
fn files_keep_the_keys_while_headings_are_written() {
    let model = model("DoublePendulum");
    assert_eq!(Attractors.written(&model, "mean theta2"), "mean θ₂");
    let text = Attractors.export(&model, None, "csv").unwrap();
    assert!(text.starts_with(b"t,theta1,theta2,p1,p2\n"));
}

/// The ends of the colour bar.
fn range(run: &dyn Simulation) -> [f64; 2] {
    let scene = run.scene(&View::new([400, 300])).unwrap();
    let bar = scene.legends.iter().find_map(|legend| match legend {
        Legend::Bar { low, high, .. } => Some([*low, *high]),
        Legend::Keys { .. } => None,
    });
    bar.unwrap()
}

/// The part of the cloud that is faster than the colours reach.
fn beyond(run: &dyn Simulation, high: f64) -> f64 {
    let scene = run.scene(&View::new([400, 300])).unwrap();
    let Layer::Points(points) = scene
        .layers
        .iter()
        .find(|layer| matches!(layer, Layer::Points(_)))
        .unwrap()
    else {
        panic!("a cloud")
    };
    let vertices = points.vertices.host().unwrap();
    let fast = vertices.iter().filter(|v| f64::from(v.value) > high);
    fast.count() as f64 / vertices.len() as f64
}

#[test]
fn colours_follow_the_running_state() {
    let mut run = build(&model("Lorenz"));
    let start = range(&*run);
    advance(&mut *run, 500);
    assert_eq!(range(&*run), start, "nothing has changed");
    run.apply(&Input::set("rho", 200.0)).unwrap();
    // More than the twenty periods that are looked at.
    advance(&mut *run, 2500);
    assert!(beyond(&*run, start[1]) > 0.5, "white without following");
    let hot = range(&*run);
    let part = beyond(&*run, hot[1]);
    assert!((0.001..0.1).contains(&part), "{part} beyond {hot:?}");
    // The same moment has the same colours, however one gets there.
    let kept = run.capture();
    advance(&mut *run, 300);
    run.restore(&kept).unwrap();
    assert_eq!(range(&*run), hot);
    // Cooled down to rest the colours don't show rounding.
    run.apply(&Input::set("rho", 0.5)).unwrap();
    advance(&mut *run, 6000);
    let [low, high] = range(&*run);
    assert!(low < 1e-6 && high >= 0.01 * start[1], "{low} {high}");
}

#[test]
fn a_change_of_the_parameters_moves_the_colours_little_by_little() {
    let mut run = build(&model("Lorenz"));
    advance(&mut *run, 2000);
    run.apply(&Input::set("rho", 22.0)).unwrap();
    let mut last = range(&*run)[1];
    for _ in 0..200 {
        advance(&mut *run, 10);
        let high = range(&*run)[1];
        // A tenth of a time unit; 1 % of the speeds are above the range's end.
        assert!((high / last - 1.0).abs() < 0.3, "{last} to {high}");
        last = high;
    }
}
