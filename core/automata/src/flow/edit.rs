//! What a hand can do to a continuous automaton: the data of the journal's edits.

use loom_sim::{Input, SimError, seed};
use serde::{Deserialize, Serialize};

use super::begin;
use super::chan::Cells;
use super::field::Field;
use super::recipe;

/// The widest brush.
const WIDEST: f64 = 2048.0;

/// One change of cells. Places are cells from the grid's middle, x to the right and y down, as
/// the view has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edit {
    /// A stroke of the brush from one place to another: cells come to `amount`, fully within half
    /// the radius, ever less out to the radius.
    Paint {
        from: [f64; 2],
        to: [f64; 2],
        radius: f64,
        amount: f64,
        species: usize,
    },
    /// The same, back to rest, for all species.
    Erase {
        from: [f64; 2],
        to: [f64; 2],
        radius: f64,
    },
    /// Adds to one cell.
    Nudge {
        at: [i64; 2],
        amount: f64,
        species: usize,
    },
    /// Adds a creature of the catalogue, turned by quarters to the left.
    Creature {
        name: String,
        at: [f64; 2],
        quarters: u32,
    },
    /// Noise between two values on a disc, for one species.
    Noise {
        at: [f64; 2],
        radius: f64,
        low: f64,
        high: f64,
        species: usize,
        seed: u64,
    },
    /// Everything back to rest.
    Clear,
}

impl Edit {
    /// What menus and undo call it.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Paint { .. } => "Paint",
            Self::Erase { .. } => "Erase",
            Self::Nudge { .. } => "Nudge a cell",
            Self::Creature { .. } => "Place a creature",
            Self::Noise { .. } => "Scatter noise",
            Self::Clear => "Clear",
        }
    }

    /// The edit as an input of the journal.
    pub fn input(&self) -> Input {
        Input::edit(self.title(), self)
    }

    /// Changes the field. `rest` is what the species are at rest.
    ///
    /// # Errors
    /// Numbers that are none, a species or creature that isn't there; nothing has changed then.
    pub fn apply(&self, field: &mut Field, rest: &[f64]) -> Result<(), SimError> {
        let known = |species: usize| {
            if species < field.species() {
                return Ok(());
            }
            Err(SimError::Input(format!(
                "of species {species}; there are {}",
                field.species()
            )))
        };
        let fine = |numbers: &[f64]| {
            if numbers.iter().all(|x| x.is_finite() && x.abs() <= 1e12) {
                return Ok(());
            }
            Err(SimError::Input(format!("with the numbers {numbers:?}")))
        };
        let middle = [field.width() as f64 / 2.0, field.height() as f64 / 2.0].map(f64::floor);
        let placed = |at: &[f64; 2]| [at[0] + middle[0], at[1] + middle[1]];
        match self {
            Self::Paint {
                from,
                to,
                radius,
                amount,
                species,
            } => {
                known(*species)?;
                fine(&[from[0], from[1], to[0], to[1], *radius, *amount])?;
                stroke(
                    field,
                    placed(from),
                    placed(to),
                    *radius,
                    &mut |field, x, y, share| {
                        let value = field.at(*species, x, y);
                        field.set(*species, x, y, value + share * (amount - value));
                    },
                );
            }
            Self::Erase { from, to, radius } => {
                fine(&[from[0], from[1], to[0], to[1], *radius])?;
                stroke(
                    field,
                    placed(from),
                    placed(to),
                    *radius,
                    &mut |field, x, y, share| {
                        for (s, rest) in rest.iter().enumerate() {
                            let value = field.at(s, x, y);
                            field.set(s, x, y, value + share * (rest - value));
                        }
                    },
                );
            }
            Self::Nudge {
                at,
                amount,
                species,
            } => {
                known(*species)?;
                fine(&[*amount])?;
                let place = |c: i64, count: usize| {
                    let count = count as i128;
                    (i128::from(c) + count / 2).rem_euclid(count) as usize
                };
                let (x, y) = (place(at[0], field.width()), place(at[1], field.height()));
                let value = field.at(*species, x, y);
                field.set(*species, x, y, value + amount);
            }
            Self::Creature { name, at, quarters } => {
                fine(at)?;
                let recipe = recipe::recipe(name).ok_or_else(|| SimError::Unknown {
                    what: "creature",
                    name: name.clone(),
                    hint: " in the catalogue.".into(),
                })?;
                let cells = begin::creature(&recipe.cells)?;
                place(field, &cells, placed(at), *quarters);
            }
            Self::Noise {
                at,
                radius,
                low,
                high,
                species,
                seed,
            } => {
                known(*species)?;
                fine(&[at[0], at[1], *radius, *low, *high])?;
                let mut random = seed::stream(*seed, "brush");
                stroke(
                    field,
                    placed(at),
                    placed(at),
                    *radius,
                    &mut |field, x, y, _| {
                        let value = low + (high - low) * seed::unit(&mut random);
                        field.set(*species, x, y, value);
                    },
                );
            }
            Self::Clear => {
                for (s, rest) in rest.iter().enumerate() {
                    field.fill(s, *rest);
                }
            }
        }
        Ok(())
    }
}

/// Calls `change` for every cell of a torus near a straight line, with the brush's share there.
fn stroke(
    field: &mut Field,
    from: [f64; 2],
    to: [f64; 2],
    radius: f64,
    change: &mut dyn FnMut(&mut Field, usize, usize, f64),
) {
    let radius = radius.clamp(0.5, WIDEST);
    let (width, height) = (field.width(), field.height());
    let span = |axis: usize, count: usize| {
        let low = (from[axis].min(to[axis]) - radius).floor();
        let high = (from[axis].max(to[axis]) + radius).ceil();
        // A stroke around the torus and more meets every cell once.
        (low, ((high - low) as usize).min(count))
    };
    let ((left, columns), (top, rows)) = (span(0, width), span(1, height));
    let line = [to[0] - from[0], to[1] - from[1]];
    let length = line[0] * line[0] + line[1] * line[1];
    for row in 0..rows {
        for column in 0..columns {
            let at = [left + column as f64 + 0.5, top + row as f64 + 0.5];
            let away = [at[0] - from[0], at[1] - from[1]];
            let along = if length > 0.0 {
                ((away[0] * line[0] + away[1] * line[1]) / length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let distance = (away[0] - along * line[0]).hypot(away[1] - along * line[1]);
            let share = (2.0 * (1.0 - distance / radius)).clamp(0.0, 1.0);
            if share > 0.0 {
                let x = (left + column as f64).rem_euclid(width as f64) as usize % width;
                let y = (top + row as f64).rem_euclid(height as f64) as usize % height;
                change(field, x, y, share);
            }
        }
    }
}

/// Adds a creature with its middle at a place of a torus; cells stay within 0 and 1.
pub(crate) fn place(field: &mut Field, channels: &[Cells], middle: [f64; 2], quarters: u32) {
    for (s, cells) in channels.iter().enumerate().take(field.species()) {
        let cells = cells.turned(quarters);
        let corner = [
            (middle[0] - cells.width as f64 / 2.0).floor(),
            (middle[1] - cells.height as f64 / 2.0).floor(),
        ];
        for (i, value) in cells.values.iter().enumerate() {
            let x = corner[0] + (i % cells.width) as f64;
            let y = corner[1] + (i / cells.width) as f64;
            let x = x.rem_euclid(field.width() as f64) as usize % field.width();
            let y = y.rem_euclid(field.height() as f64) as usize % field.height();
            let sum = field.at(s, x, y) + value;
            field.set(s, x, y, sum.clamp(0.0, 1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn paint(from: [f64; 2], to: [f64; 2]) -> Edit {
        Edit::Paint {
            from,
            to,
            radius: 3.0,
            amount: 1.0,
            species: 0,
        }
    }

    #[test]
    fn a_stroke_goes_around_the_edge_of_the_torus() {
        let mut field = Field::new(20, 16, 1).unwrap();
        paint([-10.0, 0.0], [-10.0, 0.0])
            .apply(&mut field, &[0.0])
            .unwrap();
        assert!(field.at(0, 0, 8) == 1.0 && field.at(0, 19, 8) == 1.0);
        assert_eq!(field.at(0, 10, 8), 0.0);
        let erase = Edit::Erase {
            from: [-10.0, 0.0],
            to: [-10.0, 0.0],
            radius: 9.0,
        };
        erase.apply(&mut field, &[0.0]).unwrap();
        assert_eq!(field.summary(0).sum, 0.0);
    }

    #[test]
    fn numbers_that_are_none_and_species_that_are_not_there_change_nothing() {
        let mut field = Field::new(8, 8, 1).unwrap();
        let before = field.clone();
        for edit in [
            paint([f64::NAN, 0.0], [0.0, 0.0]),
            paint([1e300, 0.0], [0.0, 0.0]),
            Edit::Nudge {
                at: [0, 0],
                amount: 1.0,
                species: 3,
            },
            Edit::Creature {
                name: "nobody".into(),
                at: [0.0, 0.0],
                quarters: 1,
            },
        ] {
            assert!(edit.apply(&mut field, &[0.0]).is_err());
            assert_eq!(field, before);
        }
        let far = Edit::Nudge {
            at: [i64::MIN, i64::MAX],
            amount: 1.0,
            species: 0,
        };
        far.apply(&mut field, &[0.0]).unwrap();
    }
}
