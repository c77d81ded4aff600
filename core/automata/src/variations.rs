//! The rules next to a model's own, for views that show variants side by side.

use loom_sim::variation::Variation;
use loom_sim::{Model, Settings};

use crate::rule::{Rule, Topology, named, neighbours};
use crate::start;

/// Whether some engine runs a rule on its grid.
fn runs(rule: &Rule) -> bool {
    // Only rules whose background can be thought away run on a plane that they turn alive.
    rule.topology != Topology::Plane || !rule.has_b0() || rule.life().is_some()
}

/// One choice for each rule that lies next to the model's and can be run: it sets the rule
/// alone, and its words are the rule and its name, if it has one.
pub(crate) fn variations(model: &Model) -> Vec<Variation> {
    let rule = start::settings(model).and_then(|settings| start::rule(model, &settings));
    let Ok(rule) = rule else {
        return Vec::new();
    };
    neighbours(&rule)
        .into_iter()
        .filter(runs)
        .map(|rule| Variation {
            words: match named::name_of(&rule.family) {
                Some(name) => format!("{} · {name}", rule.name()),
                None => rule.name(),
            },
            set: Settings::from([("rule".to_owned(), rule.to_string().into())]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::science::Automata;
    use loom_sim::{Input, Place, Science as _};

    #[test]
    fn a_run_takes_over_every_rule_next_to_its_own() {
        for rule in [
            "B3/S23:T64",
            "B3/S23",
            "345/2/4:T50",
            "W110:T80",
            "R2,C2,S2-3,5,B3",
        ] {
            let model = Model::new("automata", "soup").with("rule", rule);
            let list = Automata.variations(&model);
            assert!(list.len() >= 8, "{rule}");
            let mut run = Automata.build(&model, &Place::Cpu { threads: 1 }).unwrap();
            for variation in list {
                let text = variation.set["rule"].clone();
                run.apply(&Input::set("rule", text.clone())).unwrap();
                assert_eq!(run.parameters()["rule"], text);
            }
        }
        let model = Model::new("automata", "soup");
        let words: Vec<String> = Automata
            .variations(&model)
            .into_iter()
            .map(|v| v.words)
            .collect();
        assert!(words.contains(&"B36/S23 · HighLife".to_owned()));
        assert!(
            Automata
                .variations(&Model::new("automata", "nothing"))
                .is_empty()
        );
    }
}
