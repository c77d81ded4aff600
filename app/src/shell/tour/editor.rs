//! A small editor of tours: each step is made from what stands in the window, with a sentence,
//! notes and a question.

use egui::{RichText, TextEdit, Ui, vec2};
use loom_sim::{Camera, Effect, Settings, Value};

use crate::shell::acts::Tone;
use crate::shell::analyses;
use crate::shell::dialogs::{Purpose, footer};
use crate::shell::export::slug;
use crate::shell::icons::Icon;
use crate::shell::studio::Studio;
use crate::shell::tiles::{Kind, Source};
use crate::shell::tokens::{font, size};
use crate::tour::file::ENDING;
use crate::tour::stage::probe_name;
use crate::tour::write::{Draft, DraftFile, DraftMeasure, DraftQuestion, DraftScene, DraftStep};
use crate::widgets::button::{self, Tool};

/// The tour that is being written, and the step in the fields.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    pub draft: Draft,
    step: DraftStep,
    ask: String,
    /// One choice a line.
    choices: String,
    answer: usize,
}

impl Studio {
    /// What stands in the window, as a step shows it.
    fn scene(&mut self) -> Option<DraftScene> {
        let index = self.room_index()?;
        let room = &mut self.rooms[index];
        let science = room.science.key();
        let pane = room.front_view().cloned();
        let live = room.live()?;
        let model = live.model();
        let entry = room.entry_of(model);
        let mut scene = DraftScene {
            seed: model.seed,
            play: live.is_playing(),
            twin: live.snapshot.has_twin,
            ..DraftScene::default()
        };
        let usual = match &entry {
            Some(entry) => {
                scene.open = Some(format!("{science}/{}", entry.name));
                entry.model.parameters.clone()
            }
            None => {
                let (_, file) = model.attachments.iter().next()?;
                scene.file = Some(DraftFile {
                    name: file.name.clone(),
                    text: String::from_utf8(file.bytes.to_vec()).ok()?,
                });
                Settings::new()
            }
        };
        for parameter in &live.snapshot.parameters {
            let key = &parameter.key;
            let Some(value) = live.snapshot.values.get(key) else {
                continue;
            };
            let before = usual.get(key).unwrap_or(&parameter.default);
            if parameter.effect != Effect::View && value != before {
                scene.set.insert(key.clone(), value.clone());
            }
        }
        let clock = &live.snapshot.clock;
        scene.at = (clock.time > 0.0).then_some(clock.time);
        scene.speed = (live.snapshot.speed != 1.0).then_some(live.snapshot.speed);
        if let Some(pane) = pane
            && let Kind::View { camera, settings } = pane.kind
        {
            scene.view = settings;
            if let (Some(camera), Some(fit)) = (camera, live.snapshot.fits.get(&pane.id)) {
                scene.camera = look(&camera, fit);
            }
        }
        let known = analyses::fitting(&room.science, live.model());
        for pane in crate::shell::room::panes(&room.tree.tiles).filter(|p| p.live == live.id) {
            let name = match &pane.kind {
                Kind::Plot(Source::Probe(spec)) => probe_name(&spec.kind, &known),
                Kind::Plot(Source::Difference) => "twin".into(),
                Kind::Plot(Source::Report { analysis, index }) => {
                    format!("{analysis}/{}", index + 1)
                }
                Kind::Table(Source::Cells { analysis, .. }) => format!("{analysis}/table"),
                _ => continue,
            };
            scene.plots.push(name);
        }
        for (key, form) in &live.forms {
            if form.report.is_some() {
                scene.measures.push(DraftMeasure {
                    analysis: key.clone(),
                    set: form.settings.clone(),
                });
            }
        }
        Some(scene)
    }

    fn add_step(&mut self, editor: &mut Editor) {
        let Some(scene) = self.scene() else {
            self.toasts.say(
                Tone::Error,
                "What is in front can't become a step: open an entry of a catalogue, or a model of your own.",
            );
            return;
        };
        let mut step = std::mem::take(&mut editor.step);
        step.scene = scene;
        let choices: Vec<String> = editor
            .choices
            .lines()
            .map(|l| l.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect();
        if !editor.ask.trim().is_empty() && choices.len() > 1 {
            step.question = Some(DraftQuestion {
                ask: editor.ask.trim().to_owned(),
                answer: (1..=choices.len())
                    .contains(&editor.answer)
                    .then_some(editor.answer),
                choices,
                because: String::new(),
            });
        }
        editor.ask.clear();
        editor.choices.clear();
        editor.answer = 0;
        editor.draft.steps.push(step);
    }

    fn save_tour(&mut self, editor: &Editor) -> bool {
        let name = format!("{}.{ENDING}", slug(&editor.draft.title));
        match editor.draft.text(&name) {
            Ok(text) => {
                self.ask_path(Purpose::Bytes {
                    name,
                    bytes: text.into_bytes(),
                });
                true
            }
            Err(why) => {
                self.toasts.say(Tone::Error, why.to_string());
                false
            }
        }
    }
}

/// How a camera differs from the one that shows the whole.
fn look(camera: &Camera, fit: &Camera) -> std::collections::BTreeMap<String, Value> {
    let round = |x: f64| (x * 1e4).round() / 1e4;
    let entry = |key: &str, x: f64| (key.to_owned(), Value::Real(round(x)));
    match (camera, fit) {
        (Camera::Orbit(now), Camera::Orbit(whole)) => [
            entry("yaw", now.yaw),
            entry("pitch", now.pitch),
            entry("zoom", whole.distance / now.distance),
            ("centre".to_owned(), Value::Vector(now.target.to_vec())),
        ]
        .into(),
        (Camera::Plane(now), Camera::Plane(whole)) => {
            let centre = (0..2)
                .map(|axis| now.whole[axis] as f64 + now.part[axis])
                .collect();
            [
                entry("zoom", now.scale / whole.scale),
                ("centre".to_owned(), Value::Vector(centre)),
            ]
            .into()
        }
        _ => std::collections::BTreeMap::new(),
    }
}

fn line(ui: &mut Ui, name: &str, hint: &str, text: &mut String, rows: usize) {
    ui.label(RichText::new(name).font(font::secondary()).weak());
    let field = if rows > 1 {
        TextEdit::multiline(text).desired_rows(rows)
    } else {
        TextEdit::singleline(text)
    };
    ui.add(field.hint_text(hint).desired_width(f32::INFINITY))
        .accessible_name(name);
}

/// Shows the editor; true when it is to be closed.
pub fn show(studio: &mut Studio, ui: &mut Ui, editor: &mut Editor) -> bool {
    ui.set_width(460.0);
    ui.spacing_mut().item_spacing = vec2(size::GAP, size::GRID);
    ui.label(RichText::new("Write a tour").font(font::heading()));
    line(
        ui,
        "Title of the tour",
        "The double pendulum",
        &mut editor.draft.title,
        1,
    );
    let mut gone = None;
    for (index, step) in editor.draft.steps.iter().enumerate() {
        ui.horizontal(|ui| {
            let remove = Tool::new(Icon::Trash2, "Remove the step", "Takes it out of the tour.");
            if remove.show(ui).clicked() {
                gone = Some(index);
            }
            let text = format!("{}  {}", index + 1, step.say);
            ui.add(egui::Label::new(text).truncate());
        });
    }
    if let Some(index) = gone {
        editor.draft.steps.remove(index);
    }
    ui.separator();
    let heading = format!(
        "Step {}, from what is in front",
        editor.draft.steps.len() + 1
    );
    ui.label(RichText::new(heading).font(font::medium()));
    line(
        ui,
        "Sentence",
        "One sentence that the class reads",
        &mut editor.step.say,
        2,
    );
    line(ui, "What to watch", "", &mut editor.step.watch, 1);
    line(ui, "Notes for the presenter", "", &mut editor.step.notes, 2);
    line(
        ui,
        "Question, if there is one",
        "What happens next?",
        &mut editor.ask,
        1,
    );
    if !editor.ask.trim().is_empty() {
        line(
            ui,
            "Answers, one a line",
            "It stops",
            &mut editor.choices,
            3,
        );
        let count = editor
            .choices
            .lines()
            .filter(|l| !l.trim().is_empty())
            .count();
        ui.horizontal(|ui| {
            ui.label(RichText::new("Right one").font(font::secondary()).weak());
            for number in 1..=count.min(crate::tour::file::MAX_CHOICES) {
                let words = super::question::LETTERS
                    .get(number - 1)
                    .copied()
                    .unwrap_or("");
                if ui
                    .add(egui::Button::selectable(editor.answer == number, words))
                    .clicked()
                {
                    editor.answer = number;
                }
            }
        });
    }
    ui.add_space(size::GAP);
    let can_add = !editor.step.say.trim().is_empty();
    let mut close = false;
    footer(ui, |ui| {
        let can_save = !editor.draft.steps.is_empty() && !editor.draft.title.trim().is_empty();
        if button::primary(ui, "Save the tour…", can_save).clicked() {
            close = studio.save_tour(editor);
        }
        let response = ui.add_enabled(can_add, egui::Button::new("Add the step"));
        let help =
            "Keeps what the window shows now: the model, its settings, the camera and the plots.";
        if button::tip(response, "Add the step", "", help).clicked() {
            studio.add_step(editor);
            close = true;
        }
        if ui.button("Close").clicked() {
            close = true;
        }
    });
    close
}
