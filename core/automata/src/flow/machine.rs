//! Where a field is moved: on the processor in f64, or on a device in f32.

use std::sync::Arc;

use loom_sim::scene::Data;
use loom_sim::{Place, SimError};

use super::convolve::Way;
use super::device::OnDevice;
use super::engine::Engine;
use super::field::Field;
use super::law::Method;
use super::plan::Plan;

#[derive(Debug)]
pub(crate) enum Machine {
    Processor(Box<Engine>),
    Device(Box<OnDevice>),
}

impl Machine {
    /// The machine of a place. Runge and Kutta's method runs on the processor wherever it is.
    pub fn new(plan: &Plan, field: Arc<Field>, place: &Place) -> Result<Self, SimError> {
        let threads = match place {
            Place::Gpu(gpu) if gpu.has_compute() && plan.law.method == Method::Euler => {
                let device = OnDevice::new(gpu, plan.law.clone(), &field)?;
                return Ok(Self::Device(Box::new(device)));
            }
            Place::Gpu(_) => 0,
            Place::Cpu { threads } => *threads,
        };
        let way = match plan.text("engine").as_str() {
            "direct" => Way::Direct,
            "fourier" => Way::Fourier,
            _ => Way::Auto,
        };
        let engine = Engine::new(plan.law.clone(), field, way, threads)?;
        Ok(Self::Processor(Box::new(engine)))
    }

    /// Makes at most `most` steps and says how many; none when a value stopped being a number.
    pub fn advance(
        &mut self,
        step: u64,
        most: u64,
        value: &(dyn Fn(&str) -> Option<f64> + Sync),
    ) -> Result<u64, SimError> {
        match self {
            Self::Processor(engine) => engine.advance(step, most, value),
            Self::Device(device) => device.advance(step, most, value),
        }
    }

    /// The cells now, read back if need be.
    pub fn field(&self) -> Result<Arc<Field>, SimError> {
        match self {
            Self::Processor(engine) => Ok(engine.field().clone()),
            Self::Device(device) => device.field(),
        }
    }

    /// The cells now, if they lie on the host.
    pub fn at_hand(&self) -> Option<Arc<Field>> {
        match self {
            Self::Processor(engine) => Some(engine.field().clone()),
            Self::Device(device) => device.at_hand(),
        }
    }

    /// Replaces the cells.
    pub fn load(&mut self, field: Arc<Field>) -> Result<(), SimError> {
        match self {
            Self::Processor(engine) => {
                engine.load(field);
                Ok(())
            }
            Self::Device(device) => device.load(&field),
        }
    }

    /// A species as it lies on the device, means over blocks; none on the processor.
    pub fn shown(&self, species: usize, block: usize) -> Result<Option<Data<f32>>, SimError> {
        match self {
            Self::Processor(_) => Ok(None),
            Self::Device(device) => device.shown(species, block).map(Some),
        }
    }

    pub fn words(&self) -> String {
        match self {
            Self::Processor(engine) => engine.words(),
            Self::Device(device) => device.words(),
        }
    }
}
