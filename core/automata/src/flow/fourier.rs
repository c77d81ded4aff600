//! Convolution on a torus by the fast Fourier transform.
//!
//! A plane is transformed along its rows; the real and the imaginary parts of that are then two
//! real signals along each column, and are transformed as such. A kernel is even in both
//! directions, so its spectrum is real and even, and multiplies both signals alike: no transform
//! of complex signals is needed anywhere. Columns are laid one after the other for the second
//! pass, so that both run over memory that lies together. The work of each row and each column is
//! the same whatever thread does it.

use std::sync::Arc;

use loom_sim::SimError;
use rayon::prelude::*;
use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, FftError, RealFftPlanner, RealToComplex};

use super::kernel::Kernel;

/// Columns that are transposed together: a cache line of complex numbers each.
const BAND: usize = 16;

/// Plans and buffers for planes of one size.
pub(crate) struct Fourier {
    width: usize,
    height: usize,
    along: Both,
    down: Both,
    /// Spectra of the rows.
    rows: Vec<Complex64>,
    /// Real and imaginary parts of the rows' spectra, column by column.
    columns: Vec<f64>,
    work: Vec<Complex64>,
}

/// A transform and the way back.
struct Both {
    there: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
    /// Numbers in a spectrum.
    bins: usize,
}

impl Both {
    fn new(planner: &mut RealFftPlanner<f64>, length: usize) -> Self {
        Self {
            there: planner.plan_fft_forward(length),
            back: planner.plan_fft_inverse(length),
            bins: length / 2 + 1,
        }
    }
}

/// The spectrum of a plane: for each column of the rows' spectra the transform of its real and
/// of its imaginary parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spectrum(Vec<Complex64>);

/// The spectrum of a kernel, with the factor 1/cells of the way back.
#[derive(Clone, Debug)]
pub(crate) struct Gains(Vec<f64>);

/// Lengths that don't fit are a fault of this program, said as an error.
fn misfit(error: FftError) -> SimError {
    SimError::other(error)
}

impl Fourier {
    pub fn new(width: usize, height: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let along = Both::new(&mut planner, width);
        let down = Both::new(&mut planner, height);
        Self {
            rows: vec![Complex64::default(); along.bins * height],
            columns: vec![0.0; 2 * along.bins * height],
            work: vec![Complex64::default(); 2 * along.bins * down.bins],
            width,
            height,
            along,
            down,
        }
    }

    /// Bytes of the buffers for planes of this size.
    pub fn bytes(width: usize, height: usize) -> u64 {
        let (along, down) = (width as u64 / 2 + 1, height as u64 / 2 + 1);
        16 * along * height as u64 * 2 + 16 * 2 * along * down
    }

    /// The spectrum of the plane whose rows `row` gives.
    pub fn forward<'a>(
        &mut self,
        row: impl Fn(usize) -> &'a [f64] + Sync,
        into: &mut Spectrum,
    ) -> Result<(), SimError> {
        let bins = self.along.bins;
        let plan = &self.along.there;
        self.rows
            .par_chunks_mut(bins)
            .enumerate()
            .try_for_each_init(
                || (plan.make_input_vec(), plan.make_scratch_vec()),
                |(line, scratch), (y, out)| {
                    line.copy_from_slice(row(y));
                    plan.process_with_scratch(line, out, scratch)
                },
            )
            .map_err(misfit)?;
        let (rows, height) = (&self.rows, self.height);
        self.columns
            .par_chunks_mut(2 * BAND * height)
            .enumerate()
            .for_each(|(band, columns)| {
                for y in 0..height {
                    let from = &rows[y * bins + band * BAND..(y + 1) * bins];
                    for (column, z) in columns.chunks_exact_mut(2 * height).zip(from) {
                        column[y] = z.re;
                        column[height + y] = z.im;
                    }
                }
            });
        into.0
            .resize(2 * bins * self.down.bins, Complex64::default());
        let plan = &self.down.there;
        let lines = self.columns.par_chunks_mut(height);
        lines
            .zip(into.0.par_chunks_mut(self.down.bins))
            .try_for_each_init(
                || plan.make_scratch_vec(),
                |scratch, (line, out)| plan.process_with_scratch(line, out, scratch),
            )
            .map_err(misfit)
    }

    /// The plane of a spectrum times a kernel's, row by row.
    pub fn backward(
        &mut self,
        spectrum: &Spectrum,
        gains: &Gains,
        plane: &mut [f64],
    ) -> Result<(), SimError> {
        let (bins, height) = (self.along.bins, self.height);
        let down = self.down.bins;
        let plan = &self.down.back;
        let lines = self.columns.par_chunks_mut(height);
        lines
            .zip(self.work.par_chunks_mut(down))
            .zip(spectrum.0.par_chunks(down))
            .enumerate()
            .try_for_each_init(
                || plan.make_scratch_vec(),
                |scratch, (number, ((line, work), from))| {
                    let gains = &gains.0[number / 2 * down..][..down];
                    for ((to, z), gain) in work.iter_mut().zip(from).zip(gains) {
                        *to = z * gain;
                    }
                    plan.process_with_scratch(work, line, scratch)
                },
            )
            .map_err(misfit)?;
        let columns = &self.columns;
        self.rows
            .par_chunks_mut(bins)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, z) in row.iter_mut().enumerate() {
                    let column = &columns[2 * x * height..];
                    *z = Complex64::new(column[y], column[height + y]);
                }
                // The ends of a real signal's spectrum are real.
                row[0].im = 0.0;
                if self.width.is_multiple_of(2) {
                    row[bins - 1].im = 0.0;
                }
            });
        let plan = &self.along.back;
        self.rows
            .par_chunks_mut(bins)
            .zip(plane.par_chunks_mut(self.width))
            .try_for_each_init(
                || plan.make_scratch_vec(),
                |scratch, (row, out)| plan.process_with_scratch(row, out, scratch),
            )
            .map_err(misfit)
    }

    /// The spectrum of a kernel on this torus.
    pub fn gains(&mut self, kernel: &Kernel) -> Result<Gains, SimError> {
        let plane = kernel.on_torus(self.width, self.height);
        let width = self.width;
        let mut spectrum = Spectrum::default();
        self.forward(|y| &plane[y * width..(y + 1) * width], &mut spectrum)?;
        let norm = 1.0 / (self.width * self.height) as f64;
        // Of a kernel, which is even, only the real part of the real signal is not zero.
        let real = spectrum.0.chunks(2 * self.down.bins);
        let gains = real
            .flat_map(|pair| pair[..self.down.bins].iter().map(|z| z.re * norm))
            .collect();
        Ok(Gains(gains))
    }
}

impl std::fmt::Debug for Fourier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fourier({} × {})", self.width, self.height)
    }
}
