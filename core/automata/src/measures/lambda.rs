//! Langton's λ: the share of neighbourhoods that don't lead to the quiescent state.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{Model, Parameter, Quantity, Report, Settings, SimError, Uncertainty};
use num_bigint::{BigInt, BigUint};

use super::rules::{Map, Share};
use super::source::{self, Basis, measured};

/// "Langton's λ".
#[derive(Clone, Copy, Debug)]
pub struct Lambda;

/// The greatest common divisor.
fn gcd(mut a: BigUint, mut b: BigUint) -> BigUint {
    while b != BigUint::default() {
        (a, b) = (b.clone(), a % b);
    }
    a
}

/// λ as a number, and its two whole numbers where it is exact.
fn quantities(share: &Share) -> Vec<Quantity> {
    let lambda = |error: Uncertainty| {
        Quantity::real("lambda", "Langton's λ", share.value(), error).symbol("λ")
    };
    match share {
        Share::Exact(part, all) => {
            let common = gcd(part.clone(), all.clone());
            let (p, q) = (part / &common, all / &common);
            let mut list = vec![lambda(Uncertainty::Bound(share.value() * f64::EPSILON))];
            // Larger numbers fill pages.
            if q.bits() <= 512 {
                list.push(Quantity::text(
                    "fraction",
                    "As a fraction",
                    &format!("{p}/{q}"),
                ));
                list.push(Quantity::exact(
                    "active",
                    "Neighbourhoods that don't lead to state 0",
                    BigInt::from(part.clone()),
                ));
                list.push(Quantity::exact(
                    "neighbourhoods",
                    "Neighbourhoods",
                    BigInt::from(all.clone()),
                ));
            }
            list
        }
        Share::Rounded(_, bound) => vec![lambda(Uncertainty::Bound(*bound))],
        Share::Sampled(value, drawn) => {
            let error = (value * (1.0 - value) / *drawn as f64).sqrt();
            vec![
                measured("lambda", "Langton's λ", *value, error).symbol("λ"),
                Quantity::exact("drawn", "Random neighbourhoods", *drawn),
            ]
        }
    }
}

impl Analysis for Lambda {
    fn key(&self) -> &'static str {
        "langton_lambda"
    }

    fn name(&self) -> &'static str {
        "Langton's λ"
    }

    fn help(&self) -> &'static str {
        "The share of neighbourhoods that don't lead to rest: little is frozen, much is chaos."
    }

    fn citation(&self) -> &'static str {
        "C. G. Langton (1990), Computation at the edge of chaos: phase transitions and emergent computation, Physica D 42, 12–37."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        Vec::new()
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let source = Basis::new(self, subject, settings)?;
        let map = Map::of(&source.rule);
        let share = map.lambda(source.model.seed, job)?;
        let states = map.states();
        let mut report = source.report(self);
        report.method = match (&share, &map) {
            (Share::Sampled(_, drawn), _) => format!(
                "{drawn} random neighbourhoods of {} cells in {states} states, all as likely.",
                map.cells()
            ),
            (_, Map::Squares(_)) => {
                "Every square of four cells and each of its places, all as likely.".into()
            }
            _ => format!(
                "All neighbourhoods of {} cells in {states} states, counted.",
                map.cells()
            ),
        };
        if source.rule.has_b0() {
            report.warnings.push(
                "State 0 is not quiescent under this rule: λ tells of state 0 all the same.".into(),
            );
        }
        report.values = quantities(&share);
        // Langton's parameter is largest where all states are as likely.
        let even = 1.0 - 1.0 / states as f64;
        report.values.push(
            Quantity::real(
                "even",
                "λ of a rule with all outcomes alike",
                even,
                Uncertainty::Bound(even * f64::EPSILON),
            )
            .symbol("1 − 1/k"),
        );
        report.json = serde_json::json!({ "rule": source.rule.name(), "lambda": share.value() });
        if let Share::Exact(part, all) = &share
            && all.bits() <= 512
        {
            report.json["active"] = part.to_string().into();
            report.json["neighbourhoods"] = all.to_string().into();
        }
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::{Family, Line, Rule};

    fn fraction(rule: &str) -> (BigUint, BigUint) {
        let rule: Rule = rule.parse().unwrap();
        match Map::of(&rule).lambda(0, &Job::quiet()).unwrap() {
            Share::Exact(part, all) => (part, all),
            other => panic!("{other:?}"),
        }
    }

    fn is(rule: &str, part: u64, all: u64) {
        let (p, a) = fraction(rule);
        assert_eq!(p * all, a * part, "{rule}");
    }

    #[test]
    fn known_rules_have_their_lambda() {
        // Births with 3 of 8, survivals with 2 or 3: 56 + 28 + 56 of 512.
        is("B3/S23", 140, 512);
        let life = Map::of(&crate::LIFE).lambda(0, &Job::quiet()).unwrap();
        assert_eq!(life.value(), 0.2734375);
        is("W110", 5, 8);
        is("W30", 4, 8);
        is("W90", 4, 8);
        // Brian's Brain: births with 2 alive and 6 of two other states each, and all live cells.
        is("/2/3", 28 * 64 + 6561, 19683);
        is("B13/S02V", (4 + 4) + (1 + 6), 32);
        // Critters: what turns into squares of so many live cells.
        is("M15,14,13,3,11,5,6,1,7,9,10,2,12,4,8,0", 32, 64);
        // Hensel's classes: 2n has two patterns of 256, 1e four, 0 one.
        is("B2n/S01e", 2 + 1 + 4, 512);
        is("3D:B5/S45:T9", 65780 + 14950 + 65780, 1 << 27);
        is("R1,C0,M1,S3..4,B3..3,NM", 140, 512);
        is("WireWorld", wire_world(), 4u64.pow(9));
        // The map of Conway's Life as a table.
        is(
            "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA",
            140,
            512,
        );
    }

    /// Electron heads become tails, tails copper, and all copper becomes copper or a head.
    fn wire_world() -> u64 {
        3 * 4u64.pow(8)
    }

    #[test]
    fn counting_by_classes_agrees_with_counting_one_by_one() {
        // Three colours by sums, and Generations by neighbours, against every neighbourhood.
        let rule: Rule = "K3C777".parse().unwrap();
        let Family::Line(line) = &rule.family else {
            panic!("no line");
        };
        let Line::Totalistic { .. } = &**line else {
            panic!("no sums");
        };
        let alive = (0..27u8)
            .filter(|n| line.next(&[n / 9, n / 3 % 3, n % 3]) != 0)
            .count();
        is("K3C777", alive as u64, 27);
        let rule: Rule = "13/2/4V".parse().unwrap();
        let local = rule.local().unwrap();
        let alive = (0..1024u32)
            .filter(|n| {
                let s = |i: u32| (n >> (2 * i) & 3) as u8;
                local.next(&[0, s(0), 0, s(1), s(2), s(3), 0, s(4), 0]) != 0
            })
            .count();
        is("13/2/4V", alive as u64, 1024);
    }

    #[test]
    fn weighted_neighbours_are_counted_as_their_sums_are() {
        // Reach 1 with weights: every block, one by one.
        let text = "R1,C3,S2-4,B3,NW121202121";
        let rule: Rule = text.parse().unwrap();
        let Family::Larger(larger) = &rule.family else {
            panic!("not larger");
        };
        let weights = [1i64, 2, 1, 2, 0, 2, 1, 2, 1];
        let alive = (0..19683u32)
            .filter(|n| {
                let cells: Vec<u32> = (0..9).map(|i| n / 3u32.pow(i) % 3).collect();
                let sum = cells
                    .iter()
                    .zip(weights)
                    .map(|(c, w)| i64::from(*c == 1) * w)
                    .sum();
                larger.next(cells[4] as u8, sum) != 0
            })
            .count();
        is(text, alive as u64, 19683);
    }

    #[test]
    fn a_table_too_large_to_count_is_sampled() {
        let rule: Rule = "B3/S23Super".parse().unwrap();
        let share = Map::of(&rule).lambda(3, &Job::quiet()).unwrap();
        assert!(matches!(share, Share::Sampled(value, _) if value > 0.2 && value < 1.0));
    }
}
