//! What is asked of every reader, whatever bytes it is given: it reads them or says what is wrong;
//! it doesn't panic, and what it has read holds. Given to libFuzzer by `targets/`, and to the files
//! that come along by the tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use loom_attractors::{Definition, own, series_file};
use loom_automata::files::{self, Kind, Limits, Writing};
use loom_automata::flow::recipe::Recipe;
use loom_automata::flow::vti;
use loom_automata::world::{Means, World};
use loom_automata::{Pattern, Rule, apgcode};
use loom_figure::{extract, npy_file, parquet_file, png_file, ramp_file};
use loom_formula::{Clock, Expr, Scheme, Stepper, System, evaluate_constant};
use loom_webs::files as graphs;

/// The length of the input chooses one, so that a form is kept while its bytes change in place.
const NAMES: [&str; 12] = [
    "x.rle", "x.mc", "x.lif", "x.cells", "x.txt", "x.mcl", "x.png", "x.gif", "x.bmp", "x.tif",
    "x.gz", "x.zip",
];

/// Patterns in every form: what is read fits the limits and survives being written.
pub fn patterns(bytes: &[u8]) {
    let limits = Limits {
        cells: 1 << 20,
        bytes: 1 << 22,
    };
    let Ok(opened) = files::read(NAMES[bytes.len() % NAMES.len()], bytes, &limits) else {
        return;
    };
    let Ok(pattern) = opened.pattern(&limits) else {
        return;
    };
    assert!(pattern.runs.len() <= 1 << 20);
    if pattern.population() > 20_000 {
        return;
    }
    let text = files::write(Kind::Rle, &pattern, &Writing::default()).expect("RLE holds all");
    let again = files::read("x.rle", &text, &limits).expect("what was written is read");
    let again = again.pattern(&limits).expect("and is as large as before");
    assert_eq!(again.runs, pattern.runs);
}

/// Rules in every notation: what is read is written so that it is read again, and runs.
pub fn rules(text: &str) {
    let Ok(rule) = text.parse::<Rule>() else {
        return;
    };
    let written = rule.to_string();
    assert_eq!(written.parse::<Rule>().as_ref(), Ok(&rule), "{written}");
    let means = Means {
        memory: 4 << 20,
        ..Means::default()
    };
    let pattern = Pattern::from_cells([(0, 0), (1, 0), (0, 1)]);
    if let Ok(mut world) = World::new(rule, &pattern, means) {
        let _ = world.advance(&2u32.into(), &mut || false);
    }
}

static BASE: LazyLock<Recipe> = LazyLock::new(|| {
    let text = include_str!("../../assets/automata/gray-scott.toml");
    Recipe::parse("gray-scott", text).expect("it comes along")
});

/// Rule files, recipes of continuous automata, images of fields and apgcodes.
pub fn tables(bytes: &[u8]) {
    let _ = vti::read("x.vti", bytes, &BASE);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Rule::from_rule_file(text);
    let _ = Recipe::parse("x", text);
    if let Ok(code) = apgcode::read(text) {
        let _ = code.pattern();
    }
}

/// Formulas and systems of equations: what is written of a formula means the same, and every
/// system that is accepted can be evaluated.
pub fn formulas(text: &str) {
    let _ = evaluate_constant(text);
    if let Ok(formula) = Expr::parse(text) {
        let written = formula.to_string();
        let again = Expr::parse(&written).expect("what is written is read");
        assert_eq!(again.to_string(), written);
    }
    let Ok(system) = System::parse(text) else {
        return;
    };
    if system.dimension() > 16 || !system.delays().is_empty() {
        return;
    }
    let mut state = vec![0.5; system.dimension()];
    let parameters = vec![1.0; system.parameters().len()];
    let stepper = Stepper::interpreted(&system, Scheme::Rk4);
    let _ = stepper.run(&mut state, &mut Clock::new(0.01), &parameters, 2);
}

/// Systems as the catalogue's files, as papers print them, in LaTeX, and in XPP's files.
pub fn systems(text: &str) {
    let _ = Definition::parse("x.toml", text);
    let _ = own::Sheet::read(text);
    let _ = own::read_xpp(text);
    for name in ["x.toml", "x.ode", "x.txt"] {
        let _ = own::open(name, text);
    }
}

/// Time series and colour maps in every form: what is read is as long as it says.
pub fn series(bytes: &[u8]) {
    for name in ["x.csv", "x.tsv", "x.txt"] {
        let _ = series_file::read(name, bytes);
    }
    if let Ok(array) = npy_file::read_npy("x.npy", bytes) {
        let _ = format!("{array:?}");
    }
    let _ = npy_file::read_npz("x.npz", bytes);
    if let Ok(columns) = parquet_file::read("x.parquet", bytes) {
        let rows: usize = columns.iter().map(|(_, values)| values.len()).sum();
        assert!(rows < 1 << 28);
    }
    for name in [
        "x.csv", "x.gpl", "x.cpt", "x.ase", "x.map", "x.json", "x.ugr",
    ] {
        let _ = ramp_file::read(name, bytes);
    }
}

/// Graphs in every form.
pub fn webs(bytes: &[u8]) {
    for name in ["x.graphml", "x.csv", "x.json"] {
        let _ = graphs::read(name, bytes, &graphs::Options::default());
    }
}

/// Circuit diagrams as text: what is read can be checked and counted, or is refused.
pub fn circuits(text: &str) {
    if let Ok(circuit) = loom_circuits::parse(text) {
        let _ = loom_circuits::check(&circuit, &BTreeMap::new());
    }
    let _ = loom_circuits::parse_term(text);
    let _ = loom_circuits::parse::parse_axes(text);
}

/// Projects, and the pictures that carry them.
pub fn documents(bytes: &[u8]) {
    if let Ok(document) = extract(bytes, "x") {
        let text = serde_json::to_vec(&document).expect("a document is JSON");
        extract(&text, "x").expect("what was written is read");
    }
    let _ = png_file::decode(bytes, "x.png");
}
