//! A run that can be heard: samples of sound made from its motion, and the WAV file of them.

use crate::error::SimError;
use crate::model::Model;
use crate::value::Settings;

/// One moment of sound: left and right, from −1 to 1.
pub type Sample = [f32; 2];

/// Gives voices to the models of a science.
pub trait Instrument: Send + Sync {
    /// A voice of a model at its own parameters, from its beginning.
    fn voice(&self, model: &Model, tuning: Tuning) -> Result<Box<dyn Voice>, SimError>;
}

/// Makes sound from a model's motion, sample after sample, with a state of its own.
pub trait Voice: Send {
    /// Periods of a flow, or iterations of a map, in a second of sound.
    fn pitch(&self) -> f64;
    /// Takes the live parameters as they stand; unknown ones are left alone.
    fn tune(&mut self, values: &Settings);
    /// The next samples, in order. Motion that has run away or come to rest is silent.
    fn fill(&mut self, out: &mut [Sample]);
}

/// How a voice sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Samples a second.
    pub rate: u32,
    /// Natural periods of a flow, or iterations of a map, that are heard in a second; `None`
    /// leaves the choice to the science.
    pub pitch: Option<f64>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            rate: 44_100,
            pitch: None,
        }
    }
}

/// Samples between two changes of a parameter that is swept: about a hundredth of a second.
const BLOCK: usize = 441;

/// So many samples of a voice; `tune` gives the parameters at each part of the recording, from
/// 0 at its beginning to 1 at its end, where they change at all.
pub fn record(
    voice: &mut dyn Voice,
    samples: usize,
    tune: impl Fn(f64) -> Option<Settings>,
) -> Vec<Sample> {
    let mut recording = vec![[0.0; 2]; samples.min(MOST_SAMPLES)];
    let last = recording.len().saturating_sub(1).max(1) as f64;
    for (number, block) in recording.chunks_mut(BLOCK).enumerate() {
        if let Some(values) = tune((number * BLOCK) as f64 / last) {
            voice.tune(&values);
        }
        voice.fill(block);
    }
    recording
}

/// Longest recording: its file stays below the 4 GiB that the format can count.
const MOST_SAMPLES: usize = 1 << 29;

/// A WAV file (RIFF, 16-bit PCM, two channels) of these samples.
///
/// # Errors
/// When there are more samples than the format can count.
pub fn wav(rate: u32, samples: &[Sample]) -> Result<Vec<u8>, SimError> {
    if samples.len() > MOST_SAMPLES {
        return Err(SimError::TooLarge {
            needed: format!("{} samples", samples.len()),
            allowed: format!("{MOST_SAMPLES} samples"),
            remedy: "record a shorter time.".into(),
        });
    }
    let bytes = (samples.len() * 4) as u32;
    let mut file = Vec::with_capacity(44 + samples.len() * 4);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    for short in [1u16, 2] {
        file.extend_from_slice(&short.to_le_bytes());
    }
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&rate.saturating_mul(4).to_le_bytes());
    for short in [4u16, 16] {
        file.extend_from_slice(&short.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for x in samples.iter().flatten() {
        let level = (x.clamp(-1.0, 1.0) * 32_767.0).round() as i16;
        file.extend_from_slice(&level.to_le_bytes());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wav_file_says_how_long_it_is() {
        let file = wav(8000, &[[0.0, 1.0], [-1.0, 0.5], [f32::NAN, 2.0]]).unwrap();
        assert_eq!(file.len(), 44 + 12);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(file[4..8], 48u32.to_le_bytes());
        assert_eq!(file[24..28], 8000u32.to_le_bytes());
        assert_eq!(file[40..44], 12u32.to_le_bytes());
        assert_eq!(file[46..48], 32_767i16.to_le_bytes());
        assert_eq!(file[48..50], (-32_767i16).to_le_bytes());
    }
}
