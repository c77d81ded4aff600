// The cloud's states as vertices of a scene: the position along three variables, and the number
// that colours it. The twin of `Ensemble::vertices`.
//
// The generated part above this text is that of `ensemble.wgsl`, `expansion`, and `placed`, which
// says where a member is seen: one of `placed_*.wgsl`.

struct Show {
  members: u32,
  // Every stride-th member is drawn.
  stride: u32,
  // 0 none, 1 speed, 2 a variable, 3 local expansion, 4 the angle of the start, 5 a coordinate
  // of the picture.
  color: u32,
  // The variable, or the coordinate, that colours.
  height: u32,
  // Variables along x, y, z; DIMENSION stands for 0. The fourth: which are drawn from −π to π.
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
@group(0) @binding(3) var<storage, read> starts: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> vertices: array<vec4f>;

fn at(m: u32, axis: u32) -> f32 {
  if (axis >= DIMENSION) { return 0.0; }
  return state[axis * show.members + m];
}

fn vertex(m: u32, value: f32) -> vec4f {
  let place = placed(m);
  let shown = select(value, place[min(show.height, 2u)], show.color == 5u);
  return vec4f(place.x - show.offset_x, place.y - show.offset_y, place.z, shown);
}

@compute @workgroup_size(64)
fn draw(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let number = id.x + id.y * groups.x * 64u;
  let m = number * show.stride;
  if (m >= show.members) { return; }
  var value = 0.0;
  if (show.color == 1u || show.color == 3u) {
    var x: State;
    for (var i = 0u; i < DIMENSION; i++) { x[i] = state[i * show.members + m]; }
    var p: Constants;
    for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
    if (show.color == 3u) {
      vertices[number] = vertex(m, expansion(x, p, show.t));
      return;
    }
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
  } else if (show.color == 4u) {
    value = starts[m];
  }
  vertices[number] = vertex(m, value);
}
