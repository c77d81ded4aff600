// Shaded meshes and tubes.
//
// Tubes: one closed eight-sided prism a segment, built from the vertex number; shape.x is the
// radius in world units, count.x as for lines.

struct Solid {
  @builtin(position) position: vec4f,
  @location(0) normal: vec3f,
  @location(1) value: f32,
}

@vertex
fn mesh_vertex(@location(0) vertex: vec4f, @location(1) normal: vec4f) -> Solid {
  var out: Solid;
  out.position = place_solid(vertex.xyz);
  out.normal = normal.xyz;
  out.value = vertex.w;
  return out;
}

const SIDES = 8u;

// 12 corners a side: the cap at the start, two triangles of the wall, the cap at the end.
@vertex
fn tube_vertex(
  @builtin(vertex_index) corner: u32,
  @builtin(instance_index) segment: u32,
  @location(0) head: vec4f,
  @location(1) tail: vec4f,
) -> Solid {
  var out: Solid;
  out.position = NOWHERE;
  out.normal = vec3f(0.0, 0.0, 1.0);
  let run = layer.count.x;
  let axis = tail.xyz - head.xyz;
  let length = length(axis);
  let ends_run = (run > 0u) & ((segment + 1u) % max(run, 1u) == 0u);
  if (ends_run || !(length > 0.0)) { return out; }
  let along = axis / length;
  // Any vector across; the axis least along it gives the best-conditioned one.
  let helper = select(vec3f(1.0, 0.0, 0.0), vec3f(0.0, 0.0, 1.0), abs(along.z) < 0.7);
  let right = normalize(cross(along, helper));
  let up = cross(right, along);
  // 0: start tip, 1 and 2: start ring, 3 and 4: end ring, 5: end tip.
  var order = array(0u, 2u, 1u, 1u, 2u, 4u, 1u, 4u, 3u, 3u, 4u, 5u);
  let role = order[corner % 12u];
  let side = corner / 12u + select(0u, 1u, role == 2u || role == 4u);
  let angle = 6.2831853 * f32(side) / f32(SIDES);
  let outward = cos(angle) * right + sin(angle) * up;
  let at_end = role >= 3u;
  let tip = role == 0u || role == 5u;
  let cap = select(-along, along, at_end);
  out.normal = select(outward, cap, tip);
  let base = select(head.xyz, tail.xyz, at_end);
  let offset = select(outward, 0.5 * cap, tip) * layer.shape.x;
  out.position = place_solid(base + offset);
  out.value = select(head.w, tail.w, at_end);
  return out;
}

@fragment
fn solid_fragment(in: Solid) -> @location(0) vec4f {
  let color = paint(in.value);
  return vec4f(color.rgb * shade(in.normal), color.a);
}
