//! A turmite's table as a sheet: a row for each of its states, a column for each colour, and
//! what it leaves, how it turns and what it becomes, each to be changed by a click.

use egui::{RichText, ScrollArea, Ui, vec2};
use loom_automata::Rule;
use loom_automata::rule::sheet::machine::Machine;
use loom_automata::rule::turmite::Move;
use loom_sim::Input;
use loom_sim::conductor::Command;

use super::transition;
use crate::shell::acts::{Act, Acts};
use crate::shell::live::Live;
use crate::shell::tokens::{font, size};
use crate::widgets::button;

/// What the quarter turns to the right are called, with their signs.
const TURNS: [(&str, &str); 4] = [
    ("↑", "straight on"),
    ("→", "right"),
    ("↓", "round"),
    ("←", "left"),
];

/// Shows the table of the run's turmite.
pub fn show(ui: &mut Ui, live: &Live, acts: &mut Acts, (rule, machine): (&Rule, &Machine)) {
    let colours = transition::colours(ui, rule);
    let mut asked = None;
    egui::Frame::new()
        .inner_margin(size::SECTION)
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(rule.to_string()).font(font::mono()));
                ui.label(
                    RichText::new(
                        "on a colour: the colour that it leaves, its turn, its next state",
                    )
                    .font(font::secondary())
                    .weak(),
                );
            });
            ui.add_space(size::GRID);
            ScrollArea::both()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    egui::Grid::new(("machine", live.id))
                        .spacing(vec2(18.0, 8.0))
                        .show(ui, |ui| {
                            ui.label("");
                            for colour in 0..machine.colours() {
                                ui.horizontal(|ui| {
                                    transition::swatch(ui, &[colour], &colours, "");
                                    ui.label(
                                        RichText::new(format!("colour {colour}"))
                                            .font(font::secondary()),
                                    );
                                });
                            }
                            ui.end_row();
                            for state in 0..machine.states() {
                                ui.label(
                                    RichText::new(format!("state {state}")).font(font::secondary()),
                                );
                                for colour in 0..machine.colours() {
                                    let Some(step) = machine.at(state, colour) else {
                                        continue;
                                    };
                                    let place = format!("state {state} on colour {colour}");
                                    if let Some(next) = cell(ui, machine, step, &colours, &place) {
                                        asked = machine.with(state, colour, next);
                                    }
                                }
                                ui.end_row();
                            }
                        });
                });
        });
    if let Some(rule) = asked {
        let input = Input::set("rule", rule.to_string());
        acts.push(Act::Tell(live.id, Command::Apply(input)));
    }
}

/// One entry of the table; what a click makes of it.
fn cell(
    ui: &mut Ui,
    machine: &Machine,
    step: Move,
    colours: &[egui::Color32],
    place: &str,
) -> Option<Move> {
    let mut next = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 0.0);
        let left = transition::swatch(ui, &[step.colour], colours, "");
        let name = format!("Colour left in {place}: {}", step.colour);
        let help = "A click gives the next colour that the machine leaves behind.";
        if transition::named(left, &name, help).clicked() {
            next = Some(Move {
                colour: (step.colour + 1) % machine.colours(),
                ..step
            });
        }
        let (sign, word) = TURNS[usize::from(step.turn % 4)];
        let name = format!("Turn in {place}: {word}");
        let turn = ui.button(RichText::new(sign).font(font::mono()));
        let help =
            "Seen as if the machine faced up; a click turns it a quarter further to the right.";
        if button::tip(turn, &name, "", help).clicked() {
            next = Some(Move {
                turn: (step.turn + 1) % 4,
                ..step
            });
        }
        if machine.states() > 1 {
            let name = format!("Next state in {place}: {}", step.state);
            let state = ui.button(RichText::new(step.state.to_string()).font(font::mono_small()));
            let help = "The state in which the machine goes on; a click gives the next one.";
            if button::tip(state, &name, "", help).clicked() {
                next = Some(Move {
                    state: (step.state + 1) % machine.states(),
                    ..step
                });
            }
        }
    });
    next
}
