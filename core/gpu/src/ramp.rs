//! Colour maps of one's own: stops, with colours between them in a perceptual space.
//!
//! A ramp is written as one line of text, which settings and documents carry, so that a picture
//! opens elsewhere with its own colours: `own:name:0 000000,0.4 7a1f5c,1 ffffff`. Between stops
//! colours run along straight lines of Oklab (Björn Ottosson 2020), in which equal steps look
//! about equal.

use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use crate::colour::{ColorMap, Rgba};

/// The most stops: as many as a map has entries.
pub const MOST_STOPS: usize = 256;
/// Ramps that are known at once; the one that was asked for longest ago makes room.
pub const MOST_OWN: usize = 256;
const PREFIX: &str = "own:";

/// Linear light of an sRGB byte.
fn linear(byte: u8) -> f64 {
    let c = f64::from(byte) / 255.0;
    if c <= 0.04045 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

fn byte(x: f64) -> u8 {
    let c = if x <= 0.003_130_8 {
        12.92 * x
    } else {
        1.055 * x.powf(1.0 / 2.4) - 0.055
    };
    (255.0 * c).round().clamp(0.0, 255.0) as u8
}

/// Oklab's lightness, green to red, blue to yellow.
pub fn oklab(color: Rgba) -> [f64; 3] {
    let [r, g, b] = [color.0[0], color.0[1], color.0[2]].map(linear);
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// The nearest sRGB colour of an Oklab one; what can't be shown is cut off.
pub fn from_oklab([lightness, a, b]: [f64; 3]) -> Rgba {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    Rgba::opaque(
        byte(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        byte(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        byte(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s),
    )
}

/// CIE L* of an sRGB colour, 0 to 100.
pub fn lightness(color: Rgba) -> f64 {
    let [r, g, b] = [color.0[0], color.0[1], color.0[2]].map(linear);
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    if y <= 216.0 / 24_389.0 {
        24_389.0 / 27.0 * y
    } else {
        116.0 * y.cbrt() - 16.0
    }
}

/// A colour at a place from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    pub at: f32,
    pub color: Rgba,
}

/// A map given by its stops: at least two, the first at 0, the last at 1, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ramp {
    name: String,
    stops: Vec<Stop>,
}

/// How even a ramp is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evenness {
    /// Lightness L* at the two ends.
    pub ends: [f64; 2],
    /// Lightness goes one way only.
    pub one_way: bool,
    /// Standard deviation over mean of the steps between neighbours in Oklab: 0 where all steps
    /// look equal.
    pub unevenness: f64,
}

impl Ramp {
    /// Orders the stops and stretches them to 0 … 1. `None` for fewer than two, for too many, or
    /// for places that are no numbers or all the same.
    pub fn new(name: &str, stops: impl IntoIterator<Item = Stop>) -> Option<Self> {
        let mut stops: Vec<Stop> = stops.into_iter().take(MOST_STOPS + 1).collect();
        if stops.len() < 2 || stops.len() > MOST_STOPS || stops.iter().any(|s| !s.at.is_finite()) {
            return None;
        }
        stops.sort_by(|a, b| a.at.total_cmp(&b.at));
        let (first, last) = (stops[0].at, stops[stops.len() - 1].at);
        let width = last - first;
        if !(width > 0.0 && width.is_finite()) {
            return None;
        }
        for stop in &mut stops {
            // Five digits are kept in the text.
            let at = f64::from(stop.at - first) / f64::from(width);
            stop.at = ((at * 1e5).round() / 1e5) as f32;
        }
        let name: String = name
            .chars()
            .filter(|c| !c.is_control() && !matches!(c, ':' | ','))
            .take(40)
            .collect();
        let name = name.trim();
        Some(Self {
            name: if name.is_empty() { "own" } else { name }.to_owned(),
            stops,
        })
    }

    /// Equally spaced colours.
    pub fn of_colors(name: &str, colors: &[Rgba]) -> Option<Self> {
        let last = colors.len().saturating_sub(1).max(1) as f32;
        let stop = |(i, color): (usize, &Rgba)| Stop {
            at: i as f32 / last,
            color: *color,
        };
        Self::new(name, colors.iter().enumerate().map(stop))
    }

    /// A known map with as few stops as come within about a byte of it.
    pub fn like(map: ColorMap, name: &str) -> Option<Self> {
        let table = map.table();
        let color = |i: usize| Rgba::opaque(table[3 * i], table[3 * i + 1], table[3 * i + 2]);
        let mut chosen = vec![0, 255];
        loop {
            let stops = chosen.iter().map(|i| Stop {
                at: *i as f32 / 255.0,
                color: color(*i),
            });
            let ramp = Self::new(name, stops)?;
            let worst = (0..256).max_by_key(|i| {
                let made = ramp.at(*i as f32 / 255.0).0;
                let meant = color(*i).0;
                (0..3)
                    .map(|c| u32::from(made[c].abs_diff(meant[c])))
                    .sum::<u32>()
            })?;
            let made = ramp.at(worst as f32 / 255.0).0;
            let gap: u32 = (0..3)
                .map(|c| u32::from(made[c].abs_diff(color(worst).0[c])))
                .sum();
            if gap <= 6 || chosen.len() >= 24 || chosen.contains(&worst) {
                return Some(ramp);
            }
            chosen.push(worst);
            chosen.sort_unstable();
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn renamed(&self, name: &str) -> Self {
        Self::new(name, self.stops.iter().copied()).unwrap_or_else(|| self.clone())
    }
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The colour at a place, clamped at the ends.
    pub fn at(&self, t: f32) -> Rgba {
        let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
        let next = self.stops.partition_point(|s| s.at <= t);
        let Some(high) = self.stops.get(next) else {
            return self.stops[self.stops.len() - 1].color;
        };
        let Some(low) = next.checked_sub(1).map(|i| self.stops[i]) else {
            return high.color;
        };
        let part = f64::from((t - low.at) / (high.at - low.at));
        if part == 0.0 {
            return low.color;
        }
        let (a, b) = (oklab(low.color), oklab(high.color));
        from_oklab([0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * part))
    }

    /// 256 triples of sRGB bytes.
    pub fn table(&self) -> [u8; 768] {
        let mut table = [0; 768];
        for (i, entry) in table.chunks_exact_mut(3).enumerate() {
            entry.copy_from_slice(&self.at(i as f32 / 255.0).0[..3]);
        }
        table
    }

    /// How even it is, by its 256 entries.
    pub fn evenness(&self) -> Evenness {
        evenness(&self.table())
    }

    /// The line that settings carry.
    pub fn text(&self) -> String {
        let mut text = format!("{PREFIX}{}:", self.name);
        for (i, stop) in self.stops.iter().enumerate() {
            let [r, g, b, _] = stop.color.0;
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(text, "{comma}{} {r:02x}{g:02x}{b:02x}", stop.at);
        }
        text
    }

    /// Reads such a line.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, list) = text.strip_prefix(PREFIX)?.split_once(':')?;
        if list.len() > MOST_STOPS * 24 {
            return None;
        }
        let stops: Option<Vec<Stop>> = list
            .split(',')
            .map(|part| {
                let (at, color) = part.trim().split_once(' ')?;
                let color = color.trim();
                if color.len() != 6 || !color.is_ascii() {
                    return None;
                }
                Some(Stop {
                    at: at.parse().ok()?,
                    color: Rgba::hex(u32::from_str_radix(color, 16).ok()?),
                })
            })
            .collect();
        Self::new(name, stops?)
    }
}

/// How even a table of 256 colours is.
pub fn evenness(table: &[u8; 768]) -> Evenness {
    let colors: Vec<Rgba> = table
        .chunks_exact(3)
        .map(|c| Rgba::opaque(c[0], c[1], c[2]))
        .collect();
    // Eight entries apart, where the rounding to bytes no longer counts.
    let steps: Vec<f64> = colors
        .windows(9)
        .map(|w| {
            let (a, b) = (oklab(w[0]), oklab(w[8]));
            (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
        })
        .collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    let variance = steps.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / steps.len() as f64;
    let ladder: Vec<f64> = colors.iter().map(|c| lightness(*c)).collect();
    let rises = ladder.windows(9).all(|w| w[8] > w[0] - 0.2);
    let falls = ladder.windows(9).all(|w| w[8] < w[0] + 0.2);
    Evenness {
        ends: [ladder[0], ladder[255]],
        one_way: rises || falls,
        unevenness: if mean > 0.0 {
            variance.sqrt() / mean
        } else {
            0.0
        },
    }
}

// The ramps that are in use.

struct Known {
    text: Arc<str>,
    table: Arc<[u8; 768]>,
    asked: u64,
}

struct Own {
    known: Vec<Known>,
    turn: u64,
    /// Raised whenever a table has changed.
    generation: u64,
}

static OWN: RwLock<Own> = RwLock::new(Own {
    known: Vec::new(),
    turn: 0,
    generation: 0,
});

impl ColorMap {
    /// The map that a setting's text means: a known one by name, or a line that carries its own
    /// stops.
    pub fn of(text: &str) -> Option<Self> {
        let named = match text {
            "batlow" => Self::Batlow,
            "lajolla" => Self::Lajolla,
            "viridis" => Self::Viridis,
            "magma" => Self::Magma,
            "cividis" => Self::Cividis,
            "vik" => Self::Vik,
            "phase" => Self::Phase,
            "gray" | "grey" => Self::Gray,
            _ => return Self::own(text),
        };
        Some(named)
    }

    /// The map of such a line.
    pub fn own(text: &str) -> Option<Self> {
        if !text.starts_with(PREFIX) {
            return None;
        }
        {
            let mut own = OWN.write().unwrap_or_else(PoisonError::into_inner);
            own.turn += 1;
            let turn = own.turn;
            if let Some(place) = own.known.iter().position(|k| *k.text == *text) {
                own.known[place].asked = turn;
                return Some(Self::Own(place as u16));
            }
        }
        let table = Arc::new(Ramp::parse(text)?.table());
        let mut own = OWN.write().unwrap_or_else(PoisonError::into_inner);
        own.generation += 1;
        let new = Known {
            text: text.into(),
            table,
            asked: own.turn,
        };
        let oldest = (0..own.known.len()).min_by_key(|i| own.known[*i].asked);
        let place = match oldest {
            Some(oldest) if own.known.len() >= MOST_OWN => {
                own.known[oldest] = new;
                oldest
            }
            _ => {
                own.known.push(new);
                own.known.len() - 1
            }
        };
        Some(Self::Own(place as u16))
    }

    /// A line that is being edited takes the place of what it was, so that a hand that drags a
    /// stop doesn't fill the list.
    pub fn replace_own(old: &str, new: &str) -> Option<Self> {
        let table = Arc::new(Ramp::parse(new)?.table());
        {
            let mut own = OWN.write().unwrap_or_else(PoisonError::into_inner);
            let taken = own.known.iter().any(|k| *k.text == *new);
            if let (false, Some(place)) = (taken, own.known.iter().position(|k| *k.text == *old)) {
                own.generation += 1;
                own.turn += 1;
                let asked = own.turn;
                own.known[place] = Known {
                    text: new.into(),
                    table,
                    asked,
                };
                return Some(Self::Own(place as u16));
            }
        }
        Self::own(new)
    }

    pub(crate) fn own_table(place: u16) -> Arc<[u8; 768]> {
        let own = OWN.read().unwrap_or_else(PoisonError::into_inner);
        match own.known.get(usize::from(place)) {
            Some(known) => known.table.clone(),
            None => Arc::new(*Self::Gray.table()),
        }
    }

    /// Maps of one's own that are known.
    pub(crate) fn owned() -> usize {
        OWN.read()
            .unwrap_or_else(PoisonError::into_inner)
            .known
            .len()
    }

    /// Changes whenever the table of a map of one's own does.
    pub(crate) fn generation() -> u64 {
        OWN.read()
            .unwrap_or_else(PoisonError::into_inner)
            .generation
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn oklab_of_known_colours() {
        // Ottosson's own examples: white and pure red.
        let white = oklab(Rgba::hex(0xFF_FFFF));
        assert!((white[0] - 1.0).abs() < 1e-4 && white[1].abs() < 1e-4);
        let red = oklab(Rgba::hex(0xFF_0000));
        for (x, y) in red.into_iter().zip([0.627_955, 0.224_863, 0.125_846]) {
            assert!((x - y).abs() < 1e-4, "{red:?}");
        }
        for rgb in [0x12_3456, 0xFE_DCBA, 0x00_FF00, 0x80_8080, 0] {
            assert_eq!(from_oklab(oklab(Rgba::hex(rgb))), Rgba::hex(rgb));
        }
    }

    #[test]
    fn black_to_white_is_even_and_grey_in_the_middle() {
        let ramp = Ramp::of_colors("grey", &[Rgba::hex(0), Rgba::hex(0xFF_FFFF)]).unwrap();
        let Rgba([r, g, b, _]) = ramp.at(0.5);
        assert_eq!((r, g), (g, b));
        // Oklab's middle grey has a linear light of 1/8: byte 99.
        assert_eq!(r, 99);
        let even = ramp.evenness();
        assert!(even.one_way && even.ends[0] < 0.1 && even.ends[1] > 99.9);
        // Near black a byte is a large step; above it greys are even.
        let ends = [Rgba::hex(0x40_4040), Rgba::hex(0xFF_FFFF)];
        let even = Ramp::of_colors("grey", &ends).unwrap().evenness();
        assert!(even.one_way && even.unevenness < 0.1, "{even:?}");
    }

    #[test]
    fn published_maps_are_even_and_a_rainbow_is_not() {
        for map in [ColorMap::Batlow, ColorMap::Viridis, ColorMap::Cividis] {
            let even = evenness(&map.table());
            assert!(even.one_way && even.unevenness < 0.35, "{map:?} {even:?}");
        }
        let rainbow = [0x00_00FF, 0x00_FFFF, 0x00_FF00, 0xFF_FF00, 0xFF_0000].map(Rgba::hex);
        let even = Ramp::of_colors("rainbow", &rainbow).unwrap().evenness();
        assert!(!even.one_way && even.unevenness > 0.35, "{even:?}");
    }

    #[test]
    fn a_line_comes_back_as_it_was() {
        let line = "own:dusk:0 000000,0.25 7a1f5c,1 ffffff";
        let ramp = Ramp::parse(line).unwrap();
        assert_eq!(ramp.text(), line);
        assert_eq!(ramp.at(0.25), Rgba::hex(0x7A_1F5C));
        for bad in [
            "own:x",
            "own:x:0 000000",
            "own:x:0 00000g,1 ffffff",
            "own:x:1 000000,1 ffffff",
            "own:x:nan 000000,1 ffffff",
            "batlow",
            "own:x:0 é0000,1 ffffff",
        ] {
            assert_eq!(Ramp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_known_map_is_met_by_a_few_stops() {
        for map in ColorMap::all() {
            let ramp = Ramp::like(map, "copy").unwrap();
            assert!(ramp.stops().len() <= 24);
            let (made, meant) = (ramp.table(), map.table());
            let worst = made
                .iter()
                .zip(meant.iter())
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(worst < Some(14), "{map:?}: {worst:?}");
        }
    }

    #[test]
    fn a_map_of_ones_own_is_found_by_its_line_and_keeps_its_place_while_edited() {
        let line = "own:mine:0 102030,1 f0e0d0";
        let map = ColorMap::of(line).unwrap();
        assert_eq!(ColorMap::of(line), Some(map));
        assert_eq!(map.at(0.0), Rgba::hex(0x10_2030));
        let next = "own:mine:0 112233,1 f0e0d0";
        assert_eq!(ColorMap::replace_own(line, next), Some(map));
        assert_eq!(map.at(0.0), Rgba::hex(0x11_2233));
        assert_eq!(ColorMap::of("own:broken"), None);
        assert_eq!(ColorMap::of("viridis"), Some(ColorMap::Viridis));
    }
}
