//! The command line as scripts use it: forms, statuses, numbers that are known.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs the program; its output, whatever the status.
fn run(arguments: &[&str]) -> Output {
    Command::new(crate::program())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program is built first: cargo build -p strange-loom")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a run that must succeed.
fn out(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&out(arguments)).unwrap()
}

/// The one line on standard error of a run that must fail with this status.
fn refusal(status: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?} prints nothing");
    let lines: Vec<&str> = said
        .lines()
        .filter(|l| l.starts_with("strange-loom: "))
        .collect();
    assert_eq!(lines.len(), 1, "{said}");
    lines[0].to_owned()
}

fn in_folder(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

fn pixels(path: &str) -> Vec<u8> {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

#[test]
fn version_help_and_completions_are_there() {
    let begun = std::time::Instant::now();
    assert!(out(&["--version"]).starts_with("strange-loom "));
    assert!(
        begun.elapsed().as_secs_f64() < 2.0,
        "no device is opened for it"
    );
    for path in [
        &["attractors", "lyapunov"][..],
        &["automata", "run"],
        &["webs", "analyse"],
        &["circuits", "analyse"],
        &["render"],
        &["info"],
        &["doctor"],
    ] {
        let help = out(&[path, &["--help"]].concat());
        assert!(help.contains("Example"), "{help}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(out(&["completions", shell]).contains("lyapunov"), "{shell}");
    }
    assert!(out(&["man"]).starts_with(".ie"));
}

#[test]
fn american_spelling_is_accepted() {
    assert!(out(&["automata", "analyze", "--help"]).contains("Example"));
}

#[test]
fn a_wrong_command_has_status_2_and_one_line() {
    let line = refusal(2, &["automata", "runn"]);
    assert!(line.contains("run"), "{line}");
    refusal(2, &["nothing-like-this"]);
    refusal(2, &["automata"]);
    refusal(2, &["automata", "run", "--soup", "0x5"]);
    refusal(2, &["automata", "run", "--pattern", "missing.rle"]);
}

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
fn an_output_that_can_t_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "no/such/folder/a.rle");
    let line = refusal(
        1,
        &["automata", "run", "--pattern", "glider", "--out", &path],
    );
    assert!(line.contains("can't be written"), "{line}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(crate::program())
        .args(["automata", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "");
}

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
fn an_automaton_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("automata/r-pentomino", "200");
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

#[test]
fn the_doctor_names_what_works_here() {
    let about = json(&["doctor", "--json"]);
    for key in [
        "version",
        "system",
        "processor",
        "formulas",
        "adapters",
        "fonts",
        "ffmpeg",
        "advice",
    ] {
        assert!(about.get(key).is_some(), "{key}");
    }
    assert!(about["fonts"].as_array().unwrap().len() >= 8);
    assert!(Path::new(&crate::program()).exists());
}
