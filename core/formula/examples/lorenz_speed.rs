//! How many Runge–Kutta steps of the Lorenz system a second: one trajectory, and an ensemble of
//! 4,096. Prints one line a measurement, `name rate`, for `tests/peers/lorenz/run`.

use loom_formula::{Backend, Clock, EnsembleStepper, Scheme, Stepper, System};
use std::time::Instant;

const MEMBERS: usize = 4096;
const PARAMETERS: [f64; 3] = [10.0, 28.0, 8.0 / 3.0];
const DT: f64 = 0.005;

/// The best rate of many short repetitions, so that other work on the machine disturbs only some.
fn best(repetitions: u32, mut run: impl FnMut() -> f64) -> f64 {
    (0..repetitions)
        .map(|_| {
            let start = Instant::now();
            run() / start.elapsed().as_secs_f64()
        })
        .fold(0.0, f64::max)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lorenz = System::parse("x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z")?;
    let single = Stepper::new(&lorenz, Scheme::Rk4);
    let rate = best(60, || {
        let mut state = [1.0, 1.0, 1.0];
        let steps = 200_000;
        let done = single.run(&mut state, &mut Clock::new(DT), &PARAMETERS, steps);
        std::hint::black_box((state, done.is_ok()));
        steps as f64
    });
    println!("single {rate:.4e}");

    let mut start = vec![1.0; 3 * MEMBERS];
    for member in 0..MEMBERS {
        start[member] += 0.01 * member as f64;
        start[2 * MEMBERS + member] = 20.0;
    }
    let ensemble_rate = |stepper: &EnsembleStepper, threads: usize, steps: u64| {
        let mut state = start.clone();
        best(200, || {
            state.copy_from_slice(&start);
            let clock = &mut Clock::new(DT);
            let done = stepper.run_threads(&mut state, MEMBERS, clock, &PARAMETERS, steps, threads);
            std::hint::black_box((&state, done.is_ok()));
            steps as f64 * MEMBERS as f64
        })
    };
    let backends = [
        (Backend::Avx512, "avx512"),
        (Backend::Avx2, "avx2"),
        (Backend::Cranelift, "cranelift"),
    ];
    for (backend, name) in backends {
        if let Ok(stepper) = EnsembleStepper::with_backend(&lorenz, Scheme::Rk4, &[], backend) {
            println!("ensemble-{name} {:.4e}", ensemble_rate(&stepper, 1, 500));
        }
    }
    let chosen = EnsembleStepper::new(&lorenz, Scheme::Rk4);
    println!(
        "ensemble-one-thread {:.4e}",
        ensemble_rate(&chosen, 1, 1_500)
    );
    println!(
        "ensemble-two-threads {:.4e}",
        ensemble_rate(&chosen, 2, 1_500)
    );
    Ok(())
}
