//! Facts about the axes of a view.

use super::*;

const INK: Rgba = Rgba::hex(0x888888);

fn axes(extents: &[[f64; 2]]) -> Axes {
    let labels = ["x", "y", "z"].map(String::from).to_vec();
    Axes {
        extents: extents.to_vec(),
        labels,
        units: Vec::new(),
        color: INK,
        text: INK,
    }
}

fn strings(shapes: &[Shape]) -> Vec<&str> {
    shapes
        .iter()
        .filter_map(|shape| {
            if let Shape::Text(text) = shape {
                Some(text.string.as_str())
            } else {
                None
            }
        })
        .collect()
}

#[test]
fn numbers_of_a_plane_stand_where_their_values_are() {
    let plane = Plane::new([0.5, 0.0], 40.0, true);
    let shapes = axes_shapes(
        &axes(&[[0.0, 10.0], [-2.0, 2.0]]),
        &Camera::Plane(plane.clone()),
        [640.0, 480.0],
    );
    let five = shapes.iter().find_map(|shape| match shape {
        Shape::Text(text) if text.string == "5" => Some(text.position[0]),
        _ => None,
    });
    assert_eq!(five, Some(plane.to_screen([5.0, 0.0], [640.0, 480.0])[0]));
    assert!(strings(&shapes).contains(&"x") && strings(&shapes).contains(&"y"));
}

#[test]
fn an_axis_with_units_of_its_own_is_numbered_in_them() {
    let plane = Plane::new([0.0, 0.0], 40.0, true);
    let size = [640.0, 480.0];
    let stretched = Axes {
        units: vec![1.0, 100.0],
        ..axes(&[[-4.0, 4.0], [-4.0, 4.0]])
    };
    let shapes = axes_shapes(&stretched, &Camera::Plane(plane.clone()), size);
    let place = shapes.iter().find_map(|shape| match shape {
        Shape::Text(text) if text.string == "0.02" => Some(text.position[1]),
        _ => None,
    });
    assert_eq!(place, Some(plane.to_screen([0.0, 2.0], size)[1]));
}

#[test]
fn a_view_far_away_names_the_true_coordinates() {
    let plane = Plane {
        whole: [1_000_000, 0],
        part: [0.0; 2],
        scale: 10.0,
        y_up: true,
    };
    let shapes = axes_shapes(
        &axes(&[[-100.0, 100.0], [-100.0, 100.0]]),
        &Camera::Plane(plane),
        [640.0, 480.0],
    );
    assert!(
        strings(&shapes)
            .iter()
            .any(|s| s.starts_with("1.0000") && s.ends_with("×10⁶")),
        "{:?}",
        strings(&shapes)
    );
}

#[test]
fn a_box_shows_three_faces_from_every_side() {
    for turn in 0..24 {
        let mut orbit = Orbit {
            yaw: 0.1 + f64::from(turn) * 0.26,
            pitch: 0.3,
            ..Orbit::default()
        };
        orbit.fit([[-1.0, 1.0]; 3], 1.0);
        orbit.zoom(0.7);
        let shapes = axes_shapes(
            &axes(&[[-1.0, 1.0]; 3]),
            &Camera::Orbit(orbit),
            [500.0, 500.0],
        );
        let solid = shapes.iter().filter(|shape| matches!(shape, Shape::Path { stroke: Some(stroke), .. } if stroke.color == INK));
        // Nine edges, and the ticks.
        assert!(solid.count() >= 9 + 3, "{turn}");
        for name in ["x", "y", "z"] {
            assert!(strings(&shapes).contains(&name), "{turn} {name}");
        }
        for shape in &shapes {
            if let Shape::Text(text) = shape {
                assert!(
                    text.position.iter().all(|p| (0.0..=500.0).contains(p)),
                    "{text:?}"
                );
            }
        }
    }
}

#[test]
fn extents_that_are_no_numbers_draw_nothing() {
    let camera = Camera::Orbit(Orbit::default());
    assert!(
        axes_shapes(
            &axes(&[[0.0, f64::NAN], [0.0, 1.0], [0.0, 1.0]]),
            &camera,
            [100.0, 100.0]
        )
        .is_empty()
    );
    assert!(axes_shapes(&axes(&[]), &camera, [100.0, 100.0]).is_empty());
}
