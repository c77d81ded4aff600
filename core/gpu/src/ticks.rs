//! Ticks at round numbers, and numbers as people write them.

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
}

/// Ticks from `low` to `high` (either order) at multiples of 1, 2 or 5 times a power of ten,
/// about `about` of them and never more than twice as many. None for a range of no length.
pub fn ticks(low: f64, high: f64, about: usize) -> Vec<Tick> {
    let (low, high) = if low <= high {
        (low, high)
    } else {
        (high, low)
    };
    let Some(step) = step(high - low, about) else {
        return Vec::new();
    };
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    if !(first.is_finite() && last.is_finite()) || last - first > 2.0 * about.max(1) as f64 + 2.0 {
        return Vec::new();
    }
    let count = (last - first + 1.0).max(0.0) as usize;
    (0..count)
        .map(|i| {
            let value = (first + i as f64) * step;
            // The multiple nearest to nothing is nothing.
            let value = if value.abs() < 1e-9 * step {
                0.0
            } else {
                value
            };
            Tick {
                value,
                label: label(value, step),
            }
        })
        .collect()
}

/// The round step that cuts `span` into about `about` pieces.
pub fn step(span: f64, about: usize) -> Option<f64> {
    let rough = span / about.max(1) as f64;
    if !(rough.is_finite() && rough > 0.0) {
        return None;
    }
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= 0.999 * rough)?;
    let step = factor * power;
    (step.is_finite() && step > 0.0).then_some(step)
}

/// A number to the digits that a step of `step` makes worth writing: `−0.25`, `1.5×10⁶`.
pub fn label(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let size = value.abs();
    let places = (-(step.abs().log10() + 1e-9).floor()).clamp(0.0, 17.0) as usize;
    let (digits, power) = if !(1e-4..1e6).contains(&size) {
        let power = size.log10().floor();
        let mantissa = size / 10f64.powf(power);
        let places = (power - step.abs().log10() + 0.999)
            .floor()
            .clamp(0.0, 15.0) as usize;
        (format!("{mantissa:.places$}"), Some(power as i32))
    } else {
        (format!("{size:.places$}"), None)
    };
    let sign = if value < 0.0 { "−" } else { "" };
    match power {
        None => format!("{sign}{digits}"),
        Some(power) if digits == "1" => format!("{sign}10{}", superscript(power)),
        Some(power) => format!("{sign}{digits}×10{}", superscript(power)),
    }
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
            '0' | '4'..='9' => char::from_u32(0x2070 + (c as u32 - '0' as u32)).unwrap_or(c),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, about: usize) -> Vec<String> {
        ticks(low, high, about)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(0.0, 10.0, 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(-1.0, 1.0, 4), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(labels(-20.3, 21.0, 4), ["−20", "0", "20"]);
        assert_eq!(labels(0.0, 3e6, 3), ["0", "10⁶", "2×10⁶", "3×10⁶"]);
        assert_eq!(
            labels(0.0, 2.5e-5, 5),
            [
                "0",
                "5×10⁻⁶",
                "1.0×10⁻⁵",
                "1.5×10⁻⁵",
                "2.0×10⁻⁵",
                "2.5×10⁻⁵"
            ]
        );
    }

    #[test]
    fn no_range_has_no_ticks() {
        assert_eq!(ticks(1.0, 1.0, 5), []);
        assert_eq!(ticks(f64::NAN, 1.0, 5), []);
        assert_eq!(ticks(0.0, f64::INFINITY, 5), []);
    }

    proptest! {
        #[test]
        fn ticks_lie_in_the_range_and_are_not_too_many(low in -1e9..1e9f64, span in 1e-9..1e9f64, about in 1usize..20) {
            let list = ticks(low, low + span, about);
            prop_assert!(list.len() <= 2 * about + 2);
            for tick in list {
                prop_assert!(tick.value >= low - 1e-6 * span && tick.value <= low + span * (1.0 + 1e-6));
            }
        }
    }
}
