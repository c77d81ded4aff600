//! 256 colours for a frame, and the frame in these: boxes cut where colours differ most, centres
//! moved by k-means, what is left over given on to the neighbours (Floyd and Steinberg 1976).
//!
//! The same pixels give the same bytes on every machine.

use crate::raster::Pixels;

/// Bits of a channel by which colours are told apart while boxes are cut.
const BITS: u32 = 5;
/// Passes that move the centres.
const PASSES: usize = 4;

/// A frame in a palette of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexed {
    /// Red, green, blue of each entry.
    pub palette: Vec<u8>,
    pub indices: Vec<u8>,
    /// The entry of clear pixels, if there are any.
    pub clear: Option<u8>,
}

/// Colours that fall into one bin: their number and mean.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    weight: f64,
    mean: [f64; 3],
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    // Green weighs most in what is seen, blue least.
    let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    2.0 * d[0] * d[0] + 4.0 * d[1] * d[1] + 3.0 * d[2] * d[2]
}

fn bins(pixels: &Pixels) -> Vec<Bin> {
    let shift = 8 - BITS;
    let mut all = vec![Bin::default(); 1 << (3 * BITS)];
    for p in pixels.rgba.chunks_exact(4).filter(|p| p[3] >= 128) {
        let [r, g, b] = [p[0], p[1], p[2]].map(|c| usize::from(c) >> shift);
        let bin = &mut all[(r << (2 * BITS)) | (g << BITS) | b];
        bin.weight += 1.0;
        for c in 0..3 {
            bin.mean[c] += f64::from(p[c]);
        }
    }
    all.retain(|bin| bin.weight > 0.0);
    for bin in &mut all {
        bin.mean = bin.mean.map(|sum| sum / bin.weight);
    }
    all
}

/// A box of bins with its mean and the spread along each channel.
struct Cut {
    bins: Vec<Bin>,
    mean: [f64; 3],
    spread: [f64; 3],
}

impl Cut {
    fn new(bins: Vec<Bin>) -> Self {
        let weight: f64 = bins.iter().map(|b| b.weight).sum();
        let mean = [0, 1, 2]
            .map(|c| bins.iter().map(|b| b.weight * b.mean[c]).sum::<f64>() / weight.max(1.0));
        let factor = [2.0, 4.0, 3.0];
        let spread = [0, 1, 2].map(|c| {
            let squares = bins
                .iter()
                .map(|b| b.weight * (b.mean[c] - mean[c]).powi(2));
            factor[c] * squares.sum::<f64>()
        });
        Self { bins, mean, spread }
    }
    fn worst(&self) -> (usize, f64) {
        let mut worst = (0, self.spread[0]);
        for c in 1..3 {
            if self.spread[c] > worst.1 {
                worst = (c, self.spread[c]);
            }
        }
        worst
    }
}

/// The centres of at most `most` groups.
fn centres(bins: &[Bin], most: usize) -> Vec<[f64; 3]> {
    let mut cuts = vec![Cut::new(bins.to_vec())];
    while cuts.len() < most {
        let mut widest = (0, 0.0);
        for (i, cut) in cuts.iter().enumerate() {
            let spread = cut.worst().1;
            if cut.bins.len() > 1 && spread > widest.1 {
                widest = (i, spread);
            }
        }
        if widest.1 <= 0.0 {
            break;
        }
        let cut = cuts.swap_remove(widest.0);
        let (channel, middle) = (cut.worst().0, cut.mean[cut.worst().0]);
        let (low, high): (Vec<Bin>, Vec<Bin>) =
            cut.bins.into_iter().partition(|b| b.mean[channel] < middle);
        for half in [low, high] {
            if !half.is_empty() {
                cuts.push(Cut::new(half));
            }
        }
    }
    let mut centres: Vec<[f64; 3]> = cuts.iter().map(|c| c.mean).collect();
    for _ in 0..PASSES {
        let mut sums = vec![Bin::default(); centres.len()];
        for bin in bins {
            let sum = &mut sums[nearest(&centres, bin.mean)];
            sum.weight += bin.weight;
            for c in 0..3 {
                sum.mean[c] += bin.weight * bin.mean[c];
            }
        }
        for (centre, sum) in centres.iter_mut().zip(sums) {
            if sum.weight > 0.0 {
                *centre = sum.mean.map(|x| x / sum.weight);
            }
        }
    }
    centres
}

fn nearest(centres: &[[f64; 3]], color: [f64; 3]) -> usize {
    let mut best = (0, f64::INFINITY);
    for (i, centre) in centres.iter().enumerate() {
        let d = distance(*centre, color);
        if d < best.1 {
            best = (i, d);
        }
    }
    best.0
}

/// A frame in at most 256 colours.
pub fn quantise(pixels: &Pixels) -> Indexed {
    let clear = pixels.rgba.chunks_exact(4).any(|p| p[3] < 128);
    let bins = bins(pixels);
    let mut palette: Vec<u8> = centres(&bins, if clear { 255 } else { 256 })
        .iter()
        .flatten()
        .map(|x| x.round() as u8)
        .collect();
    if clear {
        palette.extend([0, 0, 0]);
    }
    let entries = palette.len() / 3;
    let clear = clear.then(|| (entries - 1) as u8);
    let usable = entries - usize::from(clear.is_some());
    let colors: Vec<[f64; 3]> = palette
        .chunks_exact(3)
        .take(usable)
        .map(|c| [c[0], c[1], c[2]].map(f64::from))
        .collect();
    let indices = diffuse(pixels, &colors, clear);
    Indexed {
        palette,
        indices,
        clear,
    }
}

/// Each pixel's entry, the error carried to the right and below, back and forth by rows.
fn diffuse(pixels: &Pixels, colors: &[[f64; 3]], clear: Option<u8>) -> Vec<u8> {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let mut indices = vec![0; width * height];
    // Entries that were found, by the six upper bits of each channel.
    let mut known = vec![u16::MAX; 1 << 18];
    let mut here = vec![[0.0f64; 3]; width + 2];
    let mut below = here.clone();
    for y in 0..height {
        let backwards = y % 2 == 1;
        below.fill([0.0; 3]);
        for step in 0..width {
            let x = if backwards { width - 1 - step } else { step };
            let p = &pixels.rgba[4 * (y * width + x)..][..4];
            if p[3] < 128 {
                indices[y * width + x] = clear.unwrap_or(0);
                continue;
            }
            let wanted = [0, 1, 2].map(|c| (f64::from(p[c]) + here[x + 1][c]).clamp(0.0, 255.0));
            let [r, g, b] = wanted.map(|c| (c as usize) >> 2);
            let key = (r << 12) | (g << 6) | b;
            if known[key] == u16::MAX {
                let middle = [r, g, b].map(|c| (4 * c) as f64 + 1.5);
                known[key] = nearest(colors, middle) as u16;
            }
            let index = usize::from(known[key]);
            indices[y * width + x] = index as u8;
            let color = colors.get(index).copied().unwrap_or(wanted);
            let (ahead, behind) = if backwards { (x, x + 2) } else { (x + 2, x) };
            for c in 0..3 {
                let error = wanted[c] - color[c];
                here[ahead][c] += error * 7.0 / 16.0;
                below[behind][c] += error * 3.0 / 16.0;
                below[x + 1][c] += error * 5.0 / 16.0;
                below[ahead][c] += error / 16.0;
            }
        }
        std::mem::swap(&mut here, &mut below);
    }
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 4]) -> Pixels {
        let rgba = (0..width * height)
            .flat_map(|i| color(i % width, i / width))
            .collect();
        Pixels {
            width,
            height,
            rgba,
        }
    }

    #[test]
    fn few_colours_are_kept_exactly() {
        let colors = [[255, 0, 0, 255], [0, 0, 0, 255], [17, 201, 90, 255]];
        let pixels = picture(30, 20, |x, y| colors[((x / 3 + y) % 3) as usize]);
        let indexed = quantise(&pixels);
        for (p, index) in pixels.rgba.chunks_exact(4).zip(&indexed.indices) {
            assert_eq!(indexed.palette[3 * usize::from(*index)..][..3], p[..3]);
        }
    }

    #[test]
    fn a_gradient_keeps_its_local_mean() {
        let pixels = picture(256, 64, |x, y| [x as u8, (2 * y) as u8, 255 - x as u8, 255]);
        let indexed = quantise(&pixels);
        assert_eq!(indexed.palette.len(), 768);
        // At its ends a gradient lies outside the palette, whose colours are means of many.
        for block in 1..15 {
            let mut gap = [0.0; 3];
            for y in 24..40 {
                for x in 16 * block..16 * block + 16 {
                    let i = y * 256 + x;
                    let index = usize::from(indexed.indices[i]);
                    for (c, gap) in gap.iter_mut().enumerate() {
                        *gap += f64::from(indexed.palette[3 * index + c])
                            - f64::from(pixels.rgba[4 * i + c]);
                    }
                }
            }
            // 256 pixels: less than two steps of 255 on the mean.
            assert!(gap.iter().all(|g| g.abs() / 256.0 < 2.0), "{gap:?}");
        }
    }

    #[test]
    fn clear_pixels_stay_clear() {
        let pixels = picture(8, 8, |x, _| {
            if x < 4 {
                [9, 9, 9, 0]
            } else {
                [200, 10, 10, 255]
            }
        });
        let indexed = quantise(&pixels);
        for (i, index) in indexed.indices.iter().enumerate() {
            assert_eq!(indexed.clear == Some(*index), i % 8 < 4);
        }
    }
}
