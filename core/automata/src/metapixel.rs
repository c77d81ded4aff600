//! Metapixels: a pattern of Life in which squares of 2,048 cells act as the cells of any rule B/S.
//!
//! The unit cell is Brice Due's OTCA metapixel of 2006. A metageneration takes 35,328
//! generations; the first such period only starts the signals, so that the k-th metageneration
//! stands after (k + 1) · 35,328. Its table of 18 broken eaters holds the rule: a cell at each
//! mends one (D. Greene's metafier for Golly says where).
//!
//! Squares that stand together differ only by their state and, at the edge of the whole, by the
//! tubs in their corners, each of which belongs to the square diagonally next to it. So the whole
//! is written as a macrocell file in which like squares are one.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::error::LifeError;
use crate::files::packing;
use crate::pattern::Pattern;
use crate::rle;
use crate::rule::LifeLike;

/// Cells from one square to the next.
pub const SIDE: i64 = 2048;
/// Generations of one metageneration.
pub const PERIOD: u64 = 35_328;
/// Squares on a side at most.
pub const MOST: i64 = 1024;
/// The middle of the tub in a corner, counted from the square's own corner.
const TUB: i64 = 3;
/// Words of 64 cells in a row of a square.
const WORDS: usize = SIDE as usize / 64;
/// The level of a square's node: 2^11 cells.
const LEVEL: u32 = 11;

const OFF: &[u8] = include_bytes!("../../../assets/metapixel/off.rle.gz");
const ON: &[u8] = include_bytes!("../../../assets/metapixel/on.rle.gz");

/// Where the bit of a birth and of a survival by n neighbours lies, from the square's corner.
fn rule_bit(survival: bool, n: u32) -> (i64, i64) {
    // Three groups of three from 8 down to 0.
    let place = i64::from(8 - n);
    let down = place * 10 + place / 3 * 16;
    if survival {
        (162, 1406 + down)
    } else {
        (148, 1404 + down)
    }
}

/// A unit cell as runs (y, x, length) from the square's corner, its rule bits set.
fn unit(packed: &[u8], rule: LifeLike) -> Result<Vec<(i64, i64, i64)>, LifeError> {
    let bytes = packing::gunzip(packed, 1 << 20)?;
    let pattern: Pattern = rle::read(&String::from_utf8_lossy(&bytes))?;
    let runs = pattern.runs.iter();
    let mut cells: Vec<(i64, i64, i64)> =
        runs.map(|run| (run.y, run.x, run.length as i64)).collect();
    for n in 0..=8 {
        for (survival, bits) in [(false, rule.birth), (true, rule.survival)] {
            if bits >> n & 1 == 1 {
                let (x, y) = rule_bit(survival, n);
                cells.push((y, x, 1));
            }
        }
    }
    Ok(cells)
}

/// The nodes of a macrocell file, each written once.
#[derive(Default)]
struct Nodes {
    text: String,
    count: usize,
    leaves: HashMap<u64, usize>,
    squares: HashMap<(u32, [usize; 4]), usize>,
}

impl Nodes {
    /// A block of 8 × 8 cells, a byte a row from the top, its lowest bit in the west.
    fn leaf(&mut self, rows: u64) -> usize {
        if rows == 0 {
            return 0;
        }
        if let Some(&number) = self.leaves.get(&rows) {
            return number;
        }
        let last = 7 - rows.leading_zeros() / 8;
        for row in rows.to_le_bytes().into_iter().take(last as usize + 1) {
            for x in 0..8 - row.leading_zeros() {
                self.text.push(if row >> x & 1 == 1 { '*' } else { '.' });
            }
            self.text.push('$');
        }
        self.text.push('\n');
        self.count += 1;
        self.leaves.insert(rows, self.count);
        self.count
    }

    /// A square of 2^level cells of its quarters NW, NE, SW, SE.
    fn square(&mut self, level: u32, quarters: [usize; 4]) -> usize {
        if quarters == [0; 4] {
            return 0;
        }
        if let Some(&number) = self.squares.get(&(level, quarters)) {
            return number;
        }
        let [nw, ne, sw, se] = quarters;
        let _ = writeln!(self.text, "{level} {nw} {ne} {sw} {se}");
        self.count += 1;
        self.squares.insert((level, quarters), self.count);
        self.count
    }
}

/// The cells of one square.
struct Bits(Vec<u64>);

impl Bits {
    /// All cells of a unit; runs outside the square would be left out.
    fn of(runs: &[(i64, i64, i64)]) -> Self {
        let mut bits = Self(vec![0; WORDS * SIDE as usize]);
        for &(y, x, length) in runs {
            for x in x..(x + length).min(SIDE) {
                if let Some(word) = bits.0.get_mut(y as usize * WORDS + x as usize / 64) {
                    *word |= 1 << (x % 64);
                }
            }
        }
        bits
    }

    /// Takes away the tub around a place.
    fn clear_tub(&mut self, x: i64, y: i64) {
        for (dx, dy) in [(0, -1), (-1, 0), (1, 0), (0, 1)] {
            let (x, y) = ((x + dx) as usize, (y + dy) as usize);
            self.0[y * WORDS + x / 64] &= !(1 << (x % 64));
        }
    }

    /// The node of the 2^level cells from (x, y) on.
    fn node(&self, nodes: &mut Nodes, level: u32, x: usize, y: usize) -> usize {
        if level == 3 {
            let rows = (0..8).fold(0u64, |rows, i| {
                let word = self.0[(y + i) * WORDS + x / 64];
                rows | (word >> (x % 64) & 255) << (8 * i)
            });
            return nodes.leaf(rows);
        }
        let half = 1 << (level - 1);
        let quarters = [(0, 0), (half, 0), (0, half), (half, half)]
            .map(|(dx, dy)| self.node(nodes, level - 1, x + dx, y + dy));
        nodes.square(level, quarters)
    }
}

/// A rectangle of cells as metapixels under a rule: the text of a macrocell file.
///
/// `alive` has a cell for each (x, y), row by row.
///
/// # Errors
/// More than [`MOST`] cells on a side; a rule that gives birth without neighbours.
pub fn metafy(
    rule: LifeLike,
    size: (i64, i64),
    alive: impl Fn(i64, i64) -> bool,
) -> Result<String, LifeError> {
    let (width, height) = size;
    if width > MOST || height > MOST {
        return Err(LifeError::Other(format!(
            "{width} × {height} metapixels; at most {MOST} can stand on a side: select fewer cells"
        )));
    }
    if rule.birth & 1 == 1 {
        return Err(LifeError::Other(
            "metapixels stand in an empty plane, and this rule gives birth without neighbours"
                .to_owned(),
        ));
    }
    let units = [unit(OFF, rule)?, unit(ON, rule)?];
    let inside = |x: i64, y: i64| (0..width).contains(&x) && (0..height).contains(&y);
    let mut nodes = Nodes::default();
    let mut known: HashMap<(bool, [bool; 4]), usize> = HashMap::new();
    let squares = width.max(height).max(2) as u64;
    let level = LEVEL + squares.next_power_of_two().trailing_zeros();
    let across = 1i64 << (level - LEVEL);
    let (left, top) = ((across - width) / 2, (across - height) / 2);
    let mut square = |nodes: &mut Nodes, x: i64, y: i64| {
        if !inside(x, y) {
            return 0;
        }
        let corners = [(-1, -1), (1, -1), (-1, 1), (1, 1)];
        let met = corners.map(|(dx, dy)| inside(x + dx, y + dy));
        let state = alive(x, y);
        *known.entry((state, met)).or_insert_with(|| {
            let mut bits = Bits::of(&units[usize::from(state)]);
            for ((dx, dy), met) in corners.into_iter().zip(met) {
                if !met {
                    let place = |d: i64| if d < 0 { TUB } else { SIDE - 1 - TUB };
                    bits.clear_tub(place(dx), place(dy));
                }
            }
            bits.node(nodes, LEVEL, 0, 0)
        })
    };
    let mut row: Vec<Vec<usize>> = (0..across)
        .map(|y| {
            (0..across)
                .map(|x| square(&mut nodes, x - left, y - top))
                .collect()
        })
        .collect();
    for level in LEVEL + 1..=level {
        row = row
            .chunks(2)
            .map(|pair| {
                (0..pair[0].len() / 2)
                    .map(|i| {
                        let quarters = [
                            pair[0][2 * i],
                            pair[0][2 * i + 1],
                            pair[1][2 * i],
                            pair[1][2 * i + 1],
                        ];
                        nodes.square(level, quarters)
                    })
                    .collect()
            })
            .collect();
    }
    Ok(format!(
        "[M2] (Strange Loom)\n#R B3/S23\n#C OTCA metapixels by Brice Due, 2006.\n{}",
        nodes.text
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hashlife::Universe;
    use crate::rule::LIFE;

    fn universe(rule: &str, rows: &[&str]) -> Universe {
        let rule: LifeLike = rule.parse::<crate::Rule>().unwrap().life().unwrap();
        let size = (rows[0].len() as i64, rows.len() as i64);
        let text = metafy(rule, size, |x, y| {
            rows[y as usize].as_bytes()[x as usize] == b'o'
        });
        Universe::from_macrocell(&text.unwrap(), Some(LIFE), 1 << 30).unwrap()
    }

    /// What five rows of five squares show after so many metagenerations: the middle of a square
    /// that is on is full of ships, that of one that is off is empty.
    fn after(mut universe: Universe, metagenerations: u64) -> Vec<String> {
        let generations = (metagenerations + 1) * PERIOD;
        universe
            .advance(&generations.into(), &mut || false)
            .unwrap();
        let pattern = universe.pattern(1 << 22).unwrap();
        let (left, top) = pattern.corner(crate::Topology::Plane);
        let corner = universe.bounds().map(|(x, y, ..)| (x, y)).unwrap();
        assert_eq!(corner, (left.into(), top.into()));
        // Five squares begin one after the first of eight, whose middle is the origin.
        let first = -3 * SIDE;
        let mut counts = [[0u64; 5]; 5];
        for run in &pattern.runs {
            let (x, y) = (run.x + left - first, run.y + top - first);
            let inner = |c: i64| (500..1500).contains(&c.rem_euclid(SIDE));
            let (column, row) = (x.div_euclid(SIDE), y.div_euclid(SIDE));
            if inner(x) && inner(y) && (0..5).contains(&column) && (0..5).contains(&row) {
                counts[row as usize][column as usize] += run.length;
            }
        }
        let letter = |n: &u64| match n {
            0 => 'b',
            n if *n > 5000 => 'o',
            _ => '?',
        };
        let rows = counts.iter().map(|row| row.iter().map(letter).collect());
        rows.collect()
    }

    #[test]
    fn a_blinker_of_metapixels_turns_and_turns_back() {
        let lying = ["bbbbb", "bbbbb", "booob", "bbbbb", "bbbbb"];
        let standing = ["bbbbb", "bbobb", "bbobb", "bbobb", "bbbbb"];
        let blinker = universe("B3/S23", &lying);
        assert_eq!(after(blinker.clone(), 0), lying);
        assert_eq!(after(blinker.clone(), 1), standing);
        assert_eq!(after(blinker, 2), lying);
    }

    #[test]
    fn the_rule_bits_make_another_rule_of_it() {
        // Under B1/S a lone cell gives birth to the eight around it, and dies.
        let one = ["bbbbb", "bbbbb", "bbobb", "bbbbb", "bbbbb"];
        let ring = ["bbbbb", "booob", "bobob", "booob", "bbbbb"];
        assert_eq!(after(universe("B1/S", &one), 1), ring);
        // Under B8/S012345678 nothing changes.
        let still = ["bbbbb", "bboob", "bbobb", "bbbbb", "bbbbb"];
        assert_eq!(after(universe("B8/S012345678", &still), 2), still);
    }

    #[test]
    fn too_many_squares_and_births_without_neighbours_are_refused() {
        let life = LifeLike::CONWAY;
        assert!(metafy(life, (MOST + 1, 1), |_, _| false).is_err());
        let flash = LifeLike { birth: 1, ..life };
        assert!(metafy(flash, (1, 1), |_, _| false).is_err());
    }
}
