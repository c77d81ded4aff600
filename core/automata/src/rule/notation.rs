//! Reads a rule in any of its notations, and the grid behind it.

use std::str::FromStr;
use std::sync::Arc;

use super::reader::Reader;
use super::*;

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let mut reader = Reader::new(text);
        reader.spaces();
        if let Some(family) = named::family(reader.rest().trim()) {
            reader.at += reader.rest().chars().count();
            return finish(&mut reader, family);
        }
        let family = family(&mut reader)?;
        finish(&mut reader, family)
    }
}

/// The grid behind a rule, and nothing else.
pub(super) fn finish(reader: &mut Reader, family: Family) -> Result<Rule, RuleError> {
    let mut rule = Rule {
        family,
        topology: Topology::Plane,
    };
    reader.spaces();
    if reader.take(':') {
        rule.topology = Topology::read(reader, rule.dimensions())?;
        reader.spaces();
    }
    if !reader.is_at_end() {
        return reader.unexpected("a grid such as :T512 may follow a rule, and nothing else");
    }
    let in_box = matches!(rule.topology, Topology::Box { .. });
    if rule.dimensions() == 3 && !in_box {
        return reader.fail("a rule in space needs a box: add one such as :T40 or :P40,30,20");
    }
    Ok(rule)
}

pub(super) fn family(reader: &mut Reader) -> Result<Family, RuleError> {
    let digit = |reader: &Reader, ahead| reader.look(ahead).is_some_and(|c| c.is_ascii_digit());
    match reader.peek() {
        None => reader.fail("the rule is empty; write one such as B3/S23"),
        Some('M') if reader.take_word("MAP") => {
            let map = Binary::read_map(reader)?;
            suffixed(reader, map)
        }
        Some('M') if digit(reader, 1) || reader.look(1) == Some('S') => {
            reader.at += 1;
            Ok(Family::Blocks(Arc::new(Blocks::read(reader)?)))
        }
        Some('W') if digit(reader, 1) || reader.look(1).is_none() => {
            reader.at += 1;
            let line = Line::read_elementary(reader)?;
            Ok(Family::Line(Arc::new(line)))
        }
        Some('K') => {
            reader.at += 1;
            let line = Line::read_totalistic(reader)?;
            Ok(Family::Line(Arc::new(line)))
        }
        Some('3') if reader.look(1) == Some('D') => {
            reader.at += 2;
            Ok(Family::Space(Space::read(reader)?))
        }
        Some('R') if digit(reader, 1) => Ok(Family::Larger(Arc::new(Larger::read(reader)?))),
        Some('L' | 'R' | 'U' | 'N') => {
            let turmite = Turmite::read_word(reader)?;
            Ok(Family::Turmite(Arc::new(turmite)))
        }
        Some('{') => Ok(Family::Turmite(Arc::new(Turmite::read_table(reader)?))),
        Some('B' | 'S') => lettered(reader),
        Some('0'..='9' | '/') => {
            let digits = (0..64).take_while(|&i| digit(reader, i)).count();
            if digits > 0 && reader.look(digits) == Some(',') {
                return Ok(Family::Larger(Arc::new(Larger::read_evans(reader)?)));
            }
            survival_first(reader)
        }
        Some(_) => {
            let rest = reader.rest();
            let word = rest.trim();
            if word.len() > 2
                && word
                    .chars()
                    .all(|c| c.is_alphanumeric() || "-_'".contains(c))
            {
                return reader.fail(format!(
                    "no rule is called {word}; open its .rule file, or write births and \
                     survivals, such as B3/S23"
                ));
            }
            reader.unexpected("write births and survivals, such as B3/S23")
        }
    }
}

/// `B3/S23`, `B3S23`, `S23/B3`, with what may follow.
fn lettered(reader: &mut Reader) -> Result<Family, RuleError> {
    let (mut birth, mut survival): (Option<Conditions>, Option<Conditions>) = (None, None);
    while let Some(letter @ ('B' | 'S')) = reader.peek() {
        if is_super(reader, 0) {
            break;
        }
        let part = if letter == 'B' {
            &mut birth
        } else {
            &mut survival
        };
        if part.is_some() {
            return reader.fail(format!("{letter} stands twice; give each part once"));
        }
        reader.at += 1;
        *part = Some(Conditions::read(reader)?);
        if matches!(reader.peek(), Some('/' | '_'))
            && matches!(reader.look(1), Some('B' | 'S'))
            && !is_super(reader, 1)
        {
            reader.at += 1;
        }
    }
    match (birth, survival) {
        (Some(birth), Some(survival)) => parts(reader, &birth, &survival),
        (None, _) => reader.fail("the births are missing; write B and their counts, such as B3"),
        (_, None) => {
            reader.fail("the survivals are missing; write S and their counts, such as S23")
        }
    }
}

fn is_super(reader: &Reader, ahead: usize) -> bool {
    "SUPER"
        .chars()
        .enumerate()
        .all(|(i, c)| reader.look(ahead + i) == Some(c))
}

/// `23/3`, `345/2/4`.
fn survival_first(reader: &mut Reader) -> Result<Family, RuleError> {
    let survival = Conditions::read(reader)?;
    if !reader.take('/') {
        return reader.unexpected("a / stands between survivals and births, such as 23/3");
    }
    let birth = Conditions::read(reader)?;
    parts(reader, &birth, &survival)
}

/// What may follow births and survivals: states, a neighbourhood, a memory.
fn parts(
    reader: &mut Reader,
    birth: &Conditions,
    survival: &Conditions,
) -> Result<Family, RuleError> {
    let mut states = 2;
    if reader.take('/') {
        states = Generations::read_states(reader)?;
    }
    let history = "HISTORY".chars().enumerate();
    let history = history.into_iter().all(|(i, c)| reader.look(i) == Some(c));
    let hood = if history {
        Hood::Moore
    } else {
        Hood::read(reader)
    };
    birth.check(hood, reader)?;
    survival.check(hood, reader)?;
    let base = Binary::of(hood, birth, survival);
    if states > 2 {
        return Ok(Family::Generations(Arc::new(Generations { base, states })));
    }
    if let Some(marked) = memory(reader, base) {
        return Ok(marked);
    }
    Ok(simplest(base))
}

/// A family for a table of two states: Life-like where only numbers of neighbours matter.
pub(crate) fn simplest(base: Binary) -> Family {
    if base.hood != Hood::Moore || base.map {
        return Family::Binary(Arc::new(base));
    }
    let mut counts = [0u16; 2];
    for block in 0..512u16 {
        let live = (block & !MIDDLE).count_ones();
        if base.outcomes.get(block) {
            counts[usize::from(block & MIDDLE != 0)] |= 1 << live;
        }
    }
    let life = LifeLike {
        birth: counts[0],
        survival: counts[1],
    };
    let total = (0..512u16).all(|block| {
        let live = (block & !MIDDLE).count_ones();
        base.outcomes.get(block) == life.next(block & MIDDLE != 0, live)
    });
    if total {
        Family::Life(life)
    } else {
        Family::Binary(Arc::new(base))
    }
}

/// `History` or `Super` behind a rule.
fn memory(reader: &mut Reader, base: Binary) -> Option<Family> {
    let memory = if reader.take_word("History") {
        Memory::History
    } else if reader.take_word("Super") {
        Memory::Super
    } else {
        return None;
    };
    Some(Family::Marked(Arc::new(Marked { base, memory })))
}

/// What may follow a MAP.
fn suffixed(reader: &mut Reader, base: Binary) -> Result<Family, RuleError> {
    if reader.take('/') {
        let states = Generations::read_states(reader)?;
        if states > 2 {
            return Ok(Family::Generations(Arc::new(Generations { base, states })));
        }
    }
    Ok(memory(reader, base).unwrap_or_else(|| Family::Binary(Arc::new(base))))
}
