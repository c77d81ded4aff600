//! The inspector: what is open or selected, in sections that remember whether they are open.

use egui::{RichText, ScrollArea, Ui, vec2};
use loom_sim::{Effect, Parameter, Value};

use super::acts::{Act, Acts, Tone};
use super::icons::Icon;
use super::keys;
use super::live::Live;
use super::measure::{self, name_of, quantity};
use super::studio::Studio;
use super::tiles::Source;
use super::tokens::{self, font, size};
use crate::widgets::button::{self, Tool};
use crate::widgets::parameter::{self, Context, Edit};
use crate::widgets::section::{Folds, row, section};

/// Shows the inspector of the run in front.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let Some(index) = studio.room_index() else {
        return;
    };
    let fold_keys = keys::text(studio, "view.inspector");
    let view_settings = studio.rooms[index].view_settings();
    let folds = &mut studio.settings.folds;
    let acts = &mut studio.acts;
    let room = &mut studio.rooms[index];
    let empty = room.panel.empty();
    let Some(live) = room.live_mut() else {
        ui.add_space(size::SECTION);
        ui.horizontal_wrapped(|ui| {
            ui.add_space(size::GAP);
            ui.label(RichText::new(empty).weak());
        });
        return;
    };
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(egui::Margin::symmetric(12, 8))
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing = vec2(size::GAP, 3.0);
                    heading(ui, live, &fold_keys, acts);
                    selection(ui, live, folds, acts);
                    parameters(ui, live, folds, acts);
                    view(ui, live, folds, &view_settings, acts);
                    experiments(ui, live, folds, acts);
                    measure::section_of(ui, live, folds, acts);
                    probes(ui, live, folds, acts);
                    observations(ui, live, folds);
                    exports(ui, live, folds, acts);
                });
        });
}

fn heading(ui: &mut Ui, live: &Live, fold_keys: &str, acts: &mut Acts) {
    ui.horizontal(|ui| {
        let width = ui.available_width() - 5.0 * (size::CONTROL + 4.0);
        let color = tokens::of(ui).text;
        let title =
            crate::widgets::section::clipped(ui, &live.title, font::heading(), color, width);
        ui.add(egui::Label::new(title)).on_hover_text(&live.title);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            if Tool::new(
                Icon::PanelRightClose,
                "Fold the inspector away",
                "The view gets its room.",
            )
            .keys(fold_keys)
            .show(ui)
            .clicked()
            {
                acts.push(Act::Do("view.inspector"));
            }
            if let Some(manuscript) = live.science.manuscript()
                && Tool::new(Icon::Sigma, manuscript.name(), manuscript.help())
                    .show(ui)
                    .clicked()
            {
                acts.push(Act::Do("edit.script"));
            }
            if Tool::new(
                Icon::Terminal,
                "Copy as command",
                "The line for a terminal that gives the same.",
            )
            .show(ui)
            .clicked()
            {
                acts.push(Act::Copy {
                    what: "The command".into(),
                    text: live.science.command(live.model()),
                });
            }
            if let Some(sheet) = crate::panels::of(live.science.key()).and_then(|p| p.sheet())
                && Tool::new(Icon::ToggleRight, sheet.name, sheet.help)
                    .show(ui)
                    .clicked()
            {
                acts.push(Act::Do("view.sheet"));
            }
            if live
                .science
                .exports(live.model())
                .iter()
                .any(|(e, _)| *e == "py")
                && Tool::new(
                    Icon::FileCode,
                    "Copy as Python",
                    "A program for NumPy and SciPy that gives the same trajectory and exponents.",
                )
                .show(ui)
                .clicked()
            {
                acts.push(Act::Do("edit.copy_python"));
            }
            let citation = live.entry.as_ref().map_or("", |e| e.citation.as_str());
            if !citation.is_empty()
                && Tool::new(Icon::Quote, "Copy the citation", citation)
                    .show(ui)
                    .clicked()
            {
                acts.push(Act::Copy {
                    what: "The citation".into(),
                    text: citation.to_owned(),
                });
            }
        });
    });
    if let Some(entry) = &live.entry {
        ui.add(
            egui::Label::new(RichText::new(&entry.summary).font(font::secondary()).weak()).wrap(),
        );
        super::tour::offer::of_entry(ui, live.science.key(), &entry.name, acts);
    }
    ui.add_space(size::GRID);
}

fn selection(ui: &mut Ui, live: &mut Live, folds: &mut Folds, acts: &mut Acts) {
    let Some(hit) = live.snapshot.selected.clone() else {
        return;
    };
    section(ui, folds, "selection", "Selected", true, |ui, _| {
        ui.label(&hit.label);
        for (name, value) in &hit.rows {
            row(ui, name, value);
        }
        if let Some(grid) = &hit.grid {
            let width = ui.available_width();
            let height =
                (width * grid.height as f32 / grid.width.max(1) as f32).clamp(48.0, 220.0) + 28.0;
            ui.allocate_ui(vec2(width, height), |ui| {
                crate::widgets::field::show(ui, egui::Id::unique(("heat map of", &hit.id)), grid);
            });
        }
        ui.horizontal_wrapped(|ui| {
            for input in &hit.actions {
                if ui.button(input.title()).clicked() {
                    live.touch(loom_sim::conductor::Command::Apply(input.clone()));
                }
            }
            if ui.button("Select nothing").clicked() {
                acts.push(Act::Tell(
                    live.id,
                    loom_sim::conductor::Command::Select(None),
                ));
            }
        });
    });
}

fn groups(list: &[Parameter]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for parameter in list {
        if !names.contains(&parameter.group) {
            names.push(parameter.group.clone());
        }
    }
    names.sort_by_key(|n| !n.is_empty());
    names
}

fn parameters(ui: &mut Ui, live: &mut Live, folds: &mut Folds, acts: &mut Acts) {
    let snapshot = live.snapshot.clone();
    let list: Vec<Parameter> = snapshot
        .parameters
        .iter()
        .filter(|p| p.effect != Effect::View)
        .cloned()
        .collect();
    for group in groups(&list) {
        let title = if group.is_empty() {
            "Parameters"
        } else {
            group.as_str()
        };
        let key = format!("parameters/{group}");
        section(ui, folds, &key, title, true, |ui, _| {
            for parameter in list.iter().filter(|p| p.group == group) {
                let value = snapshot
                    .values
                    .get(&parameter.key)
                    .unwrap_or(&parameter.default);
                one(ui, live, parameter, value, acts);
            }
        });
    }
}

fn view(
    ui: &mut Ui,
    live: &mut Live,
    folds: &mut Folds,
    set: &loom_sim::Settings,
    acts: &mut Acts,
) {
    let snapshot = live.snapshot.clone();
    let list: Vec<Parameter> = snapshot
        .parameters
        .iter()
        .filter(|p| p.effect == Effect::View)
        .cloned()
        .collect();
    if list.is_empty() {
        return;
    }
    let value_of = |p: &Parameter| {
        set.get(&p.key)
            .or_else(|| snapshot.values.get(&p.key))
            .unwrap_or(&p.default)
            .clone()
    };
    let by_key = |key: &str| list.iter().find(|p| p.key == key).map(value_of);
    // What looks different comes first, then what hands do.
    let mut names: Vec<&str> = vec!["View"];
    for parameter in &list {
        let name = group_of_view(parameter);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let of_group = list.iter().filter(|p| group_of_view(p) == name);
        let meant: Vec<&Parameter> = of_group.filter(|p| p.is_meant(by_key)).collect();
        if meant.is_empty() {
            continue;
        }
        let key = format!("view/{name}");
        section(ui, folds, &key, name, true, |ui, _| {
            for parameter in &meant {
                one(ui, live, parameter, &value_of(parameter), acts);
            }
        });
    }
}

/// The section of a view's parameter.
fn group_of_view(parameter: &Parameter) -> &str {
    if parameter.group.is_empty() {
        "View"
    } else {
        &parameter.group
    }
}

fn one(ui: &mut Ui, live: &mut Live, parameter: &Parameter, value: &Value, acts: &mut Acts) {
    let key = parameter.key.as_str();
    let file = live.model().attachments.get(key).map(|a| a.name.clone());
    let context = Context {
        value,
        range: live.ranges.get(key).copied(),
        sweeping: live.is_sweeping(key),
        file: file.as_deref(),
        enabled: !live.is_building(),
    };
    let edit = ui
        .push_id(live.id, |ui| parameter::editor(ui, parameter, context))
        .inner;
    let id = live.id;
    match edit {
        None => {}
        Some(Edit::Set(value)) => {
            live.stop_sweep(key);
            match parameter.check(&value) {
                Err(error) => acts.push(Act::Say(Tone::Error, error.to_string())),
                Ok(value) => {
                    if live.set(key, &value).is_none() {
                        acts.push(Act::ViewSetting {
                            live: id,
                            key: key.to_owned(),
                            value,
                        });
                    }
                }
            }
        }
        Some(Edit::Refused(why)) => acts.push(Act::Say(Tone::Error, why)),
        Some(Edit::Sweep) => acts.push(Act::Sweep {
            live: id,
            key: key.to_owned(),
        }),
        Some(Edit::Range(low, high)) => acts.push(Act::Range {
            live: id,
            key: key.to_owned(),
            range: (low, high),
        }),
        Some(Edit::Choose(endings)) => acts.push(Act::Attach {
            live: id,
            key: key.to_owned(),
            endings,
        }),
    }
}

fn experiments(ui: &mut Ui, live: &Live, folds: &mut Folds, acts: &mut Acts) {
    let Some(entry) = live.entry.clone().filter(|e| !e.experiments.is_empty()) else {
        return;
    };
    section(ui, folds, "experiments", "Try this", true, |ui, _| {
        for experiment in &entry.experiments {
            ui.add(egui::Label::new(&experiment.sentence).wrap());
            let list: Vec<String> = experiment
                .set
                .iter()
                .map(|(k, v)| format!("{k} = {v}"))
                .collect();
            let response = button::labelled(ui, Icon::FlaskConical, &experiment.button);
            if button::tip(response, &experiment.button, "", &list.join(", ")).clicked() {
                acts.push(Act::Try {
                    live: live.id,
                    set: experiment.set.clone(),
                });
            }
            ui.add_space(size::GRID);
        }
    });
}

fn probes(ui: &mut Ui, live: &Live, folds: &mut Folds, acts: &mut Acts) {
    let offered = &live.snapshot.probes;
    if offered.is_empty() {
        return;
    }
    section(
        ui,
        folds,
        "probes",
        "Recorded at every step",
        false,
        |ui, _| {
            for kind in offered {
                let attached = live
                    .snapshot
                    .readings
                    .iter()
                    .find(|(s, _)| s.kind == kind.key)
                    .map(|(s, _)| s.clone())
                    .or_else(|| live.probes.iter().find(|s| s.kind == kind.key).cloned());
                ui.horizontal(|ui| {
                    let mut on = attached.is_some();
                    let response = ui.checkbox(&mut on, kind.name.as_str());
                    let spec = attached
                        .clone()
                        .unwrap_or_else(|| loom_sim::ProbeSpec::new(&kind.key));
                    if button::tip(response, &kind.name, &kind.key, &kind.help).changed() {
                        acts.push(Act::Probe {
                            live: live.id,
                            spec: spec.clone(),
                            on,
                        });
                    }
                    if attached.is_some() {
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            let name = format!("Show {}", kind.name);
                            if Tool::new(Icon::ChartLine, &name, "Shows its plot in a tile.")
                                .show(ui)
                                .clicked()
                            {
                                acts.push(Act::Show {
                                    live: live.id,
                                    source: Source::Probe(spec),
                                });
                            }
                        });
                    }
                });
            }
        },
    );
}

fn observations(ui: &mut Ui, live: &Live, folds: &mut Folds) {
    let list = &live.snapshot.observations;
    if list.is_empty() && live.snapshot.twin.is_none() {
        return;
    }
    section(ui, folds, "observations", "Now", true, |ui, _| {
        for q in list.iter().chain(&live.snapshot.twin) {
            row(ui, &name_of(q), &quantity(q));
        }
    });
}

fn exports(ui: &mut Ui, live: &Live, folds: &mut Folds, acts: &mut Acts) {
    let list = live.science.exports(live.model());
    if list.is_empty() {
        return;
    }
    section(ui, folds, "exports", "Save the state as", false, |ui, _| {
        ui.horizontal_wrapped(|ui| {
            for (ending, name) in list {
                let response = button::labelled(ui, Icon::FileDown, name);
                if button::tip(
                    response,
                    name,
                    ending,
                    "Writes the present state to a file.",
                )
                .clicked()
                {
                    acts.push(Act::ExportState {
                        live: live.id,
                        ending,
                    });
                }
            }
        });
    });
}

/// The strip that is left when the inspector is folded away.
pub fn folded(studio: &mut Studio, ui: &mut Ui) {
    let keys = keys::text(studio, "view.inspector");
    ui.add_space(size::GAP);
    ui.vertical_centered(|ui| {
        if Tool::new(
            Icon::PanelRight,
            "Inspector",
            "Parameters, view, analyses of what is open.",
        )
        .keys(&keys)
        .show(ui)
        .clicked()
        {
            studio.acts.push(Act::Do("view.inspector"));
        }
    });
}
