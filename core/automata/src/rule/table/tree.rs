//! `@TREE`: a decision tree; each level looks at one cell, the last one gives the state.

use super::{Flat, Line, RuleFileError};

/// The order in which cells are looked at, as places in a block.
const EIGHT: [usize; 9] = [0, 2, 6, 8, 1, 3, 5, 7, 4];
const FOUR: [usize; 5] = [1, 3, 5, 7, 4];

/// A tree ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    states: usize,
    neighbours: usize,
    /// Children of each node, `states` a node.
    children: Vec<u32>,
    root: u32,
}

impl Tree {
    pub(super) fn read(at: usize, lines: &[Line]) -> Result<Self, RuleFileError> {
        let (mut states, mut neighbours, mut promised) = (0, 0, None);
        let (mut depths, mut children): (Vec<usize>, Vec<u32>) = (Vec::new(), Vec::new());
        for &(number, line) in lines {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fail = |problem: String| Err(RuleFileError::new(number, problem));
            if let Some((key, value)) = line.split_once('=') {
                let value: Option<usize> = value.trim().parse().ok();
                match (key.trim(), value) {
                    ("num_states", Some(n)) if (2..=256).contains(&n) => states = n,
                    ("num_states", _) => return fail("a rule has 2 to 256 states".to_owned()),
                    ("num_neighbors", Some(n)) if n == 4 || n == 8 => neighbours = n,
                    ("num_neighbors", _) => {
                        return fail("a tree looks at 4 or 8 neighbours".to_owned());
                    }
                    ("num_nodes", Some(n)) => promised = Some(n),
                    (key, _) => return fail(format!("{key:?} is no number of a tree")),
                }
                continue;
            }
            if states == 0 || neighbours == 0 {
                return fail("num_states and num_neighbors come before the nodes".to_owned());
            }
            let numbers: Vec<usize> = line
                .split_whitespace()
                .map_while(|word| word.parse().ok())
                .collect();
            let depth = numbers.first().copied().unwrap_or(0);
            if numbers.len() != states + 1 || depth == 0 || depth > neighbours + 1 {
                return fail(format!(
                    "a node has its depth, 1 to {}, and {states} numbers",
                    neighbours + 1
                ));
            }
            for &child in &numbers[1..] {
                let fits = if depth == 1 {
                    child < states
                } else {
                    depths.get(child) == Some(&(depth - 1))
                };
                if !fits {
                    return fail(match depth {
                        1 => format!("state {child} does not exist"),
                        _ => format!("{child} is no earlier node of depth {}", depth - 1),
                    });
                }
                children.push(child as u32);
            }
            depths.push(depth);
        }
        let root = depths.len().checked_sub(1);
        match root {
            Some(root) if depths[root] == neighbours + 1 => {
                if promised.is_some_and(|n| n != depths.len()) {
                    return Err(RuleFileError::new(
                        at,
                        format!(
                            "the tree has {} nodes, not as many as it says",
                            depths.len()
                        ),
                    ));
                }
                Ok(Self {
                    states,
                    neighbours,
                    children,
                    root: root as u32,
                })
            }
            _ => Err(RuleFileError::new(
                at,
                format!(
                    "a tree's last node is its root, of depth {}",
                    neighbours + 1
                ),
            )),
        }
    }

    pub(super) fn states(&self) -> usize {
        self.states
    }

    pub(super) fn neighbours(&self) -> usize {
        self.neighbours
    }

    fn order(&self) -> &'static [usize] {
        if self.neighbours == 8 { &EIGHT } else { &FOUR }
    }

    pub(super) fn flat(&self) -> Flat<'_> {
        Flat::Tree {
            children: &self.children,
            root: self.root,
            order: self.order(),
        }
    }

    pub(super) fn next(&self, block: &[u8; 9]) -> u8 {
        self.order().iter().fold(self.root, |node, &place| {
            let state = usize::from(block[place]).min(self.states - 1);
            self.children[node as usize * self.states + state]
        }) as u8
    }
}
