//! Whole frames: tiles, sizes, uploads, loss, hostile numbers.

use std::time::Duration;

use loom_gpu::camera::{Camera, Orbit, Plane};
use loom_gpu::colour::{ColorMap, Rgba};
use loom_gpu::scene::*;
use loom_gpu::{Choice, Gpu, GpuError, Renderer, Target, offscreen};

use crate::drawing::{
    BLACK, RED, WHITE, bits, draw, grid, ink, near, on_plane, points, shapes, text,
};
use crate::{gpu, save};

#[test]
fn an_empty_ground_is_transparent_and_alpha_is_straight() {
    let half = Paint::Solid(Rgba([200, 100, 50, 128]));
    let scene = Scene {
        background: None,
        ..on_plane(vec![points(&[[0.0; 3]], 20.0, half)], 1.0)
    };
    let image = draw(&scene, 32, 32);
    assert_eq!(image.at(1, 1), [0; 4]);
    assert!(
        near(image.at(16, 16), [200, 100, 50, 128], 2),
        "{:?}",
        image.at(16, 16)
    );
}

/// One of everything, on a plane and in space.
pub fn gallery() -> [Scene; 2] {
    let spiral: Vec<Vertex> = (0..600)
        .map(|i| {
            let t = i as f32 * 0.03;
            Vertex::new(
                0.045 * t * t.cos(),
                0.045 * t * t.sin(),
                0.05 * t - 0.45,
                t / 18.0,
            )
        })
        .collect();
    let paint = Paint::Map {
        map: ColorMap::Batlow,
        low: 0.0,
        high: 1.0,
        alpha: 1.0,
    };
    let (words, _) = bits();
    let ground = Rgba::hex(0x101114);
    let ink = Rgba::hex(0xA0A6B0);
    let camera = Plane {
        scale: 220.0,
        part: [0.1, 0.05],
        y_up: true,
        ..Plane::default()
    };
    let axes = |extents: Vec<[f64; 2]>| {
        let labels = ["x", "y", "z"].map(String::from).to_vec();
        Layer::Axes(Axes {
            extents,
            labels,
            units: Vec::new(),
            color: Rgba::hex(0x656B75),
            text: ink,
        })
    };
    let stroke = Stroke {
        round: true,
        ..Stroke::solid(Rgba::hex(0xE58FB4), 0.02)
    };
    let formula = Text {
        font: Font::Maths,
        color: WHITE,
        align: 0.5,
        ..text(
            r"\dot x = σ(y - x), \frac{1}{\sqrt{d_k}}QK^T",
            [0.0, -0.8],
            0.12,
        )
    };
    let wire = vec![
        Segment::Move([-0.9, 0.6]),
        Segment::Cubic([-0.3, 0.6], [-0.6, 0.9], [0.0, 0.9]),
    ];
    let plane = Scene {
        layers: vec![
            Layer::Cells(Cells {
                width: 70,
                height: 5,
                origin: [0.2, 0.9],
                cell: 0.0117,
                content: CellContent::Bits {
                    words: words.into(),
                    words_per_row: 3,
                    palette: [ground, WHITE],
                },
                grid: None,
            }),
            Layer::Lines(Lines {
                vertices: spiral.clone().into(),
                topology: LineTopology::Strips { run: 600 },
                width: 2.0,
                paint,
            }),
            Layer::Points(Points {
                vertices: spiral
                    .iter()
                    .step_by(20)
                    .copied()
                    .collect::<Vec<_>>()
                    .into(),
                size: 7.0,
                paint,
                additive: false,
            }),
            shapes(
                vec![
                    Shape::Path {
                        path: Path { segments: wire },
                        fill: None,
                        stroke: Some(stroke),
                    },
                    Shape::Path {
                        path: Path::rectangle(-1.0, -0.6, 0.4, 0.2),
                        fill: Some(Rgba::hex(0x2F5BD0)),
                        stroke: Some(Stroke::solid(WHITE, 0.01)),
                    },
                    Shape::Text(Text {
                        align: 0.5,
                        baseline: Baseline::Middle,
                        ..text("softmax", [-0.8, -0.5], 0.09)
                    }),
                    Shape::Text(formula),
                ],
                Space::World,
            ),
            axes(vec![[-1.2, 1.4], [-1.0, 1.0]]),
        ],
        background: Some(ground),
        ..Scene::new(Camera::Plane(camera))
    };
    let mut orbit = Orbit {
        yaw: 0.7,
        pitch: 0.35,
        ..Orbit::default()
    };
    orbit.fit([[-0.8, 0.8], [-0.8, 0.8], [-0.5, 0.5]], 1.4);
    let space = Scene {
        layers: vec![
            Layer::Tubes(Tubes {
                vertices: spiral.iter().step_by(5).copied().collect::<Vec<_>>().into(),
                topology: LineTopology::Strips { run: 120 },
                radius: 0.03,
                paint,
            }),
            Layer::Points(Points {
                vertices: spiral
                    .iter()
                    .map(|v| Vertex::new(-v.position[1], v.position[0], -v.position[2], v.value))
                    .collect::<Vec<_>>()
                    .into(),
                size: 3.0,
                paint,
                additive: false,
            }),
            axes(vec![[-0.8, 0.8], [-0.8, 0.8], [-0.5, 0.5]]),
        ],
        background: Some(ground),
        ..Scene::new(Camera::Orbit(orbit))
    };
    [plane, space]
}

#[test]
fn tiles_show_what_the_picture_in_one_piece_shows() {
    let mut renderer = Renderer::new(&gpu()).unwrap();
    for (index, scene) in gallery().iter().enumerate() {
        let whole = renderer.tiled(scene, 700, 500, 1.0, 4096).unwrap();
        save(&format!("gallery-{index}"), &whole);
        assert!(ink(&whole) > 1000.0);
        for tile in [256, 190] {
            let tiled = renderer.tiled(scene, 700, 500, 1.0, tile).unwrap();
            let apart = whole
                .pixels
                .iter()
                .zip(&tiled.pixels)
                .filter(|(a, b)| a.abs_diff(**b) > 1)
                .count();
            // Where two solids meet, which of them is in front is a matter of the last bit.
            let most = if index == 1 {
                whole.pixels.len() / 10_000
            } else {
                0
            };
            assert!(apart <= most, "scene {index}, tile {tile}: {apart}");
        }
    }
}

#[test]
fn a_picture_passes_the_texture_limit_and_no_picture_is_refused() {
    let scene = on_plane(vec![points(&[[0.0; 3]], 40.0, Paint::Solid(RED))], 1.0);
    let limit = gpu().limits.max_texture_dimension_2d;
    let image = draw(&scene, limit + 100, 32);
    assert_eq!(image.at(limit / 2 + 50, 16), RED.0);
    assert!(matches!(
        offscreen(&gpu(), &scene, 0, 10, 1.0),
        Err(GpuError::PictureSize { .. })
    ));
    assert!(matches!(
        offscreen(&gpu(), &scene, 100_000, 100_000, 1.0),
        Err(GpuError::PictureSize { .. })
    ));
}

#[test]
fn more_pixels_a_point_show_the_same_picture_larger() {
    let scene = on_plane(
        vec![points(&[[-10.0, -10.0, 0.0]], 10.0, Paint::Solid(RED))],
        1.0,
    );
    let image = offscreen(&gpu(), &scene, 160, 160, 2.5).unwrap();
    assert_eq!(image.at(80 - 25, 80 - 25), RED.0);
    let area = std::f64::consts::PI * (12.5f64 * 12.5);
    assert!((ink(&image) - area).abs() < 0.02 * area, "{}", ink(&image));
}

#[test]
fn host_data_are_uploaded_once_and_forgotten_when_they_are_gone() {
    let gpu = gpu();
    let mut renderer = Renderer::new(&gpu).unwrap();
    let target = Target::new(&gpu, 64, 64, 1.0).unwrap();
    let scene = on_plane(vec![points(&[[0.0; 3]], 4.0, Paint::Solid(RED))], 1.0);
    for _ in 0..3 {
        renderer.draw(&scene.clone(), &target).unwrap();
    }
    assert_eq!(renderer.uploaded(), 1);
    drop(scene);
    renderer.draw(&on_plane(vec![], 1.0), &target).unwrap();
    assert_eq!(renderer.uploaded(), 0);
}

#[test]
fn drawing_on_a_lost_device_is_an_error_and_a_new_renderer_draws() {
    let scene = on_plane(vec![points(&[[0.0; 3]], 10.0, Paint::Solid(RED))], 1.0);
    let first = Gpu::headless(&Choice::Best).unwrap();
    let mut renderer = Renderer::new(&first).unwrap();
    let target = Target::new(&first, 64, 64, 1.0).unwrap();
    renderer.draw(&scene, &target).unwrap();
    first.device.destroy();
    assert!(matches!(
        first.wait("its last work", Duration::from_secs(10)),
        Err(GpuError::Lost { .. })
    ));
    assert!(matches!(
        renderer.draw(&scene, &target),
        Err(GpuError::Lost { .. })
    ));
    assert!(matches!(renderer.read(&target), Err(GpuError::Lost { .. })));
    assert!(first.lost().is_some());
    let second = Gpu::headless(&Choice::Best).unwrap();
    assert_eq!(
        offscreen(&second, &scene, 64, 64, 1.0).unwrap().at(32, 32),
        RED.0
    );
}

#[test]
fn hostile_numbers_draw_nothing_and_fail_nothing() {
    let wild = [f32::NAN, f32::INFINITY, -1e38, 1e38, 1e-40];
    let vertices: Vec<_> = wild
        .iter()
        .flat_map(|&a| wild.iter().map(move |&b| Vertex::new(a, b, a, b)))
        .collect();
    let paint = Paint::Map {
        map: ColorMap::Vik,
        low: 1.0,
        high: 1.0,
        alpha: 2.0,
    };
    let layers = vec![
        Layer::Points(Points {
            vertices: vertices.clone().into(),
            size: f32::NAN,
            paint,
            additive: true,
        }),
        Layer::Lines(Lines {
            vertices: vertices.clone().into(),
            topology: LineTopology::Strips { run: 0 },
            width: -1.0,
            paint,
        }),
        Layer::Lines(Lines {
            vertices: vertices.clone().into(),
            topology: LineTopology::Strips { run: usize::MAX },
            width: 1e9,
            paint,
        }),
        Layer::Tubes(Tubes {
            vertices: vertices.into(),
            topology: LineTopology::Segments,
            radius: f32::INFINITY,
            paint,
        }),
        shapes(
            vec![
                Shape::Path {
                    path: Path::circle([f64::NAN, 1e300], 1e30),
                    fill: Some(RED),
                    stroke: Some(Stroke {
                        dash: vec![0.0, -1.0],
                        ..Stroke::solid(RED, f64::INFINITY)
                    }),
                },
                Shape::Text(Text {
                    rotation: f64::NAN,
                    ..text("x", [1e300, 0.0], 1e12)
                }),
            ],
            Space::Screen,
        ),
        Layer::Axes(Axes {
            extents: vec![[f64::MIN, f64::MAX]; 3],
            labels: vec![],
            units: vec![],
            color: RED,
            text: RED,
        }),
    ];
    for camera in [
        Camera::Orbit(Orbit::default()),
        Camera::Plane(Plane::default()),
    ] {
        draw(
            &Scene {
                layers: layers.clone(),
                ..Scene::new(camera)
            },
            64,
            64,
        );
    }
    let short = CellContent::States {
        states: vec![0u8; 3].into(),
        palette: vec![].into(),
    };
    assert!(
        offscreen(
            &gpu(),
            &on_plane(vec![grid(4, 4, short, None)], 1.0),
            64,
            64,
            1.0
        )
        .is_err()
    );
}

#[test]
fn points_and_lines_look_the_same_from_the_processor_and_through_the_adapter() {
    let mut random = 1u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let cloud: Vec<_> = (0..4000)
        .map(|_| Vertex::new(next(), next(), next(), next()))
        .collect();
    let trail: Vec<_> = (0..3000)
        .map(|i| {
            let t = i as f32 * 0.01;
            Vertex::new((1.3 * t).sin(), t.cos(), (0.7 * t).sin(), (0.1 * t).sin())
        })
        .collect();
    let map = |alpha| Paint::Map {
        map: ColorMap::Viridis,
        low: -1.0,
        high: 1.0,
        alpha,
    };
    let points = |size, alpha, additive| {
        let vertices = cloud.clone().into();
        Layer::Points(Points {
            vertices,
            size,
            paint: map(alpha),
            additive,
        })
    };
    let lines = |topology, width, alpha| {
        let vertices = trail.clone().into();
        Layer::Lines(Lines {
            vertices,
            topology,
            width,
            paint: map(alpha),
        })
    };
    let runs = LineTopology::Strips { run: 500 };
    let mut orbit = Orbit::default();
    orbit.fit([[-1.0, 1.0]; 3], 1.2);
    let within = Orbit {
        distance: 0.8,
        ..orbit.clone()
    };
    let plane = Plane {
        scale: 100.0,
        y_up: true,
        part: [0.2, 0.1],
        ..Plane::default()
    };
    let mut renderer = Renderer::new(&gpu()).unwrap();
    for camera in [
        Camera::Orbit(orbit),
        Camera::Orbit(within),
        Camera::Plane(plane),
    ] {
        for layers in [
            vec![points(5.0, 1.0, false), lines(runs, 3.0, 1.0)],
            vec![
                points(1.5, 0.4, false),
                lines(LineTopology::Segments, 1.0, 0.5),
            ],
            vec![lines(runs, 4.0, 0.3), points(3.0, 0.2, true)],
        ] {
            let scene = Scene {
                layers,
                background: Some(BLACK),
                ..Scene::new(camera.clone())
            };
            renderer.set_splat(false);
            let adapter = renderer.picture(&scene, 300, 250, 1.0).unwrap();
            renderer.set_splat(true);
            let processor = renderer.picture(&scene, 300, 250, 1.0).unwrap();
            assert!(ink(&adapter) > 100.0, "{}", ink(&adapter));
            // Rounding at each layer of alpha adds up; the order in depth may turn at ties.
            let pairs = adapter.pixels.iter().zip(&processor.pixels);
            let apart = pairs.filter(|(a, b)| a.abs_diff(**b) > 6).count();
            assert!(apart * 1000 <= adapter.pixels.len(), "{apart}, {camera:?}");
            let tiled = renderer.tiled(&scene, 300, 250, 1.0, 128).unwrap();
            assert_eq!(tiled, processor);
        }
    }
}
