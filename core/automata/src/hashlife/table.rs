//! The table that finds a square by its quarters.
//!
//! A bucket is one cache line: twelve numbers with a byte of their hashes each, so that most
//! questions cost one visit to memory, and one more to the square that is found. A full bucket
//! overflows into the next one.

/// Squares in a bucket.
const WAYS: usize = 12;

/// Buckets are this full on average before the table grows: 9 of 12.
const FULL: usize = 9;

/// Buckets of the smallest table.
const FIRST: usize = 1 << 7;

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Bucket {
    /// A byte of each square's hash; the last four stay free.
    tags: [u8; 16],
    ids: [u32; WAYS],
}

const EMPTY: Bucket = Bucket {
    tags: [0; 16],
    ids: [0; WAYS],
};

/// Numbers by hash. What they stand for is the caller's.
#[derive(Clone, Debug)]
pub(super) struct Table {
    buckets: Vec<Bucket>,
    count: usize,
}

/// Where to look for a square, and its tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    hash: u64,
    tag: u8,
}

impl Place {
    /// The place of four numbers; leaves and larger squares never meet.
    pub(super) fn of([nw, ne, sw, se]: [u32; 4], leaf: bool) -> Self {
        let north = u64::from(nw) | u64::from(ne) << 32;
        let south = u64::from(sw) | u64::from(se) << 32;
        // The product's halves folded together, as in wyhash: every bit of the result depends
        // on every bit of the numbers.
        let product = u128::from(north ^ 0xa076_1d64_78bd_642f)
            * u128::from(south ^ 0xe703_7ed1_a0b4_28db ^ north.rotate_left(23));
        let mixed = (product as u64 ^ (product >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = mixed ^ mixed >> 32;
        // The tag is never 0, which marks a free place; its lowest bit tells leaves.
        let tag = (hash as u8 | 2) & !1 | u8::from(leaf);
        Self { hash, tag }
    }
}

/// The places of a bucket whose tag is `tag`, as the top bits of the bytes.
fn matches(tags: u64, tag: u8) -> u64 {
    let differing = tags ^ (u64::from(tag) * 0x0101_0101_0101_0101);
    let low = 0x7f7f_7f7f_7f7f_7f7f;
    !(((differing & low) + low) | differing | low)
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            buckets: vec![EMPTY; FIRST],
            count: 0,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.buckets.len() * size_of::<Bucket>()
    }

    /// Squares that still go in before the table should grow.
    pub(super) fn room(&self) -> usize {
        (self.buckets.len() * FULL).saturating_sub(self.count)
    }

    /// Bytes after the next growth.
    pub(super) fn bytes_grown(&self) -> usize {
        self.grown() * size_of::<Bucket>()
    }

    fn grown(&self) -> usize {
        let now = self.buckets.len();
        // Large tables grow by half, since they are most of what is held.
        now + if now < 1 << 17 { now } else { now / 2 }
    }

    /// Forgets all, with room for more.
    pub(super) fn grow(&mut self) {
        let size = self.grown();
        self.buckets = Vec::new();
        self.buckets = vec![EMPTY; size];
        self.count = 0;
    }

    /// Forgets all, with room for at least `count`.
    pub(super) fn clear(&mut self, count: usize) {
        let size = (count / FULL * 5 / 4).max(FIRST);
        if size < self.buckets.len() {
            self.buckets = Vec::new();
            self.buckets = vec![EMPTY; size];
        } else {
            self.buckets.fill(EMPTY);
        }
        self.count = 0;
    }

    fn bucket(&self, place: Place) -> usize {
        (((place.hash >> 32) * self.buckets.len() as u64) >> 32) as usize
    }

    /// The first number with the same tag, or 0: most likely the one that is looked for.
    #[inline]
    pub(super) fn guess(&self, place: Place) -> u32 {
        let bucket = &self.buckets[self.bucket(place)];
        for half in [0, 8] {
            let found = matches(word(&bucket.tags, half), place.tag);
            if found != 0 {
                let way = half + found.trailing_zeros() as usize / 8;
                return bucket.ids.get(way).copied().unwrap_or(0);
            }
        }
        0
    }

    /// The number at a place for which `is` says yes.
    #[inline]
    pub(super) fn find(&self, place: Place, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.bucket(place);
        loop {
            let bucket = &self.buckets[at];
            for half in [0, 8] {
                let mut found = matches(word(&bucket.tags, half), place.tag);
                while found != 0 {
                    let way = half + found.trailing_zeros() as usize / 8;
                    if let Some(&id) = bucket.ids.get(way)
                        && is(id)
                    {
                        return Some(id);
                    }
                    found &= found - 1;
                }
            }
            if bucket.tags[WAYS - 1] == 0 {
                return None;
            }
            at = (at + 1) % self.buckets.len();
        }
    }

    /// Adds a number that is not there; there must be room.
    pub(super) fn insert(&mut self, place: Place, id: u32) {
        let mut at = self.bucket(place);
        loop {
            let bucket = &mut self.buckets[at];
            if bucket.tags[WAYS - 1] == 0 {
                let free = bucket.tags.iter().position(|&tag| tag == 0).unwrap_or(0);
                bucket.tags[free] = place.tag;
                bucket.ids[free] = id;
                self.count += 1;
                return;
            }
            at = (at + 1) % self.buckets.len();
        }
    }
}

fn word(tags: &[u8; 16], half: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&tags[half..half + 8]);
    u64::from_le_bytes(bytes)
}
