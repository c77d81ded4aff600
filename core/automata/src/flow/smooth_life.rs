//! SmoothLife (Rafler 2011): the Game of Life with a disc in place of the cell and a ring in
//! place of its eight neighbours.

use loom_sim::SimError;

use super::kernel::{Kernel, Profile};
use super::law::Law;

/// How a cell's new state s(n, m) enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stepping {
    /// f ← s.
    Discrete,
    /// f ← f + dt (2 s − 1), cut off at 0 and 1.
    #[default]
    Growth,
    /// f ← f + dt (s − f).
    Relaxation,
    /// f ← m + dt (2 s − 1), cut off: from the mean of the disc.
    DiscGrowth,
    /// f ← m + dt (s − m).
    DiscRelaxation,
}

impl Stepping {
    /// Every way with its key and its name.
    pub const ALL: [(&'static str, &'static str, Self); 5] = [
        ("discrete", "Discrete", Self::Discrete),
        ("growth", "Smooth: f + dt (2s − 1)", Self::Growth),
        ("relaxation", "Smooth: f + dt (s − f)", Self::Relaxation),
        ("disc_growth", "Smooth: m + dt (2s − 1)", Self::DiscGrowth),
        (
            "disc_relaxation",
            "Smooth: m + dt (s − m)",
            Self::DiscRelaxation,
        ),
    ];
}

/// What the state of the inner disc chooses between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mixing {
    /// The ends of the intervals (the paper's equation 6).
    #[default]
    Thresholds,
    /// Birth and survival themselves (SmoothLifeL).
    Intervals,
}

/// A SmoothLife automaton. Its constants are b1, b2 (births), d1, d2 (deaths), and the widths
/// alpha_n and alpha_m of the sigmoids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothLife {
    /// Radius of the disc and of the ring around it, in cells.
    pub inner: f64,
    pub outer: f64,
    pub stepping: Stepping,
    pub mixing: Mixing,
    pub dt: f64,
}

impl SmoothLife {
    /// The law of this automaton.
    ///
    /// # Errors
    /// Radii out of order or beyond the limit.
    pub fn law(&self) -> Result<Law, SimError> {
        let (inner, outer) = (self.inner, self.outer);
        if !(inner > 0.0 && outer > inner) {
            return Err(SimError::other(format!(
                "The ring goes from {inner} to {outer} cells: give an inner radius above 0 and \
                 a larger outer one."
            )));
        }
        let disc = Profile::Ring {
            inner: 0.0,
            outer: inner,
        };
        let kernels = vec![
            Kernel::new(disc, 0)?,
            Kernel::new(Profile::Ring { inner, outer }, 0)?,
        ];
        let state = match self.mixing {
            Mixing::Thresholds => "between(ring, mix(b1, d1), mix(b2, d2))",
            Mixing::Intervals => "mix(between(ring, b1, b2), between(ring, d1, d2))",
        };
        let clipped = |from: &str| format!("min(1, max(0, {from} + time_step*(2*{state} - 1)))");
        let next = match self.stepping {
            Stepping::Discrete => state.to_owned(),
            Stepping::Growth => clipped("a"),
            Stepping::Relaxation => format!("a + time_step*({state} - a)"),
            Stepping::DiscGrowth => clipped("disc"),
            Stepping::DiscRelaxation => format!("disc + time_step*({state} - disc)"),
        };
        let text = format!(
            "rise(x, at, width) = 1/(1 + exp(-4*(x - at)/width))\n\
             between(x, low, high) = rise(x, low, alpha_n)*(1 - rise(x, high, alpha_n))\n\
             alive = rise(disc, 0.5, alpha_m)\n\
             mix(x, y) = x*(1 - alive) + y*alive\n\
             next a = {next}\n"
        );
        let inputs = vec!["disc".to_owned(), "ring".to_owned()];
        Law::of_kernels(kernels, inputs, &text, self.dt)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_way_of_stepping_and_mixing_has_a_law() {
        for (_, _, stepping) in Stepping::ALL {
            for mixing in [Mixing::Thresholds, Mixing::Intervals] {
                let life = SmoothLife {
                    inner: 4.0,
                    outer: 12.0,
                    stepping,
                    mixing,
                    dt: 0.1,
                };
                let mut constants = life.law().unwrap().constants();
                constants.sort();
                let all = ["alpha_m", "alpha_n", "b1", "b2", "d1", "d2"];
                assert_eq!(constants, all, "{stepping:?} {mixing:?}");
            }
        }
    }

    #[test]
    fn radii_out_of_order_are_refused() {
        for (inner, outer) in [(0.0, 3.0), (4.0, 4.0), (f64::NAN, 3.0), (1.0, 1e9)] {
            let life = SmoothLife {
                inner,
                outer,
                stepping: Stepping::Discrete,
                mixing: Mixing::Thresholds,
                dt: 1.0,
            };
            assert!(life.law().is_err());
        }
    }
}
