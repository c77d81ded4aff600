//! Colour maps as strips, and the picker of one.

use egui::{Color32, Mesh, Rect, Sense, Ui, pos2, vec2};
use loom_sim::{ColorMap, Ramp};

use super::button::Tool;
use super::ramp;
use crate::shell::icons::Icon;
use crate::shell::tokens::size;
use crate::shell::{colour_maps, theme};

/// The maps in the order in which they are offered: key, name, what it is for.
pub const MAPS: [(ColorMap, &str, &str); 8] = [
    (
        ColorMap::Batlow,
        "batlow",
        "Even and colour-blind safe; the first choice.",
    ),
    (
        ColorMap::Lajolla,
        "lajolla",
        "From dark red to pale yellow.",
    ),
    (
        ColorMap::Viridis,
        "viridis",
        "From violet to yellow, well known.",
    ),
    (
        ColorMap::Magma,
        "magma",
        "From black through violet to cream.",
    ),
    (
        ColorMap::Cividis,
        "cividis",
        "Blue to yellow, the same for colour-blind readers.",
    ),
    (ColorMap::Vik, "vik", "Diverging around the middle."),
    (ColorMap::Phase, "phase", "Cyclic, for angles."),
    (ColorMap::Gray, "gray", "For print in one ink."),
];

/// The map that a setting's text names or carries.
pub fn named(key: &str) -> Option<ColorMap> {
    ColorMap::of(key)
}

/// What a setting's text is called.
pub fn title(key: &str) -> String {
    Ramp::parse(key).map_or_else(|| key.to_owned(), |ramp| ramp.name().to_owned())
}

/// Fills `rect` with the map from left to right, or from bottom to top.
pub fn strip(ui: &Ui, rect: Rect, map: ColorMap, upright: bool) {
    const CUTS: usize = 32;
    let mut mesh = Mesh::default();
    for i in 0..=CUTS {
        let t = i as f32 / CUTS as f32;
        let color: Color32 = theme::color(map.at(t));
        let (a, b) = if upright {
            let y = rect.bottom() - t * rect.height();
            (pos2(rect.left(), y), pos2(rect.right(), y))
        } else {
            let x = rect.left() + t * rect.width();
            (pos2(x, rect.top()), pos2(x, rect.bottom()))
        };
        mesh.colored_vertex(a, color);
        mesh.colored_vertex(b, color);
        if i > 0 {
            let n = 2 * i as u32;
            mesh.add_triangle(n - 2, n - 1, n);
            mesh.add_triangle(n - 1, n + 1, n);
        }
    }
    ui.painter().add(mesh);
}

/// A drop-down of maps, the user's own among them, and the editor behind a button; the text of
/// the map that was chosen or changed.
pub fn picker(ui: &mut Ui, name: &str, present: &str) -> Option<String> {
    let mut chosen: Option<String> = None;
    let row = |ui: &mut Ui, map: ColorMap, words: &str, taken: bool, help: &str| {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(64.0, size::ICON), Sense::hover());
            strip(ui, rect, map, false);
            ui.selectable_label(taken, words)
                .on_hover_text(help)
                .clicked()
        })
        .inner
    };
    let answer = super::button::drop_down(("map", name), title(present))
        .width(ui.available_width().min(150.0))
        .show_ui(ui, |ui| {
            for (map, key, help) in MAPS {
                if row(ui, map, key, present == key, help) {
                    chosen = Some(key.to_owned());
                    ui.close();
                }
            }
            for own in colour_maps::list() {
                let text = own.text();
                if let Some(map) = ColorMap::own(&text)
                    && row(
                        ui,
                        map,
                        own.name(),
                        present == text,
                        "One of your own maps.",
                    )
                {
                    chosen = Some(text);
                    ui.close();
                }
            }
        });
    answer.response.accessible_name(name.to_owned());
    if let Some(map) = named(present) {
        let room = ui.available_width() - size::CONTROL - size::GAP;
        let (rect, _) =
            ui.allocate_exact_size(vec2(room.clamp(24.0, 72.0), size::ICON), Sense::hover());
        strip(ui, rect, map, false);
        let id = ui.make_persistent_id(("ramp", name));
        let open = ramp::is_open(ui.ctx(), id);
        let tool = Tool::new(
            Icon::Pencil,
            "Edit the colour map",
            "Stops in a perceptual space, a plot of its lightness, import and export.",
        );
        if tool.selected(open).show(ui).clicked() {
            ramp::toggle(ui.ctx(), id, present);
        }
        if open && let Some(text) = ramp::window(ui.ctx(), id, present) {
            chosen = Some(text);
        }
    }
    chosen
}
