//! A model is plain data: what to simulate, with which parameters, from which seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::{Settings, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Key of the science: `attractors`, `automata`, `webs`, `circuits`.
    pub science: String,
    /// The science's own kind of model, usually a catalogue entry's name.
    pub kind: String,
    /// Only what differs from the declared defaults need stand here.
    #[serde(default)]
    pub parameters: Settings,
    #[serde(default)]
    pub seed: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attachments: BTreeMap<String, Attachment>,
}

/// A file that the model needs: a pattern, a graph, a system of formulas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file's name as the user knows it.
    pub name: String,
    #[serde(with = "base64_bytes")]
    pub bytes: Arc<[u8]>,
}

impl Model {
    pub fn new(science: &str, kind: &str) -> Self {
        Self {
            science: science.to_owned(),
            kind: kind.to_owned(),
            parameters: Settings::new(),
            seed: 0,
            attachments: BTreeMap::new(),
        }
    }
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(key.to_owned(), value.into());
        self
    }
    pub fn attach(mut self, key: &str, name: &str, bytes: &[u8]) -> Self {
        let attachment = Attachment {
            name: name.to_owned(),
            bytes: bytes.into(),
        };
        self.attachments.insert(key.to_owned(), attachment);
        self
    }
}

/// What building and running a model takes, known before anything is allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub host_bytes: u64,
    pub device_bytes: u64,
}

mod base64_bytes {
    use std::sync::Arc;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &Arc<[u8]>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<[u8]>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD
            .decode(text)
            .map(Into::into)
            .map_err(D::Error::custom)
    }
}
