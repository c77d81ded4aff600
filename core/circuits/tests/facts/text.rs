//! The text form reads back as what was written, and errors point at their place.

use loom_circuits::error::CircuitError;
use loom_circuits::expr::Expr;
use loom_circuits::library::LIBRARY;
use loom_circuits::parse::parse_axes;
use loom_circuits::term::{AxisSpec, Function, Node, Norm, Operation, Term};
use loom_circuits::{parse, parse_term};
use proptest::prelude::*;

#[test]
fn every_library_circuit_is_its_own_print() {
    for (name, text) in LIBRARY {
        let circuit = parse(text).unwrap();
        assert_eq!(circuit.name, name);
        let printed = circuit.to_string();
        assert_eq!(parse(&printed).unwrap(), circuit, "{printed}");
    }
}

fn place(error: &CircuitError) -> (u32, u32) {
    match error {
        CircuitError::Syntax { at, .. } | CircuitError::Meaning { at, .. } => (at.line, at.column),
        CircuitError::Shape(e) => (e.at.line, e.at.column),
        other => panic!("no place in {other}"),
    }
}

#[test]
fn errors_name_line_and_column() {
    let wrong = "circuit a(x: [k]) -> [k]\n{\n  relu;\n  sofmax(k)\n}";
    let error = parse(wrong).unwrap_err();
    assert_eq!(place(&error), (4, 3));
    assert!(error.to_string().contains("found \"sofmax\""), "{error}");

    assert_eq!(
        place(&parse("circuit a(x: [k]) -> [k] where k = 3, k = 4 { id }").unwrap_err()),
        (1, 39)
    );
    assert_eq!(
        place(&parse("circuit a(x: [k]) -> [k] { scale(k^ }").unwrap_err()),
        (1, 37)
    );
    assert_eq!(
        place(&parse_term("einsum('y k, x k -> z')").unwrap_err()),
        (1, 8)
    );
    assert_eq!(place(&parse_term("relu;\n\"open").unwrap_err()), (2, 1));
    assert_eq!(place(&parse_term("relu; ?").unwrap_err()), (1, 7));
}

#[test]
fn comments_and_unicode_arrows_are_read() {
    let a = parse_term("// flatten\nview(a b → p); relu // and bend").unwrap();
    assert_eq!(a, parse_term("view(a b -> p); relu").unwrap());
}

#[test]
fn einsum_strings_are_taken_as_typed() {
    let spaced = parse_term("einsum('y k h, x k h -> y x h')").unwrap();
    assert_eq!(parse_term("einsum(\"ykh,xkh->yxh\")").unwrap(), spaced);
    let Term::Operation(Operation::Einsum { operands, output }) = spaced.term else {
        panic!("not an einsum");
    };
    assert_eq!(operands, [["y", "k", "h"], ["x", "k", "h"]]);
    assert_eq!(output, ["y", "x", "h"]);
}

#[test]
fn axes_may_be_named_sized_or_both() {
    let axes = parse_axes("[x n1/4 k2=k 784 (a + b)*2]").unwrap();
    let text: Vec<String> = axes.iter().map(AxisSpec::text).collect();
    assert_eq!(text, ["x", "n1/4", "k2=k", "784", "(a + b)*2"]);
}

#[test]
fn deep_nesting_and_long_texts_are_refused_politely() {
    let deep = format!("{}id{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(parse_term(&deep).unwrap_err().to_string().contains("nest"));
    let minus = format!("scale({}k)", "-".repeat(10_000));
    assert!(parse_term(&minus).is_err());
    assert!(parse_term(&"relu;".repeat(1 << 19)).is_err());
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,3}".prop_map(String::from)
}
fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        (0u64..2000).prop_map(Expr::Integer),
        name().prop_map(Expr::Symbol),
        (0.001f64..1e9).prop_map(Expr::Decimal),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(a, b)| Expr::Add(a.into(), b.into())),
            two.clone()
                .prop_map(|(a, b)| Expr::Subtract(a.into(), b.into())),
            two.clone()
                .prop_map(|(a, b)| Expr::Multiply(a.into(), b.into())),
            two.clone()
                .prop_map(|(a, b)| Expr::Divide(a.into(), b.into())),
            two.prop_map(|(a, b)| Expr::Power(a.into(), b.into())),
            inner.prop_map(|a| Expr::Negate(a.into())),
        ]
    })
}
fn axis() -> impl Strategy<Value = AxisSpec> {
    (prop::option::of(name()), expr()).prop_map(|(given, size)| {
        // A lone symbol is a name as well, as it is when read.
        let name = match (&given, &size) {
            (None, Expr::Symbol(s)) => Some(s.clone()),
            _ => given,
        };
        AxisSpec {
            name,
            size,
            at: Default::default(),
        }
    })
}
fn axes(least: usize) -> impl Strategy<Value = Vec<AxisSpec>> {
    prop::collection::vec(axis(), least..4)
}
fn operation() -> impl Strategy<Value = Operation> {
    let letters = || prop::collection::btree_set("[a-z][a-z]{0,2}", 0..4);
    let label = || {
        prop_oneof![
            Just(String::new()),
            name(),
            (0u64..99).prop_map(|n| n.to_string())
        ]
    };
    prop_oneof![
        (prop::collection::vec(letters(), 1..4), any::<u8>()).prop_map(|(operands, mask)| {
            let operands: Vec<Vec<String>> = operands
                .into_iter()
                .map(|o| o.into_iter().collect())
                .collect();
            let mut output: Vec<String> = operands.concat();
            output.sort();
            output.dedup();
            let mut bit = 0;
            output.retain(|_| {
                bit += 1;
                mask >> (bit % 8) & 1 == 1
            });
            Operation::Einsum { operands, output }
        }),
        (label(), any::<bool>(), axes(0), axes(0)).prop_map(|(name, bias, from, to)| {
            Operation::Linear {
                name,
                bias,
                from,
                to,
            }
        }),
        axis().prop_map(Operation::Softmax),
        (axis(), axis()).prop_map(|(query, key)| Operation::Mask { query, key }),
        (any::<bool>(), any::<bool>(), label(), axes(1)).prop_map(
            |(layer, learned, name, axes)| {
                Operation::Normalise {
                    kind: if layer { Norm::Layer } else { Norm::Rms },
                    learned,
                    name,
                    axes,
                }
            }
        ),
        Just(Operation::Elementwise(Function::Gelu)),
        expr().prop_map(|e| Operation::Elementwise(Function::Scale(e))),
        (1usize..5).prop_map(Operation::Add),
        (1usize..5).prop_map(Operation::Copy),
        Just(Operation::Delete),
        Just(Operation::Swap),
        (axes(0), axes(0)).prop_map(|(from, to)| Operation::View { from, to }),
        (axis(), 0u64..9).prop_map(|(axis, at)| Operation::Index { axis, at }),
    ]
}
fn term() -> impl Strategy<Value = Node> {
    let at = Default::default();
    let leaf = prop_oneof![
        operation().prop_map(Term::Operation),
        (1usize..4).prop_map(Term::Identity),
    ]
    .prop_map(move |term| Node { term, at });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            list.clone().prop_map(move |l| Node::compose(l, at)),
            list.prop_map(move |l| Node::product(l, at)),
            (
                "[ -~]{0,8}",
                prop::option::of(0u32..0x0100_0000),
                inner.clone()
            )
                .prop_map(move |(name, tint, body)| Node {
                    term: Term::Block {
                        name,
                        tint,
                        body: Box::new(body)
                    },
                    at
                }),
            (expr(), inner.clone()).prop_map(move |(count, body)| Node {
                term: Term::Repeat {
                    count,
                    body: Box::new(body)
                },
                at
            }),
            (name(), prop::collection::vec(1usize..4, 0..3), inner).prop_map(
                move |(axis, members, body)| Node {
                    term: Term::Each {
                        axis,
                        members,
                        body: Box::new(body)
                    },
                    at
                }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_term_reads_back_the_same(node in term()) {
        let text = node.to_string();
        prop_assert_eq!(parse_term(&text).unwrap_or_else(|e| panic!("{e}\n{text}")), node);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[ -~\n]{0,80}") {
        let _ = parse(&text);
        let _ = parse_term(&text);
        let _ = parse_axes(&text);
    }

    #[test]
    fn no_damaged_circuit_breaks_the_reader(which in 0usize..4, at in 0usize..900, with in "[ -~]{0,6}", cut in 0usize..9) {
        let text = LIBRARY[which].1;
        let chars: Vec<char> = text.chars().collect();
        let at = at.min(chars.len());
        let broken: String = chars[..at].iter().copied().chain(with.chars()).chain(chars[(at + cut).min(chars.len())..].iter().copied()).collect();
        if let Ok(circuit) = parse(&broken) && let Ok(checked) = loom_circuits::check(&circuit, &Default::default()) {
            let _ = loom_circuits::program::Program::of(&checked);
            let _ = loom_circuits::count::count(&checked);
        }
    }
}
