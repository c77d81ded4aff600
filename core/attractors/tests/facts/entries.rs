//! Every entry of the catalogue, held to what it says of itself.

use loom_attractors::settings::Build;
use loom_attractors::spectrum::kaplan_yorke;
use loom_attractors::{Definition, catalogue, forcing, trajectory};
use loom_formula::{Clock, Scheme, Stepper};
use loom_sim::Settings;
use rayon::prelude::*;

/// Runs a check on all entries and names those that fail.
fn every(check: impl Fn(&Definition) -> Result<(), String> + Sync) {
    let faults: Vec<String> = catalogue::systems()
        .par_iter()
        .filter_map(|d| Some(format!("{}: {}", d.name, check(d).err()?)))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_system_stays_finite_over_a_thousand_periods() {
    every(|definition| {
        let build = Build::new(definition, &Settings::new()).map_err(|e| e.to_string())?;
        let mut plan = trajectory::Plan::new(definition, &build);
        plan.points = if definition.is_map() { 100_000 } else { 1001 };
        let plan = plan.points_per_period(definition, 1.0);
        let rows = trajectory::compute(definition, &build, &plan).map_err(|e| e.to_string())?;
        let last = rows.row(0, plan.points - 1);
        if last.iter().all(|x| x.is_finite()) {
            Ok(())
        } else {
            Err(format!("ends at {last:?}"))
        }
    });
}

#[test]
fn every_jacobian_equals_finite_differences() {
    every(|definition| {
        let system = &definition.system;
        let dimension = definition.dimension();
        let constants: Vec<f64> = definition.parameters.iter().map(|p| p.value).collect();
        let read = |formulas: Vec<loom_formula::Expr>, point: &[f64]| {
            let count = formulas.len();
            let stepper = Stepper::interpreted(&system.reading(formulas), Scheme::Iterate);
            let mut state = point.to_vec();
            state.resize(dimension + count, 0.0);
            let run = stepper.run(&mut state, &mut Clock::new(1.0), &constants, 1);
            run.map(|()| state.split_off(dimension))
                .map_err(|e| e.to_string())
        };
        if definition.has_delays() {
            return crate::delays::jacobians_equal_differences(definition);
        }
        let jacobian = read(
            system.jacobian().into_iter().flatten().collect(),
            &definition.initial,
        )?;
        let size = jacobian.iter().fold(1e-3_f64, |m, x| m.max(x.abs()));
        for j in 0..dimension {
            let h = 1e-5 * definition.initial[j].abs().max(1e-2);
            let moved = |by: f64| {
                let mut point = definition.initial.clone();
                point[j] += by;
                read(system.rates().to_vec(), &point)
            };
            // Fourth-order differences.
            let (far, near) = (moved(2.0 * h)?, moved(h)?);
            let (back, farther) = (moved(-h)?, moved(-2.0 * h)?);
            for i in 0..dimension {
                let slope = (8.0 * (near[i] - back[i]) - (far[i] - farther[i])) / (12.0 * h);
                let exact = jacobian[i * dimension + j];
                let values = near[i].abs().max(back[i].abs()).max(1.0);
                let allowed = 1e-6 * size + 1e-14 * values / h;
                if (slope - exact).abs() > allowed {
                    return Err(format!("∂f{i}/∂x{j} is {exact}, by differences {slope}"));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn every_driven_systems_dimension_is_counted_without_what_stands_for_time() {
    every(|definition| {
        let phases = forcing::phases(definition);
        let Some(measured) = &definition.measured else {
            return Ok(());
        };
        if phases.is_empty() || phases.len() == definition.dimension() {
            return Ok(());
        }
        let counted = |list: &[f64]| -> Vec<f64> {
            let kept = list.iter().enumerate().filter(|(k, _)| !phases.contains(k));
            kept.map(|(_, x)| *x).collect()
        };
        let (exponents, errors) = (&measured.spectrum, &measured.standard_error);
        let (dimension, _) = kaplan_yorke(&counted(exponents), &counted(errors));
        let stored = measured.kaplan_yorke_dimension;
        if (dimension - stored).abs() < 1e-3 {
            Ok(())
        } else {
            Err(format!(
                "{stored} is stored, and the exponents give {dimension}"
            ))
        }
    });
}

#[test]
fn every_spectrum_sums_to_the_mean_divergence() {
    every(|definition| {
        let measured = definition.measured.as_ref().ok_or("nothing is measured")?;
        if definition.has_delays() {
            return crate::delays::keeps_the_rules(definition, measured);
        }
        let divergence = measured.mean_divergence.ok_or("no mean divergence")?;
        if measured.spectrum.len() != definition.dimension() {
            return Err("not as many exponents as variables".into());
        }
        let sum: f64 = measured.spectrum.iter().sum();
        let error = measured
            .standard_error
            .iter()
            .map(|e| e * e)
            .sum::<f64>()
            .sqrt();
        let gap = (sum - divergence).abs();
        if gap <= (0.01 * divergence.abs()).max(2.0 * error).max(1e-6) {
            Ok(())
        } else {
            Err(format!("Σλ = {sum}, ⟨div f⟩ = {divergence}"))
        }
    });
}

#[test]
fn every_entry_tells_what_it_is() {
    every(|d| {
        let told = !d.title.is_empty()
            && d.summary.ends_with('.')
            && !d.group.is_empty()
            && !d.keywords.is_empty()
            && !d.citation.is_empty()
            && !d.obtained.is_empty();
        let inside = d
            .parameters
            .iter()
            .find(|p| !(p.low..=p.high).contains(&p.value));
        let helpless = d.parameters.iter().find(|p| p.help.is_empty());
        match (told, inside, helpless) {
            (true, None, None) => Ok(()),
            (false, _, _) => Err("a field is empty".into()),
            (_, Some(p), _) => Err(format!("{} is not in its range", p.key)),
            (_, _, Some(p)) => Err(format!("{} has no help", p.key)),
        }
    });
}

#[test]
fn measured_exponents_agree_with_published_ones() {
    // Name, exponents, how far ours may be from them.
    let published: &[(&str, &[f64], f64)] = &[
        ("Lorenz", &[0.9056, 0.0, -14.5723], 0.005),
        ("Henon", &[0.41922, -1.62319], 0.0005),
        ("Rossler", &[0.0714, 0.0, -5.394], 0.002),
        ("SprottB", &[0.210, 0.0, -1.210], 0.003),
        ("UedaOscillator", &[0.1034], 0.002),
        ("KuznetsovHyperbolic", &[0.1133], 0.003),
        ("VanDerPol", &[0.0], 0.001),
    ];
    for (name, exponents, allowed) in published {
        let definition = catalogue::named(name).unwrap();
        let measured = definition.measured.as_ref().unwrap();
        for (ours, theirs) in measured.spectrum.iter().zip(*exponents) {
            assert!(
                (ours - theirs).abs() < *allowed,
                "{name}: {ours} for {theirs}"
            );
        }
    }
}
