//! Reading single expressions, and constants typed into a field.

use crate::elaborate::Elaborator;
use crate::error::{FormulaError, Position};
use crate::expr::Expr;
use crate::lines;

impl Expr {
    /// Reads one expression; every name that isn't a function or π is a free symbol.
    ///
    /// # Errors
    /// A sentence with line and column.
    pub fn parse(text: &str) -> Result<Expr, FormulaError> {
        let syntax = lines::read_expression(text)?;
        Elaborator::default().value(&syntax)
    }
}

/// The value of a constant expression typed into a field: `8/3`, `2*pi`, `1e-3`, `sqrt(2)`.
/// `e` and `tau` are known too.
///
/// # Errors
/// When the text is malformed, contains an unknown name, or has no finite value.
///
/// ```
/// assert_eq!(loom_formula::evaluate_constant("8/3")?, 8.0 / 3.0);
/// assert!(loom_formula::evaluate_constant("8/").is_err());
/// # Ok::<(), loom_formula::FormulaError>(())
/// ```
pub fn evaluate_constant(text: &str) -> Result<f64, FormulaError> {
    let syntax = lines::read_expression(text)?;
    let mut elaborator = Elaborator::default();
    elaborator.constants_only = true;
    let value = elaborator
        .value(&syntax)?
        .into_value()
        .eval(|_| None)
        .ok_or_else(|| FormulaError::new(Position::START, "this isn't a constant"))?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(FormulaError::new(
            Position::START,
            format!("the value is {value}, not a finite number"),
        ))
    }
}
