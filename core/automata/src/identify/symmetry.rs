//! The symmetry of cells, named as in the Catagolue.

use std::collections::BTreeSet;

/// The largest group of turns and reflections that keep the cells, with what lies in the middle:
/// `C1`, `C2_1`, `C2_2`, `C2_4`, `C4_1`, `C4_4`, `D2_+1`, `D2_+2`, `D2_x`, `D4_+1`, `D4_+2`,
/// `D4_+4`, `D4_x1`, `D4_x4`, `D8_1`, `D8_4`. The number is 1 if the centre or the axis lies in
/// a cell, 2 and 4 if it lies between two or four.
pub fn symmetry(cells: &[(i64, i64, u8)]) -> String {
    let (Some(left), Some(right), Some(top), Some(bottom)) = (
        cells.iter().map(|c| c.0).min(),
        cells.iter().map(|c| c.0).max(),
        cells.iter().map(|c| c.1).min(),
        cells.iter().map(|c| c.1).max(),
    ) else {
        return "D8_1".to_owned();
    };
    let (width, height) = (right - left, bottom - top);
    let here: BTreeSet<_> = cells
        .iter()
        .map(|&(x, y, s)| (x - left, y - top, s))
        .collect();
    let keeps = |turn: &dyn Fn(i64, i64) -> (i64, i64)| {
        here.iter().all(|&(x, y, s)| {
            let (x, y) = turn(x, y);
            here.contains(&(x, y, s))
        })
    };
    let square = width == height;
    let half = keeps(&|x, y| (width - x, height - y));
    let quarter = square && keeps(&|x, y| (height - y, x));
    let across = keeps(&|x, y| (width - x, y));
    let down = keeps(&|x, y| (x, height - y));
    let diagonal = square && keeps(&|x, y| (y, x));
    let counter = square && keeps(&|x, y| (height - y, width - x));
    let kept = Kept {
        half,
        quarter,
        across,
        down,
        diagonal,
        counter,
    };
    kept.name(width % 2 == 0, height % 2 == 0)
}

/// Which turns and reflections keep some cells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept {
    /// The half and the quarter turn.
    pub half: bool,
    pub quarter: bool,
    /// Left and right changed, top and bottom changed.
    pub across: bool,
    pub down: bool,
    /// Mirrored in the falling and in the rising diagonal.
    pub diagonal: bool,
    pub counter: bool,
}

impl Kept {
    /// The group's name, given whether the numbers of columns and of rows are odd.
    pub(crate) fn name(self, odd_width: bool, odd_height: bool) -> String {
        let centre = match (odd_width, odd_height) {
            (true, true) => 1,
            (false, false) => 4,
            _ => 2,
        };
        let axis = |odd: bool| if odd { 1 } else { 2 };
        match (
            self.quarter,
            self.across && self.down,
            self.diagonal && self.counter,
        ) {
            (true, true, _) => format!("D8_{centre}"),
            (true, false, _) => format!("C4_{centre}"),
            (false, true, _) => format!("D4_+{centre}"),
            (false, _, true) => format!("D4_x{centre}"),
            _ if self.half => format!("C2_{centre}"),
            _ if self.across => format!("D2_+{}", axis(odd_width)),
            _ if self.down => format!("D2_+{}", axis(odd_height)),
            _ if self.diagonal || self.counter => "D2_x".to_owned(),
            _ => "C1".to_owned(),
        }
    }
}
