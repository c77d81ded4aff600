//! The table of commands: menus, keys, the palette, tooltips and the sheet all read it.

mod analyse;
mod edit;
mod figure;
mod file;
mod go;
mod help;
mod simulate;
mod tour;
mod view;

use egui::Context;

use super::icons::Icon;
use super::studio::Studio;

/// The menus of the bar, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    View,
    Simulate,
    Analyse,
    Figure,
    Help,
}

impl Menu {
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Edit,
        Self::View,
        Self::Simulate,
        Self::Analyse,
        Self::Figure,
        Self::Help,
    ];
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Simulate => "Simulate",
            Self::Analyse => "Analyse",
            Self::Figure => "Figure",
            Self::Help => "Help",
        }
    }
}

/// Something that can be done, by whatever hand.
pub struct Command {
    /// `menu.verb`; what settings and acts name it by.
    pub id: &'static str,
    pub name: &'static str,
    /// One sentence that teaches one thing.
    pub help: &'static str,
    pub menu: Menu,
    /// Commands of one group stand together between lines.
    pub group: u8,
    pub icon: Option<Icon>,
    pub keys: &'static [&'static str],
    pub enabled: fn(&Studio) -> bool,
    /// For what is on or off: whether it is on.
    pub checked: Option<fn(&Studio) -> bool>,
    pub run: fn(&mut Studio, &Context),
}

impl Command {
    const fn new(
        id: &'static str,
        menu: Menu,
        group: u8,
        name: &'static str,
        help: &'static str,
        run: fn(&mut Studio, &Context),
    ) -> Self {
        Self {
            id,
            name,
            help,
            menu,
            group,
            icon: None,
            keys: &[],
            enabled: |_| true,
            checked: None,
            run,
        }
    }
    const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }
    const fn keys(mut self, keys: &'static [&'static str]) -> Self {
        self.keys = keys;
        self
    }
    const fn when(mut self, enabled: fn(&Studio) -> bool) -> Self {
        self.enabled = enabled;
        self
    }
    const fn on(mut self, checked: fn(&Studio) -> bool) -> Self {
        self.checked = Some(checked);
        self
    }
    /// The name as it stands now: undo and redo say what.
    pub fn title(&self, studio: &Studio) -> String {
        let what = match self.id {
            "edit.undo" => studio.undo_title(),
            "edit.redo" => studio.redo_title(),
            _ => None,
        };
        match what {
            Some(what) => format!("{} “{what}”", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// All commands, menu by menu.
pub fn all() -> impl Iterator<Item = &'static Command> {
    [
        file::LIST,
        edit::LIST,
        go::LIST,
        view::LIST,
        simulate::LIST,
        analyse::LIST,
        figure::LIST,
        tour::LIST,
        help::LIST,
    ]
    .into_iter()
    .flatten()
}

pub fn get(id: &str) -> Option<&'static Command> {
    all().find(|c| c.id == id)
}

/// Runs a command if it can be run now.
pub fn run(studio: &mut Studio, ctx: &Context, id: &str) {
    if let Some(command) = get(id)
        && (command.enabled)(studio)
    {
        (command.run)(studio, ctx);
    }
}

/// There is a run in front.
fn has_run(studio: &Studio) -> bool {
    studio.live().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_name_of_its_own_and_teaches_something() {
        let list: Vec<&Command> = all().collect();
        for (i, command) in list.iter().enumerate() {
            assert!(
                !list[..i].iter().any(|c| c.id == command.id),
                "{}",
                command.id
            );
            assert!(command.help.ends_with('.'), "{}", command.id);
            assert!(command.name.chars().next().is_some_and(char::is_uppercase));
        }
    }
}
