//! A plate: what has been gathered, blurred where it is sparse and brought to tones from 0 to 1.

use rayon::prelude::*;

use super::recipe::{Channel, Look, Recipe};
use super::soften::Spread;
use super::tally::{Pooled, Tally};

/// Hits a cell, as a multiple of the mean, from which tones turn from proportional to
/// logarithmic: as the window's density has it.
const KNEE: f64 = 4.0;
/// The part of the visited cells that may lie beyond the brightest tone.
const BURNT: f64 = 5e-4;

/// A picture's cells, ready to be lit.
#[derive(Debug)]
pub struct Plate {
    pub width: usize,
    /// Cells a side of a pixel.
    pub side: usize,
    /// (ln(1 + ρ e) / ln(1 + ρ_most e))^(1/γ) for the density ρ in units of its mean.
    pub tone: Vec<f32>,
    /// ρ / ρ_most, not bounded: what light adds up to.
    pub amount: Vec<f32>,
    /// What colours each cell, from 0 to 1; `None` where density does.
    pub number: Option<Vec<f32>>,
    /// Depth of the nearest hit from 0 to 1; above 1 where there is none.
    pub depth: Option<Vec<f32>>,
}

/// Whose cells a plate is made from.
pub enum Source<'a> {
    Fine(&'a Tally),
    Coarse(&'a [Pooled]),
}

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Fine(tally) => tally.cells(),
            Self::Coarse(cells) => cells.len(),
        }
    }
    #[inline]
    fn at(&self, cell: usize) -> Pooled {
        match self {
            Self::Fine(tally) => {
                let mut pooled = Pooled::default();
                pooled.take(tally, cell);
                pooled
            }
            Self::Coarse(cells) => cells[cell],
        }
    }
    fn list(&self, value: impl Fn(Pooled) -> f32 + Sync) -> Vec<f32> {
        (0..self.len())
            .into_par_iter()
            .map(|i| value(self.at(i)))
            .collect()
    }
}

/// Bytes that a plate takes for each cell while it is made.
pub fn bytes(recipe: &Recipe) -> u64 {
    let colored = recipe.channel != Channel::None;
    24 + 12 * u64::from(colored) + 12 * u64::from(recipe.look == Look::Solid)
}

impl Plate {
    /// `thrown`: all hits, those beyond the frame included; `side` is that of the source.
    pub fn new(
        source: &Source<'_>,
        width: usize,
        side: usize,
        thrown: u64,
        recipe: &Recipe,
    ) -> Self {
        let hits = source.list(|p| p.hits);
        let spread = Spread::new(&hits, width, side, recipe.blur * side as f64);
        let density = spread.apply(&hits);
        let divided = |sum: Vec<f32>| -> Vec<f32> {
            sum.par_iter()
                .zip(&density)
                .map(|(s, d)| if *d > 0.0 { s / d } else { 0.0 })
                .collect()
        };
        let nearest = recipe.look == Look::Solid;
        let number = match recipe.channel {
            Channel::None => None,
            Channel::Direction => {
                let along = |axis: usize| spread.apply(&source.list(|p| p.turn[axis]));
                let (cosines, sines) = (along(0), along(1));
                Some(
                    cosines
                        .par_iter()
                        .zip(&sines)
                        .map(|(c, s)| (s.atan2(*c) / std::f32::consts::TAU).rem_euclid(1.0))
                        .collect(),
                )
            }
            _ => Some(divided(spread.apply(&source.list(|p| p.sum)))),
        };
        let depth = nearest.then(|| source.list(|p| p.nearest.map_or(2.0, |[d, _]| d)));
        let mean = (thrown.max(1) as f64 / hits.len().max(1) as f64) as f32;
        let most = most(&density) / mean;
        let exposure = (recipe.exposure / KNEE) as f32;
        let full = (f64::from(most * exposure)).ln_1p();
        let power = 1.0 / recipe.gamma as f32;
        let tone = density
            .par_iter()
            .map(|d| {
                let part = f64::from(d / mean * exposure).ln_1p() / full;
                (part as f32).clamp(0.0, 1.0).powf(power)
            })
            .collect();
        let scale = 1.0 / (most * mean);
        let mut amount = density;
        amount.par_iter_mut().for_each(|d| *d *= scale);
        Self {
            width,
            side,
            tone,
            amount,
            number,
            depth,
        }
    }

    pub fn height(&self) -> usize {
        self.tone.len() / self.width.max(1)
    }

    /// A plate of this density for tests of the looks.
    #[cfg(test)]
    pub fn of_tones(width: usize, tone: Vec<f32>) -> Self {
        Self {
            width,
            side: 1,
            amount: tone.clone(),
            tone,
            number: None,
            depth: None,
        }
    }
}

/// The density that all but a few of the visited cells stay below: one cell that is hit again
/// and again must not darken the rest.
fn most(density: &[f32]) -> f32 {
    // By the upper bits of the number: 2^-7 of its size is exact enough.
    let mut bins = vec![0u64; 1 << 16];
    for d in density.iter().filter(|d| **d > 0.0) {
        bins[(d.to_bits() >> 16) as usize] += 1;
    }
    let visited: u64 = bins.iter().sum();
    let beyond = (visited as f64 * BURNT) as u64;
    let mut seen = 0;
    for (bin, count) in bins.iter().enumerate().rev() {
        seen += count;
        if seen > beyond {
            return f32::from_bits((bin as u32) << 16 | 0xffff);
        }
    }
    1.0
}
