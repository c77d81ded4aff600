//! A simulation's clock, and the gate by which a run is cut into slices or cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use num_bigint::BigUint;
use num_traits::ToPrimitive;

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
    /// Model time at a step of the run: 0 steps need not be time 0.
    pub fn time_at(&self, step: &Step) -> f64 {
        self.time + (steps(step) - steps(&self.step)) * self.step_time
    }

    /// The step, as a real number, at which the model's time is `time`.
    pub fn step_at(&self, time: f64) -> f64 {
        steps(&self.step) + (time - self.time) / self.step_time
    }

    pub fn at_end(&self) -> bool {
        self.end.as_ref().is_some_and(|end| self.step >= *end)
    }
}

fn steps(step: &Step) -> f64 {
    step.to_f64().unwrap_or(f64::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_starts_later_tells_its_steps_from_its_times() {
        let clock = Clock {
            step: Step::from(3u32),
            time: 5.06,
            unit: "s".into(),
            symbol: "t".into(),
            step_time: 0.02,
            pace: 50.0,
            end: Some(Step::from(2000u32)),
        };
        assert!((clock.time_at(&Step::ZERO) - 5.0).abs() < 1e-12);
        assert!((clock.time_at(&Step::from(2000u32)) - 45.0).abs() < 1e-9);
        assert!((clock.step_at(45.0) - 2000.0).abs() < 1e-9);
    }
}
