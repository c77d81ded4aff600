// A histogram of what a camera sees: one count a point, in u32 atomics. The CPU twin is
// density.rs; the arithmetic and its order are the same.

struct Lens {
  matrix: mat4x4f,
  origin: vec4f,
  picture: vec4f,
  tile: vec4f,
  light: vec4f,
}

struct Parameters {
  lens: Lens,
  size: vec2u,
  count: u32,
  padding: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> vertices: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;

@compute @workgroup_size(64)
fn accumulate(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= parameters.count) { return; }
  let lens = parameters.lens;
  let position = vertices[i].xyz;
  let half = 0.5 * lens.picture.xy;
  var pixel: vec2f;
  if (lens.origin.w > 0.5) {
    let at = position - lens.origin.xyz;
    let m = lens.matrix;
    let clip = m[0] * at.x + m[1] * at.y + m[2] * at.z + m[3];
    if (!(clip.w > 0.0 && clip.z <= clip.w && clip.z >= 0.0)) { return; }
    pixel = vec2f(half.x + half.x * clip.x / clip.w, half.y - half.y * clip.y / clip.w);
  } else {
    let unit = lens.picture.w;
    pixel = vec2f(
      half.x + (position.x - lens.origin.x) * unit,
      half.y + (position.y - lens.origin.y) * unit * lens.light.w,
    );
  }
  // False for NaN.
  if (all(pixel >= vec2f(0.0)) && all(pixel < vec2f(parameters.size))) {
    let bin = vec2u(pixel);
    atomicAdd(&counts[bin.y * parameters.size.x + bin.x], 1u);
  }
}
