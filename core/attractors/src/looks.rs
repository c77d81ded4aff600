//! The parameters that a view of a run declares, and their values as pictures use them.

use std::hash::{DefaultHasher, Hash, Hasher};

use loom_sim::parameter::{self, Parameter, ParameterKind};
use loom_sim::scene::Look;
use loom_sim::{ColorMap, Effect, Settings, Value};

use crate::cobweb;
use crate::definition::{self, ColorBy, Definition, Style};
use crate::delays::Delays;
use crate::lens::Axes;
use crate::phase;
use crate::print;
use crate::settings::choices;
use crate::sight;

const VIEW: &str = "View";

/// The parameters of a view of this system.
pub fn declare(definition: &Definition) -> Vec<Parameter> {
    let look = &definition.look;
    let variables = definition.system.variables();
    // What can stand along an axis: of a delay system more than the variables.
    let names: Vec<String> = definition
        .coordinates
        .iter()
        .map(|c| c.name.clone())
        .collect();
    let symbols = definition.coordinate_symbols();
    let choices = choices(&names, &symbols);
    let delayed = definition.has_delays();
    let view = |p: Parameter, help: &str| p.effect(Effect::View).group(VIEW).help(help);
    // Of a delay system nothing else than coordinates stands along the axes.
    let along = |parameter: Parameter| {
        if delayed {
            parameter.moves()
        } else {
            parameter
                .moves()
                .when("projection", &["variables", "scaled"])
        }
    };
    let axis = |key: &str, name: &str, index: usize, choices: &[(&str, &str)]| {
        let default = names.get(index).map_or("", String::as_str);
        let help = if delayed {
            "What is drawn along this axis: a variable now, or what it was a delay ago."
        } else {
            "The variable that is drawn along this axis."
        };
        view(along(Parameter::choice(key, name, default, choices)), help)
    };
    let mut list = vec![view(
        Parameter::choice(
            "style",
            "Style",
            look.style.key(),
            &Style::fitting(definition.is_map(), Style::dimension(&definition.system)),
        )
        .moves(),
        "A cloud shows where all particles are, trails where single orbits went, density how often each place was visited, the phase plane where everything would go.",
    )];
    if names.len() > 1 {
        if !delayed {
            list.extend(
                declare_projection(definition)
                    .into_iter()
                    .map(|p| p.effect(Effect::View).group(VIEW)),
            );
        }
        list.push(axis("axis_x", "Across", look.axes[0], &choices));
        list.push(axis("axis_y", "Deep or up", look.axes[1], &choices));
        if names.len() > 2 {
            let mut with_none = choices.clone();
            with_none.push(("none", "None: a plane"));
            let third = look.axes.get(2).copied();
            let default = third.map_or("none", |i| names[i].as_str());
            list.push(view(
                along(Parameter::choice("axis_z", "Up", default, &with_none)),
                "The third axis; with none the other two are drawn on a plane.",
            ));
        }
    }
    if look.wrap != 0 {
        list.push(view(
            Parameter::boolean("wrap", "Wrap angles", true).moves(),
            "Angles are drawn from −π to π, however often they have gone round.",
        ));
    }
    list.push(view(
        Parameter::new(
            "color",
            "",
            "Colour by",
            Value::from(look.color.key(variables)),
            ParameterKind::Choice(ColorBy::fitting(&definition.system)),
        ),
        "Speed shows where orbits rush, age how late on its trail an orbit was there, local expansion where neighbours part fastest, the initial condition how starts are mixed.",
    ));
    list.push(view(
        Parameter::new(
            "map",
            "",
            "Colour map",
            Value::from(definition::color_map_key(look.map)),
            ParameterKind::ColorMap,
        ),
        "Equal steps in the numbers look like equal steps in the colours.",
    ));
    list.push(view(
        Parameter::real("point_size", "", "Point size", 1.2, 0.5, 8.0)
            .hard(0.1, 64.0)
            .unit("px"),
        "Width of a particle, or of a line, in logical pixels.",
    ));
    if !definition.is_map() && names.len() > 2 {
        list.push(view(
            Parameter::real("thickness", "", "Tube thickness", 0.8, 0.1, 4.0)
                .hard(0.01, 50.0)
                .unit("% of the size")
                .when("style", &["tubes"]),
            "The width of a tube as a part of the attractor's.",
        ));
    }
    let trail = if cobweb::fits(definition) {
        // More stairs than this hide each other.
        60.0
    } else if definition.is_map() {
        2000.0
    } else {
        40.0 * definition.period
    };
    list.push(view(
        Parameter::real("trail", "", "Trail", trail, trail / 40.0, trail * 4.0)
            .hard(0.0, trail * 1e3)
            .unit(if definition.is_map() {
                "iterations"
            } else {
                "time units"
            }),
        "How long an orbit's trail stays; the last 16,384 steps are kept.",
    ));
    list.push(view(
        Parameter::choice("density_look", "Look", "gas", &print::Look::ALL),
        "Density only: how often each place was visited, as it is or lit; a print-quality picture has more of each.",
    ));
    list.push(view(
        Parameter::real("exposure", "", "Exposure", 1.0, 0.01, 100.0)
            .hard(1e-6, 1e6)
            .logarithmic(),
        "Density only: higher brings out the rarely visited places.",
    ));
    list.push(view(
        Parameter::real("density_gamma", "", "Gamma", 2.2, 1.0, 4.0).hard(0.1, 10.0),
        "Density only: higher lightens the middle tones.",
    ));
    list.push(view(
        Parameter::boolean(
            "frame",
            "Axes",
            cobweb::fits(definition) || look.style == Style::Phase,
        ),
        "Draws the axes with their names and numbers.",
    ));
    if !cobweb::fits(definition) && !delayed {
        list.push(view(
            Parameter::boolean("horizon", "Fade beyond the horizon", false)
                .when("style", &["trails", "tubes", "phase"]),
            "A trail is faint from where two ways of reckoning it part: from there on it is an orbit, but not the one that began at the start. With a twin it always is.",
        ));
    }
    if phase::fits(definition) {
        list.push(view(
            Parameter::boolean("arrows", "Direction field", true).when("style", &["phase"]),
            "Arrows all over the picture show which way the flow goes there.",
        ));
    }
    if phase::fits(definition) && variables.len() == 2 {
        list.push(view(
            Parameter::boolean("nullclines", "Nullclines", true).when("style", &["phase"]),
            "The curves on which one variable stands still; where they cross the system rests.",
        ));
        list.push(view(
            Parameter::boolean("manifolds", "Manifolds", true).when("style", &["phase"]),
            "The ways that lead into a saddle part the plane, those that lead out show where all go.",
        ));
    }
    if cobweb::fits(definition) {
        list.retain(|p| ["point_size", "trail", "frame"].contains(&p.key.as_str()));
    }
    if phase::fits(definition) && variables.len() == 1 {
        let kept = [
            "map",
            "point_size",
            "trail",
            "frame",
            "color",
            "horizon",
            "arrows",
        ];
        list.retain(|p| kept.contains(&p.key.as_str()));
    }
    list
}

/// From what the coordinates of a picture are made.
fn declare_projection(definition: &Definition) -> Vec<Parameter> {
    let variables = definition.system.variables();
    let symbols = definition.symbols();
    let choices = choices(variables, &symbols);
    let (usual, map) = (Delays::usual(definition), definition.is_map());
    let (low, high) = if map {
        (1.0, 20.0)
    } else {
        (usual / 25.0, 8.0 * usual)
    };
    let unit = if map { "iterations" } else { "time units" };
    let mut ways = vec![
        ("variables", "Variables"),
        ("scaled", "Variables, each to its own scale"),
        ("formulas", "Formulas"),
        ("principal", "Principal components"),
        ("delays", "Delays of one variable"),
    ];
    if variables.len() > 3 {
        ways.insert(4, ("tour", "A slow turn in all dimensions"));
    }
    let projection = if !definition.look.formulas.is_empty() {
        "formulas"
    } else if definition.look.own_scales {
        "scaled"
    } else {
        "variables"
    };
    let names = sight::names(definition);
    let formula = |key: &str, name: &str, place: usize| {
        let look = &definition.look;
        let text = if look.formulas.is_empty() {
            let usual = look.axes.get(place);
            usual.map_or("", |v| variables[*v].as_str())
        } else {
            look.formulas.get(place).map_or("", String::as_str)
        };
        let kind = ParameterKind::Expression(names.clone());
        Parameter::new(key, "", name, Value::from(text), kind)
            .moves()
            .when("projection", &["formulas"])
            .help("Variables, parameters and t, such as x + z or sqrt(x^2 + y^2); an empty third one makes a plane.")
    };
    vec![
        Parameter::choice("projection", "Axes from", projection, &ways)
            .moves()
            .help("What is drawn along the axes: a variable on each (to scales of their own where one counts in thousands and another in hundredths), formulas, the directions in which the cloud is widest, or one variable now and some time before."),
        formula("formula_x", "Across", 0),
        formula("formula_y", "Deep or up", 1),
        formula("formula_z", "Up", 2),
        Parameter::real("turn", "", "Turned by", 0.0, 0.0, 3600.0)
            .hard(-1e6, 1e6)
            .unit("°")
            .when("projection", &["tour"])
            .help("Where the tour begins; it goes on by itself while the run plays, once round in sixty periods."),
        Parameter::choice("embedded", "Variable", choices[0].0, &choices)
            .moves()
            .when("projection", &["delays"])
            .help("One variable and its own past have the shape of the whole attractor in them."),
        Parameter::real("embed_delay", "τ", "Delay", usual, low, high)
            .hard(if map { 1.0 } else { usual * 1e-3 }, usual * 1e3)
            .unit(unit)
            .moves()
            .when("projection", &["delays"])
            .help("Too short and all lies on the diagonal, too long and it folds over itself; a quarter of a period is a good beginning."),
        Parameter::integer("embed_dimension", "", "Embedding dimension", if map { 2 } else { 3 }, 2, 3)
            .moves()
            .when("projection", &["delays"])
            .help("How many values of the variable make a point: two on a plane, three in space."),
    ]
}

/// What stands along the axes.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    Variables,
    /// Variables, each divided by its extent.
    Scaled,
    /// Two or three of them.
    Formulas(Vec<String>),
    Principal,
    /// Turned by so many degrees at the start of the run.
    Tour(f64),
}

impl Projection {
    /// One for each that needs vertices of its own.
    pub fn number(&self) -> u64 {
        match self {
            Self::Variables => 0,
            Self::Principal => 1,
            Self::Tour(_) => 2,
            Self::Scaled => 3,
            Self::Formulas(list) => {
                let mut hasher = DefaultHasher::new();
                list.hash(&mut hasher);
                hasher.finish() | 4
            }
        }
    }
}

/// The settings of one view.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewSettings {
    pub style: Style,
    pub axes: Axes,
    pub color: ColorBy,
    pub map: ColorMap,
    pub point_size: f32,
    pub trail: f64,
    pub look: Look,
    /// A tube's width in per cent of the attractor's.
    pub thickness: f64,
    pub exposure: f32,
    pub gamma: f32,
    pub frame: bool,
    /// Trails are faint where they can't be believed.
    pub horizon: bool,
    pub phase: phase::Parts,
    /// One variable and its past in place of the axes' variables.
    pub delays: Option<Delays>,
    pub projection: Projection,
    /// The system has two variables or one.
    few: bool,
    /// How much longer the second axis is drawn than the first; 0 lays all on the first.
    pub stretch: f64,
}

impl ViewSettings {
    /// Settings that are missing or don't fit take their defaults: a view is drawn in any case.
    pub fn new(definition: &Definition, given: &Settings) -> Self {
        let list = declare(definition);
        let value = |key: &str| {
            let parameter = parameter::find(&list, key)?;
            let checked = given.get(key).and_then(|v| parameter.check(v).ok());
            Some(checked.unwrap_or_else(|| parameter.default.clone()))
        };
        let text = |key: &str| {
            value(key)
                .and_then(|v| v.as_text().map(str::to_owned))
                .unwrap_or_default()
        };
        let real = |key: &str| value(key).and_then(|v| v.as_real()).unwrap_or(1.0);
        let yes = |key: &str| value(key).and_then(|v| v.as_boolean()).unwrap_or(false);
        let variables = definition.system.variables();
        let coordinates = &definition.coordinates;
        let index = |key: &str| coordinates.iter().position(|c| c.name == text(key));
        let delays = (text("projection") == "delays").then(|| Delays {
            variable: index("embedded").unwrap_or(0),
            delay: real("embed_delay"),
            dimension: real("embed_dimension").clamp(2.0, 3.0) as usize,
        });
        let mut formulas = vec![text("formula_x"), text("formula_y"), text("formula_z")];
        while formulas.len() > 2 && formulas.last().is_some_and(|f| f.trim().is_empty()) {
            formulas.pop();
        }
        let mut projection = match text("projection").as_str() {
            "formulas" => Projection::Formulas(formulas),
            "scaled" => Projection::Scaled,
            "principal" => Projection::Principal,
            "tour" => Projection::Tour(real("turn")),
            _ => Projection::Variables,
        };
        let mut style = Style::of(&text("style")).unwrap_or(definition.look.style);
        if delays.is_some() && style != Style::Tubes {
            // A cloud has no past.
            style = Style::Trails;
        }
        // Both are made along variables as they are.
        if matches!(style, Style::Density | Style::Phase) {
            match projection {
                Projection::Variables => {}
                Projection::Scaled => projection = Projection::Variables,
                _ => style = Style::Cloud,
            }
        }
        Self {
            style,
            axes: Axes {
                x: index("axis_x").unwrap_or(0),
                y: index("axis_y").unwrap_or(0),
                z: index("axis_z"),
                wrap: if yes("wrap") { definition.look.wrap } else { 0 },
            },
            color: ColorBy::of(&text("color"), variables).unwrap_or(ColorBy::None),
            map: definition::color_map(&text("map")).unwrap_or(ColorMap::Batlow),
            point_size: real("point_size") as f32,
            trail: real("trail"),
            look: live_look(&text("density_look")),
            thickness: real("thickness"),
            exposure: real("exposure") as f32,
            gamma: real("density_gamma") as f32,
            frame: yes("frame"),
            horizon: yes("horizon"),
            phase: phase::Parts {
                arrows: yes("arrows"),
                nullclines: yes("nullclines"),
                manifolds: yes("manifolds"),
            },
            delays,
            projection,
            few: coordinates.len() < 3,
            stretch: 1.0,
        }
    }

    /// A variable stands along each axis.
    pub fn along_variables(&self) -> bool {
        self.delays.is_none() && self.projection == Projection::Variables
    }

    /// Seen on a plane, not in space.
    pub fn is_planar(&self) -> bool {
        match (&self.projection, self.delays) {
            (_, Some(delays)) => delays.dimension == 2,
            (Projection::Variables | Projection::Scaled, None) => self.axes.is_planar(),
            (Projection::Formulas(list), None) => list.len() < 3,
            (Projection::Principal, None) => self.few,
            (Projection::Tour(_), None) => false,
        }
    }
}

/// The form for every frame of a look.
fn live_look(key: &str) -> Look {
    match print::Look::of(key) {
        Some(print::Look::Liquid) => Look::Liquid,
        Some(print::Look::Light) => Look::Light,
        Some(print::Look::Plasma) => Look::Plasma,
        Some(print::Look::Solid) => Look::Solid,
        Some(print::Look::Gas) | None => Look::Gas,
    }
}
