//! strange-loom
