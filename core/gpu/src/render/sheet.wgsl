// What the processor has drawn, laid over the picture: premultiplied, one texel a pixel of the
// tile.

@group(1) @binding(0) var sheet: texture_2d<f32>;

@vertex
fn sheet_vertex(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4f {
  return vec4f(f32(corner & 1u) * 4.0 - 1.0, 1.0 - f32(corner >> 1u) * 4.0, 0.5, 1.0);
}

@fragment
fn sheet_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  return textureLoad(sheet, vec2u(position.xy), 0);
}
