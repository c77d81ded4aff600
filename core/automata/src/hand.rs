//! What the pointer does to cells: the tool in hand, or the pattern that hangs at it.

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError};

use loom_sim::PointerAction::{Click, Drag, Hover, Press, Release};
use loom_sim::view::{Hit, Pointer, PointerReply};
use loom_sim::{Value, View};
use num_bigint::BigInt;

use crate::draw;
use crate::edit::{Area, Edit, Mode, Place, coordinate};
use crate::pattern::{Pattern, grid_corner};
use crate::rle;
use crate::rle_write;
use crate::rule::{LIFE, Topology};
use crate::simulation::Life;

/// Settings of the view.
pub(crate) const TOOL: &str = "tool";
pub(crate) const SELECTION: &str = "selection";
pub(crate) const PASTE_MODE: &str = "paste_mode";
pub(crate) const ANCHOR: &str = "anchor";
pub(crate) const FLOATING: &str = "floating";
pub(crate) const GHOST: &str = "ghost";

/// What is remembered between one move of the pointer and the next. The state of the run isn't
/// touched by it.
#[derive(Debug, Default)]
pub(crate) struct Hand {
    /// The stroke that is being drawn and the cell where it last was, or began: the pointer
    /// tells single places.
    stroke: Option<(u64, [BigInt; 2])>,
    /// The cell under the pointer.
    under: Option<[BigInt; 2]>,
    /// The pattern in hand as it was last read.
    floating: Option<(String, Arc<Pattern>)>,
}

/// A pattern in hand and the cell where its top left corner lies.
pub(crate) type Carried = (Arc<Pattern>, [BigInt; 2]);

/// A text among the settings of a view.
pub(crate) fn text<'a>(view: &'a View, key: &str) -> &'a str {
    view.settings
        .get(key)
        .and_then(Value::as_text)
        .unwrap_or("")
}

/// A pattern as RLE without a rule, which any number of states reads.
pub(crate) fn bare(pattern: &Pattern) -> String {
    let plain = Pattern {
        size: pattern.size,
        runs: pattern.runs.clone(),
        rule: Some(LIFE),
        ..Pattern::default()
    };
    rle_write::write(&plain).replacen(", rule = B3/S23", "", 1)
}

/// The cell under the top left corner of a pattern that is held at its anchor over a cell.
pub(crate) fn corner(pattern: &Pattern, anchor: &str, [x, y]: &[BigInt; 2]) -> [BigInt; 2] {
    let (width, height) = (BigInt::from(pattern.size.0), BigInt::from(pattern.size.1));
    let last = |side: &BigInt| (side - 1u32).max(BigInt::default());
    let (dx, dy) = match anchor {
        "top_right" => (last(&width), BigInt::default()),
        "bottom_left" => (BigInt::default(), last(&height)),
        "bottom_right" => (last(&width), last(&height)),
        "middle" => (width >> 1, height >> 1),
        _ => Default::default(),
    };
    [x - dx, y - dy]
}

/// The nearest cell of a grid.
fn on_grid(topology: Topology, cell: [BigInt; 2]) -> [BigInt; 2] {
    let (width, height) = topology.sides();
    let (left, top) = grid_corner(topology);
    let [x, y] = cell;
    let axis = |c: BigInt, corner: i64, side: u32| match side {
        0 => c,
        side => c.clamp(
            BigInt::from(corner),
            BigInt::from(corner) + i64::from(side) - 1,
        ),
    };
    [axis(x, left, width), axis(y, top, height)]
}

fn place(cell: &[BigInt; 2]) -> Place {
    cell.clone().map(Into::into)
}

/// Two cells as one setting.
fn ghost(from: &[BigInt; 2], to: &[BigInt; 2]) -> Value {
    format!("{} {} {} {}", from[0], from[1], to[0], to[1]).into()
}

/// The two cells of such a setting.
pub(crate) fn ends(text: &str) -> Option<[[BigInt; 2]; 2]> {
    let numbers: Option<Vec<BigInt>> = text.split_whitespace().map(coordinate::read).collect();
    match <[BigInt; 4]>::try_from(numbers?) {
        Ok([a, b, c, d]) => Some([[a, b], [c, d]]),
        Err(_) => None,
    }
}

impl Life {
    /// The pattern in hand.
    pub(crate) fn floating(&self, view: &View) -> Option<Arc<Pattern>> {
        let text = text(view, FLOATING);
        if text.trim().is_empty() {
            return None;
        }
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, pattern)) = &hand.floating
            && known == text
        {
            return Some(Arc::clone(pattern));
        }
        let pattern = Arc::new(rle::read_or_find(text).ok()?);
        hand.floating = Some((text.to_owned(), Arc::clone(&pattern)));
        Some(pattern)
    }

    /// The pattern in hand and where it lies now; in the middle of the view as long as the
    /// pointer was nowhere.
    pub(crate) fn carried(&self, view: &View) -> Option<Carried> {
        let pattern = self.floating(view)?;
        let hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        let under = match &hand.under {
            Some(under) => under.clone(),
            None => draw::plane(self.world(), view)
                .ok()?
                .whole
                .map(BigInt::from),
        };
        let corner = corner(&pattern, text(view, ANCHOR), &under);
        Some((pattern, corner))
    }

    /// The state that the pencil leaves.
    fn brush(&self, view: &View, erases: bool) -> u8 {
        if erases {
            return 0;
        }
        let states = self.world().rule().states() as i64;
        let brush = view.settings.get("brush").and_then(Value::as_integer);
        brush.unwrap_or(1).clamp(1, (states - 1).min(255)) as u8
    }

    /// A line in the state of the brush.
    fn line(&self, from: &[BigInt; 2], to: &[BigInt; 2], state: u8) -> Edit {
        let (from, to) = (place(from), place(to));
        if self.world().rule().states() > 2 {
            return Edit::Paint { from, to, state };
        }
        Edit::Line {
            from,
            to,
            alive: state != 0,
        }
    }

    /// What the pointer means.
    pub(crate) fn handle(&self, pointer: &Pointer, view: &View) -> PointerReply {
        let mut reply = PointerReply::default();
        let Some((cell, scale)) = self.cell(pointer, view) else {
            return reply;
        };
        reply.hit = self.hit(cell.clone());
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        hand.under = Some(cell.clone());
        drop(hand);
        // A twin is made from the menu as well, whatever is in hand.
        if pointer.alt && scale >= 1.0 {
            if pointer.action == Click && reply.hit.is_some() {
                let at = place(&cell);
                reply.twin = Some(Edit::Flip { at }.input());
            }
            return reply;
        }
        if let Some(pattern) = self.floating(view) {
            self.carry(&pattern, &cell, pointer, view, &mut reply);
            return reply;
        }
        let tool = match text(view, TOOL) {
            "" => "pencil",
            tool => tool,
        };
        match tool {
            "hand" => {
                still(&mut reply.hit);
                return reply;
            }
            "select" => {
                self.select(cell, pointer, view, &mut reply);
                return reply;
            }
            _ => {}
        }
        // Cells smaller than a pixel can't be aimed at.
        if scale < 1.0 {
            if let Some(hit) = &mut reply.hit {
                hit.label.push_str(" · zoom in to draw");
            }
            return reply;
        }
        match tool {
            "line" | "rectangle" => self.shape(tool, cell, pointer, view, &mut reply),
            "flood" => self.flood(&cell, pointer, view, &mut reply),
            _ => self.pencil(cell, pointer, view, &mut reply),
        }
        reply
    }

    /// A pattern in hand: a click puts it down, with Shift as often as wanted; the other button
    /// drops it.
    fn carry(
        &self,
        pattern: &Pattern,
        cell: &[BigInt; 2],
        pointer: &Pointer,
        view: &View,
        reply: &mut PointerReply,
    ) {
        if let Some(hit) = &mut reply.hit {
            hit.label.push_str(" · click to put the pattern down");
        }
        if !matches!(pointer.action, Click | Release) {
            return;
        }
        if pointer.secondary {
            reply.view.insert(FLOATING.to_owned(), "".into());
            return;
        }
        let corner = corner(pattern, text(view, ANCHOR), cell);
        let edit = Edit::Put {
            rle: text(view, FLOATING).to_owned(),
            at: corner.map(Into::into),
            mode: Mode::of_key(text(view, PASTE_MODE)),
        };
        reply.inputs.push(edit.input());
        if !pointer.shift {
            reply.view.insert(FLOATING.to_owned(), "".into());
        }
    }

    /// A rectangle from corner to corner, at any distance from the cells.
    fn select(&self, cell: [BigInt; 2], pointer: &Pointer, view: &View, reply: &mut PointerReply) {
        if let Some(hit) = &mut reply.hit {
            hit.draggable = true;
        }
        if pointer.secondary || pointer.action == Hover {
            return;
        }
        let topology = self.world().rule().topology;
        let cell = on_grid(topology, cell);
        let present = Area::read(text(view, SELECTION)).ok().flatten();
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        // With Shift the corner furthest from the pointer stays.
        let far = present.filter(|_| pointer.shift).map(|area| {
            let axis = |c: &BigInt, low: BigInt, high: BigInt| {
                if c * 2u32 < &low + &high { high } else { low }
            };
            [
                axis(&cell[0], area.left.clone(), area.right() - 1),
                axis(&cell[1], area.top.clone(), area.bottom() - 1),
            ]
        });
        let from = match (&hand.stroke, pointer.action) {
            (Some((number, from)), Drag | Release) if *number == pointer.stroke => from.clone(),
            _ => far.clone().unwrap_or_else(|| cell.clone()),
        };
        let area = Area::between(&from, &cell).to_string();
        match pointer.action {
            Click if far.is_none() => {
                reply.view.insert(SELECTION.to_owned(), "".into());
            }
            // A press alone selects nothing yet.
            Press if far.is_none() => {}
            _ => {
                reply.view.insert(SELECTION.to_owned(), area.into());
            }
        }
        hand.stroke = matches!(pointer.action, Press | Drag).then_some((pointer.stroke, from));
    }

    /// A line or a filled rectangle from where the drag began; nothing is drawn before its end.
    fn shape(
        &self,
        tool: &str,
        cell: [BigInt; 2],
        pointer: &Pointer,
        view: &View,
        reply: &mut PointerReply,
    ) {
        let on_it = reply.hit.is_some();
        let cell = on_grid(self.world().rule().topology, cell);
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        let from = match &hand.stroke {
            Some((number, from)) if *number == pointer.stroke => Some(from.clone()),
            _ => None,
        };
        match (pointer.action, from) {
            (Press, _) if on_it => hand.stroke = Some((pointer.stroke, cell)),
            (Drag, Some(from)) => {
                reply.view.insert(GHOST.to_owned(), ghost(&from, &cell));
            }
            (Release | Click, from) if from.is_some() || on_it => {
                hand.stroke = None;
                let from = from.unwrap_or_else(|| cell.clone());
                let state = self.brush(view, pointer.secondary);
                let edit = if tool == "line" {
                    self.line(&from, &cell, state)
                } else {
                    Edit::Fill {
                        area: Area::between(&from, &cell),
                        state,
                    }
                };
                reply.inputs.push(edit.input());
                reply.view.insert(GHOST.to_owned(), "".into());
            }
            _ => {}
        }
    }

    fn flood(&self, cell: &[BigInt; 2], pointer: &Pointer, view: &View, reply: &mut PointerReply) {
        if pointer.action == Click && reply.hit.is_some() {
            let edit = Edit::Flood {
                at: place(cell),
                state: self.brush(view, pointer.secondary),
            };
            reply.inputs.push(edit.input());
        }
    }

    fn pencil(&self, cell: [BigInt; 2], pointer: &Pointer, view: &View, reply: &mut PointerReply) {
        if reply.hit.is_none() {
            return;
        }
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        let from = match (&hand.stroke, pointer.action) {
            (Some((number, last)), Drag | Release) if *number == pointer.stroke => last.clone(),
            _ => cell.clone(),
        };
        match pointer.action {
            Hover => return,
            Release => {
                hand.stroke = None;
                return;
            }
            Click | Press | Drag => {}
        }
        hand.stroke = (pointer.action != Click).then(|| (pointer.stroke, cell.clone()));
        if pointer.action == Drag && from == cell {
            return;
        }
        let line = self.line(&from, &cell, self.brush(view, pointer.secondary));
        reply.inputs.push(line.input().stroke(pointer.stroke));
    }
}

/// The view moves with this drag.
fn still(hit: &mut Option<Hit>) {
    if let Some(hit) = hit {
        hit.draggable = false;
    }
}
