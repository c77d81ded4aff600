//! `render`: a document, a picture or anything the catalogue holds, as a picture.

use std::path::{Path, PathBuf};

use clap::Args;
use loom_figure::{Document, Format, Item, Options, could_carry, extract};
use loom_sim::{Ink, Job, Model, Press, Registry, Science, Settings, Step};
use std::sync::Arc;

use super::given::{self, Machine, Set};
use super::{Done, Failure, animate, output, print};

/// Render a figure, a picture's document, a file or a catalogue entry
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom render figure.png --out figure.pdf --width 85\n  \
    strange-loom render glider.rle --step 100 --out glider.svg\n  \
    strange-loom render --catalogue attractors/Lorenz --set rho=20 --dark --out lorenz.png\n  \
    strange-loom render lorenz.png --print look=liquid --print hits=3e8 --out liquid.png\n  \
    strange-loom render --catalogue attractors/Aizawa --turntable --frames 90 --fps 30 --out aizawa.gif\n  \
    strange-loom render --catalogue attractors/Lorenz --sweep rho=10:40 --out sweep.mp4"
)]
pub struct Render {
    /// A *.loom file, a PNG, SVG or PDF that carries one, or a pattern, graph or model
    #[arg(required_unless_present = "catalogue")]
    file: Option<PathBuf>,
    /// An entry of the catalogue instead of a file
    #[arg(long, value_name = "SCIENCE/NAME", conflicts_with = "file")]
    catalogue: Option<String>,
    /// Where to write; the ending says what [default: the file's name with .png]
    #[arg(long, value_name = "F.png|.svg|.pdf|.gif|.mp4")]
    out: Option<PathBuf>,
    /// png, svg, pdf, gif, apng, mp4, webm or webp, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    /// Size in pixels
    #[arg(long, value_name = "WxH", value_parser = given::size, conflicts_with = "width")]
    size: Option<[u32; 2]>,
    /// Printed width in millimetres
    #[arg(long, value_name = "MM", value_parser = given::expression)]
    width: Option<f64>,
    /// Pixels an inch, with --width
    #[arg(long, value_name = "N", default_value = "300", value_parser = given::expression)]
    dpi: f64,
    /// Pixels that each cell of a plane is wide; the picture shows whole cells
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000),
        conflicts_with_all = ["width"])]
    per_cell: Option<u32>,
    /// Go to this step before drawing
    #[arg(long, value_name = "N", value_parser = given::whole)]
    step: Option<Step>,
    /// Dark ground
    #[arg(long)]
    dark: bool,
    /// Change a setting of a print-quality picture, or ask for one: --print look=liquid
    #[arg(long, value_name = "KEY=VALUE")]
    print: Vec<String>,
    #[command(flatten)]
    animation: animate::Animation,
    #[command(flatten)]
    set: Set,
    #[command(flatten)]
    machine: Machine,
}

impl Render {
    pub fn run(self) -> Done {
        let ending = output::ending(self.out.as_deref(), self.format.as_deref(), "png")?;
        let film = self.animation.film(&ending)?;
        let format = match (film, Format::of(&ending)) {
            (Some(_), _) => None,
            (None, Some(format)) => Some(format),
            (None, None) => {
                return Err(Failure::input(format!(
                    "A picture can't be written as {ending}: give --out with .png, .svg or .pdf, \
                     or .gif, .apng, .mp4, .webm or .webp for an animation."
                )));
            }
        };
        let registry = crate::registry();
        let document = self.document(&registry)?;
        let gpu = self.machine.drawing()?;
        let options = Options {
            // A fresh view is laid out for its size; a saved one is scaled to it.
            size: self
                .size
                .filter(|_| document.rendered.is_some() || self.is_document()),
            width_mm: self.width,
            dpi: self.dpi,
            per_unit: self.per_cell,
            place: self.machine.place(gpu.as_ref())?,
            gpu,
        };
        let prints = document.items.iter().any(|i| i.view.print.is_some());
        let press = if prints || film.is_some() {
            let what = if film.is_some() {
                "Animation"
            } else {
                "Picture"
            };
            print::press(what, self.machine.threads())
        } else {
            let mut job = Job::quiet();
            job.threads = self.machine.threads();
            Press::new(job)
        };
        if let Some(film) = film {
            let out = self.target(&ending);
            self.animation
                .record(&document, &registry, &options, film, &out, &press)?;
            return output::text(&out.display().to_string());
        }
        let picture = loom_figure::render_on(&document, &registry, &options, &press)?;
        for warning in &picture.warnings {
            output::warn(warning);
        }
        let bytes = picture.encode(format.unwrap_or(Format::Png))?;
        let out = self.target(&ending);
        output::file(Some(&out), &bytes)?;
        if out != Path::new("-") {
            output::text(&out.display().to_string())?;
        }
        Ok(())
    }

    /// Whether the file named is a document; then its own size counts.
    fn is_document(&self) -> bool {
        self.file
            .as_ref()
            .and_then(|f| f.extension())
            .is_some_and(|e| e.eq_ignore_ascii_case("loom"))
    }

    /// `--out`, or a name beside nothing that it could overwrite unasked.
    fn target(&self, ending: &str) -> PathBuf {
        if let Some(out) = &self.out {
            return out.clone();
        }
        let stem = match (&self.file, &self.catalogue) {
            (Some(file), _) => file.file_stem().map(|s| s.to_string_lossy().into_owned()),
            (None, Some(entry)) => entry.rsplit('/').next().map(str::to_owned),
            (None, None) => None,
        };
        let stem = stem.filter(|s| s != "-").unwrap_or_else(|| "figure".into());
        let out = PathBuf::from(format!("{stem}.{ending}"));
        if out.exists() {
            PathBuf::from(format!("{stem}-rendered.{ending}"))
        } else {
            out
        }
    }

    fn document(&self, registry: &Registry) -> Result<Document, Failure> {
        if let Some(name) = &self.catalogue {
            let (science, name) = name.split_once('/').ok_or_else(|| {
                Failure::input(format!(
                    "--catalogue {name} names no science: write it as in attractors/Lorenz."
                ))
            })?;
            let science = registry.get(science)?;
            let model = given::model(&**science, name)?;
            return self.fresh(science, model);
        }
        let Some(path) = &self.file else {
            return Err(Failure::input(
                "Name a file or a --catalogue entry to render.",
            ));
        };
        let bytes = output::read(path)?;
        let name = given::file_name(path);
        if could_carry(&bytes) {
            let (mut document, warnings) = if path == Path::new("-") {
                (extract(&bytes, "standard input")?, Vec::new())
            } else {
                Document::open(path)?
            };
            for warning in warnings {
                output::warn(&warning);
            }
            self.change(registry, &mut document)?;
            return Ok(document);
        }
        for science in registry.sciences() {
            if let Some(model) = science.open(&name, &bytes) {
                let mut document = self.fresh(science, model?)?;
                let keys: Vec<String> = document.items[0]
                    .model()
                    .attachments
                    .keys()
                    .cloned()
                    .collect();
                for key in keys {
                    document.link(0, &key, path);
                }
                return Ok(document);
            }
        }
        Err(Failure::input(format!(
            "{} is no figure, and no pattern, graph or model that any science reads.",
            path.display()
        )))
    }

    fn fresh(&self, science: &Arc<dyn Science>, mut model: Model) -> Result<Document, Failure> {
        let view = self.set.apply(&**science, &mut model)?;
        let print = self.print_settings(&**science, &model)?;
        let probes = science.default_probes(&model);
        let mut item = Item::fresh(model);
        item.probes = probes;
        item.view.settings = view;
        item.view.print = print;
        if let Some(size) = self.size {
            item.view.size = size.map(f64::from);
        }
        if self.dark {
            item.view.ink = Ink::dark();
        }
        if let Some(step) = &self.step {
            item.run.step.clone_from(step);
        }
        Ok(Document::new(vec![item]))
    }

    fn print_settings(
        &self,
        science: &dyn Science,
        model: &Model,
    ) -> Result<Option<Settings>, Failure> {
        if self.print.is_empty() {
            return Ok(None);
        }
        print::given_settings(science, model, &self.print).map(Some)
    }

    /// What the arguments change in a saved document.
    fn change(&self, registry: &Registry, document: &mut Document) -> Done {
        for item in &mut document.items {
            if self.dark {
                item.view.ink = Ink::dark();
            }
            let science = registry.get(&item.model().science)?;
            if let Some(settings) = self.print_settings(&**science, item.model())? {
                item.view.print.get_or_insert_default().extend(settings);
            }
            if !self.set.set.is_empty() {
                let mut model = item.model().clone();
                let seed = model.seed;
                let view = self.set.apply(&**science, &mut model)?;
                model.seed = seed;
                item.view.settings.extend(view);
                if model != *item.model() {
                    item.run.journal.model = model;
                    // A state that was saved belongs to the old parameters.
                    item.run.state = None;
                }
            }
            if let Some(step) = &self.step {
                item.run.step.clone_from(step);
                let entries = &item.run.journal.entries;
                item.run.applied = entries.partition_point(|e| e.step <= *step);
                item.run.state = None;
            }
        }
        Ok(())
    }
}
