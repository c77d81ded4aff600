//! `automata pairs` and `automata score`: states and their successors for sequence models, and
//! what such a model has predicted, held against the truth.

use std::path::{Path, PathBuf};

use clap::Args;
use loom_automata::Rule;
use loom_automata::games::{Density, Games, Score, Wish};
use loom_figure::npy_file::read_npz;
use loom_figure::{data, sha256};
use loom_sim::Job;
use serde_json::json;

use super::{Done, Failure, automata, given, output};

/// Write random states and their successors, for training and testing, with a manifest
#[derive(Debug, Args)]
#[command(
    after_help = "Each part is an NPZ file with `states` (games, states, rows, columns), bytes, and `density` (games).\n\n\
    Examples:\n  strange-loom automata pairs --out lifegpt\n  \
    strange-loom automata pairs --rule B36/S23 --size 64x64 --density 0.5 --states 11 --out highlife"
)]
pub struct Pairs {
    /// The rule; without a grid it runs on a torus of --size
    #[arg(long, value_name = "R", default_value = "B3/S23", value_parser = automata::rule)]
    rule: Rule,
    /// Width and height in cells
    #[arg(long, value_name = "WxH", default_value = "32x32", value_parser = given::size)]
    size: [u32; 2],
    /// Games for training
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    count: usize,
    /// Games for testing
    #[arg(long, value_name = "N", default_value_t = 1000)]
    test: usize,
    /// States of a game: 2 are a state and the next one
    #[arg(long, value_name = "N", default_value_t = 2)]
    states: usize,
    /// sweep: from empty to full in even steps; or the chance of each cell to live, such as 0.5
    #[arg(long, value_name = "sweep|P", default_value = "sweep", value_parser = density)]
    density: Density,
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace another set that lies in the folder
    #[arg(long)]
    overwrite: bool,
    /// Seed of the first states
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print the manifest as one JSON document
    #[arg(long)]
    json: bool,
}

fn density(text: &str) -> Result<Density, String> {
    if text == "sweep" {
        return Ok(Density::Sweep);
    }
    let chance = given::number(text)?;
    if (0.0..=1.0).contains(&chance) {
        Ok(Density::Fixed(chance))
    } else {
        Err("give sweep, or a chance from 0 to 1".into())
    }
}

impl Pairs {
    fn wish(&self, part: &'static str, count: usize) -> Wish {
        Wish {
            rule: self.rule.clone(),
            size: self.size,
            count,
            states: self.states,
            density: self.density,
            seed: self.seed,
            part,
        }
    }

    pub fn run(self) -> Done {
        let manifest_at = self.out.join("manifest.json");
        if manifest_at.exists() && !self.overwrite {
            return Err(Failure::input(format!(
                "{} holds a set already: give --overwrite to replace it, or another folder.",
                self.out.display()
            )));
        }
        let rule = self
            .wish("train", 1)
            .rule_on_grid()
            .map_err(|e| Failure::input(format!("{e}.")))?;
        let mut parts = Vec::new();
        let mut files = Vec::new();
        for (part, count) in [("train", self.count), ("test", self.test)] {
            if count == 0 {
                continue;
            }
            let bar = output::bar(part);
            let shown = bar.clone();
            let job = Job::new(
                std::sync::Arc::default(),
                move |fraction| shown.set_position((1000.0 * fraction) as u64),
                |_| {},
            );
            let games = self.wish(part, count).play(&job)?;
            bar.finish_and_clear();
            let bytes = data::games_npz(games.shape, &games.cells, &games.densities)?;
            let name = format!("{part}.npz");
            parts.push(json!({
                "file": name,
                "shape": games.shape,
                "sha256": sha256::sha256(&bytes),
            }));
            files.push((self.out.join(name), bytes));
        }
        let [width, height] = self.size;
        let density = match self.density {
            Density::Sweep => json!("sweep"),
            Density::Fixed(chance) => json!(chance),
        };
        let manifest = json!({
            "kind": "states of a cellular automaton and their successors",
            "program": format!("strange-loom {}", env!("CARGO_PKG_VERSION")),
            "rule": rule.to_string(),
            "cell_states": rule.states(),
            "width": width,
            "height": height,
            "states_of_a_game": self.states,
            "density": density,
            "seed": self.seed,
            "axes": ["game", "generation", "row", "column"],
            "parts": parts,
        });
        std::fs::create_dir_all(&self.out)
            .map_err(|e| Failure::job(format!("{} can't be made: {e}.", self.out.display())))?;
        for (path, bytes) in &files {
            output::file(Some(path), bytes)?;
        }
        let text = format!("{manifest:#}\n");
        // The manifest comes last: a folder with one is whole.
        output::file(Some(&manifest_at), text.as_bytes())?;
        if self.json {
            return output::text(&manifest.to_string());
        }
        let rows: Vec<(&str, String)> = files
            .iter()
            .map(|(path, bytes)| {
                let size = format!("{:.1} MB", bytes.len() as f64 / 1e6);
                ("Wrote", format!("{}, {size}", path.display()))
            })
            .collect();
        output::text(&output::pairs(&rows))
    }
}

/// Hold predicted states against the true ones, generation by generation
#[derive(Debug, Args)]
#[command(
    after_help = "Both files hold `states` (games, states, rows, columns); the first state of a game is given, not judged.\n\n\
    Example:\n  strange-loom automata score set/test.npz predicted.npz --wrong wrong.png"
)]
pub struct ScoreOf {
    /// The true states: a part of a set that `automata pairs` wrote
    truth: PathBuf,
    /// The predicted states, of the same shape
    prediction: PathBuf,
    /// Draw the last state of the game with the most wrong cells, those in red
    #[arg(long, value_name = "F.png")]
    wrong: Option<PathBuf>,
    /// Pixels a cell of that picture
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    pixels: u32,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The games in an NPZ file.
fn games(path: &Path) -> Result<Games, Failure> {
    let name = path.display().to_string();
    let arrays = read_npz(&name, &output::read(path)?)?;
    let wrong = |why: String| Failure::input(format!("{name}: {why}"));
    let known: Vec<&str> = arrays.iter().map(|(title, _)| title.as_str()).collect();
    let known = known.join(", ");
    let (_, array) = arrays
        .iter()
        .find(|(title, _)| title == "states")
        .ok_or_else(|| wrong(format!("there is no array named states, only {known}.")))?;
    let &[games, states, height, width] = &array.shape[..] else {
        return Err(wrong(format!(
            "states has the shape {:?}; it needs games, states, rows and columns.",
            array.shape
        )));
    };
    let cell = |x: &f64| (x.fract() == 0.0 && (0.0..256.0).contains(x)).then_some(*x as u8);
    let cells: Option<Vec<u8>> = array.values.iter().map(cell).collect();
    let cells = cells.ok_or_else(|| {
        let bad = array.values.iter().find(|x| cell(x).is_none());
        let bad = bad.copied().unwrap_or_default();
        wrong(format!(
            "{bad} is no state of a cell: round predictions to whole states first."
        ))
    })?;
    Ok(Games {
        shape: [games, states, height, width],
        cells,
        densities: Vec::new(),
    })
}

impl ScoreOf {
    pub fn run(self) -> Done {
        let (truth, prediction) = (games(&self.truth)?, games(&self.prediction)?);
        let score = Score::of(&truth, &prediction)
            .map_err(|e| Failure::input(format!("{}: {e}.", self.prediction.display())))?;
        if let Some(path) = &self.wrong {
            let worst = (0..score.wrong.len()).max_by_key(|game| score.wrong[*game]);
            let bytes = picture(&truth, &prediction, worst.unwrap_or(0), self.pixels)?;
            output::file(Some(path), &bytes)?;
        }
        if self.json {
            let document = json!({
                "games": truth.shape[0],
                "cells": score.cells,
                "accuracy": score.accuracy,
                "games_right_so_far": score.whole,
                "wrong_cells": score.wrong,
            });
            return output::text(&document.to_string());
        }
        let rows: Vec<Vec<String>> = (0..score.accuracy.len())
            .map(|n| {
                vec![
                    (n + 1).to_string(),
                    format!("{:.6}", score.accuracy[n]),
                    format!("{} of {}", score.whole[n], truth.shape[0]),
                ]
            })
            .collect();
        let heads = ["generation", "accuracy", "games right so far"];
        output::text(&output::table(&heads, &rows))
    }
}

/// The last state of a game as predicted, wrong cells in red.
fn picture(
    truth: &Games,
    prediction: &Games,
    game: usize,
    pixels: u32,
) -> Result<Vec<u8>, Failure> {
    let [_, states, height, width] = truth.shape;
    let area = width * height;
    let from = (game * states + states - 1) * area;
    let side = pixels as usize;
    let mut rgba = Vec::with_capacity(area * side * side * 4);
    for y in 0..height * side {
        for x in 0..width * side {
            let at = from + y / side * width + x / side;
            let (is, told) = (truth.cells[at], prediction.cells[at]);
            let color = match (is == told, told) {
                (true, 0) => [255, 255, 255],
                (true, _) => [32, 32, 36],
                // Missing cells are paler than cells too many.
                (false, 0) => [240, 150, 140],
                (false, _) => [200, 30, 30],
            };
            rgba.extend([color[0], color[1], color[2], 255]);
        }
    }
    let [across, down] = [width * side, height * side].map(|n| n as u32);
    Ok(loom_figure::png_file::encode(across, down, &rgba, None)?)
}
