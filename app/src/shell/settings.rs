//! What the studio remembers between sessions: theme, folds, sizes, keys, recent files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::widgets::section::Folds;

/// How many files the start page and the menu remember.
const RECENT: usize = 12;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    System,
    Dark,
    Light,
}

/// Where simulations run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The GPU where it is one, the processor otherwise.
    #[default]
    Auto,
    Gpu,
    Cpu,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub schema_version: u32,
    pub theme: Theme,
    pub device: Device,
    pub catalogue: bool,
    pub inspector: bool,
    /// Widths of the side panels.
    pub catalogue_width: f32,
    pub inspector_width: f32,
    pub folds: Folds,
    pub recent: Vec<PathBuf>,
    /// Shortcuts that the user has changed: command's id, keys as text.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Keys as hands that know Golly expect them.
    pub golly_keys: bool,
    pub window: [f32; 2],
    /// The tiles of each science, as they were left.
    pub layouts: BTreeMap<String, serde_json::Value>,
    pub export: Export,
    /// Where the last file was opened or saved.
    pub folder: Option<PathBuf>,
    /// The folder that these settings live in; without one nothing is kept.
    #[serde(skip)]
    pub home: Option<PathBuf>,
}

/// The export dialog as it was left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Export {
    pub ending: String,
    /// Millimetres.
    pub width: f64,
    pub height: f64,
    pub dpi: f64,
    /// A light ground, as print asks for, whatever the window's theme.
    pub light: bool,
    /// Of an animation: what moves (`turn`, `play`, `both`, `sweep`), frames, and frames a second.
    pub moves: String,
    pub frames: u32,
    pub fps: f64,
    /// And its width in pixels.
    pub pixels: f64,
    /// Pictures of cells have so many pixels for each, where they are measured by cells.
    pub by_cell: bool,
    pub cell: f64,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            ending: "png".into(),
            width: 180.0,
            height: 120.0,
            dpi: 300.0,
            light: true,
            moves: "turn".into(),
            frames: 120,
            fps: 30.0,
            pixels: 960.0,
            by_cell: false,
            cell: 8.0,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schema_version: 1,
            theme: Theme::System,
            device: Device::Auto,
            catalogue: true,
            inspector: true,
            catalogue_width: super::tokens::size::CATALOGUE,
            inspector_width: super::tokens::size::INSPECTOR,
            folds: Folds::new(),
            recent: Vec::new(),
            keys: BTreeMap::new(),
            golly_keys: false,
            window: super::tokens::size::WINDOW,
            layouts: BTreeMap::new(),
            export: Export::default(),
            folder: None,
            home: None,
        }
    }
}

/// The folder of the settings: `STRANGE_LOOM_CONFIG_DIR`, else the system's own place.
pub fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STRANGE_LOOM_CONFIG_DIR") {
        return Some(PathBuf::from(folder));
    }
    directories::ProjectDirs::from("", "", "strange-loom").map(|d| d.config_dir().to_path_buf())
}

impl Settings {
    /// The settings as saved; the defaults where there are none or they can't be read.
    pub fn load() -> Self {
        let home = folder();
        Self {
            home: home.clone(),
            ..Self::load_from(home.as_deref())
        }
    }
    fn load_from(folder: Option<&Path>) -> Self {
        folder
            .and_then(|f| std::fs::read(f.join("settings.json")).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }
    /// Written aside and renamed, so that a crash leaves the old settings.
    pub fn save(&self) -> std::io::Result<()> {
        self.home.as_deref().map_or(Ok(()), |f| self.save_in(f))
    }
    fn save_in(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let aside = folder.join("settings.json.new");
        std::fs::write(&aside, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(aside, folder.join("settings.json"))
    }
    /// Where files are opened and saved at first: the last folder, else the user's documents.
    pub fn files(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| {
            directories::UserDirs::new().map_or_else(PathBuf::new, |dirs| {
                dirs.document_dir()
                    .unwrap_or_else(|| dirs.home_dir())
                    .to_path_buf()
            })
        })
    }
    /// Puts a file first among the recent ones.
    pub fn remember(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        self.folder = path.parent().map(Path::to_path_buf);
        self.recent.retain(|p| *p != path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_saved() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            theme: Theme::Light,
            ..Settings::default()
        };
        settings.folds.insert("parameters".into(), false);
        settings.remember(Path::new("/tmp/a.loom"));
        settings.remember(Path::new("/tmp/b.loom"));
        settings.remember(Path::new("/tmp/a.loom"));
        settings.save_in(folder.path()).unwrap();
        let back = Settings::load_from(Some(folder.path()));
        assert_eq!(back, settings);
        assert_eq!(back.recent.len(), 2);
    }

    #[test]
    fn damaged_settings_are_replaced_by_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), b"{ \"theme\": 3").unwrap();
        assert_eq!(
            Settings::load_from(Some(folder.path())),
            Settings::default()
        );
    }
}
