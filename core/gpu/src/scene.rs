//! A scene is a description, not drawing: layers of typed data and the camera they are seen by.
//!
//! Three ways lead out of a scene: the viewport, an offscreen raster of any size, and vector
//! SVG and PDF. Coordinates are world units. In a scene seen by a [`Plane`](crate::camera::Plane) camera they are
//! relative to the camera's whole-number origin, so that `f32` stays exact far from zero.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::camera::Camera;
use crate::colour::{ColorMap, Rgba};

/// Everything that one view shows.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Drawn in this order, later over earlier (3-D layers share one depth buffer).
    pub layers: Vec<Layer>,
    /// The camera for which the layers were made.
    pub camera: Camera,
    /// The ground; `None` leaves it transparent.
    pub background: Option<Rgba>,
    /// Colour bars and keys, placed by the one who shows the scene.
    pub legends: Vec<Legend>,
    /// Fewer points than there are, so that the picture keeps its pace.
    pub sparse: bool,
}

impl Scene {
    /// An empty scene seen by `camera`.
    pub fn new(camera: Camera) -> Self {
        Self {
            layers: Vec::new(),
            camera,
            background: None,
            legends: Vec::new(),
            sparse: false,
        }
    }
}

/// One layer of a scene.
#[derive(Clone, Debug)]
pub enum Layer {
    Points(Points),
    Lines(Lines),
    Tubes(Tubes),
    Mesh(Mesh),
    Cells(Cells),
    Density(Density),
    Shapes(Shapes),
    Axes(Axes),
}

/// A position and the number by which it is coloured. 16 bytes, the same on the device.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Vertex {
    pub position: [f32; 3],
    pub value: f32,
}

impl Vertex {
    pub const fn new(x: f32, y: f32, z: f32, value: f32) -> Self {
        Self {
            position: [x, y, z],
            value,
        }
    }
}

/// Types that a layer's data may have, on the host or on the device.
pub trait Element: bytemuck::Pod + Send + Sync + sealed::Sealed {}
mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u32 {}
    impl Sealed for f32 {}
    impl Sealed for super::Vertex {}
    impl Sealed for super::MeshVertex {}
}
impl Element for u8 {}
impl Element for u32 {}
impl Element for f32 {}
impl Element for Vertex {}
impl Element for MeshVertex {}

/// A typed buffer on the device. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Buffer<T: Element> {
    pub raw: wgpu::Buffer,
    /// Elements, not bytes.
    pub len: usize,
    kind: PhantomData<T>,
}

impl<T: Element> Buffer<T> {
    /// Wraps a device buffer that holds `len` elements of `T`.
    pub fn new(raw: wgpu::Buffer, len: usize) -> Self {
        Self {
            raw,
            len,
            kind: PhantomData,
        }
    }
}

/// A layer's data: on the host, or already on the device and drawn without read-back.
#[derive(Clone, Debug)]
pub enum Data<T: Element> {
    Host(Arc<[T]>),
    Device(Buffer<T>),
}

impl<T: Element> Data<T> {
    pub fn len(&self) -> usize {
        match self {
            Self::Host(host) => host.len(),
            Self::Device(device) => device.len,
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The elements, where they lie on the host.
    pub fn host(&self) -> Option<&[T]> {
        match self {
            Self::Host(host) => Some(host),
            Self::Device(_) => None,
        }
    }
}

impl<T: Element> From<Vec<T>> for Data<T> {
    fn from(list: Vec<T>) -> Self {
        Self::Host(list.into())
    }
}

/// How a vertex's value becomes a colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Paint {
    Solid(Rgba),
    /// Values from `low` to `high` run through the map, clamped at its ends.
    Map {
        map: ColorMap,
        low: f32,
        high: f32,
        alpha: f32,
    },
}

/// Round dots, `size` logical pixels wide.
#[derive(Clone, Debug)]
pub struct Points {
    pub vertices: Data<Vertex>,
    pub size: f32,
    pub paint: Paint,
    /// Added instead of laid over: a cloud glows where it is dense.
    pub additive: bool,
}

/// Lines `width` logical pixels wide.
#[derive(Clone, Debug)]
pub struct Lines {
    pub vertices: Data<Vertex>,
    pub topology: LineTopology,
    pub width: f32,
    pub paint: Paint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineTopology {
    /// Vertices 2i and 2i + 1 are a segment.
    Segments,
    /// Runs of `run` vertices, each an open polyline (a run of the whole length is one line).
    Strips { run: usize },
}

/// Shaded tubes with a radius in world units.
#[derive(Clone, Debug)]
pub struct Tubes {
    pub vertices: Data<Vertex>,
    pub topology: LineTopology,
    pub radius: f32,
    pub paint: Paint,
}

/// A corner of a mesh: position, value, unit normal.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct MeshVertex {
    pub position: [f32; 3],
    pub value: f32,
    pub normal: [f32; 3],
    pub padding: f32,
}

/// Shaded triangles; three indices each.
#[derive(Clone, Debug)]
pub struct Mesh {
    pub vertices: Data<MeshVertex>,
    pub indices: Data<u32>,
    pub paint: Paint,
}

/// A rectangle of cells. `origin` is its upper left corner, cell (0, 0) covering
/// `origin … origin + cell`.
#[derive(Clone, Debug)]
pub struct Cells {
    pub width: u32,
    pub height: u32,
    pub origin: [f32; 2],
    /// Edge of one cell in world units.
    pub cell: f32,
    pub content: CellContent,
    /// Hairlines between cells, drawn once a cell covers eight pixels or more.
    pub grid: Option<Rgba>,
}

#[derive(Clone, Debug)]
pub enum CellContent {
    /// One byte a cell, an index into the palette. Rows from the top.
    States {
        states: Data<u8>,
        palette: Arc<[Rgba]>,
    },
    /// One bit a cell, least significant bit leftmost, rows padded to whole u32 words; the
    /// palette has two colours.
    Bits {
        words: Data<u32>,
        words_per_row: u32,
        palette: [Rgba; 2],
    },
    /// One number a cell: a density from 0 to 1, or a field.
    Field { values: Data<f32>, paint: Paint },
}

/// A picture made by counting hits in bins, tone-mapped when it is drawn.
#[derive(Clone, Debug)]
pub struct Density {
    /// Hits, row by row from the top.
    pub counts: Data<u32>,
    pub width: u32,
    pub height: u32,
    /// Corners in world units: left, top, right, bottom. `None`: the histogram was taken
    /// through the camera and fills the view.
    pub rectangle: Option<[f32; 4]>,
    pub tone: Tone,
    pub map: ColorMap,
}

/// c = (ln(1 + hits · exposure) / ln(1 + peak · exposure))^(1/gamma)
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tone {
    pub exposure: f32,
    pub gamma: f32,
    /// Counts at which the map ends; 0 takes the largest count in the picture.
    pub peak: u32,
    #[serde(default)]
    pub look: Look,
}

/// How tones become colours. The picture of print quality knows the same looks; these are their
/// forms for every frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// The map's colour.
    #[default]
    Gas,
    /// Lit as a glossy surface, as high as the tone.
    Liquid,
    /// The map's colour as light: dark where the tone is low.
    Light,
    /// The map run through three times, there and back.
    Plasma,
    /// Lit as a dull surface, darker in its hollows.
    Solid,
}

impl Default for Tone {
    fn default() -> Self {
        Self {
            exposure: 1.0,
            gamma: 2.2,
            peak: 0,
            look: Look::Gas,
        }
    }
}

/// A display list: what GPU, SVG and PDF all draw from.
#[derive(Clone, Debug)]
pub struct Shapes {
    pub space: Space,
    pub items: Arc<[Shape]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// World units of a plane camera; sizes scale with the zoom. y as the camera has it.
    World,
    /// Logical pixels from the view's upper left corner, y down; sizes stay.
    Screen,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Path {
        path: Path,
        fill: Option<Rgba>,
        stroke: Option<Stroke>,
    },
    Text(Text),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    pub segments: Vec<Segment>,
}

impl Path {
    pub fn polyline(points: &[[f64; 2]]) -> Self {
        let segments = points
            .iter()
            .enumerate()
            .map(|(i, &p)| {
                if i == 0 {
                    Segment::Move(p)
                } else {
                    Segment::Line(p)
                }
            })
            .collect();
        Self { segments }
    }
    pub fn polygon(points: &[[f64; 2]]) -> Self {
        let mut path = Self::polyline(points);
        path.segments.push(Segment::Close);
        path
    }
    pub fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self::polygon(&[
            [x, y],
            [x + width, y],
            [x + width, y + height],
            [x, y + height],
        ])
    }
    /// A circle as four cubic arcs (error below 0.03 % of the radius).
    pub fn circle(centre: [f64; 2], radius: f64) -> Self {
        const K: f64 = 0.552_284_749_830_793_4;
        let ([x, y], r, k) = (centre, radius, radius * K);
        Self {
            segments: vec![
                Segment::Move([x + r, y]),
                Segment::Cubic([x + r, y + k], [x + k, y + r], [x, y + r]),
                Segment::Cubic([x - k, y + r], [x - r, y + k], [x - r, y]),
                Segment::Cubic([x - r, y - k], [x - k, y - r], [x, y - r]),
                Segment::Cubic([x + k, y - r], [x + r, y - k], [x + r, y]),
                Segment::Close,
            ],
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    pub color: Rgba,
    pub width: f64,
    /// Lengths of dashes and gaps; empty is a solid line.
    pub dash: Vec<f64>,
    pub round: bool,
}

impl Stroke {
    pub fn solid(color: Rgba, width: f64) -> Self {
        Self {
            color,
            width,
            dash: Vec::new(),
            round: false,
        }
    }
}

/// One run of text on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The anchor's place.
    pub position: [f64; 2],
    pub string: String,
    pub font: Font,
    /// Em size, in the layer's units.
    pub size: f64,
    pub color: Rgba,
    /// 0 left, 0.5 centre, 1 right.
    pub align: f64,
    pub baseline: Baseline,
    /// Radians, counter-clockwise on the screen.
    pub rotation: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    Alphabetic,
    /// Half the height of a capital above the baseline.
    Middle,
    Top,
}

pub use loom_text::{Font, Segment};

/// Axes around a scene: a box in space, or a frame along two edges of a plane.
#[derive(Clone, Debug)]
pub struct Axes {
    /// World extents of the box, one pair a dimension (two or three).
    pub extents: Vec<[f64; 2]>,
    pub labels: Vec<String>,
    /// World units in one unit of each dimension, where numbers are not world units; those that
    /// are missing have 1.
    pub units: Vec<f64>,
    pub color: Rgba,
    pub text: Rgba,
}

/// A key to colours.
#[derive(Clone, Debug, PartialEq)]
pub enum Legend {
    Bar {
        title: String,
        unit: String,
        map: ColorMap,
        low: f64,
        high: f64,
    },
    Keys {
        title: String,
        entries: Vec<(String, Rgba)>,
    },
}
