//! The presenter's side of a presentation on two screens: the clocks, the notes, what comes next.

use egui::{Label, RichText, ScrollArea, Ui, vec2};

use crate::shell::acts::Act;
use crate::shell::icons::Icon;
use crate::shell::keys;
use crate::shell::studio::Studio;
use crate::shell::tokens::{self, font, size};
use crate::widgets::button;

/// Width of the column.
pub const WIDTH: f32 = 292.0;

/// Shows the column.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let Some(audience) = &studio.audience else {
        return;
    };
    // The clock goes on by itself.
    ui.request_repaint_after(std::time::Duration::from_secs(1));
    let (elapsed, day) = (audience.clocks.elapsed(), audience.clocks.of_day());
    let black = audience.black;
    let dark_keys = keys::text(studio, "view.black");
    let end_keys = keys::text(studio, "view.audience");
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(size::GAP, size::GRID);
            ui.horizontal(|ui| {
                let big = egui::FontId::new(size::LARGE, egui::FontFamily::Monospace);
                ui.label(RichText::new(elapsed).font(big))
                    .on_hover_text("How long the presentation has been going on.");
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.label(RichText::new(day).font(font::mono()).weak())
                        .on_hover_text("The time of the day.");
                });
            });
            ui.horizontal(|ui| {
                let response = ui.add(egui::Button::selectable(black, "Black screen"));
                let help = "The audience sees a black screen until this is pressed again.";
                if button::tip(response, "Black screen", &dark_keys, help).clicked() {
                    studio.acts.push(Act::Do("view.black"));
                }
                let response = button::labelled(ui, Icon::X, "End");
                let help = "Closes the audience's window; the run goes on.";
                if button::tip(response, "End the presentation", &end_keys, help).clicked() {
                    studio.acts.push(Act::Do("view.audience"));
                }
            });
            ui.separator();
            lesson(studio, ui);
        });
}

fn lesson(studio: &Studio, ui: &mut Ui) {
    let Some(touring) = &studio.touring else {
        let words = "The audience sees the picture in front. Start a tour for a lesson with notes.";
        ui.add(Label::new(RichText::new(words).weak()).wrap());
        return;
    };
    let next = touring.tour.steps.get(touring.at + 1);
    let foot = 92.0;
    let room = (ui.available_height() - foot).max(80.0);
    let heading = |ui: &mut Ui, words: &str| {
        let color = tokens::of(ui).secondary;
        ui.label(RichText::new(words).font(font::secondary()).color(color));
    };
    heading(ui, "Notes");
    ScrollArea::vertical()
        .max_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let notes = touring.step().map_or("", |s| s.notes.trim());
            let notes = if notes.is_empty() {
                "No notes for this step."
            } else {
                notes
            };
            let type_size = egui::FontId::new(size::HEADING, egui::FontFamily::Proportional);
            ui.add(Label::new(RichText::new(notes).font(type_size)).wrap());
        });
    ui.separator();
    heading(ui, "Next");
    let words = match next {
        Some(step) if !step.title.is_empty() => step.title.clone(),
        Some(step) => step.say.get_ref().clone(),
        None => "This is the last step.".into(),
    };
    ui.add(Label::new(words).wrap());
}

impl Studio {
    /// Opens the audience's window on a screen, or as a window among others; or closes it.
    pub fn toggle_audience(&mut self, screen: Option<usize>) {
        if self.audience.take().is_none() {
            self.audience = Some(super::audience::Audience::new(self, screen));
        }
    }

    /// Screens of this machine, and the number of the one that this window is on.
    fn screens(frame: &eframe::Frame) -> (usize, Option<usize>) {
        let Some(window) = frame.winit_window() else {
            return (1, None);
        };
        let here = window.current_monitor();
        let list: Vec<_> = window.available_monitors().collect();
        let at = list.iter().position(|m| Some(m) == here.as_ref());
        (list.len(), at)
    }

    /// Does what F5 asked for: on two screens the audience's window goes to the other one.
    pub fn present_where_it_fits(&mut self, ctx: &egui::Context, frame: &eframe::Frame) {
        if std::mem::take(&mut self.to_present) {
            let (count, here) = Self::screens(frame);
            let other = (0..count).find(|n| Some(*n) != here);
            if self.audience.is_some() {
                self.audience = None;
            } else if let (None, Some(_), Some(other)) = (&self.presenting, here, other) {
                self.toggle_audience(Some(other));
            } else {
                self.toggle_present(ctx);
            }
        }
        let gone = self
            .audience
            .as_ref()
            .and_then(|a| a.screen)
            .is_some_and(|_| Self::screens(frame).0 < 2);
        if gone {
            self.audience = None;
            self.toasts.say(
                crate::shell::acts::Tone::Warning,
                "The audience's screen is gone; the run goes on here. F5 presents again.",
            );
        }
    }
}
