//! One device, shared by the window, the kernels and offscreen pictures.
//!
//! A device can go away at any time (sleep, driver reset, a cable). Nothing here panics then:
//! [`Gpu::check`] says so, every call that gives a result returns [`GpuError::Lost`], and the
//! owner opens a new [`Gpu`] or goes on with the CPU twins.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::adapters::{self, AdapterReport, Choice};
use crate::error::GpuError;

/// An open device. Share it by `Arc`; all methods take `&self`.
#[derive(Debug)]
pub struct Gpu {
    pub adapter: wgpu::Adapter,
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub limits: wgpu::Limits,
    pub info: wgpu::AdapterInfo,
    compute: bool,
    health: Arc<Health>,
}

/// What the device's callbacks have told.
#[derive(Debug, Default)]
struct Health {
    lost: Mutex<Option<String>>,
    error: Mutex<Option<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gpu {
    /// Opens a device without a window.
    ///
    /// ```no_run
    /// let gpu = loom_gpu::Gpu::headless(&loom_gpu::Choice::Best)?;
    /// println!("{}", gpu.name());
    /// # Ok::<(), loom_gpu::GpuError>(())
    /// ```
    pub fn headless(choice: &Choice) -> Result<Arc<Self>, GpuError> {
        let adapter = adapters::choose(choice)?;
        let opened =
            pollster::block_on(adapter.request_device(&adapters::device_descriptor(&adapter)));
        let (device, queue) = opened.map_err(|error| GpuError::Device {
            name: adapter.get_info().name,
            reason: error.to_string(),
        })?;
        Ok(Self::from_parts(adapter, device, queue))
    }

    /// Shares a device that the window has opened (eframe's `RenderState`).
    ///
    /// Takes over the device's callbacks for errors and loss.
    pub fn from_parts(
        adapter: wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Arc<Self> {
        let health = Arc::new(Health::default());
        let told = Arc::clone(&health);
        device.set_device_lost_callback(move |reason, message| {
            let why = if message.is_empty() {
                format!("{reason:?}")
            } else {
                message
            };
            tracing::warn!("graphics device lost: {why}");
            *lock(&told.lost) = Some(why);
        });
        let told = Arc::clone(&health);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            tracing::error!("graphics device: {error}");
            lock(&told.error).get_or_insert_with(|| error.to_string());
        }));
        Arc::new(Self {
            info: adapter.get_info(),
            compute: adapters::computes(&adapter)
                && device.limits().max_compute_workgroups_per_dimension > 0,
            limits: device.limits(),
            adapter,
            device,
            queue,
            health,
        })
    }

    /// The adapter's name, for the status line.
    pub fn name(&self) -> &str {
        &self.info.name
    }

    pub fn info(&self) -> &wgpu::AdapterInfo {
        &self.info
    }

    /// The adapter is the processor itself (llvmpipe, WARP): it only draws, and simulations run
    /// on their CPU twins unless asked.
    pub fn is_processor(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Compute shaders run here. False on OpenGL adapters of old.
    pub fn has_compute(&self) -> bool {
        self.compute
    }

    /// What `doctor` says of this device.
    pub fn report(&self) -> AdapterReport {
        AdapterReport::of(&self.adapter)
    }

    /// Why the device was lost, if it was.
    pub fn lost(&self) -> Option<String> {
        lock(&self.health.lost).clone()
    }

    /// The first error since the last call that no caller caught.
    pub fn take_error(&self) -> Option<String> {
        lock(&self.health.error).take()
    }

    /// An error when the device is lost.
    pub fn check(&self) -> Result<(), GpuError> {
        match self.lost() {
            Some(reason) => Err(GpuError::Lost { reason }),
            None => Ok(()),
        }
    }

    /// Runs `call` and gives back the error that the device raised meanwhile.
    pub(crate) fn catching<R>(&self, what: &str, call: impl FnOnce() -> R) -> Result<R, GpuError> {
        self.check()?;
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let result = call();
        let internal = pollster::block_on(internal.pop());
        let memory = pollster::block_on(memory.pop());
        let validation = pollster::block_on(validation.pop());
        self.check()?;
        if memory.is_some() {
            return Err(GpuError::OutOfMemory { what: what.into() });
        }
        match internal.or(validation) {
            Some(error) => Err(GpuError::Refused {
                what: what.into(),
                reason: error.to_string(),
            }),
            None => Ok(result),
        }
    }

    /// Waits until the device has done all that was submitted.
    pub fn wait(&self, what: &str, limit: Duration) -> Result<(), GpuError> {
        self.check()?;
        let wait = wgpu::PollType::Wait {
            submission_index: None,
            timeout: Some(limit),
        };
        match self.device.poll(wait) {
            Ok(_) => self.check(),
            Err(wgpu::PollError::Timeout) => Err(GpuError::Timeout {
                what: what.into(),
                seconds: limit.as_secs(),
            }),
            Err(error) => {
                self.check()?;
                Err(GpuError::Refused {
                    what: what.into(),
                    reason: error.to_string(),
                })
            }
        }
    }

    /// Lets callbacks run without waiting.
    pub fn poll(&self) {
        if let Err(error) = self.device.poll(wgpu::PollType::Poll) {
            tracing::warn!("graphics device: {error}");
        }
    }
}
