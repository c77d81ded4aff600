//! From a document to a picture: every run is built, replayed to its step and drawn.

use std::fmt::Write as _;
use std::sync::Arc;

use loom_gpu::Gpu;
use loom_sim::{Gate, Job, Place, Press, Raster, Registry, Run, Saved, Scene};

use crate::document::{Document, Item};
use crate::error::FigureError;
use crate::raster;
use crate::stage::Stage;

/// Space between the panels of a figure, logical pixels.
const GUTTER: f64 = 16.0;
/// Resolution of images inside vector files when none is asked for.
pub(crate) const VECTOR_DPI: f64 = 300.0;

/// How a document is to be rendered.
#[derive(Clone, Debug)]
pub struct Options {
    /// Physical pixels; the picture is scaled to them.
    pub size: Option<[u32; 2]>,
    /// Printed width; text and lines keep their printed size.
    pub width_mm: Option<f64>,
    /// Pixels an inch, with `width_mm`.
    pub dpi: f64,
    /// Physical pixels that a unit of a plane (a cell) is wide, in place of a size: the picture
    /// shows whole units.
    pub per_unit: Option<u32>,
    /// Where the simulations run.
    pub place: Place,
    /// What draws; `None` draws on the processor.
    pub gpu: Option<Arc<Gpu>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: None,
            width_mm: None,
            dpi: VECTOR_DPI,
            per_unit: None,
            place: Place::cpu(),
            gpu: None,
        }
    }
}

/// The files that a picture can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Svg,
    Pdf,
}

impl Format {
    /// By a file ending, in any case.
    pub fn of(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "svg" => Some(Self::Svg),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// A rendered document: its scenes and their place on the page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The document that the files carry.
    pub document: Document,
    pub views: Vec<Shot>,
    /// Logical pixels.
    pub size: [f64; 2],
    /// Physical pixels a logical one.
    pub scale: f64,
    pub warnings: Vec<String>,
    pub(crate) width_mm: Option<f64>,
    pub(crate) dpi: Option<f64>,
    pub(crate) gpu: Option<Arc<Gpu>>,
}

/// One scene of a picture.
#[derive(Clone, Debug)]
pub struct Shot {
    /// x, y, width, height on the page, logical pixels.
    pub rectangle: [f64; 4],
    pub scene: Scene,
    pub ink: loom_sim::Ink,
    /// A print, which fills the panel and lies below the scene.
    pub print: Option<Raster>,
}

/// Builds every run of a document and brings it to its step.
pub fn replay(
    document: &Document,
    registry: &Registry,
    place: &Place,
    gate: &Gate,
) -> Result<Vec<Run>, FigureError> {
    document
        .items
        .iter()
        .map(|item| replay_item(item, registry, place, gate))
        .collect()
}

fn replay_item(
    item: &Item,
    registry: &Registry,
    place: &Place,
    gate: &Gate,
) -> Result<Run, FigureError> {
    let science = registry.get(&item.model().science)?;
    let saved = item.run.clone();
    let straight = || Run::restore(science.clone(), saved.clone(), place.clone(), gate);
    if item.probes.is_empty() && item.view.settings.is_empty() {
        return Ok(straight()?);
    }
    // Probes see every step, and some views show the way: both are asked for before the run goes
    // anywhere.
    let beginning = Saved {
        step: loom_sim::Step::default(),
        applied: 0,
        state: None,
        ..saved.clone()
    };
    let mut run = Run::restore(science.clone(), beginning, place.clone(), gate)?;
    let shown = run.simulation().keep_history(&item.view.settings);
    let twins = run
        .twin()
        .is_some_and(|twin| twin.keep_history(&item.view.settings));
    if item.probes.is_empty() && !shown && !twins {
        return Ok(straight()?);
    }
    for probe in &item.probes {
        run.attach(probe.clone())?;
    }
    run.go_to(&saved.step, saved.applied, gate)?;
    Ok(run)
}

/// Rebuilds, replays and asks each run for its scene.
pub fn render(
    document: &Document,
    registry: &Registry,
    options: &Options,
) -> Result<Picture, FigureError> {
    let mut job = Job::quiet();
    if let Place::Cpu { threads } = options.place {
        job.threads = threads;
    }
    render_on(document, registry, options, &Press::new(job))
}

/// The same with a press that makes prints, and can be told to stop.
pub fn render_on(
    document: &Document,
    registry: &Registry,
    options: &Options,
    press: &Press,
) -> Result<Picture, FigureError> {
    Stage::new(document, registry, options)?.shoot(press)
}

/// Where the panels stand.
pub(crate) struct Page {
    pub(crate) size: [f64; 2],
    pub(crate) scale: f64,
    /// Logical pixels now for one of the document's.
    pub(crate) zoom: f64,
    pub(crate) rectangles: Vec<[f64; 4]>,
}

impl Page {
    pub(crate) fn of(document: &Document, options: &Options) -> Result<Self, FigureError> {
        let items = &document.items;
        let columns = (items.len() as f64).sqrt().ceil() as usize;
        let rows = items.len().div_ceil(columns);
        let cell = items.iter().fold([1.0f64; 2], |m, i| {
            [m[0].max(i.view.size[0]), m[1].max(i.view.size[1])]
        });
        let natural = [
            columns as f64 * (cell[0] + GUTTER) - GUTTER,
            rows as f64 * (cell[1] + GUTTER) - GUTTER,
        ];
        let (size, scale, zoom) = match (options.width_mm, options.size) {
            (Some(mm), _) => {
                if !(mm > 0.0 && options.dpi > 0.0) {
                    return Err(FigureError::render("its width and dpi must be above 0"));
                }
                let zoom = mm / 25.4 * 96.0 / natural[0];
                (natural.map(|x| x * zoom), options.dpi / 96.0, zoom)
            }
            (None, Some([w, h])) => {
                let pixels = [f64::from(w), f64::from(h)];
                let scale = (pixels[0] / natural[0]).min(pixels[1] / natural[1]);
                (pixels.map(|x| x / scale), scale, 1.0)
            }
            (None, None) => (natural, items[0].view.pixels_per_point, 1.0),
        };
        raster::physical(size, scale)?;
        let alone = items.len() == 1;
        let [across, down] = [
            (size[0] - (columns - 1) as f64 * GUTTER * zoom) / columns as f64,
            (size[1] - (rows - 1) as f64 * GUTTER * zoom) / rows as f64,
        ];
        let rectangles = (0..items.len())
            .map(|i| {
                if alone {
                    return [0.0, 0.0, size[0], size[1]];
                }
                let (column, row) = ((i % columns) as f64, (i / columns) as f64);
                [
                    column * (across + GUTTER * zoom),
                    row * (down + GUTTER * zoom),
                    across,
                    down,
                ]
            })
            .collect();
        Ok(Self {
            size,
            scale,
            zoom,
            rectangles,
        })
    }
}

pub(crate) fn title(document: &Document) -> String {
    let names: Vec<&str> = document
        .items
        .iter()
        .map(|i| i.model().kind.as_str())
        .collect();
    names.join(", ")
}

/// System, parameters, seed and step: what a reader needs to make it again.
pub fn describe(document: &Document) -> String {
    let mut text = String::new();
    for item in &document.items {
        let model = item.model();
        let _ = write!(text, "{}: {}", model.science, model.kind);
        for (key, value) in &model.parameters {
            let value: String = value.to_string().chars().take(60).collect();
            let _ = write!(text, ", {key} = {value}");
        }
        let _ = write!(text, "; seed {}, step {}. ", model.seed, item.run.step);
    }
    text.trim_end().to_owned()
}
