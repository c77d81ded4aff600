//! What is known of phase planes by hand.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::rests::Stability;
use super::{Flow, Parts, Portrait, Window, line, plane};
use crate::definition::Definition;

const ALL: Parts = Parts {
    arrows: true,
    nullclines: true,
    manifolds: true,
};

fn portrait_of(equations: &str, sides: [[f64; 2]; 2]) -> Portrait {
    let text = format!("equations = \"{equations}\"\n");
    let definition = Definition::parse("a.toml", &text).unwrap();
    let flow = Flow::new(&definition);
    let mut moment = flow.at(&[], 0.0, [0, 1]).unwrap();
    let window = Window {
        sides,
        scale: sides.map(|[low, high]| 500.0 / (high - low)),
    };
    if definition.dimension() == 1 {
        line::portrait(window, ALL, &mut moment).unwrap()
    } else {
        plane(window, ALL, &mut moment).unwrap()
    }
}

#[test]
fn the_nullclines_of_fitzhugh_and_nagumo_are_a_cubic_and_a_line() {
    let found = portrait_of(
        "v' = v - v^3/3 - w + 0.5; w' = (v + 0.7 - 0.8*w)/12.5",
        [[-2.5, 2.5], [-1.0, 2.0]],
    );
    let [cubic, straight] = &found.nullclines;
    assert_eq!((cubic.len(), straight.len()), (1, 1));
    assert!(cubic[0].len() > 100);
    for [v, w] in &cubic[0] {
        assert!((v - v.powi(3) / 3.0 + 0.5 - w).abs() < 1e-6);
    }
    for [v, w] in &straight[0] {
        assert!((v + 0.7 - 0.8 * w).abs() < 1e-6);
    }
}

#[test]
fn a_closed_nullcline_comes_back_to_its_beginning() {
    let found = portrait_of("x' = x^2 + y^2 - 1; y' = y - 5", [[-2.0, 2.0], [-2.0, 2.0]]);
    let [circle, none] = &found.nullclines;
    assert!(none.is_empty());
    assert_eq!(circle.len(), 1);
    assert_eq!(circle[0].first(), circle[0].last());
    for [x, y] in &circle[0] {
        assert!((x.hypot(*y) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_pole_is_no_nullcline() {
    let found = portrait_of("x' = 1/x; y' = 1", [[-1.1, 1.0], [-1.0, 1.0]]);
    assert!(found.nullclines.iter().all(Vec::is_empty));
    assert!(found.rests.is_empty());
}

#[test]
fn the_damped_duffing_oscillator_has_a_saddle_between_two_stable_foci() {
    let found = portrait_of("x' = v; v' = x - x^3 - 0.2*v", [[-2.0, 2.0], [-2.0, 2.0]]);
    let places: Vec<f64> = found.rests.iter().map(|r| r.place[0]).collect();
    assert_eq!(places.len(), 3, "{places:?}");
    for (place, exact) in places.iter().zip([-1.0, 0.0, 1.0]) {
        assert!((place - exact).abs() < 1e-9);
    }
    let kinds: Vec<&str> = found.rests.iter().map(|r| r.kind).collect();
    assert_eq!(kinds, ["stable focus", "saddle", "stable focus"]);
    // λ² + 0.2 λ − 1 = 0 at the saddle, λ² + 0.2 λ + 2 = 0 beside it.
    let saddle = &found.rests[1];
    for z in &saddle.eigenvalues {
        assert!((z.re * z.re + 0.2 * z.re - 1.0).abs() < 1e-12);
    }
    let focus = &found.rests[2].eigenvalues[0];
    assert!((focus.re + 0.1).abs() < 1e-12);
    assert!((focus.im.abs() - 1.99_f64.sqrt()).abs() < 1e-12);
    // What leaves the saddle ends in the foci.
    let out = found.manifolds.iter().find(|m| !m.stable).unwrap();
    for branch in &out.branches {
        let end = branch.last().unwrap();
        assert!(
            (end[0].abs() - 1.0).abs() < 0.15 && end[1].abs() < 0.15,
            "{end:?}"
        );
    }
}

#[test]
fn manifolds_lie_on_the_curves_that_algebra_gives() {
    // x' = x, y' = −y + x²: the unstable manifold is y = x²/3, the stable one x = 0.
    let found = portrait_of("x' = x; y' = -y + x^2", [[-2.0, 2.0], [-1.0, 2.0]]);
    assert_eq!(found.manifolds.len(), 2);
    for manifold in &found.manifolds {
        for [x, y] in manifold.branches.iter().flatten() {
            if manifold.stable {
                assert!(x.abs() < 1e-6, "{x} {y}");
            } else {
                assert!((y - x * x / 3.0).abs() < 2e-4, "{x} {y}");
            }
        }
        let ends = manifold.branches.iter().map(|b| b.last().unwrap());
        for [x, y] in ends {
            assert!(x.abs() > 1.9 || y.abs() > 0.9, "it ends outside: {x} {y}");
        }
    }
}

#[test]
fn lotka_and_volterra_have_a_centre() {
    let found = portrait_of(
        "x' = 2*x - 0.5*x*y; y' = 0.25*x*y - 3*y",
        [[-1.0, 30.0], [-1.0, 10.0]],
    );
    let centre = found.rests.iter().find(|r| r.place[0] > 1.0).unwrap();
    assert!((centre.place[0] - 12.0).abs() < 1e-9 && (centre.place[1] - 4.0).abs() < 1e-9);
    assert_eq!(centre.stability, Stability::Neutral);
    assert_eq!(centre.kind, "centre");
    assert!((centre.eigenvalues[0].im.abs() - 6.0_f64.sqrt()).abs() < 1e-9);
    assert_eq!(centre.label(), "Centre · λ = ±2.449i");
}

#[test]
fn arrows_show_the_way_of_the_flow_all_with_one_length() {
    let found = portrait_of("x' = -y; y' = x", [[-2.0, 2.0], [-2.0, 2.0]]);
    assert!(found.arrows.len() > 150, "{}", found.arrows.len());
    for arrow in &found.arrows {
        let [[x, y], [a, b]] = [arrow.middle, arrow.way];
        assert!((a * x + b * y).abs() < 1e-9, "across the radius");
        assert!(a * -y + b * x > 0.0, "counter-clockwise");
        assert!((a.hypot(b) - 16.8).abs() < 1e-9);
    }
}

#[test]
fn a_line_has_stable_unstable_and_half_stable_points() {
    let sides = [[-2.0, 2.0], [-2.0, 2.0]];
    let two = portrait_of("x' = x^2 - 1", sides);
    let list: Vec<_> = two
        .rests
        .iter()
        .map(|r| (r.place[0].round(), r.stability))
        .collect();
    assert_eq!(
        list,
        [(-1.0, Stability::Stable), (1.0, Stability::Unstable)]
    );
    let half = portrait_of("x' = x^2", sides);
    assert_eq!(half.rests.len(), 1);
    assert_eq!(half.rests[0].stability, Stability::Half { left: true });
    assert!(half.arrows.iter().all(|a| a.way[0] > 0.0));
    for [x, rate] in half.graph.iter().flatten() {
        assert!((rate - x * x).abs() < 1e-12);
    }
    assert!(portrait_of("x' = x^2 + 1", sides).rests.is_empty());
}

#[test]
fn a_plane_full_of_fixed_points_ends_the_search() {
    let found = portrait_of("x' = 0*x; y' = 0*y", [[-1.0, 1.0], [-1.0, 1.0]]);
    assert!(found.rests.len() <= 64);
    assert!(found.arrows.is_empty());
}
