// The cloud's states as vertices of a scene: the position along three variables, and the number
// that colours it. The twin of `Ensemble::vertices`.
//
// The generated part above this text is that of `ensemble.wgsl`.

struct Show {
  members: u32,
  // Every stride-th member is drawn.
  stride: u32,
  // 0 none, 1 speed, 2 height.
  color: u32,
  // The variable that is the height.
  height: u32,
  // Variables along x, y, z; DIMENSION stands for 0.
  axes: vec4u,
  t: f32,
  // Taken away along x and y, so that a plane's coordinates stay near 0.
  offset_x: f32,
  offset_y: f32,
  padding: f32,
}

@group(0) @binding(0) var<uniform> show: Show;
@group(0) @binding(1) var<storage, read> constants: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> vertices: array<vec4f>;

fn at(m: u32, axis: u32) -> f32 {
  if (axis >= DIMENSION) { return 0.0; }
  return state[axis * show.members + m];
}

@compute @workgroup_size(64)
fn draw(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let number = id.x + id.y * groups.x * 64u;
  let m = number * show.stride;
  if (m >= show.members) { return; }
  var value = 0.0;
  if (show.color == 1u) {
    var x: State;
    for (var i = 0u; i < DIMENSION; i++) { x[i] = state[i * show.members + m]; }
    var p: Constants;
    for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
    var rate = rates(x, p, show.t);
    var squares = 0.0;
    for (var i = 0u; i < DIMENSION; i++) {
      // A map's speed is the length of its leap.
      let d = select(rate[i], rate[i] - x[i], MAP);
      squares += d * d;
    }
    value = sqrt(squares);
  } else if (show.color == 2u) {
    value = at(m, show.height);
  }
  let x = at(m, show.axes.x) - show.offset_x;
  let y = at(m, show.axes.y) - show.offset_y;
  vertices[number] = vec4f(x, y, at(m, show.axes.z), value);
}
