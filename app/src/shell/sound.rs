//! The sound of the run in front: off until it is asked for, silent while the run is paused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use loom_sim::voice::Sample;
use loom_sim::{Settings, Tuning, Voice};

use super::acts::Tone;
use super::live::Live;
use super::studio::Studio;

/// What to do where nothing can be heard.
const REMEDY: &str = "connect one, or save ten seconds of the sound with File, Save the state as.";

/// What the device's thread and the window share.
#[derive(Default)]
struct Shared {
    voice: Mutex<Option<Box<dyn Voice>>>,
    /// The device has stopped of its own accord.
    lost: AtomicBool,
}

/// An open output, and whose voice goes to it.
pub struct Sound {
    stream: cpal::Stream,
    rate: u32,
    shared: Arc<Shared>,
    /// The run that is heard, by its number and the kind of its model.
    heard: Option<(u64, String)>,
    values: Settings,
    playing: bool,
}

impl Sound {
    /// Opens the system's usual output.
    pub fn open() -> Result<Self, String> {
        let device = cpal::default_host()
            .default_output_device()
            .ok_or_else(|| format!("This machine has no sound device: {REMEDY}"))?;
        let refused =
            |error: cpal::Error| format!("The sound device can't be used ({error}): {REMEDY}");
        let config = device.default_output_config().map_err(refused)?;
        let shared = Arc::new(Shared::default());
        let format = config.sample_format();
        let config: StreamConfig = config.into();
        let rate = config.sample_rate;
        let stream = match format {
            SampleFormat::F32 => stream::<f32>(&device, config, &shared),
            SampleFormat::F64 => stream::<f64>(&device, config, &shared),
            SampleFormat::I16 => stream::<i16>(&device, config, &shared),
            SampleFormat::I32 => stream::<i32>(&device, config, &shared),
            SampleFormat::U16 => stream::<u16>(&device, config, &shared),
            SampleFormat::U8 => stream::<u8>(&device, config, &shared),
            other => {
                return Err(format!(
                    "The sound device wants samples as {other}, which are not written here: {REMEDY}"
                ));
            }
        }
        .map_err(refused)?;
        Ok(Self {
            stream,
            rate,
            shared,
            heard: None,
            values: Settings::new(),
            playing: false,
        })
    }

    /// Follows the run in front: its model, its parameters, whether it plays.
    ///
    /// # Errors
    /// When the device has gone.
    pub fn follow(&mut self, live: Option<&Live>) -> Result<(), String> {
        if self.shared.lost.load(Ordering::Relaxed) {
            return Err("The sound device has gone; the sound is off.".into());
        }
        let instrument = live.and_then(|l| l.science.instrument());
        let plays = instrument.is_some() && live.is_some_and(Live::is_playing);
        if plays != self.playing {
            self.playing = plays;
            // A device that doesn't pause goes on with silence.
            let _ = if plays {
                self.stream.play()
            } else {
                self.stream.pause()
            };
        }
        let (Some(live), Some(instrument)) = (live, instrument) else {
            return Ok(());
        };
        let name = (live.id, live.model().kind.clone());
        if self.heard.as_ref() != Some(&name) {
            self.heard = Some(name);
            self.values.clear();
            let (model, shared) = (live.model().clone(), Arc::clone(&self.shared));
            let tuning = Tuning {
                rate: self.rate,
                pitch: None,
            };
            *lock(&shared) = None;
            // Following the orbit to the attractor can take longer than a frame.
            std::thread::spawn(move || {
                if let Ok(voice) = instrument.voice(&model, tuning) {
                    *lock(&shared) = Some(voice);
                }
            });
        }
        if self.values != live.snapshot.values
            && let Ok(mut voice) = self.shared.voice.try_lock()
            && let Some(voice) = voice.as_mut()
        {
            voice.tune(&live.snapshot.values);
            self.values.clone_from(&live.snapshot.values);
        }
        Ok(())
    }
}

impl Studio {
    /// Turns the sound on or off.
    pub fn toggle_sound(&mut self) {
        if self.sound.take().is_some() {
            return;
        }
        match Sound::open() {
            Ok(sound) => self.sound = Some(sound),
            Err(why) => self.toasts.say(Tone::Error, why),
        }
    }
    /// The sound follows the run in front.
    pub fn sound_on(&mut self) {
        if let Some(mut sound) = self.sound.take() {
            match sound.follow(self.live()) {
                Ok(()) => self.sound = Some(sound),
                Err(why) => self.toasts.say(Tone::Warning, why),
            }
        }
    }
    pub fn can_be_heard(&self) -> bool {
        self.live()
            .is_some_and(|l| l.science.instrument().is_some())
    }
}

fn lock(shared: &Shared) -> std::sync::MutexGuard<'_, Option<Box<dyn Voice>>> {
    shared.voice.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stream<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    shared: &Arc<Shared>,
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(config.channels).max(1);
    let (ours, theirs) = (Arc::clone(shared), Arc::clone(shared));
    let mut samples = Vec::new();
    device.build_output_stream(
        config,
        move |out: &mut [T], _| pour(&ours, &mut samples, channels, out),
        move |error| {
            // What passes by itself is no reason to stop.
            if error.kind() == cpal::ErrorKind::DeviceNotAvailable {
                theirs.lost.store(true, Ordering::Relaxed);
            }
        },
        None,
    )
}

/// The next samples of the voice, to a device of any number of channels: one gets the mean, more
/// than two get the first two.
fn pour<T: SizedSample + FromSample<f32>>(
    shared: &Shared,
    samples: &mut Vec<Sample>,
    channels: usize,
    out: &mut [T],
) {
    samples.clear();
    samples.resize(out.len().div_ceil(channels), [0.0; 2]);
    match shared.voice.try_lock() {
        Ok(mut voice) => {
            if let Some(voice) = voice.as_mut() {
                voice.fill(samples);
            }
        }
        Err(TryLockError::Poisoned(_) | TryLockError::WouldBlock) => {}
    }
    for (frame, [left, right]) in out.chunks_mut(channels).zip(samples.iter()) {
        for (channel, out) in frame.iter_mut().enumerate() {
            let x = match (channels, channel) {
                (1, _) => 0.5 * (left + right),
                (_, 0) => *left,
                (_, 1) => *right,
                _ => 0.0,
            };
            *out = T::from_sample(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two;
    impl Voice for Two {
        fn pitch(&self) -> f64 {
            1.0
        }
        fn tune(&mut self, _values: &Settings) {}
        fn fill(&mut self, out: &mut [Sample]) {
            out.fill([0.5, -0.25]);
        }
    }

    fn poured(channels: usize) -> Vec<f32> {
        let shared = Shared::default();
        *lock(&shared) = Some(Box::new(Two));
        let mut out = vec![1.0; 2 * channels];
        pour(&shared, &mut Vec::new(), channels, &mut out);
        out
    }

    #[test]
    fn a_device_of_any_number_of_channels_gets_both_sides() {
        assert_eq!(poured(1), [0.125, 0.125]);
        assert_eq!(poured(2), [0.5, -0.25, 0.5, -0.25]);
        assert_eq!(poured(4), [0.5, -0.25, 0.0, 0.0, 0.5, -0.25, 0.0, 0.0]);
    }

    #[test]
    fn without_a_voice_there_is_silence() {
        let mut out = vec![1i16; 8];
        pour(&Shared::default(), &mut Vec::new(), 2, &mut out);
        assert_eq!(out, [0; 8]);
    }
}
