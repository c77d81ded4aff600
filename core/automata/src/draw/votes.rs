//! Blocks of many cells in many states: the state that leads in each, in a shade that says how
//! much of the block lives.

use loom_sim::Rgba;

/// The most shades of a state.
const MOST: u32 = 12;

/// How many shades each state has in a palette of 255 places, blocks having 2^scale cells a side.
pub(super) fn shades(states: usize, scale: u32) -> u32 {
    if scale == 0 {
        // A cell lives or not.
        return 1;
    }
    (254 / (states.max(2) as u32 - 1)).clamp(1, MOST)
}

/// The place in the palette of a block that lives to such a share, 0 to 1; `field.wgsl` says the
/// same.
pub(super) fn place(state: u8, share: f32, shades: u32) -> u8 {
    if state == 0 {
        return 0;
    }
    let shades_ = shades as f32;
    let shade = (share.sqrt() * shades_).ceil().clamp(1.0, shades_) as u32;
    ((u32::from(state) - 1) * shades + shade).min(255) as u8
}

/// A palette with so many shades of each state, from colours of the states that end with that of
/// differences.
pub(super) fn palette(states: &[Rgba], shades: u32) -> Vec<Rgba> {
    let Some(([ground, states @ ..], different)) = states.split_last().map(|(d, s)| (s, d)) else {
        return Vec::new();
    };
    let mut palette = vec![*ground];
    for colour in states {
        for shade in 1..=shades {
            // Lone cells are seen, too.
            let t = 0.25 + 0.75 * shade as f32 / shades as f32;
            let t = if shade == shades { 1.0 } else { t };
            let mix = |i: usize| {
                let (from, to) = (f32::from(ground.0[i]), f32::from(colour.0[i]));
                (from + (to - from) * t).round() as u8
            };
            palette.push(Rgba([mix(0), mix(1), mix(2), mix(3)]));
        }
    }
    palette.resize(255, *ground);
    palette.push(*different);
    palette
}

/// The votes of cells for the state of their block (R. S. Boyer & J. S. Moore, MJRTY, 1991): a
/// state that more than half of the live cells have wins, and else one of many.
pub(super) struct Votes {
    states: Vec<u8>,
    leads: Vec<u32>,
    counts: Vec<u32>,
}

impl Votes {
    /// No votes for so many blocks.
    pub(super) fn new(blocks: usize) -> Self {
        Self {
            states: vec![0; blocks],
            leads: vec![0; blocks],
            counts: vec![0; blocks],
        }
    }

    /// A cell's vote; one in state 0 has none.
    pub(super) fn add(&mut self, block: usize, state: u8) {
        if state == 0 {
            return;
        }
        let (leader, lead) = (&mut self.states[block], &mut self.leads[block]);
        if *leader == state {
            *lead += 1;
        } else if *lead == 0 {
            (*leader, *lead) = (state, 1);
        } else {
            *lead -= 1;
        }
        self.counts[block] = self.counts[block].saturating_add(1);
    }

    /// Shares of live cells.
    pub(super) fn shares(&self, scale: u32) -> Vec<f32> {
        let part = (-2.0 * scale as f32).exp2();
        let counts = self.counts.iter();
        counts.map(|&count| count as f32 * part).collect()
    }

    /// Places in a palette of so many shades a state.
    pub(super) fn places(&self, scale: u32, shades: u32) -> Vec<u8> {
        let blocks = self.states.iter().zip(self.shares(scale));
        blocks
            .map(|(&state, share)| place(state, share, shades))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_state_of_most_of_its_cells_and_a_shade_of_their_share() {
        let mut votes = Votes::new(2);
        for state in [0, 3, 2, 2, 2, 0, 1] {
            votes.add(1, state);
        }
        let shades = shades(4, 2);
        assert_eq!(shades, 12);
        let places = votes.places(2, shades);
        // Five of 16 cells: the root of 5 / 16 is 0.56, of 12 shades the 7th.
        assert_eq!(places, [0, 12 + 7]);
        let colours = [[0; 4], [10, 20, 30, 255], [40, 50, 60, 255], [1; 4], [9; 4]].map(Rgba);
        let palette = palette(&colours, shades);
        assert_eq!(palette.len(), 256);
        assert_eq!(palette[24], colours[2]);
        assert_eq!(palette[255], colours[4]);
        // As many states as there are places have one shade each.
        assert_eq!(super::shades(256, 3), 1);
        assert_eq!(place(255, 0.1, 1), 255);
    }
}
