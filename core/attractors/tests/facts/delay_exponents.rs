//! Exponents of delay systems against exact roots, a second implementation and published values.

use loom_attractors::{Definition, Lyapunov, catalogue};
use loom_sim::{Analysis, Job, Report, Settings, Value};

use crate::delays::{definition, model_of, subject};

fn exponents(definition: &Definition, count: i64, time: f64) -> (Report, Vec<(f64, f64)>) {
    let settings: Settings = [
        ("exponents".to_owned(), Value::Integer(count)),
        ("time".to_owned(), Value::Real(time)),
    ]
    .into();
    let subject = subject(model_of(definition));
    let report = Lyapunov.run(&subject, &settings, &Job::quiet()).unwrap();
    let list = |key: &str| -> Vec<f64> {
        let values = report.json[key].as_array().unwrap();
        values.iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let pairs = list("spectrum").into_iter().zip(list("standard_error"));
    let pairs = pairs.collect();
    (report, pairs)
}

/// A root of λ = −a·e^{−λτ} near a guess, by Newton's method in the complex plane.
fn root(a: f64, tau: f64, mut re: f64, mut im: f64) -> f64 {
    for _ in 0..50 {
        let size = a * (-re * tau).exp();
        let (er, ei) = (size * (im * tau).cos(), -size * (im * tau).sin());
        // F = λ + a e^{−λτ}, F′ = 1 − aτ e^{−λτ}.
        let (fr, fi) = (re + er, im + ei);
        let (dr, di) = (1.0 - tau * er, -tau * ei);
        let norm = dr * dr + di * di;
        re -= (fr * dr + fi * di) / norm;
        im -= (fi * dr - fr * di) / norm;
    }
    re
}

#[test]
fn exponents_of_a_linear_delay_equation_are_the_roots_of_its_characteristic_one() {
    let linear = definition("x' = -x(t - 1)", "initial = [1]\ndt = 0.02\nperiod = 4");
    let (report, found) = exponents(&linear, 6, 30_000.0);
    let exact = [
        root(1.0, 1.0, -0.3, 1.3),
        root(1.0, 1.0, -2.0, 7.6),
        root(1.0, 1.0, -2.6, 13.9),
    ];
    assert!((exact[0] + 0.318_131_505).abs() < 1e-8);
    for (k, (x, error)) in found.iter().enumerate() {
        let wanted = exact[k / 2];
        assert!(
            (x - wanted).abs() < 0.01 + 3.0 * error,
            "{k}: {x} for {wanted}"
        );
    }
    assert!(report.json["mean_divergence"].is_null());
    assert_eq!(report.json["kaplan_yorke_dimension"], 0.0);
}

/// λ₁ of Mackey and Glass's equation by Farmer's way: n values of the past, one tangent vector.
fn farmer(tau: f64, nodes: usize, time: f64) -> f64 {
    let (beta, gamma) = (0.2, 0.1);
    let h = tau / nodes as f64;
    let f = |d: f64| beta * d / (1.0 + d.powi(10));
    let df = |d: f64| {
        let p = d.powi(10);
        beta * (1.0 - 9.0 * p) / (1.0 + p).powi(2)
    };
    let mut past: Vec<f64> = (0..=nodes)
        .map(|i| 0.9 + 0.2 * (i as f64 * 0.3).sin())
        .collect();
    let mut tangent = vec![1.0; nodes + 1];
    let mut growth = 0.0;
    let steps = (time / h) as usize;
    let settling = steps / 10;
    // Heun's steps need the past at nodes alone: of second order, with small steps.
    let mut at = 0;
    for step in 0..steps {
        let next = (at + 1) % (nodes + 1);
        let (x, d0, d1) = (past[at], past[next], past[(next + 1) % (nodes + 1)]);
        let (w, e0, e1) = (
            tangent[at],
            tangent[next],
            tangent[(next + 1) % (nodes + 1)],
        );
        let k1 = f(d0) - gamma * x;
        let k2 = f(d1) - gamma * (x + h * k1);
        let l1 = df(d0) * e0 - gamma * w;
        let l2 = df(d1) * e1 - gamma * (w + h * l1);
        past[next] = x + 0.5 * h * (k1 + k2);
        tangent[next] = w + 0.5 * h * (l1 + l2);
        at = next;
        if step % nodes == nodes - 1 {
            let size = tangent.iter().map(|x| x * x).sum::<f64>().sqrt();
            for x in &mut tangent {
                *x /= size;
            }
            if step > settling {
                growth += size.ln();
            }
        }
    }
    growth / ((steps - settling) as f64 * h)
}

#[test]
fn mackey_and_glass_have_farmers_exponents() {
    let entry = catalogue::named("MackeyGlass").unwrap();
    let (_, found) = exponents(&entry, 4, 100_000.0);
    let second = farmer(17.0, 340, 60_000.0);
    eprintln!("τ = 17: {found:?}, Farmer's way {second}");
    assert!((found[0].0 - second).abs() < 5e-4);
    assert!(found[1].0.abs() < 2e-4);
    assert!(found[2].0 < -0.01);
}

#[test]
fn a_longer_delay_has_the_spectrum_of_wolf_swift_swinney_and_vastano() {
    // Physica D 16 (1985) 285, table 1, τ = 31.8 (not checked against the paper itself): they agree
    // as natural logarithms, while the table's flows are in bits.
    let text = catalogue::named("MackeyGlass").unwrap().text.clone();
    let longer = text.replace("value = 17\n", "value = 31.8\n");
    let entry = Definition::parse("m.toml", &longer).unwrap();
    let (report, found) = exponents(&entry, 4, 100_000.0);
    for ((ours, error), theirs) in found.iter().zip([6.30e-3, 2.62e-3, 0.0, -1.39e-2]) {
        let gap = (ours - theirs).abs();
        assert!(gap < 1e-4 + 2.0 * error, "{ours} ± {error} for {theirs}");
    }
    let dimension = report.json["kaplan_yorke_dimension"].as_f64().unwrap();
    assert!((dimension - 3.64).abs() < 0.05, "{dimension}");
}
