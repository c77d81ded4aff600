//! The density kernel against its CPU twin.

use loom_gpu::camera::{Camera, Orbit, Plane};
use loom_gpu::scene::Vertex;
use loom_gpu::{DensityKernel, density};

use crate::gpu;

#[test]
fn device_and_processor_count_the_same() {
    let gpu = gpu();
    let mut state = 7u32;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / 2f32.powi(31) - 1.0
    };
    let vertices: Vec<_> = (0..100_000)
        .map(|_| Vertex::new(random(), random(), random(), 0.0))
        .collect();
    let buffer = gpu.upload("vertices", &vertices).unwrap();
    let mut orbit = Orbit {
        target: [0.1, 0.2, 0.3],
        ..Orbit::default()
    };
    orbit.fit([[-1.0, 1.0]; 3], 1.25);
    let close = Orbit {
        distance: 0.5,
        ..orbit.clone()
    };
    let flat = Orbit {
        field_of_view: 0.0,
        ..orbit.clone()
    };
    let plane = Plane {
        scale: 90.0,
        part: [0.25, 0.75],
        y_up: true,
        ..Plane::default()
    };
    for camera in [
        Camera::Orbit(orbit),
        Camera::Orbit(close),
        Camera::Orbit(flat),
        Camera::Plane(plane),
    ] {
        let [width, height] = [250, 200];
        let mut kernel = DensityKernel::new(&gpu, width, height).unwrap();
        kernel.accumulate(&buffer, &camera).unwrap();
        kernel.accumulate(&buffer, &camera).unwrap();
        let device = kernel.read().unwrap();
        let mut host = vec![0; device.len()];
        density::count(&vertices, &camera, width, height, &mut host);
        density::count(&vertices, &camera, width, height, &mut host);
        let apart: u64 = device
            .iter()
            .zip(&host)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        let total: u64 = host.iter().map(|&hits| u64::from(hits)).sum();
        assert!(total > 10_000, "{camera:?}");
        // A point within a rounding of a bin's edge may fall on its other side.
        assert!(apart * 1000 <= total, "{apart} of {total}, {camera:?}");
        kernel.clear().unwrap();
        assert!(kernel.read().unwrap().iter().all(|&hits| hits == 0));
    }
}
