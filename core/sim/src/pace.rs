//! How many steps are due: wall time, the clock's pace and the user's speed.

use std::time::{Duration, Instant};

use num_traits::{FromPrimitive as _, ToPrimitive as _};

use crate::clock::Step;

/// Work that is owed for longer than this is dropped: a slow machine falls behind, it does not
/// lock up.
const PATIENCE: f64 = 0.1;

#[derive(Debug)]
pub(crate) struct Pace {
    /// Steps a second at speed 1.
    rate: f64,
    speed: f64,
    last: Instant,
    owed: f64,
    behind: bool,
    window: Instant,
    counted: f64,
    measured: f64,
}

impl Pace {
    pub fn new(rate: f64) -> Self {
        let now = Instant::now();
        Self {
            rate,
            speed: 1.0,
            last: now,
            owed: 0.0,
            behind: false,
            window: now,
            counted: 0.0,
            measured: 0.0,
        }
    }
    pub fn start(&mut self) {
        let now = Instant::now();
        self.last = now;
        self.window = now;
        self.owed = 0.0;
        self.counted = 0.0;
        self.behind = false;
    }
    pub fn set_rate(&mut self, rate: f64) {
        self.rate = rate.max(1e-9);
    }
    pub fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() && speed > 0.0 {
            self.speed = speed;
        }
    }
    pub fn speed(&self) -> f64 {
        self.speed
    }
    pub fn behind(&self) -> bool {
        self.behind
    }
    /// Steps a second, over the last quarter of a second.
    pub fn measured(&self) -> f64 {
        self.measured
    }
    /// Whole steps due now.
    pub fn due(&mut self) -> Step {
        let now = Instant::now();
        let rate = self.rate * self.speed;
        self.owed += (now - self.last).as_secs_f64() * rate;
        self.last = now;
        let most = (rate * PATIENCE).max(1.0);
        // One step may always be owed: a slow clock is not a slow machine.
        self.behind = self.owed > most + 1.0;
        self.owed = self.owed.min(most);
        Step::from_f64(self.owed.floor()).unwrap_or_default()
    }
    pub fn made(&mut self, due: &Step, made: &Step) {
        let real = made.to_f64().unwrap_or(f64::MAX);
        self.owed = (self.owed - real).max(0.0);
        if made < due {
            self.behind = true;
        }
        self.counted += real;
        let window = self.window.elapsed().as_secs_f64();
        if window >= 0.25 {
            self.measured = self.counted / window;
            self.counted = 0.0;
            self.window = Instant::now();
        }
    }
    pub fn until_next(&self) -> Duration {
        let seconds = (1.0 - self.owed).max(0.0) / (self.rate * self.speed);
        Duration::from_secs_f64(seconds.clamp(0.0005, 1.0))
    }
}
