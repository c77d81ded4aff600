//! Basins of attraction on a plane of starts: which attractor each start comes to, how much of
//! the plane each holds, the dimension of the boundary between them and its entropy.

use std::time::Instant;

use loom_sim::{
    Analysis, Field, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, Shades,
    SimError, Subject, Table, Uncertainty, Value,
};
use rayon::prelude::*;

use super::basin_entropy;
use super::boundary;
use super::fates::{Attractor, BLOCK, Fate, Follower, MOST};
use super::plane::{self, EDGES, Pace, Plane};
use super::source::{self, Source};
use crate::definition::Definition;
use crate::settings::Build;

/// "Basins of attraction".
#[derive(Clone, Copy, Debug, Default)]
pub struct Basins;

fn declared(definition: &Definition, given: &Settings) -> Vec<Parameter> {
    let mut list = plane::declared(definition, given, [200, 200]);
    list.extend([
        Parameter::real("transient", "", "Thrown away first", 60.0, 1.0, 1000.0)
            .hard(0.0, 1e6)
            .unit("periods")
            .help("So long an orbit has to come to its attractor; it ends earlier where it rests."),
        Parameter::real("watched", "", "Watched for", 20.0, 1.0, 1000.0)
            .hard(1.0, 1e6)
            .unit("periods")
            .help("Over this time the places are seen by which attractors are told apart."),
    ]);
    if !definition.is_map() {
        list.extend(source::manner());
    }
    list
}

impl Analysis for Basins {
    fn key(&self) -> &'static str {
        "basins"
    }
    fn name(&self) -> &'static str {
        "Basins of attraction"
    }
    fn help(&self) -> &'static str {
        "Where starts on a plane end up: a colour for each attractor, and how tangled the borders are."
    }
    fn citation(&self) -> &'static str {
        "C. Grebogi, S. W. McDonald, E. Ott, J. A. Yorke (1983), Final state sensitivity, Physics Letters A 99, 415; A. Daza, A. Wagemakers, B. Georgeot, D. Guéry-Odelin, M. A. F. Sanjuán (2016), Basin entropy, Scientific Reports 6, 31416."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| d.dimension() >= 2 && !d.has_delays())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        self.declared(model, &Settings::new())
    }
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        source::of_model(model)
            .filter(|d| d.dimension() >= 2)
            .map_or_else(Vec::new, |d| declared(&d, given))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        if definition.dimension() < 2 {
            return Err(SimError::other(
                "Basins lie on a plane of two variables; this system has one.",
            ));
        }
        let settings = loom_sim::parameter::complete(&declared(definition, settings), settings)?;
        let build = build.clone().followed_by(&settings);
        let plan = Plan::new(definition, &build, &settings, job)?;
        let mut report = source.report(self.key(), "Basins of attraction", &settings, begun);
        report.citation = self.citation().into();
        report.method = plan.method();
        let mut found = Found::default();
        let mut pace = Pace::new();
        for blocks in plan.plane.batches(BLOCK, 4 * job.threads) {
            let known = &found.attractors;
            let fates: Result<Vec<Vec<Placed>>, SimError> = blocks
                .into_par_iter()
                .map(|cells| {
                    let fates = plan.follower.cells(&plan.plane, cells, job)?;
                    let place = |fate| {
                        (
                            known.iter().position(|a| plan.follower.is_on(&fate, a)),
                            fate,
                        )
                    };
                    Ok(fates.into_iter().map(place).collect())
                })
                .collect();
            let before = known.len();
            for placed in fates?.into_iter().flatten() {
                found.sort(&plan, placed, before)?;
            }
            let cells = plan.plane.cells();
            job.progress(found.cells.len() as f32 / cells as f32);
            if found.cells.len() < cells && pace.is_due() {
                let mut partial = report.clone();
                partial.plots = vec![plan.plot(&found)];
                job.partial(&partial);
            }
        }
        plan.conclude(&found, &mut report);
        report.plots.push(plan.plot(&found));
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// A fate, and the number of the attractor on which it lies.
type Placed = (Option<usize>, Fate);

#[derive(Debug)]
struct Plan<'a> {
    definition: &'a Definition,
    build: &'a Build,
    plane: Plane,
    follower: Follower<'a>,
}

/// What has been told apart.
#[derive(Debug, Default)]
struct Found {
    attractors: Vec<Attractor>,
    /// Of each start the attractor's number; none: it runs away.
    cells: Vec<Option<usize>>,
}

impl<'a> Plan<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        settings: &Settings,
        job: &Job,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let plane = Plane::new(definition, &build.initial, settings)?;
        let mut sizes: Vec<f64> = plane::extents(definition)
            .iter()
            .map(|[low, high]| (high - low).max(1e-9))
            .collect();
        for (axis, [low, high]) in plane.axes.iter().zip(plane.edges) {
            sizes[*axis] = sizes[*axis].max(high - low);
        }
        let steps = |periods: f64| {
            let time = periods * definition.period;
            ((time / build.dt).ceil() as u64).max(1)
        };
        let stride = if definition.is_map() { 1 } else { steps(0.05) };
        let watched = steps(real("watched")).div_ceil(stride).max(2);
        let times = [steps(real("transient")), stride, watched];
        let follower = Follower::new(definition, build, sizes, times, &plane, job)?;
        Ok(Self {
            definition,
            build,
            plane,
            follower,
        })
    }

    fn method(&self) -> String {
        let time = |steps: u64| {
            if self.definition.is_map() {
                format!("{steps} iterations")
            } else {
                let time = steps as f64 * self.build.dt;
                format!("{} time units", (time * 1e6).round() / 1e6)
            }
        };
        let by = if self.definition.is_map() {
            String::new()
        } else {
            format!(" by {}", self.build.manner().words())
        };
        format!(
            "{} × {} starts; each is followed{by} until it rests or runs away, or for {} and then watched for {}; attractors are told apart by the places that they visit.",
            self.plane.columns,
            self.plane.rows,
            time(self.follower.settling),
            time(self.follower.watched * self.follower.stride)
        )
    }

    /// How an attractor is called: a point by its place.
    fn name(&self, number: usize, attractor: &Attractor) -> String {
        if attractor.rests() {
            let place = self
                .plane
                .axes
                .map(|axis| format!("{:.3}", attractor.moments[axis][0] + 0.0));
            format!("({})", place.join(", "))
        } else {
            format!("attractor {}", number + 1)
        }
    }

    fn plot(&self, found: &Found) -> Plot {
        let mut names: Vec<String> = found
            .attractors
            .iter()
            .enumerate()
            .map(|(i, a)| self.name(i, a))
            .collect();
        let away = names.len();
        if found.cells.contains(&None) {
            names.push("runs away".into());
        }
        let mut values: Vec<Option<f32>> = found
            .cells
            .iter()
            .map(|cell| Some(cell.unwrap_or(away) as f32))
            .collect();
        values.resize(self.plane.cells(), None);
        let [x, y] = self.plane.plot_axes(self.definition);
        Plot {
            title: "Basins of attraction".into(),
            x,
            y,
            marks: vec![Mark::Field(Field {
                name: String::new(),
                x: self.plane.edges[0],
                y: self.plane.edges[1],
                width: self.plane.columns,
                values,
                shades: Shades::Kinds(names),
            })],
            edges: EDGES.map(str::to_owned).to_vec(),
            starts: Some(self.plane.starts()),
            ..Plot::default()
        }
    }

    fn conclude(&self, found: &Found, report: &mut Report) {
        let count = found.cells.len() as f64;
        report.values.push(Quantity::exact(
            "attractors",
            "Attractors",
            found.attractors.len(),
        ));
        let part = |kind: Option<usize>| {
            let p = found.cells.iter().filter(|c| **c == kind).count() as f64 / count;
            // Only where the boundary cuts through a cell does its start stand for too much or
            // too little of it, half of the cell at most and as often one as the other.
            let cut = boundary::cut(&found.cells, self.plane.columns, kind);
            (p, 0.5 * cut.sqrt() / count)
        };
        let variables = self.definition.system.variables();
        let mut columns = vec![
            ("attractor".to_owned(), Vec::new()),
            ("part of starts".to_owned(), Vec::new()),
        ];
        for variable in variables {
            columns.push((format!("mean {variable}"), Vec::new()));
            columns.push((format!("deviation {variable}"), Vec::new()));
        }
        let named = found.attractors.iter().enumerate();
        let named = named.map(|(i, a)| (self.name(i, a), Some(i), a.moments.clone()));
        let away = found.cells.contains(&None).then(|| {
            (
                "runs away".to_owned(),
                None,
                vec![[f64::NAN; 2]; variables.len()],
            )
        });
        for (number, (name, kind, means)) in named.chain(away).enumerate() {
            let (p, error) = part(kind);
            let key = format!("basin_{}", number + 1);
            let error = Uncertainty::StandardError(error);
            report
                .values
                .push(Quantity::real(&key, &format!("Basin of {name}"), p, error));
            columns[0].1.push(name);
            columns[1].1.push(p.to_string());
            for (column, x) in columns[2..].iter_mut().zip(means.iter().flatten()) {
                column.1.push(if x.is_finite() {
                    x.to_string()
                } else {
                    String::new()
                });
            }
        }
        report.tables.push(Table {
            title: "Attractors".into(),
            columns,
        });
        if found.attractors.len() >= MOST {
            report.warnings.push(format!(
                "More than {MOST} attractors were told apart, and further starts are counted with the last: watch them for longer, or throw more away first."
            ));
        }
        match boundary::dimension(&found.cells, self.plane.columns) {
            Some((dimension, error)) => report.values.push(
                Quantity::real(
                    "boundary_dimension",
                    "Dimension of the boundary",
                    dimension,
                    Uncertainty::StandardError(error),
                )
                .symbol("D"),
            ),
            None if found.attractors.len() > 1 => report
                .warnings
                .push("The boundary has too few cells for its dimension; take more starts.".into()),
            None => {}
        }
        if let Some(found) = basin_entropy::entropies(&found.cells, self.plane.columns) {
            let error = Uncertainty::StandardError(found.error);
            report.values.push(
                Quantity::real("basin_entropy", "Basin entropy", found.all, error)
                    .symbol("S_b")
                    .unit("nat"),
            );
            if let Some(boundary) = found.boundary {
                let why = "of boxes of 5 × 5 cells; above ln 2 = 0.693 the boundary is fractal";
                report.values.push(
                    Quantity::real(
                        "boundary_entropy",
                        "Entropy of the boundary",
                        boundary,
                        Uncertainty::Unknown(why.into()),
                    )
                    .symbol("S_bb")
                    .unit("nat"),
                );
            }
        }
    }
}

impl Found {
    /// Puts a start to the attractor that it comes to, a new one if none is its own; the first
    /// `known` ones have been tried.
    fn sort(
        &mut self,
        plan: &Plan<'_>,
        (place, fate): Placed,
        known: usize,
    ) -> Result<(), SimError> {
        let follower = &plan.follower;
        let newer = || {
            let list = self.attractors.iter().skip(known);
            let found = list.enumerate().find(|(_, a)| follower.is_on(&fate, a));
            found.map(|(i, _)| known + i)
        };
        let cell = match place.or_else(newer) {
            Some(number) => Some(number),
            None => match follower.attractor(&fate)? {
                None => None,
                Some(new) => {
                    if self.attractors.len() < MOST {
                        self.attractors.push(new);
                    }
                    Some(self.attractors.len() - 1)
                }
            },
        };
        self.cells.push(cell);
        Ok(())
    }
}
