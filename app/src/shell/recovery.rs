//! Autosave, and what is offered after a crash.
//!
//! Every session writes its own file and holds a lock beside it. A file whose lock can be taken
//! was left by a session that did not end well.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_figure::Document;

/// A crash loses at most this much.
const EVERY: Duration = Duration::from_secs(20);

pub struct Recovery {
    folder: PathBuf,
    file: PathBuf,
    /// Held until the end: other sessions see that this one lives.
    lock: Option<File>,
    last: Instant,
    written: u64,
}

impl Recovery {
    /// Begins a session. Without a folder to write to there is no autosave.
    pub fn begin(home: Option<&Path>) -> Option<Self> {
        let folder = home?.join("autosave");
        std::fs::create_dir_all(&folder).ok()?;
        let name = format!("session-{}", std::process::id());
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(format!("{name}.lock")))
            .ok()?;
        lock.try_lock().ok()?;
        Some(Self {
            file: folder.join(format!("{name}.loom")),
            folder,
            lock: Some(lock),
            last: Instant::now(),
            written: 0,
        })
    }

    /// Projects of sessions that did not end well, newest first.
    pub fn lost(&self) -> Vec<PathBuf> {
        lost_in(&self.folder, &self.file)
    }

    /// When the next autosave is due for a state of this stamp; `None` if it is written.
    pub fn due(&self, stamp: u64) -> Option<Duration> {
        (stamp != self.written).then(|| EVERY.saturating_sub(self.last.elapsed()))
    }

    /// Makes and writes the document on a thread; `stamp` tells one state from another.
    pub fn write(
        &mut self,
        document: impl FnOnce() -> Result<Document, String> + Send + 'static,
        stamp: u64,
    ) {
        self.written = stamp;
        self.last = Instant::now();
        let file = self.file.clone();
        std::thread::spawn(move || {
            // Autosave is silent: the next one tries again.
            let saved = document().and_then(|d| d.save(&file).map_err(|e| e.to_string()));
            if let Err(error) = saved {
                tracing::warn!("autosave: {error}");
            }
        });
    }

    /// Takes a lost project out of the folder, so that it is offered once.
    pub fn forget(path: &Path) {
        let _ = std::fs::remove_file(path);
        let _ = std::fs::remove_file(path.with_extension("lock"));
    }

    /// The session ends well: nothing to recover.
    pub fn end(&mut self) {
        let _ = std::fs::remove_file(&self.file);
        if let Some(lock) = self.lock.take() {
            let _ = lock.unlock();
            let _ = std::fs::remove_file(self.file.with_extension("lock"));
        }
    }
}

fn lost_in(folder: &Path, own: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "loom") && p != own)
        .filter(|p| {
            File::open(p.with_extension("lock")).map_or(true, |lock| lock.try_lock().is_ok())
        })
        .filter_map(|p| Some((p.metadata().ok()?.modified().ok()?, p)))
        .collect();
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found.into_iter().map(|(_, p)| p).collect()
}

/// A number that changes with everything that autosave keeps.
pub fn stamp<'a>(saved: impl Iterator<Item = &'a Arc<loom_sim::Saved>>) -> u64 {
    saved.fold(0, |sum, s| {
        // The journal's shape and the step in whole seconds of replay are enough.
        let entries = s.journal.entries.len() as u64;
        let step = s.step.iter_u64_digits().next().unwrap_or(0);
        sum.wrapping_mul(0x0100_0000_01b3)
            .wrapping_add(entries.wrapping_mul(31))
            .wrapping_add(step)
            .wrapping_add(Arc::as_ptr(s) as u64)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_files_of_sessions_that_are_gone_are_offered() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["session-1.loom", "session-2.loom", "session-3.loom"] {
            std::fs::write(at(name), b"{}").unwrap();
        }
        for name in ["session-1.lock", "session-2.lock"] {
            std::fs::write(at(name), b"").unwrap();
        }
        // Session 2 is alive: it holds its lock.
        let alive = OpenOptions::new()
            .write(true)
            .open(at("session-2.lock"))
            .unwrap();
        alive.lock().unwrap();
        let lost = lost_in(folder.path(), &at("session-9.loom"));
        assert_eq!(lost.len(), 2);
        assert!(!lost.contains(&at("session-2.loom")));
    }
}
