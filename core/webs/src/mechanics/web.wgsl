// One step of a web, the device's twin of motion.rs: `drift`, then `kick`.
//
// Nodes are kept as displacements from their places of reference, so that f32 carries the small
// stretch of a stiff thread: with D between the ends' references, L = |D|, and the ends'
// displacements differing by d, the new length L' obeys L' − L = (2 D·d + d·d) / (L' + L).
// Each node gathers from its own threads; nothing is scattered, so runs repeat.

struct Parameters {
  count: u32,
  // The node that a hand holds; 0xffffffff for none.
  hand_node: u32,
  // What the gusts' phase grows by in a step, in 2^-64 of a gust.
  phase_low: u32,
  phase_high: u32,
  wind: vec3f,
  gust: f32,
  step: f32,
  hand_rate: f32,
  hand_stiffness: f32,
  padding: f32,
}

// What moves besides the nodes.
struct Moving {
  // Displacement of the hand from the reference of its node, and the work that it has done.
  hand: vec4f,
  aim: vec4f,
  phase_low: u32,
  phase_high: u32,
  padding_0: u32,
  padding_1: u32,
}

struct Node {
  // Weight and point load, N.
  steady: vec3f,
  inverse_mass: f32,
  drag: f32,
  // Over half a step.
  decay: f32,
  padding_0: f32,
  padding_1: f32,
}

// A thread as seen from one of its ends.
struct Entry {
  // From this node's reference to the other's.
  along: vec3f,
  length: f32,
  spring: f32,
  // Length at the references less the rest length.
  stretch: f32,
  other: u32,
  padding: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> displacement: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> force: array<vec4f>;
@group(0) @binding(4) var<storage, read> nodes: array<Node>;
@group(0) @binding(5) var<storage, read> starts: array<u32>;
@group(0) @binding(6) var<storage, read> entries: array<Entry>;
@group(0) @binding(7) var<storage, read_write> moving: Moving;

// Half a kick, half a damping, the drift; the hand moves on and the clock of the gusts.
@compute @workgroup_size(64)
fn drift(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= parameters.count) { return; }
  let node = nodes[i];
  let kick = 0.5 * parameters.step * node.inverse_mass;
  let v = (velocity[i].xyz + kick * force[i].xyz) * node.decay;
  let u = displacement[i].xyz + parameters.step * v;
  velocity[i] = vec4f(v, 0.0);
  displacement[i] = vec4f(u, 0.0);
  if (i == parameters.hand_node) {
    let way = parameters.hand_rate * (moving.aim.xyz - moving.hand.xyz);
    let stretch = moving.hand.xyz + 0.5 * way - u;
    let work = parameters.hand_stiffness * dot(stretch, way);
    moving.hand = vec4f(moving.hand.xyz + way, moving.hand.w + work);
  }
  if (i == 0u) {
    let low = moving.phase_low + parameters.phase_low;
    let carry = select(0u, 1u, low < parameters.phase_low);
    moving.phase_low = low;
    moving.phase_high = moving.phase_high + parameters.phase_high + carry;
  }
}

fn wind() -> vec3f {
  let phase = f32(moving.phase_high >> 8u) / 16777216.0;
  let away = abs(2.0 * phase - 1.0);
  let lull = away * away * (3.0 - 2.0 * away);
  return parameters.wind * (1.0 - parameters.gust * lull);
}

fn gathered(i: u32, node: Node) -> vec3f {
  let u = displacement[i].xyz;
  var f = node.steady + node.drag * wind();
  for (var e = starts[i]; e < starts[i + 1u]; e++) {
    let entry = entries[e];
    let d = displacement[entry.other].xyz - u;
    let now = entry.along + d;
    let length = max(sqrt(dot(now, now)), 1e-30);
    let longer = (2.0 * dot(entry.along, d) + dot(d, d)) / (length + entry.length);
    let tension = entry.spring * max(longer + entry.stretch, 0.0);
    f += (tension / length) * now;
  }
  if (i == parameters.hand_node) {
    f += parameters.hand_stiffness * (moving.hand.xyz - u);
  }
  return f;
}

// The new forces, half a damping, half a kick.
@compute @workgroup_size(64)
fn kick(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= parameters.count) { return; }
  let node = nodes[i];
  let f = gathered(i, node);
  let half = 0.5 * parameters.step * node.inverse_mass;
  force[i] = vec4f(f, 0.0);
  velocity[i] = vec4f(velocity[i].xyz * node.decay + half * f, 0.0);
}

// The forces alone, after the host has changed something.
@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= parameters.count) { return; }
  force[i] = vec4f(gathered(i, nodes[i]), 0.0);
}
