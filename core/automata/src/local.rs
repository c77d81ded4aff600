//! A rule as a function of the 3 × 3 block around a cell.
//!
//! Every family whose cells look no further than their eight neighbours can be said in this form;
//! engines that look results up in tables, and HashLife, run it without knowing the family.

/// A rule as a function of the 3 × 3 block around a cell: what table engines and HashLife run.
pub trait Local: Send + Sync + std::fmt::Debug {
    /// Number of states, 2 to 256; state 0 is the background.
    fn states(&self) -> usize;

    /// The next state of the middle of a block, rows from north to south:
    /// `[nw, n, ne, w, c, e, sw, s, se]`, each below [`Self::states`].
    fn next(&self, block: &[u8; 9]) -> u8;
}
