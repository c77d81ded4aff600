//! Fonts, layout of single lines and a small maths setter: outlines and widths, no device.
//!
//! ```
//! use loom_text::{Font, layout, maths};
//! let run = layout("t = 12.5 s", Font::Sans, 13.0);
//! assert!(run.width > 40.0);
//! let formula = maths("λ_1 = k^{-1/2}", 20.0);
//! assert!(formula.glyphs.len() >= 8);
//! ```

mod face;
mod font;
mod layout;
mod maths;
mod notation;
mod outline;

pub use font::Font;
pub use layout::{Glyph, Rule, Run, layout, set};
pub use maths::maths;
pub use outline::{Segment, outline};
