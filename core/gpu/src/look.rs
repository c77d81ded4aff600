//! Tones in their looks, cell by cell: the CPU twin of `lit` in `cells.wgsl`.

use crate::colour::ColorMap;
use crate::scene::{Density, Look, Tone};

/// Where the lamp is: to the left, above, and before the picture (y down).
const LAMP: [f32; 3] = [-0.4394, -0.6275, 0.643];

struct Lit<'a> {
    counts: &'a [u32],
    width: i64,
    height: i64,
    tone: Tone,
    most: u32,
    map: ColorMap,
}

/// The colours of all cells of a density: sRGB bytes with straight alpha, rows from the top.
/// `counts` holds width × height hits, the fullest cell `most`.
pub fn colors(density: &Density, counts: &[u32], most: u32) -> Vec<u8> {
    let lit = Lit {
        counts,
        width: i64::from(density.width),
        height: i64::from(density.height),
        tone: density.tone,
        most,
        map: density.map,
    };
    let mut bytes = Vec::with_capacity(counts.len() * 4);
    for y in 0..lit.height {
        for x in 0..lit.width {
            bytes.extend_from_slice(&lit.at(x, y));
        }
    }
    bytes
}

impl Lit<'_> {
    fn tone(&self, x: i64, y: i64) -> f32 {
        let inside = (0..self.width).contains(&x) && (0..self.height).contains(&y);
        let hits = if inside {
            self.counts
                .get((y * self.width + x) as usize)
                .copied()
                .unwrap_or(0)
        } else {
            0
        };
        if hits == 0 {
            0.0
        } else {
            self.tone.at(hits, self.most) as f32
        }
    }

    fn shade(&self, t: f32) -> [f32; 3] {
        let [r, g, b, _] = self.map.at(t).0;
        [r, g, b].map(|c| f32::from(c) / 255.0)
    }

    fn at(&self, x: i64, y: i64) -> [u8; 4] {
        let t = self.tone(x, y);
        if t == 0.0 {
            return [0; 4];
        }
        match self.tone.look {
            Look::Gas => self.map.at(t).0,
            Look::Light => straight(self.shade(0.25 + 0.75 * t), t * t),
            Look::Plasma => {
                let part = 1.0 - (2.0 * (3.0 * t).fract() - 1.0).abs();
                straight(self.shade(part), (t / 0.4).min(1.0))
            }
            Look::Liquid | Look::Solid => self.surface(x, y, t),
        }
    }

    fn surface(&self, x: i64, y: i64, t: f32) -> [u8; 4] {
        let [mut left, mut right, mut up, mut down] = [0.0; 4];
        for i in 1..=2 {
            for j in -1..=1 {
                left += self.tone(x - i, y + j);
                right += self.tone(x + i, y + j);
                up += self.tone(x + j, y - i);
                down += self.tone(x + j, y + i);
            }
        }
        let around = (left + right + up + down) / 24.0;
        let steep = 0.016 * self.height as f32 / 6.0;
        let normal = unit([(left - right) * steep, (up - down) * steep, 1.0]);
        let bright = dot(normal, LAMP).max(0.0);
        let cover = (t / 0.22).min(1.0);
        if self.tone.look == Look::Solid {
            let open = 1.0 / (1.0 + 6.0 * (around - t).max(0.0));
            let shade = self.shade(0.35 + 0.6 * t);
            return straight(shade.map(|c| c * (0.3 + 0.8 * bright) * open), cover);
        }
        let half = unit([LAMP[0], LAMP[1], LAMP[2] + 1.0]);
        let gleam = dot(normal, half).max(0.0).powi(48);
        let shade = self.shade(t);
        straight(
            shade.map(|c| c * (0.35 + 0.75 * bright) + 0.45 * gleam),
            cover,
        )
    }
}

fn straight(color: [f32; 3], alpha: f32) -> [u8; 4] {
    let byte = |x: f32| (255.0 * x.clamp(0.0, 1.0)).round() as u8;
    [byte(color[0]), byte(color[1]), byte(color[2]), byte(alpha)]
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(a: [f32; 3]) -> [f32; 3] {
    let length = dot(a, a).sqrt();
    a.map(|x| x / length)
}
