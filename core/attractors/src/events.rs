//! When something happens on an orbit: the times at which a quantity goes through 0, found on the
//! dense output to the last digits, whatever the method.

use loom_sim::{Job, SimError};

use crate::integrate::Path;

/// Which events count, how many, and when to give up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Whether the quantity may rise through 0, and whether it may fall.
    pub ways: [bool; 2],
    pub count: usize,
    /// Events before this time don't count; the orbit ends at the other.
    pub from: f64,
    pub until: f64,
    /// Model time without an event after which the search ends.
    pub patience: f64,
    /// The quantity is looked at this often at least, within a longer step too.
    pub look: f64,
}

/// Times and states of events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    pub found: Vec<(f64, Vec<f64>)>,
    /// The search ended because nothing happened for so long.
    pub gave_up: bool,
}

/// Looks within one step are at most so many.
const MOST_LOOKS: f64 = 256.0;
/// Halvings and secants of one event.
const MOST_TRIES: usize = 100;
/// Steps between two looks at whether the work has been cancelled.
const CHECK: u64 = 4096;

/// Follows an orbit and keeps its events; `quantity` is a function of time and state.
///
/// # Errors
/// Where the orbit runs away or no step can be taken, and on cancellation.
pub fn follow(
    path: &mut dyn Path,
    quantity: &mut dyn FnMut(f64, &[f64]) -> f64,
    rule: &Rule,
    job: &Job,
) -> Result<Events, SimError> {
    let mut events = Events::default();
    let mut state = path.state().to_vec();
    let mut before = (path.time(), quantity(path.time(), &state));
    let mut last = rule.from.max(before.0);
    while events.found.len() < rule.count {
        if path.steps().is_multiple_of(CHECK) {
            job.check()?;
        }
        path.advance()?;
        let (begin, end) = (path.before(), path.time());
        let looks = ((end - begin) / rule.look).ceil().clamp(1.0, MOST_LOOKS) as usize;
        for look in 1..=looks {
            let now = if look == looks {
                state.copy_from_slice(path.state());
                end
            } else {
                let time = begin + (end - begin) * look as f64 / looks as f64;
                path.between(time, &mut state)?;
                time
            };
            let after = (now, quantity(now, &state));
            let [up, down] = rule.ways;
            let rises = up && before.1 < 0.0 && after.1 >= 0.0;
            let falls = down && before.1 > 0.0 && after.1 <= 0.0;
            if (rises || falls) && now >= rule.from && events.found.len() < rule.count {
                let time = narrow(path, quantity, before, after, &mut state)?;
                if time >= rule.from && time <= rule.until {
                    events.found.push((time, state.clone()));
                    last = time;
                    if events.found.len() % 64 == 0 {
                        job.check()?;
                        job.progress(events.found.len() as f32 / rule.count as f32);
                    }
                }
            }
            before = after;
        }
        if end >= rule.until {
            break;
        }
        if end - last > rule.patience {
            events.gave_up = true;
            break;
        }
    }
    Ok(events)
}

/// The time between two at which the quantity is 0, by secants that keep it between them (the
/// Illinois rule) and halvings where those are slow; `state` is the state then.
fn narrow(
    path: &mut dyn Path,
    quantity: &mut dyn FnMut(f64, &[f64]) -> f64,
    mut a: (f64, f64),
    mut b: (f64, f64),
    state: &mut [f64],
) -> Result<f64, SimError> {
    let mut kept = 0_i32;
    let mut at = b.0;
    for number in 0..MOST_TRIES {
        let width = b.0 - a.0;
        if b.1 == 0.0 {
            at = b.0;
            break;
        }
        if width <= 2.0 * f64::EPSILON * a.0.abs().max(b.0.abs()) {
            at = b.0;
            break;
        }
        let secant = b.0 - b.1 * width / (b.1 - a.1);
        let inside = secant > a.0 && secant < b.0;
        at = if inside && number % 4 != 3 {
            secant
        } else {
            a.0 + 0.5 * width
        };
        path.between(at, state)?;
        let value = quantity(at, state);
        if value == 0.0 || !value.is_finite() {
            break;
        }
        if (value > 0.0) == (b.1 > 0.0) {
            b = (at, value);
            if kept == 1 {
                a.1 *= 0.5;
            }
            kept = 1;
        } else {
            a = (at, value);
            if kept == -1 {
                b.1 *= 0.5;
            }
            kept = -1;
        }
    }
    path.between(at, state)?;
    Ok(at)
}
