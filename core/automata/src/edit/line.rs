//! Straight lines of cells.

use loom_sim::SimError;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{Place, within};

/// The cells of a line, one for each column or each row, whichever are more.
pub(crate) fn line(from: &Place, to: &Place) -> Result<Vec<(BigInt, BigInt)>, SimError> {
    let (dx, dy) = (&to[0].0 - &from[0].0, &to[1].0 - &from[1].0);
    let steps = dx.abs().max(dy.abs()).to_i64().unwrap_or(i64::MAX);
    within(steps)?;
    // Rounded to the nearest cell: (2 d i + n) div 2 n, downwards.
    let part = |d: &BigInt, i: i64| {
        let n = steps.max(1);
        let numerator = d * (2 * i) + n;
        let quotient: BigInt = &numerator / (2 * n);
        if numerator.is_negative() && &quotient * (2 * n) != numerator {
            quotient - 1
        } else {
            quotient
        }
    };
    Ok((0..=steps)
        .map(|i| (&from[0].0 + part(&dx, i), &from[1].0 + part(&dy, i)))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place(x: i64, y: i64) -> Place {
        [BigInt::from(x).into(), BigInt::from(y).into()]
    }

    #[test]
    fn a_line_has_no_gaps_whatever_its_direction() {
        for (x, y) in [(7, 3), (-7, 3), (3, -7), (-3, -7), (5, 5), (0, 0), (0, -4)] {
            let cells = line(&place(2, 2), &place(2 + x, 2 + y)).unwrap();
            assert_eq!(cells.first(), Some(&(2.into(), 2.into())));
            assert_eq!(cells.last(), Some(&((2 + x).into(), (2 + y).into())));
            assert!(cells.windows(2).all(|pair| {
                let step = |a: &BigInt, b: &BigInt| (a - b).abs() <= BigInt::from(1);
                step(&pair[0].0, &pair[1].0) && step(&pair[0].1, &pair[1].1)
            }));
        }
        let high: BigInt = BigInt::from(1) << 90;
        let far = [BigInt::from(1).into(), high.into()];
        assert!(line(&place(0, 0), &far).is_err());
    }
}
