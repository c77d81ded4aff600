//! The faces that the studio draws with, compiled in.

use std::sync::LazyLock;

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
    /// New Computer Modern Math. A string in this face is set by the maths setter
    /// ([`maths`](crate::maths())).
    Maths,
}

impl Font {
    /// Every face once.
    pub const ALL: [Self; 8] = [
        Self::Sans,
        Self::SansMedium,
        Self::SansBold,
        Self::Mono,
        Self::Serif,
        Self::SerifItalic,
        Self::SerifBold,
        Self::Maths,
    ];

    /// The whole font file (OpenType), for embedding.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Sans => include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
            Self::SansMedium => include_bytes!("../../../assets/fonts/Inter-Medium.otf"),
            Self::SansBold => include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
            Self::Mono => include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
            Self::Serif => MODERN[0],
            Self::SerifItalic => MODERN[1],
            Self::SerifBold => MODERN[2],
            Self::Maths => MODERN[3],
        }
    }

    /// The family's name, as CSS and SVG give it.
    pub fn family(self) -> &'static str {
        match self {
            Self::Sans | Self::SansMedium | Self::SansBold => "Inter",
            Self::Mono => "JetBrains Mono",
            Self::Serif | Self::SerifItalic | Self::SerifBold => "New Computer Modern",
            Self::Maths => "New Computer Modern Math",
        }
    }

    /// The weight, as CSS counts it.
    pub fn weight(self) -> u16 {
        match self {
            Self::SansMedium => 500,
            Self::SansBold => 600,
            Self::SerifBold => 700,
            _ => 400,
        }
    }

    pub fn is_italic(self) -> bool {
        self == Self::SerifItalic
    }

    /// The faces that are asked in turn for a character that this one lacks.
    pub(crate) fn substitutes(self) -> impl Iterator<Item = Self> {
        [self, Self::Sans, Self::Serif, Self::Maths, Self::Mono].into_iter()
    }
}

/// The faces of New Computer Modern among the fonts of typst-assets, found by their PostScript
/// names.
static MODERN: LazyLock<[&'static [u8]; 4]> = LazyLock::new(|| {
    [
        "NewCM10-Regular",
        "NewCM10-Italic",
        "NewCM10-Bold",
        "NewCMMath-Regular",
    ]
    .map(|wanted| {
        typst_assets::fonts()
            .find(|bytes| crate::face::postscript_name(bytes).as_deref() == Some(wanted))
            .unwrap_or_default()
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_there_once() {
        let mut names: Vec<_> = Font::ALL
            .map(|font| crate::face::postscript_name(font.bytes()))
            .into();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 8, "{names:?}");
        assert!(names.iter().all(Option::is_some));
    }
}
