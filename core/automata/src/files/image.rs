//! Pictures as patterns in PNG, BMP, GIF and TIFF, and patterns as pictures in PNG.
//!
//! A picture of a few colours is read as states: its most frequent colour at the rim is dead,
//! the others are the states 1, 2, … in the order in which a palette (or else the picture) has
//! them. A picture of many colours is read by brightness. Pixels that always come in blocks are
//! one cell a block. What [`write()`] makes carries rule, place and block size in a text chunk,
//! so that it reads back exactly.

use std::collections::HashMap;
use std::io::Cursor;

use image::ImageDecoder as _;

use super::{FileError, Kind, Limits};
use crate::pattern::Pattern;

/// The keyword of the text chunk.
const CHUNK: &str = "Automaton";

/// The most colours that are read as states; pictures with more are read by brightness.
const MOST_COLOURS: usize = 16;

/// The most pixels that are read or written.
pub const MAX_PIXELS: u64 = 1 << 28;

/// How the colours of a picture become states.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Reading {
    /// As the picture suggests: states for up to 16 colours, brightness beyond.
    #[default]
    Auto,
    /// Pixels darker than the threshold (0 to 255) are alive; lighter ones if `light`.
    Threshold {
        /// Brightness from 0 to 255.
        level: u8,
        /// Whether the light pixels live.
        light: bool,
    },
    /// The nearest of these colours, red green blue; its index is the state.
    Palette(Vec<[u8; 3]>),
}

/// The form of a picture, by its first bytes.
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x89PNG") {
        Some(Kind::Png)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(Kind::Gif)
    } else if starts(b"II*\0") || starts(b"MM\0*") {
        Some(Kind::Tiff)
    } else if starts(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        // The four bytes are reserved in every file, and no text has them.
        Some(Kind::Bmp)
    } else {
        None
    }
}

/// A picture's pixels, with what its form says besides.
struct Picture {
    width: usize,
    height: usize,
    /// Red, green and blue, row by row.
    pixels: Vec<[u8; 3]>,
    palette: Vec<[u8; 3]>,
    /// The text chunk of a picture that was written here.
    chunk: Option<String>,
}

fn too_many_pixels(width: u64, height: u64) -> FileError {
    FileError::new(format!(
        "{width} × {height} pixels are too many; scale the picture down"
    ))
}

/// The first picture of a BMP, GIF or TIFF file.
fn decoded(bytes: &[u8], kind: Kind) -> Result<Picture, FileError> {
    let failed = |e: image::ImageError| FileError::new(format!("the picture can't be read: {e}"));
    let format = match kind {
        Kind::Bmp => image::ImageFormat::Bmp,
        Kind::Gif => image::ImageFormat::Gif,
        _ => image::ImageFormat::Tiff,
    };
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PIXELS);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let (across, down) = (u64::from(width), u64::from(height));
    // Sixteen bytes a pixel are the most that any of them has.
    if across.saturating_mul(down) > MAX_PIXELS / 16 {
        return Err(too_many_pixels(across, down));
    }
    let picture = image::DynamicImage::from_decoder(decoder).map_err(failed)?;
    let picture = picture.into_rgba8();
    let pixels = picture.pixels().map(|pixel| match pixel.0 {
        [_, _, _, 0] => [255; 3],
        [r, g, b, _] => [r, g, b],
    });
    Ok(Picture {
        width: width as usize,
        height: height as usize,
        pixels: pixels.collect(),
        palette: Vec::new(),
        chunk: None,
    })
}

/// The picture of a PNG file.
fn png(bytes: &[u8]) -> Result<Picture, FileError> {
    let failed = |e: png::DecodingError| FileError::new(format!("the picture can't be read: {e}"));
    let mut decoder = png::Decoder::new_with_limits(
        Cursor::new(bytes),
        png::Limits {
            bytes: MAX_PIXELS as usize * 4,
        },
    );
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    let mut reader = decoder.read_info().map_err(failed)?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    if width as u64 * height as u64 > MAX_PIXELS {
        return Err(too_many_pixels(width as u64, height as u64));
    }
    let palette: Vec<[u8; 3]> = info.palette.as_ref().map_or(Vec::new(), |palette| {
        palette
            .chunks_exact(3)
            .map(|c| [c[0], c[1], c[2]])
            .collect()
    });
    let chunk = info
        .uncompressed_latin1_text
        .iter()
        .find(|chunk| chunk.keyword == CHUNK)
        .map(|chunk| chunk.text.clone());
    let size = reader
        .output_buffer_size()
        .filter(|&size| size as u64 <= MAX_PIXELS * 4)
        .ok_or_else(|| FileError::new("the picture is too large"))?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(failed)?;
    let channels = frame.color_type.samples();
    let pixels: Vec<[u8; 3]> = buffer
        .chunks_exact(channels)
        .map(|p| match *p {
            // Nothing shows where the picture is transparent: white paper.
            [_, 0] | [_, _, _, 0] => [255; 3],
            [grey, ..] if channels <= 2 => [grey; 3],
            [r, g, b, ..] => [r, g, b],
            _ => [0; 3],
        })
        .collect();
    Ok(Picture {
        width,
        height,
        pixels,
        palette,
        chunk,
    })
}

/// Reads a picture.
///
/// # Errors
/// Damaged or too large pictures, too many live cells.
pub fn read(bytes: &[u8], reading: &Reading, limits: &Limits) -> Result<Pattern, FileError> {
    let picture = match kind(bytes) {
        Some(kind @ (Kind::Bmp | Kind::Gif | Kind::Tiff)) => decoded(bytes, kind)?,
        _ => png(bytes)?,
    };
    let Picture {
        width,
        height,
        pixels,
        palette,
        chunk,
    } = picture;
    if pixels.len() < width * height {
        return Err(FileError::new("the picture is cut off"));
    }
    let mut pattern = Pattern::default();
    let ours = chunk
        .as_deref()
        .and_then(|text| Carried::parse(text, &mut pattern));
    let states = match (reading, &ours) {
        (Reading::Auto, Some(_)) => by_palette(&pixels, &palette),
        _ => states(&pixels, width, reading, &palette),
    };
    let block = ours.map_or_else(|| block_of(&states, width), |carried| carried.pixels.max(1));
    let mut cells = 0;
    for y in 0..height / block {
        for x in 0..width / block {
            let state = states[y * block * width + x * block];
            cells += u64::from(state > 0);
            if cells > limits.cells {
                return Err(FileError::new(format!(
                    "more than {} live cells in the picture",
                    limits.cells
                )));
            }
            pattern.push_state(x as i64, y as i64, 1, state);
        }
    }
    pattern.size = ((width / block) as u64, (height / block) as u64);
    Ok(pattern)
}

/// What the text chunk says: pixels a cell, place, rule.
struct Carried {
    pixels: usize,
}

impl Carried {
    /// `pixels=4 position=-1,2 generation=7 rule=B3/S23`
    fn parse(text: &str, pattern: &mut Pattern) -> Option<Self> {
        let mut pixels = None;
        let (fields, rule) = text.split_once("rule=").unwrap_or((text, ""));
        for field in fields.split_whitespace() {
            match field.split_once('=')? {
                ("pixels", value) => pixels = value.parse().ok().filter(|p| (1..=4096).contains(p)),
                ("position", value) => {
                    let (x, y) = value.split_once(',')?;
                    let place = |c: &str| c.parse::<i64>().ok().filter(|c| c.abs() < 1 << 40);
                    pattern.position = place(x).zip(place(y));
                }
                ("generation", value) if value.len() <= 4096 => {
                    pattern.generation = value.parse().ok()?;
                }
                _ => {}
            }
        }
        pattern.rule = rule.trim().parse().ok();
        Some(Self { pixels: pixels? })
    }
}

fn luminance([r, g, b]: [u8; 3]) -> u32 {
    (2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b)) / 10_000
}

fn by_palette(pixels: &[[u8; 3]], palette: &[[u8; 3]]) -> Vec<u8> {
    let distance = |a: [u8; 3], b: [u8; 3]| {
        (0..3)
            .map(|i| (i32::from(a[i]) - i32::from(b[i])).pow(2))
            .sum::<i32>()
    };
    let mut known: HashMap<[u8; 3], u8> = HashMap::new();
    pixels
        .iter()
        .map(|&pixel| {
            *known.entry(pixel).or_insert_with(|| {
                let nearest = palette.iter().take(256).enumerate();
                let nearest = nearest.min_by_key(|&(_, &colour)| distance(colour, pixel));
                nearest.map_or(0, |(state, _)| state as u8)
            })
        })
        .collect()
}

/// The state of every pixel.
fn states(pixels: &[[u8; 3]], width: usize, reading: &Reading, palette: &[[u8; 3]]) -> Vec<u8> {
    let threshold = |level: u8, light: bool| {
        let alive = |&p: &[u8; 3]| (luminance(p) < u32::from(level)) != light;
        pixels.iter().map(|p| u8::from(alive(p))).collect()
    };
    match reading {
        Reading::Threshold { level, light } => return threshold(*level, *light),
        Reading::Palette(colours) => return by_palette(pixels, colours),
        Reading::Auto => {}
    }
    let dead = rim(pixels, width);
    let mut colours = vec![dead];
    // In the palette's order if there is one, so that states stay what they were.
    let used = |colour: &[u8; 3]| pixels.contains(colour);
    if palette.len() <= MOST_COLOURS {
        for colour in palette.iter().filter(|c| used(c)) {
            if !colours.contains(colour) {
                colours.push(*colour);
            }
        }
    }
    for pixel in pixels {
        if !colours.contains(pixel) {
            colours.push(*pixel);
            if colours.len() > MOST_COLOURS {
                // A photograph: what differs from the rim's brightness lives.
                let light = luminance(dead) < 128;
                return threshold(128, light);
            }
        }
    }
    by_palette(pixels, &colours)
}

/// The most frequent colour of the picture's rim.
fn rim(pixels: &[[u8; 3]], width: usize) -> [u8; 3] {
    let width = width.max(1);
    let height = pixels.len() / width;
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for (at, &pixel) in pixels.iter().enumerate() {
        let (x, y) = (at % width, at / width);
        if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
            *counts.entry(pixel).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|&(colour, count)| (count, luminance(colour), colour))
        .map_or([255; 3], |(colour, _)| colour)
}

/// The side of the blocks of which the picture is made: the greatest common divisor of the
/// places where states change.
fn block_of(states: &[u8], width: usize) -> usize {
    let width = width.max(1);
    let height = states.len() / width;
    let mut block = gcd(width, height);
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            if x > 0 && states[at] != states[at - 1] {
                block = gcd(block, x);
            }
            if y > 0 && states[at] != states[at - width] {
                block = gcd(block, y);
            }
        }
        if block == 1 {
            break;
        }
    }
    block.max(1)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Draws a pattern with `pixels` pixels a cell; `colours` holds the colour of each state.
///
/// # Errors
/// More than 2^28 pixels; a state without a colour.
pub fn write(pattern: &Pattern, pixels: u32, colours: &[[u8; 3]]) -> Result<Vec<u8>, FileError> {
    let pixels = u64::from(pixels.max(1));
    let (width, height) = (pattern.size.0.max(1), pattern.size.1.max(1));
    let (across, down) = (width.saturating_mul(pixels), height.saturating_mul(pixels));
    if across.saturating_mul(down) > MAX_PIXELS || pixels > 4096 {
        return Err(FileError::new(format!(
            "{across} × {down} pixels are too many for one picture; use fewer pixels a cell"
        )));
    }
    let highest = usize::from(pattern.highest_state());
    if colours.len() <= highest || colours.len() > 256 {
        return Err(FileError::new(format!(
            "{} colours for states 0 to {highest}; give one for each state",
            colours.len()
        )));
    }
    let (across, down, pixels) = (across as usize, down as usize, pixels as usize);
    let mut indices = vec![0u8; across * down];
    for run in &pattern.runs {
        let (x, y) = (run.x as usize * pixels, run.y as usize * pixels);
        let length = run.length as usize * pixels;
        for row in y..y + pixels {
            indices[row * across + x..][..length].fill(run.state);
        }
    }
    let failed = |e: png::EncodingError| FileError::new(format!("the picture can't be made: {e}"));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, across as u32, down as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(colours.concat());
    let mut about = format!("pixels={pixels}");
    if let Some((x, y)) = pattern.position {
        about.push_str(&format!(" position={x},{y}"));
    }
    if pattern.generation.bits() > 0 {
        about.push_str(&format!(" generation={}", pattern.generation));
    }
    if let Some(rule) = &pattern.rule {
        about.push_str(&format!(" rule={rule}"));
    }
    encoder
        .add_text_chunk(CHUNK.to_owned(), about)
        .map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&indices).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Colours for as many states, no two alike: black, then a light scale from yellow to blue.
pub fn default_colours(states: usize) -> Vec<[u8; 3]> {
    let mut colours = vec![[0, 0, 0]];
    let last = states.saturating_sub(2).max(1);
    colours.extend((1..states).map(|state| {
        let t = (state - 1) as f64 / last as f64;
        let mix = |from: f64, to: f64| (from + (to - from) * t).round() as u8;
        // 254 steps of red tell even 255 live states apart.
        [mix(255.0, 1.0), mix(240.0, 110.0), mix(130.0, 255.0)]
    }));
    colours
}
