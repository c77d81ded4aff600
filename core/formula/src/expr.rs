//! An expression: an immutable tree of shared nodes, so that a definition used a hundred times is
//! stored, differentiated and compiled once.

use crate::function::Function;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How two values are compared. Comparisons with NaN are false, except `NotEqual`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl Relation {
    /// The ASCII spelling.
    pub fn sign(self) -> &'static str {
        match self {
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterEqual => ">=",
            Relation::Equal => "==",
            Relation::NotEqual => "!=",
        }
    }

    /// Whether `a ∘ b` holds.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Relation::Less => a < b,
            Relation::LessEqual => a <= b,
            Relation::Greater => a > b,
            Relation::GreaterEqual => a >= b,
            Relation::Equal => a == b,
            Relation::NotEqual => a != b,
        }
    }
}

/// What a node of an expression is. Conditions (`Compare`, `And`, `Or`, `Not`) appear only as
/// operands of each other and as the first operand of `If`.
#[derive(Clone, Debug)]
pub enum Kind {
    Number(f64),
    /// π, kept by name so that it is printed as one.
    Pi,
    Symbol(Arc<str>),
    Neg(Expr),
    /// Terms added from left to right; a `Neg` term after the first is subtracted.
    Sum(Vec<Expr>),
    Mul(Expr, Expr),
    Div(Expr, Expr),
    Pow(Expr, Expr),
    /// A function with as many arguments as its arity says.
    Call(Function, Vec<Expr>),
    If(Expr, Expr, Expr),
    Compare(Relation, Expr, Expr),
    And(Expr, Expr),
    Or(Expr, Expr),
    Not(Expr),
}

struct Node {
    kind: Kind,
    hash: u64,
    size: u32,
    depth: u32,
}

/// An expression over f64: numbers, symbols, the four operations, powers, the functions of
/// [`Function`] and piecewise definitions.
///
/// ```
/// use loom_formula::Expr;
/// let energy = Expr::parse("p^2/2 + 1 - cos(q)")?;
/// assert_eq!(energy.derivative("q").to_string(), "sin(q)");
/// assert_eq!(energy.eval(|name| (name == "p").then_some(2.0)).is_none(), true);
/// assert_eq!(energy.eval(|name| Some(if name == "p" { 2.0 } else { 0.0 })), Some(2.0));
/// # Ok::<(), loom_formula::FormulaError>(())
/// ```
#[derive(Clone)]
pub struct Expr(Arc<Node>);

/// FNV-1a, the same on every machine, so that nothing depends on the order of a hash table.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

impl Kind {
    fn operands(&self, each: &mut dyn FnMut(&Expr)) {
        match self {
            Kind::Number(_) | Kind::Pi | Kind::Symbol(_) => {}
            Kind::Neg(a) | Kind::Not(a) => each(a),
            Kind::Sum(items) | Kind::Call(_, items) => items.iter().for_each(each),
            Kind::Mul(a, b)
            | Kind::Div(a, b)
            | Kind::Pow(a, b)
            | Kind::Compare(_, a, b)
            | Kind::And(a, b)
            | Kind::Or(a, b) => {
                each(a);
                each(b);
            }
            Kind::If(a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
        }
    }

    fn is_condition(&self) -> bool {
        matches!(
            self,
            Kind::Compare(..) | Kind::And(..) | Kind::Or(..) | Kind::Not(_)
        )
    }
}

impl Expr {
    pub(crate) fn new(kind: Kind) -> Expr {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        std::mem::discriminant(&kind).hash(&mut hasher);
        match &kind {
            Kind::Number(value) => hasher.write(&value.to_bits().to_le_bytes()),
            Kind::Symbol(name) => hasher.write(name.as_bytes()),
            Kind::Call(function, _) => hasher.write(&[*function as u8]),
            Kind::Compare(relation, ..) => hasher.write(&[*relation as u8]),
            _ => {}
        }
        let (mut size, mut depth) = (1_u32, 0_u32);
        kind.operands(&mut |operand| {
            hasher.write(&operand.0.hash.to_le_bytes());
            size = size.saturating_add(operand.0.size);
            depth = depth.max(operand.0.depth);
        });
        Expr(Arc::new(Node {
            hash: hasher.finish(),
            kind,
            size,
            depth: depth + 1,
        }))
    }

    /// What stands at the root.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Number of nodes when written out as a tree (saturating).
    pub fn size(&self) -> usize {
        self.0.size as usize
    }

    /// Longest path from the root to a leaf, counted in nodes.
    pub fn depth(&self) -> usize {
        self.0.depth as usize
    }

    /// The node's address: the same for shared nodes, so that walks visit each once.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    pub(crate) fn operands(&self, each: &mut dyn FnMut(&Expr)) {
        self.0.kind.operands(each);
    }

    /// A number. (NaN and infinities can be held, but the parser never makes them.)
    pub fn number(value: f64) -> Expr {
        Expr::new(Kind::Number(value))
    }

    /// A free symbol.
    pub fn symbol(name: &str) -> Expr {
        Expr::new(Kind::Symbol(name.into()))
    }

    /// π.
    pub fn pi() -> Expr {
        Expr::new(Kind::Pi)
    }

    /// The value if this is a number (π is not one).
    pub fn as_number(&self) -> Option<f64> {
        match self.kind() {
            Kind::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The name if this is a symbol.
    pub fn as_symbol(&self) -> Option<&str> {
        match self.kind() {
            Kind::Symbol(name) => Some(name),
            _ => None,
        }
    }

    /// Whether this is a condition rather than a number.
    pub fn is_condition(&self) -> bool {
        self.kind().is_condition()
    }

    /// Terms added from left to right; 0 when there are none.
    pub fn sum(terms: impl IntoIterator<Item = Expr>) -> Expr {
        let mut flat: Vec<Expr> = Vec::new();
        for (place, term) in terms.into_iter().enumerate() {
            match term.kind() {
                // (a + b) + c is evaluated as a + b + c, so it is the same sum.
                Kind::Sum(inner) if place == 0 => flat.extend(inner.iter().cloned()),
                _ => flat.push(term.into_value()),
            }
        }
        match flat.len() {
            0 => Expr::number(0.0),
            1 => flat.swap_remove(0),
            _ => Expr::new(Kind::Sum(flat)),
        }
    }

    /// `self` to the power `exponent`.
    pub fn pow(self, exponent: Expr) -> Expr {
        Expr::new(Kind::Pow(self.into_value(), exponent.into_value()))
    }

    /// A function of as many arguments as its arity says; `None` when their number is wrong.
    pub fn call(function: Function, arguments: Vec<Expr>) -> Option<Expr> {
        (arguments.len() == function.arity()).then(|| {
            let arguments = arguments.into_iter().map(Expr::into_value).collect();
            Expr::new(Kind::Call(function, arguments))
        })
    }

    pub(crate) fn call1(function: Function, argument: Expr) -> Expr {
        Expr::new(Kind::Call(function, vec![argument.into_value()]))
    }

    pub(crate) fn call2(function: Function, a: Expr, b: Expr) -> Expr {
        Expr::new(Kind::Call(function, vec![a.into_value(), b.into_value()]))
    }

    /// `value` where the condition holds, `otherwise` elsewhere.
    pub fn choose(condition: Expr, value: Expr, otherwise: Expr) -> Expr {
        Expr::new(Kind::If(
            condition.into_condition(),
            value.into_value(),
            otherwise.into_value(),
        ))
    }

    /// A comparison.
    pub fn compare(relation: Relation, a: Expr, b: Expr) -> Expr {
        Expr::new(Kind::Compare(relation, a.into_value(), b.into_value()))
    }

    /// Both conditions.
    pub fn and(self, other: Expr) -> Expr {
        Expr::new(Kind::And(self.into_condition(), other.into_condition()))
    }

    /// Either condition.
    pub fn or(self, other: Expr) -> Expr {
        Expr::new(Kind::Or(self.into_condition(), other.into_condition()))
    }

    /// The opposite condition.
    pub fn negated_condition(self) -> Expr {
        Expr::new(Kind::Not(self.into_condition()))
    }

    /// A condition used as a number is 1 where it holds and 0 elsewhere.
    pub(crate) fn into_value(self) -> Expr {
        if self.is_condition() {
            Expr::new(Kind::If(self, Expr::number(1.0), Expr::number(0.0)))
        } else {
            self
        }
    }

    /// A number used as a condition holds where it isn't 0.
    pub(crate) fn into_condition(self) -> Expr {
        if self.is_condition() {
            self
        } else {
            Expr::new(Kind::Compare(Relation::NotEqual, self, Expr::number(0.0)))
        }
    }

    /// The same node over other operands: `change` maps each operand.
    pub(crate) fn map_operands(&self, change: &mut dyn FnMut(&Expr) -> Expr) -> Expr {
        match self.kind() {
            Kind::Number(_) | Kind::Pi | Kind::Symbol(_) => self.clone(),
            Kind::Neg(a) => -change(a),
            Kind::Not(a) => change(a).negated_condition(),
            Kind::Sum(items) => {
                let items: Vec<Expr> = items.iter().map(change).collect();
                Expr::sum(items)
            }
            Kind::Call(function, items) => Expr::new(Kind::Call(
                *function,
                items.iter().map(|item| change(item).into_value()).collect(),
            )),
            Kind::Mul(a, b) => change(a) * change(b),
            Kind::Div(a, b) => change(a) / change(b),
            Kind::Pow(a, b) => {
                let a = change(a);
                a.pow(change(b))
            }
            Kind::Compare(relation, a, b) => {
                let a = change(a);
                Expr::compare(*relation, a, change(b))
            }
            Kind::And(a, b) => {
                let a = change(a);
                a.and(change(b))
            }
            Kind::Or(a, b) => {
                let a = change(a);
                a.or(change(b))
            }
            Kind::If(a, b, c) => {
                let (a, b) = (change(a), change(b));
                Expr::choose(a, b, change(c))
            }
        }
    }

    /// The free symbols in order of appearance.
    pub fn symbols(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        let mut names = Vec::new();
        collect_symbols(self, &mut seen, &mut names);
        names
    }
}

fn collect_symbols(
    expr: &Expr,
    seen: &mut std::collections::HashSet<usize>,
    names: &mut Vec<String>,
) {
    if !seen.insert(expr.address()) {
        return;
    }
    if let Some(name) = expr.as_symbol()
        && !names.iter().any(|known| known == name)
    {
        names.push(name.to_owned());
    }
    expr.operands(&mut |operand| collect_symbols(operand, seen, names));
}

impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        if self.0.hash != other.0.hash || self.0.size != other.0.size {
            return false;
        }
        match (self.kind(), other.kind()) {
            (Kind::Number(a), Kind::Number(b)) => a.to_bits() == b.to_bits(),
            (Kind::Pi, Kind::Pi) => true,
            (Kind::Symbol(a), Kind::Symbol(b)) => a == b,
            (Kind::Neg(a), Kind::Neg(b)) | (Kind::Not(a), Kind::Not(b)) => a == b,
            (Kind::Sum(a), Kind::Sum(b)) => a == b,
            (Kind::Call(f, a), Kind::Call(g, b)) => f == g && a == b,
            (Kind::Compare(f, a, c), Kind::Compare(g, b, d)) => f == g && a == b && c == d,
            (Kind::Mul(a, c), Kind::Mul(b, d))
            | (Kind::Div(a, c), Kind::Div(b, d))
            | (Kind::Pow(a, c), Kind::Pow(b, d))
            | (Kind::And(a, c), Kind::And(b, d))
            | (Kind::Or(a, c), Kind::Or(b, d)) => a == b && c == d,
            (Kind::If(a, c, e), Kind::If(b, d, f)) => a == b && c == d && e == f,
            _ => false,
        }
    }
}

impl Eq for Expr {}

impl Hash for Expr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({self})")
    }
}

impl std::ops::Neg for Expr {
    type Output = Expr;

    fn neg(self) -> Expr {
        match self.kind() {
            Kind::Number(value) => Expr::number(-value),
            Kind::Neg(inner) => inner.clone(),
            _ => Expr::new(Kind::Neg(self.into_value())),
        }
    }
}

impl std::ops::Add for Expr {
    type Output = Expr;

    fn add(self, other: Expr) -> Expr {
        Expr::sum([self, other])
    }
}

impl std::ops::Sub for Expr {
    type Output = Expr;

    fn sub(self, other: Expr) -> Expr {
        Expr::sum([self, -other.into_value()])
    }
}

impl std::ops::Mul for Expr {
    type Output = Expr;

    fn mul(self, other: Expr) -> Expr {
        Expr::new(Kind::Mul(self.into_value(), other.into_value()))
    }
}

impl std::ops::Div for Expr {
    type Output = Expr;

    fn div(self, other: Expr) -> Expr {
        Expr::new(Kind::Div(self.into_value(), other.into_value()))
    }
}
