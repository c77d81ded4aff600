//! Help, refusals, output, and what concerns every science.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{in_folder, json, out, refusal, text};

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

#[test]
fn every_science_s_files_can_be_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let rle = in_folder(&folder, "gun.rle");
    out(&["automata", "convert", "gosper-glider-gun", &rle]);
    let about = json(&["info", &rle, "--json"]);
    assert_eq!(
        (&about["kind"], &about["population"]),
        (&"pattern".into(), &36.into())
    );
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    for (file, kind) in [
        ("webs/karate.csv", "graph"),
        ("circuits/mlp.circuit", "circuit"),
    ] {
        let path = assets.join(file);
        assert_eq!(
            json(&["info", path.to_str().unwrap(), "--json"])["kind"],
            kind,
            "{file}"
        );
    }
}
