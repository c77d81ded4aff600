//! Patterns, soups and the numbers that automata are known by.

use serde_json::Value;

use super::{in_folder, json, out, refusal, run};

#[test]
fn the_r_pentomino_settles_at_generation_1103_with_116_cells() {
    let ash = json(&[
        "automata",
        "run",
        "--pattern",
        "r-pentomino",
        "--generations",
        "1103",
        "--json",
    ]);
    assert_eq!(ash["population"], 116);
    assert_eq!(ash["generation"], 1103);
    assert_eq!(ash["rule"], "B3/S23");
    let gone = json(&[
        "automata",
        "run",
        "--pattern",
        "diehard",
        "--generations",
        "130",
        "--json",
    ]);
    assert_eq!(gone["population"], 0);
    assert_eq!(gone["bounding_box"], Value::Null);
}

#[test]
fn integers_are_written_in_full() {
    let gun = out(&[
        "automata",
        "run",
        "--pattern",
        "gosper-glider-gun",
        "--generations",
        "10^30",
        "--json",
    ]);
    // A glider of five cells every 30 generations.
    assert!(
        gun.contains("\"generation\":1000000000000000000000000000000,"),
        "{gun}"
    );
    assert!(
        gun.contains("\"population\":166666666666666666666666666"),
        "{gun}"
    );
}

#[test]
fn a_soup_depends_on_its_seed_alone() {
    let run = |seed: &str, threads: &str| {
        let mut document = json(&[
            "automata",
            "run",
            "--soup",
            "128x128:0.4",
            "--rule",
            "B3/S23:T128",
            "--generations",
            "200",
            "--seed",
            seed,
            "--threads",
            threads,
            "--json",
        ]);
        document["seconds"] = Value::Null;
        document
    };
    assert_eq!(run("5", "1"), run("5", "2"));
    assert_eq!(run("5", "1")["seed"], 5);
    assert_ne!(run("5", "1")["population"], run("6", "1")["population"]);
}

#[test]
fn a_pattern_goes_through_a_file_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let (rle, mc, again) = (
        in_folder(&folder, "gun.rle"),
        in_folder(&folder, "gun.mc"),
        in_folder(&folder, "again.rle"),
    );
    out(&[
        "automata",
        "run",
        "--pattern",
        "gosper-glider-gun",
        "--generations",
        "60",
        "--out",
        &rle,
    ]);
    out(&["automata", "convert", &rle, &mc]);
    out(&["automata", "convert", &mc, &again]);
    let population =
        |path: &str| json(&["automata", "run", "--pattern", path, "--json"])["population"].clone();
    assert_eq!(population(&rle), population(&again));
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing is left aside"
    );
}

#[test]
fn a_broken_pattern_names_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "bad.rle");
    std::fs::write(&path, "x = 3, y = 3, rule = B3/S23\nbo$2bo$3?!\n").unwrap();
    let line = refusal(2, &["automata", "run", "--pattern", &path]);
    assert!(
        line.contains("bad.rle") && line.contains("line 2, column"),
        "{line}"
    );
}

#[test]
fn a_header_of_a_billion_by_a_billion_is_refused_before_allocation() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "large.rle");
    std::fs::write(
        &path,
        "x = 1000000000, y = 1000000000, rule = B3/S23:T1000000000\n1000000000o!\n",
    )
    .unwrap();
    let begun = std::time::Instant::now();
    let output = run(&["automata", "run", "--pattern", &path]);
    assert!(matches!(output.status.code(), Some(1 | 2)));
    assert!(begun.elapsed().as_secs_f64() < 5.0);
}

#[test]
fn a_glider_is_named_and_the_ash_of_the_r_pentomino_counted() {
    let glider = json(&["automata", "identify", "glider", "--json"]);
    assert_eq!(glider["apgcode"], "xq4_153");
    assert_eq!(glider["velocity"], "c/4 diagonal");
    let ash = out(&["automata", "census", "r-pentomino", "--after", "1103"]);
    for line in ["block 8", "glider 6", "blinker 4", "beehive 4", "ship 1"] {
        let there = ash
            .lines()
            .any(|l| l.split_whitespace().eq(line.split_whitespace()));
        assert!(there, "{line} in {ash}");
    }
}

#[test]
fn a_pattern_survives_convert_through_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let mut from = "gosper-glider-gun".to_owned();
    for ending in ["rle", "lif", "l6", "cells", "mc", "png", "rle.gz"] {
        let to = in_folder(&folder, &format!("gun.{ending}"));
        out(&["automata", "convert", &from, &to]);
        from = to;
    }
    let run = json(&[
        "automata",
        "run",
        "--pattern",
        &from,
        "--generations",
        "300",
        "--json",
    ]);
    assert_eq!(run["population"], 86);
}

#[test]
fn the_state_of_every_automaton_is_written_as_the_kinds_that_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    for (pattern, endings) in [
        ("glider", &["rle", "mc", "cells", "l6", "lif", "mcl"][..]),
        ("orbium", &["npy", "vti"][..]),
    ] {
        for ending in endings {
            let path = in_folder(&folder, &format!("state.{ending}"));
            out(&[
                "automata",
                "run",
                "--pattern",
                pattern,
                "--generations",
                "4",
                "--out",
                &path,
            ]);
            let bytes = std::fs::read(&path).unwrap();
            assert!(bytes.len() > 20, "{pattern} as {ending}");
            if pattern == "glider" {
                let told = json(&[
                    "automata",
                    "run",
                    "--pattern",
                    &path,
                    "--generations",
                    "4",
                    "--json",
                ]);
                assert_eq!(told["population"], 5, "{ending}");
            }
        }
    }
    let line = refusal(
        2,
        &["automata", "run", "--pattern", "orbium", "--out", "x.rle"],
    );
    assert!(line.contains(".npy or .vti"), "{line}");
}

#[test]
fn orbium_runs_by_command_and_a_parameter_that_is_not_there_is_refused() {
    let run = json(&[
        "automata",
        "run",
        "--pattern",
        "orbium",
        "--generations",
        "200",
        "--json",
    ]);
    let mass = run["mass_a"].as_f64().unwrap();
    assert!((72.5..75.0).contains(&mass), "{mass}");
    let line = refusal(
        2,
        &["automata", "run", "--pattern", "orbium", "--set", "nu=1"],
    );
    assert!(line.contains("nu") && line.contains("sigma"), "{line}");
    let line = refusal(
        2,
        &["automata", "run", "--pattern", "glider", "--set", "nu=1"],
    );
    assert!(line.contains("--rule"), "{line}");
}

#[test]
fn games_for_a_model_come_with_a_manifest_and_predictions_are_scored() {
    let folder = tempfile::tempdir().unwrap();
    let set = in_folder(&folder, "set");
    let make = [
        "automata", "pairs", "--count", "300", "--test", "40", "--states", "3", "--out", &set,
        "--json",
    ];
    let manifest = json(&make);
    assert_eq!(manifest["rule"], "B3/S23:T32");
    assert_eq!(
        manifest["parts"][0]["shape"],
        serde_json::json!([300, 3, 32, 32])
    );
    assert!(refusal(2, &make).contains("--overwrite"));
    let test = in_folder(&folder, "set/test.npz");
    let perfect = json(&["automata", "score", &test, &test, "--json"]);
    assert_eq!(perfect["accuracy"], serde_json::json!([1.0, 1.0]));
    // Another seed's games are as good as chance.
    let other = in_folder(&folder, "other");
    out(&[
        "automata", "pairs", "--count", "0", "--test", "40", "--states", "3", "--seed", "1",
        "--out", &other,
    ]);
    let told = in_folder(&folder, "other/test.npz");
    let wrong = in_folder(&folder, "wrong.png");
    let chance = json(&[
        "automata", "score", &test, &told, "--wrong", &wrong, "--json",
    ]);
    let right = chance["accuracy"][0].as_f64().unwrap();
    assert!(right > 0.3 && right < 0.95, "{right}");
    assert_eq!(super::pixels(&wrong).len(), 32 * 8 * 32 * 8 * 3);
    let train = in_folder(&folder, "set/train.npz");
    assert!(refusal(2, &["automata", "score", &test, &train]).contains("shape"));
}

#[test]
fn what_the_list_names_runs_rules_of_the_gallery_too() {
    let run = |name: &str, generations: &str| {
        json(&[
            "automata",
            "run",
            "--pattern",
            name,
            "--generations",
            generations,
            "--json",
        ])
    };
    let triangle = run("rule-90", "7");
    assert_eq!(triangle["rule"], "W90:T512,256");
    // Pascal's triangle modulo two: all rows so far are counted.
    assert_eq!(triangle["population"], 27);
    assert_eq!(run("langtons-loops", "151")["population"], 171);
}

#[test]
fn cells_are_changed_by_the_operations_of_the_window() {
    let edit = |more: &[&str]| {
        let mut args = vec!["automata", "edit", "--pattern"];
        args.extend(more);
        out(&args)
    };
    let turned = edit(&["glider", "--do", "rotate_clockwise", "--out", "-"]);
    assert!(turned.contains("o$obo$2o!"), "{turned}");
    let named = edit(&["glider", "--do", "check"]);
    assert!(
        named.contains("xq4_153") && named.contains("c/4"),
        "{named}"
    );
    let part = edit(&[
        "gosper-glider-gun",
        "--select",
        "34,2,2,2",
        "--do",
        "clear_outside",
        "--out",
        "-",
    ]);
    assert!(part.contains("2o$2o!"), "{part}");
    let list = out(&["automata", "edit", "--list"]);
    assert!(
        list.contains("metafy") && list.contains("symmetry="),
        "{list}"
    );
    let why = refusal(
        2,
        &["automata", "edit", "--pattern", "glider", "--do", "spin"],
    );
    assert!(why.contains("no operation spin"), "{why}");
}

#[test]
fn measures_are_named_listed_and_taken_of_a_later_generation() {
    let list = out(&[
        "automata",
        "analyse",
        "--pattern",
        "glider",
        "--measure",
        "list",
    ]);
    for key in [
        "entropy",
        "langton_lambda",
        "damage",
        "period",
        "space_time",
    ] {
        assert!(list.contains(key), "{key} in {list}");
    }
    let lambda = json(&[
        "automata",
        "analyse",
        "--pattern",
        "glider",
        "--measure",
        "langton_lambda",
        "--json",
    ]);
    assert_eq!(lambda["lambda"], 140.0 / 512.0);
    let late = json(&[
        "automata",
        "analyse",
        "--pattern",
        "diehard",
        "--after",
        "129",
        "--measure",
        "population",
        "--json",
    ]);
    assert_eq!(late["population_at_start"], 2);
    assert_eq!(late["population"], 0);
    let why = refusal(
        2,
        &[
            "automata",
            "analyse",
            "--pattern",
            "glider",
            "--measure",
            "beauty",
        ],
    );
    assert!(why.contains("no measure beauty"), "{why}");
}
