//! Periods, velocities, diagrams and maps of known patterns.

use loom_sim::{Job, Mark, Model, Report, Settings, Subject, Value};

use super::{analysis, pattern, run, soup, text, try_run, value};

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
            for grid in [format!("T{n}"), format!("T{n},20"), format!("T{n},1")] {
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
    let report = run("period", &named("glider"), &[]);
    assert_eq!(text(&report, "apgcode"), "xq4_153");
    assert_eq!(text(&report, "name"), "glider");
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
