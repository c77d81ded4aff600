//! The time of a run, counted in steps: step n happens at start + n·dt. So a run cut into pieces
//! gives the same bits as one in one piece.

/// Where a run stands in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// The time of step 0.
    pub start: f64,
    /// The step's length. Maps advance t by this too; use 1 to let t be the step's number.
    pub dt: f64,
    /// Steps made since `start`; exact up to 2⁵³.
    pub step: u64,
}

impl Clock {
    /// Step 0 at time 0.
    pub fn new(dt: f64) -> Clock {
        Clock {
            start: 0.0,
            dt,
            step: 0,
        }
    }

    /// Step 0 at another time.
    pub fn starting_at(start: f64, dt: f64) -> Clock {
        Clock { start, dt, step: 0 }
    }

    /// The present time, start + step·dt.
    pub fn time(&self) -> f64 {
        self.start + self.step as f64 * self.dt
    }
}
