//! Cells coloured by what they have been through: their age, and the traces of those that died.

use loom_sim::colour::OKABE_ITO;
use loom_sim::scene::{CellContent, Layer, Legend};
use loom_sim::{ColorMap, Effect, Parameter, Rgba, Scene, Settings, SimError, Value, View};

use super::{blocks, plane};
use crate::trace::Trace;
use crate::world::World;

/// The key of the setting.
const KEY: &str = "history";

/// Levels of the living, and as many of the dead behind them.
const LEVELS: usize = 120;
/// Levels in one power of ten of generations: the last one begins at about 3,000.
const A_DECADE: f64 = 34.0;

/// The setting of a view.
pub(crate) fn parameter() -> Parameter {
    let choices = [
        ("state", "State"),
        ("age", "Age"),
        ("trail", "Age and trail"),
        ("envelope", "Envelope"),
    ];
    Parameter::choice(KEY, "Colour by", "state", &choices)
        .effect(Effect::View)
        .group("View")
        .help(
            "Age: how long a cell has lived. Trail: also how long ago one died. Envelope: every \
             place where a cell has lived since this was chosen.",
        )
}

/// Whether a view needs to know what cells have been through.
pub(crate) fn wanted(settings: &Settings) -> bool {
    let chosen = settings.get(KEY).and_then(Value::as_text);
    chosen.is_some_and(|key| key != "state")
}

/// The level of a number of generations, from 0.
fn level(generations: i16) -> usize {
    let n = f64::from(generations.unsigned_abs().max(1));
    ((n.log10() * A_DECADE) as usize).min(LEVELS - 1)
}

fn mix(from: Rgba, to: Rgba, t: f64) -> Rgba {
    let part = |i: usize| {
        let (a, b) = (f64::from(from.0[i]), f64::from(to.0[i]));
        (a + (b - a) * t).round() as u8
    };
    Rgba::opaque(part(0), part(1), part(2))
}

/// Ground, the living from young to old, the dead from fresh to long gone.
fn palette(view: &View, chosen: &str) -> Vec<Rgba> {
    let ink = &view.ink;
    let mut list = vec![ink.ground];
    let map = ColorMap::all().find(|map| map.name() == "batlow");
    for i in 0..LEVELS {
        let t = i as f64 / (LEVELS - 1) as f64;
        // The young stand out from the ground, the old recede towards it.
        let way = if ink.dark {
            0.92 - 0.6 * t
        } else {
            0.08 + 0.6 * t
        };
        let aged = map.map_or(ink.text, |map| map.at(way as f32));
        list.push(if chosen == "envelope" { ink.text } else { aged });
    }
    for i in 0..LEVELS {
        let t = i as f64 / (LEVELS - 1) as f64;
        list.push(match chosen {
            "age" => ink.ground,
            "envelope" => mix(ink.ground, OKABE_ITO[1], 0.35),
            _ => mix(ink.ground, OKABE_ITO[1], 0.6 - 0.45 * t),
        });
    }
    list
}

/// Colours the cells of a scene by their trace, and says what the colours mean.
///
/// # Errors
/// A camera that can't be used.
pub(crate) fn paint(
    scene: &mut Scene,
    world: &World,
    view: &View,
    trace: &Trace,
) -> Result<(), SimError> {
    let chosen = view.settings.get(KEY).and_then(Value::as_text);
    let chosen = chosen.unwrap_or("state");
    let blocks = blocks(world, view, &plane(world, view)?);
    let (width, height) = (blocks.width, blocks.height);
    let cells = scene.layers.iter_mut().find_map(|layer| match layer {
        Layer::Cells(cells) => Some(cells),
        _ => None,
    });
    let Some(cells) = cells else {
        return Ok(());
    };
    let edge = 1i128 << blocks.scale;
    let mut states = Vec::with_capacity(width * height);
    for row in 0..height as i128 {
        for column in 0..width as i128 {
            let (x, y) = (blocks.left + column * edge, blocks.top + row * edge);
            let age = trace.of_block(x, y, blocks.scale);
            states.push(match age {
                0 => 0,
                age if age > 0 => 1 + level(age) as u8,
                age => (1 + LEVELS + level(age)) as u8,
            });
        }
    }
    let colours = palette(view, chosen);
    // Words that lie on a device cover the whole grid; these cover what is seen.
    cells.width = width as u32;
    cells.height = height as u32;
    let whole = plane(world, view)?.whole;
    cells.origin = [blocks.left - whole[0], blocks.top - whole[1]].map(|c| c as f32);
    cells.content = CellContent::States {
        states: states.into(),
        palette: colours.clone().into(),
    };
    let mut entries = Vec::new();
    let mut say = |words: &str, colour: Option<&Rgba>| {
        entries.extend(colour.map(|colour| (words.to_owned(), *colour)));
    };
    if chosen == "envelope" {
        say("alive", colours.get(1));
        say("was alive", colours.get(1 + LEVELS));
    } else {
        for (words, age) in [("alive 1", 1), ("10", 10), ("100", 100), ("1,000", 1000)] {
            say(words, colours.get(1 + level(age)));
        }
        if chosen == "trail" {
            for (words, age) in [("dead 1", 1), ("10", 10), ("100", 100)] {
                say(words, colours.get(1 + LEVELS + level(age)));
            }
        }
    }
    let title = match (trace.overflown, chosen) {
        (true, _) => "Too many cells to follow",
        (_, "envelope") => "Envelope",
        _ => "Generations",
    };
    scene.legends.push(Legend::Keys {
        title: title.to_owned(),
        entries,
    });
    Ok(())
}
