
// The square neighbourhood: an invocation goes down STRIP rows, one row of sums comes in and one
// leaves.
@compute @workgroup_size(32, 4)
fn step(@builtin(global_invocation_id) id: vec3<u32>) {
    let top = i32(id.y * STRIP);
    if id.x >= WORDS || top >= HEIGHT {
        return;
    }
    let x = id.x * 4u;
    var count = vec4<u32>(0u);
    for (var y = top - REACH; y < top + REACH; y++) {
        count += runs(y, x, -REACH, REACH);
    }
    for (var y = top; y < min(top + i32(STRIP), HEIGHT); y++) {
        count += runs(y + REACH, x, -REACH, REACH);
        let at = u32(y) * WORDS + id.x;
        let own = unpack(before[at]);
        let middle = ones(before[at]) * select(1u, 0u, MIDDLE);
        after[at] = kept(id.x, pack(decided(own, count - unpack(middle))));
        count -= runs(y - REACH, x, -REACH, REACH);
    }
}
