// The data of a grid in a storage buffer.

@group(1) @binding(1) var<storage, read> words: array<u32>;
@group(1) @binding(2) var<storage, read> largest: array<u32>;

fn word(i: u32) -> u32 { return words[i]; }
fn peak() -> u32 { return largest[0]; }
