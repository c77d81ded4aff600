//! The orbits of a print: fixed blocks of them, followed in f64, each thrown into cells.
//!
//! A map's orbit gives one hit an iteration. A flow's orbit is followed by Runge and Kutta's
//! steps, and between two of them hits are laid evenly in time along the straight line on the
//! picture, so close that no dots show; steps are so short that the line stands for the curve.

use loom_formula::Clock;
use loom_sim::SimError;

use crate::definition::Definition;
use crate::settings::Build;
use crate::start::{Samples, Scatter};
use crate::stepping::BlockStepper;

use super::optic::{Optic, Places};
use super::recipe::Channel;
use super::tally::STEPS;

/// Blocks in all: the same for any number of threads.
pub const BLOCKS: usize = 64;
/// Hits that a block makes between two looks at the cancel flag.
const TURN: usize = 1 << 16;
/// The longest way, in cells, of one step of a flow.
const STRIDE: f64 = 32.0;
/// The shortest part of the system's own step.
const MOST_PARTS: f64 = 64.0;
/// Periods before hits count: orbits that start near each other part from each other.
const SETTLING: f64 = 3.0;
/// Iterations of a map before hits count.
const SETTLING_STEPS: u64 = 60;
/// Periods, and iterations, that a drop is followed where age colours.
pub(super) const LIFE: (f64, u64) = (8.0, 64);

/// What all blocks share.
pub struct Swarm<'a> {
    stepper: BlockStepper,
    constants: &'a [f64],
    optic: Optic,
    channel: Channel,
    /// Numbers that become 0 and 1.
    range: [f64; 2],
    rich: bool,
    map: bool,
    dt: f64,
    /// Hits for each step.
    between: usize,
    members: usize,
    dimension: usize,
    /// Steps of one turn.
    steps: usize,
    /// Steps after which a drop starts anew.
    life: Option<u64>,
    settling: u64,
}

/// One block of orbits.
pub struct Block<'a> {
    state: Vec<f64>,
    clock: Clock,
    scatter: Scatter<'a>,
    drop: &'a [f64],
    from: Places,
    to: Places,
    old: Vec<f64>,
    numbers: [Vec<f32>; 2],
    cells: Vec<u32>,
    payloads: Vec<u32>,
    age: u64,
    started: bool,
}

impl<'a> Swarm<'a> {
    /// `rich` where more than hits are kept.
    pub fn new(
        definition: &Definition,
        build: &'a Build,
        samples: &Samples,
        optic: Optic,
        channel: Channel,
        range: [f64; 2],
        rich: bool,
    ) -> Result<Self, SimError> {
        let map = definition.is_map();
        let stepper = BlockStepper::new(&definition.system);
        let dimension = definition.dimension();
        let (mut dt, mut between) = (1.0, 1);
        if !map {
            let way = Self::way(&stepper, build, samples, &optic)?;
            let parts = (way / STRIDE).ceil().clamp(1.0, MOST_PARTS);
            dt = build.dt / parts;
            between = (way / parts).ceil().clamp(1.0, 2.0 * STRIDE) as usize;
        }
        let members = if map { 1024 } else { 256 };
        let periods = |n: f64| (n * definition.period / dt).clamp(1.0, 1e6) as u64;
        let life = (channel == Channel::Age).then(|| if map { LIFE.1 } else { periods(LIFE.0) });
        Ok(Self {
            stepper,
            constants: &build.constants,
            optic,
            channel,
            range,
            rich,
            map,
            dt,
            between,
            members,
            dimension,
            steps: (TURN / (members * between)).max(1),
            life,
            settling: if map {
                SETTLING_STEPS
            } else {
                periods(SETTLING)
            },
        })
    }

    /// The way on the picture, in cells, that the fastest of some orbits go in one step of the
    /// system's own; the fastest thousandth is left out.
    fn way(
        stepper: &BlockStepper,
        build: &Build,
        samples: &Samples,
        optic: &Optic,
    ) -> Result<f64, SimError> {
        let members = samples.len().min(4096);
        let dimension = samples.dimension;
        let stride = samples.len().div_ceil(members);
        let mut block = vec![0.0; members * dimension];
        for m in 0..members {
            let point = samples.point((m * stride).min(samples.len() - 1));
            for (v, x) in point.iter().enumerate() {
                block[v * members + m] = *x;
            }
        }
        let (mut from, mut to) = (Places::new(members), Places::new(members));
        optic.place(&block, members, &mut from);
        let clock = Clock::new(build.dt);
        stepper.advance(&mut block, members, &build.constants, clock, 1)?;
        optic.place(&block, members, &mut to);
        let mut ways: Vec<f32> = (0..members)
            .map(|m| (to.x[m] - from.x[m]).abs().max((to.y[m] - from.y[m]).abs()))
            .filter(|w| w.is_finite())
            .collect();
        ways.sort_by(f32::total_cmp);
        let at = ways.len().saturating_sub(1 + ways.len() / 1000);
        Ok(ways.get(at).copied().map_or(1.0, f64::from))
    }

    /// The length of a step.
    pub fn dt(&self) -> f64 {
        self.dt
    }
    /// Hits for each step.
    pub fn between(&self) -> usize {
        self.between
    }
    /// Steps before hits count.
    pub fn settling(&self) -> u64 {
        self.settling
    }

    /// Hits that one block makes in a turn.
    pub fn hits(&self) -> u64 {
        (self.steps * self.members * self.between) as u64
    }

    pub fn block(&self, samples: &'a Samples, spread: f64, seed: u64, number: usize) -> Block<'a> {
        let spread = if self.life.is_some() { 0.01 } else { spread };
        let purpose = format!("attractors: print, block {number}");
        // Where time stands in the equations, blocks see it at different moments.
        let mut clock = Clock::new(self.dt);
        if !self.map {
            clock.start = number as f64 * 0.618_033_988_749_895 * self.dt * self.settling as f64;
        }
        let n = self.members;
        Block {
            state: vec![0.0; n * self.dimension],
            clock,
            scatter: Scatter::new(samples, spread, seed, &purpose),
            drop: samples.point(0),
            from: Places::new(n),
            to: Places::new(n),
            old: Vec::new(),
            numbers: [vec![0.0; n], vec![0.0; n]],
            cells: vec![0; n],
            payloads: vec![0; if self.rich { n } else { 0 }],
            age: 0,
            started: false,
        }
    }

    /// One turn of a block: `throw` takes cells and payloads, members of one moment at a time.
    #[inline]
    pub fn turn(
        &self,
        block: &mut Block<'_>,
        mut throw: impl FnMut(&[u32], &[u32]),
    ) -> Result<(), SimError> {
        if !block.started {
            self.start(block)?;
        }
        for _ in 0..self.steps {
            if self.life.is_some_and(|life| block.age >= life) {
                self.start(block)?;
            }
            let plain = !self.rich && self.between == 1;
            if self.map && self.channel == Channel::Direction {
                self.optic
                    .place(&block.state, self.members, &mut block.from);
            }
            if self.map && self.channel == Channel::Speed {
                block.old.clone_from(&block.state);
            }
            self.step(block, 1)?;
            if plain
                && self
                    .optic
                    .plane_cells(&block.state, self.members, &mut block.cells)
            {
                throw(&block.cells, &[]);
                continue;
            }
            self.optic.place(&block.state, self.members, &mut block.to);
            self.number(block)?;
            for k in 0..self.between {
                let part = if self.map {
                    1.0
                } else {
                    (k as f32 + 0.5) / self.between as f32
                };
                let from = if self.map { &block.to } else { &block.from };
                self.optic.between(from, &block.to, part, &mut block.cells);
                if self.rich {
                    self.pack(block, part);
                }
                throw(&block.cells, &block.payloads);
            }
            if !self.map {
                std::mem::swap(&mut block.from, &mut block.to);
                block.numbers.swap(0, 1);
            }
        }
        self.mend(block)
    }

    fn step(&self, block: &mut Block<'_>, steps: u64) -> Result<(), SimError> {
        self.stepper.advance(
            &mut block.state,
            self.members,
            self.constants,
            block.clock,
            steps,
        )?;
        block.clock.step += steps;
        block.age += steps;
        Ok(())
    }

    /// Lays the block's members along the attractor and lets them part, or lets a drop fall.
    fn start(&self, block: &mut Block<'_>) -> Result<(), SimError> {
        let n = self.members;
        for m in 0..n {
            let point = if self.life.is_some() {
                block.scatter.around(block.drop)
            } else {
                block.scatter.point()
            };
            for (v, x) in point.iter().enumerate() {
                block.state[v * n + m] = *x;
            }
        }
        if self.life.is_none() {
            self.step(block, self.settling)?;
        }
        block.started = true;
        block.age = 0;
        self.mend(block)?;
        if !self.map {
            self.optic.place(&block.state, n, &mut block.to);
            self.number(block)?;
            std::mem::swap(&mut block.from, &mut block.to);
            block.numbers.swap(0, 1);
        }
        Ok(())
    }

    /// Members that ran away start again somewhere on the attractor.
    fn mend(&self, block: &mut Block<'_>) -> Result<(), SimError> {
        let n = self.members;
        if block.state.iter().all(|x| x.is_finite()) {
            return Ok(());
        }
        for m in 0..n {
            if (0..self.dimension).all(|v| block.state[v * n + m].is_finite()) {
                continue;
            }
            for (v, x) in block.scatter.point().iter().enumerate() {
                block.state[v * n + m] = *x;
            }
        }
        // The way from where it was to where it starts is none.
        if !self.map {
            self.optic.place(&block.state, n, &mut block.to);
            self.number(block)?;
            std::mem::swap(&mut block.from, &mut block.to);
            block.numbers.swap(0, 1);
        }
        Ok(())
    }

    /// What colours each member now, from 0 to 1, into the second list of numbers.
    fn number(&self, block: &mut Block<'_>) -> Result<(), SimError> {
        let n = self.members;
        let [low, high] = self.range;
        let scale = 1.0 / (high - low).max(f64::MIN_POSITIVE);
        let unit = |x: f64| ((x - low) * scale) as f32;
        let numbers = &mut block.numbers[1];
        match self.channel {
            Channel::None => {}
            Channel::Variable(v) => {
                for (to, x) in numbers.iter_mut().zip(&block.state[v * n..(v + 1) * n]) {
                    *to = unit(*x);
                }
            }
            Channel::Speed if self.map => {
                if block.old.len() != block.state.len() {
                    return Ok(());
                }
                for (m, to) in numbers.iter_mut().enumerate() {
                    let squares: f64 = (0..self.dimension)
                        .map(|v| block.state[v * n + m] - block.old[v * n + m])
                        .map(|d| d * d)
                        .sum();
                    *to = unit(squares.sqrt());
                }
            }
            Channel::Speed => {
                let speeds = self
                    .stepper
                    .speeds(&block.state, n, self.constants, block.clock)?;
                for (to, x) in numbers.iter_mut().zip(&speeds) {
                    *to = unit(*x);
                }
            }
            Channel::Age => {
                let life = self.life.unwrap_or(1) as f32;
                numbers.fill(block.age as f32 / life);
            }
            Channel::Direction => {
                let ends = block.from.x.iter().zip(&block.from.y);
                let ends = ends.zip(block.to.x.iter().zip(&block.to.y));
                for (to, ((x0, y0), (x1, y1))) in numbers.iter_mut().zip(ends) {
                    let turn = (y0 - y1).atan2(x1 - x0) / std::f32::consts::TAU;
                    *to = if turn < 0.0 { turn + 1.0 } else { turn };
                }
            }
        }
        Ok(())
    }

    /// Number and depth of each member as a payload.
    fn pack(&self, block: &mut Block<'_>, part: f32) {
        let whole = STEPS as f32;
        let [before, after] = &block.numbers;
        // A direction belongs to the whole way.
        let start = if self.map || self.channel == Channel::Direction {
            after
        } else {
            before
        };
        let numbers = start.iter().zip(after);
        let depths = block.from.depth.iter().zip(&block.to.depth);
        for ((to, (a, b)), (near, far)) in block.payloads.iter_mut().zip(numbers).zip(depths) {
            let number = a + (b - a) * part;
            let depth = near + (far - near) * part;
            let [number, depth] =
                [number, depth].map(|x| (x.clamp(0.0, 1.0) * whole + 0.5) as i32 as u32);
            *to = number | (depth << 16);
        }
    }
}
