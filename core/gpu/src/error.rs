//! What can go wrong between this program and a graphics device, one sentence each.

/// An error of the device, of a kernel or of the renderer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GpuError {
    /// No adapter of the backends that were tried.
    #[error(
        "No graphics adapter was found (tried {tried}): install a driver; on Debian and Ubuntu the package mesa-vulkan-drivers draws on any machine."
    )]
    NoAdapter { tried: String },
    /// The adapter asked for by name is not there.
    #[error(
        "No graphics adapter is named “{wanted}”; there is {found}: choose one of them or unset WGPU_ADAPTER_NAME."
    )]
    NoSuchAdapter { wanted: String, found: String },
    /// The adapter refused to open a device.
    #[error(
        "The graphics adapter {name} could not be opened ({reason}): update its driver or choose another adapter with WGPU_ADAPTER_NAME."
    )]
    Device { name: String, reason: String },
    /// The device went away (sleep, driver reset, unplugged).
    #[error("The graphics device was lost ({reason}): open it again, or go on with the processor.")]
    Lost { reason: String },
    /// Wanted: compute shaders.
    #[error(
        "The graphics adapter {name} has no compute shaders: the simulation runs on the processor."
    )]
    NoCompute { name: String },
    /// More than one buffer or texture may hold.
    #[error(
        "{what} needs {bytes} bytes, but this graphics device holds at most {limit} in one buffer: make it smaller."
    )]
    TooLarge {
        what: String,
        bytes: u64,
        limit: u64,
    },
    /// A picture with no pixels, or with more than memory holds.
    #[error(
        "A picture of {width} × {height} pixels can’t be drawn: give a width and height from 1 to {limit}."
    )]
    PictureSize { width: u32, height: u32, limit: u32 },
    /// The device's memory is full.
    #[error(
        "The graphics device has no memory left for {what}: make it smaller or close other views."
    )]
    OutOfMemory { what: String },
    /// The device did not answer in time.
    #[error("The graphics device did not finish {what} within {seconds} s: make the work smaller.")]
    Timeout { what: String, seconds: u64 },
    /// A shader does not parse or validate.
    #[error("{name}:{line}:{column}: {message}")]
    Shader {
        name: String,
        line: u32,
        column: u32,
        message: String,
    },
    /// The device refused a call; a defect in what it was asked to do.
    #[error("The graphics device refused {what}: {reason}")]
    Refused { what: String, reason: String },
}
