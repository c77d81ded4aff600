// One generation of any two-state outer-totalistic rule on a torus or bounded plane: the twin of
// packed.rs. 32 cells a word, bit x % 32 of word x / 32 is column x; rows follow one another
// without a rim, and bits beyond the width are clear.
//
// An invocation makes one word of the next generation: x is the word, y the row.

struct Life {
    width: u32,
    height: u32,
    // Words in a row.
    words: u32,
    // 1 for a torus, 0 for a bounded plane.
    wraps: u32,
    // Births in bits 0 to 8, survivals in bits 9 to 17.
    rule: u32,
}

@group(0) @binding(0) var<uniform> life: Life;
@group(0) @binding(1) var<storage, read> before: array<u32>;
@group(0) @binding(2) var<storage, read_write> after: array<u32>;

// Ones and twos of the number of live cells among each cell of a word and its western and
// eastern neighbours, and the cells themselves.
struct Row {
    ones: u32,
    twos: u32,
    cells: u32,
}

fn row_sum(word: u32, row: u32) -> Row {
    let start = row * life.words;
    let last = life.words - 1u;
    let cells = before[start + word];
    // The neighbouring cell to the west of bit 0 and to the east of the highest valid bit.
    var west_cell = 0u;
    if word > 0u {
        west_cell = before[start + word - 1u] >> 31u;
    } else if life.wraps == 1u {
        let x = life.width - 1u;
        west_cell = (before[start + last] >> (x & 31u)) & 1u;
    }
    var east_cell = 0u;
    var east_bit = 31u;
    if word < last {
        east_cell = before[start + word + 1u] & 1u;
    } else {
        east_bit = (life.width - 1u) & 31u;
        if life.wraps == 1u {
            east_cell = before[start] & 1u;
        }
    }
    let west = (cells << 1u) | west_cell;
    let east = (cells >> 1u) | (east_cell << east_bit);
    return Row(west ^ cells ^ east, majority(west, cells, east), cells);
}

fn majority(a: u32, b: u32, c: u32) -> u32 {
    return (a & b) | (c & (a ^ b));
}

fn choose(condition: u32, yes: u32, no: u32) -> u32 {
    return no ^ (condition & (yes ^ no));
}

// The next state of cells that are among `count` live ones of nine.
fn fate(count: u32, cells: u32) -> u32 {
    var born = 0u;
    if count < 9u {
        born = 0u - ((life.rule >> count) & 1u);
    }
    var survives = 0u;
    if count > 0u {
        survives = 0u - ((life.rule >> (8u + count)) & 1u);
    }
    return choose(cells, survives, born);
}

@compute @workgroup_size(16, 16)
fn step(@builtin(global_invocation_id) id: vec3<u32>) {
    let word = id.x;
    let row = id.y;
    if word >= life.words || row >= life.height {
        return;
    }
    var above = Row(0u, 0u, 0u);
    if row > 0u {
        above = row_sum(word, row - 1u);
    } else if life.wraps == 1u {
        above = row_sum(word, life.height - 1u);
    }
    let here = row_sum(word, row);
    var below = Row(0u, 0u, 0u);
    if row + 1u < life.height {
        below = row_sum(word, row + 1u);
    } else if life.wraps == 1u {
        below = row_sum(word, 0u);
    }

    var next = next_cells(above, here, below);
    if word == life.words - 1u && (life.width & 31u) != 0u {
        next &= (1u << (life.width & 31u)) - 1u;
    }
    after[row * life.words + word] = next;
}

// The next generation of the cells of `here`.
fn next_cells(above: Row, here: Row, below: Row) -> u32 {
    let ones = above.ones ^ here.ones ^ below.ones;
    let carry = majority(above.ones, here.ones, below.ones);
    let twos = above.twos ^ here.twos ^ below.twos;
    let fours = majority(above.twos, here.twos, below.twos);
    let bit1 = twos ^ carry;
    let carry2 = twos & carry;
    let bit2 = fours ^ carry2;
    let bit3 = fours & carry2;

    let cells = here.cells;
    let low = choose(bit1,
        choose(ones, fate(3u, cells), fate(2u, cells)),
        choose(ones, fate(1u, cells), fate(0u, cells)));
    let high = choose(bit1,
        choose(ones, fate(7u, cells), fate(6u, cells)),
        choose(ones, fate(5u, cells), fate(4u, cells)));
    let top = choose(ones, fate(9u, cells), fate(8u, cells));
    return choose(bit3, top, choose(bit2, high, low));
}

// Several generations in one dispatch, for grids of 64 columns or more. A workgroup takes a tile
// of 16 words and 48 rows into its own memory; with every generation a cell more at each side of
// the tile is unknown, so after 8 of them the 14 words and 32 rows in the middle are right, and
// those are written.

const GENERATIONS = 8u;
const TILE_WORDS = 16u;
const TILE_ROWS = 48u;
const INNER_WORDS = 14u;
const INNER_ROWS = 32u;
const TILE = 768u;

// Two tiles that take turns.
var<workgroup> tile: array<u32, 1536>;

// 32 cells of a row from a column on, which may lie up to a width outside the grid.
fn cells_from(column: i32, row: i32) -> u32 {
    let width = i32(life.width);
    let height = i32(life.height);
    var x = column;
    var y = row;
    if life.wraps == 1u {
        x = ((x % width) + width) % width;
        y = ((y % height) + height) % height;
    } else if x < 0 || x >= width || y < 0 || y >= height {
        return 0u;
    }
    let start = u32(y) * life.words;
    let word = u32(x) >> 5u;
    let shift = u32(x) & 31u;
    var cells = before[start + word] >> shift;
    if shift > 0u && word + 1u < life.words {
        cells |= before[start + word + 1u] << (32u - shift);
    }
    let left = u32(width - x);
    if life.wraps == 1u && left < 32u {
        cells |= before[start] << left;
    }
    return cells;
}

// The sum of a row of the tile that begins at `base`, dead outside.
fn tile_sum(base: u32, word: u32, row: i32) -> Row {
    if row < 0 || row >= i32(TILE_ROWS) {
        return Row(0u, 0u, 0u);
    }
    let at = base + u32(row) * TILE_WORDS + word;
    let cells = tile[at];
    var west = cells << 1u;
    var east = cells >> 1u;
    if word > 0u {
        west |= tile[at - 1u] >> 31u;
    }
    if word + 1u < TILE_WORDS {
        east |= tile[at + 1u] << 31u;
    }
    return Row(west ^ cells ^ east, majority(west, cells, east), cells);
}

// The cells of a word that belong to a bounded plane; all of them on a torus.
fn inside(column: i32, row: i32) -> u32 {
    if life.wraps == 1u {
        return 0xffffffffu;
    }
    if row < 0 || row >= i32(life.height) || column < 0 || column >= i32(life.width) {
        return 0u;
    }
    let left = life.width - u32(column);
    if left >= 32u {
        return 0xffffffffu;
    }
    return (1u << left) - 1u;
}

@compute @workgroup_size(16, 16)
fn leap(@builtin(local_invocation_id) local: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
    let word = i32(group.x * INNER_WORDS + local.x) - 1;
    let column = word * 32;
    let top = i32(group.y * INNER_ROWS) - i32(GENERATIONS);
    for (var row = local.y; row < TILE_ROWS; row += 16u) {
        tile[row * TILE_WORDS + local.x] = cells_from(column, top + i32(row));
    }
    workgroupBarrier();
    for (var generation = 0u; generation < GENERATIONS; generation++) {
        let from_tile = (generation & 1u) * TILE;
        let to_tile = TILE - from_tile;
        for (var row = local.y; row < TILE_ROWS; row += 16u) {
            let next = next_cells(
                tile_sum(from_tile, local.x, i32(row) - 1),
                tile_sum(from_tile, local.x, i32(row)),
                tile_sum(from_tile, local.x, i32(row) + 1),
            );
            tile[to_tile + row * TILE_WORDS + local.x] = next & inside(column, top + i32(row));
        }
        workgroupBarrier();
    }
    // An even number of generations: the last ones lie in the first tile.
    if local.x < 1u || local.x > INNER_WORDS || word >= i32(life.words) {
        return;
    }
    for (var row = local.y; row < INNER_ROWS; row += 16u) {
        let y = group.y * INNER_ROWS + row;
        if y < life.height {
            var cells = tile[(row + GENERATIONS) * TILE_WORDS + local.x];
            if u32(word) == life.words - 1u && (life.width & 31u) != 0u {
                cells &= (1u << (life.width & 31u)) - 1u;
            }
            after[y * life.words + u32(word)] = cells;
        }
    }
}

// Counting. `look` says what of the cells is looked at.

struct Look {
    // The first block, counted from the grid's corner, and how many blocks there are.
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    // A block has 2^scale cells a side.
    scale: u32,
    // 1: dark where cells live.
    inverse: u32,
}

@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(2) var<storage, read_write> shades: array<f32>;
@group(0) @binding(3) var<uniform> look: Look;

// Live cells of each row.
@compute @workgroup_size(64)
fn count(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = id.x + id.y * groups.x * 64u;
    if row >= life.height {
        return;
    }
    var sum = 0u;
    for (var word = 0u; word < life.words; word++) {
        sum += countOneBits(before[row * life.words + word]);
    }
    counts[row] = sum;
}

// The square root of the share of live cells in each block, from 0 to 1.
@compute @workgroup_size(16, 16)
fn shade(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= look.width || id.y >= look.height {
        return;
    }
    let side = 1u << look.scale;
    let left = (look.x + id.x) << look.scale;
    let top = (look.y + id.y) << look.scale;
    var sum = 0u;
    for (var row = top; row < min(top + side, life.height); row++) {
        let start = row * life.words;
        if look.scale < 5u {
            let mask = (1u << side) - 1u;
            sum += countOneBits((before[start + left / 32u] >> (left & 31u)) & mask);
        } else {
            for (var word = left / 32u; word < min((left + side) / 32u, life.words); word++) {
                sum += countOneBits(before[start + word]);
            }
        }
    }
    let share = f32(sum) / (f32(side) * f32(side));
    var value = sqrt(share);
    if sum > 0u {
        value = max(value, 0.1);
    }
    if look.inverse == 1u {
        value = 1.0 - value;
    }
    shades[id.y * look.width + id.x] = value;
}
