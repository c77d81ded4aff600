//! Formulas and systems of equations: what is written of a formula means the same, and every
//! system that is accepted can be evaluated.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_formula::{Clock, Expr, Scheme, Stepper, System, evaluate_constant};

fuzz_target!(|text: &str| {
    let _ = evaluate_constant(text);
    if let Ok(formula) = Expr::parse(text) {
        let written = formula.to_string();
        let again = Expr::parse(&written).expect("what is written is read");
        assert_eq!(again.to_string(), written);
    }
    let Ok(system) = System::parse(text) else {
        return;
    };
    if system.dimension() > 16 || !system.delays().is_empty() {
        return;
    }
    let mut state = vec![0.5; system.dimension()];
    let parameters = vec![1.0; system.parameters().len()];
    let stepper = Stepper::interpreted(&system, Scheme::Rk4);
    let _ = stepper.run(&mut state, &mut Clock::new(0.01), &parameters, 2);
});
