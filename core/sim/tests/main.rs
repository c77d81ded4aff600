//! The core's own rules, held to by a small simulation: a hash that is stirred at every step.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_sim::camera::Plane;
use loom_sim::conformance::{Case, check};
use loom_sim::scene::{Layer, Points, Vertex};
use loom_sim::*;

/// One number, stirred at every step by a live parameter.
struct Stirred {
    step: Step,
    number: u64,
    spoon: i64,
    end: Option<Step>,
}

/// What a capture says that it holds.
const CAPTURE: usize = 1 << 20;

struct Stirring;

impl Simulation for Stirred {
    fn clock(&self) -> Clock {
        Clock {
            step: self.step.clone(),
            time: self.step.to_string().parse().unwrap(),
            unit: "turns".into(),
            symbol: "t".into(),
            step_time: 1.0,
            pace: 1000.0,
            end: self.end.clone(),
        }
    }
    fn parameters(&self) -> Settings {
        Settings::from([("spoon".into(), Value::Integer(self.spoon))])
    }
    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } if key == "spoon" => {
                self.spoon = value.as_integer().unwrap();
                Ok(())
            }
            Input::Edit { data, .. } => {
                self.number ^= data
                    .as_u64()
                    .ok_or(SimError::Input("not a number".into()))?;
                Ok(())
            }
            Input::Set { key, .. } => Err(SimError::Input(key.clone())),
        }
    }
    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let mut left = steps.clone();
        while left > Step::default() {
            if self.end.as_ref() == Some(&self.step) {
                return Ok(Stop::End);
            }
            if gate.is_cancelled() {
                return Ok(Stop::Cancelled);
            }
            if gate.is_over() {
                return Ok(Stop::Slice);
            }
            self.number = self
                .number
                .wrapping_mul(6364136223846793005)
                .wrapping_add(self.spoon as u64);
            if self.number == 0 {
                return Err(SimError::Other("stirred to nothing".into()));
            }
            self.step += 1u32;
            left -= 1u32;
        }
        Ok(Stop::Target)
    }
    fn observe(&self) -> Vec<Quantity> {
        vec![Quantity::exact("number", "Number", self.number)]
    }
    fn fit(&self, _size: [f64; 2]) -> Camera {
        Camera::Plane(Plane {
            whole: [0, 0],
            part: [0.0, 0.0],
            scale: 1.0,
            y_up: true,
        })
    }
    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let mut scene = Scene::new(self.fit(view.points()));
        scene.layers.push(Layer::Points(Points {
            vertices: vec![Vertex::default()].into(),
            size: 1.0,
            paint: scene::Paint::Solid(view.ink.text),
            additive: false,
        }));
        Ok(scene)
    }
    fn capture(&self) -> Capture {
        Capture::new(
            self.step.clone(),
            CAPTURE,
            (self.step.clone(), self.number, self.spoon),
        )
    }
    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let (step, number, spoon): &(Step, u64, i64) = capture.get()?;
        (self.step, self.number, self.spoon) = (step.clone(), *number, *spoon);
        Ok(())
    }
    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        let state: &(Step, u64, i64) = capture.get()?;
        Ok(serde_json::to_vec(&(state.0.to_string(), state.1, state.2)).unwrap())
    }
    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let (step, number, spoon): (String, u64, i64) =
            serde_json::from_slice(bytes).map_err(SimError::parse)?;
        let step: Step = step.parse().map_err(SimError::parse)?;
        Ok(Capture::new(step.clone(), CAPTURE, (step, number, spoon)))
    }
    fn twin_input(&self) -> Option<Input> {
        Some(Input::edit("Flip a bit", &1u64))
    }
    fn difference(&self, other: &Capture) -> Option<Quantity> {
        let (_, number, _): &(Step, u64, i64) = other.get().ok()?;
        let bits = (self.number ^ number).count_ones();
        Some(Quantity::exact("bits", "Bits that differ", bits))
    }
}

impl Science for Stirring {
    fn key(&self) -> &'static str {
        "stirring"
    }
    fn name(&self) -> &'static str {
        "Stirring"
    }
    fn catalogue(&self) -> Vec<Entry> {
        Vec::new()
    }
    fn parameters(&self, _model: &Model) -> Result<Vec<Parameter>, SimError> {
        let mut spoon = Parameter::integer("spoon", "s", "Spoon", 3, 1, 99);
        spoon.effect = Effect::Live;
        Ok(vec![
            spoon,
            Parameter::integer("size", "n", "Size of the cup", 1, 1, 9),
        ])
    }
    fn cost(&self, _model: &Model) -> Result<Cost, SimError> {
        Ok(Cost::default())
    }
    fn build(&self, model: &Model, _place: &Place) -> Result<Box<dyn Simulation>, SimError> {
        let all = parameter::complete(&self.parameters(model)?, &model.parameters)?;
        let size = all["size"].as_integer().unwrap() as u64;
        let spoon = all["spoon"].as_integer().unwrap();
        Ok(Box::new(Stirred {
            step: Step::default(),
            number: size + model.seed,
            spoon,
            // A small glass is soon stirred.
            end: (model.kind == "glass").then(|| Step::from(50u32)),
        }))
    }
    fn analyses(&self) -> Vec<Arc<dyn Analysis>> {
        Vec::new()
    }
    fn default_probes(&self, _model: &Model) -> Vec<ProbeSpec> {
        Vec::new()
    }
    fn open(&self, _name: &str, _bytes: &[u8]) -> Option<Result<Model, SimError>> {
        None
    }
    fn picture(&self, _: &Entry, _: &Ink, _: [u32; 2]) -> Result<Scene, SimError> {
        Err(SimError::other("no picture"))
    }
    fn command(&self, _model: &Model) -> String {
        "strange-loom".into()
    }
}

fn run() -> Run {
    Run::new(
        Arc::new(Stirring),
        Model::new("stirring", "cup"),
        Place::cpu(),
    )
    .unwrap()
}

fn go(run: &mut Run, steps: u32) {
    assert_eq!(
        run.advance(&Step::from(steps), &Gate::open()).unwrap(),
        Stop::Target
    );
}

fn number(run: &Run) -> f64 {
    run.simulation().observe()[0].as_real().unwrap()
}

#[test]
fn a_simulation_that_keeps_the_rules_conforms() {
    check(&Case {
        science: Arc::new(Stirring),
        model: Model::new("stirring", "cup"),
        place: Place::cpu(),
        steps: Step::from(4000u32),
        single_steps: 50,
        edit: Some(Input::edit("Flip", &4u64)),
        set: Some(Input::set("spoon", 7i64)),
        probe: None,
        endless: Step::from(1u64 << 40),
    })
    .unwrap();
}

#[test]
fn an_edit_in_the_past_replaces_the_future_and_undo_brings_it_back() {
    let mut run = run();
    go(&mut run, 10);
    run.apply(Input::edit("Late", &8u64)).unwrap();
    go(&mut run, 10);
    let future = number(&run);
    run.go_to(&Step::from(5u32), 0, &Gate::open()).unwrap();
    run.apply(Input::edit("Early", &2u64)).unwrap();
    assert_eq!(run.journal().entries.len(), 1);
    run.undo(&Gate::open()).unwrap();
    assert_eq!(run.clock().step, Step::from(5u32));
    go(&mut run, 15);
    assert_eq!(number(&run), future);
}

#[test]
fn a_refused_value_changes_nothing() {
    let mut run = run();
    let error = run
        .apply(Input::set("spoon", 1000i64))
        .unwrap_err()
        .to_string();
    assert!(error.contains("from 1 to 99"), "{error}");
    assert!(run.journal().entries.is_empty());
    let error = run
        .apply(Input::set("spon", 10i64))
        .unwrap_err()
        .to_string();
    assert!(error.contains("spoon"), "{error}");
}

#[test]
fn a_drag_of_a_slider_is_undone_as_one() {
    let mut run = run();
    for value in 4..20i64 {
        run.apply(Input::set("spoon", value)).unwrap();
        go(&mut run, 1);
    }
    run.undo(&Gate::open()).unwrap();
    assert_eq!(run.values()["spoon"], Value::Integer(3));
    assert_eq!(run.clock().step, Step::from(16u32));
    assert!(run.undo_title().is_none());
}

#[test]
fn rebuilding_begins_a_new_run_and_undo_returns_to_the_old_one() {
    let mut run = run();
    go(&mut run, 7);
    let before = number(&run);
    run.rebuild(&Settings::from([("size".into(), Value::Integer(5))]))
        .unwrap();
    assert_eq!(run.clock().step, Step::default());
    assert_eq!(number(&run), 5.0);
    run.undo(&Gate::open()).unwrap();
    assert_eq!((number(&run), run.clock().step), (before, Step::from(7u32)));
    run.redo(&Gate::open()).unwrap();
    assert_eq!(number(&run), 5.0);
}

#[test]
fn runs_that_were_left_stay_under_a_budget() {
    let mut run = run();
    for _ in 0..150 {
        go(&mut run, 3);
        run.restart().unwrap();
    }
    // 32 MiB for what was left, 40 MiB for the present run, and the last one whole.
    assert!(run.held_bytes() < 80 << 20, "{} bytes", run.held_bytes());
    let mut undone = 0;
    while run.undo(&Gate::open()).unwrap() {
        assert_eq!(run.clock().step, Step::from(3u32));
        undone += 1;
    }
    assert!((5..150).contains(&undone), "{undone} undone");
}

#[test]
fn keyframes_stay_under_their_budget_and_keep_the_beginning() {
    use loom_sim::journal::{Keyframe, Keyframes};
    let mut frames = Keyframes::new(20_000);
    for step in 0..2000u32 {
        let main = Capture::new(Step::from(step), 1000, ());
        frames.push(Keyframe {
            step: Step::from(step),
            applied: 0,
            main,
            twin: None,
        });
    }
    assert!(frames.bytes() <= 20_000 && frames.len() > 10);
    assert_eq!(
        frames.before(&Step::from(0u32), 0).unwrap().step,
        Step::default()
    );
    assert_eq!(
        frames.before(&Step::from(1999u32), 0).unwrap().step,
        Step::from(1999u32)
    );
}

#[test]
fn a_recorder_is_bounded_and_keeps_first_and_last() {
    let mut recorder = Recorder::new(("t", ""), &[("x", "")], 100);
    for i in 0..100_000u32 {
        recorder.push(f64::from(i), &[f64::from(i) * 2.0]);
    }
    let series = recorder.series();
    assert!(series.at.len() < 100 && series.at.len() >= 49);
    assert_eq!(series.at[0], 0.0);
    assert!(series.at[series.at.len() - 1] > 96_000.0);
    recorder.truncate(500.0);
    assert!(recorder.series().at.iter().all(|t| *t <= 500.0));
}

fn wait(conductor: &Conductor, until: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let start = Instant::now();
    loop {
        let snapshot = conductor.snapshot();
        if until(&snapshot) {
            return snapshot;
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "waited in vain: {snapshot:?}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_at_its_end_plays_from_the_beginning_and_undo_returns() {
    let model = Model::new("stirring", "glass");
    let conductor = Conductor::open(Arc::new(Stirring), model, Place::cpu(), Arc::new(|| {}));
    conductor.send(Command::Seek(Step::from(50u32)));
    let end = wait(&conductor, |s| s.state == RunState::Ended);
    conductor.send(Command::Speed(0.1));
    conductor.send(Command::Play);
    wait(&conductor, |s| {
        s.state == RunState::Playing && s.clock.step < Step::from(50u32)
    });
    conductor.send(Command::Pause);
    conductor.send(Command::Undo);
    let back = wait(&conductor, |s| s.state == RunState::Ended);
    assert_eq!(back.clock.step, end.clock.step);
    assert_eq!(back.observations, end.observations);
}

#[test]
fn a_run_that_nobody_sees_waits_and_goes_on() {
    let model = Model::new("stirring", "cup");
    let conductor = Conductor::open(Arc::new(Stirring), model, Place::cpu(), Arc::new(|| {}));
    conductor.send(Command::Play);
    wait(&conductor, |s| s.clock.step > Step::from(10u32));
    conductor.send(Command::Rest(true));
    // The answer says that all before it was obeyed.
    let rested = conductor.save(Duration::from_secs(5)).unwrap().step;
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(
        conductor.save(Duration::from_secs(5)).unwrap().step,
        rested,
        "it moved while it rested"
    );
    assert_eq!(conductor.snapshot().state, RunState::Playing);
    conductor.send(Command::Rest(false));
    wait(&conductor, |s| s.clock.step > rested);
}

#[test]
fn the_conductor_plays_pauses_steps_and_seeks() {
    let model = Model::new("stirring", "cup");
    let conductor = Conductor::open(Arc::new(Stirring), model, Place::cpu(), Arc::new(|| {}));
    wait(&conductor, |s| s.state == RunState::Paused);
    conductor.send(Command::Play);
    wait(&conductor, |s| s.clock.step > Step::from(100u32));
    conductor.send(Command::Pause);
    let paused = wait(&conductor, |s| {
        s.state == RunState::Paused && s.steps_per_second == 0.0
    });
    conductor.send(Command::StepForward);
    let one = &paused.clock.step + 1u32;
    wait(&conductor, |s| s.clock.step == one);
    conductor.send(Command::StepBack);
    let back = wait(&conductor, |s| s.clock.step == paused.clock.step);
    assert_eq!(back.observations, paused.observations);
    conductor.send(Command::Seek(Step::from(50u32)));
    wait(&conductor, |s| s.clock.step == Step::from(50u32));
    conductor.send(Command::Undo);
    let returned = wait(&conductor, |s| s.clock.step == paused.clock.step);
    assert_eq!(returned.observations, paused.observations);
    conductor.send(Command::Twin(None));
    let twins = wait(&conductor, |s| s.twin.is_some());
    assert_eq!(twins.twin.as_ref().unwrap().as_real(), Some(1.0));
    let saved = conductor.save(Duration::from_secs(5)).unwrap();
    assert_eq!(saved.step, paused.clock.step);
}

#[test]
fn a_model_that_cannot_be_built_says_why() {
    let model = Model::new("stirring", "cup").with("size", 50i64);
    let conductor = Conductor::open(Arc::new(Stirring), model, Place::cpu(), Arc::new(|| {}));
    let failed = wait(&conductor, |s| matches!(s.state, RunState::Failed(_)));
    assert!(matches!(&failed.state, RunState::Failed(why) if why.contains("from 1 to 9")));
}
