//! The step of the timeline: base^exponent generations, as Golly has it.

use loom_sim::Step;
use num_bigint::BigUint;

/// At 1× a run makes a number of these strides a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    /// 2 to 10.
    pub base: u32,
    /// 0 upwards; the stride stays below 2^[`Self::MOST`].
    pub exponent: u32,
}

impl Default for Stride {
    fn default() -> Self {
        Self {
            base: 2,
            exponent: 0,
        }
    }
}

impl Stride {
    /// Bits of the longest stride.
    pub const MOST: u32 = 900;

    /// A stride; nothing for a base or an exponent out of bounds.
    pub fn new(base: i64, exponent: i64) -> Option<Self> {
        let base = u32::try_from(base).ok().filter(|b| (2..=10).contains(b))?;
        let exponent = u32::try_from(exponent).ok()?;
        let bits = f64::from(exponent) * f64::from(base).log2();
        (bits <= f64::from(Self::MOST)).then_some(Self { base, exponent })
    }

    /// Its generations.
    pub fn generations(self) -> Step {
        BigUint::from(self.base).pow(self.exponent)
    }

    /// The same as a number, for clocks.
    pub fn as_real(self) -> f64 {
        f64::from(self.base).powi(self.exponent as i32)
    }

    /// "1 generation", "2^10 generations".
    pub fn words(self) -> String {
        match (self.exponent, self.base) {
            (0, _) => "1 generation".to_owned(),
            (1, base) => format!("{base} generations"),
            (exponent, base) => format!("{base}^{exponent} generations"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_are_powers_of_their_base_within_bounds() {
        let size = |base, exponent| Stride::new(base, exponent).map(Stride::generations);
        assert_eq!(size(2, 10), Some(1024u32.into()));
        assert_eq!(size(10, 9), Some(1_000_000_000u32.into()));
        assert_eq!(size(7, 0), Some(1u32.into()));
        assert!(size(2, 900).is_some());
        for (base, exponent) in [(1, 3), (11, 3), (2, -1), (2, 901), (10, 300)] {
            assert_eq!(size(base, exponent), None, "{base}^{exponent}");
        }
        assert_eq!(Stride::default().words(), "1 generation");
        assert_eq!(
            Stride::new(8, 4).map(Stride::words).as_deref(),
            Some("8^4 generations")
        );
    }
}
