//! Attachments: embedded up to 32 MiB, beyond that kept by path and hash.

use std::path::{Path, PathBuf};

use loom_sim::Attachment;
use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::error::bytes_text;
use crate::file;

/// Attachments up to this size travel inside the document.
pub const EMBED_LIMIT: usize = 32 << 20;

/// A file that stayed outside the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The file's name as the user knows it.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
    /// FNV-1a of 128 bits, in hexadecimal: tells whether the file has changed.
    pub hash: String,
}

/// FNV-1a with 128 bits (Fowler, Noll, Vo; offset basis and prime of RFC 9923).
pub fn hash(bytes: &[u8]) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let value = bytes
        .iter()
        .fold(BASIS, |h, b| (h ^ u128::from(*b)).wrapping_mul(PRIME));
    format!("{value:032x}")
}

impl Document {
    /// The document as it is saved: large attachments whose files still hold the same bytes
    /// become links, the others stay embedded. With the warnings that this deserves.
    pub fn portable(&self) -> (Self, Vec<String>) {
        let mut document = self.clone();
        let mut warnings = Vec::new();
        for item in &mut document.items {
            let links = item.links.clone();
            item.attachments_mut().retain(|key, attachment| {
                if attachment.bytes.len() <= EMBED_LIMIT {
                    return true;
                }
                let size = bytes_text(attachment.bytes.len() as u64);
                let linked = links.get(key).is_some_and(|link| {
                    link.bytes == attachment.bytes.len() as u64
                        && link.hash == hash(&attachment.bytes)
                });
                warnings.push(if linked {
                    format!(
                        "{} ({size}) is too large to be embedded: the document keeps its path, \
                         so keep the file.",
                        attachment.name
                    )
                } else {
                    format!(
                        "{} ({size}) makes the document large: its file is not known, so it is \
                         embedded.",
                        attachment.name
                    )
                });
                !linked
            });
            let kept: Vec<String> = item.attachments_mut().keys().cloned().collect();
            item.links.retain(|key, _| !kept.contains(key));
        }
        (document, warnings)
    }

    /// Tells the document which file an attachment came from.
    pub fn link(&mut self, item: usize, key: &str, path: &Path) {
        let Some(item) = self.items.get_mut(item) else {
            return;
        };
        let Some(attachment) = item.model().attachments.get(key) else {
            return;
        };
        if attachment.bytes.len() > EMBED_LIMIT {
            let link = Link {
                name: attachment.name.clone(),
                path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
                bytes: attachment.bytes.len() as u64,
                hash: hash(&attachment.bytes),
            };
            item.links.insert(key.to_owned(), link);
        }
    }

    /// Reads the linked files, first beside the document, then where they lay. What is missing
    /// or has changed is told in a warning.
    pub(crate) fn load_links(&mut self, folder: &Path) -> Vec<String> {
        let mut warnings = Vec::new();
        for item in &mut self.items {
            for (key, link) in item.links.clone() {
                let beside = link.path.file_name().map(|n| folder.join(n));
                let found = beside
                    .into_iter()
                    .chain([folder.join(&link.path)])
                    .find(|p| std::fs::metadata(p).is_ok_and(|m| m.len() == link.bytes));
                let bytes = found
                    .filter(|_| link.bytes <= file::READ_LIMIT)
                    .and_then(|p| file::read(&p, link.bytes).ok());
                let Some(bytes) = bytes else {
                    warnings.push(format!(
                        "{} is not at {} any more, or its size has changed: put it beside the \
                         document.",
                        link.name,
                        link.path.display()
                    ));
                    continue;
                };
                if hash(&bytes) != link.hash {
                    warnings.push(format!(
                        "{} has changed since the document was saved; the new file is used.",
                        link.name
                    ));
                }
                let attachment = Attachment {
                    name: link.name.clone(),
                    bytes: bytes.into(),
                };
                item.attachments_mut().insert(key, attachment);
            }
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::Model;

    use super::*;
    use crate::document::Item;

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(hash(b""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(hash(b"a"), "d228cb696f1a8caf78912b704e4a8964");
    }

    #[test]
    fn a_large_attachment_is_kept_by_its_path_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let large = folder.path().join("large.rle");
        let bytes = vec![7u8; EMBED_LIMIT + 1];
        std::fs::write(&large, &bytes).unwrap();
        let model = Model::new("automata", "pattern").attach("pattern", "large.rle", &bytes);
        let mut document = Document::new(vec![Item::fresh(model)]);
        document.link(0, "pattern", &large);
        let path = folder.path().join("a.loom");
        let warnings = document.save(&path).unwrap();
        assert!(warnings[0].contains("large.rle"), "{warnings:?}");
        assert!(std::fs::metadata(&path).unwrap().len() < 10_000);
        let (again, warnings) = Document::open(&path).unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(again.items[0].model(), document.items[0].model());
        std::fs::remove_file(&large).unwrap();
        let (_, warnings) = Document::open(&path).unwrap();
        assert!(warnings[0].contains("not at"), "{warnings:?}");
    }
}
