//! Puts colours on a drawing: inks of the view, tints of the blocks, values on the wires.

use loom_sim::camera::Plane;
use loom_sim::colour::category;
use loom_sim::scene::{Layer, Legend, Path, Shape, Shapes, Space, Stroke, Text};
use loom_sim::{Camera, ColorMap, Ink, Rgba, Scene, Settings, Value};

use crate::check::ArrayId;
use crate::layout::draw::LINE;
use crate::layout::hit::Target;
use crate::layout::{Drawing, Item, Labels, Options, Tone};

/// What the view's settings ask of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub options: Options,
    pub map: ColorMap,
    pub values: bool,
    pub mean_abs: bool,
}

impl Look {
    pub fn of(settings: &Settings) -> Self {
        let text = |key: &str| settings.get(key).and_then(Value::as_text);
        let flag = |key: &str, default| {
            settings
                .get(key)
                .and_then(Value::as_boolean)
                .unwrap_or(default)
        };
        let map = text("map").and_then(|name| {
            ColorMap::ALL
                .into_iter()
                .find(|m| m.name() == name)
                .or_else(|| ColorMap::of(name))
        });
        Self {
            options: Options {
                labels: match text("labels") {
                    Some("names") => Labels::Names,
                    Some("sizes") => Labels::Sizes,
                    _ => Labels::Both,
                },
                folded: flag("folded", false),
            },
            map: map.unwrap_or(ColorMap::Viridis),
            values: flag("values", true),
            mean_abs: text("measure") == Some("mean_abs"),
        }
    }
}

/// Numbers on wires: what each array measures, if it has been reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    pub on: Vec<Option<f64>>,
    /// How far each array differs from the twin's, relative to its own measure.
    pub difference: Vec<Option<f64>>,
}

impl Values {
    /// The largest measure; the colour map ends there.
    pub fn most(&self) -> f64 {
        self.on.iter().flatten().copied().fold(0.0, f64::max)
    }
}

/// Logical pixels that the colour key takes at the right edge of a view wide enough for one.
const KEY_WIDTH: f64 = 196.0;
/// Its height with the room around it: a wide diagram leaves it free below.
const KEY_HEIGHT: f64 = 64.0;

/// The camera under which a drawing fills nine tenths of a view, at most threefold, beside the
/// colour key.
pub fn fit(drawing: &Drawing, size: [f64; 2]) -> Plane {
    let [w, h] = drawing.size;
    let whole = 0.95 * size[0].max(1.0) / w.max(1.0);
    let below = 0.5 * (size[1] - whole * h) > KEY_HEIGHT;
    let key = if size[0] > 400.0 && !below {
        KEY_WIDTH
    } else {
        0.0
    };
    let scale = (0.94 * (size[0] - key).max(1.0) / w.max(1.0))
        .min(0.9 * size[1].max(1.0) / h.max(1.0))
        .clamp(1e-3, 3.0);
    // To the left by no more than the key needs.
    let free = 0.5 * (size[0] - scale * w);
    let aside = (key - free).clamp(0.0, 0.5 * key);
    Plane::new([0.5 * w + aside / scale, 0.5 * h], scale, false)
}

/// Mixes a tint towards the ground, so that text on it keeps its contrast on dark ground.
fn tint(rgb: u32, dark: u8, ink: &Ink) -> Rgba {
    let shade = |c: u8| (u32::from(c) * (255 - u32::from(dark)) / 255) as u8;
    let [r, g, b, _] = Rgba::hex(rgb).0;
    let own = [shade(r), shade(g), shade(b)];
    if !ink.dark {
        return Rgba::opaque(own[0], own[1], own[2]);
    }
    let mix = |c: u8, ground: u8| (0.2 * f64::from(c) + 0.8 * f64::from(ground)).round() as u8;
    let [x, y, z, _] = ink.ground.0;
    Rgba::opaque(mix(own[0], x), mix(own[1], y), mix(own[2], z))
}

fn error_color(ink: &Ink) -> Rgba {
    Rgba::hex(if ink.dark { 0xF2_777A } else { 0xC0_3538 })
}

fn tone(tone: Tone, ink: &Ink) -> Rgba {
    match tone {
        Tone::Ink => ink.text,
        Tone::Secondary => ink.secondary,
        Tone::Ground => ink.ground,
        Tone::Error => error_color(ink),
        Tone::Tint(rgb, dark) => tint(rgb, dark, ink),
    }
}

/// The drawing as a scene. Shapes stand relative to the camera's whole-number origin.
pub fn scene(
    drawing: &Drawing,
    camera: Camera,
    ink: &Ink,
    look: Look,
    values: &Values,
    selected: Option<&str>,
) -> Scene {
    let origin = match &camera {
        Camera::Plane(plane) => [plane.whole[0] as f64, plane.whole[1] as f64],
        Camera::Orbit(_) => [0.0, 0.0],
    };
    let most = values.most();
    let measure = |array: ArrayId| values.on.get(array).copied().flatten();
    let mut items: Vec<Shape> = Vec::with_capacity(drawing.items.len() + 16);
    let stroke = |path: &Path, color: Rgba, width: f64| Shape::Path {
        path: path.clone(),
        fill: None,
        stroke: Some(Stroke::solid(color, width)),
    };
    let target = selected.and_then(Target::parse);
    for item in &drawing.items {
        match item {
            Item::Wire {
                array,
                axis,
                path,
                faulty,
            } => {
                if target
                    == Some(Target::Wire {
                        array: *array,
                        axis: *axis,
                    })
                {
                    items.push(stroke(path, ink.text.with_alpha(0.25), 8.0));
                }
                match measure(*array) {
                    _ if *faulty => items.push(stroke(path, error_color(ink), 2.2)),
                    Some(value) if look.values => {
                        let t = if most > 0.0 { value / most } else { 0.0 };
                        // A hairline of ink keeps every colour of the map apart from the ground.
                        let casing = if ink.dark {
                            ink.text.with_alpha(0.35)
                        } else {
                            ink.secondary
                        };
                        items.push(stroke(path, casing, 3.4));
                        items.push(stroke(path, look.map.at(t as f32), 2.6));
                    }
                    _ => items.push(stroke(path, ink.text, LINE)),
                }
                if let Some(d) = values.difference.get(*array).copied().flatten()
                    && d > 0.0
                {
                    // One colour; the smaller the difference, the fainter, over six decades.
                    let strength = ((d.log10() + 6.0) / 6.0).clamp(0.15, 1.0);
                    let color = category(5).with_alpha(strength as f32);
                    items.push(stroke(path, color, 5.0));
                }
            }
            Item::Separator(path) => items.push(Shape::Path {
                path: path.clone(),
                fill: None,
                stroke: Some(Stroke {
                    color: ink.text,
                    width: 1.8,
                    dash: vec![5.0, 5.0],
                    round: false,
                }),
            }),
            Item::Shape {
                path,
                fill,
                stroke: line,
            } => items.push(Shape::Path {
                path: path.clone(),
                fill: fill.map(|t| tone(t, ink)),
                stroke: line.map(|(t, width)| Stroke::solid(tone(t, ink), width)),
            }),
            Item::Label {
                text,
                font,
                size,
                position,
                align,
                baseline,
                tone: t,
            } => items.push(Shape::Text(Text {
                position: *position,
                string: text.clone(),
                font: *font,
                size: *size,
                color: tone(*t, ink),
                align: *align,
                baseline: *baseline,
                rotation: 0.0,
            })),
        }
    }
    let outlined = match target {
        Some(Target::Step(index)) => drawing.steps.iter().find(|s| s.0 == index),
        Some(Target::Block(index)) => drawing.blocks.iter().find(|b| b.0 == index),
        _ => None,
    };
    if let Some((_, [l, t, r, b])) = outlined {
        let outline = Path::rectangle(l - 2.0, t - 2.0, r - l + 4.0, b - t + 4.0);
        items.push(stroke(&outline, ink.text.with_alpha(0.55), 2.0));
    }
    for shape in &mut items {
        match shape {
            Shape::Path { path, .. } => {
                crate::layout::hit::shift(path, [-origin[0], -origin[1]]);
            }
            Shape::Text(text) => {
                text.position = [text.position[0] - origin[0], text.position[1] - origin[1]];
            }
        }
    }
    let mut scene = Scene::new(camera);
    scene.background = Some(ink.ground);
    scene.layers.push(Layer::Shapes(Shapes {
        space: Space::World,
        items: items.into(),
    }));
    if look.values && values.on.iter().any(Option::is_some) {
        scene.legends.push(Legend::Bar {
            title: if look.mean_abs {
                "Mean absolute value".to_owned()
            } else {
                "Root mean square".to_owned()
            },
            unit: String::new(),
            map: look.map,
            low: 0.0,
            high: if most > 0.0 { most } else { 1.0 },
        });
    }
    if values.difference.iter().flatten().any(|d| *d > 0.0) {
        scene.legends.push(Legend::Keys {
            title: "Twin".to_owned(),
            entries: vec![("Wires that differ".to_owned(), category(5))],
        });
    }
    scene
}
