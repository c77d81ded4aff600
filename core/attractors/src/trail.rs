//! Orbits that are followed one by one in f64 beside the cloud, and the trails they leave.

use std::collections::VecDeque;

use crate::delay::History;

/// Samples that a trail keeps, one a step.
pub const TRAIL: usize = 16_384;

/// The most orbits that are followed at once, the first one included.
pub const MOST: usize = 16;

/// One orbit: its present state and where it has been.
#[derive(Clone, Debug, PartialEq)]
pub struct Orbit {
    /// Counts from 0, the orbit that every run has; it chooses the colour and the name.
    pub number: u32,
    pub point: Vec<f64>,
    /// Of a delay system, what it was before.
    pub past: Option<History>,
    pub trail: Trail,
}

impl Orbit {
    pub fn new(number: u32, time: f64, point: Vec<f64>) -> Self {
        let mut trail = Trail::new(point.len());
        trail.push(time, &point);
        Self {
            number,
            point,
            past: None,
            trail,
        }
    }

    /// Where it is: a variable, or another coordinate as its trail last had it.
    pub fn coordinate(&self, index: usize) -> f64 {
        let last = || {
            self.trail
                .coordinate(self.trail.len().saturating_sub(1), index)
        };
        self.point.get(index).copied().unwrap_or_else(last)
    }

    /// One of a delay system, seen at its coordinates.
    pub fn with_past(number: u32, seen: &[f64], point: Vec<f64>, past: History) -> Self {
        let mut trail = Trail::new(seen.len());
        trail.push(past.now(), seen);
        Self {
            number,
            point,
            past: Some(past),
            trail,
        }
    }
}

/// The last [`TRAIL`] samples of an orbit, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Trail {
    dimension: usize,
    at: VecDeque<f64>,
    points: VecDeque<f64>,
}

impl Trail {
    pub fn new(dimension: usize) -> Self {
        Self {
            dimension,
            at: VecDeque::new(),
            points: VecDeque::new(),
        }
    }
    pub fn push(&mut self, time: f64, point: &[f64]) {
        if self.at.len() == TRAIL {
            self.at.pop_front();
            self.points.drain(..self.dimension);
        }
        self.at.push_back(time);
        self.points.extend(point.iter().take(self.dimension));
    }
    /// Coordinates of a sample.
    pub fn width(&self) -> usize {
        self.dimension
    }
    pub fn len(&self) -> usize {
        self.at.len()
    }
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
    /// Time of a sample.
    pub fn time(&self, index: usize) -> f64 {
        self.at.get(index).copied().unwrap_or(f64::NAN)
    }
    /// One coordinate of a sample.
    pub fn coordinate(&self, index: usize, variable: usize) -> f64 {
        self.points
            .get(index * self.dimension + variable)
            .copied()
            .unwrap_or(f64::NAN)
    }
    /// A coordinate at any time between the first and the last sample, on the straight line
    /// between its neighbours.
    pub fn at(&self, time: f64, variable: usize) -> Option<f64> {
        let after = self.at.partition_point(|t| *t < time);
        let end = *self.at.get(after)?;
        let b = self.coordinate(after, variable);
        if end == time {
            return Some(b);
        }
        let before = after.checked_sub(1)?;
        let (begin, a) = (self.time(before), self.coordinate(before, variable));
        Some(a + (b - a) * (time - begin) / (end - begin))
    }
    /// The first sample that is not older than `time`.
    pub fn since(&self, time: f64) -> usize {
        self.at.partition_point(|t| *t < time)
    }
    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        (self.at.len() + self.points.len()) * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_keeps_the_newest_samples() {
        let mut trail = Trail::new(2);
        for i in 0..TRAIL + 10 {
            trail.push(i as f64, &[i as f64, -(i as f64)]);
        }
        assert_eq!(trail.len(), TRAIL);
        assert_eq!(trail.time(0), 10.0);
        assert_eq!(trail.coordinate(0, 1), -10.0);
        assert_eq!(trail.since(12.5), 3);
        assert_eq!(trail.at(12.25, 0), Some(12.25));
        assert_eq!(trail.at(10.0, 1), Some(-10.0));
        assert_eq!(trail.at(9.5, 0), None);
        assert_eq!(trail.at(1e6, 0), None);
    }
}
