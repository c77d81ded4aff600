//! Ticks at round numbers, computed once for every way out.

/// Where an axis is marked, and what stands there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticks {
    pub values: Vec<f64>,
    pub labels: Vec<String>,
    /// The labels are the values divided by ten to this power.
    pub exponent: i32,
    /// Marks without a label, between the others (logarithmic axes).
    pub minor: Vec<f64>,
}

impl Ticks {
    /// " (×10⁶)" for the axis title, or nothing.
    pub fn factor(&self) -> String {
        if self.exponent == 0 {
            String::new()
        } else {
            format!(" (×10{})", superscript(self.exponent))
        }
    }
}

/// About so many ticks at 1, 2 or 5 times a power of ten, from low to high (both finite;
/// in either order).
pub fn ticks(range: [f64; 2], about: usize) -> Ticks {
    let (low, high) = (range[0].min(range[1]), range[0].max(range[1]));
    if !(low.is_finite() && high.is_finite()) || low == high {
        return Ticks::default();
    }
    // Two ticks at least, or nothing can be read off.
    let enough = |step: &f64| (high / step + 1e-9).floor() > (low / step - 1e-9).ceil();
    let Some(step) = [1, 2, 4]
        .iter()
        .filter_map(|finer| loom_gpu::step(high - low, about.max(1).saturating_mul(*finer)))
        .find(enough)
    else {
        return Ticks::default();
    };
    // A step is 1, 2 or 5 times a power of ten.
    let power = (step.log10() + 1e-9).floor();
    let lead = (step / 10f64.powf(power)).round();
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    // The values are whole multiples of the step: no sum of rounding errors.
    let value = |k: f64| {
        if power < 0.0 {
            k * lead / 10f64.powf(-power)
        } else {
            k * step
        }
    };
    let count = (last - first) as usize;
    if count > 1000 {
        return Ticks::default();
    }
    let values: Vec<f64> = (0..=count).map(|i| value(first + i as f64) + 0.0).collect();
    let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let exponent = if largest >= 1e5 || (largest < 1e-2 && largest > 0.0) {
        3 * (largest.log10() / 3.0).floor() as i32
    } else {
        0
    };
    let decimals = (f64::from(exponent) - power).max(0.0) as usize;
    let labels = values
        .iter()
        .map(|v| minus(&format!("{:.decimals$}", v / 10f64.powi(exponent) + 0.0)))
        .collect();
    Ticks {
        values,
        labels,
        exponent,
        minor: Vec::new(),
    }
}

/// Ticks at powers of ten, thinned to about so many; within two decades also at 2 and 5.
pub fn log_ticks(range: [f64; 2], about: usize) -> Ticks {
    let (low, high) = (range[0].min(range[1]), range[0].max(range[1]));
    if !(low > 0.0 && high.is_finite()) || low == high {
        return Ticks::default();
    }
    let first = (low.log10() - 1e-9).ceil() as i32;
    let last = (high.log10() + 1e-9).floor() as i32;
    let decades = (last - first + 1).max(0) as usize;
    if decades < 2 {
        // Too short for powers of ten alone.
        let mut short = Ticks::default();
        for power in first - 1..=last {
            for lead in [1.0, 2.0, 5.0] {
                let v = lead * 10f64.powi(power);
                if (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(&v) {
                    short.values.push(v);
                    short.labels.push(plain(v));
                }
            }
        }
        return short;
    }
    let every = decades.div_ceil(about.max(1)).max(1) as i32;
    let mut all = Ticks::default();
    for power in first..=last {
        let v = 10f64.powi(power);
        if power.rem_euclid(every) == 0 {
            all.values.push(v);
            all.labels.push(match power {
                -3..=3 => plain(v),
                _ => format!("10{}", superscript(power)),
            });
        } else {
            all.minor.push(v);
        }
        if every == 1 {
            all.minor
                .extend((2..10).map(|m| f64::from(m) * v).filter(|m| *m <= high));
        }
    }
    all
}

/// A number as text with a true minus and no more digits than it needs.
pub fn plain(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 || (1e-4..1e6).contains(&magnitude) {
        return minus(&format!("{value}"));
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((lead, power)) => {
            let power = superscript(power.parse().unwrap_or(0));
            if lead == "1" {
                format!("10{power}")
            } else {
                minus(&format!("{lead}×10{power}"))
            }
        }
        None => minus(&text),
    }
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

fn superscript(number: i32) -> String {
    number
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4'..='9' => char::from_u32(0x2070 + u32::from(c) - u32::from('0')).unwrap_or(c),
            _ => '⁰',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_stand_at_round_numbers() {
        let t = ticks([0.0, 10.0], 5);
        assert_eq!(t.labels, ["0", "2", "4", "6", "8", "10"]);
        let t = ticks([-0.31, 0.29], 6);
        assert_eq!(t.labels, ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2"]);
        assert_eq!(t.values[3], 0.0);
        assert_eq!(t.values[5], 0.2);
    }

    #[test]
    fn large_and_small_numbers_share_a_factor() {
        let t = ticks([0.0, 4e6], 4);
        assert_eq!((t.exponent, t.factor().as_str()), (6, " (×10⁶)"));
        assert_eq!(t.labels, ["0", "1", "2", "3", "4"]);
        let t = ticks([0.0, 2e-5], 4);
        assert_eq!(t.factor(), " (×10⁻⁶)");
        assert_eq!(t.labels.last().unwrap(), "20");
    }

    #[test]
    fn decades_are_marked_by_powers() {
        let t = log_ticks([1e-6, 1.0], 8);
        assert_eq!(
            t.labels,
            ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"]
        );
        assert_eq!(log_ticks([1.0, 40.0], 5).labels.len(), 2);
        assert_eq!(log_ticks([2.0, 8.0], 5).labels, ["2", "5"]);
    }

    #[test]
    fn nothing_to_mark_gives_no_ticks() {
        assert_eq!(ticks([1.0, 1.0], 5), Ticks::default());
        assert_eq!(ticks([f64::NAN, 1.0], 5), Ticks::default());
        assert_eq!(log_ticks([-1.0, 1.0], 5), Ticks::default());
    }

    proptest! {
        #[test]
        fn ticks_lie_in_the_range_and_are_about_as_many(
            low in -1e9..1e9f64, span in 1e-6..1e9f64, about in 2usize..12,
        ) {
            let range = [low, low + span];
            let t = ticks(range, about);
            prop_assert!(t.values.len() <= 2 * about + 2);
            prop_assert_eq!(t.values.len(), t.labels.len());
            for v in t.values {
                prop_assert!(v >= range[0] - span * 1e-6 && v <= range[1] + span * 1e-6);
            }
        }

        #[test]
        fn any_numbers_are_safe(a in any::<f64>(), b in any::<f64>(), about in 0usize..40) {
            let _ = ticks([a, b], about);
            let _ = log_ticks([a, b], about);
            let _ = plain(a);
        }
    }
}
