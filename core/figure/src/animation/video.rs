//! Video by ffmpeg, which is looked for on the path: frames go to it through a pipe.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use super::film::Film;
use crate::error::FigureError;
use crate::file;
use crate::raster::Pixels;

/// Whether ffmpeg can be started here.
pub fn has_ffmpeg() -> bool {
    Command::new("ffmpeg")
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub(super) struct Video {
    child: Child,
    input: Option<ChildStdin>,
    /// What it says when something is wrong.
    words: Option<JoinHandle<String>>,
    keep: Option<tempfile::TempPath>,
    target: PathBuf,
    width: u32,
    height: u32,
}

impl Video {
    pub fn new(
        film: Film,
        path: &Path,
        [width, height]: [u32; 2],
        fps: f64,
    ) -> Result<Self, FigureError> {
        let (aside, target) = file::aside(path)?;
        let keep = aside.into_temp_path();
        let size = format!("{width}x{height}");
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-y"]);
        command.args(["-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", &size]);
        command.args(["-framerate", &fps.to_string(), "-i", "-"]);
        command.args([
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            "-flags",
            "+bitexact",
        ]);
        // Most players want even sides and half the colour.
        let even = "pad=ceil(iw/2)*2:ceil(ih/2)*2";
        match film {
            Film::Webm => command.args([
                "-vf",
                even,
                "-c:v",
                "libvpx-vp9",
                "-pix_fmt",
                "yuv420p",
                "-crf",
                "22",
                "-b:v",
                "0",
                "-f",
                "webm",
            ]),
            Film::Webp => command.args([
                "-c:v",
                "libwebp_anim",
                "-quality",
                "88",
                "-loop",
                "0",
                "-f",
                "webp",
            ]),
            _ => command.args([
                "-vf",
                even,
                "-c:v",
                "libx264",
                "-pix_fmt",
                "yuv420p",
                "-crf",
                "17",
                "-movflags",
                "+faststart",
                "-f",
                "mp4",
            ]),
        };
        command.arg(&keep);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            FigureError::render(if error.kind() == std::io::ErrorKind::NotFound {
                "ffmpeg is not installed: install it (Debian: apt install ffmpeg), or choose .gif \
                 or .apng"
                    .to_owned()
            } else {
                format!("ffmpeg can't be started: {error}")
            })
        })?;
        let words = child.stderr.take().map(|mut pipe| {
            std::thread::spawn(move || {
                let mut text = String::new();
                // No more than a screen of it; the rest must still be taken from the pipe.
                let _ = pipe.by_ref().take(4096).read_to_string(&mut text);
                let _ = std::io::copy(&mut pipe, &mut std::io::sink());
                text
            })
        });
        Ok(Self {
            input: child.stdin.take(),
            child,
            words,
            keep: Some(keep),
            target,
            width,
            height,
        })
    }

    pub fn frame(&mut self, pixels: &Pixels) -> Result<(), FigureError> {
        if (pixels.width, pixels.height) != (self.width, self.height) {
            return Err(FigureError::render("its frames differ in size"));
        }
        let written = match &mut self.input {
            Some(input) => input.write_all(&pixels.rgba),
            None => Ok(()),
        };
        match written {
            Ok(()) => Ok(()),
            // It has ended: what it said tells why.
            Err(_) => Err(self.failure()),
        }
    }

    fn failure(&mut self) -> FigureError {
        self.input = None;
        let _ = self.child.wait();
        let words = self
            .words
            .take()
            .and_then(|t| t.join().ok())
            .unwrap_or_default();
        let line = words
            .lines()
            .find(|l| !l.trim().is_empty())
            .unwrap_or("no reason given");
        FigureError::render(format!(
            "ffmpeg failed: {}",
            line.trim().trim_end_matches('.')
        ))
    }

    pub fn finish(mut self) -> Result<(), FigureError> {
        self.input = None;
        let status = self.child.wait().map_err(FigureError::render)?;
        if !status.success() {
            return Err(self.failure());
        }
        match self.keep.take() {
            Some(keep) => file::put(keep, &self.target),
            None => Ok(()),
        }
    }
}

impl Drop for Video {
    fn drop(&mut self) {
        // Cancelled or failed: nothing of it stays.
        self.input = None;
        if self.keep.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
