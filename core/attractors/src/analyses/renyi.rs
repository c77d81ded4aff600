//! Generalised dimensions D_q after Rényi: boxes counted with weights, so that a great q sees the
//! places that the orbit visits most and a small one those that it hardly enters.

use std::collections::HashMap;

use loom_sim::{Job, SimError};

use super::source::Samples;

/// Orders that are measured. Those below zero would count single points in rare boxes and are
/// left out.
pub const ORDERS: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0];

/// For each of [`ORDERS`] −log₂ of exp of Rényi's information of the boxes, over log₂ of their
/// size in extents, from small boxes to large ones. The slope is D_q.
pub fn curves(samples: &Samples, scale: f64, job: &Job) -> Result<Vec<Vec<[f64; 2]>>, SimError> {
    let (n, d) = (samples.count(), samples.dimension);
    let low: Vec<f64> = (0..d)
        .map(|v| samples.column(v).into_iter().fold(f64::INFINITY, f64::min))
        .collect();
    let mut curves = vec![Vec::new(); ORDERS.len()];
    for k in 1..24 {
        job.check()?;
        let cells = 2f64.powi(k);
        let mut filled: HashMap<Vec<u32>, u32> = HashMap::new();
        for p in samples.values.chunks_exact(d) {
            let cell = p
                .iter()
                .zip(&low)
                .map(|(x, a)| ((x - a) / scale * cells).min(cells - 0.5) as u32)
                .collect();
            *filled.entry(cell).or_default() += 1;
        }
        // Once boxes hold few points each, their number says how many points there are.
        if filled.len() as f64 > n as f64 / 8.0 {
            break;
        }
        // In the order of the counts, so that sums are the same at every run.
        let mut counts: Vec<u32> = filled.into_values().collect();
        counts.sort_unstable();
        let parts = || counts.iter().map(|c| f64::from(*c) / n as f64);
        for (curve, q) in curves.iter_mut().zip(ORDERS) {
            let information = if q == 1.0 {
                parts().map(|p| -p * p.log2()).sum::<f64>()
            } else {
                parts().map(|p| p.powf(q)).sum::<f64>().log2() / (1.0 - q)
            };
            curve.push([-f64::from(k), -information]);
        }
    }
    for curve in &mut curves {
        curve.reverse();
    }
    Ok(curves)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::analyses::scaling;

    /// Halves that get 0.7 and 0.3 of what lies on the whole, again and again, have
    /// D_q = log₂(0.7^q + 0.3^q) / (1 − q) exactly.
    #[test]
    fn the_binomial_measure_has_its_spectrum() {
        let p = 0.7f64;
        let levels = 12;
        let total = 2_000_000.0;
        let mut values = Vec::new();
        for cell in 0..1u32 << levels {
            let ones = cell.count_ones() as i32;
            let weight = p.powi(levels - ones) * (1.0 - p).powi(ones);
            let x = (f64::from(cell) + 0.5) / f64::from(1u32 << levels);
            values.extend(std::iter::repeat_n(x, (weight * total).round() as usize));
        }
        // The ends, so that boxes are the halves of the whole.
        values.extend([0.0, 1.0]);
        let samples = Samples {
            dimension: 1,
            interval: 1.0,
            values,
        };
        let found = curves(&samples, 1.0, &Job::quiet()).unwrap();
        let mut before = f64::INFINITY;
        for (curve, q) in found.iter().zip(ORDERS) {
            // Down to the cells that were laid out.
            let part: Vec<[f64; 2]> = curve.iter().filter(|c| c[0] >= -11.0).copied().collect();
            let slope = scaling::fit(&part).0;
            let exact = if q == 1.0 {
                -(p * p.log2() + (1.0 - p) * (1.0 - p).log2())
            } else {
                (p.powf(q) + (1.0 - p).powf(q)).log2() / (1.0 - q)
            };
            // A box of the smallest ones holds less than a point.
            let within = if q < 1.0 { 0.02 } else { 2e-3 };
            assert!((slope - exact).abs() < within, "D_{q}: {slope} {exact}");
            assert!(slope <= before + 1e-9);
            before = slope;
        }
    }
}
