//! Numbers as people type them: `8/3`, `2*pi`, `1e-3`, with − and thin spaces as printed.

/// The value of an expression without variables.
pub fn evaluate(text: &str) -> Result<f64, String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{2009}' | '\u{a0}'))
        .map(|c| match c {
            '−' => '-',
            '×' | '·' => '*',
            '÷' => '/',
            other => other,
        })
        .collect();
    let plain = plain.trim();
    if plain.is_empty() {
        return Err("Type a number or an expression such as 8/3.".into());
    }
    if let Ok(x) = plain.parse::<f64>() {
        return finite(x, text);
    }
    loom_formula::evaluate_constant(plain)
        .map_err(|error| error.to_string())
        .and_then(|x| finite(x, text))
}

fn finite(x: f64, text: &str) -> Result<f64, String> {
    if x.is_finite() {
        Ok(x)
    } else {
        Err(format!("{text} is not a finite number."))
    }
}

#[cfg(test)]
mod tests {
    use super::evaluate;

    #[test]
    fn numbers_and_expressions_are_taken_as_typed() {
        assert_eq!(evaluate("28"), Ok(28.0));
        assert_eq!(evaluate(" −1e-3 "), Ok(-1e-3));
        assert_eq!(evaluate("8/3"), Ok(8.0 / 3.0));
        assert_eq!(evaluate("2*pi"), Ok(std::f64::consts::TAU));
        assert!(evaluate("1/0").is_err());
        assert!(evaluate("28 +").is_err());
        assert!(evaluate("").is_err());
    }
}
