//! The gallery: every named rule as an entry of the catalogue, on a grid and with a start on
//! which it shows what it does.

use loom_sim::Model;
use loom_sim::science::{Entry, Experiment};

use crate::rule::named::{Named, names};
use crate::rule::{Family, Line, Rule, Topology};
use crate::science::KEY;
use crate::start::{PATTERN, SOUP};

/// Langton's loop of 1984 (and Sayama's of 1999 below), and a clock with a loop of wire.
const LOOP: &str = "x = 15, y = 10, rule = Langtons-Loops\n\
    .8B$BAG.AD.ADB$B.6B.B$BGB4.BAB$BAB4.BAB$B.B4.BAB$BGB4.BAB$BA6BA5B$B.GA.GA.G5AB$.13B!\n";
const EVOLOOP: &str = "x = 17, y = 17, rule = Evoloop\n\
    .15B$BG.AG.AG.AG.4AB$BA13BAB$B.B11.BAB$BGB11.BAB$BAB11.BAB$B.B11.BAB$BGB11.BAB$BAB11.BAB$\
    B.B11.BAB$BGB11.BGB$BAB11.B.B$B.B11.BAB$BGB11.BGB$BA13B.B$B.GA.GA.GA.DA.DAB$.14BE!\n";
const CLOCK: &str = "x = 16, y = 7, rule = WireWorld\n\
    .3C$C3.9C$A.C.C8.C$B3.C8.C$.3C9.C$13.3C!\n";

/// The key of a name: small letters and hyphens.
fn key(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .map(|word| word.replace('\'', "").to_lowercase())
        .collect();
    words.join("-")
}

/// The grid and the share of live cells at the start, or a pattern.
enum Start {
    Soup(&'static str, f64),
    Cell(&'static str),
    Pattern(&'static str),
}

fn is_elementary(rule: &Rule) -> bool {
    matches!(&rule.family, Family::Line(line) if matches!(**line, Line::Elementary(_)))
}

fn start(rule: &Rule) -> Start {
    match &rule.family {
        Family::Line(_) => Start::Cell(":T512,256"),
        Family::Turmite(_) => Start::Soup("", 0.0),
        Family::Space(_) => Start::Soup(":T24", 0.2),
        Family::Blocks(_) => Start::Soup(":T256", 0.12),
        Family::Table(file) => match file.name.as_str() {
            "Langtons-Loops" => Start::Pattern(LOOP),
            "Evoloop" => Start::Pattern(EVOLOOP),
            _ => Start::Pattern(CLOCK),
        },
        Family::Marked(_) => Start::Soup(":T128", 0.3),
        Family::Larger(_) => Start::Soup(":T256", 0.5),
        Family::Generations(_) => Start::Soup(":T256", 0.25),
        Family::Life(_) | Family::Binary(_) if rule.has_b0() => Start::Soup(":T256", 0.5),
        Family::Life(_) | Family::Binary(_) => Start::Soup(":T256", 0.35),
    }
}

fn entry(named: &Named) -> Option<Entry> {
    // A rule in space is read with its box only.
    let text = named.rule;
    let rule: Rule = text
        .parse()
        .or_else(|_| format!("{text}:T24").parse())
        .ok()?;
    // These have a gallery of their own.
    if is_elementary(&rule) {
        return None;
    }
    let soup = |grid: &str| Model::new(KEY, SOUP).with("rule", format!("{text}{grid}"));
    let model = match start(&rule) {
        Start::Soup(grid, density) => {
            let mut model = soup(grid).with("density", density);
            if grid.is_empty() {
                model = model.with("width", 3i64).with("height", 3i64);
            }
            model
        }
        Start::Cell(grid) => soup(grid)
            .with("density", 1.0)
            .with("width", 1i64)
            .with("height", 1i64),
        Start::Pattern(rle) => {
            let name = format!("{}.rle", key(named.name));
            Model::new(KEY, PATTERN).attach(PATTERN, &name, rle.as_bytes())
        }
    };
    Some(Entry {
        name: key(named.name),
        title: named.name.to_owned(),
        group: group(&rule).to_owned(),
        summary: named.about.to_owned(),
        citation: String::new(),
        keywords: vec![text.to_owned(), rule.family_name().to_owned()],
        model,
        experiments: vec![Experiment {
            sentence: "Half as fast a look: every generation for itself.".to_owned(),
            button: "One generation a step".to_owned(),
            set: vec![("exponent".to_owned(), 0i64.into())],
        }],
    })
}

fn group(rule: &Rule) -> &'static str {
    match &rule.family {
        Family::Life(_) => "Life-like rules",
        Family::Binary(_) => "Other rules of two states",
        Family::Generations(_) => "Generations",
        Family::Larger(_) => "Larger than Life",
        Family::Line(_) => "One dimension",
        Family::Blocks(_) => "Block rules",
        Family::Turmite(_) => "Turmites",
        Family::Space(_) => "Three dimensions",
        Family::Marked(_) => "Rules with a memory",
        Family::Table(_) => "Rule tables",
    }
}

/// Every named rule whose key is not taken.
pub(crate) fn entries(taken: &[String]) -> Vec<Entry> {
    let entries = names().iter().filter_map(entry);
    entries.filter(|e| !taken.contains(&e.name)).collect()
}

/// A small model that shows the same, and the generation at which it is pictured.
pub(crate) fn small(model: &Model) -> (Model, u32) {
    let text = model.parameters.get("rule").map(ToString::to_string);
    let Some(Ok(rule)) = text.map(|text| text.parse::<Rule>()) else {
        return (model.clone(), 60);
    };
    let topology = match rule.topology {
        Topology::Torus { .. } if rule.dimensions() == 1 => Topology::Torus {
            width: 128,
            height: 96,
        },
        Topology::Torus { width, .. } if width > 96 => Topology::Torus {
            width: 96,
            height: 96,
        },
        other => other,
    };
    let generations = match &rule.family {
        Family::Turmite(_) => 11_000,
        Family::Line(_) => 95,
        Family::Space(_) => 8,
        _ => 60,
    };
    let rule = rule.on(topology).to_string();
    (model.clone().with("rule", rule), generations)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_named_rule_is_an_entry_that_starts_alive() {
        let entries = entries(&[]);
        let parsed = names().iter().filter_map(|n| n.rule.parse::<Rule>().ok());
        let elementary = parsed.filter(is_elementary).count();
        assert_eq!(entries.len() + elementary, names().len());
        for entry in entries {
            let (model, _) = small(&entry.model);
            let settings = crate::start::settings(&model).unwrap();
            let place = loom_sim::Place::Cpu { threads: 1 };
            let mut world = crate::start::world(&model, &settings, &place).unwrap();
            let population = world.population().unwrap();
            assert!(population > 0u32.into(), "{}", entry.name);
            world.advance(&3u32.into(), &mut || false).unwrap();
        }
    }
}
