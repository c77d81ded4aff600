//! Ready's formulas, which are lines of OpenCL, in the language of this program.

/// What formulas there may name besides chemicals, constants and Laplacians, and why not here.
const FOREIGN: [&str; 10] = [
    "bilaplacian",
    "trilaplacian",
    "x_gradient",
    "y_gradient",
    "z_gradient",
    "gradient",
    "x_pos",
    "y_pos",
    "z_pos",
    "select",
];

/// A name as it is here: one that has a meaning of its own is given a tail.
pub(crate) fn renamed(name: &str) -> String {
    match name {
        "t" | "e" | "pi" | "dt" | "time_step" => format!("{name}_"),
        other => other.to_owned(),
    }
}

/// The rates of the first `count` chemicals from assignments to `delta_a`, `delta_b`, ….
pub(crate) fn equations(text: &str, count: usize) -> Result<String, String> {
    let text = without_comments(text);
    let mut lines: Vec<String> = Vec::new();
    let mut rates: Vec<Option<String>> = vec![None; count];
    for statement in text.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        let wrong = |why: &str| format!("its formula {statement:?} {why}");
        let (left, right) = statement
            .split_once('=')
            .ok_or_else(|| wrong("is no assignment"))?;
        if left.ends_with(['+', '-', '*', '/', '<', '>', '!']) || right.starts_with('=') {
            return Err(wrong("is no plain assignment"));
        }
        let left = left.trim();
        let name = left.rsplit(char::is_whitespace).next().unwrap_or(left);
        let right = translated(right).map_err(|why| wrong(&why))?;
        match name.strip_prefix("delta_").map(str::as_bytes) {
            Some([letter @ b'a'..=b'z']) if usize::from(letter - b'a') < count => {
                let place = usize::from(letter - b'a');
                if rates[place].is_some() {
                    return Err(wrong("is the second for its chemical"));
                }
                rates[place] = Some(right);
            }
            _ => lines.push(format!("{} = {right}", renamed(name))),
        }
    }
    for (place, rate) in rates.into_iter().enumerate() {
        let letter = char::from(b'a' + place as u8);
        lines.push(format!("{letter}' = {}", rate.as_deref().unwrap_or("0")));
    }
    Ok(lines.join("\n"))
}

fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('/') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        rest = if from.starts_with("//") {
            from.find('\n').map_or("", |end| &from[end..])
        } else if from.starts_with("/*") {
            from.find("*/").map_or("", |end| &from[end + 2..])
        } else {
            plain.push('/');
            &from[1..]
        };
    }
    plain + rest
}

/// An expression of OpenCL: suffixes of numbers, powers and names as they are here.
fn translated(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() || first == '.' {
            let end = number_end(rest);
            out.push_str(rest[..end].trim_end_matches(['f', 'F']));
            rest = &rest[end..];
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let called = after.trim_start().starts_with('(');
            rest = if called {
                call(name, after.trim_start(), &mut out)?
            } else {
                after
            };
            if !called {
                out.push_str(&named(name)?);
            }
        } else if matches!(first, '?' | '[' | '&' | '|' | '{') {
            return Err(format!("has {first:?}, which can't be read here"));
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(out.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let exponent =
            matches!(bytes[end], b'+' | b'-') && end > 0 && matches!(bytes[end - 1], b'e' | b'E');
        let part =
            bytes[end].is_ascii_digit() || matches!(bytes[end], b'.' | b'e' | b'E' | b'f' | b'F');
        if !(part || exponent) {
            break;
        }
        end += 1;
    }
    end
}

fn named(name: &str) -> Result<String, String> {
    if let Some(chemical) = name.strip_prefix("laplacian_") {
        return Ok(format!("lap_{chemical}"));
    }
    let foreign = FOREIGN
        .iter()
        .any(|f| name == *f || name.starts_with(&format!("{f}_")));
    if foreign {
        return Err(format!("names {name}, which can't be read here"));
    }
    Ok(renamed(name))
}

/// A call: `rest` begins with its parenthesis. Gives what follows.
fn call<'a>(name: &str, rest: &'a str, out: &mut String) -> Result<&'a str, String> {
    let mut depth = 0usize;
    let (mut parts, mut from) = (Vec::new(), 1);
    let mut end = None;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    parts.push(&rest[from..at]);
                    end = Some(at + 1);
                    break;
                }
            }
            ',' if depth == 1 => {
                parts.push(&rest[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        if depth > 100 {
            return Err("is nested too deeply".into());
        }
    }
    let end = end.ok_or("lacks a closing parenthesis")?;
    let parts: Vec<String> = parts
        .into_iter()
        .map(translated)
        .collect::<Result<_, _>>()?;
    match (name, &parts[..]) {
        ("float" | "float4" | "double" | "double4" | "convert_float", [x]) => {
            out.push_str(&format!("({x})"));
        }
        ("pow" | "pown" | "powr", [x, y]) => out.push_str(&format!("(({x})^({y}))")),
        ("step", [edge, x]) => out.push_str(&format!("heaviside(({x}) - ({edge}))")),
        ("fmin", [x, y]) => out.push_str(&format!("min({x}, {y})")),
        ("fmax", [x, y]) => out.push_str(&format!("max({x}, {y})")),
        ("clamp", [x, low, high]) => out.push_str(&format!("min(max({x}, {low}), {high})")),
        ("mad" | "fma", [x, y, z]) => out.push_str(&format!("(({x})*({y}) + ({z}))")),
        _ => {
            let name = name.strip_prefix("native_").unwrap_or(name);
            out.push_str(&format!("{name}({})", parts.join(", ")));
        }
    }
    Ok(&rest[end..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_opencl_become_equations() {
        let text = "float r = a*b*b; // the reaction\n delta_a = D_a * laplacian_a - r + 1.5f*pow(a, 2.0f);\n\
                    /* and */ delta_b = D_b*laplacian_b + r - (F+k)*max(b, 1.0e-3f);";
        assert_eq!(
            equations(text, 2).unwrap(),
            "r = a*b*b\na' = D_a * lap_a - r + 1.5*((a)^(2.0))\n\
             b' = D_b*lap_b + r - (F+k)*max(b, 1.0e-3)"
        );
        assert_eq!(equations("delta_a = -a;", 2).unwrap(), "a' = -a\nb' = 0");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, what) in [
            ("delta_a = a_nw ? 1 : 0;", "'?'"),
            ("delta_a = x_pos;", "x_pos"),
            ("delta_a = bilaplacian_a;", "bilaplacian_a"),
            ("delta_a += 1;", "plain"),
            ("delta_a = 1; delta_a = 2;", "second"),
            ("delta_a = pow(a, 2;", "parenthesis"),
            ("a", "assignment"),
        ] {
            let error = equations(text, 2).unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[a-z0-9_.=;*/(),+? -]{0,80}|\\PC{0,40}") {
            let _ = equations(&text, 2);
        }
    }
}
