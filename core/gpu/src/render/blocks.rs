//! Draw calls and their parameters.

use super::lens::Window;
use super::pipelines::{Depth, Kind};
use super::row;
use super::splat::Job;
use crate::scene::{Layer, LineTopology, Paint, Points};

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
    pub fn of(paint: &Paint) -> Self {
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

    pub fn is_opaque(&self) -> bool {
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
    pub fn new(
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

/// A points layer's parameters, and whether it hides what lies behind it.
pub(super) fn point_block(points: &Points, window: &Window) -> (Block, bool) {
    let mut block = Block::of(&points.paint);
    let radius = 0.5 * points.size * window.pixels_per_point;
    if radius < 0.5 {
        block.color[3] *= (radius / 0.5).max(0.0).powi(2);
    }
    block.shape[0] = radius.max(0.5);
    (block, !points.additive && block.is_opaque())
}

/// The same of lines `width` physical pixels wide.
pub(super) fn line_block(paint: &Paint, width: f32) -> (Block, bool) {
    let mut block = Block::of(paint);
    if width < 1.0 {
        block.color[3] *= width.max(0.0);
    }
    let opaque = block.is_opaque();
    block.range[3] = if opaque { 0.0 } else { 1.0 };
    block.shape[0] = 0.5 * width.max(1.0);
    (block, opaque)
}

/// A layer of points or lines for the processor.
pub(super) fn job<'a>(layer: &'a Layer, window: &Window) -> Option<Job<'a>> {
    match layer {
        Layer::Points(points) => {
            let (block, opaque) = point_block(points, window);
            let vertices = points.vertices.host()?;
            Some(Job {
                vertices,
                topology: None,
                block,
                additive: points.additive,
                writes_depth: opaque,
            })
        }
        Layer::Lines(lines) => {
            let (block, opaque) = line_block(&lines.paint, lines.width * window.pixels_per_point);
            let (vertices, topology) = (lines.vertices.host()?, Some(lines.topology));
            Some(Job {
                vertices,
                topology,
                block,
                additive: false,
                writes_depth: opaque,
            })
        }
        _ => None,
    }
}

/// Segments of a list of vertices, and vertices a run (0 for pairs).
pub(super) fn segments(len: usize, topology: LineTopology) -> (u32, u32) {
    let len = len.min(u32::MAX as usize) as u32;
    match topology {
        LineTopology::Segments => (len / 2, 0),
        LineTopology::Strips { run } => {
            let run = (run.min(u32::MAX as usize) as u32).min(len);
            if run < 2 { (0, 0) } else { (len - 1, run) }
        }
    }
}
