// Triangles of fills, strokes and glyphs. A glyph's mask and the solid texel of everything else
// lie in one atlas, so that a layer is one draw in its own order.
//
// count.x: 0 world units of a plane, 1 logical pixels of the screen.

struct Ink {
  @builtin(position) position: vec4f,
  @location(0) color: vec4f,
  @location(1) texel: vec2f,
}

@vertex
fn shape_vertex(
  @location(0) position: vec2f,
  @location(1) color: vec4f,
  @location(2) texel: vec2u,
) -> Ink {
  var out: Ink;
  let on_screen = layer.count.x == 1u;
  var seen = see(vec3f(position, 0.0));
  seen.pixel = select(seen.pixel, position * lens.picture.z, on_screen);
  seen.depth = select(seen.depth, 0.5, on_screen);
  seen.visible = seen.visible | on_screen;
  out.position = select(NOWHERE, place(seen.pixel, seen.depth), seen.visible);
  out.color = color;
  out.texel = vec2f(texel);
  return out;
}

@fragment
fn shape_fragment(in: Ink) -> @location(0) vec4f {
  let size = vec2f(textureDimensions(atlas));
  return in.color * textureSampleLevel(atlas, smooth_sampler, in.texel / size, 0.0).r;
}
