//! Randomness by name: the same purpose and seed give the same stream on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// The stream for one purpose ("initial conditions", "weights of W_q") of one seed.
///
/// The key is 32 bytes: FNV-1a of the purpose in four lanes, mixed with the seed. Streams of
/// different purposes are independent for all that ChaCha8 promises.
pub fn stream(seed: u64, purpose: &str) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (lane, chunk) in key.chunks_exact_mut(8).enumerate() {
        let mut hash: u64 =
            0xcbf2_9ce4_8422_2325 ^ (lane as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in seed.to_le_bytes().iter().chain(purpose.as_bytes()) {
            hash ^= u64::from(*byte);
            hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        }
        chunk.copy_from_slice(&hash.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A number in [0, 1) from 53 bits of the stream, the same on every machine.
pub fn unit(random: &mut impl rand_chacha::rand_core::Rng) -> f64 {
    (random.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A standard normal number (Box and Muller's cosine branch).
pub fn normal(random: &mut impl rand_chacha::rand_core::Rng) -> f64 {
    let u = 1.0 - unit(random);
    let v = unit(random);
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}
