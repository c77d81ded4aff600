//! Operations of a science in the window: menu, keys, forms, and what they answer.

use egui::{Context, Event, RichText, Ui};
use loom_sim::conductor::{Answer, Command};
use loom_sim::operation::CLIPBOARD;
use loom_sim::{Operation, Settings, Value};

use super::acts::{Act, Tone};
use super::dialogs::{self, Dialog};
use super::icons::Icon;
use super::keys::{self, Shortcut};
use super::studio::Studio;
use super::tokens::{font, size};
use crate::widgets::button;
use crate::widgets::parameter::{self, Edit};

/// What an operation asks for before it is done.
pub struct Form {
    operation: Operation,
    values: Settings,
}

/// The icon of an operation, by its key; most have none.
fn icon(key: &str) -> Option<Icon> {
    Some(match key {
        "cut" => Icon::Scissors,
        "copy" => Icon::Copy,
        "paste" | "paste_here" => Icon::ClipboardPaste,
        "rotate_clockwise" => Icon::RotateCw,
        "rotate_anticlockwise" => Icon::RotateCcw,
        "flip_left_right" => Icon::FlipHorizontal2,
        "flip_top_bottom" => Icon::FlipVertical2,
        "fill" | "flood" => Icon::PaintBucket,
        "random_fill" => Icon::Dices,
        "clear_inside" | "clear_outside" => Icon::Eraser,
        "add_layer" | "duplicate_layer" => Icon::Layers,
        _ => return None,
    })
}

impl Studio {
    /// What can be done by name to the run in front.
    pub fn operations(&self) -> Vec<Operation> {
        self.live()
            .map_or_else(Vec::new, |l| l.science.operations(l.model()))
    }

    /// Does an operation, or asks for what it needs first.
    pub fn operate(&mut self, ctx: &Context, key: &str) {
        let Some(operation) = self.operations().into_iter().find(|o| o.key == key) else {
            return;
        };
        if operation.reads_clipboard() {
            // The system hands it over as a paste, which is taken where it arrives.
            self.pasting = Some(key.to_owned());
            ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste);
            return;
        }
        self.ask_or_do(operation, Settings::new());
    }

    fn ask_or_do(&mut self, operation: Operation, mut given: Settings) {
        if operation.asked().next().is_none() {
            self.operate_with(&operation.key, given);
            return;
        }
        let mut values = self.asked.get(&operation.key).cloned().unwrap_or_default();
        values.append(&mut given);
        self.dialog = Some(Dialog::Operation(Box::new(Form { operation, values })));
    }

    /// Sends an operation to the view in front.
    pub fn operate_with(&mut self, key: &str, settings: Settings) {
        let Some(room) = self.room_mut() else {
            return;
        };
        let Some(view) = room.front_view().map(|p| p.id) else {
            return;
        };
        if let Some(live) = room.live_mut() {
            live.touch(Command::Operate {
                view,
                key: key.to_owned(),
                settings,
            });
        }
    }

    /// The operation that lets go of what the view in front holds, if it holds something.
    pub fn letting_go(&self) -> Option<String> {
        let room = self.room()?;
        let live = room.live()?;
        let settings = room.views_of(live.id).first()?.view_settings()?;
        let holds = |key: &String| {
            let value = settings.get(key).and_then(Value::as_text);
            value.is_some_and(|text| !text.is_empty())
        };
        let offered = self.operations();
        let found = offered.into_iter().find(|o| o.lets_go_of.iter().any(holds));
        found.map(|operation| operation.key)
    }

    /// A text that was pasted over a run which takes such texts; false where none does.
    pub fn paste_into_run(&mut self, text: &str) -> bool {
        let asked = self.pasting.take();
        let file = text.starts_with("[M2]") || text.starts_with("@RULE");
        let wanted = |o: &Operation| match &asked {
            Some(key) => o.key == *key,
            None => o.reads_clipboard() && o.keys.iter().any(|k| k == "Ctrl+V") && !file,
        };
        let Some(operation) = self.operations().into_iter().find(wanted) else {
            return false;
        };
        let given = Settings::from([(CLIPBOARD.to_owned(), Value::from(text))]);
        self.ask_or_do(operation, given);
        true
    }

    /// Keys of operations that no command has taken.
    pub fn operate_by_keys(&mut self, ctx: &Context) {
        if self.dialog.is_some()
            || self.palette.is_some()
            || ctx.text_edit_focused()
            || ctx.any_popup_open()
        {
            return;
        }
        let offered = self.operations();
        if offered.is_empty() {
            return;
        }
        let table: Vec<(Shortcut, &str)> = offered
            .iter()
            .flat_map(|o| o.keys.iter().map(move |k| (k, o.key.as_str())))
            .filter_map(|(k, key)| Some((Shortcut::parse(k)?, key)))
            .collect();
        let of = |text: &str| {
            let wanted = Shortcut::parse(text);
            table.iter().find(|(s, _)| Some(*s) == wanted)
        };
        let mut hits: Vec<String> = Vec::new();
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                let found = match event {
                    // The window system hands these over as what they mean, not as keys.
                    Event::Cut => of("Ctrl+X"),
                    Event::Copy => of("Ctrl+C"),
                    Event::Key {
                        key,
                        pressed: true,
                        modifiers,
                        ..
                    } => table.iter().find(|(s, _)| s.matches(*key, *modifiers)),
                    _ => None,
                };
                hits.extend(found.map(|(_, key)| (*key).to_owned()));
                found.is_none()
            });
        });
        for key in hits {
            self.operate(ctx, &key);
        }
    }

    /// What operations and the pointer have changed in the window.
    pub fn take_answers(&mut self, ctx: &Context) {
        let mut taken: Vec<(usize, Answer)> = Vec::new();
        for (index, room) in self.rooms.iter_mut().enumerate() {
            for live in &mut room.lives {
                taken.extend(live.answers().into_iter().map(|a| (index, a)));
            }
        }
        for (index, answer) in taken {
            self.rooms[index].take_answer(&answer);
            if let Some(text) = answer.copied {
                ctx.copy_text(text);
                if answer.said.is_none() {
                    self.toasts.say(Tone::Good, "It is on the clipboard.");
                }
            }
            if let Some(words) = answer.said {
                self.toasts.say(Tone::Plain, words);
            }
            if answer.twin {
                self.next += 1;
                self.rooms[index].show_twin(answer.view, self.next);
            }
            if let Some((title, model)) = answer.opens {
                self.open_model(*model, &title);
            }
        }
    }
}

/// The operations at the end of the menu Edit, a submenu for each group.
pub fn menu(studio: &mut Studio, ui: &mut Ui) {
    let offered = studio.operations();
    let mut groups: Vec<&str> = Vec::new();
    for operation in &offered {
        if !groups.contains(&operation.group.as_str()) {
            groups.push(&operation.group);
        }
    }
    if !groups.is_empty() {
        ui.separator();
    }
    for group in groups {
        ui.menu_button(group, |ui| {
            ui.set_min_width(220.0);
            for operation in offered.iter().filter(|o| o.group == group) {
                item(studio, ui, operation);
            }
        });
    }
}

fn item(studio: &mut Studio, ui: &mut Ui, operation: &Operation) {
    let keys = operation
        .keys
        .first()
        .map_or_else(String::new, |k| keys::shown(k));
    let icon = match icon(&operation.key) {
        Some(icon) => super::icons::text_of(icon, 14.0),
        None => super::icons::text_of(Icon::Check, 14.0).color(egui::Color32::TRANSPARENT),
    };
    let title = title(operation);
    let button = egui::Button::new((icon, title.clone()))
        .shortcut_text(RichText::new(keys.clone()).font(font::mono_small()))
        .min_size(egui::vec2(220.0, 0.0));
    let response = ui.add(button);
    if button::tip(response, &title, &keys, &operation.help).clicked() {
        studio.acts.push(Act::Operate(operation.key.clone()));
        ui.close();
    }
}

/// Its name without dots.
fn plain(operation: &Operation) -> &str {
    operation.name.trim_end_matches('…')
}

/// Its name, with the dots of what asks first.
pub fn title(operation: &Operation) -> String {
    let name = plain(operation);
    if operation.asked().next().is_some() {
        format!("{name}…")
    } else {
        name.to_owned()
    }
}

/// Shows the form; true when it is to be closed.
pub fn dialog(studio: &mut Studio, ui: &mut Ui, form: &mut Form) -> bool {
    ui.set_width(420.0);
    ui.label(RichText::new(plain(&form.operation)).font(font::heading()));
    ui.add_space(size::GRID);
    let help = RichText::new(&form.operation.help).font(font::secondary());
    ui.add(egui::Label::new(help.weak()).wrap());
    ui.add_space(size::GAP);
    let asked: Vec<_> = form.operation.asked().cloned().collect();
    let values = form.values.clone();
    for declared in &asked {
        let value_of = |key: &str| {
            let usual = asked.iter().find(|p| p.key == key).map(|p| &p.default);
            values.get(key).or(usual).cloned()
        };
        if !declared.is_meant(value_of) {
            continue;
        }
        let context = parameter::Context {
            value: values.get(&declared.key).unwrap_or(&declared.default),
            range: None,
            sweeping: false,
            file: None,
            enabled: true,
        };
        // A form changes nothing until it is done, whatever a parameter's effect says.
        let mut plain = declared.clone();
        plain.effect = loom_sim::Effect::View;
        match parameter::editor(ui, &plain, context) {
            Some(Edit::Set(value)) => match plain.check(&value) {
                Ok(value) => {
                    form.values.insert(plain.key.clone(), value);
                }
                Err(error) => studio.toasts.say(Tone::Error, error.to_string()),
            },
            Some(Edit::Refused(why)) => studio.toasts.say(Tone::Error, why),
            _ => {}
        }
    }
    ui.add_space(size::SECTION);
    let mut close = false;
    let enter =
        ui.memory(|m| m.focused()).is_none() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    dialogs::footer(ui, |ui| {
        if button::primary(ui, plain(&form.operation), true).clicked() || enter {
            let mut kept = form.values.clone();
            studio.operate_with(&form.operation.key, form.values.clone());
            kept.remove(CLIPBOARD);
            studio.asked.insert(form.operation.key.clone(), kept);
            close = true;
        }
        if ui.button("Cancel").clicked() {
            close = true;
        }
    });
    close
}
