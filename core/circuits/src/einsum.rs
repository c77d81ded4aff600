//! Einstein sums: diagonals, sums, transposes and products of any number of arrays.
//!
//! Operands are contracted from left to right. Each pair is brought into the form
//! [batch, left, contracted] × [batch, contracted, right] and multiplied with a contiguous
//! inner loop; the axes are put in order at the end.

use crate::dense::{Dense, gather};
use crate::error::CircuitError;

/// One operand on its way: labels of its axes, each once.
struct Part {
    labels: Vec<usize>,
    array: Dense,
}

/// The pairwise steps of a contraction: the labels that take part in each product. Their sizes
/// multiplied are its multiply–accumulate operations. A single operand has none.
pub fn plan(operands: &[Vec<usize>], output: &[usize]) -> Vec<Vec<usize>> {
    let mut steps = Vec::new();
    let Some(first) = operands.first() else {
        return steps;
    };
    let mut now = unique(first);
    for (i, next) in operands.iter().enumerate().skip(1) {
        let later = needed(operands, i + 1, output);
        // A label of one operand only, wanted nowhere else, is summed away before multiplying.
        let next = unique(next);
        let left: Vec<usize> = keep(&now, |l| next.contains(l) || later.contains(l));
        let right: Vec<usize> = keep(&next, |l| now.contains(l) || later.contains(l));
        let mut all = left.clone();
        all.extend(right.iter().filter(|l| !left.contains(l)));
        now = keep(&all, |l| later.contains(l));
        steps.push(all);
    }
    steps
}

fn unique(list: &[usize]) -> Vec<usize> {
    let mut out = Vec::new();
    for label in list {
        if !out.contains(label) {
            out.push(*label);
        }
    }
    out
}
fn keep(list: &[usize], test: impl Fn(&usize) -> bool) -> Vec<usize> {
    list.iter().copied().filter(|l| test(l)).collect()
}
/// Labels that the result or any operand from `first` on still wants.
fn needed(operands: &[Vec<usize>], first: usize, output: &[usize]) -> Vec<usize> {
    let mut list = output.to_vec();
    for operand in operands.iter().skip(first) {
        list.extend(operand);
    }
    list
}

/// Contracts arrays by the labels of their axes. `stopped` is asked between pieces of work.
pub fn einsum(
    arrays: &[&Dense],
    operands: &[Vec<usize>],
    output: &[usize],
    stopped: &dyn Fn() -> bool,
) -> Result<Dense, CircuitError> {
    let Some((first, labels)) = arrays.first().zip(operands.first()) else {
        return Err(CircuitError::Run("An einsum needs an operand.".into()));
    };
    let mut now = diagonal(first, labels)?;
    for (i, (array, labels)) in arrays.iter().zip(operands).enumerate().skip(1) {
        let later = needed(operands, i + 1, output);
        let next = diagonal(array, labels)?;
        let left = sum_out(now, |l| next.labels.contains(&l) || later.contains(&l))?;
        let right = sum_out(next, |l| left.labels.contains(&l) || later.contains(&l))?;
        now = multiply(&left, &right, &later, stopped)?;
    }
    let result = sum_out(now, |l| output.contains(&l))?;
    arrange(&result, output)
}

/// Walks the diagonal where a label stands twice.
fn diagonal(array: &Dense, labels: &[usize]) -> Result<Part, CircuitError> {
    if labels.len() != array.shape.len() {
        return Err(CircuitError::Run(format!(
            "An operand of {} axes was given {} labels.",
            array.shape.len(),
            labels.len()
        )));
    }
    let list = unique(labels);
    if list.len() == labels.len() {
        return Ok(Part {
            labels: list,
            array: array.clone(),
        });
    }
    let strides = array.strides();
    let mut axes = Vec::new();
    for label in &list {
        let at = || (0..labels.len()).filter(|i| labels[*i] == *label);
        let length = at().map(|i| array.shape[i]).min().unwrap_or(1);
        if at().any(|i| array.shape[i] != length) {
            return Err(disagree());
        }
        axes.push((length, at().map(|i| strides[i]).sum()));
    }
    let shape = axes.iter().map(|a| a.0).collect();
    Ok(Part {
        labels: list,
        array: Dense::new(shape, gather(&array.values, &axes))?,
    })
}

fn disagree() -> CircuitError {
    CircuitError::Run("Axes of one label have different lengths.".into())
}

/// Sums over every label that isn't kept.
fn sum_out(part: Part, kept: impl Fn(usize) -> bool) -> Result<Part, CircuitError> {
    let (stay, go): (Vec<usize>, Vec<usize>) =
        (0..part.labels.len()).partition(|i| kept(part.labels[*i]));
    if go.is_empty() {
        return Ok(part);
    }
    let strides = part.array.strides();
    let axes: Vec<(usize, usize)> = stay
        .iter()
        .chain(&go)
        .map(|i| (part.array.shape[*i], strides[*i]))
        .collect();
    let inner: usize = go.iter().map(|i| part.array.shape[*i]).product();
    let values = gather(&part.array.values, &axes);
    let sums = values
        .chunks(inner.max(1))
        .map(|c| c.iter().sum())
        .collect();
    let shape = stay.iter().map(|i| part.array.shape[*i]).collect();
    Ok(Part {
        labels: stay.iter().map(|i| part.labels[*i]).collect(),
        array: Dense::new(shape, sums)?,
    })
}

/// Puts the axes in the order of `output`.
fn arrange(part: &Part, output: &[usize]) -> Result<Dense, CircuitError> {
    if part.labels == output {
        return Ok(part.array.clone());
    }
    let axes = axes_of(part, output)?;
    let shape = axes.iter().map(|a| a.0).collect();
    Dense::new(shape, gather(&part.array.values, &axes))
}

fn axes_of(part: &Part, labels: &[usize]) -> Result<Vec<(usize, usize)>, CircuitError> {
    let strides = part.array.strides();
    labels
        .iter()
        .map(|label| {
            let i = part.labels.iter().position(|l| l == label).ok_or_else(|| {
                CircuitError::Run("An einsum gives an axis that no operand has.".into())
            })?;
            Ok((part.array.shape[i], strides[i]))
        })
        .collect()
}

fn multiply(
    a: &Part,
    b: &Part,
    later: &[usize],
    stopped: &dyn Fn() -> bool,
) -> Result<Part, CircuitError> {
    let shared = keep(&a.labels, |l| b.labels.contains(l));
    let batch = keep(&shared, |l| later.contains(l));
    let inner = keep(&shared, |l| !later.contains(l));
    let left = keep(&a.labels, |l| !b.labels.contains(l));
    let right = keep(&b.labels, |l| !a.labels.contains(l));
    let size = |part: &Part, list: &[usize]| -> Result<usize, CircuitError> {
        Ok(axes_of(part, list)?.iter().map(|x| x.0).product())
    };
    for label in &shared {
        if axes_of(a, &[*label])?[0].0 != axes_of(b, &[*label])?[0].0 {
            return Err(disagree());
        }
    }
    let (nb, ni) = (size(a, &batch)?, size(a, &inner)?);
    let (nl, nr) = (size(a, &left)?, size(b, &right)?);
    let order = |lists: [&[usize]; 3]| lists.concat();
    let first = gather(
        &a.array.values,
        &axes_of(a, &order([&batch, &left, &inner]))?,
    );
    // With few columns a dot product over the contracted axis runs longer stretches.
    let narrow = nr < 8 && ni > nr;
    let second = if narrow {
        gather(
            &b.array.values,
            &axes_of(b, &order([&batch, &right, &inner]))?,
        )
    } else {
        gather(
            &b.array.values,
            &axes_of(b, &order([&batch, &inner, &right]))?,
        )
    };
    let mut out = vec![0.0; nb * nl * nr];
    for (row, target) in out.chunks_mut(nr.max(1)).enumerate() {
        // A row costs ni · nr; the clock is asked about once in a hundred thousand of them.
        if row.is_multiple_of((100_000 / (ni * nr).max(1)).max(1)) && stopped() {
            return Err(CircuitError::Cancelled);
        }
        let batch_index = row / nl.max(1);
        let own = &first[row * ni..(row + 1) * ni];
        let other = &second[batch_index * ni * nr..(batch_index + 1) * ni * nr];
        if narrow {
            for (c, t) in target.iter_mut().enumerate() {
                *t = own
                    .iter()
                    .zip(&other[c * ni..(c + 1) * ni])
                    .map(|(x, y)| x * y)
                    .sum();
            }
        } else {
            for (k, x) in own.iter().enumerate() {
                for (t, y) in target.iter_mut().zip(&other[k * nr..(k + 1) * nr]) {
                    *t += x * y;
                }
            }
        }
    }
    let mut shape: Vec<usize> = axes_of(a, &batch)?.iter().map(|x| x.0).collect();
    shape.extend(axes_of(a, &left)?.iter().map(|x| x.0));
    shape.extend(axes_of(b, &right)?.iter().map(|x| x.0));
    Ok(Part {
        labels: order([&batch, &left, &right]),
        array: Dense::new(shape, out)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    /// Every index of every label, one after the other.
    fn naive(arrays: &[&Dense], operands: &[Vec<usize>], output: &[usize], n: &[usize]) -> Dense {
        let shape: Vec<usize> = output.iter().map(|l| n[*l]).collect();
        let mut values = vec![0.0; shape.iter().product()];
        let used: Vec<usize> = unique(&operands.concat());
        let total: usize = used.iter().map(|l| n[*l]).product();
        for mut flat in 0..total {
            let mut index = vec![0; n.len()];
            for l in &used {
                index[*l] = flat % n[*l];
                flat /= n[*l];
            }
            let offset = |labels: &[usize]| labels.iter().fold(0, |acc, l| acc * n[*l] + index[*l]);
            let term: f64 = arrays
                .iter()
                .zip(operands)
                .map(|(a, labels)| a.values[offset(labels)])
                .product();
            values[offset(output)] += term;
        }
        Dense::new(shape, values).unwrap()
    }

    fn filled(labels: &[usize], n: &[usize], seed: f64) -> Dense {
        let shape: Vec<usize> = labels.iter().map(|l| n[*l]).collect();
        let count = shape.iter().product();
        let values = (0..count)
            .map(|i| ((i as f64) * 0.7 + seed).sin())
            .collect();
        Dense::new(shape, values).unwrap()
    }

    proptest! {
        #[test]
        fn einsum_equals_the_naive_sum_over_all_indices(
            operands in prop::collection::vec(prop::collection::vec(0usize..4, 0..4), 1..4),
            wanted in prop::collection::vec(0usize..4, 0..4),
            n in prop::collection::vec(1usize..5, 4),
        ) {
            let have = operands.concat();
            let output: Vec<usize> = unique(&wanted).into_iter().filter(|l| have.contains(l)).collect();
            let arrays: Vec<Dense> = operands.iter().enumerate().map(|(i, o)| filled(o, &n, i as f64)).collect();
            let list: Vec<&Dense> = arrays.iter().collect();
            let got = einsum(&list, &operands, &output, &|| false).unwrap();
            let want = naive(&list, &operands, &output, &n);
            prop_assert_eq!(&got.shape, &want.shape);
            for (x, y) in got.values.iter().zip(want.values.iter()) {
                prop_assert!((x - y).abs() <= 1e-12 * (1.0 + y.abs()), "{} {}", x, y);
            }
        }
    }

    #[test]
    fn a_contraction_counts_every_label_once() {
        // y k h, x k h -> y x h
        let steps = plan(&[vec![0, 1, 2], vec![3, 1, 2]], &[0, 3, 2]);
        assert_eq!(steps, vec![vec![0, 1, 2, 3]]);
    }
}
