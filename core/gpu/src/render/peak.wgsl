// The largest of a list of counts, by one atomic a workgroup.

@group(0) @binding(0) var<storage, read> counts: array<u32>;
@group(0) @binding(1) var<storage, read_write> largest: atomic<u32>;

var<workgroup> best: atomic<u32>;

@compute @workgroup_size(64)
fn find(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(num_workgroups) groups: vec3u,
) {
  if (lane == 0u) { atomicStore(&best, 0u); }
  workgroupBarrier();
  var most = 0u;
  let total = arrayLength(&counts);
  let stride = groups.x * 64u;
  for (var i = id.x; i < total; i += stride) { most = max(most, counts[i]); }
  atomicMax(&best, most);
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&largest, atomicLoad(&best)); }
}
