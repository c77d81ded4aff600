//! A circuit's state in memory, and as bytes: what was set and how far it ran; all numbers on
//! the wires follow from the model.

use loom_sim::SimError;
use serde::{Deserialize, Serialize};

use crate::check::Checked;
use crate::run::Run;

/// What a capture holds.
pub(crate) struct State {
    pub run: Run,
}

/// Numbers stand as their bits, so that they come back the same.
#[derive(Serialize, Deserialize)]
struct Saved {
    column: usize,
    input_scale: u64,
    temperature: u64,
    /// Input, flat index, value.
    edits: Vec<(usize, usize, u64)>,
}

pub(crate) fn encode(run: &Run) -> Result<Vec<u8>, SimError> {
    let saved = Saved {
        column: run.column,
        input_scale: run.input_scale.to_bits(),
        temperature: run.settings.temperature.to_bits(),
        edits: run
            .edits
            .iter()
            .map(|((input, flat), value)| (*input, *flat, value.to_bits()))
            .collect(),
    };
    serde_json::to_vec(&saved).map_err(SimError::other)
}

/// Brings a run to a saved state.
pub(crate) fn decode(bytes: &[u8], run: &mut Run, checked: &Checked) -> Result<(), SimError> {
    let damaged = |why: &dyn std::fmt::Display| {
        SimError::Parse(format!("The saved state of the circuit is damaged: {why}."))
    };
    let saved: Saved = serde_json::from_slice(bytes).map_err(|e| damaged(&e))?;
    let real = |bits: u64| {
        let x = f64::from_bits(bits);
        if x.is_finite() {
            Ok(x)
        } else {
            Err(damaged(&"a number is not finite"))
        }
    };
    if saved.column > run.program.end {
        return Err(damaged(&"its column lies beyond the circuit's end"));
    }
    run.input_scale = real(saved.input_scale)?;
    run.settings.temperature = real(saved.temperature)?;
    if run.settings.temperature <= 0.0 {
        return Err(damaged(&"the temperature is not positive"));
    }
    run.edits = saved
        .edits
        .into_iter()
        .map(|(input, flat, bits)| Ok(((input, flat), real(bits)?)))
        .collect::<Result<_, SimError>>()?;
    run.go_to(checked, saved.column)?;
    Ok(())
}
