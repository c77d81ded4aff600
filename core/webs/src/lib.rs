//! Spider webs and other graphs: grown, read, loaded, set in motion and measured.
//!
//! [`Web`] is the data: nodes with places, threads with silk. [`generate`] grows webs, [`files`]
//! reads and writes them, [`mechanics`] moves and settles them, [`measures`] measures them;
//! [`Webs`] offers all of it to the studio.
//! Lengths are metres everywhere; z points up.

pub mod analyse;
pub mod columns;
pub mod error;
pub mod files;
pub mod generate;
pub mod incidence;
pub mod layout;
pub mod measures;
pub mod mechanics;
pub mod science;
pub mod web;

pub use analyse::{analyse, analyse_file};
pub use columns::{Column, Values};
pub use error::{Result, WebError};
pub use generate::{OrbSettings, orb};
pub use science::{Webs, generate as generate_by_name, graph_of_web, web_of_graph};
pub use web::{Material, Node, Placement, SilkKind, Thread, Web};
