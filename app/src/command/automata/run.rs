//! `automata run`: a pattern or soup goes on, and what came of it is said.

use std::path::{Path, PathBuf};

use clap::Args;
use loom_automata::Rule;
use loom_automata::run;
use loom_automata::world::{EngineChoice, Means, World};
use loom_figure::{Document, Format, Item, Options};
use loom_gpu::{Choice, Gpu};
use loom_sim::Step;

use super::super::given::{self, Device, Machine, Set};
use super::super::{Done, Failure, continuous, output};
use super::{From, failed, rule};

/// Run a pattern or a soup and say what came of it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom automata run --pattern gun.rle --generations 10^9\n  \
    strange-loom automata run --soup 512x512:0.4 --rule B36/S23:T512 --generations 1000 --json\n  \
    strange-loom automata run --pattern r-pentomino --generations 1103 --out ash.rle\n  \
    strange-loom automata run --pattern gray-scott-mitosis --set F=0.037 --generations 5000 --out spots.png\n  \
    strange-loom automata run --pattern orbium --generations 500 --out orbium.npy"
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
    pub fn run(self) -> Done {
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
            && Format::of(ending).is_none()
        {
            let known = loom_automata::science::EXPORTS.map(|(known, _)| known);
            if !known.contains(&ending.as_str()) {
                return Err(Failure::input(format!(
                    "An automaton can't be written as {ending}: give .svg or .pdf for a picture, \
                     .{} for its cells.",
                    known.join(", .")
                )));
            }
        }
        let (start, brought) = self.from.start(self.set.seed)?;
        let rule = self.rule.clone().or(brought);
        let mut world = run::begin(&start, rule, self.means()?).map_err(failed)?;
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
            return loom_automata::science::file(world, ending).map_err(failed);
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
