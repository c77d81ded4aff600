// Largest exponents over a grid of parameters in f32: an orbit and one tangent vector for each
// invocation. The twin of `Plan::exponent` in `scan.rs`.
//
// The generated part and `step.wgsl` stand above this text.

struct Run {
  members: u32,
  columns: u32,
  // Orbits at each value of the parameters.
  orbits: u32,
  // Steps between two renormalisations, and how many of those in this dispatch.
  stride: u32,
  strides: u32,
  // Renormalisations made before, and how many are thrown away.
  made: u32,
  settling: u32,
  // Parameters that change; CONSTANTS stands for none.
  over: u32,
  against: u32,
  dt: f32,
  padding: vec2u,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<storage, read> constants: array<f32>;
// Values of the first parameter by column, and of the second by row.
@group(0) @binding(2) var<storage, read> across: array<f32>;
@group(0) @binding(3) var<storage, read> up: array<f32>;
// Variable by variable.
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
// Sum of the logarithms; not a number once the orbit has run away.
@group(0) @binding(5) var<storage, read_write> growth: array<f32>;

@compute @workgroup_size(64)
fn grow(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.x + id.y * groups.x * 64u;
  if (m >= run.members) { return; }
  var sum = growth[m];
  if (!finite(sum)) { return; }
  var x: State;
  for (var i = 0u; i < 2u * DIMENSION; i++) { x[i] = state[i * run.members + m]; }
  var p: Constants;
  for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
  let cell = m / run.orbits;
  p[run.over] = across[cell % run.columns];
  if (run.against < CONSTANTS) { p[run.against] = up[cell / run.columns]; }
  for (var s = 0u; s < run.strides; s++) {
    for (var i = 0u; i < run.stride; i++) {
      let step = (run.made + s) * run.stride + i;
      x = stepped(x, p, f32(step) * run.dt, run.dt);
    }
    var square = 0.0;
    var whole = true;
    for (var i = 0u; i < DIMENSION; i++) {
      whole = whole && finite(x[i]);
      square += x[DIMENSION + i] * x[DIMENSION + i];
    }
    if (!whole || !finite(square)) {
      growth[m] = bitcast<f32>(0x7fc00000u | (run.members & 0u));
      return;
    }
    // A superstable cycle shrinks the vector to nothing: begin with another.
    let length = max(sqrt(square), 1e-18);
    if (run.made + s >= run.settling) { sum += log(length); }
    for (var i = 0u; i < DIMENSION; i++) {
      x[DIMENSION + i] = select(1.0, x[DIMENSION + i] / length, square > 0.0);
    }
  }
  for (var i = 0u; i < 2u * DIMENSION; i++) { state[i * run.members + m] = x[i]; }
  growth[m] = sum;
}
