//! The form that writes a benchmark set: which systems, how long, how dense, in which files.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Key, RichText, TextEdit, Ui};
use loom_attractors::dataset::{self, Split, Wish};
use loom_attractors::integrate::Method;
use loom_sim::{Effect, Job, Parameter, Settings, SimError, Value};

use super::acts::Tone;
use super::dialogs;
use super::studio::Studio;
use super::tokens::{font, size};
use crate::benchmark::{Form, Order, Summary};
use crate::command::granularities;
use crate::widgets::button;
use crate::widgets::parameter::{self, Context, Edit};

/// The form as it is filled, and the work once it has begun.
#[derive(Default)]
pub struct Benchmark {
    folder: String,
    settings: Settings,
    working: Option<Working>,
    failure: Option<String>,
}

struct Working {
    cancel: Arc<AtomicBool>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    fraction: f32,
    done: Option<Result<Summary, SimError>>,
}

impl Drop for Working {
    /// A form that is closed leaves no work behind; what is written stays.
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

fn declared() -> Vec<Parameter> {
    let kinds = [
        ("all", "All systems"),
        ("flow", "Flows"),
        ("forced", "Forced flows"),
        ("map", "Maps"),
    ];
    let list = vec![
        Parameter::choice("kind", "Systems", "all", &kinds)
            .help("Which part of the catalogue is written."),
        Parameter::text("granularity", "Densities", "coarse, fine").help(
            "Coarse is 15 points in a natural period, fine 100; a number is points in a period.",
        ),
        Parameter::integer("points", "", "Points for training", 1000, 100, 100_000)
            .hard(2.0, 1e8)
            .help("Of each series."),
        Parameter::integer("test_points", "", "Points for testing", 200, 10, 100_000)
            .hard(2.0, 1e8)
            .help("Of each series."),
        Parameter::integer("members", "", "Series in each part", 1, 1, 100)
            .hard(1.0, 1e5)
            .help("Each from its own start."),
        Parameter::choice("split", "Test series", "starts", &Split::ALL)
            .help("From other starts on the attractor, or the time after the training series."),
        Parameter::real("noise", "S", "Process noise", 0.0, 0.0, 0.2)
            .hard(0.0, 100.0)
            .help("In one natural period it alone would move each variable by S of its standard deviations."),
        Parameter::boolean("standardize", "Standardise", false)
            .help("Every variable by the mean and standard deviation of its training series."),
        Parameter::integer("seed", "", "Seed", 0, 0, 1000)
            .hard(0.0, 9e15)
            .help("Of starts and noise: the same seed writes the same bytes."),
        Parameter::choice("form", "Files", "npz", &Form::ALL)
            .help("NPZ holds (members, points, dimension); the tables have a row for each point."),
        Parameter::boolean("overwrite", "Replace another set", false)
            .help("Otherwise a folder that holds another set is left alone."),
    ];
    list.into_iter().map(|p| p.effect(Effect::View)).collect()
}

impl Benchmark {
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder: folder.join("benchmark").display().to_string(),
            ..Self::default()
        }
    }

    fn order(&self) -> Result<Order, String> {
        let list = declared();
        let value = |key: &str| {
            let usual = list.iter().find(|p| p.key == key).map(|p| &p.default);
            self.settings.get(key).or(usual).cloned()
        };
        let text = |key: &str| {
            let value = value(key);
            value
                .and_then(|v| v.as_text().map(str::to_owned))
                .unwrap_or_default()
        };
        let real = |key: &str| value(key).and_then(|v| v.as_real()).unwrap_or(0.0);
        let yes = |key: &str| value(key) == Some(Value::Boolean(true));
        let kinds = match text("kind").as_str() {
            "all" => Vec::new(),
            kind => vec![kind.to_owned()],
        };
        Ok(Order {
            folder: PathBuf::from(self.folder.trim()),
            systems: dataset::choose(&[], &kinds, &[]).map_err(|e| e.to_string())?,
            wish: Wish {
                granularities: granularities(&text("granularity"))?,
                train: real("points") as usize,
                test: real("test_points") as usize,
                members: real("members") as usize,
                split: Split::of(&text("split")).unwrap_or(Split::Starts),
                noise: real("noise"),
                standardize: yes("standardize"),
                method: Method::Dop853,
                tolerance: 1e-9,
                seed: real("seed") as u64,
            },
            form: Form::of(&text("form")).unwrap_or(Form::Npz),
            overwrite: yes("overwrite"),
        })
    }

    fn begin(&mut self, studio: &Studio) {
        let order = match self.order() {
            Ok(order) => order,
            Err(why) => {
                self.failure = Some(why);
                return;
            }
        };
        self.failure = None;
        let (cancel, shared) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let working = Working {
            cancel: Arc::clone(&cancel),
            shared: Arc::clone(&shared),
        };
        let wake = studio.wake.clone();
        std::thread::spawn(move || {
            let (told, tick) = (Arc::clone(&shared), wake.clone());
            let job = Job::new(
                cancel,
                move |fraction| {
                    told.lock().unwrap_or_else(PoisonError::into_inner).fraction = fraction;
                    tick();
                },
                |_| {},
            );
            let done = order.run(&job);
            shared.lock().unwrap_or_else(PoisonError::into_inner).done = Some(done);
            wake();
        });
        self.working = Some(working);
    }
}

/// Shows the form; true when it is to be closed.
pub fn dialog(studio: &mut Studio, ui: &mut Ui, form: &mut Benchmark) -> bool {
    ui.set_width(460.0);
    ui.label(RichText::new("Export benchmark set").font(font::heading()));
    ui.add_space(size::GAP);
    ui.label(
        RichText::new("Series of the catalogue's systems for training and testing, with a manifest that says of each file how it was made.")
            .font(font::secondary())
            .weak(),
    );
    ui.add_space(size::GAP);
    if let Some(working) = &form.working {
        let (fraction, done) = {
            let mut shared = working
                .shared
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            (shared.fraction, shared.done.take())
        };
        match done {
            None => {
                if button::progress(ui, "Writing the set", fraction) {
                    working.cancel.store(true, Ordering::Relaxed);
                }
                return false;
            }
            Some(result) => {
                form.working = None;
                match result {
                    Ok(summary) => {
                        say(studio, &summary);
                        return true;
                    }
                    Err(SimError::Cancelled) => {
                        form.failure = Some(
                            "Stopped; what is written stays, and Write goes on from there.".into(),
                        );
                    }
                    Err(error) => form.failure = Some(error.to_string()),
                }
            }
        }
    }
    let list = declared();
    let room = ui.ctx().content_rect().height() - 320.0;
    egui::ScrollArea::vertical()
        .max_height(room.max(160.0))
        .show(ui, |ui| {
            for parameter in &list {
                let context = Context {
                    value: form
                        .settings
                        .get(&parameter.key)
                        .unwrap_or(&parameter.default),
                    range: None,
                    sweeping: false,
                    file: None,
                    enabled: true,
                };
                match parameter::editor(ui, parameter, context) {
                    Some(Edit::Set(value)) => match parameter.check(&value) {
                        Ok(value) => {
                            form.settings.insert(parameter.key.clone(), value);
                        }
                        Err(error) => studio.toasts.say(Tone::Error, error.to_string()),
                    },
                    Some(Edit::Refused(why)) => studio.toasts.say(Tone::Error, why),
                    _ => {}
                }
            }
        });
    ui.add_space(size::GAP);
    ui.label(RichText::new("Folder").font(font::secondary()).weak());
    let field = ui
        .add(
            TextEdit::singleline(&mut form.folder)
                .font(font::mono())
                .desired_width(f32::INFINITY),
        )
        .accessible_name("Folder of the set");
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if let Some(failure) = &form.failure {
        let color = super::tokens::of(ui).error;
        ui.add(egui::Label::new(RichText::new(failure).color(color)).wrap());
    }
    ui.add_space(size::SECTION);
    let mut close = false;
    let there = !form.folder.trim().is_empty();
    dialogs::footer(ui, |ui| {
        if button::primary(ui, "Write", there).clicked() || (entered && there) {
            form.begin(studio);
        }
        if ui.button("Cancel").clicked() {
            close = true;
        }
    });
    close
}

fn say(studio: &mut Studio, summary: &Summary) {
    let made = summary.systems - summary.failed.len();
    let mb = summary.bytes as f64 / 1e6;
    studio.toasts.say(
        Tone::Good,
        format!(
            "{} files of {made} systems are written ({mb:.1} MB).",
            summary.files
        ),
    );
    if let Some((name, reason)) = summary.failed.first() {
        let count = summary.failed.len();
        studio.toasts.say(
            Tone::Warning,
            format!("{count} could not be made, {name} first: {reason}"),
        );
    }
}
