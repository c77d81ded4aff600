//! The camera of the view in front, as keys and menus move it.

use loom_sim::Camera;

use super::room::Room;
use super::studio::Studio;
use super::tiles::{Kind, Pane};
use crate::widgets::steer;

impl Studio {
    /// Camera and size of the view in front: the one in use, whether set or fitted.
    fn camera(&mut self) -> Option<(Camera, Camera, [f64; 2])> {
        let room = self.room_mut()?;
        let (id, own) = match room.front_view()? {
            Pane {
                id,
                kind: Kind::View { camera, .. },
                ..
            } => (*id, camera.clone()),
            _ => return None,
        };
        let size = *room.shown.get(&id)?;
        let fit = room.live()?.snapshot.fits.get(&id)?.clone();
        Some((own.unwrap_or_else(|| fit.clone()), fit, size))
    }
    pub fn set_camera(&mut self, wanted: Option<Camera>) {
        if let Some(Pane {
            kind: Kind::View { camera, .. },
            ..
        }) = self.room_mut().and_then(Room::front_view)
        {
            *camera = wanted;
        }
    }
    pub fn zoom(&mut self, factor: f64) {
        if let Some((mut camera, _, size)) = self.camera() {
            steer::zoom(&mut camera, factor, size);
            self.set_camera(Some(camera));
        }
    }
    pub fn magnify(&mut self, digit: u32) {
        if let Some((mut camera, fit, size)) = self.camera() {
            steer::digit(&mut camera, &fit, digit, size);
            self.set_camera(Some(camera));
        }
    }
    /// Moves the picture by a part of the view.
    pub fn shift_view(&mut self, by: [f64; 2]) {
        if let Some((mut camera, _, size)) = self.camera() {
            camera.pan([by[0] * size[0], by[1] * size[1]], size);
            self.set_camera(Some(camera));
        }
    }
    pub fn split_view(&mut self) {
        self.next += 1;
        let id = self.next;
        if let Some(room) = self.room_mut() {
            let Some(mut pane) = room.front_view().cloned() else {
                return;
            };
            let beside = pane.id;
            pane.id = id;
            room.add_view(pane, Some(beside));
        }
    }
    pub fn reset_tiles(&mut self) {
        self.next += 1;
        let id = self.next;
        if let Some(room) = self.room_mut() {
            room.reset(id);
        }
    }
}
