//! What the pointer does to cells: the tool in hand, or the pattern that hangs at it.

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
        if pointer.alt {
            if pointer.action == Click && reply.hit.is_some() {
                let at = place(&cell);
                reply.twin = Some(Edit::Flip { at }.input());
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::world::{Means, World};
    use loom_sim::camera::Plane;
    use loom_sim::{Camera, PointerAction, Simulation as _};

    fn life(rule: &str) -> Life {
        let world = World::new(rule.parse().unwrap(), &Pattern::default(), Means::default());
        Life::new(world.unwrap(), crate::stride::Stride::default(), 1 << 28)
    }

    /// Ten pixels a cell; the pixel (200, 200) is the corner of the origin.
    fn view() -> View {
        let mut view = View::new([400, 400]);
        view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], 10.0, false)));
        view
    }

    fn at(x: i64, y: i64, action: PointerAction) -> Pointer {
        let pixel = |c: i64| 200.0 + 10.0 * c as f64 + 5.0;
        Pointer {
            position: [pixel(x), pixel(y)],
            action,
            secondary: false,
            alt: false,
            shift: false,
            stroke: 7,
        }
    }

    /// The pointer goes from place to place; settings and inputs are taken over.
    fn act(life: &mut Life, view: &mut View, pointers: &[Pointer]) -> usize {
        let mut inputs = 0;
        for pointer in pointers {
            let reply = life.pointer(pointer, view);
            view.settings.extend(reply.view);
            inputs += reply.inputs.len();
            for input in reply.inputs {
                life.apply(&input).unwrap();
            }
        }
        inputs
    }

    fn drag(from: (i64, i64), to: (i64, i64)) -> [Pointer; 4] {
        let between = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
        [
            at(from.0, from.1, Press),
            at(between.0, between.1, Drag),
            at(to.0, to.1, Drag),
            at(to.0, to.1, Release),
        ]
    }

    fn alive(life: &Life, x: i64, y: i64) -> bool {
        life.world().get(&x.into(), &y.into()).unwrap()
    }

    #[test]
    fn a_line_and_a_rectangle_are_one_edit_at_the_end_of_the_drag() {
        for rule in ["B3/S23", "B3/S23:T40", "345/2/4:P50"] {
            let mut life = life(rule);
            let mut view = view();
            view.settings.insert(TOOL.into(), "line".into());
            let [press, middle, end, release] = drag((-3, -3), (3, -3));
            assert_eq!(act(&mut life, &mut view, &[press, middle, end]), 0);
            assert_eq!(text(&view, GHOST), "-3 -3 3 -3");
            assert_eq!(act(&mut life, &mut view, &[release]), 1);
            assert_eq!(text(&view, GHOST), "");
            assert_eq!(life.world().population().unwrap(), 7u32.into());
            view.settings.insert(TOOL.into(), "rectangle".into());
            assert_eq!(act(&mut life, &mut view, &drag((4, 4), (1, 2))), 1);
            assert_eq!(life.world().population().unwrap(), (7u32 + 12).into());
            let mut erase = drag((0, -3), (4, 2));
            erase.iter_mut().for_each(|p| p.secondary = true);
            act(&mut life, &mut view, &erase);
            assert_eq!(life.world().population().unwrap(), (3u32 + 8).into());
        }
    }

    #[test]
    fn a_drag_selects_shift_extends_and_a_click_clears() {
        let mut life = life("B3/S23:P20");
        let mut view = view();
        view.settings.insert(TOOL.into(), "select".into());
        assert_eq!(act(&mut life, &mut view, &drag((5, 2), (-2, -4))), 0);
        assert_eq!(text(&view, SELECTION), "-2 -4 8 7");
        // The corner that is furthest from the pointer stays.
        let mut more = drag((6, 4), (8, 15));
        more.iter_mut().for_each(|p| p.shift = true);
        act(&mut life, &mut view, &more);
        assert_eq!(text(&view, SELECTION), "-2 -4 11 14");
        let mut click = at(-9, 0, Click);
        click.shift = true;
        act(&mut life, &mut view, &[click]);
        assert_eq!(text(&view, SELECTION), "-9 0 18 10");
        act(&mut life, &mut view, &[at(0, 0, Click)]);
        assert_eq!(text(&view, SELECTION), "");
        // From a distance where a cell is less than a pixel it works as well.
        view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], 0.5, false)));
        act(&mut life, &mut view, &drag((-1, -1), (1, 1)));
        assert_eq!(text(&view, SELECTION), "-10 -10 20 20");
    }

    #[test]
    fn a_pattern_in_hand_goes_down_where_it_is_held() {
        let glider = rle::read("x = 3, y = 3\nbo$2bo$3o!").unwrap();
        for (anchor, x, y) in [
            ("top_left", 2, 5),
            ("top_right", 0, 5),
            ("bottom_left", 2, 3),
            ("bottom_right", 0, 3),
            ("middle", 1, 4),
        ] {
            let mut life = life("B3/S23:T40");
            let mut view = view();
            view.settings.insert(FLOATING.into(), bare(&glider).into());
            view.settings.insert(ANCHOR.into(), anchor.into());
            assert_eq!(act(&mut life, &mut view, &[at(2, 5, Hover)]), 0);
            let (_, corner) = life.carried(&view).unwrap();
            assert_eq!(corner, [BigInt::from(x), BigInt::from(y)]);
            let mut click = at(2, 5, Click);
            click.shift = true;
            act(&mut life, &mut view, &[click.clone()]);
            assert!(life.floating(&view).is_some());
            assert_eq!(life.world().population().unwrap(), 5u32.into());
            assert!(alive(&life, x + 1, y) && alive(&life, x + 2, y + 2));
            // Exclusive or takes it away again.
            view.settings.insert(PASTE_MODE.into(), "xor".into());
            click.shift = false;
            act(&mut life, &mut view, &[click]);
            assert_eq!(life.world().population().unwrap(), 0u32.into());
            assert!(life.floating(&view).is_none());
        }
    }

    #[test]
    fn the_other_button_drops_the_pattern_in_hand() {
        let mut life = life("B3/S23");
        let mut view = view();
        let floating = "x = 1, y = 1\no!";
        view.settings.insert(FLOATING.into(), floating.into());
        let mut click = at(0, 0, Click);
        click.secondary = true;
        assert_eq!(act(&mut life, &mut view, &[click]), 0);
        assert!(life.floating(&view).is_none());
    }

    #[test]
    fn a_flood_fills_a_ring_and_the_hand_draws_nothing() {
        let mut life = life("B3/S23");
        let mut view = view();
        view.settings.insert(TOOL.into(), "rectangle".into());
        act(&mut life, &mut view, &drag((-3, -3), (3, 3)));
        let mut erase = drag((-1, -1), (1, 1));
        erase.iter_mut().for_each(|p| p.secondary = true);
        act(&mut life, &mut view, &erase);
        view.settings.insert(TOOL.into(), "flood".into());
        act(&mut life, &mut view, &[at(0, 0, Click)]);
        assert_eq!(life.world().population().unwrap(), 49u32.into());
        view.settings.insert(TOOL.into(), "hand".into());
        let reply = life.pointer(&at(1, 1, Press), &view);
        assert!(reply.inputs.is_empty() && !reply.hit.unwrap().draggable);
    }

    #[test]
    fn states_above_one_survive_being_taken_in_hand() {
        let pattern = Pattern::from_states([(0, 0, 3), (2, 1, 255)]);
        let again = rle::read(&bare(&pattern)).unwrap();
        assert_eq!((again.runs, again.size), (pattern.runs, pattern.size));
    }
}
