//! Sheets show what a rule says, and what is switched is read back.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Rule {
    text.parse().unwrap()
}

/// Every switch there and back.
fn there_and_back(rule: &Rule) {
    let sheet = sheet(rule).unwrap();
    assert_eq!(sheet.rule(), rule);
    for (index, switch) in sheet.switches().enumerate() {
        let Some(other) = sheet.switched(index) else {
            continue;
        };
        assert_eq!(parse(&other.to_string()), other);
        let back = Sheet::new(&other, sheet.letters).unwrap();
        let changed = back.switches().nth(index).unwrap();
        assert_eq!(
            changed.value,
            (switch.value + 1) % switch.values,
            "{rule} {index}"
        );
        assert_eq!(
            (&changed.label, &changed.picture),
            (&switch.label, &switch.picture)
        );
        let others = sheet.switches().zip(back.switches()).enumerate();
        let differing = others.filter(|(_, (a, b))| a != b).count();
        assert_eq!(differing, 1);
        assert_eq!(
            back.with(index, switch.value).as_ref(),
            Some(rule),
            "{rule} {index}"
        );
    }
    for (index, number) in sheet.numbers.iter().enumerate() {
        assert_eq!(sheet.with_number(index, number.value).as_ref(), Some(rule));
        assert_eq!(sheet.with_number(index, number.high + 1), None);
    }
}

#[test]
fn all_elementary_rules_are_eight_outcomes_of_three_cells() {
    for number in 0..=255u32 {
        let rule = parse(&format!("W{number}:T40"));
        let sheet = sheet(&rule).unwrap();
        let read = sheet.switches().fold(0, |n, s| n * 2 + u32::from(s.value));
        assert_eq!(read, number);
        let labels: Vec<&str> = sheet.switches().map(|s| s.label.as_str()).collect();
        assert_eq!(
            labels,
            ["111", "110", "101", "100", "011", "010", "001", "000"]
        );
        there_and_back(&rule);
        for index in 0..8 {
            let other = switch(&rule, index).unwrap();
            assert_eq!(
                other.to_string(),
                format!("W{}:T40,0", number ^ 128 >> index)
            );
        }
    }
}

#[test]
fn life_has_nine_births_and_nine_survivals() {
    let rule = parse("B3/S23:T64");
    let sheet = sheet(&rule).unwrap();
    let on = |part: usize| -> Vec<usize> {
        let switches = sheet.parts[part].switches.iter().enumerate();
        switches
            .filter(|(_, s)| s.value == 1)
            .map(|(i, _)| i)
            .collect()
    };
    assert_eq!((on(0), on(1)), (vec![3], vec![2, 3]));
    assert_eq!(switch(&rule, 6).unwrap().to_string(), "B36/S23:T64");
    assert_eq!(switch(&rule, 9 + 2).unwrap().to_string(), "B3/S3:T64");
    assert_eq!(switch(&rule, 18), None);
    assert_eq!(sheet.with_number(0, 5).unwrap().to_string(), "23/3/5:T64");
    let star = super::sheet(&parse("345/2/4")).unwrap();
    assert_eq!(star.with_number(0, 2).unwrap().to_string(), "B2/S345");
}

#[test]
fn letters_have_the_pictures_of_their_neighbourhoods() {
    let sheet = letters(&parse("B3/S23")).unwrap();
    assert_eq!(sheet.switches().count(), 102);
    let find = |label: &str| {
        sheet.parts[0]
            .switches
            .iter()
            .position(|s| s.label == label)
            .unwrap()
    };
    let edge = &sheet.parts[0].switches[find("1e")];
    // One of the four neighbours across an edge.
    let Picture::Block(cells) = &edge.picture else {
        panic!("no picture");
    };
    let alive: Vec<usize> = (0..9).filter(|&i| cells[i] == Some(1)).collect();
    assert!(alive.len() == 1 && [1, 3, 5, 7].contains(&alive[0]));
    assert_eq!(sheet.switched(find("3q")).unwrap().to_string(), "B3-q/S23");
    assert_eq!(sheet.switched(find("2c")).unwrap().to_string(), "B2c3/S23");
    assert_eq!(letters(&parse("B2/S34H")), None);
    // Where all of a count are on again, counts are enough.
    let rule = parse("B3-q/S23");
    let back = super::sheet(&rule).unwrap();
    assert_eq!(back.switches().count(), 102);
    assert_eq!(back.switched(find("3q")).unwrap(), parse("B3/S23"));
}

#[test]
fn every_family_with_a_sheet_is_switched_there_and_back() {
    for text in [
        "B2/S34H:T60",
        "B13/S012V",
        "345/2/4",
        "02/13/5V",
        "B3/S23History",
        "B2-a/S12Super:T50",
        "R2,C2,S2-3,5,B3",
        "R2,C4,S5-9,B6,7,NW1000102320030300232010001",
        "R3,C2,S2,B3,N3:T60",
        "R5,C0,M1,S34..58,B34..45,NM",
        "R10,C0,M1,S123..212,B123..170,NM",
        "K3C777",
        "K4R2C123456:P90",
        "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15",
        "3D:B5/S45:T9",
        "3D:B13-26/S12,13:T8",
        "3D:B1/S0123456V:T8",
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA",
    ] {
        there_and_back(&parse(text));
    }
    for none in ["WireWorld", "RL", "Evoloop"] {
        assert_eq!(sheet(&parse(none)), None, "{none}");
    }
}

#[test]
fn larger_rules_change_their_limits_and_their_neighbourhood() {
    let rule = parse("R5,C0,M1,S34..58,B34..45,NM");
    let sheet = sheet(&rule).unwrap();
    let names: Vec<&str> = sheet.numbers.iter().map(|n| n.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Reach",
            "States",
            "Middle counts",
            "Birth from",
            "Birth to",
            "Survival from",
            "Survival to"
        ]
    );
    let with = |index, value| sheet.with_number(index, value).map(|r| r.to_string());
    assert_eq!(with(3, 30).as_deref(), Some("R5,C0,M1,S34..58,B30..45,NM"));
    assert_eq!(with(3, 46), None);
    assert_eq!(
        with(6, 121).as_deref(),
        Some("R5,C0,M1,S34..121,B34..45,NM")
    );
    assert_eq!(with(6, 122), None);
    // A smaller neighbourhood counts less far: 25 cells at most.
    assert_eq!(with(0, 2).as_deref(), Some("R2,C0,M1,S,B"));
    let choice = sheet.choice.clone().unwrap();
    assert_eq!(choice.chosen.map(|i| choice.of[i]), Some("Square"));
    let circle = choice.of.iter().position(|name| *name == "Circle").unwrap();
    let round = sheet.with_choice(circle).unwrap();
    assert_eq!(round.to_string(), "R5,C0,M1,S34..58,B34..45,NC");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_life_like_rule_is_switched_there_and_back(birth in 0u16..512, survival in 0u16..512) {
        let family = Family::Life(crate::rule::LifeLike { birth, survival });
        let rule = Rule { family, topology: crate::rule::Topology::Plane };
        there_and_back(&rule);
        let read = parse(&rule.to_string());
        prop_assert_eq!(read, rule);
    }

    #[test]
    fn any_isotropic_rule_is_made_letter_by_letter(on in prop::collection::vec(any::<bool>(), 102)) {
        let mut rule = parse("B/S");
        for (index, on) in on.iter().enumerate() {
            rule = letters(&rule).unwrap().with(index, u8::from(*on)).unwrap();
        }
        let sheet = letters(&rule).unwrap();
        let read: Vec<bool> = sheet.switches().map(|s| s.value == 1).collect();
        prop_assert_eq!(read, on);
        prop_assert_eq!(parse(&rule.to_string()), rule);
    }

    #[test]
    fn any_switch_of_any_text_is_read_back_or_is_none(
        text in "(B[0-8]{0,4}/S[0-8]{0,4}|R[1-4],C[0-4],S[1-9],B[1-9]|K[2-4]C[0-9]{1,3}|[0-8]{0,3}/[0-8]{0,3}/[3-9])(H|V|,NN|,NC)?",
        index in 0usize..130, value in 0u32..300,
    ) {
        if let Ok(rule) = text.parse::<Rule>() && let Some(sheet) = sheet(&rule) {
            let changed = [
                sheet.switched(index),
                sheet.with(index, value as u8),
                sheet.with_number(index % 8, value),
                sheet.with_choice(index % 20),
            ];
            for rule in changed.into_iter().flatten() {
                prop_assert_eq!(parse(&rule.to_string()), rule);
            }
        }
    }
}
