//! Facts about the widgets, as a hand and a screen reader meet them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use loom_sim::{Mark, Parameter, ParameterKind, Plot, Scale, Value};

use super::parameter::{Context, Edit, editor};
use super::section::{Folds, section};
use crate::shell::icons::Icon;
use crate::shell::theme;
use crate::widgets::button::Tool;

struct State {
    value: Value,
    edits: Vec<Edit>,
}

fn dressed(ctx: &egui::Context) {
    ctx.set_fonts(theme::fonts());
    theme::apply(ctx, Some(0));
}

fn bench(parameter: Parameter) -> Harness<'static, State> {
    let state = State {
        value: parameter.default.clone(),
        edits: Vec::new(),
    };
    Harness::builder()
        .with_context_setup(dressed)
        .with_size([300.0, 120.0])
        .build_ui_state(
            move |ui, state: &mut State| {
                let context = Context {
                    value: &state.value,
                    range: None,
                    sweeping: false,
                    file: None,
                    enabled: true,
                };
                if let Some(edit) = editor(ui, &parameter, context) {
                    if let Edit::Set(value) = &edit {
                        state.value = value.clone();
                    }
                    state.edits.push(edit);
                }
            },
            state,
        )
}

fn rho() -> Parameter {
    let mut rho = Parameter::real("rho", "ρ", "Rayleigh number", 28.0, 0.0, 200.0);
    if let ParameterKind::Real { scale, .. } = &mut rho.kind {
        *scale = Scale::Linear;
    }
    rho
}

#[test]
fn a_real_parameter_has_a_named_slider_and_field() {
    let mut harness = bench(rho());
    harness.run_steps(3);
    let names: Vec<_> = harness.query_all_by_label("Rayleigh number").collect();
    assert!(names.len() >= 2, "slider and field are both named");
    harness.get_by_label("Sweep ρ");
}

#[test]
fn an_expression_can_be_typed_into_a_field() {
    let mut harness = bench(rho());
    harness.run_steps(3);
    let field = |h: &Harness<'_, State>| {
        h.query_all_by_label("Rayleigh number")
            .find(|n| n.accesskit_node().role() == egui::Role::TextInput)
            .map(|n| n.rect().center())
            .expect("a text field")
    };
    let at = field(&harness);
    harness.hover_at(at);
    harness.drag_at(at);
    harness.drop_at(at);
    harness.run_steps(4);
    harness.event(egui::Event::Text("8/3 + 10".into()));
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().value, Value::Real(8.0 / 3.0 + 10.0));
}

#[test]
fn what_can_not_be_read_is_refused_with_a_sentence() {
    let mut harness = bench(rho());
    harness.run_steps(3);
    let at = harness
        .query_all_by_label("Rayleigh number")
        .find(|n| n.accesskit_node().role() == egui::Role::TextInput)
        .map(|n| n.rect().center())
        .expect("a text field");
    harness.hover_at(at);
    harness.drag_at(at);
    harness.drop_at(at);
    harness.run_steps(4);
    harness.event(egui::Event::Text("28 +".into()));
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().value, Value::Real(28.0));
    assert!(matches!(
        harness.state().edits.as_slice(),
        [Edit::Refused(_)]
    ));
}

#[test]
fn a_choice_shows_the_label_of_its_key() {
    let choice = Parameter::choice(
        "style",
        "Style",
        "cloud",
        &[("cloud", "Cloud of particles"), ("trail", "Trails")],
    );
    let mut harness = bench(choice);
    harness.run_steps(3);
    assert!(
        harness
            .query_all_by_label_contains("Style")
            .next()
            .is_some()
    );
}

#[test]
fn a_section_folds_away_and_remembers() {
    let mut harness = Harness::builder()
        .with_context_setup(dressed)
        .with_size([300.0, 120.0])
        .build_ui_state(
            move |ui, folds: &mut Folds| {
                section(ui, folds, "parameters", "Parameters", true, |ui, _| {
                    ui.label("inside");
                });
            },
            Folds::new(),
        );
    harness.run_steps(3);
    harness.get_by_label("inside");
    harness.get_by_label("Parameters").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("inside").is_none());
    assert_eq!(harness.state().get("parameters"), Some(&false));
}

#[test]
fn an_icon_button_is_named_and_pressed() {
    let mut harness = Harness::builder()
        .with_context_setup(dressed)
        .with_size([80.0, 40.0])
        .build_ui_state(
            move |ui, count: &mut u32| {
                if Tool::new(Icon::Play, "Play", "Runs the clock.")
                    .show(ui)
                    .clicked()
                {
                    *count += 1;
                }
            },
            0,
        );
    harness.run_steps(3);
    harness.get_by_label("Play").click();
    harness.run_steps(2);
    assert_eq!(*harness.state(), 1);
}

#[test]
fn a_plot_of_a_hundred_thousand_points_is_drawn_with_few() {
    let points: Vec<[f64; 2]> = (0..100_000)
        .map(|i| [f64::from(i), (f64::from(i) * 0.01).sin()])
        .collect();
    let plot = Plot {
        title: "Series".into(),
        marks: vec![Mark::Line {
            name: "x".into(),
            points,
        }],
        ..Plot::default()
    };
    let mut harness = Harness::builder()
        .with_context_setup(dressed)
        .with_size([400.0, 200.0])
        .build_ui(move |ui| {
            let _ = super::plot::show(ui, egui::Id::unique("plot"), &plot, None, None);
        });
    harness.run_steps(3);
    harness.get_by_label("Plot: Series");
    let vertices: usize = harness
        .output()
        .shapes
        .iter()
        .map(|s| match &s.shape {
            egui::Shape::Path(path) => path.points.len(),
            _ => 0,
        })
        .sum();
    assert!(vertices < 4000, "{vertices} vertices");
}
