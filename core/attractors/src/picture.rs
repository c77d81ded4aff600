//! From a run to a scene: the cloud, the trails or the density, the axes and the colour bar.

use loom_sim::scene::{
    Axes as AxesLayer, Data, Layer, Legend, LineTopology, Lines, Paint, Points, Tone, Vertex,
};
use loom_sim::{Camera, Rgba, Scene, SimError, View};

use crate::cobweb::{self, Cobweb};
use crate::definition::{ColorBy, Style};
use crate::fitting::{extent, fit_orbit, fit_plane};
use crate::histogram::Histogram;
use crate::lens::{self, Axes, Drawing, Frame, Lens};
use crate::motion::Motion;
use crate::probes;
use crate::settings::ViewSettings;
use crate::simulation::captured;
use crate::trail::Orbit;

/// Particles that are looked at to fit a view or to find what lies under the pointer.
pub(crate) const LOOKED_AT: usize = 4096;

/// Colours of the orbits that were started by hand: Okabe and Ito's, which colour-blind readers
/// can tell apart.
const ORBIT_COLORS: [Rgba; 7] = [
    Rgba::hex(0xE6_9F00),
    Rgba::hex(0x56_B4E9),
    Rgba::hex(0x00_9E73),
    Rgba::hex(0xD5_5E00),
    Rgba::hex(0xCC_79A7),
    Rgba::hex(0x00_72B2),
    Rgba::hex(0xF0_E442),
];

/// The colour of an orbit by its number, from 1.
pub fn orbit_color(number: u32) -> Rgba {
    ORBIT_COLORS[(number as usize + ORBIT_COLORS.len() - 1) % ORBIT_COLORS.len()]
}

impl Motion {
    pub(crate) fn draw(&self, view: &View) -> Result<Scene, SimError> {
        let settings = ViewSettings::new(&self.definition, &view.settings);
        let points = view.points();
        let camera = self.camera_for(view, settings.axes, points);
        let offset = match &camera {
            Camera::Plane(plane) => plane.whole.map(|n| n as f64),
            Camera::Orbit(_) => [0.0; 2],
        };
        let mut scene = Scene::new(camera);
        scene.background = Some(view.ink.ground);
        if settings.style == Style::Cobweb {
            self.draw_cobweb(&mut scene, &settings, view)?;
            return Ok(scene);
        }
        if settings.frame {
            scene.layers.push(self.axes_layer(&settings, view, offset));
        }
        let range = self.color_range(&settings);
        let drawing = Drawing {
            axes: settings.axes,
            color: settings.color,
            offset,
            budget: view.budget,
        };
        match settings.style {
            Style::Cloud => {
                scene.sparse = self.cloud.members() > view.budget;
                let vertices = self
                    .cloud
                    .vertices(&self.constants, &self.timing, &drawing)?;
                scene.layers.push(Layer::Points(Points {
                    vertices,
                    size: settings.point_size,
                    paint: cloud_paint(
                        &settings,
                        range,
                        view,
                        self.cloud.members().min(view.budget),
                    ),
                    additive: view.ink.dark,
                }));
            }
            Style::Trails => self.push_trails(&mut scene, &settings, range, view, offset),
            Style::Density => {
                let layer = self.density_layer(&settings, view, &scene.camera, &drawing)?;
                scene.layers.push(layer);
            }
            Style::Cobweb => {}
        }
        self.push_orbits(&mut scene, &settings, view, offset)?;
        if settings.style != Style::Density && settings.color != ColorBy::None {
            let unit = if settings.color == ColorBy::Speed && !self.definition.is_map() {
                "1/time unit"
            } else {
                ""
            };
            scene.legends.push(Legend::Bar {
                title: color_title(&settings, self.definition.system.variables()),
                unit: unit.into(),
                map: settings.map,
                low: range[0],
                high: range[1],
            });
        }
        Ok(scene)
    }

    /// Graph, diagonal and the staircases of all followed orbits, the twin's too.
    fn draw_cobweb(
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
            let usual = cobweb::orbit_color(&view.ink);
            (
                orbit,
                if i == 0 {
                    usual
                } else {
                    orbit_color(orbit.number)
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

    /// The view's camera if it fits the axes, else a fitted one.
    fn camera_for(&self, view: &View, axes: Axes, points: [f64; 2]) -> Camera {
        match &view.camera {
            Some(camera @ Camera::Orbit(_)) if !axes.is_planar() => camera.clone(),
            Some(camera @ Camera::Plane(_)) if axes.is_planar() => camera.clone(),
            _ => self.fitted_to(axes, points),
        }
    }

    /// The camera that shows the whole as the system's file asks for.
    pub(crate) fn fitted(&self, size: [f64; 2]) -> Camera {
        self.fitted_to(probes::usual_axes(&self.definition), size)
    }

    fn fitted_to(&self, axes: Axes, size: [f64; 2]) -> Camera {
        // As long as the parameters are those of the start, so is the attractor, and the camera
        // doesn't depend on the moment. Afterwards the cloud itself is looked at.
        let mut points = if self.constants == self.start_constants {
            Vec::new()
        } else {
            self.look_at(axes)
        };
        if extent(&points) == 0.0 {
            let stride = self.samples.len().div_ceil(LOOKED_AT);
            let some = (0..self.samples.len()).step_by(stride);
            points.extend(some.map(|i| axes.point(|v| self.samples.point(i)[v])));
        }
        let size = size.map(|n| n.max(1.0));
        if cobweb::fits(&self.definition) {
            let xs = || points.iter().map(|p| p[0]);
            let ends = [
                xs().fold(f64::INFINITY, f64::min),
                xs().fold(f64::NEG_INFINITY, f64::max),
            ];
            return cobweb::fit(ends, size);
        }
        if axes.is_planar() {
            fit_plane(&points, size)
        } else {
            let look = &self.definition.look;
            fit_orbit(&points, look.yaw, look.pitch, size)
        }
    }

    /// Some of the cloud's positions and the orbits' present ones.
    pub(crate) fn look_at(&self, axes: Axes) -> Vec<[f64; 3]> {
        let dimension = self.definition.dimension();
        let mut points: Vec<[f64; 3]> = self
            .orbits
            .iter()
            .take(1)
            .map(|o| axes.point(|v| o.point[v]))
            .collect();
        if let Ok(some) = self.cloud.some(dimension, LOOKED_AT) {
            let rows = some.chunks_exact(dimension);
            points.extend(rows.map(|row| axes.point(|v| row[v])));
        }
        points.retain(|p| p.iter().all(|x| x.is_finite()));
        points
    }

    fn axes_layer(&self, settings: &ViewSettings, view: &View, offset: [f64; 2]) -> Layer {
        let variables = self.definition.system.variables();
        let axes = settings.axes;
        let chosen: Vec<usize> = [Some(axes.x), Some(axes.y), axes.z]
            .into_iter()
            .flatten()
            .collect();
        let all = self.samples.extents();
        let extents = chosen
            .iter()
            .enumerate()
            .map(|(place, v)| {
                let [low, high] = all[*v];
                let off = offset.get(place).copied().unwrap_or(0.0);
                [low - off, high - off]
            })
            .collect();
        Layer::Axes(AxesLayer {
            extents,
            labels: chosen.iter().map(|v| variables[*v].clone()).collect(),
            color: view.ink.hairline,
            text: view.ink.secondary,
        })
    }

    /// The numbers between which colours run: those of the attractor as the run started, so
    /// that colours keep their meaning.
    fn color_range(&self, settings: &ViewSettings) -> [f64; 2] {
        match settings.color {
            ColorBy::None => [0.0, 1.0],
            ColorBy::Height => self.samples.extents()[settings.axes.z.unwrap_or(settings.axes.y)],
            ColorBy::Speed => self.speed_range,
        }
    }

    fn push_trails(
        &self,
        scene: &mut Scene,
        settings: &ViewSettings,
        range: [f64; 2],
        view: &View,
        offset: [f64; 2],
    ) {
        if let Some(orbit) = self.orbits.first() {
            let paint = line_paint(settings, range, view);
            let vertices = self.trail_vertices(orbit, settings, offset);
            scene
                .layers
                .extend(self.trail_layer(vertices, settings, paint));
            scene
                .layers
                .push(head(orbit, settings, offset, view.ink.text));
        }
    }

    /// The orbits that were started by hand, and the twin's.
    fn push_orbits(
        &self,
        scene: &mut Scene,
        settings: &ViewSettings,
        view: &View,
        offset: [f64; 2],
    ) -> Result<(), SimError> {
        for orbit in self.orbits.iter().skip(1) {
            let color = orbit_color(orbit.number);
            let vertices = self.trail_vertices(orbit, settings, offset);
            scene
                .layers
                .extend(self.trail_layer(vertices, settings, Paint::Solid(color)));
            scene.layers.push(head(orbit, settings, offset, color));
        }
        let Some(capture) = &view.compare else {
            return Ok(());
        };
        let twin = captured(capture)?;
        let color = if view.ink.dark {
            Rgba::hex(0xFF_6B6B)
        } else {
            Rgba::hex(0xC0_3538)
        };
        if let (Some(ours), Some(orbit)) = (self.orbits.first(), twin.orbits.first()) {
            if settings.style != Style::Trails {
                let vertices = self.trail_vertices(ours, settings, offset);
                let paint = Paint::Solid(view.ink.secondary);
                scene
                    .layers
                    .extend(self.trail_layer(vertices, settings, paint));
                scene
                    .layers
                    .push(head(ours, settings, offset, view.ink.text));
            }
            let vertices = self.trail_vertices(orbit, settings, offset);
            scene
                .layers
                .extend(self.trail_layer(vertices, settings, Paint::Solid(color)));
            scene.layers.push(head(orbit, settings, offset, color));
        }
        Ok(())
    }

    /// An orbit's trail over the view's stretch of time.
    fn trail_vertices(
        &self,
        orbit: &Orbit,
        settings: &ViewSettings,
        offset: [f64; 2],
    ) -> Vec<Vertex> {
        let trail = &orbit.trail;
        let dimension = self.definition.dimension();
        let first = trail.since(self.timing.time() - settings.trail);
        let mut vertices: Vec<Vertex> = (first..trail.len())
            .map(|i| {
                let [x, y, z] = settings.axes.point(|v| trail.coordinate(i, v));
                let value = match settings.color {
                    ColorBy::None => 0.0,
                    ColorBy::Height => settings.axes.z.map_or(y, |_| z),
                    // From the step to here, the first one from the step that follows.
                    ColorBy::Speed => {
                        let to = i.max(first + 1).min(trail.len() - 1);
                        let from = to.saturating_sub(1);
                        let squares: f64 = (0..dimension)
                            .map(|v| trail.coordinate(to, v) - trail.coordinate(from, v))
                            .map(|d| d * d)
                            .sum();
                        let time = (trail.time(to) - trail.time(from)).max(f64::MIN_POSITIVE);
                        if to == from {
                            0.0
                        } else {
                            squares.sqrt() / time
                        }
                    }
                };
                Vertex::new(
                    (x - offset[0]) as f32,
                    (y - offset[1]) as f32,
                    z as f32,
                    value as f32,
                )
            })
            .collect();
        // A line needs two points.
        if vertices.len() == 1 {
            vertices.push(vertices[0]);
        }
        vertices
    }

    /// A line for a flow, dots for a map.
    fn trail_layer(
        &self,
        vertices: Vec<Vertex>,
        settings: &ViewSettings,
        paint: Paint,
    ) -> Option<Layer> {
        if vertices.is_empty() {
            return None;
        }
        if self.definition.is_map() {
            return Some(Layer::Points(Points {
                vertices: vertices.into(),
                size: settings.point_size.max(2.0),
                paint,
                additive: false,
            }));
        }
        let run = vertices.len();
        Some(Layer::Lines(Lines {
            vertices: vertices.into(),
            topology: LineTopology::Strips { run },
            width: settings.point_size.max(1.0),
            paint,
        }))
    }

    fn density_layer(
        &self,
        settings: &ViewSettings,
        view: &View,
        camera: &Camera,
        drawing: &Drawing,
    ) -> Result<Layer, SimError> {
        let tone = Tone {
            exposure: settings.exposure,
            gamma: settings.gamma,
            peak: 0,
        };
        let wanted = wanted_lens(settings.axes, camera, view);
        let slot = self.ask_density(&wanted, |lens| covers(lens, settings.axes, camera, view));
        let counted = slot.and_then(|slot| self.density(slot, tone, drawing.offset));
        let mut density = match counted {
            Some(density) => density,
            // Nothing has been counted through this lens: the particles as they stand now.
            None => {
                let mut histogram = Histogram::new(wanted.clone());
                let dimension = self.definition.dimension();
                let some = self.cloud.some(dimension, self.cloud.members())?;
                for row in some.chunks_exact(dimension) {
                    histogram.hit(settings.axes.point(|v| row[v]), 1);
                }
                let counts = Data::Host(histogram.counts());
                let hits = self.cloud.members() as u64;
                probes::density_of(&wanted, counts, hits, tone, drawing.offset, settings.map)
            }
        };
        density.map = settings.map;
        Ok(Layer::Density(density))
    }
}

/// The lens that shows exactly what the view shows; on a plane somewhat more, so that small
/// moves of the camera don't count afresh.
fn wanted_lens(axes: Axes, camera: &Camera, view: &View) -> Lens {
    match camera {
        Camera::Orbit(_) => Lens {
            axes,
            frame: Frame::Camera(camera.clone()),
            size: lens::cells_for(view.size),
        },
        Camera::Plane(plane) => {
            let [left, top, right, bottom] = lens::seen(plane, view.points());
            let (dx, dy) = ((right - left) / 8.0, (top - bottom) / 8.0);
            Lens {
                axes,
                frame: Frame::Rectangle([left - dx, top + dy, right + dx, bottom - dy]),
                size: lens::cells_for(view.size.map(|n| n + n / 4)),
            }
        }
    }
}

/// Whether a lens on the plane holds all that the view shows, with cells fine enough.
fn covers(lens: &Lens, axes: Axes, camera: &Camera, view: &View) -> bool {
    let (Frame::Rectangle([left, top, right, bottom]), Camera::Plane(plane)) =
        (&lens.frame, camera)
    else {
        return false;
    };
    let [l, t, r, b] = lens::seen(plane, view.points());
    let cell = (right - left) / f64::from(lens.size[0].max(1));
    let pixel = 1.0 / (plane.scale * f64::from(view.pixels_per_point));
    lens.axes == axes
        && *left <= l
        && *top >= t
        && *right >= r
        && *bottom <= b
        && cell <= 2.0 * pixel
}

fn cloud_paint(settings: &ViewSettings, range: [f64; 2], view: &View, members: usize) -> Paint {
    // Many particles lie over each other: the more there are, the lighter each is.
    let alpha = (2e4 / members as f64).powf(0.7).clamp(0.1, 1.0) as f32;
    match settings.color {
        ColorBy::None => Paint::Solid(view.ink.text.with_alpha(alpha)),
        ColorBy::Speed | ColorBy::Height => Paint::Map {
            map: settings.map,
            low: range[0] as f32,
            high: range[1] as f32,
            alpha,
        },
    }
}

fn line_paint(settings: &ViewSettings, range: [f64; 2], view: &View) -> Paint {
    match settings.color {
        ColorBy::None => Paint::Solid(view.ink.text),
        ColorBy::Speed | ColorBy::Height => Paint::Map {
            map: settings.map,
            low: range[0] as f32,
            high: range[1] as f32,
            alpha: 1.0,
        },
    }
}

/// A dot where an orbit is now.
fn head(orbit: &Orbit, settings: &ViewSettings, offset: [f64; 2], color: Rgba) -> Layer {
    let [x, y, z] = settings.axes.point(|v| orbit.point[v]);
    let vertex = Vertex::new(
        (x - offset[0]) as f32,
        (y - offset[1]) as f32,
        z as f32,
        0.0,
    );
    Layer::Points(Points {
        vertices: vec![vertex].into(),
        size: 6.0,
        paint: Paint::Solid(color),
        additive: false,
    })
}

fn color_title(settings: &ViewSettings, variables: &[String]) -> String {
    match settings.color {
        ColorBy::Speed => "Speed".into(),
        ColorBy::Height => variables[settings.axes.z.unwrap_or(settings.axes.y)].clone(),
        ColorBy::None => String::new(),
    }
}
