//! What a run begins with.

use loom_sim::{SimError, seed};

use super::chan::{self, Cells};
use super::edit;
use super::field::Field;
use super::plan::Plan;

/// The field at step 0.
///
/// # Errors
/// Cells of a creature that can't be read.
pub(crate) fn field(plan: &Plan) -> Result<Field, SimError> {
    let [width, height] = plan.size();
    let species = plan.law.species.len();
    let (rest, inside) = (plan.rest(&plan.values), plan.seed_values(&plan.values));
    let start = plan.text("start");
    if let ("file", Some(image)) = (start.as_str(), &plan.recipe.image)
        && (image.width(), image.height(), image.species()) == (width, height, species)
    {
        return Ok((**image).clone());
    }
    let mut field = Field::new(width, height, species)?;
    for (s, value) in rest.iter().enumerate() {
        field.fill(s, *value);
    }
    let (spots, radius) = (plan.real("spots").max(0.0) as usize, plan.real("spot"));
    let mut random = seed::stream(plan.seed, "start");
    let chance = |random: &mut _, count: usize| seed::unit(random) * count as f64;
    match start.as_str() {
        "creature" => {
            let cells = creature(&plan.recipe.cells)?;
            edit::place(
                &mut field,
                &cells,
                [width as f64 / 2.0, height as f64 / 2.0],
                0,
            );
        }
        "swarm" => {
            let cells = creature(&plan.recipe.cells)?;
            for _ in 0..spots {
                let at = [chance(&mut random, width), chance(&mut random, height)];
                let quarters = (4.0 * seed::unit(&mut random)) as u32;
                edit::place(&mut field, &cells, at, quarters);
            }
        }
        "seed" => {
            let middle = [width as f64 / 2.0, height as f64 / 2.0];
            disc(&mut field, middle, radius, &inside);
        }
        "spots" => {
            for _ in 0..spots {
                let at = [chance(&mut random, width), chance(&mut random, height)];
                disc(&mut field, at, radius, &inside);
            }
        }
        "patches" => {
            for _ in 0..spots {
                let at = [chance(&mut random, width), chance(&mut random, height)];
                let side = (2.0 * radius) as usize;
                // Patches differ in how full they are: somewhere something lives.
                let full = seed::unit(&mut random);
                for dy in 0..side.min(height) {
                    for dx in 0..side.min(width) {
                        for s in 0..species {
                            let value = full * seed::unit(&mut random);
                            let x = (at[0] as usize + dx) % width;
                            let y = (at[1] as usize + dy) % height;
                            field.set(s, x, y, value);
                        }
                    }
                }
            }
        }
        "noise" if plan.recipe.family != super::recipe::Family::Reaction => {
            for value in field.values_mut() {
                *value = seed::unit(&mut random);
            }
        }
        "spiral" => {
            for y in 0..height {
                for x in 0..width {
                    for (s, value) in inside.iter().enumerate() {
                        // The first species on one side, the others above: the ends meet in the
                        // middle and curl.
                        let there = if s == 0 {
                            2 * x < width
                        } else {
                            2 * y < height
                        };
                        if there {
                            field.set(s, x, y, *value);
                        }
                    }
                }
            }
        }
        _ => {}
    }
    let noise = plan.real("noise");
    if noise > 0.0 && matches!(start.as_str(), "seed" | "spots" | "noise" | "spiral") {
        let mut random = seed::stream(plan.seed, "noise");
        for value in field.values_mut() {
            *value += noise * (2.0 * seed::unit(&mut random) - 1.0);
        }
    }
    Ok(field)
}

/// The channels of a creature.
pub(crate) fn creature(channels: &[String]) -> Result<Vec<Cells>, SimError> {
    channels.iter().map(|text| chan::read(text)).collect()
}

/// A disc on a torus.
fn disc(field: &mut Field, at: [f64; 2], radius: f64, values: &[f64]) {
    let reach = radius.ceil() as i64;
    let (width, height) = (field.width() as i64, field.height() as i64);
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            if ((dx * dx + dy * dy) as f64) < radius * radius {
                let x = (at[0] as i64 + dx).rem_euclid(width) as usize;
                let y = (at[1] as i64 + dy).rem_euclid(height) as usize;
                for (s, value) in values.iter().enumerate() {
                    field.set(s, x, y, *value);
                }
            }
        }
    }
}
