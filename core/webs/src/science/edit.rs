//! What a hand can do to a web besides its sliders.

use loom_sim::{Input, SimError};
use serde::{Deserialize, Serialize};

use crate::mechanics::Mechanics;

/// An edit, as the journal keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// A hand takes a node.
    Grab { node: u32 },
    /// The hand sets out for a place (world coordinates, m).
    Move { to: [f64; 3] },
    /// A hand takes a node and sets out for a place, in one.
    Pull { node: u32, to: [f64; 3] },
    /// The hand lets go.
    Release,
    /// Cuts a thread.
    Cut { thread: u32 },
    /// Joins a cut thread again.
    Join { thread: u32 },
    /// Holds a node where it is.
    Pin { node: u32 },
    /// Lets a pinned node go.
    Unpin { node: u32 },
    /// Brings the web to rest under its loads.
    Settle,
}

impl Edit {
    /// As menus and undo name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grab { .. } | Self::Move { .. } | Self::Pull { .. } | Self::Release => {
                "Pull node"
            }
            Self::Cut { .. } => "Cut thread",
            Self::Join { .. } => "Join thread",
            Self::Pin { .. } => "Pin node",
            Self::Unpin { .. } => "Unpin node",
            Self::Settle => "Let it settle",
        }
    }

    /// The edit as an input.
    pub fn input(self) -> Input {
        Input::edit(self.name(), &self)
    }

    /// The edit in an input's data.
    pub fn parse(data: &serde_json::Value) -> Result<Self, SimError> {
        serde_json::from_value(data.clone()).map_err(|e| SimError::Input(format!("{data} ({e})")))
    }

    /// Does it. A refused edit changes nothing.
    pub fn apply(self, web: &mut Mechanics) -> Result<(), SimError> {
        let node = |n: u32| {
            if (n as usize) < web.node_count() {
                Ok(n as usize)
            } else {
                let problem = format!("node {n}, where there are {}", web.node_count());
                Err(SimError::Input(problem))
            }
        };
        let thread = |t: u32| {
            if (t as usize) < web.thread_count() {
                Ok(t as usize)
            } else {
                let problem = format!("thread {t}, where there are {}", web.thread_count());
                Err(SimError::Input(problem))
            }
        };
        match self {
            Self::Grab { node: n } => {
                let n = node(n)?;
                if web.state().pinned[n] {
                    return Err(SimError::Input(format!(
                        "pull on node {n}: it is pinned, unpin it first"
                    )));
                }
                web.grab(n);
            }
            Self::Move { to } => {
                finite(to)?;
                web.pull_to(to);
            }
            Self::Pull { node, to } => {
                finite(to)?;
                Self::Grab { node }.apply(web)?;
                web.pull_to(to);
            }
            Self::Release => web.release(),
            Self::Cut { thread: t } => {
                let t = thread(t)?;
                web.set_cut(t, true);
            }
            Self::Join { thread: t } => {
                let t = thread(t)?;
                web.set_cut(t, false);
            }
            Self::Pin { node: n } => {
                let n = node(n)?;
                web.set_pinned(n, true);
            }
            Self::Unpin { node: n } => {
                let n = node(n)?;
                web.set_pinned(n, false);
            }
            Self::Settle => {
                let before = web.state().clone();
                if let Err(error) = web.settle() {
                    web.set_state(&before);
                    return Err(SimError::other(error));
                }
            }
        }
        Ok(())
    }
}

fn finite(place: [f64; 3]) -> Result<(), SimError> {
    if place.iter().all(|c| c.is_finite()) {
        Ok(())
    } else {
        Err(SimError::Input("a place that is not finite".into()))
    }
}
