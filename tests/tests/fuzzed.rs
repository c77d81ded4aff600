//! Every file that comes along, given to every reader that fuzzing asks: those that it isn't meant for
//! refuse it.

use std::path::{Path, PathBuf};

#[path = "../fuzz/readers.rs"]
mod readers;

/// All files below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn every_reader_reads_or_refuses_every_file_that_comes_along() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    let mut paths = Vec::new();
    below(&assets, &mut paths);
    below(&assets.join("../tests/fuzz/seeds"), &mut paths);
    let mut read = 0;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        // As long as fuzzing lets its inputs grow.
        if bytes.len() > 1 << 14 {
            continue;
        }
        read += 1;
        readers::patterns(&bytes);
        readers::tables(&bytes);
        readers::series(&bytes);
        readers::webs(&bytes);
        readers::documents(&bytes);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            readers::rules(text);
            readers::formulas(text);
            readers::systems(text);
            readers::circuits(text);
        }
    }
    assert!(read > 400, "only {read} files");
}
