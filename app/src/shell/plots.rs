//! Plots and tables of a run in tiles: what probes have seen, what analyses report, how a twin
//! parts.

use std::sync::Arc;

use egui::Ui;
use loom_sim::conductor::Command;
use loom_sim::{Axis, Grid, Input, Mark, Plot, Reading, Series, Step, Value};

use super::acts::{Act, Acts};
use super::live::Live;
use super::tiles::Source;
use super::tokens::size;
use crate::widgets::{field, plot, table};

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
    }
}

/// A plot in a tile.
pub fn plot(ui: &mut Ui, pane: u64, live: &mut Live, source: &Source, acts: &mut Acts) {
    egui::Frame::new()
        .inner_margin(egui::Margin::same(size::GAP as i8))
        .show(ui, |ui| {
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
                    if data.sets.is_some() {
                        // What was computed anew for a part fills the plot.
                        let edges = [data.x.limits, data.y.limits];
                        id = id.with(edges.map(|e| e.map(|e| e.map(f64::to_bits))));
                    }
                    let ask = plot::show(ui, id, &data, now);
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
            let step = (time / clock.step_time).round();
            if step.is_finite() && step >= 0.0 && clock.step_time > 0.0 {
                live.touch(Command::Seek(Step::from(step as u64)));
            }
        }
        plot::Ask::Click([x, _]) => {
            if let Some(key) = &data.sets {
                live.touch(Command::Apply(Input::set(key, Value::Real(x))));
            }
        }
        plot::Ask::Part([[from, to], [bottom, top]]) => {
            let Source::Report { analysis, .. } = source else {
                return;
            };
            let id = live.id;
            let Some(form) = live.forms.get_mut(analysis) else {
                return;
            };
            form.narrow(&[("from", from), ("to", to), ("bottom", bottom), ("top", top)]);
            acts.push(Act::Measure {
                live: id,
                analysis: analysis.clone(),
            });
        }
    }
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
                    if table::show(ui, data, most.max(60.0)).is_some() {
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

enum Content {
    Plot { plot: Box<Plot>, on_clock: bool },
    Grid(Arc<Grid>),
}

fn content(live: &Live, source: &Source) -> Option<Content> {
    match source {
        Source::Probe(spec) => {
            let (_, reading) = live.snapshot.readings.iter().find(|(s, _)| s == spec)?;
            match reading {
                Reading::Series(series) => {
                    let on_clock = series.abscissa.0 == live.snapshot.clock.symbol
                        || series.abscissa.1 == live.snapshot.clock.unit;
                    (series.at.len() > 1).then(|| Content::Plot {
                        plot: Box::new(of_series(&title(live, source), series)),
                        on_clock,
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
        Source::Cells { .. } => None,
    }
}

/// A series as a plot. Columns of one unit share the axis; the first unit names it.
fn of_series(title: &str, series: &Series) -> Plot {
    let mut plot = Plot::of_series(title, series);
    let one_unit = series.columns.windows(2).all(|w| w[0].unit == w[1].unit);
    if !one_unit {
        plot.y = Axis::default();
        for (mark, column) in plot.marks.iter_mut().zip(&series.columns) {
            if let Mark::Line { name, .. } = mark
                && !column.unit.is_empty()
            {
                *name = format!("{} ({})", column.name, column.unit);
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
        Source::Report { .. } | Source::Cells { .. } => {
            "This analysis has not been run. Run it in the inspector."
        }
    }
}
