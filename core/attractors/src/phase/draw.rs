//! The portrait as layers: paths that SVG and PDF take over as they are.

use std::sync::Arc;

use loom_sim::camera::Plane;
use loom_sim::scene::{
    Axes as AxesLayer, Layer, Legend, Path, Segment, Shape, Shapes, Space, Stroke,
};
use loom_sim::{Camera, Hit, Ink, Rgba, Scene, SimError, View};

use super::arrows::Arrow;
use super::rests::{Rest, Stability};
use super::window::Window;
use super::{Portrait, across_and_up};
use crate::motion::Motion;
use crate::settings::ViewSettings;

/// Radius of a fixed point's mark and the reach of the pointer, logical pixels.
const MARK: f64 = 5.0;
const REACH: f64 = 9.0;

/// Colours from Okabe and Ito's set, each with enough contrast to its ground.
struct Colors {
    across: Rgba,
    up: Rgba,
    stable: Rgba,
    unstable: Rgba,
    field: Rgba,
}

impl Colors {
    fn on(ink: &Ink) -> Self {
        let pick = |dark: u32, light: u32| Rgba::hex(if ink.dark { dark } else { light });
        Self {
            across: pick(0x56_B4E9, 0x00_72B2),
            up: pick(0xE6_9F00, 0xC2_5200),
            stable: pick(0x2F_BF93, 0x00_8060),
            unstable: pick(0xE0_7FB4, 0xA8_3C7C),
            field: ink.text.with_alpha(if ink.dark { 0.34 } else { 0.30 }),
        }
    }
}

/// From the plane's own units to the scene's, in which a logical pixel is as long up as across.
struct Sheet<'a> {
    window: &'a Window,
    plane: &'a Plane,
    stretch: f64,
}

impl Sheet<'_> {
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [dx, dy] = self.plane.whole.map(|n| n as f64);
        [x - dx, y * self.stretch - dy]
    }
    /// Logical pixels as world units.
    fn pixels(&self, n: f64) -> f64 {
        n / self.window.scale[0]
    }
    fn stroke(&self, color: Rgba, width: f64) -> Stroke {
        Stroke {
            color,
            width: self.pixels(width),
            dash: Vec::new(),
            round: true,
        }
    }
    fn curve(&self, points: &[[f64; 2]], color: Rgba, width: f64) -> Shape {
        let places: Vec<[f64; 2]> = points.iter().map(|p| self.place(*p)).collect();
        Shape::Path {
            path: Path::polyline(&places),
            fill: None,
            stroke: Some(self.stroke(color, width)),
        }
    }

    /// All arrows as one path: shafts with heads of three corners.
    fn arrows(&self, arrows: &[Arrow], weight: f64, color: Rgba) -> Option<Shape> {
        let (half, head, wing) = (0.5 * weight, 4.5 * weight, 2.1 * weight);
        let mut path = Path::default();
        for arrow in arrows {
            let [mx, my] = self.place(arrow.middle);
            let length = arrow.way[0].hypot(arrow.way[1]);
            let [ax, ay] = arrow.way.map(|w| w / length);
            let at = |along: f64, aside: f64| {
                [
                    mx + self.pixels(along * ax - aside * ay),
                    my + self.pixels(along * ay + aside * ax),
                ]
            };
            let (tail, neck, tip) = (-0.5 * length, 0.5 * length - head, 0.5 * length);
            let corners = [
                at(tail, -half),
                at(neck, -half),
                at(neck, -wing),
                at(tip, 0.0),
                at(neck, wing),
                at(neck, half),
                at(tail, half),
            ];
            path.segments.push(Segment::Move(corners[0]));
            path.segments
                .extend(corners[1..].iter().map(|c| Segment::Line(*c)));
            path.segments.push(Segment::Close);
        }
        (!path.segments.is_empty()).then_some(Shape::Path {
            path,
            fill: Some(color),
            stroke: None,
        })
    }

    /// A fixed point as textbooks mark it.
    fn mark(&self, rest: &Rest, ink: &Ink) -> Vec<Shape> {
        let centre = self.place(rest.place);
        let radius = self.pixels(MARK);
        let disc = |radius: f64, fill: Rgba, outline: bool| Shape::Path {
            path: Path::circle(centre, radius),
            fill: Some(fill),
            stroke: outline.then(|| self.stroke(ink.text, 1.6)),
        };
        let half = |left: bool| Shape::Path {
            path: half_disc(centre, radius, left),
            fill: Some(ink.text),
            stroke: None,
        };
        match rest.stability {
            Stability::Stable => vec![disc(radius, ink.text, true)],
            Stability::Unstable => vec![disc(radius, ink.ground, true)],
            Stability::Saddle => vec![disc(radius, ink.ground, true), half(true)],
            Stability::Half { left } => vec![disc(radius, ink.ground, true), half(left)],
            Stability::Neutral => vec![
                disc(radius, ink.ground, true),
                disc(0.36 * radius, ink.text, false),
            ],
        }
    }
}

/// Half a disc, left or right of its upright diameter.
fn half_disc([x, y]: [f64; 2], r: f64, left: bool) -> Path {
    const K: f64 = 0.552_284_749_830_793_4;
    let s = if left { -1.0 } else { 1.0 };
    let k = r * K;
    Path {
        segments: vec![
            Segment::Move([x, y + r]),
            Segment::Cubic([x + s * k, y + r], [x + s * r, y + k], [x + s * r, y]),
            Segment::Cubic([x + s * r, y - k], [x + s * k, y - r], [x, y - r]),
            Segment::Close,
        ],
    }
}

/// Clears the margins in which the axes' numbers stand.
fn margins(axes: &AxesLayer, view: &View) -> Layer {
    let [width, height] = view.points();
    let [beside, below] = loom_gpu::frame_margins(axes);
    let strip = |x: f64, y: f64, width: f64, height: f64| Shape::Path {
        path: Path::rectangle(x, y, width, height),
        fill: Some(view.ink.ground),
        stroke: None,
    };
    Layer::Shapes(Shapes {
        space: Space::Screen,
        items: Arc::from(vec![
            strip(0.0, 0.0, beside, height),
            strip(0.0, height - below, width, below),
        ]),
    })
}

fn layer(items: Vec<Shape>) -> Option<Layer> {
    (!items.is_empty()).then(|| {
        Layer::Shapes(Shapes {
            space: Space::World,
            items: Arc::from(items),
        })
    })
}

impl Motion {
    /// The settings of a view of the phase plane, with its scale.
    pub(crate) fn phase_settings(&self, settings: &ViewSettings) -> ViewSettings {
        let mut settings = settings.clone();
        settings.stretch = if self.definition.dimension() == 1 {
            0.0
        } else {
            let [x, y] = across_and_up(settings.axes);
            (settings.axes.x, settings.axes.y, settings.axes.z) = (x, y, None);
            self.phase_home(settings.axes).stretch
        };
        settings
    }

    fn phase_window(
        &self,
        settings: &ViewSettings,
        camera: &Camera,
        size: [f64; 2],
    ) -> Option<(Window, f64)> {
        let Camera::Plane(plane) = camera else {
            return None;
        };
        let stretch = self.phase_home(settings.axes).stretch;
        Some((Window::seen(plane, size, stretch), stretch))
    }

    /// Field, nullclines and manifolds; the orbits; the fixed points over them.
    pub(crate) fn draw_phase(
        &self,
        scene: &mut Scene,
        settings: &ViewSettings,
        view: &View,
    ) -> Result<(), SimError> {
        let settings = self.phase_settings(settings);
        let camera = scene.camera.clone();
        let (Camera::Plane(plane), Some((window, stretch))) = (
            &camera,
            self.phase_window(&settings, &camera, view.points()),
        ) else {
            return Ok(());
        };
        let portrait = self.portrait(window, settings.axes, settings.phase)?;
        let sheet = Sheet {
            window: &window,
            plane,
            stretch,
        };
        let colors = Colors::on(&view.ink);
        let one = self.definition.dimension() == 1;
        let mut ground = Vec::new();
        if one {
            let [left, right] = window.sides[0];
            let axis = [[left, 0.0], [right, 0.0]];
            ground.push(sheet.curve(&axis, view.ink.secondary, 1.0));
            let graph = portrait.graph.iter();
            ground.extend(graph.map(|c| sheet.curve(c, colors.across, 2.0)));
            ground.extend(sheet.arrows(&portrait.arrows, 1.8, view.ink.text));
        } else {
            ground.extend(sheet.arrows(&portrait.arrows, 1.0, colors.field));
        }
        for (curves, color) in portrait.nullclines.iter().zip([colors.across, colors.up]) {
            ground.extend(curves.iter().map(|c| sheet.curve(c, color, 1.8)));
        }
        for manifold in &portrait.manifolds {
            let color = if manifold.stable {
                colors.stable
            } else {
                colors.unstable
            };
            let branches = manifold.branches.iter();
            ground.extend(branches.map(|b| sheet.curve(b, color, 1.6)));
        }
        scene.layers.extend(layer(ground));
        let offset = plane.whole.map(|n| n as f64);
        let range = self.color_range(&settings);
        self.push_trails(scene, &settings, range, view, offset);
        self.push_orbits(scene, &settings, view, offset)?;
        let marks = portrait.rests.iter();
        scene.layers.extend(layer(
            marks.flat_map(|r| sheet.mark(r, &view.ink)).collect(),
        ));
        if settings.frame {
            let axes = self.phase_axes(&settings, view, &sheet);
            scene.layers.push(margins(&axes, view));
            scene.layers.push(Layer::Axes(axes));
        }
        scene
            .legends
            .extend(self.phase_keys(&portrait, &settings, &colors));
        scene.legends.extend(self.color_bar(&settings, range));
        Ok(())
    }

    fn phase_axes(&self, settings: &ViewSettings, view: &View, sheet: &Sheet<'_>) -> AxesLayer {
        let variables = self.definition.system.variables();
        let [low, high] = [0, 1].map(|end| sheet.place(sheet.window.sides.map(|s| s[end])));
        let labels = if self.definition.dimension() == 1 {
            vec![variables[0].clone(), format!("d{}/dt", variables[0])]
        } else {
            [settings.axes.x, settings.axes.y]
                .map(|v| variables[v].clone())
                .to_vec()
        };
        AxesLayer {
            extents: vec![[low[0], high[0]], [low[1], high[1]]],
            labels,
            units: vec![1.0, sheet.stretch],
            color: view.ink.hairline,
            text: view.ink.secondary,
        }
    }

    fn phase_keys(
        &self,
        portrait: &Portrait,
        settings: &ViewSettings,
        colors: &Colors,
    ) -> Option<Legend> {
        let variables = self.definition.system.variables();
        let mut entries = Vec::new();
        for (curves, (axis, color)) in portrait.nullclines.iter().zip([
            (settings.axes.x, colors.across),
            (settings.axes.y, colors.up),
        ]) {
            if !curves.is_empty() {
                entries.push((format!("{}′ = 0", variables[axis]), color));
            }
        }
        for (stable, name, color) in [
            (true, "Stable manifold", colors.stable),
            (false, "Unstable manifold", colors.unstable),
        ] {
            if portrait.manifolds.iter().any(|m| m.stable == stable) {
                entries.push((name.to_owned(), color));
            }
        }
        (!entries.is_empty()).then_some(Legend::Keys {
            title: String::new(),
            entries,
        })
    }

    /// The fixed point under the pointer, told in one line.
    pub(crate) fn rest_under(
        &self,
        pixel: [f64; 2],
        settings: &ViewSettings,
        camera: &Camera,
        size: [f64; 2],
    ) -> Option<Hit> {
        let (window, _) = self.phase_window(settings, camera, size)?;
        let portrait = self.portrait(window, settings.axes, settings.phase).ok()?;
        let at = |rest: &Rest| {
            let [[left, _], [_, top]] = window.sides;
            let [x, y] = window.in_pixels([rest.place[0] - left, top - rest.place[1]]);
            (x - pixel[0]).hypot(y - pixel[1])
        };
        let near = portrait
            .rests
            .iter()
            .map(|rest| (at(rest), rest))
            .filter(|(distance, _)| *distance <= REACH)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let (_, rest) = near?;
        let variables = self.definition.system.variables();
        let names = [settings.axes.x, settings.axes.y];
        let rows: Vec<(String, String)> = names
            .iter()
            .zip(rest.place)
            .take(variables.len())
            .map(|(v, x)| (variables[*v].clone(), super::rests::number(x)))
            .collect();
        let place: Vec<String> = rows.iter().map(|(v, x)| format!("{v} = {x}")).collect();
        Some(Hit {
            id: "rest".into(),
            label: format!("{} at {}", rest.label(), place.join(", ")),
            rows,
            ..Hit::default()
        })
    }
}
