// Round dots, one triangle each, edges smoothed by coverage.
//
// shape.x: radius in physical pixels, at least 1/2; smaller dots are made fainter instead.

struct Dot {
  @builtin(position) position: vec4f,
  @location(0) @interpolate(flat) color: vec4f,
  @location(1) @interpolate(flat) centre: vec2f,
}

@vertex
fn dot_vertex(@builtin(vertex_index) corner: u32, @location(0) vertex: vec4f) -> Dot {
  var out: Dot;
  let seen = see(vertex.xyz);
  let reach = layer.shape.x + 0.5;
  out.centre = snap(seen.pixel);
  out.color = paint(vertex.w);
  out.position = NOWHERE;
  let outside = any(seen.pixel < lens.tile.xy - 2.0 * reach) ||
    any(seen.pixel > lens.tile.xy + lens.tile.zw + 2.0 * reach);
  if (seen.visible && !outside) {
    // The triangle whose inscribed circle is the dot with its soft edge.
    var corners = array(vec2f(-1.7320508, -1.0), vec2f(1.7320508, -1.0), vec2f(0.0, 2.0));
    out.position = place(out.centre + reach * corners[corner], seen.depth);
  }
  return out;
}

@fragment
fn dot_fragment(in: Dot) -> @location(0) vec4f {
  let offset = in.position.xy + lens.tile.xy - in.centre;
  let cover = clamp(layer.shape.x + 0.5 - length(offset), 0.0, 1.0);
  if (cover <= 0.0) { discard; }
  return in.color * cover;
}
