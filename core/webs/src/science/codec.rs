//! A state of a web as bytes: a mark, a header in JSON, then little-endian numbers.

use loom_sim::{Capture, Settings, SimError};
use serde::{Deserialize, Serialize};

use crate::mechanics::{DeviceState, Hand, Lane, State};
use crate::web::Web;

/// A captured state: what moves, the live parameters, and what a device holds exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub state: State,
    pub settings: Settings,
    pub device: Option<DeviceState>,
}

const MARK: &[u8; 8] = b"loomweb1";

#[derive(Serialize, Deserialize)]
struct Header {
    nodes: usize,
    threads: usize,
    step: u64,
    hand: Option<Hand>,
    hand_work: f64,
    settings: Settings,
    /// The hand of the device, where there is one, as bits.
    device: Option<[u32; 4]>,
}

impl Frame {
    /// Bytes that it holds in memory, about.
    pub fn size(&self) -> usize {
        let device = self.device.as_ref().map_or(0, |d| 8 * d.displacement.len());
        65 * self.state.position.len() + self.state.cut.len() + device + 1024
    }

    pub fn encode(&self) -> Result<Vec<u8>, SimError> {
        let state = &self.state;
        let header = Header {
            nodes: state.position.len(),
            threads: state.cut.len(),
            step: state.step,
            hand: state.hand,
            hand_work: state.hand_work,
            settings: self.settings.clone(),
            device: self.device.as_ref().map(|d| d.hand.map(f32::to_bits)),
        };
        let header = serde_json::to_vec(&header).map_err(SimError::other)?;
        let mut bytes = MARK.to_vec();
        bytes.extend((header.len() as u64).to_le_bytes());
        bytes.extend(&header);
        for list in [&state.position, &state.velocity] {
            for lane in list {
                for number in &lane[..3] {
                    bytes.extend(number.to_le_bytes());
                }
            }
        }
        bytes.extend(state.pinned.iter().map(|&p| u8::from(p)));
        bytes.extend(state.cut.iter().map(|&c| u8::from(c)));
        if let Some(device) = &self.device {
            for number in device.displacement.iter().chain(&device.velocity) {
                bytes.extend(number.to_le_bytes());
            }
        }
        Ok(bytes)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, SimError> {
        let mut rest = Bytes(bytes);
        if rest.take(8)? != MARK {
            return Err(damaged());
        }
        let length = u64::from_le_bytes(rest.array()?);
        let header: Header = serde_json::from_slice(rest.take(length as usize)?).map_err(|e| {
            SimError::parse(format!("The saved state of this web is damaged ({e})."))
        })?;
        // Sizes are held against what is there before anything is made.
        let per_node = if header.device.is_some() { 49 + 32 } else { 49 };
        let needed = header
            .nodes
            .checked_mul(per_node)
            .and_then(|n| n.checked_add(header.threads));
        if needed != Some(rest.0.len()) {
            return Err(damaged());
        }
        let mut lanes = || -> Result<Vec<Lane>, SimError> {
            (0..header.nodes)
                .map(|_| {
                    let mut lane = [0.0; 4];
                    for number in &mut lane[..3] {
                        *number = f64::from_le_bytes(rest.array()?);
                    }
                    Ok(lane)
                })
                .collect()
        };
        let (position, velocity) = (lanes()?, lanes()?);
        let pinned = rest.take(header.nodes)?.iter().map(|&b| b != 0).collect();
        let cut = rest.take(header.threads)?.iter().map(|&b| b != 0).collect();
        let device = match header.device {
            Some(hand) => {
                let mut floats = || -> Result<Vec<f32>, SimError> {
                    (0..4 * header.nodes)
                        .map(|_| Ok(f32::from_le_bytes(rest.array()?)))
                        .collect()
                };
                let hand = hand.map(f32::from_bits);
                Some(DeviceState {
                    displacement: floats()?,
                    velocity: floats()?,
                    hand,
                })
            }
            None => None,
        };
        let state = State {
            step: header.step,
            position,
            velocity,
            pinned,
            cut,
            hand: header.hand,
            hand_work: header.hand_work,
        };
        Ok(Self {
            state,
            settings: header.settings,
            device,
        })
    }
}

/// Puts the nodes of a web where a captured state has them, without the threads that are cut.
pub fn place_nodes(web: &mut Web, capture: &Capture) -> Result<(), SimError> {
    let frame: &Frame = capture.get()?;
    let state = &frame.state;
    if state.position.len() != web.nodes.len() || state.cut.len() != web.threads.len() {
        return Err(SimError::other("This state belongs to another web."));
    }
    for (i, node) in web.nodes.iter_mut().enumerate() {
        let [x, y, z, _] = state.position[i];
        node.position = [x, y, z];
        node.pinned = state.pinned[i];
    }
    let keep: Vec<bool> = state.cut.iter().map(|cut| !cut).collect();
    let mut row = keep.iter();
    web.threads.retain(|_| row.next().copied().unwrap_or(true));
    for column in &mut web.thread_columns {
        column.values.retain_rows(&keep);
    }
    Ok(())
}

fn damaged() -> SimError {
    SimError::parse("The saved state of this web is damaged: it is cut off or of another version.")
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SimError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or_else(damaged)?;
        self.0 = tail;
        Ok(head)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], SimError> {
        self.take(N)?.try_into().map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn frame() -> Frame {
        Frame {
            state: State {
                step: 7,
                position: vec![[0.1, -0.0, 1e-300, 0.0]; 3],
                velocity: vec![[1.0 / 3.0, 2.0, 3.0, 0.0]; 3],
                pinned: vec![true, false, false],
                cut: vec![false, true],
                hand: Some(Hand {
                    node: 1,
                    position: [0.1; 3],
                    target: [0.2; 3],
                    stiffness: 0.3,
                }),
                hand_work: 1e-9 / 3.0,
            },
            settings: Settings::from([("wind".into(), 2.5.into())]),
            device: Some(DeviceState {
                displacement: vec![0.25; 12],
                velocity: vec![-1.5; 12],
                hand: [1.0, 2.0, 3.0, 4.0],
            }),
        }
    }

    #[test]
    fn a_frame_comes_back_the_same() {
        let mut one = frame();
        assert_eq!(Frame::decode(&one.encode().unwrap()).unwrap(), one);
        one.device = None;
        assert_eq!(Frame::decode(&one.encode().unwrap()).unwrap(), one);
    }

    proptest! {
        #[test]
        fn damaged_frames_are_refused_or_read_but_never_panic(at in 0_usize..400, byte in any::<u8>()) {
            let mut bytes = frame().encode().unwrap();
            let length = bytes.len();
            prop_assert!(Frame::decode(&bytes[..at.min(length - 1)]).is_err());
            bytes[at % length] = byte;
            let _ = Frame::decode(&bytes);
        }
    }
}
