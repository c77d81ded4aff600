//! Where files go: paths that are asked for, projects saved and restored, states written.

use std::path::PathBuf;

use loom_sim::Place;

use super::acts::Tone;
use super::dialogs::{Dialog, Purpose};
use super::recovery::Recovery;
use super::studio::Studio;

impl Studio {
    pub fn ask_path(&mut self, purpose: Purpose) {
        self.picked = None;
        let name = purpose.name();
        let folder = self.settings.files();
        let text = if purpose == Purpose::Save {
            self.project
                .clone()
                .unwrap_or_else(|| folder.join(&name))
                .display()
                .to_string()
        } else if name.is_empty() {
            String::new()
        } else {
            folder.join(&name).display().to_string()
        };
        self.dialog = Some(Dialog::Path { purpose, text });
    }

    /// What a path was asked for is done with it.
    pub fn path_given(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::Open => self.files.open(path, self.registry.clone()),
            Purpose::Save => self.save_to(path),
            Purpose::Prediction { live } => self.score(live, path),
            Purpose::Attach { live, key, .. } => self.files.attach(live, key, path),
            Purpose::Bytes { bytes, .. } => self.files.write(path, move || Ok(bytes)),
            Purpose::State { live, ending } => self.write_state(live, ending, path),
            Purpose::Plot { plot, ending } => self.write_plot(*plot, ending, path),
        }
    }

    pub fn save_project(&mut self) {
        match self.project.clone() {
            Some(path) => self.save_to(path),
            None => self.ask_path(Purpose::Save),
        }
    }
    fn save_to(&mut self, path: PathBuf) {
        let path = if path.extension().is_none() {
            path.with_extension("loom")
        } else {
            path
        };
        let document = self.document();
        let states = self.full_states();
        self.files
            .save(path, move || super::document::complete(document, states));
    }

    fn write_state(&mut self, live: u64, ending: &'static str, path: PathBuf) {
        let Some(live) = self.live_of(live) else {
            return;
        };
        let (science, saved, model) = (live.science.clone(), live.saved(), live.model().clone());
        self.files.write(path, move || {
            let gate = loom_sim::Gate::open();
            let run =
                loom_sim::Run::restore(science.clone(), (*saved).clone(), Place::cpu(), &gate)
                    .map_err(|e| e.to_string())?;
            let capture = run.simulation().capture();
            science
                .export(&model, Some(&capture), ending)
                .map_err(|e| e.to_string())
        });
    }

    /// Projects that a crash left.
    pub fn restore(&mut self, list: &[PathBuf]) {
        for path in list {
            match loom_figure::Document::open(path) {
                Ok((document, warnings)) => {
                    self.adopt(&document);
                    for warning in warnings {
                        self.toasts.say(Tone::Warning, warning);
                    }
                    if let Some(mark) = super::document::bookmark(&document) {
                        self.resume_tour(&mark);
                    }
                    Recovery::forget(path);
                }
                Err(error) => self.toasts.say(Tone::Error, error.to_string()),
            }
        }
    }
}
