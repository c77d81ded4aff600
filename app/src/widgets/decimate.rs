//! Fewer points for the same picture: the least and the greatest of each pixel column.

/// Thins a curve to about two points a pixel column of what is seen. A curve that goes back on
/// its abscissa (a phase portrait) is left as it is.
pub fn line(points: &[[f64; 2]], seen: Option<(f64, f64)>, columns: usize) -> Vec<[f64; 2]> {
    let rising = points.windows(2).all(|w| w[0][0] <= w[1][0]);
    if points.len() <= 2 * columns || !rising || columns == 0 {
        return points.to_vec();
    }
    let (first, last) = (points[0][0], points[points.len() - 1][0]);
    let (low, high) = seen.unwrap_or((first, last));
    let from = points.partition_point(|p| p[0] < low).saturating_sub(1);
    let to = (points.partition_point(|p| p[0] <= high) + 1).min(points.len());
    let part = &points[from..to.max(from)];
    if part.len() <= 2 * columns || high <= low {
        return part.to_vec();
    }
    let mut out: Vec<[f64; 2]> = Vec::with_capacity(2 * columns + 2);
    let scale = columns as f64 / (high - low);
    let column = |x: f64| ((x - low) * scale).floor() as i64;
    let mut start = 0;
    while start < part.len() {
        let here = column(part[start][0]);
        let length = part[start..].partition_point(|p| column(p[0]) == here);
        let bin = &part[start..start + length.max(1)];
        let (mut least, mut most) = (0, 0);
        for (i, point) in bin.iter().enumerate() {
            if point[1] < bin[least][1] {
                least = i;
            }
            if point[1] > bin[most][1] {
                most = i;
            }
        }
        out.push(bin[least.min(most)]);
        if least != most {
            out.push(bin[least.max(most)]);
        }
        start += bin.len();
    }
    out
}

/// At most `limit` of a cloud's points, evenly chosen.
pub fn cloud(points: &[[f64; 2]], limit: usize) -> Vec<[f64; 2]> {
    if points.len() <= limit || limit == 0 {
        return points.to_vec();
    }
    let stride = points.len().div_ceil(limit);
    points.iter().step_by(stride).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(count: usize) -> Vec<[f64; 2]> {
        (0..count)
            .map(|i| {
                let x = i as f64 / count as f64;
                [x, (x * 300.0).sin()]
            })
            .collect()
    }

    #[test]
    fn the_extremes_survive() {
        let mut points = wave(100_000);
        points[70_001][1] = 9.0;
        points[10_007][1] = -7.0;
        let thin = line(&points, None, 400);
        assert!(thin.len() <= 802);
        assert!(thin.contains(&points[70_001]));
        assert!(thin.contains(&points[10_007]));
        assert!(thin.windows(2).all(|w| w[0][0] <= w[1][0]));
    }

    #[test]
    fn zooming_in_shows_every_point() {
        let points = wave(100_000);
        let thin = line(&points, Some((0.5, 0.501)), 400);
        assert!(thin.len() >= 100);
        assert!(thin.iter().all(|p| points.contains(p)));
    }

    #[test]
    fn a_phase_portrait_is_left_alone() {
        let circle: Vec<[f64; 2]> = (0..5000)
            .map(|i| [(f64::from(i) * 0.01).cos(), (f64::from(i) * 0.01).sin()])
            .collect();
        assert_eq!(line(&circle, None, 100), circle);
    }
}
