//! Shapes are checked by unification, and a disagreement names both its origins.

use std::collections::BTreeMap;

use loom_circuits::check::check;
use loom_circuits::library::checked;
use loom_circuits::program::Program;
use loom_circuits::{Checked, CircuitError, parse};

fn read(text: &str) -> Result<Checked, CircuitError> {
    check(&parse(text)?, &BTreeMap::new())
}

#[test]
fn the_library_is_sound_and_holds_for_all_sizes() {
    for (name, _) in loom_circuits::library::LIBRARY {
        let checked = checked(name, &[]).unwrap();
        assert!(checked.is_sound(), "{name}: {:?}", checked.errors);
        assert!(
            checked.warnings.is_empty(),
            "{name}: {:?}",
            checked.warnings
        );
    }
}

#[test]
fn two_sizes_on_one_wire_are_reported_with_both_origins() {
    let text = "circuit a(Q: [y 16], K: [x 17]) -> [y x] where y = 2, x = 3 {\n  einsum('y k, x k -> y x')\n}";
    let checked = read(text).unwrap();
    let error = &checked.errors[0];
    assert_eq!((error.first.as_str(), error.second.as_str()), ("16", "17"));
    assert_eq!((error.first_from.line, error.first_from.column), (1, 17));
    assert_eq!((error.second_from.line, error.second_from.column), (1, 28));
    assert_eq!((error.at.line, error.at.column), (2, 3));
    // On the wire of K's second axis.
    assert_eq!((error.array, error.axis), (checked.inputs[1], 1));
    assert_eq!(error.on_the_wire(), "16 from 1:17, 17 from 1:28");
    assert!(error.to_string().contains("line 1, column 17"), "{error}");
}

#[test]
fn a_disagreement_leaves_the_rest_usable() {
    let text = "circuit a(Q: [y k], K: [x 17]) -> [y x] where y = 2, x = 3, k = 16 {
        relu | relu; einsum('y k, x k -> y x'); softmax(x) }";
    let checked = read(text).unwrap();
    assert_eq!(checked.errors.len(), 1);
    let program = Program::of(&checked).unwrap();
    assert_eq!((program.end, program.columns()), (1, 3));
}

#[test]
fn setting_a_size_moves_every_shape_that_depends_on_it() {
    let checked = checked("multi_head_attention", &[("h", 8)]).unwrap();
    let queries = checked
        .steps
        .iter()
        .find(|s| s.path.contains("Linear Q"))
        .unwrap();
    assert_eq!(checked.shape(queries.outputs[0]).unwrap(), [20, 16, 8]);
}

#[test]
fn unknown_sizes_are_found_by_unification() {
    let checked = read("circuit a(X: [n]) -> [12] { id }").unwrap();
    assert_eq!(checked.shape(checked.inputs[0]).unwrap(), [12]);
    let checked = read("circuit a(X: [28 28]) -> [p] { view(28 28 -> p) }").unwrap();
    assert_eq!(checked.shape(checked.outputs[0]).unwrap(), [784]);
}

#[test]
fn what_makes_no_circuit_is_said_at_its_place() {
    for (text, says) in [
        ("circuit a(X: [n]) -> [n] { id }", "The size n has no value"),
        ("circuit a(X: [n]) -> [n] where n = 0 { id }", "can't be 0"),
        (
            "circuit a(X: [n]) -> [n] where n = 2*n { id }",
            "defined by itself",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = b, b = n { id }",
            "defined by itself",
        ),
        (
            "circuit a(X: [n/4]) -> [n/4] where n = 10 { id }",
            "not a whole number",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = 3 { softmax(k) }",
            "no axis k in [n]",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = 3 { copy }",
            "declares 1 outputs",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = 3 { copy; relu }",
            "takes 1 arrays",
        ),
        (
            "circuit a(X: [n], Y: [n]) -> [n] where n = 3 { relu }",
            "has 2 inputs",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = 3 { repeat(2) { copy } }",
            "must give as many",
        ),
        (
            "circuit a(X: [n n2=n]) -> [n] where n = 3 { index(n 5) }",
            "run from 0 to 2",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = 3 { einsum('a b -> a') }",
            "name each axis",
        ),
        (
            "circuit a(X: [n]) -> [n] where n = 3 { scale(q^2) }",
            "needs the size q",
        ),
    ] {
        let error = read(text).map(|c| format!("{:?}", c.errors)).unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
        assert!(error.to_string().starts_with("line 1"), "{text}: {error}");
    }
}

#[test]
fn sizes_equal_only_by_chance_are_a_warning() {
    let checked =
        read("circuit a(X: [a], Y: [b]) -> [a] where a = 4, b = 4 { einsum('i, i -> i') }")
            .unwrap();
    assert!(checked.is_sound());
    assert_eq!(checked.warnings.len(), 1);
}

#[test]
fn an_unknown_size_lists_those_that_are() {
    let error = checked("mlp", &[("q", 3)]).unwrap_err().to_string();
    assert!(error.contains("a, b, c, n"), "{error}");
}

#[test]
fn broadcasting_lets_the_extra_axis_pass() {
    let text = "circuit a(Q: [h y k], K: [h x k]) -> [h y x] where h = 2, y = 3, x = 4, k = 5 {
        each(h) { einsum('y k, x k -> y x') } }";
    let both = read(text).unwrap();
    assert_eq!(both.shape(both.outputs[0]).unwrap(), [2, 3, 4]);
    let text = "circuit a(Q: [h y k], K: [x k]) -> [h y x] where h = 2, y = 3, x = 4, k = 5 {
        each(h of 1) { einsum('y k, x k -> y x') } }";
    let inner = read(text).unwrap();
    assert_eq!(inner.shape(inner.outputs[0]).unwrap(), [2, 3, 4]);
}
