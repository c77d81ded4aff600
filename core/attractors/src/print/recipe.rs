//! What can be set in a print, and its values as the press uses them.

use loom_sim::parameter::{self, Parameter, ParameterKind};
use loom_sim::{ColorMap, Effect, Settings, SimError, Value};

use crate::definition::{self, ColorBy, Definition};

/// Hits of a print unless another number is asked for: a clean picture takes twenty million.
pub const HITS: f64 = 1e8;

/// How the density becomes a picture; the names are Chaoscope's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Density as it is, through the colour map.
    Gas,
    /// Density as the height of a lit, glossy surface.
    Liquid,
    /// Light added up, with a glow around what is bright.
    Light,
    /// Density runs through the colour map over and over.
    Plasma,
    /// The nearest surface, lit, darker in its hollows.
    Solid,
}

impl Look {
    pub const ALL: [(&'static str, &'static str); 5] = [
        ("gas", "Gas: density"),
        ("liquid", "Liquid: a lit surface"),
        ("light", "Light: added light with a glow"),
        ("plasma", "Plasma: cycling colours"),
        ("solid", "Solid: the nearest surface"),
    ];
    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn of(key: &str) -> Option<Self> {
        use Look::{Gas, Light, Liquid, Plasma, Solid};
        [Gas, Liquid, Light, Plasma, Solid]
            .into_iter()
            .find(|look| look.key() == key)
    }
}

/// What is averaged in each cell to colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Nothing: density alone gives the colour.
    None,
    Speed,
    /// Time since a drop of orbits was let fall in one place.
    Age,
    /// Where the orbits go on the picture.
    Direction,
    Variable(usize),
}

/// What lies behind the attractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The view's own.
    View,
    Dark,
    Light,
    Black,
    White,
    Transparent,
}

impl Ground {
    const ALL: [(&'static str, &'static str); 6] = [
        ("view", "The view's"),
        ("dark", "Dark"),
        ("light", "Light"),
        ("black", "Black"),
        ("white", "White"),
        ("transparent", "Transparent"),
    ];
    fn of(key: &str) -> Self {
        use Ground::{Black, Dark, Light, Transparent, View, White};
        let all = [View, Dark, Light, Black, White, Transparent];
        let place = Self::ALL.iter().position(|(k, _)| *k == key);
        place.map_or(View, |i| all[i])
    }
}

/// All settings of one print.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    pub hits: u64,
    /// Cells a side of each pixel.
    pub supersample: u32,
    pub look: Look,
    pub channel: Channel,
    pub map: ColorMap,
    /// A bar says what the colours mean.
    pub legend: bool,
    /// The map's other end first; `None`: so that sparse places come near the ground's colour.
    pub reversed: Option<bool>,
    pub ground: Ground,
    pub exposure: f64,
    pub gamma: f64,
    /// Widest blur, pixels.
    pub blur: f64,
    /// Height of the lit surface.
    pub relief: f64,
    /// Strength of the highlights.
    pub shine: f64,
    /// Where the light comes from: degrees around the picture, from the right towards the top.
    pub light: f64,
    /// Strength of the glow.
    pub glow: f64,
    /// How often the map is run through.
    pub cycles: f64,
}

/// Every setting, with the system's usual ones as defaults.
pub fn declare(definition: &Definition) -> Vec<Parameter> {
    let look = &definition.look;
    let view =
        |p: Parameter, group: &str, help: &str| p.effect(Effect::View).group(group).help(help);
    let real = |key: &str, name: &str, default: f64, low: f64, high: f64| {
        Parameter::real(key, "", name, default, low, high)
    };
    let variables = definition.system.variables();
    let mut channels: Vec<(String, String)> = [
        ("none", "Density alone"),
        ("speed", "Speed"),
        ("age", "Age of a drop"),
        ("direction", "Direction"),
    ]
    .map(|(k, n)| (k.to_owned(), n.to_owned()))
    .to_vec();
    channels.extend(variables.iter().map(|v| (format!("at_{v}"), v.clone())));
    let channels: Vec<(&str, &str)> = channels
        .iter()
        .map(|(k, n)| (k.as_str(), n.as_str()))
        .collect();
    let usual = if definition.is_planar() || look.color == ColorBy::None {
        "none"
    } else {
        "speed"
    };
    let map = Value::from(definition::color_map_key(look.map));
    vec![
        view(
            Parameter::choice("look", "Look", "gas", &Look::ALL),
            "Picture",
            "Gas shows how often each place was visited; the others light it.",
        ),
        view(
            real("hits", "Hits", HITS, 1e6, 1e9)
                .hard(1e4, 1e12)
                .logarithmic(),
            "Picture",
            "Points that are counted: twenty million make a clean picture, hundreds of millions a print.",
        ),
        view(
            Parameter::integer("supersample", "", "Supersampling", 2, 1, 4),
            "Picture",
            "Cells a side of each pixel: two smooth the finest threads.",
        ),
        view(
            Parameter::choice("ground", "Ground", "view", &Ground::ALL),
            "Picture",
            "What lies behind; a transparent picture can be laid over anything.",
        ),
        view(
            Parameter::choice("channel", "Colour by", usual, &channels),
            "Colour",
            "Averaged in each place; the density then gives the brightness.",
        ),
        view(
            Parameter::new("map", "", "Colour map", map, ParameterKind::ColorMap),
            "Colour",
            "Equal steps in the numbers look like equal steps in the colours.",
        ),
        view(
            Parameter::choice(
                "reversed",
                "Direction of the map",
                "auto",
                &[
                    ("auto", "By the ground"),
                    ("no", "As it is"),
                    ("yes", "Reversed"),
                ],
            ),
            "Colour",
            "By the ground: where orbits are rare the picture comes close to the ground.",
        ),
        view(
            Parameter::boolean("legend", "Legend", true),
            "Colour",
            "A bar beside the picture that says what its colours mean, where they mean a number.",
        ),
        view(
            real("exposure", "Exposure", 1.0, 0.01, 100.0)
                .hard(1e-6, 1e6)
                .logarithmic(),
            "Tone",
            "Higher brings out the rarely visited places.",
        ),
        view(
            real("gamma", "Gamma", 2.2, 1.0, 4.0).hard(0.1, 10.0),
            "Tone",
            "Higher lightens the middle tones; 2 to 2.5 suit most pictures.",
        ),
        view(
            real("blur", "Blur where sparse", 5.0, 0.0, 20.0)
                .hard(0.0, 40.0)
                .unit("px"),
            "Tone",
            "The fewer hits a place has, the wider they are spread, up to this width.",
        ),
        view(
            real("relief", "Relief", 1.0, 0.0, 4.0).hard(0.0, 20.0),
            "Light",
            "Liquid and Solid: how steep the lit surface is.",
        ),
        view(
            real("shine", "Shine", 0.6, 0.0, 2.0).hard(0.0, 10.0),
            "Light",
            "Liquid and Solid: strength of the highlights.",
        ),
        view(
            real("light", "Light from", 125.0, 0.0, 360.0).unit("°"),
            "Light",
            "Liquid and Solid: 0 is the right, 90 the top.",
        ),
        view(
            real("glow", "Glow", 0.6, 0.0, 2.0).hard(0.0, 10.0),
            "Light",
            "Light: how far bright places shine over their surroundings.",
        ),
        view(
            real("cycles", "Cycles", 3.0, 1.0, 12.0).hard(0.1, 100.0),
            "Light",
            "Plasma: how often the colours come round from the sparsest to the densest place.",
        ),
    ]
}

impl Recipe {
    pub fn new(definition: &Definition, given: &Settings) -> Result<Self, SimError> {
        let all = parameter::complete(&declare(definition), given)?;
        let text = |key: &str| all.get(key).and_then(Value::as_text).unwrap_or_default();
        let real = |key: &str| all.get(key).and_then(Value::as_real).unwrap_or(1.0);
        let variables = definition.system.variables();
        let channel = match text("channel") {
            "speed" => Channel::Speed,
            "age" => Channel::Age,
            "direction" => Channel::Direction,
            other => other
                .strip_prefix("at_")
                .and_then(|name| variables.iter().position(|v| v == name))
                .map_or(Channel::None, Channel::Variable),
        };
        let map = definition::color_map(text("map")).ok_or_else(|| SimError::Value {
            key: "map".into(),
            value: text("map").to_owned(),
            expected: format!("one of {}", definition::MAPS.map(|(k, _)| k).join(", ")),
        })?;
        Ok(Self {
            hits: real("hits").round() as u64,
            supersample: real("supersample") as u32,
            look: Look::of(text("look")).unwrap_or(Look::Gas),
            channel,
            map,
            legend: all
                .get("legend")
                .and_then(Value::as_boolean)
                .unwrap_or(true),
            reversed: match text("reversed") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            ground: Ground::of(text("ground")),
            exposure: real("exposure"),
            gamma: real("gamma"),
            blur: real("blur"),
            relief: real("relief"),
            shine: real("shine"),
            light: real("light").to_radians(),
            glow: real("glow"),
            cycles: real("cycles"),
        })
    }
}
