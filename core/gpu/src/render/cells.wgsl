// Grids of cells, fields and densities: each pixel is the mean of what it covers, so that edges
// stay sharp near and shades are true from afar.
//
// The file before this one gives `word(i)`, word i of the data.

struct Grid {
  // Cell and fraction at the tile's upper left corner: whole cells.
  base: vec2i,
  // And the fraction of a cell.
  part: vec2f,
  // Cells a pixel.
  step: vec2f,
  size: vec2u,
  // Left, top, right, bottom of what is drawn, pixels of the tile.
  rectangle: vec4f,
  // For the processor, words a row (bits); the others are constants of the pipeline.
  kind: vec4u,
  hairline: vec4f,
  // Exposure, 1 / gamma, peak.
  tone: vec4f,
  palette: array<vec4u, 64>,
}

@group(1) @binding(0) var<uniform> grid: Grid;

// 0 states, 1 bits, 2 field, 3 counts.
override KIND: u32 = 0u;
// Cells that one pixel may cover a side: 1 where cells and pixels coincide, 2 where a cell is a
// pixel or larger, 0 for any number.
override REACH: u32 = 0u;
// How counts are lit: 0 gas, 1 liquid, 2 light, 3 plasma, 4 solid.
override LOOK: u32 = 0u;
// Hairlines between the cells.
override LINES: bool = false;
// The largest count lies in `peak`, else in tone.z.
override SEEKS_PEAK: bool = false;

struct Sheet { @builtin(position) position: vec4f }

@vertex
fn cells_vertex(@builtin(vertex_index) corner: u32) -> Sheet {
  let x = select(grid.rectangle.x, grid.rectangle.z, (corner & 1u) == 1u);
  let y = select(grid.rectangle.y, grid.rectangle.w, corner >= 2u);
  return Sheet(place(vec2f(x, y) + lens.tile.xy, 0.0));
}

fn palette(index: u32) -> vec4f {
  return premultiplied(unpack4x8unorm(grid.palette[index / 4u][index % 4u]));
}

// The tone of one cell, 0 where there are no hits or no cell.
fn tone(at: vec2i) -> f32 {
  if (any(at < vec2i(0)) || any(at >= vec2i(grid.size))) { return 0.0; }
  let hits = word(u32(at.y) * grid.size.x + u32(at.x));
  if (hits == 0u) { return 0.0; }
  var most = grid.tone.z;
  if (SEEKS_PEAK) { most = f32(peak()); }
  let scale = log(1.0 + max(most, 1.0) * grid.tone.x);
  return pow(clamp(log(1.0 + f32(hits) * grid.tone.x) / scale, 0.0, 1.0), grid.tone.y);
}

fn tint(t: f32) -> vec3f {
  let entry = vec2i(i32(clamp(t, 0.0, 1.0) * 255.0 + 0.5), i32(layer.range.z));
  return textureLoad(maps, entry, 0).rgb;
}

// A tone in its look: `look.rs` says the same.
fn lit(cell: vec2u) -> vec4f {
  let at = vec2i(cell);
  let t = tone(at);
  if (LOOK == 0u) {
    if (t == 0.0) { return vec4f(0.0); }
    return vec4f(tint(t), 1.0);
  }
  if (LOOK == 2u) {
    let e = t * t;
    return vec4f(tint(0.25 + 0.75 * t) * e, e);
  }
  if (LOOK == 3u) {
    let cover = clamp(t / 0.4, 0.0, 1.0);
    return vec4f(tint(1.0 - abs(2.0 * fract(3.0 * t) - 1.0)), 1.0) * cover;
  }
  // Means over three cells to either side carry the slope: single cells are too grainy.
  var left = 0.0;
  var right = 0.0;
  var up = 0.0;
  var down = 0.0;
  for (var i = 1; i <= 2; i++) {
    for (var j = -1; j <= 1; j++) {
      left += tone(at + vec2i(-i, j));
      right += tone(at + vec2i(i, j));
      up += tone(at + vec2i(j, -i));
      down += tone(at + vec2i(j, i));
    }
  }
  let around = (left + right + up + down) / 24.0;
  let steep = 0.016 * f32(grid.size.y) / 6.0;
  let normal = normalize(vec3f((left - right) * steep, (up - down) * steep, 1.0));
  let lamp = vec3f(-0.4394, -0.6275, 0.643);
  let bright = max(dot(normal, lamp), 0.0);
  let cover = clamp(t / 0.22, 0.0, 1.0);
  if (LOOK == 4u) {
    let open = 1.0 / (1.0 + 6.0 * max(around - t, 0.0));
    return vec4f(tint(0.35 + 0.6 * t) * (0.3 + 0.8 * bright) * open, 1.0) * cover;
  }
  let gleam = pow(max(dot(normal, normalize(lamp + vec3f(0.0, 0.0, 1.0))), 0.0), 48.0);
  return vec4f(min(tint(t) * (0.35 + 0.75 * bright) + 0.45 * gleam, vec3f(1.0)), 1.0) * cover;
}

// The colour of one cell, premultiplied. `KIND` is fixed when the pipeline is made, so that no
// other kind's work is done.
fn cell(at: vec2u) -> vec4f {
  if (KIND == 0u) {
    let i = at.y * grid.size.x + at.x;
    return palette((word(i / 4u) >> (8u * (i % 4u))) & 255u);
  }
  if (KIND == 1u) {
    return palette((word(at.y * grid.kind.y + at.x / 32u) >> (at.x % 32u)) & 1u);
  }
  if (KIND == 3u) { return lit(at); }
  let bits = word(at.y * grid.size.x + at.x);
  // No colour for what is no number.
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return vec4f(0.0); }
  let value = bitcast<f32>(bits);
  let plain = premultiplied(layer.color) * clamp(value, 0.0, 1.0);
  return select(paint(value), plain, layer.range.z < 0.0);
}

// At most so many cells a side are looked at for one pixel from afar.
const MOST = 8.0;

// The share of set bits in a row of words from column x0 up to x1.
fn set_bits(y: u32, x0: u32, x1: u32) -> u32 {
  var sum = 0u;
  let row = y * grid.kind.y;
  let first = x0 / 32u;
  let last = (x1 - 1u) / 32u;
  let stride = max(1u, (last - first + 1u) / 8u);
  for (var w = first; w <= last; w += stride) {
    var bits = word(row + w);
    if (w == first) { bits &= 0xffffffffu << (x0 % 32u); }
    if (w == last && x1 % 32u != 0u) { bits &= (1u << (x1 % 32u)) - 1u; }
    sum += countOneBits(bits) * stride;
  }
  return min(sum, x1 - x0);
}

@fragment
fn cells_fragment(in: Sheet) -> @location(0) vec4f {
  // The pixel's footprint in cells, relative to the base cell.
  let low = grid.part + (in.position.xy - 0.5) * grid.step;
  let high = low + grid.step;
  // A thousandth of a pixel decides nothing.
  let least = max(floor(low + 1e-3 * grid.step), vec2f(-grid.base));
  let most = min(ceil(high - 1e-3 * grid.step), vec2f(vec2i(grid.size) - grid.base));
  if (any(most <= least)) { discard; }
  var sum = vec4f(0.0);
  if (REACH == 1u) {
    sum = cell(vec2u(vec2i(least) + grid.base));
  } else if (REACH == 2u) {
    // At most two cells a side, weighted by how much of each is covered.
    let near = vec2u(vec2i(least) + grid.base);
    let far = vec2u(vec2i(most - 1.0) + grid.base);
    let edge = least + 1.0;
    let first = max(min(edge, high) - max(least, low), vec2f(0.0)) / grid.step;
    let second = max(min(most, high) - max(edge, low), vec2f(0.0)) / grid.step;
    sum = cell(near) * first.x * first.y
      + cell(vec2u(far.x, near.y)) * second.x * first.y
      + cell(vec2u(near.x, far.y)) * first.x * second.y
      + cell(far) * second.x * second.y;
  } else if (KIND == 1u) {
    // From afar: words of bits.
    let count = most - least;
    let x0 = u32(i32(least.x) + grid.base.x);
    let x1 = u32(i32(most.x) + grid.base.x);
    let rows = min(count.y, 12.0);
    var ones = 0.0;
    for (var j = 0.0; j < rows; j += 1.0) {
      let y = i32(least.y + floor((j + 0.5) * count.y / rows)) + grid.base.y;
      ones += f32(set_bits(u32(y), x0, x1));
    }
    let share = ones / (rows * f32(x1 - x0));
    let area = min(count / grid.step, vec2f(1.0));
    sum = mix(palette(0u), palette(1u), share) * area.x * area.y;
  } else {
    let count = most - least;
    let steps = min(count, vec2f(MOST));
    let stride = count / steps;
    for (var j = 0.0; j < steps.y; j += 1.0) {
      let y0 = least.y + j * stride.y;
      let y = min(floor(y0 + 0.5 * stride.y - 1e-4), most.y - 1.0);
      let height = min(y0 + stride.y, high.y) - max(y0, low.y);
      for (var i = 0.0; i < steps.x; i += 1.0) {
        let x0 = least.x + i * stride.x;
        let x = min(floor(x0 + 0.5 * stride.x - 1e-4), most.x - 1.0);
        let width = min(x0 + stride.x, high.x) - max(x0, low.x);
        sum += cell(vec2u(vec2i(vec2f(x, y)) + grid.base)) * max(width, 0.0) * max(height, 0.0);
      }
    }
    sum /= grid.step.x * grid.step.y;
  }
  if (LINES) {
    // The first pixel of each cell, and the last of the whole grid. The bias keeps rounding
    // from drawing a line twice or not at all.
    let here = floor(low + 0.01 * grid.step);
    let before = floor(low - 0.99 * grid.step);
    let after = floor(low + 1.01 * grid.step);
    let end = vec2f(vec2i(grid.size) - grid.base);
    if (any(here > before) || any(after >= end)) {
      sum = grid.hairline + sum * (1.0 - grid.hairline.a);
    }
  }
  return clamp(sum, vec4f(0.0), vec4f(1.0));
}
