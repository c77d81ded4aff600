//! A time series from any file that holds one: CSV, NPY, NPZ or Parquet.

use loom_sim::{Model, Series, SimError};

use loom_attractors::{recorded, series_file};
use loom_figure::imported;

/// Whether a file of this name is read as a series by every command that takes one.
pub fn knows(name: &str) -> bool {
    name.to_lowercase().ends_with(".csv") || imported::knows(name)
}

/// Reads it; of an ensemble the first member.
///
/// # Errors
/// For gaps, text, ragged rows and damage, with row and column.
pub fn read(name: &str, bytes: &[u8]) -> Result<Series, SimError> {
    if imported::knows(name) {
        let found = imported::read(name, bytes).map_err(SimError::parse)?;
        return Ok(found.series);
    }
    series_file::read(name, bytes)
}

/// The model of a series in a file of numbers; `None` for other files, CSV among them, which the
/// science tells from tables of other kinds.
pub fn model(name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
    imported::knows(name).then(|| Ok(recorded::model(name, &read(name, bytes)?)))
}
