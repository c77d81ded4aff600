//! The built-in systems: every `assets/attractors/*.toml`, compiled in. Debug builds read the
//! folder instead while it is there, so that an edited file counts at the next start.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use include_dir::{Dir, include_dir};
use loom_sim::{Model, SimError};

use crate::definition::Definition;
use crate::file;
use crate::science::KEY;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../assets/attractors");

/// The key of a model's attachment that holds a user's own system.
pub const ATTACHMENT: &str = "system";

/// Order of the catalogue's groups and of the systems that come first; the others follow by name.
const FIRST: [&str; 5] = ["Lorenz", "Rossler", "Thomas", "Henon", "DeJong"];

static SYSTEMS: LazyLock<Vec<Result<Arc<Definition>, SimError>>> = LazyLock::new(|| {
    let mut files: Vec<(String, String)> = FILES
        .files()
        .filter_map(|f| Some((f.path().to_str()?.to_owned(), f.contents_utf8()?.to_owned())))
        .filter(|(name, _)| name.ends_with(".toml"))
        .collect();
    if cfg!(debug_assertions) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/attractors");
        for (name, text) in &mut files {
            if let Ok(now) = std::fs::read_to_string(folder.join(&*name)) {
                *text = now;
            }
        }
    }
    let mut systems: Vec<Result<Arc<Definition>, SimError>> = files
        .iter()
        .map(|(name, text)| Definition::parse(name, text).map(Arc::new))
        .collect();
    systems.sort_by_key(|s| {
        let name = s.as_ref().map_or("", |d| d.name.as_str());
        let place = FIRST.iter().position(|f| *f == name).unwrap_or(FIRST.len());
        (place, name.to_owned())
    });
    systems
});

/// The built-in systems that could be read; a test holds all of them to it.
pub fn systems() -> Vec<Arc<Definition>> {
    SYSTEMS
        .iter()
        .filter_map(|s| s.as_ref().ok().cloned())
        .collect()
}

/// The first error of a built-in file, if there is one.
pub fn fault() -> Option<SimError> {
    SYSTEMS.iter().find_map(|s| s.as_ref().err().cloned())
}

/// A built-in system by its name; capitals, accents and spaces don't count.
pub fn named(name: &str) -> Result<Arc<Definition>, SimError> {
    let wanted = plain(name);
    let all = systems();
    if let Some(found) = all.iter().find(|d| d.name == name).or_else(|| {
        all.iter()
            .find(|d| plain(&d.name) == wanted || plain(&d.title) == wanted)
    }) {
        return Ok(found.clone());
    }
    if let Some(fault) = fault() {
        return Err(fault);
    }
    let known = all.iter().map(|d| d.name.as_str());
    let hint = match file::nearest(name, known) {
        Some(near) => format!("; did you mean {near}?"),
        None => "; `strange-loom attractors list` names them all.".into(),
    };
    Err(SimError::Unknown {
        what: "strange attractor",
        name: name.to_owned(),
        hint,
    })
}

/// Lower case, without accents, spaces, hyphens and underscores.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '_'))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ö' | 'ó' | 'ô' => 'o',
            'é' | 'è' | 'ê' => 'e',
            'ü' | 'ú' => 'u',
            'ä' | 'á' | 'à' | 'â' => 'a',
            other => other,
        })
        .collect()
}

/// A model of a built-in system at its defaults.
pub fn model(definition: &Definition) -> Model {
    Model::new(KEY, &definition.name)
}

/// A model of a system that was read from a file: the file goes with it.
pub fn model_of_file(name: &str, definition: &Definition) -> Model {
    Model::new(KEY, &definition.name).attach(ATTACHMENT, name, definition.text.as_bytes())
}

/// A few systems that were read from attachments, so that they aren't read at every look.
static READ: LazyLock<Mutex<HashMap<Arc<[u8]>, Arc<Definition>>>> = LazyLock::new(Mutex::default);

/// A model's system: its own file if it has one, else the built-in one of its kind.
pub fn definition(model: &Model) -> Result<Arc<Definition>, SimError> {
    let Some(attachment) = model.attachments.get(ATTACHMENT) else {
        return named(&model.kind);
    };
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = read.get(&attachment.bytes) {
        return Ok(found.clone());
    }
    let text = std::str::from_utf8(&attachment.bytes).map_err(|_| {
        SimError::parse(format!(
            "{}: a system's file is text in UTF-8.",
            attachment.name
        ))
    })?;
    let definition = Arc::new(Definition::parse(&attachment.name, text)?);
    if read.len() >= 32 {
        read.clear();
    }
    read.insert(attachment.bytes.clone(), definition.clone());
    Ok(definition)
}
