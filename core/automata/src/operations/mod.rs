//! What can be done to cells by name: cut, turn, fill, advance a part, stack.
//!
//! An operation looks at the cells and at the view, and comes to edits of the journal, settings
//! of the view and words. Where Golly has the same command it does the same.

mod cells;
mod clipboard;
mod declared;
mod layers;
mod pattern;
mod selection;
#[cfg(test)]
mod tests;

pub(crate) use declared::all;

use loom_sim::operation::Outcome;
use loom_sim::parameter::complete;
use loom_sim::{Input, Settings, SimError, Value, View};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::edit::{Area, Edit, Mode, Patch, Place, coordinate, read};
use crate::error::LifeError;
use crate::hand;
use crate::rule::Rule;
use crate::simulation::Life;
use crate::world::World;

/// What an operation has before it.
struct Desk<'a> {
    life: &'a Life,
    view: &'a View,
    settings: Settings,
}

/// What one of the operations comes to.
///
/// # Errors
/// A name or a setting that isn't declared; cells or a selection with which it can't be done.
pub(crate) fn operate(
    life: &Life,
    key: &str,
    settings: &Settings,
    view: &View,
) -> Result<Outcome, SimError> {
    let declared = all().into_iter().find(|operation| operation.key == key);
    let Some(declared) = declared else {
        return Err(SimError::Unknown {
            what: "operation",
            name: key.to_owned(),
            hint: "; the menus list those of cells.".into(),
        });
    };
    let desk = Desk {
        life,
        view,
        settings: complete(&declared.parameters, settings)?,
    };
    match key {
        "cut" | "copy" | "paste" | "paste_here" => clipboard::operate(&desk, key),
        "clear_inside" | "clear_outside" | "invert" | "fill" | "random_fill" | "flood" | "tile"
        | "change_states" => cells::operate(&desk, key),
        "check" | "count" | "center" | "new_from_selection" | "make_torus" | "metafy" => {
            pattern::operate(&desk, key)
        }
        "add_layer" | "duplicate_layer" | "delete_layer" | "next_layer" | "previous_layer"
        | "merge_layer" => layers::operate(&desk, key),
        "two_rules" => desk.two_rules(),
        _ => selection::operate(&desk, key),
    }
}

impl Desk<'_> {
    /// A twin under another rule, which is read beside this one.
    fn two_rules(&self) -> Result<Outcome, SimError> {
        let here = self.world().rule();
        let text = self.text("rule").trim();
        let mut rule = Rule::read_beside(text, Some(&here)).map_err(LifeError::from)?;
        if !text.contains(':') {
            rule = rule.on(here.topology);
        }
        Ok(Outcome {
            twin: Some(Input::set("rule", rule.to_string())),
            ..Outcome::default()
        })
    }

    fn world(&self) -> &World {
        self.life.world()
    }

    /// The selected rectangle, cut to the grid.
    fn selection(&self) -> Result<Option<Area>, SimError> {
        let Some(area) = Area::read(hand::text(self.view, hand::SELECTION))? else {
            return Ok(None);
        };
        match area.on_grid(self.world().rule().topology) {
            Some(area) => Ok(Some(area)),
            None => Err(SimError::other(
                "The selection lies outside the grid: select other cells.",
            )),
        }
    }

    /// The selected rectangle, which must be there.
    fn selected(&self) -> Result<Area, SimError> {
        self.selection()?.ok_or_else(|| {
            SimError::other("Nothing is selected: drag with the selection tool, or select all.")
        })
    }

    /// The rectangle around all live cells; the whole of an empty grid.
    fn everything(&self) -> Result<Option<Area>, SimError> {
        let bounds = self.world().bounds()?.map(Area::of_bounds);
        Ok(bounds.or_else(|| Area::of_grid(self.world().rule().topology)))
    }

    /// The selection, or the rectangle around all live cells.
    fn selected_or_all(&self) -> Result<Area, SimError> {
        if let Some(area) = self.selection()? {
            return Ok(area);
        }
        let bounds = self.world().bounds()?.map(Area::of_bounds);
        bounds.ok_or_else(|| SimError::other("There are no live cells."))
    }

    /// The live cells of a rectangle.
    fn cells(&self, area: &Area, most: u64) -> Result<Patch, SimError> {
        read::read(self.world(), area, most)
    }

    fn mode(&self) -> Mode {
        Mode::of_key(hand::text(self.view, hand::PASTE_MODE))
    }

    fn integer(&self, key: &str) -> i64 {
        let value = self.settings.get(key).and_then(Value::as_integer);
        value.unwrap_or(0)
    }

    fn text(&self, key: &str) -> &str {
        let value = self.settings.get(key).and_then(Value::as_text);
        value.unwrap_or("")
    }

    fn flag(&self, key: &str) -> bool {
        let value = self.settings.get(key).and_then(Value::as_boolean);
        value.unwrap_or(false)
    }

    /// A state that the rule has.
    fn state(&self, key: &str) -> Result<u8, SimError> {
        let (state, states) = (self.integer(key), self.world().rule().states());
        match state.to_u8() {
            Some(state) if usize::from(state) < states => Ok(state),
            _ => Err(SimError::other(format!(
                "Rule {} has {states} states, from 0 on; there is no state {state}.",
                self.world().rule().name()
            ))),
        }
    }

    /// How far something is moved.
    fn shift(&self) -> Place {
        [self.integer("dx"), self.integer("dy")].map(|d| BigInt::from(d).into())
    }

    fn coordinate(&self, key: &str) -> Result<BigInt, SimError> {
        coordinate::read(self.text(key)).ok_or_else(|| {
            SimError::other(format!(
                "{:?} is no whole number of up to a thousand digits.",
                self.text(key).chars().take(40).collect::<String>()
            ))
        })
    }
}

/// An edit, and where the selection lies afterwards.
fn edited(edit: &Edit, selection: Option<&Area>) -> Outcome {
    let outcome = Outcome::input(edit.input());
    match selection {
        Some(area) => outcome.view(hand::SELECTION, area.to_string()),
        None => outcome,
    }
}

/// A number of things in words.
fn counted(number: impl std::fmt::Display, one: &str, many: &str) -> String {
    let number = number.to_string();
    let word = if number == "1" { one } else { many };
    format!("{number} {word}")
}
