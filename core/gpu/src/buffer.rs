//! Typed buffers: creation, upload and read-back.

use std::marker::PhantomData;
use std::sync::mpsc;
use std::time::Duration;

use crate::device::Gpu;
use crate::error::GpuError;
use crate::scene::{Buffer, Element};

/// How long a read-back waits for the device.
const PATIENCE: Duration = Duration::from_mins(1);

/// A small block of parameters, laid out as the shader's `uniform` struct is (sizes and
/// offsets by the rules of WGSL: keep to 4-byte fields and pad to 16).
#[derive(Clone, Debug)]
pub struct Uniform<U: bytemuck::Pod> {
    pub raw: wgpu::Buffer,
    kind: PhantomData<U>,
}

impl Gpu {
    /// What typed buffers may be used for: by kernels, as vertices, and as indices where the
    /// adapter lets one buffer be both.
    fn usages(&self) -> wgpu::BufferUsages {
        use wgpu::BufferUsages as U;
        let flags = self.adapter.get_downlevel_capabilities().flags;
        let mut usages = U::VERTEX | U::COPY_SRC | U::COPY_DST;
        usages.set(U::STORAGE, self.has_compute());
        usages.set(
            U::INDEX,
            flags.contains(wgpu::DownlevelFlags::UNRESTRICTED_INDEX_BUFFER),
        );
        usages
    }

    /// A buffer of `len` elements, all bits zero. Buffers of `u8` are padded to whole words.
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] past the adapter's limits, [`GpuError::OutOfMemory`].
    pub fn zeros<T: Element>(&self, label: &str, len: usize) -> Result<Buffer<T>, GpuError> {
        self.buffer(label, len, self.usages())
    }

    /// A buffer of `len` zero elements for `usage` only.
    pub(crate) fn buffer<T: Element>(
        &self,
        label: &str,
        len: usize,
        usage: wgpu::BufferUsages,
    ) -> Result<Buffer<T>, GpuError> {
        let bytes = (len as u64).saturating_mul(size_of::<T>() as u64);
        let mut limit = self.limits.max_buffer_size;
        if usage.contains(wgpu::BufferUsages::STORAGE) {
            limit = limit.min(self.limits.max_storage_buffer_binding_size);
        }
        if bytes > limit {
            return Err(GpuError::TooLarge {
                what: label.into(),
                bytes,
                limit,
            });
        }
        let size = bytes.next_multiple_of(4).max(16);
        let raw = self.catching(label, || {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage,
                mapped_at_creation: false,
            })
        })?;
        Ok(Buffer::new(raw, len))
    }

    /// Copies `data` to the device.
    pub fn upload<T: Element>(&self, label: &str, data: &[T]) -> Result<Buffer<T>, GpuError> {
        let buffer = self.zeros(label, data.len())?;
        self.write(&buffer, 0, data)?;
        Ok(buffer)
    }

    /// Copies `data` over the elements from `start` on. For `u8` start must be a multiple of 4.
    pub fn write<T: Element>(
        &self,
        buffer: &Buffer<T>,
        start: usize,
        data: &[T],
    ) -> Result<(), GpuError> {
        if data.is_empty() {
            return self.check();
        }
        if start
            .checked_add(data.len())
            .is_none_or(|end| end > buffer.len)
        {
            let reason = format!(
                "{} elements at {start} do not fit in {}",
                data.len(),
                buffer.len
            );
            return Err(GpuError::Refused {
                what: "a write".into(),
                reason,
            });
        }
        self.write_raw(
            &buffer.raw,
            (start * size_of::<T>()) as u64,
            bytemuck::cast_slice(data),
        )
    }

    /// Copies bytes, the last word padded with zeros.
    pub(crate) fn write_raw(
        &self,
        raw: &wgpu::Buffer,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), GpuError> {
        self.catching("a write", || {
            let whole = bytes.len() & !3;
            if whole > 0 {
                self.queue.write_buffer(raw, offset, &bytes[..whole]);
            }
            if whole < bytes.len() {
                let mut last = [0; 4];
                last[..bytes.len() - whole].copy_from_slice(&bytes[whole..]);
                self.queue.write_buffer(raw, offset + whole as u64, &last);
            }
        })
    }

    /// Copies a whole buffer back, waiting for the work before it.
    pub fn read<T: Element>(&self, buffer: &Buffer<T>) -> Result<Vec<T>, GpuError> {
        let mut bytes = self.read_raw(&buffer.raw, (buffer.len * size_of::<T>()) as u64)?;
        bytes.truncate(buffer.len * size_of::<T>());
        // The byte list need not be aligned for T.
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }

    pub(crate) fn read_raw(&self, raw: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>, GpuError> {
        if bytes == 0 {
            self.check()?;
            return Ok(Vec::new());
        }
        let size = bytes.next_multiple_of(4);
        let staging = self.staging(size)?;
        self.catching("a read-back", || {
            let mut encoder = self.device.create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(raw, 0, &staging, 0, size);
            self.queue.submit([encoder.finish()]);
        })?;
        self.map(&staging)
    }

    pub(crate) fn staging(&self, size: u64) -> Result<wgpu::Buffer, GpuError> {
        if size > self.limits.max_buffer_size {
            let limit = self.limits.max_buffer_size;
            return Err(GpuError::TooLarge {
                what: "A read-back".into(),
                bytes: size,
                limit,
            });
        }
        self.catching("a read-back", || {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("read-back"),
                size,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            })
        })
    }

    /// Waits for `staging` to be filled and copies it out.
    pub(crate) fn map(&self, staging: &wgpu::Buffer) -> Result<Vec<u8>, GpuError> {
        let refused = |reason: String| GpuError::Refused {
            what: "a read-back".into(),
            reason,
        };
        let (sender, receiver) = mpsc::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |mapped| {
            let _ = sender.send(mapped);
        });
        self.wait("a read-back", PATIENCE)?;
        // The answer may be on its way on another thread that polls the same device.
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.check()?;
                return Err(refused(error.to_string()));
            }
            Err(_) => {
                self.check()?;
                return Err(refused("the buffer was not mapped".into()));
            }
        }
        let view = staging
            .get_mapped_range(..)
            .map_err(|error| refused(error.to_string()))?;
        let bytes = view.to_vec();
        drop(view);
        staging.unmap();
        Ok(bytes)
    }

    /// A uniform block that holds `value`.
    pub fn uniform<U: bytemuck::Pod>(
        &self,
        label: &str,
        value: &U,
    ) -> Result<Uniform<U>, GpuError> {
        let raw = self.catching(label, || {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size: (size_of::<U>() as u64).next_multiple_of(16).max(16),
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        let uniform = Uniform {
            raw,
            kind: PhantomData,
        };
        self.set(&uniform, value)?;
        Ok(uniform)
    }

    /// Gives a uniform block a new value, from the next submission on.
    pub fn set<U: bytemuck::Pod>(&self, uniform: &Uniform<U>, value: &U) -> Result<(), GpuError> {
        self.write_raw(&uniform.raw, 0, bytemuck::bytes_of(value))
    }
}
