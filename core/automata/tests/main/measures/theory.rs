//! What theory says of a rule's next generation, and what soups do.

use loom_sim::Mark;

use super::{error, run, soup, value};

#[test]
fn mean_field_theory_is_exact_for_one_generation() {
    for rule in [
        "B3/S23",
        "W30",
        "W110",
        "/2/3",
        "M1,2,4,8,3,5,6,7,9,10,12,11,13,14,15,0",
        "R2,C0,M1,S8..12,B7..9,NM",
        "K3C777",
        "B2/S34H",
        "WireWorld",
        "3D4555:T9",
        "R2,C3,S2-6,B3,NG",
        "B3/S23History",
    ] {
        let settings = [
            ("generations", 1),
            ("points", 7),
            ("soups", 6),
            ("side", 24),
        ];
        let model = soup(rule, [8, 8], 0.5);
        let report = run("mean_field", &model, &settings);
        let table = report
            .tables
            .iter()
            .find(|t| t.title.starts_with("Measured"))
            .unwrap();
        let column = |of: &str| -> Vec<f64> {
            let found = table
                .columns
                .iter()
                .find(|c| c.0.ends_with(of) && c.0.contains("tate 1"));
            found
                .unwrap()
                .1
                .iter()
                .map(|x| x.parse().unwrap())
                .collect()
        };
        let (measured, errors) = (column("measured"), column("error"));
        for ((m, e), f) in measured.iter().zip(errors).zip(column("foretold")) {
            // Few soups give rough errors; none at all where all is dead or full.
            let least = 0.6 / 24.0;
            assert!(
                (m - f).abs() < 6.0 * e + least / 2.0,
                "{rule}: {m} ± {e}, {f}"
            );
        }
    }
}

#[test]
fn fixed_points_of_life_are_published() {
    let settings = [
        ("generations", 1),
        ("points", 3),
        ("soups", 2),
        ("side", 16),
    ];
    let report = run("mean_field", &soup("B3/S23", [8, 8], 0.5), &settings);
    assert!((value(&report, "fixed_point_2") - 0.192).abs() < 5e-4);
    assert!((value(&report, "fixed_point_3") - 0.370).abs() < 5e-4);
    let name = |key: &str| {
        report
            .values
            .iter()
            .find(|q| q.key == key)
            .unwrap()
            .name
            .clone()
    };
    assert_eq!(name("fixed_point_2"), "Fixed point 2, unstable");
    assert_eq!(name("fixed_point_3"), "Fixed point 3, stable");
    assert!(matches!(&report.plots[0].marks[0], Mark::Line { points, .. } if points.len() == 401));
}

#[test]
fn damage_of_rule_90_has_a_power_of_two_of_cells() {
    let settings = [("generations", 40), ("pairs", 4)];
    for rule in ["W90", "W90:T101"] {
        let report = run("damage", &soup(rule, [50, 1], 0.5), &settings);
        let cells = report.json["damage"].as_array().unwrap();
        for (t, cells) in cells.iter().enumerate() {
            assert_eq!(
                cells.as_f64().unwrap(),
                f64::from(1u32 << t.count_ones()),
                "{t}"
            );
        }
        assert_eq!(report.json["standard_error"][7], 0.0);
        assert_eq!(value(&report, "healed"), 0.0);
        for key in ["speed", "speed_west", "speed_east"] {
            assert!((value(&report, key) - 1.0).abs() < 1e-12, "{rule} {key}");
        }
    }
    // Rule 30 hands everything on to the east at full speed, and to the west at about a quarter
    // (Wolfram 1985).
    let report = run(
        "damage",
        &soup("W30", [50, 1], 0.5),
        &[("generations", 400), ("pairs", 16)],
    );
    assert!((value(&report, "speed_east") - 1.0).abs() < 1e-12);
    assert!((value(&report, "speed_west") - 0.25).abs() < 0.03);
    // Parity of seven cells in space: seven differ after every power of two.
    let space = soup("3D:B135/S0246V:T19", [19, 19], 0.5);
    let report = run("damage", &space, &[("generations", 8), ("pairs", 3)]);
    for t in [1, 2, 4, 8] {
        assert_eq!(report.json["damage"][t], 7.0);
    }
    assert!((value(&report, "speed") - 1.0).abs() < 1e-12);
    // Under rule 204 the one cell stays, under rule 0 it is gone.
    let stay = run("damage", &soup("W204", [50, 1], 0.5), &settings);
    assert_eq!(value(&stay, "damage"), 1.0);
    assert_eq!(value(&stay, "speed"), 0.0);
    let gone = run("damage", &soup("W0", [50, 1], 0.5), &settings);
    assert_eq!(value(&gone, "healed"), 1.0);
}

#[test]
fn one_different_cell_becomes_as_many_as_the_rule_says() {
    for (rule, exact) in [
        // Every neighbour of an additive rule counts always.
        ("W90", Some(2.0)),
        ("W150", Some(3.0)),
        ("B1357/S02468", Some(9.0)),
        // Life, by hand below.
        ("B3/S23", Some(life_sensitivity())),
        ("W30", Some(2.0)),
        ("/2/3", None),
        ("B2/S34H", None),
        ("WireWorld", None),
        ("K3C777", None),
        ("R2,C0,M1,S8..12,B7..9,NM", None),
        ("R2,C3,S2-6,B3,NG", None),
        ("M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15", None),
        ("3D4555:T9", None),
    ] {
        let settings = [("pairs", 600), ("points", 3), ("side", 16)];
        let report = run("derrida", &soup(rule, [8, 8], 0.5), &settings);
        let told = value(&report, "exact_sensitivity");
        if let Some(exact) = exact {
            assert!((told - exact).abs() < 1e-9, "{rule}: {told}");
        }
        let (slope, error) = (value(&report, "slope"), error(&report, "slope"));
        assert!(
            (slope - told).abs() <= 5.0 * error + 1e-9,
            "{rule}: {slope} ± {error}, {told}"
        );
    }
}

/// Neighbours of a dead cell matter with 2 or 3 others alive, of a live one with 1 or 3; the cell
/// itself with 2 neighbours.
fn life_sensitivity() -> f64 {
    let (c71, c72, c73, c82) = (7.0, 21.0, 35.0, 28.0);
    8.0 * ((c72 + c73) + (c71 + c73)) / 2.0 / 128.0 + c82 / 256.0
}
