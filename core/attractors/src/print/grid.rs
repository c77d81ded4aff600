//! The cells of points on a plane.

use crate::lanes::{self, Loop};
use crate::lens::index;

/// Cells = factor · coordinate + shift, along x and y, from the upper left corner.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    pub factor: [f64; 2],
    pub shift: [f64; 2],
    pub columns: u32,
    pub rows: u32,
}

impl Grid {
    /// The cell of each point, row by row from the top; [`crate::lens::NOWHERE`] for those outside and for what
    /// is no number.
    #[inline]
    pub fn cells(&self, xs: &[f64], ys: &[f64], cells: &mut [u32]) {
        let grid = *self;
        lanes::widest(Cells {
            grid,
            xs,
            ys,
            found: cells,
        });
    }
}

struct Cells<'a> {
    grid: Grid,
    xs: &'a [f64],
    ys: &'a [f64],
    found: &'a mut [u32],
}

impl Loop for Cells<'_> {
    #[inline(always)]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "branches would keep the loop from running in lanes"
    )]
    fn run(self) {
        let ([ax, ay], [bx, by]) = (self.grid.factor, self.grid.shift);
        let (width, height) = (f64::from(self.grid.columns), f64::from(self.grid.rows));
        for ((cell, x), y) in self.found.iter_mut().zip(self.xs).zip(self.ys) {
            let (u, v) = (x * ax + bx, y * ay + by);
            let inside = (u >= 0.0) & (u < width) & (v >= 0.0) & (v < height);
            *cell = index(u, v, width, inside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lens::NOWHERE;

    #[test]
    fn all_widths_of_registers_give_the_cells_of_the_definition() {
        let grid = Grid {
            factor: [7.3, -4.1],
            shift: [11.0, 9.5],
            columns: 23,
            rows: 17,
        };
        let number = |k: usize| match k % 31 {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -0.0,
            3 => -11.0 / 7.3,
            4 => 9.5 / 4.1,
            _ => ((k * 7919) % 10_007) as f64 / 2500.0 - 2.0,
        };
        let xs: Vec<f64> = (0..5003).map(number).collect();
        let ys: Vec<f64> = (0..5003).map(|k| number(3 * k + 5)).collect();
        let (mut wide, mut plain) = (vec![0; xs.len()], vec![0; xs.len()]);
        grid.cells(&xs, &ys, &mut wide);
        Cells {
            grid,
            xs: &xs,
            ys: &ys,
            found: &mut plain,
        }
        .run();
        assert_eq!(wide, plain);
        for ((x, y), cell) in xs.iter().zip(&ys).zip(&plain) {
            let (u, v) = (x * 7.3 + 11.0, y * -4.1 + 9.5);
            let inside = (0.0..23.0).contains(&u) && (0.0..17.0).contains(&v);
            let known = if inside {
                v as u32 * 23 + u as u32
            } else {
                NOWHERE
            };
            assert_eq!(*cell, known, "{x} {y}");
        }
        assert!(plain.iter().filter(|c| **c != NOWHERE).count() > 1000);
    }
}
