//! What a hand can do to cells: the data of the journal's edits.

use loom_sim::{Input, SimError, seed};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rand::Rng as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::LifeError;
use crate::rle;
use crate::world::World;

/// The most cells that one edit may touch.
const MOST: i64 = 1 << 22;

/// A coordinate of any size: a number in JSON where it fits, its digits as text beyond.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinate(pub BigInt);

impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.to_i64() {
            Some(small) => small.serialize(to),
            None => to.serialize_str(&self.0.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Small(i64),
            Big(String),
        }
        match Either::deserialize(from)? {
            Either::Small(small) => Ok(Self(small.into())),
            // A thousand digits reach beyond every universe.
            Either::Big(digits) if digits.len() <= 1000 => digits
                .parse()
                .map(Self)
                .map_err(|_| serde::de::Error::custom("a coordinate is a whole number")),
            Either::Big(_) => Err(serde::de::Error::custom("a coordinate is too long")),
        }
    }
}

impl From<BigInt> for Coordinate {
    fn from(value: BigInt) -> Self {
        Self(value)
    }
}

/// A place: x eastwards, y downwards.
pub type Place = [Coordinate; 2];

/// One change of cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edit {
    /// Makes single cells alive or dead.
    Cells {
        /// Where.
        at: Vec<Place>,
        /// Alive, or dead.
        alive: bool,
    },
    /// A straight line of cells, ends included.
    Line {
        /// One end.
        from: Place,
        /// The other end.
        to: Place,
        /// Alive, or dead.
        alive: bool,
    },
    /// A straight line of cells in one state, ends included.
    Paint {
        /// One end.
        from: Place,
        /// The other end.
        to: Place,
        /// The state.
        state: u8,
    },
    /// Turns one cell over: dead becomes state 1, every other state 0.
    Flip {
        /// Where.
        at: Place,
    },
    /// Adds the live cells of a pattern.
    Paste {
        /// The pattern as RLE.
        rle: String,
        /// Where its top left corner goes.
        at: Place,
    },
    /// Fills a rectangle by chance.
    Random {
        /// Its top left cell.
        at: Place,
        /// Columns and rows.
        size: [u32; 2],
        /// The chance of each cell to live.
        density: f64,
        /// The seed of the stream named "fill".
        seed: u64,
    },
    /// Kills every cell.
    Clear,
}

impl Edit {
    /// What menus and undo call it.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Cells { alive: true, .. } | Self::Line { alive: true, .. } => "Draw cells",
            Self::Paint { state, .. } if *state > 0 => "Draw cells",
            Self::Cells { .. } | Self::Line { .. } | Self::Paint { .. } => "Erase cells",
            Self::Flip { .. } => "Flip a cell",
            Self::Paste { .. } => "Paste a pattern",
            Self::Random { .. } => "Fill at random",
            Self::Clear => "Clear",
        }
    }

    /// The edit as an input of the journal.
    pub fn input(&self) -> Input {
        Input::edit(self.title(), self)
    }

    /// Changes the world's cells, all or none.
    ///
    /// # Errors
    /// Too many cells at once, a pattern that can't be read, memory.
    pub fn apply(&self, world: &mut World) -> Result<(), SimError> {
        let cells: Vec<(BigInt, BigInt, u8)> = match self {
            Self::Cells { at, alive } => {
                within(at.len() as i64)?;
                at.iter()
                    .map(|[x, y]| (x.0.clone(), y.0.clone(), u8::from(*alive)))
                    .collect()
            }
            Self::Line { from, to, alive } => line(from, to)?
                .into_iter()
                .map(|(x, y)| (x, y, u8::from(*alive)))
                .collect(),
            Self::Paint { from, to, state } => line(from, to)?
                .into_iter()
                .map(|(x, y)| (x, y, *state))
                .collect(),
            Self::Flip { at: [x, y] } => {
                let alive = world.get(&x.0, &y.0)?;
                vec![(x.0.clone(), y.0.clone(), u8::from(!alive))]
            }
            Self::Paste { rle, at: [x, y] } => {
                let pattern = rle::read_or_find(rle).map_err(LifeError::from)?;
                within(i64::try_from(pattern.population()).unwrap_or(i64::MAX))?;
                pattern
                    .states()
                    .map(|(dx, dy, state)| (&x.0 + dx, &y.0 + dy, state))
                    .collect()
            }
            Self::Random {
                at: [x, y],
                size: [width, height],
                density,
                seed,
            } => {
                within(i64::from(*width).saturating_mul(i64::from(*height)))?;
                if !(0.0..=1.0).contains(density) {
                    return Err(SimError::Input(format!(
                        "a density of {density}; it lies between 0 and 1"
                    )));
                }
                let threshold = (density * 4294967296.0).round() as u64;
                let mut random = seed::stream(*seed, "fill");
                let mut cells = Vec::with_capacity(*width as usize * *height as usize);
                for dy in 0..*height {
                    for dx in 0..*width {
                        let alive = u64::from(random.next_u32()) < threshold;
                        cells.push((&x.0 + dx, &y.0 + dy, u8::from(alive)));
                    }
                }
                cells
            }
            Self::Clear => return Ok(world.clear()?),
        };
        Ok(world.set_states(&cells)?)
    }
}

fn within(cells: i64) -> Result<(), SimError> {
    if cells > MOST {
        return Err(SimError::Input(format!(
            "{cells} cells at once; at most {MOST} can be changed by one edit"
        )));
    }
    Ok(())
}

/// The cells of a line, one for each column or each row, whichever are more.
fn line(from: &Place, to: &Place) -> Result<Vec<(BigInt, BigInt)>, SimError> {
    let (dx, dy) = (&to[0].0 - &from[0].0, &to[1].0 - &from[1].0);
    let steps = dx.abs().max(dy.abs()).to_i64().unwrap_or(i64::MAX);
    within(steps)?;
    // Rounded to the nearest cell: (2 d i + n) div 2 n, downwards.
    let part = |d: &BigInt, i: i64| {
        let n = steps.max(1);
        let numerator = d * (2 * i) + n;
        let quotient: BigInt = &numerator / (2 * n);
        if numerator.is_negative() && &quotient * (2 * n) != numerator {
            quotient - 1
        } else {
            quotient
        }
    };
    Ok((0..=steps)
        .map(|i| (&from[0].0 + part(&dx, i), &from[1].0 + part(&dy, i)))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pattern::Pattern;
    use crate::world::Means;

    fn place(x: i64, y: i64) -> Place {
        [BigInt::from(x).into(), BigInt::from(y).into()]
    }

    #[test]
    fn a_line_has_no_gaps_whatever_its_direction() {
        for (x, y) in [(7, 3), (-7, 3), (3, -7), (-3, -7), (5, 5), (0, 0), (0, -4)] {
            let cells = line(&place(2, 2), &place(2 + x, 2 + y)).unwrap();
            assert_eq!(cells.first(), Some(&(2.into(), 2.into())));
            assert_eq!(cells.last(), Some(&((2 + x).into(), (2 + y).into())));
            assert!(cells.windows(2).all(|pair| {
                let step = |a: &BigInt, b: &BigInt| (a - b).abs() <= BigInt::from(1);
                step(&pair[0].0, &pair[1].0) && step(&pair[0].1, &pair[1].1)
            }));
        }
        let high: BigInt = BigInt::from(1) << 90;
        let far = [BigInt::from(1).into(), high.into()];
        assert!(line(&place(0, 0), &far).is_err());
    }

    #[test]
    fn edits_do_the_same_on_every_engine() {
        let far: BigInt = BigInt::from(3);
        let edits = [
            Edit::Line {
                from: place(-5, -3),
                to: place(6, 4),
                alive: true,
            },
            Edit::Paste {
                rle: "x = 3, y = 3\nbo$2bo$3o!".to_owned(),
                at: place(-8, 2),
            },
            Edit::Random {
                at: place(0, 0),
                size: [5, 6],
                density: 0.4,
                seed: 9,
            },
            Edit::Cells {
                at: vec![place(0, 0), place(1, 1)],
                alive: false,
            },
            Edit::Flip {
                at: [far.clone().into(), far.into()],
            },
        ];
        let run = |rule: &str| {
            let rule = rule.parse().unwrap();
            let mut world = World::new(rule, &Pattern::default(), Means::default()).unwrap();
            for edit in &edits {
                // Through JSON, as the journal has it.
                let json = serde_json::to_string(edit).unwrap();
                let edit: Edit = serde_json::from_str(&json).unwrap();
                edit.apply(&mut world).unwrap();
            }
            let pattern = world.pattern(1000).unwrap();
            (pattern.runs, pattern.position)
        };
        assert_eq!(run("B3/S23"), run("B3/S23:T64"));
        assert_eq!(run("B3/S23"), run("B3/S23:P40,50"));
    }

    #[test]
    fn coordinates_of_any_size_survive_json() {
        let far: BigInt = BigInt::from(-7) << 200;
        let far: Coordinate = far.into();
        let json = serde_json::to_string(&far).unwrap();
        assert_eq!(serde_json::from_str::<Coordinate>(&json).unwrap(), far);
        assert!(serde_json::from_str::<Coordinate>("\"x\"").is_err());
    }
}
