//! Facts about plots as shapes.

#![allow(clippy::unwrap_used, clippy::expect_used)]
use loom_sim::Axis;

use super::*;

fn plot(marks: Vec<Mark>) -> Plot {
    Plot {
        title: "Energy".into(),
        x: Axis::new("t", "s"),
        y: Axis::new("Energy", "mJ"),
        marks,
        preview: false,
        ..Plot::default()
    }
}

fn strings(shapes: &[Shape]) -> Vec<&str> {
    shapes
        .iter()
        .filter_map(|s| match s {
            Shape::Text(t) => Some(t.string.as_str()),
            Shape::Path { .. } => None,
        })
        .collect()
}

#[test]
fn axes_are_named_with_units_and_lines_by_direct_labels() {
    let line = |name: &str, y: f64| Mark::Line {
        name: name.into(),
        points: vec![[0.0, y], [10.0, 2.0 * y]],
    };
    let shapes = plot_shapes(
        &plot(vec![line("kinetic", 1.0), line("elastic", 1.01)]),
        [400.0, 300.0],
        &Ink::light(),
    );
    let all = strings(&shapes);
    for expected in ["Energy", "t (s)", "Energy (mJ)", "kinetic", "elastic", "10"] {
        assert!(all.contains(&expected), "{expected} in {all:?}");
    }
    let heights: Vec<f64> = shapes
        .iter()
        .filter_map(|s| match s {
            Shape::Text(t) if t.string == "kinetic" || t.string == "elastic" => Some(t.position[1]),
            _ => None,
        })
        .collect();
    assert!(
        (heights[0] - heights[1]).abs() >= SMALL,
        "labels do not overlap"
    );
}

#[test]
fn a_million_points_become_a_few_thousand_at_most() {
    let points = (0..1_000_000)
        .map(|i| [f64::from(i), (f64::from(i) * 0.37).sin()])
        .collect();
    let line = Mark::Line {
        name: String::new(),
        points,
    };
    let shapes = plot_shapes(&plot(vec![line]), [400.0, 300.0], &Ink::light());
    let longest = shapes
        .iter()
        .map(|s| match s {
            Shape::Path { path, .. } => path.segments.len(),
            Shape::Text(_) => 0,
        })
        .max()
        .unwrap();
    assert!((400..2500).contains(&longest), "{longest}");
}

#[test]
fn a_plot_of_nothing_and_of_what_is_no_number_is_still_a_plot() {
    let bad = vec![[f64::NAN, 1.0], [1.0, f64::INFINITY]];
    for marks in [
        vec![],
        vec![Mark::Line {
            name: "a".into(),
            points: bad.clone(),
        }],
        vec![Mark::Points {
            name: "a".into(),
            points: bad.clone(),
        }],
        vec![Mark::Bars {
            name: "a".into(),
            points: bad,
            width: 1.0,
        }],
        vec![Mark::Band {
            name: "a".into(),
            points: vec![[0.0, f64::NAN, 2.0]],
        }],
    ] {
        for size in [[400.0, 300.0], [1.0, 1.0]] {
            for shape in plot_shapes(&plot(marks.clone()), size, &Ink::dark()) {
                if let Shape::Text(text) = shape {
                    assert!(text.position.iter().all(|x| x.is_finite()));
                }
            }
        }
    }
}
