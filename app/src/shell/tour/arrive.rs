//! Arriving at a step: what can be done at once, and what waits until the run is built or has
//! reached its time.

use std::sync::Arc;

use egui_tiles::{Linear, LinearDir, Tiles, Tree};
use loom_sim::conductor::{Command, RunState};
use loom_sim::{Effect, Model, Saved, Settings, Step as Count, parameter};

use super::aim::{Aim, cameras, seen};
use super::guess::Guess;
use crate::shell::acts::At;
use crate::shell::analyses;
use crate::shell::live::Live;
use crate::shell::room::{Opening, Room, panes};
use crate::shell::studio::Studio;
use crate::shell::tiles::{Kind, Pane, Source};
use crate::tour::Stage;
use crate::tour::file::Look;

/// The picture's share beside plots unless the tour says otherwise.
const SHARE: f32 = 0.58;
/// Narrower windows put plots under the picture.
const WIDE: f32 = 760.0;

/// What is still to be done, in this order.
pub(super) struct Pending {
    /// Parameters take the step's values.
    values: bool,
    /// The time to go to, then the step on the way to it.
    at: Option<f64>,
    goal: Option<Count>,
    look: Option<Look>,
}

impl Studio {
    /// Shows the step in front. `afresh`: from its own beginning, whatever is there.
    pub(super) fn arrive(&mut self, afresh: bool) {
        let Some(touring) = &self.touring else {
            return;
        };
        let Some(stage) = touring.stage().cloned() else {
            return;
        };
        let there = self.live_of(touring.live).is_some();
        let fresh = afresh || stage.opens || !there;
        let moved = self
            .touring
            .as_ref()
            .and_then(|t| t.step())
            .is_some_and(|s| s.camera.is_some());
        let at = self
            .touring
            .as_ref()
            .and_then(|t| t.step())
            .and_then(|s| s.at.as_ref())
            .map(|at| *at.get_ref());
        let id = if fresh {
            match self.open_stage(&stage) {
                Some(id) => id,
                None => return,
            }
        } else {
            self.touring.as_ref().map_or(0, |t| t.live)
        };
        let pending = Pending {
            values: !fresh,
            at: if fresh { stage.at } else { at },
            goal: None,
            look: stage.look.clone().filter(|_| fresh || moved),
        };
        let guess = self.guess_of(&stage);
        if let Some(touring) = &mut self.touring {
            touring.live = id;
            touring.pending = Some(pending);
            touring.aim = touring.aim.take().filter(|_| !fresh);
        }
        if let Some(live) = self.live_of(id) {
            live.guess = guess;
            live.send(Command::Pause);
        }
        self.furnish_stage(&stage, id);
        let place = self
            .rooms
            .iter()
            .find(|r| r.lives.iter().any(|l| l.id == id))
            .map(|r| At::Room(r.panel.index()));
        self.at = place.unwrap_or(self.at);
    }

    /// A run of the step's document, alone in its room.
    fn open_stage(&mut self, stage: &Stage) -> Option<u64> {
        let index = self
            .rooms
            .iter()
            .position(|r| r.science.key() == stage.science.key())?;
        for room in &mut self.rooms {
            room.lives.clear();
            room.tree = Tree::empty(room.tree.id());
            room.arranged = true;
        }
        let opening = Opening {
            place: self.place.clone(),
            wake: self.wake.clone(),
            next: &mut self.next,
        };
        let room = &mut self.rooms[index];
        let saved = Saved::fresh(stage.model.clone());
        let id = room.open_at_rest(saved, stage.entry.clone(), opening);
        if let Some(live) = room.live_of(id) {
            live.title.clone_from(&stage.title);
            // Plots come as the tour asks for them.
            live.laid_out = live.probes.clone();
        }
        if self.at == At::Start {
            self.start.close();
        }
        Some(id)
    }

    /// The curve that is drawn in this step, or that this one answers.
    fn guess_of(&self, stage: &Stage) -> Option<Guess> {
        let touring = self.touring.as_ref()?;
        if let Some(draw) = touring.question().and_then(|q| q.draw.as_ref()) {
            let kept = touring.curves.get(&touring.at).cloned();
            return Some(kept.unwrap_or_else(|| Guess::new(draw.get_ref())));
        }
        let drawn = touring.curves.get(&touring.at.checked_sub(1)?)?;
        let over = stage.plots.first()?.clone();
        (!drawn.is_empty()).then(|| drawn.clone().over(over))
    }

    /// The tiles and the settings of the view.
    fn furnish_stage(&mut self, stage: &Stage, id: u64) {
        let drawing = self
            .touring
            .as_ref()
            .and_then(|t| t.question())
            .is_some_and(|q| q.draw.is_some());
        let sources = if drawing {
            vec![Source::Guess]
        } else {
            stage.plots.clone()
        };
        let wide = self.ctx.content_rect().width() - 120.0 >= WIDE;
        let next = &mut self.next;
        let Some(room) = self
            .rooms
            .iter_mut()
            .find(|r| r.lives.iter().any(|l| l.id == id))
        else {
            return;
        };
        let wanted = sources.iter().filter_map(|s| match s {
            Source::Probe(spec) => Some(spec.clone()),
            _ => None,
        });
        if let Some(live) = room.live_of(id) {
            live.attach(wanted.collect());
            live.laid_out = live.probes.clone();
        }
        let share = stage.share.map_or(SHARE, |s| s as f32);
        place(room, id, &sources, share, wide, next);
        for (key, value) in &stage.view {
            room.set_view_parameter(id, key, value, false);
        }
        room.front = id;
        room.arranged = true;
    }

    /// Goes on with what is pending; called in every frame.
    pub fn guide(&mut self) {
        let Some(mut touring) = self.touring.take() else {
            return;
        };
        if let (Some(mut pending), Ok(stage)) = (touring.pending.take(), &touring.stage) {
            let asks = touring.tour.steps[touring.at].question.is_some();
            let done =
                self.advance_pending(&mut pending, &mut touring.aim, stage, touring.live, asks);
            if !done {
                touring.pending = Some(pending);
            }
        }
        let id = touring.live;
        if let Some(aim) = &mut touring.aim
            && let Some(room) = self
                .rooms
                .iter_mut()
                .find(|r| r.lives.iter().any(|l| l.id == id))
        {
            aim.follow(room, id);
        }
        self.touring = Some(touring);
    }

    /// Does what can be done now; true when nothing is left.
    fn advance_pending(
        &mut self,
        pending: &mut Pending,
        aim: &mut Option<Aim>,
        stage: &Stage,
        id: u64,
        asks: bool,
    ) -> bool {
        let wake = self.wake.clone();
        let Some(room) = self
            .rooms
            .iter_mut()
            .find(|r| r.lives.iter().any(|l| l.id == id))
        else {
            // The user has closed it.
            return true;
        };
        let view = room.views_of(id).first().map(|p| p.id);
        let Some(live) = room.live_of(id) else {
            return true;
        };
        match live.snapshot.state {
            RunState::Building => return false,
            RunState::Failed(_) => return true,
            _ => {}
        }
        if std::mem::take(&mut pending.values) {
            set_values(live, stage);
        }
        if let Some(time) = pending.at.take() {
            let clock = &live.snapshot.clock;
            let goal = clock.step_at(time).filter(|goal| *goal != clock.step);
            if let Some(goal) = goal {
                live.send(Command::Seek(goal.clone()));
                pending.goal = Some(goal);
            }
        }
        if let Some(goal) = &pending.goal {
            let seeking = matches!(live.snapshot.state, RunState::Seeking(_));
            let there = live.snapshot.clock.step == *goal || live.snapshot.clock.at_end();
            if seeking || !there {
                return false;
            }
            pending.goal = None;
        }
        if let Some(look) = &pending.look {
            let fit = view.and_then(|v| live.snapshot.fits.get(&v));
            let Some(fit) = fit else {
                return false;
            };
            let (fit, size) = (fit.clone(), view.and_then(|v| live.size_of(v)));
            let camera = seen(look, &fit);
            for place in cameras(room, id) {
                *place = Some(camera.clone());
            }
            if let (Some(look), Some(size)) = (pending.look.take(), size) {
                *aim = Some(Aim {
                    look,
                    fit,
                    camera,
                    size,
                });
            }
        }
        let Some(live) = room.live_of(id) else {
            return true;
        };
        let twin = live.snapshot.has_twin;
        match (stage.twin, twin) {
            (true, false) => live.send(Command::Twin(None)),
            (false, true) => live.send(Command::DropTwin),
            _ => {}
        }
        live.send(Command::Speed(stage.speed));
        measure(live, stage, &wake);
        live.send(if stage.play && !asks {
            Command::Play
        } else {
            Command::Pause
        });
        true
    }
}

/// Every parameter as the step has it, whatever was tried in between.
fn set_values(live: &mut Live, stage: &Stage) {
    let declared: Vec<_> = live
        .snapshot
        .parameters
        .iter()
        .filter(|p| p.effect != Effect::View)
        .cloned()
        .collect();
    let known = |key: &String| parameter::find(&declared, key).is_some();
    let given: Settings = stage
        .model
        .parameters
        .iter()
        .filter(|(key, _)| known(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let Ok(wanted) = parameter::complete(&declared, &given) else {
        return;
    };
    let mut rebuild = Settings::new();
    for parameter in &declared {
        let key = &parameter.key;
        live.stop_sweep(key);
        let (Some(value), now) = (wanted.get(key), live.snapshot.values.get(key)) else {
            continue;
        };
        if now == Some(value) {
            continue;
        }
        if parameter.effect == Effect::Rebuild {
            // What the step does not name is left as it was built.
            if stage.changes.contains_key(key) {
                rebuild.insert(key.clone(), value.clone());
            }
        } else {
            // A live parameter always has an effect of its own.
            let _ = live.set(key, value);
        }
    }
    if !rebuild.is_empty() {
        live.touch(Command::Rebuild(rebuild));
    }
}

/// Begins the analyses that are shown and have not been made with these settings.
fn measure(live: &mut Live, stage: &Stage, wake: &loom_sim::conductor::Wake) {
    let shown: Vec<&String> = stage
        .plots
        .iter()
        .filter_map(|s| match s {
            Source::Report { analysis, .. } | Source::Cells { analysis, .. } => Some(analysis),
            _ => None,
        })
        .chain(stage.values.iter().map(|(analysis, _)| analysis))
        .collect();
    let model = measured(live, stage);
    for (key, settings) in &stage.measures {
        if !shown.contains(&key) {
            continue;
        }
        let found = analyses::fitting(&live.science, &model)
            .into_iter()
            .find(|a| a.key() == key);
        let Some(analysis) = found else {
            continue;
        };
        let (science, saved) = (live.science.clone(), Arc::new(Saved::fresh(model.clone())));
        let form = live.forms.entry(key.clone()).or_default();
        let done = form.settings == *settings
            && form.computed_for.as_ref() == Some(&model.parameters)
            && (form.report.is_some() || form.progress().is_some());
        if !done {
            form.settings.clone_from(settings);
            form.report = None;
            form.run(analysis, science, saved, model.clone(), None, wake.clone());
            // The tour lays its tiles itself.
            form.has_begun();
            form.keep_back();
        }
    }
}

/// The step's model, with the live parameters that it leaves at their defaults written out, as
/// a run has them: the report is then known to be of the run.
fn measured(live: &Live, stage: &Stage) -> Model {
    let mut model = stage.model.clone();
    for parameter in &live.snapshot.parameters {
        let key = &parameter.key;
        if live.model().parameters.contains_key(key) && !model.parameters.contains_key(key) {
            model
                .parameters
                .insert(key.clone(), parameter.default.clone());
        }
    }
    model
}

/// The view of a run, and its plots in a column beside it or in a row under it.
fn place(room: &mut Room, id: u64, sources: &[Source], share: f32, wide: bool, next: &mut u64) {
    let kind = |source: &Source| match source {
        Source::Cells { .. } => Kind::Table(source.clone()),
        _ => Kind::Plot(source.clone()),
    };
    let wanted: Vec<Kind> = sources.iter().map(kind).collect();
    let present: Vec<Kind> = panes(&room.tree.tiles)
        .filter(|p| p.live == id && !p.is_view())
        .map(|p| p.kind.clone())
        .collect();
    let same = wanted.len() == present.len() && wanted.iter().all(|k| present.contains(k));
    if same && !room.views_of(id).is_empty() {
        return;
    }
    let mut fresh = || {
        *next += 1;
        *next
    };
    let view = room
        .views_of(id)
        .first()
        .map_or_else(|| Pane::view(fresh(), id), |p| (*p).clone());
    let mut tiles = Tiles::default();
    let mut tab = |pane: Pane| {
        let tile = tiles.insert_pane(pane);
        tiles.insert_tab_tile(vec![tile])
    };
    let view = tab(view);
    let plots: Vec<_> = wanted
        .into_iter()
        .map(|kind| {
            tab(Pane {
                id: fresh(),
                live: id,
                kind,
            })
        })
        .collect();
    let root = match plots.len() {
        0 => view,
        count => {
            let (one, many) = if wide {
                (LinearDir::Horizontal, LinearDir::Vertical)
            } else {
                (LinearDir::Vertical, LinearDir::Horizontal)
            };
            let beside = if count == 1 {
                plots[0]
            } else {
                tiles.insert_container(Linear::new(many, plots))
            };
            tiles.insert_container(Linear::new_binary(one, [view, beside], share))
        }
    };
    room.tree = Tree::new(room.tree.id(), root, tiles);
}
