//! Squares of four cells that change together: Margolus' neighbourhood.

use num_bigint::BigUint;

use super::super::polynomial::Polynomial;
use super::Share;

/// What each of the 16 squares becomes.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Squares(pub [u8; 16]);

impl Squares {
    /// Over all squares and their four places.
    pub fn lambda(&self) -> Share {
        let alive: u32 = self.0.iter().map(|to| to.count_ones()).sum();
        Share::Exact(alive.into(), 64u32.into())
    }

    pub fn polynomial(&self) -> Polynomial {
        let mut numerators = vec![BigUint::default(); 5];
        for (square, to) in self.0.iter().enumerate() {
            numerators[square.count_ones() as usize] += to.count_ones();
        }
        Polynomial::new(numerators, 4)
    }

    /// The chance of a square of independent cells.
    fn chance(square: usize, p: f64) -> f64 {
        let live = square.count_ones() as i32;
        p.powi(live) * (1.0 - p).powi(4 - live)
    }

    pub fn next(&self, densities: &[f64]) -> Vec<f64> {
        let p = densities[1];
        let live = self.0.iter().enumerate();
        let live = live.map(|(square, to)| Self::chance(square, p) * f64::from(to.count_ones()));
        let live = live.sum::<f64>() / 4.0;
        vec![1.0 - live, live]
    }

    pub fn sensitivity(&self, densities: &[f64]) -> f64 {
        let pairs = (0..16).flat_map(|square| (0..4).map(move |bit| (square, square ^ 1 << bit)));
        let differing = pairs.map(|(a, b): (usize, usize)| {
            let cells = (self.0[a] ^ self.0[b]).count_ones();
            Self::chance(a, densities[1]) * f64::from(cells)
        });
        differing.sum::<f64>() / 4.0
    }
}
