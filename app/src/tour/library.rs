//! The tours that the program brings along: every `assets/tours/*.toml`, compiled in. Debug builds
//! read the folder instead while it is there, so that an edited tour counts at the next start.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use include_dir::{Dir, include_dir};
use loom_attractors::file::nearest;
use loom_sim::SimError;

use super::file::{self, Tour};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../assets/tours");

/// The order on the start page; others follow by name.
const FIRST: [&str; 6] = [
    "the-butterfly",
    "the-road-to-chaos",
    "fractal-dimension",
    "glider-to-computer",
    "order-and-chaos",
    "continuous-life",
];

static TOURS: LazyLock<Vec<Result<Arc<Tour>, SimError>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/tours");
    let mut tours: Vec<Result<Arc<Tour>, SimError>> = FILES
        .files()
        .filter_map(|f| Some((f.path().to_str()?.to_owned(), f.contents_utf8()?.to_owned())))
        .filter(|(name, _)| name.ends_with(".toml"))
        .map(|(name, text)| {
            let now = if cfg!(debug_assertions) {
                std::fs::read_to_string(folder.join(&name)).unwrap_or(text)
            } else {
                text
            };
            file::read(&name, &now).map(Arc::new)
        })
        .collect();
    tours.sort_by_key(|tour| {
        let name = tour.as_ref().map_or("", |t| t.name.as_str());
        let place = FIRST.iter().position(|f| *f == name).unwrap_or(FIRST.len());
        (place, name.to_owned())
    });
    tours
});

/// All tours that could be read; a test holds every one of them to it.
pub fn tours() -> Vec<Arc<Tour>> {
    TOURS
        .iter()
        .filter_map(|t| t.as_ref().ok().cloned())
        .collect()
}

/// The first fault of a built-in tour, if there is one.
pub fn fault() -> Option<SimError> {
    TOURS.iter().find_map(|t| t.as_ref().err().cloned())
}

/// A built-in tour by its name or title; capitals and spaces don't count.
pub fn named(name: &str) -> Result<Arc<Tour>, SimError> {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wanted = plain(name);
    let all = tours();
    let bare = |text: &str| plain(text).trim_start_matches("the").to_owned();
    if let Some(found) = all
        .iter()
        .find(|t| [plain(&t.name), plain(&t.title), bare(&t.title)].contains(&wanted))
    {
        return Ok(found.clone());
    }
    let hint = nearest(name, all.iter().map(|t| t.name.as_str())).map_or_else(
        || "; strange-loom tours list names them, and a file is given by its path.".to_owned(),
        |near| format!("; did you mean {near}?"),
    );
    Err(SimError::Unknown {
        what: "tour",
        name: name.to_owned(),
        hint,
    })
}
