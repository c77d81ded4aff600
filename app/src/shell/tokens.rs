//! The tokens: every colour, size and font of the interface. Nothing else names one.

use egui::{Color32, FontFamily, FontId};
use loom_sim::Ink;

/// Colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    pub dark: bool,
    pub ground: Color32,
    pub panel: Color32,
    pub raised: Color32,
    pub hairline: Color32,
    pub text: Color32,
    pub secondary: Color32,
    pub disabled: Color32,
    /// Attractors, automata, webs, circuits.
    pub accents: [Color32; 4],
    pub good: Color32,
    pub warning: Color32,
    pub error: Color32,
    /// Behind dialogs.
    pub veil: Color32,
    pub shadow: Color32,
    /// Okabe and Ito's categories in the order in which curves take them; the two that
    /// vanish on this ground are left out.
    pub categories: [Color32; 6],
}

pub const DARK: Tokens = Tokens {
    dark: true,
    ground: hex(0x10_1114),
    panel: hex(0x17_191D),
    raised: hex(0x1F_2228),
    hairline: hex(0x2A_2E35),
    text: hex(0xE6_E8EB),
    secondary: hex(0xA0_A6B0),
    disabled: hex(0x65_6B75),
    accents: [
        hex(0xF0_B45A),
        hex(0x63_C58D),
        hex(0x7F_A8FF),
        hex(0xE5_8FB4),
    ],
    good: hex(0x63_C58D),
    warning: hex(0xF0_B45A),
    error: hex(0xF2_777A),
    veil: Color32::from_black_alpha(150),
    shadow: Color32::from_black_alpha(110),
    categories: [
        hex(0x56_B4E9),
        hex(0xE6_9F00),
        hex(0x00_9E73),
        hex(0xCC_79A7),
        hex(0xD5_5E00),
        hex(0xF0_E442),
    ],
};

pub const LIGHT: Tokens = Tokens {
    dark: false,
    ground: hex(0xFF_FFFF),
    panel: hex(0xF6_F7F8),
    raised: hex(0xEC_EEF0),
    hairline: hex(0xDA_DDE1),
    text: hex(0x1B_1D21),
    secondary: hex(0x5A_606A),
    disabled: hex(0x9A_A0A8),
    accents: [
        hex(0xB2_6A00),
        hex(0x1E_7F4F),
        hex(0x2F_5BD0),
        hex(0xB0_3A74),
    ],
    good: hex(0x1E_7F4F),
    warning: hex(0xB2_6A00),
    error: hex(0xC0_3538),
    veil: Color32::from_black_alpha(70),
    shadow: Color32::from_black_alpha(45),
    categories: [
        hex(0x00_72B2),
        hex(0xD5_5E00),
        hex(0x00_9E73),
        hex(0xCC_79A7),
        hex(0xE6_9F00),
        hex(0x00_0000),
    ],
};

const fn hex(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

impl Tokens {
    pub const fn of_theme(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }
    /// The inks that scenes are drawn with on this theme's ground.
    pub const fn ink(&self) -> Ink {
        if self.dark { Ink::dark() } else { Ink::light() }
    }
    /// The accent of a science; figures and the start page take the text's colour.
    pub fn accent(&self, science: Option<usize>) -> Color32 {
        science
            .and_then(|i| self.accents.get(i))
            .copied()
            .unwrap_or(self.text)
    }
    pub fn category(&self, index: usize) -> Color32 {
        self.categories[index % self.categories.len()]
    }
}

/// The tokens of the theme in which `ui` is drawn.
pub fn of(ui: &egui::Ui) -> &'static Tokens {
    Tokens::of_theme(ui.visuals().dark_mode)
}

/// The accent that this part of the window is drawn with.
pub fn accent(ui: &egui::Ui) -> Color32 {
    ui.visuals().selection.stroke.color
}

pub mod size {
    //! Sizes in logical pixels, on a grid of 4.
    pub const GRID: f32 = 4.0;
    pub const GAP: f32 = 8.0;
    pub const SECTION: f32 = 16.0;
    pub const CORNER: u8 = 4;
    pub const CONTROL: f32 = 24.0;
    pub const ICON: f32 = 16.0;

    pub const BODY: f32 = 13.0;
    pub const SECONDARY: f32 = 11.5;
    pub const HEADING: f32 = 15.0;
    /// A sentence that a class reads.
    pub const READING: f32 = 16.0;
    pub const TITLE: f32 = 20.0;
    /// The least in presentation mode.
    pub const LARGE: f32 = 22.0;

    pub const RAIL: f32 = 48.0;
    pub const MENU: f32 = 32.0;
    pub const TRANSPORT: f32 = 40.0;
    pub const STATUS: f32 = 22.0;
    pub const CATALOGUE: f32 = 232.0;
    pub const INSPECTOR: f32 = 296.0;
    /// Narrower windows fold catalogue and inspector to icons.
    pub const NARROW: f32 = 1100.0;
    pub const WINDOW: [f32; 2] = [1280.0, 800.0];
    pub const SMALLEST: [f32; 2] = [960.0, 600.0];
    /// A catalogue picture.
    pub const TILE: [f32; 2] = [100.0, 72.0];
    pub const TABS: f32 = 28.0;
}

/// Seconds that motion takes where there is any.
pub const MOTION: f32 = 0.1;
/// Seconds until a tooltip shows.
pub const TOOLTIP: f32 = 0.4;

/// Width of a hairline: one physical pixel.
pub fn hairline(ui: &egui::Ui) -> egui::Stroke {
    egui::Stroke::new(1.0 / ui.pixels_per_point(), of(ui).hairline)
}

pub mod font {
    //! One sans, one mono with tabular figures, one set of icons.
    use super::{FontFamily, FontId, size};

    pub const MEDIUM: &str = "medium";
    pub const SEMIBOLD: &str = "semibold";
    pub const ICONS: &str = "icons";

    pub fn body() -> FontId {
        FontId::new(size::BODY, FontFamily::Proportional)
    }
    pub fn secondary() -> FontId {
        FontId::new(size::SECONDARY, FontFamily::Proportional)
    }
    pub fn medium() -> FontId {
        FontId::new(size::BODY, FontFamily::Name(MEDIUM.into()))
    }
    pub fn heading() -> FontId {
        FontId::new(size::HEADING, FontFamily::Name(SEMIBOLD.into()))
    }
    pub fn title() -> FontId {
        FontId::new(size::TITLE, FontFamily::Name(SEMIBOLD.into()))
    }
    pub fn reading() -> FontId {
        FontId::new(size::READING, FontFamily::Name(MEDIUM.into()))
    }
    pub fn large() -> FontId {
        FontId::new(size::LARGE, FontFamily::Proportional)
    }
    /// Numbers, commands, formulas.
    pub fn mono() -> FontId {
        FontId::new(size::BODY - 0.5, FontFamily::Monospace)
    }
    pub fn mono_small() -> FontId {
        FontId::new(size::SECONDARY - 0.5, FontFamily::Monospace)
    }
    pub fn icon() -> FontId {
        icon_of(size::ICON)
    }
    pub fn icon_of(points: f32) -> FontId {
        FontId::new(points, FontFamily::Name(ICONS.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2 defines them.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = egui::Rgba::from(c).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_stands_out_from_every_ground() {
        for tokens in [DARK, LIGHT] {
            for ground in [tokens.ground, tokens.panel, tokens.raised] {
                for text in [tokens.text, tokens.secondary, tokens.error] {
                    let found = contrast(text, ground);
                    assert!(found >= 4.5, "{text:?} on {ground:?}: {found:.2} : 1");
                }
            }
        }
    }
}
