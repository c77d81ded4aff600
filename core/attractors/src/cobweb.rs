//! The cobweb of a map of one variable: its graph, the diagonal, and the staircase of an orbit
//! between them (Koenigs 1884; Verhulst).

use loom_sim::camera::Plane;
use loom_sim::scene::{Axes, Layer, LineTopology, Lines, Paint, Points, Vertex};
use loom_sim::{Camera, Ink, Rgba, Scene, SimError, View};

use crate::definition::Definition;
use crate::fitting::fit_plane;
use crate::lens;
use crate::motion::Motion;
use crate::settings::ViewSettings;
use crate::simulation::captured;
use crate::strands;
use crate::symbol::symbol;

/// Segments of the graph across the view.
const SEGMENTS: usize = 1024;
/// A rise of so much of the view's height within one segment is a jump, and left open.
const JUMP: f64 = 0.2;

/// A map with its parameters, about to be drawn.
pub struct Cobweb<'a> {
    pub definition: &'a Definition,
    pub constants: &'a [f64],
    /// The number of the iteration, for maps that depend on it.
    pub time: f64,
    pub camera: &'a Camera,
    /// Logical pixels of the view.
    pub size: [f64; 2],
}

/// Whether a system is drawn this way.
pub fn fits(definition: &Definition) -> bool {
    definition.is_map() && definition.dimension() == 1
}

/// A camera that shows a stretch of the line squared.
pub fn fit([low, high]: [f64; 2], size: [f64; 2]) -> Camera {
    let (low, high) = if high > low {
        (low, high)
    } else {
        (low - 0.5, low + 0.5)
    };
    fit_plane(&[[low, low, 0.0], [high, high, 0.0]], size)
}

impl Cobweb<'_> {
    fn plane(&self) -> Option<&Plane> {
        match self.camera {
            Camera::Plane(plane) => Some(plane),
            Camera::Orbit(_) => None,
        }
    }

    fn vertex(&self, x: f64, y: f64) -> Vertex {
        let offset = self.plane().map_or([0.0; 2], |p| p.whole.map(|n| n as f64));
        Vertex::new((x - offset[0]) as f32, (y - offset[1]) as f32, 0.0, 0.0)
    }

    /// The next value.
    pub fn next(&self, x: f64) -> f64 {
        let system = &self.definition.system;
        let value = |name: &str| {
            if name == system.variables()[0] {
                return Some(x);
            }
            let place = system.parameters().iter().position(|p| p == name);
            place
                .map(|i| self.constants[i])
                .or_else(|| (name == "t").then_some(self.time))
        };
        system.rates()[0].eval(value).unwrap_or(f64::NAN)
    }

    /// Axes, diagonal and graph over all that is seen.
    pub fn ground(&self, ink: &Ink, width: f32, frame: bool) -> Vec<Layer> {
        let Some(plane) = self.plane() else {
            return Vec::new();
        };
        let [left, top, right, bottom] = lens::seen(plane, self.size);
        let (low, high) = (left.max(bottom), right.min(top));
        let mut layers = Vec::new();
        if frame && low < high {
            let offset = plane.whole.map(|n| n as f64);
            // A little inside, so that the numbers have room.
            let inset = 0.09 * (high - low);
            layers.push(Layer::Axes(Axes {
                extents: offset
                    .iter()
                    .map(|o| [low + inset - o, high - inset - o])
                    .collect(),
                labels: self.labels(),
                units: Vec::new(),
                color: ink.hairline,
                text: ink.secondary,
            }));
        }
        layers.push(lines(
            vec![self.vertex(low, low), self.vertex(high, high)],
            1.0,
            ink.secondary,
        ));
        let height = (top - bottom).abs();
        let points: Vec<[f64; 2]> = (0..=SEGMENTS)
            .map(|i| left + (right - left) * i as f64 / SEGMENTS as f64)
            .map(|x| [x, self.next(x)])
            .collect();
        let near = |y: f64| (bottom - height..=top + height).contains(&y);
        let graph = points
            .windows(2)
            .filter(|pair| near(pair[0][1]) && near(pair[1][1]))
            .filter(|pair| (pair[1][1] - pair[0][1]).abs() < JUMP * height)
            .flatten()
            .map(|[x, y]| self.vertex(*x, *y))
            .collect();
        layers.push(lines(graph, width.max(1.5), graph_color(ink)));
        layers
    }

    fn labels(&self) -> Vec<String> {
        let name = symbol(&self.definition.system.variables()[0]);
        vec![format!("{name}ₙ"), format!("{name}ₙ₊₁")]
    }

    /// The staircase through the values of an orbit, and a dot on the graph where it ends.
    pub fn stairs(&self, values: &[f64], width: f32, color: Rgba) -> Vec<Layer> {
        let mut vertices = Vec::with_capacity(4 * values.len());
        for pair in values.windows(2) {
            let [x, y] = [pair[0], pair[1]];
            vertices.extend([self.vertex(x, x), self.vertex(x, y)]);
            vertices.extend([self.vertex(x, y), self.vertex(y, y)]);
        }
        let mut layers = Vec::new();
        if !vertices.is_empty() {
            layers.push(lines(vertices, width, color));
        }
        if let Some(x) = values.last() {
            layers.push(Layer::Points(Points {
                vertices: vec![self.vertex(*x, self.next(*x))].into(),
                size: 7.0,
                paint: Paint::Solid(color),
                additive: false,
            }));
        }
        layers
    }
}

impl Motion {
    /// Graph, diagonal and the staircases of all followed orbits, the twin's too.
    pub(crate) fn draw_cobweb(
        &self,
        scene: &mut Scene,
        settings: &ViewSettings,
        view: &View,
    ) -> Result<(), SimError> {
        let camera = scene.camera.clone();
        let web = Cobweb {
            definition: &self.definition,
            constants: &self.constants,
            time: self.timing.time(),
            camera: &camera,
            size: view.points(),
        };
        scene
            .layers
            .extend(web.ground(&view.ink, settings.point_size, settings.frame));
        let twin = view.compare.as_ref().map(captured).transpose()?;
        let theirs = twin.and_then(|t| t.orbits.first()).map(|orbit| {
            let color = if view.ink.dark { 0xFF_6B6B } else { 0xC0_3538 };
            (orbit, Rgba::hex(color))
        });
        let ours = self.orbits.iter().enumerate().map(|(i, orbit)| {
            let usual = orbit_color(&view.ink);
            (
                orbit,
                if i == 0 {
                    usual
                } else {
                    strands::orbit_color(orbit.number)
                },
            )
        });
        for (orbit, color) in ours.chain(theirs) {
            let trail = &orbit.trail;
            let first = trail.since(self.timing.time() - settings.trail);
            let values: Vec<f64> = (first..trail.len())
                .map(|i| trail.coordinate(i, 0))
                .collect();
            scene
                .layers
                .extend(web.stairs(&values, settings.point_size, color));
        }
        Ok(())
    }
}

fn graph_color(ink: &Ink) -> Rgba {
    Rgba::hex(if ink.dark { 0x56_B4E9 } else { 0x00_72B2 })
}

/// The colour of the orbit that every run has.
pub fn orbit_color(ink: &Ink) -> Rgba {
    Rgba::hex(if ink.dark { 0xE6_9F00 } else { 0xB8_6E00 })
}

fn lines(vertices: Vec<Vertex>, width: f32, color: Rgba) -> Layer {
    Layer::Lines(Lines {
        vertices: vertices.into(),
        topology: LineTopology::Segments,
        width,
        paint: Paint::Solid(color),
    })
}
