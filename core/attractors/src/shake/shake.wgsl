// A step of a particle under noise. The twin of `mod.rs` beside it.
//
// Above this text stand the generated part, `step.wgsl` and `chacha.wgsl`; before these the
// numbers of ROWS that `amplitudes` fills in: σ of each variable and, where MILSTEIN is true, its
// derivatives, for an intensity of 1.

struct Shake {
  key: array<vec4u, 2>,
  // Number of the block of random words at the first step, low and high.
  number: vec2u,
  intensity: f32,
  // Length of a step and its root.
  h: f32,
  root: f32,
  padding_0: u32,
  padding_1: u32,
  padding_2: u32,
}

@group(0) @binding(6) var<uniform> shake: Shake;
@group(0) @binding(7) var<storage, read> strengths: array<f32>;

// Two standard normal numbers from two words (Box and Muller).
fn normals(first: u32, second: u32) -> vec2f {
  let radius = sqrt(-2.0 * log(min((f32(first) + 0.5) * 2.3283064e-10, 1.0)));
  let angle = f32(bitcast<i32>(second)) * 1.4629181e-9;
  return radius * vec2f(cos(angle), sin(angle));
}

fn pushed(before: State, p: Constants, t: f32, m: u32, s: u32) -> State {
  var x = before;
  var sigma = amplitudes(before, p, t);
  var words: array<u32, 16>;
  var pair: vec2f;
  var late: State;
  for (var v = 0u; v < DIMENSION; v++) {
    if ((v & 15u) == 0u) {
      let block = s * ((DIMENSION + 15u) / 16u) + v / 16u;
      let low = shake.number.x + block;
      let carry = select(0u, 1u, low < block);
      words = chacha(shake.key, vec2u(low, shake.number.y + carry), m);
    }
    if ((v & 1u) == 0u) { pair = normals(words[v & 15u], words[(v & 15u) + 1u]); }
    let w = shake.root * pair[v & 1u];
    let g = shake.intensity * sigma[v];
    let early = select(0.5, 0.0, MAP) * g * w;
    x[v] += early;
    late[v] = g * w - early;
    if (MILSTEIN) {
      let slope = shake.intensity * sigma[ROWS - DIMENSION + v];
      late[v] += 0.5 * g * slope * (w * w - shake.h);
    }
  }
  x = stepped(x, p, t, run.dt);
  for (var v = 0u; v < DIMENSION; v++) { x[v] += late[v]; }
  return x;
}
