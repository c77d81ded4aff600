//! Glyph masks: the exact area of a path in each pixel.
//!
//! Each edge adds the area to its right, signed by its direction, to the pixels that it
//! crosses; a running sum along each row then gives the winding-weighted cover (the method of
//! Raph Levien's font-rs).

use loom_text::Segment;

use crate::flatten::flatten;

/// A picture of cover, one byte a pixel, row by row from the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mask {
    pub width: usize,
    pub height: usize,
    /// Pixels from the origin of the path to the mask's upper left corner.
    pub corner: [i32; 2],
    pub cover: Vec<u8>,
}

/// Paths that would need a larger mask are drawn as triangles instead.
const LARGEST: f64 = 512.0;

/// Fills a path given in pixels (y down) by the nonzero rule. `None` when it is too large or is
/// no path of numbers.
pub(crate) fn fill(path: &[Segment]) -> Option<Mask> {
    let lines = edges(path);
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for point in lines.iter().flatten() {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    if lines.is_empty() {
        return Some(Mask::default());
    }
    let corner = low.map(f64::floor);
    let extent = [high[0].ceil() - corner[0], high[1].ceil() - corner[1]];
    if !extent.iter().all(|&edge| edge <= LARGEST) || corner.iter().any(|at| at.abs() > 1e6) {
        return None;
    }
    let (width, height) = (extent[0] as usize + 1, extent[1] as usize + 1);
    let mut area = vec![0.0f32; width * height + 2];
    for [from, to] in lines {
        edge(&mut area, width, shifted(from, corner), shifted(to, corner));
    }
    let mut cover = Vec::with_capacity(width * height);
    for row in area[..width * height].chunks_exact(width) {
        let mut sum = 0.0;
        for add in row {
            sum += add;
            cover.push((sum.abs().min(1.0) * 255.0 + 0.5) as u8);
        }
    }
    Some(Mask {
        width,
        height,
        corner: corner.map(|at| at as i32),
        cover,
    })
}

/// The closed outline as line segments, curves within a fiftieth of a pixel.
fn edges(path: &[Segment]) -> Vec<[[f64; 2]; 2]> {
    let mut lines = Vec::new();
    for ring in flatten(path, 0.02) {
        lines.extend(ring.points.windows(2).map(|pair| [pair[0], pair[1]]));
        if let (Some(&first), Some(&last)) = (ring.points.first(), ring.points.last()) {
            lines.push([last, first]);
        }
    }
    lines
}

fn shifted(point: [f64; 2], by: [f64; 2]) -> [f32; 2] {
    [(point[0] - by[0]) as f32, (point[1] - by[1]) as f32]
}

/// Adds one edge to the area buffer.
fn edge(area: &mut [f32], width: usize, from: [f32; 2], to: [f32; 2]) {
    if from[1] == to[1] {
        return;
    }
    let (sign, top, bottom) = if from[1] < to[1] {
        (1.0, from, to)
    } else {
        (-1.0, to, from)
    };
    let slope = (bottom[0] - top[0]) / (bottom[1] - top[1]);
    let mut x = top[0];
    for y in top[1] as usize..bottom[1].ceil() as usize {
        let row = y * width;
        let high = (y as f32 + 1.0).min(bottom[1]) - (y as f32).max(top[1]);
        let next = x + slope * high;
        let amount = sign * high;
        let (x0, x1) = if x < next { (x, next) } else { (next, x) };
        let first = x0.floor();
        let (i, last) = (first as usize, x1.ceil());
        if last as usize <= i + 1 {
            // Within one pixel: a trapezium.
            let middle = 0.5 * (x0 + x1) - first;
            area[row + i] += amount * (1.0 - middle);
            area[row + i + 1] += amount * middle;
        } else {
            let rate = 1.0 / (x1 - x0);
            let start = 1.0 - (x0 - first);
            let head = 0.5 * rate * start * start;
            let end = x1 - last + 1.0;
            let tail = 0.5 * rate * end * end;
            let last = last as usize;
            area[row + i] += amount * head;
            if last == i + 2 {
                area[row + i + 1] += amount * (1.0 - head - tail);
            } else {
                let second = rate * (1.5 - (x0 - first));
                area[row + i + 1] += amount * (second - head);
                for k in i + 2..last - 1 {
                    area[row + k] += amount * rate;
                }
                let before = second + (last - i - 3) as f32 * rate;
                area[row + last - 1] += amount * (1.0 - before - tail);
            }
            area[row + last] += amount * tail;
        }
        x = next;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::scene::Path;

    fn area(mask: &Mask) -> f64 {
        mask.cover.iter().map(|&c| f64::from(c) / 255.0).sum()
    }

    #[test]
    fn a_rectangle_covers_its_area_exactly() {
        let mask = fill(&Path::rectangle(1.25, 2.5, 3.0, 1.75).segments).unwrap();
        assert!((area(&mask) - 5.25).abs() < 0.02, "{}", area(&mask));
        assert_eq!(mask.corner, [1, 2]);
        // The pixel at (2, 3) lies inside, the one at (1, 2) is covered 3/8.
        assert_eq!(mask.cover[mask.width + 1], 255);
        assert!(mask.cover[0].abs_diff(96) <= 1);
    }

    #[test]
    fn a_disc_covers_pi_r_squared() {
        let mask = fill(&Path::circle([20.3, 20.7], 15.0).segments).unwrap();
        let exact = std::f64::consts::PI * 225.0;
        assert!(
            (area(&mask) - exact).abs() < 0.003 * exact,
            "{}",
            area(&mask)
        );
    }

    #[test]
    fn direction_does_not_matter() {
        let forward = fill(&Path::polygon(&[[0.0, 0.0], [8.3, 1.0], [3.0, 9.1]]).segments).unwrap();
        let backward =
            fill(&Path::polygon(&[[3.0, 9.1], [8.3, 1.0], [0.0, 0.0]]).segments).unwrap();
        assert_eq!(forward, backward);
    }

    #[test]
    fn a_path_too_large_or_without_numbers_is_refused_quietly() {
        assert_eq!(fill(&Path::circle([0.0, 0.0], 1e4).segments), None);
        assert!(
            fill(&Path::circle([f64::NAN, 0.0], 1.0).segments)
                .is_some_and(|mask| mask.cover.is_empty())
        );
    }
}
