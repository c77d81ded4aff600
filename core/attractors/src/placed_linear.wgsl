// Where a member is seen: sums of the variables with weights, row by row, then what is taken
// away. The twin of `Linear::point`.

fn placed(m: u32) -> vec3f {
  var place: vec3f;
  for (var k = 0u; k < 3u; k++) {
    var sum = -weights[3u * DIMENSION + k];
    for (var i = 0u; i < DIMENSION; i++) { sum += weights[k * DIMENSION + i] * at(m, i); }
    place[k] = sum;
  }
  return place;
}
