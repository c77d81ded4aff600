//! What rules the time of a run in its own terms: how long small differences take to grow, and
//! how long a computed orbit can be believed.

/// A unit of time in which differences grow by a factor of e.
#[derive(Clone, Debug, PartialEq)]
pub struct Yardstick {
    /// In the plural: "Lyapunov times".
    pub name: String,
    /// Its length in the clock's unit.
    pub length: f64,
    /// What growth at this rate is called: "λ₁ = 0.906".
    pub rate: String,
}

/// The time from which on an orbit is no longer what its equations say.
#[derive(Clone, Debug, PartialEq)]
pub struct Horizon {
    /// On the run's clock.
    pub time: f64,
    /// One line: what was compared and how far it has parted.
    pub words: String,
}
