//! Measures have the values that are known or can be told beforehand, on every family.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use loom_automata::Automata;
use loom_sim::{
    Analysis, Gate, Job, Mark, Model, Number, Place, ProbeSpec, Reading, Report, Science, Settings,
    SimError, Subject, Uncertainty, Value,
};

fn analysis(key: &str) -> Arc<dyn Analysis> {
    let mut all = Automata.analyses().into_iter();
    all.find(|a| a.key() == key).unwrap()
}

fn try_run(key: &str, model: &Model, settings: &[(&str, i64)]) -> Result<Report, SimError> {
    let settings = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), Value::Integer(*v)));
    let subject = Subject::State {
        model: model.clone(),
        capture: None,
    };
    analysis(key).run(&subject, &settings.collect(), &Job::quiet())
}

fn run(key: &str, model: &Model, settings: &[(&str, i64)]) -> Report {
    try_run(key, model, settings).unwrap()
}

fn soup(rule: &str, size: [i64; 2], density: f64) -> Model {
    Model::new("automata", "soup")
        .with("rule", rule)
        .with("width", size[0])
        .with("height", size[1])
        .with("density", density)
}

fn pattern(rle: &str) -> Model {
    Model::new("automata", "pattern").attach("pattern", "given.rle", rle.as_bytes())
}

fn value(report: &Report, key: &str) -> f64 {
    let quantity = report.values.iter().find(|q| q.key == key);
    quantity
        .unwrap_or_else(|| panic!("no {key}"))
        .as_real()
        .unwrap()
}

fn error(report: &Report, key: &str) -> f64 {
    match report
        .values
        .iter()
        .find(|q| q.key == key)
        .map(|q| &q.error)
    {
        Some(Uncertainty::StandardError(e)) => *e,
        other => panic!("{key}: {other:?}"),
    }
}

fn text(report: &Report, key: &str) -> String {
    match report
        .values
        .iter()
        .find(|q| q.key == key)
        .map(|q| &q.value)
    {
        Some(Number::Text(text)) => text.clone(),
        other => panic!("{key}: {other:?}"),
    }
}

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

/// The largest period of rule 30 on a ring and the sizes of transient and period from one state,
/// by bits.
fn ring(state: u32, n: u32, rule: u32) -> (u64, u64) {
    let next = |s: u32| {
        (0..n).fold(0, |all, i| {
            let bit = |i: u32| s >> (i % n) & 1;
            // Bit i is a column; the west is i − 1.
            let place = 4 * bit(i + n - 1) + 2 * bit(i) + bit(i + 1);
            all | (rule >> place & 1) << i
        })
    };
    let mut seen = std::collections::HashMap::new();
    let (mut s, mut t) = (state, 0u64);
    loop {
        if let Some(first) = seen.insert(s, t) {
            return (first, t - first);
        }
        s = next(s);
        t += 1;
    }
}

#[test]
fn rule_30_on_rings_has_its_periods() {
    // The longest periods for 7 to 11 cells (Wolfram 1986, Random sequence generation).
    for (n, longest) in [(7, 63), (8, 40), (9, 171), (10, 15), (11, 154)] {
        let all = (0..1 << n).map(|state| ring(state, n, 30).1);
        assert_eq!(all.max().unwrap(), longest, "{n}");
    }
    for n in 5..=10u32 {
        let mut random = 12345u32 + n;
        for _ in 0..6 {
            random = random.wrapping_mul(1664525).wrapping_add(1013904223);
            let state = random >> 8 & ((1 << n) - 1) | 1;
            let row: String = (0..n)
                .map(|i| if state >> i & 1 == 1 { 'o' } else { 'b' })
                .collect();
            for grid in [format!("T{n}"), format!("T{n},20")] {
                let (transient, period) = ring(state, n, 30);
                let model = pattern(&format!(
                    "#CXRLE Pos={},0\nx = {n}, y = 1, rule = W30:{grid}\n{row}!",
                    -i64::from(n / 2)
                ));
                let report = run("period", &model, &[]);
                assert_eq!(
                    value(&report, "transient"),
                    transient as f64,
                    "{n} {row} {grid}"
                );
                assert_eq!(value(&report, "period"), period as f64, "{n} {row} {grid}");
            }
        }
    }
}

#[test]
fn objects_have_their_periods_and_velocities() {
    let named = |name: &str| Model::new("automata", name);
    for (name, period, velocity) in [
        ("block", 1.0, None),
        ("pulsar", 3.0, None),
        ("pentadecathlon", 15.0, None),
        ("glider", 4.0, Some("c/4 diagonal")),
        ("lightweight-spaceship", 4.0, Some("c/2 orthogonal")),
        ("copperhead", 10.0, Some("c/10 orthogonal")),
    ] {
        let report = run("period", &named(name), &[]);
        assert_eq!(value(&report, "period"), period, "{name}");
        assert_eq!(value(&report, "transient"), 0.0, "{name}");
        match velocity {
            Some(velocity) => assert_eq!(text(&report, "velocity"), velocity),
            None => assert!(!report.values.iter().any(|q| q.key == "velocity")),
        }
    }
    // On a torus a glider is back after four generations a cell.
    let report = run("period", &named("glider").with("rule", "B3/S23:T12"), &[]);
    assert_eq!(value(&report, "period"), 48.0);
    // The gun never returns, and says so.
    let report = run(
        "period",
        &named("gosper-glider-gun"),
        &[("generations", 200)],
    );
    assert_eq!(text(&report, "period"), "not within 200 generations");
    // Diehard dies at generation 130.
    let report = run("period", &named("diehard"), &[]);
    assert_eq!(text(&report, "kind"), "everything is dead");
    assert_eq!(value(&report, "transient"), 130.0);
    // A ball of the billiard flies diagonally, a cell a generation: by twos it is in its squares
    // again, but a step of one cell both ways in one generation leaves them alike.
    let ball = pattern("x = 1, y = 1, rule = M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15\no!");
    let report = run("period", &ball, &[]);
    assert_eq!(value(&report, "period"), 1.0);
    assert_eq!(text(&report, "velocity"), "c diagonal");
    // On a torus of 8 cells it is back after 8 generations.
    let ball = ball.with("rule", "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15:T8");
    assert_eq!(value(&run("period", &ball, &[]), "period"), 8.0);
    // A clock of wire: its loop holds one electron.
    let wire = "x = 4, y = 4, rule = WireWorld\n.2C$B2.C$A2.C$.2C!";
    assert_eq!(value(&run("period", &pattern(wire), &[]), "period"), 8.0);
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

/// The cells of a diagram row by row.
fn diagram(report: &Report) -> Vec<String> {
    report.tables[0].columns[1].1.clone()
}

#[test]
fn diagrams_show_a_line_over_time() {
    // Rule 90 from one cell: Pascal's triangle modulo 2.
    let one = pattern("x = 1, y = 1, rule = W90\no!");
    let report = run("space_time", &one, &[("generations", 3)]);
    assert_eq!(
        diagram(&report),
        ["0001000", "0010100", "0100010", "1010101"]
    );
    let Mark::Field(field) = &report.plots[0].marks[0] else {
        panic!("no field");
    };
    assert_eq!((field.width, field.height()), (7, 4));
    assert_eq!(field.values[3], Some(0.0));
    assert_eq!(field.values.iter().flatten().count(), 1 + 2 + 2 + 4);
    // A blinker through its middle row: three cells, then one.
    let blinker = pattern("x = 3, y = 1, rule = B3/S23:T5\n3o!");
    let report = run("space_time", &blinker, &[("generations", 2)]);
    assert_eq!(diagram(&report), ["01110", "00100", "01110"]);
    let choose = |slice: &str| {
        let settings = Settings::from([
            ("generations".to_owned(), Value::Integer(1)),
            ("slice".to_owned(), slice.into()),
        ]);
        let subject = Subject::State {
            model: blinker.clone(),
            capture: None,
        };
        analysis("space_time")
            .run(&subject, &settings, &Job::quiet())
            .unwrap()
    };
    assert_eq!(diagram(&choose("column")), ["00100", "01110"]);
    assert_eq!(diagram(&choose("over_columns")), ["0 1 1 1 0", "0 0 3 0 0"]);
    assert_eq!(diagram(&choose("over_rows")), ["0 0 3 0 0", "0 1 1 1 0"]);
    // Too wide a line is refused with a sentence.
    let wide = soup("B3/S23:T5000,8", [8, 8], 0.5);
    let error = try_run("space_time", &wide, &[]).unwrap_err();
    assert!(error.to_string().contains("5000 × 257 cells"), "{error}");
}

#[test]
fn oscillators_have_their_rotors_and_heat() {
    let named = |name: &str| Model::new("automata", name);
    // Blinker: 4 of 5 cells turn over every time; beacon: 2 of 8; toad: 8 of 10.
    for (name, rotor, stator, heat, envelope) in [
        ("blinker", 4.0, 1.0, 4.0, 5.0),
        ("beacon", 2.0, 6.0, 2.0, 8.0),
        ("toad", 8.0, 2.0, 8.0, 10.0),
    ] {
        let report = run("activity_map", &named(name), &[("generations", 10)]);
        assert_eq!(value(&report, "period"), 2.0);
        assert_eq!(value(&report, "rotor"), rotor, "{name}");
        assert_eq!(value(&report, "stator"), stator, "{name}");
        assert_eq!(value(&report, "heat"), heat, "{name}");
        assert_eq!(value(&report, "envelope"), envelope, "{name}");
        assert_eq!(value(&report, "temperature"), heat / rotor, "{name}");
    }
    // A still life never changes, a glider leaves a trail and has no rotor.
    let report = run("activity_map", &named("block"), &[("generations", 10)]);
    assert_eq!(
        (value(&report, "heat"), value(&report, "unchanged")),
        (0.0, 4.0)
    );
    let report = run("activity_map", &named("glider"), &[("generations", 40)]);
    assert!(!report.values.iter().any(|q| q.key == "rotor"));
    // It turns over 4 cells in each generation.
    assert_eq!(value(&report, "heat"), 4.0);
    assert_eq!(text(&report, "envelope_box"), "13 × 13 from 0, 0");
    assert_eq!(report.plots.len(), 4);
    let error = try_run("activity_map", &soup("B3/S23:T5000", [8, 8], 0.5), &[]).unwrap_err();
    assert!(error.to_string().contains("4096 × 4096"), "{error}");
}

#[test]
fn every_measure_runs_on_every_family_or_says_why_not() {
    let rules = [
        "B3/S23:T32",
        "B3/S23",
        "B3/S23:P32",
        "B3/S23:K32*,32",
        "B3/S23:C32,32",
        "B3/S23:S32",
        "B3/S23:T32,0",
        "B3/S23:P0,32",
        "B3/S23:T32+3,32",
        "B2-a/S12",
        "B2/S34H:T32",
        "B13/S012V",
        "B0123478/S01234678",
        "B03/S23",
        "B03/S23:T32",
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA",
        "/2/3",
        "345/2/4:T32",
        "R5,C0,M1,S34..58,B34..45,NM",
        "R2,C3,S2,B3,N@891891L:T32",
        "R2,C4,S5-9,B6,7,NW1000102320030300232010001:T32",
        "W30",
        "W110:T64",
        "W110:P64,20",
        "K3C777",
        "K3R2C123456:T40",
        "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15",
        "M15,14,13,3,11,5,6,1,7,9,10,2,12,4,8,0:T32",
        "LR",
        "LLRR:T32",
        "B3/S23History:T32",
        "B3/S23Super",
        "3D4555:T10",
        "3D:B5/S4,5/C4V:P8,9,10",
        "WireWorld",
        "WireWorld:T32",
        "Langtons-Loops",
    ];
    let small: [(&str, &[(&str, i64)]); 10] = [
        ("entropy", &[("side", 2), ("generations", 4)]),
        ("mutual_information", &[("farthest", 3), ("generations", 3)]),
        ("langton_lambda", &[]),
        (
            "mean_field",
            &[
                ("generations", 2),
                ("points", 3),
                ("soups", 2),
                ("side", 16),
            ],
        ),
        ("damage", &[("generations", 6), ("pairs", 3)]),
        ("derrida", &[("points", 3), ("pairs", 3), ("side", 16)]),
        ("period", &[("generations", 12)]),
        ("symmetry", &[]),
        ("space_time", &[("generations", 6)]),
        ("activity_map", &[("generations", 6)]),
    ];
    for rule in rules {
        let size = match rule.as_bytes() {
            [b'W', b'0'..=b'9', ..] => [20, 1],
            [b'3', b'D', ..] => [8, 8],
            _ => [20, 20],
        };
        let model = soup(rule, size, 0.3);
        for (key, settings) in small {
            assert!(analysis(key).fits(&model));
            match try_run(key, &model, settings) {
                Ok(report) => {
                    assert!(!report.values.is_empty(), "{key} {rule}");
                    assert!(!report.method.is_empty() && !report.citation.is_empty());
                    assert!(report.command.contains(&format!("--measure {key}")));
                    for value in &report.values {
                        if let Number::Real(x) = value.value {
                            assert!(x.is_finite(), "{key} {rule} {}", value.key);
                        }
                    }
                }
                Err(SimError::Other(why)) => {
                    let machine = rule.contains("LR");
                    let large = rule.contains("Super") || rule.contains("History");
                    assert!(machine || large, "{key} {rule}: {why}");
                }
                Err(error) => panic!("{key} {rule}: {error}"),
            }
        }
    }
}

#[test]
fn every_parameter_teaches_something() {
    for model in [
        soup("B3/S23:T32", [8, 8], 0.5),
        soup("W30", [8, 1], 0.5),
        soup("3D4555:T9", [4, 4], 0.5),
    ] {
        for analysis in Automata.analyses().iter().filter(|a| a.fits(&model)) {
            for parameter in analysis.parameters(&model) {
                let help = parameter.help;
                assert!(
                    help.ends_with('.') && help.len() > 20,
                    "{} {help}",
                    analysis.key()
                );
            }
        }
    }
}

#[test]
fn a_measure_ends_soon_after_it_is_cancelled_and_tells_its_progress() {
    let acorn = Model::new("automata", "acorn");
    let long = [
        ("identify", acorn.clone(), vec![]),
        (
            "period",
            soup("B3/S23:T512", [512, 512], 0.4),
            vec![("generations", 1_000_000)],
        ),
        (
            "entropy",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![("generations", 1000)],
        ),
        (
            "mutual_information",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![],
        ),
        ("mean_field", acorn.clone(), vec![("soups", 1000)]),
        ("damage", acorn.clone(), vec![("pairs", 10_000)]),
        ("derrida", acorn.clone(), vec![("pairs", 100_000)]),
        (
            "activity_map",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![("generations", 10_000)],
        ),
        (
            "space_time",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![("generations", 4000)],
        ),
    ];
    for (key, model, settings) in long {
        let cancel = Arc::new(AtomicBool::new(false));
        let progress = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&progress);
        let job = Job::new(
            Arc::clone(&cancel),
            move |fraction| {
                assert!((0.0..=1.0).contains(&fraction), "{fraction}");
                told.fetch_add(1, Ordering::Relaxed);
            },
            |_| {},
        );
        let stop = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(400));
            cancel.store(true, Ordering::Relaxed);
            Instant::now()
        });
        let settings = settings
            .into_iter()
            .map(|(k, v)| (k.to_owned(), Value::Integer(v)));
        let subject = Subject::State {
            model,
            capture: None,
        };
        let result = analysis(key).run(&subject, &settings.collect(), &job);
        let ended = Instant::now();
        let cancelled = stop.join().unwrap();
        // Short work may have been done before.
        if ended > cancelled {
            // What was in its last line then is let through.
            let error = result.err();
            assert!(
                matches!(error, None | Some(SimError::Cancelled)),
                "{key}: {error:?}"
            );
            // A machine with other work is slow; alone it is some milliseconds.
            let late = ended - cancelled;
            assert!(late < Duration::from_millis(1500), "{key}: {late:?}");
        }
        assert!(progress.load(Ordering::Relaxed) > 0, "{key}");
    }
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
