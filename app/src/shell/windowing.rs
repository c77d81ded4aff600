//! The window around the work: which sides are shown, search, palette, presentation, device.

use egui::Context;
use loom_sim::conductor::Command;

use super::acts::Tone;
use super::palette::Palette;
use super::present::Present;
use super::settings::Device;
use super::studio::{Side, Studio, place};

impl Studio {
    /// On a narrow window catalogue and inspector are folded to icons.
    pub fn is_narrow(&self) -> bool {
        self.ctx.content_rect().width() < super::tokens::size::NARROW
    }
    /// Whether a side panel is shown. A narrow window shows one of them at most, when asked.
    pub fn shows(&self, side: Side) -> bool {
        if self.is_narrow() {
            return self.unfolded == Some(side);
        }
        if let Some(touring) = &self.touring {
            return touring.shows(side);
        }
        match side {
            Side::Catalogue => self.settings.catalogue,
            Side::Inspector => self.settings.inspector,
        }
    }
    pub fn reveal(&mut self, side: Side, shown: bool) {
        if self.is_narrow() {
            self.unfolded = shown.then_some(side);
        } else if let Some(touring) = &mut self.touring {
            touring.reveal(side, shown);
        } else {
            match side {
                Side::Catalogue => self.settings.catalogue = shown,
                Side::Inspector => self.settings.inspector = shown,
            }
        }
    }
    pub fn toggle(&mut self, side: Side) {
        self.reveal(side, !self.shows(side));
    }
    pub fn find(&mut self, ctx: &Context) {
        self.reveal(Side::Catalogue, true);
        ctx.memory_mut(|m| m.request_focus(super::catalogue::search_id()));
    }
    pub fn toggle_palette(&mut self) {
        self.palette = match self.palette {
            Some(_) => None,
            None => Some(Palette::new()),
        };
    }
    pub fn toggle_present(&mut self, ctx: &Context) {
        match self.presenting.take() {
            Some(present) => {
                ctx.set_zoom_factor(present.zoom);
                if !present.was_full {
                    ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(false));
                }
            }
            None => {
                let was_full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
                self.presenting = Some(Present::new(was_full, ctx.zoom_factor()));
                // The smallest type of the window is read from the last row as well.
                ctx.set_zoom_factor(super::present::ZOOM);
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(true));
            }
        }
    }
    /// Esc: leaves the presentation, or lets go of what is selected.
    pub fn leave(&mut self, ctx: &Context) {
        if self.presenting.is_some() {
            self.toggle_present(ctx);
        } else if self.audience.take().is_some() {
            // The audience's window is gone with it.
        } else if self.live().is_some_and(|l| l.snapshot.selected.is_some()) {
            self.tell(Command::Select(None));
        } else if let Some(key) = self.letting_go() {
            self.operate_with(&key, loom_sim::Settings::new());
        } else {
            self.leave_tour();
        }
    }
    pub fn choose_device(&mut self, device: Device) {
        self.settings.device = device;
        self.place = place(device, &self.easel);
        self.toasts
            .say(Tone::Plain, "Runs opened from now on take this device.");
    }
}
