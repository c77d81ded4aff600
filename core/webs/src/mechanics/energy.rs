//! What a web holds and carries: energies, tensions, and how well its forces balance.

use super::{Mechanics, xyz};
use crate::web::{dot, norm, sub};

/// Energies in joules.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Energies {
    pub kinetic: f64,
    /// Of stretched threads and of the hand's spring.
    pub elastic: f64,
    /// Above z = 0.
    pub gravitational: f64,
    /// Of the point load, −F · x.
    pub load: f64,
}

impl Energies {
    /// The sum, constant without damping, air and hand.
    pub fn total(&self) -> f64 {
        self.kinetic + self.elastic + self.gravitational + self.load
    }
}

/// How far the forces are from balance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    /// Largest unbalanced force at a free node, N.
    pub residual: f64,
    /// The node where it is.
    pub node: Option<usize>,
    /// Sum of the sizes of all applied forces (weight, wind, point load), N.
    pub applied: f64,
    /// Largest tension, N.
    pub tension: f64,
}

impl Balance {
    /// What the residual is held against: the larger of applied force and largest tension, N.
    pub fn load(&self) -> f64 {
        self.applied.max(self.tension)
    }
    /// Residual over load; 0 where there is no load.
    pub fn relative(&self) -> f64 {
        if self.load() > 0.0 {
            self.residual / self.load()
        } else {
            0.0
        }
    }
}

impl Mechanics {
    /// Present length of a thread, m.
    pub fn length(&self, thread: usize) -> f64 {
        let [a, b] = self.ends[thread];
        norm(sub(self.position(b as usize), self.position(a as usize)))
    }

    /// Tension of a thread, N; 0 when slack or cut.
    pub fn tension(&self, thread: usize) -> f64 {
        self.spring[thread] * (self.length(thread) - self.rest[thread]).max(0.0)
    }

    /// Tension of each thread, N.
    pub fn tensions(&self) -> Vec<f64> {
        (0..self.ends.len()).map(|t| self.tension(t)).collect()
    }

    /// Strain of a thread over its present rest length.
    pub fn strain(&self, thread: usize) -> f64 {
        self.length(thread) / self.rest[thread] - 1.0
    }

    pub fn energies(&self) -> Energies {
        let mut e = Energies::default();
        for node in 0..self.node_count() {
            let mass = self.mass(node);
            let v = xyz(self.state.velocity[node]);
            e.kinetic += 0.5 * mass * dot(v, v);
            e.gravitational += mass * self.loads.gravity * self.state.position[node][2];
        }
        for thread in 0..self.ends.len() {
            let stretch = (self.length(thread) - self.rest[thread]).max(0.0);
            e.elastic += 0.5 * self.spring[thread] * stretch * stretch;
        }
        if let Some(hand) = &self.state.hand {
            let d = sub(hand.position, self.position(hand.node as usize));
            e.elastic += 0.5 * hand.stiffness * dot(d, d);
        }
        if let Some(node) = self.load_node {
            e.load = -dot(self.loads.force, self.position(node));
        }
        e
    }

    /// Force applied to a node from outside: weight, wind, point load, N.
    pub(super) fn applied(&self, node: usize) -> [f64; 3] {
        let wind = self.wind();
        let push = self.steady[node];
        std::array::from_fn(|axis| push[axis] + self.drag[node] * wind[axis])
    }

    /// Force with which what holds a pinned node has to pull, N.
    pub fn reaction(&self, node: usize) -> [f64; 3] {
        xyz(self.force[node]).map(|f| -f)
    }

    /// Unbalanced force on a node, N; on a pinned one the opposite of its reaction.
    pub fn net_force(&self, node: usize) -> [f64; 3] {
        xyz(self.force[node])
    }

    /// How far the forces at the free nodes are from balance now (velocities aside).
    pub fn balance(&self) -> Balance {
        let mut balance = Balance {
            residual: 0.0,
            node: None,
            applied: 0.0,
            tension: 0.0,
        };
        for node in 0..self.node_count() {
            if self.state.pinned[node] {
                continue;
            }
            balance.applied += norm(self.applied(node));
            let residual = norm(xyz(self.force[node]));
            if balance.node.is_none() || residual > balance.residual {
                balance.residual = residual;
                balance.node = Some(node);
            }
        }
        for thread in 0..self.ends.len() {
            balance.tension = balance.tension.max(self.tension(thread));
        }
        balance
    }
}
