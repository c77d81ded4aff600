//! A time series of one's own as a run: play moves along it, views draw its columns against each
//! other or one column against itself later, and analyses read it.
//!
//! The model carries the series as an attachment of CSV, so that a project holds it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use loom_sim::parameter::{self, ParameterKind};
use loom_sim::{
    Camera, Capture, Clock, ColorMap, Effect, Gate, Input, Model, Parameter, Place, Pointer,
    PointerReply, ProbeKind, ProbeSpec, Quantity, Reading, Scene, Series, Settings, SimError,
    Simulation, Step, Stop, Uncertainty, Value, View,
};

use crate::codec::{Reader, Writer};
use crate::definition::{self, ColorBy};
use crate::lags;
use crate::science::KEY;
use crate::series_file;

/// The key of a model's attachment that holds a series.
pub const ATTACHMENT: &str = "series";

/// Wall time in which play goes through the whole at speed 1×, in seconds.
const LENGTH: f64 = 30.0;
/// Longest lag that is looked at for a suggestion.
const LONGEST_LAG: usize = 400;
/// Fewest rows of a run.
const FEWEST: usize = 4;

/// A series with what is told from it once.
#[derive(Debug)]
pub struct Recording {
    pub series: Arc<Series>,
    /// The lag for a delay embedding of each column, in samples.
    pub lags: Vec<usize>,
}

/// Recordings that were read from attachments, so that they aren't read at every look.
static READ: LazyLock<Mutex<HashMap<Arc<[u8]>, Arc<Recording>>>> = LazyLock::new(Mutex::default);

/// The recording that a model carries; `None` for a model that is a system.
pub fn of_model(model: &Model) -> Option<Result<Arc<Recording>, SimError>> {
    let attachment = model.attachments.get(ATTACHMENT)?;
    if model.science != KEY {
        return None;
    }
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = read.get(&attachment.bytes) {
        return Some(Ok(found.clone()));
    }
    let series = match series_file::read(&attachment.name, &attachment.bytes) {
        Ok(series) => series,
        Err(error) => return Some(Err(error)),
    };
    if series.at.len() < FEWEST {
        return Some(Err(SimError::parse(format!(
            "{} has {} rows: a series needs {FEWEST} at least.",
            attachment.name,
            series.at.len()
        ))));
    }
    let longest = LONGEST_LAG.min(series.at.len() / 4);
    let lags = series
        .columns
        .iter()
        .map(|c| lags::first_minimum(&lags::mutual_information(&c.values, longest)))
        .collect();
    let recording = Arc::new(Recording {
        series: Arc::new(series),
        lags,
    });
    if read.len() >= 8 {
        read.clear();
    }
    read.insert(attachment.bytes.clone(), recording.clone());
    Some(Ok(recording))
}

/// A model that is this series, named by its file.
pub fn model(name: &str, series: &Series) -> Model {
    Model::new(KEY, name).attach(ATTACHMENT, name, to_csv(series).as_bytes())
}

/// Whether a text looks like a series of numbers over time and not like a table of another kind:
/// its first column is called a time or increases.
pub fn is_series(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    let Some(first) = lines.next() else {
        return false;
    };
    let cell = |line: &str| line.split(',').next().unwrap_or("").trim().to_owned();
    let head = cell(first).trim_matches('"').to_lowercase();
    let timed = ["t", "time", "times", "n", "date", "index"];
    let named = head.split([' ', '(']).next().unwrap_or("");
    if timed.contains(&named) {
        return true;
    }
    let numbers: Vec<f64> = std::iter::once(first)
        .filter(|_| head.parse::<f64>().is_ok())
        .chain(lines)
        .take(64)
        .map_while(|line| cell(line).parse().ok())
        .collect();
    let alone = !first.contains(',');
    numbers.len() >= FEWEST && (alone || numbers.windows(2).all(|w| w[1] > w[0]))
}

/// The series as CSV, every number in full.
pub fn to_csv(series: &Series) -> String {
    let quoted = |name: &str| {
        if name.contains([',', '"', '\n']) {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.to_owned()
        }
    };
    let mut text = quoted(&series.abscissa.0);
    for column in &series.columns {
        let _ = write!(text, ",{}", quoted(&column.name));
    }
    text.push('\n');
    for (row, t) in series.at.iter().enumerate() {
        let _ = write!(text, "{t}");
        for column in &series.columns {
            let _ = write!(text, ",{}", column.values[row]);
        }
        text.push('\n');
    }
    text
}

/// Every parameter of a run of this recording; all of them belong to the view.
pub fn declare(recording: &Recording) -> Vec<Parameter> {
    let series = &recording.series;
    let names: Vec<(&str, &str)> = series
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.name.as_str()))
        .collect();
    let count = names.len();
    let name = |k: usize| names.get(k).map_or("", |(key, _)| *key);
    let rows = series.at.len() as i64;
    let mut list = Vec::new();
    let styles = [("path", "Columns"), ("delay", "Delay embedding")];
    let style = Parameter::choice(
        "style",
        "Draw",
        if count > 1 { "path" } else { "delay" },
        if count > 1 { &styles } else { &styles[1..] },
    );
    list.push(style.help(
        "Columns are drawn against each other; a delay embedding draws one column against itself a lag later.",
    ));
    if count > 1 {
        let axis = "The column that is drawn along this axis.";
        list.push(Parameter::choice("axis_x", "Across", name(0), &names).help(axis));
        list.push(Parameter::choice("axis_y", "Deep or up", name(1), &names).help(axis));
        let mut third = names.clone();
        third.push(("none", "None: a plane"));
        let usual = if count > 2 { name(2) } else { "none" };
        list.push(Parameter::choice("axis_z", "Up", usual, &third).help(axis));
        list.push(
            Parameter::choice("of", "Delayed column", name(0), &names)
                .help("The column that is embedded."),
        );
    }
    let lag = recording.lags.first().copied().unwrap_or(1) as i64;
    list.push(
        Parameter::integer("lag", "τ", "Lag", lag, 1, (rows / 4).max(1))
            .unit("samples")
            .help("Between the coordinates of the embedding; the first minimum of the average mutual information unless you set it."),
    );
    list.push(
        Parameter::integer("coordinates", "m", "Coordinates", 3, 2, 3).help(
            "Two lie on a plane, three in space; the analysis Embedding says how many are needed.",
        ),
    );
    list.push(
        Parameter::choice(
            "color",
            "Colour by",
            "time",
            &[("time", "Time"), ("speed", "Speed"), ("none", "One colour")],
        )
        .help("Time runs along the colour map; speed shows where the series rushes."),
    );
    list.push(
        Parameter::new(
            "map",
            "",
            "Colour map",
            Value::from("batlow"),
            ParameterKind::ColorMap,
        )
        .help("Equal steps in the numbers look like equal steps in the colours."),
    );
    list.push(
        Parameter::real("point_size", "", "Line width", 1.2, 0.5, 8.0)
            .hard(0.1, 64.0)
            .unit("px")
            .help("Width of the line in logical pixels."),
    );
    list.push(
        Parameter::boolean("whole", "Whole series", true)
            .help("Draws all of it faintly behind the part that has been played."),
    );
    list.push(Parameter::boolean("frame", "Axes", true).help("Draws the axes with their names."));
    list.into_iter()
        .map(|p| p.effect(Effect::View).group("View"))
        .collect()
}

/// What a view draws of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Column and how many samples later, along x, y and, in space, z.
    pub axes: Vec<(usize, usize)>,
    /// The time takes the place of a speed where that is chosen.
    pub by_time: bool,
    pub color: ColorBy,
    pub map: ColorMap,
    pub width: f32,
    pub whole: bool,
    pub frame: bool,
}

impl Drawn {
    /// Settings that are missing or don't fit take their defaults.
    pub fn new(recording: &Recording, given: &Settings) -> Self {
        let list = declare(recording);
        let value = |key: &str| {
            let declared = parameter::find(&list, key)?;
            let checked = given.get(key).and_then(|v| declared.check(v).ok());
            Some(checked.unwrap_or_else(|| declared.default.clone()))
        };
        let text = |key: &str| {
            let value = value(key);
            value
                .and_then(|v| v.as_text().map(str::to_owned))
                .unwrap_or_default()
        };
        let real = |key: &str, usual: f64| value(key).and_then(|v| v.as_real()).unwrap_or(usual);
        let yes = |key: &str| value(key) != Some(Value::Boolean(false));
        let columns = &recording.series.columns;
        let index = |key: &str| columns.iter().position(|c| c.name == text(key));
        let axes = if text("style") == "path" {
            let mut axes = vec![
                (index("axis_x").unwrap_or(0), 0),
                (index("axis_y").unwrap_or(0), 0),
            ];
            axes.extend(index("axis_z").map(|z| (z, 0)));
            axes
        } else {
            let of = index("of").unwrap_or(0);
            // Another column has another lag, unless one is given.
            let lag = if given.contains_key("lag") {
                real("lag", 1.0) as usize
            } else {
                recording.lags.get(of).copied().unwrap_or(1)
            };
            let count = (real("coordinates", 3.0) as usize).clamp(2, 3);
            (0..count).map(|k| (of, k * lag)).collect()
        };
        Self {
            axes,
            by_time: text("color") == "time",
            color: ColorBy::of(&text("color"), &[]).unwrap_or(ColorBy::Speed),
            map: definition::color_map(&text("map")).unwrap_or(ColorMap::Batlow),
            width: real("point_size", 1.2) as f32,
            whole: yes("whole"),
            frame: yes("frame"),
        }
    }
    /// Rows that have a point.
    pub fn rows(&self, recording: &Recording) -> usize {
        let last = self.axes.iter().map(|(_, later)| *later).max().unwrap_or(0);
        recording.series.at.len().saturating_sub(last)
    }
    pub fn point(&self, recording: &Recording, row: usize) -> [f64; 3] {
        let mut point = [0.0; 3];
        for (x, (column, later)) in point.iter_mut().zip(&self.axes) {
            *x = recording.series.columns[*column].values[row + later];
        }
        point
    }
}

/// A series being played.
#[derive(Debug)]
pub struct Recorded {
    pub(crate) recording: Arc<Recording>,
    pub(crate) row: usize,
    attached: bool,
}

impl Recorded {
    /// # Errors
    /// When the attachment can't be read.
    pub fn new(model: &Model, _place: &Place) -> Result<Self, SimError> {
        let recording = of_model(model)
            .unwrap_or_else(|| Err(SimError::other("This model carries no time series.")))?;
        Ok(Self {
            recording,
            row: 0,
            attached: false,
        })
    }
    fn last(&self) -> usize {
        self.recording.series.at.len() - 1
    }
    fn interval(&self) -> f64 {
        let at = &self.recording.series.at;
        (at[at.len() - 1] - at[0]) / (at.len() - 1) as f64
    }
}

const MAGIC: [u8; 8] = *b"loomRec1";

impl Simulation for Recorded {
    fn clock(&self) -> Clock {
        let series = &self.recording.series;
        let unit = if series.abscissa.1.is_empty() {
            "time units".into()
        } else {
            series.abscissa.1.clone()
        };
        Clock {
            step: Step::from(self.row),
            time: series.at[self.row],
            unit,
            symbol: series.abscissa.0.clone(),
            step_time: self.interval(),
            pace: (series.at.len() as f64 / LENGTH).max(10.0),
            end: Some(Step::from(self.last())),
        }
    }
    fn parameters(&self) -> Settings {
        Settings::new()
    }
    fn apply(&mut self, _input: &Input) -> Result<(), SimError> {
        Err(SimError::other(
            "A recorded series stays as it was recorded.",
        ))
    }
    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        if gate.is_cancelled() {
            return Ok(Stop::Cancelled);
        }
        let wanted = usize::try_from(steps).unwrap_or(usize::MAX);
        let room = self.last() - self.row;
        self.row += wanted.min(room);
        Ok(if wanted > room {
            Stop::End
        } else {
            Stop::Target
        })
    }
    fn observe(&self) -> Vec<Quantity> {
        let series = &self.recording.series;
        let columns = series.columns.iter().take(6).map(|c| {
            let error = Uncertainty::Unknown("as recorded".into());
            Quantity::real(&c.name, &c.name, c.values[self.row], error).unit(&c.unit)
        });
        let rows = Quantity::exact("rows", "Rows", series.at.len());
        columns.chain([rows]).collect()
    }
    fn fit(&self, size: [f64; 2]) -> Camera {
        self.fitted(&Drawn::new(&self.recording, &Settings::new()), size)
    }
    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        Ok(self.draw(view))
    }
    fn capture(&self) -> Capture {
        Capture::new(Step::from(self.row), 16, self.row)
    }
    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        let row: &usize = capture.get()?;
        if *row > self.last() {
            return Err(SimError::other("This state belongs to another series."));
        }
        self.row = *row;
        Ok(())
    }
    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        let row: &usize = capture.get()?;
        let mut to = Writer::new(MAGIC);
        to.u64(*row as u64);
        Ok(to.finish())
    }
    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let mut from = Reader::new(bytes, &[MAGIC])?;
        let row = usize::try_from(from.u64()?).unwrap_or(usize::MAX);
        from.finish()?;
        if row > self.last() {
            return Err(SimError::other("This state belongs to another series."));
        }
        Ok(Capture::new(Step::from(row), 16, row))
    }
    fn probes(&self) -> Vec<ProbeKind> {
        vec![ProbeKind {
            key: "series".into(),
            name: "Time series".into(),
            help: "Every column against time, as far as it has been played.".into(),
            parameters: Vec::new(),
        }]
    }
    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        if probe.kind == "series" {
            self.attached = true;
            return Ok(());
        }
        Err(SimError::Unknown {
            what: "probe",
            name: probe.kind.clone(),
            hint: "; the probe of a time series is series.".into(),
        })
    }
    fn detach(&mut self, probe: &ProbeSpec) {
        self.attached &= probe.kind != "series";
    }
    fn read(&self, probe: &ProbeSpec) -> Option<Reading> {
        (self.attached && probe.kind == "series")
            .then(|| Reading::Series(self.recording.series.clone()))
    }
    fn pointer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        self.answer(pointer, view)
    }
    fn twin_input(&self) -> Option<Input> {
        None
    }
    fn difference(&self, _other: &Capture) -> Option<Quantity> {
        None
    }
}
