//! Tours on the command line: listed, shown, checked, refused.

use super::{json, out, refusal};

#[test]
fn the_six_tours_are_listed_with_their_length() {
    let list = json(&["tours", "list", "--json"]);
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    for name in [
        "the-butterfly",
        "the-road-to-chaos",
        "fractal-dimension",
        "glider-to-computer",
        "order-and-chaos",
        "continuous-life",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    for tour in list.as_array().unwrap() {
        let steps = tour["steps"].as_u64().unwrap();
        assert!((8..=15).contains(&steps), "{tour}");
    }
    assert!(out(&["tours", "list"]).contains("the-butterfly"));
}

#[test]
fn every_tour_asks_and_two_of_them_let_the_class_draw() {
    for (name, draws) in [
        ("the-butterfly", true),
        ("the-road-to-chaos", true),
        ("fractal-dimension", false),
    ] {
        let tour = json(&["tours", "show", name, "--json"]);
        let questions: Vec<_> = tour["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["question"])
            .filter(|q| !q.is_null())
            .collect();
        assert!(questions.iter().any(|q| q["answer"].is_u64()), "{name}");
        let drawn = questions.iter().any(|q| !q["draw"].is_null());
        assert_eq!(drawn, draws, "{name}");
    }
    let text = out(&["tours", "show", "The butterfly"]);
    assert!(text.contains("asks: "), "{text}");
}

#[test]
fn a_tour_of_ones_own_is_checked_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let text = "title = \"Mine\"\n[[step]]\nsay = \"Largest exponent 0.419.\"\nopen = \"attractors/Henon\"\n[[step.fact]]\nsays = \"0.419\"\nof = \"lyapunov\"\nvalue = \"lambda_1\"\nset = { time = 1000000 }\n";
    std::fs::write(&path, text).unwrap();
    let name = path.to_str().unwrap();
    let found = json(&["tours", "check", name, "--json"]);
    assert_eq!(found["facts"][0]["holds"], true, "{found}");

    std::fs::write(&path, text.replace("0.419", "0.519")).unwrap();
    let output = super::run(&["tours", "check", name]);
    assert_eq!(output.status.code(), Some(1));
    let said = super::text(&output.stderr);
    assert!(said.contains("Step 1 says 0.519"), "{said}");

    std::fs::write(&path, text.replace("Henon", "Hennon")).unwrap();
    let said = refusal(2, &["tours", "check", name]);
    assert!(
        said.contains("mine.toml, line 4, column 8") && said.contains("Henon"),
        "{said}"
    );
}

#[test]
fn a_tour_that_is_not_there_is_refused_without_a_window() {
    let said = refusal(2, &["tour", "the-buterfly"]);
    assert!(said.contains("the-butterfly"), "{said}");
    let said = refusal(2, &["tour", "the-butterfly", "--step", "99"]);
    assert!(said.contains("steps 1 to"), "{said}");
}
