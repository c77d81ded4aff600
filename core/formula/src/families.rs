//! Finds loops again in an unrolled system: members of a family whose formulas are the same up to a
//! shift of the index. Wide systems are written for the GPU as loops over them.

use crate::expr::Expr;
use crate::system::System;
use std::collections::HashMap;

/// Consecutive variables `x[from]`, `x[from + 1]`, ….
#[derive(Clone, Debug, PartialEq)]
struct Block {
    /// Place of the first one among the variables.
    first: usize,
    length: usize,
}

/// How a template refers to a variable of a block: `offset` members further on, cyclically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shifted {
    /// Place of the block's first variable.
    pub first: usize,
    pub length: usize,
    pub offset: usize,
}

/// Variables whose right-hand sides are one template.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Place of the first variable.
    pub first: usize,
    /// Its number within its family's block.
    pub index: usize,
    pub count: usize,
    /// Its symbols of shifted variables are keys of [`Families::shifted`].
    pub template: Expr,
}

/// All right-hand sides as runs, and what the templates' own symbols stand for.
pub(crate) struct Families {
    pub runs: Vec<Run>,
    pub shifted: HashMap<String, Shifted>,
}

pub(crate) fn families(system: &System) -> Families {
    let blocks = blocks(system.variables());
    let mut block_of = vec![0; system.dimension()];
    for (number, block) in blocks.iter().enumerate() {
        block_of[block.first..block.first + block.length].fill(number);
    }
    let places: HashMap<&str, usize> = system
        .variables()
        .iter()
        .enumerate()
        .map(|(place, name)| (name.as_str(), place))
        .collect();
    let mut found = Families {
        runs: Vec::new(),
        shifted: HashMap::new(),
    };
    for (place, rate) in system.rates().iter().enumerate() {
        let block = &blocks[block_of[place]];
        let index = place - block.first;
        let mut done = HashMap::new();
        let template = shift(rate, &mut done, &mut |name| {
            let other = *places.get(name)?;
            let to = &blocks[block_of[other]];
            if to.length != block.length || to.length == 1 {
                return None;
            }
            let offset = (other - to.first + to.length - index) % to.length;
            let shifted = Shifted {
                first: to.first,
                length: to.length,
                offset,
            };
            // A space can't occur in a name of the language.
            let name = format!("{} +{offset}", to.first);
            let symbol = Expr::symbol(&name);
            found.shifted.insert(name, shifted);
            Some(symbol)
        });
        match found.runs.last_mut() {
            Some(run)
                if run.first + run.count == place
                    && block_of[run.first] == block_of[place]
                    && run.template == template =>
            {
                run.count += 1;
            }
            _ => found.runs.push(Run {
                first: place,
                index,
                count: 1,
                template,
            }),
        }
    }
    found
}

fn blocks(variables: &[String]) -> Vec<Block> {
    let member = |name: &str| -> Option<(String, i64)> {
        let (family, index) = name.strip_suffix(']')?.split_once('[')?;
        Some((family.to_owned(), index.parse().ok()?))
    };
    let mut blocks: Vec<Block> = Vec::new();
    let mut last: Option<(String, i64)> = None;
    for (place, name) in variables.iter().enumerate() {
        let this = member(name);
        let continues = match (&last, &this) {
            (Some((family, index)), Some((other, next))) => family == other && *next == index + 1,
            _ => false,
        };
        match blocks.last_mut() {
            Some(block) if continues => block.length += 1,
            _ => blocks.push(Block {
                first: place,
                length: 1,
            }),
        }
        last = this;
    }
    blocks
}

/// The expression with variables replaced where `replace` says so.
fn shift(
    expr: &Expr,
    done: &mut HashMap<usize, Expr>,
    replace: &mut dyn FnMut(&str) -> Option<Expr>,
) -> Expr {
    if let Some(known) = done.get(&expr.address()) {
        return known.clone();
    }
    let found = match expr.as_symbol() {
        Some(name) => replace(name).unwrap_or_else(|| expr.clone()),
        None => expr.map_operands(&mut |operand| shift(operand, done, replace)),
    };
    done.insert(expr.address(), found.clone());
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cyclic_family_is_one_run() {
        let text = "x[i]' = (x[i+1] - x[i-2])*x[i-1] - x[i] + F for i in 0..50 cyclic";
        let found = families(&System::parse(text).unwrap());
        assert_eq!(found.runs.len(), 1);
        assert_eq!(found.runs[0].count, 50);
    }

    #[test]
    fn the_ends_of_a_chain_are_runs_of_their_own() {
        let text =
            "u[0]' = 0; u[i]' = u[i-1] - 2 u[i] + u[i+1] for i in 1..49; u[49]' = 0; v' = u[3]";
        let found = families(&System::parse(text).unwrap());
        let counts: Vec<usize> = found.runs.iter().map(|run| run.count).collect();
        assert_eq!(counts, [1, 48, 1, 1]);
        assert_eq!((found.runs[1].first, found.runs[1].index), (1, 1));
    }
}
