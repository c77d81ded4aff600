//! The document: figure, project file and the source inside a picture are one thing.
//!
//! It is JSON with a `schema_version`. Members that this program does not know are kept, so
//! that a newer minor version's additions survive being opened and saved here; a newer schema
//! is refused, and its file is never overwritten.

use std::collections::BTreeMap;
use std::path::Path;

use loom_sim::{Attachment, Camera, Ink, Model, ProbeSpec, Report, Saved, Settings};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::attachment::Link;
use crate::error::FigureError;
use crate::file;

/// The schema that this program writes.
pub const SCHEMA_VERSION: u32 = 1;
/// The largest JSON text of a document: 512 MiB.
pub const TEXT_LIMIT: u64 = 512 << 20;
/// More items than this are not a figure.
const ITEM_LIMIT: usize = 1024;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub schema_version: u32,
    /// The program and version that wrote it.
    #[serde(default)]
    pub program: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default)]
    pub items: Vec<Item>,
    /// How the picture that carries this document was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<Rendered>,
    /// The window's layout; rendering ignores it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub studio: Option<Value>,
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// One run and how it is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The model, its journal and where the run stands.
    pub run: Saved,
    #[serde(default)]
    pub view: ItemView,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<ProbeSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub analyses: Vec<ItemAnalysis>,
    /// Attachments too large to be embedded, by the key that the model knows them by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemView {
    /// `None`: the simulation's own fitted camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    pub ink: Ink,
    /// Parameters of the view, by key.
    #[serde(skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
    /// Width and height in logical pixels.
    pub size: [f64; 2],
    /// Physical pixels a logical one.
    pub pixels_per_point: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected: Option<String>,
    /// Drawn as a picture of print quality by these settings, in place of the live view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub print: Option<Settings>,
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl Default for ItemView {
    fn default() -> Self {
        Self {
            camera: None,
            ink: Ink::light(),
            settings: Settings::new(),
            size: [1280.0, 800.0],
            pixels_per_point: 1.0,
            selected: None,
            print: None,
            unknown: Map::new(),
        }
    }
}

/// An analysis as it was asked for, and what it said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemAnalysis {
    pub key: String,
    #[serde(default)]
    pub settings: Settings,
    /// The report as JSON: numbers that are not finite have no other form there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Value>,
}

impl ItemAnalysis {
    /// The report, if it was saved and still reads as one.
    pub fn report(&self) -> Option<Report> {
        serde_json::from_value(self.report.clone()?).ok()
    }
}

/// The engine that made a picture: on the same one, rendering gives the same pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The adapter's name, or "processor" for drawing without one.
    pub engine: String,
    /// Where the simulations ran: "cpu" or "gpu".
    pub place: String,
    /// Physical pixels.
    pub size: [u32; 2],
    pub pixels_per_point: f64,
}

impl Item {
    /// A model at its beginning, seen by default.
    pub fn fresh(model: Model) -> Self {
        Self::of(Saved::fresh(model))
    }
    pub fn of(run: Saved) -> Self {
        Self {
            run,
            view: ItemView::default(),
            probes: Vec::new(),
            analyses: Vec::new(),
            links: BTreeMap::new(),
            unknown: Map::new(),
        }
    }
    pub fn model(&self) -> &Model {
        &self.run.journal.model
    }
    pub(crate) fn attachments_mut(&mut self) -> &mut BTreeMap<String, Attachment> {
        &mut self.run.journal.model.attachments
    }
}

impl Document {
    pub fn new(items: Vec<Item>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            program: concat!("strange-loom ", env!("CARGO_PKG_VERSION")).to_owned(),
            title: String::new(),
            items,
            rendered: None,
            studio: None,
            unknown: Map::new(),
        }
    }

    /// The document as compact JSON, every attachment embedded that it holds.
    pub fn to_json(&self) -> Result<String, FigureError> {
        serde_json::to_string(self).map_err(FigureError::render)
    }

    /// Reads JSON text. `name` is what messages call its file.
    pub fn from_json(text: &[u8], name: &str) -> Result<Self, FigureError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        // The version comes first: what a newer schema means is not ours to judge.
        let probe: Result<Version, _> = serde_json::from_slice(text);
        if let Ok(Version {
            schema_version: Some(version),
        }) = probe
            && version > u64::from(SCHEMA_VERSION)
        {
            return Err(FigureError::Newer {
                file: name.to_owned(),
                version,
                known: SCHEMA_VERSION,
            });
        }
        let mut json = serde_json::Deserializer::from_slice(text);
        let document: Self =
            serde_path_to_error::deserialize(&mut json).map_err(|e| syntax(name, e))?;
        json.end().map_err(|e| FigureError::Syntax {
            file: name.to_owned(),
            line: e.line(),
            column: e.column(),
            at: String::new(),
            message: "there is more text behind the document".into(),
        })?;
        document.check(name)?;
        Ok(document)
    }

    fn check(&self, name: &str) -> Result<(), FigureError> {
        let bad = |reason: String| Err(FigureError::damaged(name, reason));
        if self.schema_version == 0 {
            return bad("its schema_version is 0; the first is 1".into());
        }
        if self.items.len() > ITEM_LIMIT {
            return bad(format!(
                "it holds {} items, more than {ITEM_LIMIT}",
                self.items.len()
            ));
        }
        for (index, item) in self.items.iter().enumerate() {
            let view = &item.view;
            let sizes = view.size.iter().all(|x| (1.0..=1e6).contains(x));
            if !sizes || !(0.01..=100.0).contains(&view.pixels_per_point) {
                return bad(format!(
                    "the view of item {} is {} × {} at {} pixels a point",
                    index + 1,
                    view.size[0],
                    view.size[1],
                    view.pixels_per_point
                ));
            }
        }
        Ok(())
    }

    /// Opens a `*.loom` file, or a picture that carries a document. The second part of the
    /// answer holds warnings: attachments that have moved or changed.
    pub fn open(path: &Path) -> Result<(Self, Vec<String>), FigureError> {
        let name = path.display().to_string();
        let bytes = file::read(path, file::READ_LIMIT)?;
        let mut document = crate::extract(&bytes, &name)?;
        let warnings = document.load_links(path.parent().unwrap_or(Path::new(".")));
        Ok((document, warnings))
    }

    /// Saves as a `*.loom` file, whole or not at all. Attachments above 32 MiB whose files are
    /// known are kept by path and hash; the answer holds the warnings that say so.
    pub fn save(&self, path: &Path) -> Result<Vec<String>, FigureError> {
        let (document, warnings) = self.portable();
        let mut text = serde_json::to_string_pretty(&document).map_err(FigureError::render)?;
        text.push('\n');
        self.spare_newer(path)?;
        file::write_whole(path, text.as_bytes())?;
        Ok(warnings)
    }

    /// A file of a newer schema is never overwritten.
    fn spare_newer(&self, path: &Path) -> Result<(), FigureError> {
        if !path.exists() {
            return Ok(());
        }
        let Ok(old) = file::read(path, TEXT_LIMIT) else {
            return Ok(());
        };
        match serde_json::from_slice::<Version>(&old) {
            Ok(Version {
                schema_version: Some(version),
            }) if version > u64::from(SCHEMA_VERSION) => Err(FigureError::Newer {
                file: path.display().to_string(),
                version,
                known: SCHEMA_VERSION,
            }),
            _ => Ok(()),
        }
    }
}

#[derive(Deserialize)]
struct Version {
    schema_version: Option<u64>,
}

fn syntax(name: &str, error: serde_path_to_error::Error<serde_json::Error>) -> FigureError {
    let path = error.path().to_string();
    let inner = error.into_inner();
    let text = inner.to_string();
    // serde_json ends its messages with the place, which stands in front here.
    let message = match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    };
    FigureError::Syntax {
        file: name.to_owned(),
        line: inner.line(),
        column: inner.column(),
        at: if path == "." || path == "?" {
            String::new()
        } else {
            format!(", in {path}")
        },
        message,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::camera::Plane;

    use super::*;

    fn example() -> Document {
        let model = Model::new("attractors", "Lorenz")
            .with("rho", 27.999_999_999_999_996)
            .attach("system", "lorenz.toml", b"x' = y");
        let mut item = Item::fresh(model);
        item.view.camera = Some(Camera::Plane(Plane {
            whole: [i128::MAX, -170_141_183_460_469_231_731],
            part: [0.1, 0.2],
            scale: 1.0 / 3.0,
            y_up: true,
        }));
        item.run.step = "123456789012345678901234567890".parse().unwrap();
        Document::new(vec![item])
    }

    #[test]
    fn a_document_comes_back_bit_for_bit() {
        let document = example();
        let text = document.to_json().unwrap();
        assert_eq!(Document::from_json(text.as_bytes(), "a").unwrap(), document);
    }

    #[test]
    fn unknown_members_are_kept() {
        let mut text = example().to_json().unwrap();
        text = text.replacen(
            "{\"schema_version\"",
            "{\"pages\":[{\"width\":180}],\"schema_version\"",
            1,
        );
        text = text.replacen("\"ink\":", "\"grid\":true,\"ink\":", 1);
        let document = Document::from_json(text.as_bytes(), "a").unwrap();
        let again = document.to_json().unwrap();
        assert!(again.contains("\"pages\":[{\"width\":180}]"), "{again}");
        assert!(again.contains("\"grid\":true"), "{again}");
    }

    #[test]
    fn a_newer_schema_says_so_and_its_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.loom");
        let text = br#"{"schema_version": 7, "items": "a new kind of thing"}"#;
        std::fs::write(&path, text).unwrap();
        let error = Document::open(&path).unwrap_err();
        assert!(matches!(error, FigureError::Newer { version: 7, .. }));
        assert!(example().save(&path).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), text);
    }

    #[test]
    fn an_error_names_file_line_column_and_member() {
        let text =
            b"{\"schema_version\": 1,\n \"items\": [{\"run\": {\"journal\":\n {\"model\": {\"science\": 4}}}}]}";
        let error = Document::from_json(text, "a.loom").unwrap_err().to_string();
        assert!(error.starts_with("a.loom, line 3, column "), "{error}");
        assert!(
            error.contains("items[0].run.journal.model.science"),
            "{error}"
        );
        assert_eq!(error.matches(" line ").count(), 1, "{error}");
    }

    #[test]
    fn a_view_without_extent_is_refused() {
        for bad in ["[0.0,5.0]", "[1e300,1.0]"] {
            let text = example().to_json().unwrap().replace("[1280.0,800.0]", bad);
            assert!(Document::from_json(text.as_bytes(), "a").is_err(), "{bad}");
        }
    }
}
