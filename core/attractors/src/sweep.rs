//! The walk along an orbit diagram: from one value of the parameter to the next with the state
//! carried along, and of a delay system its past; what is kept of the orbit at each.

use loom_formula::{Clock, Stepper};
use loom_sim::{Job, SimError};

use crate::definition::Definition;
use crate::delay::{self, History, Lagged, Span};
use crate::integrate::{Compiled, Method};
use crate::orbit_diagram::Plan;
use crate::settings::Build;
use crate::stepping;

/// Periods after which a flow that has had no maximum is taken to be at rest.
const PATIENCE: f64 = 20.0;
/// How much longer a window is looked through than the whole, at most.
const LONGER: usize = 20;
/// Steps of a delay system between two looks at whether enough has been seen.
const CHUNK: u64 = 1 << 40;

/// Compiled steps of any system.
#[derive(Debug)]
pub(crate) enum Steps {
    Plain(Box<Stepper>),
    Lagged(Box<Lagged>),
    /// A flow by a method other than the classical one.
    By(Compiled),
}

impl Steps {
    /// By the build's method.
    ///
    /// # Errors
    /// For a method that doesn't fit the system.
    pub fn new(definition: &Definition, build: &Build) -> Result<Self, SimError> {
        let system = &definition.system;
        Ok(if definition.has_delays() {
            Self::Lagged(Box::new(Lagged::one(definition)))
        } else if definition.is_map() || build.method == Method::Rk4 {
            Self::Plain(Box::new(Stepper::new(system, stepping::scheme(system))))
        } else {
            let manner = build.manner();
            Self::By(Compiled::new(definition, 0, &build.constants, &manner)?)
        })
    }
}

/// Follows the orbit from one value of the parameter to the next.
pub(crate) struct Walker<'a> {
    steps: &'a Steps,
    plan: &'a Plan,
    definition: &'a Definition,
    constants: Vec<f64>,
    point: Vec<f64>,
    past: Option<History>,
    clock: Clock,
    /// Steps without a maximum after which the flow rests; 0 for maps.
    patience: u64,
    pub found: Vec<[f64; 2]>,
    /// The first value of the parameter at which the system is stiff for an explicit method.
    pub stiff: Option<f64>,
}

impl<'a> Walker<'a> {
    pub fn new(
        definition: &'a Definition,
        build: &'a Build,
        plan: &'a Plan,
        steps: &'a Steps,
    ) -> Self {
        let map = definition.is_map();
        Self {
            steps,
            plan,
            definition,
            constants: build.constants.clone(),
            point: build.initial.clone(),
            past: (definition.has_delays()).then(|| delay::beginning(definition, build)),
            clock: Clock::new(if map { 1.0 } else { build.dt }),
            patience: if map {
                0
            } else {
                (PATIENCE * definition.period / build.dt).max(10.0) as u64
            },
            found: Vec::with_capacity(plan.points),
            stiff: None,
        }
    }

    /// One value of the parameter; true where the orbit runs away.
    pub fn column(&mut self, value: f64, job: &Job) -> Result<bool, SimError> {
        self.constants[self.plan.along.constant] = value;
        let mut watch = Watch::new(
            self.plan,
            self.patience,
            value,
            self.point[self.plan.variable],
        );
        match (self.steps, &mut self.past) {
            (Steps::Lagged(lagged), Some(past)) => {
                let keep = lagged.lags(&self.constants)?.keep;
                let span = Span { steps: CHUNK, keep };
                let (v, found) = (self.plan.variable, &mut self.found);
                let mut seen = Ok(Seen::More);
                let mut steps = 0;
                let walked = lagged.advance(
                    &mut self.point,
                    past,
                    &self.constants,
                    &mut self.clock.clone(),
                    span,
                    &mut |_, state, _| {
                        steps += 1;
                        seen = watch.see(state[v], found, job);
                        match seen {
                            Ok(Seen::More) => Ok(()),
                            // Enough: the walk ends here.
                            _ => Err(SimError::Cancelled),
                        }
                    },
                );
                match seen? {
                    Seen::More => walked?,
                    Seen::Enough => {}
                    Seen::Away => {
                        *past = History::constant(0.0, &self.definition.initial);
                        self.start_again();
                        return Ok(true);
                    }
                }
                self.clock.step += steps;
            }
            (Steps::Plain(stepper), _) => {
                let mut run = stepper
                    .start(&self.point, self.clock, &self.constants)
                    .map_err(SimError::other)?;
                loop {
                    run.advance(1);
                    match watch.see(run.state()[self.plan.variable], &mut self.found, job)? {
                        Seen::More => {}
                        Seen::Enough => break,
                        Seen::Away => {
                            self.start_again();
                            return Ok(true);
                        }
                    }
                }
                self.point.copy_from_slice(run.state());
                self.clock = run.clock();
            }
            (Steps::By(compiled), _) => {
                let follower = compiled.with(&self.constants)?;
                let mut state = self.point.clone();
                // Looked at as often as a fixed step would be: maxima lie between three looks.
                let seen = follower
                    .start(self.clock.time(), &self.point)
                    .and_then(|mut path| {
                        loop {
                            self.clock.step += 1;
                            path.at(self.clock.time(), &mut state)?;
                            let seen = watch.see(state[self.plan.variable], &mut self.found, job);
                            if self.stiff.is_none() {
                                self.stiff = path.stiff_near().map(|_| value);
                            }
                            match seen? {
                                Seen::More => {}
                                end => return Ok(end),
                            }
                        }
                    });
                match seen {
                    Err(SimError::Cancelled) => return Err(SimError::Cancelled),
                    // Where no step can be taken the orbit has no future either.
                    Err(_) | Ok(Seen::Away) => {
                        self.start_again();
                        return Ok(true);
                    }
                    Ok(_) => self.point.copy_from_slice(&state),
                }
            }
            (Steps::Lagged(_), None) => return Err(stepping::needs_past()),
        }
        // A state that has fallen onto a fixed point would stay there for ever: a nudge lets it
        // leave an unstable one.
        for (x, start) in self.point.iter_mut().zip(&self.definition.initial) {
            *x += 1e-9 * start.abs().max(1e-3);
        }
        Ok(false)
    }

    fn start_again(&mut self) {
        self.point.clone_from(&self.definition.initial);
        self.clock.step = 0;
    }
}

/// What a value means for the column.
enum Seen {
    More,
    Enough,
    Away,
}

/// Looks for maxima, or takes every iteration, until a column has enough.
struct Watch<'a> {
    plan: &'a Plan,
    patience: u64,
    value: f64,
    window: [f64; 2],
    wanted: usize,
    kept: usize,
    seen: usize,
    waited: u64,
    turn: u64,
    /// The two values before.
    a: f64,
    b: f64,
}

impl<'a> Watch<'a> {
    fn new(plan: &'a Plan, patience: u64, value: f64, first: f64) -> Self {
        // A narrow window is looked through for longer, so that it is as full as the whole.
        let longer = if plan.window.is_some() { LONGER } else { 1 };
        Self {
            plan,
            patience,
            value,
            window: plan.window.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]),
            wanted: plan.transient + plan.points * longer,
            kept: 0,
            seen: 0,
            waited: 0,
            turn: 0,
            a: f64::NAN,
            b: first,
        }
    }

    fn see(&mut self, c: f64, found: &mut Vec<[f64; 2]>, job: &Job) -> Result<Seen, SimError> {
        let (a, b) = (self.a, self.b);
        let [bottom, top] = self.window;
        self.turn += 1;
        if self.turn.is_multiple_of(65_536) {
            job.check()?;
        }
        if !c.is_finite() || c.abs() > 1e12 {
            return Ok(Seen::Away);
        }
        (self.a, self.b) = (b, c);
        let kept = if self.patience == 0 {
            Some(c)
        } else if b > a && b >= c {
            // The parabola through three values has its top here.
            let bend = a - 2.0 * b + c;
            Some(if bend < 0.0 {
                b - (c - a).powi(2) / (8.0 * bend)
            } else {
                b
            })
        } else {
            None
        };
        if let Some(x) = kept {
            if self.seen >= self.plan.transient && (bottom..=top).contains(&x) {
                found.push([self.value, x]);
                self.kept += 1;
                if self.kept == self.plan.points {
                    return Ok(Seen::Enough);
                }
            }
            self.seen += 1;
            self.waited = 0;
            if self.seen >= self.wanted {
                return Ok(Seen::Enough);
            }
        } else {
            self.waited += 1;
            if self.patience > 0 && self.waited > self.patience {
                // At rest: one point tells it.
                if (bottom..=top).contains(&c) {
                    found.push([self.value, c]);
                }
                return Ok(Seen::Enough);
            }
        }
        Ok(Seen::More)
    }
}
