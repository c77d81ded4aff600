//! Parameters and multiply–accumulates equal the published or recomputed ones.

use loom_circuits::count::{count, exact};
use loom_circuits::library::checked;

fn costs(name: &str, set: &[(&str, u64)]) -> (String, String) {
    let checked = checked(name, set).unwrap();
    let (total, _) = count(&checked).unwrap();
    (
        exact(&checked, &total.parameters).unwrap().to_string(),
        exact(&checked, &total.macs).unwrap().to_string(),
    )
}

#[test]
fn the_papers_counts_are_met() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(costs("mlp", &[]), pair("669706", "668672"));
    assert_eq!(costs("multi_head_attention", &[]), pair("32768", "744448"));
    assert_eq!(costs("multi_head_attention", &[("h", 8)]).0, "65536");
    assert_eq!(costs("mlp", &[("n", 256)]).0, "269322");
    // 2 y x k
    assert_eq!(
        costs("scaled_dot_product_attention", &[]),
        pair("0", "14080")
    );
}

#[test]
fn the_transformer_costs_what_its_formula_says() {
    // A layer: 4 m k h + 3 k h + m of attention, 2 m f + f + m of feed-forward, 4 m of norms.
    let (m, k, h, f, n) = (64, 16, 4, 256, 3);
    let layer = 4 * m * k * h + 3 * k * h + m + 2 * m * f + f + m + 4 * m;
    assert_eq!(costs("causal_transformer", &[]).0, (n * layer).to_string());
}

#[test]
fn formulas_are_symbolic_and_blocks_add_up() {
    let checked = checked("multi_head_attention", &[]).unwrap();
    let (total, rows) = count(&checked).unwrap();
    assert_eq!(total.parameters.to_string(), "4·h·k·m");
    let block = rows
        .iter()
        .find(|r| r.path == "Multi-Head Attention")
        .unwrap();
    assert_eq!(block.cost.macs, total.macs);
    let steps = rows.iter().filter(|r| !r.block);
    let sum: num_bigint::BigInt = steps.map(|r| exact(&checked, &r.cost.macs).unwrap()).sum();
    assert_eq!(sum, exact(&checked, &total.macs).unwrap());
}
