//! Frame times of typical scenes on this machine's adapter: `cargo run -p loom-gpu --example
//! frames [width height]`. Each number is the best of ten frames, waited for.

use std::f32::consts::TAU;
use std::time::Instant;

use loom_gpu::camera::{Camera, Orbit, Plane};
use loom_gpu::colour::{ColorMap, Rgba};
use loom_gpu::scene::*;
use loom_gpu::{Choice, Gpu, GpuError, Renderer, Target};

fn main() -> Result<(), GpuError> {
    let mut sizes = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let (width, height) = (sizes.next().unwrap_or(1280), sizes.next().unwrap_or(800));
    let gpu = Gpu::headless(&Choice::Best)?;
    let mut renderer = Renderer::new(&gpu)?;
    let target = Target::new(&gpu, width, height, 1.0)?;
    println!("{}, {width} × {height}", gpu.name());
    for (name, scene) in scenes(width, height) {
        let mut best = f64::INFINITY;
        for _ in 0..10 {
            let start = Instant::now();
            renderer.draw_and_wait(&scene, &target)?;
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{:9.2} ms  {name}", 1e3 * best);
    }
    match gpu.take_error() {
        Some(reason) => Err(GpuError::Refused {
            what: "a frame".into(),
            reason,
        }),
        None => Ok(()),
    }
}

fn scenes(width: u32, height: u32) -> Vec<(&'static str, Scene)> {
    let map = Paint::Map {
        map: ColorMap::Batlow,
        low: 0.0,
        high: 1.0,
        alpha: 1.0,
    };
    let faint = Paint::Map {
        map: ColorMap::Batlow,
        low: 0.0,
        high: 1.0,
        alpha: 0.3,
    };
    let knot = |count: usize| -> Vec<Vertex> {
        (0..count)
            .map(|i| {
                let t = i as f32 * 0.618_034;
                let (a, b) = (t * TAU, t * 1.324_718 * TAU);
                let r = 0.6 + 0.35 * b.cos();
                Vertex::new(r * a.cos(), r * a.sin(), 0.4 * b.sin(), t.fract())
            })
            .collect()
    };
    let trail = |count: usize| -> Vec<Vertex> {
        (0..count)
            .map(|i| {
                let t = i as f32 / count as f32;
                let (a, b) = (t * 17.0 * TAU, t * 50.0 * TAU);
                Vertex::new(
                    (0.6 + 0.3 * b.cos()) * a.cos(),
                    (0.6 + 0.3 * b.cos()) * a.sin(),
                    0.3 * b.sin(),
                    t,
                )
            })
            .collect()
    };
    let mut orbit = Orbit::default();
    orbit.fit(
        [[-1.0, 1.0], [-1.0, 1.0], [-0.5, 0.5]],
        f64::from(width) / f64::from(height),
    );
    let ground = Some(Rgba::hex(0x101114));
    let space = |layers| Scene {
        layers,
        background: ground,
        ..Scene::new(Camera::Orbit(orbit.clone()))
    };
    let plane = |layers, scale| Scene {
        layers,
        background: ground,
        ..Scene::new(Camera::Plane(Plane {
            scale,
            ..Plane::default()
        }))
    };
    let points = |count, size, paint, additive| {
        Layer::Points(Points {
            vertices: knot(count).into(),
            size,
            paint,
            additive,
        })
    };
    let lines = |count: usize, paint| {
        let topology = LineTopology::Strips { run: count };
        Layer::Lines(Lines {
            vertices: trail(count).into(),
            topology,
            width: 1.5,
            paint,
        })
    };
    let axes = Layer::Axes(Axes {
        extents: vec![[-1.0, 1.0], [-1.0, 1.0], [-0.5, 0.5]],
        labels: ["x", "y", "z"].map(String::from).to_vec(),
        units: Vec::new(),
        color: Rgba::hex(0x656B75),
        text: Rgba::hex(0xA0A6B0),
    });
    let words = |count: usize| -> Data<u32> {
        (0..count as u32)
            .map(|i| i.wrapping_mul(2_654_435_761))
            .collect::<Vec<_>>()
            .into()
    };
    let life = |edge: u32| {
        let words_per_row = edge / 32;
        let words = words((words_per_row * edge) as usize);
        let palette = [Rgba::hex(0x101114), Rgba::hex(0x63C58D)];
        let content = CellContent::Bits {
            words,
            words_per_row,
            palette,
        };
        let origin = [-0.5 * edge as f32; 2];
        Layer::Cells(Cells {
            width: edge,
            height: edge,
            origin,
            cell: 1.0,
            content,
            grid: Some(Rgba::hex(0x2A2E35)),
        })
    };
    let counts: Vec<u32> = (0..width * height)
        .map(|i| i.wrapping_mul(2_654_435_761) >> 20)
        .collect();
    let density = Density {
        counts: counts.into(),
        width,
        height,
        rectangle: None,
        tone: Tone::default(),
        map: ColorMap::Magma,
    };
    vec![
        ("nothing", space(vec![])),
        ("axes", space(vec![axes.clone()])),
        (
            "100,000 points of 2 pixels, with axes",
            space(vec![axes.clone(), points(100_000, 2.0, map, false)]),
        ),
        (
            "100,000 faint points of 2 pixels",
            space(vec![points(100_000, 2.0, faint, false)]),
        ),
        (
            "100,000 additive points of 1.5 pixels",
            space(vec![points(100_000, 1.5, faint, true)]),
        ),
        (
            "a trail of 20,000 segments",
            space(vec![lines(20_000, faint)]),
        ),
        (
            "a trail of 100,000 segments",
            space(vec![lines(100_000, faint)]),
        ),
        (
            "tubes of 2,000 segments",
            space(vec![Layer::Tubes(Tubes {
                vertices: trail(2000).into(),
                topology: LineTopology::Strips { run: 2000 },
                radius: 0.01,
                paint: map,
            })]),
        ),
        (
            "Life, 2048² cells of 16 pixels with grid lines",
            plane(vec![life(2048)], 16.0),
        ),
        ("Life, 2048² cells of 1 pixel", plane(vec![life(2048)], 1.0)),
        (
            "Life, 8192² cells, ten a pixel",
            plane(vec![life(8192)], 0.1),
        ),
        (
            "a density that fills the view",
            space(vec![Layer::Density(density)]),
        ),
        (
            "a diagram of 400 boxes, wires and words",
            plane(vec![diagram()], 1.0),
        ),
    ]
}

fn diagram() -> Layer {
    let mut items = Vec::new();
    for i in 0..400 {
        let (x, y) = (
            f64::from(i % 20) * 60.0 - 600.0,
            f64::from(i / 20) * 38.0 - 380.0,
        );
        let ink = Rgba::hex(0xE6E8EB);
        items.push(Shape::Path {
            path: Path::rectangle(x, y, 40.0, 22.0),
            fill: Some(Rgba::hex(0x1F2228)),
            stroke: Some(Stroke::solid(ink, 1.0)),
        });
        let wire = vec![
            Segment::Move([x + 40.0, y + 11.0]),
            Segment::Cubic(
                [x + 52.0, y + 11.0],
                [x + 48.0, y + 20.0],
                [x + 60.0, y + 20.0],
            ),
        ];
        items.push(Shape::Path {
            path: Path { segments: wire },
            fill: None,
            stroke: Some(Stroke::solid(ink, 1.5)),
        });
        items.push(Shape::Text(Text {
            position: [x + 20.0, y + 11.0],
            string: "x_{12}".into(),
            font: Font::Maths,
            size: 12.0,
            color: ink,
            align: 0.5,
            baseline: Baseline::Middle,
            rotation: 0.0,
        }));
    }
    Layer::Shapes(Shapes {
        space: Space::World,
        items: items.into(),
    })
}
