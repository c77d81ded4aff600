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
    // 1 where the number of columns or rows is odd.
    let odd = |span: i64| span % 2 == 0;
    let centre = match (odd(width), odd(height)) {
        (true, true) => 1,
        (false, false) => 4,
        _ => 2,
    };
    match (quarter, across && down, diagonal && counter) {
        (true, true, _) => format!("D8_{centre}"),
        (true, false, _) => format!("C4_{centre}"),
        (false, true, _) => format!("D4_+{centre}"),
        (false, _, true) => format!("D4_x{centre}"),
        _ if half => format!("C2_{centre}"),
        _ if across => format!("D2_+{}", if odd(width) { 1 } else { 2 }),
        _ if down => format!("D2_+{}", if odd(height) { 1 } else { 2 }),
        _ if diagonal || counter => "D2_x".to_owned(),
        _ => "C1".to_owned(),
    }
}
