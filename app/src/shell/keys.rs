//! Shortcuts: as text in menus, tooltips and settings, as events from the keyboard.

use egui::{Context, Event, Key, Modifiers};

use super::commands::{self, Command};
use super::studio::Studio;

/// A key with its modifiers. Ctrl is ⌘ on a Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    pub command: bool,
    pub shift: bool,
    pub alt: bool,
    pub key: Key,
}

impl Shortcut {
    /// From text such as `Ctrl+Shift+Z`, `Space`, `→`, `?`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut shortcut = Self {
            command: false,
            shift: false,
            alt: false,
            key: Key::Space,
        };
        let mut rest = text;
        loop {
            rest = match rest {
                r if r.starts_with("Ctrl+") => {
                    shortcut.command = true;
                    &r[5..]
                }
                r if r.starts_with("Shift+") => {
                    shortcut.shift = true;
                    &r[6..]
                }
                r if r.starts_with("Alt+") => {
                    shortcut.alt = true;
                    &r[4..]
                }
                _ => break,
            };
        }
        shortcut.key = match rest {
            "→" => Key::ArrowRight,
            "←" => Key::ArrowLeft,
            "↑" => Key::ArrowUp,
            "↓" => Key::ArrowDown,
            "−" => Key::Minus,
            "Esc" => Key::Escape,
            name => Key::from_name(name)?,
        };
        Some(shortcut)
    }

    /// As settings keep it, and [`Self::parse`] reads it.
    pub fn to_text(self) -> String {
        let mut text = String::new();
        for (held, name) in [
            (self.command, "Ctrl+"),
            (self.shift, "Shift+"),
            (self.alt, "Alt+"),
        ] {
            if held {
                text.push_str(name);
            }
        }
        text.push_str(match self.key {
            Key::ArrowRight => "→",
            Key::ArrowLeft => "←",
            Key::ArrowUp => "↑",
            Key::ArrowDown => "↓",
            Key::Escape => "Esc",
            Key::Questionmark => "?",
            Key::Plus => "+",
            Key::Minus => "−",
            Key::Equals => "=",
            Key::Comma => ",",
            Key::Period => ".",
            Key::OpenBracket => "[",
            Key::CloseBracket => "]",
            key => key.name(),
        });
        text
    }

    /// The first key that is pressed in this frame.
    pub fn captured(ctx: &Context) -> Option<Self> {
        ctx.input_mut(|input| {
            let at = input
                .events
                .iter()
                .position(|e| matches!(e, Event::Key { pressed: true, .. }))?;
            let Event::Key { key, modifiers, .. } = input.events.remove(at) else {
                return None;
            };
            Some(Self {
                command: modifiers.command,
                shift: modifiers.shift && key != Key::Questionmark && key != Key::Plus,
                alt: modifiers.alt,
                key,
            })
        })
    }

    /// Without Ctrl or Alt: does nothing while a text field has the focus.
    pub fn is_single(self) -> bool {
        !self.command && !self.alt
    }

    /// Keys of this kind belong to the widget that has the focus: they press and move it.
    fn is_of_widgets(self) -> bool {
        self.is_single()
            && matches!(
                self.key,
                Key::Space
                    | Key::Enter
                    | Key::ArrowLeft
                    | Key::ArrowRight
                    | Key::ArrowUp
                    | Key::ArrowDown
            )
    }

    pub fn matches(self, key: Key, modifiers: Modifiers) -> bool {
        // Signs such as ? and + may or may not need Shift, depending on the keyboard.
        let sign = matches!(
            key,
            Key::Questionmark | Key::Plus | Key::Minus | Key::Equals
        );
        self.key == key
            && self.command == modifiers.command
            && self.alt == modifiers.alt
            && (sign || self.shift == modifiers.shift)
    }
}

/// Keys of a command as hands that know Golly expect them.
fn golly(id: &str) -> Option<&'static [&'static str]> {
    Some(match id {
        "simulate.toggle" => &["Enter"],
        "simulate.step" => &["Tab", "Space"],
        "view.left" => &["←"],
        "view.right" => &["→"],
        "view.up" => &["↑"],
        "view.down" => &["↓"],
        "simulate.back" => &[],
        _ => return None,
    })
}

/// The shortcuts of a command: the user's own, the preset's, or the table's.
pub fn of(studio: &Studio, command: &Command) -> Vec<String> {
    if let Some(own) = studio.settings.keys.get(command.id) {
        return own.clone();
    }
    let preset = if studio.settings.golly_keys {
        golly(command.id)
    } else {
        None
    };
    preset
        .unwrap_or(command.keys)
        .iter()
        .map(|k| (*k).to_owned())
        .collect()
}

/// Gives a command a shortcut of the user's own, and takes it from whoever had it.
pub fn assign(studio: &mut Studio, id: &str, shortcut: Shortcut) {
    let text = shortcut.to_text();
    let mut others: Vec<(String, Vec<String>)> = Vec::new();
    for command in commands::all().filter(|c| c.id != id) {
        let keys = of(studio, command);
        let kept: Vec<String> = keys
            .iter()
            .filter(|k| Shortcut::parse(k) != Some(shortcut))
            .cloned()
            .collect();
        if kept.len() < keys.len() {
            others.push((command.id.to_owned(), kept));
        }
    }
    studio.settings.keys.extend(others);
    studio.settings.keys.insert(id.to_owned(), vec![text]);
}

/// The first shortcut as text, empty if there is none.
pub fn text(studio: &Studio, id: &str) -> String {
    commands::get(id)
        .and_then(|c| of(studio, c).into_iter().next())
        .map_or_else(String::new, |k| shown(&k))
}

/// As this system writes it.
pub fn shown(text: &str) -> String {
    if cfg!(target_os = "macos") {
        text.replace("Ctrl+", "⌘")
            .replace("Shift+", "⇧")
            .replace("Alt+", "⌥")
    } else {
        text.to_owned()
    }
}

/// The commands whose keys were pressed, taken out of the input.
pub fn pressed(studio: &Studio, ctx: &Context) -> Vec<&'static str> {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|m| m.focused());
    let on_view = focused.is_some_and(|id| {
        studio
            .room()
            .is_some_and(|r| r.shown.keys().any(|v| egui::Id::unique(("view", *v)) == id))
    });
    let on_widget = focused.is_some() && !on_view;
    let modal = studio.dialog.is_some() || studio.palette.is_some() || ctx.any_popup_open();
    let mut table: Vec<(Shortcut, &'static str)> = Vec::new();
    // Keys of what can't be done now are left to whoever else wants them.
    for command in commands::all().filter(|c| (c.enabled)(studio)) {
        for keys in of(studio, command) {
            if let Some(shortcut) = Shortcut::parse(&keys) {
                table.push((shortcut, command.id));
            }
        }
    }
    let mut hits = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            let found = table.iter().find(|(s, id)| {
                let free = if s.is_single() {
                    !(typing || modal || on_widget && s.is_of_widgets())
                } else {
                    !modal || *id == "help.search"
                };
                free && s.matches(*key, *modifiers)
            });
            match found {
                Some((_, id)) => {
                    hits.push(*id);
                    false
                }
                None => true,
            }
        });
    });
    hits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shortcuts_are_read_from_text() {
        let redo = Shortcut::parse("Ctrl+Shift+Z").unwrap();
        assert!(redo.command && redo.shift && !redo.alt);
        assert_eq!(redo.key, Key::Z);
        assert!(Shortcut::parse("Space").unwrap().is_single());
        assert_eq!(Shortcut::parse("→").unwrap().key, Key::ArrowRight);
        assert_eq!(Shortcut::parse("PageDown").unwrap().key, Key::PageDown);
        assert_eq!(Shortcut::parse("?").unwrap().key, Key::Questionmark);
        assert!(Shortcut::parse("Ctrl+Nonsense").is_none());
        for text in [
            "Ctrl+Shift+Z",
            "→",
            "?",
            "Ctrl+,",
            "[",
            "−",
            "F5",
            "Esc",
            "Space",
        ] {
            assert_eq!(Shortcut::parse(text).unwrap().to_text(), text);
        }
    }

    #[test]
    fn every_shortcut_of_the_table_can_be_read_and_none_stands_twice() {
        let mut seen: Vec<(Shortcut, &str)> = Vec::new();
        for command in commands::all() {
            for keys in command.keys {
                let shortcut = Shortcut::parse(keys);
                assert!(shortcut.is_some(), "{}: {keys}", command.id);
                let shortcut = shortcut.unwrap();
                let other = seen.iter().find(|(s, _)| *s == shortcut);
                assert!(other.is_none(), "{keys}: {} and {:?}", command.id, other);
                seen.push((shortcut, command.id));
            }
        }
    }

    #[test]
    fn the_keys_that_everyone_knows_are_there() {
        for (id, keys) in [
            ("simulate.toggle", "Space"),
            ("simulate.step", "→"),
            ("simulate.back", "←"),
            ("simulate.restart", "R"),
            ("view.fit", "F"),
            ("go.1", "Ctrl+1"),
            ("go.5", "Ctrl+5"),
            ("help.search", "Ctrl+K"),
            ("edit.undo", "Ctrl+Z"),
            ("edit.redo", "Ctrl+Shift+Z"),
            ("figure.export", "E"),
            ("view.present", "F5"),
            ("view.next", "PageDown"),
            ("view.previous", "PageUp"),
            ("help.keys", "?"),
        ] {
            let command = commands::get(id);
            assert!(
                command.is_some_and(|c| c.keys.contains(&keys)),
                "{id}: {keys}"
            );
        }
    }
}
