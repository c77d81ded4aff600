//! Points and lines on a plane.

use loom_gpu::colour::{ColorMap, Rgba};
use loom_gpu::scene::*;

use crate::drawing::{RED, WHITE, draw, ink, line, near, on_plane, points};

#[test]
fn a_point_at_the_centre_is_drawn_there_and_as_large_as_it_is_said_to_be() {
    let image = draw(
        &on_plane(vec![points(&[[0.0; 3]], 10.0, Paint::Solid(RED))], 1.0),
        64,
        64,
    );
    assert_eq!(image.at(32, 32), [255, 0, 0, 255]);
    assert_eq!(image.at(32, 40), [0, 0, 0, 255]);
    let area = std::f64::consts::PI * 25.0;
    assert!((ink(&image) - area).abs() < 0.03 * area, "{}", ink(&image));
}

#[test]
fn a_value_takes_its_colour_from_the_map() {
    let paint = Paint::Map {
        map: ColorMap::Viridis,
        low: 0.0,
        high: 1.0,
        alpha: 1.0,
    };
    let image = draw(
        &on_plane(vec![points(&[[0.0; 3]], 8.0, paint)], 1.0),
        32,
        32,
    );
    assert_eq!(image.at(16, 16), ColorMap::Viridis.at(0.5).0);
}

#[test]
fn dots_smaller_than_a_pixel_fade_by_their_area() {
    let image = draw(
        &on_plane(
            vec![points(&[[0.5, 0.5, 0.0]], 0.5, Paint::Solid(WHITE))],
            1.0,
        ),
        16,
        16,
    );
    assert!((0.15..0.35).contains(&ink(&image)), "{}", ink(&image));
}

#[test]
fn additive_points_glow_where_they_meet() {
    let dim = Paint::Solid(Rgba([255, 255, 255, 51]));
    let Layer::Points(points) = points(&[[0.0; 3]; 3], 9.0, dim) else {
        unreachable!()
    };
    let scene = on_plane(
        vec![Layer::Points(Points {
            additive: true,
            ..points
        })],
        1.0,
    );
    assert!(near(
        draw(&scene, 32, 32).at(16, 16),
        [153, 153, 153, 255],
        1
    ));
}

#[test]
fn a_line_keeps_its_width_at_any_zoom_and_angle() {
    for (scale, end) in [
        (1.0, [100.0, 0.0]),
        (10.0, [10.0, 3.0]),
        (0.01, [5000.0, 8000.0]),
    ] {
        let start = [-end[0], -end[1]];
        let scene = on_plane(
            vec![line(&[start, end], LineTopology::Segments, 3.0, WHITE)],
            scale,
        );
        let image = draw(&scene, 61, 61);
        // Cover of the column (or row) through the middle times the line's cosine is its width.
        let length = f64::from(end[0]).hypot(f64::from(end[1]));
        let (cosine, sum) = if end[0] >= end[1] {
            (
                f64::from(end[0]) / length,
                (0..61).map(|y| f64::from(image.at(30, y)[0])).sum::<f64>(),
            )
        } else {
            (
                f64::from(end[1]) / length,
                (0..61).map(|x| f64::from(image.at(x, 30)[0])).sum::<f64>(),
            )
        };
        assert!(
            (sum / 255.0 * cosine - 3.0).abs() < 0.25,
            "{scale} {end:?}: {}",
            sum / 255.0 * cosine
        );
    }
}

#[test]
fn runs_are_not_joined_and_translucent_joints_are_not_darker() {
    let strip: Vec<[f32; 2]> = (0..41).map(|i| [i as f32 - 20.0, 0.0]).collect();
    let whole = line(
        &strip,
        LineTopology::Strips { run: 41 },
        4.0,
        Rgba([255, 255, 255, 128]),
    );
    let image = draw(&on_plane(vec![whole], 1.0), 64, 32);
    let row: Vec<u8> = (14..50).map(|x| image.at(x, 16)[0]).collect();
    assert!(row.iter().all(|v| v.abs_diff(128) < 30), "{row:?}");
    let gap = line(
        &[[-20.0, 0.0], [-10.0, 0.0], [10.0, 0.0], [20.0, 0.0]],
        LineTopology::Strips { run: 2 },
        4.0,
        WHITE,
    );
    assert_eq!(draw(&on_plane(vec![gap], 1.0), 64, 32).at(32, 16)[0], 0);
}
