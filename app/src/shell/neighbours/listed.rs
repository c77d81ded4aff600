//! Choices that are listed rather than spread over numbers: the rules one condition away.

use egui::{RichText, Ui};
use loom_sim::variation::{SIDE, Variation};

use super::Around;
use crate::shell::icons::Icon;
use crate::shell::live::Live;
use crate::shell::tokens::font;
use crate::widgets::button;

/// The run among those next to it by one condition: it stands in the middle.
pub(super) fn around_run(live: &Live, around: &mut Around) -> (Vec<Variation>, usize) {
    let list = live.science.variations(live.model());
    let count = list.len();
    if around.first >= count {
        around.first = 0;
    }
    let mut page: Vec<Variation> = list
        .into_iter()
        .skip(around.first)
        .take(SIDE * SIDE - 1)
        .collect();
    let mut present = Variation::default();
    if let Some(other) = page.first() {
        for key in other.set.keys() {
            if let Some(value) = live.snapshot.values.get(key) {
                present.set.insert(key.clone(), value.clone());
                present.words = value.to_string();
            }
        }
        page.insert(page.len().min(SIDE * SIDE / 2), present);
    }
    (page, count)
}

/// Which of the listed choices are shown, and the way to the others.
pub(super) fn pages(ui: &mut Ui, around: &mut Around, count: usize) {
    let most = SIDE * SIDE - 1;
    let last = (around.first + most).min(count);
    let words = format!(
        "One condition away: {} to {last} of {count}",
        around.first + 1
    );
    ui.label(RichText::new(words).font(font::secondary()).weak());
    if count <= most {
        return;
    }
    let before = button::Tool::new(
        Icon::ChevronLeft,
        "The ones before",
        "Eight at a time stand around the run.",
    );
    if before.enabled(around.first > 0).show(ui).clicked() {
        around.first = around.first.saturating_sub(most);
    }
    let next = button::Tool::new(
        Icon::ChevronRight,
        "The next ones",
        "Eight at a time stand around the run.",
    );
    if next.enabled(last < count).show(ui).clicked() {
        around.first += most;
    }
}
