//! What `render` takes for animations: frames, their pace, and what changes from one to the next.

use std::path::Path;

use clap::Args;
use loom_figure::animation::{self, Film, Reel};
use loom_figure::{Document, Options};
use loom_sim::{Press, Registry, Step};

use super::given;
use super::{Done, Failure, output};

/// Frames unless another number is asked for.
const FRAMES: u32 = 120;
/// Frames a second.
const FPS: f64 = 30.0;

#[derive(Debug, Default, Args)]
pub struct Animation {
    /// Number of frames of an animation; with .png numbered pictures are written [default: 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Frames a second of an animation [default: 30]
    #[arg(long, value_name = "F", value_parser = given::expression)]
    fps: Option<f64>,
    /// Turn the camera around once
    #[arg(long)]
    turntable: bool,
    /// Sweep a live parameter from the first frame to the last
    #[arg(long, value_name = "SYMBOL=FROM:TO", allow_hyphen_values = true)]
    sweep: Option<String>,
    /// Steps that the run makes between frames [default: real time at speed 1, none when the camera turns]
    #[arg(long, value_name = "N", value_parser = given::whole)]
    steps: Option<Step>,
}

impl Animation {
    fn asked(&self) -> bool {
        self.frames.is_some()
            || self.fps.is_some()
            || self.turntable
            || self.sweep.is_some()
            || self.steps.is_some()
    }

    /// The kind of animation that this ending means, if one is wanted.
    pub fn film(&self, ending: &str) -> Result<Option<Film>, Failure> {
        match Film::of(ending) {
            Some(Film::Pictures) if !self.asked() => Ok(None),
            Some(film) => {
                if film.needs_ffmpeg() && !animation::has_ffmpeg() {
                    return Err(Failure::job(format!(
                        "A .{ending} file is written by ffmpeg, which isn't installed: install it \
                         (Debian: apt install ffmpeg), or give --out with .gif or .apng."
                    )));
                }
                Ok(Some(film))
            }
            None if self.asked() => Err(Failure::input(format!(
                "An animation can't be written as {ending}: give --out with .gif, .apng, .mp4, \
                 .webm, .webp or .png."
            ))),
            None => Ok(None),
        }
    }

    pub fn record(
        &self,
        document: &Document,
        registry: &Registry,
        options: &Options,
        film: Film,
        out: &Path,
        press: &Press,
    ) -> Done {
        if out == Path::new("-") {
            return Err(Failure::input(
                "An animation can't go to standard output: give --out a file's name.",
            ));
        }
        let fps = self.fps.unwrap_or(FPS);
        let sweep = self.sweep_of(registry, document)?;
        let moves = self.turntable || sweep.is_some();
        let steps = match &self.steps {
            Some(steps) => steps.clone(),
            None if moves && sweep.is_none() => Step::default(),
            None => real_time(registry, document, options, fps)?,
        };
        let reel = Reel {
            frames: self.frames.unwrap_or(FRAMES),
            fps,
            turns: if self.turntable { 1.0 } else { 0.0 },
            sweep,
            steps,
        };
        let warnings = animation::record(document, registry, options, &reel, film, out, press)?;
        for warning in warnings {
            output::warn(&warning);
        }
        Ok(())
    }

    /// Key and ends of the sweep; a symbol is taken for its parameter.
    fn sweep_of(
        &self,
        registry: &Registry,
        document: &Document,
    ) -> Result<Option<(String, f64, f64)>, Failure> {
        let Some(text) = &self.sweep else {
            return Ok(None);
        };
        let wrong = || Failure::input(format!("--sweep {text}: write it as in --sweep rho=20:30."));
        let (name, ends) = text.split_once('=').ok_or_else(wrong)?;
        let (from, to) = ends.split_once(':').ok_or_else(wrong)?;
        let number = |t: &str| {
            given::number(t).map_err(|e| Failure::input(format!("--sweep {text}: {t}: {e}.")))
        };
        let (from, to) = (number(from)?, number(to)?);
        for item in &document.items {
            let science = registry.get(&item.model().science)?;
            let declared = science.parameters(item.model())?;
            if let Some(found) = loom_sim::parameter::find(&declared, name.trim()) {
                for end in [from, to] {
                    found.check(&loom_sim::Value::Real(end))?;
                }
                return Ok(Some((found.key.clone(), from, to)));
            }
        }
        Err(Failure::input(format!(
            "--sweep {text}: there is no parameter {name} here."
        )))
    }
}

/// Steps for a frame at speed 1, at least one.
fn real_time(
    registry: &Registry,
    document: &Document,
    options: &Options,
    fps: f64,
) -> Result<Step, Failure> {
    let Some(item) = document.items.first() else {
        return Ok(Step::default());
    };
    let science = registry.get(&item.model().science)?;
    let simulation = science.build(item.model(), &options.place)?;
    let steps = (simulation.clock().pace / fps).round().max(1.0);
    Ok(Step::from(steps as u64))
}
