//! What circuits compute, against explicit loops and identities.

use std::collections::BTreeMap;

use loom_circuits::check::check;
use loom_circuits::dense::Dense;
use loom_circuits::library::checked;
use loom_circuits::run::Run;
use loom_circuits::{Checked, parse};

fn ramp(shape: &[usize], seed: f64) -> Dense {
    let n: usize = shape.iter().product();
    let values = (0..n).map(|i| (i as f64 * 0.37 + seed).sin()).collect();
    Dense::new(shape.to_vec(), values).unwrap()
}

fn outputs(checked: &Checked, inputs: &[Dense]) -> Vec<Dense> {
    let mut run = Run::new(checked, 7).unwrap();
    run.set_inputs(inputs).unwrap();
    run.finish(checked).unwrap();
    run.outputs().into_iter().cloned().collect()
}

fn circuit(text: &str) -> Checked {
    let checked = check(&parse(text).unwrap(), &BTreeMap::new()).unwrap();
    checked.sound().unwrap();
    checked
}

#[test]
fn attention_equals_explicit_loops() {
    let (y, x, k) = (20, 22, 16);
    let (q, keys, v) = (ramp(&[y, k], 0.1), ramp(&[x, k], 1.3), ramp(&[x, k], 2.9));
    let got = &outputs(
        &checked("scaled_dot_product_attention", &[]).unwrap(),
        &[q.clone(), keys.clone(), v.clone()],
    )[0];
    for i in 0..y {
        let scores: Vec<f64> = (0..x)
            .map(|j| {
                let dot: f64 = (0..k)
                    .map(|c| q.values[i * k + c] * keys.values[j * k + c])
                    .sum();
                dot / (k as f64).sqrt()
            })
            .collect();
        let total: f64 = scores.iter().map(|s| s.exp()).sum();
        for c in 0..k {
            let want: f64 = (0..x)
                .map(|j| scores[j].exp() / total * v.values[j * k + c])
                .sum();
            assert!((got.values[i * k + c] - want).abs() < 1e-12);
        }
    }
}

#[test]
fn softmax_rows_sum_to_one() {
    let c = circuit("circuit a(X: [y x h]) -> [y x h] where y = 3, x = 5, h = 2 { softmax(x) }");
    let out = &outputs(&c, &[ramp(&[3, 5, 2], 0.0)])[0];
    for y in 0..3 {
        for h in 0..2 {
            let sum: f64 = (0..5).map(|x| out.values[(y * 5 + x) * 2 + h]).sum();
            assert!((sum - 1.0).abs() < 1e-15);
        }
    }
}

#[test]
fn a_causal_mask_hides_what_comes_later() {
    let c = circuit("circuit a(X: [y x]) -> [y x] where y = 4, x = 4 { mask(y x); softmax(x) }");
    let out = &outputs(&c, &[ramp(&[4, 4], 0.4)])[0];
    for y in 0..4 {
        for x in 0..4 {
            assert_eq!(out.values[y * 4 + x] == 0.0, x > y);
        }
    }
}

#[test]
fn no_position_of_the_causal_transformer_sees_a_later_one() {
    let checked = checked(
        "causal_transformer",
        &[("x", 6), ("m", 8), ("k", 4), ("h", 2)],
    )
    .unwrap();
    let a = ramp(&[6, 8], 0.0);
    let mut changed = a.values.to_vec();
    changed[4 * 8 + 1] += 1.0;
    let b = Dense::new(vec![6, 8], changed).unwrap();
    let (u, v) = (&outputs(&checked, &[a])[0], &outputs(&checked, &[b])[0]);
    for x in 0..6 {
        let same = u.values[x * 8..x * 8 + 8] == v.values[x * 8..x * 8 + 8];
        assert_eq!(same, x < 4, "position {x}");
    }
}

#[test]
fn layer_norm_gives_mean_zero_and_variance_one() {
    let c = circuit("circuit a(X: [x m]) -> [x m] where x = 3, m = 64 { layer_norm(m) }");
    let out = &outputs(&c, &[ramp(&[3, 64], 0.0)])[0];
    for row in out.values.chunks(64) {
        let mean: f64 = row.iter().sum::<f64>() / 64.0;
        let variance: f64 = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 64.0;
        assert!(mean.abs() < 1e-15 && (variance - 1.0).abs() < 1e-4);
    }
}

#[test]
fn views_copies_sums_and_swaps_keep_their_identities() {
    let x = ramp(&[2, 3], 0.5);
    let c = circuit("circuit a(X: [a b]) -> [a b] where a = 2, b = 3 { copy; add; scale(1/2) }");
    assert_eq!(outputs(&c, std::slice::from_ref(&x))[0], x);
    let c = circuit(
        "circuit a(X: [a b]) -> [a b] where a = 2, b = 3 { view(a b -> p=a*b); view(p=a*b -> a b) }",
    );
    assert_eq!(outputs(&c, std::slice::from_ref(&x))[0], x);
    let c = circuit(
        "circuit a(X: [a b]) -> [a b] where a = 2, b = 3 { einsum('a b -> b a'); einsum('b a -> a b') }",
    );
    assert_eq!(outputs(&c, std::slice::from_ref(&x))[0], x);
    let c = circuit(
        "circuit a(X: [a b]) -> [a b] where a = 2, b = 3 { copy; relu | id; swap; delete | id }",
    );
    let relu: Vec<f64> = x.values.iter().map(|v| v.max(0.0)).collect();
    assert_eq!(
        outputs(&c, std::slice::from_ref(&x))[0].values.to_vec(),
        relu
    );
}

#[test]
fn indexing_before_broadcasting_equals_indexing_after() {
    let head = "circuit a(X: [h x k]) -> [k] where h = 3, x = 4, k = 5";
    let before = circuit(&format!("{head} {{ index(h 2); softmax(x); index(x 1) }}"));
    let after = circuit(&format!("{head} {{ softmax(x); index(h 2); index(x 1) }}"));
    let x = ramp(&[3, 4, 5], 0.2);
    assert_eq!(
        outputs(&before, std::slice::from_ref(&x)),
        outputs(&after, std::slice::from_ref(&x))
    );
}

#[test]
fn broadcasting_equals_the_written_out_einsum() {
    let head = "circuit a(Q: [h y k], K: [x k]) -> [h y x] where h = 2, y = 3, x = 4, k = 5";
    let each = circuit(&format!(
        "{head} {{ each(h of 1) {{ einsum('y k, x k -> y x') }} }}"
    ));
    let whole = circuit(&format!("{head} {{ einsum('h y k, x k -> h y x') }}"));
    let inputs = [ramp(&[2, 3, 5], 0.2), ramp(&[4, 5], 0.9)];
    assert_eq!(outputs(&each, &inputs), outputs(&whole, &inputs));
}

#[test]
fn repetitions_share_no_weights_and_seeds_decide() {
    let once = circuit("circuit a(X: [m]) -> [m] where m = 8 { repeat(1) { linear (m -> m) } }");
    let twice = circuit("circuit a(X: [m]) -> [m] where m = 8 { repeat(2) { linear (m -> m) } }");
    let x = ramp(&[8], 0.0);
    let first = outputs(&once, std::slice::from_ref(&x)).remove(0);
    let again = outputs(&once, std::slice::from_ref(&first)).remove(0);
    let both = outputs(&twice, std::slice::from_ref(&x)).remove(0);
    assert_ne!(again, both);
    assert_eq!(both, outputs(&twice, std::slice::from_ref(&x)).remove(0));
}

#[test]
fn multi_head_attention_keeps_its_scale() {
    // Unit inputs through maps of unit gain: averages over 22 values shrink, nothing grows.
    let checked = checked("multi_head_attention", &[]).unwrap();
    let mut run = Run::new(&checked, 0).unwrap();
    run.finish(&checked).unwrap();
    let out = run.outputs()[0];
    assert_eq!(out.shape, [20, 128]);
    assert!((0.1..1.0).contains(&out.rms()), "{}", out.rms());
}
