//! Entropy, information, probes and symmetries of cells that are known.

use loom_automata::Automata;
use loom_sim::{Gate, Model, Place, ProbeSpec, Reading, Science, Settings, SimError};

use super::{error, pattern, run, soup, text, value};

/// A chess board as RLE.
fn chess(side: usize, rule: &str) -> Model {
    let row = |y: usize| -> String {
        (0..side)
            .map(|x| if (x + y).is_multiple_of(2) { 'o' } else { 'b' })
            .collect()
    };
    let rows: Vec<String> = (0..side).map(row).collect();
    pattern(&format!(
        "x = {side}, y = {side}, rule = {rule}\n{}!",
        rows.join("$")
    ))
}

#[test]
fn a_fair_soup_carries_one_bit_a_cell() {
    let report = run(
        "entropy",
        &soup("B3/S23:T256", [256, 256], 0.5),
        &[("side", 2)],
    );
    for key in ["entropy_per_cell", "entropy_rate"] {
        let (bits, error) = (value(&report, key), error(&report, key));
        assert!(
            error < 1e-3 && (bits - 1.0).abs() < 5.0 * error + 1e-9,
            "{key} {bits} ± {error}"
        );
    }
    // An unfair one carries the entropy of its density.
    let report = run(
        "entropy",
        &soup("B3/S23:T256", [256, 256], 0.25),
        &[("side", 1)],
    );
    let p = value(&report, "density");
    let bits = -p * p.log2() - (1.0 - p) * (1.0 - p).log2();
    assert!((value(&report, "plain_entropy") - bits).abs() < 1e-12);
    // Three colours, all alike.
    let report = run(
        "entropy",
        &soup("K3C777:T30000", [30000, 1], 2.0 / 3.0),
        &[("side", 4)],
    );
    assert!((value(&report, "entropy_per_cell") - 3f64.log2()).abs() < 5e-3);
    let report = run(
        "entropy",
        &soup("3D4555:T30", [30, 900], 0.5),
        &[("side", 2)],
    );
    assert!((value(&report, "entropy_per_cell") - 1.0).abs() < 5e-3);
}

#[test]
fn a_chess_board_has_two_phases_and_the_dead_plane_one() {
    let report = run("entropy", &chess(16, "B3/S23:T16"), &[("side", 3)]);
    // Two kinds of blocks, however large.
    assert!((value(&report, "plain_entropy") - 1.0).abs() < 1e-12);
    assert_eq!(value(&report, "kinds"), 2.0);
    assert_eq!(value(&report, "blocks"), 256.0);
    let dead = run(
        "entropy",
        &soup("B3/S23:T16", [16, 16], 0.0),
        &[("side", 3)],
    );
    assert_eq!(value(&dead, "block_entropy"), 0.0);
    // Its colours tell of each other fully, next to each other and diagonally.
    let report = run(
        "mutual_information",
        &chess(16, "B3/S23:T16"),
        &[("generations", 0)],
    );
    for key in [
        "information_along_x",
        "information_along_y",
        "information_diagonal",
    ] {
        let bias = 1.0 / (2.0 * 256.0) / std::f64::consts::LN_2;
        assert!((value(&report, key) - 1.0 - bias).abs() < 1e-9, "{key}");
    }
}

#[test]
fn cells_of_a_fair_soup_tell_nothing_of_each_other() {
    let soup = soup("B3/S23:T128", [128, 128], 0.5);
    let report = run(
        "mutual_information",
        &soup,
        &[("farthest", 4), ("generations", 2)],
    );
    for key in [
        "information_along_x",
        "information_along_y",
        "information_diagonal",
    ] {
        assert!(value(&report, key).abs() < 1e-3, "{key}");
    }
    assert!((value(&report, "entropy") - 1.0).abs() < 1e-3);
    // A cell does tell of itself a generation later: by births and survivals I = H(q) − Σ p H(q_s).
    let h = |q: f64| -q * q.log2() - (1.0 - q) * (1.0 - q).log2();
    let (born, stays) = (56.0 / 256.0, 84.0 / 256.0);
    let expected = h(f64::midpoint(born, stays)) - f64::midpoint(h(born), h(stays));
    let (found, error) = (
        value(&report, "information_in_time"),
        error(&report, "information_in_time"),
    );
    assert!(
        (found - expected).abs() < 5.0 * error,
        "{found} ± {error}, {expected}"
    );
}

#[test]
fn probes_follow_density_entropy_and_one_cell() {
    // A blinker in the middle of 25 cells.
    let model = pattern("x = 3, y = 1, rule = B3/S23:T5\n3o!");
    let mut life = Automata.build(&model, &Place::cpu()).unwrap();
    let cell = |x: i64, y: i64| ProbeSpec {
        kind: "cell".into(),
        settings: Settings::from([("x".to_owned(), x.into()), ("y".to_owned(), y.into())]),
    };
    let probes = [
        cell(1, 0),
        cell(0, 1),
        ProbeSpec::new("density"),
        ProbeSpec::new("entropy"),
    ];
    for probe in &probes {
        assert!(life.probes().iter().any(|kind| kind.key == probe.kind));
        life.attach(probe).unwrap();
    }
    life.advance(&4u32.into(), &Gate::open()).unwrap();
    let values = |probe: &ProbeSpec| match life.read(probe) {
        Some(Reading::Series(series)) => series.columns[0].values.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(values(&probes[0]), [1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(values(&probes[1]), [0.0, 1.0, 0.0, 1.0, 0.0]);
    let p: f64 = 3.0 / 25.0;
    let bits = -p * p.log2() - (1.0 - p) * (1.0 - p).log2();
    assert!(values(&probes[2]).iter().all(|d| (d - p).abs() < 1e-15));
    assert!(values(&probes[3]).iter().all(|h| (h - bits).abs() < 1e-15));
    let mut wrong = cell(0, 0);
    wrong.settings.insert("z".into(), 1i64.into());
    assert!(matches!(
        life.attach(&wrong),
        Err(SimError::UnknownParameter { .. })
    ));
    assert!(matches!(
        life.attach(&ProbeSpec::new("heat")),
        Err(SimError::Unknown { .. })
    ));
    // Of a rule of one dimension it is the present row that counts.
    let row = pattern("x = 1, y = 1, rule = W90:T8\no!");
    let mut line = Automata.build(&row, &Place::cpu()).unwrap();
    line.attach(&probes[2]).unwrap();
    line.advance(&3u32.into(), &Gate::open()).unwrap();
    match line.read(&probes[2]) {
        Some(Reading::Series(series)) => {
            assert_eq!(series.columns[0].values, [0.125, 0.25, 0.25, 0.5]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn symmetries_are_told_of_cells_and_rules() {
    let of = |rle: &str| run("symmetry", &pattern(rle), &[]);
    for (rle, group) in [
        ("x = 3, y = 3\n3o$3o$3o!", "D8_1"),
        ("x = 2, y = 2\n2o$2o!", "D8_4"),
        ("x = 3, y = 1\n3o!", "D4_+1"),
        ("x = 2, y = 1\n2o!", "D4_+2"),
        ("x = 4, y = 2\n4o$4o!", "D4_+4"),
        ("x = 3, y = 3\nobo$3bo!", "C1"),
        ("x = 3, y = 2\nobo$3o!", "D2_+1"),
        ("x = 2, y = 3\n2o$o$2o!", "D2_+1"),
        ("x = 4, y = 2\no2bo$4o!", "D2_+2"),
        ("x = 3, y = 3\n2o$obo$b2o!", "D4_x1"),
        ("x = 2, y = 2\nob$bo!", "D4_x4"),
        ("x = 2, y = 2\n2o$o!", "D2_x"),
        ("x = 3, y = 3\n2o$bo$b2o!", "C2_1"),
        ("x = 3, y = 2\n2o$b2o!", "C2_2"),
        ("x = 4, y = 2\n2ob$2b2o!", "C2_4"),
    ] {
        assert_eq!(text(&of(rle), "group"), group, "{rle}");
    }
    let report = of("x = 2, y = 2\n2o$o!");
    assert_eq!(text(&report, "diagonal"), "yes");
    assert_eq!(text(&report, "counterdiagonal"), "no");
    assert_eq!(text(&report, "rule_outer_totalistic"), "yes");
    let report = run("symmetry", &chess(8, "B3678/S34678:T8"), &[]);
    assert_eq!(value(&report, "repeats_x"), 2.0);
    assert_eq!(text(&report, "rule_self_complementary"), "yes");
    let report = run("symmetry", &soup("W110:T9", [9, 1], 1.0), &[]);
    assert_eq!(value(&report, "repeats_x"), 1.0);
    assert_eq!(report.tables[0].columns[1].1, ["W124", "W137", "W193"]);
    let report = run("symmetry", &soup("3D4555:T9", [1, 1], 1.0), &[]);
    assert_eq!(text(&report, "cube"), "48 of 48");
}
