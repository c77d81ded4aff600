//! What a click in phase space means: an orbit starts there, and with Alt a twin is made.

use loom_sim::camera::Plane;
use loom_sim::{Camera, Hit, Pointer, PointerAction, PointerReply, View};

use crate::edit::{Edit, NUDGE};
use crate::lens::Axes;
use crate::motion::Motion;
use crate::settings::ViewSettings;

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
        let settings = ViewSettings::new(&self.definition, &view.settings);
        let camera = match &view.camera {
            Some(camera) => camera.clone(),
            None => self.fitted(view.points()),
        };
        let Some(state) = self.state_under(pointer.position, &camera, settings.axes, view) else {
            return reply;
        };
        reply.hit = Some(self.hit(&state));
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
        let variables = self.definition.system.variables();
        let rows: Vec<(String, String)> = variables
            .iter()
            .zip(state)
            .map(|(v, x)| (v.clone(), format!("{x:.5}").replace('-', "−")))
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
        axes: Axes,
        view: &View,
    ) -> Option<Vec<f64>> {
        let size = view.points();
        let near = self.nearest(pixel, camera, axes, size);
        let mut state = match &near {
            Some(particle) => particle.clone(),
            None => self.orbits.first()?.point.clone(),
        };
        match (camera, axes.z) {
            (Camera::Plane(plane), None) => {
                let [x, y] = world(plane, pixel, size);
                state[axes.y] = y;
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
        state.iter().all(|x| x.is_finite()).then_some(state)
    }

    /// The particle that is drawn nearest to a pixel, if it is within reach.
    fn nearest(
        &self,
        pixel: [f64; 2],
        camera: &Camera,
        axes: Axes,
        size: [f64; 2],
    ) -> Option<Vec<f64>> {
        let on_device = matches!(self.cloud, crate::cloud::Cloud::Device(_));
        if on_device && self.cloud.members() > READ_BACK {
            return None;
        }
        let dimension = self.definition.dimension();
        let some = self.cloud.some(dimension, crate::picture::LOOKED_AT).ok()?;
        let offset = match camera {
            Camera::Plane(plane) => plane.whole.map(|n| n as f64),
            Camera::Orbit(_) => [0.0; 2],
        };
        let distance = |row: &[f64]| {
            let [x, y, z] = axes.point(|v| row[v]);
            let seen = camera.project([x - offset[0], y - offset[1], z], size)?;
            let (dx, dy) = (seen.pixel[0] - pixel[0], seen.pixel[1] - pixel[1]);
            Some(dx.hypot(dy))
        };
        some.chunks_exact(dimension)
            .filter_map(|row| Some((distance(row)?, row)))
            .filter(|(d, _)| *d <= REACH)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, row)| row.to_vec())
    }
}

fn world(plane: &Plane, pixel: [f64; 2], size: [f64; 2]) -> [f64; 2] {
    let local = plane.to_local(pixel, size);
    [0, 1].map(|axis| plane.whole[axis] as f64 + local[axis])
}
