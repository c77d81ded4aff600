//! loom-gpu
