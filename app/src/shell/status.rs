//! The status line: what is measured of the run, and what draws and computes it.

use egui::{Align, Layout, RichText, Sense, Ui, vec2};

use super::studio::Studio;
use super::tokens::{self, font, size};
use super::words;
use crate::widgets::section;

/// Shows the line.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let on_processor = studio.easel.gpu.is_processor();
    let device = studio.easel.gpu.name().to_owned();
    let place = match studio.place {
        loom_sim::Place::Cpu { threads } => {
            format!("Simulations run on the processor, with {threads} threads.")
        }
        loom_sim::Place::Gpu(_) => "Simulations run on the GPU.".to_owned(),
    };
    ui.add_space(size::GAP);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(size::GAP);
        ui.spacing_mut().item_spacing.x = size::GAP;
        let words = if on_processor {
            "No GPU: drawing on the processor".to_owned()
        } else {
            device.clone()
        };
        small(ui, &words).on_hover_text(format!("{device}. {place}"));
        if studio.frames_per_second > 0.0 {
            dot(ui);
            small(
                ui,
                &format!(
                    "{:.0}{t}fps, {:.1}{t}ms a frame",
                    studio.frames_per_second,
                    studio.frame_milliseconds,
                    t = words::THIN
                ),
            )
            .on_hover_text("Frames a second, and the time that the window spends on one.");
        }
        if studio.files.is_busy() {
            dot(ui);
            small(ui, "working on a file").on_hover_text("A file is being read, rendered or written.");
            ui.add(egui::Spinner::new().size(12.0));
        }
        let live = studio.live();
        if let Some(live) = live.filter(|l| l.is_playing()) {
            let snapshot = &live.snapshot;
            dot(ui);
            small(
                ui,
                &format!(
                    "{} steps/s, {} {}/s",
                    words::figures(snapshot.steps_per_second, 3),
                    words::figures(snapshot.time_per_second, 3),
                    snapshot.clock.unit
                ),
            )
            .on_hover_text("Steps made in a second of wall time, and the model time in them.");
            if snapshot.scenes.values().any(|s| s.sparse) {
                dot(ui);
                small(ui, "drawing fewer points")
                    .on_hover_text("The picture keeps its pace by showing fewer particles or a coarser one; measurements see all of them.");
            }
            if snapshot.behind {
                dot(ui);
                let color = tokens::of(ui).warning;
                ui.label(RichText::new("behind: fewer steps are shown").font(font::secondary()).color(color))
                    .on_hover_text("This machine can't keep the speed asked for; the picture stays fluent and the clock runs slower.");
            }
        }
        let Some(live) = studio.live() else {
            return;
        };
        let mut text: Vec<String> = live
            .snapshot
            .observations
            .iter()
            .map(|q| format!("{} {}", q.name, super::measure::quantity(q)))
            .collect();
        // Scale and the cell under the pointer stand where they are always seen.
        let seen = studio.scale_of_view().into_iter().chain(
            live.snapshot
                .hit
                .as_ref()
                .filter(|_| studio.room().is_some_and(|r| r.panel.scale_unit().is_some()))
                .map(|hit| hit.label.clone()),
        );
        let at = text.len().min(3);
        text.splice(at..at, seen);
        let text = text.join("   ·   ");
        let width = ui.available_width();
        if width < 60.0 || text.is_empty() {
            return;
        }
        let (rect, response) = ui.allocate_exact_size(vec2(width, size::STATUS), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        let color = tokens::of(ui).secondary;
        let galley = section::clipped(ui, &text, font::secondary(), color, width);
        ui.painter().galley(
            rect.left_center() - vec2(0.0, galley.size().y / 2.0),
            galley,
            color,
        );
        response.on_hover_text(text);
    });
}

impl Studio {
    /// How large a cell is drawn in the view in front: "8 px a cell", "16 cells a px".
    fn scale_of_view(&self) -> Option<String> {
        let room = self.room()?;
        let unit = room.panel.scale_unit()?;
        let live = room.live()?;
        let pane = *room.views_of(live.id).first()?;
        let snapshot = &live.snapshot;
        let followed = snapshot.followed.get(&pane.id).map(|f| &f.camera);
        let camera = followed
            .or_else(|| pane.camera())
            .or_else(|| snapshot.fits.get(&pane.id))?;
        let loom_sim::Camera::Plane(plane) = camera else {
            return None;
        };
        let (scale, t) = (plane.scale, words::THIN);
        Some(if scale >= 1.0 {
            format!("{}{t}px a {unit}", words::figures(scale, 3))
        } else {
            format!("{} {unit}s a px", words::figures(1.0 / scale, 3))
        })
    }
}

fn small(ui: &mut Ui, text: &str) -> egui::Response {
    ui.label(
        RichText::new(text)
            .font(font::secondary())
            .color(tokens::of(ui).secondary),
    )
}

fn dot(ui: &mut Ui) {
    ui.label(
        RichText::new("·")
            .font(font::secondary())
            .color(tokens::of(ui).disabled),
    );
}
