//! Estimates from counts and samples: entropies with their bias taken off, jackknife errors,
//! means, lines through points.

use std::collections::HashMap;

/// Parts that a sample is divided into for the jackknife.
pub(crate) const PARTS: usize = 16;

/// How often each kind was seen, by part of the sample.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    parts: Vec<HashMap<u64, u64>>,
}

/// An estimate with what it would be without each part of the sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Estimate {
    /// From all of the sample.
    pub value: f64,
    /// Without one part, for each part that has any.
    pub without: Vec<f64>,
}

impl Estimate {
    /// The standard error of the jackknife; not a number where there are no two parts.
    pub fn error(&self) -> f64 {
        let parts = self.without.len() as f64;
        if parts < 2.0 {
            return f64::NAN;
        }
        let mean = self.without.iter().sum::<f64>() / parts;
        let spread: f64 = self.without.iter().map(|x| (x - mean) * (x - mean)).sum();
        ((parts - 1.0) / parts * spread).sqrt()
    }

    /// The same function of estimates from the same parts.
    pub fn of(estimates: &[&Self], function: impl Fn(&[f64]) -> f64) -> Self {
        let all: Vec<f64> = estimates.iter().map(|e| e.value).collect();
        let parts = estimates.iter().map(|e| e.without.len()).min().unwrap_or(0);
        let without = (0..parts).map(|part| {
            let values: Vec<f64> = estimates.iter().map(|e| e.without[part]).collect();
            function(&values)
        });
        Self {
            value: function(&all),
            without: without.collect(),
        }
    }
}

/// Σ c ln c of counts, their sum, and how many kinds there are.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    logs: f64,
    count: u64,
    kinds: u64,
}

fn log(count: u64) -> f64 {
    if count > 1 {
        count as f64 * (count as f64).ln()
    } else {
        0.0
    }
}

impl Sums {
    /// Entropy in bits: as counted, or with Miller and Madow's correction, (kinds − 1) / 2 · count
    /// in nats.
    fn entropy(self, corrected: bool) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let count = self.count as f64;
        let plain = (count.ln() - self.logs / count).max(0.0);
        let bias = if corrected {
            (self.kinds.max(1) - 1) as f64 / (2.0 * count)
        } else {
            0.0
        };
        (plain + bias) / std::f64::consts::LN_2
    }
}

impl Tally {
    pub fn new() -> Self {
        Self {
            parts: vec![HashMap::new(); PARTS],
        }
    }

    /// Counts a kind in the part that holds place `at` of `of`.
    pub fn add(&mut self, kind: u64, at: usize, of: usize) {
        self.add_many(kind, at, of, 1);
    }

    /// The same for several of a kind.
    pub fn add_many(&mut self, kind: u64, at: usize, of: usize, count: u64) {
        let part = (at * PARTS / of.max(1)).min(PARTS - 1);
        *self.parts[part].entry(kind).or_default() += count;
    }

    /// Kinds of all parts; one that stands in several counts for each.
    pub fn kinds(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }

    /// Each kind with its count over all parts.
    pub fn total(&self) -> HashMap<u64, u64> {
        let mut total = HashMap::new();
        for part in &self.parts {
            for (kind, count) in part {
                *total.entry(*kind).or_default() += count;
            }
        }
        total
    }

    /// All that was counted.
    pub fn count(&self) -> u64 {
        self.parts.iter().flat_map(HashMap::values).sum()
    }

    /// The entropy in bits as the counts give it, and with its bias taken off (G. A. Miller 1955,
    /// Note on the bias of information estimates).
    pub fn entropy(&self) -> (f64, Estimate) {
        let total = self.total();
        let sums = Sums {
            logs: total.values().map(|c| log(*c)).sum(),
            count: total.values().sum(),
            kinds: total.len() as u64,
        };
        let without = self.parts.iter().filter(|part| !part.is_empty());
        let without = without.map(|part| {
            let mut rest = sums;
            for (kind, count) in part {
                let all = total.get(kind).copied().unwrap_or(0);
                rest.logs += log(all - count) - log(all);
                rest.count -= count;
                rest.kinds -= u64::from(all == *count);
            }
            rest.entropy(true)
        });
        let estimate = Estimate {
            value: sums.entropy(true),
            without: without.collect(),
        };
        (sums.entropy(false), estimate)
    }

    /// Kinds that map to the same number counted together.
    pub fn merged(&self, kind: impl Fn(u64) -> u64) -> Self {
        let parts = self.parts.iter().map(|part| {
            let mut merged = HashMap::new();
            for (old, count) in part {
                *merged.entry(kind(*old)).or_default() += count;
            }
            merged
        });
        Self {
            parts: parts.collect(),
        }
    }
}

/// The mean of samples and its standard error, which is not a number for fewer than two.
pub(crate) fn mean(samples: &[f64]) -> (f64, f64) {
    let count = samples.len() as f64;
    if samples.is_empty() {
        return (f64::NAN, f64::NAN);
    }
    let mean = samples.iter().sum::<f64>() / count;
    if samples.len() < 2 {
        return (mean, f64::NAN);
    }
    let spread: f64 = samples.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (spread / (count - 1.0) / count).sqrt())
}

/// The slope of the line of least squares through points; none for fewer than two abscissas.
pub(crate) fn slope(points: &[[f64; 2]]) -> Option<f64> {
    let count = points.len() as f64;
    let [x, y] = [0, 1].map(|i| points.iter().map(|p| p[i]).sum::<f64>() / count);
    let square: f64 = points.iter().map(|p| (p[0] - x) * (p[0] - x)).sum();
    let product: f64 = points.iter().map(|p| (p[0] - x) * (p[1] - y)).sum();
    (square > 0.0).then(|| product / square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropies_of_even_kinds_are_logarithms() {
        let mut tally = Tally::new();
        for i in 0..1600 {
            tally.add((i % 8) as u64, i, 1600);
        }
        let (plain, estimate) = tally.entropy();
        assert!((plain - 3.0).abs() < 1e-12);
        // The correction is 7 / 3200 nats; all parts are alike.
        let bias = 7.0 / 3200.0 / std::f64::consts::LN_2;
        assert!((estimate.value - 3.0 - bias).abs() < 1e-12);
        assert!(estimate.error() < 1e-9);
        let merged = tally.merged(|kind| kind / 4);
        assert!((merged.entropy().0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        let samples: Vec<f64> = (0..16).map(|i| f64::from(i * i % 7)).collect();
        let sum: f64 = samples.iter().sum();
        let estimate = Estimate {
            value: sum / 16.0,
            without: samples.iter().map(|x| (sum - x) / 15.0).collect(),
        };
        let (value, error) = mean(&samples);
        assert!((value - estimate.value).abs() < 1e-12);
        assert!((error - estimate.error()).abs() < 1e-12);
    }

    #[test]
    fn a_line_has_its_slope() {
        let points: Vec<[f64; 2]> = (3..9)
            .map(|x| [f64::from(x), 2.5 * f64::from(x) - 1.0])
            .collect();
        assert!(slope(&points).is_some_and(|s| (s - 2.5).abs() < 1e-12));
        assert_eq!(slope(&points[..1]), None);
    }
}
