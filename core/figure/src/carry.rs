//! Pictures carry the document they were made from, and give it back.
//!
//! - PNG: an `iTXt` chunk with the keyword `strange-loom`, compressed.
//! - SVG: `<loom:document>` in `<metadata>`, zlib in base64.
//! - PDF: an embedded file `figure.loom`.
//!
//! Reading trusts nothing: chunk lengths are held against the bytes that are there, and
//! inflating stops at 64 MiB.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::document::{Document, TEXT_LIMIT};
use crate::error::{FigureError, bytes_text};

/// The keyword of the `iTXt` chunk.
pub const KEYWORD: &str = "strange-loom";
/// The most that a document inside a picture may inflate to.
pub const INFLATE_LIMIT: u64 = 64 << 20;
/// Name of the attached file in a PDF.
pub const PDF_NAME: &str = "figure.loom";

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const OPEN: &str = "<loom:document";
const CLOSE: &str = "</loom:document>";

/// The document in a `*.loom` file, a PNG, an SVG or a PDF. `name` is what messages call it.
pub fn extract(bytes: &[u8], name: &str) -> Result<Document, FigureError> {
    let none = || FigureError::NoDocument {
        file: name.to_owned(),
    };
    if bytes.starts_with(SIGNATURE) {
        let text = from_png(bytes, name)?.ok_or_else(none)?;
        return Document::from_json(&text, name);
    }
    if is_pdf(bytes) {
        return from_pdf(bytes, name)?.ok_or_else(none);
    }
    match first_character(bytes) {
        Some(b'{') if bytes.len() as u64 <= TEXT_LIMIT => Document::from_json(bytes, name),
        Some(b'<') => {
            let text = from_svg(bytes, name)?.ok_or_else(none)?;
            Document::from_json(&text, name)
        }
        _ => Err(none()),
    }
}

/// Whether these bytes are of a kind that [`extract`] reads: JSON, PNG, SVG or PDF.
pub fn could_carry(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
        || is_pdf(bytes)
        || (first_character(bytes) == Some(b'<') && find(bytes, b"<svg", 0).is_some())
        || (first_character(bytes) == Some(b'{') && find(bytes, b"\"schema_version\"", 0).is_some())
}

fn first_character(bytes: &[u8]) -> Option<u8> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().copied().find(|b| !b.is_ascii_whitespace())
}

fn is_pdf(bytes: &[u8]) -> bool {
    // The header may stand behind a few other bytes.
    find(&bytes[..bytes.len().min(1024)], b"%PDF-", 0).is_some()
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, FigureError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(FigureError::render)
}

/// Inflates a zlib stream, stopping with an error past 64 MiB.
fn inflate(bytes: &[u8], name: &str) -> Result<Vec<u8>, FigureError> {
    let mut text = Vec::new();
    ZlibDecoder::new(bytes)
        .take(INFLATE_LIMIT + 1)
        .read_to_end(&mut text)
        .map_err(|_| FigureError::damaged(name, "the document in it can't be unpacked"))?;
    if text.len() as u64 > INFLATE_LIMIT {
        return Err(FigureError::TooLarge {
            file: name.to_owned(),
            size: format!("a document of more than {}", bytes_text(INFLATE_LIMIT)),
            limit: bytes_text(INFLATE_LIMIT),
            remedy: "open the project file instead.".into(),
        });
    }
    Ok(text)
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    // The first byte is sought at the speed of a memory scan.
    let first = *what.first()?;
    let mut at = from;
    while let Some(offset) = bytes.get(at..)?.iter().position(|b| *b == first) {
        at += offset;
        if bytes[at..].starts_with(what) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn find_back(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|w| w == what)
}

// PNG

fn crc(parts: &[&[u8]]) -> u32 {
    let mut sum = flate2::Crc::new();
    for part in parts {
        sum.update(part);
    }
    sum.sum()
}

/// The picture with the document's JSON in it; an older document goes.
pub fn into_png(png: &[u8], json: &str) -> Result<Vec<u8>, FigureError> {
    let mut data = Vec::new();
    data.extend_from_slice(KEYWORD.as_bytes());
    // End of keyword, compressed, by zlib, no language, no translated keyword.
    data.extend_from_slice(&[0, 1, 0, 0, 0]);
    data.extend_from_slice(&deflate(json.as_bytes())?);
    let length = u32::try_from(data.len())
        .ok()
        .filter(|n| *n < 1 << 31)
        .ok_or_else(|| FigureError::render("its document is too large for a PNG"))?;
    let mut out = Vec::with_capacity(png.len() + data.len() + 12);
    out.extend_from_slice(SIGNATURE);
    for chunk in chunks(png, "the picture")? {
        let (kind, body, whole) = chunk?;
        if kind == *b"iTXt" && body.starts_with(b"strange-loom\0") {
            continue;
        }
        out.extend_from_slice(whole);
        if kind == *b"IHDR" {
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(b"iTXt");
            out.extend_from_slice(&data);
            out.extend_from_slice(&crc(&[b"iTXt", &data]).to_be_bytes());
        }
    }
    Ok(out)
}

type Chunk<'a> = ([u8; 4], &'a [u8], &'a [u8]);

/// Kind, body and whole of each chunk, every length held against what is there.
fn chunks<'a>(
    png: &'a [u8],
    name: &str,
) -> Result<impl Iterator<Item = Result<Chunk<'a>, FigureError>>, FigureError> {
    let mut rest = png
        .strip_prefix(SIGNATURE)
        .ok_or_else(|| FigureError::damaged(name, "it is not a PNG"))?;
    let name = name.to_owned();
    Ok(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let chunk = (|| {
            let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
            let whole = rest.get(..length.checked_add(12)?)?;
            let kind: [u8; 4] = whole[4..8].try_into().ok()?;
            Some((kind, &whole[8..8 + length], whole))
        })();
        match chunk {
            Some(chunk) => {
                rest = &rest[chunk.2.len()..];
                // What follows the end is no chunk.
                if chunk.0 == *b"IEND" {
                    rest = &[];
                }
                Some(Ok(chunk))
            }
            None => {
                rest = &[];
                Some(Err(FigureError::damaged(&name, "the PNG is cut off")))
            }
        }
    }))
}

fn from_png(png: &[u8], name: &str) -> Result<Option<Vec<u8>>, FigureError> {
    for chunk in chunks(png, name)? {
        let (kind, body, whole) = chunk?;
        let Some(rest) = body.strip_prefix(b"strange-loom\0") else {
            continue;
        };
        if kind != *b"iTXt" {
            continue;
        }
        let sum = crc(&[&whole[4..whole.len() - 4]]).to_be_bytes();
        if whole[whole.len() - 4..] != sum {
            return Err(FigureError::damaged(
                name,
                "the document in it has a wrong checksum",
            ));
        }
        let broken = || FigureError::damaged(name, "the document in it has a broken header");
        let (&compressed, rest) = rest.split_first().ok_or_else(broken)?;
        let (_, rest) = rest.split_first().ok_or_else(broken)?;
        // Language and translated keyword, each ended by a zero.
        let mut parts = rest.splitn(3, |b| *b == 0);
        let text = parts.nth(2).ok_or_else(broken)?;
        return match compressed {
            0 => Ok(Some(text.to_vec())),
            1 => inflate(text, name).map(Some),
            _ => Err(broken()),
        };
    }
    Ok(None)
}

// SVG

/// The `<metadata>` element for an SVG.
pub(crate) fn svg_metadata(json: &str) -> Result<String, FigureError> {
    let packed = STANDARD.encode(deflate(json.as_bytes())?);
    Ok(format!(
        "<metadata>{OPEN} xmlns:loom=\"https://strange-loom.org/ns\" encoding=\"zlib base64\">\
         {packed}{CLOSE}</metadata>"
    ))
}

fn from_svg(svg: &[u8], name: &str) -> Result<Option<Vec<u8>>, FigureError> {
    let Some(open) = find(svg, OPEN.as_bytes(), 0) else {
        return Ok(None);
    };
    let cut = || FigureError::damaged(name, "the document in it is cut off");
    let start = find(svg, b">", open).ok_or_else(cut)? + 1;
    let end = find(svg, CLOSE.as_bytes(), start).ok_or_else(cut)?;
    // Editors wrap long text.
    let packed: Vec<u8> = svg[start..end]
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let packed = STANDARD
        .decode(packed)
        .map_err(|_| FigureError::damaged(name, "the document in it is not base64"))?;
    inflate(&packed, name).map(Some)
}

// PDF

/// The documents that a PDF may hold are its embedded files: streams of type `EmbeddedFile`,
/// which are never inside other streams. They are looked for directly, so that a damaged or
/// rewritten table of contents does not hide them.
fn from_pdf(pdf: &[u8], name: &str) -> Result<Option<Document>, FigureError> {
    /// A stream's dictionary is a few hundred bytes.
    const DICTIONARY: usize = 4096;
    let mut first_error = None;
    let mut from = 0;
    while let Some(at) = find(pdf, b"/EmbeddedFile", from) {
        from = at + 1;
        // Not the catalogue's `EmbeddedFiles`.
        if pdf.get(at + 13).is_some_and(u8::is_ascii_alphanumeric) {
            continue;
        }
        let head = &pdf[at.saturating_sub(DICTIONARY)..at];
        let start = find_back(head, b" obj").map_or(0, |i| i + 4);
        let tail = &pdf[at..pdf.len().min(at + DICTIONARY)];
        let Some(stream) = find(tail, b"stream", 0) else {
            continue;
        };
        if find(&tail[..stream], b"endobj", 0).is_some() {
            continue;
        }
        let dictionary = [&head[start..], &tail[..stream]].concat();
        let body = &pdf[at + stream + 6..];
        let body = body
            .strip_prefix(b"\r\n")
            .or_else(|| body.strip_prefix(b"\n"))
            .unwrap_or(body);
        let text = if find(&dictionary, b"/FlateDecode", 0).is_some() {
            // A zlib stream knows its own end.
            inflate(body, name)
        } else if find(&dictionary, b"/Filter", 0).is_some() {
            continue;
        } else {
            let end = length(&dictionary)
                .filter(|n| *n <= body.len())
                .or_else(|| find(body, b"endstream", 0));
            match end {
                Some(end) => Ok(body[..end].to_vec()),
                None => continue,
            }
        };
        match text {
            Ok(text) if find(&text, b"\"schema_version\"", 0).is_some() => {
                return Document::from_json(&text, name).map(Some);
            }
            Ok(_) => {}
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.map_or(Ok(None), Err)
}

/// The number behind `/Length`, where it stands there and not in another object.
fn length(dictionary: &[u8]) -> Option<usize> {
    let at = find(dictionary, b"/Length", 0)? + 7;
    let rest = std::str::from_utf8(dictionary.get(at..)?)
        .ok()?
        .trim_start();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = rest.split_at(digits);
    let reference = rest
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start()
        .starts_with('R');
    if reference { None } else { number.parse().ok() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::Model;
    use proptest::prelude::*;

    use super::*;
    use crate::document::Item;

    fn document() -> Document {
        Document::new(vec![Item::fresh(Model::new("automata", "life"))])
    }

    fn picture() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer
            .write_image_data(&[1, 2, 3, 255, 5, 6, 7, 255])
            .unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn carried(json: &str) -> Vec<u8> {
        into_png(&picture(), json).unwrap()
    }

    #[test]
    fn a_png_gives_its_document_back_and_is_still_a_picture() {
        let json = document().to_json().unwrap();
        let png = carried(&json);
        assert_eq!(extract(&png, "a.png").unwrap(), document());
        let decoder = png::Decoder::new(std::io::Cursor::new(&png));
        let reader = decoder.read_info().unwrap();
        assert_eq!(reader.info().utf8_text[0].keyword, KEYWORD);
        assert_eq!(reader.info().utf8_text[0].get_text().unwrap(), json);
    }

    #[test]
    fn a_second_document_replaces_the_first() {
        let mut newer = document();
        newer.title = "second".into();
        let png = into_png(&carried("{}"), &newer.to_json().unwrap()).unwrap();
        assert_eq!(extract(&png, "a.png").unwrap().title, "second");
    }

    #[test]
    fn pictures_of_others_carry_nothing() {
        for bytes in [
            picture(),
            b"<svg></svg>".to_vec(),
            b"%PDF-1.7".to_vec(),
            vec![],
        ] {
            let error = extract(&bytes, "a").unwrap_err();
            assert!(matches!(error, FigureError::NoDocument { .. }), "{error}");
        }
    }

    #[test]
    fn a_bomb_is_put_out_at_64_mib() {
        let bomb = " ".repeat(INFLATE_LIMIT as usize + 10);
        let error = extract(&carried(&bomb), "a.png").unwrap_err();
        assert!(matches!(error, FigureError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let mut png = carried(&document().to_json().unwrap());
        let at = find(&png, b"strange-loom", 0).unwrap() + 30;
        png[at] ^= 1;
        let error = extract(&png, "a.png").unwrap_err();
        assert!(error.to_string().contains("checksum"), "{error}");
    }

    #[test]
    fn an_svg_gives_its_document_back_even_when_an_editor_wrapped_it() {
        let metadata = svg_metadata(&document().to_json().unwrap()).unwrap();
        let middle = metadata.len() / 2;
        let svg = format!(
            "<?xml version=\"1.0\"?>\n<svg>{}\n  {}</svg>",
            &metadata[..middle],
            &metadata[middle..]
        );
        assert_eq!(extract(svg.as_bytes(), "a.svg").unwrap(), document());
    }

    #[test]
    fn embedded_files_are_found_however_they_are_written() {
        let json = document().to_json().unwrap();
        let plain = format!(
            "%PDF-1.7\n4 0 obj<</Length {} /Type /EmbeddedFile>>stream\r\n{json}\nendstream endobj",
            json.len()
        );
        assert_eq!(extract(plain.as_bytes(), "a").unwrap(), document());
        let elsewhere = plain.replace(&format!("/Length {}", json.len()), "/Length 9 0 R");
        assert_eq!(extract(elsewhere.as_bytes(), "a").unwrap(), document());
        let mut packed =
            b"%PDF-1.7\n<</Names<</EmbeddedFiles 3 0 R>>>>\n4 0 obj<</Type/EmbeddedFile\
            /Filter/FlateDecode>>stream\n"
                .to_vec();
        packed.extend(deflate(json.as_bytes()).unwrap());
        packed.extend(b"\nendstream endobj");
        assert_eq!(extract(&packed, "a").unwrap(), document());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn hostile_bytes_never_panic(
            kind in 0usize..4,
            noise in prop::collection::vec(any::<u8>(), 0..300),
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        ) {
            let json = document().to_json().unwrap();
            let mut bytes = match kind {
                0 => carried(&json),
                1 => format!("<svg>{}</svg>", svg_metadata(&json).unwrap()).into_bytes(),
                2 => format!("%PDF-1\n1 0 obj<</Type/EmbeddedFile/Length {}>>stream\n{json}", json.len())
                    .into_bytes(),
                _ => json.into_bytes(),
            };
            for (index, value) in flips {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            bytes.extend(noise);
            let _ = extract(&bytes, "hostile");
        }
    }
}
