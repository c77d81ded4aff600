//! Rest: the equilibrium found directly, by Newton's method with conjugate gradients.
//!
//! A thread's energy ½ k max(L − L₀, 0)² is a convex function of its ends, and weight, steady
//! wind and point load are linear, so the potential energy is convex: every equilibrium is the
//! lowest point, and descent can't end in a false one. Newton's equations are solved without a
//! matrix, preconditioned by the 3 × 3 blocks of the diagonal; a line search keeps each step
//! descending (Nocedal and Wright, *Numerical Optimization*, ch. 7).

use super::{Balance, Lane, Mechanics};
use crate::error::{Result, WebError};
use crate::incidence::components;
use crate::web::{dot, norm, sub};

type Vector = [f64; 3];

/// Accepted residual over load.
const TOLERANCE: f64 = 1e-9;
/// Sought residual over applied force, to stay clear of the accepted one.
const GOAL: f64 = 1e-12;
const ITERATIONS: usize = 400;

/// How the search for rest ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    pub iterations: usize,
    /// Largest unbalanced force at a free node, N.
    pub residual: f64,
    /// What it is held against, N.
    pub load: f64,
}

/// The second derivative of a thread's energy: a · 1 + b · n nᵀ.
#[derive(Clone, Copy)]
struct Tangent {
    n: Vector,
    a: f64,
    b: f64,
}

impl Mechanics {
    /// Brings the web to rest under its present loads and the wind of this moment: forces at each
    /// free node balance to 1e-9 of the load. Velocities become zero, the clock stays.
    pub fn settle(&mut self) -> Result<Settled> {
        self.held()?;
        self.state.velocity.fill([0.0; 4]);
        self.gather();
        let (mut iterations, mut best) = self.newton(0.0, 0.0, 40);
        if best.relative() > TOLERANCE {
            // Slack threads and threads that hardly stretch bend the way to rest sharply: round
            // their corner, and follow the rest as it sharpens.
            let mut corner = 3e-2;
            while corner > 1e-6 {
                iterations += self.newton(corner, 1e-2, 30).0;
                corner *= 0.25;
            }
            let (more, now) = self.newton(0.0, 0.0, ITERATIONS);
            iterations += more;
            best = now;
        }
        let (residual, load) = (best.residual, best.load());
        if residual <= TOLERANCE * load {
            Ok(Settled {
                iterations,
                residual,
                load,
            })
        } else {
            Err(WebError::Unsettled {
                iterations,
                residual,
                load,
            })
        }
    }

    /// Newton's method down to a residual of `enough` times the load or, past the accepted one,
    /// as far as rounding lets it come. Leaves the best state found; returns iterations made and
    /// its balance. `corner` is the strain over which threads go from slack to taut.
    fn newton(&mut self, corner: f64, enough: f64, limit: usize) -> (usize, Balance) {
        self.gather_rounded(corner);
        let goal = |b: &Balance| {
            let applied = if b.applied > 0.0 {
                GOAL * b.applied
            } else {
                GOAL * b.tension
            };
            applied.max(enough * b.load())
        };
        let mut best = self.balance();
        let mut best_state = self.state.position.clone();
        let (mut iterations, mut stale) = (0, 0);
        let reach = self.reach();
        while best.residual > goal(&best) && stale < 3 && iterations < limit {
            iterations += 1;
            let step = self.newton_step(corner, reach);
            let moved = self.descend(corner, &step);
            let now = self.balance();
            if now.residual < 0.5 * best.residual {
                stale = 0;
            } else if now.relative() < TOLERANCE || !moved {
                stale += 1;
            }
            if now.residual <= best.residual {
                best = now;
                best_state.clone_from(&self.state.position);
            }
        }
        self.state.position = best_state;
        self.gather();
        (iterations, best)
    }

    /// Forces with the corner between slack and taut rounded over a strain of `corner`.
    fn gather_rounded(&mut self, corner: f64) {
        if corner == 0.0 {
            self.gather();
            return;
        }
        for t in 0..self.ends.len() {
            let [a, b] = self.ends[t];
            let d = sub(self.position(b as usize), self.position(a as usize));
            let length = norm(d).max(1e-300);
            let (stretch, _) = rounded(length - self.rest[t], corner * self.rest[t]);
            let s = self.spring[t] * stretch / length;
            self.pull[t] = [s * d[0], s * d[1], s * d[2], 0.0];
        }
        self.gather_nodes();
    }

    /// Refuses a piece of web that no pinned node holds although a force acts on it.
    fn held(&self) -> Result<()> {
        let parts = components(self.node_count(), &self.ends, |t| self.spring[t] > 0.0);
        let count = parts.iter().max().map_or(0, |&p| p as usize + 1);
        let mut held = vec![false; count];
        let mut size = vec![0_usize; count];
        let mut push = vec![[0.0; 3]; count];
        let hand = self.state.hand.map(|h| h.node as usize);
        for (node, &part) in parts.iter().enumerate() {
            let part = part as usize;
            held[part] |= self.state.pinned[node] || hand == Some(node);
            size[part] += 1;
            push[part] = crate::web::add(push[part], self.applied(node));
        }
        for (node, &part) in parts.iter().enumerate() {
            let part = part as usize;
            if !held[part] && norm(push[part]) > 0.0 {
                return Err(WebError::Unheld {
                    node,
                    others: size[part] - 1,
                });
            }
        }
        Ok(())
    }

    /// Most that a node may move in one step, m.
    fn reach(&self) -> f64 {
        let [low, high] = crate::web::bounds(self.state.position.iter().map(|&p| super::xyz(p)));
        (0.2 * norm(sub(high, low))).max(1e-6)
    }

    fn tangents(&self, corner: f64) -> Vec<Tangent> {
        (0..self.ends.len())
            .map(|t| {
                let [a, b] = self.ends[t];
                let d = sub(self.position(b as usize), self.position(a as usize));
                let length = norm(d);
                let (stretch, slope) = rounded(length - self.rest[t], corner * self.rest[t]);
                if stretch <= 0.0 || length <= 0.0 || self.spring[t] == 0.0 {
                    return Tangent {
                        n: [0.0; 3],
                        a: 0.0,
                        b: 0.0,
                    };
                }
                let across = self.spring[t] * stretch / length;
                let along = self.spring[t] * slope;
                Tangent {
                    n: d.map(|c| c / length),
                    a: across,
                    b: along - across,
                }
            })
            .collect()
    }

    /// Solves H s = f for the step s, roughly far from rest and closely near it.
    fn newton_step(&self, corner: f64, reach: f64) -> Vec<Vector> {
        let nodes = self.node_count();
        let tangents = self.tangents(corner);
        let free: Vec<bool> = self.state.pinned.iter().map(|p| !p).collect();
        let hand = self.state.hand.map(|h| (h.node as usize, h.stiffness));

        // Blocks of the diagonal: xx, yy, zz, xy, xz, yz.
        let mut blocks = vec![[0.0_f64; 6]; nodes];
        for (node, block) in blocks.iter_mut().enumerate() {
            for &entry in self.incidence.row(node) {
                let Tangent { n, a, b } = tangents[(entry / 2) as usize];
                for axis in 0..3 {
                    block[axis] += a + b * n[axis] * n[axis];
                }
                block[3] += b * n[0] * n[1];
                block[4] += b * n[0] * n[2];
                block[5] += b * n[1] * n[2];
            }
            if let Some((_, k)) = hand.filter(|&(h, _)| h == node) {
                for axis in 0..3 {
                    block[axis] += k;
                }
            }
        }
        let stiffest = blocks
            .iter()
            .flat_map(|b| b[..3].iter().copied())
            .fold(0.0, f64::max);
        let ridge = 1e-12 * stiffest.max(1e-9);
        let inverse: Vec<[f64; 6]> = blocks.iter().map(|b| invert(b, ridge)).collect();

        let multiply = |p: &[Vector], out: &mut [Vector]| {
            for node in 0..nodes {
                if !free[node] {
                    out[node] = [0.0; 3];
                    continue;
                }
                let mut sum = p[node].map(|c| ridge * c);
                for &entry in self.incidence.row(node) {
                    let far = crate::incidence::other_end(entry, &self.ends) as usize;
                    let Tangent { n, a, b } = tangents[(entry / 2) as usize];
                    let d = sub(p[node], p[far]);
                    let along = b * dot(n, d);
                    for axis in 0..3 {
                        sum[axis] += a * d[axis] + along * n[axis];
                    }
                }
                if let Some((_, k)) = hand.filter(|&(h, _)| h == node) {
                    for axis in 0..3 {
                        sum[axis] += k * p[node][axis];
                    }
                }
                out[node] = sum;
            }
        };

        let mut residual: Vec<Vector> = (0..nodes)
            .map(|i| {
                if free[i] {
                    super::xyz(self.force[i])
                } else {
                    [0.0; 3]
                }
            })
            .collect();
        let mut step = vec![[0.0; 3]; nodes];
        let mut z: Vec<Vector> = residual
            .iter()
            .zip(&inverse)
            .map(|(r, m)| apply(m, r))
            .collect();
        let mut p = z.clone();
        let mut hp = vec![[0.0; 3]; nodes];
        let mut rz = inner(&residual, &z);
        let first = inner(&residual, &residual).sqrt();
        let load = self.balance().load().max(f64::MIN_POSITIVE);
        // Quadratic convergence asks for a residual that shrinks with the force itself.
        let forcing = (first / load).sqrt().clamp(1e-6, 0.05);
        let limit = (20 * nodes).clamp(200, 20_000);
        for _ in 0..limit {
            if inner(&residual, &residual).sqrt() <= forcing * first || rz <= 0.0 {
                break;
            }
            multiply(&p, &mut hp);
            let curvature = inner(&p, &hp);
            if curvature <= 0.0 {
                break;
            }
            let alpha = rz / curvature;
            for i in 0..nodes {
                for axis in 0..3 {
                    step[i][axis] += alpha * p[i][axis];
                    residual[i][axis] -= alpha * hp[i][axis];
                }
                z[i] = apply(&inverse[i], &residual[i]);
            }
            let next = inner(&residual, &z);
            let beta = next / rz;
            rz = next;
            for i in 0..nodes {
                for axis in 0..3 {
                    p[i][axis] = z[i][axis] + beta * p[i][axis];
                }
            }
        }
        let longest = step.iter().map(|s| norm(*s)).fold(0.0, f64::max);
        if longest > reach {
            for s in &mut step {
                *s = s.map(|c| c * reach / longest);
            }
        }
        step
    }

    /// Goes along a step to about the lowest point; `false` if it leads nowhere. The slope along
    /// the step only grows, energy being convex, so its zero is bracketed and closed in on.
    fn descend(&mut self, corner: f64, step: &[Vector]) -> bool {
        let start: Vec<Lane> = self.state.position.clone();
        let first = self.slope(step);
        if first >= 0.0 || !first.is_finite() {
            return false;
        }
        let mut go = |fraction: f64| {
            for (i, s) in step.iter().enumerate() {
                for axis in 0..3 {
                    self.state.position[i][axis] = start[i][axis] + fraction * s[axis];
                }
            }
            self.gather_rounded(corner);
            self.slope(step)
        };
        let mut high = (1.0, go(1.0));
        let mut low = (0.0, first);
        for _ in 0..60 {
            if high.1 <= -0.1 * first {
                return true;
            }
            // False position, kept off the ends.
            let span = high.0 - low.0;
            let share = (low.1 / (low.1 - high.1)).clamp(0.05, 0.95);
            let fraction = low.0 + share * span;
            let slope = go(fraction);
            if slope.abs() <= -0.1 * first {
                return true;
            }
            if slope > 0.0 {
                high = (fraction, slope);
            } else {
                low = (fraction, slope);
            }
        }
        // The slope jumps from falling to rising within rounding: stay on the falling side.
        go(low.0);
        low.0 > 0.0
    }

    /// Change of potential energy along a step.
    fn slope(&self, step: &[Vector]) -> f64 {
        let mut sum = 0.0;
        for (i, s) in step.iter().enumerate() {
            if !self.state.pinned[i] {
                sum -= dot(*s, super::xyz(self.force[i]));
            }
        }
        sum
    }
}

/// The stretch of a thread and its slope, with the corner at 0 rounded over a width (m): a
/// hyperbola, exact in the limit of width 0.
fn rounded(stretch: f64, width: f64) -> (f64, f64) {
    if width == 0.0 {
        return (stretch.max(0.0), if stretch > 0.0 { 1.0 } else { 0.0 });
    }
    let root = stretch.hypot(width);
    // For slack threads the difference is taken without cancellation.
    let value = if stretch > 0.0 {
        0.5 * (stretch + root)
    } else {
        0.5 * width * width / (root - stretch)
    };
    (value, 0.5 * (1.0 + stretch / root))
}

fn inner(a: &[Vector], b: &[Vector]) -> f64 {
    a.iter().zip(b).map(|(p, q)| dot(*p, *q)).sum()
}

/// Inverse of a symmetric 3 × 3 block with `ridge` added to its diagonal.
fn invert(block: &[f64; 6], ridge: f64) -> [f64; 6] {
    let [mut xx, mut yy, mut zz, xy, xz, yz] = *block;
    // A block can be singular (one thread): lift it a little, which a preconditioner may.
    let lift = ridge + 1e-4 * xx.max(yy).max(zz);
    xx += lift;
    yy += lift;
    zz += lift;
    let cxx = yy * zz - yz * yz;
    let cxy = xz * yz - xy * zz;
    let cxz = xy * yz - xz * yy;
    let det = xx * cxx + xy * cxy + xz * cxz;
    [
        cxx / det,
        (xx * zz - xz * xz) / det,
        (xx * yy - xy * xy) / det,
        cxy / det,
        cxz / det,
        (xy * xz - xx * yz) / det,
    ]
}

fn apply(m: &[f64; 6], v: &Vector) -> Vector {
    let [xx, yy, zz, xy, xz, yz] = *m;
    [
        xx * v[0] + xy * v[1] + xz * v[2],
        xy * v[0] + yy * v[1] + yz * v[2],
        xz * v[0] + yz * v[1] + zz * v[2],
    ]
}
