//! The catalogue, and files of one's own.

use loom_attractors::settings::Build;
use loom_attractors::{Attractors, Definition, catalogue, listing, science, trajectory};
use loom_formula::{Rates, Tape};
use loom_sim::{Ink, Model, Science, Settings, Value, parameter, seed};

#[test]
fn every_built_in_system_reads_without_fault() {
    assert_eq!(catalogue::fault(), None);
    let names: Vec<String> = catalogue::systems()
        .iter()
        .map(|d| d.name.clone())
        .collect();
    assert_eq!(
        names[..5],
        ["Lorenz", "Rossler", "Thomas", "Henon", "DeJong"]
    );
}

#[test]
fn names_are_found_whatever_their_accents_and_capitals() {
    for name in ["lorenz", "Rössler", "rossler", "HENON", "de Jong", "DeJong"] {
        assert!(catalogue::named(name).is_ok(), "{name}");
    }
    let error = catalogue::named("Lorentz").unwrap_err().to_string();
    assert!(error.contains("did you mean Lorenz?"), "{error}");
}

#[test]
fn each_entry_builds_and_its_experiments_are_settings_of_its_model() {
    for entry in Attractors.catalogue() {
        let declared = Attractors.parameters(&entry.model).unwrap();
        assert!((1..=3).contains(&entry.experiments.len()), "{}", entry.name);
        for experiment in &entry.experiments {
            let settings: Settings = experiment.set.iter().cloned().collect();
            parameter::complete(&declared, &settings).unwrap();
        }
        assert!(!entry.citation.is_empty() && !entry.summary.is_empty());
        assert!(Attractors.cost(&entry.model).unwrap().host_bytes > 100_000 * 8);
    }
}

#[test]
fn lorenz_has_symbols_and_exact_fractions() {
    let lorenz = catalogue::named("Lorenz").unwrap();
    let symbols: Vec<&str> = lorenz
        .parameters
        .iter()
        .map(|p| p.symbol.as_str())
        .collect();
    assert_eq!(symbols, ["σ", "ρ", "β"]);
    assert_eq!(lorenz.parameters[2].value, 8.0 / 3.0);
    assert_eq!(lorenz.kind(), "flow");
}

#[test]
fn the_list_has_the_documented_fields() {
    let list = listing::list();
    let entries = list.as_array().unwrap();
    assert!(entries.len() >= 5);
    for entry in entries {
        for field in ["name", "kind", "dimension", "parameters", "citation"] {
            assert!(!entry[field].is_null(), "{field}");
        }
    }
    assert_eq!(entries[0]["parameters"]["rho"], 28.0);
    assert!(listing::table().contains("Lorenz"));
    let lorenz = catalogue::named("Lorenz").unwrap();
    assert!(listing::show(&lorenz).contains("ρ"));
    assert!(listing::latex(&lorenz).contains("\\dot"));
}

const MINE: &str = "\
equations = '''
dx/dt = y*z
dy/dt = x - y
dz/dt = 1 - x*y
'''
";

#[test]
fn a_file_with_equations_alone_opens() {
    let model = Attractors
        .open("sprott b.toml", MINE.as_bytes())
        .unwrap()
        .unwrap();
    assert_eq!(model.kind, "sprott b");
    let definition = catalogue::definition(&model).unwrap();
    assert_eq!(definition.system.variables(), ["x", "y", "z"]);
    let mut run = Attractors
        .build(
            &model.clone().with("particles", 10i64),
            &loom_sim::Place::Cpu { threads: 1 },
        )
        .unwrap();
    run.advance(&loom_sim::Step::from(10u32), &loom_sim::Gate::open())
        .unwrap();
}

#[test]
fn files_of_other_programs_are_left_alone() {
    let cargo = b"[package]\nname = \"x\"\n[dependencies]\nequations = \"1\"\n";
    assert!(Attractors.open("Cargo.toml", cargo).is_none());
    assert!(Attractors.open("lorenz.json", MINE.as_bytes()).is_none());
    assert!(Attractors.open("binary.toml", &[0xff, 0xfe]).is_none());
}

fn error(text: &str) -> String {
    Definition::parse("mine.toml", text)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_fault_in_the_equations_has_its_place_in_the_file() {
    let message = error("# mine\nequations = \"\"\"\nx' = sgin(y)\ny' = -x\n\"\"\"\n");
    assert!(
        message.starts_with("mine.toml, line 3, column 6:"),
        "{message}"
    );
    assert!(
        message.contains("did you mean `sin`?") || message.contains("`sign`"),
        "{message}"
    );
}

#[test]
fn a_name_without_a_value_says_how_to_give_it_one() {
    let message = error("equations = \"x' = -k*x\"\n");
    assert!(
        message.starts_with("mine.toml, line 1, column 20:"),
        "{message}"
    );
    assert!(message.contains("[[parameter]]"), "{message}");
}

#[test]
fn wrong_numbers_and_names_are_refused_where_they_stand() {
    let message = error("equations = \"x' = -x\"\ninitial = [1, 2]\n");
    assert!(
        message.starts_with("mine.toml, line 2, column 11:"),
        "{message}"
    );
    let message = error("equations = \"x' = -x\"\ndt = 0\n");
    assert!(
        message.starts_with("mine.toml, line 2, column 6: dt can't be 0"),
        "{message}"
    );
    let message = error("equations = \"x' = -a*x\"\n[[parameter]]\nkey = \"b\"\nvalue = 1\n");
    assert!(message.contains("mine.toml, line"), "{message}");
    let message = error(
        "equations = \"x' = -x\"\n[[experiment]]\nsentence = \"s\"\nbutton = \"b\"\nset = { q = 1 }\n",
    );
    assert!(message.contains("`q`"), "{message}");
}

#[test]
fn the_command_names_what_differs_from_the_defaults() {
    let model = Model::new(science::KEY, "Lorenz")
        .with("rho", 20.0)
        .with("sigma", 10.0)
        .with("dt", 0.005);
    assert_eq!(
        Attractors.command(&model),
        "strange-loom attractors trajectory Lorenz --dt 0.005 --set rho=20"
    );
}

#[test]
fn thumbnails_show_something_quickly() {
    for entry in Attractors.catalogue() {
        let begun = std::time::Instant::now();
        let scene = Attractors
            .picture(&entry, &Ink::dark(), [160, 120])
            .unwrap();
        let took = begun.elapsed();
        assert!(took.as_millis() < 2000, "{}: {took:?}", entry.name);
        let density = match &scene.layers[0] {
            loom_sim::scene::Layer::Density(density) => density,
            // A map of one variable: diagonal, graph and stairs.
            loom_sim::scene::Layer::Lines(_) => {
                assert_eq!(scene.layers.len(), 3, "{}", entry.name);
                continue;
            }
            _ => panic!("{}: a density or a cobweb", entry.name),
        };
        let counts = density.counts.host().unwrap();
        let covered = counts.iter().filter(|c| **c > 0).count();
        let hits: u64 = counts.iter().map(|c| u64::from(*c)).sum();
        // A closed loop is a thin line.
        assert!(covered > 100, "{}: {covered} cells", entry.name);
        assert!(
            hits > 200_000,
            "{}: {hits} hits inside the frame",
            entry.name
        );
    }
}

#[test]
fn a_trajectory_has_the_points_asked_for_at_the_times_asked_for() {
    let lorenz = catalogue::named("Lorenz").unwrap();
    let build = Build::new(&lorenz, &Settings::new()).unwrap();
    let plan = trajectory::Plan {
        points: 50,
        members: 2,
        ..trajectory::Plan::new(&lorenz, &build).points_per_period(&lorenz, 100.0)
    };
    let rows = trajectory::compute(&lorenz, &build, &plan).unwrap();
    assert_eq!(rows.values.len(), 2 * 50 * 3);
    assert!((rows.times[49] - 49.0 * lorenz.period / 100.0).abs() < 1e-12);
    assert_eq!(rows.row(0, 0), lorenz.initial);
    let csv = rows.to_csv();
    assert!(csv.starts_with("member,t,x,y,z\n0,0,"), "{}", &csv[..40]);
    assert_eq!(csv.lines().count(), 101);
}

#[test]
fn a_trajectory_that_escapes_is_an_error_that_names_the_variable() {
    let henon = catalogue::named("Henon").unwrap();
    let settings: Settings = [("initial".to_owned(), Value::Vector(vec![5.0, 5.0]))].into();
    let build = Build::new(&henon, &settings).unwrap();
    let plan = trajectory::Plan::new(&henon, &build);
    let message = trajectory::compute(&henon, &build, &plan)
        .unwrap_err()
        .to_string();
    assert!(message.contains("became"), "{message}");
}

#[test]
fn a_forced_system_knows_the_time() {
    let forced = "equations = \"x' = cos(t)\"\ninitial = [0]\ndt = 0.01\n";
    let definition = Definition::parse("forced.toml", forced).unwrap();
    assert_eq!(definition.kind(), "forced");
    let build = Build::new(&definition, &Settings::new()).unwrap();
    let plan = trajectory::Plan {
        points: 400,
        transient: 3.0,
        ..trajectory::Plan::new(&definition, &build)
    };
    let rows = trajectory::compute(&definition, &build, &plan).unwrap();
    for (time, x) in rows.times.iter().zip(&rows.values) {
        assert!((x - time.sin()).abs() < 1e-9, "{time} {x}");
    }
    // The running simulation too, when dt changes on the way.
    let model = catalogue::model_of_file("forced.toml", &definition).with("particles", 3i64);
    let mut run = Attractors
        .build(&model, &loom_sim::Place::Cpu { threads: 1 })
        .unwrap();
    let open = loom_sim::Gate::open();
    run.advance(&loom_sim::Step::from(100u32), &open).unwrap();
    run.apply(&loom_sim::Input::set("dt", 0.02)).unwrap();
    run.advance(&loom_sim::Step::from(100u32), &open).unwrap();
    assert!((run.clock().time - 3.0).abs() < 1e-12);
    let x = run.observe()[0].as_real().unwrap();
    assert!((x - 3f64.sin()).abs() < 1e-7, "{x}");
}

/// Packed functions of one kind, code of our own: no bit of a rate may change, at a thousand states
/// about each system's start, nor at its parameters' least values.
#[test]
fn rates_of_every_built_in_flow_have_the_bits_of_the_interpreter() {
    let mut random = seed::stream(5, "facts: rates");
    let mut flows = 0;
    for definition in catalogue::systems() {
        let definition = &*definition;
        let system = &definition.system;
        if definition.is_map() || definition.has_delays() {
            continue;
        }
        flows += 1;
        let build = Build::new(definition, &Settings::new()).unwrap();
        let (tape, rates) = (Tape::new(&system.program()), Rates::new(system));
        let mut room = tape.scratch();
        let n = system.dimension();
        let (mut found, mut expected) = (vec![0.0; n], vec![0.0; n]);
        for factor in [1.0, 0.5] {
            let constants: Vec<f64> = build.constants.iter().map(|c| c * factor).collect();
            let mut run = rates.start(&constants).unwrap();
            for k in 0..if n > 100 { 10 } else { 500 } {
                let t = 0.37 * f64::from(k);
                let near = |x: &f64| x + (seed::unit(&mut random) - 0.5) * 4.0 * (0.1 + x.abs());
                let state: Vec<f64> = build.initial.iter().map(near).collect();
                run.at(t, &state, &mut found);
                tape.eval_with(&mut room, &state, &constants, t, &mut expected);
                for (v, (a, b)) in found.iter().zip(&expected).enumerate() {
                    assert!(
                        a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
                        "{}: {a:e} is not {b:e}, rate {v} at {state:?}",
                        definition.name
                    );
                }
            }
        }
    }
    assert!(flows > 120);
}
