//! Display lists: fills, strokes and text.

use loom_gpu::colour::ColorMap;
use loom_gpu::legend_shapes;
use loom_gpu::scene::*;

use crate::drawing::{BLACK, RED, WHITE, draw, ink, near, on_plane, shapes, text};
use crate::save;

#[test]
fn fills_and_strokes_cover_their_area() {
    let circle = Shape::Path {
        path: Path::circle([32.0, 32.0], 20.0),
        fill: Some(RED),
        stroke: None,
    };
    let image = draw(
        &on_plane(vec![shapes(vec![circle], Space::Screen)], 1.0),
        64,
        64,
    );
    let area = std::f64::consts::PI * 400.0;
    assert!((ink(&image) - area).abs() < 0.01 * area, "{}", ink(&image));
    let stroke = Stroke {
        dash: vec![4.0, 4.0],
        ..Stroke::solid(WHITE, 2.0)
    };
    let path = Path::polyline(&[[-16.0, 0.0], [16.0, 0.0]]);
    let dashes = Shape::Path {
        path,
        fill: None,
        stroke: Some(stroke),
    };
    let image = draw(
        &on_plane(vec![shapes(vec![dashes], Space::World)], 2.0),
        80,
        40,
    );
    assert!(
        (ink(&image) - 4.0 * 8.0 * 4.0).abs() < 4.0,
        "{}",
        ink(&image)
    );
    assert_eq!((image.at(10, 20)[0], image.at(20, 20)[0]), (255, 0));
}

#[test]
fn a_hairline_on_the_screen_lies_on_whole_pixels() {
    let path = Path::polyline(&[[4.0, 7.3], [60.0, 7.3]]);
    let hairline = Shape::Path {
        path,
        fill: None,
        stroke: Some(Stroke::solid(WHITE, 1.0)),
    };
    let image = draw(
        &on_plane(vec![shapes(vec![hairline], Space::Screen)], 1.0),
        64,
        16,
    );
    let column: Vec<u8> = (0..16).map(|y| image.at(30, y)[0]).collect();
    let inked: Vec<u8> = column.iter().copied().filter(|&v| v > 0).collect();
    assert_eq!(inked, [255], "{column:?}");
}

#[test]
fn text_leaves_ink_where_it_stands() {
    for (space, scale) in [
        (Space::Screen, 1.0),
        (Space::World, 1.0),
        (Space::World, 3.0),
    ] {
        let at = if space == Space::Screen {
            [20.0, 40.0]
        } else {
            [-20.0, 10.0]
        };
        let image = draw(
            &on_plane(
                vec![shapes(vec![Shape::Text(text("HHH", at, 20.0))], space)],
                scale,
            ),
            200,
            80,
        );
        let run = loom_text_width("HHH", 20.0) * scale;
        let inked: Vec<u32> = (0..200)
            .filter(|&x| (0..80).any(|y| image.at(x, y)[0] > 127))
            .collect();
        let (first, last) = (inked[0], inked[inked.len() - 1]);
        assert!(
            f64::from(last - first) < run && f64::from(last - first) > 0.85 * run,
            "{first} {last} {run}"
        );
        let middle = if space == Space::Screen {
            20.0
        } else {
            100.0 - 20.0 * scale
        };
        assert!(
            f64::from(first) >= middle && f64::from(first) < middle + 4.0 * scale,
            "{first}"
        );
    }
}

fn loom_text_width(string: &str, size: f64) -> f64 {
    loom_text::layout(string, Font::Sans, size).width
}

#[test]
fn turned_text_runs_upward() {
    let turned = Text {
        rotation: std::f64::consts::FRAC_PI_2,
        ..text("lllll", [30.0, 70.0], 20.0)
    };
    let image = draw(
        &on_plane(vec![shapes(vec![Shape::Text(turned)], Space::Screen)], 1.0),
        60,
        80,
    );
    let rows: Vec<u32> = (0..80)
        .filter(|&y| (0..60).any(|x| image.at(x, y)[0] > 100))
        .collect();
    let columns: Vec<u32> = (0..60)
        .filter(|&x| (0..80).any(|y| image.at(x, y)[0] > 100))
        .collect();
    assert!(rows[rows.len() - 1] - rows[0] > columns[columns.len() - 1] - columns[0] + 4);
    assert!((0..60).all(|x| image.at(x, 75)[0] == 0));
}

#[test]
fn a_legend_is_drawn_in_its_box() {
    let bar = Legend::Bar {
        title: "speed".into(),
        unit: "m/s".into(),
        map: ColorMap::Lajolla,
        low: -2.5e-3,
        high: 1.25e-2,
    };
    let keys = Legend::Keys {
        title: "fates".into(),
        entries: ["left lobe", "right lobe", "escapes"]
            .iter()
            .enumerate()
            .map(|(i, name)| ((*name).into(), loom_gpu::colour::category(i)))
            .collect(),
    };
    let mut items = legend_shapes(&bar, [20.0, 20.0, 80.0, 180.0], WHITE, RED);
    items.extend(legend_shapes(&bar, [140.0, 20.0, 240.0, 60.0], WHITE, RED));
    items.extend(legend_shapes(
        &keys,
        [140.0, 100.0, 120.0, 90.0],
        WHITE,
        RED,
    ));
    let image = draw(&on_plane(vec![shapes(items, Space::Screen)], 1.0), 400, 220);
    save("legends", &image);
    assert!(
        near(image.at(26, 190), ColorMap::Lajolla.at(0.02).0, 12),
        "{:?}",
        image.at(26, 190)
    );
    assert!(
        near(image.at(26, 48), ColorMap::Lajolla.at(0.98).0, 12),
        "{:?}",
        image.at(26, 48)
    );
    assert!((0..220).all(|y| image.at(10, y) == BLACK.0));
}
