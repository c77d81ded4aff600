//! Basin entropy: how unsure one is of a start's fate, known to a box of ε × ε cells (Daza,
//! Wagemakers, Georgeot, Guéry-Odelin and Sanjuán 2016, Scientific Reports 6, 31416).

/// Cells along a side of a box, as in the paper.
const SIDE: usize = 5;

/// Mean entropies (nat) with the standard error of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entropies {
    /// Over all boxes.
    pub all: f64,
    pub error: f64,
    /// Over those that hold more than one fate: above ln 2 the boundary is fractal.
    pub boundary: Option<f64>,
}

/// None where the plane holds no whole box.
pub fn entropies(cells: &[Option<usize>], width: usize) -> Option<Entropies> {
    let height = cells.len() / width.max(1);
    let mut found = Vec::new();
    for top in (0..(height / SIDE) * SIDE).step_by(SIDE) {
        for left in (0..(width / SIDE) * SIDE).step_by(SIDE) {
            let mut counts: Vec<(Option<usize>, u32)> = Vec::new();
            for y in top..top + SIDE {
                for cell in &cells[y * width + left..][..SIDE] {
                    match counts.iter_mut().find(|(kind, _)| kind == cell) {
                        Some((_, count)) => *count += 1,
                        None => counts.push((*cell, 1)),
                    }
                }
            }
            let all = (SIDE * SIDE) as f64;
            let entropy: f64 = counts
                .iter()
                .map(|(_, c)| f64::from(*c) / all)
                .map(|p| -p * p.ln())
                .sum();
            found.push((counts.len(), entropy));
        }
    }
    if found.is_empty() {
        return None;
    }
    let list: Vec<f64> = found.iter().map(|f| f.1).collect();
    let (all, error) = crate::spectrum::mean_and_error(&list);
    let mixed: Vec<f64> = found.iter().filter(|f| f.0 > 1).map(|f| f.1).collect();
    let boundary = (!mixed.is_empty()).then(|| mixed.iter().sum::<f64>() / mixed.len() as f64);
    Some(Entropies {
        all,
        error,
        boundary,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_straight_boundary_is_in_a_row_of_boxes() {
        // 60 columns, the first 32 of one kind: the seventh box of a row has 2 and 3 columns.
        let cells: Vec<Option<usize>> = (0..60 * 60)
            .map(|i| Some(usize::from(i % 60 >= 32)))
            .collect();
        let found = entropies(&cells, 60).unwrap();
        let box_entropy = -(0.4 * 0.4f64.ln() + 0.6 * 0.6f64.ln());
        assert!((found.all - box_entropy / 12.0).abs() < 1e-12);
        assert!((found.boundary.unwrap() - box_entropy).abs() < 1e-12);
    }

    #[test]
    fn one_basin_leaves_no_doubt() {
        let found = entropies(&[Some(3); 100], 10).unwrap();
        assert_eq!((found.all, found.boundary), (0.0, None));
        assert_eq!(entropies(&[Some(0); 16], 4), None);
    }
}
