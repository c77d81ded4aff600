//! Finds things by their contents: numbers of a list's items in a table with open places (linear
//! probing, at most half full). The list itself stays with the caller.

use std::hash::Hasher;

/// Numbers of items, found by a hash of the item.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Numbers + 1; 0 where a place is free.
    places: Vec<u32>,
    count: usize,
}

const LEAST: usize = 4096;

impl Index {
    /// The number of the item that is the `same`; if there is none, the item's own number,
    /// `next`, is put there. `hash_of` gives the hash of an item that is there already.
    #[inline]
    pub fn find_or_put(
        &mut self,
        hash: u64,
        next: u32,
        same: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
    ) -> Option<u32> {
        if 2 * (self.count + 1) > self.places.len() {
            self.grow(hash_of);
        }
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.places[place] {
                0 => break,
                number if same(number - 1) => return Some(number - 1),
                _ => place = (place + 1) & mask,
            }
        }
        self.places[place] = next + 1;
        self.count += 1;
        None
    }

    #[cold]
    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let size = (2 * self.places.len()).max(LEAST);
        let old = std::mem::replace(&mut self.places, vec![0; size]);
        for number in old.into_iter().filter(|number| *number != 0) {
            let mut place = hash_of(number - 1) as usize & (size - 1);
            while self.places[place] != 0 {
                place = (place + 1) & (size - 1);
            }
            self.places[place] = number;
        }
    }
}

/// Mixes addresses by multiplication, for maps that no one from outside chooses keys of.
#[derive(Default)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, x: u64) {
        self.0 = (self.0.rotate_left(23) ^ x).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_usize(&mut self, x: usize) {
        self.write_u64(x as u64);
    }
}
