//! Projects and pictures that carry them.

use super::{in_folder, json, out, pixels, refusal};

/// Renders a catalogue entry, then its own picture, in every format that carries it.
fn same_picture_again(entry: &str, step: &str) {
    let folder = tempfile::tempdir().unwrap();
    let first = in_folder(&folder, "first.png");
    out(&[
        "render",
        "--catalogue",
        entry,
        "--step",
        step,
        "--size",
        "480x320",
        "--out",
        &first,
    ]);
    for carrier in ["png", "svg", "pdf"] {
        let carried = in_folder(&folder, &format!("carried.{carrier}"));
        out(&["render", &first, "--out", &carried]);
        let again = in_folder(&folder, "again.png");
        out(&["render", &carried, "--out", &again]);
        assert!(
            pixels(&first) == pixels(&again),
            "{entry} by way of {carrier}"
        );
    }
    let about = json(&["info", &first, "--json"]);
    assert_eq!(about["kind"], "figure");
    assert_eq!(about["size"], serde_json::json!([480, 320]));
    assert_eq!(about["document"]["schema_version"], 1);
    let (science, _) = entry.split_once('/').unwrap();
    assert_eq!(about["document"]["items"][0]["science"], science);
}

#[test]
fn an_attractor_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("attractors/Lorenz", "50");
}

#[test]
fn a_web_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("webs/orb", "30");
}

#[test]
fn a_circuit_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("circuits/multi_head_attention", "3");
}

#[test]
fn an_automaton_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("automata/r-pentomino", "200");
}

#[test]
fn a_picture_made_anew_shows_the_trail_of_the_whole_way() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = |history: &str, step: &str| {
        let path = in_folder(&folder, &format!("{history}-{step}.png"));
        out(&[
            "render",
            "--catalogue",
            "automata/glider",
            "--set",
            &format!("history={history}"),
            "--step",
            step,
            "--size",
            "400x300",
            "--out",
            &path,
        ]);
        path
    };
    let (bare, envelope) = (drawn("state", "60"), drawn("envelope", "60"));
    let (without, with) = (pixels(&bare), pixels(&envelope));
    let each = without.len() / (400 * 300);
    let differing = without
        .chunks_exact(each)
        .zip(with.chunks_exact(each))
        .enumerate()
        .filter(|(at, (a, b))| at % 400 < 300 && a != b)
        .count();
    // A cell is some 24 pixels wide; the path crosses the picture, left of the key of colours.
    assert!(differing > 10 * 20 * 20, "{differing} pixels");
    let again = in_folder(&folder, "again.png");
    out(&["render", &envelope, "--out", &again]);
    assert!(pixels(&envelope) == pixels(&again));
}

#[test]
fn pictures_of_cells_have_whole_cells_of_so_many_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "cells.png");
    let size = "310x207";
    out(&[
        "render",
        "--catalogue",
        "automata/glider",
        "--size",
        size,
        "--per-cell",
        "5",
        "--out",
        &path,
    ]);
    let about = json(&["info", &path, "--json"]);
    let sides: Vec<u64> = serde_json::from_value(about["size"].clone()).unwrap();
    assert!(sides.iter().all(|n| n % 5 == 0 && *n > 0), "{sides:?}");
    // No cell is cut: each square of 5 × 5 pixels is of one colour inside its grid lines.
    let drawn = pixels(&path);
    let [w, h] = [sides[0] as usize, sides[1] as usize];
    let each = drawn.len() / (w * h);
    let at = |x: usize, y: usize| &drawn[(y * w + x) * each..][..each];
    let mut dark = 0;
    for (row, column) in (0..h / 5).flat_map(|r| (0..w / 5).map(move |c| (r, c))) {
        let (x, y) = (5 * column, 5 * row);
        let middle = at(x + 2, y + 2);
        for (dx, dy) in [(1, 1), (3, 1), (1, 3), (3, 3)] {
            assert_eq!(at(x + dx, y + dy), middle, "cell {column}, {row}");
        }
        dark += usize::from(middle[0] < 100);
    }
    assert_eq!(dark, 5);
    let line = refusal(
        1,
        &[
            "render",
            "--catalogue",
            "attractors/Lorenz",
            "--per-cell",
            "5",
        ],
    );
    assert!(line.contains("plane"), "{line}");
}

#[test]
fn a_project_of_a_newer_version_says_so_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "new.loom");
    std::fs::write(&path, "{\"schema_version\": 99}").unwrap();
    for command in ["render", "info"] {
        let line = refusal(2, &[command, &path]);
        assert!(line.contains("newer version"), "{line}");
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "{\"schema_version\": 99}"
    );
}

#[test]
fn a_broken_project_names_file_line_column_and_member() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "bad.loom");
    std::fs::write(&path, "{\"schema_version\": 1,\n\"items\": [{\"run\": 3}]}").unwrap();
    let line = refusal(2, &["info", &path]);
    assert!(
        line.contains("bad.loom, line 2, column") && line.contains("items[0].run"),
        "{line}"
    );
}

#[test]
fn pictures_of_others_and_unknown_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let plain = in_folder(&folder, "plain.svg");
    std::fs::write(&plain, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    assert_eq!(json(&["info", &plain, "--json"])["kind"], "picture");
    refusal(2, &["render", &plain]);
    let other = in_folder(&folder, "note.txt");
    std::fs::write(&other, "hello").unwrap();
    refusal(2, &["info", &other]);
}
