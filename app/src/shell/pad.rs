//! The map pad: the map of an exponent over two parameters, across which the run is dragged.

use loom_sim::variation;

use super::acts::Act;
use super::live::Live;
use super::studio::Studio;

/// The analysis whose report is a map of two parameters.
const SCAN: &str = "scan";

/// Whether there is a map of two parameters to drag across.
pub fn has_map(live: &Live) -> bool {
    variation::variable(&live.snapshot.parameters).count() > 1
        && super::analyses::fitting(&live.science, live.model())
            .iter()
            .any(|a| a.key() == SCAN)
}

impl Studio {
    /// Computes the map of the first two parameters, unless others have been chosen, and shows it.
    pub fn show_pad(&mut self) {
        let Some(live) = self.live_mut() else {
            return;
        };
        let id = live.id;
        let keys: Vec<String> = variation::variable(&live.snapshot.parameters)
            .map(|p| p.key.clone())
            .collect();
        let [across, up, ..] = &keys[..] else {
            return;
        };
        let form = live.forms.entry(SCAN.to_owned()).or_default();
        let chosen = form
            .settings
            .get("against")
            .and_then(loom_sim::Value::as_text);
        if chosen.is_none_or(|key| key == "none") {
            for (key, value) in [("over", across), ("against", up)] {
                form.settings
                    .insert(key.to_owned(), loom_sim::Value::from(value.as_str()));
            }
        }
        form.show_early();
        self.acts.push(Act::Measure {
            live: id,
            analysis: SCAN.into(),
        });
    }
}
