//! The rule as a sheet: neighbourhoods and what becomes of them, drawn, each to be switched.

use egui::{Color32, Id, Rect, RichText, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, vec2};
use loom_automata::rule::sheet::machine::Machine;
use loom_automata::rule::sheet::{self, Picture, Sheet, Switch};
use loom_automata::{Family, Rule};
use loom_sim::Input;
use loom_sim::conductor::Command;

use crate::shell::acts::{Act, Acts, Tone};
use crate::shell::live::Live;
use crate::shell::tokens::{self, font, size};
use crate::widgets::button;
use crate::widgets::number::Number;

use super::{machine, table};

/// The side of a small cell, logical pixels.
const CELL: f32 = 9.0;

/// Shows the sheet of the run's rule.
pub fn show(ui: &mut Ui, live: &Live, acts: &mut Acts) {
    let Some(text) = live.snapshot.values.get("rule").map(ToString::to_string) else {
        crate::widgets::plot::empty(ui, "This automaton has no rule of cells to be switched.");
        return;
    };
    let Some(rule) = table::rule(ui, live, &text) else {
        crate::widgets::plot::empty(
            ui,
            "This rule can't be read, so that there is no sheet of it.",
        );
        return;
    };
    if let Family::Table(file) = &rule.family {
        table::show(ui, live, acts, (&rule, file));
        return;
    }
    if let Some(machine) = Machine::of(&rule) {
        machine::show(ui, live, acts, (&rule, &machine));
        return;
    }
    let memory = Id::unique(("letters of the rule", live.id));
    let mut by_letters = ui.data(|d| d.get_temp::<bool>(memory)).unwrap_or(false);
    let lettered = sheet::letters(&rule);
    let plain = sheet::sheet(&rule);
    let has_choice = matches!(&rule.family, Family::Life(_)) && lettered.is_some();
    let shown = match (by_letters, lettered) {
        (true, Some(sheet)) => Some(sheet),
        _ => plain,
    };
    egui::Frame::new().inner_margin(size::SECTION).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&text).font(font::mono()));
            ui.label(RichText::new(rule.family_name()).font(font::secondary()).weak());
            if has_choice {
                let list = [
                    (false, "Counts", "A cell's fate hangs on the number of its live neighbours."),
                    (true, "Letters", "Hensel's letters: neighbours that stand differently count differently."),
                ];
                if button::choices(ui, "What a switch stands for", &mut by_letters, &list) {
                    ui.data_mut(|d| d.insert_temp(memory, by_letters));
                }
            }
        });
        ui.add_space(size::GRID);
        let Some(sheet) = shown else {
            ui.label(RichText::new("This rule has no switches.").weak());
            return;
        };
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                if let Some(rule) = of_sheet(ui, &sheet, live.id) {
                    let input = Input::set("rule", rule.to_string());
                    acts.push(Act::Tell(live.id, Command::Apply(input)));
                } else if ui.data(|d| d.get_temp::<bool>(refused(live.id))).is_some() {
                    ui.data_mut(|d| d.remove::<bool>(refused(live.id)));
                    acts.push(Act::Say(
                        Tone::Warning,
                        "No rule can be written that way.".to_owned(),
                    ));
                }
            });
    });
}

fn refused(live: u64) -> Id {
    Id::unique(("refused rule", live))
}

/// Draws a sheet; the rule that a hand makes of it.
fn of_sheet(ui: &mut Ui, sheet: &Sheet, live: u64) -> Option<Rule> {
    let mut asked: Option<Option<Rule>> = None;
    for (index, number) in sheet.numbers.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.add_sized(
                vec2(120.0, size::CONTROL),
                egui::Label::new(RichText::new(&number.name).font(font::secondary()).weak()),
            );
            let (low, high) = (f64::from(number.low), f64::from(number.high));
            let slider = Number {
                name: &number.name,
                value: f64::from(number.value),
                default: low,
                low,
                high,
                logarithmic: false,
                integer: true,
                hard: Some((low, high)),
            };
            let id = Id::unique(("number of the rule", live, index));
            let (response, moved) = slider.slider(ui, id, 160.0);
            let help = format!("From {} to {}.", number.low, number.high);
            button::tip(response, &number.name, "", &help);
            ui.label(RichText::new(number.value.to_string()).font(font::mono_small()));
            if let Some(x) = moved
                && x as u32 != number.value
            {
                asked = Some(sheet.with_number(index, x as u32));
            }
        });
    }
    if let Some(choice) = &sheet.choice {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(choice.name).font(font::secondary()).weak());
            for (place, name) in choice.of.iter().enumerate() {
                let taken = choice.chosen == Some(place);
                let button = ui.add(egui::Button::selectable(taken, *name));
                let help = "Which cells around count as neighbours.";
                if button::tip(button, name, "", help).clicked() && !taken {
                    asked = Some(sheet.with_choice(place));
                }
            }
        });
    }
    let mut number = 0;
    for part in &sheet.parts {
        ui.add_space(size::GAP);
        ui.label(RichText::new(part.name).font(font::medium()));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            for switch in &part.switches {
                if self::switch(ui, switch, part.name, (live, number)) {
                    asked = Some(sheet.switched(number));
                }
                number += 1;
            }
        });
    }
    match asked {
        Some(None) => {
            ui.data_mut(|d| d.insert_temp(refused(live), true));
            None
        }
        Some(rule) => rule,
        None => None,
    }
}

/// The size of a switch's picture.
fn extent(picture: &Picture) -> Vec2 {
    match picture {
        Picture::None => vec2(0.0, 0.0),
        Picture::Block(_) => vec2(3.0 * CELL, 3.0 * CELL),
        // The outcome stands under the middle of the row.
        Picture::Row(cells) => vec2(cells.len() as f32 * CELL, 2.0 * CELL + 2.0),
        Picture::Square(_) => vec2(4.0 * CELL + 10.0, 2.0 * CELL),
    }
}

/// One switch; true when it is pressed.
fn switch(ui: &mut Ui, switch: &Switch, part: &str, id: (u64, usize)) -> bool {
    let drawn = extent(&switch.picture);
    let label = (!switch.label.is_empty()).then(|| {
        ui.painter()
            .layout_no_wrap(switch.label.clone(), font::mono_small(), Color32::WHITE)
    });
    let words = label.as_ref().map_or(Vec2::ZERO, |g| g.size());
    let room = vec2(
        drawn.x.max(words.x).max(16.0) + 12.0,
        drawn.y + words.y + if drawn.y > 0.0 { 12.0 } else { 8.0 },
    );
    let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
    let id = Id::unique(("switch of the rule", id));
    let response = ui.interact(rect, id, Sense::click());
    let on = switch.value > 0;
    let name = format!("{part}: {}", switch.label);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
    let (tokens, accent) = (tokens::of(ui), tokens::accent(ui));
    let painter = ui.painter();
    let fill = if on {
        crate::shell::theme::mix(tokens.panel, accent, 0.28)
    } else {
        tokens.ground
    };
    let edge = if response.hovered() || response.has_focus() {
        accent
    } else {
        tokens.hairline
    };
    painter.rect(
        rect,
        size::CORNER,
        fill,
        egui::Stroke::new(1.0, edge),
        egui::StrokeKind::Inside,
    );
    let corner = rect.center_top() + vec2(-drawn.x / 2.0, 6.0);
    let shade = |value: u8, most: u8| {
        let t = f32::from(value) / f32::from(most.max(1));
        crate::shell::theme::mix(tokens.ground, tokens.text, t)
    };
    let paint = |column: f32, row: f32, color: Color32| {
        let at = corner + vec2(column * CELL, row * CELL);
        let cell = Rect::from_min_size(at, Vec2::splat(CELL));
        painter.rect(
            cell,
            0.0,
            color,
            egui::Stroke::new(1.0, tokens.hairline),
            egui::StrokeKind::Inside,
        );
    };
    let most = switch.values.saturating_sub(1).max(1);
    match &switch.picture {
        Picture::None => {}
        Picture::Block(cells) => {
            for (i, cell) in cells.iter().enumerate() {
                if let Some(value) = cell {
                    paint((i % 3) as f32, (i / 3) as f32, shade(*value, 1));
                }
            }
        }
        Picture::Row(cells) => {
            for (i, value) in cells.iter().enumerate() {
                paint(i as f32, 0.0, shade(*value, most));
            }
            let middle = (cells.len() as f32 - 1.0) / 2.0;
            paint(middle, 1.0 + 2.0 / CELL, shade(switch.value, most));
        }
        Picture::Square(cells) => {
            for (i, value) in cells.iter().enumerate() {
                let (column, row) = ((i % 2) as f32, (i / 2) as f32);
                paint(column, row, shade(*value, 1));
                let after = switch.value >> i & 1;
                paint(column + 2.0 + 10.0 / CELL, row, shade(after, 1));
            }
        }
    }
    if let Some(galley) = label {
        let at = rect.center_bottom() - vec2(galley.size().x / 2.0, galley.size().y + 4.0);
        let color = if on { tokens.text } else { tokens.secondary };
        painter.galley_with_override_text_color(at, galley, color);
    }
    let help = if switch.values == 2 {
        "A click switches it; the run goes on under the new rule, and undo goes back."
    } else {
        "A click gives the next outcome; the run goes on under the new rule."
    };
    button::tip(response, &name, "", help).clicked()
}
