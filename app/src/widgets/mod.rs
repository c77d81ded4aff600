//! What panels are made of: buttons, sections, number fields, parameter editors, viewports,
//! plots and tables. Widgets know egui and the plain types of `loom_sim`, not the studio.

pub mod button;
pub mod canvas;
pub mod colormap;
pub mod decimate;
mod dense;
pub mod expression;
#[cfg(test)]
mod facts;
pub mod field;
pub mod formulas;
pub mod heat;
pub mod legend;
pub mod number;
pub mod parameter;
pub mod plot;
pub mod plot_csv;
pub mod ramp;
pub mod ruled;
pub mod scales;
pub mod section;
pub mod sketch;
pub mod steer;
pub mod table;
pub mod viewport;
