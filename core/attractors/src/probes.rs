//! What can be watched at every step: the orbits' time series, and the density of visits.
//!
//! A density is counted through a lens. It belongs either to an attached probe, whose settings
//! may fix the camera, or to the views that ask for it: a view of the style "density" asks for
//! the lens that it needs, and the next step starts to count through it. Two are counted at once.

use std::sync::{Arc, MutexGuard, PoisonError};

use loom_sim::parameter::{self, ParameterKind};
use loom_sim::scene::{Data, Density, Tone};
use loom_sim::{
    Camera, Effect, Parameter, ProbeKind, ProbeSpec, Reading, Recorder, SimError, Value,
};

use crate::cloud::LENSES;
use crate::definition::Style;
use crate::lens::{self, Frame, Lens};
use crate::motion::Motion;
use crate::settings::ViewSettings;

/// Samples that a time series keeps.
const SAMPLES: usize = 20_000;

/// Scenes after which a density that no view has asked for is dropped.
const PATIENCE: u64 = 4;

/// Whose a histogram is.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The attached probe; `None`: the views that ask for it.
    pub owner: Option<ProbeSpec>,
    /// Its lens is fixed by the probe's settings.
    pub fixed: bool,
}

/// What views have asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// Counts the scenes made.
    turn: u64,
    /// The turn in which each slot was last asked for.
    last: [u64; LENSES],
    wishes: Vec<Lens>,
}

impl Motion {
    pub(crate) fn probe_kinds(&self) -> Vec<ProbeKind> {
        let size = |key: &str, name: &str, default: i64| {
            Parameter::integer(key, "", name, default, 1, i64::from(lens::MOST_CELLS))
                .help("Cells of the histogram on this side.")
        };
        let camera = Parameter::new(
            "camera",
            "",
            "Camera",
            Value::Vector(Vec::new()),
            ParameterKind::Vector { length: None },
        )
        .effect(Effect::Rebuild)
        .help(
            "Target x, y, z, distance, yaw, pitch and field of view, or left, top, right and \
             bottom on a plane; empty follows the view.",
        );
        vec![
            ProbeKind {
                key: "series".into(),
                name: "Time series".into(),
                help: "Every variable of each followed orbit against time, in f64, but for those that \
                       stand for time themselves."
                    .into(),
                parameters: Vec::new(),
            },
            ProbeKind {
                key: "density".into(),
                name: "Density of visits".into(),
                help: "How often each place of the picture was visited, counted at every step."
                    .into(),
                parameters: vec![
                    size("width", "Width", 960),
                    size("height", "Height", 720),
                    camera,
                ],
            },
        ]
    }

    pub(crate) fn attach_probe(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        match probe.kind.as_str() {
            "series" => {
                self.start_series();
                Ok(())
            }
            "density" => self.attach_density(probe),
            other => Err(SimError::Unknown {
                what: "probe",
                name: other.to_owned(),
                hint: "; the probes here are series and density.".into(),
            }),
        }
    }

    pub(crate) fn detach_probe(&mut self, probe: &ProbeSpec) {
        if probe.kind == "series" {
            self.series = None;
        }
        if let Some(slot) = self.slot_of(probe) {
            self.cloud.remove_lens(slot);
            self.slots.remove(slot);
        }
    }

    pub(crate) fn read_probe(&self, probe: &ProbeSpec) -> Option<Reading> {
        match probe.kind.as_str() {
            "series" => {
                let mut series = self.series.as_ref()?.series().clone();
                let dimension = self.definition.dimension();
                if self.phases.len() < dimension {
                    let mut place = 0;
                    series.columns.retain(|_| {
                        place += 1;
                        !self.phases.contains(&((place - 1) % dimension))
                    });
                }
                Some(Reading::Series(Arc::new(series)))
            }
            "density" => {
                let slot = self.slot_of(probe)?;
                Some(Reading::Density(self.density(
                    slot,
                    Tone::default(),
                    [0.0; 2],
                )?))
            }
            _ => None,
        }
    }

    fn slot_of(&self, probe: &ProbeSpec) -> Option<usize> {
        self.slots
            .iter()
            .position(|s| s.owner.as_ref() == Some(probe))
    }

    // The time series.

    pub(crate) fn start_series(&mut self) {
        let names = self.column_names();
        let columns: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "")).collect();
        let abscissa = if self.definition.is_map() {
            ("n", "")
        } else {
            ("t", "")
        };
        let mut recorder = Recorder::new(abscissa, &columns, SAMPLES);
        let now: Vec<f64> = self.orbits.iter().flat_map(|o| o.point.clone()).collect();
        recorder.push(self.timing.time(), &now);
        self.series = Some(Arc::new(recorder));
    }

    /// `x`, `y`, `z` of the tracked orbit, `x (2)`, … of those that were started later.
    fn column_names(&self) -> Vec<String> {
        let variables = self.definition.system.variables();
        let name = |number: u32, variable: &String| match number {
            0 => variable.clone(),
            n => format!("{variable} ({})", n + 1),
        };
        self.orbits
            .iter()
            .flat_map(|orbit| variables.iter().map(move |v| name(orbit.number, v)))
            .collect()
    }

    /// Columns for orbits that have joined.
    pub(crate) fn widen_series(&mut self) {
        let names = self.column_names();
        if let Some(series) = &mut self.series {
            let recorder = Arc::make_mut(series);
            for name in names.iter().skip(recorder.series().columns.len()) {
                recorder.add_column(name, "");
            }
        }
    }

    /// Takes over a captured series, or forgets what came after now.
    pub(crate) fn go_back_in_series(&mut self, captured: Option<&Arc<Recorder>>) {
        let time = self.timing.time();
        let columns = self.orbits.len() * self.definition.dimension();
        match (&mut self.series, captured) {
            (None, _) => {}
            (Some(series), Some(captured)) => *series = captured.clone(),
            (Some(series), None) if series.series().columns.len() == columns => {
                Arc::make_mut(series).truncate(time);
            }
            (Some(_), None) => self.start_series(),
        }
    }

    // The density.

    fn attach_density(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        let kinds = self.probe_kinds();
        let declared = kinds
            .iter()
            .find(|k| k.key == "density")
            .map(|k| &k.parameters);
        let mut given = probe.settings.clone();
        given.retain(|key, _| !key.starts_with("axis_"));
        let settings = parameter::complete(declared.map_or(&[][..], |d| d), &given)?;
        let side = |key: &str| {
            let cells = settings.get(key).and_then(Value::as_integer).unwrap_or(1);
            cells.clamp(1, i64::from(lens::MOST_CELLS)) as u32
        };
        let size = [side("width"), side("height")];
        let camera = settings
            .get("camera")
            .and_then(Value::as_vector)
            .unwrap_or(&[]);
        let fixed = !camera.is_empty();
        let frame = if fixed {
            lens::frame_of(camera)?
        } else {
            let points = size.map(f64::from);
            let mut settings = ViewSettings::new(&self.definition, &probe_view(probe));
            settings.style = Style::Density;
            match self.fitted_for(&settings, points) {
                Camera::Plane(plane) => Frame::Rectangle(lens::seen(&plane, points)),
                orbit @ Camera::Orbit(_) => Frame::Camera(orbit),
            }
        };
        let axes = ViewSettings::new(&self.definition, &probe_view(probe)).axes;
        if let Frame::Camera(Camera::Orbit(_)) = frame
            && axes.is_planar()
        {
            return Err(SimError::Value {
                key: "camera".into(),
                value: "an orbit camera".into(),
                expected: "left, top, right and bottom: this system is seen on a plane".into(),
            });
        }
        let slot = match self.slot_of(probe) {
            Some(slot) => slot,
            None if self.slots.len() < LENSES => self.slots.len(),
            None => self
                .slots
                .iter()
                .position(|s| s.owner.is_none())
                .ok_or_else(|| {
                    SimError::other("Two densities are counted already; detach one first.")
                })?,
        };
        self.cloud.set_lens(slot, Lens { axes, frame, size })?;
        let new = Slot {
            owner: Some(probe.clone()),
            fixed,
        };
        match self.slots.get_mut(slot) {
            Some(old) => *old = new,
            None => self.slots.push(new),
        }
        Ok(())
    }

    /// Empties all histograms.
    pub(crate) fn clear_density(&mut self) -> Result<(), SimError> {
        let lenses: Vec<Lens> = self.cloud.lenses().into_iter().cloned().collect();
        for (slot, lens) in lenses.into_iter().enumerate() {
            self.cloud.set_lens(slot, lens)?;
        }
        Ok(())
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot whose picture a view can use, if there is one. A lens that fits better is
    /// counted from the next step on.
    pub(crate) fn ask_density(&self, wanted: &Lens, fits: impl Fn(&Lens) -> bool) -> Option<usize> {
        let mut asked = self.asked();
        asked.turn += 1;
        let turn = asked.turn;
        let lenses = self.cloud.lenses();
        let exact = lenses.iter().position(|l| *l == wanted || fits(l));
        if exact.is_none() && !asked.wishes.contains(wanted) {
            if asked.wishes.len() >= LENSES {
                asked.wishes.remove(0);
            }
            asked.wishes.push(wanted.clone());
        }
        let slot = exact.or_else(|| lenses.iter().position(|l| l.serves(wanted)))?;
        if let Some(last) = asked.last.get_mut(slot) {
            *last = turn;
        }
        Some(slot)
    }

    /// Starts to count what views have asked for, in place of what was asked for longest ago.
    pub(crate) fn take_wishes(&mut self) -> Result<(), SimError> {
        let (wishes, mut last, turn) = {
            let mut asked = self.asked();
            (std::mem::take(&mut asked.wishes), asked.last, asked.turn)
        };
        for wish in wishes {
            if self.cloud.lenses().contains(&&wish) {
                continue;
            }
            let Some(slot) = self.slot_for_a_wish(&last, turn) else {
                continue;
            };
            if slot == self.slots.len() {
                self.slots.push(Slot {
                    owner: None,
                    fixed: false,
                });
            }
            self.cloud.set_lens(slot, wish)?;
            last[slot] = turn;
        }
        let mut slot = 0;
        while slot < self.slots.len() {
            if self.slots[slot].owner.is_none() && turn.saturating_sub(last[slot]) > PATIENCE {
                self.cloud.remove_lens(slot);
                self.slots.remove(slot);
                last.copy_within(slot + 1.., slot);
            } else {
                slot += 1;
            }
        }
        self.asked().last = last;
        Ok(())
    }

    /// The slot that a new lens takes: one that no view looks through any more, else a free one,
    /// else the one that was asked for longest ago.
    fn slot_for_a_wish(&self, last: &[u64; LENSES], turn: u64) -> Option<usize> {
        let loose = (0..self.slots.len()).filter(|slot| !self.slots[*slot].fixed);
        let oldest = loose.min_by_key(|slot| last[*slot]);
        let idle = oldest.filter(|slot| last[*slot] == 0 || turn - last[*slot] > PATIENCE);
        let free = (self.slots.len() < LENSES).then_some(self.slots.len());
        idle.or(free).or(oldest)
    }

    /// A histogram as a layer's content, its rectangle relative to `offset`.
    pub(crate) fn density(&self, slot: usize, tone: Tone, offset: [f64; 2]) -> Option<Density> {
        let lens = self.cloud.lenses().get(slot).copied()?.clone();
        let counts = self.cloud.counts(slot)?;
        let hits = self.cloud.hits(slot);
        let map = self.definition.look.map;
        Some(density_of(&lens, counts, hits, tone, offset, map))
    }
}

/// Hits a cell, as a multiple of the mean over all cells, from which the tone turns from
/// proportional to logarithmic.
const KNEE: f64 = 4.0;

/// Counts seen through a lens, which stand for `hits`. The tone's exposure is reckoned in units
/// of the mean count, so that a picture keeps its contrast while hits gather.
pub(crate) fn density_of(
    lens: &Lens,
    counts: Data<u32>,
    hits: u64,
    tone: Tone,
    offset: [f64; 2],
    map: loom_sim::ColorMap,
) -> Density {
    let [dx, dy] = offset;
    let rectangle = match &lens.frame {
        Frame::Camera(_) => None,
        Frame::Rectangle([left, top, right, bottom]) => {
            Some([left - dx, top - dy, right - dx, bottom - dy].map(|x| x as f32))
        }
    };
    let mean = hits.max(1) as f64 / lens.cells().max(1) as f64;
    let tone = Tone {
        exposure: (f64::from(tone.exposure) / (KNEE * mean)) as f32,
        ..tone
    };
    Density {
        counts,
        width: lens.size[0],
        height: lens.size[1],
        rectangle,
        tone,
        map,
    }
}

/// The settings of a probe that a view would have too: its axes.
fn probe_view(probe: &ProbeSpec) -> loom_sim::Settings {
    let is_axis = |key: &str| key.starts_with("axis_");
    let settings = probe.settings.iter().filter(|(key, _)| is_axis(key));
    settings
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
