//! Series as Parquet: a column of f64 for the abscissa and one for each quantity, `member` before
//! them for ensembles; read back by any program that knows the format. Compressed with Snappy.

use std::io::{Seek as _, Write as _};
use std::sync::Arc;

use loom_sim::Series;
use parquet::basic::{Compression, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use crate::error::FigureError;

/// Rows that are written, and read, at a time.
const GROUP: usize = 1 << 20;
/// Most numbers that are read from one file: 2 GiB.
const MOST_NUMBERS: u64 = 1 << 28;

/// One series: its abscissa, then its quantities.
pub fn series_parquet(series: &Series) -> Result<Vec<u8>, FigureError> {
    write(std::slice::from_ref(series), false)
}

/// The members of an ensemble one after the other, their number first.
pub fn ensemble_parquet(members: &[Series]) -> Result<Vec<u8>, FigureError> {
    write(members, true)
}

fn write(members: &[Series], numbered: bool) -> Result<Vec<u8>, FigureError> {
    let mut names = Vec::new();
    if let Some(first) = members.first() {
        names.push(first.abscissa.0.clone());
        names.extend(first.columns.iter().map(|c| c.name.clone()));
    }
    let schema = schema(&names, numbered).map_err(FigureError::render)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("Strange Loom".into())
        .build();
    let mut out = Vec::new();
    let mut file = SerializedFileWriter::new(&mut out, schema, Arc::new(properties))
        .map_err(FigureError::render)?;
    for (number, member) in members.iter().enumerate() {
        for begin in (0..member.at.len()).step_by(GROUP) {
            let end = (begin + GROUP).min(member.at.len());
            let number = numbered.then_some(number as i64);
            group(&mut file, member, number, begin..end).map_err(FigureError::render)?;
        }
    }
    file.close().map_err(FigureError::render)?;
    Ok(out)
}

fn schema(names: &[String], numbered: bool) -> Result<TypePtr, parquet::errors::ParquetError> {
    let column = |name: &str, kind: Physical| {
        let built = Type::primitive_type_builder(name, kind)
            .with_repetition(Repetition::REQUIRED)
            .build();
        built.map(Arc::new)
    };
    let mut fields = Vec::new();
    if numbered {
        fields.push(column("member", Physical::INT64)?);
    }
    for name in names {
        fields.push(column(name, Physical::DOUBLE)?);
    }
    let group = Type::group_type_builder("series").with_fields(fields);
    group.build().map(Arc::new)
}

fn group(
    file: &mut SerializedFileWriter<&mut Vec<u8>>,
    member: &Series,
    number: Option<i64>,
    rows: std::ops::Range<usize>,
) -> Result<(), parquet::errors::ParquetError> {
    let mut group = file.next_row_group()?;
    if let Some(number) = number
        && let Some(mut column) = group.next_column()?
    {
        let numbers = vec![number; rows.len()];
        column
            .typed::<Int64Type>()
            .write_batch(&numbers, None, None)?;
        column.close()?;
    }
    let lists = std::iter::once(&member.at).chain(member.columns.iter().map(|c| &c.values));
    for values in lists {
        if let Some(mut column) = group.next_column()? {
            column
                .typed::<DoubleType>()
                .write_batch(&values[rows.clone()], None, None)?;
            column.close()?;
        }
    }
    group.close()?;
    Ok(())
}

/// Every column of numbers by its name. A gap is an error that names row and column.
///
/// # Errors
/// For a damaged file, columns of text or lists, gaps, and more numbers than 2 GiB.
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<(String, Vec<f64>)>, FigureError> {
    let damaged = |e: parquet::errors::ParquetError| FigureError::damaged(name, e);
    // The reader takes a file: an unnamed one, gone when it is closed.
    let aside = || -> std::io::Result<std::fs::File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        file.rewind()?;
        Ok(file)
    };
    let file = aside().map_err(|e| FigureError::damaged(name, e))?;
    let file = SerializedFileReader::new(file).map_err(damaged)?;
    let about = file.metadata().file_metadata();
    let rows = u64::try_from(about.num_rows()).unwrap_or(u64::MAX);
    let count = about.schema_descr().num_columns();
    if rows.saturating_mul(count as u64) > MOST_NUMBERS || count == 0 {
        return Err(FigureError::damaged(
            name,
            format!("it holds {rows} rows of {count} columns, more than is read or none"),
        ));
    }
    let mut columns = Vec::new();
    for place in 0..count {
        let head = about.schema_descr().column(place);
        let title = head.name().to_owned();
        // What the header claims is not taken for memory before it is there.
        let mut values = Vec::new();
        for number in 0..file.num_row_groups() {
            let group = file.get_row_group(number).map_err(damaged)?;
            let in_group = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            if values.len() as u64 + in_group as u64 > rows {
                return Err(FigureError::damaged(
                    name,
                    "its row groups are longer than it",
                ));
            }
            let optional = head.max_def_level() > 0;
            if head.max_rep_level() > 0 || head.max_def_level() > 1 {
                return Err(no_numbers(name, &title, "lists"));
            }
            let chunk = group.metadata().column(place);
            let start = (chunk.dictionary_page_offset()).unwrap_or(chunk.data_page_offset());
            let end = u64::try_from(start)
                .ok()
                .zip(u64::try_from(chunk.compressed_size()).ok())
                .and_then(|(start, length)| start.checked_add(length));
            if end.is_none_or(|end| end > bytes.len() as u64) {
                return Err(FigureError::damaged(
                    name,
                    format!("its column {title} lies outside the file"),
                ));
            }
            let task = Task {
                name,
                title: &title,
                rows: in_group,
                optional,
            };
            match group.get_column_reader(place).map_err(damaged)? {
                ColumnReader::DoubleColumnReader(r) => task.take(r, |x| x, &mut values)?,
                ColumnReader::FloatColumnReader(r) => task.take(r, f64::from, &mut values)?,
                ColumnReader::Int32ColumnReader(r) => task.take(r, f64::from, &mut values)?,
                ColumnReader::Int64ColumnReader(r) => task.take(r, |x| x as f64, &mut values)?,
                ColumnReader::BoolColumnReader(r) => {
                    task.take(r, |x| f64::from(u8::from(x)), &mut values)?;
                }
                _ => return Err(no_numbers(name, &title, "text or dates")),
            }
        }
        columns.push((title, values));
    }
    Ok(columns)
}

fn no_numbers(name: &str, column: &str, what: &str) -> FigureError {
    FigureError::damaged(
        name,
        format!("its column {column} holds {what}, not numbers: leave that column out"),
    )
}

struct Task<'a> {
    name: &'a str,
    title: &'a str,
    rows: usize,
    optional: bool,
}

impl Task<'_> {
    fn take<T: DataType>(
        &self,
        mut reader: ColumnReaderImpl<T>,
        number: impl Fn(T::T) -> f64,
        values: &mut Vec<f64>,
    ) -> Result<(), FigureError>
    where
        T::T: Clone,
    {
        let mut left = self.rows;
        while left > 0 {
            let (mut found, mut levels) = (Vec::new(), Vec::new());
            let definitions = self.optional.then_some(&mut levels);
            let (records, _, _) = reader
                .read_records(left.min(GROUP), definitions, None, &mut found)
                .map_err(|e| FigureError::damaged(self.name, e))?;
            if records == 0 {
                return Err(FigureError::damaged(
                    self.name,
                    format!("its column {} ends early", self.title),
                ));
            }
            if let Some(gap) = levels.iter().position(|l| *l == 0) {
                return Err(FigureError::damaged(
                    self.name,
                    format!(
                        "row {} of column {} is empty: fill the gap or cut the series there",
                        values.len() + gap + 1,
                        self.title
                    ),
                ));
            }
            values.extend(found.into_iter().map(&number));
            left -= records;
        }
        Ok(())
    }
}

/// Whether these bytes begin and end as Parquet does.
pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.len() > 12 && bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::Column;

    use super::*;

    fn series(rows: usize) -> Series {
        let values = |by: f64| (0..rows).map(|i| by * (i as f64).sqrt() - 1.0).collect();
        let column = |name: &str, by: f64| Column {
            name: name.into(),
            unit: String::new(),
            values: values(by),
        };
        Series {
            abscissa: ("t".into(), String::new()),
            at: (0..rows).map(|i| i as f64 * 0.1).collect(),
            columns: vec![column("x", 1.0), column("q[0]", -1e-300)],
        }
    }

    #[test]
    fn numbers_come_back_to_the_last_bit() {
        let whole = series(10_001);
        let bytes = series_parquet(&whole).unwrap();
        assert!(is_parquet(&bytes));
        let columns = read("a.parquet", &bytes).unwrap();
        let names: Vec<&str> = columns.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["t", "x", "q[0]"]);
        assert_eq!(columns[0].1, whole.at);
        assert_eq!(columns[2].1, whole.columns[1].values);
        let several = ensemble_parquet(&[series(5), series(5)]).unwrap();
        let columns = read("b.parquet", &several).unwrap();
        assert_eq!(columns[0].0, "member");
        assert_eq!(
            columns[0].1,
            [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        );
    }

    #[test]
    fn the_same_numbers_make_the_same_bytes() {
        assert_eq!(
            series_parquet(&series(100)).unwrap(),
            series_parquet(&series(100)).unwrap()
        );
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn damaged_bytes_are_refused_without_a_panic(at in 0usize..5000, byte: u8, cut in 0usize..300) {
            let mut bytes = series_parquet(&series(50)).unwrap();
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(length - cut % length);
            let _ = read("damaged", &bytes);
        }
    }
}
