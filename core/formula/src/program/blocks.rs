//! Blocks of operations that an elementary function writes: where such a function is applied to
//! several arguments that don't depend on each other, its operations can be carried out for all of
//! them at once, in the lanes of one register.

use super::Id;
use crate::elementary::arithmetic::Block;

/// One block: its argument, and which of its operations are read by others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noted {
    pub block: Block,
    pub argument: Id,
    pub results: [Option<Id>; 3],
}

/// The blocks of a program in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    pub list: Vec<Noted>,
}

impl Blocks {
    pub fn note(&mut self, block: Block, argument: Id, results: &[Id]) {
        let mut noted = Noted {
            block,
            argument,
            results: [None; 3],
        };
        for (to, result) in noted.results.iter_mut().zip(results) {
            *to = Some(*result);
        }
        self.list.push(noted);
    }

    /// What a block on this argument gives, where it gives three numbers.
    pub fn results(&self, block: Block, argument: Id) -> Option<[Id; 3]> {
        let alike = |noted: &&Noted| noted.block == block && noted.argument == argument;
        let [Some(a), Some(b), Some(c)] = self.list.iter().find(alike)?.results else {
            return None;
        };
        Some([a, b, c])
    }

    /// Renames all operations; a block without its argument or without any result is forgotten.
    pub fn rename(&mut self, name: impl Fn(Id) -> Option<Id>) {
        self.list.retain_mut(|noted| {
            for result in &mut noted.results {
                *result = result.and_then(&name);
            }
            match name(noted.argument) {
                Some(argument) => noted.argument = argument,
                None => return false,
            }
            noted.results.iter().any(Option::is_some)
        });
    }
}
