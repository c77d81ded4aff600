//! The rules that every simulation keeps, as a suite that every science runs.
//!
//! A case builds its model, says how far to run and which inputs fit; `check` then holds the
//! simulation to all rules and returns the first that it breaks, in words.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::{Gate, Step, Stop};
use crate::error::SimError;
use crate::input::Input;
use crate::journal::Saved;
use crate::model::Model;
use crate::probe::ProbeSpec;
use crate::run::Run;
use crate::science::{Place, Science};
use crate::simulation::Simulation;
use crate::view::View;

pub struct Case {
    pub science: Arc<dyn Science>,
    pub model: Model,
    pub place: Place,
    /// A run of this many steps, at least four.
    pub steps: Step,
    /// Single steps compared with one advance; few where a step is dear.
    pub single_steps: u32,
    /// A state edit, if the simulation takes any, and a live parameter's change.
    pub edit: Option<Input>,
    pub set: Option<Input>,
    pub probe: Option<ProbeSpec>,
    /// More steps than can be made in a second, to see that cancel works.
    pub endless: Step,
}

/// Holds the case to every rule; the error says which it breaks.
pub fn check(case: &Case) -> Result<(), String> {
    let rules: [(&str, fn(&Case) -> Result<(), String>); 9] = [
        ("n steps equal n single steps", single_steps),
        ("restore plus replay equals the run", restore_and_replay),
        ("an encoded state comes back the same", encoding),
        ("cancel acts within 100 ms", cancel),
        ("any slicing gives the same state", slicing),
        ("any number of threads gives the same state", threads),
        ("undo and redo return", undo_and_redo),
        ("the saved document gives the same state", saved),
        ("a scene is made, and making it changes nothing", scene),
    ];
    for (rule, test) in rules {
        test(case)
            .map_err(|why| format!("{}: the rule \"{rule}\" is broken: {why}", case.model.kind))?;
    }
    Ok(())
}

fn words(error: SimError) -> String {
    error.to_string()
}

fn start(case: &Case) -> Result<Run, String> {
    start_on(case, case.place.clone())
}

fn start_on(case: &Case, place: Place) -> Result<Run, String> {
    let mut run = Run::new(case.science.clone(), case.model.clone(), place).map_err(words)?;
    if let Some(probe) = &case.probe {
        run.attach(probe.clone()).map_err(words)?;
    }
    Ok(run)
}

/// Advances by exactly this much, however often the simulation returns early.
fn run_on(run: &mut Run, steps: &Step, slice: Option<Duration>) -> Result<(), String> {
    let target = run.clock().step + steps;
    loop {
        let now = run.clock().step;
        if now >= target {
            return Ok(());
        }
        let gate = Gate::new(Arc::default(), slice);
        match run.advance(&(&target - now), &gate).map_err(words)? {
            Stop::End => return Ok(()),
            Stop::Cancelled => return Err("it was cancelled, though nobody cancelled it".into()),
            Stop::Target | Stop::Slice => {}
        }
    }
}

fn state(simulation: &dyn Simulation) -> Result<Vec<u8>, String> {
    simulation.encode(&simulation.capture()).map_err(words)
}

fn same(a: &Run, b: &Run) -> Result<(), String> {
    if a.clock().step != b.clock().step {
        return Err(format!(
            "the clocks stand at {} and {}",
            a.clock().step,
            b.clock().step
        ));
    }
    if state(a.simulation())? != state(b.simulation())? {
        return Err(format!("the states differ at step {}", a.clock().step));
    }
    match (a.twin(), b.twin()) {
        (Some(x), Some(y)) if state(x)? != state(y)? => Err("the twins differ".into()),
        (Some(_), None) | (None, Some(_)) => Err("one has a twin".into()),
        _ => Ok(()),
    }
}

fn play(case: &Case, run: &mut Run) -> Result<(), String> {
    let quarter = &case.steps / 4u32;
    run_on(run, &quarter, None)?;
    if let Some(edit) = &case.edit {
        run.apply(edit.clone()).map_err(words)?;
    }
    run_on(run, &quarter, None)?;
    if let Some(set) = &case.set {
        run.apply(set.clone()).map_err(words)?;
    }
    run_on(run, &quarter, None)?;
    run.add_twin(None).map_err(words)?;
    run_on(run, &quarter, None)
}

fn single_steps(case: &Case) -> Result<(), String> {
    let (mut a, mut b) = (start(case)?, start(case)?);
    run_on(&mut a, &Step::from(case.single_steps), None)?;
    for _ in 0..case.single_steps {
        run_on(&mut b, &Step::from(1u32), None)?;
    }
    same(&a, &b)
}

fn restore_and_replay(case: &Case) -> Result<(), String> {
    let (mut a, mut b) = (start(case)?, start(case)?);
    play(case, &mut a)?;
    play(case, &mut b)?;
    same(&a, &b)?;
    let (step, applied) = (a.clock().step, a.applied());
    let middle = &step / 2u32;
    b.go_to(&middle, b.entries_at(&middle), &Gate::open())
        .map_err(words)?;
    if b.clock().step != middle {
        return Err(format!("going back to {middle} led to {}", b.clock().step));
    }
    b.go_to(&Step::default(), 0, &Gate::open()).map_err(words)?;
    b.go_to(&step, applied, &Gate::open()).map_err(words)?;
    same(&a, &b)
}

fn encoding(case: &Case) -> Result<(), String> {
    let (mut a, mut b) = (start(case)?, start(case)?);
    play(case, &mut a)?;
    play(case, &mut b)?;
    let bytes = state(a.simulation())?;
    let capture = b.main.decode(&bytes).map_err(words)?;
    b.main.restore(&capture).map_err(words)?;
    same(&a, &b)?;
    let more = &case.steps / 4u32;
    run_on(&mut a, &more, None)?;
    run_on(&mut b, &more, None)?;
    same(&a, &b)?;
    if let (Some(cut), true) = (bytes.get(..bytes.len() / 2), bytes.len() > 1)
        && b.main.decode(cut).is_ok()
    {
        return Err("half of an encoded state was taken for a whole one".into());
    }
    Ok(())
}

/// Three tries: a machine that is busy with other tests may wake a thread late now and then, a
/// kind of simulation that does not look at its gate is late each time.
fn cancel(case: &Case) -> Result<(), String> {
    let tries = (0..2).find_map(|_| try_to_cancel(case).ok());
    tries.map_or_else(|| try_to_cancel(case), Ok)
}

fn try_to_cancel(case: &Case) -> Result<(), String> {
    let mut run = start(case)?;
    let gate = Gate::open();
    let flag = gate.cancel_flag();
    let begun = Instant::now();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(60));
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
        Instant::now()
    });
    let stop = run.advance(&case.endless, &gate).map_err(words)?;
    let returned = Instant::now();
    let cancelled = canceller
        .join()
        .map_err(|_| "the canceller failed".to_owned())?;
    match stop {
        Stop::End | Stop::Target if returned <= cancelled => Ok(()),
        _ => {
            let late = returned.saturating_duration_since(cancelled);
            // The machine that tests may be busy: the rule is 100 ms, the test allows a
            // descheduled thread as much again.
            if late > Duration::from_millis(200) {
                return Err(format!(
                    "it took {late:?}, {:?} after the start",
                    begun.elapsed()
                ));
            }
            Ok(())
        }
    }
}

fn slicing(case: &Case) -> Result<(), String> {
    let (mut a, mut b) = (start(case)?, start(case)?);
    let half = &case.steps / 2u32;
    run_on(&mut a, &half, None)?;
    run_on(&mut b, &half, Some(Duration::from_micros(300)))?;
    same(&a, &b)
}

fn threads(case: &Case) -> Result<(), String> {
    if matches!(case.place, Place::Gpu(_)) {
        return Ok(());
    }
    let mut a = start_on(case, Place::Cpu { threads: 1 })?;
    let mut b = start_on(case, Place::Cpu { threads: 3 })?;
    let half = &case.steps / 2u32;
    run_on(&mut a, &half, None)?;
    run_on(&mut b, &half, None)?;
    same(&a, &b)
}

fn undo_and_redo(case: &Case) -> Result<(), String> {
    let gate = Gate::open();
    let mut run = start(case)?;
    let quarter = &case.steps / 4u32;
    run_on(&mut run, &quarter, None)?;
    let before = state(run.simulation())?;
    if let Some(edit) = &case.edit {
        run.apply(edit.clone()).map_err(words)?;
        run_on(&mut run, &quarter, None)?;
        let after = state(run.simulation())?;
        run.undo(&gate).map_err(words)?;
        if state(run.simulation())? != before {
            return Err("undoing an edit did not go back to just before it".into());
        }
        run.redo(&gate).map_err(words)?;
        if state(run.simulation())? != after {
            return Err("redoing an edit did not return".into());
        }
        run.undo(&gate).map_err(words)?;
    }
    if let Some(set) = &case.set {
        let (values, step) = (run.simulation().parameters(), run.clock().step);
        run.apply(set.clone()).map_err(words)?;
        run_on(&mut run, &Step::from(1u32), None)?;
        let moved = run.clock().step;
        run.undo(&gate).map_err(words)?;
        if run.simulation().parameters() != values {
            return Err("undoing a slider did not bring its value back".into());
        }
        if run.clock().step != moved || moved < step {
            return Err("undoing a slider moved the clock".into());
        }
        run.redo(&gate).map_err(words)?;
        run.undo(&gate).map_err(words)?;
    }
    let (here, step) = (state(run.simulation())?, run.clock().step);
    run.restart().map_err(words)?;
    if run.clock().step != Step::default() {
        return Err("restart does not stand at step 0".into());
    }
    run.undo(&gate).map_err(words)?;
    if run.clock().step != step || state(run.simulation())? != here {
        return Err("undoing a restart did not return to where it was".into());
    }
    Ok(())
}

fn saved(case: &Case) -> Result<(), String> {
    let mut run = start(case)?;
    play(case, &mut run)?;
    let mut document = run.saved().map_err(words)?;
    let text = serde_json::to_string(&document).map_err(|e| e.to_string())?;
    let back: Saved = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    if back != document {
        return Err("the document's text does not say the same".into());
    }
    let reopen = |saved| {
        Run::restore(
            case.science.clone(),
            saved,
            case.place.clone(),
            &Gate::open(),
        )
        .map_err(words)
    };
    same(&run, &reopen(back)?)?;
    document.state = None;
    same(&run, &reopen(document)?)
}

fn scene(case: &Case) -> Result<(), String> {
    let mut run = start(case)?;
    run_on(&mut run, &(&case.steps / 4u32), None)?;
    let before = state(run.simulation())?;
    for size in [[640, 480], [64, 200], [1, 1]] {
        let mut view = View::new(size);
        view.camera = Some(run.simulation().fit(view.points()));
        let scene = run.simulation().scene(&view).map_err(words)?;
        if size[0] > 1 && scene.layers.is_empty() {
            return Err("the scene is empty".into());
        }
    }
    if state(run.simulation())? != before {
        return Err("drawing changed the state".into());
    }
    Ok(())
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Case({})", self.model.kind)
    }
}
