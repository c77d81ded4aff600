//! The atlas: glyph masks in one texture, each made once.
//!
//! A mask belongs to a glyph at one size in physical pixels, at one quarter-pixel phase and one
//! rotation, so that text is as sharp as the pixels allow. When the atlas is full it is emptied
//! and begins anew with what the next frames show.

use std::collections::HashMap;

use loom_text::{Font, outline};

use super::coverage;

/// What a mask depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    font: Font,
    id: u16,
    /// Em size in sixteenths of a pixel.
    size: u32,
    /// Quarter pixels.
    phase: [u8; 2],
    /// Bits of the rotation as f32.
    rotation: u32,
}

/// Where a mask lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Upper left texel in the atlas.
    pub texel: [u16; 2],
    pub size: [u16; 2],
    /// From the glyph's whole-pixel origin to the mask's corner.
    pub corner: [i32; 2],
}

#[derive(Debug)]
pub(crate) struct Atlas {
    edge: u32,
    limit: u32,
    pixels: Vec<u8>,
    known: HashMap<Key, Option<Place>>,
    /// The free place on the current shelf, and the shelf's height.
    pen: [u32; 2],
    shelf: u32,
    /// Rows that the texture lacks.
    pub stale: Option<[u32; 2]>,
    /// Grows whenever old places become void.
    pub generation: u64,
}

/// Texels between masks, so that smoothing does not mix them.
const GAP: u32 = 1;
/// Beyond this em size (physical pixels) a glyph is drawn as triangles.
pub(crate) const LARGEST: f64 = 160.0;

impl Atlas {
    /// The texel that covers fully, for everything that is no glyph: in the middle of a block,
    /// so that smoothing leaves it whole.
    pub const SOLID: [u16; 2] = [2, 2];

    pub fn new(limit: u32) -> Self {
        let edge = 1024.min(limit);
        let mut atlas = Self {
            edge,
            limit: limit.min(4096),
            pixels: Vec::new(),
            known: HashMap::new(),
            pen: [0; 2],
            shelf: 0,
            stale: None,
            generation: 0,
        };
        atlas.clear();
        atlas
    }

    pub fn edge(&self) -> u32 {
        self.edge
    }

    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    fn clear(&mut self) {
        self.pixels = vec![0; (self.edge * self.edge) as usize];
        for y in 0..4 {
            for x in 0..4 {
                self.pixels[(y * self.edge + x) as usize] = 255;
            }
        }
        self.known.clear();
        (self.pen, self.shelf) = ([4 + GAP, 0], 4 + GAP);
        self.stale = Some([0, self.edge]);
        self.generation += 1;
    }

    /// The mask of a glyph whose origin lies at `at`, physical pixels, and the whole-pixel
    /// origin to which its corner is added. `None` when it is too large.
    pub fn place(
        &mut self,
        (font, id): (Font, u16),
        size: f64,
        rotation: f64,
        at: [f64; 2],
    ) -> Option<(Place, [f64; 2])> {
        if !(size > 0.0 && size <= LARGEST && at.iter().all(|x| x.abs() < 1e7)) {
            return None;
        }
        // Lines of text keep their baseline on whole pixels.
        let snapped = if rotation == 0.0 {
            [at[0], at[1].round()]
        } else {
            at
        };
        let quarters = snapped.map(|x| (4.0 * x).round());
        let whole = quarters.map(|q| (q / 4.0).floor());
        let phase: [u8; 2] = std::array::from_fn(|i| (quarters[i] - 4.0 * whole[i]) as u8);
        let key = Key {
            font,
            id,
            size: (16.0 * size).round() as u32,
            phase,
            rotation: (rotation as f32).to_bits(),
        };
        if let Some(known) = self.known.get(&key) {
            return known.map(|place| (place, whole));
        }
        let (sin, cos) = rotation.sin_cos();
        let size = f64::from(key.size) / 16.0;
        let shift = phase.map(|quarter| f64::from(quarter) / 4.0);
        let path: Vec<_> = outline(font, id)
            .iter()
            .map(|segment| {
                segment.map(|[x, y]| {
                    let (x, y) = (size * x, -size * y);
                    [shift[0] + cos * x + sin * y, shift[1] - sin * x + cos * y]
                })
            })
            .collect();
        let place = coverage::fill(&path).and_then(|mask| self.store(&mask));
        self.known.insert(key, place);
        place.map(|place| (place, whole))
    }

    fn store(&mut self, mask: &coverage::Mask) -> Option<Place> {
        let (width, height) = (mask.width as u32, mask.height as u32);
        if width + 2 * GAP > self.limit || height + 2 * GAP > self.limit {
            return None;
        }
        while !self.room(width, height) {
            if self.edge < self.limit {
                self.edge = (2 * self.edge).min(self.limit);
            }
            self.clear();
        }
        let [x, y] = self.pen;
        for (row, cover) in mask.cover.chunks_exact(mask.width.max(1)).enumerate() {
            let start = ((y + row as u32) * self.edge + x) as usize;
            self.pixels[start..start + mask.width].copy_from_slice(cover);
        }
        let [from, to] = self.stale.unwrap_or([y, y]);
        self.stale = Some([from.min(y), to.max(y + height)]);
        self.pen[0] += width + GAP;
        self.shelf = self.shelf.max(height + GAP);
        Some(Place {
            texel: [x as u16, y as u16],
            size: [width as u16, height as u16],
            corner: mask.corner,
        })
    }

    /// Moves the pen to where a mask of this size fits; false when the atlas is full.
    fn room(&mut self, width: u32, height: u32) -> bool {
        if self.pen[0] + width + GAP > self.edge {
            self.pen = [0, self.pen[1] + self.shelf];
            self.shelf = 0;
        }
        self.pen[0] + width + GAP <= self.edge && self.pen[1] + height + GAP <= self.edge
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use loom_text::layout;

    #[test]
    fn the_same_glyph_is_made_once_and_lies_apart_from_others() {
        let mut atlas = Atlas::new(4096);
        let glyphs = layout("Loom", Font::Sans, 1.0).glyphs;
        let places: Vec<_> = glyphs
            .iter()
            .map(|glyph| {
                atlas
                    .place((glyph.font, glyph.id), 20.0, 0.0, [10.0, 20.0])
                    .unwrap()
                    .0
            })
            .collect();
        assert_eq!(places[1], places[2]);
        assert!(places[0].texel[0] + places[0].size[0] < places[1].texel[0]);
    }

    #[test]
    fn a_full_atlas_begins_anew() {
        let mut atlas = Atlas::new(256);
        let before = atlas.generation;
        for size in 10..120 {
            for letter in layout("Strange", Font::Serif, 1.0).glyphs {
                assert!(
                    atlas
                        .place((letter.font, letter.id), f64::from(size), 0.0, [0.0; 2])
                        .is_some()
                );
            }
        }
        assert!(atlas.generation > before);
    }
}
