//! Layers of cells and counts: where each lies on the pixels, and its block of parameters.

use super::lens::Window;
use super::pipelines::Variant;
use crate::camera::Camera;
use crate::scene::{CellContent, Cells, Density};

/// `Grid` in cells.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct Grid {
    base: [i32; 2],
    part: [f32; 2],
    step: [f32; 2],
    size: [u32; 2],
    rectangle: [f32; 4],
    kind: [u32; 4],
    hairline: [f32; 4],
    tone: [f32; 4],
    palette: [[u32; 4]; 64],
}

/// A grid's left, top, right and bottom on the picture, physical pixels.
type Box4 = [f64; 4];

impl Grid {
    /// `None` where nothing of it can be seen.
    fn new(size: [u32; 2], [left, top, right, bottom]: Box4, window: &Window) -> Option<Self> {
        let edges = [[left, right], [top, bottom]];
        let (mut base, mut part, mut step) = ([0; 2], [0.0; 2], [0.0; 2]);
        let (mut low, mut high) = ([0.0f32; 2], [0.0f32; 2]);
        for axis in 0..2 {
            let [from, to] = edges[axis];
            let corner = f64::from(window.corner[axis]);
            let reach = f64::from(window.size[axis]);
            let cells = f64::from(size[axis]) / (to - from);
            let at = (corner - from) * cells;
            if !(cells > 0.0 && cells.is_finite() && at.abs() < 2e9) {
                // A grid so much larger than the view that its start is out of reach of whole
                // numbers has no cell to show here.
                return None;
            }
            let whole = at.floor();
            base[axis] = whole as i32;
            part[axis] = (at - whole) as f32;
            step[axis] = cells as f32;
            low[axis] = (from - corner).floor().max(0.0) as f32;
            high[axis] = (to - corner).ceil().min(reach) as f32;
            if low[axis] >= high[axis] {
                return None;
            }
        }
        Some(Self {
            base,
            part,
            step,
            size,
            rectangle: [low[0], low[1], high[0], high[1]],
            kind: [0; 4],
            hairline: [0.0; 4],
            tone: [1.0, 1.0, 0.0, 0.0],
            palette: [[0; 4]; 64],
        })
    }

    /// The block of a cells layer. Cells are seen by plane cameras only.
    pub fn of_cells(cells: &Cells, camera: &Camera, window: &Window) -> Option<Self> {
        let Camera::Plane(plane) = camera else {
            return None;
        };
        if cells.width == 0 || cells.height == 0 {
            return None;
        }
        let scale = f64::from(window.pixels_per_point);
        let [left, top] = plane
            .local_to_screen(cells.origin.map(f64::from), window.points())
            .map(|x| x * scale);
        let pixels = f64::from(cells.cell) * plane.scale * scale;
        let (right, bottom) = (
            left + pixels * f64::from(cells.width),
            top + pixels * f64::from(cells.height),
        );
        let mut grid = Self::new(
            [cells.width, cells.height],
            [left, top, right, bottom],
            window,
        )?;
        let colors: Vec<u32> = match &cells.content {
            CellContent::States { palette, .. } => palette
                .iter()
                .map(|color| u32::from_le_bytes(color.0))
                .collect(),
            CellContent::Bits {
                words_per_row,
                palette,
                ..
            } => {
                grid.kind = [1, *words_per_row, 0, 0];
                palette
                    .iter()
                    .map(|color| u32::from_le_bytes(color.0))
                    .collect()
            }
            CellContent::Field { .. } => {
                grid.kind[0] = 2;
                Vec::new()
            }
        };
        for (index, color) in colors.into_iter().enumerate().take(256) {
            grid.palette[index / 4][index % 4] = color;
        }
        if let Some(color) = cells.grid
            && pixels >= 8.0 * scale
        {
            let [r, g, b, a] = color.0.map(|byte| f32::from(byte) / 255.0);
            grid.hairline = [r * a, g * a, b * a, a];
            grid.kind[2] = 1;
        }
        Some(grid)
    }

    /// The block of a density layer: over the whole view, or over its rectangle of a plane.
    pub fn of_density(
        density: &Density,
        camera: &Camera,
        window: &Window,
        peak: Option<u32>,
    ) -> Option<Self> {
        if density.width == 0 || density.height == 0 {
            return None;
        }
        let [width, height] = window.picture.map(f64::from);
        let place = match (density.rectangle, camera) {
            (None, _) => [0.0, 0.0, width, height],
            (Some([left, top, right, bottom]), Camera::Plane(plane)) => {
                let scale = f64::from(window.pixels_per_point);
                let at = |x: f32, y: f32| {
                    plane
                        .local_to_screen([f64::from(x), f64::from(y)], window.points())
                        .map(|x| x * scale)
                };
                let ([left, top], [right, bottom]) = (at(left, top), at(right, bottom));
                [left, top, right, bottom]
            }
            (Some(_), Camera::Orbit(_)) => return None,
        };
        let mut grid = Self::new([density.width, density.height], place, window)?;
        let most = if density.tone.peak > 0 {
            Some(density.tone.peak)
        } else {
            peak
        };
        grid.kind = [3, density.tone.look as u32, 0, u32::from(most.is_none())];
        grid.tone = [
            density.tone.exposure,
            1.0 / density.tone.gamma.max(1e-3),
            most.unwrap_or(1) as f32,
            0.0,
        ];
        Some(grid)
    }

    /// The constants of the shader.
    pub fn variant(&self) -> Variant {
        let aligned = (0..2).all(|axis| {
            let (pixels, phase) = (1.0 / self.step[axis], self.part[axis] / self.step[axis]);
            let whole = |x: f32| (x - x.round()).abs() < 1e-3;
            // Far pixels must not drift off the cells by rounding.
            pixels >= 0.999
                && whole(pixels)
                && whole(phase)
                && (pixels - pixels.round()).abs() * 4096.0 < 1.0
        });
        let near = self.step.iter().all(|&step| step <= 1.0);
        Variant {
            kind: self.kind[0] as u8,
            reach: if aligned {
                1
            } else if near {
                2
            } else {
                0
            },
            look: if self.kind[0] == 3 {
                self.kind[1] as u8
            } else {
                0
            },
            lines: self.kind[2] == 1,
            seeks_peak: self.seeks_peak(),
        }
    }

    /// The largest count is to be found on the device.
    pub fn seeks_peak(&self) -> bool {
        self.kind[3] == 1
    }

    /// Words of data that the layer's shader may ask for.
    pub fn words(&self) -> u64 {
        let [width, height] = self.size.map(u64::from);
        match self.kind[0] {
            0 => (width * height).div_ceil(4),
            1 => u64::from(self.kind[1]) * height,
            _ => width * height,
        }
    }
}
