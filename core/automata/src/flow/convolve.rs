//! Sums over the neighbours of every cell of a torus, for all kernels of an automaton: by the
//! fast Fourier transform, or neighbour by neighbour. Both give the same up to rounding; the
//! direct sums have the same bits on every machine.

use loom_sim::SimError;
use rayon::prelude::*;

use super::field::Field;
use super::fourier::{Fourier, Gains, Spectrum};
use super::kernel::Kernel;
use super::wide::{self, Tap};

/// Which way sums are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Whichever is likely to be faster here.
    #[default]
    Auto,
    Fourier,
    Direct,
}

/// Up to so many neighbours of all kernels the direct sums are faster than transforms.
const FEW: usize = 120;

impl Way {
    /// The way to be taken for these kernels.
    pub fn chosen(self, kernels: &[Kernel]) -> Self {
        match self {
            Self::Auto => {
                let neighbours: usize = kernels.iter().map(|k| k.neighbours().len()).sum();
                if neighbours <= FEW * kernels.len().max(1) {
                    Self::Direct
                } else {
                    Self::Fourier
                }
            }
            chosen => chosen,
        }
    }
}

/// Convolutions with several kernels.
#[derive(Debug)]
pub(crate) struct Convolver {
    kernels: Vec<Kernel>,
    how: How,
}

#[derive(Debug)]
enum How {
    Fourier {
        plans: Box<Fourier>,
        gains: Vec<Gains>,
        spectrum: Spectrum,
    },
    Direct {
        /// A species with a rim of what lies beyond the torus's edge.
        padded: Vec<f64>,
        reach: usize,
        taps: Vec<Vec<Tap>>,
    },
}

impl Convolver {
    pub fn new(
        kernels: Vec<Kernel>,
        way: Way,
        width: usize,
        height: usize,
    ) -> Result<Self, SimError> {
        let how = if way.chosen(&kernels) == Way::Direct {
            let reach = kernels.iter().map(Kernel::reach).max().unwrap_or(0);
            let stride = width + 2 * reach;
            let tap = |n: &super::kernel::Neighbour| Tap {
                offset: (n.y + reach as i32) as usize * stride + (n.x + reach as i32) as usize,
                weight: n.weight,
            };
            How::Direct {
                padded: vec![0.0; stride * (height + 2 * reach)],
                reach,
                taps: kernels
                    .iter()
                    .map(|k| k.neighbours().iter().map(tap).collect())
                    .collect(),
            }
        } else {
            let mut plans = Box::new(Fourier::new(width, height));
            let gains = kernels
                .iter()
                .map(|k| plans.gains(k))
                .collect::<Result<_, _>>()?;
            How::Fourier {
                plans,
                gains,
                spectrum: Spectrum::default(),
            }
        };
        Ok(Self { kernels, how })
    }

    /// Which way it goes.
    pub fn way(&self) -> Way {
        match self.how {
            How::Fourier { .. } => Way::Fourier,
            How::Direct { .. } => Way::Direct,
        }
    }

    /// Each kernel's sums over a field, row by row, one plane after the other.
    pub fn sums(&mut self, field: &Field, planes: &mut [f64]) -> Result<(), SimError> {
        let (width, cells) = (field.width(), field.cells());
        for species in 0..field.species() {
            let mine: Vec<usize> = (0..self.kernels.len())
                .filter(|&k| self.kernels[k].from == species)
                .collect();
            if mine.is_empty() {
                continue;
            }
            match &mut self.how {
                How::Fourier {
                    plans,
                    gains,
                    spectrum,
                } => {
                    plans.forward(|y| field.row(species, y), spectrum)?;
                    for k in mine {
                        let plane = &mut planes[k * cells..(k + 1) * cells];
                        plans.backward(spectrum, &gains[k], plane)?;
                    }
                }
                How::Direct {
                    padded,
                    reach,
                    taps,
                } => {
                    let stride = width + 2 * *reach;
                    pad(field, species, *reach, padded);
                    for k in mine {
                        let plane = &mut planes[k * cells..(k + 1) * cells];
                        let taps = &taps[k];
                        let padded = &*padded;
                        plane
                            .par_chunks_mut(width)
                            .enumerate()
                            .for_each(|(y, out)| {
                                wide::weigh(out, &padded[y * stride..], taps);
                            });
                    }
                }
            }
        }
        Ok(())
    }
}

/// A species with a rim as wide as `reach`, filled from the other side of the torus.
fn pad(field: &Field, species: usize, reach: usize, padded: &mut [f64]) {
    let (width, height) = (field.width(), field.height());
    let stride = width + 2 * reach;
    let around = |place: usize, count: usize| (place + count * (1 + reach / count) - reach) % count;
    padded
        .par_chunks_mut(stride)
        .enumerate()
        .for_each(|(y, line)| {
            let row = field.row(species, around(y, height));
            line[reach..reach + width].copy_from_slice(row);
            for x in (0..reach).chain(reach + width..stride) {
                line[x] = row[around(x, width)];
            }
        });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::kernel::{Core, Profile};

    fn field(width: usize, height: usize) -> Field {
        let mut field = Field::new(width, height, 2).unwrap();
        for (i, value) in field.values_mut().iter_mut().enumerate() {
            *value = ((i * 7919) % 1000) as f64 / 1000.0;
        }
        field
    }

    fn kernels() -> Vec<Kernel> {
        let shells = |radius: f64, shells: &[f64]| Profile::Shells {
            radius,
            shells: shells.to_vec(),
            core: Core::Exponential,
        };
        vec![
            Kernel::new(shells(5.0, &[1.0]), 0).unwrap(),
            Kernel::new(shells(9.0, &[0.5, 1.0]), 1).unwrap(),
            Kernel::new(
                Profile::Ring {
                    inner: 2.0,
                    outer: 6.0,
                },
                0,
            )
            .unwrap(),
        ]
    }

    /// The definition, with no thought of speed.
    fn naive(field: &Field, kernel: &Kernel, x: usize, y: usize) -> f64 {
        let mut sum = 0.0;
        for n in kernel.neighbours() {
            let x = (x as i64 + i64::from(n.x)).rem_euclid(field.width() as i64) as usize;
            let y = (y as i64 + i64::from(n.y)).rem_euclid(field.height() as i64) as usize;
            sum += n.weight * field.at(kernel.from, x, y);
        }
        sum
    }

    #[test]
    fn transforms_and_direct_sums_give_what_the_definition_gives() {
        // Odd, even and prime sides, and a torus smaller than the kernels.
        for (width, height) in [(40, 33), (64, 64), (31, 47), (7, 5), (1, 1), (2, 90)] {
            let (field, kernels) = (field(width, height), kernels());
            for way in [Way::Direct, Way::Fourier] {
                let mut convolver = Convolver::new(kernels.clone(), way, width, height).unwrap();
                let mut planes = vec![f64::NAN; kernels.len() * width * height];
                convolver.sums(&field, &mut planes).unwrap();
                for (k, kernel) in kernels.iter().enumerate() {
                    for y in 0..height {
                        for x in 0..width {
                            let found = planes[(k * height + y) * width + x];
                            let wanted = naive(&field, kernel, x, y);
                            let far = (found - wanted).abs();
                            assert!(far < 1e-13, "{way:?} {width}×{height}: {far}");
                            if way == Way::Direct {
                                assert_eq!(found, wanted);
                            }
                        }
                    }
                }
            }
        }
    }
}
