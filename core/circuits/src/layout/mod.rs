//! Draws a checked circuit by its own structure, in the published conventions of neural circuit
//! diagrams: columns alternate data and operation, every axis is a wire, blocks are boxes in
//! boxes.
//!
//! [`columns`] cuts the term into columns, [`place`] gives every wire its height and every
//! column its width, [`draw`] makes the shapes. The result is a [`Drawing`]: shapes by role,
//! with the wires, operations and blocks that they belong to, so that colours and values can be
//! put on later.

mod clearance;
pub mod columns;
mod contraction;
pub mod draw;
mod glyph;
pub mod hit;
pub mod label;
mod operation;
pub mod place;
mod widths;
mod wish;

use loom_sim::scene::{Baseline, Font, Path};

use crate::check::{ArrayId, Checked};

/// What the labels on the wires say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    Names,
    Sizes,
    /// The name, and its size small beside it.
    #[default]
    Both,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub labels: Labels,
    /// Draws the outermost blocks closed: a box in depth with the block's name.
    pub folded: bool,
}

/// The colours that a shape may have; the view says what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Ink,
    Secondary,
    Ground,
    Error,
    /// A block's tint, 0xRRGGBB, and how far it is darkened (0 to 255).
    Tint(u32, u8),
}

/// A piece of the drawing, in the order in which it is drawn. World units, y down.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Part of an axis's wire.
    Wire {
        array: ArrayId,
        axis: usize,
        path: Path,
        /// Two sizes meet here that don't agree.
        faulty: bool,
    },
    /// The dashes between members of a tuple.
    Separator(Path),
    Shape {
        path: Path,
        fill: Option<Tone>,
        stroke: Option<(Tone, f64)>,
    },
    Label {
        text: String,
        font: Font,
        size: f64,
        position: [f64; 2],
        align: f64,
        baseline: Baseline,
        tone: Tone,
    },
}

/// A rectangle that can be pointed at: left, top, right, bottom.
pub type Rect = [f64; 4];

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub size: [f64; 2],
    pub items: Vec<Item>,
    /// Operations: index into the circuit's steps, and where each stands.
    pub steps: Vec<(usize, Rect)>,
    /// Blocks, outermost first.
    pub blocks: Vec<(usize, Rect)>,
}

/// Lays a circuit out.
pub fn layout(checked: &Checked, options: Options) -> Drawing {
    let placed = place::place(checked, columns::columns(checked, options.folded), options);
    draw::draw(checked, &placed)
}
