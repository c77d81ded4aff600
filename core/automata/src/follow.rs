//! A camera that goes along with a moving pattern, or at a velocity that is given.

use std::sync::{Mutex, PoisonError};

use loom_sim::camera::Spot;
use loom_sim::{Camera, Effect, Followed, Parameter, Value, View};
use num_bigint::BigUint;
use num_traits::ToPrimitive;

use crate::world::World;

/// What is followed, and from which generation on: (velocity as written, generation).
pub(crate) type Since = Mutex<Option<(String, BigUint)>>;

/// The settings of a view.
pub(crate) fn parameters() -> Vec<Parameter> {
    let view = |parameter: Parameter| parameter.effect(Effect::View).group("View");
    let choices = [
        ("off", "Nothing"),
        ("pattern", "The pattern"),
        ("velocity", "A velocity"),
    ];
    vec![
        view(Parameter::choice("follow", "Follow", "off", &choices)).help(
            "The camera keeps the middle of the live cells in the middle of the view, or moves \
             with a velocity of your own.",
        ),
        view(Parameter::text("velocity", "Velocity", "(1,1)c/4"))
            .when("follow", &["velocity"])
            .help(
                "Cells to the east and to the south, and the generations that they take: (1,1)c/4 \
                 is a glider's, (2,0)c/4 a lightweight spaceship's.",
            ),
    ]
}

/// A velocity in the notation of the field, `(2,1)c/6`, as cells to the east and south in one
/// generation; `c/4` alone moves east, a second word `diagonal` east and south.
pub(crate) fn velocity(text: &str) -> Option<[f64; 2]> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    let (steps, rest) = match plain.strip_prefix('(') {
        Some(inner) => {
            let (steps, rest) = inner.split_once(')')?;
            let (x, y) = steps.split_once(',')?;
            ([x.parse::<i64>().ok()?, y.parse().ok()?], rest)
        }
        None => {
            let at = plain.find('c')?;
            let times: i64 = match &plain[..at] {
                "" => 1,
                number => number.parse().ok()?,
            };
            let diagonal = plain.ends_with("diagonal");
            ([times, if diagonal { times } else { 0 }], &plain[at..])
        }
    };
    let rest = rest.strip_prefix('c')?;
    let rest = rest
        .trim_end_matches("diagonal")
        .trim_end_matches("orthogonal");
    let period: i64 = match rest.strip_prefix('/') {
        Some(period) => period.parse().ok()?,
        None if rest.is_empty() => 1,
        None => return None,
    };
    (period > 0).then(|| steps.map(|s| s as f64 / period as f64))
}

/// The middle of the live cells, or of the grid where none lives.
fn middle(world: &World) -> Option<Spot> {
    let (x, y, width, height) = world.bounds().ok()??;
    let axis = |start: num_bigint::BigInt, length: BigUint| {
        let twice: num_bigint::BigInt = start * 2 + num_bigint::BigInt::from(length);
        twice.to_i128()
    };
    let (x, y) = (axis(x, width)?, axis(y, height)?);
    Some(Spot {
        whole: [x.div_euclid(2), y.div_euclid(2)],
        part: [x.rem_euclid(2) as f64 / 2.0, y.rem_euclid(2) as f64 / 2.0],
    })
}

/// The camera of a view that follows something.
pub(crate) fn follow(world: &World, since: &Since, view: &View) -> Option<Followed> {
    let text = |key: &str| view.settings.get(key).and_then(Value::as_text);
    let Some(Camera::Plane(own)) = &view.camera else {
        return None;
    };
    let mut plane = own.clone();
    match text("follow")? {
        "pattern" => {
            plane.look_at(middle(world)?);
            Some(Followed {
                camera: Camera::Plane(plane),
                moved: [0.0; 2],
            })
        }
        "velocity" => {
            let written = text("velocity").unwrap_or("(1,1)c/4");
            let [x, y] = velocity(written)?;
            let mut since = since.lock().unwrap_or_else(PoisonError::into_inner);
            let now = world.generation();
            let from = match &*since {
                Some((same, from)) if same == written => from.clone(),
                _ => {
                    *since = Some((written.to_owned(), now.clone()));
                    now.clone()
                }
            };
            // The way back is followed as well.
            let passed = if *now >= from {
                (now - &from).to_f64()?
            } else {
                -(&from - now).to_f64()?
            };
            let moved = [x * passed, y * passed];
            plane.shift(moved);
            Some(Followed {
                camera: Camera::Plane(plane),
                moved,
            })
        }
        _ => {
            *since.lock().unwrap_or_else(PoisonError::into_inner) = None;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue;
    use crate::world::Means;
    use loom_sim::camera::Plane;

    #[test]
    fn velocities_are_read_as_the_field_writes_them() {
        assert_eq!(velocity("(1,1)c/4"), Some([0.25, 0.25]));
        assert_eq!(velocity("(−2, 0) c/4"), Some([-0.5, 0.0]));
        assert_eq!(velocity("c/2"), Some([0.5, 0.0]));
        assert_eq!(velocity("2c/5 orthogonal"), Some([0.4, 0.0]));
        assert_eq!(velocity("c/4 diagonal"), Some([0.25, 0.25]));
        assert_eq!(velocity("c"), Some([1.0, 0.0]));
        for wrong in ["", "1/4", "(1,1)c/0", "(1)c/4", "c/x", "(1,1)k/4"] {
            assert_eq!(velocity(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_glider_stays_in_the_middle_of_a_view_that_follows_it() {
        let pattern = catalogue::entry("glider").unwrap().pattern().unwrap();
        let mut world = World::new(pattern.rule_or_life(), &pattern, Means::default()).unwrap();
        let mut view = View::new([200, 100]);
        view.camera = Some(Camera::Plane(Plane::new([50.0, 50.0], 4.0, false)));
        let since = Since::default();
        let place = |followed: &Followed| match &followed.camera {
            Camera::Plane(plane) => plane.centre(),
            Camera::Orbit(_) => unreachable!("cells lie on a plane"),
        };
        for (mode, wanted) in [("pattern", true), ("velocity", true), ("off", false)] {
            view.settings.insert("follow".into(), mode.into());
            let before = follow(&world, &since, &view);
            world.advance(&400u32.into(), &mut || false).unwrap();
            let after = follow(&world, &since, &view);
            assert_eq!(before.is_some() && after.is_some(), wanted, "{mode}");
            if let (Some(before), Some(after)) = (before, after) {
                let gone = place(&after).minus(place(&before));
                assert_eq!(gone.map(f64::abs), [100.0, 100.0], "{mode}");
            }
        }
    }
}
