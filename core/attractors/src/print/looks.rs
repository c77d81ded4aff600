//! From a plate to light: the five looks, cell by cell, as premultiplied linear colour.
//!
//! Gas, Liquid, Light, Plasma and Solid are the names under which Chaoscope's users know them.

use rayon::prelude::*;

use super::light::{Shades, luminance};
use super::plate::Plate;
use super::recipe::{Channel, Look, Recipe};
use super::soften::gaussian;

/// Tones below this fade into the ground.
const FADE: f32 = 0.22;
/// Light that reaches every side.
const AMBIENT: f32 = 0.32;
/// Exponent of a highlight.
const GLOSS: i32 = 48;

/// Premultiplied linear light.
pub type Pixel = [f32; 4];

/// How the cells of a plate are lit; what needs the neighbourhood is made ready once.
#[derive(Debug)]
pub struct Lit<'a> {
    plate: &'a Plate,
    recipe: &'a Recipe,
    shades: Shades,
    /// Height of the lit surface in cells, where there is one.
    height: Vec<f32>,
    /// How open each cell is to light from all sides, 0 to 1.
    open: Vec<f32>,
    /// Part of a cell that the surface covers.
    cover: Vec<f32>,
    lamp: [f32; 3],
    /// Half way between the lamp and the eye.
    half: [f32; 3],
}

impl<'a> Lit<'a> {
    /// `depth_cells`: how many cells long the whole range of depths is.
    pub fn new(plate: &'a Plate, recipe: &'a Recipe, shades: Shades, depth_cells: f32) -> Self {
        let (s, c) = recipe.light.sin_cos();
        // 40 degrees above the paper.
        let (up, flat) = (0.643f32, 0.766f32);
        let lamp = [flat * c as f32, -flat * s as f32, up];
        let half = unit([lamp[0], lamp[1], lamp[2] + 1.0]);
        let mut lit = Self {
            plate,
            recipe,
            shades,
            height: Vec::new(),
            open: Vec::new(),
            cover: Vec::new(),
            lamp,
            half,
        };
        match recipe.look {
            Look::Liquid => lit.raise(),
            Look::Solid => match &plate.depth {
                Some(depth) if depth_cells > 0.0 => lit.carve(depth, depth_cells),
                _ => {
                    lit.raise();
                    lit.hollows();
                }
            },
            Look::Gas | Look::Light | Look::Plasma => {}
        }
        lit
    }

    /// Density as height.
    fn raise(&mut self) {
        let side = self.plate.side as f64;
        let tall = 0.05 * self.plate.height() as f32 * self.recipe.relief as f32;
        self.height = gaussian(&self.plate.tone, self.plate.width, 1.1 * side);
        self.height.par_iter_mut().for_each(|h| *h *= tall);
        self.cover = self.plate.tone.par_iter().map(|t| fade(*t, FADE)).collect();
    }

    /// Cells that lie lower than what surrounds them get less light.
    fn hollows(&mut self) {
        let reach = 0.012 * self.plate.height() as f64;
        let around = gaussian(&self.height, self.plate.width, reach);
        let scale = 1.0 / (0.6 * reach as f32);
        self.open = self
            .height
            .par_iter()
            .zip(&around)
            .map(|(h, a)| 1.0 / (1.0 + 1.6 * (a - h).max(0.0) * scale))
            .collect();
    }

    /// The nearest hits as a surface: gaps as wide as a pixel are closed, then the surface is
    /// smoothed, each cell by those that have one.
    fn carve(&mut self, depth: &[f32], depth_cells: f32) {
        let (width, side) = (self.plate.width, self.plate.side);
        let closed = nearest_around(depth, width, side);
        let there: Vec<f32> = closed
            .par_iter()
            .map(|d| if *d <= 1.0 { 1.0 } else { 0.0 })
            .collect();
        let sunk: Vec<f32> = closed
            .par_iter()
            .map(|d| if *d <= 1.0 { 1.0 - d } else { 0.0 })
            .collect();
        let smooth = |sigma: f64| -> Vec<f32> {
            let (sum, part) = (
                gaussian(&sunk, width, sigma),
                gaussian(&there, width, sigma),
            );
            sum.par_iter()
                .zip(&part)
                .map(|(s, p)| if *p > 1e-3 { s / p } else { 0.0 })
                .collect()
        };
        let fine = smooth(1.4 * side as f64);
        let reach = 0.015 * self.plate.height() as f64;
        let wide = smooth(reach);
        let scale = depth_cells / reach as f32;
        self.open = fine
            .par_iter()
            .zip(&wide)
            .map(|(h, a)| 1.0 / (1.0 + 0.7 * (a - h).max(0.0) * scale))
            .collect();
        let relief = self.recipe.relief as f32;
        self.height = fine
            .into_par_iter()
            .map(|h| h * depth_cells * relief)
            .collect();
        // Where orbits hardly ever come the surface is thin.
        let cover = gaussian(&there, width, 0.6 * side as f64);
        self.cover = cover
            .par_iter()
            .zip(&self.plate.tone)
            .map(|(c, t)| fade(*c, 1.0) * fade(*t, 0.3))
            .collect();
    }

    /// One cell.
    #[inline]
    pub fn cell(&self, i: usize) -> Pixel {
        let tone = self.plate.tone[i];
        let number = self.plate.number.as_ref().map(|n| n[i]);
        match self.recipe.look {
            Look::Gas => self.gas(tone, number),
            Look::Plasma => self.plasma(tone, number),
            Look::Light => self.light(i, tone, number),
            Look::Liquid | Look::Solid => self.surface(i, tone, number),
        }
    }

    /// The colour of a number: round the map where it is an angle.
    fn color(&self, number: f32) -> [f32; 3] {
        if self.recipe.channel == Channel::Direction {
            self.shades.around(number)
        } else {
            self.shades.at(number)
        }
    }

    fn gas(&self, tone: f32, number: Option<f32>) -> Pixel {
        match number {
            None => over(self.shades.at(tone), fade(tone, FADE)),
            // The number gives the colour, the density how much of it: in linear light.
            Some(number) => over(self.color(number), tone.powf(1.6)),
        }
    }

    fn plasma(&self, tone: f32, number: Option<f32>) -> Pixel {
        let turns = tone * self.recipe.cycles as f32 + number.unwrap_or(0.0);
        over(self.shades.around(turns), fade(tone, 0.4))
    }

    /// Not bounded by 1: the sum is brought into range by the finish. Alpha carries the light's
    /// own strength.
    fn light(&self, i: usize, tone: f32, number: Option<f32>) -> Pixel {
        let color = match number {
            Some(number) => self.color(number),
            None => self.shades.at(0.25 + 0.75 * tone),
        };
        // Between what is seen and what is there: the tone lifts the threads, the amount the
        // caustics.
        let energy = 0.55 * tone.powf(2.4) + 3.5 * self.plate.amount[i].min(8.0);
        let bright = luminance(color).max(0.05).powf(0.35);
        let [r, g, b] = color.map(|c| c / bright * energy);
        [r, g, b, energy]
    }

    fn surface(&self, i: usize, tone: f32, number: Option<f32>) -> Pixel {
        let cover = self.cover[i];
        if cover <= 0.0 {
            return [0.0; 4];
        }
        let width = self.plate.width;
        let (x, y) = (i % width, i / width);
        let at = |x: usize, y: usize| self.height.get(y * width + x).copied();
        let here = self.height[i];
        let left = if x > 0 { self.height[i - 1] } else { here };
        let right = if x + 1 < width {
            self.height[i + 1]
        } else {
            here
        };
        let up = y.checked_sub(1).and_then(|y| at(x, y)).unwrap_or(here);
        let down = at(x, y + 1).unwrap_or(here);
        let normal = unit([0.5 * (left - right), 0.5 * (up - down), 1.0]);
        let lamp = dot(normal, self.lamp).max(0.0);
        let gleam = dot(normal, self.half).max(0.0).powi(GLOSS) * self.recipe.shine as f32;
        let open = self.open.get(i).copied().unwrap_or(1.0);
        let base = match number {
            Some(number) => self.color(number),
            None if self.recipe.look == Look::Solid => self.shades.at(0.35 + 0.6 * open * tone),
            None => self.shades.at(tone),
        };
        let shade = AMBIENT * open + (1.05 - AMBIENT) * lamp * (0.35 + 0.65 * open);
        let color = base.map(|c| c * shade + 0.7 * gleam * open);
        over(color, cover)
    }
}

/// From 0 to 1 while `x` goes from 0 to `end`, with soft ends.
fn fade(x: f32, end: f32) -> f32 {
    let t = (x / end).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn over([r, g, b]: [f32; 3], alpha: f32) -> Pixel {
    [r * alpha, g * alpha, b * alpha, alpha]
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(a: [f32; 3]) -> [f32; 3] {
    let length = dot(a, a).sqrt().max(1e-9);
    a.map(|x| x / length)
}

/// The least value within `reach` cells across and down.
fn nearest_around(image: &[f32], width: usize, reach: usize) -> Vec<f32> {
    let least = |list: &[f32]| list.iter().copied().fold(f32::INFINITY, f32::min);
    let mut across = vec![0.0; image.len()];
    across
        .par_chunks_mut(width)
        .zip(image.par_chunks(width))
        .for_each(|(out, row)| {
            for (x, o) in out.iter_mut().enumerate() {
                *o = least(&row[x.saturating_sub(reach)..(x + reach + 1).min(width)]);
            }
        });
    let height = image.len() / width.max(1);
    let mut out = vec![f32::INFINITY; image.len()];
    out.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        for near in y.saturating_sub(reach)..(y + reach + 1).min(height) {
            for (o, x) in out.iter_mut().zip(&across[near * width..][..width]) {
                *o = o.min(*x);
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::{ColorMap, Settings};

    use super::*;
    use crate::definition::Definition;

    fn recipe(look: Look) -> Recipe {
        let text = "equations = \"x' = y; y' = z; z' = -x\"\n";
        let definition = Definition::parse("a.toml", text).unwrap();
        Recipe {
            look,
            channel: Channel::None,
            ..Recipe::new(&definition, &Settings::new()).unwrap()
        }
    }

    #[test]
    fn where_nothing_was_hit_every_look_is_clear() {
        let plate = Plate::of_tones(8, vec![0.0; 64]);
        for (key, _) in Look::ALL {
            let recipe = recipe(Look::of(key).unwrap());
            let lit = Lit::new(&plate, &recipe, Shades::new(ColorMap::Batlow, false), 0.0);
            assert_eq!(lit.cell(27), [0.0; 4], "{key}");
        }
    }

    #[test]
    fn a_slope_towards_the_lamp_is_brighter_than_one_away_from_it() {
        // A ridge from top to bottom: its left side looks to the left.
        let width = 64;
        let tone = |x: usize| 1.0 - (x as f32 - 32.0).abs() / 40.0;
        let tones: Vec<f32> = (0..64 * width).map(|i| tone(i % width)).collect();
        let plate = Plate::of_tones(width, tones);
        for look in [Look::Liquid, Look::Solid] {
            let mut recipe = recipe(look);
            recipe.relief = 6.0;
            recipe.light = std::f64::consts::PI;
            let shades = Shades::new(ColorMap::Gray, false);
            let lit = Lit::new(&plate, &recipe, shades, 0.0);
            let (left, right) = (lit.cell(32 * width + 20), lit.cell(32 * width + 44));
            assert!(left[1] > 1.3 * right[1], "{look:?} {left:?} {right:?}");
        }
    }

    #[test]
    fn the_number_gives_the_hue_and_density_the_amount_in_linear_light() {
        let mut plate = Plate::of_tones(2, vec![1.0, 0.5]);
        plate.number = Some(vec![0.7, 0.7]);
        let recipe = recipe(Look::Gas);
        let lit = Lit::new(&plate, &recipe, Shades::new(ColorMap::Viridis, false), 0.0);
        let (full, half) = (lit.cell(0), lit.cell(1));
        for c in 0..3 {
            assert!((half[c] / full[c] - half[3]).abs() < 1e-5);
        }
    }
}
