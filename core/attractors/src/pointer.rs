//! What a click in phase space means: an orbit starts there, and with Alt a twin is made.

use loom_sim::camera::Plane;
use loom_sim::{Camera, Hit, Pointer, PointerAction, PointerReply, View};

use crate::definition::Style;
use crate::edit::{Edit, NUDGE};
use crate::motion::Motion;
use crate::settings::ViewSettings;
use crate::stepping;

/// Particles this near to the pointer, in logical pixels, are taken for the place meant.
const REACH: f64 = 24.0;

/// Clouds on a device that are larger aren't read back for the pointer.
const READ_BACK: usize = 200_000;

impl Motion {
    pub(crate) fn answer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        let mut reply = PointerReply::default();
        if !matches!(pointer.action, PointerAction::Hover | PointerAction::Click) {
            return reply;
        }
        let mut settings = ViewSettings::new(&self.definition, &view.settings);
        if settings.style == Style::Phase {
            settings = self.phase_settings(&settings);
        }
        if settings.delays.is_some() {
            // One variable and its past don't make a state.
            return reply;
        }
        let camera = match &view.camera {
            Some(camera) => camera.clone(),
            None => self.fitted_for(&settings, view.points()),
        };
        let under = if settings.along_variables() {
            self.state_under(pointer.position, &camera, &settings, view)
        } else {
            // Only a particle's own state is known there.
            self.nearest(pointer.position, &camera, &settings, view.points())
        };
        let Some(state) = under else {
            return reply;
        };
        let rest = (settings.style == Style::Phase)
            .then(|| self.rest_under(pointer.position, &settings, &camera, view.points()))
            .flatten();
        reply.hit = rest.or_else(|| Some(self.hit(&state)));
        if pointer.action == PointerAction::Click && !pointer.secondary {
            if pointer.alt {
                reply.twin = Some(self.nudge());
            } else {
                reply.inputs.push(Edit::Orbit(state).input());
            }
        }
        reply
    }

    /// The change by which a twin differs.
    pub(crate) fn nudge(&self) -> loom_sim::Input {
        let variable = self.definition.system.variables()[0].clone();
        Edit::Nudge {
            variable,
            by: NUDGE,
        }
        .input()
    }

    fn hit(&self, state: &[f64]) -> Hit {
        let symbols = self.definition.symbols();
        let rows: Vec<(String, String)> = symbols
            .into_iter()
            .zip(state)
            .map(|(v, x)| (v, format!("{x:.5}").replace('-', "−")))
            .collect();
        let label: Vec<String> = rows.iter().map(|(v, x)| format!("{v} = {x}")).collect();
        Hit {
            id: "place".into(),
            label: label.join("   "),
            rows,
            ..Hit::default()
        }
    }

    /// The state meant by a pixel: on a plane the place itself, in space the point of the line
    /// of sight that is nearest to the particle under the pointer, or else the one in the plane
    /// of the camera's target. Variables that aren't drawn are those of that particle, or of
    /// the tracked orbit.
    fn state_under(
        &self,
        pixel: [f64; 2],
        camera: &Camera,
        settings: &ViewSettings,
        view: &View,
    ) -> Option<Vec<f64>> {
        let axes = settings.axes;
        let size = view.points();
        let near = self.nearest(pixel, camera, settings, size);
        let mut state = match &near {
            Some(particle) => particle.clone(),
            None => {
                let orbit = self.orbits.first()?;
                (0..self.definition.coordinates.len())
                    .map(|v| orbit.coordinate(v))
                    .collect()
            }
        };
        match (camera, axes.z) {
            (Camera::Plane(plane), None) => {
                let [x, y] = world(plane, pixel, size);
                state[axes.y] = y / settings.stretch;
                // Of one variable both axes are the same: where it is now lies across.
                state[axes.x] = x;
            }
            (Camera::Orbit(orbit), Some(z)) => {
                let ray = orbit.ray(pixel, size);
                let towards = match &near {
                    Some(particle) => axes.point(|v| particle[v]),
                    None => orbit.target,
                };
                let from: [f64; 3] = std::array::from_fn(|i| towards[i] - ray.origin[i]);
                let along: f64 = (0..3).map(|i| from[i] * ray.direction[i]).sum();
                let place = ray.at(along);
                state[axes.x] = place[0];
                state[axes.y] = place[1];
                state[z] = place[2];
            }
            _ => return None,
        }
        // An orbit that starts here was always where it is.
        state.truncate(self.definition.dimension());
        state.iter().all(|x| x.is_finite()).then_some(state)
    }

    /// The particle that is drawn nearest to a pixel, if it is within reach.
    fn nearest(
        &self,
        pixel: [f64; 2],
        camera: &Camera,
        settings: &ViewSettings,
        size: [f64; 2],
    ) -> Option<Vec<f64>> {
        let on_device = matches!(self.cloud, crate::cloud::Cloud::Device(_));
        if on_device && self.cloud.members() > READ_BACK {
            return None;
        }
        let dimension = self.definition.coordinates.len();
        let some = self.some(crate::picture::LOOKED_AT).ok()?;
        let offset = match camera {
            Camera::Plane(plane) => plane.whole.map(|n| n as f64),
            Camera::Orbit(_) => [0.0; 2],
        };
        let clock = stepping::clock(&self.timing);
        let places = self
            .sight(settings)
            .points_of(settings.axes, &some, dimension, &self.constants, clock)
            .ok()?;
        let distance = |[x, y, z]: [f64; 3]| {
            let seen = camera.project([x - offset[0], y - offset[1], z], size)?;
            let (dx, dy) = (seen.pixel[0] - pixel[0], seen.pixel[1] - pixel[1]);
            Some(dx.hypot(dy))
        };
        some.chunks_exact(dimension)
            .zip(places)
            .filter_map(|(row, place)| Some((distance(place)?, row)))
            .filter(|(d, _)| *d <= REACH)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, row)| row.to_vec())
    }
}

fn world(plane: &Plane, pixel: [f64; 2], size: [f64; 2]) -> [f64; 2] {
    let local = plane.to_local(pixel, size);
    [0, 1].map(|axis| plane.whole[axis] as f64 + local[axis])
}
