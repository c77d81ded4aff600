//! Motion: velocity Verlet with damping split symmetrically around the drift.
//!
//! A step is half a kick, half a damping, a drift, the new forces, half a damping, half a kick.
//! Without damping it is symplectic, so energy stays within O(h²) of its value for ever; the
//! damping factor is Crank and Nicolson's, which never blows up. At rest all parts are still.

use super::{Lane, Mechanics};
use crate::error::{Result, WebError};

impl Mechanics {
    /// One step of [`Mechanics::time_step`]. On an error the state is no longer of use: restore.
    pub fn step(&mut self) -> Result<()> {
        let h = self.time_step;
        let nodes = self.inverse_mass.len();
        {
            let state = &mut self.state;
            let position = &mut state.position[..nodes];
            let velocity = &mut state.velocity[..nodes];
            let (force, inverse) = (&self.force[..nodes], &self.inverse_mass[..nodes]);
            let decay = &self.decay[..nodes];
            for i in 0..nodes {
                let kick = 0.5 * h * inverse[i];
                for axis in 0..4 {
                    let v = (velocity[i][axis] + kick * force[i][axis]) * decay[i];
                    velocity[i][axis] = v;
                    position[i][axis] += h * v;
                }
            }
        }
        self.move_hand();
        self.state.step += 1;
        self.gather();
        let mut speed = 0.0;
        let velocity = &mut self.state.velocity[..nodes];
        let (force, inverse) = (&self.force[..nodes], &self.inverse_mass[..nodes]);
        let decay = &self.decay[..nodes];
        for i in 0..nodes {
            let kick = 0.5 * h * inverse[i];
            for axis in 0..4 {
                let v = velocity[i][axis] * decay[i] + kick * force[i][axis];
                velocity[i][axis] = v;
                speed += v * v;
            }
        }
        if speed.is_finite() {
            Ok(())
        } else {
            Err(self.blown_up())
        }
    }

    fn blown_up(&self) -> WebError {
        let finite = |lane: &Lane| lane.iter().all(|c| c.is_finite() && c.abs() < 1e150);
        let node = (0..self.node_count())
            .find(|&i| !finite(&self.state.position[i]) || !finite(&self.state.velocity[i]))
            .unwrap_or(0);
        WebError::BlowUp {
            node,
            step: self.state.step,
        }
    }

    /// The hand moves on, doing work against the spring by which it holds the node.
    fn move_hand(&mut self) {
        let a = self.hand_rate();
        if let Some(hand) = &mut self.state.hand {
            let node = self.state.position[hand.node as usize];
            for axis in 0..3 {
                let way = a * (hand.target[axis] - hand.position[axis]);
                // Mean of the force before and after this part of the way.
                let stretch = hand.position[axis] + 0.5 * way - node[axis];
                self.state.hand_work += hand.stiffness * stretch * way;
                hand.position[axis] += way;
            }
        }
    }

    /// What the gusts' phase grows by in a step, in 2⁻⁶⁴ of a gust: an integer, so that any
    /// step's phase is the same however the run was cut up, and the same on the device.
    pub fn phase_step(&self) -> u64 {
        let turns = (self.loads.gust_frequency * self.time_step).fract();
        (turns * 18_446_744_073_709_551_616.0) as u64
    }

    /// The wind now, m/s. A gust is a smooth rise and fall, without transcendental functions, so
    /// that every machine gives the same.
    pub fn wind(&self) -> [f64; 3] {
        let phase = self.phase_step().wrapping_mul(self.state.step);
        let phase = (phase >> 11) as f64 / (1_u64 << 53) as f64;
        let away = (2.0 * phase - 1.0).abs();
        let lull = away * away * (3.0 - 2.0 * away);
        self.loads.wind.map(|w| w * (1.0 - self.loads.gust * lull))
    }

    /// Forces of all threads, gathered by node.
    pub(super) fn gather(&mut self) {
        self.pull_threads();
        self.gather_nodes();
    }

    /// Forces on nodes from those of the threads.
    pub(super) fn gather_nodes(&mut self) {
        let [wx, wy, wz] = self.wind();
        let nodes = self.steady.len();
        let (force, steady, drag) = (
            &mut self.force[..nodes],
            &self.steady[..nodes],
            &self.drag[..nodes],
        );
        let starts = &self.incidence.starts[..=nodes];
        let entries = &self.incidence.entries[..];
        let pull = &self.pull[..];
        for i in 0..nodes {
            let c = drag[i];
            let mut f = steady[i];
            f[0] += c * wx;
            f[1] += c * wy;
            f[2] += c * wz;
            for &entry in &entries[starts[i] as usize..starts[i + 1] as usize] {
                let p = &pull[(entry >> 1) as usize];
                // A thread pulls its two ends with opposite forces.
                let sign = if entry & 1 == 0 { 1.0 } else { -1.0 };
                for axis in 0..4 {
                    f[axis] += sign * p[axis];
                }
            }
            force[i] = f;
        }
        if let Some(hand) = &self.state.hand {
            let i = hand.node as usize;
            for axis in 0..3 {
                force[i][axis] +=
                    hand.stiffness * (hand.position[axis] - self.state.position[i][axis]);
            }
        }
    }

    /// The force of each thread on its end 0.
    fn pull_threads(&mut self) {
        let position = &self.state.position[..];
        let threads = self.ends.len();
        let (ends, spring) = (&self.ends[..threads], &self.spring[..threads]);
        let (rest, pull) = (&self.rest[..threads], &mut self.pull[..threads]);
        for t in 0..threads {
            let [a, b] = ends[t];
            let (p, q) = (&position[a as usize], &position[b as usize]);
            let mut d = [0.0; 4];
            for axis in 0..4 {
                d[axis] = q[axis] - p[axis];
            }
            // The bound keeps 0/0 away; such a thread is slack.
            let length = ((d[0] * d[0] + d[1] * d[1]) + d[2] * d[2])
                .sqrt()
                .max(1e-300);
            let s = spring[t] * (length - rest[t]).max(0.0) / length;
            for axis in 0..4 {
                pull[t][axis] = s * d[axis];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::generate::{OrbSettings, orb, spokes_and_rings};
    use crate::mechanics::{Loads, Range, Stepping};
    use crate::web::{DRAGLINE, Node, SilkKind, Thread, Web};

    /// Two threads of 1 m between walls 2 m apart, untensioned, with a mass in the middle.
    fn two_springs() -> Web {
        let mut web = Web::empty("two springs");
        let left = web.add_node(Node::pinned([-1.0, 0.0, 0.0]));
        let right = web.add_node(Node::pinned([1.0, 0.0, 0.0]));
        let middle = web.add_node(Node {
            mass: 1e-3,
            ..Node::free([0.0; 3])
        });
        for end in [left, right] {
            web.threads.push(Thread {
                ends: [end, middle],
                rest_length: 1.0,
                radius: 1e-5,
                kind: SilkKind::Radial,
                material: DRAGLINE,
            });
        }
        web
    }

    #[test]
    fn undamped_motion_conserves_energy() {
        let web = spokes_and_rings(12, 6, 0.1).unwrap();
        let loads = Loads {
            air: 0.0,
            damping: 0.0,
            carried: 1e-5,
            ..Loads::default()
        };
        let mut run = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
        run.settle().unwrap();
        // A flick out of the plane: threads stretch and go slack.
        let kick = 0.3;
        run.state.velocity[0][1] = kick;
        run.gather();
        let start = run.energies();
        let mut worst = 0.0_f64;
        for _ in 0..20_000 {
            run.step().unwrap();
            worst = worst.max((run.energies().total() - start.total()).abs());
        }
        assert!(
            worst < 2e-4 * start.kinetic,
            "{worst:.3e} of {:.3e} J",
            start.kinetic
        );
        assert!(run.energies().kinetic > 0.0);
    }

    #[test]
    fn the_energy_error_falls_with_the_square_of_the_step() {
        let error = |divide: f64| {
            let loads = Loads {
                air: 0.0,
                gravity: 0.0,
                ..Loads::default()
            };
            // Always taut: where threads go slack the force has a corner, and the order is lost.
            let mut web = two_springs();
            for thread in &mut web.threads {
                thread.rest_length = 0.9;
            }
            let mut run = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
            let h = 1e-4 / divide;
            run.set_time_step(h, Range::default()).unwrap();
            run.state.velocity[2] = [0.3, 0.0, 1.0, 0.0];
            run.gather();
            let start = run.energies().total();
            let mut worst = 0.0_f64;
            for _ in 0..(2000.0 * divide) as usize {
                run.step().unwrap();
                worst = worst.max((run.energies().total() - start).abs());
            }
            worst
        };
        let ratio = error(1.0) / error(2.0);
        assert!((3.0..5.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_slack_thread_carries_nothing() {
        let mut web = two_springs();
        web.nodes[2].position = [0.0; 3];
        web.threads[0].rest_length = 2.0;
        web.threads[1].rest_length = 2.0;
        let loads = Loads {
            air: 0.0,
            ..Loads::default()
        };
        let mut run = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
        assert_eq!(run.tensions(), [0.0, 0.0]);
        for _ in 0..100 {
            run.step().unwrap();
        }
        // Free fall, exactly as Verlet has it.
        let t = run.time();
        assert!((run.position(2)[2] + 0.5 * 9.80665 * t * t).abs() < 1e-12);
    }

    #[test]
    fn slicing_does_not_change_the_run() {
        let web = orb(
            &OrbSettings {
                turns: 6,
                ..OrbSettings::default()
            },
            1,
        )
        .unwrap();
        let loads = Loads {
            wind: [0.0, 2.0, 0.0],
            gust: 1.0,
            ..Loads::default()
        };
        let mut whole = Mechanics::new(&web, loads, Stepping::Largest, Range::default()).unwrap();
        whole.grab(5);
        whole.pull_to([0.0, 0.05, 0.0]);
        let mut parts = whole.clone();
        for _ in 0..300 {
            whole.step().unwrap();
        }
        for _ in 0..100 {
            parts.step().unwrap();
        }
        let kept = parts.state().clone();
        let mut later = Mechanics::new(
            &web,
            whole.loads().clone(),
            Stepping::Largest,
            Range::default(),
        )
        .unwrap();
        assert!(later.set_state(&kept));
        for _ in 0..200 {
            later.step().unwrap();
        }
        assert_eq!(whole.state(), later.state());
    }

    #[test]
    fn an_unstable_step_is_refused_with_the_largest_stable_one() {
        let mut run = Mechanics::new(
            &two_springs(),
            Loads::default(),
            Stepping::Largest,
            Range::default(),
        )
        .unwrap();
        let largest = run.largest_stable_step(Range::default());
        let error = run
            .set_time_step(1.01 * largest, Range::default())
            .unwrap_err();
        assert_eq!(
            error,
            WebError::UnstableStep {
                requested: 1.01 * largest,
                largest
            }
        );
        assert!(error.to_string().contains("largest stable one"));
        assert!(run.set_time_step(f64::NAN, Range::default()).is_err());
        assert!(run.set_time_step(largest, Range::default()).is_ok());
    }

    #[test]
    fn the_largest_stable_step_is_stable_and_beyond_it_energy_grows() {
        // Along the line of two springs ω² = 2 k / m exactly; the bound holds 2.5 k₁ + k₂ …
        let web = spokes_and_rings(8, 4, 0.1).unwrap();
        let loads = Loads {
            air: 0.0,
            gravity: 0.0,
            ..Loads::default()
        };
        let energy_after = |factor: f64| {
            let mut run =
                Mechanics::new(&web, loads.clone(), Stepping::Largest, Range::default()).unwrap();
            let h = factor * run.largest_stable_step(Range::default());
            run.time_step = h;
            run.refresh();
            run.state.velocity[0] = [1e-6, 2e-6, 1e-6, 0.0];
            run.gather();
            let start = run.energies().total();
            for _ in 0..3000 {
                if run.step().is_err() {
                    return f64::INFINITY;
                }
            }
            (run.energies().total() / start).abs()
        };
        assert!(energy_after(1.0) < 3.0);
        assert!(energy_after(2.5) > 1e3);
    }

    #[test]
    fn the_wind_begins_calm_and_reaches_its_strength_in_mid_gust() {
        let loads = Loads {
            wind: [0.0, 4.0, 0.0],
            gust: 1.0,
            gust_frequency: 2.0,
            ..Loads::default()
        };
        let mut run =
            Mechanics::new(&two_springs(), loads, Stepping::Largest, Range::default()).unwrap();
        assert_eq!(run.wind(), [0.0; 3]);
        run.time_step = 0.25; // half a gust
        run.state.step = 1;
        assert_eq!(run.wind(), [0.0, 4.0, 0.0]);
    }
}
