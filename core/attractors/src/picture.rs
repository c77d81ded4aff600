//! From a run to a scene: the cloud, the trails or the density, the axes and the colour bar.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use loom_sim::scene::{Axes as AxesLayer, Data, Layer, Points, Tone};
use loom_sim::{Camera, Scene, Settings, SimError, View};

use crate::cobweb;
use crate::definition::{ColorBy, Style};
use crate::fitting::{self, extent, fit_box, fit_orbit, fit_plane};
use crate::histogram::Histogram;
use crate::lens::{self, Axes, Drawing, Frame, Lens, Tinting};
use crate::motion::Motion;
use crate::principal;
use crate::probes;
use crate::settings::{Projection, ViewSettings};
use crate::sight::{self, Linear, Sight};
use crate::state::Timing;
use crate::stepping;

/// Periods in which the first plane of a tour turns once.
const TOUR: f64 = 60.0;

fn unit(axis: usize) -> [f64; 3] {
    std::array::from_fn(|k| if k == axis { 1.0 } else { 0.0 })
}

/// Particles that are looked at to fit a view or to find what lies under the pointer.
pub(crate) const LOOKED_AT: usize = 4096;

impl Motion {
    pub(crate) fn draw(&self, view: &View) -> Result<Scene, SimError> {
        let mut settings = ViewSettings::new(&self.definition, &view.settings);
        if settings.style == Style::Cloud && settings.color == ColorBy::Age {
            // All particles were released at one time.
            settings.color = ColorBy::None;
        }
        let points = view.points();
        let camera = self.camera_for(view, &settings, points);
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
        if settings.style == Style::Phase {
            self.draw_phase(&mut scene, &settings, view)?;
            return Ok(scene);
        }
        if settings.frame {
            scene.layers.push(self.axes_layer(&settings, view, offset));
        }
        let range = self.color_range(&settings);
        let sight = self.sight(&settings);
        let drawing = Drawing {
            axes: settings.axes,
            color: settings.color,
            offset,
            planar: settings.is_planar(),
            sight: settings.projection.number(),
            budget: view.budget,
        };
        match settings.style {
            Style::Cloud => {
                scene.sparse = self.cloud.members() > view.budget;
                let starts = (settings.color == ColorBy::Start).then(|| self.starts(settings.axes));
                let tinting = Tinting {
                    expansion: (settings.color == ColorBy::Expansion).then(|| self.expansion()),
                    starts: starts.as_ref(),
                    sight: Some(&sight),
                };
                let vertices =
                    self.cloud
                        .vertices(&self.constants, &self.timing, &drawing, tinting)?;
                let drawn = self.cloud.members().min(view.budget);
                scene.layers.push(Layer::Points(Points {
                    vertices,
                    size: settings.point_size,
                    paint: self.paint(&settings, view.ink.text, range, lightness(drawn)),
                    additive: view.ink.dark,
                }));
            }
            Style::Trails | Style::Tubes => {
                self.push_trails(&mut scene, &settings, range, view, offset)
            }
            Style::Density => {
                let layer = self.density_layer(&settings, view, &scene.camera, &drawing)?;
                scene.layers.push(layer);
            }
            Style::Cobweb | Style::Phase => {}
        }
        self.push_orbits(&mut scene, &settings, view, offset)?;
        if settings.style != Style::Density {
            scene.legends.extend(self.color_bar(&settings, range));
        }
        Ok(scene)
    }

    /// The view's camera if it fits the axes, else a fitted one.
    pub(crate) fn camera_for(
        &self,
        view: &View,
        settings: &ViewSettings,
        points: [f64; 2],
    ) -> Camera {
        let planar = settings.is_planar();
        match &view.camera {
            Some(camera @ Camera::Orbit(_)) if !planar => camera.clone(),
            Some(camera @ Camera::Plane(_)) if planar => camera.clone(),
            _ => self.fitted_for(settings, points),
        }
    }

    /// The camera that shows the whole as the system's file asks for.
    pub(crate) fn fitted(&self, size: [f64; 2]) -> Camera {
        let usual = ViewSettings::new(&self.definition, &Settings::new());
        self.fitted_for(&usual, size)
    }

    /// The camera that shows all of what a view draws.
    pub(crate) fn fitted_for(&self, settings: &ViewSettings, size: [f64; 2]) -> Camera {
        let size = size.map(|n| n.max(1.0));
        if settings.style == Style::Phase {
            self.phase_fit(settings.axes, size)
        } else {
            self.fitted_to(settings, size)
        }
    }

    /// How a view sees states now.
    pub(crate) fn sight(&self, settings: &ViewSettings) -> Sight {
        match &settings.projection {
            Projection::Variables => Sight::Axes,
            Projection::Formulas(texts) => {
                Sight::Formulas(self.compiled.get(&self.definition, texts))
            }
            Projection::Scaled => {
                let extents = self.samples.extents();
                Sight::Linear(Arc::new(Linear::scaled(settings.axes, &extents)))
            }
            Projection::Principal => Sight::Linear(self.principal().linear),
            Projection::Tour(turn) => {
                let period = self.definition.period.max(f64::MIN_POSITIVE);
                let angle = turn.to_radians() + TAU * self.timing.time() / (TOUR * period);
                let states = &self.samples.values;
                let linear = principal::tour(states, self.samples.dimension, angle);
                Sight::Linear(Arc::new(linear))
            }
        }
    }

    /// The attractor as the run started, as a view draws it.
    pub(crate) fn home_points(&self, settings: &ViewSettings) -> Vec<[f64; 3]> {
        if let Some(delays) = settings.delays {
            return self.embedded(delays);
        }
        let (values, dimension) = (&self.samples.values, self.samples.dimension);
        if let Projection::Tour(_) = settings.projection {
            // The same from wherever it is looked at.
            let reach = 0.8 * principal::reach(values, dimension);
            let ends = [0, 1, 2].map(|k| [-reach, reach].map(|x| unit(k).map(|u| u * x)));
            return ends.concat();
        }
        let stride = self.samples.len().div_ceil(LOOKED_AT).max(1);
        let rows = values.chunks_exact(dimension).step_by(stride);
        let states: Vec<f64> = rows.flatten().copied().collect();
        let clock = stepping::clock(&Timing::new(self.timing.dt));
        let seen = self.sight(settings).points_of(
            settings.axes,
            &states,
            dimension,
            &self.start_constants,
            clock,
        );
        let mut points = seen.unwrap_or_default();
        points.retain(|p| p.iter().all(|x| x.is_finite()));
        points
    }

    fn fitted_to(&self, settings: &ViewSettings, size: [f64; 2]) -> Camera {
        // As long as the parameters are those of the start, so is the attractor, and the camera
        // doesn't depend on the moment. Afterwards the cloud itself is looked at.
        let changed = self.constants != self.start_constants;
        let mut points = match settings.delays {
            None if changed => self.look_at(settings),
            _ => Vec::new(),
        };
        if extent(&points) == 0.0 {
            points.extend(self.home_points(settings));
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
        if settings.is_planar() {
            fit_plane(&points, size)
        } else {
            let look = &self.definition.look;
            let fit = if settings.frame { fit_box } else { fit_orbit };
            fit(&points, look.yaw, look.pitch, size)
        }
    }

    /// Some of the cloud's positions and the orbits' present ones.
    pub(crate) fn look_at(&self, settings: &ViewSettings) -> Vec<[f64; 3]> {
        if let Projection::Tour(_) = settings.projection {
            return Vec::new();
        }
        let dimension = self.definition.coordinates.len();
        let mut states: Vec<f64> = Vec::new();
        if let Some(orbit) = self.orbits.first() {
            states.extend((0..dimension).map(|v| orbit.coordinate(v)));
        }
        if let Ok(some) = self.some(LOOKED_AT) {
            states.extend(some);
        }
        let clock = stepping::clock(&self.timing);
        let seen = self.sight(settings).points_of(
            settings.axes,
            &states,
            dimension,
            &self.constants,
            clock,
        );
        let mut points = seen.unwrap_or_default();
        points.retain(|p| p.iter().all(|x| x.is_finite()));
        points
    }

    fn axes_layer(&self, settings: &ViewSettings, view: &View, offset: [f64; 2]) -> Layer {
        let symbols = self.definition.coordinate_symbols();
        let axes = settings.axes;
        let sides = |count: usize| -> Vec<[f64; 2]> {
            let points = self.home_points(settings);
            fitting::bounds(&points).into_iter().take(count).collect()
        };
        let count = if settings.is_planar() { 2 } else { 3 };
        let mut units = Vec::new();
        let (all, labels) = match (&settings.projection, settings.delays) {
            (_, Some(delays)) => {
                let name = &symbols[delays.variable];
                (sides(count), delays.labels(name, self.definition.is_map()))
            }
            (Projection::Formulas(texts), None) => (sides(count), texts.clone()),
            (Projection::Principal, None) => {
                let parts = self.principal().parts;
                let label = |k: usize| format!("PC {} ({:.0} %)", k + 1, 100.0 * parts[k]);
                (sides(count), (0..count).map(label).collect())
            }
            (Projection::Tour(_), None) => (sides(count), vec![String::new(); count]),
            (Projection::Scaled, None) => {
                let extents = self.samples.extents();
                let chosen = [Some(axes.x), Some(axes.y), axes.z].into_iter().flatten();
                let side = |v: usize| {
                    let scale = sight::scale(extents[v]);
                    units.push(scale);
                    (extents[v].map(|x| x * scale), symbols[v].clone())
                };
                chosen.map(side).unzip()
            }
            (Projection::Variables, None) => {
                let extents = self.samples.extents();
                let chosen = [Some(axes.x), Some(axes.y), axes.z].into_iter().flatten();
                let side = |v: usize| {
                    if axes.wraps(v) { [-PI, PI] } else { extents[v] }
                };
                chosen.map(|v| (side(v), symbols[v].clone())).unzip()
            }
        };
        let extents = all
            .iter()
            .enumerate()
            .map(|(place, [low, high])| {
                let off = offset.get(place).copied().unwrap_or(0.0);
                [low - off, high - off]
            })
            .collect();
        Layer::Axes(AxesLayer {
            extents,
            labels,
            units,
            color: view.ink.hairline,
            text: view.ink.secondary,
        })
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
            look: settings.look,
        };
        let wanted = wanted_lens(settings.axes, camera, view);
        let slot = self.ask_density(&wanted, |lens| covers(lens, settings.axes, camera, view));
        let counted = slot.and_then(|slot| self.density(slot, tone, drawing.offset));
        let mut density = match counted {
            Some(density) => density,
            // Nothing has been counted through this lens: the particles as they stand now.
            None => {
                let mut histogram = Histogram::new(wanted.clone());
                let dimension = self.definition.coordinates.len();
                let some = self.some(self.cloud.members())?;
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

/// Many particles lie over each other: the more there are, the lighter each is.
fn lightness(members: usize) -> f32 {
    (2e4 / members as f64).powf(0.7).clamp(0.1, 1.0) as f32
}
