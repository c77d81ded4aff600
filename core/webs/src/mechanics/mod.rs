//! A web as masses and springs: what it is made of, what acts on it, and its state.
//!
//! Nodes carry half the mass of each of their threads. A thread pulls with
//! T = k · max(L − L₀, 0), k = E A / L₀: slack carries nothing. On the nodes act weight, a point
//! load, the air and plain damping −γ m v. The air's drag is linear, as it is for threads this
//! thin (Reynolds numbers below 1): a thread of diameter d feels across its axis, per length, the
//! force c (w − v) with c = 4π μ / (½ − γ_E − ln(Re / 8)), Lamb's cylinder (Lamb, *Hydrodynamics*,
//! § 343) at the Reynolds number of 1 m/s. The weaker drag along the axis is not told apart from
//! it. Everything is metres, kilograms, seconds, newtons; z points up.
//!
//! Forces are gathered by node, never scattered, so a run doesn't depend on how it is cut up.

mod device;
mod energy;
mod motion;
mod settle;
#[cfg(test)]
mod settle_tests;

use serde::{Deserialize, Serialize};

use crate::error::{Result, WebError};
use crate::incidence::Incidence;
use crate::web::{Node, Web};

pub use device::{Device, DeviceState};
pub use energy::{Balance, Energies};
pub use settle::Settled;

/// Three coordinates and an unused lane, which lets them travel in pairs.
pub type Lane = [f64; 4];

/// Viscosity of air at 20 °C, Pa s.
const VISCOSITY: f64 = 1.81e-5;
/// Density of air at 20 °C, kg/m³.
const AIR: f64 = 1.2;
/// Time in which a hand comes within 1/e of its target, s.
const HAND_TIME: f64 = 2e-3;
/// Free fall, m/s².
pub const GRAVITY: f64 = 9.80665;

/// What acts on a web, all of it changeable while it moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loads {
    /// Downwards (−z), m/s².
    pub gravity: f64,
    /// The wind at its strongest, m/s.
    pub wind: [f64; 3],
    /// Depth of the gusts: 0 a steady wind, 1 falls to calm between gusts. The run begins calm.
    pub gust: f64,
    /// Gusts a second, Hz.
    pub gust_frequency: f64,
    /// Viscosity of the air over that of air at 20 °C; 0 is a vacuum without wind.
    pub air: f64,
    /// Rate γ at which velocities decay without air, 1/s.
    pub damping: f64,
    /// Force on the load node, N.
    pub force: [f64; 3],
    /// Mass carried by the load node (a spider), kg.
    pub carried: f64,
    /// Factor on the strains that the threads were built with.
    pub prestress: f64,
    /// Factor on all moduli.
    pub stiffness: f64,
}

impl Default for Loads {
    fn default() -> Self {
        Self {
            gravity: GRAVITY,
            wind: [0.0; 3],
            gust: 0.0,
            gust_frequency: 1.0,
            air: 1.0,
            damping: 0.0,
            force: [0.0; 3],
            carried: 0.0,
            prestress: 1.0,
            stiffness: 1.0,
        }
    }
}

/// A hand that holds a node by a spring and follows its target within some milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hand {
    pub node: u32,
    /// Where the hand is, m.
    pub position: [f64; 3],
    /// Where it is going, m.
    pub target: [f64; 3],
    /// N/m.
    pub stiffness: f64,
}

/// All that changes as a web moves; with the loads it determines what follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub step: u64,
    /// m.
    pub position: Vec<Lane>,
    /// m/s; zero at pinned nodes.
    pub velocity: Vec<Lane>,
    pub pinned: Vec<bool>,
    pub cut: Vec<bool>,
    pub hand: Option<Hand>,
    /// Work done by hands so far, J.
    pub hand_work: f64,
}

/// The ranges within which the factors of [`Loads`] stay, so that one time step serves them all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub prestress: f64,
    pub stiffness: f64,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            prestress: 1.0,
            stiffness: 1.0,
        }
    }
}

/// How the time step is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stepping {
    /// 0.9 of the largest stable one.
    Largest,
    /// This many seconds, refused if unstable.
    Exactly(f64),
    /// This many seconds; nodes too light for it are made heavier, as is usual in explicit
    /// finite elements ("mass scaling"). [`Mechanics::added_mass`] tells by how much.
    Scaled(f64),
}

/// A web in motion or at rest.
#[derive(Clone, Debug)]
pub struct Mechanics {
    pub(crate) ends: Vec<[u32; 2]>,
    pub(crate) incidence: Incidence,
    /// Length at which the thread was built, m.
    drawn: Vec<f64>,
    /// Length without tension as built, m.
    built_rest: Vec<f64>,
    /// E A, N.
    axial: Vec<f64>,
    /// Mass without what is carried, kg.
    bare_mass: Vec<f64>,
    /// Drag of the node's share of thread in air at 20 °C, N s/m.
    bare_drag: Vec<f64>,
    load_node: Option<usize>,
    /// Seconds.
    time_step: f64,
    /// kg put on light nodes.
    added_mass: f64,
    loads: Loads,

    // What follows from state and loads.
    pub(crate) spring: Vec<f64>,
    pub(crate) rest: Vec<f64>,
    inverse_mass: Vec<f64>,
    decay: Vec<f64>,
    /// Weight and point load, N.
    steady: Vec<Lane>,
    drag: Vec<f64>,
    state: State,
    /// Force of each thread on its end 0, N.
    pull: Vec<Lane>,
    /// Force on each node at the present step, N.
    force: Vec<Lane>,
}

impl Mechanics {
    /// Builds the masses and springs of a web, with one time step for all factors within `range`.
    pub fn new(web: &Web, loads: Loads, stepping: Stepping, range: Range) -> Result<Self> {
        web.check()?;
        let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
        let incidence = Incidence::new(web.nodes.len(), &ends);
        let mut bare_mass: Vec<f64> = web.nodes.iter().map(|n| n.mass).collect();
        let mut bare_drag = vec![0.0; web.nodes.len()];
        for thread in &web.threads {
            for end in thread.ends {
                bare_mass[end as usize] += 0.5 * thread.mass();
                bare_drag[end as usize] +=
                    0.5 * drag_per_length(thread.radius) * thread.rest_length;
            }
        }
        for mass in &mut bare_mass {
            // A node without threads and mass still needs inertia.
            *mass = mass.max(1e-15);
        }
        let (nodes, threads) = (web.nodes.len(), web.threads.len());
        let mut this = Self {
            drawn: web.threads.iter().map(|t| web.distance(t.ends)).collect(),
            built_rest: web.threads.iter().map(|t| t.rest_length).collect(),
            axial: web
                .threads
                .iter()
                .map(crate::web::Thread::axial_stiffness)
                .collect(),
            ends,
            incidence,
            bare_mass,
            bare_drag,
            load_node: web.load_node(),
            time_step: 0.0,
            added_mass: 0.0,
            loads,
            spring: vec![0.0; threads],
            rest: vec![0.0; threads],
            inverse_mass: vec![0.0; nodes],
            decay: vec![1.0; nodes],
            steady: vec![[0.0; 4]; nodes],
            drag: vec![0.0; nodes],
            state: State {
                step: 0,
                position: web.nodes.iter().map(lane).collect(),
                velocity: vec![[0.0; 4]; nodes],
                pinned: web.nodes.iter().map(|n| n.pinned).collect(),
                cut: vec![false; threads],
                hand: None,
                hand_work: 0.0,
            },
            pull: vec![[0.0; 4]; threads],
            force: vec![[0.0; 4]; nodes],
        };
        if let Stepping::Scaled(step) = stepping {
            this.scale_mass(step, range);
        }
        let largest = this.largest_stable_step(range);
        this.time_step = match stepping {
            Stepping::Largest => round_down(0.9 * largest),
            Stepping::Exactly(step) | Stepping::Scaled(step) => step,
        };
        if !(this.time_step > 0.0 && this.time_step <= largest) {
            return Err(WebError::UnstableStep {
                requested: this.time_step,
                largest,
            });
        }
        this.refresh();
        Ok(this)
    }

    /// Makes nodes heavy enough for a time step, with a tenth to spare.
    fn scale_mass(&mut self, step: f64, range: Range) {
        for node in 0..self.bare_mass.len() {
            let least = 2.5 * self.row_stiffness(node, range) * (0.5 * step / 0.9).powi(2);
            if self.bare_mass[node] < least {
                self.added_mass += least - self.bare_mass[node];
                self.bare_mass[node] = least;
            }
        }
    }

    /// Sum of the springs at a node at their stiffest within `range`, N/m.
    fn row_stiffness(&self, node: usize, range: Range) -> f64 {
        let spring = |&entry: &u32| {
            let thread = (entry / 2) as usize;
            self.axial[thread] * range.stiffness / self.rest_length(thread, range.prestress)
        };
        self.incidence.row(node).iter().map(spring).sum()
    }

    /// The largest time step (s) that is stable for all factors within `range` and with a hand on
    /// any node: 2 / ω, where ω² is bounded by Gershgorin's discs of M⁻¹ K with all threads taut.
    /// Infinite for a web without threads.
    pub fn largest_stable_step(&self, range: Range) -> f64 {
        let mut most = 0.0_f64;
        for node in 0..self.bare_mass.len() {
            // Twice the springs of the row, and half of them again for a hand.
            most = most.max(2.5 * self.row_stiffness(node, range) / self.bare_mass[node]);
        }
        2.0 / most.sqrt()
    }

    /// Takes a time step (s), refused with the largest stable one if it is too large.
    pub fn set_time_step(&mut self, step: f64, range: Range) -> Result<()> {
        let largest = self.largest_stable_step(range);
        if !(step > 0.0 && step <= largest) {
            return Err(WebError::UnstableStep {
                requested: step,
                largest,
            });
        }
        self.time_step = step;
        self.refresh();
        Ok(())
    }

    /// Rest length of a thread under a factor on the strain that it was built with, m.
    fn rest_length(&self, thread: usize, factor: f64) -> f64 {
        let (drawn, rest) = (self.drawn[thread], self.built_rest[thread]);
        if drawn > rest && factor != 1.0 {
            drawn / (1.0 + factor * (drawn / rest - 1.0))
        } else {
            rest
        }
    }

    /// Computes anew what follows from loads and state.
    fn refresh(&mut self) {
        for thread in 0..self.ends.len() {
            let rest = self.rest_length(thread, self.loads.prestress);
            self.rest[thread] = rest;
            let alive = !self.state.cut[thread];
            self.spring[thread] = if alive {
                self.axial[thread] * self.loads.stiffness / rest
            } else {
                0.0
            };
        }
        for node in 0..self.bare_mass.len() {
            let mut mass = self.bare_mass[node];
            let mut push = [0.0, 0.0, -mass * self.loads.gravity, 0.0];
            if self.load_node == Some(node) {
                mass += self.loads.carried;
                push[2] = -mass * self.loads.gravity;
                for axis in 0..3 {
                    push[axis] += self.loads.force[axis];
                }
            }
            self.steady[node] = push;
            self.drag[node] = self.bare_drag[node] * self.loads.air;
            self.inverse_mass[node] = if self.state.pinned[node] {
                0.0
            } else {
                1.0 / mass
            };
            // Crank and Nicolson's factor over half a step.
            let a = 0.25 * self.time_step * (self.loads.damping + self.drag[node] / mass);
            self.decay[node] = (1.0 - a) / (1.0 + a);
        }
        self.gather();
    }

    pub fn loads(&self) -> &Loads {
        &self.loads
    }
    /// Takes new loads from the present step on.
    pub fn set_loads(&mut self, loads: Loads) {
        self.loads = loads;
        self.refresh();
    }
    pub fn state(&self) -> &State {
        &self.state
    }
    /// Takes a state of the same web; `false` if its size is another's.
    pub fn set_state(&mut self, state: &State) -> bool {
        let same = state.position.len() == self.bare_mass.len()
            && state.velocity.len() == self.bare_mass.len()
            && state.pinned.len() == self.bare_mass.len()
            && state.cut.len() == self.ends.len()
            && state
                .hand
                .is_none_or(|h| (h.node as usize) < self.bare_mass.len());
        if same {
            self.state.clone_from(state);
            self.refresh();
        }
        same
    }
    /// Seconds.
    pub fn time_step(&self) -> f64 {
        self.time_step
    }
    /// Moves the clock on by steps that a device has made.
    pub fn count_steps(&mut self, steps: u64) {
        self.state.step += steps;
    }
    /// Seconds since the beginning.
    pub fn time(&self) -> f64 {
        self.state.step as f64 * self.time_step
    }
    /// Mass put on light nodes, kg.
    pub fn added_mass(&self) -> f64 {
        self.added_mass
    }
    pub fn load_node(&self) -> Option<usize> {
        self.load_node
    }
    pub fn node_count(&self) -> usize {
        self.bare_mass.len()
    }
    pub fn thread_count(&self) -> usize {
        self.ends.len()
    }
    pub fn ends(&self, thread: usize) -> [u32; 2] {
        self.ends[thread]
    }
    /// Threads at a node, as [`Incidence`] has them.
    pub fn incidence(&self) -> &Incidence {
        &self.incidence
    }
    /// Mass of a node with what it carries, kg.
    pub fn mass(&self, node: usize) -> f64 {
        let carried = if self.load_node == Some(node) {
            self.loads.carried
        } else {
            0.0
        };
        self.bare_mass[node] + carried
    }
    pub fn position(&self, node: usize) -> [f64; 3] {
        xyz(self.state.position[node])
    }

    /// Cuts a thread, or joins it again.
    pub fn set_cut(&mut self, thread: usize, cut: bool) {
        self.state.cut[thread] = cut;
        self.refresh();
    }
    /// Holds a node where it is, or lets it go.
    pub fn set_pinned(&mut self, node: usize, pinned: bool) {
        self.state.pinned[node] = pinned;
        self.state.velocity[node] = [0.0; 4];
        self.refresh();
    }
    /// A hand takes a node where it is.
    pub fn grab(&mut self, node: usize) {
        let stiffness = self.hand_stiffness(node);
        let position = self.position(node);
        self.state.hand = Some(Hand {
            node: node as u32,
            position,
            target: position,
            stiffness,
        });
        self.gather();
    }
    /// The hand sets out for a place.
    pub fn pull_to(&mut self, target: [f64; 3]) {
        if let Some(hand) = &mut self.state.hand {
            hand.target = target;
        }
    }
    /// The hand lets go.
    pub fn release(&mut self) {
        self.state.hand = None;
        self.gather();
    }
    /// How much of its way the hand goes in a step.
    fn hand_rate(&self) -> f64 {
        (self.time_step / HAND_TIME).min(1.0)
    }
    /// Half the springs of the node as built: firm, and within the stable step.
    fn hand_stiffness(&self, node: usize) -> f64 {
        let row = self.incidence.row(node);
        let sum: f64 = row
            .iter()
            .map(|&entry| {
                let thread = (entry / 2) as usize;
                self.axial[thread] / self.built_rest[thread]
            })
            .sum();
        0.5 * sum
    }
}

/// Drag across a thread per length at 1 m/s, N s/m².
fn drag_per_length(radius: f64) -> f64 {
    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
    let reynolds = AIR * 2.0 * radius / VISCOSITY;
    // Lamb's law holds below Re ≈ 1; thicker threads are capped there.
    let slope = 0.5 - EULER_GAMMA - (reynolds.min(1.0) / 8.0).ln();
    4.0 * std::f64::consts::PI * VISCOSITY / slope
}

fn lane(node: &Node) -> Lane {
    let [x, y, z] = node.position;
    [x, y, z, 0.0]
}
pub(crate) fn xyz(lane: Lane) -> [f64; 3] {
    [lane[0], lane[1], lane[2]]
}

/// Two significant digits, rounded down; at most 1 ms, which serves where nothing bounds it.
fn round_down(step: f64) -> f64 {
    if !(step.is_finite() && step < 1e-3) {
        return 1e-3;
    }
    let decade = step.log10().floor() as i32 - 1;
    let digits = (step / 10.0_f64.powi(decade)).floor();
    format!("{digits}e{decade}").parse().unwrap_or(step)
}
