//! Colour maps as strips, and the picker of one.

use egui::{Color32, Mesh, Rect, Sense, Ui, pos2, vec2};
use loom_sim::ColorMap;

use crate::shell::theme;
use crate::shell::tokens::size;

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

/// The map that a setting's text names.
pub fn named(key: &str) -> Option<ColorMap> {
    MAPS.iter().find(|(_, name, _)| *name == key).map(|m| m.0)
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

/// A drop-down of maps; the key of the one chosen.
pub fn picker(ui: &mut Ui, name: &str, present: &str) -> Option<&'static str> {
    let mut chosen = None;
    let answer = super::button::drop_down(("map", name), present)
        .width(ui.available_width().min(150.0))
        .show_ui(ui, |ui| {
            for (map, key, help) in MAPS {
                ui.horizontal(|ui| {
                    let (rect, _) = ui.allocate_exact_size(vec2(64.0, size::ICON), Sense::hover());
                    strip(ui, rect, map, false);
                    if ui
                        .selectable_label(present == key, key)
                        .on_hover_text(help)
                        .clicked()
                    {
                        chosen = Some(key);
                        ui.close();
                    }
                });
            }
        });
    answer.response.accessible_name(name.to_owned());
    if let Some(map) = named(present) {
        let (rect, _) = ui.allocate_exact_size(
            vec2(ui.available_width().clamp(24.0, 72.0), size::ICON),
            Sense::hover(),
        );
        strip(ui, rect, map, false);
    }
    chosen
}
