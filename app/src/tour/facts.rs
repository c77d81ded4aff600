//! Facts about tour files: what they may hold, and what is said of those that are wrong.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Scope, file, stage};
use crate::shell::analyses;
use crate::shell::tiles::Source;

const GOOD: &str = r#"
title = "Small"
minutes = 5

[[step]]
say = "A flow."
open = "attractors/Lorenz"
set = { rho = 28, beta = "8/3", particles = 100 }
view = { style = "trails" }
camera = { yaw = 0.5, zoom = 2 }
plots = ["series", "twin"]
twin = true
controls = ["ρ"]

[step.question]
ask = "What now?"
choices = ["This", "That"]
answer = 2

[[step]]
say = "It rests."
set = { rho = 20 }

[[step.measure]]
analysis = "lyapunov"
set = { time = 100 }
"#;

/// What is said of a text, as far as its steps can be folded.
fn fault(text: &str) -> String {
    let registry = crate::registry();
    let tour = match file::read("mine.toml", text) {
        Ok(tour) => tour,
        Err(error) => return error.to_string(),
    };
    let scope = Scope {
        tour: &tour,
        registry: &registry,
    };
    (0..tour.steps.len())
        .find_map(|step| scope.stage(step).err())
        .map(|e| e.to_string())
        .unwrap_or_default()
}

#[test]
fn a_step_keeps_what_the_steps_before_it_have_set() {
    let registry = crate::registry();
    let tour = file::read("mine.toml", GOOD).unwrap();
    assert_eq!(tour.name, "small");
    assert_eq!(tour.sciences(), ["attractors"]);
    let scope = Scope {
        tour: &tour,
        registry: &registry,
    };
    let stage = scope.stage(1).unwrap();
    assert!(!stage.opens && stage.twin);
    assert_eq!(stage.model.parameters["rho"].as_real(), Some(20.0));
    assert_eq!(stage.model.parameters["beta"].as_real(), Some(8.0 / 3.0));
    assert_eq!(stage.changes.len(), 1);
    assert_eq!(stage.controls, ["rho"]);
    assert_eq!(stage.plots.len(), 2);
    assert!(stage.measures.contains_key("lyapunov"));
}

#[test]
fn a_wrong_name_is_found_at_its_place_with_the_nearest_one() {
    for (from, to, place, hint) in [
        ("attractors/Lorenz", "attractors/Lorentz", (7, 8), "Lorenz"),
        (
            "attractors/Lorenz",
            "atractors/Lorenz",
            (7, 8),
            "attractors",
        ),
        ("rho = 28", "rhoo = 28", (8, 9), "rho"),
        ("style = ", "stile = ", (9, 10), "style"),
        ("\"ρ\"", "\"x\"", (13, 13), ""),
        (
            "analysis = \"lyapunov\"",
            "analysis = \"lyapunow\"",
            (25, 12),
            "lyapunov",
        ),
        ("time = 100", "tme = 100", (26, 9), "time"),
        ("notes", "notes", (0, 0), ""),
    ] {
        if from == to {
            continue;
        }
        let said = fault(&GOOD.replacen(from, to, 1));
        let start = format!("mine.toml, line {}, column {}: ", place.0, place.1);
        assert!(said.starts_with(&start), "{to}: {said}");
        assert!(said.contains(hint), "{to}: {said}");
    }
}

#[test]
fn a_probe_is_shown_though_an_analysis_has_its_name() {
    let registry = crate::registry();
    let text = "title = \"Gun\"\n[[step]]\nsay = \"It fires.\"\nopen = \
                \"automata/gosper-glider-gun\"\nplots = [\"probe/population\"]\n";
    let tour = file::read("gun.toml", text).unwrap();
    let scope = Scope {
        tour: &tour,
        registry: &registry,
    };
    let stage = scope.stage(0).unwrap();
    let Source::Probe(spec) = &stage.plots[0] else {
        panic!("{:?}", stage.plots);
    };
    assert_eq!(spec.kind, "population");
    let known = analyses::fitting(&stage.science, &stage.model);
    assert_eq!(stage::probe_name("population", &known), "probe/population");
    assert_eq!(stage::probe_name("series", &known), "series");
}

#[test]
fn a_wrong_value_is_refused_with_what_would_fit() {
    for (from, to, said) in [
        ("style = \"trails\"", "style = \"smoke\"", "one of"),
        ("rho = 28", "rho = \"eight\"", "line 8"),
        ("answer = 2", "answer = 3", "one of the choices"),
        ("\"This\", \"That\"", "\"This\"", "2 to 6 choices"),
        ("minutes = 5", "minutes = -5", "above 0"),
        ("minutes = 5", "minutes = nan", "above 0"),
        ("zoom = 2", "zoom = inf", "zoom"),
        ("title = \"Small\"", "title = \"\"", "1 to 100 letters"),
        ("say = \"A flow.\"", "say = \"\"", "one sentence"),
        ("open = \"attractors/Lorenz\"\n", "", "what to show"),
        (
            "title = \"Small\"",
            "titel = \"Small\"",
            "did you mean `title`",
        ),
        (
            "\"series\", \"twin\"",
            "\"lyapunov\"",
            "has not been measured",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let found = fault(&GOOD.replacen(from, to, 1));
        assert!(found.contains(said), "{to}: {found}");
        assert!(found.starts_with("mine.toml, line "), "{to}: {found}");
    }
}

#[test]
fn a_question_at_the_end_would_never_be_answered() {
    let text = format!("{GOOD}\n[step.question]\nask = \"And?\"\nchoices = [\"a\", \"b\"]\n");
    assert!(fault(&text).contains("the last step asks nothing"));
}

#[test]
fn a_model_that_a_tour_carries_is_read_like_a_file() {
    let text = r#"
title = "Own"
[[step]]
say = "An own system."
[step.file]
name = "mine.txt"
text = "x' = y\ny' = -x - a*y\na = 0.1"
"#;
    assert_eq!(fault(text), "");
    let wrong = text.replace("y' = -x", "y' = -x +* ");
    assert!(
        fault(&wrong).starts_with("mine.toml, line 5, column "),
        "{}",
        fault(&wrong)
    );
    // What is named is a text's ending, never a file of this machine.
    let other = text.replace("mine.txt", "/etc/passwd");
    assert!(fault(&other).contains("is a path"), "{}", fault(&other));
}

#[test]
fn too_much_of_anything_is_refused_before_it_is_read() {
    let long = format!("title = \"{}\"", "x".repeat(file::MAX_BYTES));
    assert!(fault(&long).contains("256 KiB"));
    let many = "[[step]]\nsay = \"a\"\nopen = \"attractors/Lorenz\"\n".repeat(101);
    assert!(fault(&format!("title = \"Many\"\n{many}")).contains("1 to 100 steps"));
    let deep = format!("title = {}", "[".repeat(100_000));
    assert!(fault(&deep).starts_with("mine.toml, line 1"));
}

#[test]
fn no_damage_makes_the_reader_panic() {
    // A small generator of its own: the same damage in every run.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    let registry = crate::registry();
    let signs: Vec<char> = "[]{}=\"'.,\n\\#0-9eE∞ρ\u{0}\u{202e}🦋".chars().collect();
    for _ in 0..400 {
        let mut letters: Vec<char> = GOOD.chars().collect();
        for _ in 0..=next(4) {
            let at = next(letters.len());
            match next(3) {
                0 => {
                    letters.remove(at);
                }
                1 => letters.insert(at, signs[next(signs.len())]),
                _ => {
                    let end = (at + next(40)).min(letters.len());
                    letters.drain(at..end);
                }
            }
        }
        let text: String = letters.into_iter().collect();
        if let Ok(tour) = file::read("any.toml", &text) {
            let scope = Scope {
                tour: &tour,
                registry: &registry,
            };
            for step in 0..tour.steps.len() {
                let _ = scope.stage(step);
            }
        }
    }
}

#[test]
fn tours_are_told_from_systems() {
    assert!(file::is_tour("a.toml", GOOD.as_bytes()));
    assert!(file::is_tour("A.LOOM-TOUR", b""));
    assert!(!file::is_tour("lorenz.toml", b"equations = \"x' = -x\""));
    assert!(!file::is_tour("a.txt", GOOD.as_bytes()));
}

/// f^n(x) of the logistic map with growth r, and its derivative there.
fn iterate(r: f64, mut x: f64, n: usize) -> (f64, f64) {
    let mut slope = 1.0;
    for _ in 0..n {
        slope *= r * (1.0 - 2.0 * x);
        x = r * x * (1.0 - x);
    }
    (x, slope)
}

/// Where the cycle of this length loses its stability: its slope falls to −1. It is followed
/// from `from`, where it is stable.
fn doubling(length: usize, from: f64, to: f64) -> f64 {
    let slope = |r: f64| {
        let mut x = 0.5;
        for _ in 0..4096 {
            x = iterate(r, x, length).0;
        }
        // Newton's method takes the slow last digits.
        for _ in 0..40 {
            let (y, slope) = iterate(r, x, length);
            x -= (y - x) / (slope - 1.0);
        }
        iterate(r, x, length).1
    };
    let (mut low, mut high) = (from, to);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if slope(middle) > -1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[test]
fn the_doublings_that_the_road_to_chaos_names_are_where_cycles_lose_their_stability() {
    let points = [
        doubling(1, 2.9, 3.1),
        doubling(2, 3.3, 3.46),
        doubling(4, 3.5, 3.55),
        doubling(8, 3.554, 3.566),
    ];
    let tour = super::library::named("the-road-to-chaos").unwrap();
    let said = tour.steps.iter();
    let said: Vec<&str> = said
        .flat_map(|s| [s.say.get_ref().as_str(), s.notes.as_str()])
        .collect();
    let words = said.join(" ");
    for point in &points[1..] {
        assert!(words.contains(&format!("{point:.4}")), "{point}");
    }
    assert!((points[0] - 3.0).abs() < 1e-6);
    let gaps: Vec<f64> = points.windows(2).map(|p| p[1] - p[0]).collect();
    for gap in &gaps {
        assert!(words.contains(&format!("{gap:.4}")), "{gap}");
    }
    // The ratios close in on Feigenbaum's 4.669 from both sides.
    let ratios: Vec<f64> = gaps.windows(2).map(|g| g[0] / g[1]).collect();
    assert!(
        (ratios[0] - 4.7515).abs() < 2e-3 && (ratios[1] - 4.656).abs() < 2e-3,
        "{ratios:?}"
    );
}
