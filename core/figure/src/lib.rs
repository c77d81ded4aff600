//! loom-figure
