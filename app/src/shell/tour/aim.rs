//! Where a tour points the camera: a look is reckoned from the view that shows the whole, and follows
//! the size of its view until the user moves it.

use egui_tiles::Tile;
use loom_sim::{Camera, camera};

use crate::shell::room::Room;
use crate::shell::tiles::{Kind, Pane};
use crate::tour::file::Look;

/// A camera that the tour has set: it follows the size of its view until the user moves it.
pub(super) struct Aim {
    pub(super) look: Look,
    /// The camera that shows the whole, from which this one was reckoned.
    pub(super) fit: Camera,
    pub(super) camera: Camera,
    pub(super) size: [u32; 2],
}

impl Aim {
    /// Points the camera anew when its view has changed its size, so that a plot beside the
    /// picture doesn't cut it.
    pub(super) fn follow(&mut self, room: &mut Room, id: u64) {
        let Some(view) = room.views_of(id).first().map(|p| p.id) else {
            return;
        };
        let Some(live) = room.live_of(id) else {
            return;
        };
        let (Some(size), Some(fit)) = (live.size_of(view), live.snapshot.fits.get(&view).cloned())
        else {
            return;
        };
        // The fit to a new size comes from the worker, some frames after the size.
        if size == self.size || fit == self.fit {
            return;
        }
        let camera = seen(&self.look, &fit);
        for place in cameras(room, id) {
            if place.as_ref() == Some(&self.camera) {
                *place = Some(camera.clone());
            }
        }
        (self.size, self.fit, self.camera) = (size, fit, camera);
    }
}

/// The cameras of a run's views.
pub(super) fn cameras(room: &mut Room, id: u64) -> impl Iterator<Item = &mut Option<Camera>> {
    room.tree
        .tiles
        .tiles_mut()
        .filter_map(move |tile| match tile {
            Tile::Pane(Pane {
                live,
                kind: Kind::View { camera, .. },
                ..
            }) if *live == id => Some(camera),
            _ => None,
        })
}

/// The camera that a look means, from the one that shows the whole.
pub(super) fn seen(look: &Look, fit: &Camera) -> Camera {
    let zoom = look.zoom.unwrap_or(1.0);
    match fit {
        Camera::Plane(plane) => {
            let scale = plane.scale * zoom;
            match look.centre.as_deref() {
                Some([x, y, ..]) => Camera::Plane(camera::Plane::new([*x, *y], scale, plane.y_up)),
                _ => Camera::Plane(camera::Plane {
                    scale,
                    ..plane.clone()
                }),
            }
        }
        Camera::Orbit(orbit) => {
            let mut seen = orbit.clone();
            seen.yaw = look.yaw.unwrap_or(seen.yaw);
            seen.pitch = look.pitch.unwrap_or(seen.pitch);
            seen.distance /= zoom;
            if let Some([x, y, z]) = look.centre.as_deref() {
                seen.target = [*x, *y, *z];
            }
            Camera::Orbit(seen)
        }
    }
}
