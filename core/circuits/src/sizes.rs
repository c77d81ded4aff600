//! What the sizes are: given, derived from others, or found by unification.

use std::collections::BTreeMap;

use num_bigint::BigInt;

use crate::error::CircuitError;
use crate::expr::Expr;
use crate::size::Size;
use crate::term::Circuit;

/// One axis can't be longer than this, so that a slip of the keyboard allocates nothing.
pub const LARGEST: u64 = 1 << 30;

/// Values of a circuit's size symbols.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sizes {
    given: BTreeMap<String, u64>,
    derived: BTreeMap<String, Size>,
    solved: BTreeMap<String, Size>,
}

/// What unification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// One size, whatever the values; a free symbol may have been bound to make it so.
    Always,
    /// Two expressions that have the same value for the present sizes.
    Now,
    Never,
}

impl Sizes {
    /// The circuit's own sizes with some of them set otherwise.
    pub fn of(circuit: &Circuit, set: &BTreeMap<String, u64>) -> Result<Self, CircuitError> {
        let mut this = Self::default();
        for definition in &circuit.sizes {
            let name = definition.name.clone();
            if let Expr::Integer(n) = definition.value {
                check_range(&name, n).map_err(|m| CircuitError::meaning(definition.at, m))?;
                this.given.insert(name, n);
            } else {
                let size = Size::from_expr(&definition.value)
                    .map_err(|m| CircuitError::meaning(definition.at, m))?;
                this.derived.insert(name, size);
            }
        }
        for (name, n) in set {
            if !this.given.contains_key(name) {
                if let Some(size) = this.derived.get(name) {
                    return Err(CircuitError::Size(format!(
                        "{name} is derived as {size}: set the sizes in it."
                    )));
                }
                return Err(CircuitError::UnknownSize {
                    name: name.clone(),
                    known: this.given.keys().cloned().collect::<Vec<_>>().join(", "),
                });
            }
            check_range(name, *n).map_err(CircuitError::Size)?;
            this.given.insert(name.clone(), *n);
        }
        // Derived sizes are spelt out in given ones; what still names a derived size after as
        // many rounds as there are definitions goes round in a circle.
        for _ in 0..this.derived.len() {
            let before = this.derived.clone();
            for (name, size) in &mut this.derived {
                *size = size
                    .substitute(&|s| before.get(s).cloned())
                    .ok_or_else(|| CircuitError::Size(format!("The size {name} can't be worked out: it divides by a sum, or grows too large.")))?;
            }
        }
        for definition in &circuit.sizes {
            if let Some(size) = this.derived.get(&definition.name)
                && size.symbols().iter().any(|s| this.derived.contains_key(s))
            {
                return Err(CircuitError::meaning(
                    definition.at,
                    format!(
                        "the size {} is defined by itself; give one of its circle a number.",
                        definition.name
                    ),
                ));
            }
        }
        Ok(this)
    }

    /// Sizes with numbers of their own, in alphabetical order.
    pub fn given(&self) -> &BTreeMap<String, u64> {
        &self.given
    }

    /// Spelt out in given and still unknown symbols.
    pub fn resolve(&self, size: &Size) -> Size {
        let mut now = size.clone();
        for _ in 0..=self.solved.len() {
            let known = |s: &str| self.derived.get(s).or_else(|| self.solved.get(s)).cloned();
            if !now.symbols().iter().any(|s| known(s).is_some()) {
                break;
            }
            match now.substitute(&known) {
                Some(next) => now = next,
                None => break,
            }
        }
        now
    }

    /// The exact number.
    pub fn count(&self, size: &Size) -> Result<BigInt, CircuitError> {
        self.resolve(size)
            .whole(&|name| self.given.get(name).copied())
            .map_err(CircuitError::Size)
    }

    /// The length of an axis.
    pub fn length(&self, size: &Size) -> Result<u64, CircuitError> {
        let n = self.count(size)?;
        let shown = || {
            if size.symbols().is_empty() {
                n.to_string()
            } else {
                format!("{size} = {n}")
            }
        };
        match u64::try_from(&n) {
            Ok(n) if (1..=LARGEST).contains(&n) => Ok(n),
            _ => Err(CircuitError::Size(format!(
                "The size {} is out of range: an axis has from 1 to {LARGEST} entries.",
                shown()
            ))),
        }
    }

    /// The value of a factor such as `k^(-1/2)`.
    pub fn factor(&self, expr: &Expr) -> Result<f64, CircuitError> {
        let lookup = |name: &str| self.length(&Size::symbol(name)).ok().map(|n| n as f64);
        match expr.value(&lookup) {
            Some(x) if x.is_finite() => Ok(x),
            Some(_) => Err(CircuitError::Size(format!(
                "The factor {expr} is not finite for these sizes."
            ))),
            None => {
                let mut names = Vec::new();
                expr.symbols(&mut names);
                let missing = names
                    .into_iter()
                    .find(|n| lookup(n).is_none())
                    .unwrap_or("?");
                Err(CircuitError::Size(format!(
                    "The factor {expr} needs the size {missing}, which has no value; give it one in the where clause."
                )))
            }
        }
    }

    /// Makes two sizes one, if it can be done.
    pub fn unify(&mut self, a: &Size, b: &Size) -> Agreement {
        let (a, b) = (self.resolve(a), self.resolve(b));
        if a == b {
            return Agreement::Always;
        }
        if let Some(difference) = a.minus(&b)
            && let Some((name, value)) =
                difference.solve(&|s| !self.given.contains_key(s) && !self.solved.contains_key(s))
        {
            // A size is at least one whole; −3 or 1/2 is no solution.
            let possible = value.whole(&|s| self.given.get(s).copied()).map_or(
                !value.symbols().iter().all(|s| self.given.contains_key(s)),
                |n| n >= BigInt::from(1),
            );
            if possible {
                self.solved.insert(name, value);
                return Agreement::Always;
            }
            return Agreement::Never;
        }
        match (self.count(&a), self.count(&b)) {
            (Ok(x), Ok(y)) if x == y => Agreement::Now,
            _ => Agreement::Never,
        }
    }

    /// As a message shows a size: its number where it has one.
    pub fn shown(&self, size: &Size) -> String {
        self.count(size)
            .map_or_else(|_| self.resolve(size).to_string(), |n| n.to_string())
    }
}

fn check_range(name: &str, n: u64) -> Result<(), String> {
    if (1..=LARGEST).contains(&n) {
        Ok(())
    } else {
        Err(format!(
            "the size {name} can't be {n}: give a whole number from 1 to {LARGEST}."
        ))
    }
}
