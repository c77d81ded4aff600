//! The Laplacian of a species on a square grid, row by row, with five or nine points, on a torus
//! or with no flow across the border.

use super::wide::{self, Around};

/// Which neighbours the Laplacian reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stencil {
    /// The four sides; error of order h².
    Five,
    /// Sides and corners, 4 to 1 (Patra and Karttunen 2006): the same order, but alike in all
    /// directions, so that waves stay round.
    #[default]
    Nine,
}

impl Stencil {
    /// The largest |eigenvalue| of the Laplacian with a spacing of 1.
    pub fn stiffest(self) -> f64 {
        match self {
            Self::Five => 8.0,
            // (4 (2 cos p + 2 cos q) + 4 cos p cos q − 20)/6 at p = q = π.
            Self::Nine => 16.0 / 3.0,
        }
    }

    /// The eigenvalue of the wave cos(p x + q y) with a spacing of 1.
    pub fn eigenvalue(self, p: f64, q: f64) -> f64 {
        let (cp, cq) = (p.cos(), q.cos());
        match self {
            Self::Five => 2.0 * (cp + cq) - 4.0,
            Self::Nine => (8.0 * (cp + cq) + 4.0 * cp * cq - 20.0) / 6.0,
        }
    }
}

/// What lies beyond the edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Border {
    /// The other side.
    #[default]
    Torus,
    /// The cell at the edge once more, so that nothing flows across.
    NoFlux,
}

/// How a Laplacian is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laplacian {
    pub stencil: Stencil,
    pub border: Border,
    /// The distance of neighbouring cells.
    pub spacing: f64,
}

impl Laplacian {
    /// The largest |eigenvalue|.
    pub fn stiffest(&self) -> f64 {
        self.stencil.stiffest() / (self.spacing * self.spacing)
    }

    /// The cells of a row from the column `from` on, and their Laplacian; `rows` are the one
    /// above, the row itself and the one below.
    pub(crate) fn row(&self, rows: [&[f64]; 3], from: usize, own: &mut [f64], out: &mut [f64]) {
        let [north, here, south] = rows;
        let last = here.len() - 1;
        let ends = match self.border {
            Border::Torus => [last, 0],
            Border::NoFlux => [0, last],
        };
        let around = Around {
            north,
            here,
            south,
            ends,
            from,
        };
        let scale = 1.0 / (self.spacing * self.spacing);
        match self.stencil {
            Stencil::Five => wide::cross(out, own, around, scale),
            Stencil::Nine => wide::square(out, own, around, scale),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::field::Field;

    fn naive(field: &Field, laplacian: &Laplacian, x: usize, y: usize) -> f64 {
        let at = |dx: i64, dy: i64| {
            let place = |c: usize, d: i64, count: usize| {
                let c = c as i64 + d;
                match laplacian.border {
                    Border::Torus => c.rem_euclid(count as i64) as usize,
                    Border::NoFlux => c.clamp(0, count as i64 - 1) as usize,
                }
            };
            field.at(0, place(x, dx, field.width()), place(y, dy, field.height()))
        };
        let sides = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1);
        let corners = at(-1, -1) + at(1, -1) + at(-1, 1) + at(1, 1);
        let sum = match laplacian.stencil {
            Stencil::Five => sides - 4.0 * at(0, 0),
            Stencil::Nine => (4.0 * sides + corners - 20.0 * at(0, 0)) / 6.0,
        };
        sum / (laplacian.spacing * laplacian.spacing)
    }

    #[test]
    fn rows_give_what_the_definition_gives_and_sum_to_nothing() {
        for (width, height) in [(1, 1), (1, 6), (6, 1), (2, 2), (37, 20), (70, 9)] {
            let mut field = Field::new(width, height, 1).unwrap();
            for (i, value) in field.values_mut().iter_mut().enumerate() {
                *value = ((i * 7919) % 1000) as f64 / 500.0;
            }
            for stencil in [Stencil::Five, Stencil::Nine] {
                for border in [Border::Torus, Border::NoFlux] {
                    let laplacian = Laplacian {
                        stencil,
                        border,
                        spacing: 0.7,
                    };
                    let (mut out, mut total) = (vec![0.0; width], 0.0);
                    let mut own = vec![0.0; width];
                    for y in 0..height {
                        let beside = match border {
                            Border::Torus => [(y + height - 1) % height, (y + 1) % height],
                            Border::NoFlux => [y.saturating_sub(1), (y + 1).min(height - 1)],
                        };
                        let rows = [beside[0], y, beside[1]].map(|y| field.row(0, y));
                        // In two parts, which meet anywhere.
                        let cut = y * 5 % (width + 1);
                        let (left, right) = out.split_at_mut(cut);
                        let (first, second) = own.split_at_mut(cut);
                        laplacian.row(rows, 0, first, left);
                        laplacian.row(rows, cut, second, right);
                        assert_eq!(own, field.row(0, y));
                        for (x, found) in out.iter().enumerate() {
                            let wanted = naive(&field, &laplacian, x, y);
                            assert!((found - wanted).abs() < 1e-12, "{laplacian:?}");
                        }
                        total += out.iter().sum::<f64>();
                    }
                    // What flows out of one cell flows into another.
                    assert!(total.abs() < 1e-9, "{laplacian:?} {total}");
                }
            }
        }
    }

    #[test]
    fn no_wave_is_stiffer_than_the_stiffest() {
        for stencil in [Stencil::Five, Stencil::Nine] {
            let mut most: f64 = 0.0;
            for i in 0..=40 {
                for j in 0..=40 {
                    let angle = |n: i32| std::f64::consts::PI * f64::from(n) / 40.0;
                    most = most.max(-stencil.eigenvalue(angle(i), angle(j)));
                }
            }
            assert!((most - stencil.stiffest()).abs() < 1e-12);
        }
    }
}
