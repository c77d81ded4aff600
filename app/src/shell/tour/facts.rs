//! Facts about the player, without a display: what a step shows, what a question does, and that
//! the user's own work comes back.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom_sim::Value;

use crate::shell::acts::{Act, At};
use crate::shell::facts::{built, until, window};
use crate::shell::studio::Studio;
use crate::shell::tiles::Source;
use crate::tour::{Tour, file};

const TOUR: &str = r#"
title = "Small"
[[step]]
title = "First"
say = "A cloud that moves."
notes = "Say hello."
open = "attractors/Lorenz"
set = { particles = 200 }
controls = ["rho"]

[[step]]
say = "It will be asked about."
set = { rho = 24 }
[step.question]
ask = "Which?"
choices = ["One", "Two"]
answer = 2
because = "Two is more."

[[step]]
say = "Now a curve is drawn."
twin = true
[step.question]
ask = "How?"
[step.question.draw.x]
from = 0
to = 10
[step.question.draw.y]
from = 1e-9
to = 10
logarithmic = true

[[step]]
say = "And the truth is laid over it."
set = { rho = 20 }
plots = ["twin"]
"#;

fn tour() -> Arc<Tour> {
    Arc::new(file::read("small.toml", TOUR).unwrap())
}

fn at(studio: &Studio) -> usize {
    studio.touring.as_ref().map_or(99, |t| t.at)
}

/// The run is as the step wants it: nothing is pending.
fn arrived(studio: &Studio) -> bool {
    built(studio) && studio.touring.as_ref().is_some_and(|t| t.pending.is_none())
}

fn rho(studio: &Studio) -> f64 {
    studio.live().unwrap().snapshot.values["rho"]
        .as_real()
        .unwrap()
}

#[test]
fn a_tour_is_played_asked_drawn_on_and_left_and_the_own_work_is_back() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    harness.run_steps(2);
    until(&mut harness, "the own run is built", built);
    let own = harness.state().live().unwrap().id;
    harness
        .state_mut()
        .live_mut()
        .unwrap()
        .set("rho", &Value::Real(33.0));
    until(&mut harness, "the own ρ", |s| rho(s) == 33.0);

    harness.state_mut().acts.push(Act::Tour {
        tour: tour(),
        step: 0,
    });
    until(&mut harness, "the first step", arrived);
    assert_ne!(harness.state().live().unwrap().id, own);
    assert_eq!(rho(harness.state()), 28.0);
    until(&mut harness, "it plays", |s| s.live().unwrap().is_playing());
    harness.get_by_label("A cloud that moves.");
    harness.get_by_label("Notes").click();
    harness.run_steps(3);
    harness.get_by_label("Say hello.");

    harness.key_press(Key::PageDown);
    until(&mut harness, "the question", |s| arrived(s) && at(s) == 1);
    until(&mut harness, "the step's ρ", |s| rho(s) == 24.0);
    until(&mut harness, "the run is frozen", |s| {
        !s.live().unwrap().is_playing()
    });
    harness.key_press(Key::A);
    harness.run_steps(3);
    assert_eq!(harness.state().touring.as_ref().unwrap().chosen(), Some(0));
    harness.get_by_label("Answer B: Two").click();
    harness.run_steps(3);
    assert_eq!(harness.state().touring.as_ref().unwrap().chosen(), Some(1));

    harness.key_press(Key::PageDown);
    until(&mut harness, "the curve", |s| arrived(s) && at(s) == 2);
    harness.get_by_label("B (Two) is right. Two is more.");
    let guess = harness.state_mut().live_mut().unwrap().guess.as_mut();
    let guess = guess.expect("axes to draw on");
    guess.draw_to([0.0, -9.0]);
    guess.draw_to([10.0, 0.0]);
    harness.run_steps(2);

    harness.key_press(Key::PageDown);
    until(&mut harness, "the truth", |s| arrived(s) && at(s) == 3);
    let guess = harness.state().live().unwrap().guess.clone();
    let guess = guess.expect("the curve lies over the truth");
    assert_eq!(guess.over, Source::Difference);
    assert!(!guess.points().is_empty());
    until(&mut harness, "ρ of the last step", |s| rho(s) == 20.0);

    // Back and forth: what the class had said is still there.
    harness.key_press(Key::PageUp);
    until(&mut harness, "back", |s| arrived(s) && at(s) == 2);
    assert!(
        !harness
            .state()
            .live()
            .unwrap()
            .guess
            .as_ref()
            .unwrap()
            .is_empty()
    );
    assert_eq!(rho(harness.state()), 24.0);

    harness.key_press(Key::Escape);
    until(&mut harness, "the own work", |s| s.touring.is_none());
    assert_eq!(harness.state().live().unwrap().id, own);
    assert_eq!(rho(harness.state()), 33.0);
    assert_eq!(harness.state().at, At::Room(0));
}

#[test]
fn what_autosave_keeps_is_the_own_work_and_the_step() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    harness.run_steps(2);
    until(&mut harness, "the own run is built", built);
    harness.state_mut().acts.push(Act::Tour {
        tour: tour(),
        step: 1,
    });
    until(&mut harness, "the step", arrived);
    let (document, _) = harness.state_mut().kept_document();
    assert_eq!(document.items.len(), 1);
    assert_eq!(document.items[0].model().science, "automata");
    drop(harness);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lost.loom");
    document.save(&path).unwrap();
    let mut harness = window([1280.0, 800.0]);
    harness.state_mut().restore(&[path]);
    until(&mut harness, "the tour is back", arrived);
    assert_eq!(at(harness.state()), 1);
    harness.state_mut().leave_tour();
    until(&mut harness, "the own run is back", built);
    assert_eq!(harness.state().at, At::Room(1));
}

#[test]
fn the_start_page_and_the_palette_offer_the_tours() {
    let mut harness = window([1280.0, 800.0]);
    harness.run_steps(3);
    harness.get_by_label("Tour: The butterfly").click();
    harness.run_steps(3);
    until(&mut harness, "the tour from the card", arrived);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.event(egui::Event::Text("tour road".into()));
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    until(&mut harness, "the tour from the palette", arrived);
    let name = harness.state().touring.as_ref().unwrap().tour.name.clone();
    assert_eq!(name, "the-road-to-chaos");
}
