//! A delay system as a program in Python: NumPy alone, Runge–Kutta steps and the same cubic past,
//! the same numbers.

use std::fmt::Write as _;

use crate::definition::Definition;
use crate::settings::Build;

/// Text of a formula with each delayed value as an element of `past`.
pub fn with_past(definition: &Definition, text: &str) -> String {
    let mut symbols: Vec<(usize, &str)> = definition
        .system
        .delays()
        .iter()
        .map(|d| d.symbol.as_str())
        .enumerate()
        .collect();
    symbols.sort_by_key(|(_, symbol)| std::cmp::Reverse(symbol.len()));
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == ']';
    let mut out = String::new();
    let mut rest = text;
    'text: while let Some(first) = rest.chars().next() {
        if !out.ends_with(part) {
            for (number, symbol) in &symbols {
                if let Some(after) = rest.strip_prefix(symbol) {
                    let _ = write!(out, "past[{number}]");
                    rest = after;
                    continue 'text;
                }
            }
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// What stands between the constants and the end of a delay system's program. `rates` has a
/// formula for each variable, `lags` one for each delayed value, `history` one for each variable
/// where it is not constant; all are Python already.
pub fn body(
    definition: &Definition,
    build: &Build,
    unpack: &str,
    rates: &[String],
    lags: &[String],
    history: &[String],
) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "dt = {:?}  # one step", build.dt);
    let _ = writeln!(
        text,
        "period = {:?}  # natural time scale",
        definition.period
    );
    let variables: Vec<String> = definition
        .system
        .delays()
        .iter()
        .map(|d| d.variable.to_string())
        .collect();
    let _ = writeln!(
        text,
        "delayed = [{}]  # the variable of each delayed value",
        variables.join(", ")
    );
    let _ = writeln!(
        text,
        "lags = [{}]  # and how long ago it is read",
        lags.join(", ")
    );
    let _ = write!(
        text,
        "\n\ndef rates(t, u, past):\n    \"\"\"The rates of change at time t; past has the delayed values.\"\"\"\n{unpack}    return np.array([\n"
    );
    for rate in rates {
        let _ = writeln!(text, "        {rate},");
    }
    text.push_str(
        "    ], dtype=float)\n\n\ndef history(t):\n    \"\"\"The state before time 0.\"\"\"\n",
    );
    if history.is_empty() {
        text.push_str("    return initial\n");
    } else {
        let _ = writeln!(
            text,
            "    return np.array([{}], dtype=float)",
            history.join(", ")
        );
    }
    text.push_str(STEPS);
    text
}

/// The method of steps.
const STEPS: &str = r#"

def trajectory(points=1000, every=1):
    """Times and states, one point each `every` steps, by Runge and Kutta's steps of dt.

    Between two steps the past is the cubic that has their values and rates (Hermite)."""
    if not all(0 < lag for lag in lags) or dt > min(lags):
        raise ValueError("every delay must be above 0 and at least one step long")
    states, slopes = [initial], []

    def look(t):
        """The delayed values at time t."""
        found = []
        for variable, lag in zip(delayed, lags):
            s = t - lag
            if s <= 0:
                found.append(initial[variable] if s == 0 else history(s)[variable])
                continue
            k = min(int(s / dt), len(states) - 2)
            x = s / dt - k
            y = 1 - x
            found.append((1 + 2 * x) * y * y * states[k][variable]
                         + (1 + 2 * y) * x * x * states[k + 1][variable]
                         + dt * x * y * (y * slopes[k][variable] - x * slopes[k + 1][variable]))
        return found

    slopes.append(rates(0.0, initial, look(0.0)))
    for n in range((points - 1) * every):
        t, u = n * dt, states[-1]
        begin, middle, end = look(t), look(t + dt / 2), look(t + dt)
        k1 = rates(t, u, begin)
        k2 = rates(t + dt / 2, u + dt / 2 * k1, middle)
        k3 = rates(t + dt / 2, u + dt / 2 * k2, middle)
        k4 = rates(t + dt, u + dt * k3, end)
        u = u + dt / 6 * (k1 + 2 * (k2 + k3) + k4)
        states.append(u)
        slopes.append(rates(t + dt, u, end))
    return np.arange(points) * every * dt, np.array(states[::every])


if __name__ == "__main__":
    times, states = trajectory()
    print("last state", states[-1])
"#;
