//! Steps of systems of one to six variables: the same sums in the same order as in
//! [`super::pair`], with the loops over stages and variables laid out when this is compiled. A step
//! of three variables takes less time than the calls and checks of the general form.

use super::pair::{Pair, allowed};
use super::{dop853, tsit5};
use loom_formula::RatesRun;
use std::array::from_fn;

/// What a step is tried with. All slices hold as many numbers as there are variables, `stages` so
/// many for each stage.
pub struct Attempt<'a, 'b> {
    pub pair: Pair,
    pub rates: &'a mut RatesRun<'b>,
    pub time: f64,
    pub h: f64,
    pub tolerance: f64,
    pub old: &'a [f64],
    pub stages: &'a mut [f64],
    /// The state at the step's end.
    pub work: &'a mut [f64],
    /// The state of the stage before the last.
    pub shadow: &'a mut [f64],
}

/// Calls a function with the number of variables as a constant; `None` for more than six.
macro_rules! by_dimension {
    ($n:expr, $function:ident($($argument:expr),*)) => {
        match $n {
            1 => $function::<1>($($argument),*),
            2 => $function::<2>($($argument),*),
            3 => $function::<3>($($argument),*),
            4 => $function::<4>($($argument),*),
            5 => $function::<5>($($argument),*),
            6 => $function::<6>($($argument),*),
            _ => None,
        }
    };
}

/// Stages times their weights; weights of 0 are passed over.
#[inline(always)]
fn sum<const N: usize>(weights: &'static [f64], stages: &[[f64; N]]) -> [f64; N] {
    let mut sums = [0.0; N];
    for (weight, stage) in weights.iter().zip(stages) {
        if *weight != 0.0 {
            for (sum, rate) in sums.iter_mut().zip(stage) {
                *sum += weight * rate;
            }
        }
    }
    sums
}

#[inline(always)]
fn squares<const N: usize>(tolerance: f64, ends: [&[f64; N]; 2], sums: [f64; N]) -> f64 {
    let mut square = 0.0;
    for ((sum, old), new) in sums.iter().zip(ends[0]).zip(ends[1]) {
        square += (sum / allowed(tolerance, *old, *new)).powi(2);
    }
    square
}

impl Attempt<'_, '_> {
    /// Takes all stages from the second on, and gives the estimated error in units of what is
    /// allowed; `None`, with nothing done, for more than six variables.
    pub fn take(&mut self) -> Option<f64> {
        by_dimension!(self.old.len(), take(self))
    }
}

fn take<const N: usize>(attempt: &mut Attempt<'_, '_>) -> Option<f64> {
    let (h, time) = (attempt.h, attempt.time);
    let old: [f64; N] = *attempt.old.first_chunk()?;
    let (stages, _) = attempt.stages.as_chunks_mut::<N>();
    let rates = &mut *attempt.rates;
    let mut work: [f64; N];
    macro_rules! stages {
        ($stages:ident, $table:ident: $($stage:literal)*) => {$(
            let sums = sum(const { $table::A[$stage] }, &$stages[..]);
            work = from_fn(|v| old[v] + h * sums[v]);
            rates.at(time + const { $table::C[$stage] } * h, &work, &mut $stages[$stage]);
        )*};
    }
    let n = N as f64;
    let error = match attempt.pair {
        Pair::Dop853 => {
            let stages: &mut [[f64; N]; 16] = stages.first_chunk_mut()?;
            stages!(stages, dop853: 1 2 3 4 5 6 7 8 9 10 11);
            attempt.shadow.copy_from_slice(&work);
            stages!(stages, dop853: 12);
            let fifth = squares(
                attempt.tolerance,
                [&old, &work],
                sum(&dop853::E5, &stages[..]),
            );
            let third = squares(
                attempt.tolerance,
                [&old, &work],
                sum(&dop853::E3, &stages[..]),
            );
            if fifth == 0.0 && third == 0.0 {
                1e-10
            } else {
                h * fifth / ((fifth + 0.01 * third) * n).sqrt()
            }
        }
        Pair::Tsit5 => {
            let stages: &mut [[f64; N]; 7] = stages.first_chunk_mut()?;
            stages!(stages, tsit5: 1 2 3 4 5);
            attempt.shadow.copy_from_slice(&work);
            stages!(stages, tsit5: 6);
            let square = squares(
                attempt.tolerance,
                [&old, &work],
                sum(&tsit5::E, &stages[..]),
            );
            if square == 0.0 {
                1e-10
            } else {
                h * (square / n).sqrt()
            }
        }
    };
    attempt.work.copy_from_slice(&work);
    Some(error)
}

/// The stages of Dormand and Prince's interpolant and its polynomial, coefficient by coefficient;
/// `None`, with nothing done, for Tsitouras's and for more than six variables. `ends` are the
/// states before and after a step that was taken.
pub fn polynomial(
    pair: Pair,
    rates: &mut RatesRun<'_>,
    [time, h]: [f64; 2],
    ends: [&[f64]; 2],
    stages: &mut [f64],
    out: &mut [f64],
) -> Option<()> {
    if pair != Pair::Dop853 {
        return None;
    }
    by_dimension!(
        ends[0].len(),
        polynomial_in(rates, [time, h], ends, stages, out)
    )
}

fn polynomial_in<const N: usize>(
    rates: &mut RatesRun<'_>,
    [time, h]: [f64; 2],
    ends: [&[f64]; 2],
    stages: &mut [f64],
    out: &mut [f64],
) -> Option<()> {
    let (old, new): ([f64; N], [f64; N]) = (*ends[0].first_chunk()?, *ends[1].first_chunk()?);
    let stages: &mut [[f64; N]; 16] = stages.as_chunks_mut().0.first_chunk_mut()?;
    let out: &mut [[f64; N]; 8] = out.as_chunks_mut().0.first_chunk_mut()?;
    macro_rules! stage {
        ($($stage:literal)*) => {$(
            let sums = sum(const { dop853::A[$stage] }, &stages[..]);
            let work: [f64; N] = from_fn(|v| old[v] + h * sums[v]);
            rates.at(time + const { dop853::C[$stage] } * h, &work, &mut stages[$stage]);
        )*};
    }
    stage!(13 14 15);
    macro_rules! high {
        ($($row:literal)*) => {$(
            out[4 + $row] = sum(const { dop853::D[$row] }, &stages[..]).map(|x| x * h);
        )*};
    }
    high!(0 1 2 3);
    out[0] = old;
    let change: [f64; N] = from_fn(|v| new[v] - old[v]);
    out[1] = change;
    out[2] = from_fn(|v| h * stages[0][v] - change[v]);
    out[3] = from_fn(|v| 2.0 * change[v] - h * (stages[12][v] + stages[0][v]));
    Some(())
}

/// All variables at a part of a step by Dormand and Prince's polynomial; `None`, with nothing
/// done, where [`polynomial`] does nothing.
pub fn values(pair: Pair, polynomial: &[f64], part: f64, out: &mut [f64]) -> Option<()> {
    if pair != Pair::Dop853 {
        return None;
    }
    by_dimension!(out.len(), values_in(polynomial, part, out))
}

fn values_in<const N: usize>(polynomial: &[f64], part: f64, out: &mut [f64]) -> Option<()> {
    let rows: &[[f64; N]; 8] = polynomial.as_chunks().0.first_chunk()?;
    let out: &mut [f64; N] = out.first_chunk_mut()?;
    let mut sums = [0.0; N];
    let rest = 1.0 - part;
    for k in (1..8).rev() {
        let by = if k % 2 == 1 { part } else { rest };
        for (sum, x) in sums.iter_mut().zip(&rows[k]) {
            *sum = (*sum + x) * by;
        }
    }
    *out = from_fn(|v| rows[0][v] + sums[v]);
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use loom_formula::{Rates, System};

    /// Systems of so many variables with unlike rates, time among them.
    fn system(n: usize) -> System {
        let lines: Vec<String> = (0..n)
            .map(|k| format!("x{k}' = sin(x{} + 0.3*t) - 0.{}*x{k}", (k + 1) % n, k + 1))
            .collect();
        System::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn a_narrow_step_has_the_bits_of_the_general_one() {
        for (n, pair) in (1..=6).flat_map(|n| [(n, Pair::Dop853), (n, Pair::Tsit5)]) {
            let system = system(n);
            let rates = Rates::new(&system);
            let mut run = rates.start(&[]).unwrap();
            let old: Vec<f64> = (0..n).map(|k| 0.7 - 0.4 * k as f64).collect();
            let (time, h, tolerance) = (1.25, 0.17, 1e-9);
            let mut stages = vec![0.0; n * pair.rows().len()];
            run.at(time, &old, &mut stages[..n]);
            let mut general = stages.clone();
            let (mut work, mut shadow) = (vec![0.0; n], vec![0.0; n]);
            let error = Attempt {
                pair,
                rates: &mut run,
                time,
                h,
                tolerance,
                old: &old,
                stages: &mut stages,
                work: &mut work,
                shadow: &mut shadow,
            }
            .take()
            .unwrap();
            let mut place = vec![0.0; n];
            let mut before = place.clone();
            for stage in 1..=pair.last() {
                before.copy_from_slice(&place);
                pair.place(stage, h, &old, &general, &mut place);
                let at = time + pair.nodes()[stage] * h;
                run.at(at, &place, &mut general[stage * n..][..n]);
            }
            let expected = pair.error(h, tolerance, [&old, &place], &general);
            assert_eq!(error.to_bits(), expected.to_bits(), "{pair:?}, {n}");
            assert_eq!((&work, &shadow, &stages), (&place, &before, &general));

            let mut found = vec![0.0; pair.coefficients() * n];
            let ends = [&old[..], &work[..]];
            let done = polynomial(pair, &mut run, [time, h], ends, &mut stages, &mut found);
            assert_eq!(done.is_some(), pair == Pair::Dop853);
            if done.is_none() {
                continue;
            }
            for stage in pair.last() + 1..pair.rows().len() {
                pair.place(stage, h, &old, &general, &mut place);
                let at = time + pair.nodes()[stage] * h;
                run.at(at, &place, &mut general[stage * n..][..n]);
            }
            let mut expected = Vec::new();
            pair.polynomial(h, ends, &general, &mut expected);
            assert_eq!(found, expected);
            let mut point = vec![0.0; n];
            for part in [0.0, 0.123, 0.5, 0.987] {
                values(pair, &found, part, &mut point).unwrap();
                for (v, x) in point.iter().enumerate() {
                    assert_eq!(*x, pair.value(&expected, n, v, part));
                }
            }
        }
    }

    #[test]
    fn seven_variables_are_left_to_the_general_form() {
        let mut out = [0.0; 7];
        assert!(values(Pair::Dop853, &[0.0; 56], 0.5, &mut out).is_none());
    }
}
