//! The cloud wherever it runs: on the processor in f64 or on a device in f32, with the
//! histograms that every step's positions fall into.

use std::sync::Arc;

use loom_sim::SimError;
use loom_sim::scene::{Data, Vertex};

use crate::delay::History;
use crate::device::{DeviceEnsemble, Kept};
use crate::ensemble::Ensemble;
use crate::histogram::{Budget, Histogram};
use crate::lens::{Drawing, Lens, Tinting};
use crate::shake::Shaking;
use crate::state::{Counted, Particles, Timing};

/// Histograms that a cloud feeds at once.
pub const LENSES: usize = 2;

/// Added for a hit, and taken back when steps are undone after a run-away.
pub const HIT: u32 = 1;
pub const UNHIT: u32 = u32::MAX;

/// A cloud with its histograms.
#[derive(Debug)]
pub enum Cloud {
    Host(Box<Ensemble>, Vec<Histogram>),
    Device(Box<DeviceEnsemble>),
}

/// A state kept on the spot, to go back to when a particle runs away.
#[derive(Debug)]
pub enum Backup {
    Host(Arc<Vec<f64>>, Arc<Vec<History>>),
    Device(Kept),
}

impl Cloud {
    /// The device that it runs on.
    pub fn gpu(&self) -> Option<Arc<loom_gpu::Gpu>> {
        match self {
            Self::Host(..) => None,
            Self::Device(device) => Some(device.gpu().clone()),
        }
    }

    pub fn members(&self) -> usize {
        match self {
            Self::Host(ensemble, _) => ensemble.members(),
            Self::Device(device) => device.members(),
        }
    }

    /// The states, read back from a device.
    pub fn particles(&self) -> Result<Particles, SimError> {
        Ok(match self {
            Self::Host(ensemble, _) => Particles::Host(ensemble.state()),
            Self::Device(device) => Particles::Device(Arc::new(device.read()?)),
        })
    }

    /// Of a delay system, what was before: block by block.
    pub fn pasts(&self) -> Arc<Vec<History>> {
        match self {
            Self::Host(ensemble, _) => ensemble.pasts(),
            Self::Device(_) => Arc::default(),
        }
    }

    /// About `count` of the particles, one after another, evenly chosen.
    pub fn some(&self, dimension: usize, count: usize) -> Result<Vec<f64>, SimError> {
        let members = self.members();
        let stride = members.div_ceil(count.max(1)).max(1);
        let particles = self.particles()?;
        Ok((0..members)
            .step_by(stride)
            .flat_map(|m| (0..dimension).map(move |v| (m, v)))
            .map(|(m, v)| particles.get(dimension, members, m, v))
            .collect())
    }

    pub fn load(
        &mut self,
        particles: &Particles,
        pasts: &Arc<Vec<History>>,
        dimension: usize,
    ) -> Result<(), SimError> {
        let members = self.members();
        match self {
            Self::Host(ensemble, _) => {
                ensemble.load(particles.to_host(dimension, members), pasts.clone());
                Ok(())
            }
            Self::Device(device) => device.load(&particles.to_device(dimension, members)),
        }
    }

    pub fn keep(&mut self) -> Result<Backup, SimError> {
        Ok(match self {
            Self::Host(ensemble, _) => Backup::Host(ensemble.state(), ensemble.pasts()),
            Self::Device(device) => Backup::Device(device.keep()?),
        })
    }

    pub fn go_back(&mut self, backup: &Backup) -> Result<(), SimError> {
        match (self, backup) {
            (Self::Host(ensemble, _), Backup::Host(state, pasts)) => {
                ensemble.load(state.clone(), pasts.clone());
            }
            (Self::Device(device), Backup::Device(kept)) => device.go_back(kept)?,
            _ => return Err(SimError::other("The cloud moved between devices.")),
        }
        Ok(())
    }

    /// Makes `steps` steps; false when a particle is no longer a finite number.
    pub fn advance(
        &mut self,
        noise: Option<Shaking<'_>>,
        constants: &[f64],
        timing: &Timing,
        steps: u64,
        weight: u32,
    ) -> Result<bool, SimError> {
        match self {
            Self::Host(ensemble, histograms) => {
                if weight == HIT {
                    for histogram in histograms.iter_mut() {
                        histogram.prepare(steps * ensemble.members() as u64);
                    }
                }
                ensemble.advance(noise, constants, timing, steps, histograms, weight)
            }
            Self::Device(device) => device.advance(noise, constants, timing, steps as u32, weight),
        }
    }

    /// Positions for a picture with the number that colours each.
    pub fn vertices(
        &self,
        constants: &[f64],
        timing: &Timing,
        drawing: &Drawing,
        tinting: Tinting<'_>,
    ) -> Result<Data<Vertex>, SimError> {
        match self {
            Self::Host(ensemble, _) => {
                let vertices = ensemble.vertices(constants, timing, drawing, tinting)?;
                Ok(vertices.into())
            }
            Self::Device(device) => device.vertices(constants, timing, drawing, tinting),
        }
    }

    /// The lenses of the histograms, in their order.
    pub fn lenses(&self) -> Vec<&Lens> {
        match self {
            Self::Host(_, histograms) => histograms.iter().map(|h| &h.lens).collect(),
            Self::Device(device) => device.lenses(),
        }
    }

    /// Replaces histogram `slot`, or adds one at the end, empty.
    pub fn set_lens(&mut self, slot: usize, lens: Lens) -> Result<(), SimError> {
        match self {
            Self::Host(_, histograms) => {
                let new = Histogram::new(lens);
                match histograms.get_mut(slot) {
                    Some(old) => *old = new,
                    None => histograms.push(new),
                }
                Ok(())
            }
            Self::Device(device) => device.set_lens(slot, lens),
        }
    }

    pub fn remove_lens(&mut self, slot: usize) {
        match self {
            Self::Host(_, histograms) => {
                if slot < histograms.len() {
                    histograms.remove(slot);
                }
            }
            Self::Device(device) => device.remove_lens(slot),
        }
    }

    /// A histogram's counts, where they lie.
    pub fn counts(&self, slot: usize) -> Option<Data<u32>> {
        match self {
            Self::Host(_, histograms) => histograms.get(slot).map(|h| Data::Host(h.counts())),
            Self::Device(device) => device.counts(slot),
        }
    }

    /// How many hits a histogram stands for.
    pub fn hits(&self, slot: usize) -> u64 {
        match self {
            Self::Host(_, histograms) => histograms.get(slot).map_or(0, |h| h.budget.total()),
            Self::Device(device) => device.budget(slot).total(),
        }
    }

    /// All histograms with their counts on the host.
    pub fn counted(&self) -> Result<Vec<Counted>, SimError> {
        match self {
            Self::Host(_, histograms) => Ok(histograms
                .iter()
                .map(|h| Counted {
                    lens: h.lens.clone(),
                    counts: h.counts(),
                    budget: h.budget,
                })
                .collect()),
            Self::Device(device) => device.counted(),
        }
    }

    /// Takes over counts for a histogram.
    pub fn load_counts(
        &mut self,
        slot: usize,
        counts: &[u32],
        budget: Budget,
    ) -> Result<(), SimError> {
        match self {
            Self::Host(_, histograms) => {
                if let Some(histogram) = histograms.get_mut(slot) {
                    histogram.load(counts, budget);
                }
                Ok(())
            }
            Self::Device(device) => device.load_counts(slot, counts, budget),
        }
    }
}
