// Means of one species over blocks of cells, for a picture. The twin of `draw::sampled`.

struct Show {
  width: u32,
  height: u32,
  // Where the species begins.
  first: u32,
  block: u32,
  columns: u32,
  rows: u32,
  padding: vec2u,
}

@group(0) @binding(0) var<uniform> view: Show;
@group(0) @binding(1) var<storage, read> now: array<f32>;
@group(0) @binding(2) var<storage, read_write> shown: array<f32>;

@compute @workgroup_size(16, 16)
fn show(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= view.columns || id.y >= view.rows) { return; }
  let right = min((id.x + 1u) * view.block, view.width);
  let bottom = min((id.y + 1u) * view.block, view.height);
  var sum = 0.0;
  for (var y = id.y * view.block; y < bottom; y++) {
    for (var x = id.x * view.block; x < right; x++) {
      sum += now[view.first + y * view.width + x];
    }
  }
  let count = (right - id.x * view.block) * (bottom - id.y * view.block);
  shown[id.y * view.columns + id.x] = sum / f32(count);
}
