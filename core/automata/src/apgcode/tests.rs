//! Codes read as their objects and are written as apgsearch writes them.
#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn cells(code: &str) -> Vec<(i64, i64)> {
    let cells = read(code).unwrap().cells;
    cells.into_iter().map(|(x, y, _)| (x, y)).collect()
}

fn alive(cells: &[(i64, i64)]) -> Vec<Cell> {
    cells.iter().map(|&(x, y)| (x, y, 1)).collect()
}

#[test]
fn known_codes_read_as_their_objects() {
    assert_eq!(cells("xs4_33"), [(0, 0), (1, 0), (0, 1), (1, 1)]);
    assert_eq!(cells("xp2_7"), [(0, 0), (0, 1), (0, 2)]);
    assert_eq!(cells("xq4_153").len(), 5);
    assert_eq!(cells("xp15_4r4z4r4").len(), 12);
    assert_eq!(cells("xs14_g88m952z121").len(), 14);
}

#[test]
fn the_least_orientation_is_that_of_apgsearch() {
    for code in [
        "33",
        "7",
        "153",
        "696",
        "2596",
        "253",
        "356",
        "6996",
        "25ac",
        "252",
        "178c",
        "6frc",
        "4r4z4r4",
        "g88m952z121",
        "69ic",
        "27dee6",
        "27deee6",
        "318c",
        "7e",
        "2a54",
        "rhe0ehr",
    ] {
        let cells = alive(&read_cells(code).unwrap());
        for turned in orientations(&cells) {
            if code != "rhe0ehr" {
                assert_eq!(least(&turned), code);
            }
        }
    }
}

#[test]
fn wrong_codes_are_refused_at_their_character() {
    let column = |text: &str| read(text).unwrap_err().column;
    assert_eq!(column("xs4"), 4);
    assert_eq!(column("xs_33"), 3);
    assert_eq!(column("yl4_33"), 1);
    assert_eq!(column("zs4_33"), 1);
    assert_eq!(column("xs5_33"), 3);
    assert_eq!(column("xs4_3?3"), 6);
    assert_eq!(column("xs4_33y"), 7);
    assert_eq!(column("xp2_0"), 5);
    assert_eq!(column("xp2_0_0"), 5);
    assert_eq!(column("xq1_3_0?"), 8);
    assert_eq!(column("xp2_1_1_1_1_1_1_1_1_1"), 21);
}

#[test]
fn layers_are_the_bits_of_states() {
    // The ship of Brian's Brain: two live cells and behind them two dying ones.
    let ship = read("xq1_3_03").unwrap().cells;
    assert_eq!(ship, [(0, 0, 1), (1, 0, 2), (0, 1, 1), (1, 1, 2)]);
    assert_eq!(write_layers(&ship), "3_03");
    // State 3 has both bits, state 4 the third one alone.
    assert_eq!(write_layers(&[(5, 5, 3)]), "1_1");
    assert_eq!(write_layers(&[(5, 5, 4), (6, 5, 1)]), "01_0_1");
    assert_eq!(read("xp1_01_0_1").unwrap().cells, [(0, 0, 4), (1, 0, 1)]);
    // A layer's strips count from the top of the whole.
    assert_eq!(
        write_layers(&[(0, 0, 1), (0, 6, 2)]),
        "1_0z2".replace("0z", "z")
    );
}

#[test]
fn codes_without_cells_say_what_they_name() {
    for code in [
        "yl144_1_16_afb5f3db909e60548f086e22ee3353ac",
        "zz_LINEAR",
        "zz_REPLICATOR",
        "PATHOLOGICAL",
        "ov_p59",
        "methuselah_1103",
        "messless_130",
        "megasized_3200000",
    ] {
        let error = read(code).unwrap_err();
        assert!(
            error.problem.contains("doesn't hold its cells"),
            "{code}: {error}"
        );
        assert!(class_alone(code).is_some());
    }
    for other in [
        "xs4_33",
        "ylem",
        "zz",
        "PATHOLOGICAL case",
        "ov_p",
        "messless",
    ] {
        assert!(class_alone(other).is_none(), "{other}");
    }
}

proptest! {
    #[test]
    fn cells_read_back(cells in prop::collection::btree_set((0i64..90, 0i64..30), 1..60)) {
        let mut cells: Vec<_> = cells.into_iter().collect();
        let left = cells.iter().map(|c| c.0).min().unwrap();
        let top = cells.iter().map(|c| c.1).min().unwrap();
        for cell in &mut cells {
            *cell = (cell.0 - left, cell.1 - top);
        }
        cells.sort_by_key(|&(x, y)| (y, x));
        prop_assert_eq!(&read_cells(&write_cells(&cells)).unwrap(), &cells);
        let cells = alive(&cells);
        let least_of: Vec<_> = orientations(&cells).map(|cells| least(&cells)).collect();
        prop_assert!(least_of.iter().all(|text| *text == least_of[0]));
    }

    #[test]
    fn cells_of_many_states_read_back(
        cells in prop::collection::btree_map((0i64..50, 0i64..30), 1u8.., 1..60),
    ) {
        let left = cells.keys().map(|c| c.0).min().unwrap();
        let top = cells.keys().map(|c| c.1).min().unwrap();
        let mut cells: Vec<Cell> =
            cells.into_iter().map(|((x, y), s)| (x - left, y - top, s)).collect();
        cells.sort_by_key(|&(x, y, _)| (y, x));
        let code = format!("xp7_{}", write_layers(&cells));
        prop_assert_eq!(read(&code).unwrap().cells, cells);
    }

    #[test]
    fn hostile_codes_never_panic(text in "(x[spq][0-9]{0,3}_)?[0-9a-z_]{0,20}|(yl|ov_|zz_)[0-9A-Z_]{0,9}|\\PC{0,12}") {
        let _ = read(&text);
    }
}
