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
    /// The step nearest to a time, counted from the present at the present length of a step, so
    /// that a run may begin at any time; not before step 0 nor after the end. None for a time that
    /// is no number.
    ///
    /// ```
    /// use loom_sim::{Clock, Step};
    /// let clock = Clock {
    ///     step: Step::from(10u32),
    ///     time: 1905.0,
    ///     unit: "years".into(),
    ///     symbol: "t".into(),
    ///     step_time: 0.5,
    ///     pace: 10.0,
    ///     end: None,
    /// };
    /// // It began in 1900.
    /// assert_eq!(clock.step_at(1902.6), Some(Step::from(5u32)));
    /// assert_eq!(clock.step_at(0.0), Some(Step::from(0u32)));
    /// ```
    pub fn step_at(&self, time: f64) -> Option<Step> {
        let away = ((time - self.time) / self.step_time).round();
        let size = Step::from(away.abs().min(u64::MAX as f64) as u64);
        let step = if away.is_nan() {
            return None;
        } else if away >= 0.0 {
            &self.step + size
        } else if size < self.step {
            &self.step - size
        } else {
            Step::default()
        };
        Some(match &self.end {
            Some(end) if step > *end => end.clone(),
            _ => step,
        })
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
