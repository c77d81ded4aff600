//! SHA-256 (FIPS 180-4), which names the bytes of a file for ever: what `sha256sum` prints.

use std::fmt::Write as _;

/// Fractional parts of the cube roots of the first 64 primes, found anew: 32 bits of each.
fn constants() -> ([u32; 64], [u32; 8]) {
    let mut primes = (2_u64..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0));
    let mut cubes = [0; 64];
    let mut squares = [0; 8];
    for k in 0..64 {
        let p = u128::from(primes.next().unwrap_or(2));
        // ⌊2³² · ∛p⌋ and ⌊2³² · √p⌋ in whole numbers, of which the last 32 bits are the fraction.
        cubes[k] = root(p << 96, 3) as u32;
        if k < 8 {
            squares[k] = root(p << 64, 2) as u32;
        }
    }
    (cubes, squares)
}

/// The largest whole number whose power is not above n.
fn root(n: u128, power: u32) -> u128 {
    let mut found = 0_u128;
    for bit in (0..40).rev() {
        let tried = found | (1 << bit);
        if tried.checked_pow(power).is_some_and(|x| x <= n) {
            found = tried;
        }
    }
    found
}

/// The digest in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let (k, mut state) = constants();
    let mut tail = bytes[bytes.len() / 64 * 64..].to_vec();
    tail.push(0x80);
    while tail.len() % 64 != 56 {
        tail.push(0);
    }
    tail.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in bytes.chunks_exact(64).chain(tail.chunks_exact(64)) {
        round(&mut state, block, &k);
    }
    let mut digest = String::with_capacity(64);
    for word in state {
        let _ = write!(digest, "{word:08x}");
    }
    digest
}

fn round(state: &mut [u32; 8], block: &[u8], k: &[u32; 64]) {
    let mut w = [0_u32; 64];
    for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for i in 16..64 {
        let a = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
        let b = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16]
            .wrapping_add(a)
            .wrapping_add(w[i - 7])
            .wrapping_add(b);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for i in 0..64 {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let one = h
            .wrapping_add(s1)
            .wrapping_add(choice)
            .wrapping_add(k[i])
            .wrapping_add(w[i]);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let two = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        (h, g, f, e) = (g, f, e, d.wrapping_add(one));
        (d, c, b, a) = (c, b, a, one.wrapping_add(two));
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *old = old.wrapping_add(new);
    }
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn the_digests_are_those_of_the_standard() {
        // FIPS 180-4 and its examples.
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            sha256(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            sha256(&vec![b'a'; 1_000_000]),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }
}
