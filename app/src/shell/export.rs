//! Export of a view: what is asked for, and the picture made on a worker.

mod dialog;

use std::sync::Arc;

use loom_figure::animation::{Film, Reel};
use loom_figure::{Document, Format, Options, render};
use loom_sim::scene::Layer;
use loom_sim::{Ink, ParameterKind, Plot, Registry, Scene, Step, variation};

pub use self::dialog::dialog;
use super::live::Live;
use super::settings;

/// A logical pixel on paper: 96 to the inch.
pub const PIXELS_PER_MM: f64 = 96.0 / 25.4;

/// The choice that a parameter moves.
const SWEEP: &str = "sweep";

/// What is to be exported, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub live: u64,
    pub pane: Option<u64>,
    pub path: String,
    pub export: settings::Export,
    /// Height over width of the view.
    pub shape: f64,
    /// What the units of a plane are called, and how many whole ones the view shows.
    pub cells: Option<(&'static str, [f64; 2])>,
    /// The run's live parameters, any of which may change through an animation.
    pub sweeps: Vec<Sweep>,
    /// The one of them that is chosen.
    pub swept: usize,
}

/// A parameter that moves from one value in the first frame to another in the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    pub key: String,
    pub symbol: String,
    pub from: f64,
    pub to: f64,
    /// Values that are allowed.
    pub hard: Option<(f64, f64)>,
}

impl Sweep {
    /// The sweeps that a run offers: each from the present value to the end of its slider that
    /// is further away.
    pub fn all(live: &Live) -> Vec<Self> {
        variation::variable(&live.snapshot.parameters)
            .filter_map(|parameter| {
                let ParameterKind::Real {
                    low, high, hard, ..
                } = parameter.kind
                else {
                    return None;
                };
                let from = live.snapshot.values.get(&parameter.key)?.as_real()?;
                Some(Self {
                    key: parameter.key.clone(),
                    symbol: parameter.symbol.clone(),
                    from,
                    to: if from - low > high - from { low } else { high },
                    hard,
                })
            })
            .collect()
    }
}

/// A file name from a title.
pub fn slug(title: &str) -> String {
    let mut out = String::new();
    for c in title.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() {
        "picture".into()
    } else {
        out.to_owned()
    }
}

/// The kind of animation that an ending means here; numbered pictures are the command line's.
pub fn film(ending: &str) -> Option<Film> {
    Film::of(ending).filter(|film| *film != Film::Pictures)
}

/// What changes from frame to frame; `pace` is the run's steps a second at the speed at which it is
/// played.
pub fn reel(order: &Order, pace: f64) -> Reel {
    let export = &order.export;
    let mut reel = Reel::turntable(export.frames, export.fps);
    if export.moves == "play" || export.moves == SWEEP {
        reel.turns = 0.0;
    }
    if export.moves == SWEEP {
        let sweep = order.sweeps.get(order.swept);
        reel.sweep = sweep.map(|s| (s.key.clone(), s.from, s.to));
    }
    if export.moves != "turn" {
        reel.steps = Step::from((pace / export.fps).round().max(1.0) as u64);
    }
    reel
}

/// How the document of a view is to be rendered for an order.
pub fn options(order: &Order, gpu: Option<Arc<loom_gpu::Gpu>>) -> Options {
    let export = &order.export;
    let moving = film(&export.ending).is_some();
    let [w, h] = [export.pixels, export.pixels * order.shape];
    let by_cell = export.by_cell && order.cells.is_some();
    Options {
        size: (moving && !by_cell).then(|| [w, h].map(|n| n.round().max(1.0) as u32)),
        width_mm: (!moving && !by_cell).then_some(export.width),
        dpi: export.dpi,
        per_unit: by_cell.then_some(export.cell as u32),
        gpu,
        ..Options::default()
    }
}

/// Renders and encodes; for a worker.
pub fn picture(
    document: &Document,
    registry: &Registry,
    options: &Options,
    ending: &str,
) -> Result<Vec<u8>, String> {
    let format = Format::of(ending)
        .ok_or_else(|| format!("A picture can be PNG, SVG or PDF, not “{ending}”."))?;
    render(document, registry, options)
        .and_then(|picture| picture.encode(format))
        .map_err(|error| error.to_string())
}

/// A plot as a scene: what its export draws.
pub fn scene_of(plot: &Plot, size: [f64; 2], ink: &Ink) -> Scene {
    let plane = loom_sim::camera::Plane {
        whole: [0, 0],
        part: [0.0, 0.0],
        scale: 1.0,
        y_up: false,
    };
    let mut scene = Scene::new(loom_sim::Camera::Plane(plane));
    scene.background = Some(ink.ground);
    scene.layers.push(Layer::Shapes(loom_sim::scene::Shapes {
        space: loom_sim::scene::Space::Screen,
        items: loom_figure::plot_shapes(plot, size, ink).into(),
    }));
    scene
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn file_names_come_from_titles() {
        assert_eq!(slug("Lyapunov spectrum (λ)"), "lyapunov-spectrum");
        assert_eq!(slug("σ"), "picture");
    }
}
