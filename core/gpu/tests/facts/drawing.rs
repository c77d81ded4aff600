//! What the tests of pictures share: small scenes, and pixels to look at.

use loom_gpu::camera::{Camera, Orbit, Plane};
use loom_gpu::colour::Rgba;
use loom_gpu::scene::*;
use loom_gpu::{Image, offscreen};

use crate::gpu;

pub const BLACK: Rgba = Rgba::hex(0);

pub const WHITE: Rgba = Rgba::hex(0xFFFFFF);

pub const RED: Rgba = Rgba::hex(0xFF0000);

pub fn on_plane(layers: Vec<Layer>, scale: f64) -> Scene {
    let camera = Camera::Plane(Plane {
        scale,
        ..Plane::default()
    });
    Scene {
        layers,
        background: Some(BLACK),
        ..Scene::new(camera)
    }
}

pub fn draw(scene: &Scene, width: u32, height: u32) -> Image {
    offscreen(&gpu(), scene, width, height, 1.0).unwrap()
}

pub fn points(list: &[[f32; 3]], size: f32, paint: Paint) -> Layer {
    let vertices: Vec<_> = list
        .iter()
        .map(|&[x, y, z]| Vertex::new(x, y, z, 0.5))
        .collect();
    Layer::Points(Points {
        vertices: vertices.into(),
        size,
        paint,
        additive: false,
    })
}

pub fn near(pixel: [u8; 4], wanted: [u8; 4], by: u8) -> bool {
    pixel.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= by)
}

/// Sum of the red channel, in pixels.
pub fn ink(image: &Image) -> f64 {
    image
        .pixels
        .chunks_exact(4)
        .map(|p| f64::from(p[0]) / 255.0)
        .sum()
}

pub fn line(list: &[[f32; 2]], topology: LineTopology, width: f32, color: Rgba) -> Layer {
    let vertices: Vec<_> = list
        .iter()
        .map(|&[x, y]| Vertex::new(x, y, 0.0, 0.0))
        .collect();
    Layer::Lines(Lines {
        vertices: vertices.into(),
        topology,
        width,
        paint: Paint::Solid(color),
    })
}

pub fn grid(width: u32, height: u32, content: CellContent, lines: Option<Rgba>) -> Layer {
    let origin = [-0.5 * width as f32, -0.5 * height as f32];
    Layer::Cells(Cells {
        width,
        height,
        origin,
        cell: 1.0,
        content,
        grid: lines,
    })
}

/// 70 × 5 cells of pseudo-random bits, three words a row.
pub fn bits() -> (Vec<u32>, impl Fn(u32, u32) -> bool) {
    let mut state = 1u32;
    let words: Vec<u32> = (0..15)
        .map(|_| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            state ^ (state >> 13)
        })
        .collect();
    let copy = words.clone();
    (words, move |x: u32, y: u32| {
        copy[(y * 3 + x / 32) as usize] >> (x % 32) & 1 == 1
    })
}

pub fn shapes(items: Vec<Shape>, space: Space) -> Layer {
    Layer::Shapes(Shapes {
        space,
        items: items.into(),
    })
}

pub fn text(string: &str, position: [f64; 2], size: f64) -> Text {
    Text {
        position,
        string: string.into(),
        font: Font::Sans,
        size,
        color: WHITE,
        align: 0.0,
        baseline: Baseline::Alphabetic,
        rotation: 0.0,
    }
}

pub fn in_space(layers: Vec<Layer>) -> Scene {
    let mut orbit = Orbit {
        yaw: 0.0,
        pitch: 0.0,
        ..Orbit::default()
    };
    orbit.fit([[-1.0, 1.0]; 3], 1.0);
    Scene {
        layers,
        background: Some(BLACK),
        ..Scene::new(Camera::Orbit(orbit))
    }
}
