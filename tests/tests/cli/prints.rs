//! Print-quality pictures and animations.

use super::{in_folder, json, out, pixels, refusal, run, text};

fn picture(name: &str, path: &str, more: &[&str]) {
    let mut arguments = vec!["attractors", "picture", name, "--hits", "3e5"];
    arguments.extend(["--size", "120x90", "--out", path]);
    arguments.extend(more);
    assert_eq!(out(&arguments).trim(), path);
}

#[test]
fn a_print_carries_its_document_and_is_made_again_pixel_for_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| in_folder(&folder, name);
    let first = path("first.png");
    picture(
        "Lorenz",
        &first,
        &["--look", "solid", "--dark", "--threads", "1"],
    );
    for carrier in ["png", "svg", "pdf"] {
        let carried = path(&format!("carried.{carrier}"));
        out(&["render", &first, "--out", &carried]);
        out(&[
            "render",
            &carried,
            "--out",
            &path("again.png"),
            "--threads",
            "2",
        ]);
        assert!(
            pixels(&first) == pixels(&path("again.png")),
            "by way of {carrier}"
        );
    }
    let about = json(&["info", &first, "--json"]);
    assert_eq!(about["size"], serde_json::json!([120, 90]));
    // And another look of the same.
    out(&[
        "render",
        &first,
        "--print",
        "look=liquid",
        "--out",
        &path("other.png"),
    ]);
    assert!(pixels(&first) != pixels(&path("other.png")));
}

#[test]
fn in_a_vector_file_the_print_is_an_image_and_the_axes_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "axes.svg");
    picture("Henon", &path, &["--axes"]);
    let svg = std::fs::read_to_string(&path).unwrap();
    assert_eq!(svg.matches("<image").count(), 1);
    assert!(svg.matches("<path").count() > 4, "axes are paths");
}

#[test]
fn a_map_of_ones_own_colours_travels_with_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| in_folder(&folder, name);
    let map = "own:dusk:0 000000,0.5 8000ff,1 ff8000";
    picture(
        "Henon",
        &path("own.png"),
        &["--map", map, "--ground", "black"],
    );
    out(&["render", &path("own.png"), "--out", &path("again.png")]);
    assert!(pixels(&path("own.png")) == pixels(&path("again.png")));
    picture(
        "Henon",
        &path("grey.png"),
        &["--map", "gray", "--ground", "black"],
    );
    let grey = pixels(&path("grey.png"));
    assert!(grey.chunks_exact(3).all(|p| p[0].abs_diff(p[2]) <= 1));
    assert!(
        pixels(&path("own.png"))
            .chunks_exact(3)
            .any(|p| p[0] > p[2].saturating_add(60)),
        "the map ends in orange"
    );
}

#[test]
fn what_a_print_does_not_know_is_named() {
    let line = refusal(2, &["attractors", "picture", "Lorenz", "--look", "mist"]);
    assert!(line.contains("gas, liquid, light, plasma, solid"), "{line}");
    let line = refusal(
        2,
        &[
            "attractors",
            "picture",
            "Lorenz",
            "--map",
            "rainbow",
            "--size",
            "40x30",
        ],
    );
    assert!(line.contains("batlow"), "{line}");
    let folder = tempfile::tempdir().unwrap();
    let out = in_folder(&folder, "life.png");
    let line = refusal(
        2,
        &[
            "render",
            "--catalogue",
            "automata/r-pentomino",
            "--print",
            "look=gas",
            "--out",
            &out,
        ],
    );
    assert!(line.contains("no print-quality picture"), "{line}");
}

#[test]
fn a_turntable_has_its_frames_and_its_pace() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| in_folder(&folder, name);
    let shared = [
        "render",
        "--catalogue",
        "attractors/Lorenz",
        "--set",
        "particles=500",
        "--size",
        "80x60",
        "--device",
        "cpu",
        "--frames",
        "6",
        "--fps",
        "12",
    ];
    let make = |name: &str, more: &[&str]| {
        let target = path(name);
        let mut arguments = shared.to_vec();
        arguments.extend(["--out", &target]);
        arguments.extend(more);
        out(&arguments);
        std::fs::read(&target).ok()
    };
    let gif = make("turn.gif", &["--turntable"]).unwrap();
    assert!(gif.starts_with(b"GIF89a"));
    // Six graphic controls, whose delays in hundredths sum to half a second.
    let controls: Vec<usize> = (0..gif.len() - 8)
        .filter(|i| gif[*i..].starts_with(&[0x21, 0xF9, 4]) && gif[i + 7] == 0)
        .collect();
    assert_eq!(controls.len(), 6);
    let delays = controls.iter().map(|i| u32::from(gif[i + 4]));
    assert_eq!(delays.sum::<u32>(), 50);
    let again = make("turn.gif", &["--turntable"]).unwrap();
    assert!(gif == again, "the same frames give the same file");

    let apng = make("turn.apng", &["--turntable"]).unwrap();
    let decoder = png::Decoder::new(std::io::Cursor::new(&apng));
    let reader = decoder.read_info().unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, 6);
    assert_eq!(
        json(&["info", &path("turn.apng"), "--json"])["kind"],
        "figure"
    );

    make("sweep.png", &["--sweep", "rho=20:30", "--steps", "3"]);
    for number in 1..=6 {
        assert_eq!(
            pixels(&path(&format!("sweep-{number:04}.png"))).len(),
            80 * 60 * 3
        );
    }
    let refused = refusal(
        2,
        &[
            "render",
            "--catalogue",
            "attractors/Henon",
            "--turntable",
            "--out",
            &path("a.gif"),
        ],
    );
    assert!(refused.contains("a view in space"), "{refused}");
}

#[test]
fn without_ffmpeg_a_video_says_what_to_install() {
    let output = std::process::Command::new(crate::program())
        .args(["render", "--catalogue", "attractors/Lorenz", "--turntable"])
        .args(["--out", "turn.mp4"])
        .env("PATH", "")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("apt install ffmpeg") && said.contains(".gif"),
        "{said}"
    );
    assert!(run(&["render", "--help"]).status.success());
}
