//! What the colours of a print mean: the bar beside it.

use loom_sim::scene::Legend;

use super::Subject;
use super::recipe::{Channel, Look, Recipe};
use super::swarm::LIFE;

impl Subject<'_> {
    /// The bar of the number that colours the print. Density alone has none, since its tones
    /// follow the fullest place, and neither has what comes round again: directions, and Plasma; nor a map that is reversed.
    pub(crate) fn legend(&self, recipe: &Recipe) -> Option<Legend> {
        let told = recipe.legend && recipe.look != Look::Plasma && recipe.reversed != Some(true);
        if !told {
            return None;
        }
        let map = self.definition.is_map();
        let [low, high] = self.range(recipe.channel);
        let (title, unit, low, high) = match recipe.channel {
            Channel::None | Channel::Direction => return None,
            Channel::Speed if map => ("Length of the leap".into(), "", low, high),
            Channel::Speed => ("Speed".into(), "1/time unit", low, high),
            Channel::Age if map => ("Age of a drop".into(), "iterations", 0.0, LIFE.1 as f64),
            Channel::Age => {
                let life = LIFE.0 * self.definition.period;
                ("Age of a drop".into(), "time units", 0.0, life)
            }
            Channel::Variable(v) => {
                let name = self.definition.coordinate_symbols().get(v)?.clone();
                (name, "", low, high)
            }
        };
        Some(Legend::Bar {
            title,
            unit: unit.into(),
            map: recipe.map,
            low,
            high,
        })
    }
}
