//! Indices: integers known before the run, ranges and sums over them, elements of families, lists
//! and parameters.

use crate::elaborate::{Bound, Built, Elaborator, MAX_NESTING, MAX_WORK, too_large};
use crate::error::{FormulaError, Position};
use crate::expr::Expr;
use crate::lines::step_offset;
use crate::syntax::{Factor, Form, IndexRange, Syntax};

/// Indices and sizes are smaller than this.
const LARGEST: u64 = 1_000_000_000_000_000;

impl Elaborator<'_> {
    pub(crate) fn sum_over(&mut self, range: &IndexRange, body: &Syntax) -> Built {
        let (from, to) = self.range(range)?;
        let mut terms = Vec::new();
        for value in from..to {
            self.bound.push((range.index.clone(), Bound::Index(value)));
            let term = self.value(body);
            self.bound.pop();
            terms.push(term?);
        }
        Ok(Expr::sum(terms))
    }

    /// The values of an index: from the first up to, not including, the second.
    pub fn range(&mut self, range: &IndexRange) -> Result<(i64, i64), FormulaError> {
        let from = self.integer(&range.from)?;
        let mut to = self.integer(&range.to)?;
        if range.inclusive {
            to = to.saturating_add(1);
        }
        if to.saturating_sub(from) > 1_000_000 {
            return Err(FormulaError::new(
                range.at,
                "the range has more than a million values; choose a smaller size",
            ));
        }
        Ok((from, to))
    }

    /// An integer known before the run: an index, a size, and sums and products of them.
    pub fn integer(&mut self, syntax: &Syntax) -> Result<i64, FormulaError> {
        self.work += 1;
        self.nesting += 1;
        if self.work > MAX_WORK || self.nesting > MAX_NESTING {
            return Err(too_large(syntax.at));
        }
        let found = self.integer_form(syntax)?;
        self.nesting -= 1;
        // What is larger could not be written down so that it is read again.
        found
            .filter(|value| value.unsigned_abs() < LARGEST)
            .ok_or_else(|| {
                FormulaError::new(syntax.at, "this integer is too large, or divides by 0")
            })
    }

    fn integer_form(&mut self, syntax: &Syntax) -> Result<Option<i64>, FormulaError> {
        let at = syntax.at;
        Ok(match &syntax.form {
            Form::Number(value) if value.fract() == 0.0 => Some(*value as i64),
            Form::Name(name) => {
                let bound = self.bound.iter().rev().find(|(known, _)| known == name);
                if let Some((_, Bound::Index(value))) = bound {
                    return Ok(Some(*value));
                }
                if let Some(value) = self.sizes.get(name) {
                    return Ok(Some(*value));
                }
                let definition = self.definitions.get(name).map(|found| found.statement);
                match (definition, self.source) {
                    (Some(statement), Some(source)) => {
                        Some(self.integer(&source.statements[statement].right)?)
                    }
                    _ => {
                        return Err(FormulaError::new(
                            at,
                            format!("`{name}` must be an integer here; add the line `{name} = 8`"),
                        ));
                    }
                }
            }
            Form::Negative(inner) => self.integer(inner)?.checked_neg(),
            Form::Sum(terms) => {
                let mut total = Some(0_i64);
                for (subtracted, term) in terms {
                    let term = self.integer(term)?;
                    total = total.and_then(|total| {
                        if *subtracted {
                            total.checked_sub(term)
                        } else {
                            total.checked_add(term)
                        }
                    });
                }
                total
            }
            Form::Product(factors) => {
                let mut total = Some(1_i64);
                for (factor, operand) in factors {
                    let operand = self.integer(operand)?;
                    total = total.and_then(|total| match factor {
                        Factor::Times => total.checked_mul(operand),
                        Factor::Over => total
                            .checked_rem(operand)
                            .filter(|rest| *rest == 0)
                            .and_then(|_| total.checked_div(operand)),
                        Factor::Modulo => total.checked_rem_euclid(operand),
                    });
                }
                total
            }
            Form::Call(name, arguments) if name == "mod" && arguments.len() == 2 => {
                let (a, b) = (self.integer(&arguments[0])?, self.integer(&arguments[1])?);
                a.checked_rem_euclid(b)
            }
            _ => {
                return Err(FormulaError::new(
                    at,
                    "an index or a size must be an integer, made of numbers, indices and sizes",
                ));
            }
        })
    }

    pub(crate) fn subscripted(&mut self, name: &str, subscript: &str, at: Position) -> Built {
        let letter = self.source.and_then(|source| source.step_letter.as_deref());
        if let Some(letter) = letter.filter(|letter| subscript.starts_with(letter))
            && self.variables.contains(name)
        {
            return Err(looks_back(name, subscript, letter, at));
        }
        if self.flow && self.variables.contains(name) {
            let delay = subscript.replace(['−', '–'], "-");
            let delay = delay.strip_prefix("t-").unwrap_or(&delay);
            return self.past(name, delay, at);
        }
        Err(FormulaError::new(
            at,
            format!("the subscript `{subscript}` of `{name}` isn't known; write `{name}[i]`"),
        ))
    }

    pub(crate) fn indexed(&mut self, name: &str, indices: &[Syntax], at: Position) -> Built {
        let letter = self.source.and_then(|source| source.step_letter.as_deref());
        if let (Some(letter), [index]) = (letter, indices) {
            let is_bound = self.bound.iter().any(|(known, _)| known == letter);
            if let Some(offset) = step_offset(index, letter).filter(|_| !is_bound)
                && self.variables.contains(name)
            {
                return if offset == 0 {
                    Ok(Expr::symbol(name))
                } else {
                    let written = format!("{letter}{offset:+}");
                    Err(looks_back(name, &written, letter, at))
                };
            }
        }
        let mut values = Vec::with_capacity(indices.len());
        for index in indices {
            values.push(self.integer(index)?);
        }
        let ranges = self.families.get(name).cloned();
        if let Some(ranges) = &ranges {
            if ranges.len() != values.len() {
                return Err(FormulaError::new(
                    at,
                    format!(
                        "`{name}` has {} indices, not {}",
                        ranges.len(),
                        values.len()
                    ),
                ));
            }
            for (value, (from, to, cyclic)) in values.iter_mut().zip(ranges) {
                if *cyclic && to > from {
                    *value = (*value - from).rem_euclid(to - from) + from;
                }
            }
        }
        let concrete = concrete_name(name, &values);
        if self.variables.contains(&concrete) {
            return Ok(Expr::symbol(&concrete));
        }
        if self.definitions.contains_key(&concrete) {
            return self.definition(&concrete, at);
        }
        if ranges.is_some() {
            return Err(FormulaError::new(
                at,
                format!(
                    "`{concrete}` lies outside the range of `{name}`; \
                     end the range with `cyclic` if neighbours wrap around"
                ),
            ));
        }
        if let Some(statement) = self.definitions.get(name).map(|found| found.statement) {
            return self.element(name, statement, &values, at);
        }
        if self.constants_only {
            return Err(FormulaError::new(
                at,
                format!("`{concrete}` has no value here"),
            ));
        }
        Ok(self.free_symbol(&concrete, at))
    }

    /// An element of a vector or matrix that is written out as a list.
    fn element(&mut self, name: &str, statement: usize, values: &[i64], at: Position) -> Built {
        let Some(source) = self.source else {
            return Ok(Expr::number(0.0));
        };
        let mut found = &source.statements[statement].right;
        for value in values {
            let Form::List(items) = &found.form else {
                return Err(FormulaError::new(
                    at,
                    format!("`{name}` has fewer indices than are written here"),
                ));
            };
            found = usize::try_from(*value)
                .ok()
                .and_then(|value| items.get(value))
                .ok_or_else(|| {
                    FormulaError::new(
                        at,
                        format!(
                            "`{name}` has no element {value} here; its list has {} (from 0)",
                            items.len()
                        ),
                    )
                })?;
        }
        let outer = std::mem::take(&mut self.bound);
        let built = self.value(found);
        self.bound = outer;
        built
    }
}

/// `A[1,2]`
pub(crate) fn concrete_name(name: &str, indices: &[i64]) -> String {
    if indices.is_empty() {
        return name.to_owned();
    }
    let indices: Vec<String> = indices.iter().map(i64::to_string).collect();
    format!("{name}[{}]", indices.join(","))
}

fn looks_back(name: &str, written: &str, letter: &str, at: Position) -> FormulaError {
    FormulaError::new(
        at,
        format!(
            "the right-hand side may only use `{name}[{letter}]`, not `{name}[{written}]`; \
             keep an older value in a variable of its own"
        ),
    )
}
