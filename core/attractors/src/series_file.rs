//! Time series from CSV files: times in the first column, a variable in each other one.

use loom_sim::{Column, Series, SimError};

/// Longest file that is read.
const MOST_BYTES: usize = 1 << 30;

/// Reads a series; the first row may name the columns. Errors name the row and the column.
pub fn read(name: &str, bytes: &[u8]) -> Result<Series, SimError> {
    if bytes.len() > MOST_BYTES {
        return Err(SimError::parse(format!("{name} is larger than 1 GiB.")));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut names: Vec<String> = Vec::new();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|e| SimError::parse(format!("{name}: {e}.")))?;
        let line = record
            .position()
            .map_or(number as u64 + 1, csv::Position::line);
        if number == 0 {
            columns.resize(record.len(), Vec::new());
            if record.iter().any(|f| f.parse::<f64>().is_err()) {
                names = record.iter().map(str::to_owned).collect();
                continue;
            }
        }
        for (k, field) in record.iter().enumerate() {
            let named = names.get(k).cloned().unwrap_or_else(|| (k + 1).to_string());
            let value = field.parse().ok().filter(|v: &f64| v.is_finite());
            let value = value.ok_or_else(|| {
                let what = if field.is_empty() {
                    "is empty".to_owned()
                } else {
                    format!("is no finite number: “{field}”")
                };
                SimError::parse(format!("{name}, line {line}, column {named} {what}."))
            })?;
            columns[k].push(value);
        }
    }
    if columns.is_empty() || columns[0].is_empty() {
        return Err(SimError::parse(format!("{name} has no rows of numbers.")));
    }
    // One column alone is a variable, its rows a step apart.
    let at = if columns.len() == 1 {
        names.insert(0, "n".into());
        (0..columns[0].len()).map(|i| i as f64).collect()
    } else {
        columns.remove(0)
    };
    let abscissa = names.first().cloned().unwrap_or_else(|| "t".into());
    if let Some(row) = at.windows(2).position(|w| w[1] <= w[0]) {
        return Err(SimError::parse(format!(
            "{name}: the times in column {abscissa} don't increase from row {} to row {} ({} to {}).",
            row + 1,
            row + 2,
            at[row],
            at[row + 1]
        )));
    }
    let columns = columns
        .into_iter()
        .enumerate()
        .map(|(k, values)| Column {
            name: names
                .get(k + 1)
                .cloned()
                .unwrap_or_else(|| format!("x{}", k + 1)),
            unit: String::new(),
            values,
        })
        .collect();
    Ok(Series {
        abscissa: (abscissa, String::new()),
        at,
        columns,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_gap_is_named_by_line_and_column() {
        let error = |text: &str| read("a.csv", text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("t,x\n0,1\n1,\n"), "a.csv, line 3, column x is empty.");
        assert_eq!(
            error("t,x\n0,1\n1,high\n"),
            "a.csv, line 3, column x is no finite number: “high”."
        );
        assert!(error("t,x\n0,1\n1,NaN\n").contains("line 3"));
        assert!(error("t,x\n0,1\n0,2\n").contains("row 1 to row 2"));
        assert!(error("").contains("no rows"));
    }

    #[test]
    fn one_column_is_a_variable_and_names_may_be_missing() {
        let series = read("a.csv", b"3\n4\n5\n").unwrap();
        assert_eq!(series.at, [0.0, 1.0, 2.0]);
        assert_eq!(series.columns[0].values, [3.0, 4.0, 5.0]);
        let series = read("a.csv", b"0,7\n0.5,8\n").unwrap();
        assert_eq!(series.columns[0].name, "x1");
        assert_eq!(series.at, [0.0, 0.5]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(series) = read("a.csv", &bytes) {
                prop_assert!(series.columns.iter().all(|c| c.values.len() == series.at.len()));
            }
        }
    }
}
