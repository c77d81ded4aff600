//! Machine code: Cranelift for single runs and for processors without an encoder of our own, and
//! straight-line AVX2 and AVX-512 code for ensembles on x86-64.

use crate::backend::{Backend, CompileError};
use crate::columns::Columns;
use crate::program::Body;

#[derive(Debug)]
pub(crate) struct SingleCode;
impl SingleCode {
    pub fn compile(_: &Body) -> Result<Self, CompileError> {
        Err(CompileError::new("not yet"))
    }
    pub fn run(&self, _: &mut [f64], _: &[f64], _: u64) {}
}
#[derive(Debug)]
pub(crate) struct EnsembleCode;
impl EnsembleCode {
    pub fn compile(_: &Body, _: Backend) -> Result<Self, CompileError> {
        Err(CompileError::new("not yet"))
    }
    pub fn group(&self) -> usize {
        1
    }
    pub fn run(&self, _: &Body, _: &mut Columns<'_>, _: u64, _: &[f64], _: u64) {}
}
