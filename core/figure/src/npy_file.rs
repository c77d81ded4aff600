//! Arrays of NumPy, read with care: NPY of real numbers in any order of bytes and axes, NPZ as a
//! zip of them. What a header claims is held against what is there before memory is taken.

use std::io::Read as _;

use crate::error::FigureError;

/// Most numbers of one array: 2 GiB.
const MOST_NUMBERS: usize = 1 << 28;

/// An array of real numbers, the last axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// Reads one NPY file.
///
/// # Errors
/// For a damaged file, and for arrays of something other than real numbers.
pub fn read_npy(name: &str, bytes: &[u8]) -> Result<Array, FigureError> {
    let damaged = |reason: &str| FigureError::damaged(name, reason);
    if !bytes.starts_with(b"\x93NUMPY") || bytes.len() < 12 {
        return Err(damaged("it does not begin as an NPY file"));
    }
    let (length, begin): (usize, usize) = match bytes[6] {
        1 => (usize::from(u16::from_le_bytes([bytes[8], bytes[9]])), 10),
        _ => (
            u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize,
            12,
        ),
    };
    let header = bytes
        .get(begin..begin.saturating_add(length))
        .and_then(|h| std::str::from_utf8(h).ok())
        .ok_or_else(|| damaged("its header is cut off"))?;
    let after = |key: &str| {
        let place = header.find(&format!("'{key}'"))?;
        let rest = header[place..].split_once(':')?.1;
        Some(rest.trim_start())
    };
    let kind = after("descr")
        .and_then(|rest| rest.strip_prefix('\''))
        .and_then(|rest| rest.split('\'').next())
        .ok_or_else(|| damaged("its header names no kind of number"))?;
    let fortran = after("fortran_order").is_some_and(|rest| rest.starts_with("True"));
    let shape: Vec<usize> = after("shape")
        .and_then(|rest| rest.strip_prefix('('))
        .and_then(|rest| rest.split(')').next())
        .map(|inside| {
            let parts = inside.split(',').map(str::trim).filter(|p| !p.is_empty());
            parts.map(str::parse).collect()
        })
        .and_then(Result::ok)
        .ok_or_else(|| damaged("its header has no shape"))?;
    let count = shape
        .iter()
        .try_fold(1_usize, |n, side| n.checked_mul(*side))
        .filter(|n| *n <= MOST_NUMBERS)
        .ok_or_else(|| damaged("it claims more numbers than 2 GiB"))?;
    let data = &bytes[begin + length..];
    let values = numbers(kind, data, count).map_err(|reason| FigureError::damaged(name, reason))?;
    Ok(Array {
        values: if fortran && shape.len() > 1 {
            last_axis_fastest(&shape, &values)
        } else {
            values
        },
        shape,
    })
}

fn numbers(kind: &str, data: &[u8], count: usize) -> Result<Vec<f64>, String> {
    let big = kind.starts_with('>');
    let plain = kind.trim_start_matches(['<', '>', '=', '|']);
    let size = plain.get(1..).and_then(|s| s.parse::<usize>().ok());
    let size = size.filter(|s| matches!(s, 1 | 2 | 4 | 8)).ok_or_else(|| {
        format!("its numbers are of the kind {kind}: save it as float64 (array.astype(float))")
    })?;
    let needed = count.saturating_mul(size);
    if data.len() < needed {
        return Err(format!(
            "it is cut off: {needed} bytes of numbers are claimed and {} are there",
            data.len()
        ));
    }
    let words = data[..needed].chunks_exact(size).map(|bytes| {
        let mut word = [0_u8; 8];
        for (k, byte) in bytes.iter().enumerate() {
            word[if big { size - 1 - k } else { k }] = *byte;
        }
        u64::from_le_bytes(word)
    });
    let signed = |w: u64| ((w << (64 - 8 * size)) as i64) >> (64 - 8 * size);
    Ok(match (plain.as_bytes()[0], size) {
        (b'f', 8) => words.map(f64::from_bits).collect(),
        (b'f', 4) => words.map(|w| f64::from(f32::from_bits(w as u32))).collect(),
        (b'i', _) => words.map(|w| signed(w) as f64).collect(),
        (b'u' | b'b', _) => words.map(|w| w as f64).collect(),
        _ => {
            return Err(format!(
                "its numbers are of the kind {kind}: save it as float64 (array.astype(float))"
            ));
        }
    })
}

/// The other order of axes.
fn last_axis_fastest(shape: &[usize], values: &[f64]) -> Vec<f64> {
    let mut strides = vec![1; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    (0..values.len())
        .map(|place| {
            let mut rest = place;
            let mut from = 0;
            for axis in (0..shape.len()).rev() {
                from += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }
            values[from]
        })
        .collect()
}

/// The arrays of an NPZ file by their names, those of other kinds left out.
///
/// # Errors
/// For a damaged file, and when it holds no array of real numbers.
pub fn read_npz(name: &str, bytes: &[u8]) -> Result<Vec<(String, Array)>, FigureError> {
    let mut arrays = Vec::new();
    let mut fault = None;
    for entry in entries(bytes).map_err(|reason| FigureError::damaged(name, reason))? {
        let Some(title) = entry.name.strip_suffix(".npy") else {
            continue;
        };
        let whole = format!("{name}, array {title}");
        let unpacked = entry.unpacked(bytes);
        match unpacked
            .map_err(|reason| FigureError::damaged(&whole, reason))
            .and_then(|data| read_npy(&whole, &data))
        {
            Ok(array) => arrays.push((title.to_owned(), array)),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    match (arrays.is_empty(), fault) {
        (true, Some(fault)) => Err(fault),
        (true, None) => Err(FigureError::damaged(name, "it holds no arrays")),
        _ => Ok(arrays),
    }
}

/// One file of a zip, as the directory at the archive's end has it.
struct Entry {
    name: String,
    method: u16,
    packed: usize,
    size: usize,
    header: usize,
}

fn word16(bytes: &[u8], at: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes([part[0], part[1]])))
}

fn word32(bytes: &[u8], at: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([part[0], part[1], part[2], part[3]]) as usize)
}

/// The directory of a zip archive (PKWARE's APPNOTE, sections 4.3.12 and 4.3.16).
fn entries(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let end = bytes
        .windows(4)
        .rposition(|w| w == b"PK\x05\x06")
        .ok_or("it is no zip archive")?;
    let read = || -> Option<Vec<Entry>> {
        let count = word16(bytes, end + 10)?;
        let mut at = word32(bytes, end + 16)?;
        let mut list = Vec::new();
        for _ in 0..count {
            if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
                return None;
            }
            let (length, extra) = (word16(bytes, at + 28)?, word16(bytes, at + 30)?);
            let comment = word16(bytes, at + 32)?;
            let name = bytes.get(at + 46..at + 46 + length)?;
            list.push(Entry {
                name: String::from_utf8_lossy(name).into_owned(),
                method: word16(bytes, at + 10)? as u16,
                packed: word32(bytes, at + 20)?,
                size: word32(bytes, at + 24)?,
                header: word32(bytes, at + 42)?,
            });
            at += 46 + length + extra + comment;
        }
        Some(list)
    };
    read().ok_or_else(|| "its directory of files is damaged".into())
}

impl Entry {
    fn unpacked(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        if self.size > MOST_NUMBERS * 8 {
            return Err("it is larger than 2 GiB".into());
        }
        let begin = word16(bytes, self.header.saturating_add(26))
            .zip(word16(bytes, self.header.saturating_add(28)))
            .map(|(name, extra)| self.header + 30 + name + extra)
            .ok_or("its place in the archive is damaged")?;
        let data = bytes
            .get(begin..begin.saturating_add(self.packed))
            .ok_or("it is cut off")?;
        match self.method {
            0 => Ok(data.to_vec()),
            8 => {
                let mut out = Vec::new();
                flate2::read::DeflateDecoder::new(data)
                    .take(self.size as u64)
                    .read_to_end(&mut out)
                    .map_err(|e| format!("it can't be unpacked: {e}"))?;
                Ok(out)
            }
            other => Err(format!(
                "it is packed by method {other}; save it with numpy.savez or savez_compressed"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::{Column, Series};
    use proptest::prelude::*;

    use super::*;

    fn npy(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes());
        bytes.extend(data);
        bytes
    }

    fn series() -> Series {
        let column = |name: &str, by: f64| Column {
            name: name.into(),
            unit: String::new(),
            values: (0..40).map(|i| by * f64::from(i).sqrt()).collect(),
        };
        Series {
            abscissa: ("t".into(), String::new()),
            at: (0..40).map(|i| f64::from(i) * 0.1).collect(),
            columns: vec![column("x", 1.0), column("y", -3.0)],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let wanted: Vec<f64> = (0..40)
            .flat_map(|i| [f64::from(i).sqrt(), -3.0 * f64::from(i).sqrt()])
            .collect();
        let array = read_npy("a.npy", &crate::data::series_npy(&series()).unwrap()).unwrap();
        assert_eq!(array.shape, [40, 2]);
        assert_eq!(array.values, wanted);
        let bytes = crate::data::ensemble_npz(&[series(), series()]).unwrap();
        let arrays = read_npz("a.npz", &bytes).unwrap();
        assert_eq!(arrays[0].0, "t");
        assert_eq!(arrays[0].1.values, series().at);
        assert_eq!(arrays[1].1.shape, [2, 40, 2]);
        assert_eq!(arrays[1].1.values[80..], wanted);
    }

    #[test]
    fn orders_of_bytes_and_axes_and_whole_numbers_are_understood() {
        let big: Vec<u8> = [1.5_f32, -2.0]
            .iter()
            .flat_map(|x| x.to_be_bytes())
            .collect();
        let array = read_npy("a", &npy(">f4", "False", "(2,)", &big)).unwrap();
        assert_eq!(array.values, [1.5, -2.0]);
        let list: Vec<u8> = [1_i16, 2, -3, 4, 5, 6]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let array = read_npy("a", &npy("<i2", "True", "(2, 3)", &list)).unwrap();
        assert_eq!(array.values, [1.0, -3.0, 5.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn what_is_no_number_or_not_there_is_refused() {
        let error = |bytes: &[u8]| read_npy("a.npy", bytes).unwrap_err().to_string();
        assert!(error(&npy("<U4", "False", "(2,)", &[0; 32])).contains("float64"));
        assert!(error(&npy("<f8", "False", "(3,)", &[0; 16])).contains("cut off"));
        let huge = npy("<f8", "False", "(99999999, 99999999, 99999999)", &[]);
        assert!(error(&huge).contains("2 GiB"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn damaged_bytes_are_refused_without_a_panic(at in 0usize..2000, byte: u8, cut in 0usize..300) {
            for mut bytes in [
                crate::data::series_npy(&series()).unwrap(),
                crate::data::series_npz(&series()).unwrap(),
            ] {
                let length = bytes.len();
                bytes[at % length] = byte;
                bytes.truncate(length - cut % length);
                let _ = read_npy("damaged", &bytes);
                let _ = read_npz("damaged", &bytes);
            }
        }
    }
}
