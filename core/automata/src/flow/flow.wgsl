// A continuous automaton on a device, in f32. The twin of `engine.rs`.
//
// The generated part above this text defines WIDTH, HEIGHT, CELLS, SPECIES and INPUTS, the
// aliases State, Constants and Gathered, the law's formulas
// `update(u: State, p: Constants, t: f32) -> State`, and `gathered_into`, which puts what was
// gathered to its places among the constants.

struct Run {
  time: f32,
  scale: f32,
  padding: vec2f,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<storage, read> constants: array<f32>;
// Species by species, row by row.
@group(0) @binding(2) var<storage, read> now: array<f32>;
@group(0) @binding(3) var<storage, read_write> next: array<f32>;
// 1 once a value is no longer a finite number.
@group(0) @binding(4) var<storage, read_write> broken: array<atomic<u32>>;
// Neighbours: their place in a tile, as bits, and their weight.
@group(0) @binding(5) var<storage, read> taps: array<vec2f>;

// By its bits, since shaders may take NaN and infinities for impossible.
fn finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn finish(place: u32, g: Gathered) {
  var u: State;
  for (var s = 0u; s < SPECIES; s++) { u[s] = now[s * CELLS + place]; }
  var p: Constants;
  for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
  let after = update(u, gathered_into(p, g), run.time);
  var whole = true;
  for (var s = 0u; s < SPECIES; s++) {
    next[s * CELLS + place] = after[s];
    whole = whole && finite(after[s]);
  }
  if (!whole) { atomicStore(&broken[0], 1u); }
}
