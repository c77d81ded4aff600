//! Time series and colour maps in every form: what is read is as long as it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_attractors::series_file;
use loom_figure::{npy_file, parquet_file, ramp_file};

fuzz_target!(|bytes: &[u8]| {
    for name in ["x.csv", "x.tsv", "x.txt"] {
        let _ = series_file::read(name, bytes);
    }
    if let Ok(array) = npy_file::read_npy("x.npy", bytes) {
        let _ = format!("{array:?}");
    }
    let _ = npy_file::read_npz("x.npz", bytes);
    if let Ok(columns) = parquet_file::read("x.parquet", bytes) {
        let rows: usize = columns.iter().map(|(_, values)| values.len()).sum();
        assert!(rows < 1 << 28);
    }
    for name in ["x.csv", "x.gpl", "x.cpt", "x.ase", "x.map", "x.json", "x.ugr"] {
        let _ = ramp_file::read(name, bytes);
    }
});
