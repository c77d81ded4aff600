//! Host data on the device: uploaded once for each `Arc`, kept while it lives.
//!
//! An entry holds the data's `Weak`, so that its address can't be taken by other data while the
//! entry is there. Buffers of data that is gone serve again for data of about the same size.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crate::device::Gpu;
use crate::error::GpuError;
use crate::scene::{Data, Element};

/// Frames for which data that is not drawn stays on the device.
const PATIENCE: u64 = 240;
/// Buffers kept for new data, at most.
const SPARES: usize = 16;

trait Alive {
    fn alive(&self) -> bool;
}
impl<T> Alive for Weak<[T]> {
    fn alive(&self) -> bool {
        self.strong_count() > 0
    }
}

struct Entry {
    owner: Box<dyn Alive + Send + Sync>,
    buffer: wgpu::Buffer,
    drawn: u64,
    /// The largest element, of counts.
    peak: u32,
}

/// Data ready to be bound.
pub(crate) struct Ready {
    pub buffer: wgpu::Buffer,
    pub len: usize,
    /// The largest element, known for counts on the host.
    pub peak: Option<u32>,
}

#[derive(Default)]
pub(crate) struct Uploads {
    known: HashMap<(usize, usize, TypeId), Entry>,
    spare: Vec<wgpu::Buffer>,
    frame: u64,
}

impl Uploads {
    /// Begins a frame: forgets what is gone.
    pub fn begin(&mut self) {
        self.frame += 1;
        let frame = self.frame;
        let spare = &mut self.spare;
        self.known.retain(|_, entry| {
            let keep = entry.owner.alive() && frame - entry.drawn < PATIENCE;
            if !keep {
                spare.push(entry.buffer.clone());
            }
            keep
        });
        if self.spare.len() > SPARES {
            self.spare.drain(..self.spare.len() - SPARES);
        }
    }

    /// The data's buffer, uploaded if it is on the host and new.
    pub fn ready<T: Element>(&mut self, gpu: &Gpu, data: &Data<T>) -> Result<Ready, GpuError> {
        let host = match data {
            Data::Device(buffer) => {
                return Ok(Ready {
                    buffer: buffer.raw.clone(),
                    len: buffer.len,
                    peak: None,
                });
            }
            Data::Host(host) => host,
        };
        let key = (
            Arc::as_ptr(host).cast::<T>() as usize,
            host.len(),
            TypeId::of::<T>(),
        );
        let entry = match self.known.entry(key) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let buffer = take::<T>(gpu, &mut self.spare, host.len())?;
                gpu.write_raw(&buffer, 0, bytemuck::cast_slice(host))?;
                let counts: Option<&[u32]> = bytemuck::try_cast_slice(host)
                    .ok()
                    .filter(|_| TypeId::of::<T>() == TypeId::of::<u32>());
                let peak = counts
                    .and_then(|counts| counts.iter().copied().max())
                    .unwrap_or(0);
                place.insert(Entry {
                    owner: Box::new(Arc::downgrade(host)),
                    buffer,
                    drawn: 0,
                    peak,
                })
            }
        };
        entry.drawn = self.frame;
        Ok(Ready {
            buffer: entry.buffer.clone(),
            len: host.len(),
            peak: Some(entry.peak),
        })
    }

    /// How many host arrays lie on the device, for tests.
    pub fn len(&self) -> usize {
        self.known.len()
    }
}

/// A spare buffer that is large enough and not much too large, else a new one.
fn take<T: Element>(
    gpu: &Gpu,
    spare: &mut Vec<wgpu::Buffer>,
    len: usize,
) -> Result<wgpu::Buffer, GpuError> {
    let bytes = ((len * size_of::<T>()) as u64).next_multiple_of(4).max(16);
    let fits = |buffer: &wgpu::Buffer| (bytes..=2 * bytes + 4096).contains(&buffer.size());
    if let Some(index) = spare.iter().position(fits) {
        return Ok(spare.swap_remove(index));
    }
    Ok(gpu.zeros::<T>("scene data", len)?.raw)
}
