//! loom-formula
