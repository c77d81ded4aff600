//! Sets of counts as lists of ranges: `2,3`, `34-58`, `5..7`.

use std::fmt;

use super::RuleError;
use super::reader::Reader;

/// A set of counts: ranges from low to high, ends included, sorted and apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Counts(pub Vec<(u32, u32)>);

/// No neighbourhood counts further than this.
pub(super) const MOST: u64 = 40_000_000;

impl Counts {
    /// A set of one range.
    pub fn range(low: u32, high: u32) -> Self {
        Self(vec![(low, high)])
    }

    /// Whether a count is in the set.
    pub fn has(&self, count: i64) -> bool {
        self.0
            .iter()
            .any(|&(low, high)| (i64::from(low)..=i64::from(high)).contains(&count))
    }

    /// The highest count.
    pub fn highest(&self) -> Option<u32> {
        self.0.last().map(|range| range.1)
    }

    /// The counts that are missing up to `most`.
    pub fn without(&self, most: u32) -> Self {
        let mut rest = Vec::new();
        let mut next = 0;
        for &(low, high) in &self.0 {
            if low > next {
                rest.push((next, (low - 1).min(most)));
            }
            next = high + 1;
        }
        if next <= most {
            rest.push((next, most));
        }
        rest.retain(|range| range.0 <= range.1);
        Self(rest)
    }

    /// `most` minus each count.
    pub fn mirrored(&self, most: u32) -> Self {
        let ranges = self.0.iter().rev();
        let within = ranges.filter(|range| range.0 <= most);
        Self(
            within
                .map(|&(low, high)| (most - high.min(most), most - low))
                .collect(),
        )
    }

    fn add(&mut self, low: u32, high: u32) {
        self.0.push((low, high));
        self.0.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(self.0.len());
        for &(low, high) in &self.0 {
            match joined.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        self.0 = joined;
    }

    /// Reads `1,3-5,7..9`; stops before a comma that no digit follows.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, RuleError> {
        let mut counts = Self::default();
        while reader.peek().is_some_and(|c| c.is_ascii_digit()) {
            let at = reader.at;
            let low = reader.number(MOST, "a count")? as u32;
            let mut high = low;
            if reader.take('-') || reader.take_word("..") {
                high = reader.number(MOST, "a count")? as u32;
            }
            if high < low {
                return reader.fail_at(at, "a range goes from its lower count to its higher one");
            }
            counts.add(low, high);
            if counts.0.len() > 4096 {
                return reader.fail("these are too many ranges");
            }
            if reader.peek() == Some(',') && reader.look(1).is_some_and(|c| c.is_ascii_digit()) {
                reader.at += 1;
            } else {
                break;
            }
        }
        Ok(counts)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &(low, high)) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match high - low {
                0 => write!(f, "{comma}{low}")?,
                1 => write!(f, "{comma}{low},{high}")?,
                _ => write!(f, "{comma}{low}-{high}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_come_back_and_their_negatives_are_what_is_missing(
            list in prop::collection::vec((0u32..60, 0u32..9), 0..8), most in 0u32..70,
        ) {
            let mut counts = Counts::default();
            for (low, length) in list {
                counts.add(low, low + length);
            }
            let read = Counts::read(&mut Reader::new(&counts.to_string())).unwrap();
            prop_assert_eq!(&read, &counts);
            let (rest, mirrored) = (counts.without(most), counts.mirrored(most));
            for n in 0..=most {
                prop_assert_eq!(rest.has(n.into()), !counts.has(n.into()));
                prop_assert_eq!(mirrored.has((most - n).into()), counts.has(n.into()));
            }
            prop_assert!(!rest.has(i64::from(most) + 1));
        }
    }
}
