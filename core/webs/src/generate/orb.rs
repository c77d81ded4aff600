//! The orb web: anchors, frame, radials, hub, free zone and an arithmetic capture spiral.
//!
//! The web stands in the x–z plane around the origin, y pointing through it. Its spiral is
//! r(φ) = r₀ + s φ / 2π about the hub; it crosses a radial wherever that radius stays clear of
//! the frame, so that short radials carry fewer turns, as in a spider's web. This plan is then
//! brought into balance under the tensions of its silk (see [`super::form`]), which bows the
//! frame inwards between the radials.

use std::f64::consts::TAU;

use loom_sim::seed::{stream, unit};

use crate::error::{Result, WebError};
use crate::generate::form::tighten;
use crate::generate::silk::SilkTable;
use crate::web::{Node, SilkKind, Web};

/// How an orb web is built. Lengths are metres.
#[derive(Clone, Debug, PartialEq)]
pub struct OrbSettings {
    /// Corners of the frame, each with an anchor thread: 3 to 24.
    pub anchors: usize,
    /// From the centre to the frame's corners: 0.02 to 2 m.
    pub frame_radius: f64,
    /// Height of the frame over its width: 0.5 to 2.
    pub aspect: f64,
    /// How far corners stray in angle and radius: 0 (regular polygon) to 1.
    pub frame_irregularity: f64,
    /// Length of the anchor threads over the frame's radius: 0.05 to 2.
    pub anchor_length: f64,
    /// Number of radials: 3 to 200.
    pub radials: usize,
    /// How far radials stray from even angles, in sectors: 0 to 0.8.
    pub radial_irregularity: f64,
    /// Radius of the hub's outermost ring: 0.001 to 0.5 m.
    pub hub_radius: f64,
    /// Rings of the hub: 1 to 12.
    pub hub_rings: usize,
    /// Width of the free zone between hub and spiral: 0 to 0.5 m.
    pub free_zone: f64,
    /// Turns of the capture spiral: 0 to 200.
    pub turns: usize,
    /// Distance between turns: 0.0005 to 0.1 m.
    pub spacing: f64,
    /// Height of the hub above the centre over the frame's radius: −0.5 to 0.5.
    pub asymmetry: f64,
    /// Radius, material and tension of each kind of silk.
    pub silk: SilkTable,
}

impl Default for OrbSettings {
    /// A garden spider's web, 32 cm across.
    fn default() -> Self {
        Self {
            anchors: 6,
            frame_radius: 0.18,
            aspect: 1.1,
            frame_irregularity: 0.35,
            anchor_length: 0.35,
            radials: 26,
            radial_irregularity: 0.35,
            hub_radius: 0.014,
            hub_rings: 3,
            free_zone: 0.014,
            turns: 22,
            spacing: 0.005,
            asymmetry: 0.12,
            silk: SilkTable::default(),
        }
    }
}

impl OrbSettings {
    /// Refuses what lies outside the ranges stated at each field.
    pub fn check(&self) -> Result<()> {
        let counts = [
            ("anchors", self.anchors, 3, 24),
            ("radials", self.radials, 3, 200),
            ("hub_rings", self.hub_rings, 1, 12),
            ("turns", self.turns, 0, 200),
        ];
        for (name, value, low, high) in counts {
            within(name, value as f64, "", low as f64, high as f64)?;
        }
        let numbers = [
            ("frame_radius", self.frame_radius, "m", 0.02, 2.0),
            ("aspect", self.aspect, "", 0.5, 2.0),
            ("frame_irregularity", self.frame_irregularity, "", 0.0, 1.0),
            ("anchor_length", self.anchor_length, "", 0.05, 2.0),
            (
                "radial_irregularity",
                self.radial_irregularity,
                "",
                0.0,
                0.8,
            ),
            ("hub_radius", self.hub_radius, "m", 0.001, 0.5),
            ("free_zone", self.free_zone, "m", 0.0, 0.5),
            ("spacing", self.spacing, "m", 0.0005, 0.1),
            ("asymmetry", self.asymmetry, "", -0.5, 0.5),
        ];
        for (name, value, unit, low, high) in numbers {
            within(name, value, unit, low, high)?;
        }
        Ok(())
    }
}

fn within(name: &'static str, value: f64, unit: &'static str, low: f64, high: f64) -> Result<()> {
    if value >= low && value <= high {
        return Ok(());
    }
    let problem = format!("choose a value from {low} to {high} {unit}")
        .trim_end()
        .to_owned();
    Err(WebError::Setting {
        name,
        value,
        unit,
        problem,
    })
}

/// Points of the web's plane: x and z.
type Flat = [f64; 2];

fn cross(a: Flat, b: Flat) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}
fn minus(a: Flat, b: Flat) -> Flat {
    [a[0] - b[0], a[1] - b[1]]
}
fn along(a: Flat, b: Flat, t: f64) -> Flat {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}
fn length(a: Flat) -> f64 {
    a[0].hypot(a[1])
}
fn upright(p: Flat) -> [f64; 3] {
    [p[0], 0.0, p[1]]
}

/// A radial's end on the frame.
struct End {
    /// The frame's side, from corner `side` to the next.
    side: usize,
    /// Place on that side, 0 to 1.
    t: f64,
}

/// Builds an orb web in balance. The same settings and seed give the same web.
pub fn orb(settings: &OrbSettings, seed: u64) -> Result<Web> {
    let mut web = plan(settings, seed)?;
    let tension: Vec<f64> = web
        .threads
        .iter()
        .map(|t| settings.silk.get(t.kind).prestress)
        .collect();
    tighten(&mut web, &tension);
    Ok(web)
}

/// The orb web as it is laid out, before its threads pull: radials straight, spiral arithmetic,
/// no thread under tension.
pub fn plan(settings: &OrbSettings, seed: u64) -> Result<Web> {
    settings.check()?;
    let s = settings;
    let corners = frame_corners(s, seed);
    let hub = [0.0, s.asymmetry * s.frame_radius];
    for (k, &corner) in corners.iter().enumerate() {
        let next = next_corner(&corners, k);
        if cross(minus(corner, hub), minus(next, hub)) <= 0.02 * s.frame_radius * s.frame_radius {
            return Err(WebError::Setting {
                name: "asymmetry",
                value: s.asymmetry,
                unit: "",
                problem: "the hub comes too near to the frame: lower the asymmetry or the \
                          frame's irregularity"
                    .to_owned(),
            });
        }
    }
    let ends = radial_ends(s, seed, &corners, hub);

    let mut web = Web::empty("Orb web");
    let centre = web.add_node(Node::free(upright(hub)));
    let corner_nodes: Vec<u32> = corners
        .iter()
        .map(|&c| web.add_node(Node::free(upright(c))))
        .collect();
    let anchor_nodes: Vec<u32> = corners
        .iter()
        .map(|&c| {
            let out = 1.0 + s.anchor_length * s.frame_radius / length(c);
            web.add_node(Node::pinned(upright([c[0] * out, c[1] * out])))
        })
        .collect();
    let span = |web: &mut Web, a: u32, b: u32, kind: SilkKind| {
        let silk = s.silk.get(kind);
        web.span([a, b], kind, silk.radius, silk.material, 0.0);
    };
    for (&corner, &anchor) in corner_nodes.iter().zip(&anchor_nodes) {
        span(&mut web, corner, anchor, SilkKind::Anchor);
    }

    // Radials, from the hub outwards: hub rings, crossings of the spiral, the frame.
    let start = s.hub_radius + s.free_zone.max(0.5 * s.spacing);
    let mut first_angle: Option<f64> = None;
    let mut rings: Vec<Vec<u32>> = vec![Vec::new(); s.hub_rings];
    let mut crossings: Vec<Vec<Option<u32>>> = Vec::with_capacity(s.radials);
    let mut frame_nodes = Vec::with_capacity(s.radials);
    for end in &ends {
        let foot = along(corners[end.side], next_corner(&corners, end.side), end.t);
        let ray = minus(foot, hub);
        let reach = length(ray);
        if start > 0.85 * reach {
            return Err(WebError::Setting {
                name: "hub_radius",
                value: s.hub_radius,
                unit: "m",
                problem: format!(
                    "hub and free zone ({start:.4} m) reach the frame, which is {reach:.4} m \
                     away: lower them or enlarge the frame"
                ),
            });
        }
        let at = |r: f64| upright(along(hub, foot, r / reach));
        let mut inner = centre;
        for (ring, members) in rings.iter_mut().enumerate() {
            let r = s.hub_radius * (ring + 1) as f64 / s.hub_rings as f64;
            let node = web.add_node(Node::free(at(r)));
            span(&mut web, inner, node, SilkKind::Radial);
            members.push(node);
            inner = node;
        }
        let angle = ray[1].atan2(ray[0]);
        let turned = match first_angle {
            None => 0.0,
            Some(first) => (angle - first + TAU).rem_euclid(TAU) / TAU,
        };
        first_angle.get_or_insert(angle);
        let mut radial = Vec::with_capacity(s.turns);
        for turn in 0..s.turns {
            let r = start + s.spacing * (turn as f64 + turned);
            if r > reach - s.spacing.max(0.02 * reach) {
                break;
            }
            let node = web.add_node(Node::free(at(r)));
            span(&mut web, inner, node, SilkKind::Radial);
            radial.push(Some(node));
            inner = node;
        }
        radial.resize(s.turns, None);
        crossings.push(radial);
        let node = web.add_node(Node::free(upright(foot)));
        span(&mut web, inner, node, SilkKind::Radial);
        frame_nodes.push(node);
    }

    for members in &rings {
        for (k, &node) in members.iter().enumerate() {
            span(
                &mut web,
                node,
                members[(k + 1) % members.len()],
                SilkKind::Hub,
            );
        }
    }
    for side in 0..s.anchors {
        let mut last = corner_nodes[side];
        for (_, &node) in ends
            .iter()
            .zip(&frame_nodes)
            .filter(|(end, _)| end.side == side)
        {
            span(&mut web, last, node, SilkKind::Frame);
            last = node;
        }
        span(
            &mut web,
            last,
            corner_nodes[(side + 1) % s.anchors],
            SilkKind::Frame,
        );
    }
    let mut last: Option<u32> = None;
    for turn in 0..s.turns {
        for radial in &crossings {
            let here = radial[turn];
            if let (Some(a), Some(b)) = (last, here) {
                span(&mut web, a, b, SilkKind::CaptureSpiral);
            }
            last = here;
        }
    }
    Ok(web)
}

fn next_corner(corners: &[Flat], side: usize) -> Flat {
    corners[(side + 1) % corners.len()]
}

/// Corners counter-clockwise, as seen with x to the right and z up.
fn frame_corners(s: &OrbSettings, seed: u64) -> Vec<Flat> {
    let mut random = stream(seed, "webs: orb frame");
    (0..s.anchors)
        .map(|k| {
            let stray = s.frame_irregularity;
            let turn = 0.5 + 0.6 * stray * (unit(&mut random) - 0.5);
            let angle = TAU * (k as f64 + turn) / s.anchors as f64;
            let r = s.frame_radius * (1.0 - 0.4 * stray * unit(&mut random));
            let squeeze = s.aspect.sqrt();
            [r * angle.cos() / squeeze, r * angle.sin() * squeeze]
        })
        .collect()
}

/// Where each radial meets the frame, counter-clockwise. On every side the feet keep clear of
/// each other and of the corners, so that no thread of the frame becomes too short to hold.
fn radial_ends(s: &OrbSettings, seed: u64, corners: &[Flat], hub: Flat) -> Vec<End> {
    let mut random = stream(seed, "webs: orb radials");
    let mut sides: Vec<Vec<f64>> = vec![Vec::new(); corners.len()];
    for i in 0..s.radials {
        let stray = s.radial_irregularity * (unit(&mut random) - 0.5);
        let angle = TAU * (i as f64 + 0.5 + stray) / s.radials as f64;
        let ray = [angle.cos(), angle.sin()];
        for (k, &corner) in corners.iter().enumerate() {
            let before = cross(minus(corner, hub), ray);
            let after = cross(ray, minus(next_corner(corners, k), hub));
            if before >= 0.0 && after > 0.0 {
                sides[k].push(before / (before + after));
                break;
            }
        }
    }
    let mut ends = Vec::with_capacity(s.radials);
    for (side, feet) in sides.iter_mut().enumerate() {
        feet.sort_by(f64::total_cmp);
        let gap = 0.5 / (feet.len() + 1) as f64;
        let mut least = 0.0;
        for t in feet.iter_mut() {
            *t = t.max(least + gap);
            least = *t;
        }
        let mut most = 1.0;
        for t in feet.iter_mut().rev() {
            *t = t.min(most - gap);
            most = *t;
        }
        ends.extend(feet.iter().map(|&t| End { side, t }));
    }
    ends
}
