//! Turmites: only the cells under machines change, so that only these are visited.

use super::Field;
use crate::rule::{Topology, Turmite};

/// The places of a field's machines, as columns and rows of the grid.
pub(super) fn machines(field: &Field, rule: &Turmite) -> Vec<(i64, i64)> {
    let mut list = Vec::new();
    for y in 0..field.height() {
        for (x, &cell) in field.row(y).iter().enumerate() {
            if cell >= rule.colours {
                list.push((x as i64 + field.left, y as i64 + field.top));
            }
        }
    }
    list
}

/// One generation in place. All machines leave their cells first, then they arrive; of several
/// that arrive together the one going north stays, then east, south and west. Machines that
/// walk off the edge of a bounded plane are gone. The field must have room where it is
/// unbounded.
pub(super) fn step(
    field: &mut Field,
    machines: &mut Vec<(i64, i64)>,
    rule: &Turmite,
    topology: Topology,
) {
    let mut arrivals = Vec::with_capacity(machines.len());
    for &(x, y) in &*machines {
        let (colour, Some((direction, state))) = rule.read_cell(field.at(x, y)) else {
            continue;
        };
        let act = rule.act(colour, direction, state);
        field.put(x, y, act.colour);
        let (dx, dy) = [(0, -1), (1, 0), (0, 1), (-1, 0)][usize::from(act.turn % 4)];
        let target = if topology == Topology::Plane {
            Some((x + dx, y + dy))
        } else {
            // Unbounded sides have their corner at wherever the field starts.
            let (w, h) = topology.sides();
            let corner = (
                if w > 0 { field.left } else { 0 },
                if h > 0 { field.top } else { 0 },
            );
            topology
                .source(x + dx - corner.0, y + dy - corner.1)
                .map(|(x, y)| (x + corner.0, y + corner.1))
        };
        if let Some(target) = target {
            arrivals.push((act.turn, act.state, target));
        }
    }
    arrivals.sort_unstable_by_key(|arrival| arrival.0);
    machines.clear();
    for (direction, state, (x, y)) in arrivals {
        let cell = field.at(x, y);
        if cell < rule.colours {
            field.put(x, y, rule.with_machine(cell, direction, state));
            machines.push((x, y));
        }
    }
}
