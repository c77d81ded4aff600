//! Animations of a document: the camera turns, a parameter sweeps, time plays.
//!
//! Frames are made one after another and handed to the file at once, so that a long animation
//! takes no more memory than a short one. The file appears whole or not at all.

mod film;
mod palette;
mod video;

use std::f64::consts::TAU;
use std::path::Path;

use loom_sim::{Gate, Input, Press, Registry, Step};

pub use film::Film;
pub use palette::{Indexed, quantise};
pub use video::has_ffmpeg;

use crate::document::Document;
use crate::error::FigureError;
use crate::render::Options;
use crate::stage::Stage;

/// The most frames of one animation.
pub const MOST_FRAMES: u32 = 100_000;

/// What changes from frame to frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Reel {
    pub frames: u32,
    /// Frames a second.
    pub fps: f64,
    /// Whole turns of the camera around the vertical; the last frame meets the first.
    pub turns: f64,
    /// A live parameter and the values that it has in the first frame and in the last.
    pub sweep: Option<(String, f64, f64)>,
    /// Steps that every run makes between two frames.
    pub steps: Step,
}

impl Reel {
    /// One turn of the camera, nothing else moving.
    pub fn turntable(frames: u32, fps: f64) -> Self {
        Self {
            frames,
            fps,
            turns: 1.0,
            sweep: None,
            steps: Step::default(),
        }
    }

    fn check(&self) -> Result<(), FigureError> {
        if !(1..=MOST_FRAMES).contains(&self.frames) {
            return Err(FigureError::render(format!(
                "{} frames are not from 1 to {MOST_FRAMES}",
                self.frames
            )));
        }
        if !(self.fps >= 0.1 && self.fps <= 240.0) {
            return Err(FigureError::render(format!(
                "{} frames a second are not from 0.1 to 240",
                self.fps
            )));
        }
        Ok(())
    }
}

/// Makes the animation and writes it. The answer holds warnings.
pub fn record(
    document: &Document,
    registry: &Registry,
    options: &Options,
    reel: &Reel,
    film: Film,
    path: &Path,
    press: &Press,
) -> Result<Vec<String>, FigureError> {
    reel.check()?;
    let mut stage = Stage::new(document, registry, options)?;
    if reel.turns != 0.0 && !stage.turns() {
        return Err(FigureError::Sim(loom_sim::SimError::Value {
            key: "turntable".into(),
            value: "a plane".into(),
            expected: "a view in space: choose three axes, sweep a parameter or let time play"
                .into(),
        }));
    }
    let mut warnings = Vec::new();
    let mut sink = None;
    for frame in 0..reel.frames {
        press.job.check()?;
        let part = |n: u32| n as f32 / reel.frames as f32;
        let this = press.part(part(frame), part(frame + 1));
        if frame > 0 && reel.steps != Step::default() {
            stage.play(&reel.steps, &Gate::open())?;
        }
        if let Some((key, from, to)) = &reel.sweep {
            let part = f64::from(frame) / f64::from((reel.frames - 1).max(1));
            stage.apply(&Input::set(key, from + (to - from) * part))?;
        }
        stage.turn_to(TAU * reel.turns * f64::from(frame) / f64::from(reel.frames));
        let picture = stage.shoot(&this)?;
        let pixels = picture.pixels()?;
        let sink = match &mut sink {
            Some(sink) => sink,
            none => {
                warnings.extend(picture.warnings.iter().cloned());
                let size = [pixels.width, pixels.height];
                none.insert(film::Sink::new(film, path, size, reel, &picture.document)?)
            }
        };
        sink.frame(&pixels)?;
        press.job.progress(part(frame + 1));
    }
    if let Some(sink) = sink {
        warnings.extend(sink.finish()?);
    }
    Ok(warnings)
}
