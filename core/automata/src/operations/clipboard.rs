//! Cut, copy and paste.

use loom_sim::SimError;
use loom_sim::operation::{CLIPBOARD, Outcome};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Desk, counted};
use crate::draw;
use crate::edit::{Area, Edit, MOST, Patch};
use crate::error::LifeError;
use crate::files::{self, Limits};
use crate::hand;
use crate::pattern::Pattern;
use crate::rle_write;
use crate::rule::MAX_SIDE;

/// The most live cells that are copied: some 10 MiB of text.
const COPIED: u64 = 1 << 22;

/// The longest text that is taken from the clipboard, in bytes.
const LONGEST: u64 = 1 << 26;

/// Positions further out are not believed by readers of RLE.
const FURTHEST: i64 = 1 << 60;

pub(super) fn operate(desk: &Desk, key: &str) -> Result<Outcome, SimError> {
    match key {
        "cut" => {
            let area = desk.selected()?;
            let mut outcome = copy(desk, &area)?;
            let edit = Edit::Erase {
                area,
                outside: false,
            };
            outcome.inputs.push(edit.input());
            Ok(outcome)
        }
        "copy" => copy(desk, &desk.selected_or_all()?),
        "paste" => {
            let (pattern, note) = clipboard(desk)?;
            let size = counted(pattern.population(), "cell", "cells");
            let words = format!("{size} in hand: a click puts them down.{note}");
            Ok(Outcome::default()
                .view(hand::FLOATING, hand::bare(&pattern))
                .saying(words))
        }
        _ => {
            let (pattern, note) = clipboard(desk)?;
            let corner = match (desk.selection()?, pattern.position) {
                (Some(area), _) => area.corner(),
                (None, Some((x, y))) => [x.into(), y.into()],
                (None, None) => middle(desk, &pattern)?,
            };
            let edit = Edit::Put {
                rle: hand::bare(&pattern),
                at: corner.map(Into::into),
                mode: desk.mode(),
            };
            let mut outcome = Outcome::input(edit.input());
            outcome.said = (!note.is_empty()).then(|| note.trim().to_owned());
            Ok(outcome)
        }
    }
}

/// The corner that brings a pattern to the middle of the view.
fn middle(desk: &Desk, pattern: &Pattern) -> Result<[BigInt; 2], SimError> {
    let plane = draw::plane(desk.world(), desk.view)?;
    Ok(hand::corner(
        pattern,
        "middle",
        &plane.whole.map(BigInt::from),
    ))
}

/// The cells of a rectangle as RLE, and what is said about it.
fn copy(desk: &Desk, area: &Area) -> Result<Outcome, SimError> {
    let cells = desk.cells(area, COPIED)?;
    let text = rle_write::write(&pattern(desk, area, &cells)?);
    let words = counted(cells.population(), "live cell", "live cells");
    let mut outcome = Outcome::default().saying(format!(
        "Copied {words} in a rectangle of {}.",
        area.size_in_words()
    ));
    outcome.copied = Some(text);
    Ok(outcome)
}

/// The cells of a rectangle as a pattern with rule, place and generation, with the margins of
/// the rectangle if a file can have them.
pub(super) fn pattern(desk: &Desk, area: &Area, cells: &Patch) -> Result<Pattern, SimError> {
    let side = |n: &BigInt| n.to_u64().filter(|n| *n <= u64::from(MAX_SIDE));
    let bounds = || cells.bounds().unwrap_or_else(|| Area::new(0, 0, 1, 1));
    let frame = if side(&area.width).is_some() && side(&area.height).is_some() {
        area.clone()
    } else {
        bounds()
    };
    let (Some(width), Some(height)) = (side(&frame.width), side(&frame.height)) else {
        return Err(SimError::other(format!(
            "RLE holds patterns of up to {MAX_SIDE} cells a side, and these lie {} apart.",
            frame.size_in_words()
        )));
    };
    let near = |c: &BigInt| c.to_i64().unwrap_or(0);
    let (dx, dy) = (
        near(&(&cells.corner[0] - &frame.left)),
        near(&(&cells.corner[1] - &frame.top)),
    );
    let mut pattern = cells.pattern();
    for run in &mut pattern.runs {
        (run.x, run.y) = (run.x + dx, run.y + dy);
    }
    pattern.size = (width, height);
    pattern.rule = Some(desk.world().rule());
    pattern.generation.clone_from(desk.world().generation());
    let place = |c: &BigInt| c.to_i64().filter(|c| c.abs() <= FURTHEST);
    pattern.position = place(&frame.left).zip(place(&frame.top));
    Ok(pattern)
}

/// The pattern on the clipboard, and what had to be changed in it.
pub(super) fn clipboard(desk: &Desk) -> Result<(Pattern, String), SimError> {
    let text = desk.text(CLIPBOARD);
    if text.trim().is_empty() {
        return Err(SimError::other(
            "There is no text on the clipboard: copy a pattern first.",
        ));
    }
    let limits = Limits {
        cells: MOST,
        bytes: LONGEST,
    };
    if text.len() as u64 > limits.bytes {
        return Err(SimError::other(format!(
            "The text on the clipboard is longer than {} MiB: open it as a file.",
            LONGEST >> 20
        )));
    }
    let read = files::read_text("clipboard", text, &limits).and_then(|o| o.pattern(&limits));
    let mut pattern = read.map_err(LifeError::from)?;
    if pattern.size.0.max(pattern.size.1) > u64::from(MAX_SIDE) {
        return Err(SimError::other(format!(
            "A pattern of {} × {} cells is too large to be pasted: open it as a file.",
            pattern.size.0, pattern.size.1
        )));
    }
    let highest = (desk.world().rule().states() - 1).min(255) as u8;
    let mut note = String::new();
    if pattern.highest_state() > highest {
        note = format!(" States above {highest} became {highest}.");
        let runs = std::mem::take(&mut pattern.runs);
        for run in runs {
            pattern.push_state(run.x, run.y, run.length, run.state.min(highest));
        }
    }
    Ok((pattern, note))
}
