
// Block rules: squares of four cells, shifted by one cell in odd generations. What each of the
// 16 squares becomes stands in four bits each of SQUARES_LOW and SQUARES_HIGH.
fn next_word(at: i32, y: i32) -> u32 {
    // A word begins in an even column: its odd columns are eastern ones in even generations.
    let east = select(0xff00ff00u, 0x00ff00ffu, run.odd == 1u);
    let low = (u32(y) + run.odd) & 1u;
    let upper = y - i32(low);
    let north = row(at, upper);
    let south = row(at, upper + 1);
    let square = (pick(north.here, north.west, east) & 0x01010101u)
        | ((pick(north.east, north.here, east) & 0x01010101u) << 1u)
        | ((pick(south.here, south.west, east) & 0x01010101u) << 2u)
        | ((pick(south.east, south.here, east) & 0x01010101u) << 3u);
    let number = unpack(square);
    let half = select(vec4<u32>(SQUARES_LOW), vec4<u32>(SQUARES_HIGH), number >= vec4<u32>(8u));
    let becomes = half >> ((number & vec4<u32>(7u)) * 4u);
    let bit = unpack(east & 0x01010101u) + 2u * low;
    return pack((becomes >> bit) & vec4<u32>(1u));
}

// The bytes of one word or, where the mask says so, of another.
fn pick(one: u32, other: u32, mask: u32) -> u32 {
    return (one & ~mask) | (other & mask);
}
