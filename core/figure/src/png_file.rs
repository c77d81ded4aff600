//! PNG in and out: pixels, resolution, and limits on what is read.

use std::io::Cursor;

use crate::error::FigureError;
use crate::raster::Pixels;

/// Straight RGBA as a PNG, with its resolution if it has one.
pub fn encode(
    width: u32,
    height: u32,
    rgba: &[u8],
    dpi: Option<f64>,
) -> Result<Vec<u8>, FigureError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    let opaque = rgba.chunks_exact(4).all(|p| p[3] == 255);
    encoder.set_color(if opaque {
        png::ColorType::Rgb
    } else {
        png::ColorType::Rgba
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    if let Some(dpi) = dpi {
        let per_metre = (dpi / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: png::Unit::Meter,
        }));
    }
    let mut writer = encoder.write_header().map_err(FigureError::render)?;
    if opaque {
        let rgb: Vec<u8> = rgba
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect();
        writer.write_image_data(&rgb).map_err(FigureError::render)?;
    } else {
        writer.write_image_data(rgba).map_err(FigureError::render)?;
    }
    writer.finish().map_err(FigureError::render)?;
    Ok(bytes)
}

/// The pixels of a PNG as straight RGBA of eight bits.
pub fn decode(bytes: &[u8], name: &str) -> Result<Pixels, FigureError> {
    let mut decoder = png::Decoder::new_with_limits(
        Cursor::new(bytes),
        png::Limits {
            bytes: (crate::raster::PIXEL_LIMIT * 4) as usize,
        },
    );
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    let broken =
        |e: png::DecodingError| FigureError::damaged(name, e.to_string().trim_end_matches('.'));
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader
        .output_buffer_size()
        .filter(|n| *n as u64 <= crate::raster::PIXEL_LIMIT * 4)
        .ok_or_else(|| FigureError::damaged(name, "its picture is too large"))?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(broken)?;
    pixels.truncate(frame.buffer_size());
    let rgba = match frame.color_type {
        png::ColorType::Rgba => pixels,
        png::ColorType::GrayscaleAlpha => pixels
            .chunks_exact(2)
            .flat_map(|p| [p[0], p[0], p[0], p[1]])
            .collect(),
        other => {
            return Err(FigureError::damaged(
                name,
                format!("its pixels are {other:?}"),
            ));
        }
    };
    Ok(Pixels {
        width: frame.width,
        height: frame.height,
        rgba,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn pixels_come_back_with_and_without_transparency() {
        for alpha in [255, 7] {
            let rgba = vec![1, 2, 3, 255, 200, 100, 50, alpha];
            let png = encode(2, 1, &rgba, Some(300.0)).unwrap();
            assert_eq!(decode(&png, "a").unwrap().rgba, rgba);
        }
    }

    #[test]
    fn a_header_of_a_billion_pixels_is_refused_before_they_are_made() {
        let mut png = encode(1, 1, &[0, 0, 0, 255], None).unwrap();
        png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let sum = {
            let mut crc = flate2::Crc::new();
            crc.update(&png[12..29]);
            crc.sum().to_be_bytes()
        };
        png[29..33].copy_from_slice(&sum);
        assert!(decode(&png, "a").is_err());
    }
}
