//! Bytes of a captured state: little-endian numbers, each list with its length before it, the
//! same on every machine. A reader checks every length against what is left before it allocates.

use loom_sim::SimError;

/// Appends numbers and lists to bytes.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn new(magic: [u8; 8]) -> Self {
        Self(magic.to_vec())
    }
    pub fn u32(&mut self, x: u32) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn u64(&mut self, x: u64) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn f64(&mut self, x: f64) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn f64s(&mut self, list: impl ExactSizeIterator<Item = f64>) {
        self.u64(list.len() as u64);
        for x in list {
            self.f64(x);
        }
    }
    pub fn f32s(&mut self, list: &[f32]) {
        self.u64(list.len() as u64);
        for x in list {
            self.0.extend(x.to_le_bytes());
        }
    }
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Takes numbers and lists from bytes in the order in which they were written.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8], [u8; 8]);

impl<'a> Reader<'a> {
    /// Bytes that begin with one of these marks.
    pub fn new(bytes: &'a [u8], magic: &[[u8; 8]]) -> Result<Self, SimError> {
        let mut reader = Self(bytes, [0; 8]);
        reader.1 = reader.array()?;
        if magic.contains(&reader.1) {
            Ok(reader)
        } else {
            Err(SimError::Other(
                "These bytes aren't a state of a strange attractor, or come from a newer version."
                    .into(),
            ))
        }
    }
    /// The mark that they began with.
    pub fn magic(&self) -> [u8; 8] {
        self.1
    }
    fn take(&mut self, count: usize) -> Result<&'a [u8], SimError> {
        match self.0.split_at_checked(count) {
            Some((head, tail)) => {
                self.0 = tail;
                Ok(head)
            }
            None => Err(broken()),
        }
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], SimError> {
        self.take(N)?.try_into().map_err(|_| broken())
    }
    pub fn u32(&mut self) -> Result<u32, SimError> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    pub fn u64(&mut self) -> Result<u64, SimError> {
        Ok(u64::from_le_bytes(self.array()?))
    }
    pub fn f64(&mut self) -> Result<f64, SimError> {
        Ok(f64::from_le_bytes(self.array()?))
    }
    /// The bytes of a list whose elements have `size` bytes.
    fn list(&mut self, size: usize) -> Result<std::slice::ChunksExact<'a, u8>, SimError> {
        let count = usize::try_from(self.u64()?).map_err(|_| broken())?;
        let bytes = count.checked_mul(size).ok_or_else(broken)?;
        Ok(self.take(bytes)?.chunks_exact(size))
    }
    pub fn f64s(&mut self) -> Result<Vec<f64>, SimError> {
        self.list(8)?
            .map(|b| Ok(f64::from_le_bytes(b.try_into().map_err(|_| broken())?)))
            .collect()
    }
    pub fn f32s(&mut self) -> Result<Vec<f32>, SimError> {
        self.list(4)?
            .map(|b| Ok(f32::from_le_bytes(b.try_into().map_err(|_| broken())?)))
            .collect()
    }
    /// All bytes have been read.
    pub fn finish(self) -> Result<(), SimError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(broken())
        }
    }
}

/// What a damaged state is refused with.
pub fn broken() -> SimError {
    SimError::Other(
        "The saved state is cut short or damaged; open the file without it, from its beginning."
            .into(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut writer = Writer::new(*b"testtest");
        writer.u32(7);
        writer.f64s([1.5, -0.0].into_iter());
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes, &[*b"testtest"]).unwrap();
        assert_eq!(reader.u32().unwrap(), 7);
        assert_eq!(reader.f64s().unwrap(), [1.5, 0.0]);
        reader.finish().unwrap();
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused_before_allocation() {
        let mut writer = Writer::new(*b"testtest");
        writer.u64(u64::MAX / 8);
        let bytes = writer.finish();
        assert!(
            Reader::new(&bytes, &[*b"testtest"])
                .unwrap()
                .f64s()
                .is_err()
        );
    }
}
