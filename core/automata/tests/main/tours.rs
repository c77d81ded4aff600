//! What the tours of automata say beside what their own facts measure is so.

use loom_automata::catalogue::entry;
use loom_automata::flow::{Edit, Flow, plan};
use loom_automata::world::{Means, World};
use loom_sim::{Gate, Model, Place, Simulation, Step};

const GLIDER: &str = include_str!("../../../../assets/tours/glider-to-computer.toml");
const CONTINUOUS: &str = include_str!("../../../../assets/tours/continuous-life.toml");

/// A continuous automaton after so many steps, with one parameter set.
fn after(kind: &str, key: &str, value: f64, steps: u64) -> Flow {
    let model = Model::new("automata", kind).with(key, value);
    let plan = plan::plan(&model).unwrap();
    let mut run = Flow::new(plan, &Place::Cpu { threads: 1 }).unwrap();
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
    run
}

fn mass(run: &Flow) -> f64 {
    run.field().unwrap().summary(0).sum
}

#[test]
fn a_ship_leaves_the_primer_for_each_prime_number() {
    assert!(GLIDER.contains("60 cells apart for each number"));
    let pattern = entry("primer").unwrap().pattern().unwrap();
    let rule = pattern.rule_or_life();
    let mut world = World::new(rule, &pattern, Means::default()).unwrap();
    world.advance(&8000u32.into(), &mut || false).unwrap();
    let cells = world.pattern(1 << 20).unwrap();
    let left = cells.position.unwrap_or_default().0;
    // Nothing but ships is to the left of the machine, all in one row.
    let mut columns: Vec<i64> = cells.cells().map(|(x, _)| x + left).collect();
    columns.retain(|x| *x < 0);
    columns.sort_unstable();
    let starts = columns.chunk_by(|a, b| b - a < 8).map(|ship| ship[0]);
    let numbers: Vec<i64> = starts.map(|x| 2 + (x - left) / 60).collect();
    assert!(columns.iter().all(|x| (x - left) % 60 < 8));
    let prime = |n: i64| (2..n).all(|d| n % d != 0);
    let primes: Vec<i64> = (2..=61).filter(|n| prime(*n)).collect();
    assert_eq!(numbers, primes);
}

#[test]
fn orbium_lives_between_the_widths_and_means_that_the_tour_names() {
    // Fatter or thinner, in between.
    for (sigma, mass_said) in [(0.013, 69.0), (0.02, 81.0)] {
        let found = mass(&after("orbium", "sigma", sigma, 1500));
        assert!((found - mass_said).abs() < 1.0, "{sigma}: {found}");
    }
    assert!(CONTINUOUS.contains("Between 0.013 and 0.02 it lives"));
    assert!(CONTINUOUS.contains("the mass is 69 at the lower end and 81 at the upper"));
    assert!(CONTINUOUS.contains("At σ = 0.022 the body bursts"));
    assert!(mass(&after("orbium", "sigma", 0.022, 600)) > 3000.0);
    assert!(CONTINUOUS.contains("at σ = 0.012 it starves"));
    assert_eq!(mass(&after("orbium", "sigma", 0.012, 300)), 0.0);
    assert!(CONTINUOUS.contains("alive from 0.13 to 0.16, dead at 0.17, a carpet at 0.12"));
    for mu in [0.13, 0.16] {
        let found = mass(&after("orbium", "mu", mu, 1500));
        assert!((65.0..80.0).contains(&found), "{mu}: {found}");
    }
    assert_eq!(mass(&after("orbium", "mu", 0.17, 300)), 0.0);
    assert!(mass(&after("orbium", "mu", 0.12, 600)) > 2000.0);
}

#[test]
fn orbium_heals_a_wound_at_its_rim_and_dies_of_the_same_one_in_its_middle() {
    assert!(CONTINUOUS.contains("view = { brush_radius = 3 }"));
    let healed = |below: f64| {
        let mut run = after("orbium", "sigma", 0.015, 200);
        let middle = run.field().unwrap().centre(0).unwrap();
        let at = [middle[0] - 64.0, middle[1] - 64.0 + below];
        let wound = Edit::Erase {
            from: at,
            to: at,
            radius: 3.0,
        };
        run.apply(&wound.input()).unwrap();
        run.advance(&Step::from(1000u32), &Gate::open()).unwrap();
        mass(&run)
    };
    assert!((healed(-5.0) - 73.8).abs() < 0.7);
    assert_eq!(healed(0.0), 0.0);
}

#[test]
fn schnakenbergs_even_state_breaks_up_where_linear_theory_says() {
    // J. D. Murray, Mathematical Biology II, section 2.3: the rest of u' = a - u + u²v,
    // v' = b - u²v is unstable to waves where d f_u + g_v > 2 √(d det).
    let (a, b) = (0.1f64, 0.9f64);
    let (fu, gv) = (2.0 * b / (a + b) - 1.0, -(a + b) * (a + b));
    let det = (a + b) * (a + b);
    let root = (det.sqrt() + (det - fu * gv).sqrt()) / fu;
    assert!(CONTINUOUS.contains(&format!("more than {:.2} times", root * root)));
    assert!(CONTINUOUS.contains("at 8 nothing happens, at 9 it does"));
    let contrast = |ratio: f64| {
        let run = after("schnakenberg", "D_v", ratio, 12_000);
        let all = run.field().unwrap().summary(0);
        all.greatest - all.least
    };
    let (below, above) = (contrast(8.0), contrast(9.0));
    assert!(below < 0.01 && above > 0.1, "{below}, {above}");
}
