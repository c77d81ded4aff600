//! What stands beside the cells: a key of their states, and a scale bar.

use loom_sim::scene::{Layer, Legend, Shapes, Space};
use loom_sim::{Camera, Effect, Parameter, Scene, Value, View};

use super::palette;
use crate::world::World;

/// States that a key lists at most; more are a ramp that a key would only repeat.
const MOST: usize = 12;

/// The settings of a view.
pub(crate) fn parameters() -> Vec<Parameter> {
    let view = |parameter: Parameter| parameter.effect(Effect::View).group("View");
    vec![
        view(Parameter::boolean("state_key", "Key of the states", false)).help(
            "Lists the colours of the states with their names, for rules of three to twelve \
             states.",
        ),
        view(Parameter::boolean("scale_bar", "Scale bar", false))
            .help("A bar of a round number of cells in the corner of the picture."),
    ]
}

fn is_on(view: &View, key: &str) -> bool {
    view.settings.get(key).and_then(Value::as_boolean) == Some(true)
}

/// Adds what the view asks for.
pub(crate) fn add(scene: &mut Scene, world: &World, view: &View) {
    let rule = world.rule();
    let states = rule.states();
    if is_on(view, "state_key") && (3..=MOST).contains(&states) {
        let shading = view.settings.get("shading").map(ToString::to_string);
        let colours = palette::of_states(&rule, &view.ink, shading.as_deref().unwrap_or("ink"));
        let entries = (1..states)
            .filter_map(|state| {
                let name = rule.state_name(u8::try_from(state).ok()?);
                let words = name.unwrap_or_else(|| format!("state {state}"));
                Some((words, *colours.get(state)?))
            })
            .collect();
        scene.legends.push(Legend::Keys {
            title: "States".to_owned(),
            entries,
        });
    }
    if is_on(view, "scale_bar")
        && let Camera::Plane(plane) = &scene.camera
    {
        let items = loom_gpu::scale_bar(plane, view.points(), "cells", view.ink.text);
        scene.layers.push(Layer::Shapes(Shapes {
            space: Space::Screen,
            items: items.into(),
        }));
    }
}
