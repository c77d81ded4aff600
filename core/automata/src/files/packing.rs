//! Compressed files: gzip, and zip archives of pattern files.

use std::io::Read;

use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use flate2::write::GzEncoder;

use super::FileError;

/// The most files that are taken from one archive.
const MOST_FILES: usize = 1000;

/// Whether bytes are gzip.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Whether bytes are a zip archive.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Unpacks gzip to at most `limit` bytes.
///
/// # Errors
/// Damaged data; more than `limit` bytes.
pub fn gunzip(bytes: &[u8], limit: u64) -> Result<Vec<u8>, FileError> {
    unpack(MultiGzDecoder::new(bytes), limit)
}

/// Packs with gzip.
///
/// # Errors
/// None that memory doesn't give.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>, FileError> {
    use std::io::Write;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let failed = |e: std::io::Error| FileError::new(format!("it can't be packed: {e}"));
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}

fn unpack(from: impl Read, limit: u64) -> Result<Vec<u8>, FileError> {
    let mut out = Vec::new();
    from.take(limit.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|e| FileError::new(format!("it can't be unpacked ({e}); it may be cut off")))?;
    if out.len() as u64 > limit {
        return Err(FileError::new(format!(
            "it unpacks to more than {} MiB; unpack it yourself and open what it holds",
            limit >> 20
        )));
    }
    Ok(out)
}

/// The files of a zip archive with their names, folders left out.
///
/// # Errors
/// A damaged archive, one that is encrypted or packed in an unusual way, more than `limit`
/// bytes in all.
pub fn unzip(bytes: &[u8], limit: u64) -> Result<Vec<(String, Vec<u8>)>, FileError> {
    let damaged = || FileError::new("the zip archive is damaged or cut off");
    let word = |at: usize, length: usize| -> Option<u64> {
        let field = bytes.get(at..at.checked_add(length)?)?;
        Some(field.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
    };
    // The end record stands within the last 64 KiB; it says where the list of files begins.
    let from = bytes.len().saturating_sub(65_557);
    let end = (from..bytes.len().saturating_sub(21))
        .rev()
        .find(|&at| bytes[at..].starts_with(b"PK\x05\x06"))
        .ok_or_else(damaged)?;
    let count = word(end + 10, 2).ok_or_else(damaged)? as usize;
    let mut at = word(end + 16, 4).ok_or_else(damaged)? as usize;
    let mut files = Vec::new();
    let mut left = limit;
    for _ in 0..count.min(MOST_FILES) {
        if !bytes
            .get(at..)
            .is_some_and(|rest| rest.starts_with(b"PK\x01\x02"))
        {
            return Err(damaged());
        }
        let field = |offset: usize, length: usize| {
            at.checked_add(offset)
                .and_then(|at| word(at, length))
                .ok_or_else(damaged)
        };
        let (flags, method, packed) = (field(8, 2)?, field(10, 2)?, field(20, 4)? as usize);
        let lengths = [field(28, 2)?, field(30, 2)?, field(32, 2)?].map(|n| n as usize);
        let local = field(42, 4)? as usize;
        let name = bytes
            .get(at + 46..at + 46 + lengths[0])
            .ok_or_else(damaged)?;
        let name = String::from_utf8_lossy(name).into_owned();
        at += 46 + lengths.iter().sum::<usize>();
        if name.ends_with('/') {
            continue;
        }
        if flags & 1 != 0 {
            return Err(FileError::new(format!(
                "{name} in the archive is encrypted"
            )));
        }
        let skip = [26, 28].map(|offset| word(local.saturating_add(offset), 2));
        let start = match skip {
            [Some(name), Some(extra)] => local + 30 + (name + extra) as usize,
            _ => return Err(damaged()),
        };
        let data = start
            .checked_add(packed)
            .and_then(|end| bytes.get(start..end))
            .ok_or_else(damaged)?;
        let contents = match method {
            0 => unpack(data, left)?,
            8 => unpack(DeflateDecoder::new(data), left)?,
            _ => {
                return Err(FileError::new(format!(
                    "{name} in the archive is packed by method {method}; only deflate is read"
                )));
            }
        };
        left -= contents.len() as u64;
        files.push((name, contents));
    }
    Ok(files)
}
