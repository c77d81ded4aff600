//! What a simulation does otherwise for a delay system: it starts with pasts, follows its orbits
//! through them, and shows coordinates of a while ago.

use std::sync::Arc;

use loom_sim::SimError;

use super::ensemble::{Past, lags_of};
use super::{History, Lagged, Record, Span, beginning, seen};
use crate::cloud::Cloud;
use crate::definition::Definition;
use crate::motion::Motion;
use crate::settings::Build;
use crate::stepping;
use crate::trail::Orbit;
use crate::trouble::{Followed, Trouble};

/// The orbit that every run has, at its start.
pub fn first_orbit(definition: &Definition, build: &Build) -> Orbit {
    let past = beginning(definition, build);
    let lags = lags_of(definition, &build.constants);
    let place = seen(&definition.coordinates, &lags, &past, 0.0, 0, 1);
    Orbit::with_past(0, &place, build.initial.clone(), past)
}

/// The lengths of the rates of change along an orbit.
pub fn speeds(record: &Record) -> Vec<f64> {
    let width = record.past.width();
    let squares = |time: &f64| {
        (0..width)
            .map(|v| record.past.slope(*time, v).powi(2))
            .sum()
    };
    record
        .times
        .iter()
        .map(|time: &f64| -> f64 { squares(time) })
        .map(f64::sqrt)
        .collect()
}

impl Motion {
    /// The orbits' next states in all coordinates, step by step, with their pasts, and the first
    /// state that isn't finite.
    pub(crate) fn follow_lagged(&self, lagged: &Lagged, steps: u64) -> Result<Followed, SimError> {
        let lags = lags_of(&self.definition, &self.constants);
        let width = lags.len();
        let coordinates = &self.definition.coordinates;
        let clock = stepping::clock(&self.timing);
        let span = Span {
            steps,
            keep: f64::INFINITY,
        };
        let count = self.orbits.len();
        let mut path = vec![0.0; steps as usize * count * width];
        let mut pasts = Vec::with_capacity(count);
        let mut trouble: Option<Trouble> = None;
        for (number, orbit) in self.orbits.iter().enumerate() {
            let mut point = orbit.point.clone();
            let mut past = match &orbit.past {
                Some(past) => past.clone(),
                None => History::constant(self.timing.time(), &point),
            };
            let (mut step, mut broken) = (0, None);
            let followed = lagged.advance(
                &mut point,
                &mut past,
                &self.constants,
                &mut clock.clone(),
                span,
                &mut |time, state, past| {
                    if let Some(variable) = state.iter().position(|x| !x.is_finite()) {
                        broken = Some(Trouble {
                            good: step,
                            variable,
                            value: state[variable],
                            what: "the tracked orbit",
                        });
                        return Err(SimError::Cancelled);
                    }
                    let place = seen(coordinates, &lags, past, time, 0, 1);
                    let row = (step as usize * count + number) * width;
                    path[row..row + width].copy_from_slice(&place);
                    step += 1;
                    Ok(())
                },
            );
            match broken {
                Some(new) if trouble.as_ref().is_none_or(|t| new.good < t.good) => {
                    trouble = Some(new);
                }
                Some(_) => {}
                None => followed?,
            }
            pasts.push(past);
        }
        Ok(Followed {
            path,
            pasts,
            trouble,
        })
    }

    /// Takes over the orbits' pasts up to now.
    pub(crate) fn keep_pasts(&mut self, pasts: Vec<History>) -> Result<(), SimError> {
        let Some(lagged) = self.stepper.lagged() else {
            return Ok(());
        };
        let keep = lagged.lags(&self.constants)?.keep;
        let now = self.timing.time();
        for (orbit, mut past) in Arc::make_mut(&mut self.orbits).iter_mut().zip(pasts) {
            past.back_to(now);
            past.forget(now - keep);
            orbit.past = Some(past);
        }
        Ok(())
    }

    /// An orbit that starts now, constant before.
    pub(crate) fn new_orbit(&self, number: u32, point: Vec<f64>) -> Orbit {
        let now = self.timing.time();
        if !self.definition.has_delays() {
            return Orbit::new(number, now, point);
        }
        let past = History::constant(now, &point);
        let lags = lags_of(&self.definition, &self.constants);
        let place = seen(&self.definition.coordinates, &lags, &past, now, 0, 1);
        Orbit::with_past(number, &place, point, past)
    }

    /// About `count` of the particles in all coordinates, one after another, evenly chosen.
    pub(crate) fn some(&self, count: usize) -> Result<Vec<f64>, SimError> {
        let past = match &self.cloud {
            Cloud::Host(ensemble, _) => ensemble.past.as_ref(),
            Cloud::Device(_) => None,
        };
        let Some(past) = past else {
            return self.cloud.some(self.definition.dimension(), count);
        };
        let stride = self.cloud.members().div_ceil(count.max(1)).max(1);
        let lags = lags_of(&self.definition, &self.constants);
        Ok(sampled(past, self, &lags, stride))
    }
}

fn sampled(past: &Past, motion: &Motion, lags: &[f64], stride: usize) -> Vec<f64> {
    let coordinates = &motion.definition.coordinates;
    let now = motion.timing.time();
    let mut out = Vec::new();
    let mut next = 0;
    let mut first = 0;
    for block in past.blocks.iter() {
        let members = block.width() / motion.definition.dimension();
        while next < first + members {
            out.extend(seen(coordinates, lags, block, now, next - first, members));
            next += stride;
        }
        first += members;
    }
    out
}
