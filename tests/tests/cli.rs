//! The command line as scripts use it: forms, statuses, numbers that are known.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs the program; its output, whatever the status.
fn run(arguments: &[&str]) -> Output {
    Command::new(crate::program())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program is built first: cargo build -p strange-loom")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a run that must succeed.
fn out(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&out(arguments)).unwrap()
}

/// The one line on standard error of a run that must fail with this status.
fn refusal(status: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?} prints nothing");
    let lines: Vec<&str> = said
        .lines()
        .filter(|l| l.starts_with("strange-loom: "))
        .collect();
    assert_eq!(lines.len(), 1, "{said}");
    lines[0].to_owned()
}

fn in_folder(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

fn pixels(path: &str) -> Vec<u8> {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

#[test]
fn version_help_and_completions_are_there() {
    let begun = std::time::Instant::now();
    assert!(out(&["--version"]).starts_with("strange-loom "));
    assert!(
        begun.elapsed().as_secs_f64() < 2.0,
        "no device is opened for it"
    );
    for path in [
        &["attractors", "lyapunov"][..],
        &["automata", "run"],
        &["webs", "analyse"],
        &["circuits", "analyse"],
        &["render"],
        &["info"],
        &["doctor"],
    ] {
        let help = out(&[path, &["--help"]].concat());
        assert!(help.contains("Example"), "{help}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(out(&["completions", shell]).contains("lyapunov"), "{shell}");
    }
    assert!(out(&["man"]).starts_with(".ie"));
}

#[test]
fn american_spelling_is_accepted() {
    assert!(out(&["automata", "analyze", "--help"]).contains("Example"));
}

#[test]
fn a_wrong_command_has_status_2_and_one_line() {
    let line = refusal(2, &["automata", "runn"]);
    assert!(line.contains("run"), "{line}");
    refusal(2, &["nothing-like-this"]);
    refusal(2, &["automata"]);
    refusal(2, &["automata", "run", "--soup", "0x5"]);
    refusal(2, &["automata", "run", "--pattern", "missing.rle"]);
}

#[test]
fn the_r_pentomino_settles_at_generation_1103_with_116_cells() {
    let ash = json(&[
        "automata",
        "run",
        "--pattern",
        "r-pentomino",
        "--generations",
        "1103",
        "--json",
    ]);
    assert_eq!(ash["population"], 116);
    assert_eq!(ash["generation"], 1103);
    assert_eq!(ash["rule"], "B3/S23");
    let gone = json(&[
        "automata",
        "run",
        "--pattern",
        "diehard",
        "--generations",
        "130",
        "--json",
    ]);
    assert_eq!(gone["population"], 0);
    assert_eq!(gone["bounding_box"], Value::Null);
}

#[test]
fn integers_are_written_in_full() {
    let gun = out(&[
        "automata",
        "run",
        "--pattern",
        "gosper-glider-gun",
        "--generations",
        "10^30",
        "--json",
    ]);
    // A glider of five cells every 30 generations.
    assert!(
        gun.contains("\"generation\":1000000000000000000000000000000,"),
        "{gun}"
    );
    assert!(
        gun.contains("\"population\":166666666666666666666666666"),
        "{gun}"
    );
}

#[test]
fn a_soup_depends_on_its_seed_alone() {
    let run = |seed: &str, threads: &str| {
        let mut document = json(&[
            "automata",
            "run",
            "--soup",
            "128x128:0.4",
            "--rule",
            "B3/S23:T128",
            "--generations",
            "200",
            "--seed",
            seed,
            "--threads",
            threads,
            "--json",
        ]);
        document["seconds"] = Value::Null;
        document
    };
    assert_eq!(run("5", "1"), run("5", "2"));
    assert_eq!(run("5", "1")["seed"], 5);
    assert_ne!(run("5", "1")["population"], run("6", "1")["population"]);
}

#[test]
fn a_pattern_goes_through_a_file_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let (rle, mc, again) = (
        in_folder(&folder, "gun.rle"),
        in_folder(&folder, "gun.mc"),
        in_folder(&folder, "again.rle"),
    );
    out(&[
        "automata",
        "run",
        "--pattern",
        "gosper-glider-gun",
        "--generations",
        "60",
        "--out",
        &rle,
    ]);
    out(&["automata", "convert", &rle, &mc]);
    out(&["automata", "convert", &mc, &again]);
    let population =
        |path: &str| json(&["automata", "run", "--pattern", path, "--json"])["population"].clone();
    assert_eq!(population(&rle), population(&again));
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing is left aside"
    );
}

#[test]
fn a_broken_pattern_names_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "bad.rle");
    std::fs::write(&path, "x = 3, y = 3, rule = B3/S23\nbo$2bo$3?!\n").unwrap();
    let line = refusal(2, &["automata", "run", "--pattern", &path]);
    assert!(
        line.contains("bad.rle") && line.contains("line 2, column"),
        "{line}"
    );
}

#[test]
fn a_header_of_a_billion_by_a_billion_is_refused_before_allocation() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "large.rle");
    std::fs::write(
        &path,
        "x = 1000000000, y = 1000000000, rule = B3/S23:T1000000000\n1000000000o!\n",
    )
    .unwrap();
    let begun = std::time::Instant::now();
    let output = run(&["automata", "run", "--pattern", &path]);
    assert!(matches!(output.status.code(), Some(1 | 2)));
    assert!(begun.elapsed().as_secs_f64() < 5.0);
}

#[test]
fn an_output_that_can_t_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "no/such/folder/a.rle");
    let line = refusal(
        1,
        &["automata", "run", "--pattern", "glider", "--out", &path],
    );
    assert!(line.contains("can't be written"), "{line}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(crate::program())
        .args(["automata", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "");
}

/// Renders a catalogue entry, then its own picture, in every format that carries it.
fn same_picture_again(entry: &str, step: &str) {
    let folder = tempfile::tempdir().unwrap();
    let first = in_folder(&folder, "first.png");
    out(&[
        "render",
        "--catalogue",
        entry,
        "--step",
        step,
        "--size",
        "480x320",
        "--out",
        &first,
    ]);
    for carrier in ["png", "svg", "pdf"] {
        let carried = in_folder(&folder, &format!("carried.{carrier}"));
        out(&["render", &first, "--out", &carried]);
        let again = in_folder(&folder, "again.png");
        out(&["render", &carried, "--out", &again]);
        assert!(
            pixels(&first) == pixels(&again),
            "{entry} by way of {carrier}"
        );
    }
    let about = json(&["info", &first, "--json"]);
    assert_eq!(about["kind"], "figure");
    assert_eq!(about["size"], serde_json::json!([480, 320]));
    assert_eq!(about["document"]["schema_version"], 1);
    let (science, _) = entry.split_once('/').unwrap();
    assert_eq!(about["document"]["items"][0]["science"], science);
}

#[test]
fn an_attractor_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("attractors/Lorenz", "50");
}

#[test]
fn a_web_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("webs/orb", "30");
}

#[test]
fn a_circuit_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("circuits/multi_head_attention", "3");
}

#[test]
fn an_automaton_s_picture_opened_again_gives_the_same_pixels() {
    same_picture_again("automata/r-pentomino", "200");
}

#[test]
fn a_project_of_a_newer_version_says_so_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "new.loom");
    std::fs::write(&path, "{\"schema_version\": 99}").unwrap();
    for command in ["render", "info"] {
        let line = refusal(2, &[command, &path]);
        assert!(line.contains("newer version"), "{line}");
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "{\"schema_version\": 99}"
    );
}

#[test]
fn a_broken_project_names_file_line_column_and_member() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "bad.loom");
    std::fs::write(&path, "{\"schema_version\": 1,\n\"items\": [{\"run\": 3}]}").unwrap();
    let line = refusal(2, &["info", &path]);
    assert!(
        line.contains("bad.loom, line 2, column") && line.contains("items[0].run"),
        "{line}"
    );
}

#[test]
fn pictures_of_others_and_unknown_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let plain = in_folder(&folder, "plain.svg");
    std::fs::write(&plain, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    assert_eq!(json(&["info", &plain, "--json"])["kind"], "picture");
    refusal(2, &["render", &plain]);
    let other = in_folder(&folder, "note.txt");
    std::fs::write(&other, "hello").unwrap();
    refusal(2, &["info", &other]);
}

#[test]
fn the_doctor_names_what_works_here() {
    let about = json(&["doctor", "--json"]);
    for key in [
        "version",
        "system",
        "processor",
        "formulas",
        "adapters",
        "fonts",
        "ffmpeg",
        "advice",
    ] {
        assert!(about.get(key).is_some(), "{key}");
    }
    assert!(about["fonts"].as_array().unwrap().len() >= 8);
    assert!(Path::new(&crate::program()).exists());
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn lyapunov_exponents_sum_to_the_mean_divergence() {
    let about = json(&[
        "attractors",
        "lyapunov",
        "Lorenz",
        "--time",
        "4000",
        "--json",
    ]);
    let spectrum = numbers(&about["spectrum"]);
    let errors = numbers(&about["standard_error"]);
    // −(σ + 1 + β), everywhere and always.
    let divergence = -(10.0 + 1.0 + 8.0 / 3.0);
    assert!((about["mean_divergence"].as_f64().unwrap() - divergence).abs() < 1e-9);
    let sum: f64 = spectrum.iter().sum();
    assert!((sum - divergence).abs() < 0.02, "{sum}");
    assert!(
        (spectrum[0] - 0.9057).abs() < 5.0 * errors[0] + 0.02,
        "{spectrum:?}"
    );
    for key in ["kaplan_yorke_dimension", "method", "time", "seed"] {
        assert!(about.get(key).is_some(), "{key}");
    }
}

#[test]
fn the_catalogue_of_attractors_has_the_fixed_members() {
    let list = json(&["attractors", "list", "--json"]);
    let lorenz = list
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["name"] == "Lorenz")
        .unwrap();
    assert_eq!(
        (&lorenz["kind"], &lorenz["dimension"]),
        (&"flow".into(), &3.into())
    );
    assert_eq!(lorenz["parameters"]["rho"], 28.0);
    assert!(!lorenz["citation"].as_str().unwrap().is_empty());
    assert!(out(&["attractors", "show", "Lorenz", "--latex"]).contains("\\sigma"));
    let line = refusal(2, &["attractors", "show", "Lorentz"]);
    assert!(line.contains("did you mean Lorenz"), "{line}");
}

#[test]
fn a_trajectory_has_a_row_a_point_and_symbols_set_parameters() {
    let by_key = out(&[
        "attractors",
        "trajectory",
        "Lorenz",
        "--points",
        "20",
        "--set",
        "beta=8/3",
    ]);
    let by_symbol = out(&[
        "attractors",
        "trajectory",
        "Lorenz",
        "--points",
        "20",
        "--set",
        "β=8/3",
    ]);
    assert_eq!(by_key, by_symbol);
    assert!(by_key.starts_with("t,x,y,z\n"));
    assert_eq!(by_key.lines().count(), 21);
    let ensemble = out(&[
        "attractors",
        "trajectory",
        "Lorenz",
        "--points",
        "4",
        "--ensemble",
        "3",
    ]);
    assert!(ensemble.starts_with("member,t,x,y,z\n"));
    assert_eq!(ensemble.lines().count(), 13);
    let folder = tempfile::tempdir().unwrap();
    let npy = in_folder(&folder, "a.npy");
    out(&[
        "attractors",
        "trajectory",
        "Lorenz",
        "--points",
        "4",
        "--ensemble",
        "3",
        "--out",
        &npy,
    ]);
    let bytes = std::fs::read(npy).unwrap();
    assert!(String::from_utf8_lossy(&bytes[..128]).contains("(3, 4, 3)"));
}

#[test]
fn a_wrong_parameter_names_those_that_there_are() {
    let line = refusal(2, &["attractors", "lyapunov", "Lorenz", "--set", "foo=1"]);
    assert!(line.contains("foo") && line.contains("sigma"), "{line}");
    let line = refusal(2, &["attractors", "lyapunov", "Lorenz", "--set", "rho=28+"]);
    assert!(line.contains("rho"), "{line}");
    let line = refusal(
        1,
        &["attractors", "trajectory", "Lorenz", "--set", "rho=1e9"],
    );
    assert!(line.contains("step"), "{line}");
}

#[test]
fn zachary_s_karate_club_has_its_known_numbers() {
    let karate = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/webs/karate.csv");
    let about = json(&["webs", "analyze", karate.to_str().unwrap(), "--json"]);
    assert_eq!((&about["nodes"], &about["edges"]), (&34.into(), &78.into()));
    assert_eq!(about["components"], 1);
    let near = |key: &str, value: f64| {
        assert!(
            (about[key].as_f64().unwrap() - value).abs() < 1e-12,
            "{key}"
        );
    };
    near("transitivity", 0.255_681_818_181_818_2);
    near("average_clustering", 0.570_638_478_207_682_3);
    assert_eq!(about["degree"].as_array().unwrap().len(), 34);
    assert_eq!(about["degree"][33], 17);
}

#[test]
fn a_generated_web_depends_on_its_seed_alone_and_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let grow = |name: &str, seed: &str| {
        let path = in_folder(&folder, name);
        out(&[
            "webs",
            "generate",
            "orb",
            "--set",
            "radials=20",
            "--seed",
            seed,
            "--out",
            &path,
        ]);
        std::fs::read(path).unwrap()
    };
    assert_eq!(grow("a.graphml", "3"), grow("b.graphml", "3"));
    assert_ne!(grow("a.graphml", "3"), grow("b.graphml", "4"));
    let csv = in_folder(&folder, "web.csv");
    out(&[
        "webs",
        "generate",
        "orb",
        "--set",
        "radials=20",
        "--seed",
        "3",
        "--out",
        &csv,
    ]);
    let (a, b) = (
        json(&[
            "webs",
            "analyse",
            &in_folder(&folder, "a.graphml"),
            "--json",
        ]),
        json(&["webs", "analyse", &csv, "--json"]),
    );
    assert_eq!((&a["nodes"], &a["edges"]), (&b["nodes"], &b["edges"]));
    assert_eq!(a["degree_histogram"], b["degree_histogram"]);
}

#[test]
fn a_broken_graph_names_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "bad.graphml");
    std::fs::write(&path, "<?xml version=\"1.0\"?>\n<graphml>\n <graph edgedefault=\"undirected\">\n  <node id=\"a\"/>\n  <edge source=\"a\" target=\"b\"/>\n </graph></graphml>").unwrap();
    let line = refusal(2, &["webs", "analyse", &path]);
    assert!(line.contains("bad.graphml, line 5"), "{line}");
}

#[test]
fn multi_head_attention_has_4_h_k_m_parameters() {
    let about = json(&[
        "circuits",
        "analyse",
        "multi_head_attention",
        "--set",
        "h=8",
        "--json",
    ]);
    assert_eq!(about["parameters"], 4 * 8 * 16 * 128);
    assert_eq!(about["inputs"], serde_json::json!([[20, 128], [22, 128]]));
    assert_eq!(about["outputs"], serde_json::json!([[20, 128]]));
    for key in ["macs", "activation_bytes"] {
        assert!(about[key].as_u64().unwrap() > 0, "{key}");
    }
    let names = json(&["circuits", "list", "--json"]);
    assert!(names.as_array().unwrap().len() >= 3);
    let text = out(&["circuits", "show", "mlp"]);
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "mine.circuit");
    std::fs::write(&path, text).unwrap();
    let (mine, theirs) = (
        json(&["circuits", "analyse", &path, "--json"]),
        json(&["circuits", "analyse", "mlp", "--json"]),
    );
    assert_eq!(mine["parameters"], theirs["parameters"]);
    assert_eq!(theirs["parameters"], 669_706);
}

#[test]
fn every_science_s_files_can_be_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let rle = in_folder(&folder, "gun.rle");
    out(&["automata", "convert", "gosper-glider-gun", &rle]);
    let about = json(&["info", &rle, "--json"]);
    assert_eq!(
        (&about["kind"], &about["population"]),
        (&"pattern".into(), &36.into())
    );
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    for (file, kind) in [
        ("webs/karate.csv", "graph"),
        ("circuits/mlp.circuit", "circuit"),
    ] {
        let path = assets.join(file);
        assert_eq!(
            json(&["info", path.to_str().unwrap(), "--json"])["kind"],
            kind,
            "{file}"
        );
    }
}
