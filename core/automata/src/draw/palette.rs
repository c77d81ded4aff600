//! Colours of states: those of a rule's file, of its family, or a ramp.

use loom_sim::colour::{OKABE_ITO, category};
use loom_sim::view::Ink;
use loom_sim::{ColorMap, Rgba};

use crate::rule::{Family, Memory, Rule};

/// The map of this name.
pub(super) fn map(name: &str) -> Option<ColorMap> {
    ColorMap::all()
        .find(|map| map.name() == name)
        .or_else(|| ColorMap::own(name))
}

/// Ground, 254 shades and the colour of differences.
pub(super) fn shades(ink: &Ink, name: &str) -> Vec<Rgba> {
    let map = map(name);
    let mut palette: Vec<Rgba> = (0..255u32)
        .map(|level| {
            let t = level as f32 / 254.0;
            match map {
                _ if level == 0 => ink.ground,
                Some(map) => map.at(t),
                None => {
                    let mix = |a: u8, b: u8| (f32::from(a) * (1.0 - t) + f32::from(b) * t).round();
                    let ([r, g, b, _], [s, h, c, _]) = (ink.ground.0, ink.text.0);
                    Rgba::opaque(mix(r, s) as u8, mix(g, h) as u8, mix(b, c) as u8)
                }
            }
        })
        .collect();
    palette.push(OKABE_ITO[5]);
    palette
}

/// The colours of Golly's manual for the states of History and Super rules.
const MARKS: [[u8; 3]; 26] = [
    [48, 48, 48],
    [0, 255, 0],
    [0, 0, 160],
    [255, 216, 255],
    [255, 0, 0],
    [255, 255, 0],
    [96, 96, 96],
    [255, 105, 180],
    [128, 0, 128],
    [0, 191, 255],
    [0, 64, 128],
    [64, 224, 208],
    [0, 128, 64],
    [255, 255, 255],
    [255, 99, 71],
    [250, 128, 114],
    [219, 112, 147],
    [255, 165, 0],
    [245, 222, 179],
    [0, 255, 255],
    [192, 192, 192],
    [192, 255, 128],
    [255, 182, 193],
    [0, 255, 127],
    [1, 1, 1],
    [255, 0, 127],
];

/// The colour of each state, and of differences behind them; 256 at most.
pub(crate) fn of_states(rule: &Rule, ink: &Ink, shading: &str) -> Vec<Rgba> {
    let states = rule.states();
    let rgb = |[r, g, b]: [u8; 3]| Rgba::opaque(r, g, b);
    let ramp = |state: usize, first: usize, last: usize| {
        let t = (state - first) as f32 / (last.max(first + 1) - first) as f32;
        let colours = map(shading).or_else(|| map("lajolla"));
        // The ends of a map are too near to paper and to ink.
        colours.map_or(ink.text, |map| map.at(0.2 + 0.65 * t))
    };
    let last = states - 1;
    let mut palette: Vec<Rgba> = (0..states)
        .map(|state| match &rule.family {
            Family::Marked(marked) => match (marked.memory, state) {
                (_, 0) => ink.ground,
                (Memory::History, 2) => rgb([0, 0, 128]),
                (Memory::History, 3) => rgb([216, 255, 216]),
                _ => MARKS.get(state).map_or(ink.text, |&colour| rgb(colour)),
            },
            Family::Table(file) => match (file.colours.get(state), file.gradient) {
                (Some(Some(colour)), _) => rgb(*colour),
                (_, Some([from, to])) if state > 0 => {
                    let t = (state - 1) as f32 / (last.max(2) - 1) as f32;
                    let mix = |i: usize| {
                        let (a, b) = (f32::from(from[i]), f32::from(to[i]));
                        (a + (b - a) * t).round() as u8
                    };
                    rgb([mix(0), mix(1), mix(2)])
                }
                _ if state == 0 => ink.ground,
                _ if states <= 8 => category(state - 1),
                _ => ramp(state, 1, last),
            },
            Family::Turmite(turmite) => {
                let colours = usize::from(turmite.colours);
                match state {
                    0 => ink.ground,
                    _ if state >= colours => OKABE_ITO[5],
                    1 if colours == 2 => ink.text,
                    _ => ramp(state, 1, colours - 1),
                }
            }
            _ => match state {
                0 => ink.ground,
                1 if !matches!(rule.family, Family::Line(_)) => ink.text,
                _ => ramp(state, 1, last),
            },
        })
        .collect();
    palette.truncate(255);
    palette.push(OKABE_ITO[5]);
    palette
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn states_that_differ_look_different() {
        for name in [
            "WireWorld",
            "/2/3",
            "345/2/25",
            "RL",
            "LifeHistory",
            "K3C777",
            "Evoloop",
        ] {
            let rule: Rule = name.parse().unwrap();
            for ink in [Ink::light(), Ink::dark()] {
                let palette = of_states(&rule, &ink, "ink");
                assert_eq!(palette.len(), rule.states() + 1);
                for (i, a) in palette[..rule.states()].iter().enumerate() {
                    let others = palette[i + 1..rule.states()].iter();
                    let same = others.filter(|b| *b == a).count();
                    let machines = matches!(rule.family, Family::Turmite(_)) && i >= 2;
                    assert!(machines || same == 0, "{name} state {i}");
                }
            }
        }
    }
}
