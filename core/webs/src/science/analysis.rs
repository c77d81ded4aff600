//! The analysis "Tensions and force balance", with the degree distribution beside it.

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Uncertainty,
};

use super::codec::Frame;
use super::settings::{self, boolean};
use super::{Kind, kinds, mechanics_of, web_of, web_of_graph};
use crate::analyse::analyse;
use crate::measures::{Anatomy, GraphMeasures};
use crate::mechanics::Mechanics;
use crate::web::{SilkKind, Web};

/// Tensions, balance, degrees.
pub struct Tensions;

impl Analysis for Tensions {
    fn key(&self) -> &'static str {
        "tensions"
    }
    fn name(&self) -> &'static str {
        "Tensions and force balance"
    }
    fn help(&self) -> &'static str {
        "Which threads carry how much, how well forces balance at every knot, and how many threads meet there."
    }
    fn citation(&self) -> &'static str {
        "Watts and Strogatz, Nature 393, 440 (1998), for the clustering; Blackledge and Gillespie, J. Zool. 258 (2002), for the capture area"
    }
    fn fits(&self, model: &Model) -> bool {
        model.science == "webs"
    }
    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![
            Parameter::boolean("settle", "Let it settle first", false)
                .help("Finds the web's rest under its present loads before measuring."),
        ]
    }

    fn run(&self, subject: &Subject, given: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = std::time::Instant::now();
        let mut report = Report {
            title: self.name().into(),
            citation: self.citation().into(),
            settings: given.clone(),
            ..Report::default()
        };
        let web = match subject {
            Subject::State { model, capture } => {
                let values = loom_sim::parameter::complete(&self.parameters(model), given)?;
                let web = web_of(model)?;
                let (mut mechanics, unsettled) = mechanics_of(model, &web)?;
                if let Some(capture) = capture {
                    let frame: &Frame = capture.get()?;
                    let kind = Kind::of(model)?;
                    let declared = settings::declared(kind);
                    let mut all = loom_sim::parameter::complete(&declared, &model.parameters)?;
                    all.extend(frame.settings.clone());
                    if !mechanics.set_state(&frame.state) {
                        return Err(SimError::other("This state belongs to another web."));
                    }
                    mechanics.set_loads(settings::loads(&all));
                }
                job.check()?;
                job.progress(0.3);
                if boolean(&values, "settle") {
                    mechanics.settle().map_err(SimError::other)?;
                } else if capture.is_none() {
                    report.warnings.extend(unsettled);
                }
                report.method = "Tensions T = E A (L/L₀ − 1) of taut threads in f64; the residual \
                                 is the largest net force at a free node; counts are exact."
                    .into();
                report.command = kinds::command(model).replace("generate", "analyse");
                mechanical(&mechanics, &web, &mut report);
                web
            }
            Subject::Graph(graph) => {
                report.method = "Counts of the simple undirected graph, exact.".into();
                web_of_graph(graph)?
            }
            _ => return Err(SimError::other("Tensions are measured on webs and graphs.")),
        };
        job.check()?;
        job.progress(0.7);
        graphical(&web, &mut report);
        report.json = analyse(&web);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn mechanical(mechanics: &Mechanics, web: &Web, report: &mut Report) {
    let m = mechanics;
    let balance = m.balance();
    let energies = m.energies();
    let tensions = m.tensions();
    // A length of about 0.2 m is good to 1e-16 of itself, and a stiff thread multiplies that.
    let stiffest = (0..m.thread_count())
        .map(|t| m.tension(t) / m.strain(t).abs().max(1e-12) / m.length(t).max(1e-9))
        .fold(0.0, f64::max);
    let rounding = Uncertainty::Bound(stiffest * 1e-16);
    let real = |key: &str, name: &str, value: f64, unit: &str| {
        Quantity::real(key, name, value, rounding.clone()).unit(unit)
    };
    report.values.extend([
        real("max_tension", "Largest tension", balance.tension, "N").symbol("T"),
        real(
            "residual",
            "Largest unbalanced force at a free node",
            balance.residual,
            "N",
        ),
        real("applied", "Sum of all applied forces", balance.applied, "N"),
        real(
            "relative_residual",
            "Residual over load",
            balance.relative(),
            "",
        ),
        real("kinetic", "Kinetic energy", energies.kinetic, "J"),
        real("elastic", "Elastic energy", energies.elastic, "J"),
        real(
            "added_mass",
            "Mass added for the time step",
            m.added_mass(),
            "kg",
        ),
    ]);
    if balance.relative() > 1e-9 {
        report.warnings.push(format!(
            "The web is in motion or unsettled: forces balance to {:.1e} of the load only; let it \
             settle first for its rest.",
            balance.relative()
        ));
    }
    let mut columns: Vec<(String, Vec<String>)> = [
        "Silk",
        "Threads",
        "Slack",
        "Mean tension (mN)",
        "Largest tension (mN)",
        "Length (m)",
    ]
    .map(|c| (c.to_owned(), Vec::new()))
    .into();
    for kind in SilkKind::ALL {
        let of_kind: Vec<usize> = (0..web.threads.len())
            .filter(|&t| web.threads[t].kind == kind)
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        let count = of_kind.len();
        let slack = of_kind.iter().filter(|&&t| tensions[t] == 0.0).count();
        let mean = of_kind.iter().map(|&t| tensions[t]).sum::<f64>() / count as f64;
        let most = of_kind.iter().map(|&t| tensions[t]).fold(0.0, f64::max);
        let length: f64 = of_kind.iter().map(|&t| m.length(t)).sum();
        let cells = [
            kind.name().to_owned(),
            count.to_string(),
            slack.to_string(),
            (1e3 * mean).to_string(),
            (1e3 * most).to_string(),
            length.to_string(),
        ];
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.1.push(cell);
        }
    }
    report.tables.push(Table {
        title: "Tension by silk".into(),
        columns,
    });
    report.tables.push(pins(m, web));
    report.plots.push(histogram(&tensions));
}

/// What each pinned node has to hold.
fn pins(m: &Mechanics, web: &Web) -> Table {
    let held: Vec<usize> = (0..m.node_count())
        .filter(|&i| m.state().pinned[i])
        .collect();
    let column = |name: &str, cell: &dyn Fn(usize) -> String| {
        (name.to_owned(), held.iter().map(|&i| cell(i)).collect())
    };
    Table {
        title: "Reactions at pinned nodes".into(),
        columns: vec![
            column("Node", &|i| web.label(i)),
            column("x (mN)", &|i| (1e3 * m.reaction(i)[0]).to_string()),
            column("y (mN)", &|i| (1e3 * m.reaction(i)[1]).to_string()),
            column("z (mN)", &|i| (1e3 * m.reaction(i)[2]).to_string()),
        ],
    }
}

/// How many threads carry how much, in bins of equal ratio: tensions span three decades.
fn histogram(tensions: &[f64]) -> Plot {
    let taut: Vec<f64> = tensions
        .iter()
        .filter(|t| **t > 0.0)
        .map(|t| (1e3 * t).log10())
        .collect();
    let low = taut.iter().copied().fold(f64::INFINITY, f64::min);
    let high = taut.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bins = 30;
    let width = ((high - low) / bins as f64).max(1e-3);
    let mut counts = vec![0.0; bins];
    for t in &taut {
        counts[(((t - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    let middle = |i: usize| low + (i as f64 + 0.5) * width;
    let points = if taut.is_empty() {
        Vec::new()
    } else {
        counts
            .iter()
            .enumerate()
            .map(|(i, &n)| [middle(i), n])
            .collect()
    };
    Plot {
        title: "Tensions".into(),
        x: Axis::new("log₁₀ of tension over 1 mN", ""),
        y: Axis::new("Threads", ""),
        marks: vec![Mark::Bars {
            name: "Threads".into(),
            points,
            width,
        }],
        ..Plot::default()
    }
}

fn graphical(web: &Web, report: &mut Report) {
    let measures = GraphMeasures::of(web);
    let exact = |key: &str, name: &str, value: usize| Quantity::exact(key, name, value);
    let rounded = |key: &str, name: &str, value: f64| {
        Quantity::real(key, name, value, Uncertainty::Bound(1e-12))
    };
    report.values.extend([
        exact("nodes", "Nodes", measures.nodes),
        exact("edges", "Threads", web.threads.len()),
        exact("components", "Components", measures.components),
        rounded("transitivity", "Transitivity", measures.transitivity),
        rounded(
            "average_clustering",
            "Average clustering",
            measures.average_clustering,
        ),
    ]);
    let anatomy = Anatomy::of(web);
    if let Some(capture) = anatomy.capture {
        report.values.push(
            rounded(
                "capture_area",
                "Capture area (ellipse less hub)",
                1e4 * capture.area,
            )
            .unit("cm²"),
        );
    }
    let points: Vec<[f64; 2]> = measures
        .degree_histogram
        .iter()
        .enumerate()
        .map(|(degree, &count)| [degree as f64, count as f64])
        .collect();
    report.tables.push(Table {
        title: "Degree distribution".into(),
        columns: vec![
            (
                "Degree".into(),
                points.iter().map(|p| p[0].to_string()).collect(),
            ),
            (
                "Nodes".into(),
                points.iter().map(|p| p[1].to_string()).collect(),
            ),
        ],
    });
    report.plots.push(Plot {
        title: "Degree distribution".into(),
        x: Axis::new("Degree", ""),
        y: Axis::new("Nodes", ""),
        marks: vec![Mark::Bars {
            name: "Nodes".into(),
            points,
            width: 0.8,
        }],
        ..Plot::default()
    });
}
