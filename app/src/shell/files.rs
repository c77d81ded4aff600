//! Files, away from the window's thread: the system's dialogs, reading what is opened, writing
//! what is saved.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use loom_figure::Document;
use loom_sim::conductor::Wake;
use loom_sim::{Model, Registry};

use crate::tour::{Tour, file as tour_file};

/// The largest file that is opened: 512 MiB.
const LIMIT: u64 = 512 << 20;

/// What came of a job.
pub enum Done {
    /// The path that the system's dialog gave, `None` when it was closed.
    Picked(Option<PathBuf>),
    Opened {
        path: PathBuf,
        content: Result<Content, String>,
    },
    /// A file was read to become an attachment of a run.
    Attachment {
        live: u64,
        key: String,
        name: String,
        bytes: Result<Vec<u8>, String>,
    },
    /// A file was written; the sentence names it, or says what failed.
    Written {
        path: PathBuf,
        project: bool,
        result: Result<Vec<String>, String>,
    },
    /// Pixels for the clipboard.
    Copied(Result<egui::ColorImage, String>),
    /// A prediction was held against a run.
    Scored {
        live: u64,
        report: Result<Box<loom_sim::Report>, String>,
    },
    /// A page of the figures room.
    Preview {
        number: u64,
        image: Result<egui::ColorImage, String>,
    },
}

/// What a file holds.
pub enum Content {
    Document(Box<Document>, Vec<String>),
    Model(Box<Model>),
    Tour(Box<Tour>),
}

pub struct Files {
    reply: Sender<Done>,
    inbox: Receiver<Done>,
    wake: Wake,
    /// Jobs under way, with what they are doing.
    busy: usize,
}

impl Files {
    pub fn new(wake: Wake) -> Self {
        let (reply, inbox) = channel();
        Self {
            reply,
            inbox,
            wake,
            busy: 0,
        }
    }
    pub fn is_busy(&self) -> bool {
        self.busy > 0
    }
    pub fn take(&mut self) -> Option<Done> {
        let done = self.inbox.try_recv().ok()?;
        self.busy = self.busy.saturating_sub(1);
        Some(done)
    }
    /// Runs a job on a thread of its own.
    pub fn job(&mut self, work: impl FnOnce() -> Done + Send + 'static) {
        self.busy += 1;
        let (reply, wake) = (self.reply.clone(), self.wake.clone());
        std::thread::spawn(move || {
            // The window may have gone in the meantime.
            let _ = reply.send(work());
            wake();
        });
    }

    /// The system's file dialog. Where there is none it answers with nothing, and the path
    /// field beside it serves.
    pub fn browse(&mut self, save: Option<&str>, endings: &[String], folder: Option<&Path>) {
        let mut dialog = rfd::AsyncFileDialog::new();
        if let Some(folder) = folder {
            dialog = dialog.set_directory(folder);
        }
        if !endings.is_empty() {
            dialog = dialog.add_filter("Files that fit", endings);
        }
        // The dialog is made on this thread, as some systems ask, and awaited on another.
        if let Some(name) = save {
            let future = dialog.set_file_name(name).save_file();
            self.job(move || {
                Done::Picked(pollster::block_on(future).map(|f| f.path().to_path_buf()))
            });
        } else {
            let future = dialog.pick_file();
            self.job(move || {
                Done::Picked(pollster::block_on(future).map(|f| f.path().to_path_buf()))
            });
        }
    }

    /// Reads a project, a picture that carries one, or a file of a science.
    pub fn open(&mut self, path: PathBuf, registry: Registry) {
        self.job(move || {
            let content = read(&path, &registry);
            Done::Opened { path, content }
        });
    }

    /// Reads dropped bytes that have no path.
    pub fn open_bytes(&mut self, name: String, bytes: Arc<[u8]>, registry: Registry) {
        self.job(move || {
            let content = parse(&name, &bytes, &registry);
            Done::Opened {
                path: PathBuf::from(name),
                content,
            }
        });
    }

    pub fn attach(&mut self, live: u64, key: String, path: PathBuf) {
        self.job(move || {
            let name = file_name(&path);
            let bytes = loom_figure::file::read(&path, LIMIT).map_err(|e| e.to_string());
            Done::Attachment {
                live,
                key,
                name,
                bytes,
            }
        });
    }

    /// Writes a file whole or not at all.
    pub fn write(
        &mut self,
        path: PathBuf,
        bytes: impl FnOnce() -> Result<Vec<u8>, String> + Send + 'static,
    ) {
        self.job(move || {
            let result = bytes().and_then(|bytes| {
                loom_figure::file::write_whole(&path, &bytes).map_err(|e| e.to_string())
            });
            Done::Written {
                path,
                project: false,
                result: result.map(|()| Vec::new()),
            }
        });
    }

    pub fn save(
        &mut self,
        path: PathBuf,
        document: impl FnOnce() -> Result<Document, String> + Send + 'static,
    ) {
        self.job(move || {
            let result = document().and_then(|d| d.save(&path).map_err(|e| e.to_string()));
            Done::Written {
                path,
                project: true,
                result,
            }
        });
    }
}

/// The name of a file as people know it.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

fn read(path: &Path, registry: &Registry) -> Result<Content, String> {
    let name = file_name(path);
    if name.to_lowercase().ends_with(".loom") {
        let (document, warnings) = Document::open(path).map_err(|e| e.to_string())?;
        return Ok(Content::Document(Box::new(document), warnings));
    }
    let bytes = loom_figure::file::read(path, LIMIT).map_err(|e| e.to_string())?;
    parse(&name, &bytes, registry)
}

fn parse(name: &str, bytes: &[u8], registry: &Registry) -> Result<Content, String> {
    if name.to_lowercase().ends_with(".loom") {
        let document = Document::from_json(bytes, name).map_err(|e| e.to_string())?;
        return Ok(Content::Document(Box::new(document), Vec::new()));
    }
    if loom_figure::could_carry(bytes) {
        return loom_figure::extract(bytes, name)
            .map(|d| Content::Document(Box::new(d), Vec::new()))
            .map_err(|e| e.to_string());
    }
    if let Some(Ok(model)) = crate::series::model(name, bytes) {
        return Ok(Content::Model(Box::new(model)));
    }
    if tour_file::is_tour(name, bytes) {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| format!("{name} is no text; save the tour as UTF-8."))?;
        return tour_file::read(name, text)
            .map(|tour| Content::Tour(Box::new(tour)))
            .map_err(|e| e.to_string());
    }
    match registry.open(name, bytes) {
        Some(Ok(model)) => Ok(Content::Model(Box::new(model))),
        Some(Err(error)) => Err(error.to_string()),
        None if crate::series::knows(name) => match crate::series::read(name, bytes) {
            Err(error) => Err(error.to_string()),
            Ok(_) => Err(format!(
                "{name} is no time series: its first column does not increase, and is not called t or time."
            )),
        },
        None => Err(format!(
            "{name} is of no kind that is known here: open a project, a picture made by Strange Loom, a pattern, a graph or a model."
        )),
    }
}
