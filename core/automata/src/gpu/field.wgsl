// Cells of a byte each on a bounded grid: the twin of the field. Four cells stand in a word, the
// westernmost in the lowest byte; rows follow one another in whole words without a rim, and bytes
// beyond the width are 0.
//
// Before this text stand the constants of the rule and of its grid (WIDTH, HEIGHT, WORDS in a row,
// FULL of them whole cells, LAST_CELLS a mask of the last word, STATES) and `cell`, the cell at a
// place that may lie outside the grid; behind it `next_word` of the rule's family.

struct Run {
    // 1 in odd generations.
    odd: u32,
}

@group(0) @binding(0) var<uniform> run: Run;
// Tables of the rule and the grid, at places that are constants.
@group(0) @binding(1) var<storage, read> data: array<u32>;
@group(0) @binding(2) var<storage, read> before: array<u32>;
@group(0) @binding(3) var<storage, read_write> after: array<u32>;

// The cell at a place of the buffer in bytes.
fn stored(x: i32, y: i32) -> u32 {
    let place = u32(y) * WORDS * 4u + u32(x);
    return (before[place >> 2u] >> ((place & 3u) * 8u)) & 255u;
}

// Four cells from column 4 * at on.
fn word(at: i32, y: i32) -> u32 {
    if at >= 0 && at < FULL && y >= 0 && y < HEIGHT {
        return before[u32(y) * WORDS + u32(at)];
    }
    let x = at * 4;
    return cell(x, y) | (cell(x + 1, y) << 8u) | (cell(x + 2, y) << 16u)
        | (cell(x + 3, y) << 24u);
}

// Four cells and their western and eastern neighbours.
struct Row {
    west: u32,
    here: u32,
    east: u32,
}

fn spread(west: u32, here: u32, east: u32) -> Row {
    return Row((here << 8u) | (west >> 24u), here, (here >> 8u) | (east << 24u));
}

fn row(at: i32, y: i32) -> Row {
    return spread(word(at - 1, y), word(at, y), word(at + 1, y));
}

// 1 in each byte that is 1.
fn ones(cells: u32) -> u32 {
    let x = cells ^ 0x01010101u;
    return (~(((x & 0x7f7f7f7fu) + 0x7f7f7f7fu) | x) & 0x80808080u) >> 7u;
}

// The same of a row: which cells are in state 1.
fn live(at: i32, y: i32) -> Row {
    return spread(ones(word(at - 1, y)), ones(word(at, y)), ones(word(at + 1, y)));
}

fn unpack(cells: u32) -> vec4<u32> {
    return (vec4<u32>(cells) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u);
}

fn pack(cells: vec4<u32>) -> u32 {
    return cells.x | (cells.y << 8u) | (cells.z << 16u) | (cells.w << 24u);
}

// What cells become: dead ones what is said, live ones 1 where it says so, and all others the
// next state, after the last one 0.
fn aged(own: vec4<u32>, outcome: vec4<u32>) -> vec4<u32> {
    let older = select(own + 1u, vec4<u32>(0u), own >= vec4<u32>(STATES - 1u));
    let alive = select(older, vec4<u32>(1u), outcome != vec4<u32>(0u));
    let rest = select(older, alive, own == vec4<u32>(1u));
    return select(rest, outcome, own == vec4<u32>(0u));
}

// A word as it is kept: nothing beyond the width.
fn kept(at: u32, cells: u32) -> u32 {
    return select(cells, cells & LAST_CELLS, at == WORDS - 1u);
}

// Counting and showing.

var<workgroup> bins: array<atomic<u32>, 256>;
@group(0) @binding(3) var<storage, read_write> totals: array<atomic<u32>>;

// Cells in each state but 0.
@compute @workgroup_size(256)
fn tally(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>,
         @builtin(num_workgroups) groups: vec3<u32>) {
    atomicStore(&bins[local], 0u);
    workgroupBarrier();
    for (var y = group.x; y < u32(HEIGHT); y += groups.x) {
        for (var at = local; at < WORDS; at += 256u) {
            let cells = before[y * WORDS + at];
            for (var shift = 0u; shift < 32u; shift += 8u) {
                let state = (cells >> shift) & 255u;
                if state != 0u {
                    atomicAdd(&bins[state], 1u);
                }
            }
        }
    }
    workgroupBarrier();
    let sum = atomicLoad(&bins[local]);
    if sum != 0u {
        atomicAdd(&totals[local], sum);
    }
}

struct Look {
    // The first block, counted from the grid's corner, and how many blocks there are.
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    // A block has 2^scale cells a side.
    scale: u32,
    // Shades of each state in the palette; 0: shades of the share of live cells alone.
    shades: u32,
}

@group(0) @binding(3) var<storage, read_write> shown: array<u32>;
@group(0) @binding(4) var<uniform> look: Look;

// The place in the palette of a block: the state that leads among its live cells (the vote of
// Boyer and Moore), in a shade by the share of live cells.
fn block(number: u32) -> u32 {
    let side = 1u << look.scale;
    let left = (look.x + number % look.width) << look.scale;
    let top = (look.y + number / look.width) << look.scale;
    var state = 0u;
    var lead = 0u;
    var count = 0u;
    for (var y = top; y < min(top + side, u32(HEIGHT)); y++) {
        for (var x = left; x < min(left + side, u32(WIDTH)); x++) {
            let own = stored(i32(x), i32(y));
            if own != 0u {
                count++;
                if own == state {
                    lead++;
                } else if lead == 0u {
                    state = own;
                    lead = 1u;
                } else {
                    lead--;
                }
            }
        }
    }
    if count == 0u {
        return 0u;
    }
    let share = sqrt(f32(count) / (f32(side) * f32(side)));
    if look.shades == 0u {
        return u32(clamp(round(share * 254.0), 24.0, 254.0));
    }
    let shades = f32(look.shades);
    let shade = u32(clamp(ceil(share * shades), 1.0, shades));
    return (state - 1u) * look.shades + shade;
}

@compute @workgroup_size(64)
fn show(@builtin(global_invocation_id) id: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>) {
    let at = id.x + id.y * groups.x * 64u;
    let count = look.width * look.height;
    if at * 4u >= count {
        return;
    }
    var places = 0u;
    for (var i = 0u; i < 4u; i++) {
        if at * 4u + i < count {
            places |= block(at * 4u + i) << (8u * i);
        }
    }
    shown[at] = places;
}
