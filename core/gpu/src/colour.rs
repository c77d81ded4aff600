//! Colours, and the maps by which numbers become colours.

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
}
