//! The pointer does what the tool in hand does.
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
    let between = (i64::midpoint(from.0, to.0), i64::midpoint(from.1, to.1));
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
        for pointer in &mut erase {
            pointer.secondary = true;
        }
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
    for pointer in &mut more {
        pointer.shift = true;
    }
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
    for pointer in &mut erase {
        pointer.secondary = true;
    }
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
