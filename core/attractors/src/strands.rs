//! The followed orbits in a picture: their trails as lines, tubes or dots, each with a dot where
//! it is now.

use loom_formula::Clock;
use loom_sim::scene::{Layer, LineTopology, Lines, Paint, Points, Tubes, Vertex};
use loom_sim::{Ink, Rgba, Scene, SimError, View};

use crate::definition::{ColorBy, Style};
use crate::fitting::extent;
use crate::motion::Motion;
use crate::settings::ViewSettings;
use crate::sight::Sight;
use crate::simulation::captured;
use crate::stepping;
use crate::trail::{Orbit, Trail};

/// A trail as it is drawn.
struct Strand {
    vertices: Vec<Vertex>,
    /// The first so many lie before the horizon.
    believed: usize,
}

/// The width of a tube beyond the horizon, in that before it.
const THIN: f32 = 0.4;
/// How much of a colour is left beyond the horizon.
const LEFT: f32 = 0.32;

/// Colours of the orbits that were started by hand: Okabe and Ito's, which colour-blind readers
/// can tell apart.
const ORBIT_COLORS: [Rgba; 7] = [
    Rgba::hex(0xE6_9F00),
    Rgba::hex(0x56_B4E9),
    Rgba::hex(0x00_9E73),
    Rgba::hex(0xD5_5E00),
    Rgba::hex(0xCC_79A7),
    Rgba::hex(0x00_72B2),
    Rgba::hex(0xF0_E442),
];

/// The colour of an orbit by its number, from 1.
pub fn orbit_color(number: u32) -> Rgba {
    ORBIT_COLORS[(number as usize + ORBIT_COLORS.len() - 1) % ORBIT_COLORS.len()]
}

impl Motion {
    /// The orbit that every run has.
    pub(crate) fn push_trails(
        &self,
        scene: &mut Scene,
        settings: &ViewSettings,
        range: [f64; 2],
        view: &View,
        offset: [f64; 2],
    ) {
        if let Some(orbit) = self.orbits.first() {
            let paint = self.paint(settings, view.ink.text, range, 1.0);
            let strand = self.strand(orbit, settings, offset, self.shadow.parted);
            self.push_strand(scene, strand, settings, view, paint, view.ink.text);
        }
    }

    /// The orbits that were started by hand, and the twin's.
    pub(crate) fn push_orbits(
        &self,
        scene: &mut Scene,
        settings: &ViewSettings,
        view: &View,
        offset: [f64; 2],
    ) -> Result<(), SimError> {
        for orbit in self.orbits.iter().skip(1) {
            let color = orbit_color(orbit.number);
            let strand = self.strand(orbit, settings, offset, None);
            self.push_strand(scene, strand, settings, view, Paint::Solid(color), color);
        }
        let Some(capture) = &view.compare else {
            return Ok(());
        };
        let twin = captured(capture)?;
        let color = if view.ink.dark {
            Rgba::hex(0xFF_6B6B)
        } else {
            Rgba::hex(0xC0_3538)
        };
        if let (Some(ours), Some(orbit)) = (self.orbits.first(), twin.orbits.first()) {
            if !matches!(settings.style, Style::Trails | Style::Tubes | Style::Phase) {
                let paint = Paint::Solid(view.ink.secondary);
                let strand = self.strand(ours, settings, offset, self.shadow.parted);
                self.push_strand(scene, strand, settings, view, paint, view.ink.text);
            }
            let strand = self.strand(orbit, settings, offset, twin.shadow.parted);
            self.push_strand(scene, strand, settings, view, Paint::Solid(color), color);
        }
        Ok(())
    }

    /// A trail, faint where it can no longer be believed, and the dot at its end.
    fn push_strand(
        &self,
        scene: &mut Scene,
        strand: Strand,
        settings: &ViewSettings,
        view: &View,
        paint: Paint,
        head: Rgba,
    ) {
        let Strand { vertices, believed } = strand;
        let Some(last) = vertices.last().copied() else {
            return;
        };
        let count = vertices.len();
        // Twins are there to show how orbits part.
        let fades = settings.horizon || view.compare.is_some();
        if !fades || believed >= count {
            scene
                .layers
                .push(self.strand_layer(vertices, settings, paint, 1.0));
        } else {
            let faint = faint(&paint, &view.ink);
            // The vertex where it begins belongs to both.
            let beyond = vertices[believed.saturating_sub(1)..].to_vec();
            let within = vertices[..believed].to_vec();
            if !within.is_empty() {
                scene
                    .layers
                    .push(self.strand_layer(within, settings, paint, 1.0));
            }
            scene
                .layers
                .push(self.strand_layer(beyond, settings, faint, THIN));
        }
        scene.layers.push(Layer::Points(Points {
            vertices: vec![last].into(),
            size: 6.0,
            paint: Paint::Solid(head),
            additive: false,
        }));
    }

    /// An orbit's trail over the view's stretch of time.
    fn strand(
        &self,
        orbit: &Orbit,
        settings: &ViewSettings,
        offset: [f64; 2],
        parted: Option<f64>,
    ) -> Strand {
        let trail = &orbit.trail;
        let first = trail.since(self.timing.time() - settings.trail);
        let (samples, places) = match settings.delays {
            Some(delays) => delays.points(trail, first),
            None => (
                (first..trail.len()).collect(),
                self.places(trail, first, settings).unwrap_or_default(),
            ),
        };
        let values = self
            .trail_values(orbit, first, settings)
            .unwrap_or_default();
        let value = |sample: usize| values.get(sample - first).copied().unwrap_or(0.0);
        let (high, planar) = (settings.color == ColorBy::Height, settings.is_planar());
        let vertices = samples
            .iter()
            .zip(places)
            .map(|(sample, [x, y, z])| {
                Vertex::new(
                    (x - offset[0]) as f32,
                    (y * settings.stretch - offset[1]) as f32,
                    z as f32,
                    match (high, planar) {
                        (true, true) => y as f32,
                        (true, false) => z as f32,
                        (false, _) => value(*sample) as f32,
                    },
                )
            })
            .collect();
        let believed = parted.map_or(samples.len(), |parted| {
            samples.partition_point(|sample| trail.time(*sample) <= parted)
        });
        Strand { vertices, believed }
    }

    /// Where the samples of a trail are seen.
    fn places(
        &self,
        trail: &Trail,
        first: usize,
        settings: &ViewSettings,
    ) -> Result<Vec<[f64; 3]>, SimError> {
        let sight = self.sight(settings);
        let dimension = self.definition.coordinates.len();
        let state = |i: usize| (0..dimension).map(move |v| trail.coordinate(i, v));
        let see = |states: &[f64], clock: Clock| {
            sight.points_of(settings.axes, states, dimension, &self.constants, clock)
        };
        if let Sight::Formulas(formulas) = &sight
            && formulas.is_timed()
        {
            let mut list = Vec::new();
            for i in first..trail.len() {
                let states: Vec<f64> = state(i).collect();
                list.extend(see(&states, Clock::starting_at(trail.time(i), 1.0))?);
            }
            return Ok(list);
        }
        let states: Vec<f64> = (first..trail.len()).flat_map(state).collect();
        see(&states, stepping::clock(&self.timing))
    }

    /// A line or a tube for a flow, dots for a map.
    fn strand_layer(
        &self,
        mut vertices: Vec<Vertex>,
        settings: &ViewSettings,
        paint: Paint,
        width: f32,
    ) -> Layer {
        if self.definition.is_map() {
            return Layer::Points(Points {
                vertices: vertices.into(),
                size: settings.point_size.max(2.0),
                paint,
                additive: false,
            });
        }
        let wrapped = if settings.along_variables() {
            settings.axes.wrapped()
        } else {
            [false; 3]
        };
        if settings.style == Style::Tubes && !settings.is_planar() {
            let radius = width * self.tube_radius(settings);
            let (vertices, topology) = cut(spaced(vertices, 0.7 * radius), wrapped);
            return Layer::Tubes(Tubes {
                vertices: vertices.into(),
                topology,
                radius,
                paint,
            });
        }
        // A line needs two points.
        if vertices.len() == 1 {
            vertices.push(vertices[0]);
        }
        let (vertices, topology) = cut(vertices, wrapped);
        Layer::Lines(Lines {
            vertices: vertices.into(),
            topology,
            width: settings.point_size.max(1.0),
            paint,
        })
    }

    /// World units.
    fn tube_radius(&self, settings: &ViewSettings) -> f32 {
        let size = extent(&self.home_points(settings)).max(f64::MIN_POSITIVE);
        (0.5 * settings.thickness / 100.0 * size) as f32
    }
}

/// A colour between the ground and a paint's own, or the text's where that has many.
fn faint(paint: &Paint, ink: &Ink) -> Paint {
    let color = match paint {
        Paint::Solid(color) => *color,
        Paint::Map { .. } => ink.text,
    };
    let mix = |k: usize| {
        let (a, b) = (f32::from(ink.ground.0[k]), f32::from(color.0[k]));
        (a + LEFT * (b - a)).round() as u8
    };
    Paint::Solid(Rgba([mix(0), mix(1), mix(2), color.0[3]]))
}

/// A line, cut where an angle goes from one end of its axis to the other.
fn cut(vertices: Vec<Vertex>, wrapped: [bool; 3]) -> (Vec<Vertex>, LineTopology) {
    let goes_round = |pair: &[Vertex]| {
        (0..3).any(|k| {
            wrapped[k] && (pair[1].position[k] - pair[0].position[k]).abs() > std::f32::consts::PI
        })
    };
    let run = vertices.len();
    if wrapped == [false; 3] || !vertices.windows(2).any(goes_round) {
        return (vertices, LineTopology::Strips { run });
    }
    let pieces = vertices.windows(2).filter(|pair| !goes_round(pair));
    (pieces.flatten().copied().collect(), LineTopology::Segments)
}

/// Leaves out points that are nearer than `least` to the one before; the ends stay.
fn spaced(vertices: Vec<Vertex>, least: f32) -> Vec<Vertex> {
    let far = |a: &Vertex, b: &Vertex| {
        let squares = (0..3).map(|k| (a.position[k] - b.position[k]).powi(2));
        squares.sum::<f32>() >= least * least
    };
    let mut kept: Vec<Vertex> = Vec::with_capacity(vertices.len());
    let last = vertices.len().saturating_sub(1);
    for (i, vertex) in vertices.into_iter().enumerate() {
        if i == last || kept.last().is_none_or(|before| far(before, &vertex)) {
            kept.push(vertex);
        }
    }
    kept
}
