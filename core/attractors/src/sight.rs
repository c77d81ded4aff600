//! Where states are seen when it isn't a variable along each axis: by formulas of the variables,
//! or through a matrix that any number of variables pass.

use std::sync::{Arc, Mutex, PoisonError};

use loom_formula::{Clock, EnsembleStepper, Expr, Scheme, System};
use loom_sim::SimError;

use crate::definition::Definition;

/// How states become points of the scene.
#[derive(Clone, Debug, Default)]
pub enum Sight {
    /// A variable along each axis.
    #[default]
    Axes,
    Linear(Arc<Linear>),
    Formulas(Arc<Formulas>),
}

/// Sums of the variables with weights: point k = Σ rows[k][v]·x[v] − shift[k].
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    pub rows: [Vec<f64>; 3],
    pub shift: [f64; 3],
}

/// What one unit of a variable of this extent is drawn as, where each has a scale of its own: the
/// extent is drawn as 1.
pub fn scale(extent: [f64; 2]) -> f64 {
    let width = extent[1] - extent[0];
    if width > 0.0 && width.is_finite() {
        1.0 / width
    } else {
        1.0
    }
}

impl Linear {
    /// A variable along each axis, each to a scale of its own.
    pub fn scaled(axes: crate::lens::Axes, extents: &[[f64; 2]]) -> Self {
        let row = |axis: Option<usize>| {
            let mut row = vec![0.0; extents.len()];
            if let Some(v) = axis {
                row[v] = scale(extents[v]);
            }
            row
        };
        Self {
            rows: [Some(axes.x), Some(axes.y), axes.z].map(row),
            shift: [0.0; 3],
        }
    }

    pub fn point(&self, state: impl Fn(usize) -> f64) -> [f64; 3] {
        std::array::from_fn(|k| {
            let weights = self.rows[k].iter().enumerate();
            weights.map(|(v, weight)| weight * state(v)).sum::<f64>() - self.shift[k]
        })
    }
    /// For the device: row by row, then the shifts.
    pub fn numbers(&self) -> Vec<f32> {
        let rows = self.rows.iter().flatten();
        rows.chain(&self.shift).map(|x| *x as f32).collect()
    }
}

/// A formula for each axis, compiled.
#[derive(Debug)]
pub struct Formulas {
    /// Two or three, as they were written.
    pub texts: Vec<String>,
    /// The state, then the point.
    pub wide: System,
    stepper: EnsembleStepper,
    dimension: usize,
    /// Time stands in one of them.
    timed: bool,
}

impl Formulas {
    /// Reads them; one that can't be read stands for 0, which `Parameter::check` refuses before.
    fn new(definition: &Definition, texts: &[String]) -> Self {
        let system = &definition.system;
        let known = names(definition);
        let read = |text: &String| {
            let expr = Expr::parse(text).ok()?;
            expr.symbols()
                .iter()
                .all(|s| known.contains(s))
                .then_some(expr)
        };
        let mut list: Vec<Expr> = texts
            .iter()
            .map(|text| read(text).unwrap_or_else(|| Expr::number(0.0)))
            .collect();
        let timed = list.iter().any(|e| e.symbols().iter().any(|s| s == "t"));
        list.resize(3, Expr::number(0.0));
        let wide = system.reading(list);
        Self {
            texts: texts.to_vec(),
            stepper: EnsembleStepper::new(&wide, Scheme::Iterate),
            dimension: system.dimension(),
            wide,
            timed,
        }
    }
    pub fn is_timed(&self) -> bool {
        self.timed
    }

    /// The points of a block of states, which lie variable by variable.
    ///
    /// # Errors
    /// Where the formulas refuse to run, which is a fault of this program.
    pub fn points(
        &self,
        block: &[f64],
        members: usize,
        constants: &[f64],
        mut clock: Clock,
    ) -> Result<Vec<[f64; 3]>, SimError> {
        if members == 0 {
            return Ok(Vec::new());
        }
        let d = self.dimension;
        let mut rows = block[..d * members].to_vec();
        rows.resize((d + 3) * members, 0.0);
        self.stepper
            .run(&mut rows, members, &mut clock, constants, 1)
            .map_err(SimError::other)?;
        let value = |k: usize, m: usize| rows[(d + k) * members + m];
        Ok((0..members)
            .map(|m| [value(0, m), value(1, m), value(2, m)])
            .collect())
    }
}

/// What formulas may use: variables, parameters, time.
pub fn names(definition: &Definition) -> Vec<String> {
    names_of(&definition.system)
}

/// The same of a system.
pub fn names_of(system: &System) -> Vec<String> {
    let mut list = system.variables().to_vec();
    list.extend(system.parameters().iter().cloned());
    list.push("t".into());
    list
}

impl Sight {
    /// The points of a block of states, which lie variable by variable; `axes` where variables
    /// are seen.
    ///
    /// # Errors
    /// Where formulas refuse to run.
    pub fn points(
        &self,
        axes: crate::lens::Axes,
        block: &[f64],
        members: usize,
        constants: &[f64],
        clock: Clock,
    ) -> Result<Vec<[f64; 3]>, SimError> {
        let at = |m: usize, v: usize| block[v * members + m];
        Ok(match self {
            Self::Axes => (0..members).map(|m| axes.point(|v| at(m, v))).collect(),
            Self::Linear(linear) => (0..members).map(|m| linear.point(|v| at(m, v))).collect(),
            Self::Formulas(formulas) => formulas.points(block, members, constants, clock)?,
        })
    }

    /// The points of a list of states, one after another.
    ///
    /// # Errors
    /// Where formulas refuse to run.
    pub fn points_of(
        &self,
        axes: crate::lens::Axes,
        states: &[f64],
        dimension: usize,
        constants: &[f64],
        clock: Clock,
    ) -> Result<Vec<[f64; 3]>, SimError> {
        let members = states.len() / dimension.max(1);
        if let Self::Axes = self {
            let rows = states.chunks_exact(dimension);
            return Ok(rows.map(|row| axes.point(|v| row[v])).collect());
        }
        let mut block = vec![0.0; states.len()];
        for (m, state) in states.chunks_exact(dimension).enumerate() {
            for (v, x) in state.iter().enumerate() {
                block[v * members + m] = *x;
            }
        }
        self.points(axes, &block, members, constants, clock)
    }
}

/// Formulas that have been compiled, newest last.
#[derive(Debug, Default)]
pub struct Compiled(Mutex<Vec<Arc<Formulas>>>);

impl Compiled {
    const MOST: usize = 4;

    pub fn get(&self, definition: &Definition, texts: &[String]) -> Arc<Formulas> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = list.iter().find(|f| f.texts == texts) {
            return found.clone();
        }
        let new = Arc::new(Formulas::new(definition, texts));
        if list.len() >= Self::MOST {
            list.remove(0);
        }
        list.push(new.clone());
        new
    }
}
