//! A simulation's clock, and the gate by which a run is cut into slices or cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use num_bigint::BigUint;

/// Steps are counted without bound: HashLife passes 2^64 in a blink.
pub type Step = BigUint;

#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    pub step: Step,
    /// Model time, in `unit`.
    pub time: f64,
    /// What `time` counts: "time units", "generations", "s", "columns".
    pub unit: String,
    /// What the clock is called: `t` or `generation`.
    pub symbol: String,
    /// Model time of one step.
    pub step_time: f64,
    /// Steps a second of wall time at speed 1×.
    pub pace: f64,
    /// The last step, where the run is finite.
    pub end: Option<Step>,
}

impl Clock {
    pub fn at_end(&self) -> bool {
        self.end.as_ref().is_some_and(|end| self.step >= *end)
    }
}

/// Tells a running `advance` when to return: cancelled, or its slice is over.
#[derive(Clone, Debug)]
pub struct Gate {
    cancel: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

/// The length of a slice; a frame at 60 Hz holds two.
pub const SLICE: Duration = Duration::from_millis(8);

impl Gate {
    /// Never closes.
    pub fn open() -> Self {
        Self {
            cancel: Arc::default(),
            deadline: None,
        }
    }
    pub fn new(cancel: Arc<AtomicBool>, slice: Option<Duration>) -> Self {
        Self {
            cancel,
            deadline: slice.map(|d| Instant::now() + d),
        }
    }
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
    pub fn is_over(&self) -> bool {
        self.deadline.is_some_and(|d| Instant::now() >= d)
    }
    /// Checked between pieces of work of at most a few milliseconds.
    pub fn is_closed(&self) -> bool {
        self.is_cancelled() || self.is_over()
    }
    /// The flag that cancels this gate.
    pub fn cancel_flag(&self) -> Arc<AtomicBool> {
        self.cancel.clone()
    }
}

/// Why `advance` returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All steps asked for were made.
    Target,
    /// The slice is over; fewer were made (read the clock).
    Slice,
    Cancelled,
    /// The model's own end.
    End,
}
