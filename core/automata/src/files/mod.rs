//! Files of patterns: one door for reading and one for writing, whatever the form.
//!
//! [`read`] recognises a file by what it holds, then by its name; [`write()`] makes a file of a
//! given [`Kind`]. Sizes that a file declares never allocate anything: what is stored grows with
//! what is read, up to the [`Limits`].
//!
//! | form | states | read | written |
//! |---|---|---|---|
//! | RLE, several in one text, rules in the file | 256 | yes | yes |
//! | macrocell | 256 | yes | yes |
//! | Life 1.05 and 1.06, plaintext, dblife | 2 | yes | yes |
//! | apgcode | 256 | yes | yes |
//! | MCell | 256 | yes | yes |
//! | PNG | 256 | yes | yes |
//! | BMP, GIF, TIFF | 256 | yes | |
//! | rule files | | yes | |
//! | gzip of any of them | | yes | yes |
//! | zip of several | | yes | |

mod error;
pub mod image;
pub mod life1;
pub mod mcell;
pub mod packing;
pub mod plaintext;
pub mod post;
pub mod rules;
pub mod tree;
pub mod viewer;

#[cfg(test)]
mod tests;

pub use error::FileError;
pub use rules::RuleText;
pub use tree::Tree;
pub use viewer::Viewer;

use crate::apgcode;
use crate::pattern::Pattern;
use crate::rle::{self, MAX_CELLS};
use crate::rle_write;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Run length encoded, or a text that holds such patterns.
    Rle,
    /// A tree of squares.
    Macrocell,
    /// Drawn blocks with places.
    Life105,
    /// A list of cells.
    Life106,
    /// Drawn cells.
    Plaintext,
    /// Drawn cells with counts.
    Dblife,
    /// The code of an object.
    Apgcode,
    /// MCell's lines.
    Mcell,
    /// A picture.
    Png,
    /// A picture of Windows.
    Bmp,
    /// A picture of at most 256 colours.
    Gif,
    /// A picture in tagged parts.
    Tiff,
    /// A rule with `@RULE`.
    RuleFile,
}

impl Kind {
    /// The kind that a file's name suggests, and whether it is packed with gzip.
    pub fn of_name(name: &str) -> (Option<Self>, bool) {
        let name = name.to_ascii_lowercase();
        let (name, packed) = match name.strip_suffix(".gz") {
            Some(inner) => (inner, true),
            None => (name.as_str(), false),
        };
        let kind = match name.rsplit_once('.').map_or(name, |(_, ending)| ending) {
            "rle" | "txt" => Some(Self::Rle),
            "mc" => Some(Self::Macrocell),
            "lif" | "life" => Some(Self::Life105),
            "l6" => Some(Self::Life106),
            "cells" => Some(Self::Plaintext),
            "l" | "dblife" => Some(Self::Dblife),
            "apg" | "apgcode" => Some(Self::Apgcode),
            "mcl" => Some(Self::Mcell),
            "png" => Some(Self::Png),
            "bmp" => Some(Self::Bmp),
            "gif" => Some(Self::Gif),
            "tif" | "tiff" => Some(Self::Tiff),
            "rule" => Some(Self::RuleFile),
            _ => None,
        };
        (kind, packed)
    }

    /// The usual ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Rle => "rle",
            Self::Macrocell => "mc",
            Self::Life105 => "lif",
            Self::Life106 => "l6",
            Self::Plaintext => "cells",
            Self::Dblife => "l",
            Self::Apgcode => "apgcode",
            Self::Mcell => "mcl",
            Self::Png => "png",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Tiff => "tif",
            Self::RuleFile => "rule",
        }
    }

    /// Its name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rle => "RLE",
            Self::Macrocell => "macrocell",
            Self::Life105 => "Life 1.05",
            Self::Life106 => "Life 1.06",
            Self::Plaintext => "plaintext",
            Self::Dblife => "dblife",
            Self::Apgcode => "apgcode",
            Self::Mcell => "MCell",
            Self::Png => "PNG",
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::RuleFile => "rule file",
        }
    }
}

/// What a file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Live cells that are listed one by one.
    pub cells: u64,
    /// Bytes after unpacking.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cells: MAX_CELLS,
            bytes: 1 << 30,
        }
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Patterns in the order of the file, at least one.
    Patterns(Vec<Pattern>),
    /// A tree, with its text for the engines that read it themselves.
    Macrocell {
        /// The squares.
        tree: Tree,
        /// The file as it came.
        text: String,
    },
    /// Rules alone; they stand in [`Opened::rules`].
    Rules,
}

/// A file that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Its form.
    pub kind: Kind,
    /// What it holds.
    pub content: Content,
    /// Rules that it brings along (`@RULE`).
    pub rules: Vec<RuleText>,
    /// What it asks of its viewer.
    pub viewer: Viewer,
    /// What was left out and why, a sentence each.
    pub notes: Vec<String>,
}

impl Opened {
    fn of(kind: Kind, patterns: Vec<Pattern>) -> Self {
        Self {
            kind,
            content: Content::Patterns(patterns),
            rules: Vec::new(),
            viewer: Viewer::default(),
            notes: Vec::new(),
        }
    }

    /// The first pattern, with its cells one by one.
    ///
    /// # Errors
    /// A tree with more cells than the limit; a file that holds only rules.
    pub fn pattern(&self, limits: &Limits) -> Result<Pattern, FileError> {
        match &self.content {
            Content::Patterns(patterns) => patterns
                .first()
                .cloned()
                .ok_or_else(|| FileError::new("the file holds no pattern")),
            Content::Macrocell { tree, .. } => tree.pattern(limits.cells),
            Content::Rules => Err(FileError::new("the file holds a rule and no pattern")),
        }
    }

    /// How many patterns there are.
    pub fn count(&self) -> usize {
        match &self.content {
            Content::Patterns(patterns) => patterns.len(),
            Content::Macrocell { .. } => 1,
            Content::Rules => 0,
        }
    }
}

/// Reads a file of any form. The name helps only where the contents don't say what they are.
///
/// # Errors
/// The first thing that can't be read, with line and column; a file beyond the limits.
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Opened, FileError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(FileError::new(format!(
            "{} MiB are more than the {} MiB that a pattern file may have",
            bytes.len() >> 20,
            limits.bytes >> 20
        )));
    }
    if packing::is_gzip(bytes) {
        let inner = packing::gunzip(bytes, limits.bytes)?;
        if packing::is_gzip(&inner) || packing::is_zip(&inner) {
            return Err(FileError::new("packed twice; unpack it once yourself"));
        }
        let name = name.strip_suffix(".gz").unwrap_or(name);
        return read(name, &inner, limits);
    }
    if packing::is_zip(bytes) {
        return archive(&packing::unzip(bytes, limits.bytes)?, limits);
    }
    if let Some(kind) = image::kind(bytes) {
        let pattern = image::read(bytes, &image::Reading::Auto, limits)?;
        return Ok(Opened::of(kind, vec![pattern]));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    read_text(name, text, limits)
}

/// Reads a text, such as that of the clipboard.
///
/// # Errors
/// Those of [`read`].
pub fn read_text(name: &str, text: &str, limits: &Limits) -> Result<Opened, FileError> {
    let start = text.trim_start();
    let (by_name, _) = Kind::of_name(name);
    let rules = rules::sections(text);
    let resolve = |name: &str| rules::resolve(name, &rules);
    let mut opened = if start.starts_with("[M2]") {
        Opened {
            content: Content::Macrocell {
                tree: tree::read(start, &resolve)?,
                text: start.to_owned(),
            },
            ..Opened::of(Kind::Macrocell, Vec::new())
        }
    } else if mcell::is_mcell(text) {
        let read = mcell::read(text)?;
        Opened {
            viewer: read.viewer,
            notes: read.notes,
            ..Opened::of(Kind::Mcell, vec![read.pattern])
        }
    } else if life1::is_life1(text) {
        let kind = if start.starts_with("#Life 1.06") {
            Kind::Life106
        } else {
            Kind::Life105
        };
        Opened::of(kind, vec![life1::read(text)?])
    } else if start.starts_with("@RULE") || (by_name == Some(Kind::RuleFile) && !rules.is_empty()) {
        for rule in &rules {
            rule.rule()?;
        }
        Opened {
            content: Content::Rules,
            ..Opened::of(Kind::RuleFile, Vec::new())
        }
    } else if let Ok(code) = apgcode::read(start.trim_end()) {
        let mut opened = Opened::of(Kind::Apgcode, vec![code.pattern()]);
        if code.cells.iter().any(|cell| cell.2 > 1) {
            opened
                .notes
                .push("An apgcode names no rule: give the one whose states these are.".to_owned());
        }
        opened
    } else if apgcode::class_alone(start).is_some() || by_name == Some(Kind::Apgcode) {
        let error = apgcode::read(start.trim_end()).err();
        return Err(error.map_or_else(
            || FileError::new("the file holds no apgcode"),
            |error| FileError::in_line(1, error.column, error.problem),
        ));
    } else if start.starts_with('!') || (by_name == Some(Kind::Plaintext) && !rle::mentions(text)) {
        let counts = text
            .lines()
            .any(|line| !line.starts_with('!') && line.contains(|c: char| c.is_ascii_digit()));
        let kind = if counts {
            Kind::Dblife
        } else {
            Kind::Plaintext
        };
        Opened::of(kind, vec![plaintext::read(text)?])
    } else {
        rle_text(text, &resolve)?
    };
    let cells = match &opened.content {
        Content::Patterns(patterns) => patterns.iter().map(Pattern::population).sum(),
        _ => 0,
    };
    if cells > limits.cells {
        return Err(FileError::new(format!(
            "{cells} live cells are more than the {} that may be read",
            limits.cells
        )));
    }
    opened.rules = rules;
    // A file's own speed counts where no command gives one.
    let speed = opened.viewer.speed;
    opened.viewer = Viewer::parse(text);
    opened.viewer.speed = opened.viewer.speed.or(speed);
    Ok(opened)
}

/// A whole RLE file, or the patterns in a longer text.
fn rle_text(text: &str, resolve: rle::Resolve) -> Result<Opened, FileError> {
    let lines: Vec<&str> = text.lines().collect();
    // A file is one pattern from its first line; whatever else there is makes it a text.
    let whole = rle::read_lines(&lines, resolve);
    if let Ok((pattern, used)) = &whole
        && !rle::mentions(&lines[*used..].join("\n"))
    {
        return Ok(Opened::of(Kind::Rle, vec![pattern.clone()]));
    }
    let mut opened = Opened::of(Kind::Rle, Vec::new());
    let mut patterns = Vec::new();
    let mut first = None;
    for found in post::all(text, resolve) {
        match found.pattern {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                opened
                    .notes
                    .push(format!("A pattern was left out: {error}."));
                first.get_or_insert(error);
            }
        }
    }
    if patterns.is_empty() {
        return Err(match (first, whole) {
            (Some(error), _) | (None, Err(error)) => error.into(),
            (None, Ok(_)) => FileError::new("no pattern in this text"),
        });
    }
    opened.content = Content::Patterns(patterns);
    Ok(opened)
}

fn archive(files: &[(String, Vec<u8>)], limits: &Limits) -> Result<Opened, FileError> {
    let mut all = Opened::of(Kind::Rle, Vec::new());
    let (mut patterns, mut first) = (Vec::new(), None);
    for (name, bytes) in files {
        if Kind::of_name(name).0.is_none() || packing::is_zip(bytes) {
            continue;
        }
        let read = read(name, bytes, limits).and_then(|opened| {
            let pattern = match opened.content {
                Content::Rules => None,
                _ => Some(opened.pattern(limits)?),
            };
            Ok((opened, pattern))
        });
        match read {
            Ok((opened, pattern)) => {
                all.rules.extend(opened.rules);
                patterns.extend(pattern.map(|mut pattern| {
                    pattern.name.get_or_insert_with(|| name.clone());
                    pattern
                }));
            }
            Err(error) => {
                let error = FileError {
                    problem: format!("{name}: {}", error.problem),
                    ..error
                };
                all.notes.push(format!("A file was left out: {error}."));
                first.get_or_insert(error);
            }
        }
    }
    if patterns.is_empty() && all.rules.is_empty() {
        let nothing = || FileError::new("no pattern file in this archive");
        return Err(first.unwrap_or_else(nothing));
    }
    all.content = if patterns.is_empty() {
        Content::Rules
    } else {
        Content::Patterns(patterns)
    };
    Ok(all)
}

/// How a pattern is written, where a form leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writing {
    /// Pixels a cell in a picture; 0 stands for 1.
    pub pixels: u32,
    /// The colour of each state in a picture; none for the usual ones.
    pub colours: Vec<[u8; 3]>,
    /// Whether the file is packed with gzip.
    pub packed: bool,
}

/// Writes a pattern as a file of some kind.
///
/// # Errors
/// A pattern that the form can't hold: more states, too large an area.
pub fn write(kind: Kind, pattern: &Pattern, how: &Writing) -> Result<Vec<u8>, FileError> {
    let bytes = match kind {
        Kind::Rle => rle_write::write(pattern).into_bytes(),
        Kind::Macrocell => Tree::of(pattern)?.write().into_bytes(),
        Kind::Life105 => life1::write_105(pattern)?.into_bytes(),
        Kind::Life106 => life1::write_106(pattern)?.into_bytes(),
        Kind::Plaintext => plaintext::write(pattern)?.into_bytes(),
        Kind::Dblife => plaintext::write_dblife(pattern)?.into_bytes(),
        Kind::Apgcode => {
            let code = crate::identify::apgcode_of(pattern).map_err(FileError::new)?;
            format!("{code}\n").into_bytes()
        }
        Kind::Png => {
            let states = usize::from(pattern.highest_state()) + 1;
            let colours = if how.colours.is_empty() {
                image::default_colours(states.max(2))
            } else {
                how.colours.clone()
            };
            image::write(pattern, how.pixels.max(1), &colours)?
        }
        Kind::Mcell => mcell::write(pattern)?.into_bytes(),
        Kind::RuleFile => return Err(FileError::new("a pattern can't be written as a rule file")),
        Kind::Bmp | Kind::Gif | Kind::Tiff => {
            return Err(FileError::new(format!(
                "patterns are written as PNG, not as {}: PNG keeps rule and place",
                kind.title()
            )));
        }
    };
    if how.packed {
        packing::gzip(&bytes)
    } else {
        Ok(bytes)
    }
}
