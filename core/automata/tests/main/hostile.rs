//! Files and rules that someone has damaged, by accident or on purpose: every reader says what is
//! wrong or reads what there is, and none panics or takes more memory than it may.
//!
//! Real files are changed at random, always in the same way; `LOOM_FUZZ` multiplies the number
//! of changes for a long hunt.

use std::path::{Path, PathBuf};

use loom_automata::files::{self, Kind, Limits, Writing};
use loom_automata::flow::recipe::Recipe;
use loom_automata::flow::vti;
use loom_automata::rule::named::names;
use loom_automata::world::{Means, World};
use loom_automata::{Pattern, Rule, apgcode};
use loom_sim::seed;
use rand::Rng as _;

/// Fragments that readers give a meaning, and numbers at the edges of types.
const WORDS: [&str; 46] = [
    "x = ",
    "y = ",
    "rule = ",
    "#CXRLE Pos=",
    "#C ",
    "#N ",
    "#R ",
    "#P ",
    "#L",
    "[M2] ",
    "$",
    "!",
    "@RULE ",
    "@TABLE",
    "@TREE",
    "@COLORS",
    "n_states:",
    "neighborhood:",
    "var a={",
    "B",
    "S",
    "/",
    ":T",
    ":P",
    "MAP",
    "R",
    "C",
    "M",
    "NM",
    "..",
    ",",
    "9223372036854775807",
    "18446744073709551616",
    "-1",
    "0",
    "99999999999",
    "\u{1F4A5}",
    "\n",
    "\r\n",
    "\0",
    "#MCell 4.00\n",
    "#GAME General binary\n",
    "#RULE ",
    "#BOARD ",
    "#L jP",
    "255a",
];

struct Chance(Box<dyn FnMut() -> u32>);

impl Chance {
    fn new(name: &str) -> Self {
        let mut stream = seed::stream(0, name);
        Self(Box::new(move || stream.next_u32()))
    }
    fn below(&mut self, n: usize) -> usize {
        (self.0)() as usize % n.max(1)
    }
}

/// One to four changes of a file.
fn damaged(bytes: &[u8], others: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let times = 1 + chance.below(4);
    changed(bytes, others, times, chance)
}

fn changed(bytes: &[u8], others: &[Vec<u8>], times: usize, chance: &mut Chance) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..times {
        let at = chance.below(out.len() + 1);
        match chance.below(8) {
            0 => out.truncate(at),
            1 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            2 => {
                let word = WORDS[chance.below(WORDS.len())];
                out.splice(at..at, word.bytes());
            }
            3 => {
                let end = (at + chance.below(64)).min(out.len());
                out.drain(at..end);
            }
            4 => {
                let end = (at + chance.below(200)).min(out.len());
                let part = out[at..end].to_vec();
                out.splice(at..at, part.repeat(1 + chance.below(4)));
            }
            5 => {
                let other = &others[chance.below(others.len())];
                let from = chance.below(other.len() + 1);
                let end = (from + chance.below(300)).min(other.len());
                out.splice(at..at, other[from..end].iter().copied());
            }
            6 => {
                // A number becomes another.
                let digits = out[at..].iter().position(u8::is_ascii_digit);
                if let Some(start) = digits.map(|d| d + at) {
                    let rest = out[start..].iter().position(|b| !b.is_ascii_digit());
                    let end = rest.map_or(out.len(), |r| start + r);
                    let number = WORDS[31 + chance.below(5)];
                    out.splice(start..end, number.bytes());
                }
            }
            _ => {
                if let Some(byte) = out.get_mut(at) {
                    *byte = chance.below(256) as u8;
                }
            }
        }
        out.truncate(1 << 16);
    }
    out
}

fn times() -> usize {
    std::env::var("LOOM_FUZZ")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

fn assets(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../assets")
        .join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    paths.sort();
    let files = paths.iter().map(|path| std::fs::read(path).unwrap());
    files.filter(|bytes| bytes.len() < 1 << 14).collect()
}

fn limits() -> Limits {
    Limits {
        cells: 1 << 20,
        bytes: 1 << 22,
    }
}

/// The glider in every form that is written.
fn forms() -> Vec<(Kind, Vec<u8>)> {
    let mut pattern = Pattern::from_cells([(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)]);
    pattern.name = Some("Glider".into());
    pattern.position = Some((-5, 7));
    let kinds = [
        Kind::Rle,
        Kind::Macrocell,
        Kind::Life105,
        Kind::Life106,
        Kind::Plaintext,
        Kind::Mcell,
        Kind::Png,
    ];
    let mut forms: Vec<(Kind, Vec<u8>)> = kinds
        .into_iter()
        .map(|kind| {
            let bytes = files::write(kind, &pattern, &Writing::default()).unwrap();
            (kind, bytes)
        })
        .collect();
    let picture = image::RgbImage::from_fn(9, 7, |x, y| {
        image::Rgb(if (x + 2 * y) % 5 == 0 {
            [0; 3]
        } else {
            [255, 250, 240]
        })
    });
    for (kind, format) in [
        (Kind::Bmp, image::ImageFormat::Bmp),
        (Kind::Gif, image::ImageFormat::Gif),
        (Kind::Tiff, image::ImageFormat::Tiff),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::DynamicImage::from(picture.clone());
        picture.write_to(&mut bytes, format).unwrap();
        forms.push((kind, bytes.into_inner()));
    }
    forms
}

#[test]
fn damaged_patterns_are_read_or_refused_and_what_is_read_survives_rle() {
    let mut chance = Chance::new("damaged patterns");
    let library = assets("patterns", "rle");
    let forms = forms();
    for i in 0..4000 * times() {
        let (kind, original) = if i % 2 == 0 {
            (Kind::Rle, library[chance.below(library.len())].clone())
        } else {
            forms[chance.below(forms.len())].clone()
        };
        let bytes = damaged(&original, &library, &mut chance);
        // By its name, and by what it looks like.
        for name in [format!("x.{}", kind.ending()), "clipboard.txt".to_owned()] {
            let Ok(opened) = files::read(&name, &bytes, &limits()) else {
                continue;
            };
            let Ok(pattern) = opened.pattern(&limits()) else {
                continue;
            };
            if pattern.population() < 20_000 {
                let text = files::write(Kind::Rle, &pattern, &Writing::default()).unwrap();
                let again = files::read("x.rle", &text, &limits()).unwrap();
                let again = again.pattern(&limits()).unwrap();
                assert_eq!(again.runs, pattern.runs);
            }
        }
    }
}

#[test]
fn damaged_rules_are_refused_or_run() {
    let mut chance = Chance::new("damaged rules");
    let texts: Vec<Vec<u8>> = names().iter().map(|n| n.rule.as_bytes().to_vec()).collect();
    let means = Means {
        memory: 4 << 20,
        ..Means::default()
    };
    let mut read = 0;
    for i in 0..6000 * times() {
        let mut text = texts[chance.below(texts.len())].clone();
        if i % 3 == 0 {
            text.extend(b":T32,32");
        }
        // A rule is short: much more than one change leaves none.
        let changes = 1 + usize::from(i % 4 == 0);
        let text = changed(&text, &texts, changes, &mut chance);
        let Ok(text) = std::str::from_utf8(&text) else {
            continue;
        };
        let Ok(rule) = text.parse::<Rule>() else {
            continue;
        };
        read += 1;
        // What is read is written so that it is read again as the same.
        let written = rule.to_string();
        assert_eq!(written.parse::<Rule>().as_ref(), Ok(&rule), "{text}");
        if i % 5 == 0 {
            let pattern = Pattern::from_cells([(0, 0), (1, 0), (0, 1)]);
            if let Ok(mut world) = World::new(rule, &pattern, means.clone()) {
                let _ = world.advance(&2u32.into(), &mut || false);
            }
        }
    }
    assert!(read > 1000, "only {read} were rules at all");
}

#[test]
fn damaged_rule_files_recipes_images_of_fields_and_apgcodes_are_read_or_refused() {
    let mut chance = Chance::new("damaged others");
    let tables = assets("rules", "rule");
    let recipes = assets("automata", "toml");
    let base = Recipe::parse("base", std::str::from_utf8(&recipes[0]).unwrap());
    let field = br#"<?xml version="1.0"?><VTKFile type="ImageData" version="0.1" byte_order="LittleEndian"><RD format_version="6"><description>x</description><rule name="Gray-Scott" type="inbuilt"><param name="F">0.035</param></rule></RD><ImageData WholeExtent="0 3 0 3 0 0" Origin="0 0 0" Spacing="1 1 1"><Piece Extent="0 3 0 3 0 0"><PointData><DataArray type="Float32" Name="a" format="ascii">0 0 0 0 0 1 1 0 0 1 1 0 0 0 0 0</DataArray></PointData></Piece></ImageData></VTKFile>"#;
    let codes = [
        "xq4_153",
        "xs4_33",
        "xp15_4r4z4r4",
        "xp3_co9nas0san9oczgoldlo0oldlogz1047210127401",
        "xq1_3_03",
        "yl144_1_16_afb5f3db909e60548f086e22ee3353ac",
    ];
    let fields = vec![field.to_vec()];
    for i in 0..1200 * times() {
        let original = &tables[i % tables.len()];
        let text = damaged(original, &tables, &mut chance);
        let _ = Rule::from_rule_file(&String::from_utf8_lossy(&text));
        let original = &recipes[i % recipes.len()];
        let text = damaged(original, &recipes, &mut chance);
        let _ = Recipe::parse("x", &String::from_utf8_lossy(&text));
        if let Ok(base) = &base {
            let bytes = damaged(field, &fields, &mut chance);
            let _ = vti::read("x.vti", &bytes, base);
        }
        let code = damaged(codes[i % codes.len()].as_bytes(), &fields, &mut chance);
        let code = String::from_utf8_lossy(&code).into_owned();
        if let Ok(read) = apgcode::read(&code) {
            let _ = read.pattern();
        }
    }
}
