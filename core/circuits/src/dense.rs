//! Arrays of f64, the last axis fastest, and the strided gather by which axes are permuted,
//! repeated and put on the diagonal.

use std::sync::Arc;

use crate::error::CircuitError;

/// An array with its shape. Cloning shares the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    pub shape: Vec<usize>,
    pub values: Arc<[f64]>,
}

impl Dense {
    /// `values` must have as many entries as the shape says.
    pub fn new(shape: Vec<usize>, values: Vec<f64>) -> Result<Self, CircuitError> {
        let wanted = entries(&shape);
        if wanted != Some(values.len()) {
            return Err(CircuitError::Run(format!(
                "An array of the shape {shape:?} can't hold {} numbers.",
                values.len()
            )));
        }
        Ok(Self {
            shape,
            values: values.into(),
        })
    }
    pub fn len(&self) -> usize {
        self.values.len()
    }
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
    /// Steps in the flat list from one index of each axis to the next.
    pub fn strides(&self) -> Vec<usize> {
        strides(&self.shape)
    }
    /// Root of the mean square; 0 for an empty array.
    pub fn rms(&self) -> f64 {
        let sum: f64 = self.values.iter().map(|x| x * x).sum();
        (sum / self.values.len().max(1) as f64).sqrt()
    }
}

/// The number of entries of a shape, if it can be counted.
pub fn entries(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |acc, n| acc.checked_mul(*n))
}

pub fn strides(shape: &[usize]) -> Vec<usize> {
    let mut list = vec![1; shape.len()];
    for i in (0..shape.len().saturating_sub(1)).rev() {
        list[i] = list[i + 1] * shape[i + 1];
    }
    list
}

/// Reads `values` along the given axes, each a length and a stride (0 repeats, the sum of two
/// strides walks a diagonal), the last axis fastest.
pub fn gather(values: &[f64], axes: &[(usize, usize)]) -> Vec<f64> {
    let total: usize = axes.iter().map(|a| a.0).product();
    if total == 0 {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(total);
    let Some(((inner, step), outer)) = axes.split_last() else {
        out.push(values[0]);
        return out;
    };
    let mut index = vec![0usize; outer.len()];
    let mut base = 0usize;
    loop {
        if *step == 1 {
            out.extend_from_slice(&values[base..base + inner]);
        } else {
            out.extend((0..*inner).map(|i| values[base + i * step]));
        }
        let mut axis = outer.len();
        loop {
            if axis == 0 {
                return out;
            }
            axis -= 1;
            index[axis] += 1;
            base += outer[axis].1;
            if index[axis] < outer[axis].0 {
                break;
            }
            base -= outer[axis].0 * outer[axis].1;
            index[axis] = 0;
        }
    }
}
