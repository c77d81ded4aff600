//! The question of a step: its choices, what the class has said, and what is right.

use egui::{RichText, Role, Ui, WidgetInfo};

use super::Touring;
use crate::shell::icons::{self, Icon};
use crate::shell::tokens::{self, size};
use crate::tour::Question;
use crate::widgets::button;

/// Letters by which choices are called, and the keys that take them.
pub const LETTERS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

/// What became of the question before, in words.
pub struct Verdict {
    icon: Icon,
    /// Right, wrong, or not said.
    right: Option<bool>,
    pub text: String,
}

/// What was asked in the step before, and what the class had said.
pub fn verdict(touring: &Touring) -> Option<Verdict> {
    let (question, chosen) = touring.asked()?;
    let because = question.because.trim();
    let Some(right) = question.answer.as_ref().map(|a| a.get_ref() - 1) else {
        return (!because.is_empty()).then(|| Verdict {
            icon: Icon::Lightbulb,
            right: None,
            text: because.to_owned(),
        });
    };
    let name = |choice: usize| {
        let words = question.choices.get(choice).map_or("", |c| c.get_ref());
        format!(
            "{} ({})",
            LETTERS.get(choice).copied().unwrap_or(""),
            words.trim_end_matches('.')
        )
    };
    let (icon, said, text) = match chosen {
        Some(choice) if choice == right => (
            Icon::CircleCheck,
            Some(true),
            format!("{} is right.", name(right)),
        ),
        Some(choice) => (
            Icon::CircleX,
            Some(false),
            format!(
                "You said {}; it is {}.",
                LETTERS.get(choice).copied().unwrap_or(""),
                name(right)
            ),
        ),
        None => (Icon::Lightbulb, None, format!("It is {}.", name(right))),
    };
    Some(Verdict {
        icon,
        right: said,
        text: format!("{text} {because}").trim().to_owned(),
    })
}

/// Says it under the sentence.
pub fn answered(ui: &mut Ui, touring: &Touring, type_size: &egui::FontId) {
    let Some(verdict) = verdict(touring) else {
        return;
    };
    let tokens = tokens::of(ui);
    let color = match verdict.right {
        Some(true) => tokens.good,
        Some(false) => tokens.warning,
        None => tokens.secondary,
    };
    ui.horizontal_top(|ui| {
        ui.label(icons::text_of(verdict.icon, type_size.size).color(color));
        ui.add(egui::Label::new(RichText::new(verdict.text).font(type_size.clone())).wrap());
    });
}

/// The question with its choices.
pub fn asked(ui: &mut Ui, touring: &mut Touring, question: &Question, type_size: &egui::FontId) {
    ui.add_space(size::GRID);
    ui.horizontal_top(|ui| {
        let color = tokens::accent(ui);
        ui.label(icons::text_of(Icon::CircleQuestionMark, type_size.size).color(color));
        let words = RichText::new(question.ask.get_ref()).font(type_size.clone());
        ui.add(egui::Label::new(words).wrap());
    });
    let chosen = touring.chosen();
    ui.horizontal_wrapped(|ui| {
        for (index, choice) in question.choices.iter().enumerate() {
            let letter = LETTERS.get(index).copied().unwrap_or("");
            let taken = chosen == Some(index);
            let words = RichText::new(format!("{letter}   {}", choice.get_ref())).font(
                egui::FontId::new(type_size.size * 0.86, egui::FontFamily::Proportional),
            );
            let response =
                ui.add(egui::Button::selectable(taken, words).wrap_mode(egui::TextWrapMode::Wrap));
            response.widget_info(|| {
                let name = format!("Answer {letter}: {}", choice.get_ref());
                WidgetInfo::selected(Role::RadioButton, true, taken, name)
            });
            let help = "The next step says what is right.";
            if button::tip(response, choice.get_ref(), letter, help).clicked() {
                touring.choose(index);
            }
        }
    });
}
