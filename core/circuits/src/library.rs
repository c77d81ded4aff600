//! The circuits that come with the studio, compiled in from `assets/circuits/`.

use std::collections::BTreeMap;

use crate::check::{Checked, check};
use crate::error::CircuitError;
use crate::parse::parse;
use crate::term::Circuit;

/// Name and text of each, in the catalogue's order.
pub const LIBRARY: [(&str, &str); 4] = [
    (
        "scaled_dot_product_attention",
        include_str!("../../../assets/circuits/scaled_dot_product_attention.circuit"),
    ),
    (
        "multi_head_attention",
        include_str!("../../../assets/circuits/multi_head_attention.circuit"),
    ),
    ("mlp", include_str!("../../../assets/circuits/mlp.circuit")),
    (
        "causal_transformer",
        include_str!("../../../assets/circuits/causal_transformer.circuit"),
    ),
];

/// The library's circuit of this name; hyphens, blanks and capitals make no difference.
pub fn text(name: &str) -> Result<&'static str, CircuitError> {
    let plain = |s: &str| -> String {
        s.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    LIBRARY
        .iter()
        .find(|(n, _)| plain(n) == plain(name))
        .map(|(_, text)| *text)
        .ok_or_else(|| CircuitError::UnknownCircuit {
            name: name.to_owned(),
            known: LIBRARY.map(|(n, _)| n).join(", "),
        })
}

pub fn circuit(name: &str) -> Result<Circuit, CircuitError> {
    parse(text(name)?)
}

/// A library circuit, checked with some of its sizes set.
pub fn checked(name: &str, set: &[(&str, u64)]) -> Result<Checked, CircuitError> {
    let set: BTreeMap<String, u64> = set.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
    check(&circuit(name)?, &set)
}
