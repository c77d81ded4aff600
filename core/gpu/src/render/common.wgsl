// What every drawing shader shares: the lens (camera and picture), the layer's parameters, and
// the colour maps.
//
// Positions become pixels of the whole picture, are rounded to 1/256 pixel, and only then
// shifted into the tile. Tiles therefore show the same samples as the picture in one piece: the
// viewport's edges are powers of two, so that this arithmetic is exact.
//
// What is the same for a whole draw is a constant of the pipeline, or is chosen with `select`; no
// branch hangs on a uniform alone. Mesa's llvmpipe makes such a branch's shader anew for every
// value it meets, in each frame, and keeps them all.

// Whether the camera orbits a space; else it looks at a plane.
override ORBIT: bool = false;

struct Lens {
  // Orbit: world relative to `origin`, to clip space of the whole picture.
  matrix: mat4x4f,
  // Subtracted from positions first. w is 1 for an orbit, 0 for a plane.
  origin: vec4f,
  // Width and height of the whole picture, physical pixels; physical pixels a logical one;
  // physical pixels a world unit (plane).
  picture: vec4f,
  // The tile's upper left corner in the picture; width and height of the viewport.
  tile: vec4f,
  // Towards the light, in the world; w is −1 where world y points up on a plane, else 1.
  light: vec4f,
}

struct Layer {
  // Straight alpha. With a map, only the alpha counts.
  color: vec4f,
  // Low end, 1 / (high − low), row of the map or −1, exclusion of joints (lines).
  range: vec4f,
  // Size, width or radius; the rest by kind.
  shape: vec4f,
  // By kind.
  count: vec4u,
}

@group(0) @binding(0) var<uniform> lens: Lens;
@group(0) @binding(1) var<uniform> layer: Layer;
@group(0) @binding(2) var maps: texture_2d<f32>;
@group(0) @binding(3) var atlas: texture_2d<f32>;
@group(0) @binding(4) var smooth_sampler: sampler;

// Outside every view: what is placed here is not drawn.
const NOWHERE = vec4f(4.0, 4.0, 4.0, 1.0);

fn premultiplied(color: vec4f) -> vec4f {
  return vec4f(color.rgb * color.a, color.a);
}

// The colour of a value, premultiplied.
fn paint(value: f32) -> vec4f {
  let t = clamp((value - layer.range.x) * layer.range.y, 0.0, 1.0);
  let entry = vec2i(i32(t * 255.0 + 0.5), i32(max(layer.range.z, 0.0)));
  let color = select(layer.color.rgb, textureLoad(maps, entry, 0).rgb, layer.range.z >= 0.0);
  return vec4f(color * layer.color.a, layer.color.a);
}

struct Seen {
  // Pixels of the whole picture.
  pixel: vec2f,
  // Reversed: 1 near, 0 far.
  depth: f32,
  visible: bool,
}

fn see_clip(clip: vec4f) -> Seen {
  var seen: Seen;
  let half = 0.5 * lens.picture.xy;
  seen.pixel = half + half * vec2f(clip.x, -clip.y) / clip.w;
  seen.depth = clip.z / clip.w;
  // False for NaN too.
  seen.visible = clip.w > 0.0 && clip.z <= clip.w && clip.z >= 0.0
    && all(abs(seen.pixel) < vec2f(1e8));
  return seen;
}

fn to_clip(position: vec3f) -> vec4f {
  return lens.matrix * vec4f(position - lens.origin.xyz, 1.0);
}

fn see_plane(position: vec2f) -> vec2f {
  return 0.5 * lens.picture.xy
    + (position - lens.origin.xy) * lens.picture.w * vec2f(1.0, lens.light.w);
}

fn see(position: vec3f) -> Seen {
  if (ORBIT) { return see_clip(to_clip(position)); }
  var seen: Seen;
  seen.pixel = see_plane(position.xy);
  seen.depth = 0.5;
  seen.visible = all(abs(seen.pixel) < vec2f(1e8));
  return seen;
}

fn snap(pixel: vec2f) -> vec2f { return round(pixel * 256.0) / 256.0; }

// Clip position of a pixel of the picture in this tile.
fn place(pixel: vec2f, depth: f32) -> vec4f {
  let at = (snap(pixel) - lens.tile.xy) / lens.tile.zw;
  return vec4f(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y, depth, 1.0);
}

// The same for a point with perspective, whose triangle may cross the near plane.
fn place_solid(position: vec3f) -> vec4f {
  if (!ORBIT) { return place(see_plane(position.xy), 0.5); }
  let clip = to_clip(position);
  if (clip.w > 0.0 && clip.z < clip.w) {
    let at = place(see_clip(clip).pixel, 0.0);
    return vec4f(at.xy * clip.w, clip.z, clip.w);
  }
  let half = 0.5 * lens.picture.xy;
  let pixel = half * clip.w + half * vec2f(clip.x, -clip.y);
  let at = (pixel - lens.tile.xy * clip.w) / lens.tile.zw;
  return vec4f(2.0 * at.x - clip.w, clip.w - 2.0 * at.y, clip.z, clip.w);
}

// Half from the sky and half from a lamp beside the eye, on both sides of a face.
fn shade(normal: vec3f) -> f32 {
  let n = normalize(normal);
  let lamp = dot(n, lens.light.xyz);
  return 0.45 + 0.55 * max(lamp, -0.35 * lamp);
}
