//! Fixed points within a window and what becomes of their neighbours.

use nalgebra::Complex;

use super::flow::Moment;
use super::window::Window;

/// The most that are told; lines of fixed points have endlessly many.
const MOST: usize = 64;
/// Starts of Newton's method on a side, besides the places where nullclines meet.
const STARTS: [usize; 2] = [12, 8];

/// A fixed point.
#[derive(Clone, Debug, PartialEq)]
pub struct Rest {
    pub place: [f64; 2],
    pub eigenvalues: Vec<Complex<f64>>,
    /// "saddle", "stable focus", …
    pub kind: &'static str,
    pub stability: Stability,
    /// ∂fᵢ/∂xⱼ across and up; of one variable only the first entry counts.
    pub jacobian: [[f64; 2]; 2],
}

/// How a fixed point is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// Neighbours come nearer: a filled dot.
    Stable,
    /// Neighbours go away: an open circle.
    Unstable,
    /// Some come, some go: half filled.
    Saddle,
    /// Linearly neither: a circle with a point, a centre's.
    Neutral,
    /// On a line: neighbours on one side come, those on the other go.
    Half { left: bool },
}

impl Rest {
    fn stability(eigenvalues: &[Complex<f64>]) -> Stability {
        let size = eigenvalues.iter().map(|z| z.norm()).fold(1e-300, f64::max);
        let still = 1e-9 * size;
        let up = eigenvalues.iter().any(|z| z.re > still);
        let down = eigenvalues.iter().any(|z| z.re < -still);
        let all = eigenvalues.iter().all(|z| z.re.abs() > still);
        match (up, down, all) {
            (true, true, _) => Stability::Saddle,
            (true, false, true) => Stability::Unstable,
            (false, true, true) => Stability::Stable,
            _ => Stability::Neutral,
        }
    }

    /// "Saddle · λ = 1.2, −3.4".
    pub fn label(&self) -> String {
        let mut name = self.kind.to_owned();
        if let Some(first) = name.get(..1) {
            name.replace_range(..1, &first.to_uppercase());
        }
        let list: Vec<String> = match self.eigenvalues[..] {
            // What is left of a centre's real part is rounding.
            [z, _] if z.im != 0.0 && z.re.abs() < 1e-9 * z.im.abs() => {
                vec![format!("±{}i", number(z.im.abs()))]
            }
            [z, _] if z.im != 0.0 => {
                vec![format!("{} ± {}i", number(z.re), number(z.im.abs()))]
            }
            _ => self.eigenvalues.iter().map(|z| number(z.re)).collect(),
        };
        format!("{name} · λ = {}", list.join(", "))
    }
}

/// Four digits, with a minus sign that is one.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 {
        return "0".into();
    }
    let text = if !(1e-3..1e5).contains(&size) {
        format!("{x:.3e}")
    } else {
        let places = (3.0 - size.max(1e-3).log10().floor()).clamp(0.0, 6.0) as usize;
        format!("{x:.places$}")
    };
    text.replace('-', "−")
}

/// The fixed points in and close around the window. Newton's method starts where nullclines
/// meet and from a coarse net, so that one at which they only touch is found too.
pub fn find(window: &Window, meetings: &[[f64; 2]], moment: &mut Moment<'_>) -> Vec<Rest> {
    let scale = window.extent();
    if !(scale > 0.0 && scale.is_finite()) {
        return Vec::new();
    }
    let [columns, rows] = STARTS;
    let net = (0..columns * rows).map(|i| {
        let part = [
            (0.5 + (i % columns) as f64) / columns as f64,
            (0.5 + (i / columns) as f64) / rows as f64,
        ];
        [0, 1].map(|k| {
            let [low, high] = window.sides[k];
            low + part[k] * (high - low)
        })
    });
    // A line of fixed points has them everywhere: a part is enough.
    let meetings = meetings.iter().copied().take(4 * MOST);
    let mut found: Vec<Rest> = Vec::new();
    for start in meetings.chain(net) {
        let Some(state) = moment.newton.find(&moment.state(start), 1, scale) else {
            continue;
        };
        let place = moment.place(&state);
        if !window.holds(place, 0.5) || found.iter().any(|r| window.distance(r.place, place) < 0.05)
        {
            continue;
        }
        found.push(at(state, moment));
        if found.len() >= MOST {
            break;
        }
    }
    found.sort_by(|a, b| a.place[0].total_cmp(&b.place[0]));
    found
}

/// What a state at which the flow rests is like.
fn at(state: Vec<f64>, moment: &mut Moment<'_>) -> Rest {
    let place = moment.place(&state);
    let axes = moment.axes();
    let (_, matrix) = moment.newton.at(&state);
    let entry = |i: usize, j: usize| matrix.get((i, j)).copied().unwrap_or(0.0);
    let jacobian = [0, 1].map(|i| [0, 1].map(|j| entry(axes[i], axes[j])));
    let described = moment.newton.describe(state, 1);
    Rest {
        place,
        kind: described.kind(false),
        stability: Rest::stability(&described.eigenvalues),
        eigenvalues: described.eigenvalues,
        jacobian,
    }
}

impl Rest {
    /// A real eigenvalue's direction (across, up), of the Jacobian in the plane's own units.
    pub fn direction(&self, eigenvalue: f64) -> [f64; 2] {
        let [[a, b], [c, d]] = self.jacobian;
        let (first, second) = ([b, eigenvalue - a], [eigenvalue - d, c]);
        let size = |v: [f64; 2]| v[0].hypot(v[1]);
        let best = if size(first) >= size(second) {
            first
        } else {
            second
        };
        if size(best) > 0.0 {
            best
        } else {
            // A multiple of the identity: every direction is one.
            [1.0, 0.0]
        }
    }
}
