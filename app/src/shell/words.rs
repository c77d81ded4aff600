//! Numbers, units and times as people read them: − for minus, × for times, thin spaces.

use num_bigint::BigUint;

/// Between thousands, and between a number and its unit.
pub const THIN: char = '\u{2009}';

/// Up to six significant figures.
pub fn number(x: f64) -> String {
    figures(x, 6)
}

/// Up to `count` significant figures; powers of ten outside 10⁻⁴ … 10⁶.
pub fn figures(x: f64, count: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if x.is_nan() {
        return "not a number".into();
    }
    if x.is_infinite() {
        return if x > 0.0 {
            "∞".into()
        } else {
            "−∞".into()
        };
    }
    let exponent = x.abs().log10().floor() as i32;
    if !(-4..=6).contains(&exponent) {
        let text = format!("{:.*e}", count.saturating_sub(1), x);
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}×10{}", minus(trim(mantissa)), superscript(power));
    }
    let decimals = (count as i32 - 1 - exponent).clamp(0, 12) as usize;
    group(&minus(trim(&format!("{x:.decimals$}"))))
}

/// A whole power of ten: 0.1, 1, 10, else 10⁻⁷.
pub fn power_of_ten(exponent: i32) -> String {
    match exponent {
        -2..=3 => number(10f64.powi(exponent)),
        other => format!("10{}", superscript(&other.to_string())),
    }
}

/// Exactly `decimals` decimals.
pub fn fixed(x: f64, decimals: usize) -> String {
    minus(&format!("{x:.decimals$}"))
}

/// A time to a tenth of a step of this length, or to whole numbers where steps are long.
pub fn time(time: f64, step: f64) -> String {
    let decimals = (1.0 - step.log10().floor()).clamp(0.0, 6.0) as usize;
    group(&fixed(time, decimals))
}

/// A value and its error as far as they can be told: two figures of the error, and the value to
/// the same place. Both are times a power of ten, 0 where the larger one lies in 10⁻⁴ … 10⁶. The
/// error is a number above 0.
///
/// ```
/// use strange_loom::shell::words::told;
/// assert_eq!(told(0.905_632, 0.001_26), ("0.9056".into(), "0.0013".into(), 0));
/// assert_eq!(told(-1.0944e-6, 4.47e-8), ("−1.094".into(), "0.045".into(), -6));
/// ```
pub fn told(x: f64, error: f64) -> (String, String, i32) {
    let place = error.log10().floor() as i32 - 1;
    let size = x.abs().max(error).log10().floor() as i32;
    let power = if (-4..=6).contains(&size) { 0 } else { size };
    // A double has no figures beyond the sixteenth.
    let decimals = (power - place).clamp(0, (15 - size + power).max(0)) as usize;
    let of = |x: f64| fixed(x / 10f64.powi(power), decimals);
    (of(x), of(error), power)
}

/// "0.9056 ± 0.0013", "(1.094 ± 0.045)×10⁻⁶".
pub fn with_error(x: f64, error: f64) -> String {
    match told(x, error) {
        (x, error, 0) => format!("{x} ± {error}"),
        (x, error, power) => format!("({x} ± {error})×10{}", superscript(&power.to_string())),
    }
}

/// A whole number with thin spaces between its thousands.
pub fn integer(text: &str) -> String {
    group(&minus(text))
}

/// A count of steps, shortened when it fills the line.
pub fn step(step: &BigUint) -> String {
    let text = step.to_string();
    if text.len() <= 18 {
        integer(&text)
    } else {
        let (head, rest) = text.split_at(1);
        format!(
            "{head}.{}×10{}",
            &rest[..3],
            superscript(&(text.len() - 1).to_string())
        )
    }
}

/// A number and its unit.
pub fn with_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() {
        number.to_owned()
    } else {
        format!("{number}{THIN}{unit}")
    }
}

/// "3.2 s", "1 min 20 s".
pub fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        with_unit(&figures(seconds, 2), "s")
    } else {
        let whole = seconds.round() as u64;
        format!("{}{THIN}min {}{THIN}s", whole / 60, whole % 60)
    }
}

fn trim(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

fn group(text: &str) -> String {
    let (whole, rest) = text
        .split_once('.')
        .map_or((text, None), |(w, r)| (w, Some(r)));
    let (sign, digits) = whole.strip_prefix('−').map_or(("", whole), |d| ("−", d));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len() > 4 && (digits.len() - i) % 3 == 0 {
            out.push(THIN);
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

fn superscript(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4'..='9' => char::from_u32(0x2070 + c as u32 - '0' as u32).unwrap_or(c),
            '0' => '⁰',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_tell_their_steps() {
        assert_eq!(time(4.01, 0.01), "4.010");
        assert_eq!(time(478_000.0, 2000.0), "478\u{2009}000");
        assert_eq!(time(0.0172, 0.0002), "0.01720");
        assert_eq!(time(12.5, 0.5), "12.50");
    }

    #[test]
    fn numbers_read_as_in_print() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(-14.5723), "−14.5723");
        assert_eq!(number(8.0 / 3.0), "2.66667");
        assert_eq!(number(10.0), "10");
        assert_eq!(number(1e-9), "1×10⁻⁹");
        assert_eq!(number(124_439.0), "124\u{2009}439");
        assert_eq!(number(-2.5e12), "−2.5×10¹²");
        assert_eq!(power_of_ten(-7), "10⁻⁷");
        assert_eq!(power_of_ten(1), "10");
        assert_eq!(integer("1234"), "1234");
        assert_eq!(integer("-1234567"), "−1\u{2009}234\u{2009}567");
    }

    #[test]
    fn clocks_beyond_eighteen_digits_are_shortened() {
        let breeder: BigUint = BigUint::from(1u8) << 80;
        assert_eq!(step(&breeder), "1.208×10²⁴");
        assert_eq!(step(&BigUint::from(30_000u32)), "30\u{2009}000");
    }
}
