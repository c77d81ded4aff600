//! The rules that lie next to a rule: those that differ from it by one condition.

use super::sheet::{Sheet, sheet};
use super::{Family, Rule};

/// The rules one condition away, on the same grid, the rule itself left out and none twice:
///
/// * births and survivals: one count, letter or neighbourhood more or less, and one state more
///   or less;
/// * elementary and totalistic: one outcome changed;
/// * Larger than Life: one count more or less, or one limit, the reach or the states changed
///   by one;
/// * Margolus: two squares exchange what they become, where time can be turned round, or else
///   one square becomes another one.
///
/// Nothing for families that have no [`sheet`].
pub fn neighbours(rule: &Rule) -> Vec<Rule> {
    let Some(sheet) = sheet(rule) else {
        return Vec::new();
    };
    let mut list: Vec<Rule> = Vec::new();
    let mut add = |next: Option<Rule>| {
        if let Some(next) = next
            && next != *rule
            && !list.contains(&next)
        {
            list.push(next);
        }
    };
    match &rule.family {
        Family::Blocks(blocks) if blocks.is_reversible() => exchanges(&sheet).for_each(&mut add),
        _ => {
            for (index, switch) in sheet.switches().enumerate() {
                for value in 0..switch.values {
                    add(sheet.with(index, value));
                }
            }
        }
    }
    for (index, number) in sheet.numbers.iter().enumerate() {
        for value in [number.value.saturating_sub(1), number.value + 1] {
            add(sheet.with_number(index, value));
        }
    }
    list
}

/// Every exchange of two outcomes.
fn exchanges(sheet: &Sheet) -> impl Iterator<Item = Option<Rule>> {
    let values: Vec<u8> = sheet.switches().map(|switch| switch.value).collect();
    (0..values.len()).flat_map(move |one| {
        let values = values.clone();
        (0..one).map(move |other| {
            let changed = sheet.with(one, values[other])?;
            super::sheet::sheet(&changed)?.with(other, values[one])
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    fn texts(rule: &str) -> BTreeSet<String> {
        let rule: Rule = rule.parse().unwrap();
        let list = neighbours(&rule);
        let texts: BTreeSet<String> = list.iter().map(Rule::to_string).collect();
        assert_eq!(texts.len(), list.len());
        for (text, rule) in texts.iter().zip(&list) {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), *text);
            assert_eq!(rule.to_string().parse::<Rule>().unwrap(), *rule);
        }
        texts
    }

    #[test]
    fn eighteen_rules_and_one_with_another_state_lie_next_to_life() {
        let near = texts("B3/S23:T64");
        assert_eq!(near.len(), 19);
        for text in [
            "B36/S23:T64",
            "B/S23:T64",
            "B3/S234:T64",
            "B3/S3:T64",
            "23/3/3:T64",
        ] {
            assert!(near.contains(text), "{text}");
        }
    }

    #[test]
    fn every_letter_of_an_isotropic_rule_is_a_condition() {
        let near = texts("B2-a/S12");
        // 51 letters for birth and for survival, and a third state.
        assert_eq!(near.len(), 103);
        for text in ["B2/S12", "B2-ac/S12", "B2-a3c/S12", "B2-a/S1c2"] {
            assert!(near.contains(text), "{text}");
        }
    }

    #[test]
    fn other_families_have_theirs() {
        let near = texts("W110");
        let wanted: BTreeSet<String> = (0..8).map(|bit| format!("W{}", 0x6e ^ 1 << bit)).collect();
        assert_eq!(near, wanted);
        // Seven sums of three colours, two other outcomes each.
        assert_eq!(texts("K3C777").len(), 14);
        assert_eq!(texts("345/2/4").len(), 20);
        assert!(texts("345/2/4").contains("345/2/5"));
        assert!(texts("/2/3").contains("B2/S"));
        assert_eq!(texts("B2/S34H").len(), 15);
        assert_eq!(texts("B13/S012V").len(), 11);
        let larger = texts("R5,C0,M1,S34..58,B34..45,NM");
        for text in [
            "R5,C0,M1,S33..58,B34..45,NM",
            "R5,C0,M1,S34..59,B34..45,NM",
            "R5,C0,M1,S34..58,B35..45,NM",
            "R6,C0,M1,S34..58,B34..45,NM",
            "R5,C3,M1,S34..58,B34..45,NM",
            "R5,C0,M0,S34..58,B34..45,NM",
        ] {
            assert!(larger.contains(text), "{text}");
        }
        // 25 counts twice, reach twice, a third state, the middle.
        assert_eq!(texts("R2,C2,S2-3,5,B3").len(), 54);
        assert_eq!(texts("3D:B5/S45:T9").len(), 55);
        assert_eq!(texts("B3/S23History").len(), 18);
        let balls = texts("M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15");
        assert_eq!(balls.len(), 120);
        assert_eq!(texts("M0,0,0,3,2,5,9,7,1,6,10,11,12,13,14,15").len(), 240);
        assert!(texts("WireWorld").is_empty());
    }
}
