//! The kernels of a convolution: how much each neighbour counts, by its distance.

use loom_sim::SimError;

/// The profile of one ring of a kernel, over r from 0 to 1 across the ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Core {
    /// exp(4 − 1/(r (1 − r))).
    Exponential,
    /// (4 r (1 − r))⁴.
    #[default]
    Polynomial,
    /// 1 between a quarter and three quarters.
    Step,
    /// A step with half its height inside, as in the Game of Life.
    Life,
}

impl Core {
    /// Every profile with its key.
    pub const ALL: [(&'static str, Self); 4] = [
        ("exponential", Self::Exponential),
        ("polynomial", Self::Polynomial),
        ("step", Self::Step),
        ("life", Self::Life),
    ];

    /// The profile at r.
    pub fn at(self, r: f64) -> f64 {
        let inside = (0.25..=0.75).contains(&r);
        match self {
            _ if !(0.0..1.0).contains(&r) => 0.0,
            Self::Exponential if r > 0.0 => (4.0 - 1.0 / (r * (1.0 - r))).exp(),
            Self::Exponential => 0.0,
            Self::Polynomial => (4.0 * r * (1.0 - r)).powi(4),
            Self::Step => f64::from(u8::from(inside)),
            Self::Life if r < 0.25 => 0.5,
            Self::Life => f64::from(u8::from(inside)),
        }
    }
}

/// How a kernel's weight depends on the distance.
#[derive(Clone, Debug, PartialEq)]
pub enum Profile {
    /// Lenia's shells: rings of equal width out to `radius` cells, their peaks in `shells`, each
    /// with the profile `core` (Chan 2019, equations 2–4).
    Shells {
        radius: f64,
        shells: Vec<f64>,
        core: Core,
    },
    /// A disc or a ring with soft rims one cell wide: from `inner` to `outer` cells (Rafler 2011,
    /// section 3). A disc has `inner` 0.
    Ring { inner: f64, outer: f64 },
}

impl Profile {
    /// The weight at a distance of so many cells.
    pub fn at(&self, distance: f64) -> f64 {
        match self {
            Self::Shells {
                radius,
                shells,
                core,
            } => {
                if distance >= *radius {
                    return 0.0;
                }
                let place = shells.len() as f64 * distance / radius;
                let shell = (place.floor() as usize).min(shells.len().saturating_sub(1));
                shells
                    .get(shell)
                    .map_or(0.0, |peak| peak * core.at(place - shell as f64))
            }
            Self::Ring { inner, outer } => {
                let within = |radius: f64| (radius + 0.5 - distance).clamp(0.0, 1.0);
                let hole = if *inner > 0.0 { within(*inner) } else { 0.0 };
                within(*outer) * (1.0 - hole)
            }
        }
    }

    /// Cells from the middle beyond which all weights are 0.
    pub fn reach(&self) -> usize {
        match self {
            Self::Shells { radius, .. } => radius.ceil() as usize,
            Self::Ring { outer, .. } => (outer + 0.5).ceil() as usize,
        }
    }
}

/// The largest radius of a kernel, in cells.
pub const MOST_RADIUS: f64 = 256.0;

/// A neighbour: how far to the right, how far down, and its share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    pub x: i32,
    pub y: i32,
    pub weight: f64,
}

/// A kernel that reads one species, its weights normed to a sum of 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    pub profile: Profile,
    /// The species that it reads.
    pub from: usize,
    neighbours: Vec<Neighbour>,
    reach: usize,
}

impl Kernel {
    /// Sets the weights.
    ///
    /// # Errors
    /// A radius that is no number from 0 to [`MOST_RADIUS`]; a kernel without weight.
    pub fn new(profile: Profile, from: usize) -> Result<Self, SimError> {
        let radius = match &profile {
            Profile::Shells { radius, .. } => *radius,
            Profile::Ring { outer, .. } => *outer,
        };
        if !(radius > 0.0 && radius <= MOST_RADIUS) {
            return Err(SimError::other(format!(
                "A kernel of radius {radius} can't be made: give a radius from 1 to {MOST_RADIUS} \
                 cells."
            )));
        }
        let reach = profile.reach();
        let range = -(reach as i32)..=reach as i32;
        let mut neighbours = Vec::new();
        for y in range.clone() {
            for x in range.clone() {
                let weight = profile.at(f64::from(x).hypot(f64::from(y)));
                if weight != 0.0 {
                    neighbours.push(Neighbour { x, y, weight });
                }
            }
        }
        let sum: f64 = neighbours.iter().map(|n| n.weight).sum();
        if !(sum.is_finite() && sum > 0.0) {
            return Err(SimError::other(
                "A kernel's weights sum to nothing: give a larger radius, or shells above 0.",
            ));
        }
        for neighbour in &mut neighbours {
            neighbour.weight /= sum;
        }
        Ok(Self {
            profile,
            from,
            neighbours,
            reach,
        })
    }

    /// All neighbours whose weight is not 0, row by row; the cell itself may be one.
    pub fn neighbours(&self) -> &[Neighbour] {
        &self.neighbours
    }

    /// Cells from the middle beyond which there is no neighbour.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// The weights laid on a torus around cell (0, 0), row by row: what the Fourier transform
    /// takes. Where the kernel is wider than the torus its ends lie over each other.
    pub fn on_torus(&self, width: usize, height: usize) -> Vec<f64> {
        let mut plane = vec![0.0; width * height];
        for n in &self.neighbours {
            let x = i64::from(n.x).rem_euclid(width as i64) as usize;
            let y = i64::from(n.y).rem_euclid(height as i64) as usize;
            plane[y * width + x] += n.weight;
        }
        plane
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shells(radius: f64, shells: &[f64]) -> Profile {
        Profile::Shells {
            radius,
            shells: shells.to_vec(),
            core: Core::Polynomial,
        }
    }

    #[test]
    fn weights_sum_to_one_and_are_the_same_in_all_four_directions() {
        for profile in [
            shells(13.0, &[1.0]),
            shells(18.0, &[0.5, 1.0, 1.0 / 3.0]),
            Profile::Ring {
                inner: 4.0,
                outer: 12.0,
            },
        ] {
            let kernel = Kernel::new(profile, 0).unwrap();
            let at = |x: i32, y: i32| {
                let found = kernel.neighbours().iter().find(|n| n.x == x && n.y == y);
                found.map_or(0.0, |n| n.weight)
            };
            let sum: f64 = kernel.neighbours().iter().map(|n| n.weight).sum();
            assert!((sum - 1.0).abs() < 1e-12);
            for n in kernel.neighbours() {
                assert_eq!(n.weight, at(-n.y, n.x));
            }
        }
    }

    #[test]
    fn every_core_is_zero_at_its_rims_and_one_in_the_middle() {
        for (key, core) in Core::ALL {
            assert!((core.at(0.5) - 1.0).abs() < 1e-12, "{key}");
            assert_eq!(core.at(1.0), 0.0, "{key}");
            assert_eq!(core.at(-0.1), 0.0, "{key}");
        }
    }

    #[test]
    fn a_kernel_without_weight_or_beyond_the_limit_is_refused() {
        assert!(Kernel::new(shells(13.0, &[0.0]), 0).is_err());
        assert!(Kernel::new(shells(0.0, &[1.0]), 0).is_err());
        assert!(Kernel::new(shells(f64::NAN, &[1.0]), 0).is_err());
        assert!(Kernel::new(shells(1e9, &[1.0]), 0).is_err());
    }
}
