//! The dialog of a print-quality picture: what can be set, a small picture of it at once, the
//! size on paper or in pixels, and where it goes.

use std::path::PathBuf;

use egui::{RichText, ScrollArea, TextureHandle, Ui, vec2};
use loom_figure::{Document, Format, Options, render_on};
use loom_sim::{Ink, Model, Parameter, Registry, Saved, Settings, Value};

use super::acts::Tone;
use super::export;
use super::path_field;
use super::studio::Studio;
use super::tokens::{self, Tokens, font, size};
use super::works::{self, Watched, lock};
use crate::widgets::parameter::{self, Context, Edit};
use crate::widgets::{button, number::Number};

/// Pixels of the picture in the dialog along its longer side.
const SMALL: f64 = 400.0;
/// Hits of it.
const FEW: f64 = 4e6;

/// A print as it is being set up.
pub struct Order {
    pub live: u64,
    pub pane: Option<u64>,
    pub path: String,
    pub settings: Settings,
    /// Width and height are millimetres at `dpi`, not pixels.
    pub on_paper: bool,
    pub pixels: [f64; 2],
    pub millimetres: [f64; 2],
    pub dpi: f64,
    pub dark: bool,
    declared: Vec<Parameter>,
    tried: Option<Trial>,
}

/// The small picture, and for what it was made.
struct Trial {
    settings: Settings,
    shape: [f64; 2],
    dark: bool,
    watched: Watched,
    texture: Option<TextureHandle>,
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.watched.stop();
    }
}

impl Order {
    fn size(&self) -> [f64; 2] {
        if self.on_paper {
            self.millimetres.map(|mm| mm / 25.4 * self.dpi)
        } else {
            self.pixels
        }
        .map(|x| x.round().max(1.0))
    }

    /// Puts the order's size and settings into the document of a view.
    fn prepare(&self, mut document: Document, settings: Settings, pixels: [f64; 2]) -> Document {
        let scale = (pixels[0].min(pixels[1]) / 800.0).clamp(0.01, 100.0);
        for item in &mut document.items {
            let before = item.view.size;
            item.view.size = pixels.map(|n| n / scale);
            item.view.pixels_per_point = scale;
            if let Some(loom_sim::Camera::Plane(plane)) = &mut item.view.camera {
                // What the view shows stays in sight.
                let [w, h] = [0, 1].map(|i| item.view.size[i] / before[i]);
                plane.scale *= w.min(h);
            }
            item.view.print = Some(settings.clone());
        }
        document
    }
}

impl Studio {
    /// Opens the dialog for the view in front.
    pub fn print_front(&mut self) {
        let pane = self
            .room_mut()
            .and_then(super::room::Room::front_view)
            .map(|p| (p.live, p.id));
        let Some((id, pane)) = pane else { return };
        let Some((declared, title)) = self.live_of(id).map(|live| {
            let list = live.science.print_parameters(live.model());
            (list.unwrap_or_default(), live.title.clone())
        }) else {
            return;
        };
        if declared.is_empty() {
            self.toasts.say(
                Tone::Plain,
                "This model has no print-quality picture: export the view instead.",
            );
            return;
        }
        let last = self.prints.get(&id).cloned().unwrap_or_default();
        let view = self.view_settings(id, pane);
        let mut settings = Settings::new();
        for parameter in &declared {
            // What the view shows is where a print begins.
            let seen = match parameter.key.as_str() {
                "gamma" => view.get("density_gamma"),
                key @ ("exposure" | "map") => view.get(key),
                _ => None,
            };
            if let Some(value) = last.get(&parameter.key).or(seen) {
                settings.insert(parameter.key.clone(), value.clone());
            }
        }
        let name = format!("{}.png", export::slug(&title));
        self.picked = None;
        self.dialog = Some(super::dialogs::Dialog::Print(Box::new(Order {
            live: id,
            pane: Some(pane),
            path: self.settings.files().join(name).display().to_string(),
            settings,
            on_paper: false,
            pixels: [3840.0, 2400.0],
            millimetres: [180.0, 112.5],
            dpi: 300.0,
            dark: self.dark(),
            declared,
            tried: None,
        })));
    }

    fn view_settings(&mut self, live: u64, pane: u64) -> Settings {
        let ink = Ink::light();
        self.document_of(live, Some(pane), ink)
            .and_then(|mut d| d.items.pop())
            .map(|item| item.view.settings)
            .unwrap_or_default()
    }

    /// Makes the picture on a worker.
    fn print(&mut self, order: &Order) {
        let ink = Tokens::of_theme(order.dark).ink();
        let Some(document) = self.document_of(order.live, order.pane, ink) else {
            self.toasts
                .say(Tone::Error, "What was to be printed has been closed.");
            return;
        };
        self.prints.insert(order.live, order.settings.clone());
        let document = order.prepare(document, order.settings.clone(), order.size());
        let states = self.full_state(order.live);
        let registry = self.registry.clone();
        let options = Options {
            width_mm: order.on_paper.then_some(order.millimetres[0]),
            dpi: order.dpi,
            // On a graphics card the hits are counted there.
            place: self.place.clone(),
            ..Options::default()
        };
        let path = PathBuf::from(order.path.trim());
        self.works.start(
            &mut self.files,
            self.wake.clone(),
            path,
            move |press, path| {
                let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("png");
                let format = Format::of(ending)
                    .ok_or_else(|| format!("A picture can be PNG, SVG or PDF, not “{ending}”."))?;
                let document = super::document::complete(document, states)?;
                let picture =
                    render_on(&document, &registry, &options, press).map_err(|e| e.to_string())?;
                let bytes = picture.encode(format).map_err(|e| e.to_string())?;
                loom_figure::file::write_whole(path, &bytes).map_err(|e| e.to_string())?;
                Ok(picture.warnings)
            },
        );
    }

    /// A small picture of the order as it stands, begun when something has changed.
    fn try_print(&mut self, order: &mut Order) {
        let shape = order.size();
        let fresh = order.tried.as_ref().is_some_and(|t| {
            t.settings == order.settings && t.shape == shape && t.dark == order.dark
        });
        if fresh {
            return;
        }
        let ink = Tokens::of_theme(order.dark).ink();
        let Some(mut document) = self.document_of(order.live, order.pane, ink) else {
            return;
        };
        let zoom = SMALL / shape[0].max(shape[1]);
        let mut settings = order.settings.clone();
        settings.insert("hits".into(), Value::Real(FEW));
        settings.insert("supersample".into(), Value::Integer(1));
        let declared = |key: &str| order.declared.iter().find(|p| p.key == key);
        let blur = order
            .settings
            .get("blur")
            .or_else(|| declared("blur").map(|p| &p.default));
        if let Some(blur) = blur.and_then(Value::as_real) {
            settings.insert("blur".into(), Value::Real((blur * zoom).max(1.0).min(blur)));
        }
        // The run itself doesn't matter, only where its parameters stand.
        let Some(model) = self.live_of(order.live).map(|live| standing(live)) else {
            return;
        };
        for item in &mut document.items {
            item.run = Saved::fresh(model.clone());
            item.probes.clear();
            item.analyses.clear();
        }
        let small = shape.map(|x| (x * zoom).round().max(1.0));
        let document = order.prepare(document, settings, small);
        let watched = Watched::default();
        let press = watched.press(self.wake.clone(), true);
        let (told, wake) = (watched.told.clone(), self.wake.clone());
        let registry = self.registry.clone();
        std::thread::spawn(move || {
            let raster = trial(&document, &registry, &press);
            let mut told = lock(&told);
            told.ended = true;
            if let Some(raster) = raster {
                told.raster = Some(raster);
            }
            drop(told);
            wake();
        });
        let texture = order.tried.as_mut().and_then(|t| t.texture.take());
        order.tried = Some(Trial {
            settings: order.settings.clone(),
            shape,
            dark: order.dark,
            watched,
            texture,
        });
    }
}

fn trial(
    document: &Document,
    registry: &Registry,
    press: &loom_sim::Press,
) -> Option<loom_sim::Raster> {
    let picture = render_on(document, registry, &Options::default(), press).ok()?;
    picture.views.into_iter().next()?.print
}

/// A run's model with its parameters as they stand, and a small cloud, since none is drawn.
fn standing(live: &super::live::Live) -> Model {
    let mut model = live.model().clone();
    for parameter in live.snapshot.parameters.iter() {
        if parameter.effect != loom_sim::Effect::View
            && let Some(value) = live.snapshot.values.get(&parameter.key)
        {
            model
                .parameters
                .insert(parameter.key.clone(), value.clone());
        }
    }
    model
        .parameters
        .insert("particles".into(), Value::Integer(1000));
    model
}

/// The dialog; true when it is to close.
pub fn dialog(studio: &mut Studio, ui: &mut Ui, order: &mut Order) -> bool {
    let room = ui.ctx().content_rect();
    let width = (room.width() - 80.0).clamp(560.0, 880.0);
    ui.set_width(width);
    ui.label(RichText::new("Print-quality picture").font(font::heading()));
    ui.add_space(size::GAP);
    studio.try_print(order);
    let right = 340.0f32.min(0.45 * width);
    let tall = (room.height() - 210.0).clamp(220.0, 460.0);
    ui.horizontal_top(|ui| {
        let left = width - right - size::SECTION;
        ui.allocate_ui(vec2(left, tall), |ui| {
            ui.set_width(left);
            ui.vertical(|ui| picture(ui, order, left, tall));
        });
        ui.vertical(|ui| {
            ui.set_width(right);
            ScrollArea::vertical()
                .id_salt("print settings")
                .max_height(tall)
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.set_width(right - size::SECTION);
                    settings(studio, ui, order);
                });
        });
    });
    ui.add_space(size::GAP);
    let name = super::files::file_name(&PathBuf::from(&order.path));
    let wanted = path_field::Wanted {
        name: Some(&name),
        ..Default::default()
    };
    let entered = path_field::show(studio, ui, &mut order.path, wanted).entered;
    ui.add_space(size::GAP);
    let mut close = false;
    super::dialogs::footer(ui, |ui| {
        let ready = !order.path.trim().is_empty();
        if button::primary(ui, "Make the picture", ready).clicked() || (entered && ready) {
            studio.print(order);
            close = true;
        }
        if ui.button("Cancel").clicked() {
            close = true;
        }
    });
    close
}

/// The small picture with what it stands for.
fn picture(ui: &mut Ui, order: &mut Order, width: f32, tall: f32) {
    let [w, h] = order.size();
    let Some(trial) = &mut order.tried else {
        return;
    };
    let (raster, progress, ended) = {
        let mut told = lock(&trial.watched.told);
        (told.raster.take(), told.progress, told.ended)
    };
    if let Some(raster) = raster {
        let image = works::image(&raster);
        let options = egui::TextureOptions::LINEAR;
        match &mut trial.texture {
            Some(texture) => texture.set(image, options),
            None => trial.texture = Some(ui.ctx().load_texture("print", image, options)),
        }
    }
    let room = vec2(width, tall - 28.0);
    if let Some(texture) = &trial.texture {
        let shown = egui::Image::new(texture)
            .fit_to_exact_size(room)
            .maintain_aspect_ratio(true)
            .alt_text("The picture from a few hits");
        ui.add(shown);
    } else {
        ui.allocate_space(room);
    }
    let words = if ended {
        format!(
            "{w} × {h} pixels · shown from {:.0} million hits",
            FEW / 1e6
        )
    } else {
        format!("{w} × {h} pixels · {:.0} %", 100.0 * progress)
    };
    let color = tokens::of(ui).secondary;
    ui.label(RichText::new(words).font(font::secondary()).color(color));
}

fn settings(studio: &mut Studio, ui: &mut Ui, order: &mut Order) {
    heading(ui, "Size");
    let mut on_paper = order.on_paper;
    button::choices(
        ui,
        "Unit of the size",
        &mut on_paper,
        &[
            (false, "Pixels", "For screens."),
            (true, "Millimetres", "For paper, with a resolution."),
        ],
    );
    order.on_paper = on_paper;
    ui.horizontal(|ui| {
        let (sides, unit, low, high) = if order.on_paper {
            (&mut order.millimetres, "mm", 5.0, 2000.0)
        } else {
            (&mut order.pixels, "px", 16.0, 16_384.0)
        };
        length(ui, "Width", &mut sides[0], low, high);
        ui.label("×");
        length(ui, "Height", &mut sides[1], low, high);
        ui.label(RichText::new(unit).weak());
    });
    if order.on_paper {
        ui.horizontal(|ui| {
            length(ui, "Dots per inch", &mut order.dpi, 30.0, 2400.0);
            ui.label(RichText::new("dpi").weak());
        });
    }
    ui.horizontal(|ui| {
        button::choices(
            ui,
            "Inks",
            &mut order.dark,
            &[
                (false, "Light", "Dark words on a light ground, as in print."),
                (true, "Dark", "Light words on a dark ground, for talks."),
            ],
        );
    });
    let look = text(order, "look");
    let mut group = String::new();
    for parameter in &order.declared.clone() {
        if !fits(&parameter.key, &look) {
            continue;
        }
        if parameter.group != group {
            group.clone_from(&parameter.group);
            heading(ui, &group);
        }
        let value = order
            .settings
            .get(&parameter.key)
            .unwrap_or(&parameter.default)
            .clone();
        let context = Context {
            value: &value,
            range: None,
            sweeping: false,
            file: None,
            enabled: true,
        };
        let edit = ui
            .push_id("print", |ui| parameter::editor(ui, parameter, context))
            .inner;
        match edit {
            Some(Edit::Set(value)) => match parameter.check(&value) {
                Ok(value) => {
                    order.settings.insert(parameter.key.clone(), value);
                }
                Err(error) => studio.toasts.say(Tone::Error, error.to_string()),
            },
            Some(Edit::Refused(why)) => studio.toasts.say(Tone::Error, why),
            _ => {}
        }
    }
}

fn text(order: &Order, key: &str) -> String {
    let declared = order.declared.iter().find(|p| p.key == key);
    order
        .settings
        .get(key)
        .or_else(|| declared.map(|p| &p.default))
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Whether a setting says anything about this look.
fn fits(key: &str, look: &str) -> bool {
    match key {
        "relief" | "shine" | "light" => matches!(look, "liquid" | "solid"),
        "glow" => look == "light",
        "cycles" => look == "plasma",
        _ => true,
    }
}

fn heading(ui: &mut Ui, words: &str) {
    ui.add_space(size::GAP);
    ui.label(RichText::new(words).font(font::medium()));
}

fn length(ui: &mut Ui, name: &str, value: &mut f64, low: f64, high: f64) {
    let number = Number {
        name,
        value: *value,
        default: *value,
        low,
        high,
        logarithmic: false,
        integer: false,
        hard: Some((low, high)),
    };
    let id = ui.make_persistent_id(("print", name));
    if let (_, Some(Ok(x))) = number.field(ui, id, 72.0) {
        *value = x;
    }
}
