//! What can be done to cells by name: cut, turn, fill, advance a part, stack.

mod declared;

pub(crate) use declared::all;
