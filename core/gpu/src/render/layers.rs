//! Layers become draws.

use std::sync::Arc;

use super::blocks::{Block, Draw, job, line_block, point_block, segments};
use super::grids::Grid;
use super::lens::{Lens, Window};
use super::pipelines::{Depth, Kind};
use super::splat::{self, Job};
use super::{Renderer, row};
use crate::axes::axes_shapes;
use crate::camera::Camera;
use crate::error::GpuError;
use crate::scene::{
    CellContent, Cells, Data, Density, Element, Layer, LineTopology, Lines, Mesh, Paint, Points,
    Scene, Shapes, Space, Tubes, Vertex,
};

impl Renderer {
    /// All draws of a scene, in order.
    pub(super) fn prepare(
        &mut self,
        scene: &Scene,
        window: &Window,
    ) -> Result<Vec<Draw>, GpuError> {
        let orbit = matches!(scene.camera, Camera::Orbit(_));
        let mut draws = Vec::new();
        let splat = self.splats(scene);
        // Layers that the processor draws until another kind of layer comes.
        let mut jobs: Vec<Job<'_>> = Vec::new();
        let mut sheets = 0;
        // The box of a space lies behind everything in it.
        let behind = |layer: &&Layer| orbit && matches!(layer, Layer::Axes(_));
        let (first, rest): (Vec<_>, Vec<_>) = scene.layers.iter().partition(behind);
        for layer in first.into_iter().chain(rest) {
            if splat && let Some(job) = job(layer, window) {
                jobs.push(job);
                continue;
            }
            if !jobs.is_empty() {
                draws.push(self.sheet_draw(&jobs, &scene.camera, window, sheets)?);
                sheets += 1;
                jobs.clear();
            }
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
                    let shapes = Shapes {
                        space: Space::Screen,
                        items,
                    };
                    self.fresh(&shapes, &scene.camera, window)?
                }
            };
            draws.extend(draw);
        }
        if !jobs.is_empty() {
            draws.push(self.sheet_draw(&jobs, &scene.camera, window, sheets)?);
        }
        if !orbit {
            for draw in &mut draws {
                draw.depth = Depth::Without;
            }
        }
        Ok(draws)
    }

    /// Whether the processor draws the points and lines: where it would do so anyway, if they
    /// are many, on the host, and not mixed with solids.
    fn splats(&self, scene: &Scene) -> bool {
        let mut elements = 0;
        let opaque = scene.background.is_some_and(|ground| ground.0[3] == 255);
        self.splat
            && scene.layers.iter().all(|layer| match layer {
                Layer::Points(points) => {
                    elements += points.vertices.len();
                    points.vertices.host().is_some() && (opaque || !points.additive)
                }
                Layer::Lines(lines) => {
                    elements += lines.vertices.len();
                    lines.vertices.host().is_some()
                }
                Layer::Tubes(_) | Layer::Mesh(_) => false,
                _ => true,
            })
            && elements >= splat::WORTHWHILE
    }

    /// What the processor draws of some layers, as a sheet over the picture.
    fn sheet_draw(
        &mut self,
        jobs: &[Job<'_>],
        camera: &Camera,
        window: &Window,
        index: usize,
    ) -> Result<Draw, GpuError> {
        let orbit = matches!(camera, Camera::Orbit(_));
        let lens = Lens::new(camera, window, window.size.map(|edge| edge as f32));
        let mut sheet = std::mem::take(&mut self.sheet);
        sheet.begin(window, index == 0);
        for job in jobs {
            sheet.draw(job, &lens, window, orbit);
        }
        let group = self.sheet_group(&sheet.pixels, window.size, index);
        self.sheet = sheet;
        let mut draw = Draw::new(Kind::Sheet, Block::default(), Vec::new(), 3, 1);
        draw.grid = Some(group?);
        Ok(draw)
    }

    fn points(&mut self, points: &Points, window: &Window) -> Result<Option<Draw>, GpuError> {
        if points.vertices.is_empty() {
            return Ok(None);
        }
        let ready = self.uploads.ready(&self.gpu, &points.vertices)?;
        let (block, opaque) = point_block(points, window);
        let instances = ready.len as u32;
        let mut draw = Draw::new(Kind::Points, block, vec![(ready.buffer, 0)], 3, instances);
        draw.additive = points.additive;
        draw.depth = if opaque { Depth::Write } else { Depth::Test };
        Ok(Some(draw))
    }

    fn lines(&mut self, lines: &Lines, window: &Window) -> Result<Option<Draw>, GpuError> {
        let width = lines.width * window.pixels_per_point;
        self.stroke(&lines.vertices, lines.topology, width, &lines.paint)
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
        let (mut block, opaque) = line_block(paint, width);
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
        let mut draw = Draw::new(Kind::Cells(grid.variant()), block, Vec::new(), 4, 1);
        draw.grid = Some(group);
        Ok(Some(draw))
    }
}
