//! A prediction brought back: a second series held against the run in front, which is a series
//! itself or a system whose own trajectory is the truth.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{RichText, Ui};
use loom_attractors::{recorded, score};
use loom_sim::{Model, Report};

use super::acts::{Act, Acts, Tone};
use super::dialogs::Purpose;
use super::files::{self, Done};
use super::icons::Icon;
use super::live::Live;
use super::studio::{Side, Studio};
use super::tiles::Source;
use super::tokens::font;
use crate::widgets::button;

/// The place of the score among a run's reports.
pub const KEY: &str = "score";

/// The largest file that is read: 512 MiB.
const LIMIT: u64 = 512 << 20;

/// Whether a prediction can be held against a model: systems and series of the attractors.
pub fn fits(model: &Model) -> bool {
    let system = || loom_attractors::catalogue::definition(model).is_ok();
    model.science == loom_attractors::science::KEY
        && (recorded::of_model(model).is_some() || system())
}

impl Studio {
    /// Asks for the file of a prediction of the run in front.
    pub fn ask_prediction(&mut self) {
        if let Some(live) = self.live().map(|l| l.id) {
            self.ask_path(Purpose::Prediction { live });
        }
    }

    /// Reads it and scores it, away from the window.
    pub fn score(&mut self, live: u64, path: PathBuf) {
        let Some(run) = self.live_of(live) else {
            return;
        };
        let model = run.model().clone();
        // What has been measured on the run counts the Lyapunov times of a series.
        let exponent = run
            .forms
            .get("lyapunov-series")
            .and_then(|form| form.report.as_ref())
            .and_then(|report| report.values.iter().find(|q| q.key == "lambda_1"))
            .and_then(loom_sim::Quantity::as_real)
            .filter(|x| *x > 0.0);
        self.files.job(move || Done::Scored {
            live,
            report: scored(&model, &path, exponent).map(Box::new),
        });
    }

    /// Takes the score over: it stands with the run's analyses, its overlay in a tile.
    pub fn scored(&mut self, live: u64, report: Result<Box<Report>, String>) {
        let report = match report {
            Ok(report) => report,
            Err(why) => {
                self.toasts.say(Tone::Error, why);
                return;
            }
        };
        self.reveal(Side::Inspector, true);
        let Some(run) = self.live_of(live) else {
            return;
        };
        let parameters = run.model().parameters.clone();
        let form = run.forms.entry(KEY.to_owned()).or_default();
        let plots = !report.plots.is_empty();
        form.report = Some(Arc::new(*report));
        form.computed_for = Some(parameters);
        if plots {
            self.acts.push(Act::Show {
                live,
                source: Source::Report {
                    analysis: KEY.to_owned(),
                    index: 0,
                },
            });
        }
    }
}

fn scored(model: &Model, path: &std::path::Path, exponent: Option<f64>) -> Result<Report, String> {
    let name = files::file_name(path);
    let bytes = loom_figure::file::read(path, LIMIT).map_err(|e| e.to_string())?;
    let prediction = crate::series::read(&name, &bytes).map_err(|e| e.to_string())?;
    score::against(model, &prediction, exponent, score::THRESHOLD).map_err(|e| e.to_string())
}

/// The inspector's place of the score: the button that asks for a prediction, and what came of
/// the last one.
pub fn section(ui: &mut Ui, live: &Live, acts: &mut Acts) -> Option<Arc<Report>> {
    if !fits(live.model()) {
        return None;
    }
    ui.label(RichText::new("Prediction").font(font::medium()));
    let response = button::labelled(ui, Icon::FolderOpen, "Score a prediction…");
    let help =
        "Holds a forecast of this run against what came: overlay, valid time, sMAPE, divergences.";
    if button::tip(response, "Score a prediction…", "", help).clicked() {
        acts.push(Act::Front(live.id));
        acts.push(Act::Do("analyse.score"));
    }
    live.forms.get(KEY).and_then(|form| form.report.clone())
}
