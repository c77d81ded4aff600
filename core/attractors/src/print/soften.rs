//! Blurs: by a fixed width, and by a width that falls with the count.
//!
//! Where a cell has few hits its density is uncertain, and spreading them over a wider
//! neighbourhood is the better estimate (Silverman, *Density estimation for statistics and data
//! analysis*, 1986, section 5.3; the flame renderer flam3 does the same). Every hit is spread,
//! none is lost, except over the picture's edge.

use rayon::prelude::*;

/// Kernels end here, in standard deviations.
const REACH: f64 = 2.6;
/// The narrowest blur, in cells; each next level is twice as wide.
const FIRST: f64 = 0.6;
/// How fast the width falls with the count.
const FALL: f64 = 0.4;

/// A Gaussian kernel's middle and one side; sums to 1 with the other.
fn kernel(sigma: f64) -> Vec<f32> {
    let reach = (REACH * sigma).ceil().max(1.0) as usize;
    let raw: Vec<f64> = (0..=reach)
        .map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp())
        .collect();
    let sum = raw[0] + 2.0 * raw[1..].iter().sum::<f64>();
    raw.iter().map(|x| (x / sum) as f32).collect()
}

/// Convolves an image of `width` columns with a Gaussian of `sigma` cells; beyond the edges lies
/// nothing.
pub fn gaussian(image: &[f32], width: usize, sigma: f64) -> Vec<f32> {
    if sigma < 0.05 || width == 0 || image.is_empty() {
        return image.to_vec();
    }
    let kernel = kernel(sigma);
    let reach = kernel.len() - 1;
    let height = image.len() / width;
    // Along the rows, from a copy with a margin so that the inner loop has no bounds.
    let mut across = vec![0.0f32; image.len()];
    across
        .par_chunks_mut(width)
        .zip(image.par_chunks(width))
        .for_each_init(
            || vec![0.0f32; width + 2 * reach],
            |padded, (out, row)| {
                if row.iter().all(|x| *x == 0.0) {
                    return;
                }
                padded[reach..reach + width].copy_from_slice(row);
                for (o, x) in out.iter_mut().zip(row) {
                    *o = kernel[0] * x;
                }
                for (k, weight) in kernel.iter().enumerate().skip(1) {
                    let (left, right) = (&padded[reach - k..], &padded[reach + k..]);
                    for ((o, a), b) in out.iter_mut().zip(left).zip(right) {
                        *o += weight * (a + b);
                    }
                }
            },
        );
    // Down the columns, a row of the result at a time.
    let mut out = vec![0.0f32; image.len()];
    out.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        let row = |y: usize| &across[y * width..][..width];
        for (o, x) in out.iter_mut().zip(row(y)) {
            *o = kernel[0] * x;
        }
        for (k, weight) in kernel.iter().enumerate().skip(1) {
            for near in [y.checked_sub(k), Some(y + k).filter(|y| *y < height)]
                .into_iter()
                .flatten()
            {
                for (o, x) in out.iter_mut().zip(row(near)) {
                    *o += weight * x;
                }
            }
        }
    });
    out
}

/// Which part of each cell's hits is blurred by which width.
#[derive(Debug)]
pub struct Spread {
    width: usize,
    /// Blurs, narrowest first.
    sigmas: Vec<f64>,
    /// For each cell its place among "not at all" (0) and the blurs (1, 2, …), in 1/32.
    places: Vec<u8>,
}

impl Spread {
    /// From the hits of each cell: `widest` in cells, counts taken together over squares of
    /// `side` cells.
    pub fn new(hits: &[f32], width: usize, side: usize, widest: f64) -> Self {
        let mut sigmas = Vec::new();
        let mut sigma = FIRST;
        while sigma < 1.5 * widest && widest > 0.0 {
            sigmas.push(sigma);
            sigma *= 2.0;
        }
        if sigmas.is_empty() || width == 0 {
            return Self {
                width,
                sigmas: Vec::new(),
                places: Vec::new(),
            };
        }
        let most = sigmas.len() as f64;
        let place = |together: f32| {
            let sigma = widest * (1.0 + f64::from(together)).powf(-FALL);
            let level = 1.0 + (sigma / FIRST).log2();
            (32.0 * level.clamp(0.0, most)).round() as u8
        };
        let height = hits.len() / width;
        let mut places = vec![0; hits.len()];
        places
            .par_chunks_mut(width * side)
            .enumerate()
            .for_each(|(band, places)| {
                let first = band * side;
                for x in (0..width).step_by(side) {
                    let square = || {
                        (first..(first + side).min(height)).flat_map(move |y| {
                            (x..(x + side).min(width)).map(move |x| y * width + x)
                        })
                    };
                    let together: f32 = square().map(|i| hits[i]).sum();
                    if together > 0.0 {
                        let level = place(together);
                        for i in square() {
                            places[i - first * width] = level;
                        }
                    }
                }
            });
        Self {
            width,
            sigmas,
            places,
        }
    }

    /// The image with every cell spread by its own width.
    pub fn apply(&self, image: &[f32]) -> Vec<f32> {
        if self.sigmas.is_empty() {
            return image.to_vec();
        }
        // The share of a cell that belongs to level `k`.
        let share =
            |place: u8, k: usize| (1.0 - (f32::from(place) / 32.0 - k as f32).abs()).max(0.0);
        let mut out: Vec<f32> = image
            .par_iter()
            .zip(&self.places)
            .map(|(x, place)| x * share(*place, 0))
            .collect();
        for (k, sigma) in self.sigmas.iter().enumerate() {
            let part: Vec<f32> = image
                .par_iter()
                .zip(&self.places)
                .map(|(x, place)| x * share(*place, k + 1))
                .collect();
            let blurred = gaussian(&part, self.width, *sigma);
            out.par_iter_mut().zip(blurred).for_each(|(o, x)| *o += x);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum, and variance across and down, of what one cell is spread to.
    fn spread_of(image: &[f32], width: usize) -> (f64, [f64; 2]) {
        let (mut sum, mut mean, mut square) = (0.0, [0.0; 2], [0.0; 2]);
        for (i, x) in image.iter().enumerate() {
            let at = [(i % width) as f64, (i / width) as f64];
            sum += f64::from(*x);
            for axis in 0..2 {
                mean[axis] += f64::from(*x) * at[axis];
                square[axis] += f64::from(*x) * at[axis] * at[axis];
            }
        }
        let variance = [0, 1].map(|a| square[a] / sum - (mean[a] / sum).powi(2));
        (sum, variance)
    }

    #[test]
    fn a_gaussian_keeps_the_sum_and_has_its_width() {
        let width = 101;
        let mut image = vec![0.0; width * 81];
        image[40 * width + 50] = 7.0;
        for sigma in [1.0, 2.4, 6.0] {
            let (sum, variance) = spread_of(&gaussian(&image, width, sigma), width);
            assert!((sum - 7.0).abs() < 1e-4, "{sum}");
            for v in variance {
                // The kernel's end takes a little of its variance.
                assert!((v.sqrt() / sigma - 1.0).abs() < 0.06, "{sigma}: {v}");
            }
        }
    }

    #[test]
    fn few_hits_are_spread_wide_and_many_stay() {
        let width = 121;
        let one = |hits: f32| {
            let mut image = vec![0.0; width * width];
            image[60 * width + 60] = hits;
            let spread = Spread::new(&image, width, 1, 8.0);
            let (sum, variance) = spread_of(&spread.apply(&image), width);
            assert!((sum / f64::from(hits) - 1.0).abs() < 1e-3);
            variance[0].sqrt()
        };
        let widths = [1.0, 10.0, 100.0, 1e3, 1e6].map(one);
        assert!(widths.windows(2).all(|w| w[1] <= w[0]), "{widths:?}");
        // 8 · 2^−0.4 = 6.1, and nothing at a million.
        assert!((widths[0] - 6.1).abs() < 0.7, "{widths:?}");
        assert!(widths[4] < 0.3, "{widths:?}");
    }
}
