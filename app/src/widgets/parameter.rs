//! The editor of one declared parameter, whatever its kind.

use egui::{Id, Key, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, vec2};
use loom_sim::{Effect, Parameter, ParameterKind, Scale, Value};

use super::button::{self, Tool};
use super::number::Number;
use super::{colormap, section};
use crate::shell::icons::Icon;
use crate::shell::tokens::{self, font, size};
use crate::shell::words;

/// What the user did to a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Set(Value),
    /// What was typed can't be read or does not fit; the sentence says why.
    Refused(String),
    /// Begin or end sweeping it.
    Sweep,
    /// The slider's range becomes this.
    Range(f64, f64),
    /// Choose a file for this attachment.
    Choose(Vec<String>),
}

/// What surrounds a parameter's declaration in a run.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub value: &'a Value,
    /// The slider's range where the user has changed it.
    pub range: Option<(f64, f64)>,
    pub sweeping: bool,
    /// The name of the attached file.
    pub file: Option<&'a str>,
    pub enabled: bool,
}

/// Shows the editor; at most one edit a frame.
pub fn editor(ui: &mut Ui, parameter: &Parameter, context: Context<'_>) -> Option<Edit> {
    let id = ui.make_persistent_id(("parameter", &parameter.key));
    ui.add_enabled_ui(context.enabled, |ui| match &parameter.kind {
        ParameterKind::Real {
            low,
            high,
            scale,
            hard,
        } => {
            let (low, high) = context.range.unwrap_or((*low, *high));
            let number = Number {
                name: &parameter.name,
                value: context.value.as_real().unwrap_or(f64::NAN),
                default: parameter.default.as_real().unwrap_or(low),
                low,
                high,
                logarithmic: *scale == Scale::Logarithmic,
                integer: false,
                hard: *hard,
            };
            numeric(ui, id, parameter, &number, context)
        }
        ParameterKind::Integer { low, high, hard } => {
            let (low, high) = context.range.unwrap_or((*low as f64, *high as f64));
            let number = Number {
                name: &parameter.name,
                value: context.value.as_real().unwrap_or(0.0),
                default: parameter.default.as_real().unwrap_or(low),
                low,
                high,
                logarithmic: false,
                integer: true,
                hard: hard.map(|(a, b)| (a as f64, b as f64)),
            };
            numeric(ui, id, parameter, &number, context)
        }
        ParameterKind::Boolean => {
            let mut on = context.value.as_boolean().unwrap_or(false);
            let response = ui.checkbox(&mut on, parameter.name.as_str());
            let changed = explain(response, parameter).changed();
            changed.then_some(Edit::Set(Value::Boolean(on)))
        }
        ParameterKind::Choice(list) => choice(ui, parameter, list, &context.value.to_string()),
        ParameterKind::Text | ParameterKind::Formula => {
            let present = context.value.to_string();
            let rows = present.lines().count().clamp(1, 10);
            text(ui, id, parameter, &present, rows)
        }
        ParameterKind::Expression(_) => expression(ui, id, parameter, &context.value.to_string()),
        ParameterKind::Vector { .. } | ParameterKind::Matrix => {
            vector(ui, id, parameter, context.value)
        }
        ParameterKind::File(endings) => file(ui, parameter, endings, context.file),
        ParameterKind::ColorMap => {
            caption(ui, parameter);
            let present = context.value.to_string();
            ui.horizontal(|ui| colormap::picker(ui, &parameter.name, &present))
                .inner
                .map(|key| Edit::Set(Value::from(key)))
        }
    })
    .inner
}

/// The name with its unit.
fn full_name(parameter: &Parameter) -> String {
    if parameter.unit.is_empty() {
        parameter.name.clone()
    } else {
        format!("{} ({})", parameter.name, parameter.unit)
    }
}

/// Name, unit, sentence, key, and what a change does.
fn explain(response: egui::Response, parameter: &Parameter) -> egui::Response {
    let name = full_name(parameter);
    let mut help = parameter.help.clone();
    if parameter.effect == Effect::Rebuild {
        if !help.is_empty() {
            help.push(' ');
        }
        help.push_str("A change restarts the run from its beginning.");
    }
    button::tip(response, &name, &parameter.key, &help)
}

/// True where the field has a symbol of its own, short enough to stand before a slider.
fn has_symbol(parameter: &Parameter) -> bool {
    parameter.symbol != parameter.key && parameter.symbol.chars().count() <= 4
        || parameter.symbol == parameter.key
            && parameter.key.chars().count() <= 2
            // A short word (from, to) is its own name.
            && !parameter.name.eq_ignore_ascii_case(&parameter.key)
}

fn caption(ui: &mut Ui, parameter: &Parameter) {
    let width = ui.available_width();
    name_in(ui, parameter, width);
}

/// The parameter's name and unit, clipped to `width`, with its tooltip.
fn name_in(ui: &mut Ui, parameter: &Parameter, width: f32) {
    let tokens = tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL - 2.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &parameter.name));
    let name = full_name(parameter);
    let galley = section::clipped(ui, &name, font::body(), tokens.secondary, width);
    let at = rect.left_center() - vec2(0.0, galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.secondary);
    explain(response, parameter);
}

fn numeric(
    ui: &mut Ui,
    id: Id,
    parameter: &Parameter,
    number: &Number<'_>,
    context: Context<'_>,
) -> Option<Edit> {
    const FIELD: f32 = 76.0;
    let sweepable = parameter.effect == Effect::Live;
    let mut edit = None;
    ui.spacing_mut().item_spacing.x = size::GRID;
    let tail = if sweepable {
        size::CONTROL + size::GRID
    } else {
        0.0
    };
    if has_symbol(parameter) {
        ui.horizontal(|ui| {
            let (rect, response) =
                ui.allocate_exact_size(vec2(30.0, size::CONTROL), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &parameter.name));
            ui.painter().text(
                rect.left_center(),
                egui::Align2::LEFT_CENTER,
                &parameter.symbol,
                font::medium(),
                tokens::of(ui).text,
            );
            explain(response, parameter);
            let width = (ui.available_width() - FIELD - tail - size::GRID).max(40.0);
            edit = slide(ui, id, parameter, number, width);
            edit = edit.take().or(field(ui, id, parameter, number, FIELD));
            if sweepable && sweep(ui, parameter, context.sweeping) {
                edit = Some(Edit::Sweep);
            }
        });
    } else {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - FIELD - tail - size::GRID).max(40.0);
            name_in(ui, parameter, width);
            edit = field(ui, id, parameter, number, FIELD);
            if sweepable && sweep(ui, parameter, context.sweeping) {
                edit = Some(Edit::Sweep);
            }
        });
        let width = ui.available_width();
        edit = edit.or(slide(ui, id, parameter, number, width));
    }
    edit
}

fn value(number: &Number<'_>, x: f64) -> Edit {
    Edit::Set(if number.integer {
        Value::Integer(x.round() as i64)
    } else {
        Value::Real(x)
    })
}

fn slide(
    ui: &mut Ui,
    id: Id,
    parameter: &Parameter,
    number: &Number<'_>,
    width: f32,
) -> Option<Edit> {
    let (response, changed) = number.slider(ui, id.with("slider"), width);
    let mut edit = None;
    response.context_menu(|ui| {
        edit = menu(ui, id, number);
    });
    explain(response, parameter);
    // A change that rebuilds comes when the handle is let go.
    let rebuilds = parameter.effect == Effect::Rebuild;
    let pending = id.with("pending");
    match changed {
        Some(x) if rebuilds => {
            ui.data_mut(|d| d.insert_temp(pending, x));
        }
        Some(x) => return Some(value(number, x)),
        None => {}
    }
    if rebuilds
        && !ui.input(|i| i.pointer.any_down())
        && let Some(x) = ui.data_mut(|d| d.remove_temp::<f64>(pending))
    {
        return Some(value(number, x));
    }
    edit
}

/// Default, and the range of the slider.
fn menu(ui: &mut Ui, id: Id, number: &Number<'_>) -> Option<Edit> {
    let mut edit = None;
    if ui
        .button(format!("Back to {}", words::number(number.default)))
        .clicked()
    {
        edit = Some(value(number, number.default));
        ui.close();
    }
    ui.separator();
    ui.label(
        RichText::new("Range of the slider")
            .font(font::secondary())
            .weak(),
    );
    ui.horizontal(|ui| {
        for (low, end, name) in [
            (true, number.low, "Lowest"),
            (false, number.high, "Highest"),
        ] {
            let bound = Number {
                name,
                value: end,
                hard: number.hard,
                ..*number
            };
            if let (_, Some(Ok(x))) = bound.field(ui, id.with(name), 72.0) {
                let (a, b) = if low {
                    (x, number.high)
                } else {
                    (number.low, x)
                };
                if a < b {
                    edit = Some(Edit::Range(a, b));
                }
            }
        }
    });
    edit
}

fn field(
    ui: &mut Ui,
    id: Id,
    parameter: &Parameter,
    number: &Number<'_>,
    width: f32,
) -> Option<Edit> {
    let (response, typed) = number.field(ui, id.with("field"), width);
    explain(response, parameter);
    match typed? {
        Ok(x) => Some(value(number, x)),
        Err(why) => Some(Edit::Refused(format!("{}: {why}", parameter.name))),
    }
}

fn sweep(ui: &mut Ui, parameter: &Parameter, sweeping: bool) -> bool {
    let (icon, name) = if sweeping {
        (Icon::Square, format!("Stop sweeping {}", parameter.symbol))
    } else {
        (Icon::Play, format!("Sweep {}", parameter.symbol))
    };
    Tool::new(
        icon,
        &name,
        "Moves the value back and forth over the slider's range.",
    )
    .selected(sweeping)
    .show_sized(ui, vec2(size::CONTROL - 4.0, size::CONTROL))
    .clicked()
}

fn choice(
    ui: &mut Ui,
    parameter: &Parameter,
    list: &[(String, String)],
    present: &str,
) -> Option<Edit> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        let half = ui.available_width() * 0.42;
        name_in(ui, parameter, half);
        let label = list
            .iter()
            .find(|(key, _)| key == present)
            .map_or(present, |(_, label)| label.as_str());
        let answer = button::drop_down(("choice", &parameter.key), label)
            .width(ui.available_width())
            .show_ui(ui, |ui| {
                for (key, label) in list {
                    if ui
                        .selectable_label(key == present, label.as_str())
                        .clicked()
                    {
                        chosen = Some(Edit::Set(Value::from(key.as_str())));
                    }
                }
            });
        explain(
            answer.response.accessible_name(parameter.name.as_str()),
            parameter,
        );
    });
    chosen
}

/// A text that is applied on Enter (Ctrl+Enter where it has lines) or on leaving it.
fn text(ui: &mut Ui, id: Id, parameter: &Parameter, present: &str, rows: usize) -> Option<Edit> {
    let buffer = id.with("text");
    let field = id.with("field");
    let focused = ui.memory(|m| m.has_focus(field));
    let mut typed = if focused {
        ui.data(|d| d.get_temp(buffer))
            .unwrap_or_else(|| present.to_owned())
    } else {
        present.to_owned()
    };
    caption(ui, parameter);
    let several = rows > 1 || parameter.kind == ParameterKind::Formula;
    let edit = if several {
        TextEdit::multiline(&mut typed).desired_rows(rows)
    } else {
        TextEdit::singleline(&mut typed)
    };
    let response = ui
        .add(
            edit.id(field)
                .font(font::mono())
                .desired_width(f32::INFINITY),
        )
        .accessible_name(parameter.name.as_str());
    let sent = several && ui.input(|i| i.modifiers.command && i.key_pressed(Key::Enter));
    if sent {
        ui.memory_mut(|m| m.surrender_focus(field));
    }
    let mut result = None;
    if response.lost_focus() || sent {
        let cancelled = ui.input(|i| i.key_pressed(Key::Escape));
        if !cancelled && typed != present {
            result = Some(Edit::Set(Value::from(typed.as_str())));
        }
        ui.data_mut(|d| d.remove::<String>(buffer));
    } else if response.has_focus() {
        ui.data_mut(|d| d.insert_temp(buffer, typed));
    }
    explain(response, parameter);
    result
}

/// A formula on one line; what is wrong with it stands under it, and it stays as it was typed.
fn expression(ui: &mut Ui, id: Id, parameter: &Parameter, present: &str) -> Option<Edit> {
    let refused = id.with("refused");
    let kept: Option<(String, String)> = ui.data(|d| d.get_temp(refused));
    let shown = kept.as_ref().map_or(present, |(typed, _)| typed);
    let edit = text(ui, id, parameter, shown, 1);
    let mut result = None;
    if let Some(Edit::Set(value)) = edit {
        match parameter.check(&value) {
            Ok(value) => {
                ui.data_mut(|d| d.remove::<(String, String)>(refused));
                result = Some(Edit::Set(value));
            }
            Err(error) => {
                let kept = (value.to_string(), error.to_string());
                ui.data_mut(|d| d.insert_temp(refused, kept));
            }
        }
    }
    if let Some((_, why)) = kept {
        let color = tokens::of(ui).error;
        let words = RichText::new(why).font(font::secondary()).color(color);
        ui.add(egui::Label::new(words).wrap());
    }
    result
}

/// Numbers with commas between them, rows with semicolons.
fn vector(ui: &mut Ui, id: Id, parameter: &Parameter, present: &Value) -> Option<Edit> {
    let edit = text(ui, id, parameter, &present.to_string(), 1)?;
    let Edit::Set(typed) = edit else {
        return Some(edit);
    };
    let rows: Result<Vec<Vec<f64>>, String> = typed
        .to_string()
        .split(';')
        .map(|row| {
            row.split(',')
                .map(|cell| super::expression::evaluate(cell.trim()))
                .collect()
        })
        .collect();
    Some(match rows {
        Err(why) => Edit::Refused(format!("{}: {why}", parameter.name)),
        Ok(rows) if parameter.kind == ParameterKind::Matrix => Edit::Set(Value::Matrix(rows)),
        Ok(rows) => Edit::Set(Value::Vector(rows.into_iter().flatten().collect())),
    })
}

fn file(
    ui: &mut Ui,
    parameter: &Parameter,
    endings: &[String],
    name: Option<&str>,
) -> Option<Edit> {
    let mut edit = None;
    ui.horizontal(|ui| {
        name_in(ui, parameter, ui.available_width() * 0.42);
        let response = button::labelled(ui, Icon::FolderOpen, name.unwrap_or("Choose…"));
        if explain(response, parameter).clicked() {
            edit = Some(Edit::Choose(endings.to_vec()));
        }
    });
    edit
}
