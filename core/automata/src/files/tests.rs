//! Files of every form read back as written, and nothing hostile gets through.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use ::image as image_crate;

use super::*;
use crate::hashlife::Universe;
use crate::rule::{LIFE, Topology};

const TWO_STATES: [Kind; 6] = [
    Kind::Rle,
    Kind::Macrocell,
    Kind::Life105,
    Kind::Life106,
    Kind::Plaintext,
    Kind::Dblife,
];

fn open(text: &str) -> Opened {
    read_text("", text, &Limits::default()).unwrap()
}

fn refused(text: &str) -> String {
    read_text("", text, &Limits::default())
        .unwrap_err()
        .to_string()
}

fn first(opened: &Opened) -> Pattern {
    opened.pattern(&Limits::default()).unwrap()
}

/// Cells where they stand on the plane.
fn placed(pattern: &Pattern) -> Vec<crate::pattern::Run> {
    pattern.placed(Topology::Plane).collect()
}

const GLIDER: [(i64, i64); 5] = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];

#[test]
fn every_form_of_a_glider_is_a_glider() {
    for (text, kind) in [
        ("#C hi\nx = 3, y = 3\nbo$2bo$3o!", Kind::Rle),
        ("bo$2bo$3o!", Kind::Rle),
        (
            "#Life 1.05\n#D A glider.\n#N\n#P -1 -1\n.*\n..*\n***\n",
            Kind::Life105,
        ),
        ("#Life 1.06\n0 -1\n1 0\n-1 1\n0 1\n1 1\n", Kind::Life106),
        ("!Name: Glider\n!\n.O.\n..O\nOOO\n", Kind::Plaintext),
        ("! Glider\n.O\n2.O\n3O\n", Kind::Dblife),
        ("xq4_153", Kind::Apgcode),
        (
            "[M2] (golly 2.0)\n#R B3/S23\n.*$..*$***$\n4 0 0 0 1\n",
            Kind::Macrocell,
        ),
        ("Look:\n[code]\n.O.\n..O\nOOO\n[/code]\nnice", Kind::Rle),
        ("the code xq4_153 is a glider", Kind::Rle),
    ] {
        let opened = open(text);
        assert_eq!(opened.kind, kind, "{text}");
        let mut pattern = first(&opened);
        pattern.fit();
        if !text.contains("xq4") {
            assert_eq!(pattern.cells().collect::<Vec<_>>(), GLIDER, "{text}");
        }
        assert_eq!(pattern.population(), 5, "{text}");
    }
    let block = open("#Life 1.05\n#R 125/36\n#P -7 3\n**\n**");
    assert_eq!(first(&block).position, Some((-7, 3)));
    assert_eq!(first(&block).rule_or_life().to_string(), "B36/S125");
}

#[test]
fn several_patterns_of_a_post_are_all_found() {
    let post = "Two of them:\n[code]#N A\nx = 3, y = 3, rule = B3/S23\nbo$2bo$3o![/code]\n\
                and a broken one\n[code]x = 2, y = 2\n2o$2?!\n[/code]\nthen\n\
                [rle]x = 2, y = 2\n2o$\n2o!\n[/rle] and xs4_33 (x = 4)";
    let opened = open(post);
    assert_eq!(opened.count(), 3);
    assert_eq!(first(&opened).name.as_deref(), Some("A"));
    assert_eq!(opened.notes.len(), 1);
    assert!(
        opened.notes[0].contains("line 7, column 5"),
        "{:?}",
        opened.notes
    );
    let Content::Patterns(patterns) = &opened.content else {
        panic!()
    };
    assert!(
        patterns[1..]
            .iter()
            .all(|pattern| pattern.population() == 4)
    );
}

#[test]
fn what_is_wrong_is_refused_with_its_line() {
    for (text, place) in [
        ("#Life 1.05\n#P 0 0\n**\n*?", "line 4, column 2"),
        ("#Life 1.05\n#R 9\n**", "line 2: "),
        ("#Life 1.06\n0 0\n1 x", "line 3: "),
        ("#Life 1.06\n99999999999999 0", "line 2: "),
        ("#Life 1.06\n1 2 3", "line 2: "),
        ("!\n.O\nO#", "line 3, column 2"),
        ("!\n.O\n3", "line 3, column 1"),
        ("!\n99999999999999O", "line 2, column"),
        ("[M2]\n.*$\n4 0 0 0 2", "line 3: square 2 has not"),
        ("[M2]\n.*$\n5 0 0 0 1", "line 3: square 1 is of level 3"),
        ("[M2]\n1 0 0 256 0", "line 2: state 256"),
        ("[M2]\n.?", "line 2, column 2"),
        ("[M2]\n4 0 0", "line 2: "),
        (
            "x = 9, y = 9\nbo$2bo$",
            "line 2, column 1: the file ends after 2 of 9",
        ),
        ("x = 3, y = 3\nbo$2bo$3", "cut off"),
    ] {
        let error = refused(text);
        assert!(error.contains(place), "{text}: {error}");
    }
    let small = Limits {
        cells: 4,
        ..Limits::default()
    };
    assert!(read_text("", "bo$2bo$3o!", &small).is_err());
}

#[test]
fn macrocell_files_of_two_states_are_those_of_the_tree_engine() {
    let gun = crate::catalogue::entry("gosper-glider-gun")
        .unwrap()
        .pattern()
        .unwrap();
    let text = Tree::of(&gun).unwrap().write();
    let universe = Universe::from_macrocell(&text, None, 1 << 28).unwrap();
    assert_eq!(universe.population(), gun.population().into());
    let back = open(&universe.macrocell());
    assert_eq!(placed(&first(&back)), placed(&gun));
}

#[test]
fn a_tree_may_be_far_too_large_to_list() {
    // Every square is four of the one before: 64 · 4^60 cells.
    let mut text =
        "[M2]\n********$********$********$********$********$********$********$********$\n"
            .to_owned();
    for level in 4..64 {
        let below = level - 3;
        text.push_str(&format!("{level} {below} {below} {below} {below}\n"));
    }
    let opened = open(&text);
    let Content::Macrocell { tree, .. } = &opened.content else {
        panic!()
    };
    assert_eq!(
        tree.population(),
        num_bigint::BigUint::from(64u32) << 120u32
    );
    assert!(opened.pattern(&Limits::default()).is_err());
}

#[test]
fn packed_files_open_as_what_they_hold() {
    let text = "x = 3, y = 3\nbo$2bo$3o!";
    let packed = packing::gzip(text.as_bytes()).unwrap();
    let opened = read("a.rle.gz", &packed, &Limits::default()).unwrap();
    assert_eq!(first(&opened).population(), 5);
    // A bomb: 16 MiB of dots are refused under a limit of 1 MiB.
    let bomb = packing::gzip(&vec![b'.'; 1 << 24]).unwrap();
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let error = read("bomb.gz", &bomb, &limits).unwrap_err();
    assert!(error.to_string().contains("1 MiB"));
    assert!(read("a.gz", &packed[..packed.len() / 2], &Limits::default()).is_err());
}

#[test]
fn a_picture_drawn_elsewhere_reads_by_its_colours() {
    let glider = Pattern::from_cells(GLIDER);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 25, 25);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    // Black cells on white paper, five pixels each, a free cell around them.
    let alive: Vec<_> = glider.cells().collect();
    let image: Vec<u8> = (0..25i64 * 25)
        .map(|at| {
            let cell = (at % 25 / 5 - 1, at / 25 / 5 - 1);
            if alive.contains(&cell) { 0 } else { 255 }
        })
        .collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&image).unwrap();
    writer.finish().unwrap();
    let opened = read("a.png", &bytes, &Limits::default()).unwrap();
    let mut pattern = first(&opened);
    assert_eq!(pattern.size, (5, 5));
    pattern.fit();
    assert_eq!(pattern.runs, glider.runs);
    let light = image::Reading::Threshold {
        level: 128,
        light: true,
    };
    let inverted = image::read(&bytes, &light, &Limits::default()).unwrap();
    assert_eq!(
        inverted.population(),
        (25 * 25 - 5 * 25) / if inverted.size.0 == 5 { 25 } else { 1 }
    );
}

#[test]
fn viewers_commands_are_understood_and_kept() {
    let text = "#C [[ THEME Book STEP 2 GPS 15 ZOOM -4 AUTOSTART X 3.5 Y -2 T 10 PAUSE 2 T 30 STOP \
                TITLE \"A glider flies\" ]]\n#C Another remark.\nx = 3, y = 3\nbo$2bo$3o!\n[[ GRID ]]";
    let opened = open(text);
    let viewer = &opened.viewer;
    assert_eq!(viewer.speed, Some(15.0));
    assert_eq!(viewer.zoom, Some(0.25));
    assert_eq!(viewer.theme.as_deref(), Some("Book"));
    assert!(viewer.autostart && viewer.grid);
    assert_eq!(viewer.centre, (Some(3.5), Some(-2.0)));
    assert_eq!(
        (viewer.pauses.as_slice(), viewer.stop),
        (&[10][..], Some(30))
    );
    assert_eq!(viewer.title.as_deref(), Some("A glider flies"));
    assert_eq!(viewer.step, Some(2));
    for kind in TWO_STATES {
        let bytes = write(kind, &first(&opened), &Writing::default()).unwrap();
        let again = read("", &bytes, &Limits::default()).unwrap();
        assert_eq!(
            again.viewer.title.as_deref(),
            Some("A glider flies"),
            "{kind:?}"
        );
    }
}

#[test]
fn a_rule_file_is_kept_by_name() {
    let opened = open("@RULE Test\n@TABLE\nn_states:2\n");
    assert_eq!(opened.kind, Kind::RuleFile);
    assert_eq!(opened.rules[0].name, "Test");
    let both = open("x = 1, y = 1\no!\n\n@RULE Other\n@TABLE\nn_states:2\n");
    assert_eq!(both.rules[0].name, "Other");
    assert_eq!(both.rules[0].line, 4);
}

#[test]
fn more_states_than_a_form_holds_are_refused() {
    let pattern = Pattern::from_states([(0, 0, 1), (1, 0, 2)]);
    for kind in [Kind::Life105, Kind::Life106, Kind::Plaintext, Kind::Dblife] {
        let error = write(kind, &pattern, &Writing::default()).unwrap_err();
        assert!(error.problem.contains("state 2"), "{kind:?}");
    }
}

fn any_pattern(states: u8) -> impl Strategy<Value = Pattern> {
    let cell = (-90i64..90, -40i64..40, 1..=states);
    (
        prop::collection::vec(cell, 1..120),
        prop::option::of("[A-Za-z][A-Za-z0-9 ]{0,12}[a-z]"),
        prop::collection::vec("[a-z]{1,9}( [a-z]{1,9}){0,3}\\.", 0..3),
        0u64..100_000,
        any::<bool>(),
    )
        .prop_map(|(cells, name, comments, generation, life)| {
            let mut pattern = Pattern {
                name,
                comments,
                rule: Some(if life {
                    LIFE
                } else {
                    "B36/S23".parse().unwrap()
                }),
                generation: generation.into(),
                ..Pattern::default()
            };
            pattern.take_placed(cells);
            pattern
        })
}

proptest! {
    #[test]
    fn two_states_survive_every_way_through_the_forms(pattern in any_pattern(1),
                                                      way in prop::collection::vec(0usize..7, 1..4),
                                                      packed in any::<bool>()) {
        let mut now = pattern.clone();
        for &step in &way {
            let kind = TWO_STATES.get(step).copied().unwrap_or(Kind::Png);
            let how = Writing { pixels: 3, packed, ..Writing::default() };
            let bytes = write(kind, &now, &how).unwrap();
            let opened = read("", &bytes, &Limits::default()).unwrap();
            // Without a run of two cells dblife is plaintext.
            let same = kind == Kind::Dblife && opened.kind == Kind::Plaintext;
            prop_assert!(same || opened.kind == kind);
            now = opened.pattern(&Limits::default()).unwrap();
            prop_assert_eq!(placed(&now), placed(&pattern));
            prop_assert_eq!(&now.generation, &pattern.generation);
            prop_assert_eq!(now.rule_or_life(), pattern.rule_or_life());
            if !way.contains(&6) {
                prop_assert_eq!(&now.name, &pattern.name);
                prop_assert_eq!(&now.comments, &pattern.comments);
            }
        }
    }

    #[test]
    fn many_states_survive_where_they_have_room(pattern in any_pattern(255), kind in 0usize..2) {
        let kind = [Kind::Macrocell, Kind::Png][kind];
        let bytes = write(kind, &pattern, &Writing::default()).unwrap();
        let back = read("", &bytes, &Limits::default()).unwrap();
        prop_assert_eq!(placed(&back.pattern(&Limits::default()).unwrap()), placed(&pattern));
    }

    #[test]
    fn hostile_text_never_panics(head in "(#Life 1.0[56]\n|!|\\[M2\\]\n|x = 3, y = 3\n|@RULE a\n|)",
                                 body in "([0-9]{1,12}|[.O*$!#PRDN \n-]|[a-zA-Z\\[\\]\"]|\\PC){0,80}") {
        let text = format!("{head}{body}");
        if let Ok(opened) = read_text("", &text, &Limits::default()) {
            let _ = opened.pattern(&Limits::default());
        }
        let _ = Viewer::parse(&text);
    }

    #[test]
    fn damaged_bytes_never_panic(pattern in any_pattern(2), form in 0usize..3,
                                 cut in 0usize..400, flip in prop::option::of((0usize..400, 0u8..=255))) {
        let how = Writing { packed: form == 1, ..Writing::default() };
        let kind = [Kind::Png, Kind::Rle, Kind::Macrocell][form];
        let mut pattern = pattern;
        pattern.rule = None;
        let mut bytes = write(kind, &pattern, &how).unwrap();
        if let Some((at, byte)) = flip {
            let at = at % bytes.len();
            bytes[at] ^= byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        let limits = Limits { bytes: 1 << 24, ..Limits::default() };
        if let Ok(opened) = read("", &bytes, &limits) {
            let _ = opened.pattern(&limits);
        }
    }

    #[test]
    fn hostile_archives_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..100) {
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend(&bytes);
        let at = at.min(zip.len());
        zip.splice(at..at, *b"PK\x05\x06");
        let _ = packing::unzip(&zip, 1 << 20);
    }
}

/// A picture of some form with one pixel a letter.
fn painted(rows: &[&str], format: image_crate::ImageFormat, scale: u32) -> Vec<u8> {
    let colour = |c: u8| match c {
        b'#' => [0, 0, 0],
        b'r' => [255, 0, 0],
        b'g' => [0, 200, 0],
        _ => [255, 255, 255],
    };
    let (width, height) = (rows[0].len() as u32 * scale, rows.len() as u32 * scale);
    let picture = image_crate::RgbImage::from_fn(width, height, |x, y| {
        let row = rows[(y / scale) as usize].as_bytes();
        image_crate::Rgb(colour(row[(x / scale) as usize]))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image_crate::DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn pictures_of_four_forms_are_the_same_pattern() {
    use image_crate::ImageFormat::{Bmp, Gif, Tiff};
    let rows = [".......", "..#....", "...r...", ".##g...", "......."];
    let expected = [(2, 1, 1), (3, 2, 2), (1, 3, 1), (2, 3, 1), (3, 3, 3)];
    for (format, kind) in [(Bmp, Kind::Bmp), (Gif, Kind::Gif), (Tiff, Kind::Tiff)] {
        for scale in [1, 6] {
            let bytes = painted(&rows, format, scale);
            // The name says nothing, or something else.
            let opened = read("x.rle", &bytes, &Limits::default()).unwrap();
            assert_eq!(opened.kind, kind);
            let pattern = opened.pattern(&Limits::default()).unwrap();
            assert_eq!(
                pattern.states().collect::<Vec<_>>(),
                expected,
                "{kind:?} {scale}"
            );
            assert_eq!(pattern.size, (7, 5));
            let packed = packing::gzip(&bytes).unwrap();
            assert_eq!(read("x.gz", &packed, &Limits::default()).unwrap(), opened);
        }
    }
    assert!(
        write(
            Kind::Bmp,
            &Pattern::from_cells([(0, 0)]),
            &Writing::default()
        )
        .is_err()
    );
}

#[test]
fn pictures_that_promise_too_much_are_refused_before_they_take_memory() {
    let mut bmp = painted(&["#."], image_crate::ImageFormat::Bmp, 1);
    bmp[18..22].copy_from_slice(&0x00ff_ffffu32.to_le_bytes());
    bmp[22..26].copy_from_slice(&0x00ff_ffffu32.to_le_bytes());
    assert!(read("x.bmp", &bmp, &Limits::default()).is_err());
    let mut gif = painted(&["#."], image_crate::ImageFormat::Gif, 1);
    gif[6..10].fill(0xff);
    assert!(read("x.gif", &gif, &Limits::default()).is_err());
    for bytes in [
        &b"GIF89a"[..],
        b"II*\0",
        b"MM\0*\0\0",
        b"BM\0\0\0\0\0\0\0\0",
        b"GIF87a\xff\xff",
    ] {
        assert!(read("x", bytes, &Limits::default()).is_err());
    }
    // A text that begins like one is a text.
    assert!(image::kind(b"BMW is no picture").is_none());
}
