//! A plane of starts: two variables change along its edges, the others stay where the tracked
//! orbit is. Basins and fields of exponents are pictures over it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use loom_sim::{Axis, Parameter, Settings, SimError, Starts, Value};

use crate::definition::Definition;
use crate::settings::{Build, choices};
use crate::start;

/// A partial picture comes at most this often.
const SHOWN: Duration = Duration::from_millis(300);

/// When a partial picture was shown last.
#[derive(Debug)]
pub struct Pace(Instant);

impl Pace {
    pub fn new() -> Self {
        Self(Instant::now())
    }
    /// Whether it is time for another one, which is then taken as shown.
    pub fn is_due(&mut self) -> bool {
        let due = self.0.elapsed() >= SHOWN;
        if due {
            self.0 = Instant::now();
        }
        due
    }
}

/// The keys of the edges, in the order left, right, bottom, top.
pub const EDGES: [&str; 4] = ["left", "right", "bottom", "top"];

/// Extents of the samples of systems, so that they are not taken at every look.
static EXTENTS: LazyLock<Mutex<HashMap<Arc<str>, Vec<[f64; 2]>>>> = LazyLock::new(Mutex::default);

/// Least and greatest value of each variable on the attractor.
pub fn extents(definition: &Definition) -> Vec<[f64; 2]> {
    let mut kept = EXTENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = kept.get(&definition.text) {
        return found.clone();
    }
    let found = Build::new(definition, &Settings::new())
        .and_then(|build| start::sample(definition, &build, 512))
        .map_or_else(
            |_| vec![[-1.0, 1.0]; definition.dimension()],
            |samples| samples.extents(),
        );
    if kept.len() >= 64 {
        kept.clear();
    }
    kept.insert(definition.text.clone(), found.clone());
    found
}

/// What declares a plane with this many columns and rows.
pub fn declared(
    definition: &Definition,
    given: &Settings,
    [columns, rows]: [i64; 2],
) -> Vec<Parameter> {
    let variables = definition.system.variables();
    let symbols = definition.symbols();
    let choices = choices(variables, &symbols);
    let usual = [0, 1].map(|i| {
        definition
            .look
            .axes
            .get(i)
            .copied()
            .unwrap_or(i.min(variables.len() - 1))
    });
    let place = |key: &str, usual: usize| {
        let wanted = given.get(key).and_then(Value::as_text);
        wanted
            .and_then(|w| variables.iter().position(|v| v == w))
            .unwrap_or(usual)
    };
    let all = extents(definition);
    // Twice the attractor's extent.
    let reach = |v: usize| {
        let [low, high] = all[v];
        let half = (high - low).max(1e-3);
        let middle = f64::midpoint(low, high);
        [middle - half, middle + half]
    };
    let (x, y) = (
        reach(place("across", usual[0])),
        reach(place("up", usual[1])),
    );
    let edge = |key: &str, name: &str, value: f64, [low, high]: [f64; 2]| {
        let half = 2.0 * (high - low);
        Parameter::real(key, "", name, value, low - half, high + half)
            .hard(-1e12, 1e12)
            .help("The starts lie on a plane between these edges.")
    };
    vec![
        Parameter::choice("across", "Across", &variables[usual[0]], &choices)
            .help("The variable of the start that changes from left to right."),
        edge("left", "Left", x[0], x),
        edge("right", "Right", x[1], x),
        Parameter::choice("up", "Upward", &variables[usual[1]], &choices).help(
            "The variable of the start that changes upward; the others stay as they are now.",
        ),
        edge("bottom", "Bottom", y[0], y),
        edge("top", "Top", y[1], y),
        Parameter::integer("columns", "", "Columns", columns, 8, 1000)
            .hard(4.0, 4000.0)
            .help("Starts from left to right."),
        Parameter::integer("rows", "", "Rows", rows, 8, 1000)
            .hard(4.0, 4000.0)
            .help("Starts from bottom to top."),
    ]
}

/// The plane that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    pub axes: [usize; 2],
    pub edges: [[f64; 2]; 2],
    pub columns: usize,
    pub rows: usize,
    /// The start of all variables; those of the axes are replaced.
    pub origin: Vec<f64>,
}

impl Plane {
    pub fn new(
        definition: &Definition,
        origin: &[f64],
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let variables = definition.system.variables();
        let axis = |key: &str| {
            let name = settings.get(key).and_then(Value::as_text).unwrap_or("");
            variables.iter().position(|v| v == name).unwrap_or(0)
        };
        let axes = [axis("across"), axis("up")];
        if axes[0] == axes[1] {
            return Err(SimError::other(
                "Both axes are the same variable; choose another for one of them.",
            ));
        }
        let [left, right, bottom, top] = EDGES.map(real);
        let edges = [[left, right], [bottom, top]];
        if edges.iter().any(|[a, b]| a >= b) {
            return Err(SimError::other(
                "The edges are in the wrong order: left must be below right, and bottom below top.",
            ));
        }
        Ok(Self {
            axes,
            edges,
            columns: real("columns") as usize,
            rows: real("rows") as usize,
            origin: origin.to_vec(),
        })
    }

    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }
    /// The cells in blocks of so many, several blocks at once: so that all threads have work, and
    /// the picture grows row by row.
    pub fn batches(
        &self,
        block: usize,
        at_once: usize,
    ) -> impl Iterator<Item = Vec<std::ops::Range<usize>>> + use<> {
        let (cells, together) = (self.cells(), block * at_once.max(1));
        (0..cells).step_by(together).map(move |first| {
            let end = (first + together).min(cells);
            let blocks = (first..end).step_by(block);
            blocks.map(|from| from..(from + block).min(end)).collect()
        })
    }
    /// The middle of a cell along an axis.
    fn place(&self, axis: usize, cell: usize) -> f64 {
        let [low, high] = self.edges[axis];
        let count = if axis == 0 { self.columns } else { self.rows };
        low + (high - low) * (cell as f64 + 0.5) / count as f64
    }
    /// The start of a cell, counted row by row from the bottom: value of variable `v`.
    pub fn start(&self, cell: usize, v: usize) -> f64 {
        if v == self.axes[0] {
            self.place(0, cell % self.columns)
        } else if v == self.axes[1] {
            self.place(1, cell / self.columns)
        } else {
            self.origin[v]
        }
    }
    /// Starts of cells in their order, variable by variable, with room for `rows` in all.
    pub fn block(&self, cells: std::ops::Range<usize>, rows: usize) -> Vec<f64> {
        let n = cells.len();
        let mut block = vec![0.0; n * rows];
        for (v, column) in block
            .chunks_exact_mut(n)
            .take(self.origin.len())
            .enumerate()
        {
            for (x, cell) in column.iter_mut().zip(cells.clone()) {
                *x = self.start(cell, v);
            }
        }
        block
    }
    /// What a click into a plot over the plane means.
    pub fn starts(&self) -> Starts {
        Starts::of_axes(&self.origin, self.axes)
    }
    /// The axes of a plot over the plane.
    pub fn plot_axes(&self, definition: &Definition) -> [Axis; 2] {
        [0, 1].map(|i| {
            let mut axis = Axis::new(&definition.symbols()[self.axes[i]], "");
            axis.limits = Some(self.edges[i]);
            axis
        })
    }
}
