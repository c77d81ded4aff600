//! A system of formulas: which variables it has, which symbols are free, and the right-hand side
//! of each variable.

use crate::delays::Delayed;
use crate::elaborate::{Bound, Elaborator, FamilyRanges, Instance};
use crate::error::{FormulaError, Position};
use crate::expr::Expr;
use crate::indices::concrete_name;
use crate::latex;
use crate::lines::{self, Left, Source, Statement};
use std::collections::HashMap;
use std::sync::Arc;

/// Whether right-hand sides are rates of change or next values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemKind {
    /// Ordinary differential equations: dx/dt = f(x, p, t).
    Flow,
    /// An iterated map: x ← f(x, p, t), where t is the number of the step.
    Map,
}

/// A system of formulas, parsed and checked.
///
/// The text has one statement a line (or between `;`; `#` starts a comment):
///
/// - a flow's equations: `dx/dt = …`, `x' = …`, `ẋ = …`, `\dot{x} = …`;
/// - a map's equations: `x[n+1] = …`, `x_{n+1} = …`, `next x = …`;
/// - values of a flow's variables before now: `x(t - tau)`, where the delay is made of parameters
///   and numbers (see [`System::delays`]);
/// - definitions, `a = …`, and functions, `f(u) = …`, in any order;
/// - families over an index: `dx[i]/dt = … for i in 0..N cyclic` with `N = 40`; `cyclic` makes
///   neighbours wrap around; sums `sum(j in 0..N, A[i,j]*x[j])`; lists `A = [[0, 1], [1, 0]]`.
///
/// Piecewise values are `if(condition, a, b)`, `if(c1, a1, c2, a2, otherwise)` or
/// `a if condition else b`. `t` is time, `pi` is π; every other unknown symbol is a parameter.
///
/// ```
/// use loom_formula::{System, SystemKind};
/// let lorenz = System::parse("x' = σ(y − x); y' = x(ρ − z) − y; z' = x y − β z")?;
/// assert_eq!(lorenz.kind(), SystemKind::Flow);
/// assert_eq!(lorenz.variables(), ["x", "y", "z"]);
/// assert_eq!(lorenz.parameters(), ["σ", "ρ", "β"]);
/// assert_eq!(lorenz.divergence().to_string(), "-σ - 1 - β");
/// # Ok::<(), loom_formula::FormulaError>(())
/// ```
#[derive(Clone, Debug)]
pub struct System {
    source: Arc<Source>,
    kind: SystemKind,
    variables: Vec<String>,
    parameters: Vec<String>,
    places: Vec<Position>,
    rates: Vec<Expr>,
    delays: Vec<Delayed>,
}

/// Largest number of variables of one system.
const MAX_DIMENSION: usize = 100_000;

impl System {
    /// Reads a system.
    ///
    /// # Errors
    /// A sentence with line and column when the text is malformed, mixes flow and map, defines a
    /// name twice, or uses an index outside its range.
    pub fn parse(equations: &str) -> Result<System, FormulaError> {
        System::parse_with_sizes(equations, &[])
    }

    /// Reads a system whose sizes (the `N` of `for i in 0..N`) are given here; they replace
    /// definitions of the same names in the text.
    pub fn parse_with_sizes(
        equations: &str,
        sizes: &[(&str, usize)],
    ) -> Result<System, FormulaError> {
        let source = Arc::new(lines::read(equations)?);
        build(source, sizes)
    }

    /// The same text with other sizes.
    ///
    /// ```
    /// # use loom_formula::System;
    /// let lorenz96 = System::parse(
    ///     "N = 5; dx[i]/dt = (x[i+1] - x[i-2])*x[i-1] - x[i] + F for i in 0..N cyclic",
    /// )?;
    /// assert_eq!(lorenz96.dimension(), 5);
    /// assert_eq!(lorenz96.with_sizes(&[("N", 40)])?.dimension(), 40);
    /// # Ok::<(), loom_formula::FormulaError>(())
    /// ```
    pub fn with_sizes(&self, sizes: &[(&str, usize)]) -> Result<System, FormulaError> {
        build(self.source.clone(), sizes)
    }

    /// Flow or map.
    pub fn kind(&self) -> SystemKind {
        self.kind
    }

    /// Names of the variables in the order of their equations; elements of a family are `x[0]`,
    /// `x[1]`, ….
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The free symbols in order of appearance in the text.
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// Number of variables.
    pub fn dimension(&self) -> usize {
        self.variables.len()
    }

    /// Whether time appears nowhere.
    pub fn is_autonomous(&self) -> bool {
        !self
            .rates
            .iter()
            .any(|rate| rate.symbols().iter().any(|name| name == "t"))
    }

    /// Right-hand sides with definitions in place, in the order of the variables.
    pub fn rates(&self) -> &[Expr] {
        &self.rates
    }

    /// Refuses parameters that `known` doesn't name, with the place of the first one and the
    /// nearest known name.
    pub fn check_parameters(&self, known: &[&str]) -> Result<(), FormulaError> {
        for (name, at) in self.parameters.iter().zip(&self.places) {
            if !known.contains(&name.as_str()) {
                let variables = self.variables.iter().map(String::as_str);
                return Err(FormulaError::new(*at, format!("unknown name `{name}`"))
                    .with_nearest(name, known.iter().copied().chain(variables)));
            }
        }
        Ok(())
    }

    /// The Jacobian ∂fᵢ/∂xⱼ, simplified: row i, column j.
    pub fn jacobian(&self) -> Vec<Vec<Expr>> {
        let zero = Expr::number(0.0);
        self.rates
            .iter()
            .map(|rate| {
                let used = rate.symbols();
                let used: std::collections::HashSet<&str> =
                    used.iter().map(String::as_str).collect();
                self.variables
                    .iter()
                    .map(|name| {
                        if used.contains(name.as_str()) {
                            rate.derivative(name)
                        } else {
                            zero.clone()
                        }
                    })
                    .collect()
            })
            .collect()
    }

    /// The divergence Σ ∂fᵢ/∂xᵢ, simplified: the rate at which a flow's volumes grow.
    pub fn divergence(&self) -> Expr {
        let terms = self
            .variables
            .iter()
            .zip(&self.rates)
            .map(|(name, rate)| rate.derivative(name));
        Expr::sum(terms).simplify()
    }

    /// The system together with `vectors` tangent vectors w (Benettin's method): for a flow
    /// ẇ = J(x)·w, for a map w ← J(x)·w, and for a flow with delays
    /// ẇ = J(x)·w + Σ ∂f/∂dₖ·w(t − τₖ). Vector k's component along `x` is the variable `∂k x`,
    /// and all components of vector 0 come before those of vector 1.
    pub fn variational(&self, vectors: usize) -> System {
        if vectors == 0 {
            return self.clone();
        }
        let (jacobian, before) = (self.jacobian(), self.delayed_jacobian());
        let mut wide = self.clone();
        for k in 0..vectors {
            let component = |name: &str| format!("∂{k} {name}");
            let delays: Vec<Delayed> = self
                .delays
                .iter()
                .map(|d| Delayed {
                    variable: self.dimension() * (k + 1) + d.variable,
                    symbol: component(&d.symbol),
                    ..d.clone()
                })
                .collect();
            for ((row, past), name) in jacobian.iter().zip(&before).zip(&self.variables) {
                let now = self.variables.iter().map(|along| component(along));
                let then = delays.iter().map(|d| d.symbol.clone());
                let entries = row.iter().chain(past).zip(now.chain(then));
                let terms = entries.filter_map(|(entry, along)| match entry.as_number() {
                    Some(0.0) => None,
                    Some(1.0) => Some(Expr::symbol(&along)),
                    _ => Some(entry.clone() * Expr::symbol(&along)),
                });
                wide.rates.push(Expr::sum(terms));
                wide.variables.push(component(name));
            }
            wide.delays.extend(delays);
        }
        wide
    }

    /// The flow that goes the same ways backward: dx/ds = −f(x, p, −s) with s = −t. For systems
    /// without delays.
    pub fn reversed(&self) -> System {
        let mut back = self.clone();
        let mut known = HashMap::new();
        let timed = !self.is_autonomous();
        for rate in &mut back.rates {
            let at = if timed {
                rate.turned(&mut known)
            } else {
                rate.clone()
            };
            *rate = -at;
        }
        back
    }

    /// The system with further parameters that its equations don't name, after its own: for
    /// formulas beside the equations that read them.
    pub fn with_parameters(&self, names: &[String]) -> System {
        let mut wider = self.clone();
        for name in names {
            if !wider.parameters.contains(name) {
                wider.parameters.push(name.clone());
            }
        }
        wider
    }

    /// A map that leaves the variables where they are and puts the value of each formula, taken
    /// at that point with this system's parameters, into one more variable (`∘0`, `∘1`, …).
    pub fn reading(&self, formulas: Vec<Expr>) -> System {
        let mut wide = self.clone();
        wide.kind = SystemKind::Map;
        wide.rates = self.variables.iter().map(|v| Expr::symbol(v)).collect();
        for (k, formula) in formulas.into_iter().enumerate() {
            wide.variables.push(format!("∘{k}"));
            wide.rates.push(formula);
        }
        wide
    }

    /// The values of variables at earlier times that the right-hand sides read: empty for a system
    /// without delays. Each is a symbol of its own in [`System::rates`].
    pub fn delays(&self) -> &[Delayed] {
        &self.delays
    }

    /// How the right-hand sides depend on what was before, ∂fᵢ/∂dₖ: row i, one column for each of
    /// [`System::delays`].
    pub fn delayed_jacobian(&self) -> Vec<Vec<Expr>> {
        let row = |rate: &Expr| {
            let columns = self.delays.iter();
            columns.map(|d| rate.derivative(&d.symbol)).collect()
        };
        self.rates.iter().map(row).collect()
    }

    /// LaTeX of each statement as it was written, without alignment.
    pub fn latex_lines(&self) -> Vec<String> {
        latex::lines(&self.source)
    }

    /// The equations as they were written, as an `aligned` environment of LaTeX.
    pub fn to_latex(&self) -> String {
        latex::system(&self.source)
    }
}

fn build(source: Arc<Source>, sizes: &[(&str, usize)]) -> Result<System, FormulaError> {
    let kind = kind_of(&source)?;
    let mut elaborator = Elaborator::new(&source);
    elaborator.flow = kind == SystemKind::Flow;
    for (name, size) in sizes {
        let size = i64::try_from(*size).unwrap_or(i64::MAX);
        elaborator.sizes.insert((*name).to_owned(), size);
    }
    // Definitions without an index first: the ends of ranges may need them.
    for (place, statement) in source.statements.iter().enumerate() {
        match &statement.left {
            Left::Function(name, _) => {
                let before = elaborator.functions.insert(name.clone(), place);
                if before.is_some() {
                    return Err(twice(name, statement));
                }
            }
            Left::Definition(name, indices) if indices.is_empty() => {
                let instance = Instance {
                    statement: place,
                    bound: Vec::new(),
                };
                if elaborator
                    .definitions
                    .insert(name.clone(), instance)
                    .is_some()
                {
                    return Err(twice(name, statement));
                }
            }
            _ => {}
        }
    }
    let mut equations: Vec<(String, Instance)> = Vec::new();
    let mut defined: Vec<(String, Position)> = Vec::new();
    for (place, statement) in source.statements.iter().enumerate() {
        let indexed = !statement.left.indices().is_empty();
        if !statement.left.is_variable() && !indexed {
            if !statement.ranges.is_empty() {
                return Err(FormulaError::new(
                    statement.ranges[0].at,
                    "`for` needs an index on the left-hand side, such as `a[i] = … for i in 0..N`",
                ));
            }
            continue;
        }
        for (name, instance) in unroll(&mut elaborator, statement, place)? {
            let known =
                elaborator.variables.contains(&name) || elaborator.definitions.contains_key(&name);
            if known {
                return Err(twice(&name, statement));
            }
            if statement.left.is_variable() {
                elaborator.variables.insert(name.clone());
                equations.push((name, instance));
                if equations.len() > MAX_DIMENSION {
                    return Err(FormulaError::new(
                        statement.at,
                        format!("more than {MAX_DIMENSION} variables; choose a smaller size"),
                    ));
                }
            } else {
                elaborator.definitions.insert(name.clone(), instance);
                defined.push((name, statement.at));
            }
        }
    }
    let mut rates = Vec::with_capacity(equations.len());
    for (_, instance) in &equations {
        rates.push(elaborator.instance(instance)?.into_value());
    }
    // Definitions that no equation uses are checked too; lists are read where they are used.
    for statement in &source.statements {
        if let Left::Definition(name, indices) = &statement.left {
            let list = matches!(statement.right.form, crate::syntax::Form::List(_));
            if indices.is_empty() && !list && !elaborator.sizes.contains_key(name) {
                elaborator.definition(name, statement.at)?;
            }
        }
    }
    for (name, at) in defined {
        elaborator.definition(&name, at)?;
    }
    let mut delays = std::mem::take(&mut elaborator.delays);
    for delayed in &mut delays {
        let variable = equations.iter().position(|(name, _)| {
            delayed
                .symbol
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with("(t - "))
        });
        delayed.variable = variable.unwrap_or(0);
    }
    let mut free = std::mem::take(&mut elaborator.free);
    free.sort_by_key(|(_, at)| *at);
    let (parameters, places) = free.into_iter().unzip();
    drop(elaborator);
    Ok(System {
        kind,
        variables: equations.into_iter().map(|(name, _)| name).collect(),
        parameters,
        places,
        rates,
        delays,
        source,
    })
}

fn kind_of(source: &Source) -> Result<SystemKind, FormulaError> {
    let mut kind = None;
    for statement in &source.statements {
        let this = match statement.left {
            Left::Rate(..) => SystemKind::Flow,
            Left::Next(..) => SystemKind::Map,
            _ => continue,
        };
        if kind.is_some_and(|kind| kind != this) {
            return Err(FormulaError::new(
                statement.at,
                "a rate of change and a next value in one system; \
                 write all equations as `x' = …` or all as `x[n+1] = …`",
            ));
        }
        kind = Some(this);
    }
    kind.ok_or_else(|| {
        FormulaError::new(
            Position::START,
            "no equation found; write one such as `dx/dt = …` or `x[n+1] = …`",
        )
    })
}

/// The instances of a statement, one for each value of its indices, and its family's ranges.
fn unroll(
    elaborator: &mut Elaborator,
    statement: &Statement,
    place: usize,
) -> Result<Vec<(String, Instance)>, FormulaError> {
    let name = statement.left.name();
    let mut ranges = Vec::new();
    let mut total = 1_usize;
    for range in &statement.ranges {
        let (from, to) = elaborator.range(range)?;
        total = total.saturating_mul(usize::try_from(to - from).unwrap_or(0));
        ranges.push((range.index.clone(), from, to, range.cyclic));
    }
    if total > MAX_DIMENSION {
        return Err(FormulaError::new(
            statement.at,
            format!("more than {MAX_DIMENSION} elements; choose a smaller size"),
        ));
    }
    let mut family: FamilyRanges = Vec::new();
    let mut found = Vec::with_capacity(total);
    for number in 0..total {
        let mut bound = Vec::with_capacity(ranges.len());
        let mut rest = number as i64;
        // The last index runs fastest.
        for (index, from, to, _) in ranges.iter().rev() {
            let length = (to - from).max(1);
            bound.push((index.clone(), Bound::Index(from + rest % length)));
            rest /= length;
        }
        let mut values = Vec::new();
        elaborator.bind(bound.clone());
        for index in statement.left.indices() {
            values.push(elaborator.integer(index)?);
        }
        elaborator.bind(Vec::new());
        for (place, value) in values.iter().enumerate() {
            match family.get_mut(place) {
                Some((from, to, _)) => {
                    *from = (*from).min(*value);
                    *to = (*to).max(*value + 1);
                }
                None => family.push((*value, *value + 1, false)),
            }
        }
        found.push((
            concrete_name(name, &values),
            Instance {
                statement: place,
                bound,
            },
        ));
    }
    for (entry, range) in family.iter_mut().zip(&ranges) {
        entry.2 = range.3;
    }
    if !family.is_empty() {
        let known = elaborator
            .families
            .entry(name.to_owned())
            .or_insert_with(|| family.clone());
        for ((from, to, cyclic), other) in known.iter_mut().zip(&family) {
            *from = (*from).min(other.0);
            *to = (*to).max(other.1);
            *cyclic |= other.2;
        }
    }
    Ok(found)
}

/// The fault of a name that has two meanings.
fn twice(name: &str, statement: &Statement) -> FormulaError {
    FormulaError::new(statement.at, format!("`{name}` is defined twice"))
}
