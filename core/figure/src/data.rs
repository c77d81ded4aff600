//! The numbers behind a curve: series and ensembles as CSV, NPY and NPZ; reports as CSV and JSON.
//!
//! CSV writes the shortest decimal text that reads back as the same f64.

use std::io::Cursor;

use loom_sim::{Graph, Mark, Number, Report, Series, Uncertainty};
use ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView4};
use ndarray_npy::{NpzWriter, WriteNpyExt as _};

use crate::error::FigureError;

fn finish(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, FigureError> {
    writer.into_inner().map_err(FigureError::render)
}

/// Name with its unit, as a CSV heading.
fn heading(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({unit})")
    }
}

/// Columns: the abscissa, then each quantity.
pub fn series_csv(series: &Series) -> Result<Vec<u8>, FigureError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = std::iter::once(heading(&series.abscissa.0, &series.abscissa.1))
        .chain(series.columns.iter().map(|c| heading(&c.name, &c.unit)));
    out.write_record(head).map_err(FigureError::render)?;
    rows(&mut out, None, series)?;
    finish(out)
}

/// The members of an ensemble one after the other, their number first.
pub fn ensemble_csv(members: &[Series]) -> Result<Vec<u8>, FigureError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    if let Some(first) = members.first() {
        let head = [
            "member".to_owned(),
            heading(&first.abscissa.0, &first.abscissa.1),
        ]
        .into_iter()
        .chain(first.columns.iter().map(|c| heading(&c.name, &c.unit)));
        out.write_record(head).map_err(FigureError::render)?;
    }
    for (number, member) in members.iter().enumerate() {
        rows(&mut out, Some(number), member)?;
    }
    finish(out)
}

fn rows(
    out: &mut csv::Writer<Vec<u8>>,
    member: Option<usize>,
    series: &Series,
) -> Result<(), FigureError> {
    for (i, at) in series.at.iter().enumerate() {
        if let Some(number) = member {
            out.write_field(number.to_string())
                .map_err(FigureError::render)?;
        }
        out.write_field(at.to_string())
            .map_err(FigureError::render)?;
        for column in &series.columns {
            let value = column.values.get(i).map_or(String::new(), f64::to_string);
            out.write_field(value).map_err(FigureError::render)?;
        }
        out.write_record(None::<&[u8]>)
            .map_err(FigureError::render)?;
    }
    Ok(())
}

/// Values as (points, dimension).
fn table(series: &Series) -> Array2<f64> {
    let shape = (series.at.len(), series.columns.len());
    Array2::from_shape_fn(shape, |(i, j)| {
        series.columns[j].values.get(i).copied().unwrap_or(f64::NAN)
    })
}

/// Values as (members, points, dimension); the members are as long as the first.
fn block(members: &[Series]) -> Array3<f64> {
    let (points, dimension) = members
        .first()
        .map_or((0, 0), |m| (m.at.len(), m.columns.len()));
    Array3::from_shape_fn((members.len(), points, dimension), |(k, i, j)| {
        let column = members[k].columns.get(j);
        column
            .and_then(|c| c.values.get(i))
            .copied()
            .unwrap_or(f64::NAN)
    })
}

/// NPY of shape (points, dimension); the abscissa is not in it.
pub fn series_npy(series: &Series) -> Result<Vec<u8>, FigureError> {
    let mut out = Vec::new();
    table(series)
        .write_npy(&mut out)
        .map_err(FigureError::render)?;
    Ok(out)
}

/// NPY of shape (members, points, dimension).
pub fn ensemble_npy(members: &[Series]) -> Result<Vec<u8>, FigureError> {
    let mut out = Vec::new();
    block(members)
        .write_npy(&mut out)
        .map_err(FigureError::render)?;
    Ok(out)
}

/// NPZ with `t` (points) and `x` (points, dimension).
pub fn series_npz(series: &Series) -> Result<Vec<u8>, FigureError> {
    let mut out = Cursor::new(Vec::new());
    let mut file = NpzWriter::new_compressed(&mut out);
    file.add_array("t", &Array1::from(series.at.clone()))
        .map_err(FigureError::render)?;
    file.add_array("x", &table(series))
        .map_err(FigureError::render)?;
    file.finish().map_err(FigureError::render)?;
    Ok(out.into_inner())
}

/// NPZ with `t` (points) and `x` (members, points, dimension).
pub fn ensemble_npz(members: &[Series]) -> Result<Vec<u8>, FigureError> {
    let mut out = Cursor::new(Vec::new());
    let mut file = NpzWriter::new_compressed(&mut out);
    let t = members.first().map_or(Vec::new(), |m| m.at.clone());
    file.add_array("t", &Array1::from(t))
        .map_err(FigureError::render)?;
    file.add_array("x", &block(members))
        .map_err(FigureError::render)?;
    file.finish().map_err(FigureError::render)?;
    Ok(out.into_inner())
}

/// NPZ with `states` (games, states, rows, columns) as bytes and `density` (games).
pub fn games_npz(shape: [usize; 4], cells: &[u8], density: &[f64]) -> Result<Vec<u8>, FigureError> {
    let mut out = Cursor::new(Vec::new());
    let mut file = NpzWriter::new_compressed(&mut out);
    let cells = ArrayView4::from_shape(shape, cells).map_err(FigureError::render)?;
    file.add_array("states", &cells)
        .map_err(FigureError::render)?;
    file.add_array("density", &ArrayView1::from(density))
        .map_err(FigureError::render)?;
    file.finish().map_err(FigureError::render)?;
    Ok(out.into_inner())
}

/// A report's values, then its tables, each under its title.
pub fn report_csv(report: &Report) -> Result<Vec<u8>, FigureError> {
    // Blocks of different widths follow each other.
    let mut out = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    let mut write = |fields: &[&str]| out.write_record(fields).map_err(FigureError::render);
    if !report.values.is_empty() {
        write(&["quantity", "value", "unit", "error", "kind of error"])?;
        for quantity in &report.values {
            let (error, kind) = error_text(&quantity.error);
            write(&[
                &quantity.key,
                &number_text(&quantity.value),
                &quantity.unit,
                &error,
                kind,
            ])?;
        }
    }
    for table in &report.tables {
        write(&[&table.title])?;
        let head: Vec<&str> = table.columns.iter().map(|(h, _)| h.as_str()).collect();
        write(&head)?;
        let longest = table
            .columns
            .iter()
            .map(|(_, c)| c.len())
            .max()
            .unwrap_or(0);
        for row in 0..longest {
            let cells: Vec<&str> = table
                .columns
                .iter()
                .map(|(_, c)| c.get(row).map_or("", String::as_str))
                .collect();
            write(&cells)?;
        }
    }
    finish(out)
}

/// The report's own JSON where its form is fixed, else a member for each value with
/// `…_error` beside those that have one.
pub fn report_json(report: &Report) -> serde_json::Value {
    if !report.json.is_null() {
        let mut document = report.json.clone();
        if !report.listed.is_empty() {
            let marks = report.plots.iter().flat_map(|plot| &plot.marks);
            let points = marks.filter_map(|mark| match mark {
                Mark::Points { points, .. } => Some(points),
                _ => None,
            });
            document[&report.listed] = points.flatten().map(|p| serde_json::json!(p)).collect();
        }
        return document;
    }
    let mut map = serde_json::Map::new();
    for quantity in &report.values {
        map.insert(quantity.key.clone(), number_json(&quantity.value));
        match quantity.error {
            Uncertainty::StandardError(e) => {
                map.insert(format!("{}_standard_error", quantity.key), e.into());
            }
            Uncertainty::Bound(e) => {
                map.insert(format!("{}_error_bound", quantity.key), e.into());
            }
            Uncertainty::Exact | Uncertainty::Unknown(_) => {}
        }
    }
    map.insert("method".into(), report.method.clone().into());
    if !report.warnings.is_empty() {
        map.insert("warnings".into(), report.warnings.clone().into());
    }
    serde_json::Value::Object(map)
}

/// A number of any size, in full: past 64 bits it needs JSON's own digits.
fn number_json(number: &Number) -> serde_json::Value {
    match number {
        Number::Real(x) => (*x).into(),
        Number::Integer(i) => match (i64::try_from(i), u64::try_from(i)) {
            (Ok(small), _) => small.into(),
            (_, Ok(large)) => large.into(),
            _ => i.to_string().into(),
        },
        Number::Text(s) => s.clone().into(),
    }
}

pub(crate) fn number_text(number: &Number) -> String {
    match number {
        Number::Real(x) => x.to_string(),
        Number::Integer(i) => i.to_string(),
        Number::Text(s) => s.clone(),
    }
}

fn error_text(error: &Uncertainty) -> (String, &'static str) {
    match error {
        Uncertainty::Exact => ("0".into(), "exact"),
        Uncertainty::StandardError(e) => (e.to_string(), "standard error"),
        Uncertainty::Bound(e) => (e.to_string(), "upper bound"),
        Uncertainty::Unknown(why) => (String::new(), {
            if why.is_empty() {
                "unknown"
            } else {
                "not stated"
            }
        }),
    }
}

/// A graph's nodes with their columns, as CSV.
pub fn nodes_csv(graph: &Graph) -> Result<Vec<u8>, FigureError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut head = vec!["node".to_owned()];
    if graph.labels.is_some() {
        head.push("label".into());
    }
    if graph.positions.is_some() {
        head.extend(["x", "y", "z"].map(String::from));
    }
    head.extend(graph.node_columns.iter().map(|c| heading(&c.name, &c.unit)));
    out.write_record(&head).map_err(FigureError::render)?;
    for node in 0..graph.nodes {
        let mut row = vec![node.to_string()];
        if let Some(labels) = &graph.labels {
            row.push(labels.get(node).cloned().unwrap_or_default());
        }
        if let Some(positions) = &graph.positions {
            let place = positions.get(node).copied().unwrap_or([f64::NAN; 3]);
            row.extend(place.map(|x| x.to_string()));
        }
        row.extend(
            graph
                .node_columns
                .iter()
                .map(|c| c.values.get(node).map_or(String::new(), f64::to_string)),
        );
        out.write_record(&row).map_err(FigureError::render)?;
    }
    finish(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::{Column, Quantity, Table};
    use ndarray_npy::{NpzReader, ReadNpyExt as _};

    use super::*;

    fn series() -> Series {
        let column = |name: &str, values: [f64; 2]| Column {
            name: name.into(),
            unit: String::new(),
            values: values.into(),
        };
        Series {
            abscissa: ("t".into(), String::new()),
            at: vec![0.0, 0.1],
            columns: vec![column("x", [1.0, 0.1 + 0.2]), column("y", [-3.5, 1e-300])],
        }
    }

    #[test]
    fn csv_reads_back_as_the_same_numbers() {
        let text = String::from_utf8(series_csv(&series()).unwrap()).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("t,x,y"));
        let last: Vec<f64> = lines
            .nth(1)
            .unwrap()
            .split(',')
            .map(|c| c.parse().unwrap())
            .collect();
        assert_eq!(last, [0.1, 0.1 + 0.2, 1e-300]);
        let text = String::from_utf8(ensemble_csv(&[series(), series()]).unwrap()).unwrap();
        assert!(text.starts_with("member,t,x,y\n0,0,1,-3.5\n"), "{text}");
        assert_eq!(text.lines().count(), 5);
    }

    #[test]
    fn arrays_have_members_points_and_dimension() {
        let one = Array2::<f64>::read_npy(Cursor::new(series_npy(&series()).unwrap())).unwrap();
        assert_eq!(one.dim(), (2, 2));
        assert_eq!(one[[1, 0]], 0.1 + 0.2);
        let three = ensemble_npy(&[series(), series(), series()]).unwrap();
        let three = Array3::<f64>::read_npy(Cursor::new(three)).unwrap();
        assert_eq!(three.dim(), (3, 2, 2));
        let mut file = NpzReader::new(Cursor::new(series_npz(&series()).unwrap())).unwrap();
        let t: Array1<f64> = file.by_name("t").unwrap();
        assert_eq!(t.to_vec(), [0.0, 0.1]);
    }

    #[test]
    fn a_report_states_every_value_with_its_error() {
        let report = Report {
            values: vec![
                Quantity::real("lambda", "λ", 0.9, Uncertainty::StandardError(0.01)),
                Quantity::exact("population", "Population", 1u64 << 60),
            ],
            tables: vec![Table {
                title: "Degrees".into(),
                columns: vec![("degree".into(), vec!["1".into(), "2".into()])],
            }],
            ..Report::default()
        };
        let text = String::from_utf8(report_csv(&report).unwrap()).unwrap();
        assert!(text.contains("lambda,0.9,,0.01,standard error\n"), "{text}");
        assert!(text.ends_with("Degrees\ndegree\n1\n2\n"), "{text}");
        let json = report_json(&report);
        assert_eq!(json["lambda_standard_error"], 0.01);
        assert_eq!(json["population"], 1u64 << 60);
    }
}
