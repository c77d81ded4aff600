//! Methods, noise, events, benchmark sets, series of one's own and predictions, as scripts use them.

use super::{in_folder, json, out, refusal};

#[test]
fn a_trajectory_is_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = in_folder(&folder, name);
        out(&[
            "attractors",
            "trajectory",
            "Rossler",
            "--points",
            "400",
            "--points-per-period",
            "40",
            "--transient",
            "100",
            "--out",
            &path,
        ]);
        path
    };
    let of = |path: &str| {
        let about = json(&["attractors", "embedding", path, "--json"]);
        (about["lag"].clone(), about["mutual_information"].clone())
    };
    let csv = of(&write("a.csv"));
    assert_eq!(csv, of(&write("a.parquet")));
    assert_eq!(csv, of(&write("a.npz")));
    assert_eq!(csv, of(&write("a.npy")));
    let line = refusal(
        2,
        &[
            "attractors",
            "trajectory",
            "Lorenz",
            "--out",
            &in_folder(&folder, "a.xlsx"),
        ],
    );
    assert!(line.contains(".parquet"), "{line}");
}

#[test]
fn methods_that_do_not_fit_say_which_do() {
    let line = refusal(
        1,
        &[
            "attractors",
            "trajectory",
            "Lorenz",
            "--method",
            "symplectic4",
        ],
    );
    assert!(line.contains("not Hamiltonian"), "{line}");
    let line = refusal(
        1,
        &[
            "attractors",
            "trajectory",
            "Lorenz",
            "--method",
            "bdf",
            "--noise",
            "0.1",
        ],
    );
    assert!(line.contains("--method sra"), "{line}");
    let noisy = |seed: &str| {
        out(&[
            "attractors",
            "trajectory",
            "Lorenz",
            "--noise",
            "0.1",
            "--points",
            "20",
            "--seed",
            seed,
        ])
    };
    assert_eq!(noisy("1"), noisy("1"));
    assert_ne!(noisy("1"), noisy("2"));
}

#[test]
fn events_are_rows_of_times_and_states() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(&folder, "passages.csv");
    out(&[
        "attractors",
        "events",
        "Lorenz",
        "--when",
        "z - 27",
        "--direction",
        "up",
        "--stop",
        "25",
        "--out",
        &file,
    ]);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("t,x,y,z"));
    assert_eq!(lines.clone().count(), 25);
    for line in lines {
        let z: f64 = line.rsplit(',').next().unwrap().parse().unwrap();
        assert!((z - 27.0).abs() < 1e-9, "{line}");
    }
    let line = refusal(2, &["attractors", "events", "Lorenz", "--when", "w - 1"]);
    assert!(line.contains('w'), "{line}");
}

#[test]
fn a_benchmark_set_is_whole_the_same_for_any_threads_and_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, more: &[&str]| {
        let place = in_folder(&folder, name);
        let mut words = vec![
            "attractors",
            "dataset",
            "Lorenz",
            "Henon",
            "--points",
            "50",
            "--test-points",
            "20",
            "--granularity",
            "coarse",
            "--out",
            &place,
            "--json",
        ];
        words.extend(more);
        (json(&words), place)
    };
    let (one, first) = write("one", &["--threads", "1"]);
    let (_, second) = write("two", &["--threads", "2"]);
    assert_eq!((&one["files"], &one["kept"]), (&4.into(), &0.into()));
    let read = |place: &str, file: &str| std::fs::read(format!("{place}/{file}")).unwrap();
    for file in [
        "manifest.json",
        "coarse/train/Lorenz.npz",
        "coarse/test/Henon.npz",
    ] {
        assert_eq!(read(&first, file), read(&second, file), "{file}");
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&read(&first, "manifest.json")).unwrap();
    assert_eq!(manifest["complete"], true);
    let lorenz = &manifest["systems"][1];
    assert_eq!(lorenz["name"], "Lorenz");
    assert_eq!(lorenz["files"][0]["shape"], serde_json::json!([1, 50, 3]));
    assert_eq!(lorenz["files"][0]["sha256"].as_str().unwrap().len(), 64);
    // A file that was damaged is made again, the others are kept.
    let damaged = format!("{first}/coarse/train/Lorenz.npz");
    std::fs::write(&damaged, b"gone").unwrap();
    let (again, _) = write("one", &[]);
    assert_eq!(again["kept"], 2);
    assert_eq!(
        read(&first, "coarse/train/Lorenz.npz"),
        read(&second, "coarse/train/Lorenz.npz")
    );
    // Other wishes leave the folder alone.
    let line = refusal(
        2,
        &[
            "attractors",
            "dataset",
            "Lorenz",
            "--out",
            &first,
            "--seed",
            "5",
            "--points",
            "50",
        ],
    );
    assert!(line.contains("another set"), "{line}");
}

#[test]
fn a_prediction_is_scored_against_the_system_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "prediction.npz");
    out(&[
        "attractors",
        "trajectory",
        "Lorenz",
        "--points",
        "1000",
        "--dt",
        "0.02",
        "--transient",
        "20",
        "--out",
        &path,
    ]);
    let about = json(&["attractors", "score", "Lorenz", &path, "--json"]);
    // Steps of 0.02 are good for some Lyapunov times, and not for ever.
    let held = about["valid_lyapunov_times"].as_f64().unwrap();
    assert!(held > 3.0 && held < 18.0, "{held}");
    let bad = in_folder(&folder, "gap.csv");
    std::fs::write(&bad, "t,x\n0,1\n1,\n").unwrap();
    let line = refusal(2, &["attractors", "entropy", &bad]);
    assert!(line.contains("line 3, column x"), "{line}");
}
