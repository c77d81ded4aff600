//! The window: rooms, tiles, menus, palette, transport bar, status line, dialogs, settings,
//! autosave.

pub mod acts;
pub mod analyses;
mod arrange;
mod benchmark;
pub mod catalogue;
pub mod colour_maps;
pub mod commands;
pub mod detail;
pub mod dialogs;
pub mod document;
pub mod export;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod facts_cells;
pub mod files;
pub mod frame;
pub mod gallery;
pub mod handover;
mod history;
pub mod icons;
pub mod inspector;
pub mod keys;
mod launch;
pub mod live;
pub mod measure;
pub mod menus;
mod neighbours;
mod operate;
mod pad;
pub mod palette;
pub mod path_field;
mod perform;
pub mod pictures;
mod picturing;
pub mod plots;
pub mod present;
pub mod print;
pub mod rail;
pub mod recovery;
pub mod room;
mod saving;
pub mod scoring;
mod script;
mod settings;
pub mod sheet;
mod sound;
pub mod start;
pub mod status;
mod steering;
pub mod studio;
pub mod theme;
pub mod tiles;
pub mod toasts;
pub mod tokens;
mod toolbox;
pub mod tour;
pub mod transport;
mod undoing;
pub mod view;
mod windowing;
pub mod words;
pub mod works;

pub use launch::open;
