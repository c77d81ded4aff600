
// Cells in space: sheets of SHEET rows one below the other, DEPTH of them. FACES: only the six
// neighbours count that share a face.

// The row of a sheet, across the faces where they meet; -1 where there is none.
fn sheet_row(z: i32, y: i32) -> i32 {
    if WRAPS {
        return ((z + DEPTH) % DEPTH) * SHEET + (y + SHEET) % SHEET;
    }
    if z < 0 || z >= DEPTH || y < 0 || y >= SHEET {
        return -1;
    }
    return z * SHEET + y;
}

fn next_word(at: i32, y: i32) -> u32 {
    var count = 0u;
    for (var dz = -1; dz <= 1; dz++) {
        for (var dy = -1; dy <= 1; dy++) {
            let cells = live(at, sheet_row(y / SHEET + dz, y % SHEET + dy));
            let middle = dz == 0 && dy == 0;
            if !FACES || middle {
                count += cells.west + cells.east;
            }
            if !middle && (!FACES || dz == 0 || dy == 0) {
                count += cells.here;
            }
        }
    }
    let own = unpack(word(at, y));
    let wanted = select(vec4<u32>(SURVIVAL), vec4<u32>(BIRTH), own == vec4<u32>(0u));
    return pack(aged(own, (wanted >> unpack(count)) & vec4<u32>(1u)));
}
