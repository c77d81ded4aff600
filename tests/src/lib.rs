//! End-to-end tests and benchmarks of Strange Loom live in this package.
