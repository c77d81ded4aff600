//! The drawing has every wire and block, and its pictures can be looked at as SVG.

use std::fmt::Write as _;

use loom_circuits::layout::hit::{Target, corners, distance};
use loom_circuits::layout::{Item, Labels, Options, Tone, layout};
use loom_circuits::library::{LIBRARY, checked};
use loom_circuits::picture::{Look, Values, scene};
use loom_circuits::run::Run;
use loom_circuits::{Checked, check, parse};
use loom_sim::camera::Plane;
use loom_sim::scene::{Baseline, Layer, Path, Segment, Shape};
use loom_sim::{Camera, Ink, Rgba, Scene, Settings};

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

fn colour(Rgba([r, g, b, a]): Rgba) -> String {
    format!("rgba({r},{g},{b},{})", f64::from(a) / 255.0)
}

/// A scene of shapes as SVG, text as outlines.
fn svg(scene: &Scene, [w, h]: [f64; 2]) -> String {
    let ground = colour(scene.background.unwrap());
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='{}' viewBox='0 0 {w} {h}'><rect width='{w}' height='{h}' fill='{ground}'/>",
        w * 2.0,
        h * 2.0
    );
    let Layer::Shapes(shapes) = &scene.layers[0] else {
        panic!("a circuit is drawn as shapes");
    };
    for shape in shapes.items.iter() {
        match shape {
            Shape::Path { path, fill, stroke } => {
                let fill = fill.map_or("none".to_owned(), colour);
                write!(out, "<path d='{}' fill='{fill}'", path_text(path)).unwrap();
                if let Some(s) = stroke {
                    let dash: Vec<String> = s.dash.iter().map(f64::to_string).collect();
                    let ink = colour(s.color);
                    write!(
                        out,
                        " stroke='{ink}' stroke-width='{}' stroke-dasharray='{}'",
                        s.width,
                        dash.join(" ")
                    )
                    .unwrap();
                }
                out.push_str("/>");
            }
            Shape::Text(text) => {
                let run = loom_text::set(&text.string, text.font, text.size);
                let down = match text.baseline {
                    Baseline::Alphabetic => 0.0,
                    Baseline::Middle => 0.5 * run.cap_height,
                    Baseline::Top => run.ascent,
                };
                let [x, y] = text.position;
                let path = path_text(&Path {
                    segments: run.segments(),
                });
                write!(
                    out,
                    "<path transform='translate({} {})' d='{path}' fill='{}'/>",
                    x - text.align * run.width,
                    y + down,
                    colour(text.color)
                )
                .unwrap();
            }
        }
    }
    out.push_str("</svg>");
    out
}

/// Writes a circuit's picture where `LOOM_PICTURES` says, for the eye.
fn picture(name: &str, checked: &Checked, options: Options, ink: Ink, values: &Values) {
    let drawing = layout(checked, options);
    let look = Look {
        options,
        ..Look::of(&Settings::new())
    };
    let camera = Camera::Plane(Plane::default());
    let scene = scene(&drawing, camera, &ink, look, values, None);
    let text = svg(&scene, drawing.size);
    assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
    if let Ok(folder) = std::env::var("LOOM_PICTURES") {
        std::fs::write(format!("{folder}/{name}.svg"), text).unwrap();
    }
}

fn plain(name: &str, checked: &Checked, options: Options) {
    picture(name, checked, options, Ink::light(), &Values::default());
}

#[test]
fn every_array_and_block_of_the_library_is_drawn() {
    for (name, _) in LIBRARY {
        let checked = checked(name, &[]).unwrap();
        let drawing = layout(&checked, Options::default());
        plain(name, &checked, Options::default());
        let mut run = Run::new(&checked, 0).unwrap();
        run.finish(&checked).unwrap();
        let on = |i| run.summary_on_wire(i).map(|s| s.rms);
        let values = Values {
            on: (0..checked.arrays.len()).map(on).collect(),
            difference: Vec::new(),
        };
        for (ink, theme) in [(Ink::light(), "light"), (Ink::dark(), "dark")] {
            let name = format!("{name}_run_{theme}");
            picture(&name, &checked, Options::default(), ink, &values);
        }
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
        for (folded, kind) in [(false, "names"), (true, "folded")] {
            let options = Options {
                labels: Labels::Names,
                folded,
            };
            plain(&format!("{name}_{kind}"), &checked, options);
        }
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
        let Item::Wire { path, .. } = item else {
            continue;
        };
        for pair in path.segments.windows(2) {
            let start = *corners(&pair[0]).last().unwrap();
            let end = *corners(&pair[1]).last().unwrap();
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
    plain("shape_error", &checked, Options::default());
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
    plain("everything", &checked, Options::default());
    assert!(checked.is_sound());
}
