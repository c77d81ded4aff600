//! Scenes in space.

use loom_gpu::camera::Camera;
use loom_gpu::scene::*;
use loom_gpu::{GpuError, offscreen};

use crate::drawing::{RED, WHITE, draw, in_space, ink, points};
use crate::gpu;

#[test]
fn what_is_in_front_hides_what_is_behind_in_any_order() {
    let near_by = points(&[[0.0, -0.5, 0.0]], 8.0, Paint::Solid(RED));
    let behind = points(&[[0.0, 0.5, 0.0]], 8.0, Paint::Solid(WHITE));
    for layers in [vec![near_by.clone(), behind.clone()], vec![behind, near_by]] {
        assert_eq!(draw(&in_space(layers), 65, 65).at(32, 32), RED.0);
    }
}

#[test]
fn points_fall_where_the_camera_projects_them() {
    let scene = in_space(vec![points(&[[0.4, 0.3, -0.2]], 5.0, Paint::Solid(WHITE))]);
    let seen = scene
        .camera
        .project([0.4, 0.3, -0.2], [200.0, 150.0])
        .unwrap()
        .pixel;
    let image = draw(&scene, 200, 150);
    assert_eq!(image.at(seen[0] as u32, seen[1] as u32), WHITE.0);
    let sum: f64 = ink(&image);
    let mean = (0..200u32)
        .flat_map(|x| (0..150u32).map(move |y| (x, y)))
        .fold(0.0, |mean, (x, y)| {
            mean + f64::from(image.at(x, y)[0]) / 255.0 * (f64::from(x) + 0.5) / sum
        });
    assert!((mean - seen[0]).abs() < 0.1, "{mean} {seen:?}");
}

#[test]
fn tubes_have_their_radius_and_are_shaded() {
    let vertices = vec![
        Vertex::new(-2.0, 0.0, 0.0, 0.0),
        Vertex::new(2.0, 0.0, 0.0, 0.0),
    ];
    let paint = Paint::Solid(WHITE);
    let tube = Tubes {
        vertices: vertices.into(),
        topology: LineTopology::Segments,
        radius: 0.2,
        paint,
    };
    let scene = in_space(vec![Layer::Tubes(tube)]);
    let image = draw(&scene, 101, 101);
    let column: Vec<u8> = (0..101).map(|y| image.at(50, y)[0]).collect();
    let covered = column.iter().filter(|&&v| v > 20).count() as f64;
    let Camera::Orbit(orbit) = &scene.camera else {
        unreachable!()
    };
    let wanted = 0.4 / orbit.unit_per_pixel([101.0, 101.0]);
    assert!((covered - wanted).abs() < 2.5, "{covered} {wanted}");
    assert!(
        column[51 - covered as usize / 3] > column[50 + covered as usize / 3],
        "lit from above"
    );
}

#[test]
fn a_mesh_is_filled_and_a_wrong_index_is_refused() {
    let corner = |x: f32, z: f32| MeshVertex {
        position: [x, 0.0, z],
        normal: [0.0, -1.0, 0.0],
        ..MeshVertex::default()
    };
    let vertices = vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(0.0, 1.0)];
    let mesh = |indices: Vec<u32>| {
        Layer::Mesh(Mesh {
            vertices: vertices.clone().into(),
            indices: indices.into(),
            paint: Paint::Solid(WHITE),
        })
    };
    let image = draw(&in_space(vec![mesh(vec![0, 1, 2])]), 64, 64);
    assert!(image.at(32, 32)[0] > 150);
    assert_eq!(image.at(3, 3)[0], 0);
    let wrong = offscreen(&gpu(), &in_space(vec![mesh(vec![0, 1, 3])]), 64, 64, 1.0);
    assert!(matches!(wrong, Err(GpuError::Refused { .. })));
}
