//! Cuts a term into columns: in each, from top to bottom, operations and arrays that pass.

use crate::check::{ArrayId, Checked, Piece};

/// Something drawn around columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frame {
    /// Index into the circuit's blocks.
    Block(usize),
    /// Index into the circuit's repetitions.
    Repeat(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Pass(ArrayId),
    Step(usize),
    /// A closed block.
    Folded(usize),
}

/// One place of a column, and the frames that it stands in, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub what: What,
    pub frames: Vec<Frame>,
}

impl Slot {
    /// Arrays on its left.
    pub fn inputs<'a>(&'a self, checked: &'a Checked) -> &'a [ArrayId] {
        match &self.what {
            What::Pass(id) => std::slice::from_ref(id),
            What::Step(i) => &checked.steps[*i].inputs,
            What::Folded(i) => &checked.blocks[*i].inputs,
        }
    }
    /// Arrays on its right.
    pub fn outputs<'a>(&'a self, checked: &'a Checked) -> &'a [ArrayId] {
        match &self.what {
            What::Pass(id) => std::slice::from_ref(id),
            What::Step(i) => &checked.steps[*i].outputs,
            What::Folded(i) => &checked.blocks[*i].outputs,
        }
    }
}

pub type Columns = Vec<Vec<Slot>>;

/// The columns of a circuit. With `folded`, outermost blocks stay closed.
pub fn columns(checked: &Checked, folded: bool) -> Columns {
    let mut frames = Vec::new();
    cut(checked, &checked.root, folded, &mut frames).0
}

fn cut(
    checked: &Checked,
    piece: &Piece,
    folded: bool,
    frames: &mut Vec<Frame>,
) -> (Columns, Vec<ArrayId>) {
    let lone = |what: What, frames: &[Frame]| {
        vec![vec![Slot {
            what,
            frames: frames.to_vec(),
        }]]
    };
    match piece {
        Piece::Pass(arrays) => (Vec::new(), arrays.clone()),
        Piece::Step(index) => (
            lone(What::Step(*index), frames),
            checked.steps[*index].outputs.clone(),
        ),
        Piece::Block(index, _) if folded => (
            lone(What::Folded(*index), frames),
            checked.blocks[*index].outputs.clone(),
        ),
        Piece::Block(index, body) => {
            frames.push(Frame::Block(*index));
            let result = cut(checked, body, folded, frames);
            frames.pop();
            result
        }
        Piece::Repeat(index, body) => {
            frames.push(Frame::Repeat(*index));
            let result = cut(checked, body, folded, frames);
            frames.pop();
            result
        }
        Piece::Sequence(parts) => {
            let mut all = Columns::new();
            let mut last = Vec::new();
            for part in parts {
                let (columns, outputs) = cut(checked, part, folded, frames);
                all.extend(columns);
                last = outputs;
            }
            (all, last)
        }
        Piece::Parallel(parts) => {
            let cuts: Vec<(Columns, Vec<ArrayId>)> = parts
                .iter()
                .map(|part| cut(checked, part, folded, frames))
                .collect();
            let length = cuts.iter().map(|c| c.0.len()).max().unwrap_or(0);
            let mut all = vec![Vec::new(); length];
            for (columns, outputs) in &cuts {
                for (i, column) in all.iter_mut().enumerate() {
                    match columns.get(i) {
                        Some(slots) => column.extend(slots.iter().cloned()),
                        // A shorter branch waits for the others.
                        None => column.extend(outputs.iter().map(|id| Slot {
                            what: What::Pass(*id),
                            frames: frames.clone(),
                        })),
                    }
                }
            }
            let outputs = cuts.into_iter().flat_map(|c| c.1).collect();
            (all, outputs)
        }
    }
}
