//! The analyses of a run in the inspector: settings, progress, results and every way out.

use std::sync::Arc;

use egui::{RichText, Ui};
use loom_sim::{Analysis, Effect, Number, Parameter, Quantity, Report, Uncertainty};

use super::acts::{Act, Acts, Tone};
use super::analyses::{self, Form};
use super::icons::{self, Icon};
use super::live::Live;
use super::scoring;
use super::tiles::Source;
use super::tokens::{self, font, size};
use super::words;
use crate::widgets::button::{self, Tool};
use crate::widgets::parameter::{self, Context, Edit};
use crate::widgets::section::{Folds, row, section};

pub fn section_of(ui: &mut Ui, live: &mut Live, folds: &mut Folds, acts: &mut Acts) {
    let list = analyses::fitting(&live.science, live.model());
    if list.is_empty() {
        return;
    }
    // Begun from a menu or the palette: open it, so that the numbers are seen.
    let begun: Vec<&String> = live
        .forms
        .iter_mut()
        .filter_map(|(key, form)| form.has_begun().then_some(key))
        .collect();
    for key in &begun {
        folds.insert("analyses".into(), true);
        folds.insert(format!("analysis/{key}"), true);
    }
    let begun: Vec<String> = begun.into_iter().cloned().collect();
    section(ui, folds, "analyses", "Analyses", true, |ui, folds| {
        for (number, analysis) in list.into_iter().enumerate() {
            let key = format!("analysis/{}", analysis.key());
            // The first two stand open, the others as names that a click opens.
            let first = folds.get(&key).copied().unwrap_or(number < 2);
            ui.horizontal(|ui| {
                let response = ui.add(
                    egui::Button::new((
                        icons::text_of(
                            if first {
                                Icon::ChevronDown
                            } else {
                                Icon::ChevronRight
                            },
                            14.0,
                        ),
                        RichText::new(analysis.name()).font(font::medium()),
                    ))
                    .frame(false),
                );
                if button::tip(response, analysis.name(), analysis.key(), analysis.help()).clicked()
                {
                    folds.insert(key.clone(), !first);
                }
            });
            if first {
                let shown = ui.push_id(analysis.key(), |ui| {
                    one_analysis(ui, live, &analysis, folds, acts);
                });
                if begun.iter().any(|key| key == analysis.key()) {
                    shown.response.scroll_to_me(Some(egui::Align::Center));
                }
            }
        }
        if let Some(report) = scoring::section(ui, live, acts) {
            results(ui, live.id, scoring::KEY, &report, acts);
        }
    });
}

fn one_analysis(
    ui: &mut Ui,
    live: &mut Live,
    analysis: &Arc<dyn Analysis>,
    folds: &mut Folds,
    acts: &mut Acts,
) {
    let model = live.model().clone();
    let id = live.id;
    let form = live.forms.entry(analysis.key().to_owned()).or_default();
    let declared = analysis.declared(&model, &form.settings);
    if !declared.is_empty() {
        let key = format!("settings/{}", analysis.key());
        let open = folds.get(&key).copied().unwrap_or(false);
        let words = if open { "Fewer settings" } else { "Settings" };
        if ui
            .add(
                egui::Button::new((
                    icons::text_of(Icon::SlidersHorizontal, 13.0),
                    RichText::new(words).font(font::secondary()),
                ))
                .frame(false),
            )
            .on_hover_text("How it is computed; the defaults serve most.")
            .clicked()
        {
            folds.insert(key, !open);
        }
        if open {
            settings(ui, form, analysis.as_ref(), &declared, &model, acts);
        }
    }
    if let Some((fraction, left)) = form.progress() {
        let words = left.map_or_else(
            || "Computing".to_owned(),
            |s| format!("{} left,", words::duration(s)),
        );
        if button::progress(ui, &words, fraction) {
            acts.push(Act::EndMeasure {
                live: id,
                analysis: analysis.key().to_owned(),
            });
        }
    } else {
        let stale = form.stale(&model);
        if let Some(then) = &stale {
            let color = tokens::of(ui).warning;
            let words = format!("Computed for {then}; parameters have changed.");
            ui.add(
                egui::Label::new(RichText::new(words).font(font::secondary()).color(color)).wrap(),
            );
        }
        let words = match (&form.report, stale) {
            (None, _) => "Run",
            (Some(_), _) => "Run again",
        };
        let response = button::labelled(ui, Icon::Play, words);
        if button::tip(response, analysis.name(), "", analysis.help()).clicked() {
            acts.push(Act::Measure {
                live: id,
                analysis: analysis.key().to_owned(),
            });
        }
    }
    let [back, forward] = form.parts();
    if back || forward {
        ui.horizontal(|ui| {
            for (forward, possible, icon, words, help) in [
                (
                    false,
                    back,
                    Icon::Undo2,
                    "Back",
                    "To the part that was drawn before this one.",
                ),
                (
                    true,
                    forward,
                    Icon::Redo2,
                    "Forward",
                    "To the part that Back has left.",
                ),
            ] {
                let response = ui
                    .add_enabled_ui(possible, |ui| button::labelled(ui, icon, words))
                    .inner;
                if button::tip(response, words, "", help).clicked() {
                    form.turn(forward);
                    acts.push(Act::Measure {
                        live: id,
                        analysis: analysis.key().to_owned(),
                    });
                }
            }
        });
    }
    if let Some(failure) = &form.failure {
        let color = tokens::of(ui).error;
        ui.add(egui::Label::new(RichText::new(failure).color(color)).wrap());
    }
    if let Some(report) = form.report.clone() {
        results(ui, id, analysis.key(), &report, acts);
    }
}

fn settings(
    ui: &mut Ui,
    form: &mut Form,
    analysis: &dyn Analysis,
    declared: &[Parameter],
    model: &loom_sim::Model,
    acts: &mut Acts,
) {
    let values = analyses::values(analysis, model, &form.settings);
    for parameter in declared {
        let context = Context {
            value: values.get(&parameter.key).unwrap_or(&parameter.default),
            range: None,
            sweeping: false,
            file: None,
            enabled: true,
        };
        // Nothing runs while a setting is dragged, so there is nothing to sweep either.
        let mut plain = parameter.clone();
        plain.effect = Effect::View;
        let edit = ui
            .push_id(analysis.key(), |ui| parameter::editor(ui, &plain, context))
            .inner;
        match edit {
            Some(Edit::Set(value)) => match parameter.check(&value) {
                Ok(value) => {
                    form.settings.insert(parameter.key.clone(), value);
                }
                Err(error) => acts.push(Act::Say(Tone::Error, error.to_string())),
            },
            Some(Edit::Refused(why)) => acts.push(Act::Say(Tone::Error, why)),
            _ => {}
        }
    }
}

fn results(ui: &mut Ui, live: u64, key: &str, report: &Report, acts: &mut Acts) {
    for value in &report.values {
        row(ui, &name_of(value), &quantity(value));
    }
    for warning in &report.warnings {
        let color = tokens::of(ui).warning;
        ui.horizontal_top(|ui| {
            ui.label(icons::text_of(Icon::TriangleAlert, 13.0).color(color));
            ui.add(egui::Label::new(RichText::new(warning).font(font::secondary())).wrap());
        });
    }
    if !report.method.is_empty() {
        let method = RichText::new(&report.method).font(font::secondary()).weak();
        let response = ui.add(egui::Label::new(method).wrap());
        if !report.citation.is_empty() {
            response.on_hover_text(&report.citation);
        }
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::GRID;
        for (index, plot) in report.plots.iter().enumerate() {
            let response = button::labelled(ui, Icon::ChartLine, &plot.title);
            if button::tip(response, &plot.title, "", "Shows this plot in a tile.").clicked() {
                acts.push(Act::Show {
                    live,
                    source: Source::Report {
                        analysis: key.to_owned(),
                        index,
                    },
                });
            }
        }
        for (index, table) in report.tables.iter().enumerate() {
            let response = button::labelled(ui, Icon::Table2, &table.title);
            if button::tip(response, &table.title, "", "Shows this table in a tile.").clicked() {
                acts.push(Act::Show {
                    live,
                    source: Source::Cells {
                        analysis: key.to_owned(),
                        index,
                    },
                });
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::GRID;
        if !report.command.is_empty()
            && Tool::new(Icon::Terminal, "Copy as command", &report.command)
                .show(ui)
                .clicked()
        {
            acts.push(Act::Copy {
                what: "The command".into(),
                text: report.command.clone(),
            });
        }
        if Tool::new(
            Icon::Copy,
            "Copy the values as CSV",
            "Name, value, error and unit.",
        )
        .show(ui)
        .clicked()
        {
            acts.push(Act::Copy {
                what: "The values".into(),
                text: values_csv(report),
            });
        }
        if Tool::new(
            Icon::FileDown,
            "Save the values as CSV…",
            "Name, value, error and unit, in full precision.",
        )
        .show(ui)
        .clicked()
        {
            acts.push(Act::SaveText {
                name: format!("{key}.csv"),
                text: values_csv(report),
            });
        }
        if let Some(graph) = &report.graph {
            let title = &report.title;
            let response = button::labelled(ui, Icon::Waypoints, "Open as a graph");
            let help = "A node for each point, a thread where two are near: measured and laid out among the webs.";
            if button::tip(response, "Open as a graph", "", help).clicked() {
                acts.push(Act::OpenGraph {
                    graph: graph.clone(),
                    title: title.clone(),
                });
            }
        }
        if report.seconds > 0.0 {
            ui.label(
                RichText::new(words::duration(report.seconds))
                    .font(font::secondary())
                    .weak(),
            );
        }
    });
}

/// Names, values, errors and units of a report, in full precision.
pub fn values_csv(report: &Report) -> String {
    let mut table = loom_sim::Table::default();
    let mut columns: [Vec<String>; 4] = Default::default();
    for q in &report.values {
        columns[0].push(q.key.clone());
        columns[1].push(match &q.value {
            Number::Real(x) => x.to_string(),
            Number::Integer(i) => i.to_string(),
            Number::Text(t) => t.clone(),
        });
        columns[2].push(match &q.error {
            Uncertainty::Exact => "exact".into(),
            Uncertainty::StandardError(e) => e.to_string(),
            Uncertainty::Bound(b) => format!("at most {b}"),
            Uncertainty::Unknown(_) => "unknown".into(),
        });
        columns[3].push(q.unit.clone());
    }
    let [names, values, errors, units] = columns;
    table.columns = vec![
        ("quantity".into(), names),
        ("value".into(), values),
        ("error".into(), errors),
        ("unit".into(), units),
    ];
    crate::widgets::table::csv(&table)
}

pub fn name_of(q: &Quantity) -> String {
    if q.symbol.is_empty() || q.symbol == q.name {
        q.name.clone()
    } else {
        format!("{}  {}", q.name, q.symbol)
    }
}

/// A quantity as text: value, error, unit.
pub fn quantity(q: &Quantity) -> String {
    let value = match (&q.value, &q.error) {
        // An error far below what is shown would only fill the line.
        (Number::Real(x), Uncertainty::StandardError(e) | Uncertainty::Bound(e))
            if *e > x.abs() * 1e-7 && e.is_finite() =>
        {
            words::with_error(*x, *e)
        }
        (Number::Real(x), _) => words::number(*x),
        (Number::Integer(i), _) => {
            let text = i.to_string();
            if text.len() > 24 {
                format!("{}…", &text[..12])
            } else {
                words::integer(&text)
            }
        }
        (Number::Text(t), _) => t.clone(),
    };
    // As the plots and the view have it.
    let value = match &q.value {
        Number::Text(_) => value,
        _ => value.replace('-', "−"),
    };
    words::with_unit(&value, &q.unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_to_the_place_of_its_error() {
        let q = Quantity::real("a", "λ₁", 0.905_632_1, Uncertainty::StandardError(0.001_26));
        assert_eq!(quantity(&q), "0.9056 ± 0.0013");
        let q = Quantity::real("a", "Sum", -13.666_7, Uncertainty::Bound(0.5)).unit("1/s");
        assert_eq!(quantity(&q), "−13.67 ± 0.50\u{2009}1/s");
        assert_eq!(quantity(&Quantity::exact("n", "Population", 1116)), "1116");
    }
}
