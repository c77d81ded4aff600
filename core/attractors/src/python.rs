//! A system as a program in Python: NumPy and SciPy alone, the same numbers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use loom_sim::{Model, SimError};

use crate::catalogue;
use crate::definition::Definition;
use crate::delay;
use crate::settings::Build;

/// Names that the program or the language has already.
const TAKEN: [&str; 39] = [
    "np",
    "past",
    "lags",
    "delayed",
    "history",
    "look",
    "solve_ivp",
    "u",
    "t",
    "J",
    "Q",
    "rates",
    "step",
    "jacobian",
    "initial",
    "period",
    "dt",
    "trajectory",
    "lyapunov",
    "where",
    "mod",
    "round",
    "min",
    "max",
    "lambda",
    "is",
    "in",
    "as",
    "if",
    "else",
    "for",
    "def",
    "del",
    "from",
    "not",
    "and",
    "or",
    "pi",
    "print",
];

/// Functions of the formula language by what NumPy calls them.
const FUNCTIONS: [(&str, &str); 25] = [
    ("sin", "np.sin"),
    ("cos", "np.cos"),
    ("tan", "np.tan"),
    ("asin", "np.arcsin"),
    ("acos", "np.arccos"),
    ("atan", "np.arctan"),
    ("atan2", "np.arctan2"),
    ("sinh", "np.sinh"),
    ("cosh", "np.cosh"),
    ("tanh", "np.tanh"),
    ("exp", "np.exp"),
    ("log", "np.log"),
    ("log2", "np.log2"),
    ("log10", "np.log10"),
    ("sqrt", "np.sqrt"),
    ("cbrt", "np.cbrt"),
    ("abs", "np.abs"),
    ("sign", "np.sign"),
    ("floor", "np.floor"),
    ("ceil", "np.ceil"),
    ("round", "np.rint"),
    ("trunc", "np.trunc"),
    ("mod", "np.mod"),
    ("min", "np.minimum"),
    ("max", "np.maximum"),
];

/// The program of a model at its present parameters and start.
pub fn program(model: &Model) -> Result<String, SimError> {
    let definition = catalogue::definition(model)?;
    let build = Build::new(&definition, &model.parameters)?;
    Ok(Writer::new(&definition, &build).program())
}

struct Writer<'a> {
    definition: &'a Definition,
    build: &'a Build,
    /// Names of the system by those in Python.
    names: BTreeMap<String, String>,
    variables: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(definition: &'a Definition, build: &'a Build) -> Self {
        let mut names = BTreeMap::new();
        let all = definition.system.variables().iter();
        for name in all.chain(definition.system.parameters()) {
            let mut plain: String = name
                .chars()
                .map(|c| if c.is_alphanumeric() { c } else { '_' })
                .collect();
            plain = plain.trim_end_matches('_').to_owned();
            let taken = |plain: &String| {
                TAKEN.contains(&plain.as_str()) || names.values().any(|other| other == plain)
            };
            while taken(&plain) {
                plain.push('_');
            }
            names.insert(name.clone(), plain);
        }
        let variables = definition
            .system
            .variables()
            .iter()
            .map(|v| names[v].clone())
            .collect();
        Self {
            definition,
            build,
            names,
            variables,
        }
    }

    fn expression(&self, expr: &loom_formula::Expr) -> String {
        let text = delay::python::with_past(self.definition, &expr.to_string());
        let text = text.replace('^', "**");
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let part = |c: char| c.is_alphanumeric() || c == '_';
            if !(first.is_alphabetic() || first == '_') {
                // A number with its letters (1e-5), or a sign.
                let digits = rest
                    .find(|c: char| !(c.is_ascii_digit() || c == '.'))
                    .unwrap_or(rest.len());
                let end = match rest[digits..].chars().next() {
                    Some('e') if digits > 0 => {
                        digits
                            + 1
                            + rest[digits + 1..]
                                .find(|c: char| !(c.is_ascii_digit() || c == '-'))
                                .unwrap_or(rest.len() - digits - 1)
                    }
                    _ => digits.max(first.len_utf8()),
                };
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            let mut end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            let word = &rest[..end];
            // Members of a family are written with their index.
            if rest[end..].starts_with('[')
                && let Some(close) = rest[end..].find(']')
                && self.names.contains_key(&rest[..=end + close])
            {
                end += close + 1;
            }
            let called = rest[end..].starts_with('(');
            let word = if end > word.len() { &rest[..end] } else { word };
            let function = FUNCTIONS.iter().find(|(name, _)| called && *name == word);
            match (self.names.get(word), function, word) {
                (_, Some((_, numpy)), _) => out.push_str(numpy),
                (_, _, "if") if called => out.push_str("np.where"),
                (_, _, "heaviside") if called => out.push_str("heaviside"),
                (Some(name), _, _) => out.push_str(name),
                (_, _, "pi") => out.push_str("np.pi"),
                (_, _, other) => out.push_str(other),
            }
            rest = &rest[end..];
        }
        out
    }

    fn program(&self) -> String {
        let definition = self.definition;
        let map = definition.is_map();
        let mut text = String::new();
        let plain = |s: &str| s.replace("\"\"\"", "'''").replace('\\', "/");
        let _ = writeln!(text, "\"\"\"{}.", plain(&definition.title));
        for line in [&definition.summary, &definition.citation] {
            if !line.is_empty() {
                let _ = write!(text, "\n{}\n", plain(line));
            }
        }
        text.push_str(if definition.has_delays() {
            "\nWritten by Strange Loom. Needs NumPy.\n\"\"\"\n\nimport numpy as np\n"
        } else {
            "\nWritten by Strange Loom. Needs NumPy and SciPy.\n\"\"\"\n\nimport numpy as np\n"
        });
        if !map && !definition.has_delays() {
            text.push_str("from scipy.integrate import solve_ivp\n");
        }
        let mut functions = String::new();
        if definition.has_delays() {
            functions = self.lagged();
        } else {
            self.functions(&mut functions, map);
        }
        if functions.contains("heaviside(") {
            text.push_str("\n\ndef heaviside(x):\n    return np.where(x < 0, 0.0, 1.0)\n\n");
        }
        text.push('\n');
        for (constant, value) in definition.parameters.iter().zip(&self.build.constants) {
            let name = &self.names[&constant.key];
            let _ = write!(text, "{name} = {value:?}");
            let generic = constant.name == format!("Parameter {}", constant.key);
            if !generic {
                let _ = write!(text, "  # {}", constant.name);
            }
            text.push('\n');
        }
        let start: Vec<String> = self
            .build
            .initial
            .iter()
            .map(|x| format!("{x:?}"))
            .collect();
        let _ = writeln!(
            text,
            "initial = np.array([{}])  # {}",
            start.join(", "),
            self.variables.join(", ")
        );
        if definition.has_delays() {
            text.push_str(&functions);
            return text;
        }
        if !map {
            let _ = writeln!(
                text,
                "period = {:?}  # natural time scale",
                definition.period
            );
            let _ = writeln!(
                text,
                "dt = {:?}  # step of the tangent dynamics",
                self.build.dt
            );
        }
        text.push_str(&functions);
        text.push_str(if map { MAP } else { FLOW });
        text
    }

    /// All that follows the constants of a delay system.
    fn lagged(&self) -> String {
        let system = &self.definition.system;
        let texts = |list: &mut dyn Iterator<Item = &loom_formula::Expr>| -> Vec<String> {
            list.map(|e| self.expression(e)).collect()
        };
        let comma = if self.variables.len() == 1 { "," } else { "" };
        delay::python::body(
            self.definition,
            self.build,
            &format!("    {}{comma} = u\n", self.variables.join(", ")),
            &texts(&mut system.rates().iter()),
            &texts(&mut system.delays().iter().map(|d| &d.delay)),
            &texts(&mut self.definition.history.iter()),
        )
    }

    /// The right-hand sides and their Jacobian.
    fn functions(&self, text: &mut String, map: bool) {
        let system = &self.definition.system;
        let name = if map { "step" } else { "rates" };
        let comma = if self.variables.len() == 1 { "," } else { "" };
        let unpack = format!("    {}{comma} = u\n", self.variables.join(", "));
        let clock = if map { "n" } else { "time" };
        let _ = write!(
            text,
            "\n\ndef {name}(t, u):\n    \"\"\"The {} at {clock} t.\"\"\"\n{unpack}    return np.array([\n",
            if map { "next state" } else { "rates of change" }
        );
        for rate in system.rates() {
            let _ = writeln!(text, "        {},", self.expression(rate));
        }
        text.push_str("    ], dtype=float)\n");
        let d = self.variables.len();
        let _ = write!(
            text,
            "\n\ndef jacobian(t, u):\n    \"\"\"J[i, j]: how much {name}()[i] depends on u[j].\"\"\"\n{unpack}    J = np.zeros(({d}, {d}))\n"
        );
        for (i, row) in system.jacobian().iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                if entry.as_number() != Some(0.0) {
                    let _ = writeln!(text, "    J[{i}, {j}] = {}", self.expression(entry));
                }
            }
        }
        text.push_str("    return J\n");
    }
}

/// What follows the functions of a flow.
const FLOW: &str = r#"

def trajectory(points=1000, points_per_period=100):
    """Times and states, by Dormand and Prince's method of order 8."""
    times = np.arange(points) * period / points_per_period
    found = solve_ivp(rates, (0.0, times[-1]), initial, method="DOP853",
                      t_eval=times, rtol=1e-9, atol=1e-9)
    return found.t, found.y.T


def lyapunov(periods=400, transient=50, blocks=20):
    """All Lyapunov exponents and their standard errors, by Benettin's method."""
    def both(t, u, Q):
        return rates(t, u), jacobian(t, u) @ Q

    def advance(t, u, Q):
        a, A = both(t, u, Q)
        b, B = both(t + dt / 2, u + dt / 2 * a, Q + dt / 2 * A)
        c, C = both(t + dt / 2, u + dt / 2 * b, Q + dt / 2 * B)
        d, D = both(t + dt, u + dt * c, Q + dt * C)
        return t + dt, u + dt / 6 * (a + 2 * b + 2 * c + d), Q + dt / 6 * (A + 2 * B + 2 * C + D)

    t, u, Q = 0.0, initial.copy(), np.eye(len(initial))
    steps = max(1, round(periods * period / dt / blocks))
    rows = []
    for block in range(-max(1, round(transient * blocks / periods)), blocks):
        growth = np.zeros(len(u))
        for _ in range(steps):
            t, u, Q = advance(t, u, Q)
            Q, R = np.linalg.qr(Q)
            growth += np.log(np.abs(np.diag(R)))
        if block >= 0:
            rows.append(growth / (steps * dt))
    return np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / np.sqrt(blocks)


if __name__ == "__main__":
    times, states = trajectory()
    print("last state", states[-1])
    exponents, errors = lyapunov()
    for exponent, error in zip(exponents, errors):
        print(f"{exponent:10.5f} +- {error:.5f}")
    print(f"sum {exponents.sum():.5f}")
"#;

/// What follows the functions of a map.
const MAP: &str = r#"

def trajectory(points=1000):
    """States, the initial one first."""
    states = [initial]
    for n in range(points - 1):
        states.append(step(n, states[-1]))
    return np.array(states)


def lyapunov(iterations=100000, transient=1000, blocks=20):
    """All Lyapunov exponents per iteration and their standard errors, by Benettin's method."""
    u, Q, n = initial.copy(), np.eye(len(initial)), 0
    rows = []
    for block in range(-1, blocks):
        growth = np.zeros(len(u))
        count = transient if block < 0 else iterations // blocks
        for _ in range(count):
            Q, R = np.linalg.qr(jacobian(n, u) @ Q)
            u, n = step(n, u), n + 1
            growth += np.log(np.maximum(np.abs(np.diag(R)), 1e-300))
        if block >= 0:
            rows.append(growth / count)
    return np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / np.sqrt(blocks)


if __name__ == "__main__":
    states = trajectory()
    print("last state", states[-1])
    exponents, errors = lyapunov()
    for exponent, error in zip(exponents, errors):
        print(f"{exponent:10.5f} +- {error:.5f}")
    print(f"sum {exponents.sum():.5f}")
"#;
