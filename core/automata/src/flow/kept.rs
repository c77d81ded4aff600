//! A kept state of a continuous automaton, and its bytes: a line of JSON, then the values as f64,
//! least significant byte first.

use std::collections::BTreeMap;
use std::sync::Arc;

use loom_sim::SimError;
use serde::{Deserialize, Serialize};

use super::field::Field;

/// Cells, constants and step.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub field: Arc<Field>,
    pub values: BTreeMap<String, f64>,
    pub step: u64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    flow: u32,
    width: usize,
    height: usize,
    species: usize,
    step: u64,
    values: BTreeMap<String, f64>,
}

fn damaged(what: impl std::fmt::Display) -> SimError {
    SimError::parse(format!("The saved field is damaged: {what}."))
}

impl Kept {
    /// What it holds alive.
    pub fn bytes(&self) -> usize {
        8 * self.field.values().len()
    }

    pub fn encode(&self) -> Result<Vec<u8>, SimError> {
        let header = Header {
            flow: 1,
            width: self.field.width(),
            height: self.field.height(),
            species: self.field.species(),
            step: self.step,
            values: self.values.clone(),
        };
        let mut bytes = serde_json::to_vec(&header).map_err(SimError::other)?;
        bytes.push(b'\n');
        bytes.reserve(self.bytes());
        for value in self.field.values() {
            bytes.extend(value.to_le_bytes());
        }
        Ok(bytes)
    }

    /// Reads a state; nothing is allocated that the bytes don't cover.
    pub fn decode(bytes: &[u8]) -> Result<Self, SimError> {
        let line = bytes.iter().position(|&b| b == b'\n');
        let (header, body) = bytes.split_at(line.ok_or_else(|| damaged("its header is cut"))?);
        let header: Header = serde_json::from_slice(header).map_err(damaged)?;
        let body = &body[1..];
        if header.flow != 1 {
            return Err(SimError::parse(
                "This field was saved by a newer version: open it with that one.",
            ));
        }
        let count = header
            .width
            .checked_mul(header.height)
            .and_then(|n| n.checked_mul(header.species)?.checked_mul(8));
        if count != Some(body.len()) {
            return Err(damaged("its values don't fill the grid"));
        }
        let values = body.as_chunks::<8>().0.iter();
        let values: Vec<f64> = values.map(|b| f64::from_le_bytes(*b)).collect();
        if values
            .iter()
            .chain(header.values.values())
            .any(|x| !x.is_finite())
        {
            return Err(damaged("a value is no number"));
        }
        let field = Field::of(header.width, header.height, header.species, values)?;
        Ok(Self {
            field: Arc::new(field),
            values: header.values,
            step: header.step,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(width in 0usize..9, height in prop_oneof![0usize..9, Just(usize::MAX)],
                                     species in 0usize..10, body in 0usize..300, cut in 0usize..200) {
            let mut bytes = format!(
                "{{\"flow\":1,\"width\":{width},\"height\":{height},\"species\":{species},\"step\":5,\"values\":{{}}}}\n"
            ).into_bytes();
            bytes.resize(bytes.len() + body, 1);
            let read = Kept::decode(&bytes[..bytes.len().saturating_sub(cut)]);
            if let Ok(kept) = read {
                prop_assert!(Kept::decode(&kept.encode().unwrap_or_default()).is_ok());
            }
        }
    }
}
