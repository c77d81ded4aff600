//! Dialogs: a path, an export, a step to go to, preferences, the sheet of keys, this machine,
//! and what a crash left.

use std::path::PathBuf;

use egui::{Context, Id, Key, Modal, RichText, TextEdit, Ui, vec2};

use super::acts::{Act, Tone};
use super::export;
use super::path_field;
use super::settings::{Device, Theme};
use super::sheet::{self, Sheet};
use super::studio::Studio;
use super::tokens::{self, font, size};
use crate::widgets::button;

/// What a path is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    Open,
    Save,
    Attach {
        live: u64,
        key: String,
        endings: Vec<String>,
    },
    /// A forecast to be held against a run.
    Prediction {
        live: u64,
    },
    /// Write these bytes.
    Bytes {
        name: String,
        bytes: Vec<u8>,
    },
    /// The state of a run as a file of this ending.
    State {
        live: u64,
        ending: &'static str,
    },
    /// A plot as a picture.
    Plot {
        plot: Box<loom_sim::Plot>,
        ending: &'static str,
    },
}

impl Purpose {
    fn heading(&self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Save => "Save project",
            Self::Attach { .. } => "Choose a file",
            Self::Prediction { .. } => "Score a prediction",
            Self::Bytes { .. } | Self::State { .. } | Self::Plot { .. } => "Save as",
        }
    }
    fn writes(&self) -> bool {
        !matches!(
            self,
            Self::Open | Self::Attach { .. } | Self::Prediction { .. }
        )
    }
    /// The name that is offered for a file to write.
    pub fn name(&self) -> String {
        match self {
            Self::Open | Self::Attach { .. } | Self::Prediction { .. } => String::new(),
            Self::Save => "project.loom".into(),
            Self::Bytes { name, .. } => name.clone(),
            Self::State { ending, .. } => format!("state.{ending}"),
            Self::Plot { plot, ending } => format!("{}.{ending}", export::slug(&plot.title)),
        }
    }
    fn endings(&self) -> Vec<String> {
        match self {
            Self::Attach { endings, .. } => endings.clone(),
            Self::Prediction { .. } => ["csv", "npy", "npz", "parquet"].map(String::from).into(),
            Self::Save => vec!["loom".into()],
            _ => Vec::new(),
        }
    }
}

pub enum Dialog {
    Path {
        purpose: Purpose,
        text: String,
    },
    Export(export::Order),
    Benchmark(super::benchmark::Benchmark),
    Print(Box<super::print::Order>),
    Operation(Box<super::operate::Form>),
    GoTo(String),
    Preferences,
    Keys(Sheet),
    About,
    Recover(Vec<PathBuf>),
    /// A tour is written, a step at a time.
    Write,
}

enum Answer {
    Open,
    Close,
}

/// Shows the dialog that is open, if one is.
pub fn show(studio: &mut Studio, ctx: &Context) {
    let Some(mut dialog) = studio.dialog.take() else {
        return;
    };
    let tokens = tokens::Tokens::of_theme(studio.dark());
    let modal = Modal::new(Id::unique("dialog"))
        .backdrop_color(tokens.veil)
        .frame(egui::Frame::window(&ctx.global_style()))
        .show(ctx, |ui| match &mut dialog {
            Dialog::Path { purpose, text } => path(studio, ui, purpose, text),
            Dialog::Export(order) => {
                if export::dialog(studio, ui, order) {
                    Answer::Close
                } else {
                    Answer::Open
                }
            }
            Dialog::Benchmark(form) => {
                if super::benchmark::dialog(studio, ui, form) {
                    Answer::Close
                } else {
                    Answer::Open
                }
            }
            Dialog::Print(order) => {
                if super::print::dialog(studio, ui, order) {
                    Answer::Close
                } else {
                    Answer::Open
                }
            }
            Dialog::Operation(form) => {
                if super::operate::dialog(studio, ui, form) {
                    Answer::Close
                } else {
                    Answer::Open
                }
            }
            Dialog::GoTo(text) => go_to(studio, ui, text),
            Dialog::Preferences => preferences(studio, ui),
            Dialog::Keys(sheet) => {
                if sheet::show(studio, ui, sheet) {
                    Answer::Close
                } else {
                    Answer::Open
                }
            }
            Dialog::About => about(studio, ui),
            Dialog::Recover(list) => recover(studio, ui, list),
            Dialog::Write => {
                let mut editor = std::mem::take(&mut studio.editor);
                let close = super::tour::editor::show(studio, ui, &mut editor);
                studio.editor = editor;
                if close { Answer::Close } else { Answer::Open }
            }
        });
    let closed = matches!(modal.inner, Answer::Close) || modal.should_close();
    // What an act opened meanwhile takes the place of this one.
    if !closed && studio.dialog.is_none() {
        studio.dialog = Some(dialog);
    }
}

fn heading(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).font(font::heading()));
    ui.add_space(size::GAP);
}

/// The row of buttons at the foot of a dialog, from the right.
pub fn footer<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let room = vec2(ui.available_width(), size::CONTROL + size::GRID);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(room, layout, content).inner
}

/// Cancel and the one button that does it; true when that is pressed.
fn buttons(ui: &mut Ui, words: &str, enabled: bool) -> Option<bool> {
    ui.add_space(size::SECTION);
    let mut answer = None;
    footer(ui, |ui| {
        if button::primary(ui, words, enabled).clicked() {
            answer = Some(true);
        }
        if ui.button("Cancel").clicked() {
            answer = Some(false);
        }
    });
    answer
}

fn path(studio: &mut Studio, ui: &mut Ui, purpose: &Purpose, text: &mut String) -> Answer {
    ui.set_width(460.0);
    heading(ui, purpose.heading());
    ui.label(
        RichText::new("Path of the file")
            .font(font::secondary())
            .weak(),
    );
    let name = purpose.name();
    let wanted = path_field::Wanted {
        name: purpose.writes().then_some(name.as_str()),
        endings: &purpose.endings(),
        takes_focus: true,
    };
    let entered = path_field::show(studio, ui, text, wanted).entered;
    let there = !text.trim().is_empty();
    let words = if purpose.writes() { "Save" } else { "Open" };
    match buttons(ui, words, there) {
        Some(true) => {}
        Some(false) => return Answer::Close,
        None if entered && there => {}
        None => return Answer::Open,
    }
    studio.path_given(purpose.clone(), PathBuf::from(text.trim()));
    Answer::Close
}

fn go_to(studio: &mut Studio, ui: &mut Ui, text: &mut String) -> Answer {
    ui.set_width(320.0);
    heading(ui, "Go to");
    let Some(clock) = studio.live().map(|l| l.snapshot.clock.clone()) else {
        return Answer::Close;
    };
    let counted = clock.step_time == 1.0;
    let what = if counted {
        format!(
            "{} to go to, as a number or an expression",
            capital(&clock.symbol)
        )
    } else {
        format!("Time in {}, or a step such as “step 1200”", clock.unit)
    };
    ui.label(RichText::new(what).font(font::secondary()).weak());
    let field = ui
        .add(
            TextEdit::singleline(text)
                .font(font::mono())
                .desired_width(f32::INFINITY),
        )
        .accessible_name("Where to go");
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !field.has_focus() && !entered {
        field.request_focus();
    }
    match buttons(ui, "Go", !text.trim().is_empty()) {
        Some(true) => {}
        Some(false) => return Answer::Close,
        None if entered => {}
        None => return Answer::Open,
    }
    match studio.seek(text, &clock) {
        Ok(()) => Answer::Close,
        Err(why) => {
            studio.toasts.say(Tone::Error, why);
            Answer::Open
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

fn preferences(studio: &mut Studio, ui: &mut Ui) -> Answer {
    ui.set_width(420.0);
    heading(ui, "Preferences");
    egui::Grid::new("preferences")
        .num_columns(2)
        .spacing(vec2(size::SECTION, size::GAP))
        .show(ui, |ui| {
            ui.label("Theme");
            button::choices(
                ui,
                "Theme",
                &mut studio.settings.theme,
                &[
                    (Theme::System, "System", "Light or dark as the system is."),
                    (Theme::Dark, "Dark", "For dark rooms."),
                    (Theme::Light, "Light", "As in print."),
                ],
            );
            ui.end_row();
            ui.label("Simulations run on");
            let mut device = studio.settings.device;
            if button::choices(
                ui,
                "Device",
                &mut device,
                &[
                    (Device::Auto, "Best", "The GPU where there is one."),
                    (
                        Device::Gpu,
                        "GPU",
                        "Even where the GPU is the processor itself.",
                    ),
                    (Device::Cpu, "Processor", "In double precision."),
                ],
            ) {
                studio.choose_device(device);
            }
            ui.end_row();
            ui.label("Keys");
            ui.checkbox(&mut studio.settings.golly_keys, "As in Golly")
                .on_hover_text("Arrows move the view, Tab steps, Enter plays.");
            ui.end_row();
        });
    ui.add_space(size::GAP);
    let device = studio.easel.gpu.name();
    ui.label(
        RichText::new(format!("Drawing on {device}."))
            .font(font::secondary())
            .weak(),
    );
    ui.add_space(size::GAP);
    let mut answer = Answer::Open;
    footer(ui, |ui| {
        if button::primary(ui, "Done", true).clicked() {
            answer = Answer::Close;
        }
        if ui.button("All keys…").clicked() {
            studio.dialog = Some(Dialog::Keys(Sheet::default()));
        }
    });
    answer
}

fn about(studio: &mut Studio, ui: &mut Ui) -> Answer {
    ui.set_width(420.0);
    heading(ui, &format!("Strange Loom {}", env!("CARGO_PKG_VERSION")));
    let gpu = studio.easel.gpu.clone();
    let info = gpu.info();
    let limits = &gpu.limits;
    let row = crate::widgets::section::row;
    row(ui, "Draws on", gpu.name());
    row(ui, "Backend", &format!("{:?}", info.backend));
    row(
        ui,
        "Driver",
        &format!("{} {}", info.driver, info.driver_info),
    );
    row(
        ui,
        "Kind",
        if gpu.is_processor() {
            "the processor itself"
        } else {
            "a GPU"
        },
    );
    row(
        ui,
        "Compute shaders",
        if gpu.has_compute() { "yes" } else { "no" },
    );
    row(
        ui,
        "Largest texture",
        &format!("{} px", limits.max_texture_dimension_2d),
    );
    row(
        ui,
        "Largest buffer",
        &format!("{} MiB", limits.max_storage_buffer_binding_size >> 20),
    );
    let place = match &studio.place {
        loom_sim::Place::Cpu { threads } => format!("the processor, {threads} threads"),
        loom_sim::Place::Gpu(_) => "the GPU".into(),
    };
    row(ui, "Simulations run on", &place);
    if gpu.is_processor() {
        ui.add_space(size::GAP);
        let help = "No GPU: drawing on the processor. On Linux, install the driver of your graphics card (for most, mesa-vulkan-drivers).";
        ui.add(egui::Label::new(RichText::new(help).font(font::secondary()).weak()).wrap());
    }
    ui.add_space(size::GAP);
    let mut answer = Answer::Open;
    footer(ui, |ui| {
        if button::primary(ui, "Done", true).clicked() {
            answer = Answer::Close;
        }
        if button::words(ui, "Copy", "For a report of a problem.").clicked() {
            let text = format!("Strange Loom {}\n{:#?}", env!("CARGO_PKG_VERSION"), info);
            studio.acts.push(Act::Copy {
                what: "The description".into(),
                text,
            });
        }
    });
    answer
}

fn recover(studio: &mut Studio, ui: &mut Ui, list: &[PathBuf]) -> Answer {
    ui.set_width(400.0);
    heading(ui, "Restore what was open?");
    let when = list
        .first()
        .and_then(|p| p.metadata().ok()?.modified().ok()?.elapsed().ok())
        .map_or_else(String::new, |t| {
            format!(
                " It was saved {} before this start.",
                super::words::duration(t.as_secs_f64())
            )
        });
    ui.add(
        egui::Label::new(format!(
            "The last session did not end by itself. Its runs can be restored with their whole history.{when}"
        ))
        .wrap(),
    );
    ui.add_space(size::SECTION);
    let mut answer = Answer::Open;
    footer(ui, |ui| {
        let entered = ui.input(|i| i.key_pressed(Key::Enter));
        if button::primary(ui, "Restore", true).clicked() || entered {
            studio.restore(list);
            answer = Answer::Close;
        }
        if button::words(ui, "Discard", "Removes what was kept for this.").clicked() {
            for path in list {
                super::recovery::Recovery::forget(path);
            }
            answer = Answer::Close;
        }
    });
    answer
}
