//! Files of moving pictures: GIF, APNG, numbered PNG pictures, and video through ffmpeg.

use std::borrow::Cow;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Reel;
use super::palette::quantise;
use super::video::Video;
use crate::document::Document;
use crate::error::FigureError;
use crate::raster::Pixels;
use crate::{carry, file, png_file};

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Film {
    Gif,
    Apng,
    Mp4,
    Webm,
    Webp,
    /// `name-0001.png`, `name-0002.png`, …
    Pictures,
}

impl Film {
    /// By a file ending, in any case; `png` means numbered pictures.
    pub fn of(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "gif" => Some(Self::Gif),
            "apng" => Some(Self::Apng),
            "mp4" => Some(Self::Mp4),
            "webm" => Some(Self::Webm),
            "webp" => Some(Self::Webp),
            "png" => Some(Self::Pictures),
            _ => None,
        }
    }
    /// Whether another program writes it.
    pub fn needs_ffmpeg(self) -> bool {
        matches!(self, Self::Mp4 | Self::Webm | Self::Webp)
    }
}

/// What takes the frames.
pub(super) enum Sink {
    Gif(Box<Gif>),
    Apng(Box<Apng>),
    Video(Video),
    Pictures(Pictures),
}

pub(super) struct Gif {
    encoder: gif::Encoder<BufWriter<NamedTempFile>>,
    target: PathBuf,
    fps: f64,
    written: u32,
}

pub(super) struct Apng {
    writer: png::Writer<File>,
    keep: tempfile::TempPath,
    target: PathBuf,
}

pub(super) struct Pictures {
    target: PathBuf,
    written: Vec<PathBuf>,
    done: bool,
}

impl Drop for Pictures {
    fn drop(&mut self) {
        // All of them or none.
        if !self.done {
            for path in &self.written {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

impl Sink {
    pub fn new(
        film: Film,
        path: &Path,
        size: [u32; 2],
        reel: &Reel,
        document: &Document,
    ) -> Result<Self, FigureError> {
        Ok(match film {
            Film::Gif => Self::Gif(Box::new(Gif::new(path, size, reel)?)),
            Film::Apng => Self::Apng(Box::new(Apng::new(path, size, reel, document)?)),
            Film::Pictures => Self::Pictures(Pictures {
                target: path.to_owned(),
                written: Vec::new(),
                done: false,
            }),
            Film::Mp4 | Film::Webm | Film::Webp => {
                Self::Video(Video::new(film, path, size, reel.fps)?)
            }
        })
    }

    pub fn frame(&mut self, pixels: &Pixels) -> Result<(), FigureError> {
        match self {
            Self::Gif(gif) => gif.frame(pixels),
            Self::Apng(apng) => apng
                .writer
                .write_image_data(&pixels.rgba)
                .map_err(FigureError::render),
            Self::Video(video) => video.frame(pixels),
            Self::Pictures(pictures) => pictures.frame(pixels),
        }
    }

    /// Closes the file and puts it into its place; gives warnings.
    pub fn finish(self) -> Result<Vec<String>, FigureError> {
        match self {
            Self::Gif(gif) => gif.finish(),
            Self::Apng(apng) => {
                let Apng {
                    writer,
                    keep,
                    target,
                } = *apng;
                writer.finish().map_err(FigureError::render)?;
                file::put(keep, &target)?;
                Ok(Vec::new())
            }
            Self::Video(video) => video.finish().map(|()| Vec::new()),
            Self::Pictures(mut pictures) => {
                pictures.done = true;
                Ok(Vec::new())
            }
        }
    }
}

impl Gif {
    fn new(path: &Path, [width, height]: [u32; 2], reel: &Reel) -> Result<Self, FigureError> {
        let side = |n: u32| {
            u16::try_from(n).map_err(|_| {
                FigureError::render("a GIF has at most 65,535 pixels a side: give a smaller size")
            })
        };
        let (aside, target) = file::aside(path)?;
        let mut encoder =
            gif::Encoder::new(BufWriter::new(aside), side(width)?, side(height)?, &[])
                .map_err(FigureError::render)?;
        encoder
            .set_repeat(gif::Repeat::Infinite)
            .map_err(FigureError::render)?;
        Ok(Self {
            encoder,
            target,
            fps: reel.fps,
            written: 0,
        })
    }

    fn frame(&mut self, pixels: &Pixels) -> Result<(), FigureError> {
        let indexed = quantise(pixels);
        // A GIF counts hundredths of a second: rounded so that the whole keeps its length. Less
        // than two are taken for ten by most programs.
        let end = |n: u32| (f64::from(n) * 100.0 / self.fps).round();
        let delay = (end(self.written + 1) - end(self.written)).clamp(2.0, 65_535.0);
        let frame = gif::Frame {
            delay: delay as u16,
            dispose: if indexed.clear.is_some() {
                gif::DisposalMethod::Background
            } else {
                gif::DisposalMethod::Keep
            },
            transparent: indexed.clear,
            width: pixels.width as u16,
            height: pixels.height as u16,
            palette: Some(indexed.palette),
            buffer: Cow::Owned(indexed.indices),
            ..gif::Frame::default()
        };
        self.written += 1;
        self.encoder
            .write_frame(&frame)
            .map_err(FigureError::render)
    }

    fn finish(self) -> Result<Vec<String>, FigureError> {
        let inner = self.encoder.into_inner().map_err(FigureError::render)?;
        let aside = inner.into_inner().map_err(FigureError::render)?;
        file::put(aside.into_temp_path(), &self.target)?;
        let fast = self.fps > 50.0;
        Ok(if fast {
            vec![format!(
                "A GIF shows at most 50 frames a second, so this one runs slower than {}.",
                self.fps
            )]
        } else {
            Vec::new()
        })
    }
}

impl Apng {
    fn new(
        path: &Path,
        [width, height]: [u32; 2],
        reel: &Reel,
        document: &Document,
    ) -> Result<Self, FigureError> {
        let (aside, target) = file::aside(path)?;
        let (file, keep) = aside.into_parts();
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        encoder
            .set_animated(reel.frames, 0)
            .map_err(FigureError::render)?;
        // Up to 240 frames a second fit.
        let denominator = (reel.fps * 100.0).round() as u16;
        encoder
            .set_frame_delay(100, denominator)
            .map_err(FigureError::render)?;
        let (portable, _) = document.portable();
        encoder
            .add_itxt_chunk(carry::KEYWORD.to_owned(), portable.to_json()?)
            .map_err(FigureError::render)?;
        Ok(Self {
            writer: encoder.write_header().map_err(FigureError::render)?,
            keep,
            target,
        })
    }
}

impl Pictures {
    fn frame(&mut self, pixels: &Pixels) -> Result<(), FigureError> {
        let number = self.written.len() + 1;
        let stem = self
            .target
            .file_stem()
            .map_or_else(|| "frame".into(), |s| s.to_string_lossy().into_owned());
        let path = self
            .target
            .with_file_name(format!("{stem}-{number:04}.png"));
        let png = png_file::encode(pixels.width, pixels.height, &pixels.rgba, None)?;
        file::write_whole(&path, &png)?;
        self.written.push(path);
        Ok(())
    }
}
