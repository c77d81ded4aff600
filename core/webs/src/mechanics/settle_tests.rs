//! Rest, held against closed forms: two springs, the catenary, a plumb line, balance.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::WebError;
use crate::generate::{OrbSettings, hanging_chain, orb};
use crate::mechanics::{GRAVITY, Loads, Range, Stepping};
use crate::web::{DRAGLINE, Material, Node, SilkKind, Thread, Web};

#[test]
fn two_equal_springs_under_a_point_load_follow_their_closed_form() {
    // F = 2 k (√(a² + δ²) − L₀) δ / √(a² + δ²), with half span a and rest length L₀.
    let (a, rest) = (1.0, 0.98);
    let mut web = Web::empty("two springs");
    let left = web.add_node(Node::pinned([-a, 0.0, 0.0]));
    let right = web.add_node(Node::pinned([a, 0.0, 0.0]));
    let middle = web.add_node(Node::free([0.0; 3]));
    for end in [left, right] {
        web.threads.push(Thread {
            ends: [end, middle],
            rest_length: rest,
            radius: 1e-5,
            kind: SilkKind::Radial,
            material: DRAGLINE,
        });
    }
    let k = web.threads[0].axial_stiffness() / rest;
    for force in [1e-6, 1e-3, 0.05, 0.5, 3.0] {
        let loads = Loads {
            gravity: 0.0,
            force: [0.0, 0.0, -force],
            ..Loads::default()
        };
        let mut run = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
        run.settle().unwrap();
        let delta = -run.position(2)[2];
        let length = a.hypot(delta);
        let expected = 2.0 * k * (length - rest) * delta / length;
        assert!((expected / force - 1.0).abs() < 1e-9, "{force}: {expected}");
    }
}

#[test]
fn a_hanging_chain_tends_to_the_catenary() {
    // A chain of length S across a span d hangs as z = c (cosh(x/c) − cosh(d/2c)) where
    // 2 c sinh(d / 2c) = S. The chord error of n links falls as 1/n².
    let (span, length) = (1.0, 1.4);
    let mut c: f64 = 0.3;
    for _ in 0..100 {
        let f = 2.0 * c * (span / (2.0 * c)).sinh() - length;
        let slope = 2.0 * (span / (2.0 * c)).sinh() - span / c * (span / (2.0 * c)).cosh();
        c -= f / slope;
    }
    let sag = c * ((span / (2.0 * c)).cosh() - 1.0);
    // Stiff against its weight: it stretches by about 1e-5.
    let material = Material {
        modulus: 3e9,
        density: 1000.0,
    };
    let error = |links: usize| {
        let web = hanging_chain(links, span, length, 1e-4, material).unwrap();
        let loads = Loads {
            air: 0.0,
            ..Loads::default()
        };
        let mut run = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
        let settled = run.settle().unwrap();
        assert!(settled.residual <= 1e-9 * settled.load);
        (0..=links)
            .map(|i| {
                let [x, _, z] = run.position(i);
                (z - (c * (x / c).cosh() - c * (span / (2.0 * c)).cosh())).abs()
            })
            .fold(0.0, f64::max)
    };
    let (coarse, fine) = (error(16), error(64));
    assert!(fine < 2e-4 * sag, "{fine}");
    assert!((10.0..24.0).contains(&(coarse / fine)), "{}", coarse / fine);
}

#[test]
fn a_settled_orb_web_balances_to_a_billionth_of_its_load() {
    let web = orb(&OrbSettings::default(), 0).unwrap();
    let loads = Loads {
        carried: 3e-4,
        wind: [0.0, 1.0, 0.0],
        ..Loads::default()
    };
    let mut run = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
    let settled = run.settle().unwrap();
    assert!(settled.residual <= 1e-9 * settled.load, "{settled:?}");
    // The residual holds against the applied force alone as well: weight and wind.
    assert!(run.balance().residual <= 1e-9 * run.balance().applied);
    // Anchors carry all of it: the reactions add up to the applied force.
    let mut sum = [0.0; 3];
    for node in 0..run.node_count() {
        if run.state().pinned[node] {
            sum = crate::web::add(sum, run.reaction(node));
        } else {
            sum = crate::web::add(sum, run.applied(node));
        }
    }
    // At a pinned node the reaction bears its own weight besides the threads' pull.
    let pinned: f64 = (0..run.node_count())
        .filter(|&n| run.state().pinned[n])
        .map(|n| run.applied(n)[2])
        .sum();
    assert!((sum[2] + pinned).abs() < 1e-12, "{sum:?} {pinned}");
    assert!(run.tensions().iter().all(|&t| t >= 0.0));
}

#[test]
fn a_settled_web_stays_at_rest() {
    let web = orb(
        &OrbSettings {
            turns: 8,
            ..OrbSettings::default()
        },
        2,
    )
    .unwrap();
    let mut run = Mechanics::new(
        &web,
        Loads {
            carried: 1e-4,
            ..Loads::default()
        },
        Stepping::Largest,
        Range::default(),
    )
    .unwrap();
    run.settle().unwrap();
    let start = run.state().position.clone();
    for _ in 0..2000 {
        run.step().unwrap();
    }
    for (p, q) in run.state().position.iter().zip(&start) {
        assert!((p[2] - q[2]).abs() < 1e-11 && (p[1] - q[1]).abs() < 1e-11);
    }
}

#[test]
fn a_mass_on_one_thread_hangs_straight_below_it() {
    let mut web = Web::empty("plumb");
    let top = web.add_node(Node::pinned([0.0; 3]));
    let bob = web.add_node(Node {
        mass: 1e-3,
        ..Node::free([0.05, 0.0, -0.01])
    });
    web.threads.push(Thread {
        ends: [top, bob],
        rest_length: 0.1,
        radius: 1e-5,
        kind: SilkKind::Tangle,
        material: DRAGLINE,
    });
    let mut run =
        Mechanics::new(&web, Loads::default(), Stepping::Largest, Range::default()).unwrap();
    run.settle().unwrap();
    let k = web.threads[0].axial_stiffness() / 0.1;
    let expected = -0.1 - run.mass(1) * GRAVITY / k;
    let [x, y, z] = run.position(1);
    assert!(x.abs() < 1e-9 && y.abs() < 1e-9 && (z / expected - 1.0).abs() < 1e-9);
}

#[test]
fn a_web_that_hangs_on_nothing_is_refused() {
    let mut web = Web::empty("falling");
    let a = web.add_node(Node::free([0.0; 3]));
    let b = web.add_node(Node::free([0.0, 0.0, 0.1]));
    web.span([a, b], SilkKind::Tangle, 1e-6, DRAGLINE, 0.0);
    let mut run =
        Mechanics::new(&web, Loads::default(), Stepping::Largest, Range::default()).unwrap();
    let error = run.settle().unwrap_err();
    assert_eq!(error, WebError::Unheld { node: 0, others: 1 });
}
