//! Graph files, known graphs and generated webs.

use std::path::Path;

use super::{in_folder, json, out, refusal};

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
