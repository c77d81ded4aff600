//! What a simulation and an analysis are: parameters, clock, inputs, probes, plots, reports.
//!
//! Each science implements [`Science`] and [`Simulation`]; the window, the command line, the
//! document and the conformance suite are written once against them.

pub mod analysis;
pub mod clock;
pub mod conductor;
pub mod conformance;
pub mod error;
pub mod exchange;
pub mod input;
pub mod journal;
pub mod manuscript;
pub mod model;
pub mod operation;
mod pace;
pub mod parameter;
pub mod plot;
pub mod print;
pub mod probe;
mod renew;
pub mod report;
pub mod run;
pub mod science;
pub mod seed;
pub mod simulation;
mod undo;
pub mod value;
pub mod variation;
pub mod view;
pub mod voice;
pub mod yardstick;

pub use analysis::{Analysis, Job, Subject};
pub use clock::{Clock, Gate, Step, Stop};
pub use conductor::{Command, Conductor, RunState, Snapshot};
pub use error::SimError;
pub use exchange::{Column, Graph, Grid, Series, Tensor};
pub use input::Input;
pub use journal::{Journal, Saved};
pub use loom_gpu::camera::{self, Camera};
pub use loom_gpu::colour::{self, ColorMap, Rgba};
pub use loom_gpu::ramp::{self, Ramp};
pub use loom_gpu::scene::{self, Scene};
pub use loom_gpu::threads;
pub use manuscript::{Draft, Fault, Manuscript, Word};
pub use model::{Attachment, Cost, Model};
pub use operation::{Operation, Outcome};
pub use parameter::{Effect, Parameter, ParameterKind, Scale};
pub use plot::{Axis, Fade, Field, Mark, Plot, Ruling, Shades, Starts};
pub use print::{Press, Raster};
pub use probe::{ProbeKind, ProbeSpec, Reading, Recorder};
pub use report::{Number, Quantity, Report, Table, Uncertainty};
pub use run::Run;
pub use science::{Entry, Experiment, Place, Registry, Science};
pub use simulation::{Capture, Simulation};
pub use value::{Settings, Value};
pub use variation::Variation;
pub use view::{Followed, Hit, Ink, Pointer, PointerAction, PointerReply, View};
pub use voice::{Instrument, Tuning, Voice};
