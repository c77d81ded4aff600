//! The house's own rules, where the compiler can't hold them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn crates() -> Vec<PathBuf> {
    let core = std::fs::read_dir(top().join("core"))
        .unwrap()
        .map(|e| e.unwrap().path());
    core.chain([top().join("app"), top().join("tests")])
        .filter(|p| p.join("Cargo.toml").exists())
        .collect()
}

fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            files(&path, ending, into);
        } else if path.extension().is_some_and(|e| e == ending) {
            into.push(path);
        }
    }
}

fn rust(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut list = Vec::new();
    files(folder, "rs", &mut list);
    list.into_iter()
        .map(|p| (p.clone(), std::fs::read_to_string(p).unwrap()))
        .collect()
}

/// Names under one heading of a manifest.
fn dependencies(manifest: &str, heading: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|l| l.trim() != heading).skip(1);
    lines
        .take_while(|l| !l.starts_with('['))
        .filter_map(|l| l.split(['=', '.']).next().map(str::trim))
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_dependency_is_used() {
    for folder in crates() {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let text: String = rust(&folder).into_iter().map(|(_, t)| t).collect();
        for heading in ["[dependencies]", "[dev-dependencies]"] {
            for name in dependencies(&manifest, heading) {
                let ident = name.replace('-', "_");
                let used = [
                    format!("{ident}::"),
                    format!("use {ident}"),
                    format!("{ident}!"),
                ];
                assert!(
                    used.iter().any(|u| text.contains(u)),
                    "{} depends on {name} and does not use it",
                    folder.display()
                );
            }
        }
    }
}

#[test]
fn imports_go_left_to_right() {
    let order: [(&str, &[&str]); 9] = [
        ("formula", &[]),
        ("text", &[]),
        ("gpu", &["formula", "text"]),
        ("sim", &["gpu", "formula", "text"]),
        ("attractors", &["sim", "gpu", "formula", "text"]),
        ("automata", &["sim", "gpu", "formula", "text"]),
        ("webs", &["sim", "gpu", "formula", "text"]),
        ("circuits", &["sim", "gpu", "formula", "text"]),
        ("figure", &["sim", "gpu", "formula", "text"]),
    ];
    for (name, allowed) in order {
        let manifest =
            std::fs::read_to_string(top().join("core").join(name).join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest, "[dependencies]") {
            if let Some(inner) = dependency.strip_prefix("loom-") {
                assert!(allowed.contains(&inner), "{name} may not import {inner}");
            }
            assert!(
                !dependency.starts_with("egui") && dependency != "eframe",
                "{name} knows egui"
            );
        }
    }
}

#[test]
fn unsafe_code_lives_in_modules_that_say_why() {
    for folder in crates() {
        for (path, text) in rust(&folder.join("src")) {
            let opens = text.contains("allow(unsafe_code)");
            if opens {
                let head: String = text
                    .lines()
                    .take(40)
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase();
                assert!(
                    head.contains("sound") || head.contains("safe"),
                    "{} allows unsafe code and its head does not say why it is sound",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_source_file_says_what_its_idea_is() {
    for folder in crates() {
        for (path, text) in rust(&folder.join("src")) {
            assert!(
                text.starts_with("//!"),
                "{} does not begin with its idea",
                path.display()
            );
        }
    }
}

#[test]
fn the_program_reaches_no_network() {
    let banned = ["reqwest", "ureq", "hyper", "curl", "TcpStream", "UdpSocket"];
    for folder in crates() {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for name in dependencies(&manifest, "[dependencies]") {
            assert!(
                !banned.contains(&name.as_str()),
                "{} depends on {name}",
                folder.display()
            );
        }
        for (path, text) in rust(&folder.join("src")) {
            assert!(
                !text.contains("std::net"),
                "{} uses the network",
                path.display()
            );
        }
    }
}
