//! `attractors picture`: a print-quality picture; and the press that `render` makes prints on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use loom_figure::{Document, Format, Item, Options, render_on};
use loom_sim::{Ink, Job, Model, Press, Science, Settings, Value};

use super::given::{self, Device, Machine, Set};
use super::{Done, Failure, output};

/// Make a print-quality picture: hundreds of millions of hits, blurred where sparse, lit
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    strange-loom attractors picture Lorenz --hits 3e8 --size 3840x2160 --dark --out lorenz.png\n  \
    strange-loom attractors picture Clifford --look plasma --size 2000x2000 --out clifford.png\n  \
    strange-loom attractors picture Aizawa --look solid --width 180 --dpi 300 --out aizawa.pdf")]
pub struct Picture {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    /// Points that are counted, such as 3e8 [default: 1e8]
    #[arg(long, value_name = "N", value_parser = given::expression)]
    hits: Option<f64>,
    /// Size in pixels [default: 1920x1200]
    #[arg(long, value_name = "WxH", value_parser = given::size, conflicts_with = "width")]
    size: Option<[u32; 2]>,
    /// Printed width in millimetres; the height is 5/8 of it
    #[arg(long, value_name = "MM", value_parser = given::expression)]
    width: Option<f64>,
    /// Pixels an inch, with --width
    #[arg(long, value_name = "N", default_value = "300", value_parser = given::expression)]
    dpi: f64,
    /// gas, liquid, light, plasma or solid
    #[arg(long, value_name = "LOOK")]
    look: Option<String>,
    /// Cells a side of each pixel, 1 to 4 [default: 2]
    #[arg(long, value_name = "N")]
    supersample: Option<u32>,
    /// What colours it: none (density), speed, age, direction, or at_x, at_y, … for a variable
    #[arg(long, value_name = "WHAT")]
    channel: Option<String>,
    /// Colour map by name
    #[arg(long, value_name = "MAP")]
    map: Option<String>,
    /// Direction of the map: auto, no or yes
    #[arg(long, value_name = "WAY")]
    reversed: Option<String>,
    /// view, dark, light, black, white or transparent
    #[arg(long, value_name = "GROUND")]
    ground: Option<String>,
    /// Dark ground, and inks that suit it
    #[arg(long)]
    dark: bool,
    /// Higher brings out rarely visited places [default: 1]
    #[arg(long, value_name = "X", value_parser = given::expression)]
    exposure: Option<f64>,
    /// Higher lightens the middle tones [default: 2.2]
    #[arg(long, value_name = "X", value_parser = given::expression)]
    gamma: Option<f64>,
    /// Widest blur of sparse places in pixels, 0 for none [default: 5]
    #[arg(long, value_name = "PX", value_parser = given::expression)]
    blur: Option<f64>,
    /// How steep the lit surface is (liquid, solid) [default: 1]
    #[arg(long, value_name = "X", value_parser = given::expression)]
    relief: Option<f64>,
    /// Strength of the highlights (liquid, solid) [default: 0.6]
    #[arg(long, value_name = "X", value_parser = given::expression)]
    shine: Option<f64>,
    /// Where the light comes from: degrees from the right towards the top [default: 125]
    #[arg(long, value_name = "DEG", value_parser = given::expression)]
    light: Option<f64>,
    /// Strength of the glow (light) [default: 0.6]
    #[arg(long, value_name = "X", value_parser = given::expression)]
    glow: Option<f64>,
    /// How often the colours come round (plasma) [default: 3]
    #[arg(long, value_name = "X", value_parser = given::expression)]
    cycles: Option<f64>,
    /// Draw the axes over it
    #[arg(long)]
    axes: bool,
    /// Where to write; the ending says what [default: the system's name with .png]
    #[arg(long, value_name = "F.png|.svg|.pdf")]
    out: Option<PathBuf>,
    /// png, svg or pdf, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    #[command(flatten)]
    set: Set,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

impl Picture {
    pub fn run(self) -> Done {
        let ending = output::ending(self.out.as_deref(), self.format.as_deref(), "png")?;
        let format = Format::of(&ending).ok_or_else(|| {
            Failure::input(format!(
                "A picture can't be written as {ending}: give --out with .png, .svg or .pdf."
            ))
        })?;
        let registry = crate::registry();
        let science = registry.get("attractors")?;
        let mut model = given::model(&**science, &self.name)?;
        let mut view = self.set.apply(&**science, &mut model)?;
        if self.axes {
            view.insert("frame".into(), Value::Boolean(true));
        }
        let settings = self.settings(&**science, &model)?;
        // Nothing of a run is drawn: a small cloud is built at once.
        model
            .parameters
            .entry("particles".into())
            .or_insert(Value::Integer(1000));
        let mut item = Item::fresh(model);
        item.view.settings = view;
        item.view.print = Some(settings);
        if self.dark {
            item.view.ink = Ink::dark();
        }
        let pixels = self.size.unwrap_or([1920, 1200]);
        // Words keep their size beside the picture: as in a window 800 points high.
        let scale = (f64::from(pixels[0].min(pixels[1])) / 800.0).clamp(0.25, 100.0);
        item.view.size = pixels.map(|n| f64::from(n) / scale);
        item.view.pixels_per_point = scale;
        let machine = Machine {
            device: Device::Cpu,
            threads: self.threads,
        };
        let options = Options {
            size: None,
            width_mm: self.width,
            dpi: self.dpi,
            per_unit: None,
            place: machine.place(None)?,
            gpu: None,
        };
        let document = Document::new(vec![item]);
        let press = press("Picture", machine.threads());
        let picture = render_on(&document, &registry, &options, &press)?;
        let bytes = picture.encode(format)?;
        let out = match &self.out {
            Some(out) => out.clone(),
            None => free(&self.name, &ending),
        };
        output::file(Some(&out), &bytes)?;
        if out != Path::new("-") {
            output::text(&out.display().to_string())?;
        }
        Ok(())
    }

    fn settings(&self, science: &dyn Science, model: &Model) -> Result<Settings, Failure> {
        let texts = [
            ("look", &self.look),
            ("channel", &self.channel),
            ("map", &self.map),
            ("reversed", &self.reversed),
            ("ground", &self.ground),
        ];
        let reals = [
            ("hits", self.hits),
            ("supersample", self.supersample.map(f64::from)),
            ("exposure", self.exposure),
            ("gamma", self.gamma),
            ("blur", self.blur),
            ("relief", self.relief),
            ("shine", self.shine),
            ("light", self.light),
            ("glow", self.glow),
            ("cycles", self.cycles),
        ];
        let texts = texts.into_iter().filter_map(|(k, v)| Some((k, v.clone()?)));
        let reals = reals
            .into_iter()
            .filter_map(|(k, v)| Some((k, v?.to_string())));
        let declared = science.print_parameters(model)?;
        texts
            .chain(reals)
            .map(|(key, text)| Ok((key.to_owned(), given::setting(&declared, key, &text)?)))
            .collect()
    }
}

/// A name beside nothing that it could overwrite unasked.
fn free(name: &str, ending: &str) -> PathBuf {
    let stem = Path::new(name).file_stem();
    let stem = stem.map_or_else(|| "picture".into(), |s| s.to_string_lossy());
    let out = PathBuf::from(format!("{stem}.{ending}"));
    if out.exists() {
        PathBuf::from(format!("{stem}-picture.{ending}"))
    } else {
        out
    }
}

/// `KEY=VALUE` settings of a print, checked.
pub fn given_settings(
    science: &dyn Science,
    model: &Model,
    pairs: &[String],
) -> Result<Settings, Failure> {
    let declared = science.print_parameters(model)?;
    if declared.is_empty() {
        return Err(Failure::input(format!(
            "{} has no print-quality picture: leave --print out.",
            model.kind
        )));
    }
    pairs
        .iter()
        .map(|pair| {
            let (key, text) = pair.split_once('=').ok_or_else(|| {
                Failure::input(format!(
                    "--print {pair} has no value: write it as in --print look=liquid."
                ))
            })?;
            let (key, text) = (key.trim(), text.trim());
            Ok((key.to_owned(), given::setting(&declared, key, text)?))
        })
        .collect()
}

/// A press with a bar on a terminal.
pub fn press(what: &str, threads: usize) -> Press {
    let bar = output::bar(what);
    let mut job = Job::new(
        Arc::default(),
        move |part| {
            bar.set_position((1000.0 * part) as u64);
            if part >= 1.0 {
                bar.finish_and_clear();
            }
        },
        |_| {},
    );
    job.threads = threads;
    Press::new(job)
}
