// Where a member is seen: a formula along each axis. The twin of `Formulas::points`.
//
// Generated above this text: `Shown`, the state followed by the point, and `shown`.

fn placed(m: u32) -> vec3f {
  var u: Shown;
  for (var i = 0u; i < DIMENSION; i++) { u[i] = at(m, i); }
  var p: Constants;
  for (var i = 0u; i < CONSTANTS; i++) { p[i] = constants[i]; }
  let wide = shown(u, p, show.t);
  return vec3f(wide[DIMENSION], wide[DIMENSION + 1u], wide[DIMENSION + 2u]);
}
