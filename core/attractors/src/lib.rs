//! loom-attractors
