//! loom-circuits
