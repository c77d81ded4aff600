//! What an array looks like in a few numbers.

use crate::dense::Dense;

/// Numbers about an array; entries that are not finite (a mask's −∞) are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    pub least: f64,
    pub most: f64,
    pub mean: f64,
    pub rms: f64,
    pub mean_abs: f64,
    /// Entries that are not finite.
    pub left_out: usize,
    /// The first entry that is NaN or +∞: a run that blew up. −∞ is what a mask writes.
    pub broken: Option<f64>,
}

/// Reads an array once.
pub fn summary(array: &Dense) -> Summary {
    let mut n = 0usize;
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut sum, mut squares, mut size) = (0.0, 0.0, 0.0);
    let mut broken = None;
    for &x in array.values.iter() {
        if x.is_finite() {
            n += 1;
            least = least.min(x);
            most = most.max(x);
            sum += x;
            squares += x * x;
            size += x.abs();
        } else if x != f64::NEG_INFINITY && broken.is_none() {
            broken = Some(x);
        }
    }
    let left_out = array.len() - n;
    if n == 0 {
        return Summary {
            left_out,
            broken,
            ..Summary::default()
        };
    }
    let count = n as f64;
    Summary {
        least,
        most,
        mean: sum / count,
        rms: (squares / count).sqrt(),
        mean_abs: size / count,
        left_out,
        broken,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn masked_entries_are_left_out_and_broken_ones_named() {
        let array = Dense::new(vec![4], vec![3.0, f64::NEG_INFINITY, -4.0, 0.0]).unwrap();
        let s = summary(&array);
        assert_eq!(
            (s.least, s.most, s.left_out, s.broken),
            (-4.0, 3.0, 1, None)
        );
        assert!((s.rms - (25.0f64 / 3.0).sqrt()).abs() < 1e-15);
        let array = Dense::new(vec![2], vec![f64::INFINITY, 1.0]).unwrap();
        assert_eq!(summary(&array).broken, Some(f64::INFINITY));
    }
}
