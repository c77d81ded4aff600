//! What SVG, PDF and the processor's raster draw from: shapes, dots and images on a page.

use std::sync::Arc;

use loom_sim::Rgba;
use loom_sim::scene::Shape;

/// One thing to draw, in logical pixels from the upper left corner of its panel.
#[derive(Clone, Debug)]
pub enum Piece {
    Shape(Shape),
    /// A shape that stands for data: where these are too many, a vector file holds an image.
    Data(Shape),
    Dots(Dots),
    Image(Image),
}

/// Round dots of one size.
#[derive(Clone, Debug)]
pub struct Dots {
    pub places: Vec<([f32; 2], Rgba)>,
    /// Width.
    pub size: f32,
    /// Colours are added instead of laid over.
    pub additive: bool,
}

/// Pixels on a rectangle: sRGB, straight alpha, rows from the top.
#[derive(Clone, Debug)]
pub struct Image {
    /// x, y, width, height.
    pub rectangle: [f64; 4],
    pub width: u32,
    pub height: u32,
    pub pixels: Arc<[u8]>,
    /// Interpolated when it is enlarged; cells are not.
    pub smooth: bool,
}

/// A part of the page with its own ground.
#[derive(Clone, Debug)]
pub struct Panel {
    /// x, y, width, height on the page, logical pixels.
    pub rectangle: [f64; 4],
    pub background: Option<Rgba>,
    /// Clipped to the panel.
    pub pieces: Vec<Piece>,
}

/// A whole picture, ready to be written.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Logical pixels.
    pub size: [f64; 2],
    pub background: Option<Rgba>,
    pub panels: Vec<Panel>,
    pub title: String,
    pub description: String,
}

impl Piece {
    /// Data that may be drawn as part of an image, and how many elements it has.
    pub fn data_weight(&self) -> usize {
        match self {
            Self::Data(Shape::Path { path, .. }) => path.segments.len(),
            Self::Dots(dots) => dots.places.len() * 2,
            Self::Data(Shape::Text(_)) | Self::Shape(_) | Self::Image(_) => 0,
        }
    }
}
