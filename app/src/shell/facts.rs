//! Facts about the whole window, without a display: its rooms, keys and dialogs, and that every
//! control has a name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use loom_sim::conductor::RunState;
use loom_sim::{Step, Value};

use super::acts::At;
use super::launch;
use super::settings::{Settings, Theme};
use super::studio::Studio;

pub(super) fn window(size: [f32; 2]) -> Harness<'static, Studio> {
    let settings = Settings {
        theme: Theme::Dark,
        ..Settings::default()
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .wgpu_setup(launch::setup())
        .build_eframe(|context| {
            launch::begin(context, settings, Vec::new(), std::time::Instant::now())
                .expect("the window opens")
        });
    harness.run_steps(3);
    harness
}

/// Steps until something holds, or fails after ten seconds.
pub(super) fn until(
    harness: &mut Harness<'_, Studio>,
    what: &str,
    holds: impl Fn(&Studio) -> bool,
) {
    let begun = Instant::now();
    while !holds(harness.state()) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(15));
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

pub(super) fn built(studio: &Studio) -> bool {
    studio
        .live()
        .is_some_and(|l| !l.is_building() && !l.snapshot.scenes.is_empty())
}

fn step(studio: &Studio) -> Step {
    studio.live().expect("a run").snapshot.clock.step.clone()
}

fn rho(studio: &Studio) -> f64 {
    studio.live().expect("a run").snapshot.values["rho"]
        .as_real()
        .unwrap()
}

#[test]
fn every_room_opens_by_its_key_and_every_control_there_has_a_name() {
    let mut harness = window([1280.0, 800.0]);
    for (index, key) in [Key::Num1, Key::Num2, Key::Num3, Key::Num4]
        .into_iter()
        .enumerate()
    {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        harness.run_steps(2);
        assert_eq!(harness.state().at, At::Room(index));
        until(&mut harness, "the run is built", built);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    harness.run_steps(3);
    assert_eq!(harness.state().at, At::Figures);
}

#[test]
fn the_smallest_window_folds_catalogue_and_inspector_to_icons() {
    let mut harness = window([960.0, 600.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    harness.run_steps(3);
    until(&mut harness, "the run is built", built);
    assert!(harness.query_by_label("Search the catalogue").is_none());
    harness.get_by_label("Catalogue").click();
    harness.run_steps(3);
    harness.get_by_label("Search the catalogue");
}

#[test]
fn space_plays_and_pauses_and_the_arrows_step() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    harness.run_steps(2);
    until(&mut harness, "the run is built", built);
    harness.key_press(Key::ArrowRight);
    until(&mut harness, "a step forward", |s| {
        step(s) == Step::from(1u8)
    });
    harness.key_press(Key::ArrowLeft);
    until(&mut harness, "a step back", |s| step(s) == Step::from(0u8));
    harness.key_press(Key::Space);
    until(&mut harness, "it plays", |s| step(s) > Step::from(3u8));
    harness.key_press(Key::Space);
    until(&mut harness, "it rests", |s| {
        !s.live().unwrap().is_playing()
    });
}

#[test]
fn a_change_of_a_parameter_is_undone_and_done_again() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    harness.run_steps(2);
    until(&mut harness, "the run is built", built);
    assert_eq!(rho(harness.state()), 28.0);
    harness
        .state_mut()
        .live_mut()
        .unwrap()
        .set("rho", &Value::Real(20.0));
    until(&mut harness, "ρ is 20", |s| rho(s) == 20.0);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut harness, "ρ is 28 again", |s| rho(s) == 28.0);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    until(&mut harness, "ρ is 20 again", |s| rho(s) == 20.0);
}

#[test]
fn a_twin_brings_the_plot_of_its_difference() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    harness.run_steps(2);
    until(&mut harness, "the run is built", built);
    harness.key_press(Key::T);
    until(&mut harness, "the twin is there", |s| {
        s.live().unwrap().snapshot.twin.is_some()
    });
    assert!(
        harness
            .query_all_by_label_contains("Difference to the twin")
            .next()
            .is_some()
    );
}

#[test]
fn the_palette_finds_entries_of_every_science() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.event(egui::Event::Text("gosper".into()));
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().at, At::Room(1));
    let title = harness.state().live().expect("a run").title.clone();
    assert!(title.to_lowercase().contains("gosper"), "{title}");
}

#[test]
fn typing_in_the_catalogue_presses_no_keys_of_the_run() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    harness.run_steps(2);
    until(&mut harness, "the run is built", built);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run_steps(3);
    for letter in ["t", "h", "o", "m", "a", "s"] {
        harness.event(egui::Event::Text(letter.into()));
        harness.key_press(Key::from_name(letter).unwrap());
        harness.run_steps(1);
    }
    assert!(harness.state().live().unwrap().snapshot.twin.is_none());
    // The labyrinth is his too.
    let found = harness.state().room().unwrap().found();
    assert_eq!((found.len(), found[0].name.as_str()), (2, "Thomas"));
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().live().expect("a run").title, "Thomas");
}

#[test]
fn a_project_comes_back_as_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.loom");
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    harness.run_steps(2);
    until(&mut harness, "the run is built", built);
    for n in 1..=3u8 {
        harness.key_press(Key::ArrowRight);
        until(&mut harness, "a step", |s| step(s) == Step::from(n));
    }
    let document = harness.state().document();
    document.save(&path).unwrap();
    drop(harness);

    let mut harness = window([1280.0, 800.0]);
    harness.state_mut().acts.push(super::acts::Act::Load(path));
    until(&mut harness, "the project is open", built);
    until(&mut harness, "it stands where it stood", |s| {
        step(s) == Step::from(3u8)
    });
    assert_eq!(harness.state().at, At::Room(1));
    assert_eq!(
        harness.state().live().unwrap().snapshot.state,
        RunState::Paused
    );
}

#[test]
fn dialogs_open_by_their_keys_and_esc_closes_them() {
    let mut harness = window([1280.0, 800.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    harness.run_steps(2);
    until(&mut harness, "the run is built", built);
    for (modifiers, key) in [
        (Modifiers::NONE, Key::Questionmark),
        (Modifiers::NONE, Key::E),
        (Modifiers::COMMAND, Key::G),
        (Modifiers::COMMAND, Key::O),
        (Modifiers::COMMAND, Key::Comma),
    ] {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(4);
        assert!(harness.state().dialog.is_some(), "{key:?}");
        harness.key_press(Key::Escape);
        harness.run_steps(4);
        // A text field lets go of the first Esc.
        harness.key_press(Key::Escape);
        harness.run_steps(4);
        assert!(harness.state().dialog.is_none(), "{key:?}");
    }
}
