
// Rules by the live cells of a block: 512 outcomes, one bit each, from data[TABLE] on. The
// north-west cell is the highest bit of a block's number.
fn next_word(at: i32, y: i32) -> u32 {
    let north = live(at, y - 1);
    let here = live(at, y);
    let south = live(at, y + 1);
    // The upper eight bits of each number; the lowest one is the south-east cell.
    let upper = unpack((north.west << 7u) | (north.here << 6u) | (north.east << 5u)
        | (here.west << 4u) | (here.here << 3u) | (here.east << 2u)
        | (south.west << 1u) | south.here);
    let number = (upper << vec4<u32>(1u)) | unpack(south.east);
    let own = unpack(word(at, y));
    let bits = vec4<u32>(
        data[TABLE + (number.x >> 5u)], data[TABLE + (number.y >> 5u)],
        data[TABLE + (number.z >> 5u)], data[TABLE + (number.w >> 5u)],
    );
    return pack(aged(own, (bits >> (number & vec4<u32>(31u))) & vec4<u32>(1u)));
}
