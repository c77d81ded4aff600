//! loom-automata
