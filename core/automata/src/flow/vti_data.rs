//! The numbers of a VTK image: as text, as base64, compressed or not, in the array itself or
//! appended at the file's end.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

use super::field::Field;
use super::xml::Node;

/// Fills a field with the arrays of an image: one of several components, or one a species.
pub(crate) fn fill(field: &mut Field, root: &Node, image: &Node) -> Result<(), String> {
    let piece = image.child("Piece").ok_or("its image has no piece")?;
    let data = ["PointData", "CellData"].iter().find_map(|name| {
        let data = piece.child(name)?;
        data.child("DataArray").map(|_| data)
    });
    let data = data.ok_or("its image has no numbers")?;
    let arrays: Vec<&Node> = data
        .children
        .iter()
        .filter(|n| n.name == "DataArray")
        .collect();
    let (width, height, species) = (field.width(), field.height(), field.species());
    let mut next = 0;
    for array in arrays {
        let components = array.attribute("NumberOfComponents").unwrap_or("1");
        let components: usize = components
            .trim()
            .parse()
            .map_err(|_| "NumberOfComponents")?;
        if components == 0 || components > 64 {
            return Err(format!("an array has {components} components"));
        }
        let count = width * height * components;
        let values = numbers(root, array, count)?;
        for c in 0..components {
            if next >= species {
                break;
            }
            for y in 0..height {
                for x in 0..width {
                    // VTK counts rows upward.
                    let value = values[((height - 1 - y) * width + x) * components + c];
                    field.set(next, x, y, if value.is_finite() { value } else { 0.0 });
                }
            }
            next += 1;
        }
    }
    if next < species {
        return Err(format!(
            "its image has the numbers of {next} of {species} chemicals"
        ));
    }
    Ok(())
}

/// The numbers of an array, of which there must be so many.
fn numbers(root: &Node, array: &Node, count: usize) -> Result<Vec<f64>, String> {
    let kind = array.attribute("type").unwrap_or("Float32");
    let size = match kind {
        "Float32" => 4,
        "Float64" => 8,
        other => {
            return Err(format!(
                "its numbers are {other}; Float32 and Float64 can be read"
            ));
        }
    };
    let short = |found: usize| format!("an array has {found} numbers where {count} are needed");
    let bytes = match array.attribute("format") {
        Some("ascii") => {
            let values = array.text.split_whitespace().take(count);
            let values: Vec<f64> = values.map_while(|n| n.parse().ok()).collect();
            return if values.len() == count {
                Ok(values)
            } else {
                Err(short(values.len()))
            };
        }
        Some("binary") => block(root, array.text.trim(), count * size)?,
        Some("appended") => {
            let appended = root
                .child("AppendedData")
                .ok_or("its appended numbers are missing")?;
            if appended.attribute("encoding") != Some("base64") {
                return Err("its numbers are appended raw: save it with base64 encoding".into());
            }
            let text = appended.text.trim().trim_start_matches('_');
            let offset = array
                .attribute("offset")
                .unwrap_or("0")
                .trim()
                .parse::<usize>();
            let text = text.get(offset.map_err(|_| "an offset is no number")?..);
            block(
                root,
                text.ok_or("an offset lies beyond the end")?,
                count * size,
            )?
        }
        other => {
            return Err(format!(
                "numbers in the format {:?} can't be read",
                other.unwrap_or("")
            ));
        }
    };
    if root.attribute("byte_order") == Some("BigEndian") {
        return Err("its numbers are in big-endian order; little-endian ones can be read".into());
    }
    if bytes.len() < count * size {
        return Err(short(bytes.len() / size));
    }
    Ok(if size == 4 {
        let list = bytes.as_chunks::<4>().0.iter().take(count);
        list.map(|b| f64::from(f32::from_le_bytes(*b))).collect()
    } else {
        let list = bytes.as_chunks::<8>().0.iter().take(count);
        list.map(|b| f64::from_le_bytes(*b)).collect()
    })
}

/// The bytes at the start of a base64 text of which at most `needed` are wanted.
fn block(root: &Node, text: &str, needed: usize) -> Result<Vec<u8>, String> {
    let word = if root.attribute("header_type") == Some("UInt64") {
        8
    } else {
        4
    };
    let letters: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let cut = || "its numbers end too soon".to_owned();
    // Whole groups of four letters that hold so many bytes, from a place on.
    let decode = |from: usize, bytes: usize| -> Result<Vec<u8>, String> {
        let length = bytes.div_ceil(3).checked_mul(4).ok_or_else(cut)?;
        let part = letters
            .get(from..from.saturating_add(length))
            .ok_or_else(cut)?;
        STANDARD
            .decode(part)
            .map_err(|e| format!("its numbers are no base64 ({e})"))
    };
    let at = |bytes: &[u8], i: usize| -> Result<usize, String> {
        let mut wide = [0; 8];
        wide[..word].copy_from_slice(bytes.get(i * word..(i + 1) * word).ok_or_else(cut)?);
        usize::try_from(u64::from_le_bytes(wide)).map_err(|_| cut())
    };
    match root.attribute("compressor") {
        None => {
            // The length and the bytes in one piece.
            let mut bytes = decode(0, word + needed)?;
            bytes.drain(..word.min(bytes.len()));
            Ok(bytes)
        }
        Some("vtkZLibDataCompressor") => {
            let blocks = at(&decode(0, word)?, 0)?;
            let header = (3 + blocks).checked_mul(word).ok_or_else(cut)?;
            if header > letters.len() {
                return Err(cut());
            }
            let sizes = decode(0, header)?;
            let packed: Vec<usize> = (0..blocks)
                .map(|b| at(&sizes, 3 + b))
                .collect::<Result<_, _>>()?;
            let all = packed
                .iter()
                .try_fold(0usize, |sum, n| sum.checked_add(*n))
                .ok_or_else(cut)?;
            let data = decode(header.div_ceil(3) * 4, all)?;
            let (mut bytes, mut from) = (Vec::new(), 0);
            for length in packed {
                let part = data.get(from..from + length).ok_or_else(cut)?;
                // No more than is wanted is ever unpacked.
                let room = (needed - bytes.len().min(needed)) as u64;
                ZlibDecoder::new(part)
                    .take(room)
                    .read_to_end(&mut bytes)
                    .map_err(|e| format!("its numbers can't be unpacked ({e})"))?;
                from += length;
            }
            Ok(bytes)
        }
        Some(other) => Err(format!(
            "its numbers are packed by {other}, which can't be read"
        )),
    }
}
