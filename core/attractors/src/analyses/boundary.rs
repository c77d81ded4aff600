//! The dimension of the boundary between basins: 2 − α on a plane, where the part of starts whose
//! attractor an error ε can change grows as ε^α (Grebogi, McDonald, Ott and Yorke 1983, Physics
//! Letters A 99, 415).

/// 2 − α with its error: the part of cells that differ from one of the cells `ε` to the left,
/// right, below or above grows as ε^α.
pub(super) fn dimension(cells: &[Option<usize>], width: usize) -> Option<(f64, f64)> {
    let height = cells.len() / width;
    let mut points = Vec::new();
    // The same cells at every reach: those as far from the edge as the longest one goes.
    let mut margin = 1;
    while margin * 16 <= width.min(height) {
        margin *= 2;
    }
    let mut reach = 1;
    while reach <= margin && 8 * margin <= width.min(height) {
        let (mut uncertain, mut all) = (0u64, 0u64);
        for y in margin..height - margin {
            for x in margin..width - margin {
                let at = |x: usize, y: usize| cells[y * width + x];
                let here = at(x, y);
                let others = [
                    at(x - reach, y),
                    at(x + reach, y),
                    at(x, y - reach),
                    at(x, y + reach),
                ];
                uncertain += u64::from(others.iter().any(|o| *o != here));
                all += 1;
            }
        }
        // Fewer are chance, and where nearly all are uncertain nothing grows any more.
        let part = uncertain as f64 / all as f64;
        if uncertain >= 50 && part < 0.9 {
            points.push([(reach as f64).ln(), part.ln()]);
        }
        reach *= 2;
    }
    if points.len() < 3 {
        return None;
    }
    let n = points.len() as f64;
    let mean = |k: usize| points.iter().map(|p| p[k]).sum::<f64>() / n;
    let (mx, my) = (mean(0), mean(1));
    let sxx: f64 = points.iter().map(|p| (p[0] - mx) * (p[0] - mx)).sum();
    let sxy: f64 = points.iter().map(|p| (p[0] - mx) * (p[1] - my)).sum();
    let slope = sxy / sxx;
    let left: f64 = points
        .iter()
        .map(|p| (p[1] - my - slope * (p[0] - mx)).powi(2))
        .sum();
    Some((2.0 - slope, (left / (n - 2.0) / sxx).sqrt()))
}

/// How many cells of one kind have a neighbour of another, or are the neighbours of one: those
/// through which the boundary of this kind may run.
pub(super) fn cut(cells: &[Option<usize>], width: usize, kind: Option<usize>) -> f64 {
    let height = cells.len() / width;
    let is = |x: usize, y: usize| cells[y * width + x] == kind;
    let mut count = 0_u64;
    for y in 0..height {
        for x in 0..width {
            let here = is(x, y);
            let other = x > 0 && is(x - 1, y) != here
                || x + 1 < width && is(x + 1, y) != here
                || y > 0 && is(x, y - 1) != here
                || y + 1 < height && is(x, y + 1) != here;
            count += u64::from(other);
        }
    }
    count as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::dimension;

    #[test]
    fn a_line_has_one_dimension_and_dust_has_two() {
        let width = 128;
        let cells = |of: fn(usize, usize) -> usize| -> Vec<Option<usize>> {
            (0..width * width)
                .map(|i| Some(of(i % width, i / width)))
                .collect()
        };
        let (line, _) = dimension(&cells(|x, _| usize::from(x < 64)), width).unwrap();
        assert!((line - 1.0).abs() < 1e-9, "{line}");
        // One cell in 97 is of the other kind, wherever one looks.
        let dust = cells(|x, y| usize::from((x * 89 + y * 71) % 97 == 0));
        let (dust, _) = dimension(&dust, width).unwrap();
        assert!(dust > 1.9, "{dust}");
    }

    #[test]
    fn one_basin_has_no_boundary() {
        assert_eq!(dimension(&[Some(0); 64 * 64], 64), None);
    }
}
