//! Why a command ends without success, and with which status.

use std::process::ExitCode;

use loom_figure::FigureError;
use loom_sim::SimError;

/// One sentence and a status: 1 the job failed, 2 the command or its input is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    Job(String),
    Input(String),
    /// Whoever read the output has gone: nothing is wrong and nothing is said.
    Quiet,
}

impl Failure {
    pub fn job(message: impl std::fmt::Display) -> Self {
        Self::Job(message.to_string())
    }
    pub fn input(message: impl std::fmt::Display) -> Self {
        Self::Input(message.to_string())
    }

    /// Says it on standard error, on one line.
    pub fn tell(&self) -> ExitCode {
        let (message, status) = match self {
            Self::Job(message) => (message, 1),
            Self::Input(message) => (message, 2),
            Self::Quiet => return ExitCode::SUCCESS,
        };
        let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
        eprintln!("strange-loom: {line}");
        ExitCode::from(status)
    }
}

impl From<SimError> for Failure {
    fn from(error: SimError) -> Self {
        match error {
            SimError::Value { .. }
            | SimError::UnknownParameter { .. }
            | SimError::Unknown { .. }
            | SimError::Input(_)
            | SimError::Parse(_) => Self::input(error),
            SimError::BlewUp { .. }
            | SimError::TooLarge { .. }
            | SimError::Device(_)
            | SimError::Cancelled
            | SimError::Other(_) => Self::job(error),
        }
    }
}

impl From<FigureError> for Failure {
    fn from(error: FigureError) -> Self {
        match error {
            FigureError::Sim(error) => error.into(),
            FigureError::Io { verb: "read", .. }
            | FigureError::TooLarge { .. }
            | FigureError::Syntax { .. }
            | FigureError::Newer { .. }
            | FigureError::NoDocument { .. }
            | FigureError::Damaged { .. } => Self::input(error),
            FigureError::Io { .. } | FigureError::Render(_) => Self::job(error),
        }
    }
}
