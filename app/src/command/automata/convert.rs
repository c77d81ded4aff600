//! `automata convert`: a pattern in another form.

use std::path::{Path, PathBuf};

use clap::Args;
use loom_automata::files::{self, Content, Kind, Writing};

use super::super::{Done, Failure, output};
use super::{opened, unread};

/// Write a pattern in another form
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom automata convert glider.cells glider.rle\n  \
    strange-loom automata convert drawing.png pattern.rle.gz\n  \
    strange-loom automata convert xq4_153 glider.png --pixels 8"
)]
pub struct Convert {
    /// The pattern: a file of any form, an apgcode, a name of `automata list`; - is standard input
    from: PathBuf,
    /// Where to write: .rle .mc .lif .l6 .cells .l .apgcode .mcl .png, each also .gz; - is standard output
    to: PathBuf,
    /// rle, mc, lif, l6, cells, l, apgcode, mcl or png, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    /// Pixels a cell in a picture
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    pixels: u32,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
}

impl Convert {
    pub fn run(self) -> Done {
        let to = self.to.display().to_string();
        let (by_name, packed) = Kind::of_name(&to);
        let kind = match &self.format {
            Some(format) => Kind::of_name(&format.to_ascii_lowercase()).0,
            None if self.to == Path::new("-") => Some(Kind::Rle),
            None => by_name,
        };
        let kind = kind.ok_or_else(|| {
            Failure::input(format!(
                "A pattern can't be written as {}: give .rle, .mc, .lif, .l6, .cells, .l, .apgcode, \
                 .mcl or .png.",
                self.format.as_deref().unwrap_or(&to)
            ))
        })?;
        let from = self.from.display().to_string();
        let opened = opened(&from)?;
        let bytes = match (&opened.content, kind) {
            // A tree stays a tree, however large it is.
            (Content::Macrocell { tree, .. }, Kind::Macrocell) => {
                let text = tree.write().into_bytes();
                if packed {
                    files::packing::gzip(&text)
                } else {
                    Ok(text)
                }
            }
            _ => opened
                .pattern(&files::Limits::default())
                .and_then(|pattern| {
                    let how = Writing {
                        pixels: self.pixels,
                        packed,
                        ..Writing::default()
                    };
                    files::write(kind, &pattern, &how)
                }),
        };
        let bytes = bytes.map_err(|e| unread(&from, &e.into()))?;
        output::file(Some(&self.to), &bytes)
    }
}
