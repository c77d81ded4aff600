//! A world: cells under a rule at a generation, on whichever engine suits the rule's grid.
//!
//! A torus or bounded plane runs packed (on the processor or on a GPU), the unbounded plane on
//! HashLife. Coordinates are Golly's everywhere: the origin is the middle of a bounded grid.

use std::sync::Arc;
use std::time::{Duration, Instant};

use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};

use crate::error::LifeError;
use crate::gpu::OnDevice;
use crate::grid::Grid;
use crate::hashlife::{Bounds, Universe};
pub use crate::means::{EngineChoice, Kept, Means};
use crate::packed::Packed;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Rule, Topology};

/// The engine that runs, with its cells.
#[derive(Debug)]
pub enum Engine {
    /// Packed cells on the processor.
    Packed(Packed),
    /// Packed cells on a GPU.
    OnDevice(Box<OnDevice>),
    /// The tree.
    HashLife(Universe),
}

/// Cells under a rule at a generation.
#[derive(Debug)]
pub struct World {
    engine: Engine,
    generation: BigUint,
    means: Means,
    /// The universe one generation ago, when the last step was a single one.
    before: Option<Universe>,
    /// Generations that the device is given at once.
    chunk: usize,
}

impl World {
    /// A world that holds a pattern, at the pattern's place and generation.
    ///
    /// # Errors
    /// A rule or grid that the engine doesn't run, too little memory, cells outside the grid.
    pub fn new(rule: Rule, pattern: &Pattern, means: Means) -> Result<Self, LifeError> {
        let bounded = rule.topology.size().is_some();
        let engine = match means.engine {
            EngineChoice::HashLife => EngineChoice::HashLife,
            EngineChoice::Auto if !bounded => EngineChoice::HashLife,
            _ => EngineChoice::Packed,
        };
        if engine == EngineChoice::HashLife {
            let universe = Universe::from_pattern(rule, pattern, means.memory)?;
            return Ok(Self::of_tree(universe, means));
        }
        let packed = Packed::from_pattern(rule, pattern, means.memory)?;
        Self::of_packed(packed, pattern.generation.clone(), means)
    }

    /// A world of packed cells that exist already, on the device if one is meant to be used.
    ///
    /// # Errors
    /// The device.
    pub fn of_packed(
        mut packed: Packed,
        generation: BigUint,
        means: Means,
    ) -> Result<Self, LifeError> {
        packed.set_threads(means.threads);
        let device = match (means.engine, &means.gpu) {
            (EngineChoice::Gpu, None) => {
                return Err(LifeError::Other(
                    "no GPU can be used here; choose the packed engine".to_owned(),
                ));
            }
            (EngineChoice::Packed | EngineChoice::HashLife, _) => None,
            (_, gpu) => gpu.as_ref(),
        };
        let engine = match device {
            Some(gpu) => {
                let device = OnDevice::new(gpu, packed.rule(), packed.share())?;
                Engine::OnDevice(Box::new(device))
            }
            None => Engine::Packed(packed),
        };
        Ok(Self {
            engine,
            generation,
            means,
            before: None,
            chunk: 1,
        })
    }

    fn of_tree(universe: Universe, means: Means) -> Self {
        Self {
            generation: universe.generation().clone(),
            engine: Engine::HashLife(universe),
            means,
            before: None,
            chunk: 1,
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine's name in the command line's terms.
    pub fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Packed(_) => "packed",
            Engine::OnDevice(_) => "gpu",
            Engine::HashLife(_) => "hashlife",
        }
    }

    /// The rule, grid included.
    pub fn rule(&self) -> Rule {
        match &self.engine {
            Engine::Packed(packed) => packed.rule(),
            Engine::OnDevice(device) => device.rule(),
            Engine::HashLife(universe) => universe.rule(),
        }
    }

    /// Generations since the beginning of the pattern's file.
    pub fn generation(&self) -> &BigUint {
        &self.generation
    }

    /// Changes the rule and goes on with the cells as they are. Another grid means another
    /// engine or another size; every live cell must find room there.
    ///
    /// # Errors
    /// Those of [`Self::new`]; the world is then unchanged.
    pub fn set_rule(&mut self, rule: Rule) -> Result<(), LifeError> {
        if rule.topology != self.rule().topology {
            let pattern = self.pattern(u64::MAX)?;
            *self = Self::new(rule, &pattern, self.means.clone())?;
            return Ok(());
        }
        self.before = None;
        match &mut self.engine {
            Engine::Packed(packed) => packed.set_rule(rule),
            Engine::OnDevice(device) => device.set_rule(rule)?,
            Engine::HashLife(universe) => *universe = universe.with_rule(rule)?,
        }
        Ok(())
    }

    /// Goes on by a number of generations or until `interrupt`, asked at least every few
    /// milliseconds, says true. Returns the generations that were completed.
    ///
    /// # Errors
    /// Memory, room, the device; the world stands at the last completed generation.
    pub fn advance(
        &mut self,
        generations: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<BigUint, LifeError> {
        let before = self.generation.clone();
        let result = self.run(generations, interrupt);
        let done = &self.generation - before;
        result.map(|()| done)
    }

    fn run(
        &mut self,
        generations: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<(), LifeError> {
        let mut left = generations.to_u64().unwrap_or(u64::MAX);
        match &mut self.engine {
            Engine::Packed(packed) => {
                self.generation += packed.advance_until(left, interrupt);
            }
            Engine::OnDevice(device) => {
                while left > 0 && !interrupt() {
                    let chunk = self.chunk.min(usize::try_from(left).unwrap_or(usize::MAX));
                    let start = Instant::now();
                    device.advance(chunk)?;
                    device.wait()?;
                    self.generation += chunk;
                    left -= chunk as u64;
                    // Submissions of about 3 ms keep the device busy and the run responsive.
                    let took = start.elapsed();
                    if took < Duration::from_millis(2) && chunk == self.chunk {
                        self.chunk = (self.chunk * 2).min(1 << 14);
                    } else if took > Duration::from_millis(5) {
                        self.chunk = (self.chunk / 2).max(1);
                    }
                }
            }
            Engine::HashLife(universe) => {
                let single = generations.is_one().then(|| universe.clone());
                let done = universe.advance(generations, interrupt);
                self.generation.clone_from(universe.generation());
                if !done?.is_zero() {
                    self.before = single;
                }
            }
        }
        Ok(())
    }

    /// Number of live cells.
    ///
    /// # Errors
    /// The device.
    pub fn population(&self) -> Result<BigUint, LifeError> {
        Ok(match &self.engine {
            Engine::HashLife(universe) => universe.population(),
            Engine::Packed(packed) => packed.cells().population().into(),
            Engine::OnDevice(device) => match device.cells_at_hand() {
                Some(cells) => cells.population().into(),
                None => device.population()?.into(),
            },
        })
    }

    /// The packed cells; an empty grid for a tree.
    ///
    /// # Errors
    /// The device.
    pub fn grid(&self) -> Result<Arc<Grid>, LifeError> {
        Ok(match &self.engine {
            Engine::Packed(packed) => packed.share(),
            Engine::OnDevice(device) => device.cells()?,
            Engine::HashLife(_) => Arc::default(),
        })
    }

    /// The smallest rectangle that holds every live cell.
    ///
    /// # Errors
    /// The device.
    pub fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        if let Engine::HashLife(universe) = &self.engine {
            return Ok(universe.bounds());
        }
        let (left, top) = grid_corner(self.rule().topology);
        Ok(self.grid()?.bounds().map(|(x, y, width, height)| {
            (
                BigInt::from(left) + x,
                BigInt::from(top) + y,
                width.into(),
                height.into(),
            )
        }))
    }

    /// Cells born and cells that died in the last generation, where that is known.
    pub fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        match &self.engine {
            Engine::Packed(packed) => packed.last_changes().map(|(b, d)| (b.into(), d.into())),
            Engine::OnDevice(_) => None,
            Engine::HashLife(universe) => changes(self.before.as_ref()?, universe),
        }
    }

    /// Whether a cell is alive; on a torus coordinates wrap.
    ///
    /// # Errors
    /// The device.
    pub fn get(&self, x: &BigInt, y: &BigInt) -> Result<bool, LifeError> {
        if let Engine::HashLife(universe) = &self.engine {
            return Ok(universe.get(x, y));
        }
        let place = self.place_of(x, y);
        let grid = self.grid()?;
        Ok(place.is_some_and(|(x, y)| grid.get(x, y)))
    }

    /// Makes cells alive or dead, all or none of them; on a torus coordinates wrap, outside a
    /// bounded plane nothing happens.
    ///
    /// # Errors
    /// Memory, the device.
    pub fn set(
        &mut self,
        cells: impl IntoIterator<Item = (BigInt, BigInt, bool)>,
    ) -> Result<(), LifeError> {
        self.before = None;
        if let Engine::HashLife(universe) = &mut self.engine {
            let mut changed = universe.clone();
            for (x, y, alive) in cells {
                changed.set(&x, &y, alive)?;
            }
            *universe = changed;
            return Ok(());
        }
        let places: Vec<_> = cells
            .into_iter()
            .filter_map(|(x, y, alive)| self.place_of(&x, &y).map(|(x, y)| (x, y, alive)))
            .collect();
        self.change_grid(|grid| {
            for &(x, y, alive) in &places {
                grid.set(x, y, alive);
            }
        })
    }

    /// Column and row on a bounded grid.
    pub fn place_of(&self, x: &BigInt, y: &BigInt) -> Option<(usize, usize)> {
        let topology = self.rule().topology;
        let (left, top) = grid_corner(topology);
        let (width, height) = topology.size()?;
        let place = |c: &BigInt, corner: i64, side: u32| {
            let mut c = c - corner;
            if topology.wraps() {
                c = ((c % side) + side) % side;
            }
            c.to_usize().filter(|&c| c < side as usize)
        };
        Some((place(x, left, width)?, place(y, top, height)?))
    }

    fn change_grid(&mut self, change: impl FnOnce(&mut Grid)) -> Result<(), LifeError> {
        match &mut self.engine {
            Engine::Packed(packed) => change(packed.cells_mut()),
            Engine::OnDevice(device) => {
                let mut grid = (*device.cells()?).clone();
                change(&mut grid);
                device.set_cells(Arc::new(grid))?;
            }
            Engine::HashLife(_) => {}
        }
        Ok(())
    }

    /// Kills every cell; the generation stays.
    ///
    /// # Errors
    /// Memory, the device.
    pub fn clear(&mut self) -> Result<(), LifeError> {
        self.before = None;
        match &mut self.engine {
            Engine::HashLife(universe) => Ok(universe.clear()?),
            _ => self.change_grid(Grid::clear),
        }
    }

    /// The live cells as a pattern with rule, place and generation.
    ///
    /// # Errors
    /// More live cells than `limit`, or too far out for a file; the device.
    pub fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        if let Engine::HashLife(universe) = &self.engine {
            return universe
                .pattern(limit.min(crate::rle::MAX_CELLS))
                .map_err(|cells| {
                    LifeError::Other(format!(
                        "{cells} live cells are too many or too far apart for RLE; write a \
                         macrocell file (.mc) instead"
                    ))
                });
        }
        let rule = self.rule();
        let mut pattern = self.grid()?.pattern(rule.topology);
        pattern.rule = Some(rule);
        pattern.generation.clone_from(&self.generation);
        Ok(pattern)
    }

    /// Keeps the present state; later generations leave it alone.
    ///
    /// # Errors
    /// The device.
    pub fn keep(&self) -> Result<Kept, LifeError> {
        Ok(match &self.engine {
            Engine::HashLife(universe) => Kept::Tree(universe.clone()),
            _ => Kept::Cells(self.rule(), self.grid()?, self.generation.clone()),
        })
    }

    /// Goes back to a kept state.
    ///
    /// # Errors
    /// Memory, the device.
    pub fn restore(&mut self, kept: &Kept) -> Result<(), LifeError> {
        let same_grid = kept.rule().topology == self.rule().topology;
        match (kept, &mut self.engine) {
            (Kept::Tree(universe), _) => {
                *self = Self::of_tree(universe.clone(), self.means.clone());
                return Ok(());
            }
            (Kept::Cells(rule, cells, _), Engine::Packed(packed)) if same_grid => {
                packed.set_rule(*rule);
                packed.take(Arc::clone(cells));
            }
            (Kept::Cells(rule, cells, _), Engine::OnDevice(device)) if same_grid => {
                device.set_rule(*rule)?;
                device.set_cells(Arc::clone(cells))?;
            }
            (Kept::Cells(rule, cells, generation), _) => {
                let mut packed = Packed::new(*rule, self.means.memory)?;
                packed.take(Arc::clone(cells));
                *self = Self::of_packed(packed, generation.clone(), self.means.clone())?;
                return Ok(());
            }
        }
        self.generation.clone_from(kept.generation());
        self.before = None;
        Ok(())
    }

    /// The number of cells that differ from a kept state on the same grid.
    ///
    /// # Errors
    /// The device.
    pub fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        Ok(match (&self.engine, kept) {
            (Engine::HashLife(ours), Kept::Tree(theirs)) => ours.difference(theirs),
            (Engine::HashLife(_), _) | (_, Kept::Tree(_)) => None,
            (_, Kept::Cells(rule, theirs, _)) if rule.topology == self.rule().topology => {
                let (births, deaths) = self.grid()?.changes_since(theirs);
                Some((births + deaths).into())
            }
            _ => None,
        })
    }

    /// Number of cells of the grid; nothing on the unbounded plane.
    pub fn area(&self) -> Option<u64> {
        match self.rule().topology {
            Topology::Plane => None,
            Topology::Torus { width, height } | Topology::Bounded { width, height } => {
                Some(u64::from(width) * u64::from(height))
            }
        }
    }
}

/// Births and deaths between two universes of one family.
pub(crate) fn changes(before: &Universe, after: &Universe) -> Option<(BigUint, BigUint)> {
    let differing = before.difference(after)?;
    let (old, new) = (before.population(), after.population());
    // differing = births + deaths, new − old = births − deaths.
    let births = (&differing + &new - &old) / 2u32;
    let deaths = differing - &births;
    Some((births, deaths))
}
