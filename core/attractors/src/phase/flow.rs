//! The right-hand sides of a flow of one or two variables, seen along the axes of a picture.

use loom_formula::{Clock, EnsembleStepper, Rates, RatesRun, Scheme};
use loom_sim::SimError;

use crate::analyses::fixed_points::{Newton, Search};
use crate::definition::Definition;

/// The compiled equations of a flow in the plane.
#[derive(Debug)]
pub struct Flow {
    rates: Rates,
    block: EnsembleStepper,
    search: Search,
    dimension: usize,
    pub autonomous: bool,
}

impl Flow {
    pub fn new(definition: &Definition) -> Self {
        let system = &definition.system;
        Self {
            rates: Rates::new(system),
            block: EnsembleStepper::new(system, Scheme::Iterate),
            search: Search::new(definition),
            dimension: system.dimension(),
            autonomous: system.is_autonomous(),
        }
    }

    /// With its parameters in place, at a time. `axes`: the variables across and up.
    ///
    /// # Errors
    /// If the constants are not as many as the system's parameters.
    pub fn at<'a>(
        &'a self,
        constants: &'a [f64],
        time: f64,
        axes: [usize; 2],
    ) -> Result<Moment<'a>, SimError> {
        Ok(Moment {
            flow: self,
            run: self.rates.start(constants).map_err(SimError::other)?,
            newton: self.search.start(constants)?,
            constants,
            time,
            axes,
            state: vec![0.0; self.dimension],
            rate: vec![0.0; self.dimension],
        })
    }
}

/// A flow as it stands at one time: a field of directions.
pub struct Moment<'a> {
    flow: &'a Flow,
    run: RatesRun<'a>,
    pub newton: Newton<'a>,
    constants: &'a [f64],
    time: f64,
    axes: [usize; 2],
    state: Vec<f64>,
    rate: Vec<f64>,
}

impl Moment<'_> {
    /// The rates across and up at a place of the plane; of one variable the second is 0.
    pub fn rate(&mut self, place: [f64; 2]) -> [f64; 2] {
        let [x, y] = self.axes;
        if self.flow.dimension == 1 {
            self.state[0] = place[0];
        } else {
            (self.state[x], self.state[y]) = (place[0], place[1]);
        }
        self.run.at(self.time, &self.state, &mut self.rate);
        if self.flow.dimension == 1 {
            [self.rate[0], 0.0]
        } else {
            [self.rate[x], self.rate[y]]
        }
    }

    /// The rates at many places at once.
    ///
    /// # Errors
    /// Where the equations refuse to run, which is a fault of this program.
    pub fn rates(&self, places: &[[f64; 2]]) -> Result<Vec<[f64; 2]>, SimError> {
        let (count, dimension) = (places.len(), self.flow.dimension);
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut rows = vec![0.0; count * dimension];
        for (m, place) in places.iter().enumerate() {
            for axis in 0..dimension.min(2) {
                rows[self.row(axis) * count + m] = place[axis];
            }
        }
        let mut clock = Clock::starting_at(self.time, 1.0);
        self.flow
            .block
            .run(&mut rows, count, &mut clock, self.constants, 1)
            .map_err(SimError::other)?;
        let value = |axis: usize, m: usize| {
            if axis < dimension {
                rows[self.row(axis) * count + m]
            } else {
                0.0
            }
        };
        Ok((0..count).map(|m| [value(0, m), value(1, m)]).collect())
    }

    fn row(&self, axis: usize) -> usize {
        if self.flow.dimension == 1 {
            0
        } else {
            self.axes[axis]
        }
    }

    /// A place of the plane as a state.
    pub fn state(&self, place: [f64; 2]) -> Vec<f64> {
        let mut state = vec![0.0; self.flow.dimension];
        for axis in 0..self.flow.dimension.min(2) {
            state[self.row(axis)] = place[axis];
        }
        state
    }

    /// Where a state lies on the plane; of one variable on the axis.
    pub fn place(&self, state: &[f64]) -> [f64; 2] {
        if self.flow.dimension == 1 {
            [state[0], 0.0]
        } else {
            self.axes.map(|v| state[v])
        }
    }

    pub fn axes(&self) -> [usize; 2] {
        self.axes
    }

    pub fn is_autonomous(&self) -> bool {
        self.flow.autonomous
    }
}
