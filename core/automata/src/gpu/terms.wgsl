
// Any other neighbourhood: TERMS runs of cells from data[TERM] on, each four numbers: how many
// rows below, from, to, weight. Shapes that turn do so, top to bottom, on every second cell.
fn next_word(at: i32, y: i32) -> u32 {
    let x = u32(at) * 4u;
    var upright = vec4<u32>(0u);
    var over = vec4<u32>(0u);
    for (var term = 0u; term < TERMS; term++) {
        let place = TERM + 4u * term;
        let down = bitcast<i32>(data[place]);
        let from_cell = bitcast<i32>(data[place + 1u]);
        let to_cell = bitcast<i32>(data[place + 2u]);
        upright += data[place + 3u] * runs(y + down, x, from_cell, to_cell);
        if TURNS {
            over += data[place + 3u] * runs(y - down, x, from_cell, to_cell);
        }
    }
    var count = upright;
    if TURNS {
        // A word begins in an even column.
        let odd = (vec4<u32>(0u, 1u, 0u, 1u) + u32(y)) & vec4<u32>(1u);
        count = select(upright, over, odd == vec4<u32>(1u));
    }
    return pack(decided(unpack(word(at, y)), count));
}
