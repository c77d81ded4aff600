
// Larger than Life by running sums. `add_up` writes, for every row that a cell sees (REACH more
// above and below the grid), the sums of its values from the west: COLUMNS numbers, the first of
// them 0, from column -MARGIN on. What a run of cells holds is the difference of two of them.

@group(0) @binding(3) var<storage, read_write> running: array<u32>;
@group(0) @binding(4) var<storage, read> sums: array<u32>;

var<workgroup> scan: array<u32, 256>;

// A workgroup takes a row, 1024 cells at a time.
@compute @workgroup_size(256)
fn add_up(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let start = group.y * COLUMNS;
    let y = i32(group.y) - REACH;
    if local == 0u {
        running[start] = 0u;
    }
    var carry = 0u;
    for (var first = 0u; first < COLUMNS - 1u; first += 1024u) {
        let at = first + 4u * local;
        let here = values(word(i32(at / 4u) - MARGIN / 4, y));
        let two = here.x + here.y;
        let sum = vec4<u32>(here.x, two, two + here.z, two + here.z + here.w);
        scan[local] = sum.w;
        workgroupBarrier();
        for (var distance = 1u; distance < 256u; distance *= 2u) {
            var more = 0u;
            if local >= distance {
                more = scan[local - distance];
            }
            workgroupBarrier();
            scan[local] += more;
            workgroupBarrier();
        }
        let base = carry + scan[local] - sum.w;
        if at < COLUMNS - 1u {
            running[start + at + 1u] = base + sum.x;
            running[start + at + 2u] = base + sum.y;
            running[start + at + 3u] = base + sum.z;
            running[start + at + 4u] = base + sum.w;
        }
        carry += scan[255];
        workgroupBarrier();
    }
}

// The next states of four cells by what they count.
fn decided(own: vec4<u32>, count: vec4<u32>) -> vec4<u32> {
    return aged(own, select(survives(count), born(count), own == vec4<u32>(0u)));
}

// Sums of the four runs of cells `from` to `to`, relative to four cells from column x on.
fn runs(y: i32, x: u32, from_cell: i32, to_cell: i32) -> vec4<u32> {
    let start = i32(u32(y + REACH) * COLUMNS + x) + MARGIN;
    let low = u32(start + from_cell);
    let high = u32(start + to_cell + 1);
    return vec4<u32>(
        sums[high] - sums[low], sums[high + 1u] - sums[low + 1u],
        sums[high + 2u] - sums[low + 2u], sums[high + 3u] - sums[low + 3u],
    );
}
