// The data of a grid in a texture, row by row: for adapters without storage buffers.

@group(1) @binding(1) var words: texture_2d<u32>;

fn word(i: u32) -> u32 {
  let width = textureDimensions(words).x;
  return textureLoad(words, vec2u(i % width, i / width), 0).r;
}
fn peak() -> u32 { return 1u; }
