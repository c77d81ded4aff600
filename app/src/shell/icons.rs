//! Icons from one set, as text in the icon font.

pub use lucide_icons::Icon;

use super::tokens::font;

/// The icon as text at its usual size.
pub fn text(icon: Icon) -> egui::RichText {
    egui::RichText::new(char::from(icon)).font(font::icon())
}

/// The icon at a size of its own.
pub fn text_of(icon: Icon, points: f32) -> egui::RichText {
    egui::RichText::new(char::from(icon)).font(font::icon_of(points))
}
