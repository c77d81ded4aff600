//! Exponents, trajectories and the catalogue.

use serde_json::Value;

use super::{in_folder, json, out, refusal};

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
fn an_orbit_diagram_is_points_over_the_parameter() {
    let about = json(&[
        "attractors",
        "bifurcation",
        "Henon",
        "--over",
        "a",
        "--from",
        "0.2",
        "--to",
        "0.3",
        "--columns",
        "3",
        "--points",
        "4",
        "--transient",
        "2000",
        "--sweep",
        "up",
        "--json",
    ]);
    let points = about["points"].as_array().unwrap();
    assert_eq!(points.len(), 12);
    for point in points {
        let [a, y] = [0, 1].map(|k| point[k].as_f64().unwrap());
        // A single fixed point: y = b·x with a·x² + (1 − b)·x − 1 = 0.
        let x = (-0.7 + (0.49 + 4.0 * a).sqrt()) / (2.0 * a);
        assert!((y - 0.3 * x).abs() < 1e-6, "a = {a}: {y}");
    }
    let line = refusal(2, &["attractors", "bifurcation", "Henon", "--over", "q"]);
    assert!(line.contains("over"), "{line}");
}

#[test]
fn a_trajectory_by_an_order_of_eight_is_the_same_as_by_short_steps() {
    let last = |more: &[&str]| -> Vec<f64> {
        let mut words = vec!["attractors", "trajectory", "Rossler", "--points", "3"];
        words.extend(more);
        let text = out(&words);
        let row = text.lines().last().unwrap();
        row.split(',').map(|x| x.parse().unwrap()).collect()
    };
    let own = last(&["--dt", "2", "--method", "dop853", "--tolerance", "1e-12"]);
    let other = last(&["--dt", "2", "--method", "tsit5", "--tolerance", "1e-11"]);
    for (a, b) in own.iter().zip(&other) {
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
    let line = refusal(
        2,
        &["attractors", "trajectory", "Lorenz", "--method", "euler"],
    );
    assert!(line.contains("dop853"), "{line}");
    let line = refusal(
        2,
        &["attractors", "trajectory", "Lorenz", "--tolerance", "1e-9"],
    );
    assert!(line.contains("rk4"), "{line}");
}

#[test]
fn a_file_is_measured_and_written_anew_with_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let text = "# mine\nname = \"Mine\"\nequations = \"x' = y; y' = z; z' = -0.6*z - y - x + x^2\"\n\
                initial = [0.1, 0, 0]\ndt = 0.02\nperiod = 6\n";
    std::fs::write(&file, text).unwrap();
    let folder_name = folder.path().to_str().unwrap();
    let list = json(&[
        "attractors",
        "measure",
        file.to_str().unwrap(),
        "--effort",
        "0.2",
        "--write",
        folder_name,
        "--json",
    ]);
    let about = &list[0];
    assert!((about["mean_divergence"].as_f64().unwrap() + 0.6).abs() < 1e-6);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("# mine\n"), "{written}");
    assert!(written.contains("[measured]") && written.contains("obtained = "));
}

#[test]
fn the_sound_of_an_orbit_is_a_wav_file_of_the_length_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("road.wav");
    let path = path.to_str().unwrap();
    let line = [
        "attractors",
        "sound",
        "Logistic",
        "--over",
        "r",
        "--from",
        "2.9",
        "--to",
        "4",
        "--seconds",
        "0.5",
        "--rate",
        "8000",
        "--out",
        path,
    ];
    out(&line);
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..4], b"RIFF");
    assert_eq!(bytes.len(), 44 + 4000 * 4);
    let refused = refusal(
        2,
        &[
            "attractors",
            "sound",
            "Logistic",
            "--over",
            "rho",
            "--from",
            "1",
            "--to",
            "2",
            "--out",
            path,
        ],
    );
    assert!(refused.contains("it has r"), "{refused}");
}

#[test]
fn the_first_exponents_are_measured_alone() {
    let about = json(&[
        "attractors",
        "lyapunov",
        "Lorenz",
        "--count",
        "1",
        "--time",
        "1000",
        "--json",
    ]);
    assert_eq!(about["spectrum"].as_array().unwrap().len(), 1);
    assert!(about["kaplan_yorke_dimension"].is_null());
}

#[test]
fn recurrences_are_written_as_a_graph_that_webs_measure() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "lorenz.graphml");
    let about = json(&[
        "attractors",
        "recurrence",
        "Lorenz",
        "--points",
        "150",
        "--graph",
        &path,
        "--json",
    ]);
    let graph = json(&["webs", "analyse", &path, "--json"]);
    assert_eq!(graph["nodes"], 150);
    let rate = about["recurrence_rate"].as_f64().unwrap();
    let edges = graph["edges"].as_f64().unwrap();
    assert!((edges - rate * 150.0 * 149.0 / 2.0).abs() < 0.5, "{edges}");
    let line = refusal(
        2,
        &[
            "attractors",
            "recurrence",
            "Lorenz",
            "--points",
            "100",
            "--graph",
            "a.png",
        ],
    );
    assert!(line.contains(".graphml"), "{line}");
}

#[test]
fn tangent_vectors_tell_chaos_on_the_command_line() {
    let about = json(&[
        "attractors",
        "gali",
        "StandardMap",
        "--set",
        "K=1",
        "--set",
        "initial=0.001,0.008",
        "--json",
    ]);
    assert_eq!(about["verdict"], "chaotic");
    let field = out(&[
        "attractors",
        "ftle",
        "Duffing",
        "--columns",
        "12",
        "--rows",
        "8",
        "--out",
        "-",
    ]);
    assert!(field.lines().count() >= 12 * 8, "{field}");
}
