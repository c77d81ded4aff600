//! The drawing has every wire and block, and its pictures can be looked at as SVG.

use std::fmt::Write as _;

use loom_circuits::layout::hit::{Target, corners, distance};
use loom_circuits::layout::{Drawing, Item, Labels, Options, Tone, layout};
use loom_circuits::library::{LIBRARY, checked};
use loom_circuits::{check, parse};
use loom_sim::scene::{Baseline, Path, Segment};

fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for segment in &path.segments {
        let letter = match segment {
            Segment::Move(_) => "M",
            Segment::Line(_) => "L",
            Segment::Quad(..) => "Q",
            Segment::Cubic(..) => "C",
            Segment::Close => "Z",
        };
        text.push_str(letter);
        for [x, y] in corners(segment) {
            write!(text, "{x:.2} {y:.2} ").unwrap();
        }
    }
    text
}

fn colour(tone: Tone) -> String {
    match tone {
        Tone::Ink => "#1B1D21".into(),
        Tone::Secondary => "#8A909A".into(),
        Tone::Ground => "#FFFFFF".into(),
        Tone::Error => "#C03538".into(),
        Tone::Tint(rgb, dark) => {
            let c = |shift: u32| (rgb >> shift & 255) * (255 - u32::from(dark)) / 255;
            format!("rgb({},{},{})", c(16), c(8), c(0))
        }
    }
}

fn svg(drawing: &Drawing) -> String {
    let [w, h] = drawing.size;
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='{}' viewBox='0 0 {w} {h}'><rect width='100%' height='100%' fill='#fff'/>",
        w * 2.0,
        h * 2.0
    );
    for item in &drawing.items {
        match item {
            Item::Wire { path, faulty, .. } => {
                let ink = if *faulty { "#C03538" } else { "#1B1D21" };
                write!(
                    out,
                    "<path d='{}' fill='none' stroke='{ink}' stroke-width='1.2'/>",
                    path_text(path)
                )
                .unwrap();
            }
            Item::Separator(path) => {
                write!(out, "<path d='{}' fill='none' stroke='#1B1D21' stroke-width='1.8' stroke-dasharray='5 5'/>", path_text(path)).unwrap();
            }
            Item::Shape { path, fill, stroke } => {
                let fill = fill.map_or("none".to_owned(), colour);
                let (ink, width) = stroke.map_or(("none".to_owned(), 0.0), |(t, w)| (colour(t), w));
                write!(
                    out,
                    "<path d='{}' fill='{fill}' stroke='{ink}' stroke-width='{width}'/>",
                    path_text(path)
                )
                .unwrap();
            }
            Item::Label {
                text,
                font,
                size,
                position,
                align,
                baseline,
                tone,
            } => {
                let run = loom_text::set(text, *font, *size);
                let path = Path {
                    segments: run.segments(),
                };
                let down = match baseline {
                    Baseline::Alphabetic => 0.0,
                    Baseline::Middle => 0.5 * run.cap_height,
                    Baseline::Top => run.ascent,
                };
                write!(
                    out,
                    "<path transform='translate({} {})' d='{}' fill='{}'/>",
                    position[0] - align * run.width,
                    position[1] + down,
                    path_text(&path),
                    colour(*tone)
                )
                .unwrap();
            }
        }
    }
    out.push_str("</svg>");
    out
}

/// Writes the picture where `LOOM_PICTURES` says, for the eye.
fn picture(name: &str, drawing: &Drawing) {
    let text = svg(drawing);
    assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
    if let Ok(folder) = std::env::var("LOOM_PICTURES") {
        std::fs::write(format!("{folder}/{name}.svg"), text).unwrap();
    }
}

#[test]
fn every_array_and_block_of_the_library_is_drawn() {
    for (name, _) in LIBRARY {
        let checked = checked(name, &[]).unwrap();
        let drawing = layout(&checked, Options::default());
        picture(name, &drawing);
        for (id, array) in checked.arrays.iter().enumerate() {
            for axis in 0..array.axes.len() {
                let drawn = drawing.items.iter().any(
                    |i| matches!(i, Item::Wire { array, axis: a, .. } if *array == id && *a == axis),
                );
                assert!(drawn, "{name}: array {id}, axis {axis}");
            }
        }
        assert_eq!(drawing.blocks.len(), checked.blocks.len(), "{name}");
        assert_eq!(drawing.steps.len(), checked.steps.len(), "{name}");
        picture(
            &format!("{name}_names"),
            &layout(
                &checked,
                Options {
                    labels: Labels::Names,
                    folded: false,
                },
            ),
        );
        picture(
            &format!("{name}_folded"),
            &layout(
                &checked,
                Options {
                    labels: Labels::Names,
                    folded: true,
                },
            ),
        );
    }
}

#[test]
fn the_wires_of_one_array_never_meet_between_columns() {
    for (name, _) in LIBRARY {
        let checked = checked(name, &[]).unwrap();
        let columns = loom_circuits::layout::columns::columns(&checked, false);
        let placed = loom_circuits::layout::place::place(&checked, columns, Options::default());
        for boundary in &placed.boundaries {
            let ys: Vec<f64> = boundary.ys.concat();
            assert!(ys.windows(2).all(|w| w[1] - w[0] > 21.0), "{name}: {ys:?}");
        }
    }
}

#[test]
fn every_wire_can_be_pointed_at() {
    let checked = checked("multi_head_attention", &[]).unwrap();
    let drawing = layout(&checked, Options::default());
    let mut found = std::collections::BTreeSet::new();
    for item in &drawing.items {
        if let Item::Wire { path, .. } = item {
            let ends = corners(path.segments.last().unwrap());
            let start = corners(&path.segments[0])[0];
            let end = *ends.last().unwrap();
            let middle = [0.5 * (start[0] + end[0]), 0.5 * (start[1] + end[1])];
            if distance(path, middle) < 0.5
                && let Some(Target::Wire { array, axis }) = drawing.at(middle, 4.0)
            {
                found.insert((array, axis));
            }
        }
    }
    let all: usize = checked.arrays.iter().map(|a| a.axes.len()).sum();
    assert!(found.len() * 10 >= all * 9, "{} of {all}", found.len());
}

#[test]
fn a_shape_error_stands_red_on_its_wire() {
    let text = "circuit a(Q: [y k], K: [x 17], V: [x k]) -> [y k] where y = 20, x = 22, k = 16 {
        einsum('y k, x k -> y x') | id; scale(k^(-1/2)) | id; softmax(x) | id; einsum('y x, x k -> y k') }";
    let checked = check(&parse(text).unwrap(), &Default::default()).unwrap();
    let drawing = layout(&checked, Options::default());
    picture("shape_error", &drawing);
    let red = drawing.items.iter().any(|i| {
        matches!(
            i,
            Item::Wire {
                array: 1,
                axis: 1,
                faulty: true,
                ..
            }
        )
    });
    assert!(red);
    assert!(drawing.items.iter().any(|i| matches!(
        i,
        Item::Label { text, tone: Tone::Error, .. } if text.contains("16") && text.contains("17")
    )));
}

#[test]
fn every_operation_has_a_picture() {
    let text = "circuit a(X: [a b c], Y: [b c], Z: [a]) -> [b], [p c], [] where a = 3, b = 4, c = 5 sequence a {
        (index(a 2); einsum('b c -> b'); relu; rms_norm(b)) | (copy; tanh | delete; view(b c -> p=b*c); view(p=b*c -> p=b c)) | (copy; einsum('a, a -> '));
        exp | sigmoid | id;
        scale(2/(b+1)) | layer_norm+(p c) | id;
        (id | swap); (id | swap);
        (id | each(p) { gelu } | id) }";
    let circuit = parse(text).unwrap();
    let checked = check(&circuit, &Default::default()).unwrap();
    picture("everything", &layout(&checked, Options::default()));
    assert!(checked.is_sound());
}
