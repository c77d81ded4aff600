//! Measures run on every family, teach by their parameters, and end when they are told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use loom_automata::Automata;
use loom_sim::{Job, Model, Number, Science, SimError, Subject, Value};

use super::{analysis, soup, try_run};

#[test]
fn every_measure_runs_on_every_family_or_says_why_not() {
    let rules = [
        "B3/S23:T32",
        "B3/S23",
        "B3/S23:P32",
        "B3/S23:K32*,32",
        "B3/S23:C32,32",
        "B3/S23:S32",
        "B3/S23:T32,0",
        "B3/S23:P0,32",
        "B3/S23:T32+3,32",
        "B2-a/S12",
        "B2/S34H:T32",
        "B13/S012V",
        "B0123478/S01234678",
        "B03/S23",
        "B03/S23:T32",
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA",
        "/2/3",
        "345/2/4:T32",
        "R5,C0,M1,S34..58,B34..45,NM",
        "R2,C3,S2,B3,N@891891L:T32",
        "R2,C4,S5-9,B6,7,NW1000102320030300232010001:T32",
        "W30",
        "W110:T64",
        "W110:P64,20",
        "K3C777",
        "K3R2C123456:T40",
        "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15",
        "M15,14,13,3,11,5,6,1,7,9,10,2,12,4,8,0:T32",
        "LR",
        "LLRR:T32",
        "B3/S23History:T32",
        "B3/S23Super",
        "3D4555:T10",
        "3D:B5/S4,5/C4V:P8,9,10",
        "WireWorld",
        "WireWorld:T32",
        "Langtons-Loops",
    ];
    let small: [(&str, &[(&str, i64)]); 10] = [
        ("entropy", &[("side", 2), ("generations", 4)]),
        ("mutual_information", &[("farthest", 3), ("generations", 3)]),
        ("langton_lambda", &[]),
        (
            "mean_field",
            &[
                ("generations", 2),
                ("points", 3),
                ("soups", 2),
                ("side", 16),
            ],
        ),
        ("damage", &[("generations", 6), ("pairs", 3)]),
        ("derrida", &[("points", 3), ("pairs", 3), ("side", 16)]),
        ("period", &[("generations", 12)]),
        ("symmetry", &[]),
        ("space_time", &[("generations", 6)]),
        ("activity_map", &[("generations", 6)]),
    ];
    for rule in rules {
        let size = match rule.as_bytes() {
            [b'W', b'0'..=b'9', ..] => [20, 1],
            [b'3', b'D', ..] => [8, 8],
            _ => [20, 20],
        };
        let model = soup(rule, size, 0.3);
        for (key, settings) in small {
            assert!(analysis(key).fits(&model));
            match try_run(key, &model, settings) {
                Ok(report) => {
                    assert!(!report.values.is_empty(), "{key} {rule}");
                    assert!(!report.method.is_empty() && !report.citation.is_empty());
                    assert!(report.command.contains(&format!("--measure {key}")));
                    for value in &report.values {
                        if let Number::Real(x) = value.value {
                            assert!(x.is_finite(), "{key} {rule} {}", value.key);
                        }
                    }
                }
                Err(SimError::Other(why)) => {
                    let machine = rule.contains("LR");
                    let large = rule.contains("Super") || rule.contains("History");
                    assert!(machine || large, "{key} {rule}: {why}");
                }
                Err(error) => panic!("{key} {rule}: {error}"),
            }
        }
    }
}

#[test]
fn every_parameter_teaches_something() {
    for model in [
        soup("B3/S23:T32", [8, 8], 0.5),
        soup("W30", [8, 1], 0.5),
        soup("3D4555:T9", [4, 4], 0.5),
    ] {
        for analysis in Automata.analyses().iter().filter(|a| a.fits(&model)) {
            for parameter in analysis.parameters(&model) {
                let help = parameter.help;
                assert!(
                    help.ends_with('.') && help.len() > 20,
                    "{} {help}",
                    analysis.key()
                );
            }
        }
    }
}

#[test]
fn a_measure_ends_soon_after_it_is_cancelled_and_tells_its_progress() {
    let acorn = Model::new("automata", "acorn");
    let long = [
        ("identify", acorn.clone(), vec![]),
        ("identify", soup("B3/S23", [512, 512], 0.4), vec![]),
        (
            "period",
            soup("B3/S23:T512", [512, 512], 0.4),
            vec![("generations", 1_000_000)],
        ),
        (
            "entropy",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![("generations", 1000)],
        ),
        (
            "mutual_information",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![],
        ),
        ("mean_field", acorn.clone(), vec![("soups", 1000)]),
        ("damage", acorn.clone(), vec![("pairs", 10_000)]),
        ("derrida", acorn.clone(), vec![("pairs", 100_000)]),
        (
            "activity_map",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![("generations", 10_000)],
        ),
        (
            "space_time",
            soup("B3/S23:T1024", [1024, 1024], 0.4),
            vec![("generations", 4000)],
        ),
    ];
    for (key, model, settings) in long {
        let cancel = Arc::new(AtomicBool::new(false));
        let progress = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&progress);
        let job = Job::new(
            Arc::clone(&cancel),
            move |fraction| {
                assert!((0.0..=1.0).contains(&fraction), "{fraction}");
                told.fetch_add(1, Ordering::Relaxed);
            },
            |_| {},
        );
        let stop = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(400));
            cancel.store(true, Ordering::Relaxed);
            Instant::now()
        });
        let settings = settings
            .into_iter()
            .map(|(k, v)| (k.to_owned(), Value::Integer(v)));
        let subject = Subject::State {
            model,
            capture: None,
        };
        let result = analysis(key).run(&subject, &settings.collect(), &job);
        let ended = Instant::now();
        let cancelled = stop.join().unwrap();
        // Short work may have been done before.
        if ended > cancelled {
            // What was in its last line then is let through.
            let error = result.err();
            assert!(
                matches!(error, None | Some(SimError::Cancelled)),
                "{key}: {error:?}"
            );
            // A machine with other work is slow; alone it is some milliseconds.
            let late = ended - cancelled;
            assert!(late < Duration::from_millis(1500), "{key}: {late:?}");
        }
        assert!(progress.load(Ordering::Relaxed) > 0, "{key}");
    }
}
