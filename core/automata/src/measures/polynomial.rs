//! The mean field map of two states: a polynomial in Bernstein's form.
//!
//! Of M independent cells that are alive with chance p, a pattern with j live ones has the chance
//! p^j (1 − p)^(M − j). A cell is alive afterwards with f(p) = Σ A_j p^j (1 − p)^(M − j), where A_j
//! counts the patterns of j live cells that lead there. A_j over the binomial of M and j is
//! Bernstein's coefficient of f, between 0 and 1, so that values, slopes and roots come out
//! without cancellation (R. T. Farouki 2012, The Bernstein polynomial basis).

use num_bigint::{BigInt, BigUint};

use super::rules::{binomials, chances, ratio};

/// Roots are looked for by dividing up to this degree, on a lattice above.
const DIVIDED: usize = 256;

/// A polynomial f(p) = Σ A_j / d · p^j (1 − p)^(M − j).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Polynomial {
    numerators: Vec<BigUint>,
    denominator: u32,
    /// Bernstein's coefficients.
    shares: Vec<f64>,
}

/// Where f(p) = p, and the slope there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FixedPoint {
    pub at: f64,
    pub slope: f64,
}

impl Polynomial {
    /// From A_0 to A_M and d.
    pub fn new(numerators: Vec<BigUint>, denominator: u32) -> Self {
        let choose = binomials(numerators.len().saturating_sub(1));
        let shares = numerators.iter().zip(&choose);
        Self {
            shares: shares
                .map(|(a, all)| ratio(a, &(all * denominator)))
                .collect(),
            numerators,
            denominator,
        }
    }

    /// The degree M.
    pub fn degree(&self) -> usize {
        self.numerators.len().saturating_sub(1)
    }

    /// A_0 to A_M.
    pub fn numerators(&self) -> &[BigUint] {
        &self.numerators
    }

    /// The coefficients of 1, p, p², … over the common denominator.
    pub fn powers(&self) -> (Vec<BigInt>, u32) {
        let m = self.degree();
        let mut powers = vec![BigInt::default(); m + 1];
        for (j, a) in self.numerators.iter().enumerate() {
            for (i, choose) in binomials(m - j).into_iter().enumerate() {
                let term = BigInt::from(a * choose);
                if i % 2 == 0 {
                    powers[j + i] += term;
                } else {
                    powers[j + i] -= term;
                }
            }
        }
        (powers, self.denominator)
    }

    /// f(p).
    pub fn at(&self, p: f64) -> f64 {
        let chances = chances(self.degree(), p);
        chances.iter().zip(&self.shares).map(|(c, s)| c * s).sum()
    }

    /// The slope f'(p) = M Σ (c_{j + 1} − c_j) B_j(p), with B of degree M − 1.
    pub fn slope(&self, p: f64) -> f64 {
        let m = self.degree();
        if m == 0 {
            return 0.0;
        }
        let chances = chances(m - 1, p);
        let steps = self.shares.windows(2).map(|pair| pair[1] - pair[0]);
        m as f64 * chances.iter().zip(steps).map(|(c, s)| c * s).sum::<f64>()
    }

    /// Every p from 0 to 1 with f(p) = p; nothing where all are.
    pub fn fixed_points(&self) -> Vec<FixedPoint> {
        let m = self.degree();
        // f(p) − p in Bernstein's form: p has the coefficients j / M.
        let rest: Vec<f64> = self
            .shares
            .iter()
            .enumerate()
            .map(|(j, share)| share - j as f64 / m.max(1) as f64)
            .collect();
        if m == 0 || rest.iter().all(|c| c.abs() < 1e-15) {
            return Vec::new();
        }
        let mut roots = Vec::new();
        if m <= DIVIDED {
            divide(&rest, 0.0, 1.0, &mut roots);
        } else {
            let places: Vec<f64> = (0..=4096).map(|i| f64::from(i) / 4096.0).collect();
            let signs = places.windows(2).filter_map(|pair| {
                let [a, b] = [pair[0], pair[1]].map(|p| self.at(p) - p);
                (a * b < 0.0).then_some((pair[0], pair[1], Some(a > 0.0)))
            });
            roots.extend(signs);
        }
        let mut points: Vec<f64> = roots.into_iter().map(|root| self.between(root)).collect();
        // The ends themselves.
        points.extend((rest[0].abs() < 1e-15).then_some(0.0));
        points.extend((rest[m].abs() < 1e-15).then_some(1.0));
        points.sort_by(f64::total_cmp);
        points.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
        let point = |at| FixedPoint {
            at,
            slope: self.slope(at),
        };
        points.into_iter().map(point).collect()
    }

    /// The root between two places, by halving where the sign changes.
    fn between(&self, (mut low, mut high, sign): Root) -> f64 {
        let Some(sign) = sign else {
            return f64::midpoint(low, high);
        };
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if (self.at(middle) - middle > 0.0) == sign {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }
}

/// A stretch that holds one root, and whether f(p) − p is positive before it; nothing where the
/// curve only touches, or the stretch is the root.
type Root = (f64, f64, Option<bool>);

/// Sign changes along coefficients that are not 0.
fn changes(coefficients: &[f64]) -> usize {
    let mut last = 0.0f64;
    let mut count = 0;
    for &c in coefficients.iter().filter(|c| c.abs() > 1e-15) {
        count += usize::from(last != 0.0 && (c > 0.0) != (last > 0.0));
        last = c;
    }
    count
}

/// Divides a stretch until each part has one root or none; a part that is shorter than 1e-12
/// holds a root where the curve touches.
fn divide(coefficients: &[f64], low: f64, high: f64, roots: &mut Vec<Root>) {
    match changes(coefficients) {
        0 => {}
        1 => {
            let first = coefficients.iter().find(|c| c.abs() > 1e-15);
            roots.push((low, high, first.map(|c| *c > 0.0)));
        }
        _ if high - low < 1e-12 => roots.push((low, high, None)),
        _ => {
            // De Casteljau's halves.
            let m = coefficients.len();
            let (mut left, mut right) = (Vec::with_capacity(m), vec![0.0; m]);
            let mut row = coefficients.to_vec();
            for i in (0..m).rev() {
                left.push(row[0]);
                right[i] = row[i];
                for k in 0..i {
                    row[k] = f64::midpoint(row[k], row[k + 1]);
                }
            }
            let middle = f64::midpoint(low, high);
            if left[m - 1].abs() < 1e-15 && middle > 0.0 {
                roots.push((middle, middle, None));
            }
            divide(&left, low, middle, roots);
            divide(&right, middle, high, roots);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::rules::Map;
    use crate::rule::Rule;

    fn polynomial(rule: &str) -> Option<Polynomial> {
        Map::of(&rule.parse::<Rule>().ok()?).polynomial()
    }

    #[test]
    fn the_map_of_life_is_that_of_schulman_and_seiden() {
        // f(p) = 28 p³ (1 − p)⁵ (3 − p), with fixed points 0, 0.192 and 0.370.
        let Some(life) = polynomial("B3/S23") else {
            panic!("no polynomial");
        };
        let a: Vec<u64> = life
            .numerators()
            .iter()
            .map(|a| a.iter_u64_digits().sum())
            .collect();
        assert_eq!(a, [0, 0, 0, 84, 56, 0, 0, 0, 0, 0]);
        for i in 0..=20 {
            let p = f64::from(i) / 20.0;
            let theirs = 28.0 * p.powi(3) * (1.0 - p).powi(5) * (3.0 - p);
            assert!((life.at(p) - theirs).abs() < 1e-13);
        }
        let (powers, _) = life.powers();
        // The same, multiplied out.
        let expected = [0, 0, 0, 84, -448, 980, -1120, 700, -224, 28].map(BigInt::from);
        assert_eq!(powers, expected);
        let points = life.fixed_points();
        let at: Vec<f64> = points.iter().map(|p| (p.at * 1e3).round() / 1e3).collect();
        assert_eq!(at, [0.0, 0.192, 0.37]);
        assert!(points[1].slope > 1.0 && points[2].slope.abs() < 1.0 && points[0].slope == 0.0);
    }

    #[test]
    fn roots_at_the_ends_and_in_the_middle_are_found() {
        // Rule 90: f = 2p(1 − p), fixed points 0 and 1/2; rule 204 keeps every density.
        let at = |rule: &str| -> Vec<f64> {
            let points = polynomial(rule)
                .map(|p| p.fixed_points())
                .unwrap_or_default();
            points.iter().map(|p| (p.at * 1e9).round() / 1e9).collect()
        };
        assert_eq!(at("W90"), [0.0, 0.5]);
        assert_eq!(at("W204"), [0.0; 0]);
        // The majority of three: 3p² − 2p³.
        assert_eq!(at("W232"), [0.0, 0.5, 1.0]);
        // Elementary rule 30 has f = 3p(1 − p)² + p²(1 − p), with f(p) = p at 1/2.
        assert_eq!(at("W30"), [0.0, 0.5]);
        // Billiard balls keep every density.
        assert_eq!(at("M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15"), [0.0; 0]);
    }
}
