// Where a member is seen: a variable along each axis. The twin of `Axes::point`.

fn placed(m: u32) -> vec3f {
  var place = vec3f(at(m, show.axes.x), at(m, show.axes.y), at(m, show.axes.z));
  for (var k = 0u; k < 3u; k++) {
    if ((show.axes.w >> k & 1u) == 1u) {
      place[k] -= 6.2831853 * floor((place[k] + 3.1415927) / 6.2831853);
    }
  }
  return place;
}
