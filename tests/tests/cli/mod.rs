//! The command line as scripts use it: forms, statuses, numbers that are known.

mod attractors;
mod automata;
mod circuits;
mod general;
mod pictures;
mod prints;
mod series;
mod tours;
mod webs;

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
