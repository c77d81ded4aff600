//! What is done to the cells of a selection one by one.

use loom_sim::operation::Outcome;
use loom_sim::{SimError, Value};

use super::{Desk, clipboard, edited};
use crate::edit::{Edit, MOST, Symmetry};
use crate::hand;

pub(super) fn operate(desk: &Desk, key: &str) -> Result<Outcome, SimError> {
    let edit = match key {
        "clear_inside" | "clear_outside" => Edit::Erase {
            area: desk.selected()?,
            outside: key == "clear_outside",
        },
        "invert" => Edit::Invert {
            area: desk.selected()?,
        },
        "fill" => Edit::Fill {
            area: desk.selected()?,
            state: desk.state("state")?,
        },
        "random_fill" => random(desk)?,
        "flood" => Edit::Flood {
            at: [desk.coordinate("x")?.into(), desk.coordinate("y")?.into()],
            state: desk.state("state")?,
        },
        "tile" => tile(desk)?,
        _ => Edit::Replace {
            area: desk.selection()?,
            from: desk.state("from")?,
            to: desk.state("to")?,
            swap: desk.flag("swap"),
        },
    };
    Ok(edited(&edit, None))
}

fn random(desk: &Desk) -> Result<Edit, SimError> {
    let area = desk.selected()?;
    let symmetry = Symmetry::of_key(desk.text("symmetry"));
    let highest = if desk.text("states") == "all" {
        (desk.world().rule().states() - 1).min(255) as u8
    } else {
        1
    };
    let density = desk.settings.get("density").and_then(Value::as_real);
    Ok(Edit::Chance {
        area,
        density: density.unwrap_or(0.5),
        highest,
        symmetry,
        seed: desk.integer("seed").unsigned_abs(),
    })
}

/// Copies of the pattern on the clipboard from the selection's corner on, or of the selected
/// cells around themselves.
fn tile(desk: &Desk) -> Result<Edit, SimError> {
    let area = desk.selected()?;
    let gap = desk.integer("gap").clamp(0, i64::from(u32::MAX)) as u32;
    if desk.text("with") == "clipboard" {
        let (pattern, _) = clipboard::clipboard(desk)?;
        return Ok(Edit::Tile {
            area,
            rle: hand::bare(&pattern),
            start: [0, 0],
            gap,
        });
    }
    let cells = desk.cells(&area, MOST)?;
    let Some(bounds) = cells.bounds() else {
        return Err(SimError::other("No live cells are selected to tile with."));
    };
    let near = |c: num_bigint::BigInt| num_traits::ToPrimitive::to_i64(&c).unwrap_or(0);
    let start = [
        near(&bounds.left - &area.left),
        near(&bounds.top - &area.top),
    ];
    let pattern = clipboard::pattern(desk, &bounds, &cells)?;
    Ok(Edit::Tile {
        area,
        rle: hand::bare(&pattern),
        start,
        gap,
    })
}
