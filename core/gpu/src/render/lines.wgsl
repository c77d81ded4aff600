// Segments of constant width in pixels with round ends, edges smoothed by coverage.
//
// shape.x: half the width in physical pixels, at least 1/2; thinner lines are made fainter.
// count.x: vertices a run, 0 where each pair stands alone.
// range.w: 1 where the layer is translucent: a segment then leaves out the disc that the one
// before it has already covered.

struct Line {
  @builtin(position) position: vec4f,
  @location(0) @interpolate(flat) ends: vec4f,
  @location(1) @interpolate(flat) values: vec2f,
  @location(2) @interpolate(flat) joined: f32,
}

@vertex
fn line_vertex(
  @builtin(vertex_index) corner: u32,
  @builtin(instance_index) segment: u32,
  @location(0) head: vec4f,
  @location(1) tail: vec4f,
) -> Line {
  var out: Line;
  out.position = NOWHERE;
  out.values = vec2f(head.w, tail.w);
  let run = layer.count.x;
  let place_in_run = segment % max(run, 1u);
  if ((run > 0u) & (place_in_run + 1u == run)) { return out; }
  out.joined = select(0.0, 1.0, (run > 0u) & (place_in_run != 0u) & (layer.range.w > 0.5));
  var a: Seen;
  var b: Seen;
  if (ORBIT) {
    var clip_a = to_clip(head.xyz);
    var clip_b = to_clip(tail.xyz);
    // The near plane is z = w.
    let room_a = clip_a.w - clip_a.z;
    let room_b = clip_b.w - clip_b.z;
    if (!(room_a > 0.0) && !(room_b > 0.0)) { return out; }
    if (!(room_a > 0.0)) { clip_a = mix(clip_a, clip_b, room_a / (room_a - room_b) * 1.0001); }
    if (!(room_b > 0.0)) { clip_b = mix(clip_b, clip_a, room_b / (room_b - room_a) * 1.0001); }
    a = see_clip(clip_a);
    b = see_clip(clip_b);
  } else {
    a = see(head.xyz);
    b = see(tail.xyz);
  }
  if (!a.visible || !b.visible) { return out; }
  let start = snap(a.pixel);
  let end = snap(b.pixel);
  let reach = layer.shape.x + 1.0;
  let low = min(start, end);
  let high = max(start, end);
  if (any(high < lens.tile.xy - reach) || any(low > lens.tile.xy + lens.tile.zw + reach)) { return out; }
  out.ends = vec4f(start, end);
  let length = distance(start, end);
  let along = select(vec2f(1.0, 0.0), (end - start) / max(length, 1e-6), length > 1e-6);
  let across = vec2f(-along.y, along.x);
  let at_end = corner >= 2u;
  let side = select(-reach, reach, (corner & 1u) == 1u);
  let base = select(start - reach * along, end + reach * along, at_end);
  out.position = place(base + side * across, select(a.depth, b.depth, at_end));
  return out;
}

@fragment
fn line_fragment(in: Line) -> @location(0) vec4f {
  let pixel = in.position.xy + lens.tile.xy;
  let offset = pixel - in.ends.xy;
  let along = in.ends.zw - in.ends.xy;
  let t = clamp(dot(offset, along) / max(dot(along, along), 1e-12), 0.0, 1.0);
  var cover = clamp(layer.shape.x + 0.5 - length(offset - t * along), 0.0, 1.0);
  if (in.joined > 0.5) {
    cover = min(cover, 1.0 - clamp(layer.shape.x + 0.5 - length(offset), 0.0, 1.0));
  }
  if (cover <= 0.0) { discard; }
  return paint(mix(in.values.x, in.values.y, t)) * cover;
}
