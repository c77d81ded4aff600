//! MCell's families of rules, from and to its notations.
//!
//! | game | notation | becomes |
//! |---|---|---|
//! | Life | `23/3`, survivals first | births and survivals |
//! | Generations | `345/2/4` | the same |
//! | Vote for Life | `46789`, live cells of nine | births and survivals |
//! | Weighted Life | `NW1,NN1,…,ME0,HI0,RS2,RS3,RB3` | a table of the 512 blocks, with dying states where `HI` has them |
//! | General binary | `C0,NM,Sb255a,Babb189ab63a` | the same |
//! | Neumann binary of two states | `2` and 32 digits | a table |
//! | Larger than Life | `R5,C0,M1,S34..58,B34..45,NM` | the same |
//! | Margolus | `MS,D0;8;4;3;…` | blocks |
//! | 1-D binary, reach 1 | `R1,W6E`, Wolfram's number in base 16 | an elementary rule |
//! | 1-D totalistic | `R1,C0,M1,S1,S2,B1,B2` | a code, where one total decides |
//! | Rules table | `1,0,0,` and ten outcomes for each state | Life and LifeHistory alone, as in Golly |
//!
//! Cyclic CA, user DLLs and special rules are refused. M. Wójtowicz, "Cellular Automata rules
//! lexicon", <http://www.mirekw.com/ca/ca_rules.html>.

use std::sync::Arc;

use crate::rule::{Binary, Blocks, Family, Generations, Hood, LifeLike, Line, Outcomes, Rule};

/// Where the neighbours stand in a block's bits, in the order N, NE, E, SE, S, SW, W, NW.
const ROUND: [u16; 8] = [7, 6, 3, 0, 1, 2, 5, 8];

/// The middle cell's bit.
const MIDDLE: u16 = 4;

/// Reads the rule of a game.
///
/// # Errors
/// A sentence: a game that has no counterpart, or what is wrong with the rule.
pub fn read(game: &str, text: &str) -> Result<Family, String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match game.to_ascii_lowercase().as_str() {
        "life" | "generations" | "larger than life" | "margolus" => parsed(&text),
        "vote for life" => vote(&text),
        "weighted life" => weighted(&text),
        "general binary" => general(&text),
        "neumann binary" => neumann(&text),
        "1-d binary" => row(&text),
        "1-d totalistic" => totals(&text),
        "rules table" => table(&text),
        "cyclic ca" => Err(
            "cyclic automata have no counterpart here; a .rule file with a table can hold one"
                .to_owned(),
        ),
        "user dll" => Err(
            "the rule is a program of its own (a user DLL), which the file doesn't hold".to_owned(),
        ),
        "special rules" => {
            Err("special rules are built into MCell, and the file doesn't hold them".to_owned())
        }
        _ => Err(format!("MCell has no game called {game:?}")),
    }
}

fn parsed(text: &str) -> Result<Family, String> {
    let rule: Rule = text.parse().map_err(|e: crate::RuleError| e.to_string())?;
    Ok(rule.family)
}

fn vote(text: &str) -> Result<Family, String> {
    let mut life = LifeLike {
        birth: 0,
        survival: 0,
    };
    for c in text.chars() {
        let Some(count) = c.to_digit(10) else {
            return Err(format!(
                "{c:?}: a vote is a list of the digits 0 to 9, such as 46789"
            ));
        };
        if count < 9 {
            life.birth |= 1 << count;
        }
        // The cell itself is one of those that are counted.
        if count > 0 {
            life.survival |= 1 << (count - 1);
        }
    }
    Ok(Family::Life(life))
}

/// A table in the shortest notation that gives it back, with dying states from three on.
fn family(outcomes: Outcomes, states: u16) -> Family {
    let made = |map: bool| {
        let base = Binary {
            hood: Hood::Moore,
            outcomes,
            map,
        };
        if states > 2 {
            Family::Generations(Arc::new(Generations { base, states }))
        } else {
            Family::Binary(Arc::new(base))
        }
    };
    let read = Rule {
        family: made(false),
        topology: crate::Topology::Plane,
    };
    let same = |family: &Family| match family {
        Family::Life(life) => life.table().outcomes == outcomes,
        Family::Binary(rule) => rule.outcomes == outcomes,
        Family::Generations(rule) => rule.base.outcomes == outcomes,
        _ => false,
    };
    match read.to_string().parse::<Rule>() {
        Ok(rule) if same(&rule.family) => rule.family,
        _ => made(true),
    }
}

fn weighted(text: &str) -> Result<Family, String> {
    const PLACES: [(&str, u16); 9] = [
        ("NW", 8),
        ("NN", 7),
        ("NE", 6),
        ("WW", 5),
        ("ME", 4),
        ("EE", 3),
        ("SW", 2),
        ("SS", 1),
        ("SE", 0),
    ];
    let mut weights = [0i32; 9];
    let (mut states, mut survivals, mut births) = (2u16, Vec::new(), Vec::new());
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (Some(word), Some(number)) = (part.get(..2), part.get(2..)) else {
            return Err(format!(
                "{part:?}: a keyword of two letters and a number is expected"
            ));
        };
        let number: i32 = match number.parse() {
            Ok(number) if (-2048..=2048).contains(&number) => number,
            _ => {
                return Err(format!(
                    "{part:?}: a number from −2048 to 2048 follows {word}"
                ));
            }
        };
        match word.to_ascii_uppercase().as_str() {
            "HI" => match u16::try_from(number) {
                Ok(history) if history <= 256 => states = history.max(2),
                _ => return Err(format!("{part:?}: 0 to 256 states are possible")),
            },
            "RS" => survivals.push(number),
            "RB" => births.push(number),
            word => match PLACES.iter().find(|(name, _)| *name == word) {
                Some((_, bit)) if number.abs() <= 256 => weights[usize::from(*bit)] = number,
                Some(_) => return Err(format!("{part:?}: weights lie between −256 and 256")),
                None => return Err(format!("{part:?}: no keyword of Weighted Life")),
            },
        }
    }
    let outcomes = Outcomes::of(|block| {
        let lives = (0..9).filter(|bit| block >> bit & 1 != 0);
        let sum: i32 = lives.map(|bit| weights[bit]).sum();
        let set = if block >> MIDDLE & 1 != 0 {
            &survivals
        } else {
            &births
        };
        set.contains(&sum)
    });
    Ok(family(outcomes, states))
}

/// A list of outcomes: `a` for 0 and `b` for 1, each perhaps behind a number.
fn unpacked(text: &str, wanted: usize) -> Result<Vec<bool>, String> {
    let mut list = Vec::with_capacity(wanted);
    let mut count: Option<usize> = None;
    for c in text.chars() {
        match c {
            '0'..='9' if wanted > 0 => {
                let number = count.unwrap_or(0) * 10 + (c as usize - '0' as usize);
                if number > wanted {
                    return Err(format!("{number} outcomes at once; there are {wanted}"));
                }
                count = Some(number);
            }
            'a' | 'b' => {
                list.extend(std::iter::repeat_n(c == 'b', count.take().unwrap_or(1)));
                if list.len() > wanted {
                    return Err(format!("more than {wanted} outcomes"));
                }
            }
            _ => return Err(format!("{c:?} is none of a, b and numbers")),
        }
    }
    if list.len() != wanted || count.is_some() {
        return Err(format!("{} outcomes; {wanted} are needed", list.len()));
    }
    Ok(list)
}

fn general(text: &str) -> Result<Family, String> {
    let form = "a General binary rule is C0,NM,S…,B…";
    let parts: Vec<&str> = text.split(',').collect();
    let [states, hood, survivals, births] = parts[..] else {
        return Err(form.to_owned());
    };
    let states = states.strip_prefix('C').and_then(|n| n.parse::<u16>().ok());
    let states = states.filter(|n| *n <= 256).ok_or(form)?.max(2);
    let places: &[u16] = match hood {
        "NM" => &ROUND,
        "NN" => &[7, 3, 1, 5],
        _ => return Err(format!("{hood:?}: the neighbourhood is NM or NN")),
    };
    let wanted = 1 << places.len();
    let survivals = unpacked(survivals.strip_prefix('S').ok_or(form)?, wanted)?;
    let births = unpacked(births.strip_prefix('B').ok_or(form)?, wanted)?;
    let outcomes = Outcomes::of(|block| {
        let bits = places.iter().enumerate();
        let at: usize = bits
            .map(|(i, bit)| usize::from(block >> bit & 1) << i)
            .sum();
        if block >> MIDDLE & 1 != 0 {
            survivals[at]
        } else {
            births[at]
        }
    });
    Ok(family(outcomes, states))
}

fn neumann(text: &str) -> Result<Family, String> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    let Some((states, outcomes)) = digits.as_deref().and_then(<[u32]>::split_first) else {
        return Err("a Neumann binary rule is a string of digits".to_owned());
    };
    if *states != 2 {
        return Err(format!(
            "a Neumann binary rule of {states} states has no counterpart here; a .rule file with \
             a table can hold it"
        ));
    }
    if outcomes.len() != 32 || outcomes.iter().any(|outcome| *outcome > 1) {
        return Err("32 digits 0 or 1 follow the number of states".to_owned());
    }
    // In the order of the middle, north, east, south and west, the last one fastest.
    let outcomes = Outcomes::of(|block| {
        let at = [MIDDLE, 7, 3, 1, 5]
            .iter()
            .fold(0, |at, bit| at << 1 | block >> bit & 1);
        outcomes[usize::from(at)] == 1
    });
    Ok(family(outcomes, 2))
}

fn row(text: &str) -> Result<Family, String> {
    let form = "a 1-D binary rule is R1,W6E, Wolfram's number in base 16";
    let mut parts = text.split(',');
    let reach = parts
        .next()
        .and_then(|part| part.strip_prefix('R'))
        .ok_or(form)?;
    let number = parts
        .next()
        .and_then(|part| part.strip_prefix('W'))
        .ok_or(form)?;
    if parts
        .next()
        .is_some_and(|part| !matches!(part, "H0" | "H1" | "H2"))
    {
        return Err("rows with a history have no counterpart here".to_owned());
    }
    if reach != "1" {
        return Err(format!(
            "rules of a row that look {reach} cells far are read where a total decides; this one \
             is a table"
        ));
    }
    let number = u8::from_str_radix(number, 16).map_err(|_| form)?;
    Ok(Family::Line(Arc::new(Line::Elementary(number))))
}

fn totals(text: &str) -> Result<Family, String> {
    let form = "a 1-D totalistic rule is R1,C0,M1,S1,S2,B1,B2";
    let number = |part: &str| part.get(1..).and_then(|n| n.parse::<usize>().ok());
    let (mut reach, mut middle) = (None, None);
    let (mut survivals, mut births) = ([false; 22], [false; 22]);
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let number = number(part).ok_or(form)?;
        match part.as_bytes()[0] {
            b'R' if (1..=10).contains(&number) => reach = Some(number),
            b'C' if number <= 2 => {}
            b'C' => return Err("rows with a history have no counterpart here".to_owned()),
            b'M' if number <= 1 => middle = Some(number),
            b'S' if number <= 21 => survivals[number] = true,
            b'B' if number <= 21 => births[number] = true,
            _ => return Err(format!("{part:?}: {form}")),
        }
    }
    let (Some(reach), Some(middle)) = (reach, middle) else {
        return Err(form.to_owned());
    };
    // A total of live cells, the middle one included, decides here.
    let mut outcomes = Vec::with_capacity(2 * reach + 2);
    for total in 0..=2 * reach + 1 {
        let born = (total <= 2 * reach).then(|| births[total]);
        let survives = (total > 0).then(|| survivals[total - 1 + middle]);
        match (born, survives) {
            (Some(born), Some(survives)) if born != survives => {
                return Err(format!(
                    "a live and a dead cell fare differently with {total} live cells in all; \
                     rules of a row know only that number here"
                ));
            }
            (outcome, other) => outcomes.push(u8::from(outcome.or(other).unwrap_or(false))),
        }
    }
    Ok(Family::Line(Arc::new(Line::Totalistic {
        colours: 2,
        reach: reach as u8,
        outcomes,
    })))
}

/// Golly knows two tables by what they are.
fn table(text: &str) -> Result<Family, String> {
    let starts = |list: &str| text.starts_with(list);
    if starts("1,0,1,0,0,0,1,0,0,0,0,0,0,2,2,1,1,2,2,2,2,2,0,2,2,2,1,2,2,2,2,2")
        && !starts("1,0,1,0,0,0,1,0,0,0,0,0,0,2,2,1,1,2,2,2,2,2,0,2,2,2,1,2,2,2,2,2,")
    {
        return parsed("LifeHistory");
    }
    let zeros = |rest: &str| rest.split(',').all(|n| n.is_empty() || n == "0");
    if let Some(rest) = text.strip_prefix("1,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,1")
        && zeros(rest)
    {
        return parsed("B3/S23");
    }
    Err("rules tables have no counterpart here; a .rule file with a table can hold one".to_owned())
}

/// The game of a rule and its notation there.
///
/// # Errors
/// A family that MCell doesn't have.
pub fn write(rule: &Rule) -> Result<(&'static str, String), String> {
    let name = rule.name();
    Ok(match &rule.family {
        Family::Life(life) => {
            let digits = |counts: u16| -> String {
                let list = (0..9u32).filter(|n| counts >> n & 1 != 0);
                list.filter_map(|n| char::from_digit(n, 10)).collect()
            };
            let (survival, birth) = (digits(life.survival), digits(life.birth));
            ("Life", format!("{survival}/{birth}"))
        }
        Family::Binary(binary) => ("General binary", blocks(&binary.outcomes, 0)),
        Family::Generations(rule) => match rule.base.hood {
            Hood::Moore if !rule.base.map && !name.contains(char::is_alphabetic) => {
                ("Generations", name)
            }
            _ => ("General binary", blocks(&rule.base.outcomes, rule.states)),
        },
        Family::Larger(_) => ("Larger than Life", name),
        Family::Blocks(squares) => ("Margolus", squares_text(squares)),
        Family::Line(line) => match &**line {
            Line::Elementary(number) => ("1-D binary", format!("R1,W{number:X}")),
            Line::Totalistic {
                colours: 2,
                reach,
                outcomes,
            } => ("1-D totalistic", row_text(*reach, outcomes)),
            Line::Totalistic { .. } => {
                return Err("MCell's rows have two states; write .rle".to_owned());
            }
        },
        _ => {
            return Err(format!(
                "MCell has no rules of the family {}; write .rle",
                rule.family_name()
            ));
        }
    })
}

fn squares_text(squares: &Blocks) -> String {
    let list: Vec<String> = squares.0.iter().map(u8::to_string).collect();
    format!("MS,D{}", list.join(";"))
}

fn row_text(reach: u8, outcomes: &[u8]) -> String {
    let mut text = format!("R{reach},C0,M1");
    let alive = outcomes.iter().enumerate().filter(|(_, o)| **o != 0);
    for (total, _) in alive {
        if total > 0 {
            text.push_str(&format!(",S{total}"));
        }
        if total <= 2 * usize::from(reach) {
            text.push_str(&format!(",B{total}"));
        }
    }
    text
}

/// A table of two states as General binary.
fn blocks(outcomes: &Outcomes, states: u16) -> String {
    let packed = |middle: bool| {
        let mut text = String::new();
        let outcome = |at: u16| {
            let around = (0..8usize).map(|i| (at >> i & 1) << ROUND[i]);
            outcomes.get(around.sum::<u16>() | u16::from(middle) << MIDDLE)
        };
        let mut at = 0u16;
        while at < 256 {
            let value = outcome(at);
            let same = (at..256).take_while(|&at| outcome(at) == value).count() as u16;
            let letter = if value { 'b' } else { 'a' };
            if same > 2 {
                text.push_str(&format!("{same}{letter}"));
            } else {
                text.extend(std::iter::repeat_n(letter, same.into()));
            }
            at += same;
        }
        text
    };
    format!("C{states},NM,S{},B{}", packed(true), packed(false))
}
