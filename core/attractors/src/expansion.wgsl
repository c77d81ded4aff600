// Local expansion: the largest eigenvalue of the symmetric part of the Jacobian, or for a map the
// logarithm of its largest singular value. The twin of `expansion.rs`.
//
// Generated above this text: `Wide`, the state followed by the Jacobian's entries row by row,
// `jacobian`, which fills them in, and the number of ROUNDS.

fn expansion(x: State, p: Constants, t: f32) -> f32 {
  var u: Wide;
  for (var i = 0u; i < DIMENSION; i++) { u[i] = x[i]; }
  var wide = jacobian(u, p, t);
  var a: array<f32, DIMENSION * DIMENSION>;
  for (var i = 0u; i < DIMENSION; i++) {
    for (var j = 0u; j < DIMENSION; j++) {
      var entry = 0.0;
      if (MAP) {
        for (var k = 0u; k < DIMENSION; k++) {
          entry += wide[DIMENSION + k * DIMENSION + i] * wide[DIMENSION + k * DIMENSION + j];
        }
      } else {
        entry = 0.5 * (wide[DIMENSION + i * DIMENSION + j] + wide[DIMENSION + j * DIMENSION + i]);
      }
      a[i * DIMENSION + j] = entry;
    }
  }
  for (var round = 0u; round < ROUNDS; round++) {
    for (var i = 0u; i < DIMENSION; i++) {
      for (var j = i + 1u; j < DIMENSION; j++) {
        let off = a[i * DIMENSION + j];
        // Squares of anything larger than what follows would overflow.
        if (abs(off) < 1e-18) { continue; }
        let half = clamp(0.5 * (a[j * DIMENSION + j] - a[i * DIMENSION + i]) / off, -1e18, 1e18);
        let t1 = select(-1.0, 1.0, half >= 0.0) / (abs(half) + sqrt(half * half + 1.0));
        let c = 1.0 / sqrt(t1 * t1 + 1.0);
        let s = t1 * c;
        for (var k = 0u; k < DIMENSION; k++) {
          let v = a[k * DIMENSION + i];
          let w = a[k * DIMENSION + j];
          a[k * DIMENSION + i] = c * v - s * w;
          a[k * DIMENSION + j] = s * v + c * w;
        }
        for (var k = 0u; k < DIMENSION; k++) {
          let v = a[i * DIMENSION + k];
          let w = a[j * DIMENSION + k];
          a[i * DIMENSION + k] = c * v - s * w;
          a[j * DIMENSION + k] = s * v + c * w;
        }
      }
    }
  }
  var largest = a[0];
  for (var k = 1u; k < DIMENSION; k++) { largest = max(largest, a[k * DIMENSION + k]); }
  if (MAP) { return 0.5 * log(max(largest, 1e-30)); }
  return largest;
}
