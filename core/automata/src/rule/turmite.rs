//! Turmites: machines that walk over coloured cells, Langton's ant among them.
//!
//! `LR` is Langton's ant: on a cell of the first colour (0) it turns left, on one of the second
//! right, leaves the next colour and goes one cell on; longer words give more colours, and `U`
//! turns round, `N` goes straight on. (Langton's ant turns right on white cells by one
//! convention and left by the other; both words are the same in a mirror.) Tables give one list
//! a state and in it one triple a colour, `{{{1,2,0},…},…}`: the colour left, the turn (1
//! straight on, 2 right, 4 round, 8 left) and the next state, as E. Pegg and Golly's generator
//! write them.
//!
//! A cell's state holds the colour and who stands there: colours come first, then the machine,
//! by colour, then direction (north, east, south, west), then its own state.

use std::fmt;

use super::RuleError;
use super::reader::Reader;

/// What a machine does on a colour in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Move {
    /// The colour that it leaves.
    pub colour: u8,
    /// Quarter turns to the right, 0 to 3.
    pub turn: u8,
    /// Its next state.
    pub state: u8,
}

/// A turmite's table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Turmite {
    /// Number of colours.
    pub colours: u8,
    /// Moves, by state and then by colour.
    pub moves: Vec<Move>,
    /// Whether it is written as a word of turns.
    pub word: bool,
}

impl Turmite {
    /// Number of the machine's own states.
    pub fn own_states(&self) -> usize {
        self.moves.len() / usize::from(self.colours).max(1)
    }

    /// Number of states of a cell.
    pub fn states(&self) -> usize {
        usize::from(self.colours) * (1 + 4 * self.own_states())
    }

    /// The state of a cell with a machine on it.
    pub fn with_machine(&self, colour: u8, direction: u8, state: u8) -> u8 {
        let place = usize::from(colour) * 4 + usize::from(direction);
        let place = place * self.own_states() + usize::from(state);
        (usize::from(self.colours) + place) as u8
    }

    /// The colour of a cell, and direction and state of the machine that stands there.
    pub fn read_cell(&self, cell: u8) -> (u8, Option<(u8, u8)>) {
        let Some(place) = usize::from(cell).checked_sub(self.colours.into()) else {
            return (cell, None);
        };
        let (place, state) = (place / self.own_states(), place % self.own_states());
        ((place / 4) as u8, Some(((place % 4) as u8, state as u8)))
    }

    /// What a machine does that looks this way on this colour: what it leaves, its new
    /// direction and state.
    pub fn act(&self, colour: u8, direction: u8, state: u8) -> Move {
        let at = usize::from(state) * usize::from(self.colours) + usize::from(colour);
        let step = self.moves.get(at).copied().unwrap_or(Move {
            colour: 0,
            turn: 0,
            state: 0,
        });
        Move {
            turn: (direction + step.turn) % 4,
            ..step
        }
    }

    /// Reads a word of turns.
    pub(super) fn read_word(reader: &mut Reader) -> Result<Self, RuleError> {
        let start = reader.at;
        let mut turns = Vec::new();
        while let Some(turn) = reader.peek().and_then(|c| "NRUL".find(c)) {
            turns.push(turn as u8);
            reader.at += 1;
        }
        if !(2..=51).contains(&turns.len()) {
            return reader.fail_at(start, "an ant's word has 2 to 51 turns, such as LR");
        }
        let colours = turns.len() as u8;
        let moves = turns.iter().enumerate().map(|(colour, &turn)| Move {
            colour: (colour as u8 + 1) % colours,
            turn,
            state: 0,
        });
        Ok(Self {
            colours,
            moves: moves.collect(),
            word: true,
        })
    }

    /// Reads a table.
    pub(super) fn read_table(reader: &mut Reader) -> Result<Self, RuleError> {
        let open = |reader: &mut Reader| {
            reader.spaces();
            if reader.take('{') {
                Ok(())
            } else {
                reader.unexpected("a turmite's table is {{{colour,turn,state},…},…}")
            }
        };
        // After an item: another one, or the end of the list.
        let more = |reader: &mut Reader| {
            reader.spaces();
            if reader.take(',') {
                Ok(true)
            } else if reader.take('}') {
                Ok(false)
            } else {
                reader.unexpected("a list goes on with a comma or ends with }")
            }
        };
        let mut rows: Vec<Vec<(Move, usize)>> = Vec::new();
        open(reader)?;
        loop {
            let row_at = reader.at;
            open(reader)?;
            let mut row = Vec::new();
            loop {
                open(reader)?;
                reader.spaces();
                let at = reader.at;
                let mut triple = [0; 3];
                for (i, number) in triple.iter_mut().enumerate() {
                    if i > 0 {
                        reader.spaces();
                        if !reader.take(',') {
                            return reader.unexpected("a move is {colour,turn,state}");
                        }
                        reader.spaces();
                    }
                    *number = reader.number(255, "a number of a move")? as u8;
                }
                reader.spaces();
                if !reader.take('}') {
                    return reader.unexpected("a move ends with }");
                }
                let turn = match triple[1] {
                    1 => 0,
                    2 => 1,
                    4 => 2,
                    8 => 3,
                    _ => {
                        return reader.fail_at(
                            at,
                            "a turn is 1 (straight on), 2 (right), 4 (round) or 8 (left)",
                        );
                    }
                };
                let step = Move {
                    colour: triple[0],
                    turn,
                    state: triple[2],
                };
                row.push((step, at));
                if row.len() > 64 {
                    return reader.fail("a turmite has at most 64 colours");
                }
                if !more(reader)? {
                    break;
                }
            }
            if rows.first().is_some_and(|first| first.len() != row.len()) {
                return reader.fail_at(row_at, "each state lists as many colours as the first");
            }
            rows.push(row);
            if rows.len() > 64 {
                return reader.fail("a turmite has at most 64 states");
            }
            if !more(reader)? {
                break;
            }
        }
        let (states, colours) = (rows.len(), rows[0].len());
        for (step, at) in rows.iter().flatten() {
            if usize::from(step.colour) >= colours || usize::from(step.state) >= states {
                return reader.fail_at(
                    *at,
                    format!("this table has {colours} colours and {states} states, from 0 on"),
                );
            }
        }
        if colours * (1 + 4 * states) > 256 || colours < 2 {
            return reader.fail(format!(
                "{colours} colours and {states} states give cells {} states; 2 colours or more \
                 and at most 256 states are possible",
                colours * (1 + 4 * states)
            ));
        }
        Ok(Self {
            colours: colours as u8,
            moves: rows.into_iter().flatten().map(|(step, _)| step).collect(),
            word: false,
        })
    }
}

impl fmt::Display for Turmite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.word {
            let letter = |turn: u8| ["N", "R", "U", "L"][usize::from(turn % 4)];
            return self
                .moves
                .iter()
                .try_for_each(|step| f.write_str(letter(step.turn)));
        }
        f.write_str("{")?;
        for (i, row) in self.moves.chunks(self.colours.max(1).into()).enumerate() {
            f.write_str(if i > 0 { ",{" } else { "{" })?;
            for (j, step) in row.iter().enumerate() {
                let comma = if j > 0 { "," } else { "" };
                let turn = 1u8 << step.turn;
                write!(f, "{comma}{{{},{turn},{}}}", step.colour, step.state)?;
            }
            f.write_str("}")?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::Rule;

    #[test]
    fn words_and_tables_come_back_as_they_were() {
        let canonical = |text: &str| text.parse::<Rule>().unwrap().to_string();
        assert_eq!(canonical("rl"), "RL");
        assert_eq!(canonical("LLRR:T99"), "LLRR:T99");
        let table = "{{{1,8,1},{1,8,1}},{{1,2,1},{0,1,0}}}";
        assert_eq!(canonical(table), table);
        assert_eq!(
            canonical("{ {{1, 8,1}, {1,8,1}}, {{1,2,1},{0,1,0}}}"),
            table
        );
        let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
        assert_eq!(column("L"), 1);
        assert_eq!(column("LRX"), 3);
        assert_eq!(column("{{{1,3,0},{0,1,0}}}"), 4);
        assert_eq!(column("{{{1,2,0},{2,1,0}}}"), 12);
        assert_eq!(column("{{{1,2,0}},{{0,1,0},{0,1,0}}}"), 12);
        assert_eq!(column("{{{1,2,0}"), 10);
    }
}
