//! The dialog of an export: what kind of file, how large, what moves, and where it goes.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use egui::{RichText, Role, Ui, WidgetInfo};
use loom_figure::Format;
use loom_figure::animation::{self, Film};

use super::{Order, SWEEP, Sweep, film};
use crate::shell::path_field;
use crate::shell::settings;
use crate::shell::studio::Studio;
use crate::shell::tokens::{self, font, size};
use crate::widgets::button;
use crate::widgets::number::Number;

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
    let name = crate::shell::files::file_name(&PathBuf::from(&order.path));
    let wanted = path_field::Wanted {
        name: Some(&name),
        ..Default::default()
    };
    let given = path_field::show(studio, ui, &mut order.path, wanted);
    let ending = given.picked.as_deref().and_then(Path::extension);
    if let Some(ending) = ending.and_then(|e| e.to_str())
        && (Format::of(ending).is_some() || film(ending).is_some())
    {
        order.export.ending = ending.to_lowercase();
    }
    ui.add_space(size::SECTION);
    let mut close = false;
    crate::shell::dialogs::footer(ui, |ui| {
        if button::primary(ui, "Export", !order.path.trim().is_empty()).clicked() || given.entered {
            studio.export(order.clone());
            close = true;
        }
        if ui.button("Cancel").clicked() {
            close = true;
        }
    });
    close
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
