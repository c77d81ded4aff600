// The orbits of a print on the device: every orbit in f32, its hits counted with atomic whole
// numbers, so that a run repeats bit for bit. The twin of `swarm.rs` and `optic.rs`.
//
// The generated part and `step.wgsl` stand above this text.

struct Press {
  // World to clip space.
  matrix: mat4x4f,
  // Depth along the view: direction and shift.
  forward: vec4f,
  // Nearest depth, 1 over the range of depths, lowest number, 1 over the range of numbers.
  ranges: vec4f,
  // Variables along x, y, z (DIMENSION stands for 0); what colours: a variable, DIMENSION for
  // speed, DIMENSION + 1 for nothing.
  axes: vec4u,
  size: vec2u,
  members: u32,
  steps: u32,
  // Hits for each step.
  between: u32,
  // Steps made before.
  first: u32,
  // 0: hits don't count yet.
  counting: u32,
  // 1: the nearest hit is kept.
  nearest: u32,
  dt: f32,
  padding: vec3f,
}

@group(0) @binding(0) var<uniform> press: Press;
@group(0) @binding(1) var<storage, read> constants: array<f32>;
// Where orbits start again that have run away, variable by variable.
@group(0) @binding(2) var<storage, read> starts: array<f32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;
// Sums of numbers from 0 to 255.
@group(0) @binding(5) var<storage, read_write> sums: array<atomic<u32>>;
// Depth in the upper half, number in the lower.
@group(0) @binding(6) var<storage, read_write> nearest: array<atomic<u32>>;

// Cells across and down, depth from 0 to 1, and 1 where the point can be seen.
fn placed(x: State) -> vec4f {
  let point = vec3f(coordinate(x, press.axes.x), coordinate(x, press.axes.y), coordinate(x, press.axes.z));
  let clip = press.matrix * vec4f(point, 1.0);
  let depth = (dot(press.forward.xyz, point) + press.forward.w - press.ranges.x) * press.ranges.y;
  if (!(clip.w > 0.0)) { return vec4f(0.0); }
  let size = vec2f(press.size);
  return vec4f((0.5 + 0.5 * clip.x / clip.w) * size.x, (0.5 - 0.5 * clip.y / clip.w) * size.y, depth, 1.0);
}

// What colours a hit, from 0 to 1; `before` is the last state of a map.
fn number(x: State, before: State, p: Constants, t: f32) -> f32 {
  let by = press.axes.w;
  if (by > DIMENSION) { return 0.0; }
  var value = coordinate(x, by);
  if (by == DIMENSION) {
    var sum = 0.0;
    var rate = rates(x, p, t);
    for (var i = 0u; i < DIMENSION; i++) {
      var d = rate[i];
      if (MAP) { d = x[i] - before[i]; }
      sum += d * d;
    }
    value = sqrt(sum);
  }
  return clamp((value - press.ranges.z) * press.ranges.w, 0.0, 1.0);
}

@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.x + id.y * groups.x * 64u;
  if (m >= press.members) { return; }
  var x: State;
  for (var i = 0u; i < DIMENSION; i++) { x[i] = state[i * press.members + m]; }
  var p: Constants;
  for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
  var place = placed(x);
  var shade = number(x, x, p, f32(press.first) * press.dt);
  for (var s = 0u; s < press.steps; s++) {
    let t = f32(press.first + s) * press.dt;
    let before = x;
    x = stepped(x, p, t, press.dt);
    var whole = true;
    for (var i = 0u; i < DIMENSION; i++) { whole = whole && finite(x[i]); }
    if (!whole) {
      for (var i = 0u; i < DIMENSION; i++) { x[i] = starts[i * press.members + m]; }
      place = placed(x);
      continue;
    }
    if (press.counting == 0u) { continue; }
    let last = place;
    let faded = shade;
    place = placed(x);
    shade = number(x, before, p, t + press.dt);
    if (!MAP && last.w * place.w == 0.0) { continue; }
    for (var k = 0u; k < press.between; k++) {
      var part = 1.0;
      if (!MAP) { part = (f32(k) + 0.5) / f32(press.between); }
      let at = last + (place - last) * part;
      let size = vec2f(press.size);
      if (!(place.w > 0.0 && at.x >= 0.0 && at.y >= 0.0 && at.x < size.x && at.y < size.y)) { continue; }
      let cell = u32(at.y) * press.size.x + u32(at.x);
      atomicAdd(&counts[cell], 1u);
      if (press.axes.w <= DIMENSION || press.nearest != 0u) {
        let value = faded + (shade - faded) * part;
        if (press.axes.w <= DIMENSION) { atomicAdd(&sums[cell], u32(value * 255.0 + 0.5)); }
        if (press.nearest != 0u) {
          let depth = u32(clamp(at.z, 0.0, 1.0) * 65535.0 + 0.5);
          atomicMin(&nearest[cell], (depth << 16u) | u32(value * 65535.0 + 0.5));
        }
      }
    }
  }
  for (var i = 0u; i < DIMENSION; i++) { state[i * press.members + m] = x[i]; }
}
