//! The figures room: a page with everything that is open, as it will be printed, and the ways
//! out.

use std::sync::Arc;

use egui::{
    Color32, Rect, RichText, ScrollArea, Sense, TextureHandle, TextureOptions, Ui, pos2, vec2,
};
use loom_figure::{Document, Options, render};

use crate::shell::acts::{Act, At};
use crate::shell::document::complete;
use crate::shell::files::Done;
use crate::shell::icons::Icon;
use crate::shell::studio::Studio;
use crate::shell::tokens::{self, font, size};
use crate::widgets::{button, section};

/// Previews are rendered at this width.
const WIDTH: u32 = 1200;

/// One page: a run, or all of them.
struct Page {
    number: u64,
    /// The run it shows; `None` shows all.
    live: Option<u64>,
    title: String,
    texture: Option<TextureHandle>,
    failure: Option<String>,
    /// What it was rendered for.
    stamp: u64,
}

#[derive(Default)]
pub struct Figures {
    pages: Vec<Page>,
    count: u64,
}

impl Figures {
    /// A preview has been rendered.
    pub fn receive(
        &mut self,
        ctx: &egui::Context,
        number: u64,
        image: Result<egui::ColorImage, String>,
    ) {
        let Some(page) = self.pages.iter_mut().find(|p| p.number == number) else {
            return;
        };
        match image {
            Ok(image) => {
                page.texture = Some(ctx.load_texture("page", image, TextureOptions::LINEAR));
                page.failure = None;
            }
            Err(why) => page.failure = Some(why),
        }
    }
}

/// Shows the room.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    prepare(studio);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(24.0).show(ui, |ui| {
            ui.label(RichText::new("Figures").font(font::title()));
            ui.label(RichText::new("Every page is a project as well: open the picture again, and its runs go on.").weak());
            ui.add_space(size::SECTION);
            if studio.figures.pages.is_empty() {
                ui.label("Nothing is open yet. Open a system, a pattern, a web or a diagram; its views become pages here.");
                if button::words(ui, "Start page", "The four doors.").clicked() {
                    studio.acts.push(Act::Go(At::Start));
                }
                return;
            }
            let wide = ((ui.available_width() - size::SECTION) / 2.0).max(280.0);
            let pages = std::mem::take(&mut studio.figures.pages);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(size::SECTION, size::SECTION);
                for page in &pages {
                    card(studio, ui, page, wide);
                }
            });
            studio.figures.pages = pages;
        });
    });
}

fn card(studio: &mut Studio, ui: &mut Ui, page: &Page, wide: f32) {
    ui.allocate_ui(vec2(wide, wide * 0.68 + 40.0), |ui| {
        ui.vertical(|ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(wide, wide * 0.68), Sense::hover());
            let tokens = tokens::of(ui);
            ui.painter()
                .rect_filled(rect, size::CORNER, tokens::LIGHT.ground);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Image, true, format!("Page: {}", page.title))
            });
            match (&page.texture, &page.failure) {
                (Some(texture), _) => {
                    let [w, h] = texture.size().map(|s| s as f32);
                    let scale = (rect.width() / w).min(rect.height() / h);
                    let fitted = Rect::from_center_size(rect.center(), vec2(w, h) * scale);
                    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                    ui.painter()
                        .image(texture.id(), fitted, whole, Color32::WHITE);
                }
                (None, why) => {
                    let words = why.as_deref().unwrap_or("Rendering the page");
                    let color = if why.is_some() {
                        tokens::LIGHT.error
                    } else {
                        tokens::LIGHT.secondary
                    };
                    let galley =
                        ui.painter()
                            .layout(words.to_owned(), font::body(), color, wide - 48.0);
                    ui.painter()
                        .galley(rect.center() - galley.size() / 2.0, galley, color);
                }
            }
            ui.painter().rect_stroke(
                rect,
                size::CORNER,
                tokens::hairline(ui),
                egui::StrokeKind::Inside,
            );
            ui.horizontal(|ui| {
                let color = tokens.text;
                let title = section::clipped(ui, &page.title, font::medium(), color, wide - 150.0);
                ui.add(egui::Label::new(title)).on_hover_text(&page.title);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if button::labelled(ui, Icon::FileImage, "Export…").clicked() {
                        match page.live {
                            Some(live) => studio.acts.push(Act::ExportView { live, pane: 0 }),
                            None => studio.export_all(),
                        }
                    }
                });
            });
        });
    });
}

/// Keeps one page for each open run (and one for all), rendered for its present state.
fn prepare(studio: &mut Studio) {
    let ink = loom_sim::Ink::light();
    let mut wanted: Vec<(Option<u64>, String, u64)> = Vec::new();
    for room in &studio.rooms {
        for live in &room.lives {
            let saved = live.saved();
            // A run that plays is rendered where it stood when the room was entered.
            let stamp = if live.is_playing() {
                0
            } else {
                Arc::as_ptr(&saved) as u64
            };
            wanted.push((Some(live.id), live.title.clone(), stamp));
        }
    }
    if wanted.len() > 1 {
        let stamp = wanted.iter().fold(7, |sum: u64, (_, _, s)| {
            sum.wrapping_mul(31).wrapping_add(*s)
        });
        wanted.push((None, "Everything that is open".into(), stamp));
    }
    studio
        .figures
        .pages
        .retain(|p| wanted.iter().any(|(live, ..)| *live == p.live));
    for (live, title, stamp) in wanted {
        let there = studio.figures.pages.iter().position(|p| p.live == live);
        if let Some(at) = there {
            let page = &studio.figures.pages[at];
            if page.stamp == stamp || (stamp == 0 && page.texture.is_some()) {
                continue;
            }
        }
        let document = match live {
            Some(id) => studio.document_of(id, None, ink),
            None => Some(studio.document_with(ink)),
        };
        let Some(document) = document else {
            continue;
        };
        studio.figures.count += 1;
        let number = studio.figures.count;
        if let Some(at) = there {
            let page = &mut studio.figures.pages[at];
            page.number = number;
            page.stamp = stamp;
        } else {
            studio.figures.pages.push(Page {
                number,
                live,
                title,
                texture: None,
                failure: None,
                stamp,
            });
        }
        let states = match live {
            Some(id) => studio.full_state(id),
            None => studio.full_states(),
        };
        let registry = studio.registry.clone();
        studio.files.job(move || Done::Preview {
            number,
            image: complete(document, states).and_then(|d| preview(&d, &registry)),
        });
    }
}

fn preview(document: &Document, registry: &loom_sim::Registry) -> Result<egui::ColorImage, String> {
    let [w, h] = document.items.first().map_or([3.0, 2.0], |i| i.view.size);
    let height = (f64::from(WIDTH) * h / w.max(1.0))
        .round()
        .clamp(100.0, 2400.0) as u32;
    let options = Options {
        size: Some([WIDTH, height]),
        ..Options::default()
    };
    let pixels = render(document, registry, &options)
        .and_then(|picture| picture.pixels())
        .map_err(|error| error.to_string())?;
    let size = [pixels.width as usize, pixels.height as usize];
    Ok(egui::ColorImage::from_rgba_unmultiplied(size, &pixels.rgba))
}
