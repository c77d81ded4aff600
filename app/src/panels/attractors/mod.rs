//! Strange attractors in the window.

use super::Panel;
use crate::shell::icons::Icon;

pub struct Attractors;

impl Panel for Attractors {
    fn key(&self) -> &'static str {
        "attractors"
    }
    fn index(&self) -> usize {
        0
    }
    fn name(&self) -> &'static str {
        "Attractors"
    }
    fn icon(&self) -> Icon {
        Icon::Tornado
    }
    fn invitation(&self) -> &'static str {
        "Order that never repeats: flows and maps, their clouds, orbits and exponents."
    }
    fn door(&self) -> &'static str {
        "Lorenz"
    }
    fn door_settings(&self) -> &'static [(&'static str, i64)] {
        &[("particles", 20_000)]
    }
    fn empty(&self) -> &'static str {
        "No system is open. Choose one from the catalogue."
    }
    fn plays_at_once(&self) -> bool {
        true
    }
    fn gestures(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Click", "Start an orbit here, in its own colour"),
            ("Drag", "Turn the view; move it on a plane"),
            ("Alt + click", "Start a twin"),
        ]
    }
}
