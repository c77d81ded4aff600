//! What can go wrong with a web: one sentence each, with the place and the remedy.

use thiserror::Error;

/// Errors of reading, building and loading webs.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum WebError {
    /// A file says something that can't be meant; `problem` ends with what to do.
    #[error("line {line}, column {column}: {problem}")]
    Read {
        /// 1-based line.
        line: usize,
        /// 1-based character column; in CSV files the number of the field.
        column: usize,
        problem: String,
    },
    /// A file as a whole can't be read.
    #[error("{0}")]
    File(String),
    /// A setting of a generator lies outside its range or contradicts another one.
    #[error("{name} = {value} {unit}: {problem}")]
    Setting {
        name: &'static str,
        value: f64,
        unit: &'static str,
        problem: String,
    },
    /// The web contradicts itself (a thread ends at no node, a length isn't positive).
    #[error("{0}")]
    Inconsistent(String),
    /// An explicit time step beyond the limit of stability.
    #[error(
        "a time step of {requested:.3e} s is unstable here: the largest stable one is {largest:.3e} s"
    )]
    UnstableStep {
        /// Seconds.
        requested: f64,
        /// Seconds.
        largest: f64,
    },
    /// Part of the web hangs on nothing, so that it has no equilibrium under its load.
    #[error(
        "node {node} and {others} others are held by no pinned node, so the web can't settle under \
         its load: pin one of them or take the load off"
    )]
    Unheld { node: usize, others: usize },
    /// The search for the equilibrium ended early.
    #[error(
        "the web did not settle in {iterations} iterations: the largest unbalanced force is \
         {residual:.3e} N against a load of {load:.3e} N; lower the load or the stiffness"
    )]
    Unsettled {
        iterations: usize,
        residual: f64,
        load: f64,
    },
    /// A coordinate left the numbers.
    #[error(
        "node {node} has no finite position after step {step}: lower the time step or the load"
    )]
    BlowUp { node: usize, step: u64 },
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, WebError>;

impl From<WebError> for loom_sim::SimError {
    fn from(error: WebError) -> Self {
        match error {
            WebError::BlowUp { node, step } => Self::BlewUp {
                step: step.to_string(),
                variable: format!("The position of node {node}"),
                value: "not finite".into(),
                remedy: "lower the loads or the time step, or step back.".into(),
            },
            other => Self::other(other),
        }
    }
}
