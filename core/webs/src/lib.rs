//! loom-webs
