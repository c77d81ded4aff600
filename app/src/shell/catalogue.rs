//! The catalogue of a room: pictures first, names under them, searchable, grouped.

use egui::{
    Color32, Key, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2,
};
use loom_sim::Entry;

use super::acts::Act;
use super::icons::{self, Icon};
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{keys, theme};
use crate::widgets::button::{self, Tool};
use crate::widgets::section;

/// The search field, so that a command can put the cursor there.
pub fn search_id() -> egui::Id {
    egui::Id::unique("search of the catalogue")
}

/// Shows the catalogue of the room in front.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let Some(index) = studio.room_index() else {
        return;
    };
    let dark = ui.visuals().dark_mode;
    let fold_keys = keys::text(studio, "view.catalogue");
    ui.add_space(size::GAP);
    ui.horizontal(|ui| {
        ui.add_space(size::GAP);
        ui.label(RichText::new("Catalogue").font(font::heading()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(size::GRID);
            if Tool::new(
                Icon::PanelLeftClose,
                "Fold the catalogue away",
                "The rail's icons stay.",
            )
            .keys(&fold_keys)
            .show(ui)
            .clicked()
            {
                studio.acts.push(Act::Do("view.catalogue"));
            }
            let manuscript = studio.rooms[index].science.manuscript();
            let keys = keys::text(studio, "file.new");
            if let Some(manuscript) = manuscript
                && Tool::new(
                    Icon::Plus,
                    &format!("New {}", manuscript.thing()),
                    manuscript.help(),
                )
                .keys(&keys)
                .show(ui)
                .clicked()
            {
                studio.acts.push(Act::Do("file.new"));
            }
        });
    });
    let room = &mut studio.rooms[index];
    ui.horizontal(|ui| {
        ui.add_space(size::GAP);
        let width = ui.available_width() - size::GAP;
        ui.add(
            TextEdit::singleline(&mut room.search)
                .id(search_id())
                .hint_text(format!("Search {} entries", room.catalogue.len()))
                .prefix(icons::text_of(Icon::Search, 13.0).color(tokens::of(ui).secondary))
                .desired_width(width),
        )
        .accessible_name("Search the catalogue")
        .on_hover_text("Names, groups, keywords. Enter opens the first.");
    });
    ui.add_space(size::GRID);
    let found = room.found();
    let searching = !room.search.trim().is_empty();
    let panel = room.panel.index();
    let science = room.science.clone();
    let present = room
        .live()
        .and_then(|l| l.entry.as_ref().map(|e| e.name.clone()));
    // An entry that was opened in another way comes into view once.
    let comes = !searching && room.in_view != present;
    if comes {
        room.in_view.clone_from(&present);
    }
    let entered = ui.memory(|m| m.had_focus_last_frame(search_id()))
        && ui.input(|i| i.key_pressed(Key::Enter));
    if let (true, Some(entry)) = (entered && searching, found.first()) {
        studio.acts.push(Act::Open {
            room: panel,
            entry: entry.name.clone(),
            beside: false,
        });
    }
    if found.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(size::GAP);
            ui.label(RichText::new("Nothing is called that.").weak());
        });
        if ui.button("Search everything").clicked() {
            studio.acts.push(Act::Do("help.search"));
        }
        return;
    }
    ScrollArea::vertical()
        .id_salt(panel)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(size::GAP, size::GAP);
            let tile = vec2(size::TILE[0], size::TILE[1] + 22.0);
            let room = ui.available_width() - 2.0 * size::GAP;
            let columns = ((room + size::GAP) / (tile.x + size::GAP)).floor().max(1.0) as usize;
            let mut groups: Vec<(&str, Vec<&std::sync::Arc<Entry>>)> = Vec::new();
            for entry in &found {
                let name = if searching {
                    "Found"
                } else {
                    entry.group.as_str()
                };
                match groups.iter_mut().find(|(g, _)| *g == name) {
                    Some((_, list)) => list.push(entry),
                    None => groups.push((name, vec![entry])),
                }
            }
            for (group, entries) in groups {
                ui.horizontal(|ui| {
                    ui.add_space(size::GAP);
                    ui.label(RichText::new(group).font(font::secondary()).weak());
                });
                for row in entries.chunks(columns) {
                    ui.horizontal(|ui| {
                        ui.add_space(size::GAP);
                        for entry in row {
                            let here = present.as_deref() == Some(entry.name.as_str());
                            let (rect, response) = ui.allocate_exact_size(tile, Sense::click());
                            if here && comes && !ui.clip_rect().contains_rect(rect) {
                                ui.scroll_to_rect(rect, Some(egui::Align::Center));
                            }
                            let mut beside = false;
                            response.context_menu(|ui| {
                                if button::labelled(ui, Icon::Columns2, "Open beside").clicked() {
                                    beside = true;
                                    ui.close();
                                }
                            });
                            if ui.is_rect_visible(rect) {
                                let scale = ui.pixels_per_point();
                                let pixels = size::TILE.map(|s| (s * scale).round() as u32);
                                let picture = studio.pictures.get(&science, entry, dark, pixels);
                                paint(ui, rect, entry, picture, here, &response);
                            }
                            let name = &entry.title;
                            response.widget_info(|| {
                                WidgetInfo::selected(Role::Button, true, here, name)
                            });
                            let beside =
                                beside || (response.clicked() && ui.input(|i| i.modifiers.command));
                            if response.clicked() || beside {
                                studio.acts.push(Act::Open {
                                    room: panel,
                                    entry: entry.name.clone(),
                                    beside,
                                });
                            }
                            button::tip(response, &entry.title, "", &entry.summary);
                        }
                    });
                }
            }
            ui.add_space(size::SECTION);
        });
}

fn paint(
    ui: &Ui,
    rect: Rect,
    entry: &Entry,
    picture: Option<egui::TextureId>,
    here: bool,
    response: &egui::Response,
) {
    let tokens = tokens::of(ui);
    let frame = Rect::from_min_size(rect.min, vec2(size::TILE[0], size::TILE[1]));
    let painter = ui.painter();
    painter.rect_filled(frame, size::CORNER, tokens.ground);
    match picture {
        Some(id) => {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(id, frame.shrink(1.0), whole, Color32::WHITE);
        }
        None => {
            painter.text(
                frame.center(),
                egui::Align2::CENTER_CENTER,
                char::from(Icon::Ellipsis),
                font::icon(),
                tokens.disabled,
            );
        }
    }
    let accent = tokens::accent(ui);
    let stroke = if here || response.has_focus() {
        egui::Stroke::new(1.5, accent)
    } else if response.hovered() {
        egui::Stroke::new(1.0, theme::mix(tokens.hairline, tokens.text, 0.5))
    } else {
        tokens::hairline(ui)
    };
    painter.rect_stroke(frame, size::CORNER, stroke, egui::StrokeKind::Inside);
    let color = if here { accent } else { tokens.text };
    let name = section::clipped(ui, &entry.title, font::secondary(), color, size::TILE[0]);
    painter.galley(frame.left_bottom() + vec2(1.0, 4.0), name, color);
}

/// The strip that is left when the catalogue is folded away.
pub fn folded(studio: &mut Studio, ui: &mut Ui) {
    let keys = keys::text(studio, "view.catalogue");
    ui.add_space(size::GAP);
    ui.vertical_centered(|ui| {
        if Tool::new(Icon::PanelLeft, "Catalogue", "Shows the catalogue.")
            .keys(&keys)
            .show(ui)
            .clicked()
        {
            studio.acts.push(Act::Do("view.catalogue"));
        }
        let keys = keys::text(studio, "view.find");
        if Tool::new(
            Icon::Search,
            "Find in the catalogue",
            "Shows the catalogue and puts the cursor into its search.",
        )
        .keys(&keys)
        .show(ui)
        .clicked()
        {
            studio.acts.push(Act::Do("view.find"));
        }
    });
}
