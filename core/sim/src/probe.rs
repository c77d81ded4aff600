//! Probes see every step; views see frames.

use std::sync::Arc;

use loom_gpu::scene::{Density, Layer};
use serde::{Deserialize, Serialize};

use crate::exchange::{Grid, Series};
use crate::parameter::Parameter;
use crate::value::Settings;

/// A probe that a simulation offers.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeKind {
    pub key: String,
    pub name: String,
    pub help: String,
    pub parameters: Vec<Parameter>,
}

/// A probe as attached: its kind and settings name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeSpec {
    pub kind: String,
    #[serde(default)]
    pub settings: Settings,
}

impl ProbeSpec {
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            settings: Settings::new(),
        }
    }
}

/// What a probe has seen so far.
#[derive(Clone, Debug)]
pub enum Reading {
    Series(Arc<Series>),
    Grid(Arc<Grid>),
    Density(Density),
    Layer(Layer),
}

/// Records a series at every step within a bound: once full, every second sample goes and the
/// stride doubles, so that memory stays fixed and the past stays visible.
#[derive(Clone, Debug)]
pub struct Recorder {
    series: Series,
    limit: usize,
    stride: u64,
    /// Samples offered so far, modulo the stride.
    phase: u64,
}

impl Recorder {
    /// `columns`: name and unit of each. Keeps at most `limit` samples, at least half as many.
    pub fn new(abscissa: (&str, &str), columns: &[(&str, &str)], limit: usize) -> Self {
        let columns = columns
            .iter()
            .map(|(name, unit)| crate::exchange::Column {
                name: (*name).to_owned(),
                unit: (*unit).to_owned(),
                values: Vec::new(),
            })
            .collect();
        let abscissa = (abscissa.0.to_owned(), abscissa.1.to_owned());
        Self {
            series: Series {
                abscissa,
                at: Vec::new(),
                columns,
            },
            limit: limit.max(16),
            stride: 1,
            phase: 0,
        }
    }
    /// Steps between kept samples.
    pub fn stride(&self) -> u64 {
        self.stride
    }
    /// True if the next sample would be kept: lets a caller skip computing it.
    pub fn wants(&self) -> bool {
        self.phase == 0
    }
    /// Offers one step's sample; call once a step (with anything when `wants` is false).
    pub fn push(&mut self, at: f64, values: &[f64]) {
        if self.phase == 0 {
            self.series.at.push(at);
            for (column, value) in self.series.columns.iter_mut().zip(values) {
                column.values.push(*value);
            }
            if self.series.at.len() >= self.limit {
                self.thin();
            }
        }
        self.phase = (self.phase + 1) % self.stride;
    }
    /// A further quantity; samples from before it joined are NaN, and plots leave them out.
    pub fn add_column(&mut self, name: &str, unit: &str) {
        self.series.columns.push(crate::exchange::Column {
            name: name.to_owned(),
            unit: unit.to_owned(),
            values: vec![f64::NAN; self.series.at.len()],
        });
    }
    /// Forgets what came after `at`, as a step back does.
    pub fn truncate(&mut self, at: f64) {
        let keep = self.series.at.partition_point(|t| *t <= at);
        self.series.at.truncate(keep);
        for column in &mut self.series.columns {
            column.values.truncate(keep);
        }
        self.phase = 0;
    }
    pub fn clear(&mut self) {
        self.truncate(f64::NEG_INFINITY);
        self.stride = 1;
    }
    pub fn series(&self) -> &Series {
        &self.series
    }
    fn thin(&mut self) {
        fn every_second<T: Copy>(list: &mut Vec<T>) {
            let mut index = 0;
            list.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        every_second(&mut self.series.at);
        for column in &mut self.series.columns {
            every_second(&mut column.values);
        }
        self.stride *= 2;
    }
}
