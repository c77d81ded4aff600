//! Facts about grids.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::rule::Rule;

/// The cells around a grid of letters, as the grid's rim shows them, row by row.
fn rim(suffix: &str, width: i64, height: i64) -> Vec<String> {
    let rule: Rule = format!("B3/S23:{suffix}").parse().unwrap();
    (-1..=height)
        .map(|y| {
            (-1..=width)
                .map(|x| match rule.topology.source(x, y) {
                    Some((x, y)) => char::from(b'A' + (y * width + x) as u8),
                    None => '0',
                })
                .collect()
        })
        .collect()
}

#[test]
fn edges_meet_as_in_golly() {
    // Shifted Klein bottles are as bgolly 3.3 runs them; its manual draws them shifted the
    // other way.

    let check = |suffix, width, height, rows: &str| {
        let rows: Vec<&str> = rows.split(' ').collect();
        assert_eq!(rim(suffix, width, height), rows, "{suffix}");
    };
    check("P4,3", 4, 3, "000000 0ABCD0 0EFGH0 0IJKL0 000000");
    check("T4,3", 4, 3, "LIJKLI DABCDA HEFGHE LIJKLI DABCDA");
    check("T4+1,3", 4, 3, "KLIJKL DABCDA HEFGHE LIJKLI ABCDAB");
    check("T4,3+1", 4, 3, "HIJKLA LABCDE DEFGHI HIJKLA LABCDE");
    check("K4*,3", 4, 3, "ILKJIL DABCDA HEFGHE LIJKLI ADCBAD");
    check("K4,3*", 4, 3, "DIJKLA LABCDI HEFGHE DIJKLA LABCDI");
    check("K4*+1,3", 4, 3, "LKJILK DABCDA HEFGHE LIJKLI DCBADC");
    check("K3,4*+1", 3, 4, "LJKLJ IABCG FDEFD CGHIA LJKLJ IABCG");
    check("C4,3", 4, 3, "ALKJID LABCDI HEFGHE DIJKLA IDCBAL");
    check("S3", 3, 3, "AADGC AABCG BDEFH CGHII GCFII");
}

#[test]
fn what_makes_no_grid_is_refused_where_it_stands() {
    let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
    for (text, at) in [
        ("B3/S23:X9", 8),
        ("B3/S23:T", 9),
        ("B3/S23:T99999999999", 9),
        ("B3/S23:T9*", 10),
        ("B3/S23:P9+1", 10),
        ("B3/S23:S9,8", 11),
        ("B3/S23:K9,8", 12),
        ("B3/S23:K9*,8*", 14),
        ("B3/S23:K9*+1,8", 15),
        ("B3/S23:C9,0", 12),
        ("B3/S23:T9+1,0", 14),
        ("B3/S23:T9+1,8+1", 16),
    ] {
        assert_eq!(column(text), at, "{text}");
    }
    let plain = |text: &str| text.parse::<Rule>().unwrap().topology;
    assert_eq!(plain("B3/S23:T0"), Topology::Plane);
    assert_eq!(
        plain("B3/S23:T9+9,8"),
        Topology::Torus {
            width: 9,
            height: 8
        }
    );
    assert_eq!(
        plain("B3/S23:P0,8").to_string(),
        ":P0,8",
        "unbounded one way"
    );
}
