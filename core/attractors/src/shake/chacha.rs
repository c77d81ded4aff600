//! ChaCha8 for many streams at once, at any place of each: the counter-based random numbers of
//! the cloud. The twin of `chacha.wgsl`, and the same bits as `rand_chacha`'s `ChaCha8Rng`.
//!
//! D. J. Bernstein (2008), ChaCha, a variant of Salsa20. A block of sixteen words follows from the
//! key, the number of the block and the number of the stream alone, so that any particle has its
//! numbers of any step without those before.

/// Streams that are worked out together, one a lane.
pub const LANES: usize = 16;

/// Double rounds.
const ROUNDS: usize = 4;

/// "expand 32-byte k".
const SIGMA: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

type Row = [u32; LANES];

/// One step of a quarter round in all lanes: a += b, d = (d ^ a) rotated left.
#[inline]
fn mix(words: &mut [Row; 16], a: usize, b: usize, d: usize, by: u32) {
    for lane in 0..LANES {
        let sum = words[a][lane].wrapping_add(words[b][lane]);
        words[a][lane] = sum;
        words[d][lane] = (words[d][lane] ^ sum).rotate_left(by);
    }
}

#[inline]
fn quarter(words: &mut [Row; 16], [a, b, c, d]: [usize; 4]) {
    mix(words, a, b, d, 16);
    mix(words, c, d, b, 12);
    mix(words, a, b, d, 8);
    mix(words, c, d, b, 7);
}

/// Block `number` of the streams `first`, `first + 1`, …: sixteen words, each in all lanes.
pub fn blocks(key: &[u32; 8], number: u64, first: u64) -> [Row; 16] {
    let mut start = [[0; LANES]; 16];
    for (row, word) in start.iter_mut().zip(SIGMA.iter().chain(key)) {
        row.fill(*word);
    }
    start[12].fill(number as u32);
    start[13].fill((number >> 32) as u32);
    for lane in 0..LANES {
        let stream = first.wrapping_add(lane as u64);
        start[14][lane] = stream as u32;
        start[15][lane] = (stream >> 32) as u32;
    }
    let mut words = start;
    for _ in 0..ROUNDS {
        for k in 0..4 {
            quarter(&mut words, [k, 4 + k, 8 + k, 12 + k]);
        }
        for k in 0..4 {
            let at = |row: usize| 4 * row + (k + row) % 4;
            quarter(&mut words, [at(0), at(1), at(2), at(3)]);
        }
    }
    for (row, from) in words.iter_mut().zip(&start) {
        for (word, add) in row.iter_mut().zip(from) {
            *word = word.wrapping_add(*add);
        }
    }
    words
}

/// The key of a seed's stream for a purpose, as words.
pub fn key(seed: u64, purpose: &str) -> [u32; 8] {
    let bytes = loom_sim::seed::stream(seed, purpose).get_seed();
    std::array::from_fn(|k| {
        let at = |i: usize| bytes[4 * k + i];
        u32::from_le_bytes([at(0), at(1), at(2), at(3)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::Rng as _;

    #[test]
    fn blocks_are_those_of_chacha8_at_any_place_of_any_stream() {
        for (number, first) in [
            (0, 0),
            (5, 1000),
            (u64::from(u32::MAX), 3),
            (1 << 40, (1 << 32) - 5),
        ] {
            let words = blocks(&key(7, "test"), number, first);
            for lane in 0..LANES {
                let mut stream = loom_sim::seed::stream(7, "test");
                stream.set_stream(first + lane as u64);
                stream.set_word_pos(u128::from(number) * 16);
                for row in &words {
                    assert_eq!(row[lane], stream.next_u32());
                }
            }
        }
    }
}
