//! Export of a view: the dialog, and the picture made on a worker.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use egui::{Key, RichText, Role, TextEdit, Ui, WidgetInfo};
use loom_figure::animation::{self, Film, Reel};
use loom_figure::{Document, Format, Options, render};
use loom_sim::scene::Layer;
use loom_sim::{Ink, ParameterKind, Plot, Registry, Scene, Step, variation};

use super::live::Live;
use super::settings;
use super::studio::Studio;
use super::tokens::{self, font, size};
use crate::widgets::button;
use crate::widgets::number::Number;

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

/// The dialog; true when it is to close.
pub fn dialog(studio: &mut Studio, ui: &mut Ui, order: &mut Order) -> bool {
    ui.set_width(460.0);
    ui.label(RichText::new("Export the view").font(font::heading()));
    ui.add_space(size::GAP);
    let grid = egui::Grid::new("export")
        .num_columns(2)
        .spacing([size::SECTION, size::GAP]);
    let export = &mut order.export;
    grid.show(ui, |ui| {
        ui.label("Kind");
        let before = export.ending.clone();
        button::choices(
            ui,
            "Kind of file",
            &mut export.ending,
            &[
                ("png".to_owned(), "PNG", "Pixels; carries the project."),
                (
                    "svg".to_owned(),
                    "SVG",
                    "Vector; text can be edited; carries the project.",
                ),
                (
                    "pdf".to_owned(),
                    "PDF",
                    "Vector, fonts embedded; carries the project.",
                ),
                (
                    "gif".to_owned(),
                    "GIF",
                    "Moves everywhere; 256 colours a frame.",
                ),
                (
                    "apng".to_owned(),
                    "APNG",
                    "Moves in browsers, every colour; carries the project.",
                ),
                (
                    "mp4".to_owned(),
                    "MP4",
                    "Video for talks, written by ffmpeg.",
                ),
                (
                    "webm".to_owned(),
                    "WebM",
                    "Video for web pages, written by ffmpeg.",
                ),
            ],
        );
        if before != export.ending {
            let path = PathBuf::from(&order.path).with_extension(&export.ending);
            order.path = path.display().to_string();
        }
        ui.end_row();
        if let Some((word, count)) = order.cells {
            by_cells(ui, export, word, count);
        }
        let by_cell = export.by_cell && order.cells.is_some();
        if let Some(film) = film(&export.ending) {
            let sweeps = (&mut order.sweeps, &mut order.swept);
            animated(ui, export, film, (!by_cell).then_some(order.shape), sweeps);
        } else if !by_cell {
            sized(ui, export, order.shape);
        }
        ui.label("Ground");
        button::choices(
            ui,
            "Ground",
            &mut export.light,
            &[
                (true, "Light", "As in print."),
                (false, "Dark", "For talks."),
            ],
        );
        ui.end_row();
    });
    ui.add_space(size::GAP);
    ui.label(
        RichText::new("Path of the file")
            .font(font::secondary())
            .weak(),
    );
    let mut entered = false;
    ui.horizontal(|ui| {
        let width = ui.available_width() - 96.0;
        let field = ui
            .add(
                TextEdit::singleline(&mut order.path)
                    .font(font::mono())
                    .desired_width(width),
            )
            .accessible_name("Path of the file");
        entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let help = "The system's file dialog. Where none is installed, type the path.";
        if button::words(ui, "Browse…", help).clicked() {
            let name = PathBuf::from(&order.path);
            let name = super::files::file_name(&name);
            let folder = studio.settings.folder.clone();
            studio.files.browse(Some(&name), &[], folder.as_deref());
        }
    });
    if let Some(picked) = studio.picked.take() {
        if let Some(ending) = picked.extension().and_then(|e| e.to_str())
            && (Format::of(ending).is_some() || film(ending).is_some())
        {
            order.export.ending = ending.to_lowercase();
        }
        order.path = picked.display().to_string();
    }
    if PathBuf::from(&order.path).exists() {
        let color = tokens::of(ui).warning;
        ui.label(
            RichText::new("This file exists and will be replaced.")
                .font(font::secondary())
                .color(color),
        );
    }
    ui.add_space(size::SECTION);
    let mut close = false;
    super::dialogs::footer(ui, |ui| {
        if button::primary(ui, "Export", !order.path.trim().is_empty()).clicked() || entered {
            studio.export(order.clone());
            close = true;
        }
        if ui.button("Cancel").clicked() {
            close = true;
        }
    });
    close
}

/// The kind of animation that an ending means here; numbered pictures are the command line's.
pub fn film(ending: &str) -> Option<Film> {
    Film::of(ending).filter(|film| *film != Film::Pictures)
}

/// Rows of a size in whole cells.
fn by_cells(ui: &mut Ui, export: &mut settings::Export, word: &str, count: [f64; 2]) {
    ui.label("Size by");
    button::choices(
        ui,
        "What the size is given by",
        &mut export.by_cell,
        &[
            (
                false,
                "The view",
                "As large as you say; cells take what room there is.",
            ),
            (
                true,
                "The cells",
                "Each cell is so many pixels wide, and none is cut: sharp edges at any size.",
            ),
        ],
    );
    ui.end_row();
    if export.by_cell {
        ui.label(format!("Pixels a {word}"));
        ui.horizontal(|ui| {
            self::count(ui, "Pixels a cell", &mut export.cell, 1.0, 1000.0);
            export.cell = export.cell.round().max(1.0);
            let [w, h] = count.map(|n| n * export.cell);
            ui.label(
                RichText::new(format!("{w} × {h} pixels"))
                    .font(font::secondary())
                    .weak(),
            );
        });
        ui.end_row();
    }
}

/// Rows of the size on paper.
fn sized(ui: &mut Ui, export: &mut settings::Export, shape: f64) {
    ui.label("Width");
    ui.horizontal(|ui| {
        length(ui, "Width in millimetres", &mut export.width);
        ui.label(RichText::new("mm").weak());
        for (words, width) in [("85", 85.0), ("180", 180.0)] {
            let help = if width < 100.0 {
                "One column of a journal."
            } else {
                "Two columns of a journal."
            };
            if button::words(ui, words, help).clicked() {
                export.width = width;
            }
        }
        ui.label(RichText::new("height").weak());
        export.height = export.width * shape;
        ui.label(format!("{:.0}", export.height));
        ui.label(RichText::new("mm").weak());
    });
    ui.end_row();
    ui.label("Resolution");
    ui.horizontal(|ui| {
        length(ui, "Dots per inch", &mut export.dpi);
        ui.label(RichText::new("dpi").weak());
        let [w, h] = [export.width, export.height].map(|mm| (mm / 25.4 * export.dpi).round());
        ui.label(
            RichText::new(format!("{w} × {h} pixels"))
                .font(font::secondary())
                .weak(),
        );
    });
    ui.end_row();
}

/// Rows of what moves, how long, how fast and how large.
fn animated(
    ui: &mut Ui,
    export: &mut settings::Export,
    film: Film,
    shape: Option<f64>,
    (sweeps, swept): (&mut Vec<Sweep>, &mut usize),
) {
    if sweeps.is_empty() && export.moves == SWEEP {
        export.moves = "play".into();
    }
    ui.label("Moves");
    let mut choices = vec![
        (
            "turn".to_owned(),
            "Camera turns",
            "Once around the vertical; the last frame meets the first.",
        ),
        (
            "play".to_owned(),
            "Time plays",
            "The run goes on in real time from where it stands.",
        ),
        (
            "both".to_owned(),
            "Both",
            "The camera turns while the run goes on.",
        ),
    ];
    if !sweeps.is_empty() {
        choices.push((
            SWEEP.to_owned(),
            "Parameter",
            "A parameter goes from one value to another while the run goes on.",
        ));
    }
    button::choices(ui, "What moves", &mut export.moves, &choices);
    ui.end_row();
    if export.moves == SWEEP {
        ui.label("Parameter");
        ui.horizontal(|ui| sweep(ui, sweeps, swept));
        ui.end_row();
    }
    ui.label("Frames");
    ui.horizontal(|ui| {
        let mut frames = f64::from(export.frames);
        count(ui, "Frames", &mut frames, 1.0, 10_000.0);
        export.frames = frames.round().max(1.0) as u32;
        ui.label(RichText::new("at").weak());
        count(ui, "Frames a second", &mut export.fps, 1.0, 120.0);
        let seconds = f64::from(export.frames) / export.fps.max(0.1);
        ui.label(RichText::new(format!("a second: {seconds:.1} s")).weak());
    });
    ui.end_row();
    if let Some(shape) = shape {
        ui.label("Width");
        ui.horizontal(|ui| {
            count(ui, "Width in pixels", &mut export.pixels, 64.0, 4096.0);
            let height = (export.pixels * shape).round();
            ui.label(RichText::new(format!("× {height} pixels")).weak());
        });
        ui.end_row();
    }
    static FFMPEG: OnceLock<bool> = OnceLock::new();
    if film.needs_ffmpeg() && !FFMPEG.get_or_init(animation::has_ffmpeg) {
        ui.label("");
        let color = tokens::of(ui).warning;
        ui.label(
            RichText::new("ffmpeg is not installed here: install it, or choose GIF or APNG.")
                .font(font::secondary())
                .color(color),
        );
        ui.end_row();
    }
}

fn count(ui: &mut Ui, name: &str, value: &mut f64, low: f64, high: f64) {
    let number = Number {
        name,
        value: *value,
        default: *value,
        low,
        high,
        logarithmic: false,
        integer: name != "Frames a second",
        hard: Some((low, high)),
    };
    let id = ui.make_persistent_id(name);
    if let (_, Some(Ok(x))) = number.field(ui, id, 56.0) {
        *value = x;
    }
}

/// Which parameter, from where to where.
fn sweep(ui: &mut Ui, sweeps: &mut [Sweep], swept: &mut usize) {
    *swept = (*swept).min(sweeps.len().saturating_sub(1));
    let chosen = sweeps.get(*swept).map_or("", |s| s.symbol.as_str());
    let list = button::drop_down("swept", chosen).width(72.0);
    let response = list
        .show_ui(ui, |ui| {
            for (place, choice) in sweeps.iter().enumerate() {
                ui.selectable_value(swept, place, &choice.symbol);
            }
        })
        .response;
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Parameter that moves"));
    let Some(sweep) = sweeps.get_mut(*swept) else {
        return;
    };
    let (hard, place) = (sweep.hard, *swept);
    let end = |ui: &mut Ui, name: &str, value: &mut f64| {
        let number = Number {
            name,
            value: *value,
            default: *value,
            low: value.min(0.0),
            high: value.max(1.0),
            logarithmic: false,
            integer: false,
            hard,
        };
        let id = ui.make_persistent_id((name, place));
        if let (_, Some(Ok(x))) = number.field(ui, id, 72.0) {
            *value = x;
        }
    };
    end(ui, "Value in the first frame", &mut sweep.from);
    ui.label(RichText::new("to").weak());
    end(ui, "Value in the last frame", &mut sweep.to);
}

/// What changes from frame to frame; `pace` is the run's steps a second at speed 1.
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

fn length(ui: &mut Ui, name: &str, value: &mut f64) {
    let number = Number {
        name,
        value: *value,
        default: *value,
        low: 10.0,
        high: 1200.0,
        logarithmic: false,
        integer: false,
        hard: Some((5.0, 5000.0)),
    };
    let id = ui.make_persistent_id(name);
    if let (_, Some(Ok(x))) = number.field(ui, id, 64.0) {
        *value = x;
    }
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
