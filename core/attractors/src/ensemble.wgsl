// The cloud on the device: every particle in f32, several steps a dispatch, each step's position
// counted in up to two histograms. The twin of `ensemble.rs`.
//
// The generated part, `step.wgsl` and either `quiet.wgsl` or `shake.wgsl` stand above this text.

struct Lens {
  // World to clip space.
  matrix: mat4x4f,
  columns: u32,
  rows: u32,
  // 0: this lens is off.
  on: u32,
  padding: u32,
  // Variables along x, y, z; DIMENSION stands for 0. The fourth: which are drawn from −π to π.
  axes: vec4u,
}

struct Run {
  members: u32,
  steps: u32,
  // Added for a hit.
  weight: u32,
  // Steps made since time was `since`.
  first: u32,
  dt: f32,
  since: f32,
  padding: vec2f,
  lenses: array<Lens, 2>,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<storage, read> constants: array<f32>;
// Variable by variable.
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
// 1 once a particle is no longer a finite number.
@group(0) @binding(3) var<storage, read_write> broken: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> counts_0: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> counts_1: array<atomic<u32>>;

// The cell in which a state falls, or 0xffffffff.
fn cell(lens: u32, x: State) -> u32 {
  let axes = run.lenses[lens].axes;
  var point = vec4f(coordinate(x, axes.x), coordinate(x, axes.y), coordinate(x, axes.z), 1.0);
  for (var k = 0u; k < 3u; k++) {
    if ((axes.w >> k & 1u) == 1u) {
      point[k] -= 6.2831853 * floor((point[k] + 3.1415927) / 6.2831853);
    }
  }
  let clip = run.lenses[lens].matrix * point;
  let size = vec2f(f32(run.lenses[lens].columns), f32(run.lenses[lens].rows));
  if (!(clip.w > 0.0)) { return 0xffffffffu; }
  let place = vec2f(0.5 + 0.5 * clip.x / clip.w, 0.5 - 0.5 * clip.y / clip.w) * size;
  let inside = place.x >= 0.0 && place.x < size.x && place.y >= 0.0 && place.y < size.y;
  if (!inside) { return 0xffffffffu; }
  return u32(place.y) * run.lenses[lens].columns + u32(place.x);
}

@compute @workgroup_size(64)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.x + id.y * groups.x * 64u;
  if (m >= run.members) { return; }
  var x: State;
  for (var i = 0u; i < DIMENSION; i++) { x[i] = state[i * run.members + m]; }
  var p: Constants;
  for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
  for (var s = 0u; s < run.steps; s++) {
    let t = run.since + f32(run.first + s) * run.dt;
    x = pushed(x, p, t, m, s);
    if (run.lenses[0].on != 0u) {
      let c = cell(0u, x);
      if (c != 0xffffffffu) { atomicAdd(&counts_0[c], run.weight); }
    }
    if (run.lenses[1].on != 0u) {
      let c = cell(1u, x);
      if (c != 0xffffffffu) { atomicAdd(&counts_1[c], run.weight); }
    }
  }
  var whole = true;
  for (var i = 0u; i < DIMENSION; i++) {
    state[i * run.members + m] = x[i];
    whole = whole && finite(x[i]);
  }
  if (!whole) { atomicStore(&broken[0], 1u); }
}
