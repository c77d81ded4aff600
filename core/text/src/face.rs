//! What is read from a font file: characters, advances, kerning, metrics.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::{GlyphMetrics, Metrics};
use skrifa::raw::TableProvider as _;
use skrifa::raw::tables::gpos::{PairPos, PositionSubtables};
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};

use crate::font::Font;

/// An open face; lengths in ems.
pub(crate) struct Face {
    pub font: FontRef<'static>,
    charmap: Charmap<'static>,
    glyphs: GlyphMetrics<'static>,
    pub ascent: f64,
    /// Positive, below the baseline.
    pub descent: f64,
    pub cap_height: f64,
    units: f64,
    pairs: Vec<PairPos<'static>>,
    kerns: RwLock<HashMap<(u16, u16), f64>>,
}

/// The open face of `font`; `None` if its file can't be read, which a test rules out.
pub(crate) fn face(font: Font) -> Option<&'static Face> {
    static FACES: LazyLock<[Option<Face>; 8]> = LazyLock::new(|| Font::ALL.map(Face::open));
    FACES[font as usize].as_ref()
}

pub(crate) fn postscript_name(bytes: &[u8]) -> Option<String> {
    let font = FontRef::new(bytes).ok()?;
    let name = font.localized_strings(StringId::POSTSCRIPT_NAME).next()?;
    Some(name.to_string())
}

impl Face {
    fn open(font: Font) -> Option<Self> {
        let font = FontRef::new(font.bytes()).ok()?;
        let metrics = Metrics::new(&font, Size::unscaled(), LocationRef::default());
        let units = f64::from(metrics.units_per_em.max(1));
        Some(Self {
            charmap: font.charmap(),
            glyphs: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
            ascent: f64::from(metrics.ascent) / units,
            descent: -f64::from(metrics.descent) / units,
            cap_height: metrics
                .cap_height
                .map_or(0.7, |height| f64::from(height) / units),
            units,
            pairs: pairs(&font),
            kerns: RwLock::default(),
            font,
        })
    }

    /// The glyph of a character.
    pub fn glyph(&self, character: char) -> Option<u16> {
        let id = self.charmap.map(character)?;
        u16::try_from(id.to_u32()).ok().filter(|&id| id != 0)
    }

    /// How far the pen moves, ems.
    pub fn advance(&self, glyph: u16) -> f64 {
        f64::from(
            self.glyphs
                .advance_width(GlyphId::from(glyph))
                .unwrap_or(0.0),
        ) / self.units
    }

    /// What is added to the advance of `left` before `right`, ems.
    pub fn kern(&self, left: u16, right: u16) -> f64 {
        if self.pairs.is_empty() {
            return 0.0;
        }
        let known = self
            .kerns
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(left, right))
            .copied();
        known.unwrap_or_else(|| {
            let found = self
                .pairs
                .iter()
                .find_map(|table| pair(table, left, right))
                .unwrap_or(0);
            let kern = f64::from(found) / self.units;
            self.kerns
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert((left, right), kern);
            kern
        })
    }
}

/// The pair adjustments of the `kern` feature (OpenType, table GPOS, lookup type 2).
fn pairs(font: &FontRef<'static>) -> Vec<PairPos<'static>> {
    let Ok(gpos) = font.gpos() else {
        return Vec::new();
    };
    let (Ok(features), Ok(lookups)) = (gpos.feature_list(), gpos.lookup_list()) else {
        return Vec::new();
    };
    let mut indices: Vec<u16> = features
        .feature_records()
        .iter()
        .filter(|record| record.feature_tag() == skrifa::Tag::new(b"kern"))
        .filter_map(|record| record.feature(features.offset_data()).ok())
        .flat_map(|feature| {
            feature
                .lookup_list_indices()
                .iter()
                .map(|index| index.get())
        })
        .collect();
    indices.sort_unstable();
    indices.dedup();
    indices
        .into_iter()
        .filter_map(|index| lookups.lookups().get(usize::from(index)).ok())
        .filter_map(|lookup| lookup.subtables().ok())
        .flat_map(|subtables| match subtables {
            PositionSubtables::Pair(list) => list.iter().filter_map(Result::ok).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// What one table says of a pair, font units.
fn pair(table: &PairPos<'_>, left: u16, right: u16) -> Option<i16> {
    let (first, second) = (GlyphId::from(left), GlyphId::from(right));
    match table {
        PairPos::Format1(table) => {
            let row = table.coverage().ok()?.get(first)?;
            let set = table.pair_sets().get(row as usize).ok()?;
            let records = set.pair_value_records();
            let record = records
                .iter()
                .filter_map(Result::ok)
                .find(|record| record.second_glyph().to_u16() == right)?;
            record.value_record1().x_advance()
        }
        PairPos::Format2(table) => {
            table.coverage().ok()?.get(first)?;
            let row = u16::try_from(table.class_def1().ok()?.get(first)).ok()?;
            let column = u16::try_from(table.class_def2().ok()?.get(second)).ok()?;
            let [value, _] = table.class_value_records().get(row, column)?;
            value.x_advance()
        }
        _ => None,
    }
}
