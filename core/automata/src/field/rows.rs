//! Rules of one dimension: the row of the present generation is the last one, and the next is
//! written below it.

use super::Field;
use crate::rule::{Line, Topology};

/// The next row of a line rule. `field` has its present row at `now`; the result is as wide as
/// the field.
pub(super) fn next(field: &Field, now: usize, line: &Line, topology: Topology) -> Vec<u8> {
    let reach = line.reach();
    let row = field.row(now);
    let width = row.len();
    let wraps = match topology {
        Topology::Torus { .. } => true,
        Topology::Strip { width, wraps, .. } => wraps && width > 0,
        _ => false,
    };
    let mut padded = vec![0; width + 2 * reach];
    padded[reach..reach + width].copy_from_slice(row);
    if wraps {
        for d in 0..reach {
            padded[reach - 1 - d] = row[width - 1 - d % width];
            padded[reach + width + d] = row[d % width];
        }
    }
    padded
        .windows(2 * reach + 1)
        .map(|cells| line.next(cells))
        .collect()
}
