//! What a delay system remembers: the values of all variables at past steps with their rates of
//! change, and between two steps the cubic that fits both (Hermite). Its error is of the order of
//! the fourth power of the step, as Runge and Kutta's is.
//!
//! Nodes are shared between copies, so a captured state costs little. Two nodes at one time are a
//! jump: of a value that was moved by hand, or of a rate whose parameters were changed.

use std::collections::VecDeque;
use std::sync::Arc;

use loom_sim::SimError;

use crate::codec::{self, Reader, Writer};

/// Past values of `width` numbers: every variable of every member.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    width: usize,
    times: VecDeque<f64>,
    /// Values, then rates.
    nodes: VecDeque<Arc<[f64]>>,
}

/// Where a time lies among the nodes.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Before all nodes, or at a node.
    Node(usize),
    /// Between this node and the next: weights of both values and of both rates.
    Between(usize, [f64; 4]),
}

impl History {
    /// Nothing but these values at this time, and for ever before it.
    pub fn constant(time: f64, values: &[f64]) -> Self {
        let mut history = Self {
            width: values.len(),
            times: VecDeque::new(),
            nodes: VecDeque::new(),
        };
        history.push(time, values, &vec![0.0; values.len()]);
        history
    }

    pub fn width(&self) -> usize {
        self.width
    }
    /// Nodes that are kept.
    pub fn len(&self) -> usize {
        self.times.len()
    }
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }
    /// The time of the newest node.
    pub fn now(&self) -> f64 {
        self.times.back().copied().unwrap_or(0.0)
    }
    /// Times of all nodes, oldest first.
    pub fn times(&self) -> impl Iterator<Item = f64> + '_ {
        self.times.iter().copied()
    }
    /// Values of a node.
    pub fn values(&self, node: usize) -> &[f64] {
        self.nodes.get(node).map_or(&[], |n| &n[..self.width])
    }
    /// Rates at a node.
    pub fn rates(&self, node: usize) -> &[f64] {
        self.nodes.get(node).map_or(&[], |n| &n[self.width..])
    }
    /// Bytes that it holds alive.
    pub fn bytes(&self) -> usize {
        self.len() * (self.width * 16 + 40)
    }

    /// A further node. Numbers beyond the width are dropped.
    pub fn push(&mut self, time: f64, values: &[f64], rates: &[f64]) {
        let width = self.width;
        self.push_reusing(time, values, rates, None, width);
    }

    fn push_reusing(
        &mut self,
        time: f64,
        values: &[f64],
        rates: &[f64],
        old: Option<Arc<[f64]>>,
        width: usize,
    ) {
        let mut node = old.unwrap_or_else(|| vec![0.0; 2 * width].into());
        match Arc::get_mut(&mut node) {
            Some(room) => {
                room[..width].copy_from_slice(values);
                room[width..].copy_from_slice(rates);
            }
            None => node = values.iter().chain(rates).copied().collect(),
        }
        self.times.push_back(time);
        self.nodes.push_back(node);
    }

    /// A further node; those that are not needed to know what was `keep` ago are forgotten.
    pub fn advance(&mut self, time: f64, values: &[f64], rates: &[f64], keep: f64) {
        let old = self.forget(time - keep);
        let width = self.width;
        self.push_reusing(time, values, rates, old, width);
    }

    /// Forgets what isn't needed to know the values from `since` on; gives the last node that was
    /// forgotten.
    pub fn forget(&mut self, since: f64) -> Option<Arc<[f64]>> {
        let mut old = None;
        while self.times.len() > 1 && self.times[1] <= since {
            self.times.pop_front();
            old = self.nodes.pop_front();
        }
        old
    }

    /// Forgets what came after a time.
    pub fn back_to(&mut self, time: f64) {
        while self.times.len() > 1 && self.now() > time {
            self.times.pop_back();
            self.nodes.pop_back();
        }
    }

    /// The same past with its newest node at another time.
    #[must_use]
    pub fn moved_to(&self, now: f64) -> Self {
        let by = now - self.now();
        Self {
            times: self.times.iter().map(|t| t + by).collect(),
            ..self.clone()
        }
    }

    /// The past of a single number range, as a history of its own.
    #[must_use]
    pub fn part(&self, numbers: impl Fn(usize) -> usize, width: usize) -> Self {
        let pick = |node: &Arc<[f64]>| -> Arc<[f64]> {
            let values = (0..width).map(|i| node[numbers(i)]);
            let rates = (0..width).map(|i| node[self.width + numbers(i)]);
            values.chain(rates).collect()
        };
        Self {
            width,
            times: self.times.clone(),
            nodes: self.nodes.iter().map(pick).collect(),
        }
    }

    /// Changes every node in place: all values, then all rates.
    pub fn change(&mut self, mut by: impl FnMut(&mut [f64])) {
        let width = self.width;
        for node in &mut self.nodes {
            if Arc::get_mut(node).is_none() {
                *node = node.iter().copied().collect();
            }
            if let Some(numbers) = Arc::get_mut(node) {
                let (values, rates) = numbers.split_at_mut(width);
                by(values);
                by(rates);
            }
        }
    }

    fn place(&self, time: f64) -> Place {
        let last = self.len().saturating_sub(1);
        if self.is_empty() || time <= self.times[0] {
            return Place::Node(0);
        }
        if time >= self.times[last] {
            return Place::Node(last);
        }
        // Steps are mostly equal: a guess, then a walk.
        let step = self.times[last] - self.times[last - 1];
        let back = if step > 0.0 {
            ((self.times[last] - time) / step) as usize
        } else {
            0
        };
        let mut at = last.saturating_sub(back + 1).min(last - 1);
        if !self.near(at, time) {
            at = self.times.partition_point(|t| *t <= time) - 1;
        }
        while self.times[at + 1] <= time {
            at += 1;
        }
        while self.times[at] > time {
            at -= 1;
        }
        if self.times[at] == time {
            return Place::Node(at);
        }
        let h = self.times[at + 1] - self.times[at];
        let x = (time - self.times[at]) / h;
        let y = 1.0 - x;
        Place::Between(
            at,
            [
                (1.0 + 2.0 * x) * y * y,
                (1.0 + 2.0 * y) * x * x,
                h * x * y * y,
                -h * y * x * x,
            ],
        )
    }

    /// Whether a few steps lead from this node to the time.
    fn near(&self, at: usize, time: f64) -> bool {
        let reach = |i: usize| self.times.get(i).copied();
        reach(at.saturating_sub(8)).is_some_and(|t| t <= time)
            && reach(at + 8).is_none_or(|t| t >= time)
    }

    /// The numbers from `first` on at a time; before all nodes those of the oldest one.
    pub fn read(&self, time: f64, first: usize, out: &mut [f64]) {
        match self.place(time) {
            Place::Node(node) => out.copy_from_slice(&self.values(node)[first..][..out.len()]),
            Place::Between(node, [a, b, c, d]) => {
                let count = out.len();
                let (x0, f0) = (&self.values(node)[first..], &self.rates(node)[first..]);
                let (x1, f1) = (
                    &self.values(node + 1)[first..],
                    &self.rates(node + 1)[first..],
                );
                let starts = x0[..count].iter().zip(&f0[..count]);
                let ends = x1[..count].iter().zip(&f1[..count]);
                for ((out, (x0, f0)), (x1, f1)) in out.iter_mut().zip(starts).zip(ends) {
                    *out = a * x0 + b * x1 + c * f0 + d * f1;
                }
            }
        }
    }

    /// One number at a time.
    pub fn value(&self, time: f64, number: usize) -> f64 {
        let mut out = [0.0];
        self.read(time, number, &mut out);
        out[0]
    }

    /// The rate of change of one number at a time; 0 before all nodes.
    pub fn slope(&self, time: f64, number: usize) -> f64 {
        if self.is_empty() || time < self.times[0] {
            return 0.0;
        }
        match self.place(time) {
            Place::Node(node) => self.rates(node)[number],
            Place::Between(node, _) => {
                let h = self.times[node + 1] - self.times[node];
                let x = (time - self.times[node]) / h;
                let (x0, x1) = (self.values(node)[number], self.values(node + 1)[number]);
                let (f0, f1) = (self.rates(node)[number], self.rates(node + 1)[number]);
                6.0 * x * (1.0 - x) * (x1 - x0) / h
                    + (1.0 - x) * (1.0 - 3.0 * x) * f0
                    + x * (3.0 * x - 2.0) * f1
            }
        }
    }

    /// Appends its bytes.
    pub fn encode(&self, to: &mut Writer) {
        to.f64s(self.times.iter().copied());
        let numbers: Vec<f64> = self.nodes.iter().flat_map(|n| n.iter().copied()).collect();
        to.f64s(numbers.into_iter());
    }

    /// A history of this width from bytes, which may be anything.
    pub fn decode(from: &mut Reader<'_>, width: usize) -> Result<Self, SimError> {
        let times = from.f64s()?;
        let numbers = from.f64s()?;
        let fits = !times.is_empty()
            && width > 0
            && Some(numbers.len()) == times.len().checked_mul(2 * width)
            && times.iter().all(|t| t.is_finite())
            && times.windows(2).all(|two| two[0] <= two[1]);
        if !fits {
            return Err(codec::broken());
        }
        Ok(Self {
            width,
            times: times.into(),
            nodes: numbers.chunks_exact(2 * width).map(Arc::from).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cubic(nodes: &[f64]) -> History {
        let value = |t: f64| [t * t * t - t, 2.0 * t];
        let rate = |t: f64| [3.0 * t * t - 1.0, 2.0];
        let mut history = History {
            width: 2,
            times: VecDeque::new(),
            nodes: VecDeque::new(),
        };
        for t in nodes {
            history.push(*t, &value(*t), &rate(*t));
        }
        history
    }

    #[test]
    fn a_cubic_is_remembered_exactly_whatever_the_steps() {
        for nodes in [
            (0..40).map(|i| f64::from(i) * 0.1).collect::<Vec<_>>(),
            vec![0.0, 0.5, 0.51, 0.52, 2.0, 3.9],
        ] {
            let history = cubic(&nodes);
            for k in 0..=390 {
                let t = f64::from(k) * 0.01;
                if t > history.now() {
                    continue;
                }
                assert!((history.value(t, 0) - (t * t * t - t)).abs() < 1e-12, "{t}");
                assert!((history.value(t, 1) - 2.0 * t).abs() < 1e-12, "{t}");
                assert!(
                    (history.slope(t, 0) - (3.0 * t * t - 1.0)).abs() < 1e-10,
                    "{t}"
                );
            }
            assert_eq!(history.value(-3.0, 0), 0.0);
        }
    }

    #[test]
    fn two_nodes_at_one_time_are_a_jump() {
        let mut history = History::constant(0.0, &[1.0]);
        history.push(1.0, &[1.0], &[0.0]);
        history.push(1.0, &[5.0], &[2.0]);
        history.push(2.0, &[7.0], &[2.0]);
        assert_eq!(history.value(0.9, 0), 1.0);
        assert_eq!(history.value(1.0, 0), 5.0);
        assert!((history.value(1.5, 0) - 6.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_older_than_needed_is_forgotten_and_the_rest_stays() {
        let mut history = cubic(&(0..100).map(|i| f64::from(i) * 0.1).collect::<Vec<_>>());
        let before = history.value(5.03, 0);
        let copy = history.clone();
        history.advance(9.95, &[0.0, 0.0], &[0.0, 0.0], 5.0);
        assert_eq!(history.value(5.03, 0), before);
        // From the last node before 4.95 on.
        assert_eq!(history.len(), 52);
        assert_eq!(copy.len(), 100);
        history.back_to(9.0);
        assert!((history.now() - 9.0).abs() < 1e-9);
        let moved = history.moved_to(0.0);
        assert!((moved.value(0.0 - (history.now() - 5.03), 0) - before).abs() < 1e-9);
    }

    #[test]
    fn a_history_comes_back_from_its_bytes() {
        let history = cubic(&[0.0, 0.1, 0.3]);
        let mut to = Writer::new(*b"testtest");
        history.encode(&mut to);
        let bytes = to.finish();
        let mut from = Reader::new(&bytes, &[*b"testtest"]).unwrap();
        assert_eq!(History::decode(&mut from, 2).unwrap(), history);
        let mut from = Reader::new(&bytes, &[*b"testtest"]).unwrap();
        assert!(History::decode(&mut from, 3).is_err());
    }
}
