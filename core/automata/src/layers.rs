//! Layers: independent universes over one another, on one clock.
//!
//! One layer is the present one: it is edited, measured and drawn in ink. The others go on with
//! it, generation by generation. They make rounds of so many generations as take a few
//! milliseconds together; a round that can't be finished is taken back, so that all layers
//! stand at the same generation whenever somebody looks.

use std::time::{Duration, Instant};

use loom_sim::colour::category;
use loom_sim::{Gate, Scene, SimError, Value, View};
use num_bigint::BigUint;
use num_traits::{One, Zero};

use crate::draw;
use crate::edit::{Area, LAYERS, LayerEdit, MOST, Mode, Patch, combine, read};
use crate::error::LifeError;
use crate::means::Kept;
use crate::pattern::Pattern;
use crate::simulation::Life;
use crate::world::World;

/// A round of all layers takes about so long.
const ROUND: Duration = Duration::from_millis(4);

impl Life {
    /// The place of the present layer, the lowest being 0, and the number of layers.
    pub(crate) fn layers(&self) -> (usize, usize) {
        (self.active, self.others.len() + 1)
    }

    pub(crate) fn kept_layers(&self) -> Result<Vec<Kept>, LifeError> {
        self.others.iter().map(World::keep).collect()
    }

    pub(crate) fn restore_layers(&mut self, kept: &[Kept]) -> Result<(), LifeError> {
        self.others.truncate(kept.len());
        for (world, kept) in self.others.iter_mut().zip(kept) {
            world.restore(kept)?;
        }
        for kept in &kept[self.others.len()..] {
            let world = World::of_kept(kept, self.world.means().clone())?;
            self.others.push(world);
        }
        Ok(())
    }

    /// Goes to another layer.
    fn choose(&mut self, place: usize) {
        if place == self.active {
            return;
        }
        // The others without the one that is chosen, and with the present one at its place.
        let among = if place > self.active {
            place - 1
        } else {
            place
        };
        let chosen = self.others.remove(among);
        let left = std::mem::replace(&mut self.world, chosen);
        let at = if place > self.active {
            self.active
        } else {
            self.active - 1
        };
        self.others.insert(at, left);
        self.active = place;
    }

    /// Lays a world over the present layer and goes to it.
    fn lay(&mut self, world: World) {
        let below = std::mem::replace(&mut self.world, world);
        self.others.insert(self.active, below);
        self.active += 1;
    }

    /// Changes the stack.
    ///
    /// # Errors
    /// A layer that isn't there; too many layers; cells that can't be merged; memory.
    pub(crate) fn stack(&mut self, edit: LayerEdit) -> Result<(), SimError> {
        let (active, count) = self.layers();
        let means = self.world.means().clone();
        match edit {
            LayerEdit::Add | LayerEdit::Duplicate if count >= LAYERS => {
                return Err(SimError::Input(format!(
                    "a new layer; there are {LAYERS} already, which is the most"
                )));
            }
            LayerEdit::Add => {
                let empty = Pattern {
                    generation: self.world.generation().clone(),
                    ..Pattern::default()
                };
                let world = World::new(self.world.rule(), &empty, means)?;
                self.lay(world);
            }
            LayerEdit::Duplicate => {
                let world = World::of_kept(&self.world.keep()?, means)?;
                self.lay(world);
            }
            LayerEdit::Choose(place) if place < count => self.choose(place),
            LayerEdit::Choose(place) => {
                return Err(SimError::Input(format!(
                    "layer {}; there are {count}",
                    place.saturating_add(1)
                )));
            }
            LayerEdit::Delete if count > 1 => {
                self.choose(active.checked_sub(1).unwrap_or(1));
                // The one that was left lies above, or below if it was the lowest.
                self.others.remove(if active > 0 { active - 1 } else { 0 });
                self.active = active.saturating_sub(1);
            }
            LayerEdit::Merge(mode) if active > 0 => {
                let (above, area) = whole(&self.world, &self.others[active - 1], mode)?;
                let below = &mut self.others[active - 1];
                match area {
                    Some(_) => combine::put(below, &above, mode)?,
                    None if matches!(mode, Mode::Copy | Mode::And) => below.clear()?,
                    None => {}
                }
                self.stack(LayerEdit::Delete)?;
            }
            LayerEdit::Delete | LayerEdit::Merge(_) => {
                return Err(SimError::Input(
                    "the lowest layer; there is none below it".to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// Goes on with all layers together, until the gate closes. Gives the generations that all
    /// of them have made.
    pub(crate) fn advance_together(
        &mut self,
        generations: &BigUint,
        gate: &Gate,
    ) -> Result<BigUint, LifeError> {
        let mut done = BigUint::zero();
        while done < *generations {
            let round = self.round.clone().min(generations - &done);
            let begun = Instant::now();
            let kept = (self.world.keep()?, self.kept_layers()?);
            match self.round(&round, gate) {
                Ok(true) => done += &round,
                result => {
                    self.world.restore(&kept.0)?;
                    self.restore_layers(&kept.1)?;
                    if !round.is_one() {
                        self.round = round >> 1;
                    } else if result.is_err() {
                        return result.map(|_| done);
                    }
                    if gate.is_closed() {
                        return Ok(done);
                    }
                    continue;
                }
            }
            let took = begun.elapsed();
            if took < ROUND / 2 && round == self.round {
                self.round <<= 1;
            } else if took > ROUND * 2 && !self.round.is_one() {
                self.round >>= 1;
            }
            if gate.is_closed() {
                break;
            }
        }
        Ok(done)
    }

    /// One round; false where it was interrupted. A single generation is only given up when the
    /// run is cancelled, so that slow layers get on.
    fn round(&mut self, generations: &BigUint, gate: &Gate) -> Result<bool, LifeError> {
        let single = generations.is_one();
        let mut interrupt = || {
            if single {
                gate.is_cancelled()
            } else {
                gate.is_closed()
            }
        };
        let all = std::iter::once(&mut self.world).chain(&mut self.others);
        for world in all {
            let mut left = generations.clone();
            while !left.is_zero() {
                let made = world.advance(&left, &mut interrupt)?;
                left -= made;
                if !left.is_zero() && interrupt() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Draws the other layers over a scene, if the view asks for all.
    pub(crate) fn draw_layers(&self, scene: &mut Scene, view: &View) -> Result<(), SimError> {
        let stack = view.settings.get("stack").and_then(Value::as_boolean);
        if !stack.unwrap_or(false) {
            return Ok(());
        }
        for (at, world) in self.others.iter().enumerate() {
            // Each layer keeps its ink, whichever is the present one.
            let place = if at < self.active { at } else { at + 1 };
            draw::layer(scene, world, view, category(place))?;
        }
        Ok(())
    }
}

/// The cells of a layer that is merged, with the rectangle around the cells of both where dead
/// ones count as well.
fn whole(above: &World, below: &World, mode: Mode) -> Result<(Patch, Option<Area>), SimError> {
    let bounds = |world: &World| -> Result<Option<Area>, SimError> {
        Ok(world.bounds()?.map(Area::of_bounds))
    };
    let (own, theirs) = (bounds(above)?, bounds(below)?);
    let area = match (own, theirs) {
        (Some(own), Some(theirs)) if matches!(mode, Mode::Copy | Mode::And) => own.join(&theirs),
        (Some(own), _) => own,
        (None, _) => return Ok((Patch::empty(Default::default()), None)),
    };
    let cells = read::read(above, &area, MOST)?.framed(&area)?;
    Ok((cells, Some(area)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::entry;
    use crate::edit::Edit;
    use crate::world::Means;
    use loom_sim::{Input, Simulation as _, Step};
    use num_bigint::BigInt;

    fn life(rule: &str) -> Life {
        let pattern = entry("acorn").unwrap().pattern().unwrap();
        let world = World::new(rule.parse().unwrap(), &pattern, Means::default());
        Life::new(world.unwrap(), crate::stride::Stride::default(), 1 << 28)
    }

    fn stack(life: &mut Life, edit: LayerEdit) -> Result<(), SimError> {
        life.apply(&Edit::Layer(edit).input())
    }

    fn go(life: &mut Life, generations: u32) {
        life.advance(&Step::from(generations), &Gate::open())
            .unwrap();
    }

    fn populations(life: &Life) -> Vec<BigUint> {
        let mut all: Vec<BigUint> = life
            .others
            .iter()
            .map(|w| w.population().unwrap())
            .collect();
        all.insert(life.active, life.world.population().unwrap());
        all
    }

    #[test]
    fn every_layer_goes_on_by_its_own_rule_on_one_clock() {
        for rule in ["B3/S23", "B3/S23:T200", "B03/S23"] {
            let mut life = life(rule);
            stack(&mut life, LayerEdit::Duplicate).unwrap();
            let other = rule.replace("S23", "S234");
            life.apply(&Input::set("rule", other.as_str())).unwrap();
            stack(&mut life, LayerEdit::Add).unwrap();
            assert_eq!(life.layers(), (2, 3));
            go(&mut life, 40);
            let alone = |rule: &str| {
                let mut alone = super::tests::life(rule);
                go(&mut alone, 40);
                alone.world.population().unwrap()
            };
            let nothing = if rule.starts_with("B03") {
                // What is counted is what differs from the background.
                populations(&life)[2].clone()
            } else {
                BigUint::zero()
            };
            let wanted = [alone(rule), alone(&other), nothing];
            assert_eq!(populations(&life), wanted);
            assert_eq!(life.clock().step, 40u32.into());
            let captured = life.capture();
            let bytes = life.encode(&captured).unwrap();
            go(&mut life, 25);
            let later = populations(&life);
            stack(&mut life, LayerEdit::Choose(0)).unwrap();
            stack(&mut life, LayerEdit::Delete).unwrap();
            assert_eq!(populations(&life), later[1..]);
            let decoded = life.decode(&bytes).unwrap();
            life.restore(&decoded).unwrap();
            assert_eq!(populations(&life), wanted);
            assert_eq!(life.layers(), (2, 3));
            assert_eq!(life.encode(&life.capture()).unwrap(), bytes);
            go(&mut life, 25);
            assert_eq!(populations(&life), later);
        }
    }

    #[test]
    fn layers_keep_their_order_whichever_is_chosen() {
        let mut life = life("B3/S23:T64");
        for cells in 1..4i64 {
            stack(&mut life, LayerEdit::Add).unwrap();
            let cells = (0..cells).map(|x| (BigInt::from(3 * x), BigInt::from(0), true));
            life.world.set(cells).unwrap();
        }
        let order: Vec<BigUint> = [7u32, 1, 2, 3].map(BigUint::from).into();
        for place in [0, 3, 1, 2, 0, 2, 3, 1] {
            stack(&mut life, LayerEdit::Choose(place)).unwrap();
            assert_eq!(life.active, place);
            assert_eq!(populations(&life), order);
        }
        stack(&mut life, LayerEdit::Delete).unwrap();
        assert_eq!(
            populations(&life),
            [&order[0], &order[2], &order[3]].map(Clone::clone)
        );
        assert_eq!(life.active, 0);
        assert!(stack(&mut life, LayerEdit::Choose(3)).is_err());
        assert!(stack(&mut life, LayerEdit::Merge(Mode::Or)).is_err());
        for _ in 0..LAYERS - 3 {
            stack(&mut life, LayerEdit::Add).unwrap();
        }
        assert!(stack(&mut life, LayerEdit::Add).is_err());
        for _ in 1..LAYERS {
            stack(&mut life, LayerEdit::Delete).unwrap();
        }
        assert!(stack(&mut life, LayerEdit::Delete).is_err());
    }

    #[test]
    fn layers_merge_by_the_truth_tables() {
        for (mode, there) in [
            (Mode::Or, [true, true, true]),
            (Mode::Copy, [false, true, true]),
            (Mode::Xor, [true, true, false]),
            (Mode::And, [false, false, true]),
        ] {
            for rule in ["B3/S23", "B3/S23:T64", "345/2/4"] {
                let mut life = life(rule);
                life.world.clear().unwrap();
                let cell = |x: i64| (BigInt::from(x), BigInt::from(0), true);
                life.world.set([cell(-5), cell(9)]).unwrap();
                stack(&mut life, LayerEdit::Add).unwrap();
                life.world.set([cell(2), cell(9)]).unwrap();
                stack(&mut life, LayerEdit::Merge(mode)).unwrap();
                assert_eq!(life.layers(), (0, 1));
                let alive = [-5, 2, 9].map(|x: i64| life.world.get(&x.into(), &0.into()).unwrap());
                assert_eq!(alive, there, "{mode:?} {rule}");
            }
        }
    }
}
