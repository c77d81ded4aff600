//! loom-text
