//! Operations: what can be done to a state by name, such as turning the selected cells.
//!
//! A science declares them; menu, palette, form and key of the window and the command line's
//! verbs follow from the declaration. A [`Simulation`](crate::Simulation) turns one into inputs
//! of the journal, and so undo, replay and saved documents need nothing of their own.

use loom_gpu::camera::Camera;

use crate::input::Input;
use crate::model::Model;
use crate::parameter::Parameter;
use crate::value::Settings;

/// The key of the parameter that the window fills with what is on the clipboard; forms don't show
/// it.
pub const CLIPBOARD: &str = "clipboard";

/// What can be done, declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// ASCII, unique in its science: `rotate_clockwise`.
    pub key: String,
    /// As menus have it, sentence case: "Turn clockwise".
    pub name: String,
    /// One sentence that teaches one thing.
    pub help: String,
    /// Operations of one group stand together: "Selection".
    pub group: String,
    /// Keys as the window writes them: `Ctrl+X`. The first is shown.
    pub keys: Vec<String>,
    /// What it asks for first; with none it is done at once.
    pub parameters: Vec<Parameter>,
    /// Settings of the view that it empties: Esc does it while one of them holds something.
    pub lets_go_of: Vec<String>,
}

impl Operation {
    /// An operation that asks for nothing.
    pub fn new(key: &str, group: &str, name: &str, help: &str) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            help: help.to_owned(),
            group: group.to_owned(),
            keys: Vec::new(),
            parameters: Vec::new(),
            lets_go_of: Vec::new(),
        }
    }
    /// The keys that do it.
    pub fn keys(mut self, keys: &[&str]) -> Self {
        self.keys = keys.iter().map(|k| (*k).to_owned()).collect();
        self
    }
    /// It empties these settings of the view, and so is what Esc does.
    pub fn lets_go_of(mut self, settings: &[&str]) -> Self {
        self.lets_go_of = settings.iter().map(|k| (*k).to_owned()).collect();
        self
    }
    /// It asks for this.
    pub fn asks(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }
    /// It takes what is on the clipboard as the setting [`CLIPBOARD`].
    pub fn takes_clipboard(self) -> Self {
        self.asks(Parameter::text(CLIPBOARD, "Clipboard", ""))
    }
    /// Whether it takes what is on the clipboard.
    pub fn reads_clipboard(&self) -> bool {
        self.parameters.iter().any(|p| p.key == CLIPBOARD)
    }
    /// What a form shows.
    pub fn asked(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|p| p.key != CLIPBOARD)
    }
}

/// What an operation comes to. Nothing is done yet: the conductor journals the inputs, the window
/// takes the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Changes of the state, undone together.
    pub inputs: Vec<Input>,
    /// Settings of the view that take other values: what is selected, which tool is in hand.
    pub view: Settings,
    /// Where the view looks from now on.
    pub camera: Option<Camera>,
    /// A text for the clipboard.
    pub copied: Option<String>,
    /// A sentence for the user.
    pub said: Option<String>,
    /// A twin that differs by this, seen in a view of its own beside.
    pub twin: Option<Input>,
    /// A model that opens beside, with its title.
    pub opens: Option<(String, Box<Model>)>,
}

impl Outcome {
    /// One change of the state.
    pub fn input(input: Input) -> Self {
        Self {
            inputs: vec![input],
            ..Self::default()
        }
    }
    /// A setting of the view beside.
    pub fn view(mut self, key: &str, value: impl Into<crate::Value>) -> Self {
        self.view.insert(key.to_owned(), value.into());
        self
    }
    /// A sentence beside.
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.said = Some(words.into());
        self
    }
}
