//! Plots and tables of a run in tiles: what probes have seen, what analyses report, how a twin
//! parts.

use std::sync::Arc;

use egui::Ui;
use loom_sim::conductor::Command;
use loom_sim::{Axis, Fade, Grid, Input, Mark, Plot, Reading, Ruling, Series, Value};

use super::acts::{Act, Acts};
use super::live::Live;
use super::tiles::Source;
use super::tokens::size;
use crate::widgets::{field, plot, sketch, table};

/// What a tile of this source is called.
pub fn title(live: &Live, source: &Source) -> String {
    match source {
        Source::Probe(spec) => live
            .snapshot
            .probes
            .iter()
            .find(|p| p.key == spec.kind)
            .map_or_else(|| spec.kind.clone(), |p| p.name.clone()),
        Source::Difference => "Difference to the twin".into(),
        Source::Report { analysis, index } => live
            .forms
            .get(analysis)
            .and_then(|f| f.report.as_ref())
            .and_then(|r| r.plots.get(*index))
            .map_or_else(|| analysis.clone(), |p| p.title.clone()),
        Source::Cells { analysis, index } => live
            .forms
            .get(analysis)
            .and_then(|f| f.report.as_ref())
            .and_then(|r| r.tables.get(*index))
            .map_or_else(|| analysis.clone(), |t| t.title.clone()),
        Source::Guess => "What do you expect?".into(),
    }
}

/// A plot in a tile.
pub fn plot(ui: &mut Ui, pane: u64, live: &mut Live, source: &Source, acts: &mut Acts) {
    egui::Frame::new()
        .inner_margin(egui::Margin::same(size::GAP as i8))
        .show(ui, |ui| {
            if *source == Source::Guess {
                if let Some(guess) = &mut live.guess {
                    sketch::show(ui, egui::Id::unique(("guess", pane)), guess);
                }
                return;
            }
            let Some(content) = content(live, source) else {
                plot::empty(ui, waiting(source, live));
                return;
            };
            match content {
                Content::Plot {
                    plot: data,
                    on_clock,
                } => {
                    let now = on_clock.then_some(live.snapshot.clock.time);
                    let mut id = egui::Id::unique(("plot", pane));
                    if !data.edges.is_empty() {
                        // What was computed anew for a part fills the plot.
                        let edges = [data.x.limits, data.y.limits];
                        id = id.with(edges.map(|e| e.map(|e| e.map(f64::to_bits))));
                    }
                    let here = here(live, &data);
                    let ask = plot::show(ui, id, &data, now, here);
                    if let Some(ask) = ask {
                        answer(live, source, &data, ask, on_clock, acts);
                    }
                }
                Content::Grid(grid) => field::show(ui, egui::Id::unique(("grid", pane)), &grid),
            }
        });
}

fn answer(
    live: &mut Live,
    source: &Source,
    data: &Plot,
    ask: plot::Ask,
    on_clock: bool,
    acts: &mut Acts,
) {
    match ask {
        plot::Ask::Export(ending) => acts.push(Act::ExportPlot {
            plot: Box::new(data.clone()),
            ending,
        }),
        plot::Ask::CopyPicture => acts.push(Act::CopyPlot(Box::new(data.clone()))),
        plot::Ask::Click([time, _]) if on_clock => {
            let clock = &live.snapshot.clock;
            if clock.step_time > 0.0
                && let Some(step) = clock.step_at(time)
            {
                live.touch(Command::Seek(step));
            }
        }
        plot::Ask::Drag(at) => {
            for (key, value) in parameters(data, at) {
                // Between two frames only what changes is sent.
                let now = live.snapshot.values.get(&key).and_then(Value::as_real);
                if now != Some(value) {
                    live.touch(Command::Apply(Input::set(&key, Value::Real(value))));
                }
            }
        }
        plot::Ask::Click(at) => {
            for (key, value) in parameters(data, at) {
                live.touch(Command::Apply(Input::set(&key, Value::Real(value))));
            }
            if let Some(starts) = &data.starts {
                let orbit = serde_json::json!({ "orbit": starts.at(at) });
                live.touch(Command::Apply(Input::edit("Start an orbit here", &orbit)));
            }
        }
        plot::Ask::Twin(at) => {
            let input = match &parameters(data, at)[..] {
                [] if data.starts.is_none() => return,
                [] => None,
                [(key, value)] => Some(Input::set(key, Value::Real(*value))),
                several => {
                    let values: std::collections::BTreeMap<&str, f64> =
                        several.iter().map(|(k, v)| (k.as_str(), *v)).collect();
                    let values = serde_json::json!({ "parameters": values });
                    Some(Input::edit("Set parameters", &values))
                }
            };
            live.touch(Command::Twin(input));
        }
        plot::Ask::Part([[left, right], [bottom, top]]) => {
            let Source::Report { analysis, .. } = source else {
                return;
            };
            let id = live.id;
            let Some(form) = live.forms.get_mut(analysis) else {
                return;
            };
            let edges = data.edges.iter().map(String::as_str);
            let part: Vec<(&str, f64)> = edges
                .zip([left, right, bottom, top])
                .filter(|(key, _)| !key.is_empty())
                .collect();
            form.narrow(&part);
            acts.push(Act::Measure {
                live: id,
                analysis: analysis.clone(),
            });
        }
    }
}

/// Where the run stands on a map of two of its parameters.
fn here(live: &Live, data: &Plot) -> Option<[f64; 2]> {
    let value = |key: &Option<String>| live.snapshot.values.get(key.as_ref()?)?.as_real();
    Some([value(&data.sets)?, value(&data.sets_up)?])
}

/// The parameters that the axes of a plot stand for, with their values at a place.
fn parameters(data: &Plot, at: [f64; 2]) -> Vec<(String, f64)> {
    let keys = [&data.sets, &data.sets_up].into_iter().zip(at);
    keys.filter_map(|(key, value)| Some((key.clone()?, value)))
        .collect()
}

/// A table in a tile.
pub fn table(ui: &mut Ui, live: &Live, source: &Source, acts: &mut Acts) {
    let Source::Cells { analysis, index } = source else {
        return;
    };
    let report = live.forms.get(analysis).and_then(|f| f.report.clone());
    egui::Frame::new()
        .inner_margin(egui::Margin::same(size::GAP as i8))
        .show(ui, |ui| {
            match report.as_ref().and_then(|r| r.tables.get(*index)) {
                Some(data) => {
                    let most = ui.available_height() - 40.0;
                    let written = |heading: &str| live.science.written(live.model(), heading);
                    if table::show(ui, data, most.max(60.0), written).is_some() {
                        acts.push(Act::SaveText {
                            name: format!("{}.csv", data.title),
                            text: table::csv(data),
                        });
                    }
                }
                None => plot::empty(ui, waiting(source, live)),
            }
        });
}

/// The plot of a source as it is now, with what a class had expected laid over it.
pub fn data(live: &Live, source: &Source) -> Option<Plot> {
    match content(live, source)? {
        Content::Plot { plot, .. } => Some(*plot),
        Content::Grid(_) => None,
    }
}

enum Content {
    Plot { plot: Box<Plot>, on_clock: bool },
    Grid(Arc<Grid>),
}

fn content(live: &Live, source: &Source) -> Option<Content> {
    let found = found(live, source);
    let Some(guess) = live.guess.as_ref().filter(|g| g.over == *source) else {
        return found;
    };
    match found {
        Some(Content::Plot { mut plot, on_clock }) => {
            guess.lay(&mut plot);
            Some(Content::Plot { plot, on_clock })
        }
        Some(other) => Some(other),
        None => Some(Content::Plot {
            plot: Box::new(guess.plot()),
            on_clock: false,
        }),
    }
}

fn found(live: &Live, source: &Source) -> Option<Content> {
    match source {
        Source::Probe(spec) => {
            let (_, reading) = live.snapshot.readings.iter().find(|(s, _)| s == spec)?;
            match reading {
                Reading::Series(series) => {
                    let on_clock = series.abscissa.0 == live.snapshot.clock.symbol
                        || series.abscissa.1 == live.snapshot.clock.unit;
                    let written = |name: &str| live.science.written(live.model(), name);
                    (series.at.len() > 1).then(|| {
                        let mut plot = of_series(&title(live, source), series, written);
                        if on_clock {
                            rule(&mut plot, live, 0.0);
                        }
                        Content::Plot {
                            plot: Box::new(plot),
                            on_clock,
                        }
                    })
                }
                Reading::Grid(grid) => Some(Content::Grid(grid.clone())),
                Reading::Density(_) | Reading::Layer(_) => None,
            }
        }
        Source::Difference => {
            let series = live.snapshot.difference.as_ref()?;
            let mut plot = Plot::of_series("Difference to the twin", series);
            plot.y.logarithmic = true;
            grown(&mut plot, live, series);
            let any = series
                .columns
                .iter()
                .any(|c| c.values.iter().any(|v| *v > 0.0));
            any.then(|| Content::Plot {
                plot: Box::new(plot),
                on_clock: true,
            })
        }
        Source::Report { analysis, index } => {
            let report = live.forms.get(analysis)?.report.as_ref()?;
            Some(Content::Plot {
                plot: Box::new(report.plots.get(*index)?.clone()),
                on_clock: false,
            })
        }
        Source::Cells { .. } | Source::Guess => None,
    }
}

/// Rules a plot over the clock in the run's own unit, and has its curves fade at the horizon.
fn rule(plot: &mut Plot, live: &Live, from: f64) {
    if let Some(yardstick) = &live.snapshot.yardstick {
        plot.ruling = Some(Ruling {
            name: yardstick.name.clone(),
            length: yardstick.length,
            from,
        });
    }
    if let Some(horizon) = &live.snapshot.horizon {
        plot.fades = Some(Fade {
            after: horizon.time,
            words: horizon.words.clone(),
        });
    }
}

/// Beside the difference to a twin, how it would grow at the run's own rate.
fn grown(plot: &mut Plot, live: &Live, series: &Series) {
    let values = series.columns.first().map_or(&[][..], |c| &c.values);
    let first = series.at.iter().zip(values).find(|(_, v)| **v > 0.0);
    let (Some(yardstick), Some((start, size))) = (&live.snapshot.yardstick, first) else {
        return;
    };
    rule(plot, live, *start);
    plot.fades = None;
    let largest = values.iter().copied().fold(*size, f64::max);
    let reached = start + (largest / size).ln() * yardstick.length;
    let end = series.at.last().copied().unwrap_or(*start).min(reached);
    if end > *start {
        let top = size * ((end - start) / yardstick.length).exp();
        plot.marks.push(Mark::Line {
            name: format!("growth at {}", yardstick.rate),
            points: vec![[*start, *size], [end, top]],
        });
    }
}

/// A series as a plot. Columns of one unit share the axis; the first unit names it.
fn of_series(title: &str, series: &Series, written: impl Fn(&str) -> String) -> Plot {
    let mut plot = Plot::of_series(title, series);
    plot.y.label = written(&plot.y.label);
    for mark in &mut plot.marks {
        if let Mark::Line { name, .. } = mark {
            *name = written(name);
        }
    }
    let one_unit = series.columns.windows(2).all(|w| w[0].unit == w[1].unit);
    if !one_unit {
        plot.y = Axis::default();
        for (mark, column) in plot.marks.iter_mut().zip(&series.columns) {
            if let Mark::Line { name, .. } = mark
                && !column.unit.is_empty()
            {
                *name = format!("{name} ({})", column.unit);
            }
        }
    }
    plot
}

fn waiting(source: &Source, live: &Live) -> &'static str {
    match source {
        Source::Probe(_) => "Nothing has been recorded yet. Press Space to run.",
        Source::Difference if live.snapshot.twin.is_some() => {
            "The difference is recorded from here on. Press Space to run."
        }
        Source::Difference => "There is no twin. Alt + click in the view starts one.",
        Source::Report { analysis, .. } | Source::Cells { analysis, .. }
            if live
                .forms
                .get(analysis)
                .is_some_and(|f| f.progress().is_some()) =>
        {
            "Computing. What has formed is shown as soon as there is something to see."
        }
        Source::Guess => "Draw with the pointer what you expect.",
        Source::Report { .. } | Source::Cells { .. } => {
            "This analysis has not been run. Run it in the inspector."
        }
    }
}
