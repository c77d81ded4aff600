//! The reference engine: one byte a cell, neighbours counted one by one, nothing clever.
//!
//! The other engines are tested against it.

use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Rule, Topology};

/// Cells of a torus or bounded plane, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    rule: Rule,
    width: usize,
    height: usize,
    cells: Vec<bool>,
}

impl Reference {
    /// An empty universe; nothing for the unbounded plane.
    pub fn new(rule: Rule) -> Option<Self> {
        let (width, height) = rule.topology.size()?;
        let (width, height) = (width as usize, height as usize);
        Some(Self {
            rule,
            width,
            height,
            cells: vec![false; width * height],
        })
    }

    /// The cell in column `x` and row `y`, wrapped on a torus, dead outside a plane.
    pub fn get(&self, x: i64, y: i64) -> bool {
        let (width, height) = (self.width as i64, self.height as i64);
        let (x, y) = match self.rule.topology {
            Topology::Torus { .. } => (x.rem_euclid(width), y.rem_euclid(height)),
            _ => (x, y),
        };
        (0..width).contains(&x)
            && (0..height).contains(&y)
            && self.cells[y as usize * self.width + x as usize]
    }

    /// Makes a cell of the grid alive or dead.
    pub fn set(&mut self, x: usize, y: usize, alive: bool) {
        self.cells[y * self.width + x] = alive;
    }

    /// One generation of a Life-like rule.
    pub fn step(&mut self) {
        let Some(life) = self.rule.life() else {
            return;
        };
        let mut next = self.cells.clone();
        for y in 0..self.height as i64 {
            for x in 0..self.width as i64 {
                let neighbours = (-1..=1)
                    .flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)))
                    .filter(|&(dx, dy)| (dx, dy) != (0, 0) && self.get(x + dx, y + dy))
                    .count() as u32;
                let at = y as usize * self.width + x as usize;
                next[at] = life.next(self.cells[at], neighbours);
            }
        }
        self.cells = next;
    }

    /// Number of live cells.
    pub fn population(&self) -> u64 {
        self.cells.iter().filter(|&&alive| alive).count() as u64
    }

    /// The live cells in Golly's coordinates.
    pub fn pattern(&self) -> Pattern {
        let (left, top) = grid_corner(self.rule.topology);
        let width = self.width;
        let mut pattern = Pattern {
            position: Some((left, top)),
            ..Pattern::default()
        };
        for (at, _) in self.cells.iter().enumerate().filter(|(_, alive)| **alive) {
            pattern.push((at % width) as i64, (at / width) as i64, 1);
        }
        pattern.fit();
        pattern
    }
}
