//! A time series from a file of numbers: NPY, NPZ and Parquet. (CSV is read by the science, which
//! knows no other form.)

use loom_sim::{Column, Series};

use crate::error::FigureError;
use crate::npy_file::{self, Array};
use crate::parquet_file;

/// Names that a column of times has.
const TIMES: [&str; 5] = ["t", "time", "times", "n", "index"];

/// What a file of numbers holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The first member, where there are several.
    pub series: Series,
    pub members: usize,
}

/// Whether a file of this name is read here.
pub fn knows(name: &str) -> bool {
    let name = name.to_lowercase();
    [".npy", ".npz", ".parquet", ".pq"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Reads a series. NPY: (points), (points, dimension) or (members, points, dimension), a step
/// apart. NPZ: the array `x`, else the largest, with the times in `t` if it has them. Parquet:
/// every column, the one called t or time being the times, or the first one if it increases.
///
/// # Errors
/// For damaged files, text, gaps and numbers that are not finite, with row and column.
pub fn read(name: &str, bytes: &[u8]) -> Result<Imported, FigureError> {
    if parquet_file::is_parquet(bytes) {
        return of_columns(name, parquet_file::read(name, bytes)?);
    }
    if bytes.starts_with(b"PK") {
        return of_archive(name, npy_file::read_npz(name, bytes)?);
    }
    of_array(name, &npy_file::read_npy(name, bytes)?, None)
}

fn of_archive(name: &str, mut arrays: Vec<(String, Array)>) -> Result<Imported, FigureError> {
    let times = arrays
        .iter()
        .position(|(n, a)| TIMES.contains(&n.to_lowercase().as_str()) && a.shape.len() == 1)
        .filter(|_| arrays.len() > 1)
        .map(|place| arrays.remove(place).1);
    let main = arrays
        .iter()
        .find(|(n, _)| n == "x")
        .or_else(|| arrays.iter().max_by_key(|(_, a)| a.values.len()))
        .ok_or_else(|| FigureError::damaged(name, "it holds no arrays"))?;
    of_array(name, &main.1, times.map(|t| t.values))
}

fn of_array(name: &str, array: &Array, times: Option<Vec<f64>>) -> Result<Imported, FigureError> {
    let (members, points, dimension) = match array.shape[..] {
        [points] => (1, points, 1),
        [points, dimension] => (1, points, dimension),
        [members, points, dimension] => (members, points, dimension),
        _ => {
            return Err(FigureError::damaged(
                name,
                format!(
                    "its shape has {} axes; give (points, dimension) or (members, points, dimension)",
                    array.shape.len()
                ),
            ));
        }
    };
    if members == 0 || points == 0 || dimension == 0 {
        return Err(FigureError::damaged(name, "it holds no numbers"));
    }
    let symbol = if times.is_some() { "t" } else { "n" };
    let at = match times {
        Some(times) if times.len() == points => times,
        Some(times) => {
            return Err(FigureError::damaged(
                name,
                format!("it has {} times for {points} points", times.len()),
            ));
        }
        None => (0..points).map(|i| i as f64).collect(),
    };
    let label = |k: usize| match dimension {
        1 => "x".to_owned(),
        2 | 3 => ["x", "y", "z"][k].to_owned(),
        _ => format!("x{}", k + 1),
    };
    let columns = (0..dimension)
        .map(|k| Column {
            name: label(k),
            unit: String::new(),
            values: (0..points)
                .map(|i| array.values[i * dimension + k])
                .collect(),
        })
        .collect();
    checked(
        name,
        Imported {
            series: Series {
                abscissa: (symbol.into(), String::new()),
                at,
                columns,
            },
            members,
        },
    )
}

fn of_columns(name: &str, mut columns: Vec<(String, Vec<f64>)>) -> Result<Imported, FigureError> {
    let mut members = 1;
    if columns.first().is_some_and(|(n, _)| n == "member") {
        let numbers = columns.remove(0).1;
        let first = numbers.first().copied().unwrap_or(0.0);
        let end = numbers.iter().position(|n| *n != first);
        let most = numbers.iter().copied().fold(0.0, f64::max);
        members = most as usize + 1;
        for (_, values) in &mut columns {
            values.truncate(end.unwrap_or(numbers.len()));
        }
    }
    let rising = |values: &[f64]| values.windows(2).all(|w| w[1] > w[0]);
    let place = columns
        .iter()
        .position(|(n, _)| TIMES.contains(&n.to_lowercase().as_str()))
        .or_else(|| {
            let several = columns.len() > 1;
            columns
                .first()
                .filter(|(_, values)| several && rising(values))
                .map(|_| 0)
        });
    let points = columns.first().map_or(0, |(_, values)| values.len());
    let (symbol, at) = match place {
        Some(place) if columns.len() > 1 => columns.remove(place),
        _ => ("n".into(), (0..points).map(|i| i as f64).collect()),
    };
    let columns = columns
        .into_iter()
        .map(|(name, values)| Column {
            name,
            unit: String::new(),
            values,
        })
        .collect();
    checked(
        name,
        Imported {
            series: Series {
                abscissa: (symbol, String::new()),
                at,
                columns,
            },
            members,
        },
    )
}

/// A series of finite numbers at increasing times.
fn checked(name: &str, found: Imported) -> Result<Imported, FigureError> {
    let series = &found.series;
    if series.columns.is_empty() || series.at.is_empty() {
        return Err(FigureError::damaged(name, "it holds no rows of numbers"));
    }
    for column in &series.columns {
        if let Some(row) = column.values.iter().position(|x| !x.is_finite()) {
            return Err(FigureError::damaged(
                name,
                format!(
                    "row {} of column {} is no finite number ({}): fill the gap or cut the series there",
                    row + 1,
                    column.name,
                    column.values[row]
                ),
            ));
        }
    }
    if let Some(row) = series
        .at
        .windows(2)
        .position(|w| !matches!(w[0].partial_cmp(&w[1]), Some(std::cmp::Ordering::Less)))
    {
        return Err(FigureError::damaged(
            name,
            format!(
                "the times in column {} don't increase from row {} to row {} ({} to {})",
                series.abscissa.0,
                row + 1,
                row + 2,
                series.at[row],
                series.at[row + 1]
            ),
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::data;

    fn series(bad: f64) -> Series {
        let column = |name: &str, values: [f64; 3]| Column {
            name: name.into(),
            unit: String::new(),
            values: values.into(),
        };
        Series {
            abscissa: ("t".into(), String::new()),
            at: vec![0.0, 0.5, 1.0],
            columns: vec![column("x", [1.0, 2.0, 4.0]), column("y", [7.0, bad, 9.0])],
        }
    }

    #[test]
    fn every_form_gives_the_series_back() {
        let whole = series(8.0);
        for (bytes, timed) in [
            (data::series_npz(&whole).unwrap(), true),
            (data::series_npy(&whole).unwrap(), false),
            (parquet_file::series_parquet(&whole).unwrap(), true),
        ] {
            let found = read("a", &bytes).unwrap();
            assert_eq!(found.series.columns, whole.columns);
            assert_eq!(found.series.at == whole.at, timed);
            assert_eq!(found.members, 1);
        }
        for bytes in [
            data::ensemble_npz(&[whole.clone(), series(3.0)]).unwrap(),
            parquet_file::ensemble_parquet(&[whole.clone(), series(3.0)]).unwrap(),
        ] {
            let found = read("a", &bytes).unwrap();
            assert_eq!((found.series, found.members), (whole.clone(), 2));
        }
    }

    #[test]
    fn a_gap_is_named_by_row_and_column() {
        let bytes = parquet_file::series_parquet(&series(f64::NAN)).unwrap();
        let error = read("a.parquet", &bytes).unwrap_err().to_string();
        assert!(error.contains("row 2 of column y"), "{error}");
    }
}
