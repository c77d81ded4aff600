//! Rules that have a name: a list of names in `assets/rules`, and `.rule` files that come along.

use std::sync::{Arc, OnceLock};

use super::{Family, RuleFile};

/// A name with its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name, as it is written.
    pub name: &'static str,
    /// The rule's text; the name itself if a `.rule` file comes along.
    pub rule: &'static str,
    /// What there is to see, in one line.
    pub about: &'static str,
}

/// The `.rule` files that come along, by name.
const FILES: &[(&str, &str)] = &[
    (
        "WireWorld",
        include_str!("../../../../assets/rules/WireWorld.rule"),
    ),
    (
        "Langtons-Loops",
        include_str!("../../../../assets/rules/Langtons-Loops.rule"),
    ),
    (
        "Evoloop",
        include_str!("../../../../assets/rules/Evoloop.rule"),
    ),
];

/// Every name, in the order of the list.
pub fn names() -> &'static [Named] {
    static NAMES: OnceLock<Vec<Named>> = OnceLock::new();
    NAMES.get_or_init(|| {
        include_str!("../../../../assets/rules/names.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let mut columns = line.split('\t').map(str::trim);
                Some(Named {
                    name: columns.next()?,
                    rule: columns.next()?,
                    about: columns.next()?,
                })
            })
            .collect()
    })
}

/// A name without capitals, spaces, hyphens and apostrophes.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric() || *c == '&')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The file of a rule that comes along as one.
fn file(name: &str) -> Option<Arc<RuleFile>> {
    static READ: OnceLock<Vec<Option<Arc<RuleFile>>>> = OnceLock::new();
    let place = FILES.iter().position(|file| plain(file.0) == plain(name))?;
    let files = READ.get_or_init(|| {
        FILES
            .iter()
            .map(|file| RuleFile::read(file.1).ok().map(Arc::new))
            .collect()
    });
    files.get(place)?.clone()
}

/// The entry of a name, however it is written.
pub fn named(name: &str) -> Option<&'static Named> {
    if name.len() < 3 || name.len() > 60 {
        return None;
    }
    let name = plain(name);
    names().iter().find(|entry| plain(entry.name) == name)
}

/// The family that a name stands for.
pub(super) fn family(name: &str) -> Option<Family> {
    if name.len() < 3 || name.len() > 60 {
        return None;
    }
    if let Some(file) = file(name) {
        return Some(Family::Table(file));
    }
    let entry = named(name)?;
    let mut reader = super::reader::Reader::new(entry.rule);
    super::family(&mut reader).ok()
}

/// The name of a rule that has one.
pub fn name_of(family: &Family) -> Option<&'static str> {
    static FAMILIES: OnceLock<Vec<(Family, &'static str)>> = OnceLock::new();
    let families = FAMILIES.get_or_init(|| {
        names()
            .iter()
            .filter_map(|entry| Some((self::family(entry.name)?, entry.name)))
            .collect()
    });
    families.iter().find(|f| f.0 == *family).map(|f| f.1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::Rule;

    #[test]
    fn every_name_is_a_rule_with_a_line_about_it() {
        assert!(names().len() >= 60, "{}", names().len());
        for entry in names() {
            let suffix = if entry.rule.starts_with("3D") {
                ":T9"
            } else {
                ""
            };
            let rule: Result<Rule, _> = format!("{}{suffix}", entry.name).parse();
            let rule = rule.unwrap();
            let again: Rule = rule.to_string().parse().unwrap();
            assert_eq!(rule, again, "{}", entry.name);
            assert!(entry.about.ends_with('.'), "{}", entry.name);
            assert_eq!(
                names()
                    .iter()
                    .filter(|e| plain(e.name) == plain(entry.name))
                    .count(),
                1
            );
        }
        let parse = |text: &str| text.parse::<Rule>().unwrap();
        assert_eq!(parse("HighLife:T64"), parse("B36/S23:T64"));
        assert_eq!(parse("brian's brain"), parse("/2/3"));
        assert_eq!(parse("wireworld").to_string(), "WireWorld");
        assert_eq!(name_of(&parse("B36/S23").family), Some("HighLife"));
    }
}
