//! Delay embedding of one variable: how long a lag, and how many coordinates.
//!
//! - The lag is the first minimum of the average mutual information between x(t) and x(t + τ):
//!   A. M. Fraser, H. L. Swinney (1986), Phys. Rev. A 33, 1134–1140.
//! - The dimension is the least one with hardly any false nearest neighbours: M. B. Kennel,
//!   R. Brown, H. D. I. Abarbanel (1992), Phys. Rev. A 45, 3403–3411.

/// Values that the mutual information looks at, at most.
const MOST_FOR_INFORMATION: usize = 20_000;
/// Points whose neighbours are looked for, and among how many.
const REFERENCES: usize = 1000;
const CANDIDATES: usize = 6000;
/// A neighbour is false when the next coordinate parts the two by this many times their
/// distance (Kennel's R_tol), or by this many standard deviations (A_tol).
const APART: f64 = 15.0;
const FAR: f64 = 2.0;
/// The share of false neighbours that is hardly any.
pub const HARDLY_ANY: f64 = 0.01;

/// Average mutual information in bits for lags 0, 1, … `longest`, over classes that hold equally
/// many values.
pub fn mutual_information(values: &[f64], longest: usize) -> Vec<f64> {
    let values = &values[..values.len().min(MOST_FOR_INFORMATION)];
    let n = values.len();
    let classes = ((n as f64 / 20.0).sqrt() as usize).clamp(4, 32);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut class = vec![0; n];
    for (rank, place) in order.iter().enumerate() {
        // Equal values belong together, or a rounded series would inform of itself by chance.
        class[*place] = if rank > 0 && values[order[rank - 1]] == values[*place] {
            class[order[rank - 1]]
        } else {
            rank * classes / n
        };
    }
    let longest = longest.min(n.saturating_sub(2 * classes));
    (0..=longest)
        .map(|lag| {
            let mut joint = vec![0_u32; classes * classes];
            let (mut first, mut second) = (vec![0_u32; classes], vec![0_u32; classes]);
            for (a, b) in class.iter().zip(&class[lag..]) {
                joint[a * classes + b] += 1;
                first[*a] += 1;
                second[*b] += 1;
            }
            let total = (n - lag) as f64;
            let mut sum = 0.0;
            for a in 0..classes {
                for b in 0..classes {
                    let count = f64::from(joint[a * classes + b]);
                    if count > 0.0 {
                        let by_chance = f64::from(first[a]) * f64::from(second[b]);
                        sum += count / total * (count * total / by_chance).log2();
                    }
                }
            }
            sum
        })
        .collect()
}

/// The first lag, from 1, at which the information is least for a while; where it only falls,
/// the first at which it is below a fifth of what x says of itself.
pub fn first_minimum(information: &[f64]) -> usize {
    let around = |k: usize| {
        let ahead = &information[k + 1..(k + 4).min(information.len())];
        !ahead.is_empty() && ahead.iter().all(|x| *x >= information[k])
    };
    let falls = |k: usize| information[k] < information[k - 1];
    let minimum = (1..information.len()).find(|k| falls(*k) && around(*k));
    let low = || {
        let own = information.first().copied().unwrap_or(0.0);
        information.iter().position(|x| *x < 0.2 * own)
    };
    minimum.or_else(low).unwrap_or(1).max(1)
}

/// Shares of false nearest neighbours for 1, 2, … `most` coordinates, `lag` samples apart.
pub fn false_neighbours(values: &[f64], lag: usize, most: usize) -> Vec<f64> {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n.max(1) as f64;
    let square = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n.max(1) as f64;
    let size = square.sqrt();
    let mut shares = Vec::new();
    for m in 1..=most {
        let Some(points) = n.checked_sub(m * lag).filter(|p| *p > 2 * lag + 10) else {
            break;
        };
        // Whole series where it is short, else spread over it.
        let among = points.min(CANDIDATES);
        let place = |k: usize| k * points / among;
        let stride = among.div_ceil(REFERENCES);
        let (mut asked, mut wrong) = (0_u32, 0_u32);
        for k in (0..among).step_by(stride) {
            let i = place(k);
            let mut nearest = (f64::INFINITY, i);
            for j in (0..among).map(place).filter(|j| j.abs_diff(i) > lag) {
                let mut square = 0.0;
                for c in 0..m {
                    let d = values[i + c * lag] - values[j + c * lag];
                    square += d * d;
                    if square >= nearest.0 {
                        break;
                    }
                }
                if square < nearest.0 {
                    nearest = (square, j);
                }
            }
            let (square, j) = nearest;
            if !square.is_finite() {
                continue;
            }
            let next = (values[i + m * lag] - values[j + m * lag]).abs();
            let distance = square.sqrt();
            asked += 1;
            let parts = next > APART * distance.max(1e-9 * size);
            wrong += u32::from(parts || (distance * distance + next * next).sqrt() > FAR * size);
        }
        shares.push(if asked > 0 {
            f64::from(wrong) / f64::from(asked)
        } else {
            f64::NAN
        });
    }
    shares
}

/// The least number of coordinates with hardly any false neighbours; else the one with fewest.
pub fn enough(shares: &[f64]) -> usize {
    let first = shares.iter().position(|s| *s < HARDLY_ANY);
    let least = || {
        (0..shares.len())
            .filter(|k| shares[*k].is_finite())
            .min_by(|a, b| shares[*a].total_cmp(&shares[*b]))
    };
    first.or_else(least).map_or(1, |k| k + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_curve_needs_two_coordinates() {
        let period = 40.0 + std::f64::consts::FRAC_1_PI;
        let wave: Vec<f64> = (0..8000)
            .map(|i| (std::f64::consts::TAU * f64::from(i) / period).sin())
            .collect();
        // Drawn a quarter period later it lies in a plane without crossing itself.
        assert_eq!(enough(&false_neighbours(&wave, 10, 5)), 2);
    }

    #[test]
    fn the_first_minimum_is_one_that_lasts() {
        assert_eq!(first_minimum(&[5.0, 3.0, 2.0, 1.0, 1.5, 2.0, 1.9]), 3);
        assert_eq!(first_minimum(&[5.0, 3.0, 3.1, 2.0, 1.0, 1.5, 2.0, 1.9]), 4);
        // Only falling: where it is below a fifth of its beginning.
        assert_eq!(first_minimum(&[5.0, 4.0, 2.0, 0.9, 0.8]), 3);
        assert_eq!(first_minimum(&[]), 1);
    }

    #[test]
    fn independent_numbers_say_nothing_of_each_other() {
        let mut random = loom_sim::seed::stream(1, "test");
        let values: Vec<f64> = (0..8000)
            .map(|_| loom_sim::seed::unit(&mut random))
            .collect();
        let information = mutual_information(&values, 5);
        assert!(information[0] > 4.0);
        assert!(information[1..].iter().all(|x| *x < 0.1), "{information:?}");
    }

    #[test]
    fn henons_map_needs_two_coordinates_and_the_logistic_map_one() {
        let (mut x, mut y) = (0.1, 0.1);
        let henon: Vec<f64> = (0..4000)
            .map(|_| {
                (x, y) = (1.0 - 1.4 * x * x + y, 0.3 * x);
                x
            })
            .collect();
        assert_eq!(enough(&false_neighbours(&henon[100..], 1, 5)), 2);
        let mut z = 0.3;
        let logistic: Vec<f64> = (0..4000)
            .map(|_| {
                z = 3.99 * z * (1.0 - z);
                z
            })
            .collect();
        assert_eq!(enough(&false_neighbours(&logistic, 1, 5)), 1);
    }

    #[test]
    fn short_series_are_no_trouble() {
        for n in 0..30 {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            let lag = first_minimum(&mutual_information(&values, 10));
            assert!(lag >= 1);
            assert!(enough(&false_neighbours(&values, lag, 4)) >= 1);
        }
    }
}
