//! The cloud on a device as vertices of a scene, made and left there: `particles.wgsl` with one of
//! `placed_*.wgsl`, and `expansion.wgsl` where it is asked for.

use std::sync::{Arc, Mutex, PoisonError};

use loom_formula::System;
use loom_gpu::scene::{Buffer, Data, Vertex};
use loom_gpu::{Batch, Binding, Gpu, Kernel};
use loom_sim::SimError;

use crate::definition::{ColorBy, Definition};
use crate::device::{axis_numbers, device_error, shader};
use crate::expansion;
use crate::lens::{Drawing, Tinting};
use crate::sight::Sight;
use crate::state::Timing;
use crate::tint::Starts;

/// `particles.wgsl`'s Show.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct ShowBlock {
    members: u32,
    stride: u32,
    color: u32,
    height: u32,
    axes: [u32; 4],
    t: f32,
    offset: [f32; 2],
    padding: f32,
}

/// The vertices of one way of looking; two are used in turn, so that the one being drawn stays
/// as it is while the next is made.
struct Canvas {
    drawing: Drawing,
    vertices: [Buffer<Vertex>; 2],
    turn: usize,
}

/// A way of drawing that has a kernel of its own.
#[derive(Clone, Debug, Default, PartialEq)]
struct Way {
    expansion: bool,
    linear: bool,
    /// The axes' formulas.
    formulas: Option<Vec<String>>,
}

/// The text of a drawing kernel, after the part that all kernels begin with: `jacobian` where the
/// local expansion is asked for, `formulas` where they stand along the axes.
fn particles(way: &Way, jacobian: Option<&System>, formulas: Option<&System>) -> String {
    let mut text = match jacobian {
        Some(wide) => format!(
            "alias Wide = array<f32, {}>;\nconst ROUNDS = {}u;\n{}\n{}",
            wide.dimension(),
            expansion::ROUNDS,
            wide.to_wgsl("jacobian"),
            include_str!("expansion.wgsl")
        ),
        None => "fn expansion(x: State, p: Constants, t: f32) -> f32 { return 0.0; }\n".into(),
    };
    match formulas {
        Some(wide) => text.push_str(&format!(
            "alias Shown = array<f32, {}>;\n{}\n{}",
            wide.dimension(),
            wide.to_wgsl("shown"),
            include_str!("placed_formulas.wgsl")
        )),
        None if way.linear => text.push_str(include_str!("placed_linear.wgsl")),
        None => text.push_str(include_str!("placed_axes.wgsl")),
    }
    text.push_str(include_str!("particles.wgsl"));
    text
}

/// Kernels that are kept besides the usual one.
const MOST_WAYS: usize = 6;

/// What the drawing kernel is bound to: block, constants, states, starts, weights, vertices.
const SHOW: [Binding; 6] = [
    Binding::Uniform,
    Binding::Read,
    Binding::Read,
    Binding::Read,
    Binding::Read,
    Binding::ReadWrite,
];

/// Draws a cloud's states.
pub struct Painter {
    gpu: Arc<Gpu>,
    draw: Arc<Kernel>,
    /// Other ways of drawing, compiled when they are first asked for; newest last.
    drawn: Mutex<Vec<(Way, Arc<Kernel>)>>,
    /// The angles of the particles' starts, once they have been asked for.
    starts: Mutex<Option<(Starts, Buffer<f32>)>>,
    weights: Mutex<Option<Buffer<f32>>>,
    /// Stands in for starts and weights that nobody asks for.
    nothing: Buffer<f32>,
    /// Buffers that pictures are made in, a few for each way of looking.
    canvases: Mutex<Vec<Canvas>>,
    /// The definition's name, the text that all its shaders begin with, and its equations.
    name: String,
    head: String,
    system: Arc<System>,
}

/// A cloud on the device, to be drawn.
pub struct States<'a> {
    pub state: &'a Buffer<f32>,
    /// With the present values in it.
    pub constants: &'a Buffer<f32>,
    pub members: usize,
    pub dimension: usize,
}

impl Painter {
    /// `head`: what all shaders of this system begin with.
    pub fn new(gpu: &Arc<Gpu>, definition: &Definition, head: String) -> Result<Self, SimError> {
        let text = particles(&Way::default(), None, None);
        let shader = shader(&definition.name, &head, "particles.wgsl", &text);
        let draw = Kernel::new(gpu, "particles", shader, "draw", &SHOW).map_err(device_error)?;
        Ok(Self {
            gpu: gpu.clone(),
            draw: Arc::new(draw),
            drawn: Mutex::default(),
            starts: Mutex::default(),
            weights: Mutex::default(),
            nothing: gpu.zeros("no starts", 1).map_err(device_error)?,
            canvases: Mutex::default(),
            name: definition.name.clone(),
            head,
            system: definition.system.clone(),
        })
    }

    /// The kernel for a way of drawing.
    fn kernel(&self, tinting: &Tinting<'_>, color: ColorBy) -> Result<Arc<Kernel>, SimError> {
        let formulas = match tinting.sight {
            Some(Sight::Formulas(formulas)) => Some(formulas),
            _ => None,
        };
        let way = Way {
            expansion: color == ColorBy::Expansion,
            linear: matches!(tinting.sight, Some(Sight::Linear(_))),
            formulas: formulas.map(|f| f.texts.clone()),
        };
        if way == Way::default() {
            return Ok(self.draw.clone());
        }
        let mut kept = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kernel)) = kept.iter().find(|(w, _)| *w == way) {
            return Ok(kernel.clone());
        }
        let jacobian = way.expansion.then(|| expansion::reading(&self.system));
        let text = particles(&way, jacobian.as_ref(), formulas.map(|f| &f.wide));
        let shader = shader(&self.name, &self.head, "particles.wgsl", &text);
        let kernel = Kernel::new(&self.gpu, "particles", shader, "draw", &SHOW);
        let kernel = Arc::new(kernel.map_err(device_error)?);
        if kept.len() >= MOST_WAYS {
            kept.remove(0);
        }
        kept.push((way, kernel.clone()));
        Ok(kernel)
    }

    /// The weights of a matrix on the device.
    fn weights_here(&self, sight: Option<&Sight>) -> Result<Buffer<f32>, SimError> {
        let Some(Sight::Linear(linear)) = sight else {
            return Ok(self.nothing.clone());
        };
        let numbers = linear.numbers();
        let mut kept = self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(buffer) = kept.as_ref() {
            self.gpu.write(buffer, 0, &numbers).map_err(device_error)?;
            return Ok(buffer.clone());
        }
        let buffer = self.gpu.upload("weights", &numbers).map_err(device_error)?;
        *kept = Some(buffer.clone());
        Ok(buffer)
    }

    /// The starts on the device, taken there once.
    fn starts_here(&self, starts: Option<&Starts>) -> Result<Buffer<f32>, SimError> {
        let Some(starts) = starts else {
            return Ok(self.nothing.clone());
        };
        let mut kept = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, buffer)) = kept.as_ref().filter(|(s, _)| Arc::ptr_eq(s, starts)) {
            return Ok(buffer.clone());
        }
        let buffer = self.gpu.upload("starts", starts).map_err(device_error)?;
        *kept = Some((starts.clone(), buffer.clone()));
        Ok(buffer)
    }

    /// Positions for a picture, made and left on the device.
    pub fn vertices(
        &self,
        states: &States<'_>,
        timing: &Timing,
        drawing: &Drawing,
        tinting: Tinting<'_>,
    ) -> Result<Data<Vertex>, SimError> {
        let members = states.members;
        let Drawing {
            axes,
            color,
            offset,
            ..
        } = *drawing;
        let stride = members.div_ceil(drawing.budget.max(1)).max(1);
        let count = members.div_ceil(stride);
        let vertices = self.canvas(drawing, count)?;
        let block = ShowBlock {
            members: members as u32,
            stride: stride as u32,
            color: match color {
                // All particles are of one age.
                ColorBy::None | ColorBy::Age => 0,
                ColorBy::Speed => 1,
                ColorBy::Coordinate(_) => 2,
                ColorBy::Expansion => 3,
                ColorBy::Start => 4,
                ColorBy::Height => 5,
            },
            height: match color {
                ColorBy::Coordinate(v) => v as u32,
                _ if drawing.planar => 1,
                _ => 2,
            },
            axes: axis_numbers(axes, states.dimension),
            t: timing.time() as f32,
            offset: offset.map(|x| x as f32),
            padding: 0.0,
        };
        let show = self
            .gpu
            .uniform("particles", &block)
            .map_err(device_error)?;
        let draw = self.kernel(&tinting, color)?;
        let starts = self.starts_here(tinting.starts)?;
        let weights = self.weights_here(tinting.sight)?;
        let bound = draw
            .bind(&[
                &show,
                states.constants,
                states.state,
                &starts,
                &weights,
                &vertices,
            ])
            .map_err(device_error)?;
        let mut batch = Batch::new(&self.gpu, "particles");
        batch.dispatch(&draw, &bound, count as u64);
        batch.submit().map_err(device_error)?;
        Ok(Data::Device(vertices))
    }

    fn canvas(&self, drawing: &Drawing, count: usize) -> Result<Buffer<Vertex>, SimError> {
        let mut canvases = self.canvases.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |c: &Canvas| c.drawing == *drawing && c.vertices[0].len == count;
        if let Some(place) = canvases.iter().position(fits) {
            let mut canvas = canvases.remove(place);
            canvas.turn = 1 - canvas.turn;
            let buffer = canvas.vertices[canvas.turn].clone();
            canvases.push(canvas);
            return Ok(buffer);
        }
        let new = || self.gpu.zeros("particles", count).map_err(device_error);
        let vertices = [new()?, new()?];
        let buffer = vertices[0].clone();
        // The one that was longest out of use makes room.
        if canvases.len() >= 4 {
            canvases.remove(0);
        }
        canvases.push(Canvas {
            drawing: drawing.clone(),
            vertices,
            turn: 0,
        });
        Ok(buffer)
    }
}
