//! Straight parts of curves on logarithmic axes: where they lie, their slope and its error.

/// The straightest long part of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    pub from: f64,
    pub to: f64,
    pub slope: f64,
    pub intercept: f64,
    /// The scatter of the slopes within the region.
    pub error: f64,
}

impl Region {
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }
}

/// Least squares: slope and intercept.
pub fn fit(points: &[[f64; 2]]) -> (f64, f64) {
    let n = points.len() as f64;
    let [mx, my] = [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / n);
    let sxy: f64 = points.iter().map(|p| (p[0] - mx) * (p[1] - my)).sum();
    let sxx: f64 = points.iter().map(|p| (p[0] - mx).powi(2)).sum();
    let slope = sxy / sxx;
    (slope, my - slope * mx)
}

/// The slope over windows of this width, at their middles.
pub fn local_slopes(curve: &[[f64; 2]], width: f64) -> Vec<[f64; 2]> {
    let mut out = Vec::new();
    for (i, a) in curve.iter().enumerate() {
        let end = a[0] + width * (1.0 + 1e-9);
        let part = &curve[i..i + curve[i..].partition_point(|p| p[0] <= end)];
        let Some(b) = part.last() else { continue };
        if b[0] - a[0] < width * (1.0 - 1e-9) {
            break;
        }
        out.push([f64::midpoint(a[0], b[0]), fit(part).0]);
    }
    out
}

/// Shortest region, in doublings of the abscissa.
const SHORTEST: f64 = 3.0;
/// A curve that hardly rises has run out of points: no dimension is read off it.
const FLAT: f64 = 0.05;
/// How far the slopes of the doublings within it may lie apart, as a part of their mean.
const TOLERANCE: f64 = 0.12;

/// The longest part over which the slopes of all doublings agree; the widest tolerance that is
/// tried is twice the narrowest. None if there is no such part.
pub fn region(curve: &[[f64; 2]]) -> Option<Region> {
    let local = local_slopes(curve, 1.0);
    [0.5, 1.0, 2.0]
        .iter()
        .find_map(|times| longest(curve, &local, TOLERANCE * times))
}

fn longest(curve: &[[f64; 2]], local: &[[f64; 2]], tolerance: f64) -> Option<Region> {
    let mut best: Option<(f64, usize, usize)> = None;
    for i in 0..local.len() {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (j, [x, slope]) in local.iter().enumerate().skip(i) {
            low = low.min(*slope);
            high = high.max(*slope);
            let spread = high - low;
            if low < FLAT || spread.is_nan() || spread > tolerance * f64::midpoint(high, low).abs()
            {
                break;
            }
            let length = x - local[i][0] + 1.0;
            if length >= SHORTEST && best.is_none_or(|(l, ..)| length > l) {
                best = Some((length, i, j));
            }
        }
    }
    let (_, i, j) = best?;
    let (from, to) = (local[i][0] - 0.5, local[j][0] + 0.5);
    let inside: Vec<[f64; 2]> = curve
        .iter()
        .filter(|p| (from - 1e-9..=to + 1e-9).contains(&p[0]))
        .copied()
        .collect();
    let (slope, intercept) = fit(&inside);
    let slopes: Vec<f64> = local[i..=j].iter().map(|s| s[1]).collect();
    let mean = slopes.iter().sum::<f64>() / slopes.len() as f64;
    let variance = slopes.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / slopes.len() as f64;
    Some(Region {
        from,
        to,
        slope,
        intercept,
        error: variance.sqrt().max(1e-4 * slope.abs()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_straight_part_between_two_bends_is_found() {
        // Slope 3 below −8, 1.5 from there to −2, 0 above.
        let value = |x: f64| {
            if x < -8.0 {
                -9.0 + 3.0 * (x + 8.0)
            } else {
                1.5 * (x.min(-2.0) + 2.0)
            }
        };
        let curve: Vec<[f64; 2]> = (-48..=0)
            .map(|i| f64::from(i) / 4.0)
            .map(|x| [x, value(x)])
            .collect();
        let found = region(&curve).unwrap();
        assert!((found.slope - 1.5).abs() < 0.02, "{found:?}");
        assert!(found.from > -9.0 && found.to < -1.0, "{found:?}");
    }

    #[test]
    fn a_level_curve_has_no_region() {
        let curve: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i) / 4.0, 7.0]).collect();
        assert_eq!(region(&curve), None);
    }

    #[test]
    fn a_curve_that_bends_everywhere_has_no_region() {
        let curve: Vec<[f64; 2]> = (1..60)
            .map(|i| f64::from(i) / 4.0)
            .map(|x| [x, (0.4 * x).exp()])
            .collect();
        assert_eq!(region(&curve), None);
    }
}
