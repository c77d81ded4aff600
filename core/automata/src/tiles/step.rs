//! One generation of tiles: rows as lanes, neighbours counted by adders of bits.

use super::Block;
use crate::lanes::Kernel;
use crate::rule::LifeLike;

/// One generation of a band of tiles.
pub(super) struct Step<'a> {
    pub now: &'a [Block],
    pub near: &'a [[u32; 8]],
    pub settled: &'a [bool],
    pub first: usize,
    pub out: &'a mut [Block],
    pub flags: &'a mut [bool],
    pub rule: LifeLike,
}

impl Kernel for Step<'_> {
    #[inline(always)]
    fn run(self) {
        let life = self.rule == LifeLike::CONWAY;
        for (i, (out, flag)) in self.out.iter_mut().zip(self.flags.iter_mut()).enumerate() {
            let tile = self.first + i;
            if tile == 0 {
                continue;
            }
            let near = &self.near[tile];
            let asleep =
                self.settled[tile] && near.iter().all(|&other| self.settled[other as usize]);
            if asleep {
                *flag = true;
                continue;
            }
            let around = |i: usize| &self.now[near[i] as usize];
            let mut rows = [0u64; 66];
            let (mut west, mut east) = ([0u64; 66], [0u64; 66]);
            rows[0] = around(1)[63];
            rows[1..65].copy_from_slice(&self.now[tile]);
            rows[65] = around(6)[0];
            let (left, right) = (around(3), around(4));
            west[1..65].copy_from_slice(left);
            east[1..65].copy_from_slice(right);
            (west[0], east[0]) = (around(0)[63], around(2)[63]);
            (west[65], east[65]) = (around(5)[0], around(7)[0]);
            let next = if life {
                step::<true>(&rows, &west, &east, self.rule)
            } else {
                step::<false>(&rows, &west, &east, self.rule)
            };
            let mut differs = 0;
            for y in 0..64 {
                differs |= next[y] ^ out[y];
            }
            *flag = differs == 0;
            *out = next;
        }
    }
}

/// A tile's next generation from its rows and those beside them, one more above and below.
#[inline(always)]
fn step<const LIFE: bool>(
    rows: &[u64; 66],
    west: &[u64; 66],
    east: &[u64; 66],
    rule: LifeLike,
) -> Block {
    // Sums of three cells in a row: ones and twos.
    let (mut one, mut two) = ([0u64; 66], [0u64; 66]);
    let (mut side_one, mut side_two) = ([0u64; 66], [0u64; 66]);
    for y in 0..66 {
        let w = rows[y] << 1 | west[y] >> 63;
        let e = rows[y] >> 1 | east[y] << 63;
        let sum = w ^ e;
        side_one[y] = sum;
        side_two[y] = w & e;
        one[y] = sum ^ rows[y];
        two[y] = (w & e) | (sum & rows[y]);
    }
    let mut next = [0u64; 64];
    for y in 0..64 {
        let (a, b, m) = (one[y], one[y + 2], side_one[y + 1]);
        let n0 = a ^ b ^ m;
        let carry = (a & b) | (m & (a ^ b));
        let (a, b, m) = (two[y], two[y + 2], side_two[y + 1]);
        let sum = a ^ b ^ m;
        let four = (a & b) | (m & (a ^ b));
        let n1 = sum ^ carry;
        let more = sum & carry;
        let n2 = four ^ more;
        let n3 = four & more;
        let own = rows[y + 1];
        next[y] = if LIFE {
            n1 & !n2 & !n3 & (n0 | own)
        } else {
            let mut born = 0;
            let mut stays = 0;
            for n in 0..9u32 {
                let flag = |bit: u32, word: u64| if n >> bit & 1 != 0 { word } else { !word };
                let is = flag(0, n0) & flag(1, n1) & flag(2, n2) & flag(3, n3);
                let wanted = |set: u16| 0u64.wrapping_sub(u64::from(set >> n & 1));
                born |= is & wanted(rule.birth);
                stays |= is & wanted(rule.survival);
            }
            (born & !own) | (stays & own)
        };
    }
    next
}
