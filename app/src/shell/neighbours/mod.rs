//! Nine variants of a run, moving side by side: those around its present parameters, or those
//! that a search has found. A click takes one over.

mod around;
mod listed;

use std::collections::BTreeSet;

use egui::{Align2, Color32, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use loom_sim::conductor::{Command, RunState, Wake};
use loom_sim::variation::{self, SIDE, Variation};
use loom_sim::{Input, Model, Parameter, Place, Saved, Settings};

use super::acts::{Act, Acts};
use super::icons::Icon;
use super::live::Live;
use super::studio::Studio;
use super::tokens::{self, font, size};
use crate::widgets::button;
use crate::widgets::canvas::{Canvas, Easel};
use crate::widgets::number::Number;
pub use around::Around;
use around::STEP;

pub const HELP: &str = "Nine variants side by side, around the present parameters or found by a search; a click takes one over.";
/// The analysis whose finds are shown.
const SEARCH: &str = "search";
/// Vertices and cells of one variant.
const BUDGET: usize = 60_000;
/// The run that each variant's view is known by; every variant has a conductor of its own.
const VIEW: u64 = 0;

/// The variants of one tile.
#[derive(Default)]
pub struct Neighbours {
    /// The model without its live parameters: another one is built anew.
    frame: Option<Model>,
    cells: Vec<Cell>,
}

struct Cell {
    live: Live,
    canvas: Canvas,
    /// What the variant was last told.
    told: Settings,
}

/// What the variants are shown with.
pub struct Stage<'a> {
    pub pane: u64,
    pub live: &'a mut Live,
    pub easel: &'a Easel,
    pub wake: &'a Wake,
}

/// Whether a run has parameters that can be varied while it plays.
pub fn fit(live: &Live) -> bool {
    variation::variable(&live.snapshot.parameters)
        .next()
        .is_some()
        || !live.science.variations(live.model()).is_empty()
}

impl Neighbours {
    pub fn refresh(&mut self, ctx: &egui::Context) {
        for cell in &mut self.cells {
            cell.live.refresh(ctx);
        }
    }
    pub fn rest(&mut self, resting: bool) {
        for cell in &mut self.cells {
            cell.live.rest(resting);
        }
    }

    /// As many variants as there are choices, at these parameters and as the run plays.
    fn follow(&mut self, choices: &[Variation], stage: &Stage<'_>) {
        let run = &*stage.live;
        let mut frame = run.model().clone();
        let varied: BTreeSet<&String> = variation::variable(&run.snapshot.parameters)
            .map(|p| &p.key)
            .chain(choices.iter().flat_map(|choice| choice.set.keys()))
            .collect();
        for key in &varied {
            frame.parameters.remove(*key);
        }
        if self.frame.as_ref() != Some(&frame) {
            self.cells.clear();
            self.frame = Some(frame);
        }
        self.cells.truncate(choices.len());
        for (place, choice) in choices.iter().enumerate() {
            let mut wanted: Settings = varied
                .iter()
                .filter_map(|key| Some(((*key).clone(), run.snapshot.values.get(*key)?.clone())))
                .collect();
            wanted.extend(choice.set.clone());
            if place == self.cells.len() {
                let mut model = run.science.light(run.model());
                model.parameters.extend(wanted.clone());
                let live = Live::bare(
                    stage.pane << 8 | place as u64,
                    run.science.clone(),
                    None,
                    Saved::fresh(model),
                    Place::Cpu { threads: 1 },
                    stage.wake.clone(),
                );
                self.cells.push(Cell {
                    live,
                    canvas: Canvas::new(stage.easel),
                    told: wanted,
                });
                continue;
            }
            let cell = &mut self.cells[place];
            for (key, value) in &wanted {
                if cell.told.get(key) != Some(value) {
                    let input = Input::set(key, value.clone());
                    cell.live.send(Command::Apply(input));
                }
            }
            cell.told = wanted;
        }
        let playing = run.is_playing();
        for cell in &mut self.cells {
            let state = &cell.live.snapshot.state;
            let plays = *state == RunState::Playing;
            let ready = matches!(state, RunState::Playing | RunState::Paused);
            if ready && plays != playing {
                cell.live.send(if playing {
                    Command::Play
                } else {
                    Command::Pause
                });
            }
        }
    }
}

/// Shows the tile: what is varied above, the variants below.
pub fn show(
    ui: &mut Ui,
    neighbours: &mut Neighbours,
    around: &mut Around,
    stage: Stage<'_>,
    acts: &mut Acts,
) {
    let snapshot = stage.live.snapshot.clone();
    let varied: Vec<&Parameter> = variation::variable(&snapshot.parameters).collect();
    let (rules, count) = if varied.is_empty() {
        listed::around_run(stage.live, around)
    } else {
        (Vec::new(), 0)
    };
    if varied.is_empty() && rules.is_empty() {
        crate::widgets::plot::empty(ui, "This run has no parameters that can be varied.");
        return;
    }
    let id = stage.live.id;
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(size::GAP as i8, 4))
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(size::GAP, 4.0);
                if varied.is_empty() {
                    listed::pages(ui, around, count);
                } else {
                    header(ui, around, stage.live, &varied, acts);
                }
            });
        });
    let middle = rules.len().saturating_sub(1).min(SIDE * SIDE / 2);
    let choices = match around.found {
        _ if varied.is_empty() => rules,
        None => {
            let (across, up) = chosen(around, &varied);
            variation::around(across, up, &snapshot.values, around.step)
        }
        Some(first) => {
            let report = stage.live.forms.get(SEARCH).and_then(|f| f.report.clone());
            let found = report.map(|r| r.choices.clone()).unwrap_or_default();
            found.into_iter().skip(first).take(SIDE * SIDE).collect()
        }
    };
    neighbours.follow(&choices, &stage);
    if choices.is_empty() {
        crate::widgets::plot::empty(
            ui,
            "Search tries parameters by lot over their ranges, and shows those with chaos.",
        );
        return;
    }
    let room = ui.available_rect_before_wrap();
    let gap = 1.0;
    let cell = vec2(
        (room.width() - gap * (SIDE - 1) as f32) / SIDE as f32,
        (room.height() - gap * (SIDE - 1) as f32) / SIDE as f32,
    );
    if cell.x < 24.0 || cell.y < 24.0 {
        return;
    }
    for (place, (choice, shown)) in choices.iter().zip(&mut neighbours.cells).enumerate() {
        let corner = room.min
            + vec2(
                (place % SIDE) as f32 * (cell.x + gap),
                (place / SIDE) as f32 * (cell.y + gap),
            );
        let middle = if varied.is_empty() {
            middle
        } else {
            SIDE * SIDE / 2
        };
        let present = around.found.is_none() && place == middle;
        let rect = Rect::from_min_size(corner, cell);
        if shown.show(ui, rect, (stage.pane, place), choice, present) && !present {
            let set = choice.set.clone().into_iter().collect();
            acts.push(Act::Try { live: id, set });
        }
    }
}

/// The parameters across and up.
fn chosen<'a>(around: &Around, varied: &[&'a Parameter]) -> (&'a Parameter, Option<&'a Parameter>) {
    let find = |key: &Option<String>| {
        let key = key.as_ref()?;
        varied.iter().find(|p| p.key == *key).copied()
    };
    let across = find(&around.across).unwrap_or(varied[0]);
    let other = || varied.iter().find(|p| p.key != across.key).copied();
    let up = match &around.up {
        Some(key) if key.is_empty() => None,
        _ => find(&around.up)
            .filter(|p| p.key != across.key)
            .or_else(other),
    };
    (across, up)
}

fn header(
    ui: &mut Ui,
    around: &mut Around,
    live: &mut Live,
    varied: &[&Parameter],
    acts: &mut Acts,
) {
    let searches = super::analyses::fitting(&live.science, live.model())
        .iter()
        .any(|a| a.key() == SEARCH);
    if searches {
        let mut found = around.found.is_some();
        let list = [
            (false, "Around", "Variants around the present parameters."),
            (
                true,
                "Found",
                "Parameters with chaos that a search has found.",
            ),
        ];
        if button::choices(ui, "Which variants", &mut found, &list) {
            around.found = found.then_some(0);
        }
    } else {
        around.found = None;
    }
    let Some(first) = around.found else {
        let (across, up) = chosen(around, varied);
        let (across, up) = (across.clone(), up.cloned());
        if let Some(key) = choice(ui, "Across", Some(&across), varied, false) {
            around.across = Some(key);
        }
        if varied.len() > 1
            && let Some(key) = choice(ui, "Up", up.as_ref(), varied, true)
        {
            around.up = Some(key);
        }
        let number = Number {
            name: "Step",
            value: 100.0 * around.step,
            default: 100.0 * STEP,
            low: 0.1,
            high: 20.0,
            logarithmic: true,
            integer: false,
            hard: Some((1e-6, 100.0)),
        };
        ui.label(RichText::new("Step").font(font::secondary()).weak());
        let name = egui::Id::unique(("step of neighbours", live.id));
        let (response, moved) = number.slider(ui, name, 90.0);
        let words = super::words::figures(100.0 * around.step, 2);
        button::tip(
            response,
            "Step",
            "",
            "The part of the parameter's range between two neighbours.",
        );
        ui.label(RichText::new(format!("{words}{}%", super::words::THIN)).font(font::mono_small()));
        if let Some(x) = moved {
            around.step = x / 100.0;
        }
        return;
    };
    let form = live.forms.entry(SEARCH.to_owned()).or_default();
    if let Some((fraction, _)) = form.progress() {
        ui.allocate_ui(vec2(220.0, size::CONTROL), |ui| {
            if button::progress(ui, "Searching", fraction) {
                acts.push(Act::EndMeasure {
                    live: live.id,
                    analysis: SEARCH.into(),
                });
            }
        });
    } else if button::words(
        ui,
        "Search",
        "Tries parameters by lot over their ranges and keeps those with chaos.",
    )
    .clicked()
    {
        // Another lot than the last time.
        let seed = form
            .settings
            .get("lot")
            .and_then(loom_sim::Value::as_integer)
            .map_or(0, |lot| lot + 1);
        form.settings
            .insert("lot".into(), loom_sim::Value::Integer(seed));
        around.found = Some(0);
        acts.push(Act::Measure {
            live: live.id,
            analysis: SEARCH.into(),
        });
    }
    let count = form.report.as_ref().map_or(0, |r| r.choices.len());
    if count > SIDE * SIDE {
        let last = (first + SIDE * SIDE).min(count);
        let back = button::Tool::new(Icon::ChevronLeft, "The nine before", "Shows earlier finds.")
            .enabled(first > 0);
        if back.show(ui).clicked() {
            around.found = Some(first.saturating_sub(SIDE * SIDE));
        }
        ui.label(
            RichText::new(format!("{} to {last} of {count}", first + 1)).font(font::secondary()),
        );
        let on = button::Tool::new(Icon::ChevronRight, "The next nine", "Shows later finds.")
            .enabled(last < count);
        if on.show(ui).clicked() {
            around.found = Some(first + SIDE * SIDE);
        }
    }
}

/// A drop-down of parameters; `none` offers to leave it out, as an empty key.
fn choice(
    ui: &mut Ui,
    name: &str,
    now: Option<&Parameter>,
    varied: &[&Parameter],
    none: bool,
) -> Option<String> {
    ui.label(RichText::new(name).font(font::secondary()).weak());
    let mut taken = None;
    let words = now.map_or("none", |p| p.symbol.as_str());
    let answer = button::drop_down(("neighbours", name), words)
        .width(64.0)
        .show_ui(ui, |ui| {
            for parameter in varied {
                let here = now.is_some_and(|n| n.key == parameter.key);
                let words = format!("{}  {}", parameter.symbol, parameter.name);
                if ui.selectable_label(here, words.trim_end()).clicked() {
                    taken = Some(parameter.key.clone());
                }
            }
            if none && ui.selectable_label(now.is_none(), "none").clicked() {
                taken = Some(String::new());
            }
        });
    button::tip(
        answer.response.accessible_name(name),
        name,
        "",
        "The parameter that changes in this direction.",
    );
    taken
}

impl Cell {
    /// Shows the variant; true when it is clicked.
    fn show(
        &mut self,
        ui: &Ui,
        rect: Rect,
        name: (u64, usize),
        choice: &Variation,
        present: bool,
    ) -> bool {
        let tokens = tokens::of(ui);
        let scale = ui.pixels_per_point();
        let pixels = [rect.width(), rect.height()].map(|s| (s * scale).round().max(1.0) as u32);
        self.live.watch(
            VIEW,
            None,
            pixels,
            scale,
            tokens.ink(),
            &Settings::new(),
            BUDGET,
        );
        let response = ui.interact(rect, egui::Id::unique(("neighbour", name)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &choice.words));
        let painter = ui.painter_at(rect);
        let snapshot = self.live.snapshot.clone();
        let camera = snapshot.fits.get(&VIEW);
        let mut failed = self.live.failure().is_some();
        if let Some(scene) = snapshot.scenes.get(&VIEW) {
            failed |= self.canvas.draw(scene, camera, pixels, scale).is_err();
        }
        match self.canvas.picture() {
            Some(picture) if !failed => {
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                painter.image(picture, rect, whole, Color32::WHITE);
            }
            _ => {
                painter.rect_filled(rect, 0.0, tokens.ground);
                if failed {
                    painter.text(
                        rect.center(),
                        Align2::CENTER_CENTER,
                        "Runs away",
                        font::secondary(),
                        tokens.secondary,
                    );
                }
            }
        }
        let galley = painter.layout_no_wrap(choice.words.clone(), font::mono_small(), tokens.text);
        let at = rect.left_bottom() + vec2(6.0, -4.0 - galley.size().y);
        let back = Rect::from_min_size(at, galley.size()).expand2(vec2(4.0, 2.0));
        painter.rect_filled(back, size::CORNER, tokens.panel.gamma_multiply(0.85));
        painter.galley(at, galley, tokens.text);
        if present || response.hovered() || response.has_focus() {
            let color = if present {
                tokens::accent(ui)
            } else {
                tokens.secondary
            };
            painter.rect_stroke(
                rect,
                0.0,
                egui::Stroke::new(1.5, color),
                egui::StrokeKind::Inside,
            );
        }
        let help = if present {
            "The run as it is."
        } else {
            "Click: the run takes these parameters; it is not begun anew, and undo goes back."
        };
        button::tip(response, &choice.words, "", help).clicked()
    }
}

impl Studio {
    /// Shows the variants of the run in front.
    pub fn show_neighbours(&mut self) {
        self.next += 1;
        let id = self.next;
        if let Some(room) = self.room_mut()
            && let Some(live) = room.live().map(|l| l.id)
        {
            room.show_neighbours(live, id);
        }
    }
}
