//! The parameters of each kind of web, declared once, and what the mechanics makes of them.

use loom_sim::{Effect, Parameter, Settings, Value};

use super::Kind;
use crate::mechanics::{GRAVITY, Loads, Range};

/// The live factors stay within these, so that one time step serves them all.
pub const RANGE: Range = Range {
    prestress: 3.0,
    stiffness: 2.0,
};

/// All parameters of a kind.
pub fn declared(kind: Kind) -> Vec<Parameter> {
    let mut list = shape(kind);
    list.extend(loads_of(kind));
    list.extend(stepping(kind));
    list.extend(view(kind));
    list
}

fn rebuild(parameter: Parameter) -> Parameter {
    parameter.effect(Effect::Rebuild).group("Web")
}

/// How the web is built.
fn shape(kind: Kind) -> Vec<Parameter> {
    let integer = |key: &str, name: &str, default: i64, low: i64, high: i64, help: &str| {
        Parameter::integer(key, "", name, default, low, high)
            .group("Web")
            .help(help)
    };
    let real =
        |key: &str, name: &str, default: f64, low: f64, high: f64, unit: &str, help: &str| {
            rebuild(Parameter::real(key, "", name, default, low, high).hard(low, high))
                .unit(unit)
                .help(help)
        };
    match kind {
        Kind::Garden | Kind::Fine | Kind::Sparse => {
            let pick = |garden: f64, fine: f64, sparse: f64| match kind {
                Kind::Fine => fine,
                Kind::Sparse => sparse,
                _ => garden,
            };
            let count = |garden: i64, fine: i64, sparse: i64| pick(garden as f64, fine as f64, sparse as f64) as i64;
            vec![
                integer("radials", "Radials", count(26, 44, 14), 3, 200, "Threads from the hub to the frame; they carry the load."),
                integer("turns", "Turns of the spiral", count(22, 40, 10), 0, 200, "Turns of the sticky capture spiral, fewer where the frame is near."),
                real("spacing", "Spacing of the spiral", pick(5.0, 2.2, 9.0), 0.5, 100.0, "mm", "Distance between neighbouring turns; smaller meshes catch smaller prey."),
                real("hub_radius", "Radius of the hub", pick(1.4, 1.0, 1.6), 0.1, 50.0, "cm", "The spider sits here and feels what the radials carry."),
                integer("hub_rings", "Rings of the hub", count(3, 3, 2), 1, 12, "Rings that hold the radials together in the middle."),
                real("free_zone", "Free zone", pick(1.4, 1.0, 2.0), 0.0, 50.0, "cm", "The gap between hub and spiral, through which the spider changes sides."),
                real("asymmetry", "Hub above the centre", pick(0.12, 0.08, 0.15), -0.5, 0.5, "", "Height of the hub over the frame's radius; spiders run down faster than up, so hubs sit high."),
                integer("anchors", "Anchors", count(6, 8, 5), 3, 24, "Corners of the frame, each tied to the world."),
                real("frame_radius", "Radius of the frame", pick(18.0, 14.0, 18.0), 2.0, 200.0, "cm", "From the centre to the frame's corners."),
                real("aspect", "Height over width", pick(1.1, 1.0, 1.2), 0.5, 2.0, "", "Most orb webs are a little taller than wide."),
                real("anchor_length", "Length of the anchors", pick(0.25, 0.25, 0.4), 0.05, 2.0, "", "Length of the anchor threads over the frame's radius."),
                real("radial_irregularity", "Irregularity of the radials", pick(0.35, 0.2, 0.6), 0.0, 0.8, "", "How far radials stray from even angles, in sectors."),
                real("frame_irregularity", "Irregularity of the frame", pick(0.35, 0.2, 0.6), 0.0, 1.0, "", "How far the frame's corners stray from a regular polygon."),
                real("thickness", "Thickness of the silk", 1.0, 0.2, 5.0, "", "Factor on the radii of all threads, 1.3 µm for a radial."),
            ]
        }
        Kind::Chain => vec![
            integer("links", "Links", 60, 2, 2000, "Pieces of the chain; the more, the nearer to a catenary."),
            real("span", "Span", 30.0, 1.0, 200.0, "cm", "Distance between the two ends."),
            real("length", "Length", 42.0, 1.0, 400.0, "cm", "Length of the chain without tension; at least the span."),
            real("thickness", "Radius of the wire", 40.0, 10.0, 1000.0, "µm", "Radius of the chain's wire."),
        ],
        Kind::Rings => vec![
            integer("spokes", "Spokes", 16, 3, 200, "Straight threads from the centre to the pinned ring."),
            integer("rings", "Rings", 12, 1, 200, "Closed rings around the centre; the outermost is pinned."),
            real("radius", "Radius", 15.0, 1.0, 100.0, "cm", "Radius of the pinned ring."),
        ],
        Kind::Karate => Vec::new(),
        Kind::File | Kind::WebFile => vec![
            rebuild(Parameter::boolean("repair", "Repair the file", false)).help(
                "Merges duplicate edges into their first and drops self loops instead of refusing them.",
            ),
        ],
    }
}

/// What acts on it; all live.
fn loads_of(kind: Kind) -> Vec<Parameter> {
    let live = |key: &str,
                symbol: &str,
                name: &str,
                default: f64,
                low: f64,
                high: f64,
                unit: &str,
                help: &str| {
        Parameter::real(key, symbol, name, default, low, high)
            .unit(unit)
            .help(help)
    };
    let (spider, wind) = match kind {
        Kind::Garden => (100.0, 3.0),
        Kind::Fine => (30.0, 2.0),
        Kind::Sparse => (60.0, 5.0),
        Kind::Rings | Kind::WebFile => (0.0, 3.0),
        Kind::Chain => (0.0, 4.0),
        _ => (0.0, 0.0),
    };
    let gravity = if kind.is_graph() { 0.0 } else { GRAVITY };
    vec![
        live(
            "spider",
            "m",
            "Spider",
            spider,
            0.0,
            500.0,
            "mg",
            "Mass of the spider on the hub; its weight hangs on the upper radials.",
        )
        .hard(0.0, 1e5)
        .group("Loads"),
        live(
            "push",
            "F",
            "Push",
            0.0,
            -5.0,
            5.0,
            "mN",
            "Force on the hub across the web.",
        )
        .hard(-1e4, 1e4)
        .group("Loads"),
        live(
            "gravity",
            "g",
            "Gravity",
            gravity,
            0.0,
            20.0,
            "m/s²",
            "Free fall: 9.81 on the Earth, 1.62 on the Moon.",
        )
        .hard(0.0, 1000.0)
        .group("Loads"),
        live(
            "wind",
            "w",
            "Wind",
            wind,
            0.0,
            10.0,
            "m/s",
            "Speed of the wind at the height of a gust; thin threads feel it in proportion.",
        )
        .hard(0.0, 60.0)
        .group("Wind"),
        live(
            "wind_direction",
            "",
            "Direction",
            0.0,
            -180.0,
            180.0,
            "°",
            "0 blows through the web from the front, 90 along it to the right.",
        )
        .hard(-360.0, 360.0)
        .group("Wind"),
        live(
            "gust",
            "",
            "Gusts",
            1.0,
            0.0,
            1.0,
            "",
            "0 is a steady wind, 1 falls calm between gusts.",
        )
        .hard(0.0, 1.0)
        .group("Wind"),
        live(
            "gust_frequency",
            "f",
            "Gusts a second",
            if kind == Kind::Chain { 1.5 } else { 8.0 },
            0.1,
            50.0,
            "Hz",
            "How often the wind rises and falls.",
        )
        .hard(0.0, 1e4)
        .logarithmic()
        .group("Wind"),
        live(
            "air",
            "",
            "Air",
            1.0,
            0.0,
            10.0,
            "",
            "Viscosity of the air over the real one; 0 is a vacuum.",
        )
        .hard(0.0, 1e4)
        .group("Damping"),
        live(
            "damping",
            "γ",
            "Damping",
            if kind.is_graph() { 40.0 } else { 5.0 },
            0.0,
            200.0,
            "1/s",
            "Rate at which all motion decays besides the air's drag.",
        )
        .hard(0.0, 1e5)
        .group("Damping"),
        live(
            "prestress",
            "",
            "Prestress",
            1.0,
            0.0,
            RANGE.prestress,
            "",
            "Factor on the strain that the threads were built with.",
        )
        .hard(0.0, RANGE.prestress)
        .group("Silk"),
        live(
            "stiffness",
            "",
            "Stiffness",
            1.0,
            0.05,
            RANGE.stiffness,
            "",
            "Factor on Young's modulus of all threads, at the same rest lengths.",
        )
        .hard(0.0, RANGE.stiffness)
        .group("Silk"),
    ]
}

fn stepping(kind: Kind) -> Vec<Parameter> {
    let default = match kind {
        Kind::Fine => 1.2,
        Kind::Garden | Kind::Sparse | Kind::Rings | Kind::WebFile => 2.5,
        _ => 0.0,
    };
    vec![
        Parameter::real("time_step", "Δt", "Time step", default, 0.0, 50.0)
            .hard(0.0, 1e5)
            .unit("µs")
            .effect(Effect::Rebuild)
            .group("Method")
            .help("Step of the integration; 0 takes nine tenths of the largest stable one."),
        Parameter::boolean("mass_scaling", "Mass scaling", true)
            .effect(Effect::Rebuild)
            .group("Method")
            .help("Makes nodes that are too light for the step heavier; without it an unstable step is refused."),
    ]
}

/// How it is shown.
fn view(kind: Kind) -> Vec<Parameter> {
    let group = |p: Parameter| p.effect(Effect::View).group("View");
    let colour = if kind.is_graph() { "degree" } else { "tension" };
    let mut map = Parameter::text("color_map", "Colour map", "viridis");
    map.kind = loom_sim::ParameterKind::ColorMap;
    vec![
        group(Parameter::choice(
            "color",
            "Colour by",
            colour,
            &[
                ("tension", "Tension"),
                ("strain", "Strain"),
                ("kind", "Silk"),
                ("degree", "Degree"),
            ],
        ))
        .help("What the colour of threads and nodes tells."),
        group(map).help("Perceptually even maps show equal steps as equal."),
        group(Parameter::real("color_top", "", "Top of the scale", 0.0, 0.0, 10.0).hard(0.0, 1e6))
            .unit("mN")
            .help("Tension at the upper end of a linear scale; 0 fits the web at rest."),
        group(Parameter::choice(
            "style",
            "Threads",
            "lines",
            &[("lines", "Lines"), ("tubes", "Tubes")],
        ))
        .help("Tubes are drawn thicker than the silk, in proportion to it."),
        group(Parameter::boolean("nodes", "Nodes", kind.is_graph()))
            .help("Draws the knots of the web."),
        group(Parameter::boolean("labels", "Labels", kind.is_graph()))
            .help("Names the nodes, where there are at most 200."),
    ]
}

pub fn real(values: &Settings, key: &str) -> f64 {
    values.get(key).and_then(Value::as_real).unwrap_or(0.0)
}
pub fn integer(values: &Settings, key: &str) -> i64 {
    values.get(key).and_then(Value::as_integer).unwrap_or(0)
}
pub fn boolean(values: &Settings, key: &str) -> bool {
    values.get(key).and_then(Value::as_boolean).unwrap_or(false)
}
pub fn text<'a>(values: &'a Settings, key: &str) -> &'a str {
    values.get(key).and_then(Value::as_text).unwrap_or("")
}

/// The loads that a full set of values describes.
pub fn loads(values: &Settings) -> Loads {
    let speed = real(values, "wind");
    let (sin, cos) = real(values, "wind_direction").to_radians().sin_cos();
    Loads {
        gravity: real(values, "gravity"),
        wind: [speed * sin, speed * cos, 0.0],
        gust: real(values, "gust"),
        gust_frequency: real(values, "gust_frequency"),
        air: real(values, "air"),
        damping: real(values, "damping"),
        force: [0.0, 1e-3 * real(values, "push"), 0.0],
        carried: 1e-6 * real(values, "spider"),
        prestress: real(values, "prestress"),
        stiffness: real(values, "stiffness"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_help_and_a_default_within_its_range() {
        for kind in [
            Kind::Garden,
            Kind::Fine,
            Kind::Sparse,
            Kind::Chain,
            Kind::Rings,
            Kind::Karate,
            Kind::File,
            Kind::WebFile,
        ] {
            let list = declared(kind);
            for p in &list {
                assert!(!p.help.is_empty(), "{}", p.key);
                assert_eq!(p.check(&p.default).as_ref(), Ok(&p.default), "{}", p.key);
                assert_eq!(
                    list.iter().filter(|q| q.key == p.key).count(),
                    1,
                    "{}",
                    p.key
                );
            }
        }
    }
}
