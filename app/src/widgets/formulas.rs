//! Formulas set as in a paper, one a line, their equals signs under each other.

use std::sync::Arc;

use egui::{ColorImage, Rect, Sense, TextureHandle, TextureOptions, Ui, pos2, vec2};
use loom_sim::Scene;
use loom_sim::scene::{Baseline, Font, Layer, Shape, Shapes, Space, Text};

use crate::shell::tokens::Tokens;

/// Em size.
const EM: f64 = 17.0;
/// Space between lines, in ems.
const LEADING: f64 = 0.55;
/// More lines than this are not set: nobody reads them.
const MOST: usize = 64;

struct Kept {
    formulas: Vec<String>,
    scale: f32,
    dark: bool,
    size: [f64; 2],
    texture: TextureHandle,
}

/// Shows the formulas; the LaTeX is their name for screen readers.
pub fn show(ui: &mut Ui, formulas: &[String]) {
    let id = ui.scope_id().with("formulas");
    let (scale, dark) = (ui.pixels_per_point(), ui.visuals().dark_mode);
    let kept: Option<Arc<Kept>> = ui.data(|d| d.get_temp(id));
    let kept = match kept {
        Some(k) if k.formulas == formulas && k.scale == scale && k.dark == dark => k,
        _ => {
            let ink = Tokens::of_theme(dark).ink();
            let (scene, size) = set(formulas, ink.text);
            let title = "Equations";
            let picture = loom_figure::Picture::of_scene(scene, size, f64::from(scale), ink, title);
            let Ok(pixels) = picture.pixels() else {
                return;
            };
            let image = ColorImage::from_rgba_unmultiplied(
                [pixels.width as usize, pixels.height as usize],
                &pixels.rgba,
            );
            let texture = ui.load_texture("formulas", image, TextureOptions::LINEAR);
            let kept = Arc::new(Kept {
                formulas: formulas.to_vec(),
                scale,
                dark,
                size,
                texture,
            });
            ui.data_mut(|d| d.insert_temp(id, kept.clone()));
            kept
        }
    };
    let size = vec2(kept.size[0] as f32, kept.size[1] as f32);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let name = formulas.join("; ");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(kept.texture.id(), rect, whole, egui::Color32::WHITE);
}

/// The formulas as shapes, and the room that they take.
fn set(formulas: &[String], color: loom_sim::Rgba) -> (Scene, [f64; 2]) {
    let run = |text: &str| loom_text::set(text, Font::Maths, EM);
    let lines: Vec<[String; 2]> = formulas.iter().take(MOST).map(|f| halves(f)).collect();
    let left = lines.iter().map(|[a, _]| run(a).width).fold(0.0, f64::max);
    let mut items = Vec::new();
    let (mut y, mut width) = (2.0, left);
    for [a, b] in &lines {
        let (before, after) = (run(a), run(b));
        let ascent = before.ascent.max(after.ascent).max(0.7 * EM);
        let descent = before.descent.max(after.descent).max(0.2 * EM);
        y += ascent;
        for (string, x, align) in [(a, left, 1.0), (b, left + 0.28 * EM, 0.0)] {
            items.push(Shape::Text(Text {
                position: [x + 2.0, y],
                string: string.clone(),
                font: Font::Maths,
                size: EM,
                color,
                align,
                baseline: Baseline::Alphabetic,
                rotation: 0.0,
            }));
        }
        width = width.max(left + 0.28 * EM + after.width);
        y += descent + LEADING * EM;
    }
    let plane = loom_sim::camera::Plane {
        whole: [0, 0],
        part: [0.0, 0.0],
        scale: 1.0,
        y_up: false,
    };
    let mut scene = Scene::new(loom_sim::Camera::Plane(plane));
    scene.layers.push(Layer::Shapes(Shapes {
        space: Space::Screen,
        items: items.into(),
    }));
    (scene, [width.ceil() + 8.0, y.ceil() + 2.0])
}

/// What stands left of the first equals sign, and the rest with it; in the setter's notation.
fn halves(latex: &str) -> [String; 2] {
    let plain = latex
        .replace("\\left", "")
        .replace("\\right", "")
        .replace("\\quad", " ")
        .replace("\\cdot", "·");
    match plain.split_once(" = ") {
        Some((left, right)) => [left.to_owned(), format!("= {right}")],
        None => [plain, String::new()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_under_each_other() {
        let formulas = [
            "\\dot{x} = y".to_owned(),
            "\\dot{y} = -\\frac{x}{2}".to_owned(),
        ];
        let (scene, [width, height]) = set(&formulas, loom_sim::Rgba::hex(0));
        let Layer::Shapes(shapes) = &scene.layers[0] else {
            panic!("formulas are shapes");
        };
        assert_eq!(shapes.items.len(), 4);
        assert!(width > 40.0 && height > 40.0);
    }
}
