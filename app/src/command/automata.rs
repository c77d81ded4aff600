//! `automata`: run, convert and analyse.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use loom_automata::files::{self, Content, Kind, Opened, Writing};
use loom_automata::identify;
use loom_automata::run::{self, Start};
use loom_automata::start::Soup;
use loom_automata::world::{EngineChoice, Means, World};
use loom_automata::{LifeError, Rule};
use loom_figure::{Document, Format, Item, Options};
use loom_gpu::{Choice, Gpu};
use loom_sim::{Model, Settings, Step, Value};

use super::given::{self, Device, Machine, Set};
use super::{Done, Failure, analysis, continuous, games, output};

#[derive(Debug, Subcommand)]
pub enum Verb {
    List(List),
    Run(Run),
    Convert(Convert),
    Identify(Identify),
    Census(CensusOf),
    #[command(visible_alias = "analyze")]
    Analyse(Analyse),
    Pairs(games::Pairs),
    Score(games::ScoreOf),
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List(list) => super::catalogue("automata", list.json),
            Self::Run(run) => run.run(),
            Self::Convert(convert) => convert.run(),
            Self::Identify(identify) => identify.run(),
            Self::Census(census) => census.run(),
            Self::Analyse(analyse) => analyse.run(),
            Self::Pairs(pairs) => pairs.run(),
            Self::Score(score) => score.run(),
        }
    }
}

/// List the patterns and soups that come along
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata list --json")]
pub struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// `WIDTHxHEIGHT[:DENSITY]`
#[derive(Clone, Copy, Debug, PartialEq)]
struct SoupSize {
    size: [u32; 2],
    density: f64,
}

fn soup_size(text: &str) -> Result<SoupSize, String> {
    let (size, density) = match text.split_once(':') {
        Some((size, density)) => (size, given::number(density)?),
        None => (text, 0.5),
    };
    if !(0.0..=1.0).contains(&density) {
        return Err("the density goes from 0 to 1".into());
    }
    let size = given::size(size).map_err(|_| "write it as in 512x512:0.4".to_owned())?;
    Ok(SoupSize { size, density })
}

/// What a run starts from.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
struct From {
    /// A pattern file (RLE or macrocell), a name of `automata list`, or - for standard input
    #[arg(long, value_name = "F")]
    pattern: Option<String>,
    /// Random cells; the density is 0.5 unless given
    #[arg(long, value_name = "WIDTHxHEIGHT[:DENSITY]", value_parser = soup_size)]
    soup: Option<SoupSize>,
}

fn failed(error: LifeError) -> Failure {
    loom_sim::SimError::from(error).into()
}

/// The same, with the file's name before the place.
fn unread(name: &str, error: &LifeError) -> Failure {
    let text = error.to_string();
    Failure::input(format!("{name}, {}.", text.trim_end_matches('.')))
}

fn pattern(name: &str) -> Result<Start, Failure> {
    let path = Path::new(name);
    if name != "-"
        && !path.is_file()
        && let Some(start) = Start::named(name)
    {
        return Ok(start);
    }
    let read = opened(name)?;
    for note in &read.notes {
        output::warn(note);
    }
    if let Content::Macrocell { text, .. } = read.content {
        return Ok(Start::Macrocell(text));
    }
    let pattern = read.pattern(&files::Limits::default());
    Ok(Start::Pattern(
        pattern.map_err(|e| unread(name, &e.into()))?,
    ))
}

impl From {
    fn start(&self, seed: u64) -> Result<Start, Failure> {
        match (&self.pattern, self.soup) {
            (Some(name), _) => pattern(name),
            (None, Some(SoupSize { size, density })) => Ok(Start::Soup(Soup {
                width: size[0],
                height: size[1],
                density,
                seed,
            })),
            (None, None) => Err(Failure::input("Name a --pattern or a --soup.")),
        }
    }

    /// The same as a model, for analyses and pictures.
    fn model(&self, rule: Option<Rule>, seed: u64, memory: u64) -> Result<Model, Failure> {
        let registry = crate::registry();
        let science = registry.get("automata")?;
        let mut model = match (&self.pattern, self.soup) {
            (Some(name), _) => given::model(&**science, name)?,
            (None, Some(soup)) => Model::new("automata", "soup")
                .with("width", i64::from(soup.size[0]))
                .with("height", i64::from(soup.size[1]))
                .with("density", soup.density)
                .with("rule", "B3/S23"),
            (None, None) => return Err(Failure::input("Name a --pattern or a --soup.")),
        };
        if let Some(rule) = rule {
            model = model.with("rule", rule.to_string());
        }
        model.seed = seed;
        Ok(model.with("memory", Value::Integer(memory as i64)))
    }
}

/// A rule with its grid, from the argument's text.
pub fn rule(text: &str) -> Result<Rule, String> {
    text.parse::<Rule>().map_err(|e| e.to_string())
}

/// Run a pattern or a soup and say what came of it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom automata run --pattern gun.rle --generations 10^9\n  \
    strange-loom automata run --soup 512x512:0.4 --rule B36/S23:T512 --generations 1000 --json\n  \
    strange-loom automata run --pattern r-pentomino --generations 1103 --out ash.rle\n  \
    strange-loom automata run --pattern gray-scott-mitosis --set F=0.037 --generations 5000 --out spots.png"
)]
pub struct Run {
    #[command(flatten)]
    from: From,
    /// B3/S23, 345/2/4, W110, WireWorld …; :T512 a torus, :P512 a bounded plane, nothing the
    /// unbounded plane
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// How many generations; powers such as 10^30 are fine
    #[arg(long, value_name = "N", default_value = "0", value_parser = given::whole)]
    generations: Step,
    /// auto, packed, hashlife, tiles, bytes or gpu
    #[arg(long, value_name = "E", default_value = "auto", value_parser = engine)]
    engine: EngineChoice,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Write the end as a pattern or a picture
    #[arg(long, value_name = "F.rle|.mc|.png|.svg|.pdf")]
    out: Option<PathBuf>,
    /// rle, mc, png, svg or pdf, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    set: Set,
    #[command(flatten)]
    machine: Machine,
}

fn engine(text: &str) -> Result<EngineChoice, String> {
    text.parse::<EngineChoice>().map_err(|e| e.to_string())
}

impl Run {
    fn run(self) -> Done {
        if let Some(name) = &self.from.pattern
            && let Some(model) = continuous::model(name)?
        {
            return continuous::run(
                model,
                &continuous::Order {
                    set: &self.set,
                    steps: &self.generations,
                    out: self.out.as_deref(),
                    format: self.format.as_deref(),
                    json: self.json,
                    machine: &self.machine,
                },
            );
        }
        if let Some(given) = self.set.set.first() {
            return Err(Failure::input(format!(
                "--set {given}: a discrete automaton has no such parameter; give its rule by --rule."
            )));
        }
        let ending = match (&self.out, &self.format) {
            (None, None) => None,
            (out, format) => Some(output::ending(out.as_deref(), format.as_deref(), "rle")?),
        };
        if let Some(ending) = &ending
            && !matches!(ending.as_str(), "rle" | "mc" | "png" | "svg" | "pdf")
        {
            return Err(Failure::input(format!(
                "An automaton can't be written as {ending}: give .rle, .mc, .png, .svg or .pdf."
            )));
        }
        let start = self.from.start(self.set.seed)?;
        let mut world = run::begin(&start, self.rule.clone(), self.means()?).map_err(failed)?;
        let bar = output::bar("Running");
        if !bar.is_hidden() {
            bar.set_style(indicatif::ProgressStyle::default_spinner());
        }
        let outcome = run::run(&mut world, &self.generations, &mut || {
            bar.tick();
            false
        });
        bar.finish_and_clear();
        let outcome = outcome.map_err(|e| Failure::job(loom_sim::SimError::from(e)))?;
        if let Some(ending) = ending {
            let bytes = self.bytes(&world, &ending)?;
            output::file(self.out.as_deref(), &bytes)?;
            // The file itself went to standard output: the numbers would spoil it.
            if self.out.as_deref().is_none_or(|p| p == Path::new("-")) {
                return Ok(());
            }
        }
        if self.json {
            let mut document = outcome.json();
            // Random cells name their seed, as the last member.
            if self.from.soup.is_some() && document.ends_with('}') {
                document.truncate(document.len() - 1);
                document.push_str(&format!(",\"seed\":{}}}", self.set.seed));
            }
            return output::text(&document);
        }
        let bounds = outcome.bounds.as_ref().map_or_else(
            || "nothing is alive".to_owned(),
            |(x, y, w, h)| format!("{w} × {h} from ({x}, {y})"),
        );
        let mut rows = vec![
            ("Rule", outcome.rule.to_string()),
            ("Engine", outcome.engine.to_owned()),
            ("Generation", outcome.generation.to_string()),
            ("Population", outcome.population.to_string()),
            ("Bounding box", bounds),
            ("Seconds", format!("{:.3}", outcome.seconds)),
        ];
        if self.from.soup.is_some() {
            rows.push(("Seed", self.set.seed.to_string()));
        }
        output::text(&output::pairs(&rows))
    }

    fn means(&self) -> Result<Means, Failure> {
        let device = match (self.engine, self.machine.device) {
            (EngineChoice::Gpu, _) | (EngineChoice::Auto, Device::Gpu) => {
                Some(Gpu::headless(&Choice::Best).map_err(Failure::job)?)
            }
            _ => None,
        };
        Ok(Means {
            engine: self.engine,
            gpu: device,
            threads: self.machine.threads(),
            memory: self.memory << 20,
        })
    }

    fn bytes(&self, world: &World, ending: &str) -> Result<Vec<u8>, Failure> {
        let Some(format) = Format::of(ending) else {
            return Ok(loom_automata::science::file(world, ending)
                .map_err(failed)?
                .into_bytes());
        };
        // The picture carries the run from its beginning.
        let model = self
            .from
            .model(self.rule.clone(), self.set.seed, self.memory)?;
        let mut item = Item::fresh(model);
        item.run.step.clone_from(&self.generations);
        let gpu = self.machine.drawing()?;
        let options = Options {
            place: self.machine.place(gpu.as_ref())?,
            gpu,
            ..Options::default()
        };
        let registry = crate::registry();
        let picture = loom_figure::render(&Document::new(vec![item]), &registry, &options)?;
        Ok(picture.encode(format)?)
    }
}

/// Write a pattern in another form
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom automata convert glider.cells glider.rle\n  \
    strange-loom automata convert drawing.png pattern.rle.gz\n  \
    strange-loom automata convert xq4_153 glider.png --pixels 8"
)]
pub struct Convert {
    /// The pattern: a file of any form, an apgcode, a name of `automata list`; - is standard input
    from: PathBuf,
    /// Where to write: .rle .mc .lif .l6 .cells .l .apgcode .png, each also .gz; - is standard output
    to: PathBuf,
    /// rle, mc, lif, l6, cells, l, apgcode or png, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    /// Pixels a cell in a picture
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    pixels: u32,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
}

/// A file of any form, a pattern of the catalogue or an apgcode.
fn opened(name: &str) -> Result<Opened, Failure> {
    let path = Path::new(name);
    let limits = files::Limits::default();
    let given = match loom_automata::catalogue::entry(name) {
        _ if name == "-" || path.is_file() => None,
        Some(entry) => Some(entry.rle),
        None => loom_automata::apgcode::read(name).is_ok().then_some(name),
    };
    let read = match given {
        Some(text) => files::read_text("", text, &limits),
        None => files::read(name, &output::read(path)?, &limits),
    };
    read.map_err(|e| unread(name, &e.into()))
}

impl Convert {
    fn run(self) -> Done {
        let to = self.to.display().to_string();
        let (by_name, packed) = Kind::of_name(&to);
        let kind = match &self.format {
            Some(format) => Kind::of_name(&format.to_ascii_lowercase()).0,
            None if self.to == Path::new("-") => Some(Kind::Rle),
            None => by_name,
        };
        let kind = kind.ok_or_else(|| {
            Failure::input(format!(
                "A pattern can't be written as {}: give .rle, .mc, .lif, .l6, .cells, .l, .apgcode \
                 or .png.",
                self.format.as_deref().unwrap_or(&to)
            ))
        })?;
        let from = self.from.display().to_string();
        let opened = opened(&from)?;
        let bytes = match (&opened.content, kind) {
            // A tree stays a tree, however large it is.
            (Content::Macrocell { tree, .. }, Kind::Macrocell) => {
                let text = tree.write().into_bytes();
                if packed {
                    files::packing::gzip(&text)
                } else {
                    Ok(text)
                }
            }
            _ => opened
                .pattern(&files::Limits::default())
                .and_then(|pattern| {
                    let how = Writing {
                        pixels: self.pixels,
                        packed,
                        ..Writing::default()
                    };
                    files::write(kind, &pattern, &how)
                }),
        };
        let bytes = bytes.map_err(|e| unread(&from, &e.into()))?;
        output::file(Some(&self.to), &bytes)
    }
}

/// Say what a pattern is: still life, oscillator, spaceship, or what becomes of it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata identify copperhead --json")]
pub struct Identify {
    /// A pattern file, an apgcode, a name of `automata list`, or - for standard input
    pattern: String,
    /// The rule, if not the file's own
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// How far to run it at most
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    generations: u64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Identify {
    fn run(self) -> Done {
        let pattern = opened(&self.pattern)?
            .pattern(&files::Limits::default())
            .map_err(|e| unread(&self.pattern, &e.into()))?;
        let rule = self.rule.unwrap_or(pattern.rule_or_life());
        let limits = identify::Limits {
            generations: self.generations,
            ..identify::Limits::default()
        };
        let found = identify::identify(&pattern, &rule, &limits).map_err(refused)?;
        if self.json {
            return output::text(&found.json().to_string());
        }
        output::text(&output::pairs(&found.rows()))
    }
}

/// Count the objects of a pattern by kind
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata census r-pentomino --after 1103 --json")]
pub struct CensusOf {
    /// A pattern file, an apgcode, a name of `automata list`, or - for standard input
    pattern: String,
    /// The rule, if not the file's own
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// Generations to run before counting
    #[arg(long, value_name = "N", default_value = "0", value_parser = given::whole)]
    after: Step,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl CensusOf {
    fn run(self) -> Done {
        let start = opened(&self.pattern)?
            .pattern(&files::Limits::default())
            .map_err(|e| unread(&self.pattern, &e.into()))?;
        let rule = self.rule.unwrap_or(start.rule_or_life());
        let means = Means {
            memory: self.memory << 20,
            threads: 1,
            ..Means::default()
        };
        let mut world = World::new(rule.clone(), &start, means).map_err(failed)?;
        run::run(&mut world, &self.after, &mut || false).map_err(failed)?;
        let pattern = world.pattern(1 << 22).map_err(failed)?;
        let census = identify::census(&pattern, &rule).map_err(refused)?;
        if self.json {
            return output::text(&census.json().to_string());
        }
        output::text(&output::pairs(&census.rows()))
    }
}

/// A reason as a sentence.
fn refused(reason: String) -> Failure {
    failed(LifeError::Other(reason))
}

/// Follow a run and measure density, activity and period
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata analyse --pattern pulsar --json")]
pub struct Analyse {
    #[command(flatten)]
    from: From,
    /// Births and survivals; :T512 a torus, :P512 a bounded plane, nothing the unbounded plane
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// A setting of the analysis, such as generations=1000; repeatable
    #[command(flatten)]
    set: Set,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Analyse {
    fn run(self) -> Done {
        let registry = crate::registry();
        let science = registry.get("automata")?;
        let model = self.from.model(self.rule, self.set.seed, self.memory)?;
        let analysis = science
            .analyses()
            .into_iter()
            .find(|a| a.fits(&model))
            .ok_or_else(|| Failure::job("No analysis fits this automaton."))?;
        let declared = analysis.parameters(&model);
        let mut settings = Settings::new();
        for (key, text) in self.set.pairs()? {
            settings.insert(key.to_owned(), given::setting(&declared, key, text)?);
        }
        let threads = self.threads.map_or_else(
            || std::thread::available_parallelism().map_or(1, usize::from),
            usize::from,
        );
        let report = analysis::run(&*analysis, model, &settings, threads)?;
        let seed = self.from.soup.map(|_| self.set.seed);
        analysis::print(&report, seed, self.json)
    }
}
