//! A gallery: every entry of one group of the catalogue at a glance, in a tile of its own.

use std::sync::Arc;

use egui::{Align2, Color32, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use loom_sim::{Entry, Science};

use super::acts::{Act, Acts};
use super::icons::Icon;
use super::pictures::Pictures;
use super::studio::Studio;
use super::tokens::{self, font, size};
use crate::widgets::button;

/// The least width of a picture, logical pixels.
const LEAST: f32 = 72.0;
/// The same as the catalogue's, so that one picture serves both.
const SHAPE: f32 = size::TILE[1] / size::TILE[0];

/// What a gallery needs from the room.
pub struct Stage<'a> {
    pub room: usize,
    pub science: &'a Arc<dyn Science>,
    pub catalogue: &'a [Arc<Entry>],
    pub pictures: &'a mut Pictures,
    /// The name of the entry that is open.
    pub present: Option<&'a str>,
}

/// Shows the entries of a group, as many side by side as the tile has room for.
pub fn show(ui: &mut Ui, group: &str, stage: Stage<'_>, acts: &mut Acts) {
    let dark = ui.visuals().dark_mode;
    let entries: Vec<&Arc<Entry>> = stage
        .catalogue
        .iter()
        .filter(|e| e.group == group)
        .collect();
    if entries.is_empty() {
        crate::widgets::plot::empty(ui, "This group of the catalogue is empty.");
        return;
    }
    let accent = tokens::accent(ui);
    let tokens = tokens::of(ui);
    egui::Frame::new().inner_margin(size::GAP).show(ui, |ui| {
        ui.label(
            RichText::new(format!("{} · {}", group, entries.len()))
                .font(font::secondary())
                .weak(),
        );
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
                let room = ui.available_width() - size::GAP;
                // Sixteen stand in a row where there is room: 256 are a square then.
                let columns = ((room + 4.0) / (LEAST + 4.0)).floor().clamp(1.0, 16.0);
                let width = ((room + 4.0) / columns - 4.0)
                    .min(size::TILE[0] * 1.4)
                    .floor();
                let tile = vec2(width, (width * SHAPE).floor());
                for row in entries.chunks(columns as usize) {
                    ui.horizontal(|ui| {
                        for entry in row {
                            let (rect, response) = ui.allocate_exact_size(tile, Sense::click());
                            let here = stage.present == Some(entry.name.as_str());
                            let name = &entry.title;
                            response.widget_info(|| {
                                WidgetInfo::selected(Role::Button, true, here, name)
                            });
                            if ui.is_rect_visible(rect) {
                                let scale = ui.pixels_per_point();
                                let pixels = size::TILE.map(|s| (s * scale).round() as u32);
                                let picture =
                                    stage.pictures.get(stage.science, entry, dark, pixels);
                                let painter = ui.painter();
                                painter.rect_filled(rect, 2.0, tokens.ground);
                                if let Some(id) = picture {
                                    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                                    painter.image(id, rect.shrink(1.0), whole, Color32::WHITE);
                                }
                                let words = short(&entry.title);
                                let galley = painter.layout_no_wrap(
                                    words,
                                    font::mono_small(),
                                    if here { accent } else { tokens.text },
                                );
                                let at = rect.left_bottom() + vec2(4.0, -3.0 - galley.size().y);
                                let back = Rect::from_min_size(at, galley.size()).expand(2.0);
                                painter.rect_filled(back, 2.0, tokens.panel.gamma_multiply(0.88));
                                painter.galley(at, galley, tokens.text);
                                let color = if here {
                                    accent
                                } else if response.hovered() || response.has_focus() {
                                    tokens.secondary
                                } else {
                                    tokens.hairline
                                };
                                painter.rect_stroke(
                                    rect,
                                    2.0,
                                    egui::Stroke::new(if here { 1.5 } else { 1.0 }, color),
                                    egui::StrokeKind::Inside,
                                );
                                if picture.is_none() {
                                    painter.text(
                                        rect.center(),
                                        Align2::CENTER_CENTER,
                                        char::from(Icon::Ellipsis),
                                        font::icon(),
                                        tokens.disabled,
                                    );
                                }
                            }
                            if response.clicked() {
                                acts.push(Act::Open {
                                    room: stage.room,
                                    entry: entry.name.clone(),
                                    beside: false,
                                });
                            }
                            button::tip(response, &entry.title, "", &entry.summary);
                        }
                    });
                }
            });
    });
}

/// "Rule 110" is 110 among its like.
fn short(title: &str) -> String {
    let number = title.strip_prefix("Rule ");
    number.unwrap_or(title).to_owned()
}

impl Studio {
    /// The group that the gallery of the room in front shows: that of the entry that is open.
    fn gallery_group(&self) -> Option<String> {
        let room = self.room()?;
        let entry = room.live()?.entry.clone();
        entry.map(|e| e.group.clone())
    }

    /// Shows all entries of a group beside the view.
    pub fn show_gallery(&mut self, group: Option<String>) {
        let Some(group) = group.or_else(|| self.gallery_group()) else {
            return;
        };
        self.next += 1;
        let id = self.next;
        if let Some(room) = self.room_mut()
            && let Some(live) = room.live().map(|l| l.id)
        {
            room.show_gallery(live, group, id);
        }
    }
}
