//! MCell's files after their description, and its rules against others' notations.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::files::{self, Kind, Limits};
use crate::world::{Means, World};

/// The rule of a file's lines.
fn rule_of(game: &str, rule: &str) -> Result<String, String> {
    let family = games::read(game, rule)?;
    let topology = Topology::Plane;
    Ok(Rule { family, topology }.to_string())
}

fn states(pattern: &Pattern) -> Vec<(i64, i64, u8)> {
    pattern.states().collect()
}

#[test]
fn a_file_gives_cells_rule_board_speed_and_remarks() {
    let text = "#MCell 4.00\n#GAME Generations\n#RULE 345/2/4\n#BOARD 40x31\n#SPEED 50\n#WRAP 1\n\
                #CCOLORS 4\n#PALETTE MCell standard\n#D Four states\n#D\n#L .A2.2B$\n#L $C\n#L 2A\n";
    let opened = files::read("x.mcl", text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(opened.kind, Kind::Mcell);
    assert_eq!(opened.viewer.speed, Some(20.0));
    assert_eq!(opened.notes.len(), 1);
    let pattern = opened.pattern(&Limits::default()).unwrap();
    assert_eq!(pattern.rule.clone().unwrap().to_string(), "345/2/4:T40,31");
    assert_eq!(pattern.comments, ["Four states", ""]);
    let expected = [
        (1, 0, 1),
        (4, 0, 2),
        (5, 0, 2),
        (0, 2, 3),
        (1, 2, 1),
        (2, 2, 1),
    ];
    assert_eq!(states(&pattern), expected);
    // Golly's place: columns (40 + 1 − 6) / 2 from the left, rows (31 + 1 − 3) / 2 from the top.
    assert_eq!(pattern.position, Some((-20 + 17, -15 + 14)));
    World::new(pattern.rule_or_life(), &pattern, Means::default()).unwrap();
}

#[test]
fn a_file_without_a_game_is_life_on_the_plane() {
    let read = read("#MCell 2.0\n#L .A$..A$3A\n").unwrap();
    assert_eq!(read.pattern.rule.unwrap().to_string(), "B3/S23");
    assert_eq!(read.pattern.position, None);
    assert_eq!(read.pattern.runs.len(), 3);
}

#[test]
fn small_letters_carry_states_beyond_24_and_unknown_states_become_the_first() {
    let text = "#MCell 4.0\n#GAME Generations\n#RULE 2/2/256\n#L XaAaXbA3jO\n";
    let all = read(text).unwrap();
    let list: Vec<u8> = states(&all.pattern).iter().map(|cell| cell.2).collect();
    assert_eq!(list, [24, 25, 48, 49, 255, 255, 255]);
    let few = read(&text.replace("256", "25")).unwrap();
    let list: Vec<u8> = states(&few.pattern).iter().map(|cell| cell.2).collect();
    assert_eq!(list, [24, 1, 1, 1, 1, 1, 1]);
    assert_eq!(few.notes.len(), 1);
}

#[test]
fn a_row_lies_at_the_top_of_its_board_and_names_of_golly_go_before_tables() {
    let text = "#MCell 4.0\n#GAME 1-D binary\n#RULE R1,W6E\n#BOARD 100x60\n#WRAP 1\n#L A\n";
    let row = read(text).unwrap().pattern;
    assert_eq!(row.rule.unwrap().to_string(), "W110:T100,60");
    assert_eq!(row.position, Some((0, -30)));
    let text = "#MCell 4.0\n#GAME Rules table\n#RULE 1,0,1,5\n#GOLLY WireWorld\n#L ABC\n";
    let wires = read(text).unwrap().pattern;
    assert_eq!(wires.rule.unwrap().to_string(), "WireWorld");
}

#[test]
fn rules_of_every_game_are_those_of_other_notations() {
    // Dean Hickerson's Just Friends in MCell's own file, and the lexicon's examples.
    let just_friends = "C0,NM,Sa6ba3bab3a3bab3ab7a3bab3ab7ab15a3bab3ab7ab15ab31a3bab3ab7\
                        ab15ab31ab63a,B5ab3abb6abbab12abbab3ab24abbab3ab7ab49abab3ab7ab15ab95a";
    let parity = "201101001100101101001011001101001";
    for (game, rule, expected) in [
        ("Life", "23/3", "B3/S23"),
        ("Generations", "345/2/4", "345/2/4"),
        ("Vote for Life", "46789", "B4678/S35678"),
        ("Vote for Life", "13579", "B1357/S02468"),
        (
            "Weighted Life",
            "NW1,NN1,NE1,WW1,ME0,EE1,SW1,SS1,SE1,HI0,RS2,RS3,RB3",
            "B3/S23",
        ),
        (
            "Weighted Life",
            "NW1,NN1,NE1,WW1,ME0,EE1,SW1,SS1,SE1,HI3,RB2",
            "/2/3",
        ),
        (
            "Weighted Life",
            "NW1,NN1,NE1,WW1,ME9,EE1,SW1,SS1,SE1,HI0,RS11,RS12,RB3",
            "B3/S23",
        ),
        ("General binary", just_friends, "B2-a/S12"),
        (
            "Larger than Life",
            "R5,C0,M1,S34..58,B34..45,NM",
            "R5,C0,M1,S34..58,B34..45,NM",
        ),
        (
            "Margolus",
            "MS,D0;8;4;3;2;5;9;7; 1;6;10;11;12;13;14;15",
            "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15",
        ),
        ("1-D binary", "R1,W1E", "W30"),
        ("1-D totalistic", "R1,C0,M1,S1,S3,B1", "K2C10"),
        ("1-D totalistic", "R1,C0,M0,S0,S2,B1", "K2C10"),
        (
            "Rules table",
            "1,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,1,0,0",
            "B3/S23",
        ),
    ] {
        assert_eq!(
            rule_of(game, rule).as_deref(),
            Ok(expected),
            "{game} {rule}"
        );
    }
    // Parity of five cells, in both games that tell them apart.
    let von_neumann = "B13/S024V".parse::<Rule>().unwrap();
    let Family::Binary(expected) = von_neumann.family else {
        panic!("no table");
    };
    let weights = "NW0,NN1,NE0,WW1,ME1,EE1,SW0,SS1,SE0,HI0,RS1,RS3,RS5,RB1,RB3";
    for (game, rule) in [("Neumann binary", parity), ("Weighted Life", weights)] {
        let Family::Binary(read) = games::read(game, rule).unwrap() else {
            panic!("no table");
        };
        assert_eq!(read.outcomes, expected.outcomes, "{game}");
    }
    // Fallski: births with a single neighbour N or NE, or with W and NW; survival alone.
    let Family::Generations(fallski) =
        games::read("General binary", "C48,NM,Sb255a,Babb189ab63a").unwrap()
    else {
        panic!("no dying cells");
    };
    let born: Vec<u16> = (0..512)
        .filter(|block| block & 16 == 0 && fallski.base.outcomes.get(*block))
        .collect();
    assert_eq!(
        (fallski.states, born),
        (48, vec![1 << 6, 1 << 7, 1 << 5 | 1 << 8])
    );
}

#[test]
fn games_without_a_counterpart_and_wrong_rules_say_why() {
    for (game, rule, part) in [
        ("User DLL", "Rug", "program of its own"),
        ("Cyclic CA", "R1/T3/C3/NM", ".rule file"),
        ("Special rules", "Bounce", "built into MCell"),
        ("Rules table", "1,0,1,0,0,15", ".rule file"),
        ("Chess", "", "no game"),
        ("Neumann binary", "3000", "3 states"),
        ("Neumann binary", "201", "32 digits"),
        ("1-D binary", "R2,WBC82271C", "table"),
        ("1-D binary", "R1,W1E,H4", "history"),
        ("1-D totalistic", "R1,C0,M0,S2,B1", "fare differently"),
        ("1-D totalistic", "R3,C5,M1,S2", "history"),
        ("Weighted Life", "NW300", "256"),
        ("Weighted Life", "ZZ3", "keyword"),
        ("General binary", "C0,NM,S256a,B255a", "255 outcomes"),
        ("General binary", "C0,NM,S999999999999999a,B", "at once"),
        ("Vote for Life", "4x", "'x'"),
    ] {
        let problem = rule_of(game, rule).unwrap_err();
        assert!(problem.contains(part), "{game}: {problem}");
    }
    let place = |text: &str| {
        let error = read(text).unwrap_err();
        (error.line, error.column)
    };
    assert_eq!(place("#MCell 4.0\n#L A?"), (Some(2), Some(5)));
    assert_eq!(place("#MCell 4.0\n#L AkA"), (Some(2), Some(5)));
    assert_eq!(place("#MCell 4.0\n#L 9999999999999A"), (Some(2), Some(12)));
    assert_eq!(place("#MCell 4.0\n#L a"), (Some(2), Some(5)));
    assert_eq!(place("#MCell 4.0\n#L jP"), (Some(2), Some(5)));
    assert_eq!(place("#MCell 4.0\n#BOARD 0x9"), (Some(2), None));
    assert_eq!(
        place("#MCell 4.0\n#GAME User DLL\n#RULE x"),
        (Some(3), None)
    );
}

#[test]
fn what_is_written_is_read_as_the_same() {
    for rule in [
        "B3/S23",
        "B36/S23:T40,30",
        "345/2/4:P40,30",
        "B2-a/S12",
        "12-e/3/9:T30",
        "B13/S024V:T64",
        "R5,C2,M1,S34..58,B34..45,NM:T90,80",
        "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15:T30,20",
        "W110:T50,40",
        "K2R2C52:T50,40",
    ] {
        let rule: Rule = rule.parse().unwrap();
        let high = (rule.states() - 1).min(255) as u8;
        let cells = [(0, 0, 1), (1, 0, high), (7, 0, 1), (3, 2, 1), (2, 5, high)];
        let mut pattern = Pattern::from_states(cells);
        pattern.rule = Some(rule.clone());
        let text = write(&pattern).unwrap();
        let again = read(&text).unwrap().pattern;
        assert_eq!(again.runs, pattern.runs, "{text}");
        let again = again.rule.unwrap();
        assert_eq!(again.topology, rule.topology);
        // The same rule, if perhaps in another notation.
        let mut worlds = [rule, again].map(|rule| {
            let mut pattern = pattern.clone();
            pattern.position = Some((-4, -3));
            World::new(rule, &pattern, Means::default()).unwrap()
        });
        for world in &mut worlds {
            world.advance(&5u32.into(), &mut || false).unwrap();
        }
        let [one, other] = worlds.map(|world| world.pattern(1 << 20).unwrap().runs);
        assert_eq!(one, other, "{text}");
    }
    let mut sphere = Pattern::from_cells([(0, 0)]);
    sphere.rule = Some("B3/S23:S30".parse().unwrap());
    assert!(write(&sphere).is_err());
    sphere.rule = Some("LR".parse().unwrap());
    assert!(write(&sphere).is_err());
}

proptest! {
    #[test]
    fn cells_of_every_state_come_back(
        cells in prop::collection::vec((0i64..200, 0i64..40, 1u8..), 1..80),
    ) {
        let mut pattern = Pattern::from_states(cells);
        pattern.rule = Some("3/3/256".parse().unwrap());
        prop_assert_eq!(read(&write(&pattern).unwrap()).unwrap().pattern.runs, pattern.runs);
    }

    #[test]
    fn hostile_files_never_panic(
        word in "(L|GAME|RULE|BOARD|WRAP|SPEED|D|GOLLY|CCOLORS)", rest in "\\PC{0,30}|[0-9A-Za-z.$,x]{0,40}",
        game in "(Life|Generations|Weighted Life|General binary|Neumann binary|1-D binary|1-D totalistic|Rules table)",
        rule in "[RCMSBNWHIab0-9,;/]{0,30}",
    ) {
        let _ = read(&format!("#MCell 4.0\n#GAME {game}\n#RULE {rule}\n#{word} {rest}\n#L 3A$2B\n"));
        let _ = read(&format!("#MCell 4.0\n#{word} {rest}\n#L 3A$2B\n"));
    }
}
