//! The state of a run: its clock, its live parameters, the cloud and the orbits that are followed.

use std::sync::Arc;

use loom_sim::{Recorder, SimError};

use crate::codec::{self, Reader, Writer};
use crate::delay::History;
use crate::histogram::Budget;
use crate::horizon::Shadow;
use crate::lens::Lens;
use crate::trail::{MOST, Orbit, TRAIL, Trail};

/// Members in a block: the unit that one thread advances.
pub const BLOCK: usize = 1024;

/// A captured state. What the probes have seen lies beside it in memory; it isn't saved.
#[derive(Clone, Debug)]
pub struct State {
    pub timing: Timing,
    pub constants: Vec<f64>,
    /// Intensity of the noise.
    pub noise: f64,
    pub particles: Particles,
    /// Of a delay system, what was before: a history for each block.
    pub pasts: Arc<Vec<History>>,
    pub orbits: Arc<Vec<Orbit>>,
    pub shadow: Shadow,
    pub probes: Probed,
}

/// The clock in the system's own time: exact for any number of steps, and right when dt changes
/// on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    pub step: u64,
    pub dt: f64,
    /// Step and time at which dt was last set.
    pub since_step: u64,
    pub since_time: f64,
}

impl Timing {
    pub fn new(dt: f64) -> Self {
        Self {
            step: 0,
            dt,
            since_step: 0,
            since_time: 0.0,
        }
    }
    /// Time after `ahead` further steps.
    pub fn after(&self, ahead: u64) -> f64 {
        let steps = self.step - self.since_step + ahead;
        self.since_time + steps as f64 * self.dt
    }
    pub fn time(&self) -> f64 {
        self.after(0)
    }
    /// Another dt from here on.
    pub fn set_dt(&mut self, dt: f64) {
        self.since_time = self.time();
        self.since_step = self.step;
        self.dt = dt;
    }
}

/// The cloud's states.
#[derive(Clone, Debug, PartialEq)]
pub enum Particles {
    /// f64, in blocks of [`BLOCK`] members, each block variable by variable.
    Host(Arc<Vec<f64>>),
    /// f32 as the device has them, variable by variable.
    Device(Arc<Vec<f32>>),
}

impl Particles {
    /// Variable `v` of member `m` for a cloud of `members`.
    pub fn get(&self, dimension: usize, members: usize, m: usize, v: usize) -> f64 {
        match self {
            Self::Host(list) => list.get(block_index(dimension, members, m, v)).copied(),
            Self::Device(list) => list.get(v * members + m).map(|x| f64::from(*x)),
        }
        .unwrap_or(f64::NAN)
    }
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        match self {
            Self::Host(list) => list.len(),
            Self::Device(list) => list.len(),
        }
    }
    pub fn bytes(&self) -> usize {
        match self {
            Self::Host(list) => list.len() * 8,
            Self::Device(list) => list.len() * 4,
        }
    }
    /// In f64 blocks.
    pub fn to_host(&self, dimension: usize, members: usize) -> Arc<Vec<f64>> {
        match self {
            Self::Host(list) => list.clone(),
            Self::Device(_) => {
                let mut list = vec![0.0; dimension * members];
                for m in 0..members {
                    for v in 0..dimension {
                        list[block_index(dimension, members, m, v)] =
                            self.get(dimension, members, m, v);
                    }
                }
                Arc::new(list)
            }
        }
    }
    /// In f32, variable by variable.
    pub fn to_device(&self, dimension: usize, members: usize) -> Arc<Vec<f32>> {
        match self {
            Self::Device(list) => list.clone(),
            Self::Host(_) => {
                let value = |i: usize| self.get(dimension, members, i % members, i / members);
                Arc::new((0..dimension * members).map(|i| value(i) as f32).collect())
            }
        }
    }
}

/// Where variable `v` of member `m` lies among blocks.
pub fn block_index(dimension: usize, members: usize, m: usize, v: usize) -> usize {
    let block = m / BLOCK;
    let length = BLOCK.min(members - (block * BLOCK).min(members));
    block * BLOCK * dimension + v * length + m % BLOCK
}

/// What the probes have seen when the state was captured.
#[derive(Clone, Debug, Default)]
pub struct Probed {
    pub series: Option<Arc<Recorder>>,
    pub histograms: Vec<Counted>,
}

/// A histogram's counts at a capture.
#[derive(Clone, Debug)]
pub struct Counted {
    pub lens: Lens,
    pub counts: Arc<[u32]>,
    pub budget: Budget,
}

impl State {
    /// Bytes that it holds alive.
    pub fn bytes(&self) -> usize {
        let orbits: usize = self
            .orbits
            .iter()
            .map(|o| {
                o.trail.bytes() + o.point.len() * 8 + o.past.as_ref().map_or(0, History::bytes)
            })
            .sum();
        let pasts: usize = self.pasts.iter().map(History::bytes).sum();
        let histograms: usize = self
            .probes
            .histograms
            .iter()
            .map(|h| h.counts.len() * 4)
            .sum();
        let series = self.probes.series.as_ref().map_or(0, |r| {
            let series = r.series();
            series.at.len() * 8 * (series.columns.len() + 1)
        });
        self.particles.bytes() + pasts + orbits + histograms + series + self.constants.len() * 8
    }

    /// Bytes that are the same on every machine; the probes' memory is left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new(MAGIC);
        to.u64(self.timing.step);
        to.f64(self.timing.dt);
        to.u64(self.timing.since_step);
        to.f64(self.timing.since_time);
        to.f64s(self.constants.iter().copied());
        match &self.particles {
            Particles::Host(list) => {
                to.u32(0);
                to.f64s(list.iter().copied());
            }
            Particles::Device(list) => {
                to.u32(1);
                to.f32s(list);
            }
        }
        to.u32(self.orbits.len() as u32);
        for orbit in self.orbits.iter() {
            to.u32(orbit.number);
            to.f64s(orbit.point.iter().copied());
            let trail = &orbit.trail;
            to.f64s((0..trail.len()).map(|i| trail.time(i)));
            let dimension = trail.width();
            let values = trail.len() * dimension;
            to.f64s((0..values).map(|i| trail.coordinate(i / dimension, i % dimension)));
            if let Some(past) = &orbit.past {
                past.encode(&mut to);
            }
        }
        for past in self.pasts.iter() {
            past.encode(&mut to);
        }
        to.f64s(self.shadow.point.iter().copied());
        to.u32(u32::from(self.shadow.parted.is_some()));
        to.f64(self.shadow.parted.unwrap_or(0.0));
        to.f64(self.noise);
        to.finish()
    }

    /// A state of a system of this shape from bytes, which may be anything. `seen` is the number of
    /// coordinates: of a delay system more than the variables.
    pub fn decode(
        bytes: &[u8],
        dimension: usize,
        seen: usize,
        constants: usize,
        members: usize,
    ) -> Result<Self, SimError> {
        let mut from = Reader::new(bytes, &[MAGIC, OLDER, OLDEST])?;
        let timing = Timing {
            step: from.u64()?,
            dt: from.f64()?,
            since_step: from.u64()?,
            since_time: from.f64()?,
        };
        let values = from.f64s()?;
        let particles = match from.u32()? {
            0 => Particles::Host(Arc::new(from.f64s()?)),
            1 => Particles::Device(Arc::new(from.f32s()?)),
            _ => return Err(codec::broken()),
        };
        let fits = timing.dt > 0.0
            && timing.dt.is_finite()
            && timing.since_time.is_finite()
            && timing.since_step <= timing.step
            && values.len() == constants;
        if !fits {
            return Err(codec::broken());
        }
        if particles.len() != dimension * members {
            return Err(SimError::Other(
                "The saved state has another number of particles than the model; open the file \
                 without it, from its beginning."
                    .into(),
            ));
        }
        let count = from.u32()? as usize;
        if count == 0 || count > MOST {
            return Err(codec::broken());
        }
        let orbits = (0..count)
            .map(|_| orbit(&mut from, dimension, seen))
            .collect::<Result<Vec<_>, _>>()?;
        let blocks = if seen > dimension {
            members.div_ceil(BLOCK)
        } else {
            0
        };
        let past = |block: usize| {
            let width = BLOCK.min(members - block * BLOCK) * dimension;
            History::decode(&mut from, width)
        };
        let pasts = (0..blocks).map(past).collect::<Result<Vec<_>, _>>()?;
        let shadow = if from.magic() == OLDEST {
            // Before there was a second orbit: it is followed from here on.
            Shadow::beside(&orbits)
        } else {
            shadow(&mut from, dimension)?
        };
        let noise = if from.magic() == MAGIC {
            from.f64()?
        } else {
            0.0
        };
        if !(noise >= 0.0 && noise.is_finite()) {
            return Err(codec::broken());
        }
        from.finish()?;
        Ok(Self {
            timing,
            constants: values,
            noise,
            particles,
            pasts: Arc::new(pasts),
            orbits: Arc::new(orbits),
            shadow,
            probes: Probed::default(),
        })
    }
}

const MAGIC: [u8; 8] = *b"loomAtt3";
/// Of states without noise.
const OLDER: [u8; 8] = *b"loomAtt2";
/// Of states without a second orbit either.
const OLDEST: [u8; 8] = *b"loomAtt1";

fn shadow(from: &mut Reader<'_>, dimension: usize) -> Result<Shadow, SimError> {
    let point = from.f64s()?;
    let parted = match (from.u32()?, from.f64()?) {
        (0, _) => None,
        (1, time) if time.is_finite() => Some(time),
        _ => return Err(codec::broken()),
    };
    if point.len() == dimension {
        Ok(Shadow { point, parted })
    } else {
        Err(codec::broken())
    }
}

fn orbit(from: &mut Reader<'_>, dimension: usize, seen: usize) -> Result<Orbit, SimError> {
    let number = from.u32()?;
    let (point, at, values) = (from.f64s()?, from.f64s()?, from.f64s()?);
    if point.len() != dimension || at.len() > TRAIL || values.len() != at.len() * seen {
        return Err(codec::broken());
    }
    let mut trail = Trail::new(seen);
    for (time, sample) in at.iter().zip(values.chunks_exact(seen)) {
        trail.push(*time, sample);
    }
    let past = (seen > dimension)
        .then(|| History::decode(from, dimension))
        .transpose()?;
    Ok(Orbit {
        number,
        point,
        past,
        trail,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn state() -> State {
        State {
            timing: Timing {
                step: 12,
                dt: 0.5,
                since_step: 10,
                since_time: 3.0,
            },
            constants: vec![1.0],
            noise: 0.25,
            particles: Particles::Host(Arc::new((0..6).map(f64::from).collect())),
            pasts: Arc::default(),
            orbits: Arc::new(vec![Orbit::new(0, 3.5, vec![1.0, 2.0])]),
            shadow: Shadow {
                point: vec![1.0, 2.0],
                parted: Some(3.0),
            },
            probes: Probed::default(),
        }
    }

    #[test]
    fn time_goes_on_from_where_dt_was_changed() {
        let mut timing = state().timing;
        assert_eq!(timing.time(), 4.0);
        timing.set_dt(0.25);
        timing.step += 2;
        assert_eq!(timing.time(), 4.5);
    }

    #[test]
    fn a_state_comes_back_from_its_bytes() {
        let bytes = state().encode();
        let back = State::decode(&bytes, 2, 2, 1, 3).unwrap();
        assert_eq!(back.encode(), bytes);
        assert_eq!(back.timing, state().timing);
        assert_eq!(back.shadow, state().shadow);
        assert_eq!(back.noise, 0.25);
    }

    #[test]
    fn states_from_before_noise_and_before_horizons_are_read() {
        let mut bytes = state().encode();
        bytes.truncate(bytes.len() - 8);
        bytes[..8].copy_from_slice(&OLDER);
        let back = State::decode(&bytes, 2, 2, 1, 3).unwrap();
        assert_eq!((back.noise, &back.shadow), (0.0, &state().shadow));
        let tail = 8 + 2 * 8 + 4 + 8;
        bytes.truncate(bytes.len() - tail);
        bytes[..8].copy_from_slice(&OLDEST);
        let back = State::decode(&bytes, 2, 2, 1, 3).unwrap();
        assert_eq!(back.shadow.point, back.orbits[0].point);
        assert_eq!(back.shadow.parted, None);
    }

    #[test]
    fn members_beyond_the_last_whole_block_are_found() {
        let members = BLOCK + 3;
        let mut seen = vec![false; members * 2];
        for m in 0..members {
            for v in 0..2 {
                let index = block_index(2, members, m, v);
                assert!(!seen[index]);
                seen[index] = true;
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn damaged_bytes_are_refused_without_a_panic(at in 0usize..150, byte: u8, cut in 0usize..150) {
            let mut bytes = state().encode();
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(length - cut % length);
            let _ = State::decode(&bytes, 2, 2, 1, 3);
        }
    }
}
