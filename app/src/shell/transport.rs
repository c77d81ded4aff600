//! The transport bar: the same for every run, with time in the run's own unit.

use egui::{Align, Layout, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use loom_sim::Step;
use loom_sim::conductor::{Command, RunState};

use super::acts::Act;
use super::icons::Icon;
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{keys, theme, words};
use crate::widgets::button::{self, Tool};
use crate::widgets::number::Number;

const SPEEDS: [f64; 11] = [
    0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 100.0, 1000.0, 10_000.0,
];

/// Shows the bar for the run in front; `whole` with speed, seed and twin.
pub fn show(studio: &mut Studio, ui: &mut Ui, whole: bool) {
    let Some(live) = studio.live() else {
        ui.add_space(size::GAP);
        ui.label(RichText::new("Nothing is open.").weak());
        return;
    };
    let (id, snapshot) = (live.id, live.snapshot.clone());
    let playing = snapshot.state == RunState::Playing;
    let ready = snapshot.state != RunState::Building;
    ui.spacing_mut().item_spacing.x = 2.0;
    ui.add_space(6.0);
    for (command, icon, name) in [
        ("simulate.restart", Icon::SkipBack, "Restart"),
        ("simulate.back", Icon::StepBack, "Step back"),
        (
            "simulate.toggle",
            if playing { Icon::Pause } else { Icon::Play },
            if playing { "Pause" } else { "Play" },
        ),
        ("simulate.step", Icon::StepForward, "Step"),
    ] {
        let help = super::commands::get(command).map_or("", |c| c.help);
        let keys = keys::text(studio, command);
        let room = if command == "simulate.toggle" {
            vec2(32.0, 28.0)
        } else {
            vec2(28.0, 28.0)
        };
        let tool = Tool::new(icon, name, help)
            .keys(&keys)
            .enabled(ready)
            .selected(command == "simulate.toggle" && playing);
        if tool.show_sized(ui, room).clicked() {
            studio.acts.push(Act::Do(command));
        }
    }
    ui.add_space(size::GAP);
    if clock(ui, &snapshot, &keys::text(studio, "simulate.go_to")) {
        studio.acts.push(Act::Do("simulate.go_to"));
    }
    ui.add_space(size::GAP);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(size::GAP);
        if whole {
            ends(studio, ui, id, &snapshot);
        }
        let width = ui.available_width() - size::GAP;
        if width > 60.0
            && let Some(step) = scrubber(ui, &snapshot, width)
        {
            studio.acts.push(Act::Tell(id, Command::Seek(step)));
        }
    });
}

/// Twin, seed and speed, from the right.
fn ends(studio: &mut Studio, ui: &mut Ui, id: u64, snapshot: &loom_sim::Snapshot) {
    let ready = snapshot.state != RunState::Building;
    let seed = snapshot.model.seed;
    if studio.can_be_heard() {
        let on = studio.sound.is_some();
        let help = super::commands::get("simulate.sound").map_or("", |c| c.help);
        let keys = keys::text(studio, "simulate.sound");
        let icon = if on { Icon::Volume2 } else { Icon::VolumeX };
        if Tool::new(icon, "Sound", help)
            .keys(&keys)
            .selected(on)
            .show_sized(ui, vec2(28.0, 28.0))
            .clicked()
        {
            studio.acts.push(Act::Do("simulate.sound"));
        }
    }
    let keys = keys::text(studio, "simulate.twin");
    let twin = snapshot.has_twin;
    let help = if twin {
        "Ends the twin."
    } else {
        "A second run from the same state with one change. Alt + click chooses the change."
    };
    if Tool::new(Icon::GitFork, "Twin", help)
        .keys(&keys)
        .enabled(ready)
        .selected(twin)
        .show_sized(ui, vec2(28.0, 28.0))
        .clicked()
    {
        studio.acts.push(Act::Do("simulate.twin"));
    }
    if let Some(difference) = snapshot.twin.as_ref().and_then(loom_sim::Quantity::as_real) {
        ui.label(
            RichText::new(format!("Δ {}", words::figures(difference, 3))).font(font::mono_small()),
        )
        .on_hover_text("The size of the difference between the run and its twin.");
    }
    if let Some(seed) = seed_field(ui, seed) {
        studio.acts.push(Act::Tell(id, Command::Seed(seed)));
    }
    speed(studio, ui, id, snapshot.speed, snapshot);
}

fn clock(ui: &mut Ui, snapshot: &loom_sim::Snapshot, keys: &str) -> bool {
    let clock = &snapshot.clock;
    let counted = clock.step_time == 1.0;
    let time = if counted {
        words::step(&clock.step)
    } else {
        words::time(clock.time, clock.step_time)
    };
    let tokens = tokens::of(ui);
    let mut job = egui::text::LayoutJob::default();
    let plain = |color, font| egui::TextFormat {
        font_id: font,
        color,
        valign: Align::Center,
        ..Default::default()
    };
    job.append(
        &format!("{} = ", clock.symbol),
        0.0,
        plain(tokens.secondary, font::body()),
    );
    job.append(&time, 0.0, plain(tokens.text, font::mono()));
    if let Some(end) = &clock.end {
        let end = if counted {
            words::step(end)
        } else {
            words::time(clock.time_at(end), clock.step_time)
        };
        job.append(
            &format!(" / {end}"),
            0.0,
            plain(tokens.secondary, font::mono()),
        );
    }
    if !clock.unit.is_empty()
        && clock.unit != clock.symbol
        && clock.unit != format!("{}s", clock.symbol)
    {
        job.append(
            &format!(" {}", clock.unit),
            0.0,
            plain(tokens.secondary, font::secondary()),
        );
    }
    let galley = ui.painter().layout_job(job);
    // A steady width: the digits run, the bar does not.
    let width = (galley.size().x / 24.0).ceil() * 24.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width.max(96.0), 28.0), Sense::click());
    let label = format!("{} = {time} {}", clock.symbol, clock.unit);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(rect.expand2(vec2(4.0, 0.0)), size::CORNER, tokens.raised);
    }
    ui.painter().galley(
        pos2(rect.left(), rect.center().y - galley.size().y / 2.0),
        galley,
        tokens.text,
    );
    response
        .on_hover_text(format!(
            "Step {} · {} {} a step. Click to go to another ({keys}).",
            words::step(&clock.step),
            words::number(clock.step_time),
            clock.unit
        ))
        .clicked()
}

fn real(step: &Step) -> f64 {
    step.to_string().parse().unwrap_or(f64::MAX)
}

/// From the beginning to the furthest step reached; dragging it seeks.
fn scrubber(ui: &mut Ui, snapshot: &loom_sim::Snapshot, width: f32) -> Option<Step> {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click_and_drag());
    let now = real(&snapshot.clock.step);
    let reach = snapshot
        .clock
        .end
        .as_ref()
        .map_or_else(|| real(&snapshot.reach), real)
        .max(now);
    response.widget_info(|| WidgetInfo::slider(true, now, "Step of the run"));
    let tokens = tokens::of(ui);
    let track = Rect::from_min_max(
        pos2(rect.left() + 6.0, rect.center().y - 1.0),
        pos2(rect.right() - 6.0, rect.center().y + 1.0),
    );
    let memory = response.id.with("target");
    let dragged: Option<f32> = ui.data(|d| d.get_temp(memory));
    let fraction = dragged.unwrap_or(if reach > 0.0 {
        (now / reach) as f32
    } else {
        0.0
    });
    let x = track.left() + fraction.clamp(0.0, 1.0) * track.width();
    let painter = ui.painter();
    painter.rect_filled(
        track,
        1.0,
        theme::mix(tokens.raised, tokens.secondary, 0.35),
    );
    let mut done = track;
    done.set_right(x);
    painter.rect_filled(done, 1.0, tokens.secondary);
    let busy = response.dragged() || response.hovered();
    let fill = if busy {
        tokens::accent(ui)
    } else {
        tokens.text
    };
    painter.circle_filled(
        pos2(x, track.center().y),
        if busy { 6.0 } else { 4.0 },
        fill,
    );
    let place = response
        .interact_pointer_pos()
        .map(|p| ((p.x - track.left()) / track.width()).clamp(0.0, 1.0));
    let mut seek = None;
    if (response.dragged() || response.clicked() || response.drag_stopped())
        && let Some(place) = place
    {
        if response.dragged() {
            ui.data_mut(|d| d.insert_temp(memory, place));
        } else {
            seek = Some(Step::from((f64::from(place) * reach).round() as u64));
        }
    }
    if response.drag_stopped() {
        ui.data_mut(|d| d.remove::<f32>(memory));
    }
    let shown = dragged.map_or(now, |f| f64::from(f) * reach);
    button::tip(
        response,
        &format!("Step {}", words::figures(shown.round(), 7)),
        "",
        "Drag to go back or forth; the state is replayed from the journal.",
    );
    seek
}

fn speed(studio: &mut Studio, ui: &mut Ui, id: u64, now: f64, snapshot: &loom_sim::Snapshot) {
    let text = format!("{}{}×", words::figures(now, 3), words::THIN);
    let per_second = snapshot.clock.pace * now;
    let response = button::drop_down("speed", RichText::new(text).font(font::mono()))
        .width(64.0)
        .show_ui(ui, |ui| {
            let usual = snapshot.usual_speed;
            // Far from 1, others of its kind.
            let unit = if (0.1..=100.0).contains(&usual) {
                1.0
            } else {
                usual
            };
            for factor in SPEEDS.map(|speed| speed * unit) {
                let words = format!("{}{}×", words::figures(factor, 3), words::THIN);
                if ui
                    .selectable_label(
                        (factor / now - 1.0).abs() < 1e-9,
                        RichText::new(words).font(font::mono()),
                    )
                    .clicked()
                {
                    studio.acts.push(Act::Tell(id, Command::Speed(factor)));
                }
            }
        })
        .response
        .accessible_name("Speed");
    button::tip(
        response,
        "Speed",
        "",
        &format!(
            "{} steps a second: {} {} of model time.",
            words::figures(per_second, 3),
            words::figures(per_second * snapshot.clock.step_time, 3),
            snapshot.clock.unit
        ),
    );
}

fn seed_field(ui: &mut Ui, seed: u64) -> Option<u64> {
    let number = Number {
        name: "Seed",
        value: seed as f64,
        default: 0.0,
        low: 0.0,
        high: 1e6,
        logarithmic: false,
        integer: true,
        hard: Some((0.0, 9e15)),
    };
    let id = ui.make_persistent_id("seed");
    let (response, typed) = number.field(ui, id, 56.0);
    button::tip(
        response,
        "Seed",
        "",
        "Names all randomness of the run; the same seed gives the same run. Another one begins a new run.",
    );
    ui.label(RichText::new("seed").font(font::secondary()).weak());
    match typed {
        Some(Ok(x)) => Some(x as u64),
        _ => None,
    }
}
