//! Rectangles of a universe: their live cells as a list, and many cells changed at once, each
//! square of the tree being looked at and made anew only once.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive};

use super::store::{Id, Square, Stop, Store};
use super::{HashLifeError, Universe};

/// Distances beyond this are all the same: rectangles reach less far.
const BEYOND: i128 = 1 << 100;

/// A distance as a machine number, or one beyond every rectangle.
fn near(distance: &BigInt) -> i128 {
    let far = if distance.is_negative() {
        -BEYOND
    } else {
        BEYOND
    };
    distance.to_i128().unwrap_or(far).clamp(-BEYOND, BEYOND)
}

/// Squares that are looked at along the border of a rectangle before it is given up.
const BORDER: u32 = 1 << 22;

/// A rectangle of which one side of the border is emptied.
struct Cut<'a> {
    /// Its first column and row.
    low: &'a [BigInt; 2],
    /// The column and the row behind its last ones.
    high: &'a [BigInt; 2],
    outside: bool,
    /// What squares become that lie across the border in the same way: their number, and the
    /// rectangle seen from their corner.
    known: HashMap<(Id, [i128; 4]), Id>,
    looked: u32,
}

/// A rectangle that is read, from (0, 0) on.
struct Window {
    size: (i64, i64),
    most: u64,
    cells: Vec<(i64, i64, u8)>,
}

impl Universe {
    /// The live cells (x, y, state) of a rectangle, counted from its corner, in no order;
    /// nothing if there are more than `most`.
    pub(crate) fn cells_in(
        &self,
        corner: &[BigInt; 2],
        size: (i64, i64),
        most: u64,
    ) -> Option<Vec<(i64, i64, u8)>> {
        let store = self.lock();
        let root = self.root.square();
        let half = BigInt::one() << (root.level - 1);
        let at = [-&half - &corner[0], -&half - &corner[1]];
        let mut window = Window {
            size,
            most,
            cells: Vec::new(),
        };
        store
            .list_far(root, &at, &mut window)
            .then_some(window.cells)
    }

    /// Puts cells (x, y, state), counted from a corner and no two the same, in their states.
    ///
    /// # Errors
    /// Memory; cells further out than 2^999; a state that the rule doesn't have; the universe is
    /// then unchanged.
    pub(crate) fn put_cells(
        &mut self,
        corner: &[BigInt; 2],
        cells: &mut [(i64, i64, u8)],
    ) -> Result<(), HashLifeError> {
        let Some(first) = cells.first() else {
            return Ok(());
        };
        self.has_state(cells.iter().map(|cell| cell.2).max().unwrap_or(0))?;
        let [mut west, mut north, mut east, mut south] = [first.0, first.1, first.0, first.1];
        for &(x, y, _) in cells.iter() {
            (west, east) = (west.min(x), east.max(x));
            (north, south) = (north.min(y), south.max(y));
        }
        let reached = [
            &corner[0] + west,
            &corner[1] + north,
            &corner[0] + east,
            &corner[1] + south,
        ];
        self.write(&reached.each_ref(), |store, square, half| {
            let at = [-half - &corner[0], -half - &corner[1]];
            store.write(square, &at, cells)
        })
    }
}

impl Universe {
    /// Kills every cell of a rectangle that is given by its first column and row and those
    /// behind its last ones, or every cell outside of it, however many there are. False, with
    /// nothing done, if too many squares lie across its border.
    ///
    /// # Errors
    /// Memory.
    pub(crate) fn erase(
        &mut self,
        low: &[BigInt; 2],
        high: &[BigInt; 2],
        outside: bool,
    ) -> Result<bool, HashLifeError> {
        let mut store = self.lock();
        let result = store.collecting(|store| {
            let square = self.root.square();
            let half = BigInt::one() << (square.level - 1);
            let mut cut = Cut {
                low,
                high,
                outside,
                known: HashMap::new(),
                looked: 0,
            };
            let Some(id) = store.cut(square, &[-&half, -half.clone()], &mut cut)? else {
                return Ok(None);
            };
            store.trim(Square { id, ..square }).map(Some)
        });
        match result {
            Ok(Some(square)) => {
                let root = store.hold(square);
                drop(store);
                self.root = root;
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(_) => Err(HashLifeError::Memory {
                limit: store.limit() >> 20,
                generation: self.generation.clone(),
            }),
        }
    }
}

impl Store {
    /// A square whose corner lies at `at` with one side of a border emptied; nothing if too many
    /// squares had to be looked at.
    fn cut(&mut self, square: Square, at: &[BigInt; 2], cut: &mut Cut) -> Result<Option<Id>, Stop> {
        if self.is_empty(square.id) {
            return Ok(Some(square.id));
        }
        let side = BigInt::one() << square.level;
        let end = [&at[0] + &side, &at[1] + &side];
        let apart = (0..2).any(|i| at[i] >= cut.high[i] || end[i] <= cut.low[i]);
        let within = (0..2).all(|i| at[i] >= cut.low[i] && end[i] <= cut.high[i]);
        if apart || within {
            let stays = within == cut.outside;
            let empty = self.empty(square.level);
            return Ok(Some(if stays { square.id } else { empty }));
        }
        let seen = |line: &BigInt, at: &BigInt| near(&(line - at)).clamp(0, near(&side));
        let key = (
            square.id,
            [
                seen(&cut.low[0], &at[0]),
                seen(&cut.low[1], &at[1]),
                seen(&cut.high[0], &at[0]),
                seen(&cut.high[1], &at[1]),
            ],
        );
        let small = square.level <= 62;
        if small && let Some(known) = cut.known.get(&key) {
            return Ok(Some(*known));
        }
        cut.looked += 1;
        if cut.looked > BORDER {
            return Ok(None);
        }
        let Some(id) = self.cut_across(square, at, cut)? else {
            return Ok(None);
        };
        if small {
            cut.known.insert(key, id);
        }
        Ok(Some(id))
    }

    /// The same for a square across the border.
    fn cut_across(
        &mut self,
        square: Square,
        at: &[BigInt; 2],
        cut: &mut Cut,
    ) -> Result<Option<Id>, Stop> {
        let side = BigInt::one() << square.level;
        if square.level == self.base() {
            let mut cells = self.child(square.id);
            for bit in 0..side.to_u32().unwrap_or(0).pow(2) {
                let (x, y) = (bit % (1 << square.level), bit >> square.level);
                let place = [&at[0] + x, &at[1] + y];
                let held = (0..2).all(|i| place[i] >= cut.low[i] && place[i] < cut.high[i]);
                if held != cut.outside {
                    cells = self.kind.put(cells, x, y, 0);
                }
            }
            return self.leaf(cells).map(Some);
        }
        let half = side >> 1;
        let mut quarter = self.split(square).map(|child| child.id);
        for (place, id) in quarter.iter_mut().enumerate() {
            let corner: [BigInt; 2] = std::array::from_fn(|axis| {
                let far = place >> axis & 1 != 0;
                if far {
                    &at[axis] + &half
                } else {
                    at[axis].clone()
                }
            });
            let child = Square {
                id: *id,
                level: square.level - 1,
            };
            match self.cut(child, &corner, cut)? {
                Some(cut) => *id = cut,
                None => return Ok(None),
            }
        }
        self.join(quarter).map(Some)
    }

    /// Lists a square of any size whose corner lies at `at`, seen from the rectangle's; false
    /// when there are too many cells.
    fn list_far(&self, square: Square, at: &[BigInt; 2], window: &mut Window) -> bool {
        if self.is_empty(square.id) {
            return true;
        }
        if square.level <= 62 {
            return self.list(square, [near(&at[0]), near(&at[1])], window);
        }
        let side = BigInt::one() << square.level;
        let (width, height) = window.size;
        let apart =
            |c: &BigInt, length: i64| *c >= BigInt::from(length) || !(c + &side).is_positive();
        if apart(&at[0], width) || apart(&at[1], height) {
            return true;
        }
        let half = side >> 1;
        self.split(square)
            .into_iter()
            .enumerate()
            .all(|(place, child)| {
                let mut corner = at.clone();
                for (axis, c) in corner.iter_mut().enumerate() {
                    if place >> axis & 1 != 0 {
                        *c += &half;
                    }
                }
                self.list_far(child, &corner, window)
            })
    }

    fn list(&self, square: Square, [x, y]: [i128; 2], window: &mut Window) -> bool {
        let (width, height) = (i128::from(window.size.0), i128::from(window.size.1));
        let side = 1i128 << square.level;
        let apart = x >= width || y >= height || x + side <= 0 || y + side <= 0;
        if apart || self.is_empty(square.id) {
            return true;
        }
        if square.level > self.base() {
            let half = side / 2;
            return self
                .split(square)
                .into_iter()
                .enumerate()
                .all(|(place, child)| {
                    let (east, south) = ((place & 1) as i128, (place >> 1) as i128);
                    self.list(child, [x + half * east, y + half * south], window)
                });
        }
        let cells = self.child(square.id);
        let mut alive = self.kind.alive(cells);
        while alive != 0 {
            let bit = alive.trailing_zeros();
            alive &= alive - 1;
            let (column, row) = (bit % 8, bit / 8);
            let (x, y) = (x + i128::from(column), y + i128::from(row));
            if (0..width).contains(&x) && (0..height).contains(&y) {
                let state = self.kind.state(cells, column, row);
                window.cells.push((x as i64, y as i64, state));
            }
        }
        window.cells.len() as u64 <= window.most
    }

    /// The square with cells changed; its corner lies at `at`, seen from where cells count.
    fn write(
        &mut self,
        square: Square,
        at: &[BigInt; 2],
        cells: &mut [(i64, i64, u8)],
    ) -> Result<Id, Stop> {
        if cells.is_empty() {
            return Ok(square.id);
        }
        if square.level <= 62 {
            return self.write_near(square, [near(&at[0]), near(&at[1])], cells);
        }
        let half = BigInt::one() << (square.level - 1);
        let middle = [&at[0] + &half, &at[1] + &half];
        let parts = quarters(cells, [near(&middle[0]), near(&middle[1])]);
        let mut quarter = self.split(square).map(|child| child.id);
        for (place, part) in parts.into_iter().enumerate() {
            let corner: [BigInt; 2] = std::array::from_fn(|axis| {
                let far = place >> axis & 1 != 0;
                if far { &middle[axis] } else { &at[axis] }.clone()
            });
            let child = Square {
                id: quarter[place],
                level: square.level - 1,
            };
            quarter[place] = self.write(child, &corner, part)?;
        }
        self.join(quarter)
    }

    fn write_near(
        &mut self,
        square: Square,
        [x, y]: [i128; 2],
        cells: &mut [(i64, i64, u8)],
    ) -> Result<Id, Stop> {
        if cells.is_empty() {
            return Ok(square.id);
        }
        if square.level == self.base() {
            let mut leaf = self.child(square.id);
            for &(cx, cy, state) in &*cells {
                let (column, row) = (i128::from(cx) - x, i128::from(cy) - y);
                leaf = self.kind.put(leaf, column as u32, row as u32, state);
            }
            return self.leaf(leaf);
        }
        let half = 1i128 << (square.level - 1);
        let parts = quarters(cells, [x + half, y + half]);
        let mut quarter = self.split(square).map(|child| child.id);
        for (place, part) in parts.into_iter().enumerate() {
            let (east, south) = ((place & 1) as i128, (place >> 1) as i128);
            let child = Square {
                id: quarter[place],
                level: square.level - 1,
            };
            quarter[place] = self.write_near(child, [x + half * east, y + half * south], part)?;
        }
        self.join(quarter)
    }
}

/// Cells by quarter: north-west, north-east, south-west, south-east of a middle.
fn quarters(cells: &mut [(i64, i64, u8)], [x, y]: [i128; 2]) -> [&mut [(i64, i64, u8)]; 4] {
    let north = parted(cells, |cell| i128::from(cell.1) < y);
    let (upper, lower) = cells.split_at_mut(north);
    let west = parted(upper, |cell| i128::from(cell.0) < x);
    let (nw, ne) = upper.split_at_mut(west);
    let west = parted(lower, |cell| i128::from(cell.0) < x);
    let (sw, se) = lower.split_at_mut(west);
    [nw, ne, sw, se]
}

/// Brings those first that are `first`, and counts them.
fn parted(cells: &mut [(i64, i64, u8)], first: impl Fn(&(i64, i64, u8)) -> bool) -> usize {
    let mut count = 0;
    for at in 0..cells.len() {
        if first(&cells[at]) {
            cells.swap(count, at);
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::Rule;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn many_cells_at_once_are_the_same_as_one_after_the_other(
            list in prop::collection::vec((-40i64..40, -40i64..40, 0u8..3), 1..120),
            more in prop::collection::vec((-70i64..70, -20i64..20, 0u8..3), 1..60),
            shift in 0u32..400, two in any::<bool>(),
        ) {
            let rule: Rule = if two { "B3/S23" } else { "/2/3" }.parse().unwrap();
            let corner = [BigInt::from(3) << shift, BigInt::from(-5) << shift];
            let mut one = Universe::new(rule.clone(), 1 << 24).unwrap();
            let mut all = one.clone();
            let mut cells = BTreeMap::new();
            for list in [list, more] {
                let unique: BTreeMap<(i64, i64), u8> =
                    list.iter().map(|&(x, y, state)| ((x, y), state)).collect();
                for (&(x, y), &state) in &unique {
                    let state = if two { state.min(1) } else { state };
                    one.set_state(&(&corner[0] + x), &(&corner[1] + y), state).unwrap();
                    cells.insert((x, y), state);
                }
                let mut unique: Vec<_> = unique.into_iter().map(|((x, y), state)| (x, y, state)).collect();
                all.put_cells(&corner, &mut unique).unwrap();
            }
            prop_assert_eq!(one.difference(&all), Some(0u32.into()));
            let from = [&corner[0] - 30, &corner[1] - 10];
            let mut read = all.cells_in(&from, (60, 45), 1000).unwrap();
            read.sort_unstable();
            let expected: Vec<_> = cells
                .into_iter()
                .filter(|&((x, y), state)| state > 0 && (-30..30).contains(&x) && (-10..35).contains(&y))
                .map(|((x, y), state)| (x + 30, y + 10, state))
                .collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn half_of_more_cells_than_can_be_listed_is_erased() {
        // A block in every square of eight, doubled thirty times both ways: 4 · 4^30 cells.
        let mut text = "[M2]\n#R B3/S23\n**$**$\n".to_owned();
        for line in 1..=30 {
            text.push_str(&format!("{} {line} {line} {line} {line}\n", line + 3));
        }
        let rule = Some("B3/S23".parse().unwrap());
        let full = Universe::from_macrocell(&text, rule, 1 << 26).unwrap();
        let all = full.population();
        assert_eq!(all, num_bigint::BigUint::one() << 62u32);
        let far: BigInt = BigInt::one() << 80;
        for outside in [false, true] {
            let mut half = full.clone();
            let low = [BigInt::from(0), -far.clone()];
            assert!(
                half.erase(&low, &[far.clone(), far.clone()], outside)
                    .unwrap()
            );
            assert_eq!(half.population(), &all >> 1u32);
            let mut rest = half.clone();
            assert!(
                rest.erase(&low, &[far.clone(), far.clone()], !outside)
                    .unwrap()
            );
            assert_eq!(rest.population(), 0u32.into());
        }
        // A border through the blocks: 2^30 of them keep one of their two columns.
        let mut odd = full.clone();
        let low = [BigInt::from(1), -far.clone()];
        assert!(odd.erase(&low, &[far.clone(), far], false).unwrap());
        let column = num_bigint::BigUint::one() << 31u32;
        assert_eq!(odd.population(), (&all >> 1u32) + column);
    }

    #[test]
    fn a_universe_has_an_end_and_a_list_its_limit() {
        let mut universe = Universe::new("B3/S23".parse().unwrap(), 1 << 24).unwrap();
        let far = [BigInt::one() << 1200, BigInt::from(0)];
        assert!(universe.put_cells(&far, &mut [(0, 0, 1)]).is_err());
        let mut block = [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1)];
        let origin = [BigInt::from(0), BigInt::from(0)];
        universe.put_cells(&origin, &mut block).unwrap();
        assert_eq!(universe.cells_in(&origin, (9, 9), 3), None);
        assert_eq!(
            universe.cells_in(&origin, (1, 9), 3).map(|c| c.len()),
            Some(2)
        );
    }
}
