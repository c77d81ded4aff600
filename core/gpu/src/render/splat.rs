//! Points and lines drawn by the processor itself: the CPU twin of points.wgsl and lines.wgsl.
//!
//! Where the adapter is the processor (llvmpipe, WARP), sending small triangles through a
//! rasteriser costs ten times what filling the few pixels of a dot does. All threads share the
//! rows of the picture in bands; each draws every element that touches its band, in order.

use std::ops::Range;

use super::blocks::Block;
use super::lens::{Lens, Window};
use crate::colour::ColorMap;
use crate::scene::{LineTopology, Vertex};

/// Layers below this many elements go through the adapter.
pub(super) const WORTHWHILE: usize = 2000;

/// A layer to be drawn.
pub(crate) struct Job<'a> {
    pub vertices: &'a [Vertex],
    /// `None` for points.
    pub topology: Option<LineTopology>,
    pub block: Block,
    pub additive: bool,
    /// Hides what lies behind it.
    pub writes_depth: bool,
}

/// What the processor draws into: premultiplied bytes, and reversed depth. Kept between frames.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    size: [usize; 2],
    pub pixels: Vec<u8>,
    depths: Vec<f32>,
}

/// A dot (its two ends coincide) or a segment, in pixels of the tile.
struct Stroke {
    ends: [[f32; 2]; 2],
    depths: [f32; 2],
    values: [f32; 2],
    joined: bool,
}

impl Sheet {
    /// Empties the sheet; `depth` too at the beginning of a frame.
    pub fn begin(&mut self, window: &Window, depth: bool) {
        let size = window.size.map(|edge| edge as usize);
        let count = size[0] * size[1];
        self.size = size;
        self.pixels.clear();
        self.pixels.resize(4 * count, 0);
        if depth {
            self.depths.clear();
            self.depths.resize(count, 0.0);
        }
    }

    /// Draws one layer. Depth is looked at only in space.
    pub fn draw(&mut self, job: &Job<'_>, lens: &Lens, window: &Window, orbit: bool) {
        let corner = window.corner.map(|at| at as f32);
        let reach = job.block.shape[0] + 1.0;
        let [width, height] = self.size;
        if width == 0 || height == 0 {
            return;
        }
        let threads = crate::threads().min(16);
        let count = elements(job);
        let share = count.div_ceil(threads).max(1);
        let seen: Vec<Vec<Stroke>> = std::thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|k| {
                    let range = (k * share).min(count)..((k + 1) * share).min(count);
                    scope.spawn(move || {
                        strokes(
                            job,
                            range,
                            lens,
                            corner,
                            reach,
                            [width as f32, height as f32],
                        )
                    })
                })
                .collect();
            parts
                .into_iter()
                .filter_map(|part| part.join().ok())
                .collect()
        });
        let colors = colors(&job.block);
        let rows = height.div_ceil(threads);
        let seen = &seen;
        let colors = &colors;
        std::thread::scope(|scope| {
            let pixels = self.pixels.chunks_mut(4 * width * rows);
            let depths = self.depths.chunks_mut(width * rows);
            for (k, (pixels, depths)) in pixels.zip(depths).enumerate() {
                scope.spawn(move || {
                    let mut band = Band {
                        top: k * rows,
                        width,
                        pixels,
                        depths,
                        orbit,
                    };
                    for stroke in seen.iter().flatten() {
                        band.stroke(stroke, job, colors);
                    }
                });
            }
        });
    }
}

/// Points or segments of a layer.
fn elements(job: &Job<'_>) -> usize {
    let len = job.vertices.len();
    match job.topology {
        None => len,
        Some(LineTopology::Segments) => len / 2,
        Some(LineTopology::Strips { run }) => {
            if run < 2 {
                0
            } else {
                len.saturating_sub(1)
            }
        }
    }
}

/// What of a range of elements may touch the tile.
fn strokes(
    job: &Job<'_>,
    range: Range<usize>,
    lens: &Lens,
    corner: [f32; 2],
    reach: f32,
    size: [f32; 2],
) -> Vec<Stroke> {
    let mut list = Vec::with_capacity(range.len());
    let place = |pixel: [f32; 2]| -> [f32; 2] {
        std::array::from_fn(|k| (pixel[k] * 256.0).round() / 256.0 - corner[k])
    };
    let near = |a: [f32; 2], b: [f32; 2]| {
        (0..2).all(|k| a[k].max(b[k]) >= -reach && a[k].min(b[k]) <= size[k] + reach)
    };
    let run = match job.topology {
        Some(LineTopology::Strips { run }) => run.min(job.vertices.len()),
        _ => 0,
    };
    for index in range {
        let stroke = if job.topology.is_none() {
            let vertex = job.vertices[index];
            let Some((pixel, depth)) = lens.see_depth(vertex.position) else {
                continue;
            };
            let at = place(pixel);
            Stroke {
                ends: [at, at],
                depths: [depth; 2],
                values: [vertex.value; 2],
                joined: false,
            }
        } else {
            if run > 0 && (index + 1) % run == 0 {
                continue;
            }
            let first = if run > 0 { index } else { 2 * index };
            let (a, b) = (job.vertices[first], job.vertices[first + 1]);
            let Some([(p, dp), (q, dq)]) = lens.see_segment(a.position, b.position) else {
                continue;
            };
            let joined = run > 0 && index % run != 0 && job.block.range[3] > 0.5;
            Stroke {
                ends: [place(p), place(q)],
                depths: [dp, dq],
                values: [a.value, b.value],
                joined,
            }
        };
        if near(stroke.ends[0], stroke.ends[1]) {
            list.push(stroke);
        }
    }
    list
}

/// The layer's colours, premultiplied: one, or 256 along its map.
fn colors(block: &Block) -> Vec<[f32; 4]> {
    let alpha = block.color[3];
    if block.range[2] < 0.0 {
        let [r, g, b, _] = block.color;
        return vec![[r, g, b, 1.0].map(|c| c * alpha * 255.0)];
    }
    ColorMap::of_row(block.range[2] as usize)
        .table()
        .chunks_exact(3)
        .map(|c| [f32::from(c[0]), f32::from(c[1]), f32::from(c[2]), 255.0].map(|c| c * alpha))
        .collect()
}

/// Some rows of the sheet, drawn by one thread.
struct Band<'a> {
    top: usize,
    width: usize,
    pixels: &'a mut [u8],
    depths: &'a mut [f32],
    orbit: bool,
}

impl Band<'_> {
    fn stroke(&mut self, stroke: &Stroke, job: &Job<'_>, colors: &[[f32; 4]]) {
        let half = job.block.shape[0];
        let outer = half + 0.5;
        let [[ax, ay], [bx, by]] = stroke.ends;
        let rows = self.depths.len() / self.width;
        let (low, high) = (ay.min(by) - outer, ay.max(by) + outer);
        // Pixel centres lie at halves.
        let first = ((low - 0.5).ceil().max(0.0) as usize).max(self.top);
        let last = ((high - 0.5).floor() + 1.0).max(0.0) as usize;
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        let length = square.sqrt();
        let dot = length == 0.0;
        let inverse = if dot { 0.0 } else { 1.0 / square.max(1e-12) };
        let [low_value, per_value] = [job.block.range[0], job.block.range[1]];
        let color_of = |value: f32| {
            let t = ((value - low_value) * per_value).clamp(0.0, 1.0);
            colors[((t * 255.0 + 0.5) as usize).min(colors.len() - 1)]
        };
        let one_color = stroke.values[0] == stroke.values[1] || colors.len() == 1;
        let steady = color_of(stroke.values[0]);
        for y in first..last.min(self.top + rows) {
            let cy = y as f32 + 0.5;
            // The piece of the segment within reach of this row bounds the columns.
            let (mut from, mut to) = (ax.min(bx), ax.max(bx));
            if dy.abs() > 1e-3 {
                let (t0, t1) = ((cy - outer - ay) / dy, (cy + outer - ay) / dy);
                let (t0, t1) = (t0.min(t1).clamp(0.0, 1.0), t0.max(t1).clamp(0.0, 1.0));
                let (x0, x1) = (ax + t0 * dx, ax + t1 * dx);
                (from, to) = (x0.min(x1), x0.max(x1));
            }
            let start = (from - outer - 0.5).ceil().max(0.0) as usize;
            let end = ((to + outer - 0.5).floor() + 1.0).max(0.0) as usize;
            let row = (y - self.top) * self.width;
            for x in start..end.min(self.width) {
                let (px, py) = (x as f32 + 0.5 - ax, cy - ay);
                let along = (px * dx + py * dy) * inverse;
                let t = along.clamp(0.0, 1.0);
                let (ox, oy) = (px - t * dx, py - t * dy);
                let mut cover = (outer - (ox * ox + oy * oy).sqrt()).min(1.0);
                if stroke.joined {
                    cover = cover.min(1.0 - (outer - (px * px + py * py).sqrt()).clamp(0.0, 1.0));
                }
                if cover <= 0.0 {
                    continue;
                }
                let pixel = row + x;
                if self.orbit {
                    let reach = half + 1.0;
                    let mix = if dot {
                        0.0
                    } else {
                        ((along * length + reach) / (length + 2.0 * reach)).clamp(0.0, 1.0)
                    };
                    let depth = stroke.depths[0] + mix * (stroke.depths[1] - stroke.depths[0]);
                    if depth < self.depths[pixel] {
                        continue;
                    }
                    if job.writes_depth {
                        self.depths[pixel] = depth;
                    }
                }
                let color = if one_color {
                    steady
                } else {
                    color_of(stroke.values[0] + t * (stroke.values[1] - stroke.values[0]))
                };
                let Some(bytes) = self.pixels.get_mut(4 * pixel..4 * pixel + 4) else {
                    continue;
                };
                blend(bytes, color, cover, job.additive);
            }
        }
    }
}

/// Lays a colour over four bytes, or adds it: added light covers nothing.
fn blend(bytes: &mut [u8], color: [f32; 4], cover: f32, additive: bool) {
    let keep = if additive {
        1.0
    } else {
        1.0 - color[3] * cover / 255.0
    };
    let channels = if additive { 3 } else { 4 };
    for k in 0..channels {
        bytes[k] = (f32::from(bytes[k]) * keep + color[k] * cover + 0.5).min(255.0) as u8;
    }
}
