//! Colours, and the maps by which numbers become colours.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// sRGB with straight alpha, one byte a channel.
#[repr(C)]
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    bytemuck::Pod,
    bytemuck::Zeroable,
)]
pub struct Rgba(pub [u8; 4]);

impl Rgba {
    pub const fn opaque(r: u8, g: u8, b: u8) -> Self {
        Self([r, g, b, 255])
    }
    /// From 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Self {
        Self::opaque((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }
    pub fn with_alpha(self, alpha: f32) -> Self {
        let [r, g, b, _] = self.0;
        Self([r, g, b, (alpha.clamp(0.0, 1.0) * 255.0).round() as u8])
    }
}

/// Perceptually even colour maps, safe for colour-blind readers; `Phase` is cyclic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorMap {
    Batlow,
    Lajolla,
    Viridis,
    Magma,
    Cividis,
    /// Diverging around the middle (vik).
    Vik,
    /// Cyclic (romaO).
    Phase,
    Gray,
    /// A map of one's own, by its place among those in use: see [`crate::ramp`]. Settings carry
    /// its text, never the place.
    #[serde(skip)]
    Own(u16),
}

impl ColorMap {
    /// All maps, in the order in which a picker shows them. The index is the map's row in the
    /// renderer's table.
    pub const ALL: [Self; 8] = [
        Self::Batlow,
        Self::Lajolla,
        Self::Viridis,
        Self::Magma,
        Self::Cividis,
        Self::Vik,
        Self::Phase,
        Self::Gray,
    ];

    /// All maps, in the order in which a picker shows them.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batlow => "batlow",
            Self::Lajolla => "lajolla",
            Self::Viridis => "viridis",
            Self::Magma => "magma",
            Self::Cividis => "cividis",
            Self::Vik => "vik (diverging)",
            Self::Phase => "romaO (cyclic)",
            Self::Gray => "grey",
            Self::Own(_) => "own",
        }
    }

    /// 256 triples of sRGB bytes.
    pub fn table(self) -> Cow<'static, [u8; 768]> {
        let table = match self {
            Self::Batlow => include_bytes!("../../../assets/colourmaps/batlow.rgb"),
            Self::Lajolla => include_bytes!("../../../assets/colourmaps/lajolla.rgb"),
            Self::Viridis => include_bytes!("../../../assets/colourmaps/viridis.rgb"),
            Self::Magma => include_bytes!("../../../assets/colourmaps/magma.rgb"),
            Self::Cividis => include_bytes!("../../../assets/colourmaps/cividis.rgb"),
            Self::Vik => include_bytes!("../../../assets/colourmaps/vik.rgb"),
            Self::Phase => include_bytes!("../../../assets/colourmaps/romaO.rgb"),
            Self::Gray => &GRAY,
            Self::Own(place) => return Cow::Owned(*Self::own_table(place)),
        };
        Cow::Borrowed(table)
    }

    /// Its row in a table of all maps, those of one's own behind the known ones.
    pub(crate) fn row(self) -> usize {
        match self {
            Self::Own(place) => Self::ALL.len() + usize::from(place),
            known => Self::ALL.iter().position(|map| *map == known).unwrap_or(0),
        }
    }

    /// The map of a row.
    pub(crate) fn of_row(row: usize) -> Self {
        match Self::ALL.get(row) {
            Some(known) => *known,
            None => Self::Own((row - Self::ALL.len()) as u16),
        }
    }

    /// The colour at `t` from 0 to 1: the nearest of 256, clamped at the ends; what is no number
    /// takes the low end.
    pub fn at(self, t: f32) -> Rgba {
        let index = (t.clamp(0.0, 1.0) * 255.0 + 0.5) as usize;
        let table = self.table();
        let i = 3 * index.min(255);
        Rgba::opaque(table[i], table[i + 1], table[i + 2])
    }
}

const GRAY: [u8; 768] = {
    let mut table = [0; 768];
    let mut i = 0;
    while i < 768 {
        table[i] = (i / 3) as u8;
        i += 1;
    }
    table
};

/// Colours for categories that colour-blind readers tell apart (Okabe and Ito 2008), in the
/// order in which to take them; black last.
pub const OKABE_ITO: [Rgba; 8] = [
    Rgba::hex(0xE69F00),
    Rgba::hex(0x56B4E9),
    Rgba::hex(0x009E73),
    Rgba::hex(0xF0E442),
    Rgba::hex(0x0072B2),
    Rgba::hex(0xD55E00),
    Rgba::hex(0xCC79A7),
    Rgba::hex(0x000000),
];

/// The colour of category `index`, going round after eight.
pub const fn category(index: usize) -> Rgba {
    OKABE_ITO[index % OKABE_ITO.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE L* of an sRGB colour.
    fn lightness(color: Rgba) -> f64 {
        let linear = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        let [r, g, b, _] = color.0;
        let y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        if y <= 0.008856 {
            903.3 * y
        } else {
            116.0 * y.cbrt() - 16.0
        }
    }

    fn ladder(map: ColorMap) -> Vec<f64> {
        (0..=32)
            .map(|i| lightness(map.at(i as f32 / 32.0)))
            .collect()
    }

    #[test]
    fn sequential_maps_grow_ever_lighter() {
        use ColorMap::*;
        for map in [Batlow, Lajolla, Viridis, Magma, Cividis, Gray] {
            let ladder = ladder(map);
            assert!(
                ladder.windows(2).all(|pair| pair[1] > pair[0] - 0.05),
                "{map:?} {ladder:?}"
            );
            assert!(ladder[32] - ladder[0] > 50.0, "{map:?}");
        }
    }

    #[test]
    fn the_diverging_map_is_lightest_in_the_middle() {
        let ladder = ladder(ColorMap::Vik);
        assert!(ladder[..=16].windows(2).all(|pair| pair[1] > pair[0]));
        assert!(ladder[16..].windows(2).all(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn the_cyclic_map_closes() {
        let (Rgba(first), Rgba(last)) = (ColorMap::Phase.at(0.0), ColorMap::Phase.at(1.0));
        assert!(
            first.iter().zip(last).all(|(&a, b)| a.abs_diff(b) <= 3),
            "{first:?} {last:?}"
        );
    }

    #[test]
    fn ends_are_clamped_and_nan_is_low() {
        assert_eq!(ColorMap::Viridis.at(-1.0), Rgba::hex(0x440154));
        assert_eq!(ColorMap::Viridis.at(2.0), Rgba::hex(0xFDE725));
        assert_eq!(ColorMap::Viridis.at(f32::NAN), ColorMap::Viridis.at(0.0));
    }

    #[test]
    fn a_map_is_named_in_documents_by_one_word() {
        for map in ColorMap::all() {
            let json = serde_json::to_string(&map).unwrap_or_default();
            assert_eq!(serde_json::from_str::<ColorMap>(&json).ok(), Some(map));
        }
    }
}
