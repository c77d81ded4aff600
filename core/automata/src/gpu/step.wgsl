
// One generation: an invocation makes four cells.
@compute @workgroup_size(32, 4)
fn step(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= WORDS || id.y >= u32(HEIGHT) {
        return;
    }
    let next = next_word(i32(id.x), i32(id.y));
    after[id.y * WORDS + id.x] = kept(id.x, next);
}
