//! Facts about cells in the window: what is selected, carried and put down, rules as switches and
//! side by side, the gallery of the elementary rules.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use loom_sim::conductor::Command;
use loom_sim::{Settings, Value};

use super::acts::Act;
use super::facts::{built, until, window};
use super::studio::Studio;

/// The room of automata with an entry of its catalogue.
fn open(entry: &str) -> Harness<'static, Studio> {
    let mut harness = window([1280.0, 800.0]);
    harness.state_mut().acts.push(Act::Open {
        room: 1,
        entry: entry.into(),
        beside: false,
    });
    harness.run_steps(3);
    until(&mut harness, "the run is built", built);
    harness
}

fn population(studio: &Studio) -> String {
    let observations = &studio.live().expect("a run").snapshot.observations;
    let found = observations.iter().find(|q| q.key == "population");
    super::measure::quantity(found.expect("a population"))
}

fn setting(studio: &Studio, key: &str) -> String {
    let room = studio.room().expect("a room");
    let live = room.live().expect("a run").id;
    let settings = room.views_of(live)[0].view_settings().unwrap().clone();
    settings
        .get(key)
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn rule(studio: &Studio) -> String {
    studio.live().expect("a run").snapshot.values["rule"].to_string()
}

#[test]
fn cells_are_cut_and_come_back_by_undo() {
    let mut harness = open("glider");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    until(&mut harness, "all is selected", |s| {
        setting(s, "selection").ends_with("3 3")
    });
    harness.event(Event::Cut);
    until(&mut harness, "nothing lives", |s| {
        population(s).starts_with('0')
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut harness, "the glider is back", |s| {
        population(s).starts_with('5')
    });
    harness.key_press(Key::Escape);
    until(&mut harness, "nothing is selected", |s| {
        setting(s, "selection").is_empty()
    });
}

#[test]
fn a_pasted_forum_post_is_carried_until_it_is_put_down_or_dropped() {
    let mut harness = open("block");
    let post = "Look what I found:\n[code]x = 3, y = 3, rule = B3/S23\nbo$2bo$3o![/code]\nNice!";
    harness.event(Event::Paste(post.into()));
    until(&mut harness, "the pattern is in hand", |s| {
        !setting(s, "floating").is_empty()
    });
    assert!(population(harness.state()).starts_with('4'));
    harness.key_press(Key::Escape);
    until(&mut harness, "it is dropped", |s| {
        setting(s, "floating").is_empty()
    });
    let given = Settings::from([("clipboard".to_owned(), Value::from(post))]);
    harness
        .state_mut()
        .operate_with("select_all", Settings::new());
    until(&mut harness, "the block is selected", |s| {
        !setting(s, "selection").is_empty()
    });
    harness.state_mut().operate_with("paste_here", given);
    // The block's corner is dead in the glider's rectangle, and both are laid over each other.
    until(&mut harness, "it lies over the block", |s| {
        !population(s).starts_with('4')
    });
}

#[test]
fn two_rules_run_side_by_side_until_the_twin_ends() {
    let mut harness = open("r-pentomino");
    let other = Settings::from([("rule".to_owned(), Value::from("B36/S23"))]);
    harness.state_mut().operate_with("two_rules", other);
    let twins = |s: &Studio| {
        let room = s.room().unwrap();
        let live = room.live().unwrap().id;
        let views = room.views_of(live);
        views.iter().filter(|p| p.is_of_twin()).count()
    };
    until(&mut harness, "the twin has a view", |s| twins(s) == 1);
    harness.run_steps(3);
    assert!(
        harness
            .query_all_by_label_contains("Twin of")
            .next()
            .is_some()
    );
    // Restart takes both back, and keeps the pair.
    harness.key_press(Key::R);
    harness.run_steps(5);
    until(&mut harness, "the twin is still there", |s| {
        s.live().unwrap().snapshot.has_twin && twins(s) == 1
    });
    let live = harness.state().live().unwrap().id;
    harness
        .state_mut()
        .acts
        .push(Act::Tell(live, Command::DropTwin));
    until(&mut harness, "its view closes with it", |s| twins(s) == 0);
}

#[test]
fn a_switch_of_the_rule_editor_changes_the_running_rule() {
    let mut harness = open("r-pentomino");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::R);
    harness.run_steps(4);
    let mut switches = harness.query_all_by_label("Birth: 6");
    let found = switches.next();
    assert!(found.is_some(), "a switch for six neighbours");
    found.unwrap().click();
    drop(switches);
    until(&mut harness, "six neighbours give birth", |s| {
        rule(s) == "B36/S23"
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut harness, "Life again", |s| rule(s) == "B3/S23");
}

#[test]
fn a_turn_in_an_ants_table_changes_the_running_rule() {
    let mut harness = open("langtons-ant-highway");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::R);
    harness.run_steps(4);
    let before = rule(harness.state());
    let mut turns = harness.query_all_by_label_contains("Colour left in state 0 on colour 0");
    let found = turns.next();
    assert!(found.is_some(), "what is left on the first colour");
    found.unwrap().click();
    drop(turns);
    until(&mut harness, "the first colour is left as it is", |s| {
        rule(s).starts_with("{{{0,")
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut harness, "the ant again", |s| rule(s) == before);
}

#[test]
fn a_line_of_a_rule_file_is_doubled_and_the_new_rule_runs_on_its_own() {
    let mut harness = open("langtons-loop");
    let before = rule(harness.state());
    harness.key_press_modifiers(Modifiers::SHIFT, Key::R);
    harness.run_steps(4);
    let click = |harness: &mut Harness<'static, Studio>, label: &str| {
        let mut found = harness.query_all_by_label(label);
        let first = found.next();
        assert!(first.is_some(), "{label}");
        first.unwrap().click();
        drop(found);
        harness.run_steps(4);
    };
    click(&mut harness, "Line…");
    click(&mut harness, "Duplicate");
    click(&mut harness, "Run this rule");
    until(&mut harness, "the changed rule runs", |s| {
        s.live().is_some_and(|live| live.title.contains("-changed")) && built(s)
    });
    let after = rule(harness.state());
    assert_eq!(after, before.replacen("Loops", "Loops-changed", 1));
    let live = harness.state().live().unwrap();
    let file = &live.snapshot.model.attachments["rule"];
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    assert!(text.starts_with("@RULE Langtons-Loops-changed\n"));
}

#[test]
fn the_gallery_of_elementary_rules_opens_one_and_stays() {
    let mut harness = open("life-soup");
    harness.state_mut().acts.push(Act::Do("view.elementary"));
    harness.run_steps(4);
    // The catalogue has it, too; the gallery stands to its right.
    let found = harness.query_all_by_label("Rule 1");
    let right = |node: &egui_kittest::Node<'_>| node.rect().left();
    let tile = found.max_by(|a, b| right(a).total_cmp(&right(b)));
    tile.expect("a tile of rule 1").click();
    harness.run_steps(3);
    until(&mut harness, "rule 1 is open", |s| {
        built(s) && rule(s).starts_with("W1:")
    });
    assert!(harness.query_all_by_label("Rule 2").count() > 0);
}

#[test]
fn nine_live_rules_lie_around_the_run_and_one_is_taken() {
    let mut harness = open("life-soup");
    harness.key_press(Key::N);
    harness.run_steps(4);
    let words = harness.query_all_by_label_contains("One condition away");
    assert!(words.count() > 0);
    let room = harness.state().room().unwrap();
    assert_eq!(room.neighbours.len(), 1);
}
