
// Rules that count the cells in state 1 around: CORNERS says which diagonal neighbours count,
// 1 for north-west and south-east, 2 for the other two, 3 for all four.
fn next_word(at: i32, y: i32) -> u32 {
    let north = live(at, y - 1);
    let here = live(at, y);
    let south = live(at, y + 1);
    var count = north.here + south.here + here.west + here.east;
    if (CORNERS & 1u) != 0u {
        count += north.west + south.east;
    }
    if (CORNERS & 2u) != 0u {
        count += north.east + south.west;
    }
    let own = unpack(word(at, y));
    let wanted = select(vec4<u32>(SURVIVAL), vec4<u32>(BIRTH), own == vec4<u32>(0u));
    return pack(aged(own, (wanted >> unpack(count)) & vec4<u32>(1u)));
}
