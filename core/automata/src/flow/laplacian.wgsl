// Reaction and diffusion: the Laplacian by five or nine points. The twin of `stencil.rs`.
// The generated part defines NINE and WRAPS.

fn lower(c: u32, count: u32) -> u32 {
  if (c > 0u) { return c - 1u; }
  return select(0u, count - 1u, WRAPS);
}

fn upper(c: u32, count: u32) -> u32 {
  if (c + 1u < count) { return c + 1u; }
  return select(c, 0u, WRAPS);
}

@compute @workgroup_size(16, 16)
fn step(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= WIDTH || id.y >= HEIGHT) { return; }
  let west = lower(id.x, WIDTH);
  let east = upper(id.x, WIDTH);
  let north = lower(id.y, HEIGHT) * WIDTH;
  let south = upper(id.y, HEIGHT) * WIDTH;
  let here = id.y * WIDTH;
  var g: Gathered;
  for (var s = 0u; s < SPECIES; s++) {
    let at = s * CELLS;
    let c = now[at + here + id.x];
    let sides = (now[at + north + id.x] + now[at + south + id.x])
      + (now[at + here + west] + now[at + here + east]);
    if (NINE) {
      let corners = (now[at + north + west] + now[at + north + east])
        + (now[at + south + west] + now[at + south + east]);
      g[s] = run.scale / 6.0 * (4.0 * sides + corners - 20.0 * c);
    } else {
      g[s] = run.scale * (sides - 4.0 * c);
    }
  }
  finish(here + id.x, g);
}
