//! What may be set of the brush and of the picture: nothing of it touches the run.

use loom_sim::{Effect, Parameter, ParameterKind, Value};

use super::law::Law;
use super::recipe::{Family, Recipe};

/// The brush and the picture.
pub(crate) fn looks(recipe: &Recipe, law: &Law) -> Vec<Parameter> {
    let view =
        |p: Parameter, group: &str, help: &str| p.effect(Effect::View).group(group).help(help);
    let species: Vec<(&str, &str)> = law
        .species
        .iter()
        .map(|s| (s.as_str(), s.as_str()))
        .collect();
    let shown = law.species.contains(&recipe.view.species);
    let mut shows = species.clone();
    let mixes = law.species.len() > if recipe.family == Family::Lenia { 1 } else { 2 };
    if mixes {
        shows.push(("all", "All as colours"));
    }
    let first = law.species.first().map_or("u", String::as_str);
    let default = match recipe.view.species.as_str() {
        "all" if mixes => "all",
        named if shown => named,
        _ => law.species.last().map_or(first, String::as_str),
    };
    let painted = if default == "all" { first } else { default };
    let (low, high) = (recipe.view.low, recipe.view.high);
    let number = |key: &str, name: &str, value: f64| {
        let span = (high - low).abs().max(1e-3);
        Parameter::real(key, "", name, value, low - span, high + span)
    };
    let map = Parameter::new(
        "map",
        "",
        "Colour map",
        Value::from(recipe.view.map.as_str()),
        ParameterKind::ColorMap,
    );
    vec![
        view(
            Parameter::choice("species", "Shown", default, &shows),
            "View",
            "Which species gives the colours.",
        ),
        view(
            map,
            "View",
            "Equal steps in the numbers look like equal steps in the colours.",
        ),
        view(
            Parameter::choice(
                "scale",
                "Range",
                "fixed",
                &[
                    ("fixed", "From low to high"),
                    ("fit", "Least to greatest value"),
                ],
            ),
            "View",
            "Fixed ends keep colours comparable over time.",
        ),
        view(
            number("low", "Low end", low).when("scale", &["fixed"]),
            "View",
            "The value with the map's first colour.",
        ),
        view(
            number("high", "High end", high).when("scale", &["fixed"]),
            "View",
            "The value with the map's last colour.",
        ),
        view(
            Parameter::choice("brush_species", "Paints", painted, &species),
            "Brush",
            "Which species the brush changes.",
        ),
        view(
            Parameter::real("brush_radius", "", "Radius", recipe.spot, 0.5, 64.0)
                .hard(0.1, 1024.0)
                .unit("cells"),
            "Brush",
            "How wide the brush is.",
        ),
        view(
            number("brush_amount", "Amount", amount(recipe, law, painted)),
            "Brush",
            "The value that painted cells come to.",
        ),
    ]
}

/// What a brush paints at first: the value inside a seed.
fn amount(recipe: &Recipe, law: &Law, species: &str) -> f64 {
    let place = law.species.iter().position(|s| s == species);
    let seed = place.and_then(|s| recipe.seed.get(s)?.parse::<f64>().ok());
    seed.unwrap_or(recipe.view.high)
}
