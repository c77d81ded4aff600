//! What can go wrong with a document or a picture, each said in one sentence.

use loom_sim::SimError;
use thiserror::Error;

#[derive(Clone, Debug, Error, PartialEq)]
pub enum FigureError {
    #[error("{file} can't be {verb}: {reason}.")]
    Io {
        file: String,
        /// "read", "written".
        verb: &'static str,
        reason: String,
    },
    #[error("{file} holds {size}, more than the {limit} that is read: {remedy}")]
    TooLarge {
        file: String,
        size: String,
        limit: String,
        remedy: String,
    },
    #[error("{file}, line {line}, column {column}{at}: {message}.")]
    Syntax {
        file: String,
        line: usize,
        column: usize,
        /// ", in items\[0\].model.seed", or nothing.
        at: String,
        message: String,
    },
    #[error(
        "{file} was written by a newer version of Strange Loom (its schema version is {version}, \
         this program knows {known}): open it with the newer version; the file was left alone."
    )]
    Newer {
        file: String,
        version: u64,
        known: u32,
    },
    #[error(
        "{file} carries no Strange Loom document: give a *.loom file, or a PNG, SVG or PDF that \
         Strange Loom wrote."
    )]
    NoDocument { file: String },
    #[error("{file} is damaged: {reason}.")]
    Damaged { file: String, reason: String },
    #[error(transparent)]
    Sim(#[from] SimError),
    #[error("The picture can't be made: {0}.")]
    Render(String),
}

impl FigureError {
    pub(crate) fn damaged(file: &str, reason: impl std::fmt::Display) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            reason: reason.to_string(),
        }
    }
    pub(crate) fn render(reason: impl std::fmt::Display) -> Self {
        Self::Render(reason.to_string())
    }
}

/// "3.2 MiB", for messages.
pub(crate) fn bytes_text(bytes: u64) -> String {
    const KIB: f64 = 1024.0;
    let b = bytes as f64;
    if b < KIB {
        format!("{bytes} bytes")
    } else if b < KIB * KIB {
        format!("{:.1} KiB", b / KIB)
    } else if b < KIB * KIB * KIB {
        format!("{:.1} MiB", b / KIB / KIB)
    } else {
        format!("{:.1} GiB", b / KIB / KIB / KIB)
    }
}
