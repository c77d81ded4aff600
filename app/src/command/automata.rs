//! `automata`: run, convert and analyse.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use loom_automata::run::{self, Start};
use loom_automata::start::Soup;
use loom_automata::world::{EngineChoice, Means, World};
use loom_automata::{LifeError, Rule};
use loom_figure::{Document, Format, Item, Options};
use loom_gpu::{Choice, Gpu};
use loom_sim::{Model, Settings, Step, Value};

use super::given::{self, Device, Machine, Set};
use super::{Done, Failure, analysis, output};

#[derive(Debug, Subcommand)]
pub enum Verb {
    List(List),
    Run(Run),
    Convert(Convert),
    #[command(visible_alias = "analyze")]
    Analyse(Analyse),
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List(list) => super::catalogue("automata", list.json),
            Self::Run(run) => run.run(),
            Self::Convert(convert) => convert.run(),
            Self::Analyse(analyse) => analyse.run(),
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
    let bytes = output::read(path)?;
    Start::read(&String::from_utf8_lossy(&bytes)).map_err(|e| unread(name, &e))
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
fn rule(text: &str) -> Result<Rule, String> {
    text.parse::<Rule>().map_err(|e| e.to_string())
}

/// Run a pattern or a soup and say what came of it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom automata run --pattern gun.rle --generations 10^9\n  \
    strange-loom automata run --soup 512x512:0.4 --rule B36/S23:T512 --generations 1000 --json\n  \
    strange-loom automata run --pattern r-pentomino --generations 1103 --out ash.rle"
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
    /// Seed of the soup
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    machine: Machine,
}

fn engine(text: &str) -> Result<EngineChoice, String> {
    text.parse::<EngineChoice>().map_err(|e| e.to_string())
}

impl Run {
    fn run(self) -> Done {
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
        let start = self.from.start(self.seed)?;
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
                document.push_str(&format!(",\"seed\":{}}}", self.seed));
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
            rows.push(("Seed", self.seed.to_string()));
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
        let model = self.from.model(self.rule.clone(), self.seed, self.memory)?;
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
#[command(after_help = "Example:\n  strange-loom automata convert glider.txt glider.rle")]
pub struct Convert {
    /// The pattern; - is standard input
    from: PathBuf,
    /// Where to write; - is standard output
    to: PathBuf,
    /// rle or mc, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
}

impl Convert {
    fn run(self) -> Done {
        let ending = output::ending(Some(&self.to), self.format.as_deref(), "rle")?;
        let start = pattern(&self.from.display().to_string())?;
        let means = |engine| Means {
            engine,
            gpu: None,
            threads: 1,
            memory: self.memory << 20,
        };
        // A macrocell file is a tree, whatever grid the rule names.
        let (engine, rule) = match (&start, ending.as_str()) {
            (Start::Pattern(p), "mc") => {
                let rule = p.rule_or_life();
                (
                    EngineChoice::HashLife,
                    Some(rule.on(loom_automata::Topology::Plane)),
                )
            }
            _ => (EngineChoice::Auto, None),
        };
        let bytes = match &start {
            // Without an engine a pattern stays as it is, place and generation included.
            Start::Pattern(p) if ending == "rle" => loom_automata::rle_write::write(p),
            _ => {
                let world = run::begin(&start, rule, means(engine)).map_err(failed)?;
                loom_automata::science::file(&world, &ending).map_err(failed)?
            }
        };
        output::file(Some(&self.to), bytes.as_bytes())
    }
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
