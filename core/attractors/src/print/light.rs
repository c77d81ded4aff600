//! Light as numbers: from sRGB bytes to linear light and back, and colour maps in linear light.

use loom_sim::{ColorMap, Rgba};

/// Linear light of an sRGB channel from 0 to 1 (IEC 61966-2-1).
pub fn linear(c: f32) -> f32 {
    if c <= 0.040_45 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

/// The sRGB channel of linear light from 0 to 1.
pub fn srgb(x: f32) -> f32 {
    if x <= 0.003_130_8 {
        12.92 * x
    } else {
        1.055 * x.powf(1.0 / 2.4) - 0.055
    }
}

/// A colour in linear light.
pub fn linear_of(color: Rgba) -> [f32; 3] {
    let [r, g, b, _] = color.0;
    [r, g, b].map(|c| linear(f32::from(c) / 255.0))
}

/// Relative luminance of linear light.
pub fn luminance([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// A colour map in linear light, with colours between its entries.
#[derive(Clone, Debug)]
pub struct Shades {
    entries: Vec<[f32; 3]>,
    cyclic: bool,
}

impl Shades {
    pub fn new(map: ColorMap, reversed: bool) -> Self {
        let mut entries: Vec<[f32; 3]> = map
            .table()
            .chunks_exact(3)
            .map(|c| [c[0], c[1], c[2]].map(|c| linear(f32::from(c) / 255.0)))
            .collect();
        if reversed {
            entries.reverse();
        }
        let (first, last) = (entries[0], entries[entries.len() - 1]);
        let gap = (0..3).map(|i| (first[i] - last[i]).abs()).sum::<f32>();
        Self {
            entries,
            cyclic: gap < 0.03,
        }
    }

    /// The colour at `t` from 0 to 1.
    #[inline]
    pub fn at(&self, t: f32) -> [f32; 3] {
        let last = self.entries.len() - 1;
        // NaN becomes 0.
        let place = t.clamp(0.0, 1.0).max(0.0) * last as f32;
        let i = (place as usize).min(last - 1);
        let part = place - i as f32;
        let (a, b) = (self.entries[i], self.entries[i + 1]);
        [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * part)
    }

    /// The colour at any number, the map being gone through over and over: round and round where
    /// its ends meet, there and back where they don't.
    pub fn around(&self, t: f32) -> [f32; 3] {
        let part = t.rem_euclid(1.0);
        if self.cyclic {
            self.at(part)
        } else {
            self.at(1.0 - (2.0 * part - 1.0).abs())
        }
    }
}

/// Whether a map is to be reversed so that its low end comes near the ground.
pub fn suits_reversed(map: ColorMap, ground: [f32; 3]) -> bool {
    let ends = [0.0, 1.0].map(|t| srgb(luminance(linear_of(map.at(t)))));
    let ground = srgb(luminance(ground));
    (ends[0] - ground).abs() > (ends[1] - ground).abs() + 0.02
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_linear_light() {
        for byte in 0..=255u8 {
            let c = f32::from(byte) / 255.0;
            assert_eq!((srgb(linear(c)) * 255.0).round() as u8, byte);
        }
        // Half the light is a byte of 188.
        assert_eq!((srgb(0.5) * 255.0).round() as u8, 188);
    }

    #[test]
    fn maps_start_near_their_ground() {
        let (black, white) = ([0.0; 3], [1.0; 3]);
        for map in [ColorMap::Batlow, ColorMap::Magma, ColorMap::Viridis] {
            assert!(!suits_reversed(map, black), "{map:?}");
            assert!(suits_reversed(map, white), "{map:?}");
        }
    }

    #[test]
    fn cycling_colours_have_no_seam() {
        for map in [ColorMap::Phase, ColorMap::Batlow] {
            let shades = Shades::new(map, false);
            for whole in [0.0, 1.0, 5.0] {
                let (a, b) = (shades.around(whole - 1e-4), shades.around(whole + 1e-4));
                let gap: f32 = (0..3).map(|c| (a[c] - b[c]).abs()).sum();
                assert!(gap < 0.05, "{map:?} at {whole}: {gap}");
            }
        }
    }
}
