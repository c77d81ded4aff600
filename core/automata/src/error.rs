//! What can go wrong in this crate, as one type.

use loom_gpu::GpuError;
use loom_sim::SimError;
use thiserror::Error;

use crate::files::FileError;
use crate::hashlife::{HashLifeError, MacrocellError};
use crate::packed::PackedError;
use crate::rle::RleError;
use crate::rule::{RuleError, RuleFileError};

/// Any failure of rules, files and engines.
#[derive(Debug, Error)]
pub enum LifeError {
    /// A rule that can't be read.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A `.rule` file that can't be read.
    #[error(transparent)]
    RuleFile(#[from] RuleFileError),
    /// An RLE file that can't be read.
    #[error(transparent)]
    Rle(#[from] RleError),
    /// A macrocell file that can't be read.
    #[error(transparent)]
    Macrocell(#[from] MacrocellError),
    /// Any other pattern file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The packed engine.
    #[error(transparent)]
    Packed(#[from] PackedError),
    /// HashLife.
    #[error(transparent)]
    HashLife(#[from] HashLifeError),
    /// The device.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// Anything else, in one sentence.
    #[error("{0}")]
    Other(String),
}

/// With a capital letter and a full stop, as the studio shows it.
pub(crate) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

impl From<LifeError> for SimError {
    fn from(error: LifeError) -> Self {
        let text = sentence(&error);
        match error {
            LifeError::Rule(_)
            | LifeError::RuleFile(_)
            | LifeError::Rle(_)
            | LifeError::Macrocell(_)
            | LifeError::File(_) => Self::Parse(text),
            LifeError::Gpu(_) => Self::Device(text),
            LifeError::Packed(_) | LifeError::HashLife(_) | LifeError::Other(_) => {
                Self::Other(text)
            }
        }
    }
}
