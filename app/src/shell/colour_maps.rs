//! The user's own colour maps: a folder beside the settings, a JSON file for each.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use loom_figure::ramp_file;
use loom_sim::Ramp;

/// More files than this are not looked at.
const MOST: usize = 200;

struct Library {
    folder: Option<PathBuf>,
    list: Vec<Ramp>,
}

static LIBRARY: RwLock<Library> = RwLock::new(Library {
    folder: None,
    list: Vec::new(),
});

/// Reads the folder below the settings' own; what can't be read there is left out.
pub fn load(home: Option<&Path>) {
    let folder = home.map(|home| home.join("colour-maps"));
    let mut list = Vec::new();
    if let Some(entries) = folder.as_ref().and_then(|f| std::fs::read_dir(f).ok()) {
        for entry in entries.flatten().take(MOST) {
            let path = entry.path();
            let name = super::files::file_name(&path);
            if let Ok(bytes) = loom_figure::file::read(&path, ramp_file::LIMIT)
                && let Ok(ramp) = ramp_file::read(&name, &bytes)
            {
                list.push(ramp);
            }
        }
    }
    list.sort_by(|a, b| a.name().cmp(b.name()));
    let mut library = LIBRARY.write().unwrap_or_else(PoisonError::into_inner);
    *library = Library { folder, list };
}

/// All of them, by name.
pub fn list() -> Vec<Ramp> {
    let library = LIBRARY.read().unwrap_or_else(PoisonError::into_inner);
    library.list.clone()
}

/// Keeps a map under its name, in place of one that had it.
///
/// # Errors
/// When its file can't be written; it is kept for this session then.
pub fn keep(ramp: &Ramp) -> Result<(), String> {
    let folder = {
        let mut library = LIBRARY.write().unwrap_or_else(PoisonError::into_inner);
        library.list.retain(|r| r.name() != ramp.name());
        library.list.push(ramp.clone());
        library.list.sort_by(|a, b| a.name().cmp(b.name()));
        library.folder.clone()
    };
    let Some(folder) = folder else { return Ok(()) };
    let bytes = ramp_file::write(ramp, "json").map_err(|e| e.to_string())?;
    std::fs::create_dir_all(&folder)
        .map_err(|e| format!("{} can't be made: {e}.", folder.display()))?;
    let path = folder.join(format!("{}.json", super::export::slug(ramp.name())));
    loom_figure::file::write_whole(&path, &bytes).map_err(|e| e.to_string())
}

/// Forgets a map and its file.
pub fn forget(name: &str) {
    let mut library = LIBRARY.write().unwrap_or_else(PoisonError::into_inner);
    library.list.retain(|r| r.name() != name);
    if let Some(folder) = &library.folder {
        // Gone already is as good.
        let _ = std::fs::remove_file(folder.join(format!("{}.json", super::export::slug(name))));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use loom_sim::Rgba;

    #[test]
    fn a_map_that_is_kept_is_there_when_the_program_starts_again() {
        let home = tempfile::tempdir().unwrap();
        load(Some(home.path()));
        let ramp = Ramp::of_colors("Dusk & dawn", &[Rgba::hex(0x10_1020), Rgba::hex(0xFF_E0C0)]);
        let ramp = ramp.unwrap();
        keep(&ramp).unwrap();
        load(Some(home.path()));
        assert_eq!(list(), [ramp]);
        std::fs::write(home.path().join("colour-maps/broken.json"), "{").unwrap();
        load(Some(home.path()));
        assert_eq!(list().len(), 1);
        forget("Dusk & dawn");
        load(Some(home.path()));
        assert!(list().is_empty());
    }
}
