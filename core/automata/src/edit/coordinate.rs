//! Coordinates of any size as data.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most digits of a coordinate, sign included: beyond them lies no universe.
pub const DIGITS: usize = 1001;

/// A coordinate of any size: a number in JSON where it fits, its digits as text beyond.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinate(pub BigInt);

impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.to_i64() {
            Some(small) => small.serialize(to),
            None => to.serialize_str(&self.0.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Small(i64),
            Big(String),
        }
        match Either::deserialize(from)? {
            Either::Small(small) => Ok(Self(small.into())),
            Either::Big(digits) => read(&digits)
                .map(Self)
                .ok_or_else(|| serde::de::Error::custom("a coordinate is a whole number")),
        }
    }
}

impl From<BigInt> for Coordinate {
    fn from(value: BigInt) -> Self {
        Self(value)
    }
}

/// A place: x eastwards, y downwards.
pub type Place = [Coordinate; 2];

/// A whole number of up to [`DIGITS`] characters; a true minus sign serves as well.
pub fn read(text: &str) -> Option<BigInt> {
    let text = text.trim();
    if text.len() > DIGITS + 2 {
        return None;
    }
    text.replace('−', "-").parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn coordinates_of_any_size_survive_json() {
        let far: BigInt = BigInt::from(-7) << 200;
        let far: Coordinate = far.into();
        let json = serde_json::to_string(&far).unwrap();
        assert_eq!(serde_json::from_str::<Coordinate>(&json).unwrap(), far);
        assert!(serde_json::from_str::<Coordinate>("\"x\"").is_err());
        let long = format!("\"{}\"", "9".repeat(5000));
        assert!(serde_json::from_str::<Coordinate>(&long).is_err());
    }
}
