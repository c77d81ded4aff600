//! Ready's `.vti` files.

use loom_sim::SimError;

use super::recipe::Recipe;

/// Reads a file.
///
/// # Errors
/// What is not understood.
pub fn read(name: &str, _bytes: &[u8], _base: &Recipe) -> Result<Recipe, SimError> {
    Err(SimError::parse(format!("{name}: not yet.")))
}
