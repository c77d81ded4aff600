//! Layers become draws.

use std::sync::Arc;

use super::grids::Grid;
use super::ink::{self, Ink};
use super::lens::Window;
use super::pipelines::{Depth, Kind};
use super::{DisplayList, InkBuffers, Renderer, row};
use crate::axes::axes_shapes;
use crate::camera::Camera;
use crate::error::GpuError;
use crate::scene::{
    CellContent, Cells, Data, Density, Element, Layer, LineTopology, Lines, Mesh, Paint, Points,
    Scene, Shapes, Space, Tubes, Vertex,
};

/// `Layer` in common.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct Block {
    pub color: [f32; 4],
    pub range: [f32; 4],
    pub shape: [f32; 4],
    pub count: [u32; 4],
}

impl Block {
    fn of(paint: &Paint) -> Self {
        match *paint {
            Paint::Solid(color) => Self {
                color: color.0.map(|byte| f32::from(byte) / 255.0),
                range: [0.0, 0.0, -1.0, 0.0],
                ..Self::default()
            },
            Paint::Map {
                map,
                low,
                high,
                alpha,
            } => Self {
                color: [0.0, 0.0, 0.0, alpha.clamp(0.0, 1.0)],
                range: [
                    low,
                    if high == low { 0.0 } else { 1.0 / (high - low) },
                    row(map),
                    0.0,
                ],
                ..Self::default()
            },
        }
    }

    fn is_opaque(&self) -> bool {
        self.color[3] >= 1.0
    }
}

/// One draw call.
pub(crate) struct Draw {
    pub kind: Kind,
    pub depth: Depth,
    pub additive: bool,
    pub hard: bool,
    pub block: Block,
    /// Vertex buffers by slot with the byte at which each begins.
    pub vertices: Vec<(wgpu::Buffer, u64)>,
    pub indices: Option<wgpu::Buffer>,
    /// Vertices an instance, or indices.
    pub count: u32,
    pub instances: u32,
    pub grid: Option<wgpu::BindGroup>,
}

impl Draw {
    fn new(
        kind: Kind,
        block: Block,
        vertices: Vec<(wgpu::Buffer, u64)>,
        count: u32,
        instances: u32,
    ) -> Self {
        Self {
            kind,
            depth: Depth::Ignore,
            additive: false,
            hard: false,
            block,
            vertices,
            indices: None,
            count,
            instances,
            grid: None,
        }
    }
}

/// Segments of a list of vertices, and vertices a run (0 for pairs).
fn segments(len: usize, topology: LineTopology) -> (u32, u32) {
    let len = len.min(u32::MAX as usize) as u32;
    match topology {
        LineTopology::Segments => (len / 2, 0),
        LineTopology::Strips { run } => {
            let run = (run.min(u32::MAX as usize) as u32).min(len);
            if run < 2 { (0, 0) } else { (len - 1, run) }
        }
    }
}

impl Renderer {
    /// All draws of a scene, in order.
    pub(super) fn prepare(
        &mut self,
        scene: &Scene,
        window: &Window,
    ) -> Result<Vec<Draw>, GpuError> {
        let orbit = matches!(scene.camera, Camera::Orbit(_));
        let mut draws = Vec::new();
        // The box of a space lies behind everything in it.
        let behind = |layer: &&Layer| orbit && matches!(layer, Layer::Axes(_));
        let (first, rest): (Vec<_>, Vec<_>) = scene.layers.iter().partition(behind);
        for layer in first.into_iter().chain(rest) {
            let draw = match layer {
                Layer::Points(points) => self.points(points, window)?,
                Layer::Lines(lines) => self.lines(lines, window)?,
                Layer::Tubes(tubes) => self.tubes(tubes, &scene.camera, window)?,
                Layer::Mesh(mesh) => self.mesh(mesh)?,
                Layer::Cells(cells) => self.cells(cells, &scene.camera, window)?,
                Layer::Density(density) => self.density(density, &scene.camera, window)?,
                Layer::Shapes(shapes) => self.shapes(shapes, &scene.camera, window)?,
                Layer::Axes(axes) => {
                    let items: Arc<[_]> = axes_shapes(axes, &scene.camera, window.points()).into();
                    self.fresh(
                        &Shapes {
                            space: Space::Screen,
                            items,
                        },
                        &scene.camera,
                        window,
                    )?
                }
            };
            draws.extend(draw);
        }
        if !orbit {
            for draw in &mut draws {
                draw.depth = Depth::Without;
            }
        }
        Ok(draws)
    }

    fn points(&mut self, points: &Points, window: &Window) -> Result<Option<Draw>, GpuError> {
        if points.vertices.is_empty() {
            return Ok(None);
        }
        let ready = self.uploads.ready(&self.gpu, &points.vertices)?;
        let mut block = Block::of(&points.paint);
        let radius = 0.5 * points.size * window.pixels_per_point;
        if radius < 0.5 {
            block.color[3] *= (radius / 0.5).max(0.0).powi(2);
        }
        block.shape[0] = radius.max(0.5);
        let mut draw = Draw::new(
            Kind::Points,
            block,
            vec![(ready.buffer, 0)],
            3,
            ready.len as u32,
        );
        draw.additive = points.additive;
        draw.depth = if points.additive || !block.is_opaque() {
            Depth::Test
        } else {
            Depth::Write
        };
        Ok(Some(draw))
    }

    fn lines(&mut self, lines: &Lines, window: &Window) -> Result<Option<Draw>, GpuError> {
        self.stroke(
            &lines.vertices,
            lines.topology,
            lines.width * window.pixels_per_point,
            &lines.paint,
        )
    }

    /// Lines `width` physical pixels wide.
    fn stroke(
        &mut self,
        vertices: &Data<Vertex>,
        topology: LineTopology,
        width: f32,
        paint: &Paint,
    ) -> Result<Option<Draw>, GpuError> {
        let (segments, run) = segments(vertices.len(), topology);
        if segments == 0 {
            return Ok(None);
        }
        let ready = self.uploads.ready(&self.gpu, vertices)?;
        let mut block = Block::of(paint);
        if width < 1.0 {
            block.color[3] *= width.max(0.0);
        }
        let opaque = block.is_opaque();
        block.range[3] = if opaque { 0.0 } else { 1.0 };
        block.shape[0] = 0.5 * width.max(1.0);
        block.count[0] = run;
        let step = if run == 0 { 2 } else { 1 };
        let buffers = vec![(ready.buffer.clone(), 0), (ready.buffer, 16)];
        let mut draw = Draw::new(Kind::Lines(step), block, buffers, 4, segments);
        draw.depth = if opaque { Depth::Write } else { Depth::Test };
        Ok(Some(draw))
    }

    /// On a plane, tubes are lines of the same width.
    fn tubes(
        &mut self,
        tubes: &Tubes,
        camera: &Camera,
        window: &Window,
    ) -> Result<Option<Draw>, GpuError> {
        if let Camera::Plane(plane) = camera {
            let width = 2.0 * tubes.radius * (plane.scale as f32) * window.pixels_per_point;
            return self.stroke(&tubes.vertices, tubes.topology, width, &tubes.paint);
        }
        let (segments, run) = segments(tubes.vertices.len(), tubes.topology);
        if segments == 0 {
            return Ok(None);
        }
        let ready = self.uploads.ready(&self.gpu, &tubes.vertices)?;
        let mut block = Block::of(&tubes.paint);
        block.shape[0] = tubes.radius;
        block.count[0] = run;
        let step = if run == 0 { 2 } else { 1 };
        let buffers = vec![(ready.buffer.clone(), 0), (ready.buffer, 16)];
        let mut draw = Draw::new(Kind::Tubes(step), block, buffers, 96, segments);
        draw.depth = if block.is_opaque() {
            Depth::Write
        } else {
            Depth::Test
        };
        draw.hard = true;
        Ok(Some(draw))
    }

    fn mesh(&mut self, mesh: &Mesh) -> Result<Option<Draw>, GpuError> {
        if mesh.indices.len() < 3 || mesh.vertices.is_empty() {
            return Ok(None);
        }
        if let (Some(indices), corners) = (mesh.indices.host(), mesh.vertices.len())
            && let Some(&wrong) = indices.iter().find(|&&index| index as usize >= corners)
        {
            let reason = format!("corner {wrong} of {corners} is asked for");
            return Err(GpuError::Refused {
                what: "a mesh".into(),
                reason,
            });
        }
        let vertices = self.uploads.ready(&self.gpu, &mesh.vertices)?;
        let indices = self.uploads.ready(&self.gpu, &mesh.indices)?;
        let block = Block::of(&mesh.paint);
        let count = (indices.len - indices.len % 3) as u32;
        let mut draw = Draw::new(Kind::Mesh, block, vec![(vertices.buffer, 0)], count, 1);
        draw.indices = Some(indices.buffer);
        draw.depth = if block.is_opaque() {
            Depth::Write
        } else {
            Depth::Test
        };
        draw.hard = true;
        Ok(Some(draw))
    }

    fn cells(
        &mut self,
        cells: &Cells,
        camera: &Camera,
        window: &Window,
    ) -> Result<Option<Draw>, GpuError> {
        let Some(grid) = Grid::of_cells(cells, camera, window) else {
            return Ok(None);
        };
        let what = format!("A layer of {} × {} cells", cells.width, cells.height);
        match &cells.content {
            CellContent::States { states, .. } => self.grid(
                &what,
                grid,
                states,
                Block::default(),
                u64::from(cells.width) * u64::from(cells.height),
            ),
            CellContent::Bits {
                words,
                words_per_row,
                ..
            } => {
                let enough = u64::from(*words_per_row) * 32 >= u64::from(cells.width);
                let needed = if enough { grid.words() } else { u64::MAX };
                self.grid(&what, grid, words, Block::default(), needed)
            }
            CellContent::Field { values, paint } => {
                self.grid(&what, grid, values, Block::of(paint), grid.words())
            }
        }
    }

    fn density(
        &mut self,
        density: &Density,
        camera: &Camera,
        window: &Window,
    ) -> Result<Option<Draw>, GpuError> {
        let peak = match (&density.counts, density.tone.peak) {
            (_, 1..) => Some(density.tone.peak),
            (counts @ Data::Host(_), 0) => self.uploads.ready(&self.gpu, counts)?.peak,
            (Data::Device(_), 0) => None,
        };
        let Some(grid) = Grid::of_density(density, camera, window, peak) else {
            return Ok(None);
        };
        let block = Block {
            range: [0.0, 1.0, row(density.map), 0.0],
            ..Block::default()
        };
        let what = format!("A density of {} × {} bins", density.width, density.height);
        self.grid(&what, grid, &density.counts, block, grid.words())
    }

    /// A sheet of cells or bins; `needed` elements must be there.
    fn grid<T: Element>(
        &mut self,
        what: &str,
        grid: Grid,
        data: &Data<T>,
        block: Block,
        needed: u64,
    ) -> Result<Option<Draw>, GpuError> {
        if (data.len() as u64) < needed {
            let reason = format!("its data has only {} elements", data.len());
            return Err(GpuError::Refused {
                what: what.into(),
                reason,
            });
        }
        let group = self.grid_group(&grid, data)?;
        let (kind, reach) = grid.variant();
        let mut draw = Draw::new(Kind::Cells(kind, reach), block, Vec::new(), 4, 1);
        draw.grid = Some(group);
        Ok(Some(draw))
    }

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
    fn shapes(
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
    fn fresh(
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
