//! What is selected, and what is done to its rectangle as a whole.

use loom_sim::camera::{Plane, Spot};
use loom_sim::operation::Outcome;
use loom_sim::{Camera, SimError};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Desk, edited};
use crate::edit::{Area, Edit, MOST, Turn};
use crate::hand;
use crate::world::World;

/// Cameras reach no further.
const FAR: i128 = 1 << 124;

pub(super) fn operate(desk: &Desk, key: &str) -> Result<Outcome, SimError> {
    match key {
        "select_all" => match desk.everything()? {
            Some(area) => Ok(Outcome::default().view(hand::SELECTION, area.to_string())),
            None => Err(SimError::other(
                "There are no live cells to select on the unbounded plane.",
            )),
        },
        "select_none" => {
            let none = Outcome::default();
            Ok(none.view(hand::SELECTION, "").view(hand::FLOATING, ""))
        }
        "shrink_selection" => shrunk(desk),
        "fit_selection" => {
            let plane = camera(&desk.selected()?, desk.view.points());
            Ok(Outcome {
                camera: Some(Camera::Plane(plane)),
                ..Outcome::default()
            })
        }
        "flip_left_right" => turn(desk, Turn::LeftRight),
        "flip_top_bottom" => turn(desk, Turn::TopBottom),
        "rotate_clockwise" => turn(desk, Turn::Clockwise),
        "rotate_anticlockwise" => turn(desk, Turn::Anticlockwise),
        "transpose" => turn(desk, Turn::Transpose),
        "move" => {
            let (area, by) = (desk.selected_or_all()?, desk.shift());
            let moved = area.moved(&by[0].0, &by[1].0);
            let edit = Edit::Move {
                area,
                by,
                mode: desk.mode(),
            };
            let selected = desk.selection()?.map(|_| moved);
            Ok(edited(&edit, selected.as_ref()))
        }
        "duplicate" => {
            let edit = Edit::Repeat {
                area: desk.selected_or_all()?,
                by: desk.shift(),
                copies: desk.integer("copies").clamp(0, 4096) as u32,
                mode: desk.mode(),
            };
            Ok(edited(&edit, None))
        }
        "advance_inside" | "advance_outside" => {
            let edit = Edit::Advance {
                area: desk.selected()?,
                generations: desk.integer("generations").max(0) as u64,
                outside: key == "advance_outside",
            };
            Ok(edited(&edit, None))
        }
        other => Err(SimError::Unknown {
            what: "operation",
            name: other.to_owned(),
            hint: ".".into(),
        }),
    }
}

/// A selection cut to the live cells in it.
fn shrunk(desk: &Desk) -> Result<Outcome, SimError> {
    let area = desk.selected()?;
    let bounds = live_in(desk.world(), &area)?;
    match bounds {
        Some(area) => Ok(Outcome::default().view(hand::SELECTION, area.to_string())),
        None => Err(SimError::other("No live cells are selected.")),
    }
}

/// The rectangle around the live cells of another one.
fn live_in(world: &World, area: &Area) -> Result<Option<Area>, SimError> {
    // Everything alive may be inside, and then nothing need be listed.
    let bounds = world.bounds()?.map(Area::of_bounds);
    match bounds {
        Some(bounds) if area.holds_all(&bounds) => Ok(Some(bounds)),
        Some(_) => Ok(crate::edit::read::read(world, area, MOST)?.bounds()),
        None => Ok(None),
    }
}

/// The camera that shows a rectangle.
fn camera(area: &Area, size: [f64; 2]) -> Plane {
    let near = |c: &BigInt| {
        let far = BigInt::from(FAR);
        c.clone().clamp(-&far, far).to_i128().unwrap_or(0)
    };
    let spot = |x: &BigInt, y: &BigInt| Spot {
        whole: [near(x), near(y)],
        part: [0.0; 2],
    };
    let mut plane = Plane::default();
    let margin = size[0].min(size[1]) / 12.0;
    let (low, high) = (
        spot(&area.left, &area.top),
        spot(&area.right(), &area.bottom()),
    );
    plane.fit(low, high, size, margin);
    plane.scale = plane.scale.min(48.0);
    plane
}

/// Turns the pattern in hand, or else the selection, or else everything.
fn turn(desk: &Desk, by: Turn) -> Result<Outcome, SimError> {
    if let Some(pattern) = desk.life.floating(desk.view) {
        let turned = hand::bare(&by.pattern(&pattern));
        return Ok(Outcome::default().view(hand::FLOATING, turned));
    }
    let area = desk.selected_or_all()?;
    let selected = desk.selection()?.map(|area| by.area(&area));
    Ok(edited(&Edit::Turn { area, by }, selected.as_ref()))
}
