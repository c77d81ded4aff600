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
        assert_eq!(clock.step_at(45.0), Some(Step::from(2000u32)));
    }
}
