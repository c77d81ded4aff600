//! A kept state as bytes: a line of JSON, then the cells as RLE, as words, as a macrocell file or
//! as runs of states.
//!
//! The bytes depend on the state alone, not on how it came about, so that equal states can be
//! compared by them.

use loom_sim::SimError;
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

use crate::edit::LAYERS;
use crate::error::LifeError;
use crate::field::Field;
use crate::grid::Grid;
use crate::hashlife::Universe;
use crate::patches::{self, Patches};
use crate::pattern::grid_corner;
use crate::rle;
use crate::rle_write;
use crate::rule::{Family, Rule};
use crate::stride::Stride;
use crate::tiles::{self, Tiles};
use crate::world::{Kept, Means};
use std::sync::Arc;

/// What a simulation keeps besides the cells.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub kept: Kept,
    /// The generation of step 0.
    pub origin: BigUint,
    pub stride: Stride,
    /// The other layers, lowest first, and the place of the present one among all.
    pub others: Vec<Kept>,
    pub active: usize,
}

#[derive(Serialize, Deserialize)]
struct Header {
    life: u32,
    rule: String,
    generation: String,
    origin: String,
    exponent: u32,
    #[serde(default = "usual_base")]
    base: u32,
    form: Form,
    length: usize,
    /// Left, top, width and height of the cells, where the form is runs of states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rectangle: Option<(i64, i64, u64, u64)>,
    /// The present row of a rule of one dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    /// The rule's own `.rule` file, unless it comes along with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule_file: Option<String>,
    /// Bytes of each of the other layers; they follow the cells, headers and all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layers: Vec<usize>,
    /// The place of these cells among the layers.
    #[serde(default, skip_serializing_if = "is_lowest")]
    active: usize,
}

fn is_lowest(place: &usize) -> bool {
    *place == 0
}

fn usual_base() -> u32 {
    2
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Rle,
    Words,
    Macrocell,
    Runs,
    Tiles,
    Patches,
}

fn damaged(what: impl std::fmt::Display) -> SimError {
    SimError::parse(format!("The saved cells are damaged: {what}."))
}

impl State {
    /// Cells of one layer.
    fn of_layer(kept: Kept) -> Self {
        Self {
            kept,
            origin: BigUint::default(),
            stride: Stride::default(),
            others: Vec::new(),
            active: 0,
        }
    }

    /// Bytes that it holds alive, about.
    pub(crate) fn bytes(&self) -> usize {
        let all = std::iter::once(&self.kept).chain(&self.others);
        all.map(Kept::bytes).sum::<u64>() as usize
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, SimError> {
        let rule = self.kept.rule();
        let (mut rectangle, mut row) = (None, None);
        let (form, body) = match &self.kept {
            Kept::Tree(universe) => (Form::Macrocell, universe.macrocell().into_bytes()),
            Kept::Cells(_, grid, _) => cells(&rule, grid),
            Kept::Field { field, now, .. } => {
                let (x, y, width, height) = field.live_box().unwrap_or_default();
                rectangle = Some((x, y, width as u64, height as u64));
                row = matches!(rule.family, Family::Line(_)).then_some(*now);
                (Form::Runs, runs(field, (x, y, width, height)))
            }
            Kept::Tiles { sheet, .. } => {
                let mut pattern = tiles::pattern_of(sheet);
                pattern.rule = Some(rule.clone());
                (Form::Tiles, rle_write::write(&pattern).into_bytes())
            }
            Kept::Patches { quilt, .. } => {
                // The rule stands in the header: a rule file's name is none that RLE can read.
                let pattern = patches::pattern_of(quilt);
                (Form::Patches, rle_write::write(&pattern).into_bytes())
            }
        };
        let rule_file = match &rule.family {
            Family::Table(file)
                if file.name.parse::<Rule>().map(|r| r.family).ok().as_ref()
                    != Some(&rule.family) =>
            {
                Some(file.source().to_owned())
            }
            _ => None,
        };
        let others: Result<Vec<Vec<u8>>, SimError> = self
            .others
            .iter()
            .map(|kept| Self::of_layer(kept.clone()).encode())
            .collect();
        let others = others?;
        let header = Header {
            life: 1,
            rule: rule.to_string(),
            generation: self.kept.generation().to_string(),
            origin: self.origin.to_string(),
            exponent: self.stride.exponent,
            base: self.stride.base,
            form,
            length: body.len(),
            rectangle,
            now: row,
            rule_file,
            layers: others.iter().map(Vec::len).collect(),
            active: self.active,
        };
        let mut bytes = serde_json::to_vec(&header).map_err(SimError::other)?;
        bytes.push(b'\n');
        bytes.extend(body);
        for other in others {
            bytes.extend(other);
        }
        Ok(bytes)
    }

    /// Reads a state; nothing is allocated that the bytes or `memory` don't cover.
    pub(crate) fn decode(bytes: &[u8], memory: u64) -> Result<Self, SimError> {
        Self::read(bytes, memory, true)
    }

    /// Reads a state, or a layer of one, which has no layers of its own.
    fn read(bytes: &[u8], memory: u64, stacked: bool) -> Result<Self, SimError> {
        let line = bytes.iter().position(|&b| b == b'\n');
        let (header, body) = bytes.split_at(line.ok_or_else(|| damaged("its header is cut"))?);
        let (header, body): (Header, _) =
            (serde_json::from_slice(header).map_err(damaged)?, &body[1..]);
        if header.life != 1 {
            return Err(SimError::parse(
                "These cells were saved by a newer version: open them with that one.",
            ));
        }
        let layers = &header.layers;
        let whole = layers
            .iter()
            .try_fold(header.length, |sum, length| sum.checked_add(*length));
        if whole != Some(body.len()) {
            return Err(damaged("its end is missing"));
        }
        if layers.len() >= LAYERS || header.active > layers.len() || !(stacked || layers.is_empty())
        {
            return Err(damaged("its layers don't fit each other"));
        }
        let (body, mut rest) = body.split_at(header.length);
        let mut others = Vec::with_capacity(layers.len());
        for &length in layers {
            let (layer, behind) = rest.split_at(length);
            others.push(Self::read(layer, memory, false)?.kept);
            rest = behind;
        }
        let number = |digits: &str| -> Result<BigUint, SimError> {
            match digits.parse() {
                Ok(number) if digits.len() <= 4096 => Ok(number),
                _ => Err(damaged(format!("{digits:?} is not a generation"))),
            }
        };
        let file = header.rule_file.as_deref().map(Rule::from_rule_file);
        let file = file.transpose().map_err(damaged)?;
        let rule = Rule::read_beside(&header.rule, file.as_ref()).map_err(LifeError::from)?;
        let generation = number(&header.generation)?;
        let kept = match header.form {
            Form::Macrocell => {
                let text = std::str::from_utf8(body).map_err(damaged)?;
                let mut universe =
                    Universe::from_macrocell(text, Some(rule), memory).map_err(LifeError::from)?;
                universe.set_generation(generation);
                Kept::Tree(universe)
            }
            Form::Runs => {
                let field = field(&rule, header.rectangle, body, memory)?;
                let (_, top) = grid_corner(rule.topology);
                Kept::Field {
                    now: header.now.unwrap_or(top),
                    field: Arc::new(field),
                    rule,
                    generation,
                }
            }
            Form::Tiles => {
                let text = std::str::from_utf8(body).map_err(damaged)?;
                let pattern = rle::read(text).map_err(damaged)?;
                let means = Means {
                    memory,
                    ..Means::default()
                };
                let tiles = Tiles::new(rule.clone(), &pattern, &means)?;
                Kept::Tiles {
                    sheet: Arc::new(tiles.sheet()),
                    rule,
                    generation,
                }
            }
            Form::Patches => {
                let text = std::str::from_utf8(body).map_err(damaged)?;
                let pattern = rle::read(text).map_err(damaged)?;
                let means = Means {
                    memory,
                    ..Means::default()
                };
                let patches = Patches::new(rule.clone(), &pattern, &means)?
                    .ok_or_else(|| damaged("its rule has no patches"))?;
                Kept::Patches {
                    quilt: Arc::new(patches.quilt()),
                    rule,
                    generation,
                }
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
        if others
            .iter()
            .any(|other| other.generation() != kept.generation())
        {
            return Err(damaged("its layers stand at different generations"));
        }
        Ok(Self {
            kept,
            origin: number(&header.origin)?,
            stride: Stride::new(header.base.into(), header.exponent.into()).unwrap_or_default(),
            others,
            active: header.active,
        })
    }
}

/// Few cells as RLE, many as words: whichever is likely to be shorter.
fn cells(rule: &Rule, grid: &Grid) -> (Form, Vec<u8>) {
    let words = grid.words() * grid.height();
    if grid.population() * 3 <= 8 * words as u64 {
        let mut pattern = grid.pattern(rule.topology);
        pattern.rule = Some(rule.clone());
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

/// The cells of a rectangle as pairs of a state and the length of its run, in LEB128.
fn runs(field: &Field, (x, y, width, height): (i64, i64, usize, usize)) -> Vec<u8> {
    let mut body = Vec::new();
    let mut last: Option<(u8, u64)> = None;
    let mut close = |(state, mut length): (u8, u64)| {
        body.push(state);
        while length >= 128 {
            body.push(length as u8 | 128);
            length >>= 7;
        }
        body.push(length as u8);
    };
    let (left, top) = field.corner();
    for row in 0..height {
        let start = (x - left) as usize;
        let cells = &field.row((y - top) as usize + row)[start..start + width];
        for &state in cells {
            match &mut last {
                Some((same, length)) if *same == state => *length += 1,
                _ => {
                    last.replace((state, 1)).into_iter().for_each(&mut close);
                }
            }
        }
    }
    last.into_iter().for_each(close);
    body
}

/// The field of a rule with the cells of a rectangle.
fn field(
    rule: &Rule,
    rectangle: Option<(i64, i64, u64, u64)>,
    body: &[u8],
    memory: u64,
) -> Result<Field, SimError> {
    let (x, y, width, height) = rectangle.ok_or_else(|| damaged("its rectangle is missing"))?;
    let (w, h) = rule.topology.sides();
    let (left, top) = grid_corner(rule.topology);
    // Room around the cells where the grid is unbounded, the grid itself where it is not.
    let axis = |side: u32, corner: i64, start: i64, length: u64| {
        if side > 0 {
            let fits = start >= corner
                && length <= u64::from(side)
                && start - corner <= i64::from(side) - length as i64;
            (length == 0 || fits).then_some((corner, u64::from(side)))
        } else {
            let far = 1i64 << 41;
            let fits = start.abs() < far && length < far as u64;
            fits.then_some((start - 32, length + 64))
        }
    };
    let (Some((left, columns)), Some((top, rows))) =
        (axis(w, left, x, width), axis(h, top, y, height))
    else {
        return Err(damaged("its cells lie outside the grid"));
    };
    if Field::bytes_for(columns, rows, 0) > memory {
        return Err(damaged("its grid is larger than the memory limit"));
    }
    let mut field = Field::new(left, top, columns as usize, rows as usize, 0);
    let states = rule.states();
    let (mut at, total) = (0u64, width * height);
    let mut bytes = body.iter().copied();
    while let Some(state) = bytes.next() {
        let (mut length, mut shift) = (0u64, 0);
        loop {
            let byte = bytes.next().ok_or_else(|| damaged("a run is cut"))?;
            if shift > 56 {
                return Err(damaged("a run is too long"));
            }
            length |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                break;
            }
        }
        if usize::from(state) >= states || length > total - at {
            return Err(damaged("its runs don't fit its rectangle"));
        }
        field.fill_run((x, y, width), at, length, state);
        at += length;
    }
    if at != total {
        return Err(damaged("its cells don't fill the rectangle"));
    }
    Ok(field)
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
        fn hostile_bytes_never_panic(body in "\\PC{0,60}", rule in "(B3/S23|B3/S23:T9|/2/3:T9|/2/3|W30:T9|B3/S23:T99999999|\\PC{0,5})",
                                     form in "(rle|words|macrocell|runs|tiles|patches)", cut in 0usize..200,
                                     layers in "(,\"layers\":\\[[0-9]{1,20}(,[0-9])?\\],\"active\":[0-3])?") {
            let text = format!(
                "{{\"life\":1,\"rule\":{},\"generation\":\"5\",\"origin\":\"0\",\"exponent\":3,\"form\":\"{form}\",\"length\":{}{layers}}}\n{body}",
                serde_json::to_string(&rule).unwrap(), body.len()
            );
            let bytes = &text.as_bytes()[..text.len().saturating_sub(cut)];
            let _ = State::decode(bytes, 1 << 22);
        }
    }
}
