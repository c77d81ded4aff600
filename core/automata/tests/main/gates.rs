//! Gates made of gliders give the bits of their truth tables, and Sayama's loop makes itself.

use loom_automata::catalogue::entry;
use loom_automata::world::{Means, World};

/// The world of a catalogue entry after so many generations.
fn after(key: &str, generation: u32) -> World {
    let pattern = entry(key).unwrap().pattern().unwrap();
    let rule = pattern.rule_or_life();
    let mut world = World::new(rule, &pattern, Means::default()).unwrap();
    world.advance(&generation.into(), &mut || false).unwrap();
    world
}

/// Cells with their states, in the coordinates of the file.
fn cells(world: &World) -> Vec<(i64, i64, u8)> {
    let pattern = world.pattern(100_000).unwrap();
    let (left, top) = pattern.position.unwrap_or_default();
    let states = pattern.states();
    states.map(|(x, y, s)| (x + left, y + top, s)).collect()
}

/// The bits on a lane: a glider of 30 generations' distance is a one. `first` is where the box
/// of bit 0 lies in the file; gliders move by one cell to the side and down in four generations.
fn bits(key: &str, generation: u32, first: (i64, i64), to_the_right: bool) -> String {
    let cells = cells(&after(key, generation));
    let bit = |i: i64| {
        let way = (i64::from(generation) - 30 * i).div_euclid(4);
        let left = first.0 + if to_the_right { way } else { -way };
        let top = first.1 + way;
        // A glider between two phases reaches one cell further.
        let inside =
            |x: i64, y: i64| (left - 1..=left + 3).contains(&x) && (top - 1..=top + 3).contains(&y);
        match cells.iter().filter(|c| inside(c.0, c.1)).count() {
            0 => '0',
            5 => '1',
            other => panic!("{key}: {other} cells in place of bit {i}"),
        }
    };
    (0..5).map(bit).collect()
}

#[test]
fn gates_of_gliders_give_the_bits_of_their_truth_tables() {
    // 1100 and 1010 come in; nothing follows, which is 0 for AND and OR.
    assert_eq!(bits("and-gate", 420, (73, 15), false), "10000");
    assert_eq!(bits("or-gate", 420, (107, 15), false), "11100");
    // 10110 comes in.
    assert_eq!(bits("not-gate", 600, (23, 23), true), "01001");
}

#[test]
fn the_first_child_of_sayamas_loop_is_the_loop_itself() {
    let parent = cells(&after("sayamas-loop", 0));
    let then = cells(&after("sayamas-loop", 363));
    let child = then.iter().filter(|cell| cell.0 >= 27);
    let child: Vec<_> = child.map(|&(x, y, state)| (x - 27, y, state)).collect();
    assert_eq!(child, parent);
}

#[test]
fn langtons_ant_builds_the_same_piece_of_road_every_104_steps() {
    let road = |steps| cells(&after("langtons-ant-highway", steps));
    let (now, then) = (road(0), road(104));
    // The cells near the ant, by their distance from it.
    let end = |cells: &[(i64, i64, u8)]| {
        let ant = *cells.iter().find(|cell| cell.2 > 1).unwrap();
        let near = cells
            .iter()
            .filter(|c| (c.0 - ant.0).abs() < 7 && (c.1 - ant.1).abs() < 7);
        let near: Vec<_> = near.map(|c| (c.0 - ant.0, c.1 - ant.1, c.2)).collect();
        (ant, near)
    };
    let ((ant, here), (later, there)) = (end(&now), end(&then));
    assert_eq!(here, there);
    assert_eq!(((later.0 - ant.0).abs(), (later.1 - ant.1).abs()), (2, 2));
}
