//! Space–time diagrams: a line of cells over the generations.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Axis, ColorMap, Field, Mark, Model, Parameter, Plot, Quantity, Report, Settings, Shades,
    SimError, Table,
};
use num_traits::ToPrimitive;

use super::cells::{self, Cells};
use super::source::{self, Source};
use crate::rule::Rule;
use crate::world::World;

/// The longest line.
const LONGEST: usize = 4096;
/// The most cells of a diagram.
const MOST: usize = 1 << 22;
/// Rows are listed as text up to so many cells.
const LISTED: usize = 1 << 20;
/// States that have a colour and a name each.
const NAMED: usize = 12;

/// "Space–time diagram".
#[derive(Clone, Copy, Debug)]
pub struct SpaceTime;

/// What is taken of each generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slice {
    /// All cells of a rule of one dimension.
    Line,
    /// The row or column at a place.
    Row(i64),
    Column(i64),
    /// The sum of live cells over each column or row.
    OverColumns,
    OverRows,
}

impl Slice {
    fn new(source: &Source) -> Self {
        let sheet = source.integer("sheet");
        let rows = match source.rule.topology {
            crate::rule::Topology::Box { height, .. } => i64::from(height),
            _ => 0,
        };
        let at = source.integer("at");
        match source.text("slice").as_str() {
            _ if source.rule.dimensions() == 1 => Self::Line,
            "column" => Self::Column(at),
            "over_columns" => Self::OverColumns,
            "over_rows" => Self::OverRows,
            _ => Self::Row(at + sheet * rows),
        }
    }

    /// Whether its cells lie one below the other.
    fn is_upright(self) -> bool {
        matches!(self, Self::Column(_) | Self::OverRows)
    }

    /// Whether its numbers are sums.
    fn is_sum(self) -> bool {
        matches!(self, Self::OverColumns | Self::OverRows)
    }

    /// The place of the first cell and the line.
    fn of(self, world: &World) -> Result<(i64, Vec<u32>), SimError> {
        let (left, top, width, rows) = cells::frame(world)?;
        let line =
            |cells: Cells, first: i64| (first, cells.data.iter().map(|&c| u32::from(c)).collect());
        Ok(match self {
            Self::Line => line(Cells::of(world)?, left),
            Self::Row(y) => line(Cells::within(world, (left, y, width, 1))?, left),
            Self::Column(x) => line(Cells::within(world, (x, top, 1, rows))?, top),
            Self::OverColumns | Self::OverRows => {
                let cells = Cells::of(world)?;
                let upright = self.is_upright();
                let mut sums = vec![0; if upright { rows } else { width }];
                for (at, &state) in cells.data.iter().enumerate() {
                    let place = if upright { at / width } else { at % width };
                    sums[place] += u32::from(state != 0);
                }
                (if upright { top } else { left }, sums)
            }
        })
    }
}

impl Analysis for SpaceTime {
    fn key(&self) -> &'static str {
        "space_time"
    }

    fn name(&self) -> &'static str {
        "Space–time diagram"
    }

    fn help(&self) -> &'static str {
        "A line of cells, generation by generation, as one picture: motion becomes slope."
    }

    fn citation(&self) -> &'static str {
        "S. Wolfram (1983), Statistical mechanics of cellular automata, Rev. Mod. Phys. 55, 601–644."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        let dimensions = source::rule(model).map_or(2, |rule| rule.dimensions());
        let mut list = vec![source::generations(
            256,
            LONGEST as i64 - 1,
            "Time goes upward in the diagram, a row of cells a generation.",
        )];
        if dimensions > 1 {
            let choices = [
                ("row", "A row"),
                ("column", "A column"),
                ("over_columns", "Sums of columns"),
                ("over_rows", "Sums of rows"),
            ];
            list.push(
                Parameter::choice("slice", "Line", "row", &choices).help(
                    "A row gives an x–t diagram, a column a y–t diagram; sums see all cells.",
                ),
            );
            let place = |key: &str, name: &str| {
                Parameter::integer(key, "", name, 0, -(1 << 28), 1 << 28).unit("cells")
            };
            list.push(
                place("at", "At")
                    .when("slice", &["row", "column"])
                    .help("The y of the row or the x of the column; the middle of a grid is 0."),
            );
            if dimensions > 2 {
                list.push(
                    place("sheet", "Sheets below")
                        .when("slice", &["row"])
                        .help("A box lies in sheets one below the other; the row is so many on."),
                );
            }
        }
        list
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let mut source = Source::new(self, subject, settings, job)?;
        let slice = Slice::new(&source);
        let generations = source.count("generations");
        let mut lines: Vec<(i64, Vec<u32>)> = Vec::new();
        let mut ends = [i64::MAX, i64::MIN];
        let start = source.world.generation().to_f64().unwrap_or(f64::MAX);
        for generation in 0..=generations {
            if generation > 0 {
                source.step(job)?;
            }
            job.check()?;
            let (first, line) = slice.of(&source.world)?;
            ends = [ends[0].min(first), ends[1].max(first + line.len() as i64)];
            let length = (ends[1] - ends[0]) as usize;
            let bounded = source.is_bounded();
            if length > LONGEST || length * (generations + 1) > MOST {
                return Err(SimError::TooLarge {
                    needed: format!("{length} × {} cells", generations + 1),
                    allowed: format!("{LONGEST} a line and {MOST} in all"),
                    remedy: if bounded {
                        "take fewer generations or a smaller grid.".into()
                    } else {
                        "take fewer generations.".into()
                    },
                });
            }
            lines.push((first, line));
            job.progress(generation as f32 / generations as f32);
        }
        let diagram = Diagram {
            first: ends[0],
            width: (ends[1] - ends[0]) as usize,
            start,
            lines,
            slice,
        };
        let mut report = source.report(self);
        report.method = format!(
            "{}, {} cells over {generations} generations of {}; time goes upward.",
            diagram.title(),
            diagram.width,
            source.rule
        );
        report.values = vec![
            Quantity::exact("width", "Cells of the line", diagram.width as u64),
            Quantity::exact("rows", "Generations shown", diagram.lines.len() as u64),
        ];
        report.plots.push(diagram.plot(&source.rule));
        if diagram.width * diagram.lines.len() <= LISTED {
            report.tables.push(diagram.table(source.rule.states()));
        }
        report.json = serde_json::json!({
            "rule": source.rule.to_string(),
            "first": diagram.first,
            "width": diagram.width,
            "generations": diagram.lines.len(),
        });
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

/// Lines of all generations.
struct Diagram {
    first: i64,
    width: usize,
    /// The generation of the first line.
    start: f64,
    lines: Vec<(i64, Vec<u32>)>,
    slice: Slice,
}

impl Diagram {
    fn title(&self) -> String {
        match self.slice {
            Slice::Line => "All cells".into(),
            Slice::Row(y) => format!("The row at y = {y}"),
            Slice::Column(x) => format!("The column at x = {x}"),
            Slice::OverColumns => "Live cells of each column".into(),
            Slice::OverRows => "Live cells of each row".into(),
        }
    }

    /// The cell of a line; dead outside.
    fn at(&self, line: usize, place: usize) -> u32 {
        let (first, cells) = &self.lines[line];
        let place = self.first + place as i64 - first;
        usize::try_from(place)
            .ok()
            .and_then(|p| cells.get(p))
            .copied()
            .unwrap_or(0)
    }

    fn plot(&self, rule: &Rule) -> Plot {
        let states = rule.states();
        let kinds = !self.slice.is_sum() && states <= NAMED;
        let mut values = Vec::with_capacity(self.width * self.lines.len());
        let mut high = 1;
        for line in 0..self.lines.len() {
            for place in 0..self.width {
                let value = self.at(line, place);
                high = high.max(value);
                // The kinds begin with state 1; dead cells stay clear.
                let shown = if kinds { value.wrapping_sub(1) } else { value };
                values.push((value > 0).then_some(shown as f32));
            }
        }
        let shades = if kinds {
            let name = |s: usize| {
                let name = rule.state_name(s as u8);
                name.unwrap_or_else(|| format!("state {s}"))
            };
            let mut names: Vec<String> = (1..states).map(name).collect();
            if names
                .iter()
                .any(|n| names.iter().filter(|m| *m == n).count() > 1)
            {
                names = names
                    .iter()
                    .enumerate()
                    .map(|(i, name)| format!("{name} ({})", i + 1))
                    .collect();
            }
            Shades::Kinds(names)
        } else {
            Shades::Range {
                unit: if self.slice.is_sum() { "cells" } else { "" }.into(),
                map: ColorMap::Batlow,
                low: 0.0,
                high: f64::from(high),
            }
        };
        // A cell lies around its number.
        let edges = |first: f64, count: usize| [first - 0.5, first + count as f64 - 0.5];
        Plot {
            title: "Space–time diagram".into(),
            x: Axis::new(if self.slice.is_upright() { "y" } else { "x" }, "cells"),
            y: Axis::new("generation", "generations"),
            marks: vec![Mark::Field(Field {
                name: if self.slice.is_sum() {
                    "live cells"
                } else {
                    "state"
                }
                .into(),
                x: edges(self.first as f64, self.width),
                y: edges(self.start, self.lines.len()),
                width: self.width,
                values,
                shades,
            })],
            square: self.width <= 4 * self.lines.len() && self.lines.len() <= 4 * self.width,
            ..Plot::default()
        }
    }

    /// Every line as text: a digit or letter a cell, numbers with spaces where there are more.
    fn table(&self, states: usize) -> Table {
        let text = |line: usize| -> String {
            let cells = (0..self.width).map(|place| self.at(line, place));
            if states <= 36 && !self.slice.is_sum() {
                cells.filter_map(|c| char::from_digit(c, 36)).collect()
            } else {
                cells.map(|c| c.to_string()).collect::<Vec<_>>().join(" ")
            }
        };
        let lines = 0..self.lines.len();
        Table {
            title: format!("{} from {} on", self.title(), self.first),
            columns: vec![
                (
                    "Generation".into(),
                    lines
                        .clone()
                        .map(|t| (self.start + t as f64).to_string())
                        .collect(),
                ),
                ("Cells".into(), lines.map(text).collect()),
            ],
        }
    }
}
