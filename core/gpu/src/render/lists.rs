//! Display lists become draws: triangles are kept while their list lives, and text is placed
//! anew for each view.

use std::sync::Arc;

use super::blocks::{Block, Draw};
use super::ink::{self, Ink};
use super::lens::Window;
use super::pipelines::Kind;
use super::{DisplayList, InkBuffers, Renderer};
use crate::camera::Camera;
use crate::error::GpuError;
use crate::scene::{Shapes, Space};

impl Renderer {
    fn frame_of(space: Space, camera: &Camera, window: &Window) -> Option<ink::Frame> {
        let scale = f64::from(window.pixels_per_point);
        let picture = window.picture.map(f64::from);
        match (space, camera) {
            (Space::Screen, _) => Some(ink::Frame {
                space,
                origin: [0.0; 2],
                unit: scale,
                flip: 1.0,
                middle: [0.0; 2],
                picture,
            }),
            (Space::World, Camera::Plane(plane)) => Some(ink::Frame {
                space,
                origin: plane.part,
                unit: plane.scale * scale,
                flip: if plane.y_up { -1.0 } else { 1.0 },
                middle: picture.map(|edge| 0.5 * edge),
                picture,
            }),
            // Flat shapes have no place in space.
            (Space::World, Camera::Orbit(_)) => None,
        }
    }

    /// A list that lives longer than the frame: its triangles are kept.
    pub(super) fn shapes(
        &mut self,
        shapes: &Shapes,
        camera: &Camera,
        window: &Window,
    ) -> Result<Option<Draw>, GpuError> {
        let Some(frame) = Self::frame_of(shapes.space, camera, window) else {
            return Ok(None);
        };
        let key = Arc::as_ptr(&shapes.items).cast::<crate::scene::Shape>() as usize;
        let octave = |frame: &ink::Frame| frame.unit.log2().round();
        let mut list = match self.lists.remove(&key) {
            Some(list)
                if std::ptr::addr_eq(list.owner.as_ptr(), Arc::as_ptr(&shapes.items))
                    && list.made_for.space == frame.space
                    && if frame.space == Space::World {
                        octave(&list.made_for) == octave(&frame)
                    } else {
                        list.made_for.unit == frame.unit
                    } =>
            {
                list
            }
            _ => DisplayList {
                owner: Arc::downgrade(&shapes.items),
                made_for: frame,
                pieces: ink::pieces(&shapes.items, &frame),
                placed_for: None,
                buffers: None,
                drawn: 0,
            },
        };
        list.drawn = self.frame;
        // Paths alone look the same from everywhere; text must be placed for each view.
        let text = list
            .pieces
            .iter()
            .any(|piece| matches!(piece, ink::Piece::Text(_)));
        let valid = list.placed_for.is_some_and(|(placed, generation)| {
            !text || (placed == frame && generation == self.atlas.generation)
        });
        if !valid {
            let ink = ink::assemble(&list.pieces, &shapes.items, &frame, &mut self.atlas);
            list.buffers = self.ink_buffers(&ink)?;
            list.placed_for = Some((frame, self.atlas.generation));
        }
        let draw = list
            .buffers
            .as_ref()
            .map(|buffers| ink_draw(buffers, shapes.space));
        self.lists.insert(key, list);
        Ok(draw)
    }

    /// A list made for this frame only.
    pub(super) fn fresh(
        &mut self,
        shapes: &Shapes,
        camera: &Camera,
        window: &Window,
    ) -> Result<Option<Draw>, GpuError> {
        let Some(frame) = Self::frame_of(shapes.space, camera, window) else {
            return Ok(None);
        };
        let pieces = ink::pieces(&shapes.items, &frame);
        let ink = ink::assemble(&pieces, &shapes.items, &frame, &mut self.atlas);
        Ok(self
            .ink_buffers(&ink)?
            .map(|buffers| ink_draw(&buffers, shapes.space)))
    }

    fn ink_buffers(&mut self, ink: &Ink) -> Result<Option<InkBuffers>, GpuError> {
        if ink.indices.is_empty() {
            return Ok(None);
        }
        let vertices = self.scratch(
            bytemuck::cast_slice(&ink.vertices),
            wgpu::BufferUsages::VERTEX,
        )?;
        let indices = self.scratch(
            bytemuck::cast_slice(&ink.indices),
            wgpu::BufferUsages::INDEX,
        )?;
        Ok(Some(InkBuffers {
            vertices,
            indices,
            count: ink.indices.len() as u32,
            hard: ink.hard,
        }))
    }
}

fn ink_draw(buffers: &InkBuffers, space: Space) -> Draw {
    let mut block = Block::default();
    block.count[0] = u32::from(space == Space::Screen);
    let mut draw = Draw::new(
        Kind::Ink,
        block,
        vec![(buffers.vertices.clone(), 0)],
        buffers.count,
        1,
    );
    draw.indices = Some(buffers.indices.clone());
    draw.hard = buffers.hard;
    draw
}
