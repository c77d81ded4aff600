// One step of a state on the device, and what is asked of a state: shared by the kernels that
// follow orbits. The twin of the steps of `stepping.rs`.
//
// The generated part above this text defines DIMENSION, NUMBERS (of a state, its tangent vectors
// counted), MAP, the aliases `State` and `Constants`, and the right-hand side `rates`.

fn moved(x: State, k: State, h: f32) -> State {
  var y: State;
  for (var i = 0u; i < NUMBERS; i++) { y[i] = x[i] + h * k[i]; }
  return y;
}

// Kutta's classical fourth-order step, or one iteration of a map.
fn stepped(x: State, p: Constants, t: f32, h: f32) -> State {
  if (MAP) { return rates(x, p, t); }
  let k1 = rates(x, p, t);
  let k2 = rates(moved(x, k1, 0.5 * h), p, t + 0.5 * h);
  let k3 = rates(moved(x, k2, 0.5 * h), p, t + 0.5 * h);
  let k4 = rates(moved(x, k3, h), p, t + h);
  var y: State;
  for (var i = 0u; i < NUMBERS; i++) {
    y[i] = x[i] + (h / 6.0) * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
  }
  return y;
}

fn coordinate(x: State, axis: u32) -> f32 {
  var y = x;
  if (axis >= DIMENSION) { return 0.0; }
  return y[axis];
}

// By its bits, since shaders may take NaN and infinities for impossible.
fn finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

