//! The palette: one field that finds commands, catalogue entries and analyses.

use egui::{
    Align2, Area, Context, Id, Key, Order, RichText, Role, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, vec2,
};

use super::acts::Act;
use super::icons::{self, Icon};
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{analyses, commands, keys, room, theme};
use crate::tour::library;
use crate::widgets::section;

const WIDTH: f32 = 560.0;
const LINE: f32 = 32.0;
const MOST: usize = 60;

#[derive(Default)]
pub struct Palette {
    text: String,
    chosen: usize,
    fresh: bool,
}

impl Palette {
    pub fn new() -> Self {
        Self {
            fresh: true,
            ..Self::default()
        }
    }
}

struct Hit {
    rank: u32,
    icon: Icon,
    title: String,
    /// Where it belongs: a menu, a science.
    place: String,
    keys: String,
    act: Act,
}

/// Shows the palette over everything, where it is open.
pub fn show(studio: &mut Studio, ctx: &Context) {
    let Some(mut palette) = studio.palette.take() else {
        return;
    };
    let (up, down, enter, escape) = ctx.input(|i| {
        (
            i.key_pressed(Key::ArrowUp),
            i.key_pressed(Key::ArrowDown),
            i.key_pressed(Key::Enter),
            i.key_pressed(Key::Escape),
        )
    });
    let mut hits = find(studio, &palette.text);
    hits.sort_by(|a, b| {
        a.rank
            .cmp(&b.rank)
            .then_with(|| a.title.len().cmp(&b.title.len()))
    });
    hits.truncate(MOST);
    if down {
        palette.chosen += 1;
    }
    if up {
        palette.chosen = palette.chosen.saturating_sub(1);
    }
    palette.chosen = palette.chosen.min(hits.len().saturating_sub(1));
    let mut picked = enter.then_some(palette.chosen);
    let mut open = !escape;
    let room = ctx.content_rect();
    let veil = Area::new(Id::unique("veil of the palette"))
        .order(Order::Middle)
        .fixed_pos(room.min)
        .show(ctx, |ui| {
            let response = ui.allocate_rect(room, Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Close the search"));
            ui.painter().rect_filled(room, 0.0, tokens::of(ui).veil);
            response.clicked()
        });
    if veil.inner {
        open = false;
    }
    Area::new(Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 64.0))
        .show(ctx, |ui| {
            egui::Frame::window(ui.style())
                .inner_margin(size::GAP)
                .show(ui, |ui| {
                    ui.set_width(WIDTH.min(room.width() - 2.0 * size::SECTION));
                    let before = palette.text.clone();
                    let field = ui
                        .add(
                            TextEdit::singleline(&mut palette.text)
                                .font(font::heading())
                                .hint_text("Commands, systems, patterns, webs, circuits, tours")
                                .prefix(icons::text(Icon::Search).color(tokens::of(ui).secondary))
                                .desired_width(f32::INFINITY),
                        )
                        .accessible_name("Search everything");
                    if palette.fresh || !field.has_focus() {
                        field.request_focus();
                        palette.fresh = false;
                    }
                    if before != palette.text {
                        palette.chosen = 0;
                    }
                    ui.add_space(size::GRID);
                    if hits.is_empty() {
                        ui.label(RichText::new("Nothing is called that.").weak());
                    }
                    ScrollArea::vertical()
                        .max_height(LINE * 11.0)
                        .show(ui, |ui| {
                            ui.spacing_mut().item_spacing.y = 0.0;
                            for (index, hit) in hits.iter().enumerate() {
                                let response = line(ui, hit, index == palette.chosen);
                                if index == palette.chosen && (up || down) {
                                    response.scroll_to_me(None);
                                }
                                if response.clicked() {
                                    picked = Some(index);
                                }
                            }
                        });
                });
        });
    if let Some(index) = picked {
        if index < hits.len() {
            studio.acts.push(hits.swap_remove(index).act);
        }
        open = false;
    }
    if open {
        studio.palette = Some(palette);
    }
}

fn line(ui: &mut Ui, hit: &Hit, chosen: bool) -> egui::Response {
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::click());
    let label = format!("{}, {}", hit.title, hit.place);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let tokens = tokens::of(ui);
    let painter = ui.painter();
    if chosen || response.hovered() {
        let fill = if chosen {
            theme::mix(tokens.panel, tokens::accent(ui), 0.2)
        } else {
            tokens.raised
        };
        painter.rect_filled(rect, size::CORNER, fill);
    }
    painter.text(
        rect.left_center() + vec2(16.0, 0.0),
        Align2::CENTER_CENTER,
        char::from(hit.icon),
        font::icon_of(15.0),
        tokens.secondary,
    );
    let title = section::clipped(ui, &hit.title, font::body(), tokens.text, width * 0.56);
    painter.galley(
        rect.left_center() + vec2(34.0, -title.size().y / 2.0),
        title,
        tokens.text,
    );
    let mut right = rect.right_center() - vec2(size::GAP, 0.0);
    if !hit.keys.is_empty() {
        let drawn = painter.text(
            right,
            Align2::RIGHT_CENTER,
            &hit.keys,
            font::mono_small(),
            tokens.secondary,
        );
        right.x = drawn.left() - size::SECTION;
    }
    let place = section::clipped(
        ui,
        &hit.place,
        font::secondary(),
        tokens.secondary,
        width * 0.3,
    );
    painter.galley(
        right - vec2(place.size().x, place.size().y / 2.0),
        place,
        tokens.secondary,
    );
    response
}

fn find(studio: &Studio, text: &str) -> Vec<Hit> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut hits = Vec::new();
    for command in commands::all().filter(|c| c.id != "help.search" && (c.enabled)(studio)) {
        let title = command.title(studio);
        let Some(rank) = rank(&title, command.help, &words) else {
            continue;
        };
        hits.push(Hit {
            rank: rank + u32::from(command.group >= 8),
            icon: command.icon.unwrap_or(Icon::Command),
            title,
            place: command.menu.name().to_owned(),
            keys: keys::text(studio, command.id),
            act: Act::Do(command.id),
        });
    }
    for room in &studio.rooms {
        for entry in &room.catalogue {
            let Some(rank) = room::score(entry, &words) else {
                continue;
            };
            hits.push(Hit {
                rank: if words.is_empty() { 3 } else { rank },
                icon: room.panel.icon(),
                title: entry.title.clone(),
                place: room.panel.name().to_owned(),
                keys: String::new(),
                act: Act::Open {
                    room: room.panel.index(),
                    entry: entry.name.clone(),
                    beside: false,
                },
            });
        }
    }
    for tour in library::tours() {
        let title = format!("Tour: {}", tour.title);
        if let Some(rank) = rank(&title, &tour.summary, &words) {
            hits.push(Hit {
                rank: if words.is_empty() { 3 } else { rank },
                icon: Icon::Route,
                title,
                place: "Tours".into(),
                keys: String::new(),
                act: Act::Tour { tour, step: 0 },
            });
        }
    }
    if let Some(live) = studio.live() {
        for operation in studio.operations() {
            let title = super::operate::title(&operation);
            if let Some(rank) = rank(&title, &operation.help, &words) {
                hits.push(Hit {
                    rank,
                    icon: Icon::PencilLine,
                    title,
                    place: operation.group.clone(),
                    keys: operation
                        .keys
                        .first()
                        .map_or_else(String::new, |k| keys::shown(k)),
                    act: Act::Operate(operation.key.clone()),
                });
            }
        }
        for analysis in analyses::fitting(&live.science, live.model()) {
            let Some(rank) = rank(analysis.name(), analysis.help(), &words) else {
                continue;
            };
            hits.push(Hit {
                rank,
                icon: Icon::Microscope,
                title: format!("Run: {}", analysis.name()),
                place: "Analyse".into(),
                keys: String::new(),
                act: Act::Measure {
                    live: live.id,
                    analysis: analysis.key().to_owned(),
                },
            });
        }
    }
    hits
}

/// How well a name and its sentence answer the words, lower is better.
fn rank(name: &str, help: &str, words: &[String]) -> Option<u32> {
    let (name, help) = (name.to_lowercase(), help.to_lowercase());
    let mut total = 0;
    for word in words {
        total += if name.starts_with(word.as_str()) {
            0
        } else if name.contains(word.as_str()) {
            1
        } else if help.contains(word.as_str()) {
            3
        } else {
            return None;
        };
    }
    Some(total)
}
