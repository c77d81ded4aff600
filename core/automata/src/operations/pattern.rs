//! What the cells are as a pattern, and where it goes.

use loom_sim::operation::Outcome;
use loom_sim::{Model, SimError};
use num_bigint::{BigInt, BigUint};

use super::{Desk, clipboard, counted, edited};
use crate::edit::{Area, Edit, MOST, Mode};
use crate::hand;
use crate::identify::{self, Fate, Limits, Object};
use crate::metapixel;
use crate::pattern::Pattern;
use crate::rle_write;
use crate::rule::{Family, Rule, Topology};
use crate::science::KEY;
use crate::start::{PATTERN, RULE};

/// The most cells whose fate is followed.
const FOLLOWED: u64 = 1 << 18;

/// The most live cells of a pattern that opens beside.
const OPENED: u64 = 1 << 22;

/// What following a pattern may cost: about a second.
const LIMITS: Limits = Limits {
    generations: 20_000,
    work: 20_000_000,
};

pub(super) fn operate(desk: &Desk, key: &str) -> Result<Outcome, SimError> {
    match key {
        "check" => Ok(Outcome::default().saying(check(desk)?)),
        "count" => Ok(Outcome::default().saying(count(desk)?)),
        "center" => center(desk),
        "metafy" => metafy(desk),
        "make_torus" => {
            let area = desk.selected()?;
            let edit = Edit::Torus { area };
            Ok(edited(&edit, None).view(hand::SELECTION, ""))
        }
        _ => open(desk),
    }
}

/// What the cells are, in one sentence.
fn check(desk: &Desk) -> Result<String, SimError> {
    let area = desk.selected_or_all()?;
    let cells = desk.cells(&area, FOLLOWED)?;
    if cells.runs.is_empty() {
        return Err(SimError::other("No live cells are selected."));
    }
    let mut pattern = Pattern {
        runs: cells.runs,
        ..Pattern::default()
    };
    pattern.fit();
    let rule = desk.world().rule().on(Topology::Plane);
    let identity = identify::identify(&pattern, &rule, &LIMITS).map_err(SimError::other)?;
    Ok(capital(&match &identity.fate {
        Fate::Object(object) => in_words(object),
        Fate::Becomes { generation, object } => {
            let after = counted(generation, "generation", "generations");
            format!("after {after} a {}", in_words(object))
        }
        other => other.to_string(),
    }))
}

/// `c/4 diagonal glider, period 4, xq4_153`.
pub(super) fn in_words(object: &Object) -> String {
    let name = object.name.unwrap_or_else(|| object.kind());
    let mut words = match object.velocity() {
        Some(velocity) => format!("{velocity} {name}"),
        None => name.to_owned(),
    };
    if object.period == 1 && object.name.is_some() {
        words.push_str(&format!(", {}", object.kind()));
    } else if object.period > 1 {
        words.push_str(&format!(", period {}", object.period));
    }
    if let Some(code) = &object.apgcode {
        words.push_str(&format!(", {code}"));
    }
    words
}

fn capital(words: &str) -> String {
    // A speed is written small wherever it stands.
    let speed = words.starts_with("c/") || words.starts_with(|c: char| !c.is_alphabetic());
    let mut chars = words.chars();
    match chars.next() {
        Some(first) if !speed => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        _ => format!("{words}."),
    }
}

/// How many cells there are of each state.
fn count(desk: &Desk) -> Result<String, SimError> {
    let rule = desk.world().rule();
    let (counts, all) = match desk.selection()? {
        Some(area) => {
            let mut counts = vec![0u64; 256];
            for run in desk.cells(&area, MOST)?.runs {
                counts[usize::from(run.state)] += run.length;
            }
            let live = (1..=255u8).zip(counts.into_iter().skip(1));
            let counts: Vec<(u8, BigUint)> = live.map(|(s, n)| (s, n.into())).collect();
            (counts, Some(area.cell_count()))
        }
        None => (
            desk.world().counts()?,
            desk.world().area().map(BigUint::from),
        ),
    };
    let live: BigUint = counts.iter().map(|(_, n)| n).sum();
    let mut parts = vec![counted(&live, "live cell", "live cells")];
    if rule.states() > 2 {
        let some = counts.iter().filter(|(_, n)| n.bits() > 0);
        parts.extend(some.map(|(state, n)| match rule.state_name(*state) {
            Some(name) => format!("{n} in state {state} ({name})"),
            None => format!("{n} in state {state}"),
        }));
    }
    if let Some(all) = all.filter(|all| *all >= live) {
        parts.push(format!("{} dead", all - live));
    }
    let place = if desk.selection()?.is_some() {
        "Selected"
    } else {
        "In all"
    };
    Ok(format!("{place}: {}.", parts.join(", ")))
}

/// Moves everything so that its middle lies at the origin.
fn center(desk: &Desk) -> Result<Outcome, SimError> {
    let Some(bounds) = desk.world().bounds()? else {
        return Err(SimError::other("There are no live cells."));
    };
    let area = Area::of_bounds(bounds);
    let half = |n: &BigInt| -> BigInt { n >> 1 };
    let by = [
        -(&area.left + half(&area.width)),
        -(&area.top + half(&area.height)),
    ];
    if by.iter().all(|c| *c == BigInt::default()) {
        return Ok(Outcome::default().saying("The cells lie around the origin already."));
    }
    let selected = desk.selection()?.map(|s| s.moved(&by[0], &by[1]));
    let edit = Edit::Move {
        area,
        by: by.map(Into::into),
        mode: Mode::Or,
    };
    Ok(edited(&edit, selected.as_ref()))
}

/// The selected cells as metapixels in a run of their own.
fn metafy(desk: &Desk) -> Result<Outcome, SimError> {
    let area = desk.selected_or_all()?;
    let rule = desk.world().rule();
    let life = rule.life().ok_or_else(|| {
        SimError::Other(format!(
            "Metapixels act by rules B/S alone, and this one is {rule}."
        ))
    })?;
    let most = metapixel::MOST;
    let size = area.small().filter(|&(w, h)| w <= most && h <= most);
    let size = size.ok_or_else(|| {
        SimError::Other(format!(
            "{}: at most {most} metapixels can stand on a side; select fewer cells.",
            area.size_in_words()
        ))
    })?;
    let cells = desk.cells(&area, OPENED)?;
    let mut alive = vec![false; (size.0 * size.1) as usize];
    for run in &cells.runs {
        let start = (run.y * size.0 + run.x) as usize;
        alive[start..start + run.length as usize].fill(true);
    }
    let text = metapixel::metafy(life, size, |x, y| alive[(y * size.0 + x) as usize])?;
    let model = Model::new(KEY, PATTERN)
        .with("base", 8i64)
        .with("exponent", 4i64)
        .attach(PATTERN, "metapixels.mc", text.as_bytes());
    let title = format!("Metapixels of {rule}");
    Ok(Outcome {
        opens: Some((title, Box::new(model))),
        ..Outcome::default()
    })
}

/// A run of its own with the selected cells.
fn open(desk: &Desk) -> Result<Outcome, SimError> {
    let area = desk.selected_or_all()?;
    let cells = desk.cells(&area, OPENED)?;
    let mut pattern = clipboard::pattern(desk, &area, &cells)?;
    let rule = desk.world().rule();
    let text = match &rule.family {
        // A rule of a file that came along is not known by its name alone.
        Family::Table(_) => {
            pattern.rule = None;
            hand::bare(&pattern)
        }
        _ => rle_write::write(&pattern),
    };
    let name = "selection.rle";
    let mut model = Model::new(KEY, PATTERN)
        .with("rule", rule.to_string())
        .attach(PATTERN, name, text.as_bytes());
    if let Family::Table(file) = &rule.family
        && file.name.parse::<Rule>().map(|r| r.family).ok().as_ref() != Some(&rule.family)
    {
        let name = format!("{}.rule", file.name);
        model = model.attach(RULE, &name, file.source().as_bytes());
    }
    let title = format!("Selection of {}", area.size_in_words());
    Ok(Outcome {
        opens: Some((title, Box::new(model))),
        ..Outcome::default()
    })
}
