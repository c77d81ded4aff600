//! What the picture of a catalogue entry shows.

use loom_sim::{Model, Place, SimError};
use num_bigint::BigUint;

use crate::gallery;
use crate::science::group;
use crate::start::{self, SOUP};
use crate::world::World;

/// What the picture of an entry shows: cells after some generations, or fewer where nothing would
/// be left by then.
pub(crate) fn world(model: &Model) -> Result<World, SimError> {
    // A smaller grid shows the same and is made at once.
    let (model, mut generations) = if model.kind == SOUP {
        gallery::small(model)
    } else {
        (model.clone(), group(&model.kind).1)
    };
    let settings = start::settings(&model)?;
    loop {
        let mut world = start::world(&model, &settings, &Place::Cpu { threads: 1 })?;
        world.advance(&BigUint::from(generations), &mut || false)?;
        if generations == 0 || world.population()? > BigUint::ZERO {
            return Ok(world);
        }
        generations /= 2;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use loom_sim::Science as _;

    use super::*;
    use crate::flow::science as flow;
    use crate::science::Automata;

    #[test]
    fn every_picture_of_the_gallery_shows_cells() {
        let entries = Automata.catalogue();
        let cells = entries.iter().filter(|entry| !flow::knows(&entry.model));
        let empty: Vec<&str> = cells
            .filter(|entry| world(&entry.model).unwrap().population().unwrap() == BigUint::ZERO)
            .map(|entry| entry.name.as_str())
            .collect();
        assert!(empty.is_empty(), "{empty:?}");
    }
}
