//! A web as a scene: threads by kind and colour, knots, pins, the hand, the twin.

use loom_sim::camera::Orbit;
use loom_sim::colour::{self, OKABE_ITO};
use loom_sim::scene::{
    Baseline, Font, Layer, Legend, LineTopology, Lines, Paint, Points, Shape, Shapes, Space, Text,
    Tubes, Vertex,
};
use loom_sim::{Camera, ColorMap, Ink, Rgba, Scene, Settings, SimError, View};

use super::settings::{boolean, real, text};
use crate::mechanics::{Hand, State};
use crate::web::{Placement, SilkKind, Web, bounds, norm, sub};

/// What a scene is drawn from.
pub struct Drawing<'a> {
    pub web: &'a Web,
    pub positions: Vec<[f64; 3]>,
    /// N.
    pub tensions: Vec<f64>,
    pub strains: Vec<f64>,
    pub pinned: &'a [bool],
    pub cut: &'a [bool],
    pub degree: &'a [usize],
    pub hand: Option<Hand>,
    /// The node that carries a load.
    pub load: Option<usize>,
    /// Upper end of the scale of tensions, N.
    pub top: f64,
}

/// How much of the view a fitted web fills.
const FILL: f64 = 0.8;

/// Line width by kind, logical pixels.
fn width(kind: SilkKind) -> f32 {
    match kind {
        SilkKind::Frame => 1.9,
        SilkKind::Anchor => 2.2,
        SilkKind::Radial => 1.4,
        SilkKind::CaptureSpiral => 0.9,
        SilkKind::Hub => 1.1,
        SilkKind::Tangle => 1.3,
    }
}

/// A round number at or above nine tenths of the taut threads' tensions, N: where the radials of
/// an orb web lie. Anchors and frame pull several times as much.
pub fn top_of_scale(tensions: &[f64]) -> f64 {
    let mut taut: Vec<f64> = tensions.iter().copied().filter(|t| *t > 0.0).collect();
    if taut.is_empty() {
        return 1e-4;
    }
    taut.sort_by(f64::total_cmp);
    nice(2.0 * taut[(taut.len() - 1) * 9 / 10])
}

/// The next of 1, 2, 5 times a power of ten.
fn nice(value: f64) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let decade = value.log10().floor() as i32;
    // Read from text, so that 500 is 500 to the last bit.
    let round = |m: u32, e: i32| format!("{m}e{e}").parse().unwrap_or(value);
    [(1, decade), (2, decade), (5, decade), (1, decade + 1)]
        .into_iter()
        .map(|(m, e)| round(m, e))
        .find(|n: &f64| *n >= value * (1.0 - 1e-12))
        .unwrap_or(value)
}

/// The camera that shows a web from the front, a little from the side; a drawn graph straight on.
pub fn fit(web: &Web, places: impl Iterator<Item = [f64; 3]>, size: [f64; 2]) -> Camera {
    let places: Vec<[f64; 3]> = places.collect();
    let [low, high] = bounds(places.iter().copied());
    let size = size.map(|pixels| pixels.max(1.0));
    let flat = web.placement == Placement::Layout;
    let mut orbit = Orbit {
        yaw: if flat { 0.0 } else { 0.45 },
        pitch: if flat { 0.0 } else { 0.1 },
        field_of_view: if flat { 0.0 } else { 0.5 },
        ..Orbit::default()
    };
    let span = |axis: usize| [low[axis], high[axis]];
    orbit.fit([span(0), span(1), span(2)], size[0] / size[1]);
    // A web is flat, its sphere is not: come near until the web itself fills the view.
    for _ in 0..3 {
        let mut fill = 0.0_f64;
        for place in &places {
            if let Some(seen) = orbit.project(*place, size) {
                for axis in 0..2 {
                    fill = fill.max((2.0 * seen.pixel[axis] / size[axis] - 1.0).abs());
                }
            }
        }
        if fill > 1e-6 {
            orbit.distance *= fill / FILL;
        }
    }
    Camera::Orbit(orbit)
}

/// How values become colours.
struct Scale {
    paint: Paint,
    legend: Option<Legend>,
    factor: f64,
    logarithmic: bool,
}

impl Scale {
    fn value(&self, raw: f64) -> f64 {
        let scaled = raw * self.factor;
        if self.logarithmic {
            scaled.max(1e-30).log10()
        } else {
            scaled
        }
    }
}

fn scale(drawing: &Drawing<'_>, settings: &Settings, map: ColorMap, dark: bool) -> Scale {
    let bar = |title: &str, unit: &str, low: f64, high: f64, factor: f64| Scale {
        paint: Paint::Map {
            map,
            low: low as f32,
            high: high as f32,
            alpha: 1.0,
        },
        legend: Some(Legend::Bar {
            title: title.into(),
            unit: unit.into(),
            map,
            low,
            high,
        }),
        factor,
        logarithmic: false,
    };
    match text(settings, "color") {
        "strain" => {
            let most = drawing.strains.iter().copied().fold(1e-4, f64::max);
            bar("Strain", "%", 0.0, nice(100.0 * most.min(1.0)), 100.0)
        }
        "degree" => {
            let most = drawing.degree.iter().copied().max().unwrap_or(1);
            bar("Degree", "", 0.0, most as f64, 1.0)
        }
        _ => {
            let chosen = 1e-3 * real(settings, "color_top");
            let top = if chosen > 0.0 { chosen } else { drawing.top };
            if text(settings, "color_scale") == "log" {
                // Three decades down to the spiral; one more at the end where the map would fade
                // into the ground.
                let highest = (1e6 * top).log10().ceil();
                let (low, high) = if dark {
                    (highest - 3.0, highest)
                } else {
                    (highest - 2.0, highest + 1.0)
                };
                let mut scale = bar("log₁₀ of tension in µN", "", low, high, 1e6);
                scale.logarithmic = true;
                scale
            } else if top < 1e-3 {
                bar("Tension", "µN", 0.0, 1e6 * top, 1e6)
            } else {
                bar("Tension", "mN", 0.0, 1e3 * top, 1e3)
            }
        }
    }
}

/// The settings of the view; what it does not set is as declared.
fn view_settings(view: &View, web: &Web) -> Settings {
    let graph = web.is_free();
    let color = if graph { "degree" } else { "tension" };
    let mut all: Settings = [
        ("color", color.into()),
        ("color_map", "viridis".into()),
        ("color_scale", "log".into()),
        ("color_top", 0.0.into()),
        ("style", "lines".into()),
        ("nodes", graph.into()),
        ("labels", graph.into()),
    ]
    .into_iter()
    .map(|(key, value): (&str, loom_sim::Value)| (key.to_owned(), value))
    .collect();
    all.extend(view.settings.clone());
    all
}

fn vertex(p: [f64; 3], value: f64) -> Vertex {
    Vertex::new(p[0] as f32, p[1] as f32, p[2] as f32, value as f32)
}

/// The whole picture.
pub fn scene(drawing: &Drawing<'_>, view: &View, camera: Camera) -> Scene {
    let settings = view_settings(view, drawing.web);
    let name = text(&settings, "color_map");
    let map = ColorMap::all()
        .find(|m| m.name().eq_ignore_ascii_case(name))
        .or_else(|| ColorMap::of(name))
        .unwrap_or(ColorMap::Viridis);
    let mut scene = Scene::new(camera);
    scene.background = Some(view.ink.ground);
    let by = text(&settings, "color");
    let scale = scale(drawing, &settings, map, view.ink.dark);
    threads(drawing, view, &settings, &scale, by, &mut scene);
    knots(drawing, view, &settings, &scale, by, &mut scene);
    marks(drawing, view, &mut scene);
    if boolean(&settings, "labels") {
        labels(drawing, view, &mut scene);
    }
    if by == "kind" {
        let present = |kind: &SilkKind| drawing.web.threads.iter().any(|t| t.kind == *kind);
        let entries = SilkKind::ALL.into_iter().filter(present);
        let entries = entries
            .map(|k| (k.name().to_owned(), kind_colour(k)))
            .collect();
        scene.legends.push(Legend::Keys {
            title: "Silk".into(),
            entries,
        });
    } else {
        scene.legends.extend(scale.legend);
    }
    scene
}

fn kind_colour(kind: SilkKind) -> Rgba {
    // The first of Okabe and Ito's colours is black, which a dark ground swallows.
    colour::category(kind.number() + 1)
}

fn threads(
    drawing: &Drawing<'_>,
    view: &View,
    settings: &Settings,
    scale: &Scale,
    by: &str,
    scene: &mut Scene,
) {
    let tubes = text(settings, "style") == "tubes";
    let stride = (2 * drawing.web.threads.len())
        .div_ceil(view.budget.max(2))
        .max(1);
    let slack_colour = view.ink.secondary.with_alpha(0.45);
    for kind in SilkKind::ALL {
        let (mut taut, mut slack) = (Vec::new(), Vec::new());
        let mut radius = 0.0_f64;
        for (t, thread) in drawing.web.threads.iter().enumerate().step_by(stride) {
            if thread.kind != kind || drawing.cut[t] {
                continue;
            }
            radius = radius.max(thread.radius);
            let value = match by {
                "strain" => drawing.strains[t].max(0.0),
                _ => drawing.tensions[t],
            };
            let [a, b] = thread.ends.map(|e| drawing.positions[e as usize]);
            let plain = by == "degree";
            // An untensioned graph's threads are not slack but mere lines.
            let list = if plain || drawing.tensions[t] <= 0.0 {
                &mut slack
            } else {
                &mut taut
            };
            list.extend([a, b].map(|p| vertex(p, scale.value(value))));
        }
        let paint = if by == "kind" {
            Paint::Solid(kind_colour(kind))
        } else {
            scale.paint
        };
        for (vertices, paint) in [(slack, Paint::Solid(slack_colour)), (taut, paint)] {
            if vertices.is_empty() {
                continue;
            }
            let topology = LineTopology::Segments;
            scene.layers.push(if tubes {
                // Silk is a ten-thousandth as thick as its web is wide; 250 times shows it.
                let radius = (250.0 * radius) as f32;
                Layer::Tubes(Tubes {
                    vertices: vertices.into(),
                    topology,
                    radius,
                    paint,
                })
            } else {
                let width = width(kind);
                Layer::Lines(Lines {
                    vertices: vertices.into(),
                    topology,
                    width,
                    paint,
                })
            });
        }
    }
}

fn knots(
    drawing: &Drawing<'_>,
    view: &View,
    settings: &Settings,
    scale: &Scale,
    by: &str,
    scene: &mut Scene,
) {
    let mut push = |vertices: Vec<Vertex>, size: f32, paint: Paint| {
        if !vertices.is_empty() {
            let additive = false;
            scene.layers.push(Layer::Points(Points {
                vertices: vertices.into(),
                size,
                paint,
                additive,
            }));
        }
    };
    if boolean(settings, "nodes") {
        let paint = if by == "degree" {
            scale.paint
        } else {
            Paint::Solid(view.ink.secondary)
        };
        let list = drawing.positions.iter().zip(drawing.degree);
        let stride = drawing.positions.len().div_ceil(view.budget.max(1)).max(1);
        let list = list
            .step_by(stride)
            .map(|(&p, &d)| vertex(p, d as f64))
            .collect();
        push(list, if by == "degree" { 11.0 } else { 4.0 }, paint);
    }
    let pins = drawing
        .positions
        .iter()
        .zip(drawing.pinned)
        .filter(|(_, p)| **p);
    push(
        pins.map(|(&p, _)| vertex(p, 0.0)).collect(),
        7.0,
        Paint::Solid(view.ink.text),
    );
    let load = drawing.load.map(|i| vertex(drawing.positions[i], 0.0));
    push(load.into_iter().collect(), 10.0, Paint::Solid(OKABE_ITO[6]));
}

/// The hand and what is selected.
fn marks(drawing: &Drawing<'_>, view: &View, scene: &mut Scene) {
    let mut line = |ends: [[f64; 3]; 2], width: f32, color: Rgba| {
        let vertices: Vec<Vertex> = ends.into_iter().map(|p| vertex(p, 0.0)).collect();
        scene.layers.push(Layer::Lines(Lines {
            vertices: vertices.into(),
            topology: LineTopology::Segments,
            width,
            paint: Paint::Solid(color),
        }));
    };
    let mut dots: Vec<Vertex> = Vec::new();
    if let Some(hand) = drawing.hand {
        line(
            [drawing.positions[hand.node as usize], hand.target],
            1.0,
            view.ink.text,
        );
        dots.push(vertex(hand.target, 0.0));
    }
    match view.selected.as_deref().and_then(super::pointer::parse) {
        Some(super::pointer::Thing::Thread(t)) if t < drawing.web.threads.len() => {
            let ends = drawing.web.threads[t]
                .ends
                .map(|e| drawing.positions[e as usize]);
            line(ends, 3.5, view.ink.text);
        }
        Some(super::pointer::Thing::Node(n)) if n < drawing.positions.len() => {
            dots.push(vertex(drawing.positions[n], 0.0));
        }
        _ => {}
    }
    if !dots.is_empty() {
        scene.layers.push(Layer::Points(Points {
            vertices: dots.into(),
            size: 12.0,
            paint: Paint::Solid(view.ink.text),
            additive: false,
        }));
    }
}

/// Names beside the nodes, where they are few enough to be read.
fn labels(drawing: &Drawing<'_>, view: &View, scene: &mut Scene) {
    if drawing.positions.len() > 200 {
        return;
    }
    let size = view.points();
    let items: Vec<Shape> = drawing
        .positions
        .iter()
        .enumerate()
        .filter_map(|(i, &p)| {
            let [x, y] = scene.camera.project(p, size)?.pixel;
            Some(Shape::Text(Text {
                position: [x + 8.0, y - 5.0],
                string: drawing.web.label(i),
                font: Font::Sans,
                size: 11.0,
                color: view.ink.text,
                align: 0.0,
                baseline: Baseline::Alphabetic,
                rotation: 0.0,
            }))
        })
        .collect();
    scene.layers.push(Layer::Shapes(Shapes {
        space: Space::Screen,
        items: items.into(),
    }));
}

/// Lays the twin over the picture in one colour, and what parts the two.
pub fn compare(drawing: &Drawing<'_>, other: &State, view: &View, scene: &mut Scene) {
    if other.position.len() != drawing.positions.len() || other.cut.len() != drawing.cut.len() {
        return;
    }
    let place = |i: u32| {
        let [x, y, z, _] = other.position[i as usize];
        [x, y, z]
    };
    let [low, high] = bounds(drawing.positions.iter().copied());
    let visible = 1e-4 * norm(sub(high, low));
    let apart: Vec<bool> = drawing
        .positions
        .iter()
        .enumerate()
        .map(|(i, &p)| norm(sub(place(i as u32), p)) > visible)
        .collect();
    let mut vertices = Vec::new();
    for (t, thread) in drawing.web.threads.iter().enumerate() {
        let moved = thread.ends.iter().any(|&e| apart[e as usize]);
        if vertices.len() + 2 > view.budget {
            break;
        }
        if !other.cut[t] && (moved || drawing.cut[t]) {
            vertices.extend(thread.ends.map(|e| vertex(place(e), 0.0)));
        }
    }
    if !vertices.is_empty() {
        scene.layers.push(Layer::Lines(Lines {
            vertices: vertices.into(),
            topology: LineTopology::Segments,
            width: 1.2,
            paint: Paint::Solid(OKABE_ITO[6].with_alpha(0.75)),
        }));
    }
}

/// A small picture of a web as built, for the catalogue.
pub fn of_web(web: &Web, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError> {
    let strain = |t: &crate::web::Thread| web.distance(t.ends) / t.rest_length - 1.0;
    let strains: Vec<f64> = web.threads.iter().map(strain).collect();
    let tension = |(t, s): (&crate::web::Thread, &f64)| t.axial_stiffness() * s.max(0.0);
    let tensions: Vec<f64> = web.threads.iter().zip(&strains).map(tension).collect();
    let measures = crate::measures::GraphMeasures::of(web);
    let pinned: Vec<bool> = web.nodes.iter().map(|n| n.pinned).collect();
    let cut = vec![false; web.threads.len()];
    let drawing = Drawing {
        web,
        positions: web.nodes.iter().map(|n| n.position).collect(),
        top: top_of_scale(&tensions),
        tensions,
        strains,
        pinned: &pinned,
        cut: &cut,
        degree: &measures.degree,
        hand: None,
        load: None,
    };
    let mut view = View::new(size);
    view.ink = *ink;
    // Names would not be legible.
    view.settings.insert("labels".into(), false.into());
    let camera = fit(web, drawing.positions.iter().copied(), view.points());
    let mut scene = scene(&drawing, &view, camera);
    scene.legends.clear();
    for layer in &mut scene.layers {
        match layer {
            // A picture the size of a stamp takes finer lines.
            Layer::Lines(lines) => lines.width *= 0.6,
            Layer::Points(points) => points.size *= 0.5,
            _ => {}
        }
    }
    Ok(scene)
}
