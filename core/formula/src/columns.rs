//! A range of an ensemble's members as a view of the whole state, so that several threads can
//! advance disjoint ranges of one structure of arrays.
#![allow(unsafe_code)]
// A view holds a pointer to the first row at its first member, the distance between rows and the
// number of members. Views are made from a `&mut [f64]` whose length is checked to be
// rows × members, and are only ever divided into views of disjoint members, so no two views reach
// the same element; row and member are checked at every access. The lifetime keeps the slice
// borrowed while any view lives. Hence sending a view to another thread is as sound as sending
// `&mut [f64]`.

use std::marker::PhantomData;

/// Some members of an ensemble's state.
#[derive(Debug)]
pub struct Columns<'a> {
    start: *mut f64,
    stride: usize,
    rows: usize,
    members: usize,
    state: PhantomData<&'a mut [f64]>,
}

// SAFETY: see the head of this file.
unsafe impl Send for Columns<'_> {}

impl<'a> Columns<'a> {
    /// All members of a state of rows × `members` values. Values beyond the last whole row are
    /// left out.
    pub fn new(state: &'a mut [f64], members: usize) -> Columns<'a> {
        Columns {
            start: state.as_mut_ptr(),
            stride: members,
            rows: state.len().checked_div(members).unwrap_or(0),
            members,
            state: PhantomData,
        }
    }

    /// Rows of the state.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Members in this view.
    pub fn members(&self) -> usize {
        self.members
    }

    /// The first `count` members (or all, if there are fewer) and the others.
    pub fn split_at(self, count: usize) -> (Columns<'a>, Columns<'a>) {
        let count = count.min(self.members);
        let first = Columns {
            members: count,
            ..Columns::same(&self)
        };
        let others = Columns {
            // SAFETY: count ≤ members, so this stays within the first row or one past its end.
            start: unsafe { self.start.add(count) },
            members: self.members - count,
            ..Columns::same(&self)
        };
        (first, others)
    }

    fn same(other: &Columns<'a>) -> Columns<'a> {
        Columns {
            start: other.start,
            stride: other.stride,
            rows: other.rows,
            members: other.members,
            state: PhantomData,
        }
    }

    /// One value; NaN outside the view.
    pub fn get(&self, row: usize, member: usize) -> f64 {
        if row < self.rows && member < self.members {
            // SAFETY: row and member lie within the view.
            unsafe { *self.start.add(row * self.stride + member) }
        } else {
            f64::NAN
        }
    }

    /// Sets one value; nothing happens outside the view.
    pub fn set(&mut self, row: usize, member: usize, value: f64) {
        if row < self.rows && member < self.members {
            // SAFETY: row and member lie within the view, which is borrowed mutably.
            unsafe { *self.start.add(row * self.stride + member) = value };
        }
    }

    /// The first member's first row, for machine code.
    pub(crate) fn pointer(&mut self, member: usize) -> *mut f64 {
        debug_assert!(member <= self.members);
        self.start.wrapping_add(member)
    }

    /// Values between one row and the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }
}
