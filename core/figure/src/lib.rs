//! The document, and every way out: PNG, SVG and PDF that carry it, CSV, NPY and NPZ.

pub mod attachment;
pub mod carry;
pub mod data;
mod decor;
pub mod document;
mod error;
mod fields;
pub mod file;
mod flatten;
mod letters;
mod pdf;
mod picture;
pub mod piece;
pub mod plot;
mod plot_data;
pub mod png_file;
pub mod raster;
pub mod render;
mod solids;
mod svg;
pub mod ticks;

pub use carry::{could_carry, extract, into_png};
pub use document::{Document, Item, ItemAnalysis, ItemView, Rendered, SCHEMA_VERSION};
pub use error::FigureError;
pub use plot::plot_shapes;
pub use render::{Format, Options, Picture, render};
pub use ticks::{Ticks, log_ticks, ticks};
