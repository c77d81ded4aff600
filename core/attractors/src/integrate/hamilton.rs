//! Which systems are Hamiltonian, told from their equations: variables pair up as places q and
//! momenta p, so that q' = ∂H/∂p and p' = −∂H/∂q for some H.
//!
//! That H exists is an identity of the Jacobian A: with the canonical J, the matrix J·A is
//! symmetric at every point. It is tested at random points with the parameters as they stand:
//! formulas that differ anywhere differ almost everywhere.

use loom_formula::{System, Tape};
use loom_sim::{SimError, seed};

use crate::definition::Definition;

/// Points at which the identity is tested.
const POINTS: usize = 12;
/// What may be left of it, relative to the entries.
const LEFT: f64 = 1e-9;

/// How the variables pair up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs {
    /// Index of each place and of its momentum.
    pub pairs: Vec<[usize; 2]>,
    /// Whether H = T(p) + V(q): places change by momenta alone, momenta by places (and time)
    /// alone.
    pub separable: bool,
}

/// The pairs of a Hamiltonian system.
///
/// # Errors
/// A sentence that says why the system has none.
pub fn pairs(definition: &Definition, constants: &[f64]) -> Result<Pairs, SimError> {
    let name = &definition.title;
    let system = &definition.system;
    let d = definition.dimension();
    if definition.is_map() {
        return Err(SimError::other(format!(
            "{name} is a map: it has no flow to follow, and is iterated whatever the method."
        )));
    }
    if !d.is_multiple_of(2) {
        return Err(SimError::other(format!(
            "{name} is not Hamiltonian: its {d} variables don't pair up. Use --method dop853."
        )));
    }
    let uses: Vec<Vec<String>> = system.rates().iter().map(|rate| rate.symbols()).collect();
    let depends = |of: usize, on: usize| uses[of].contains(&system.variables()[on]);
    let jacobian = Jacobian::new(system);
    let points = jacobian.points(definition, constants);
    if points.is_empty() {
        return Err(SimError::other(format!(
            "Whether {name} is Hamiltonian can't be told: its Jacobian is not finite near the start."
        )));
    }
    let timed = |v: usize| uses[v].iter().any(|s| s == "t");
    for mut pairs in candidates(d, &depends) {
        if points.iter().all(|a| is_hamiltonian(a, d, &pairs)) {
            // The other way round H has the other sign and the flow is the same; time may stand
            // in the potential alone.
            if pairs.iter().any(|[q, _]| timed(*q)) {
                for pair in &mut pairs {
                    pair.swap(0, 1);
                }
            }
            let moves_by = |of: usize, side: usize| pairs.iter().any(|p| depends(of, p[side]));
            let separable = pairs
                .iter()
                .all(|[q, p]| !moves_by(*q, 0) && !timed(*q) && !moves_by(*p, 1));
            return Ok(Pairs { pairs, separable });
        }
    }
    Err(SimError::other(format!(
        "{name} is not Hamiltonian in these variables: no pairing of {} into places and momenta makes its equations q' = ∂H/∂p, p' = −∂H/∂q. Use --method dop853.",
        system.variables().join(", ")
    )))
}

/// Ways to pair: by which rate needs which variable, halves, neighbours.
fn candidates(d: usize, depends: &dyn Fn(usize, usize) -> bool) -> Vec<Vec<[usize; 2]>> {
    let half = d / 2;
    let mut list = vec![
        (0..half).map(|i| [i, i + half]).collect::<Vec<_>>(),
        (0..half).map(|i| [2 * i, 2 * i + 1]).collect(),
    ];
    // Places are the variables whose rates read no place: q' = p, p' = f(q).
    let mut places: Vec<usize> = Vec::new();
    for v in 0..d {
        let reads: Vec<usize> = (0..d).filter(|on| depends(v, *on)).collect();
        if let [p] = reads[..]
            && p != v
            && !places.contains(&p)
            && places.len() < half
        {
            places.push(v);
        }
    }
    let partner = |q: usize| (0..d).find(|on| depends(q, *on));
    let by_use: Vec<[usize; 2]> = places
        .iter()
        .filter_map(|q| partner(*q).map(|p| [*q, p]))
        .collect();
    let mut seen: Vec<usize> = by_use.iter().flatten().copied().collect();
    seen.sort_unstable();
    if seen == (0..d).collect::<Vec<_>>() {
        list.insert(0, by_use);
    }
    list
}

/// Whether J·A is symmetric.
fn is_hamiltonian(a: &[f64], d: usize, pairs: &[[usize; 2]]) -> bool {
    let at = |i: usize, j: usize| a[i * d + j];
    let size = a.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let same = |x: f64, y: f64| (x - y).abs() <= LEFT * size.max(f64::MIN_POSITIVE);
    pairs.iter().all(|[q, p]| {
        pairs.iter().all(|[r, s]| {
            // ∂q'/∂p', ∂p'/∂q' symmetric; ∂q'/∂q the negative transpose of ∂p'/∂p.
            same(at(*q, *s), at(*r, *p))
                && same(at(*p, *r), at(*s, *q))
                && same(at(*q, *r), -at(*s, *p))
        })
    })
}

/// The entries of a Jacobian, ready to be evaluated.
#[derive(Debug)]
pub(super) struct Jacobian {
    tape: Tape,
    dimension: usize,
    /// Row and column of each entry that is not 0 everywhere.
    places: Vec<[usize; 2]>,
}

impl Jacobian {
    pub fn new(system: &System) -> Self {
        let (mut places, mut entries) = (Vec::new(), Vec::new());
        for (i, row) in system.jacobian().into_iter().enumerate() {
            for (j, entry) in row.into_iter().enumerate() {
                if entry.as_number() != Some(0.0) {
                    places.push([i, j]);
                    entries.push(entry);
                }
            }
        }
        Self {
            tape: Tape::new(&system.program_of(&entries)),
            dimension: system.dimension(),
            places,
        }
    }
    pub fn tape(&self) -> &Tape {
        &self.tape
    }
    pub fn places(&self) -> &[[usize; 2]] {
        &self.places
    }
    /// The matrix at random points about the start, row by row; those with numbers that are not
    /// finite are left out.
    fn points(&self, definition: &Definition, constants: &[f64]) -> Vec<Vec<f64>> {
        let d = self.dimension;
        let mut random = seed::stream(0, "attractors: is it Hamiltonian");
        let mut values = vec![0.0; self.places.len()];
        let mut list = Vec::new();
        for _ in 0..4 * POINTS {
            let state: Vec<f64> = definition
                .initial
                .iter()
                .map(|x| x + (2.0 * seed::unit(&mut random) - 1.0) * x.abs().max(0.5))
                .collect();
            let time = seed::unit(&mut random) * definition.period;
            self.tape.eval(&state, constants, time, &mut values);
            if values.iter().all(|x| x.is_finite()) {
                let mut matrix = vec![0.0; d * d];
                for ([i, j], x) in self.places.iter().zip(&values) {
                    matrix[i * d + j] = *x;
                }
                list.push(matrix);
            }
            if list.len() == POINTS {
                break;
            }
        }
        list
    }
}
