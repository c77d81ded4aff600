//! The tour in the window: the sentence, what to watch, the question, and where one is.

use egui::{Align, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use loom_sim::{Effect, ParameterKind, Quantity, Uncertainty};

use super::Touring;
use super::question::{answered, asked};
use crate::shell::acts::{Act, Acts};
use crate::shell::icons::{self, Icon};
use crate::shell::live::Live;
use crate::shell::studio::Studio;
use crate::shell::tokens::{self, font, size};
use crate::shell::{keys, theme, words};
use crate::widgets::button::{self, Tool};
use crate::widgets::number::Number;

/// Width of the buttons that turn the page.
const TURN: f32 = 104.0;
/// The most that notes take of the window's height.
const NOTES: f32 = 120.0;

/// Shows the panel of the tour that is given.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let Some(mut touring) = studio.touring.take() else {
        return;
    };
    ui.add_space(size::GAP);
    ui.horizontal(|ui| {
        ui.add_space(size::SECTION);
        let width = ui.available_width() - size::SECTION;
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(size::GAP, size::GRID);
            heading(studio, ui, &mut touring);
            ui.horizontal_top(|ui| {
                let words = width - TURN - size::SECTION;
                ui.vertical(|ui| {
                    ui.set_width(words);
                    let mut acts = std::mem::take(&mut studio.acts);
                    let live = studio.live_of(touring.live);
                    content(ui, &mut touring, live, &mut acts, font::reading(), true);
                    studio.acts = acts;
                });
                ui.vertical(|ui| turns(studio, ui, &touring));
            });
            if touring.notes {
                notes(ui, &touring);
            }
        });
    });
    ui.add_space(size::GAP);
    studio.touring = Some(touring);
}

/// The tour's name, where one is, and what else can be done.
fn heading(studio: &mut Studio, ui: &mut Ui, touring: &mut Touring) {
    ui.horizontal(|ui| {
        let color = tokens::of(ui).secondary;
        ui.label(icons::text_of(Icon::Route, 14.0).color(color));
        ui.label(
            RichText::new(&touring.tour.title)
                .font(font::secondary())
                .color(color),
        );
        dots(ui, touring, &mut studio.acts);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let leave = Tool::new(
                Icon::X,
                "Leave the tour",
                "Your own work comes back as it was.",
            );
            if leave.keys("Esc").show(ui).clicked() {
                studio.acts.push(Act::Do("tour.leave"));
            }
            let keys = keys::text(studio, "view.present");
            let present = Tool::new(
                Icon::Presentation,
                "Present",
                "Picture and sentence fill the screen.",
            );
            if present.keys(&keys).show(ui).clicked() {
                studio.acts.push(Act::Do("view.present"));
            }
            let notes = Tool::new(
                Icon::StickyNote,
                "Notes",
                "What the author tells the presenter about this step.",
            );
            if notes.selected(touring.notes).show(ui).clicked() {
                touring.notes = !touring.notes;
            }
        });
    });
}

/// One dot a step: those that were, the one in front, those to come. A click goes there.
fn dots(ui: &mut Ui, touring: &Touring, acts: &mut Acts) {
    let place = format!("{} of {}", touring.at + 1, touring.count());
    ui.label(RichText::new(place).font(font::mono_small()).weak());
    if touring.count() > 40 {
        return;
    }
    ui.spacing_mut().item_spacing.x = 0.0;
    for (index, step) in touring.tour.steps.iter().enumerate() {
        let (rect, response) = ui.allocate_exact_size(vec2(12.0, size::CONTROL), Sense::click());
        let here = index == touring.at;
        let title = if step.title.is_empty() {
            step.say.get_ref()
        } else {
            &step.title
        };
        let name = format!("Step {}: {title}", index + 1);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, &name));
        let tokens = tokens::of(ui);
        let color = if here || response.has_focus() {
            tokens::accent(ui)
        } else if index < touring.at || response.hovered() {
            tokens.secondary
        } else {
            theme::mix(tokens.panel, tokens.secondary, 0.45)
        };
        let radius = if here { 4.0 } else { 3.0 };
        ui.painter().circle_filled(rect.center(), radius, color);
        if button::tip(response, &name, "", "").clicked() && !here {
            acts.push(Act::Tour {
                tour: touring.tour.clone(),
                step: index,
            });
        }
    }
    ui.spacing_mut().item_spacing.x = size::GAP;
}

/// The sentence and all that belongs to it; the same in the window and before an audience, which
/// has its sliders elsewhere.
pub fn content(
    ui: &mut Ui,
    touring: &mut Touring,
    live: Option<&mut Live>,
    acts: &mut Acts,
    type_size: egui::FontId,
    controls: bool,
) {
    if let Err(fault) = &touring.stage {
        let color = tokens::of(ui).error;
        ui.add(egui::Label::new(RichText::new(fault.to_string()).color(color)).wrap());
        return;
    }
    let Some(step) = touring.step().cloned() else {
        return;
    };
    // The words of a question stand alone: what was read before is known by then.
    let sentence = step.say.get_ref().as_str();
    ui.add(egui::Label::new(RichText::new(sentence).font(type_size.clone())).wrap());
    let quiet = egui::FontId::new(type_size.size * 0.78, egui::FontFamily::Proportional);
    answered(ui, touring, &quiet);
    if !step.watch.is_empty() {
        ui.horizontal_top(|ui| {
            let color = tokens::of(ui).secondary;
            ui.label(icons::text_of(Icon::Eye, quiet.size).color(color));
            let words = RichText::new(&step.watch).font(quiet.clone()).color(color);
            ui.add(egui::Label::new(words).wrap());
        });
    }
    if let Some(live) = live {
        values(ui, touring, live, &quiet);
        if controls {
            sliders(ui, touring, live, acts);
        }
    }
    if let Some(question) = touring.question().cloned() {
        asked(ui, touring, &question, &type_size);
    }
}

/// What analyses of the step have found, as "λ₁ = 0.906 ± 0.001".
pub fn value_texts(touring: &Touring, live: &Live) -> Vec<String> {
    let Some(stage) = touring.stage() else {
        return Vec::new();
    };
    let text = |(analysis, key): &(String, String)| {
        let form = live.forms.get(analysis);
        let report = form.and_then(|f| f.report.as_ref());
        match report.and_then(|r| r.values.iter().find(|q| q.key == *key)) {
            Some(quantity) => quantity_text(quantity),
            None => form
                .and_then(|f| f.failure.clone())
                .unwrap_or_else(|| "Measuring…".into()),
        }
    };
    let mut list: Vec<String> = stage.values.iter().map(text).collect();
    // Several that are waited for are waited for once.
    list.dedup();
    list
}

fn values(ui: &mut Ui, touring: &Touring, live: &Live, type_size: &egui::FontId) {
    let list = value_texts(touring, live);
    if list.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::SECTION;
        let mono = egui::FontId::new(type_size.size, egui::FontFamily::Monospace);
        for text in list {
            ui.label(RichText::new(text).font(mono.clone()));
        }
    });
}

fn quantity_text(quantity: &Quantity) -> String {
    let symbol = if quantity.symbol.is_empty() {
        &quantity.name
    } else {
        &quantity.symbol
    };
    let Some(value) = quantity.as_real() else {
        return format!("{symbol}: {:?}", quantity.value);
    };
    match quantity.error {
        Uncertainty::StandardError(e) | Uncertainty::Bound(e) if e > 0.0 && e.is_finite() => {
            format!("{symbol} = {}", words::with_error(value, e))
        }
        _ => format!("{symbol} = {}", words::figures(value, 5)),
    }
}

/// The sliders that the step offers.
fn sliders(ui: &mut Ui, touring: &Touring, live: &mut Live, acts: &mut Acts) {
    let Some(stage) = touring.stage() else {
        return;
    };
    if stage.controls.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for key in &stage.controls {
            slider(ui, live, key, acts, [150.0, 62.0]);
            ui.add_space(size::SECTION);
        }
    });
}

/// A live parameter: its symbol, a slider, a field to type in, and a sweep.
pub fn slider(ui: &mut Ui, live: &mut Live, key: &str, acts: &mut Acts, widths: [f32; 2]) {
    let snapshot = live.snapshot.clone();
    let Some(parameter) = loom_sim::parameter::find(&snapshot.parameters, key) else {
        return;
    };
    let (low, high, hard, logarithmic, integer) = match &parameter.kind {
        ParameterKind::Real {
            low,
            high,
            scale,
            hard,
        } => (
            *low,
            *high,
            *hard,
            *scale == loom_sim::Scale::Logarithmic,
            false,
        ),
        ParameterKind::Integer { low, high, hard } => (
            *low as f64,
            *high as f64,
            hard.map(|(a, b)| (a as f64, b as f64)),
            false,
            true,
        ),
        _ => return,
    };
    if parameter.effect != Effect::Live {
        return;
    }
    let (low, high) = live.ranges.get(key).copied().unwrap_or((low, high));
    let number = Number {
        name: &parameter.name,
        value: snapshot
            .values
            .get(key)
            .and_then(loom_sim::Value::as_real)
            .unwrap_or(low),
        default: parameter.default.as_real().unwrap_or(low),
        low,
        high,
        logarithmic,
        integer,
        hard,
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = size::GRID;
        let symbol = RichText::new(&parameter.symbol).font(font::medium());
        ui.label(symbol).on_hover_text(&parameter.help);
        let id = egui::Id::unique(("offered", live.id, key));
        let (response, moved) = number.slider(ui, id, widths[0]);
        button::tip(response, &parameter.name, "", &parameter.help);
        let (_, typed) = number.field(ui, id.with("field"), widths[1]);
        let sweeping = live.is_sweeping(key);
        let (icon, name) = if sweeping {
            (Icon::Pause, "Stop the sweep")
        } else {
            (Icon::Play, "Sweep")
        };
        let help = "Moves the slider back and forth; typing a value stops it there.";
        if Tool::new(icon, name, help)
            .selected(sweeping)
            .show(ui)
            .clicked()
        {
            acts.push(Act::Sweep {
                live: live.id,
                key: key.to_owned(),
            });
        }
        let value = match typed {
            Some(Ok(x)) => Some(x),
            Some(Err(why)) => {
                acts.push(Act::Say(crate::shell::acts::Tone::Error, why));
                None
            }
            None => moved,
        };
        if let Some(x) = value {
            live.stop_sweep(key);
            let value = if integer {
                loom_sim::Value::Integer(x as i64)
            } else {
                loom_sim::Value::Real(x)
            };
            // A slider of a live parameter always has an effect of its own.
            let _ = live.set(key, &value);
        }
    });
}

/// Previous and next.
fn turns(studio: &mut Studio, ui: &mut Ui, touring: &Touring) {
    ui.set_width(TURN);
    let last = touring.at + 1 == touring.count();
    let next = match touring.question() {
        Some(_) => "Answer",
        None => "Next",
    };
    let keys = keys::text(studio, "view.next");
    let response = ui
        .add_enabled_ui(!last, |ui| {
            ui.add_sized(
                vec2(TURN, 28.0),
                egui::Button::new((next, icons::text(Icon::ChevronRight))),
            )
        })
        .inner;
    if button::tip(response, next, &keys, "The next step.").clicked() {
        studio.acts.push(Act::Do("view.next"));
    }
    let keys = keys::text(studio, "view.previous");
    let response = ui
        .add_enabled_ui(touring.at > 0, |ui| {
            ui.add_sized(
                vec2(TURN, 28.0),
                egui::Button::new((icons::text(Icon::ChevronLeft), "Back")),
            )
        })
        .inner;
    if button::tip(
        response,
        "Back",
        &keys,
        "The step before this one, from its own beginning.",
    )
    .clicked()
    {
        studio.acts.push(Act::Do("view.previous"));
    }
}

/// What the presenter alone reads.
pub fn notes(ui: &mut Ui, touring: &Touring) {
    let Some(step) = touring.step() else {
        return;
    };
    let text = if step.notes.trim().is_empty() {
        "No notes for this step."
    } else {
        step.notes.trim()
    };
    egui::Frame::new()
        .fill(tokens::of(ui).raised)
        .corner_radius(size::CORNER)
        .inner_margin(size::GAP)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ScrollArea::vertical().max_height(NOTES).show(ui, |ui| {
                ui.add(egui::Label::new(RichText::new(text).font(font::body())).wrap());
            });
        });
}
