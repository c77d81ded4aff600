//! Small pictures of catalogue entries, made on the processor in a blink: a density of a few
//! dozen orbits, or the trail of one.

use std::sync::Arc;

use loom_formula::Clock;
use loom_sim::scene::{Data, Layer, Tone};
use loom_sim::{Camera, ColorMap, Ink, Scene, Settings, SimError};

use crate::cobweb::{self, Cobweb};
use crate::definition::{Definition, Style};
use crate::delay;
use crate::fitting::{fit_orbit, fit_plane};
use crate::histogram::Histogram;
use crate::lens::{self, Frame, Lens};
use crate::looks::Projection;
use crate::probes;
use crate::settings::{Build, ViewSettings};
use crate::sight::{self, Linear, Sight};
use crate::start::{self, Samples, Scatter};
use crate::stepping::BlockStepper;

/// Orbits of a thumbnail.
const ORBITS: usize = 256;
/// Steps before hits are counted.
const SETTLING: usize = 40;
/// Hits that make a small picture clean.
const HITS: usize = 300_000;

/// Iterations in the picture of a map of one variable.
const STAIRS: usize = 24;

/// How a view sees states, and some states as it sees them.
fn seen(
    definition: &Definition,
    build: &Build,
    view: &ViewSettings,
    samples: &Samples,
) -> Result<(Sight, Vec<[f64; 3]>), SimError> {
    let axes = view.axes;
    let sight = match &view.projection {
        // As a phase plane is drawn.
        Projection::Variables if view.style == Style::Phase => {
            Sight::Linear(Arc::new(Linear::scaled(axes, &samples.extents())))
        }
        Projection::Scaled => Sight::Linear(Arc::new(Linear::scaled(axes, &samples.extents()))),
        Projection::Formulas(texts) => {
            Sight::Formulas(sight::Compiled::default().get(definition, texts))
        }
        _ => Sight::Axes,
    };
    let points = if let Sight::Axes = sight {
        let point = |i: usize| axes.point(|v| samples.point(i)[v]);
        (0..samples.len()).map(point).collect()
    } else {
        let clock = Clock::new(build.dt);
        let dimension = definition.dimension();
        sight.points_of(axes, &samples.values, dimension, &build.constants, clock)?
    };
    Ok((sight, points))
}

/// A picture of a system at these settings.
pub fn picture(
    definition: &Definition,
    settings: &Settings,
    ink: &Ink,
    size: [u32; 2],
) -> Result<Scene, SimError> {
    let build = Build::new(definition, settings)?;
    let view = ViewSettings::new(definition, &Settings::new());
    if cobweb::fits(definition) {
        return small_cobweb(definition, &build, ink, size);
    }
    let axes = view.axes;
    let samples = start::sample(definition, &build, 2048)?;
    let (sight, points) = seen(definition, &build, &view, &samples)?;
    let points_size = size.map(|n| f64::from(n.max(1)));
    let look = &definition.look;
    let (camera, frame, offset) = if view.is_planar() {
        let camera = fit_plane(&points, points_size);
        let loom_sim::Camera::Plane(plane) = &camera else {
            return Err(SimError::other("A plane is seen by a plane camera."));
        };
        let rectangle = lens::seen(plane, points_size);
        let offset = plane.whole.map(|n| n as f64);
        (camera, Frame::Rectangle(rectangle), offset)
    } else {
        let camera = fit_orbit(&points, look.yaw, look.pitch, points_size);
        (camera.clone(), Frame::Camera(camera), [0.0; 2])
    };
    let lens = Lens {
        axes,
        frame,
        size: lens::cells_for(size),
    };
    let mut histogram = Histogram::new(lens.clone());
    if let Some(record) = &samples.record {
        // A delay system: the one orbit whose past is known.
        let lags = delay::ensemble::lags_of(definition, &build.constants);
        let (first, last) = (record.times[0], record.past.now());
        for hit in 0..HITS {
            let time = first + (last - first) * hit as f64 / HITS as f64;
            let coordinate = |v: usize| {
                let variable = definition.coordinates[v].variable;
                record.past.value(time - lags[v], variable)
            };
            histogram.hit(axes.point(coordinate), 1);
        }
        let scene = finished(camera, ink, &lens, &histogram, offset, view.map);
        return Ok(scene);
    }
    let dimension = definition.dimension();
    let mut cells = vec![0; ORBITS];
    let members = ORBITS;
    let mut block = vec![0.0; members * dimension];
    let mut scatter = Scatter::new(&samples, definition.spread, 0, "attractors: thumbnail");
    for m in 0..members {
        for (v, x) in scatter.point().iter().enumerate() {
            block[v * members + m] = *x;
        }
    }
    let stepper = BlockStepper::new(&definition.system);
    // A quarter of the usual step, so that no dots show.
    let dt = if definition.is_map() {
        1.0
    } else {
        build.dt / 4.0
    };
    let mut clock = Clock::new(dt);
    for step in 0..SETTLING + HITS / members {
        stepper.advance(&mut block, members, &build.constants, clock, 1)?;
        clock.step += 1;
        // The orbits part from each other, and settle on the attractor, before they count.
        if step < SETTLING {
            continue;
        }
        if let Sight::Axes = sight {
            histogram.find(&block, members, &mut cells);
            histogram.add(&cells, 1);
        } else {
            for point in sight.points(axes, &block, members, &build.constants, clock)? {
                histogram.hit(point, 1);
            }
        }
    }
    Ok(finished(camera, ink, &lens, &histogram, offset, view.map))
}

fn finished(
    camera: Camera,
    ink: &Ink,
    lens: &Lens,
    histogram: &Histogram,
    offset: [f64; 2],
    map: ColorMap,
) -> Scene {
    let mut scene = Scene::new(camera);
    scene.background = Some(ink.ground);
    let counts = Data::Host(histogram.counts());
    let tone = Tone::default();
    let density = probes::density_of(lens, counts, HITS as u64, tone, offset, map);
    scene.layers.push(Layer::Density(density));
    scene
}

/// Graph, diagonal and the first stairs of a map of one variable.
fn small_cobweb(
    definition: &Definition,
    build: &Build,
    ink: &Ink,
    size: [u32; 2],
) -> Result<Scene, SimError> {
    let samples = start::sample(definition, build, 256)?;
    let size = size.map(|n| f64::from(n.max(1)));
    let camera = cobweb::fit(samples.extents()[0], size);
    let web = Cobweb {
        definition,
        constants: &build.constants,
        time: 0.0,
        camera: &camera,
        size,
    };
    let mut values = vec![build.initial[0]];
    for _ in 0..STAIRS {
        values.push(web.next(values[values.len() - 1]));
    }
    let mut scene = Scene::new(camera.clone());
    scene.background = Some(ink.ground);
    scene.layers = web.ground(ink, 1.5, false);
    // No dot at this size.
    scene.layers.extend(
        web.stairs(&values, 1.0, cobweb::orbit_color(ink))
            .into_iter()
            .take(1),
    );
    Ok(scene)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue;

    #[test]
    fn no_system_is_drawn_as_a_line() {
        let mut thin = Vec::new();
        for definition in catalogue::systems() {
            let view = ViewSettings::new(&definition, &Settings::new());
            if cobweb::fits(&definition) {
                continue;
            }
            let build = Build::new(&definition, &Settings::new()).unwrap();
            let samples = start::sample(&definition, &build, 2048).unwrap();
            let (_, points) = seen(&definition, &build, &view, &samples).unwrap();
            let count = if view.is_planar() { 2 } else { 3 };
            let sides = crate::fitting::bounds(&points).into_iter().take(count);
            let widths: Vec<f64> = sides.map(|[low, high]| high - low).collect();
            let widest = widths.iter().copied().fold(0.0, f64::max);
            let narrowest = widths.iter().copied().fold(f64::INFINITY, f64::min);
            if narrowest < widest / 15.0 {
                thin.push((definition.name.clone(), widths));
            }
        }
        assert!(thin.is_empty(), "{thin:?}");
    }

    #[test]
    fn a_density_is_made_of_variables_as_they_are() {
        let substorms = catalogue::named("WindmiReduced").unwrap();
        let with = |style: &str| {
            let style = Settings::from([("style".to_owned(), style.into())]);
            let view = ViewSettings::new(&substorms, &style);
            (view.style, view.projection)
        };
        assert_eq!(with("cloud"), (Style::Cloud, Projection::Scaled));
        assert_eq!(with("density"), (Style::Density, Projection::Variables));
    }

    #[test]
    fn formulas_along_the_axes_are_of_known_symbols() {
        let text = |formulas: &str| {
            format!(
                "name = \"T\"\ntitle = \"T\"\nsummary = \"t\"\n\
                 equations = \"x' = y; y' = -a*x\"\ninitial = [1, 0]\ndt = 0.01\nperiod = 6\n\
                 [[parameter]]\nkey = \"a\"\nvalue = 1\nlow = 0\nhigh = 2\n\
                 [view]\nformulas = {formulas}\n"
            )
        };
        let parse = |formulas: &str| Definition::parse("t.toml", &text(formulas));
        let seen = parse("[\"x*a\", \"y + t\"]").unwrap();
        let view = ViewSettings::new(&seen, &Settings::new());
        let wished = ["x*a", "y + t"].map(str::to_owned).to_vec();
        assert_eq!(view.projection, Projection::Formulas(wished));
        for (formulas, words) in [
            ("[\"x\"]", "two or three"),
            ("[\"x\", \"w\"]", "w"),
            ("[\"x\", \"y +\"]", "y +"),
        ] {
            let error = parse(formulas).unwrap_err().to_string();
            assert!(
                error.contains(words) && error.contains("line 14"),
                "{error}"
            );
        }
    }
}
