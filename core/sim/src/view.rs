//! A view asks a simulation for a scene, and carries the pointer to it.

use loom_gpu::camera::Camera;
use loom_gpu::colour::Rgba;
use serde::{Deserialize, Serialize};

use crate::input::Input;
use crate::simulation::Capture;
use crate::value::Settings;

/// The key of the setting with which a view shows the twin instead of the run.
pub const TWIN: &str = "twin";

/// What is to be seen: region, pixels, colours of the ground, settings of the view.
#[derive(Clone, Debug)]
pub struct View {
    /// `None`: the simulation's own fitted camera.
    pub camera: Option<Camera>,
    /// Physical pixels.
    pub size: [u32; 2],
    pub pixels_per_point: f32,
    pub ink: Ink,
    /// Parameters with the effect `View`, by key.
    pub settings: Settings,
    /// Upper bound of vertices and cells in the scene; a coarser picture is drawn beyond.
    pub budget: usize,
    /// What is selected, as [`Hit::id`].
    pub selected: Option<String>,
    /// The twin's state, to draw the difference over the picture.
    pub compare: Option<Capture>,
}

impl View {
    pub fn new(size: [u32; 2]) -> Self {
        Self {
            camera: None,
            size,
            pixels_per_point: 1.0,
            ink: Ink::light(),
            settings: Settings::new(),
            budget: 4_000_000,
            selected: None,
            compare: None,
        }
    }
    /// Whether it shows the twin, where there is one.
    pub fn is_of_twin(&self) -> bool {
        self.settings.get(TWIN) == Some(&crate::Value::Boolean(true))
    }
    /// Width and height in logical pixels.
    pub fn points(&self) -> [f64; 2] {
        self.size
            .map(|n| f64::from(n) / f64::from(self.pixels_per_point))
    }
}

/// A camera that goes along with what moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// Where the view looks now.
    pub camera: Camera,
    /// How far that lies from the view's own camera, which stays where the user left it.
    pub moved: [f64; 2],
}

/// The ground and the inks that a scene may use besides the colours of its data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ink {
    pub dark: bool,
    pub ground: Rgba,
    pub text: Rgba,
    pub secondary: Rgba,
    pub hairline: Rgba,
}

impl Ink {
    pub const fn light() -> Self {
        Self {
            dark: false,
            ground: Rgba::hex(0xFF_FFFF),
            text: Rgba::hex(0x1B_1D21),
            secondary: Rgba::hex(0x5A_606A),
            hairline: Rgba::hex(0xDA_DDE1),
        }
    }
    pub const fn dark() -> Self {
        Self {
            dark: true,
            ground: Rgba::hex(0x10_1114),
            text: Rgba::hex(0xE6_E8EB),
            secondary: Rgba::hex(0xA0_A6B0),
            hairline: Rgba::hex(0x2A_2E35),
        }
    }
}

/// The pointer over a view, in logical pixels from its upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointer {
    pub position: [f64; 2],
    pub action: PointerAction,
    /// The right button (erase), or a long press.
    pub secondary: bool,
    pub alt: bool,
    pub shift: bool,
    /// One number a press, for [`Input::Edit`]'s `stroke`.
    pub stroke: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerAction {
    Hover,
    /// Pressed and let go in one place.
    Click,
    /// The start of a drag that the simulation takes.
    Press,
    Drag,
    Release,
}

/// What a simulation makes of the pointer. Nothing here has changed it yet: the conductor
/// journals the inputs and applies them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointerReply {
    pub inputs: Vec<Input>,
    /// Alt + click: the one change by which a twin differs.
    pub twin: Option<Input>,
    /// What lies under the pointer.
    pub hit: Option<Hit>,
    /// The click selects what it hit (or nothing).
    pub select: bool,
    /// Settings of the view that take other values, such as a rectangle that is being drawn.
    pub view: Settings,
}

/// Something under the pointer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hit {
    /// `node:12`, `wire:q`, `cell:3,-4`; given back in [`View::selected`].
    pub id: String,
    /// One line for the read-out: "Node 12 · tension 3.1 mN".
    pub label: String,
    /// Further rows for the inspector: name, value with unit.
    pub rows: Vec<(String, String)>,
    /// A drag that starts here belongs to the simulation, not to the camera.
    pub draggable: bool,
    /// Inputs offered by menu and key for what is selected: "Cut thread" (Delete).
    pub actions: Vec<Input>,
    /// A small heat map of the values here.
    pub grid: Option<crate::exchange::Grid>,
}
