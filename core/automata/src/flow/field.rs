//! The cells of a continuous automaton: one number a cell and species, in f64.
//!
//! Rows lie one after the other, and within a row the species: the value of species s at column
//! x of row y stands at `(y * species + s) * width + x`. So a row of all species is one piece of
//! memory, which is what the engines hand to a thread.

use loom_sim::SimError;

/// The most cells of a field: 4096 × 4096.
pub const MOST_CELLS: u64 = 1 << 24;
/// The most species.
pub const MOST_SPECIES: usize = 8;

/// Numbers on a rectangle, several at each cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    width: usize,
    height: usize,
    species: usize,
    values: Vec<f64>,
}

impl Field {
    /// A field of zeros.
    ///
    /// # Errors
    /// No cells, more than [`MOST_CELLS`], or more than [`MOST_SPECIES`] species.
    pub fn new(width: usize, height: usize, species: usize) -> Result<Self, SimError> {
        let cells = (width as u64).saturating_mul(height as u64);
        if cells == 0 || cells > MOST_CELLS || species == 0 || species > MOST_SPECIES {
            return Err(SimError::TooLarge {
                needed: format!("{width} × {height} cells of {species} species"),
                allowed: format!("{MOST_CELLS} cells of {MOST_SPECIES} species"),
                remedy: "choose smaller sides, at least 1 × 1.".into(),
            });
        }
        Ok(Self {
            width,
            height,
            species,
            values: vec![0.0; width * height * species],
        })
    }

    /// A field of these values, in this type's order.
    ///
    /// # Errors
    /// Those of [`Self::new`]; another number of values.
    pub fn of(
        width: usize,
        height: usize,
        species: usize,
        values: Vec<f64>,
    ) -> Result<Self, SimError> {
        let mut field = Self::new(width, height, species)?;
        if values.len() != field.values.len() {
            return Err(SimError::other(format!(
                "{} values don't fill {width} × {height} cells of {species} species.",
                values.len()
            )));
        }
        field.values = values;
        Ok(field)
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }
    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }
    /// Numbers a cell.
    pub fn species(&self) -> usize {
        self.species
    }
    /// Cells.
    pub fn cells(&self) -> usize {
        self.width * self.height
    }
    /// All values, in this type's order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
    /// The same, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }
    /// One species of a row.
    pub fn row(&self, species: usize, y: usize) -> &[f64] {
        let start = (y * self.species + species) * self.width;
        &self.values[start..start + self.width]
    }
    /// The same, to be changed.
    pub fn row_mut(&mut self, species: usize, y: usize) -> &mut [f64] {
        let start = (y * self.species + species) * self.width;
        &mut self.values[start..start + self.width]
    }
    /// The value of a species at a cell.
    pub fn at(&self, species: usize, x: usize, y: usize) -> f64 {
        self.row(species, y)[x]
    }
    /// Sets the value of a species at a cell.
    pub fn set(&mut self, species: usize, x: usize, y: usize, value: f64) {
        self.row_mut(species, y)[x] = value;
    }
    /// Sets all cells of a species.
    pub fn fill(&mut self, species: usize, value: f64) {
        for y in 0..self.height {
            self.row_mut(species, y).fill(value);
        }
    }
    /// All values of a species, row by row.
    pub fn plane(&self, species: usize) -> Vec<f64> {
        (0..self.height)
            .flat_map(|y| self.row(species, y).iter().copied())
            .collect()
    }
    /// Sum, least and greatest value of a species. The sum is taken row by row.
    pub fn summary(&self, species: usize) -> Summary {
        let mut all = Summary {
            sum: 0.0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
        };
        for y in 0..self.height {
            let mut sum = 0.0;
            for &value in self.row(species, y) {
                sum += value;
                all.least = all.least.min(value);
                all.greatest = all.greatest.max(value);
            }
            all.sum += sum;
        }
        all
    }

    /// The centre of mass of a species on a torus, from the corner of cell (0, 0), in cells:
    /// the angle of the mean of the cells' places on a circle. None where there is no mass or no
    /// one centre.
    pub fn centre(&self, species: usize) -> Option<[f64; 2]> {
        let turn = |n: usize, count: usize| {
            let angle = std::f64::consts::TAU * (n as f64 + 0.5) / count as f64;
            (angle.cos(), angle.sin())
        };
        let columns: Vec<_> = (0..self.width).map(|x| turn(x, self.width)).collect();
        let (mut x, mut y, mut mass) = ((0.0, 0.0), (0.0, 0.0), 0.0);
        for row in 0..self.height {
            let mut sum = 0.0;
            for (&value, (cos, sin)) in self.row(species, row).iter().zip(&columns) {
                sum += value;
                x = (x.0 + value * cos, x.1 + value * sin);
            }
            let (cos, sin) = turn(row, self.height);
            y = (y.0 + sum * cos, y.1 + sum * sin);
            mass += sum;
        }
        let place = |(cos, sin): (f64, f64), count: usize| {
            let sharp = cos.hypot(sin) > 1e-6 * mass.abs();
            sharp.then(|| (sin.atan2(cos) / std::f64::consts::TAU).rem_euclid(1.0) * count as f64)
        };
        Some([place(x, self.width)?, place(y, self.height)?])
    }
}

/// What is told of a species as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The sum over all cells: the mass.
    pub sum: f64,
    /// The least value.
    pub least: f64,
    /// The greatest value.
    pub greatest: f64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sizes_are_checked_before_anything_is_allocated() {
        assert!(Field::new(0, 5, 1).is_err());
        assert!(Field::new(usize::MAX, usize::MAX, 1).is_err());
        assert!(Field::new(8, 8, 9).is_err());
        assert!(Field::of(2, 2, 1, vec![0.0; 3]).is_err());
    }

    #[test]
    fn the_centre_of_mass_goes_around_the_edge_of_a_torus() {
        let mut field = Field::new(10, 6, 1).unwrap();
        field.set(0, 9, 2, 1.0);
        field.set(0, 0, 2, 1.0);
        let [x, y] = field.centre(0).unwrap();
        assert!(x.min(10.0 - x) < 1e-9 && (y - 2.5).abs() < 1e-9, "{x} {y}");
        field.fill(0, 1.0);
        assert_eq!(field.centre(0), None);
    }
}
