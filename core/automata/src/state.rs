//! A kept state as bytes: a line of JSON, then the cells as RLE, as words or as a macrocell file.
//!
//! The bytes depend on the state alone, not on how it came about, so that equal states can be
//! compared by them.

use loom_sim::SimError;
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

use crate::error::LifeError;
use crate::grid::Grid;
use crate::hashlife::Universe;
use crate::rle;
use crate::rle_write;
use crate::rule::Rule;
use crate::world::Kept;
use std::sync::Arc;

/// What a simulation keeps besides the cells.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub kept: Kept,
    /// The generation of step 0.
    pub origin: BigUint,
    pub exponent: u32,
}

#[derive(Serialize, Deserialize)]
struct Header {
    life: u32,
    rule: String,
    generation: String,
    origin: String,
    exponent: u32,
    form: Form,
    length: usize,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Rle,
    Words,
    Macrocell,
}

fn damaged(what: impl std::fmt::Display) -> SimError {
    SimError::parse(format!("The saved cells are damaged: {what}."))
}

impl State {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, SimError> {
        let (form, body) = match &self.kept {
            Kept::Tree(universe) => (Form::Macrocell, universe.macrocell().into_bytes()),
            Kept::Cells(rule, grid, _) => cells(*rule, grid),
        };
        let header = Header {
            life: 1,
            rule: self.kept.rule().to_string(),
            generation: self.kept.generation().to_string(),
            origin: self.origin.to_string(),
            exponent: self.exponent,
            form,
            length: body.len(),
        };
        let mut bytes = serde_json::to_vec(&header).map_err(SimError::other)?;
        bytes.push(b'\n');
        bytes.extend(body);
        Ok(bytes)
    }

    /// Reads a state; nothing is allocated that the bytes or `memory` don't cover.
    pub(crate) fn decode(bytes: &[u8], memory: u64) -> Result<Self, SimError> {
        let line = bytes.iter().position(|&b| b == b'\n');
        let (header, body) = bytes.split_at(line.ok_or_else(|| damaged("its header is cut"))?);
        let (header, body): (Header, _) =
            (serde_json::from_slice(header).map_err(damaged)?, &body[1..]);
        if header.life != 1 {
            return Err(SimError::parse(
                "These cells were saved by a newer version: open them with that one.",
            ));
        }
        if header.length != body.len() {
            return Err(damaged("its end is missing"));
        }
        let number = |digits: &str| -> Result<BigUint, SimError> {
            match digits.parse() {
                Ok(number) if digits.len() <= 4096 => Ok(number),
                _ => Err(damaged(format!("{digits:?} is not a generation"))),
            }
        };
        let rule: Rule = header.rule.parse().map_err(LifeError::from)?;
        let generation = number(&header.generation)?;
        let kept = match header.form {
            Form::Macrocell => {
                let text = std::str::from_utf8(body).map_err(damaged)?;
                let mut universe =
                    Universe::from_macrocell(text, Some(rule), memory).map_err(LifeError::from)?;
                universe.set_generation(generation);
                Kept::Tree(universe)
            }
            form => {
                if Grid::bytes(rule.topology) > memory {
                    return Err(damaged("its grid is larger than the memory limit"));
                }
                let mut grid = Grid::new(rule.topology)
                    .ok_or_else(|| damaged("its rule has no grid for these cells"))?;
                if matches!(form, Form::Words) {
                    words(&mut grid, body)?;
                } else {
                    let text = std::str::from_utf8(body).map_err(damaged)?;
                    let pattern = rle::read(text).map_err(damaged)?;
                    grid.place(&pattern, rule.topology)
                        .map_err(|cells| damaged(format!("{cells} cells lie outside the grid")))?;
                }
                Kept::Cells(rule, Arc::new(grid), generation)
            }
        };
        Ok(Self {
            kept,
            origin: number(&header.origin)?,
            exponent: header.exponent.min(900),
        })
    }
}

/// Few cells as RLE, many as words: whichever is likely to be shorter.
fn cells(rule: Rule, grid: &Grid) -> (Form, Vec<u8>) {
    let words = grid.words() * grid.height();
    if grid.population() * 3 <= 8 * words as u64 {
        let mut pattern = grid.pattern(rule.topology);
        pattern.rule = Some(rule);
        return (Form::Rle, rle_write::write(&pattern).into_bytes());
    }
    let mut body = Vec::with_capacity(8 * words);
    for y in 0..grid.height() {
        for word in grid.row_words(y) {
            body.extend(word.to_le_bytes());
        }
    }
    (Form::Words, body)
}

fn words(grid: &mut Grid, body: &[u8]) -> Result<(), SimError> {
    let row = 8 * grid.words();
    if body.len() != row * grid.height() {
        return Err(damaged("its cells don't fill the grid"));
    }
    for (y, row) in body.chunks_exact(row).enumerate() {
        let words = row
            .as_chunks::<8>()
            .0
            .iter()
            .map(|b| u64::from_le_bytes(*b));
        grid.set_row(y, words);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(body in "\\PC{0,60}", rule in "(B3/S23|B3/S23:T9|B3/S23:T99999999|\\PC{0,5})",
                                     form in "(rle|words|macrocell)", cut in 0usize..200) {
            let text = format!(
                "{{\"life\":1,\"rule\":{},\"generation\":\"5\",\"origin\":\"0\",\"exponent\":3,\"form\":\"{form}\",\"length\":{}}}\n{body}",
                serde_json::to_string(&rule).unwrap(), body.len()
            );
            let bytes = &text.as_bytes()[..text.len().saturating_sub(cut)];
            let _ = State::decode(bytes, 1 << 22);
        }
    }
}
