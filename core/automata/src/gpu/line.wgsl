
// Rules of one dimension: the row of the present generation is the last one, whose number stands
// behind the cells. The next is written below it; on the lowest row all rows go up by one, and the
// oldest leaves at the top.
@compute @workgroup_size(32, 4)
fn step(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= WORDS || id.y >= u32(HEIGHT) {
        return;
    }
    let last = u32(HEIGHT) - 1u;
    let now = before[WORDS * u32(HEIGHT)];
    let next = min(now + 1u, last);
    let shift = now + 1u - next;
    let place = id.y * WORDS + id.x;
    if id.x == 0u && id.y == 0u {
        after[WORDS * u32(HEIGHT)] = next;
    }
    if id.y == next {
        var cells = 0u;
        for (var i = 0u; i < 4u; i++) {
            cells |= fate(i32(id.x * 4u + i), i32(now)) << (8u * i);
        }
        after[place] = kept(id.x, cells);
    } else {
        after[place] = before[place + shift * WORDS];
    }
}

// A byte of a table that begins at data[table].
fn entry(table: u32, place: u32) -> u32 {
    return (data[table + (place >> 2u)] >> ((place & 3u) * 8u)) & 255u;
}
