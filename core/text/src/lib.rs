//! Fonts, shaping and a small maths setter: outlines and widths, no device.

/// The faces that the studio draws with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Font {
    Sans,
    SansMedium,
    SansBold,
    Mono,
    /// New Computer Modern, upright.
    Serif,
    SerifItalic,
    SerifBold,
    /// New Computer Modern Math.
    Maths,
}
