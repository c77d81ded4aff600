//! The catalogue is compiled in: a file that joins it has the crate compiled again.

fn main() {
    println!("cargo::rerun-if-changed=../../assets/attractors");
}
