
// Rules that look a block of states up: `fate` gives the next state of its middle.
fn next_word(at: i32, y: i32) -> u32 {
    let north = row(at, y - 1);
    let here = row(at, y);
    let south = row(at, y + 1);
    var next = 0u;
    for (var i = 0u; i < 32u; i += 8u) {
        let state = fate(
            (north.west >> i) & 255u, (north.here >> i) & 255u, (north.east >> i) & 255u,
            (here.west >> i) & 255u, (here.here >> i) & 255u, (here.east >> i) & 255u,
            (south.west >> i) & 255u, (south.here >> i) & 255u, (south.east >> i) & 255u,
        );
        next |= state << i;
    }
    return next;
}

// A byte of a table that begins at data[table].
fn entry(table: u32, place: u32) -> u32 {
    return (data[table + (place >> 2u)] >> ((place & 3u) * 8u)) & 255u;
}
