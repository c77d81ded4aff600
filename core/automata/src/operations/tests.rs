//! Operations come to what Golly's menus do.
#![allow(clippy::unwrap_used)]

use loom_sim::operation::{CLIPBOARD, Outcome};
use loom_sim::view::View;
use loom_sim::{Camera, Science as _, Settings, SimError, Simulation as _, Value};
use num_bigint::BigInt;

use super::all;
use crate::catalogue::entry;
use crate::hand;
use crate::pattern::Pattern;
use crate::rle;
use crate::science::Automata;
use crate::simulation::Life;
use crate::world::{Means, World};

/// A run with its view, as the window has them.
struct Window {
    life: Life,
    view: View,
    outcome: Outcome,
}

impl Window {
    fn new(rule: &str) -> Self {
        let world = World::new(rule.parse().unwrap(), &Pattern::default(), Means::default());
        Self {
            life: Life::new(world.unwrap(), crate::stride::Stride::default(), 1 << 28),
            view: View::new([600, 400]),
            outcome: Outcome::default(),
        }
    }

    fn holding(rule: &str, key: &str) -> Self {
        let mut window = Self::new(rule);
        let pattern = entry(key).unwrap().pattern().unwrap();
        let text = hand::bare(&pattern);
        window.select("0 0 1 1");
        window
            .operate("paste_here", &[(CLIPBOARD, text.into())])
            .unwrap();
        window.select("");
        window
    }

    fn select(&mut self, area: &str) {
        self.view.settings.insert("selection".into(), area.into());
    }

    fn setting(&self, key: &str) -> &str {
        hand::text(&self.view, key)
    }

    fn operate(&mut self, key: &str, settings: &[(&str, Value)]) -> Result<(), SimError> {
        let settings: Settings = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        let outcome = self.life.operate(key, &settings, &self.view)?;
        for input in &outcome.inputs {
            self.life.apply(input)?;
        }
        self.view.settings.extend(outcome.view.clone());
        self.outcome = outcome;
        Ok(())
    }

    fn run(&mut self, key: &str) {
        self.operate(key, &[]).unwrap();
    }

    fn said(&self) -> &str {
        self.outcome.said.as_deref().unwrap_or("")
    }

    fn population(&self) -> u64 {
        self.life.world().population().unwrap().try_into().unwrap()
    }

    /// Cells with their places.
    fn cells(&self) -> Vec<(i64, i64, u8)> {
        let pattern = self.life.world().pattern(10_000).unwrap();
        let (left, top) = pattern.position.unwrap_or_default();
        let cells = pattern.states().map(|(x, y, s)| (x + left, y + top, s));
        cells.collect()
    }
}

const RULES: [&str; 5] = [
    "B3/S23",
    "B3/S23:T64",
    "B3/S23:P50,60",
    "345/2/4",
    "345/2/4:T60",
];

#[test]
fn what_is_copied_pastes_at_its_place_with_rule_and_generation() {
    for rule in RULES {
        let mut window = Window::holding(rule, "glider");
        window.select("-1 -2 6 7");
        window.run("copy");
        let text = window.outcome.copied.clone().unwrap();
        assert!(text.contains("#CXRLE Pos=-1,-2"), "{text}");
        let read = rle::read(&text).unwrap();
        assert_eq!(read.rule.as_ref(), Some(&window.life.world().rule()));
        assert_eq!(read.size, (6, 7));
        assert_eq!(
            window.said(),
            "Copied 5 live cells in a rectangle of 6 × 7."
        );
        let before = window.cells();
        window.run("cut");
        assert_eq!(window.outcome.copied.as_ref(), Some(&text));
        assert_eq!(window.population(), 0);
        window
            .operate("paste_here", &[(CLIPBOARD, text.clone().into())])
            .unwrap();
        assert_eq!(window.cells(), before, "{rule}");
        // Without a selection it goes where it came from.
        window.run("cut");
        window.select("");
        window
            .operate("paste_here", &[(CLIPBOARD, text.into())])
            .unwrap();
        assert_eq!(window.cells(), before, "{rule}");
    }
}

#[test]
fn every_form_of_text_is_taken_in_hand() {
    for text in [
        "x = 3, y = 3, rule = B36/S23\nbo$2bo$3o!",
        "!Name: Glider\n.O\n..O\nOOO\n",
        "#Life 1.06\n0 -1\n1 0\n-1 1\n0 1\n1 1\n",
        "#Life 1.05\n#P -1 -1\n.*\n..*\n***\n",
        "Look at this:\n[code]\nx = 3, y = 3\nbo$2bo$3o!\n[/code]\nNice!",
        "[M2] (x)\n#R B3/S23\n.*$..*$***$\n4 1 0 0 0\n",
    ] {
        let mut window = Window::new("B3/S23:T64");
        window
            .operate("paste", &[(CLIPBOARD, text.into())])
            .unwrap();
        let pattern = window.life.floating(&window.view).unwrap();
        assert_eq!(pattern.population(), 5, "{text}");
        assert!(window.said().starts_with("5 cells in hand"));
        assert_eq!(window.population(), 0);
    }
    let mut window = Window::new("345/2/4");
    let text = "x = 3, y = 1\n.AF!";
    window
        .operate("paste", &[(CLIPBOARD, text.into())])
        .unwrap();
    assert!(window.said().ends_with("States above 3 became 3."));
    assert_eq!(window.setting("floating"), "x = 3, y = 1\n.AC!\n");
    for refused in ["", "  \n", "no pattern", "x = 3, y = 3\nbq!"] {
        assert!(
            window
                .operate("paste", &[(CLIPBOARD, refused.into())])
                .is_err()
        );
    }
}

#[test]
fn turns_act_on_the_pattern_in_hand_before_the_selection() {
    let mut window = Window::holding("B3/S23", "glider");
    let before = window.cells();
    let text = "x = 3, y = 2\no$3o!";
    window
        .operate("paste", &[(CLIPBOARD, text.into())])
        .unwrap();
    for (turn, turned) in [
        ("rotate_clockwise", "x = 2, y = 3\n2o$o$o!\n"),
        ("flip_left_right", "x = 2, y = 3\n2o$bo$bo!\n"),
        ("transpose", "x = 3, y = 2\no$3o!\n"),
        ("flip_top_bottom", "x = 3, y = 2\n3o$o!\n"),
        ("rotate_anticlockwise", "x = 2, y = 3\no$o$2o!\n"),
    ] {
        window.run(turn);
        assert_eq!(window.setting("floating"), turned, "{turn}");
    }
    assert_eq!(window.cells(), before);
    window.run("select_none");
    assert_eq!(window.setting("floating"), "");
    window.select("0 0 4 3");
    window.run("rotate_clockwise");
    // About the cell (1, 1).
    assert_eq!(window.setting("selection"), "0 0 3 4");
    let turned = [(0, 0, 1), (0, 1, 1), (1, 0, 0)];
    assert_eq!(window.population(), 5);
    assert!(window.cells().contains(&turned[0]) && window.cells().contains(&turned[1]));
}

#[test]
fn selections_grow_to_all_and_shrink_to_what_lives() {
    for rule in RULES {
        let mut window = Window::holding(rule, "glider");
        window.run("select_all");
        assert_eq!(window.setting("selection"), "0 0 3 3");
        window.select("1 1 20 20");
        window.run("shrink_selection");
        assert_eq!(window.setting("selection"), "1 1 2 2");
        window.run("clear_outside");
        assert_eq!(window.population(), 3);
        window.run("clear_inside");
        assert_eq!(window.population(), 0);
        assert!(window.operate("shrink_selection", &[]).is_err());
        let all = window.operate("select_all", &[]);
        match window.life.world().rule().topology.size() {
            Some((w, h)) => {
                assert!(window.setting("selection").ends_with(&format!("{w} {h}")));
            }
            None => assert!(all.is_err()),
        }
        window.select("9999 0 3 3");
        let on_grid = window.operate("fill", &[]).is_ok();
        assert_eq!(on_grid, window.life.world().area().is_none());
    }
}

#[test]
fn the_camera_shows_the_selection_however_far_out() {
    for far in [0i128, 1 << 90] {
        let mut window = Window::new("B3/S23");
        window.select(&format!("{} {} 20 10", far + 5, far));
        window.run("fit_selection");
        let Some(Camera::Plane(plane)) = &window.outcome.camera else {
            panic!("no camera");
        };
        assert_eq!(plane.whole, [far + 15, far + 5]);
        assert!((25.0..30.0).contains(&plane.scale), "{}", plane.scale);
    }
}

#[test]
fn what_moves_takes_its_selection_along() {
    let mut window = Window::holding("B3/S23", "glider");
    window.select("0 0 3 3");
    let by = [("dx", Value::Integer(5)), ("dy", Value::Integer(-4))];
    window.operate("move", &by).unwrap();
    assert_eq!(window.setting("selection"), "5 -4 3 3");
    window
        .operate(
            "duplicate",
            &[
                ("dx", Value::Integer(0)),
                ("dy", Value::Integer(10)),
                ("copies", Value::Integer(3)),
            ],
        )
        .unwrap();
    assert_eq!(window.population(), 20);
    window.run("select_all");
    assert_eq!(window.setting("selection"), "5 -4 3 33");
    window.run("center");
    assert_eq!(window.setting("selection"), "-1 -16 3 33");
    window.run("center");
    assert!(window.said().contains("already"));
}

#[test]
fn states_are_counted_and_changed() {
    let mut window = Window::new("345/2/4");
    window.select("0 0 4 3");
    window
        .operate("fill", &[("state", Value::Integer(2))])
        .unwrap();
    window.select("0 0 2 2");
    window
        .operate(
            "change_states",
            &[("from", Value::Integer(2)), ("to", Value::Integer(3))],
        )
        .unwrap();
    window.select("0 0 5 5");
    window.run("count");
    assert_eq!(
        window.said(),
        "Selected: 12 live cells, 8 in state 2 (dying), 4 in state 3 (dying), 13 dead."
    );
    window.select("");
    window.run("count");
    assert!(
        window
            .said()
            .starts_with("In all: 12 live cells, 8 in state 2")
    );
    let refused = window.operate("fill", &[("state", Value::Integer(4))]);
    assert!(refused.is_err());
    let mut window = Window::holding("B3/S23:T10", "glider");
    window.run("count");
    assert_eq!(window.said(), "In all: 5 live cells, 95 dead.");
}

#[test]
fn a_check_names_the_object() {
    let mut window = Window::holding("B3/S23", "glider");
    window.run("check");
    assert_eq!(window.said(), "c/4 diagonal glider, period 4, xq4_153.");
    for (key, words) in [
        ("blinker", "Blinker, period 2, xp2_7."),
        ("block", "Block, still life, xs4_33."),
        ("pulsar", "Pulsar, period 3, "),
    ] {
        let mut window = Window::holding("B3/S23:T64", key);
        window.run("check");
        assert!(window.said().starts_with(words), "{}", window.said());
    }
    let mut window = Window::holding("B3/S23", "r-pentomino");
    window.run("check");
    assert!(window.said().contains("1103"), "{}", window.said());
}

#[test]
fn tiles_are_the_clipboards_or_the_selected_cells() {
    let mut window = Window::new("B3/S23");
    window.select("0 0 9 4");
    let text = "x = 2, y = 2\no$bo!";
    window.operate("tile", &[(CLIPBOARD, text.into())]).unwrap();
    // A chequered half: both diagonals of every square of four.
    assert_eq!(window.population(), 18);
    window.run("clear_inside");
    window.select("3 1 1 1");
    window.run("fill");
    window.select("0 0 9 4");
    window
        .operate(
            "tile",
            &[("with", "selection".into()), ("gap", Value::Integer(1))],
        )
        .unwrap();
    let wanted: Vec<(i64, i64, u8)> = [1, 3]
        .iter()
        .flat_map(|&y| [1, 3, 5, 7].map(|x| (x, y, 1)))
        .collect();
    assert_eq!(window.cells(), wanted);
}

#[test]
fn random_cells_fill_the_selection_alone() {
    for rule in RULES {
        let mut window = Window::new(rule);
        window.select("-8 -8 16 16");
        window
            .operate(
                "random_fill",
                &[
                    ("density", Value::Real(0.5)),
                    ("symmetry", "D8".into()),
                    ("states", "all".into()),
                ],
            )
            .unwrap();
        let cells = window.cells();
        assert!((60..200).contains(&cells.len()), "{}", cells.len());
        for &(x, y, state) in &cells {
            assert!((-8..8).contains(&x) && (-8..8).contains(&y));
            for image in [(y, x), (-1 - x, y), (x, -1 - y)] {
                assert!(cells.contains(&(image.0, image.1, state)));
            }
        }
        let highest = cells.iter().map(|cell| cell.2).max().unwrap();
        assert_eq!(
            usize::from(highest),
            window.life.world().rule().states() - 1
        );
    }
}

#[test]
fn a_selection_opens_beside_with_its_rule() {
    for rule in ["B3/S23", "B36/S23:T64", "345/2/4", "WireWorld"] {
        let mut window = Window::new(rule);
        window.select("2 3 4 2");
        window.run("fill");
        window.run("new_from_selection");
        let (title, model) = window.outcome.opens.clone().unwrap();
        assert_eq!(title, "Selection of 4 × 2");
        let built = Automata
            .build(&model, &loom_sim::Place::Cpu { threads: 1 })
            .unwrap();
        assert_eq!(built.parameters()["rule"], Value::from(rule));
        let population = built.observe().into_iter().find(|q| q.key == "population");
        assert_eq!(population.and_then(|q| q.as_real()), Some(8.0));
    }
}

#[test]
fn layers_are_told_and_need_another_one() {
    let mut window = Window::holding("B3/S23", "glider");
    for key in [
        "delete_layer",
        "next_layer",
        "previous_layer",
        "merge_layer",
    ] {
        assert!(window.operate(key, &[]).is_err());
    }
    window.run("duplicate_layer");
    window.run("add_layer");
    window.run("next_layer");
    assert!(window.operate("merge_layer", &[]).is_err());
    window.run("previous_layer");
    window.run("previous_layer");
    let layer = window.life.observe().into_iter().find(|q| q.key == "layer");
    assert!(format!("{layer:?}").contains("2 of 3"));
    window
        .view
        .settings
        .insert("paste_mode".into(), "xor".into());
    window.run("merge_layer");
    assert_eq!(window.population(), 0);
    // Over one another each layer has a picture of its own.
    window.run("add_layer");
    let drawn = |window: &Window| window.life.scene(&window.view).unwrap().layers.len();
    let one = drawn(&window);
    window
        .view
        .settings
        .insert("stack".into(), Value::Boolean(true));
    assert_eq!(drawn(&window), one + 2);
}

#[test]
fn nothing_panics_for_selections_of_a_thousand_digits() {
    let far = BigInt::from(10).pow(999);
    let selections = [
        format!("-{far} -{far} {far} {far}"),
        format!("0 0 {far} {far}"),
        format!("{far} {far} 1 1"),
        format!("-{far} 0 {far} 1"),
        "nonsense".to_owned(),
        "0 0 4000000000 4000000000".to_owned(),
    ];
    for rule in RULES {
        for selection in &selections {
            for operation in all() {
                let mut window = Window::holding(rule, "glider");
                window.select(selection);
                window.view.settings.insert("floating".into(), "".into());
                let settings = [
                    (CLIPBOARD, Value::from("x = 3, y = 3\nbo$2bo$3o!")),
                    ("dx", Value::Integer(1 << 61)),
                    ("dy", Value::Integer(-(1 << 61))),
                    ("generations", Value::Integer(1 << 39)),
                    ("x", Value::from(far.to_string())),
                ];
                let asked = settings
                    .iter()
                    .filter(|(key, _)| operation.parameters.iter().any(|p| p.key == *key));
                let asked: Vec<(&str, Value)> = asked.cloned().collect();
                let before = window.cells();
                let result = window.operate(&operation.key, &asked);
                let _ = window.life.scene(&window.view).unwrap();
                if let Err(error) = result {
                    assert!(error.to_string().ends_with('.'), "{error}");
                    assert_eq!(window.cells(), before, "{}", operation.key);
                }
            }
        }
    }
}

#[test]
fn an_unknown_operation_and_an_unknown_setting_are_refused() {
    let mut window = Window::new("B3/S23");
    assert!(window.operate("vanish", &[]).is_err());
    assert!(
        window
            .operate("fill", &[("colour", Value::Integer(1))])
            .is_err()
    );
}
