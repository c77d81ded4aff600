//! The operations of cells as menus, palette, forms and command line know them.

use loom_sim::operation::Operation;
use loom_sim::{Parameter, ParameterKind, Value};

use crate::hand;

/// Names of the groups.
const CLIPBOARD: &str = "Clipboard";
const SELECTION: &str = "Selection";
const CELLS: &str = "Cells";
const PATTERN: &str = "Pattern";
const GRID: &str = "Grid";
const LAYERS: &str = "Layers";

/// A whole number that may lie beyond its slider.
fn whole(key: &str, symbol: &str, name: &str, default: i64, low: i64, high: i64) -> Parameter {
    let kind = ParameterKind::Integer {
        low,
        high,
        hard: Some((-(1 << 62), 1 << 62)),
    };
    Parameter::new(key, symbol, name, Value::Integer(default), kind).unit("cells")
}

fn state(key: &str, name: &str, default: i64, help: &str) -> Parameter {
    Parameter::integer(key, "", name, default, 0, 255).help(help)
}

fn shift(operation: Operation, dx: i64, dy: i64) -> Operation {
    operation
        .asks(
            whole("dx", "Δx", "To the east", dx, -500, 500)
                .help("Columns to the east; negative numbers lead west."),
        )
        .asks(
            whole("dy", "Δy", "To the south", dy, -500, 500)
                .help("Rows to the south; negative numbers lead north."),
        )
}

fn generations(operation: Operation) -> Operation {
    let kind = ParameterKind::Integer {
        low: 1,
        high: 1000,
        hard: Some((1, 1 << 40)),
    };
    let generations = Parameter::new("generations", "n", "Generations", Value::Integer(1), kind)
        .help("How many generations the chosen cells live through at once.");
    operation.asks(generations)
}

fn clipboard() -> Vec<Operation> {
    let of = |key, name, help| Operation::new(key, CLIPBOARD, name, help);
    vec![
        of(
            "cut",
            "Cut",
            "Copies the selected cells as RLE and clears them.",
        )
        .keys(&["Ctrl+X"]),
        of(
            "copy",
            "Copy",
            "Copies the selected cells as RLE with their rule, place and generation; all cells \
             where nothing is selected.",
        )
        .keys(&["Ctrl+C"]),
        of(
            "paste",
            "Paste",
            "Takes a pattern in hand, from RLE, plaintext, Life 1.05 or 1.06, a macrocell file or \
             a forum post; a click puts it down.",
        )
        .keys(&["Ctrl+V"])
        .takes_clipboard(),
        of(
            "paste_here",
            "Paste here",
            "Puts the pattern down at once, its top left corner at the selection's.",
        )
        .keys(&["Ctrl+Alt+V"])
        .takes_clipboard(),
    ]
}

fn selection() -> Vec<Operation> {
    let of = |key, name, help| Operation::new(key, SELECTION, name, help);
    vec![
        of(
            "select_all",
            "Select all",
            "Selects the smallest rectangle with every live cell, or the whole of an empty grid.",
        )
        .keys(&["Ctrl+A"]),
        of(
            "select_none",
            "Select nothing",
            "Takes the selection away, and drops the pattern in hand.",
        )
        .keys(&["Ctrl+Shift+A"])
        .lets_go_of(&[hand::SELECTION, hand::FLOATING]),
        of(
            "shrink_selection",
            "Shrink to live cells",
            "Makes the selection the smallest rectangle with its live cells.",
        ),
        of(
            "fit_selection",
            "Zoom to selection",
            "Moves the view so that the selection fills it.",
        ),
        of(
            "flip_left_right",
            "Flip left to right",
            "Mirrors the pattern in hand or the selected cells in an upright line.",
        )
        .keys(&["Shift+X"]),
        of(
            "flip_top_bottom",
            "Flip top to bottom",
            "Mirrors the pattern in hand or the selected cells in a level line.",
        )
        .keys(&["Shift+Y"]),
        of(
            "rotate_clockwise",
            "Turn clockwise",
            "Turns the pattern in hand or the selection by a quarter about its middle.",
        )
        .keys(&["Ctrl+]"]),
        of(
            "rotate_anticlockwise",
            "Turn anticlockwise",
            "Turns the pattern in hand or the selection by a quarter about its middle.",
        )
        .keys(&["Ctrl+["]),
        of(
            "transpose",
            "Transpose",
            "Mirrors the pattern in hand or the selection in the diagonal from its top left \
             corner: rows become columns.",
        ),
        shift(
            of(
                "move",
                "Move…",
                "Moves the selected cells and the selection; what they reach is covered by the \
                 paste mode.",
            ),
            1,
            0,
        ),
        shift(
            of(
                "duplicate",
                "Duplicate…",
                "Copies the selected cells several times, each so far from the one before.",
            )
            .asks(
                Parameter::integer("copies", "n", "Copies", 1, 1, 4096)
                    .help("Copies that are made besides the cells themselves."),
            ),
            16,
            0,
        ),
        generations(of(
            "advance_inside",
            "Advance inside…",
            "Advances the selected cells alone: those outside are seen as dead and stay as they \
             are. In one dimension the selection's columns count; a machine that leaves the \
             selection is gone.",
        )),
        generations(of(
            "advance_outside",
            "Advance outside…",
            "Advances all cells but the selected ones, which are seen as dead and stay as they \
             are.",
        )),
    ]
}

fn random_fill() -> Operation {
    Operation::new(
        "random_fill",
        CELLS,
        "Fill at random…",
        "Fills the selection by chance, with any of ten symmetries about its middle.",
    )
    .asks(
        Parameter::real("density", "ρ", "Density", 0.5, 0.0, 1.0)
            .hard(0.0, 1.0)
            .help("The chance of each cell to live."),
    )
    .asks(
        Parameter::choice(
            "states",
            "States",
            "first",
            &[("first", "State 1"), ("all", "Any live state")],
        )
        .help("Which states live cells get, where a rule has more than two."),
    )
    .asks(
        Parameter::choice(
            "symmetry",
            "Symmetry",
            "none",
            &[
                ("none", "C1: none"),
                ("C2", "C2: half a turn"),
                ("C4", "C4: a quarter turn"),
                ("D2-", "D2 −: level mirror"),
                ("D2|", "D2 |: upright mirror"),
                ("D2/", "D2 ╱: rising diagonal"),
                ("D2\\", "D2 ╲: falling diagonal"),
                ("D4+", "D4 +: both mirrors"),
                ("D4x", "D4 ×: both diagonals"),
                ("D8", "D8: all of them"),
            ],
        )
        .help(
            "What leaves the filled cells as they are; quarter turns and diagonals fill the \
             largest square in the middle of the selection.",
        ),
    )
    .asks(
        Parameter::integer("seed", "", "Seed", 1, 0, i64::MAX)
            .help("The same seed gives the same cells."),
    )
}

fn cells() -> Vec<Operation> {
    let of = |key, name, help| Operation::new(key, CELLS, name, help);
    vec![
        of(
            "clear_inside",
            "Clear inside",
            "Kills every cell of the selection.",
        )
        .keys(&["Delete"]),
        of(
            "clear_outside",
            "Clear outside",
            "Kills every cell that is not selected.",
        )
        .keys(&["Shift+Delete"]),
        of(
            "invert",
            "Invert",
            "Makes live cells of the selection dead and dead ones alive; state s of n becomes \
             n − 1 − s.",
        ),
        of(
            "fill",
            "Fill…",
            "Puts every cell of the selection in one state.",
        )
        .asks(state(
            "state",
            "State",
            1,
            "The state that every cell gets.",
        )),
        random_fill(),
        of(
            "flood",
            "Flood…",
            "Gives a cell and all cells of its state that are joined to it by their edges \
             another state.",
        )
        .asks(Parameter::text("x", "Column", "0").help("The column of the first cell."))
        .asks(Parameter::text("y", "Row", "0").help("The row of the first cell."))
        .asks(state("state", "State", 1, "The state that they get.")),
        of(
            "tile",
            "Tile…",
            "Fills the selection with copies of the pattern on the clipboard from its top left \
             corner on, or of its own cells around themselves.",
        )
        .asks(
            Parameter::choice(
                "with",
                "Copies of",
                "clipboard",
                &[("clipboard", "Clipboard"), ("selection", "Selected cells")],
            )
            .help("What is repeated: a pattern that was copied, or what lives in the selection."),
        )
        .asks(
            Parameter::integer("gap", "", "Gap", 0, 0, 1_000_000)
                .unit("cells")
                .help("Empty cells between one copy and the next."),
        )
        .takes_clipboard(),
        of(
            "change_states",
            "Change states…",
            "Gives the selected cells of one state another one; all cells where nothing is \
             selected.",
        )
        .asks(state("from", "From", 1, "The state that is replaced."))
        .asks(state("to", "To", 2, "The state that takes its place."))
        .asks(
            Parameter::boolean("swap", "Both ways", false)
                .help("Cells of the second state become the first at the same time."),
        ),
    ]
}

fn pattern() -> Vec<Operation> {
    let of = |key, name, help| Operation::new(key, PATTERN, name, help);
    vec![
        of(
            "check",
            "Check what it is",
            "Says whether the selected or all cells are a still life, an oscillator or a \
             spaceship, with period, speed and apgcode.",
        ),
        of(
            "count",
            "Count states",
            "Says how many cells of each state are selected, or there are in all.",
        ),
        of(
            "center",
            "Move to the origin",
            "Moves all cells so that the middle of their rectangle lies at the origin.",
        ),
        of(
            "new_from_selection",
            "Open selection beside",
            "Opens a new run that starts from the selected cells under the same rule.",
        ),
    ]
}

fn layers() -> Vec<Operation> {
    let of = |key, name, help| Operation::new(key, LAYERS, name, help);
    vec![
        of(
            "add_layer",
            "Add a layer",
            "Lays an empty universe over the others; all run on one clock.",
        ),
        of(
            "duplicate_layer",
            "Duplicate the layer",
            "Lays a copy of this layer over it.",
        ),
        of("delete_layer", "Delete the layer", "Takes this layer away."),
        of(
            "next_layer",
            "Next layer",
            "Edits the layer above, or the lowest one from the highest.",
        ),
        of(
            "previous_layer",
            "Previous layer",
            "Edits the layer below, or the highest one from the lowest.",
        ),
        of(
            "merge_layer",
            "Merge into the layer below",
            "Puts the cells of this layer into the one below by the paste mode.",
        ),
    ]
}

/// Every operation of discrete cells.
pub(crate) fn all() -> Vec<Operation> {
    let torus = Operation::new(
        "make_torus",
        GRID,
        "Make the selection a torus",
        "Makes the selected rectangle a torus of its own, its middle at the origin; cells outside \
         it are removed.",
    );
    let metafy = Operation::new(
        "metafy",
        PATTERN,
        "Make metapixels of the cells",
        "Opens a run of Life in which a square of 2,048 cells does what each selected cell does \
         under this rule; one generation of it takes 35,328.",
    );
    let rules = Operation::new(
        "two_rules",
        GRID,
        "Two rules side by side",
        "Begins a twin of these cells under another rule, seen beside on the same clock; Restart \
         takes both back to the beginning.",
    )
    .asks(
        Parameter::text("rule", "Other rule", "B36/S23").help(
            "The twin's rule, such as B36/S23; without a grid of its own it stays on this one.",
        ),
    );
    let mut list = clipboard();
    list.extend(selection());
    list.extend(cells());
    list.extend(pattern());
    list.push(metafy);
    list.push(torus);
    list.push(rules);
    list.extend(layers());
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn operations_have_keys_of_their_own_and_every_field_has_help() {
        let list = all();
        let keys: BTreeSet<&str> = list.iter().map(|o| o.key.as_str()).collect();
        assert_eq!(keys.len(), list.len());
        let shortcuts: Vec<&String> = list.iter().flat_map(|o| &o.keys).collect();
        let different: BTreeSet<&&String> = shortcuts.iter().collect();
        assert_eq!(different.len(), shortcuts.len());
        for operation in &list {
            assert!(operation.help.ends_with('.'), "{}", operation.key);
            for parameter in operation.asked() {
                assert!(parameter.help.ends_with('.'), "{}", parameter.key);
                let checked = parameter.check(&parameter.default);
                assert_eq!(checked.ok().as_ref(), Some(&parameter.default));
            }
        }
    }
}
