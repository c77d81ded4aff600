//! An embedded pair: its stages, the error that they estimate, the next step that follows from it,
//! and the polynomial that stands for the solution within a step. Flows and delay systems take
//! their steps by the same rules (Hairer, Nørsett and Wanner, Solving Ordinary Differential
//! Equations I, section II.4).

use super::{Method, dop853, tsit5};

/// A new step is a little shorter than the estimate says, and changes by bounded factors.
const SAFETY: f64 = 0.9;
const SHRINK: f64 = 0.2;
const GROW: f64 = 10.0;

/// The explicit pairs that choose their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// Tsitouras 5(4), with his interpolant of order 4.
    Tsit5,
    /// Dormand and Prince 8(5,3), with their interpolant of order 7.
    Dop853,
}

impl Pair {
    pub fn of(method: Method) -> Option<Self> {
        match method {
            Method::Tsit5 => Some(Self::Tsit5),
            Method::Dop853 => Some(Self::Dop853),
            _ => None,
        }
    }
    /// Weights of the stages before, stage by stage; of those for the interpolant too.
    pub fn rows(self) -> &'static [&'static [f64]] {
        match self {
            Self::Tsit5 => &tsit5::A,
            Self::Dop853 => &dop853::A,
        }
    }
    /// Where in the step each stage lies.
    pub fn nodes(self) -> &'static [f64] {
        match self {
            Self::Tsit5 => &tsit5::C,
            Self::Dop853 => &dop853::C,
        }
    }
    /// The stage at the step's end, which begins the next one.
    pub fn last(self) -> usize {
        match self {
            Self::Tsit5 => 6,
            Self::Dop853 => 12,
        }
    }
    pub fn order(self) -> i32 {
        match self {
            Self::Tsit5 => 5,
            Self::Dop853 => 8,
        }
    }
    /// Coefficients of the polynomial within a step, for each variable.
    pub fn coefficients(self) -> usize {
        match self {
            Self::Tsit5 => 5,
            Self::Dop853 => 8,
        }
    }

    /// The state at which a stage's rates are taken: `stages` holds those before it, stage by
    /// stage.
    pub fn place(self, stage: usize, h: f64, old: &[f64], stages: &[f64], out: &mut [f64]) {
        let weights = self.rows()[stage];
        match old.len() {
            1 => place_in::<1>(weights, h, old, stages, out),
            2 => place_in::<2>(weights, h, old, stages, out),
            3 => place_in::<3>(weights, h, old, stages, out),
            4 => place_in::<4>(weights, h, old, stages, out),
            5 => place_in::<5>(weights, h, old, stages, out),
            6 => place_in::<6>(weights, h, old, stages, out),
            _ => place_in_any(weights, h, old, stages, out),
        }
    }

    /// The estimated error in units of what is allowed: the tolerance, relative to a variable
    /// where it is above 1 and absolute where it is below.
    pub fn error(self, h: f64, tolerance: f64, ends: [&[f64]; 2], stages: &[f64]) -> f64 {
        let n = ends[0].len();
        let [first, second] = match n {
            1 => self.squares::<1>(tolerance, ends, stages),
            2 => self.squares::<2>(tolerance, ends, stages),
            3 => self.squares::<3>(tolerance, ends, stages),
            4 => self.squares::<4>(tolerance, ends, stages),
            5 => self.squares::<5>(tolerance, ends, stages),
            6 => self.squares::<6>(tolerance, ends, stages),
            _ => self.squares_in_any(tolerance, ends, stages),
        };
        if first == 0.0 && second == 0.0 {
            return 1e-10;
        }
        match self {
            Self::Dop853 => h * first / ((first + 0.01 * second) * n as f64).sqrt(),
            Self::Tsit5 => h * (first / n as f64).sqrt(),
        }
    }

    /// Weights of the error's estimates: one, or those of order 5 and 3.
    fn weights(self) -> [&'static [f64]; 2] {
        match self {
            Self::Dop853 => [&dop853::E5, &dop853::E3],
            Self::Tsit5 => [&tsit5::E, &[]],
        }
    }

    /// Sums of squares of the two estimates in units of what is allowed.
    fn squares<const N: usize>(
        self,
        tolerance: f64,
        [old, new]: [&[f64]; 2],
        stages: &[f64],
    ) -> [f64; 2] {
        self.weights().map(|weights| {
            let sums = weighted::<N>(weights, stages);
            let mut square = 0.0;
            for ((sum, old), new) in sums.iter().zip(old).zip(new) {
                square += (sum / allowed(tolerance, *old, *new)).powi(2);
            }
            square
        })
    }

    fn squares_in_any(self, tolerance: f64, [old, new]: [&[f64]; 2], stages: &[f64]) -> [f64; 2] {
        let n = old.len();
        self.weights().map(|weights| {
            let mut sums = vec![0.0; n];
            weigh(weights, stages, &mut sums);
            let mut square = 0.0;
            for ((sum, old), new) in sums.iter().zip(old).zip(new) {
                square += (sum / allowed(tolerance, *old, *new)).powi(2);
            }
            square
        })
    }

    fn factor(self, error: f64) -> f64 {
        SAFETY * error.powf(-1.0 / f64::from(self.order()))
    }
    /// The step after one that was exact enough; none grows after one that had to be repeated.
    pub fn next(self, h: f64, error: f64, repeated: bool) -> f64 {
        h * self
            .factor(error)
            .clamp(SHRINK, if repeated { 1.0 } else { GROW })
    }
    /// The step in place of one that was not.
    pub fn shorter(self, h: f64, error: f64) -> f64 {
        let factor = self.factor(error);
        h * if factor.is_finite() {
            factor.clamp(SHRINK, 1.0)
        } else {
            SHRINK
        }
    }

    /// The polynomial within a step, coefficient by coefficient and variable by variable, the
    /// state at the beginning first. Dormand and Prince need the stages after the last.
    pub fn polynomial(self, h: f64, [old, new]: [&[f64]; 2], stages: &[f64], out: &mut Vec<f64>) {
        let n = old.len();
        out.resize(self.coefficients() * n, 0.0);
        let rate = |k: usize, v: usize| stages[k * n + v];
        out[..n].copy_from_slice(old);
        match self {
            Self::Dop853 => {
                for v in 0..n {
                    let change = new[v] - old[v];
                    out[n + v] = change;
                    out[2 * n + v] = h * rate(0, v) - change;
                    out[3 * n + v] = 2.0 * change - h * (rate(12, v) + rate(0, v));
                }
                for (row, weights) in out[4 * n..].chunks_exact_mut(n).zip(dop853::D) {
                    row.fill(0.0);
                    weigh(weights, stages, row);
                    for x in row {
                        *x *= h;
                    }
                }
            }
            Self::Tsit5 => {
                for v in 0..n {
                    for power in 0..4 {
                        let terms = tsit5::DENSE.iter().enumerate();
                        let sum: f64 = terms.map(|(k, c)| c[power] * rate(k, v)).sum();
                        out[(power + 1) * n + v] = h * sum;
                    }
                }
            }
        }
    }

    /// A variable at a part of the step, by its polynomial.
    pub fn value(self, polynomial: &[f64], n: usize, v: usize, part: f64) -> f64 {
        let row = |k: usize| polynomial[k * n + v];
        let mut sum = 0.0;
        match self {
            Self::Dop853 => {
                for k in (1..8).rev() {
                    sum += row(k);
                    sum *= if k % 2 == 1 { part } else { 1.0 - part };
                }
            }
            Self::Tsit5 => {
                for k in (1..5).rev() {
                    sum = (sum + row(k)) * part;
                }
            }
        }
        row(0) + sum
    }
}

/// The error that is allowed in a variable between these values.
pub fn allowed(tolerance: f64, old: f64, new: f64) -> f64 {
    tolerance * (1.0 + old.abs().max(new.abs()))
}

/// Stages times their weights, one variable after another; weights of 0 are passed over. The
/// order of the sums is that of [`weigh`].
fn weighted<const N: usize>(weights: &[f64], stages: &[f64]) -> [f64; N] {
    let mut sums = [0.0; N];
    for (weight, stage) in weights.iter().zip(stages.chunks_exact(N)) {
        if *weight != 0.0 {
            for (sum, rate) in sums.iter_mut().zip(stage) {
                *sum += weight * rate;
            }
        }
    }
    sums
}

/// The same for any number of variables, added to `sums`.
fn weigh(weights: &[f64], stages: &[f64], sums: &mut [f64]) {
    for (weight, stage) in weights.iter().zip(stages.chunks_exact(sums.len().max(1))) {
        if *weight != 0.0 {
            for (sum, rate) in sums.iter_mut().zip(stage) {
                *sum += weight * rate;
            }
        }
    }
}

/// A stage's place, for a few variables: the loops over them are laid out when this is compiled.
fn place_in<const N: usize>(weights: &[f64], h: f64, old: &[f64], stages: &[f64], out: &mut [f64]) {
    let sums = weighted::<N>(weights, stages);
    for ((x, y), sum) in out.iter_mut().zip(old).zip(&sums) {
        *x = y + h * sum;
    }
}

fn place_in_any(weights: &[f64], h: f64, old: &[f64], stages: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    weigh(weights, stages, out);
    for (x, y) in out.iter_mut().zip(old) {
        *x = y + h * *x;
    }
}

/// A size in units of what is allowed at a state.
pub fn size(values: &[f64], state: &[f64], tolerance: f64) -> f64 {
    let terms = values.iter().zip(state);
    let squares: f64 = terms
        .map(|(x, y)| (x / (tolerance * (1.0 + y.abs()))).powi(2))
        .sum();
    (squares / state.len() as f64).sqrt()
}

/// Hairer's guess of a first step from the sizes of the state and of its rate.
pub fn guess(state: f64, rate: f64) -> f64 {
    if state < 1e-5 || rate < 1e-5 {
        1e-6
    } else {
        0.01 * state / rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_keep_the_conditions_of_their_orders() {
        for pair in [Pair::Tsit5, Pair::Dop853] {
            for (row, at) in pair.rows().iter().zip(pair.nodes()) {
                assert!((row.iter().sum::<f64>() - at).abs() < 1e-14, "{at}");
            }
            let weights = pair.rows()[pair.last()];
            for k in 1..=pair.order() {
                let terms = weights.iter().zip(pair.nodes());
                let sum: f64 = terms.map(|(b, c)| b * c.powi(k - 1)).sum();
                assert!((sum - 1.0 / f64::from(k)).abs() < 1e-13, "order {k}: {sum}");
            }
        }
        // The error's weights see nothing of a constant rate, and the dense output ends where the
        // step does.
        for weights in [&tsit5::E[..], &dop853::E5, &dop853::E3] {
            assert!(weights.iter().sum::<f64>().abs() < 1e-14);
        }
        for (k, c) in tsit5::DENSE.iter().enumerate() {
            let end = tsit5::A[6].get(k).copied().unwrap_or(0.0);
            assert!((c.iter().sum::<f64>() - end).abs() < 1e-13);
        }
    }
}
