//! From a model to a world: its pattern or soup, its rule, its parameters.

use std::sync::Arc;

use loom_sim::parameter::complete;
use loom_sim::{Effect, Model, Parameter, Place, Settings, SimError, seed};
use rand::Rng as _;

use crate::catalogue;
use crate::error::LifeError;
use crate::grid::Grid;
use crate::hashlife::Universe;
use crate::packed::Packed;
use crate::pattern::Pattern;
use crate::pattern::grid_corner;
use crate::rle;
use crate::rule::{Family, Rule, Topology};
use crate::world::{EngineChoice, Kept, Means, World};

/// The kind of a model that starts from a random soup.
pub const SOUP: &str = "soup";
/// The kind of a model that starts from the file attached under this key.
pub const PATTERN: &str = "pattern";

/// The key under which a model carries its `.rule` file.
pub const RULE: &str = "rule";

/// The side of a soup on the unbounded plane when none is given.
const PLANE_SOUP: u32 = 256;

/// What a model starts from.
enum Source {
    Soup,
    Pattern(Pattern),
    Macrocell(String),
}

/// A random soup.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Soup {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The chance of each cell to live.
    pub density: f64,
    /// The seed of the stream named "soup".
    pub seed: u64,
}

impl Soup {
    /// The soup's cells on a plane of their own.
    fn grid(self) -> Option<Grid> {
        let mut grid = Grid::new(Topology::Bounded {
            width: self.width,
            height: self.height,
        })?;
        let mut random = seed::stream(self.seed, "soup");
        grid.fill_random(self.density, || random.next_u64());
        Some(grid)
    }

    /// The soup as a pattern without a place.
    ///
    /// # Errors
    /// A soup without cells or with sides beyond the largest grid's; more cells than `memory`
    /// allows.
    pub fn pattern(self, memory: u64) -> Result<Pattern, LifeError> {
        let (width, height) = (self.width, self.height);
        let size = Topology::Bounded { width, height };
        // A run of a pattern takes 24 bytes, and a soup may have one for every second cell.
        let needed = Grid::bytes(size) + u64::from(width) * u64::from(height) * 8;
        if needed > memory {
            return Err(LifeError::Other(format!(
                "a soup of {width} × {height} cells needs {} MiB, and the memory limit is {} \
                 MiB; make it smaller or raise the limit",
                needed >> 20,
                memory >> 20
            )));
        }
        let grid = self.grid().ok_or_else(|| {
            LifeError::Other(format!(
                "a soup of {width} × {height} cells can't be made; give sides from 1 to {}",
                crate::rule::MAX_SIDE
            ))
        })?;
        let mut pattern = grid.pattern(size);
        pattern.position = pattern.position.map(|(x, y)| {
            // Where the first live cell lies in the soup, not on a grid of its size.
            (x + i64::from(width / 2), y + i64::from(height / 2))
        });
        Ok(pattern)
    }

    /// Gives live cells their states: any one of a rule of one dimension or of a table, 1 of the
    /// others; a turmite's machine stands in the middle.
    fn colour(self, rule: &Rule, pattern: &mut Pattern) {
        let states = match &rule.family {
            Family::Line(line) => line.states(),
            Family::Table(file) => file.states,
            Family::Turmite(turmite) => turmite.colours.into(),
            _ => return,
        };
        let machine = match &rule.family {
            Family::Turmite(turmite) => Some(turmite),
            _ => None,
        };
        if states == 2 && machine.is_none() {
            return;
        }
        let mut random = seed::stream(self.seed, "states");
        let (x0, y0) = pattern.position.unwrap_or_default();
        let cells = pattern.cells().map(|(x, y)| {
            let state = 1 + (random.next_u32() % (states as u32 - 1)) as u8;
            (x + x0, y + y0, state)
        });
        let mut cells: Vec<(i64, i64, u8)> = cells.collect();
        if let Some(turmite) = machine {
            let under = cells.iter().find(|cell| (cell.0, cell.1) == (0, 0));
            let colour = under.map_or(0, |cell| cell.2);
            cells.push((0, 0, turmite.with_machine(colour, 0, 0)));
        }
        let mut coloured = Pattern::from_states(cells.iter().copied());
        let left = cells.iter().map(|cell| cell.0).min().unwrap_or(0);
        let top = cells.iter().map(|cell| cell.1).min().unwrap_or(0);
        coloured.position = Some((left, top));
        *pattern = coloured;
    }

    /// A world that starts from this soup: in the middle of a bounded grid, with its corner at
    /// the origin of the unbounded plane.
    ///
    /// # Errors
    /// Those of [`World::new`] and [`Self::pattern`].
    pub fn world(self, rule: Rule, means: Means) -> Result<World, LifeError> {
        let fills = rule.topology.size() == Some((self.width, self.height));
        let packed = matches!(
            means.engine,
            EngineChoice::Auto | EngineChoice::Packed | EngineChoice::Gpu
        );
        if fills && packed && crate::engine::packed_runs(&rule) {
            let mut packed = Packed::new(rule, means.memory)?;
            let mut random = seed::stream(self.seed, "soup");
            packed
                .cells_mut()
                .fill_random(self.density, || random.next_u64());
            return World::of_packed(packed, 0u32.into(), means);
        }
        let mut pattern = self.pattern(means.memory)?;
        let (w, h) = rule.topology.sides();
        pattern.position = pattern.position.map(|(x, y)| {
            let middle = |c: i64, side: u32, own: u32| {
                if side > 0 { c - i64::from(own / 2) } else { c }
            };
            (middle(x, w, self.width), middle(y, h, self.height))
        });
        if matches!(rule.family, Family::Line(_)) {
            // Generations are written downwards from the first row on.
            let (_, top) = grid_corner(rule.topology);
            pattern.position = pattern.position.map(|(x, _)| (x, top));
        }
        self.colour(&rule, &mut pattern);
        World::new(rule, &pattern, means)
    }
}

fn source(model: &Model) -> Result<Source, SimError> {
    if model.kind == SOUP {
        return Ok(Source::Soup);
    }
    if let Some(entry) = catalogue::entry(&model.kind) {
        return Ok(Source::Pattern(entry.pattern().map_err(LifeError::from)?));
    }
    if model.kind != PATTERN {
        return Err(SimError::Unknown {
            what: "automaton",
            name: model.kind.clone(),
            hint: "; `strange-loom automata list` names those that come along.".into(),
        });
    }
    let file = model.attachments.get(PATTERN).ok_or_else(|| {
        SimError::parse("This model names no pattern: attach an RLE file under the key pattern.")
    })?;
    let text = String::from_utf8_lossy(&file.bytes);
    if text.starts_with("[M2]") {
        return Ok(Source::Macrocell(text.into_owned()));
    }
    let read = rle::read_or_find(&text);
    let pattern = read.map_err(|error| SimError::parse(format!("{}, {error}.", file.name)))?;
    Ok(Source::Pattern(pattern))
}

fn default_rule(source: &Source) -> String {
    match source {
        Source::Soup => "B3/S23:T512".to_owned(),
        Source::Pattern(pattern) => pattern.rule_or_life().to_string(),
        Source::Macrocell(text) => text
            .lines()
            .find_map(|line| line.strip_prefix("#R "))
            .map_or("B3/S23", str::trim)
            .to_owned(),
    }
}

/// The declared parameters of a model.
///
/// # Errors
/// A pattern that can't be read.
pub(crate) fn parameters(model: &Model) -> Result<Vec<Parameter>, SimError> {
    let source = source(model)?;
    let mut list = vec![
        Parameter::text("rule", "Rule", &default_rule(&source)).help(
            "B3/S23, 345/2/4, W110, WireWorld and more; :T512 makes a torus, :P512 a bounded \
             plane, nothing an unbounded plane.",
        ),
        Parameter::integer("exponent", "", "Step exponent", 0, 0, 900)
            .effect(Effect::Live)
            .help("1× plays 20 steps a second, each of base^e generations."),
        Parameter::integer("base", "", "Step base", 2, 2, 10)
            .effect(Effect::Live)
            .help("The step is base^e generations; the tree is quickest with powers of 2."),
    ];
    if matches!(source, Source::Soup) {
        let side = |key: &str, name: &str| {
            Parameter::integer(key, "", name, 0, 0, 1 << 20)
                .unit("cells")
                .group("Soup")
                .help("0 fills the grid, or takes 256 on the unbounded plane.")
        };
        list.push(side("width", "Width"));
        list.push(side("height", "Height"));
        list.push(
            Parameter::real("density", "ρ", "Density", 0.5, 0.0, 1.0)
                .hard(0.0, 1.0)
                .effect(Effect::Rebuild)
                .group("Soup")
                .help("The chance of each cell to live at the start."),
        );
    }
    list.push(
        Parameter::integer("memory", "", "Memory limit", 1024, 1, 1 << 20)
            .unit("MiB")
            .group("Engine")
            .help("What cells and tree may take; a run that needs more stops with a sentence."),
    );
    list.push(
        Parameter::choice(
            "shading",
            "Shading",
            "ink",
            &[
                ("ink", "Ink"),
                ("batlow", "batlow"),
                ("lajolla", "lajolla"),
                ("viridis", "viridis"),
                ("magma", "magma"),
                ("cividis", "cividis"),
            ],
        )
        .effect(Effect::View)
        .group("View")
        .help("Colours of the share of live cells where a pixel holds many."),
    );
    list.push(
        Parameter::integer("brush", "", "Draw with state", 1, 1, 255)
            .effect(Effect::View)
            .group("Drawing")
            .help("The state that the pencil leaves, where a rule has more than two."),
    );
    list.push(
        Parameter::boolean("grid_lines", "Grid lines", true)
            .effect(Effect::View)
            .group("View")
            .help("Hairlines between cells once a cell covers eight pixels."),
    );
    list.extend(hand());
    list.push(crate::draw::traced::parameter());
    list.extend(crate::draw::marks::parameters());
    list.extend(crate::follow::parameters());
    Ok(list)
}

/// What the pointer does and has in hand.
fn hand() -> Vec<Parameter> {
    let view = |parameter: Parameter| parameter.effect(Effect::View).group("Drawing");
    let tools = [
        ("pencil", "Pencil"),
        ("line", "Line"),
        ("rectangle", "Rectangle"),
        ("flood", "Flood"),
        ("select", "Select"),
        ("hand", "Hand"),
    ];
    let modes = [
        ("or", "Or"),
        ("copy", "Copy"),
        ("xor", "Exclusive or"),
        ("and", "And"),
    ];
    let anchors = [
        ("top_left", "Top left"),
        ("top_right", "Top right"),
        ("bottom_left", "Bottom left"),
        ("bottom_right", "Bottom right"),
        ("middle", "Middle"),
    ];
    vec![
        view(Parameter::choice("tool", "Tool", "pencil", &tools)).help(
            "What a drag does: draw freely, draw a line or a filled rectangle, flood a region, \
             select cells, or move the view.",
        ),
        view(Parameter::text("selection", "Selection", "")).help(
            "The selected cells: left column, top row, width and height, such as -5 0 20 10; \
             nothing for none.",
        ),
        view(Parameter::choice("paste_mode", "Paste mode", "or", &modes)).help(
            "Or adds live cells, copy replaces the whole rectangle, exclusive or turns cells \
             over, and keeps only what lives in both.",
        ),
        view(Parameter::choice("anchor", "Held at", "top_left", &anchors))
            .help("The part of the pattern in hand that lies under the pointer."),
        view(Parameter::boolean("stack", "All layers", false))
            .help("Draws all layers over one another, each in its own ink."),
        // These two belong to the hand alone: no form shows them.
        view(Parameter::text("floating", "In hand", ""))
            .when("tool", &[])
            .help("The pattern in hand, as RLE."),
        view(Parameter::text("ghost", "Stroke", ""))
            .when("tool", &[])
            .help("Both ends of the line or rectangle that is being drawn."),
    ]
}

/// All values of a model's parameters.
pub(crate) fn settings(model: &Model) -> Result<Settings, SimError> {
    complete(&parameters(model)?, &model.parameters)
}

fn text(settings: &Settings, key: &str) -> String {
    settings
        .get(key)
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn integer(settings: &Settings, key: &str) -> u64 {
    let value = settings.get(key).and_then(loom_sim::Value::as_integer);
    value.map_or(0, |value| value.max(0) as u64)
}

/// The rule that the settings name: a file of its own may be attached under [`RULE`].
pub(crate) fn rule(model: &Model, settings: &Settings) -> Result<Rule, SimError> {
    let own = match model.attachments.get(RULE) {
        Some(file) => {
            let read = Rule::from_rule_file(&String::from_utf8_lossy(&file.bytes));
            Some(read.map_err(|error| SimError::parse(format!("{}, {error}.", file.name)))?)
        }
        None => None,
    };
    Rule::read_beside(&text(settings, "rule"), own.as_ref())
        .map_err(|error| LifeError::from(error).into())
}

/// What a model may use on a place.
pub(crate) fn means(settings: &Settings, place: &Place) -> Means {
    let (gpu, threads) = match place {
        Place::Cpu { threads } => (None, *threads),
        Place::Gpu(gpu) => (
            gpu.has_compute().then(|| Arc::clone(gpu)),
            Means::default().threads,
        ),
    };
    Means {
        engine: EngineChoice::Auto,
        gpu,
        threads,
        memory: integer(settings, "memory") << 20,
    }
}

fn soup(model: &Model, settings: &Settings, rule: &Rule) -> Soup {
    let (width, height) = rule.topology.sides();
    let whole = |side: u32| if side == 0 { PLANE_SOUP } else { side };
    let (width, height) = (whole(width), whole(height));
    let height = if rule.dimensions() == 1 { 1 } else { height };
    let side = |key: &str, whole: u32| match integer(settings, key) {
        0 => whole,
        side => side as u32,
    };
    Soup {
        width: side("width", width),
        height: side("height", height),
        density: settings
            .get("density")
            .and_then(loom_sim::Value::as_real)
            .unwrap_or(0.5),
        seed: model.seed,
    }
}

/// The world at the beginning of a model's run.
pub(crate) fn world(model: &Model, settings: &Settings, place: &Place) -> Result<World, SimError> {
    let (rule, means) = (rule(model, settings)?, means(settings, place));
    let world = match source(model)? {
        Source::Soup => soup(model, settings, &rule).world(rule, means)?,
        Source::Pattern(pattern) => World::new(rule, &pattern, means)?,
        Source::Macrocell(text) => {
            let universe = Universe::from_macrocell(&text, Some(rule.clone()), means.memory)
                .map_err(LifeError::from)?;
            let mut world = World::new(rule, &Pattern::default(), means)?;
            world.restore(&Kept::Tree(universe))?;
            world
        }
    };
    Ok(world)
}

/// Memory that a model takes, in bytes on the host and on the device.
pub(crate) fn cost(model: &Model) -> Result<(u64, u64), SimError> {
    let settings = settings(model)?;
    let rule = rule(model, &settings)?;
    let topology = rule.topology;
    Ok(match topology.cells() {
        None => (integer(&settings, "memory") << 20, 0),
        Some(_) if crate::engine::packed_runs(&rule) => {
            (Packed::bytes(rule), crate::gpu::OnDevice::bytes(topology))
        }
        Some(cells) => (2 * cells, crate::gpu::FieldOnDevice::bytes(&rule)),
    })
}
