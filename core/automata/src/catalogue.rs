//! The patterns that come with the program: files of `assets/patterns`, compiled in.

use crate::pattern::Pattern;
use crate::rle::{self, RleError};

/// A pattern of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its file without the ending.
    pub key: &'static str,
    /// The file's text.
    pub rle: &'static str,
}

impl Entry {
    /// The pattern in the file.
    ///
    /// # Errors
    /// None for the files that the tests have read.
    pub fn pattern(&self) -> Result<Pattern, RleError> {
        rle::read(self.rle)
    }
}

macro_rules! entries {
    ($($key:literal),* $(,)?) => {
        &[$(Entry {
            key: $key,
            rle: include_str!(concat!("../../../assets/patterns/", $key, ".rle")),
        }),*]
    };
}

/// Every pattern, from still lifes to guns.
pub const CATALOGUE: &[Entry] = entries![
    "block",
    "beehive",
    "blinker",
    "toad",
    "beacon",
    "pulsar",
    "pentadecathlon",
    "glider",
    "lightweight-spaceship",
    "middleweight-spaceship",
    "heavyweight-spaceship",
    "copperhead",
    "r-pentomino",
    "acorn",
    "diehard",
    "rabbits",
    "gosper-glider-gun",
    "simkin-glider-gun",
    "switch-engine",
    "infinite-growth-square",
    "infinite-growth-row",
    "replicator",
];

/// The pattern with this key.
pub fn entry(key: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.key == key)
}
