//! Whole step loops compiled by Cranelift: one trajectory, or four chains of two lanes for
//! ensembles on processors without an encoder of our own.
#![allow(unsafe_code)]
// Unsafe here: taking a finished function's address as a function pointer, calling it, and freeing
// its memory. The signature given to Cranelift and the Rust type are written side by side in each
// `compile`. The code reads and writes only: the carried values or the rows of the state (their
// number is fixed when compiling and checked before each call), and the table (one entry per
// invariant, likewise checked). The module that owns the memory lives as long as the pointer and is
// freed when it is dropped; the code touches no other state, so calls from several threads are
// independent.

use super::emit::{Emitter, Held};
use crate::backend::CompileError;
use crate::columns::Columns;
use crate::program::{Body, Op};
use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, BlockArg, InstBuilder, MemFlagsData, Signature, Value, types,
};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module};
use std::sync::Mutex;

/// Owns executable memory, and frees it.
struct Owner(Mutex<Option<Box<JITModule>>>);

impl Drop for Owner {
    fn drop(&mut self) {
        let module = match self.0.get_mut() {
            Ok(module) => module.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        if let Some(module) = module {
            // SAFETY: the only pointer into this memory lives beside this owner and goes with it.
            unsafe { module.free_memory() };
        }
    }
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Owner")
    }
}

fn failed(error: impl std::fmt::Display) -> CompileError {
    CompileError::new(error.to_string())
}

fn new_module() -> Result<JITModule, CompileError> {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "speed"),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
        (
            "enable_verifier",
            if cfg!(debug_assertions) {
                "true"
            } else {
                "false"
            },
        ),
    ] {
        flags.set(name, value).map_err(failed)?;
    }
    let isa = cranelift_native::builder()
        .map_err(failed)?
        .finish(settings::Flags::new(flags))
        .map_err(failed)?;
    let names = cranelift_module::default_libcall_names();
    Ok(JITModule::new(JITBuilder::with_isa(isa, names)))
}

/// Compiles one function of this many pointer-sized arguments, written by `body`.
fn compile(
    arguments: usize,
    body: impl FnOnce(&mut FunctionBuilder<'_>, &[Value]),
) -> Result<(Owner, *const u8), CompileError> {
    let mut module = new_module()?;
    let mut context = Context::new();
    let mut function_context = FunctionBuilderContext::new();
    let mut signature: Signature = module.make_signature();
    for _ in 0..arguments {
        signature.params.push(AbiParam::new(types::I64));
    }
    context.func.signature = signature.clone();
    {
        let mut builder = FunctionBuilder::new(&mut context.func, &mut function_context);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        builder.seal_block(entry);
        let given = builder.block_params(entry).to_vec();
        body(&mut builder, &given);
        builder.ins().return_(&[]);
        builder.finalize(module.target_config());
    }
    let compiled = (|| {
        let id = module
            .declare_function("run", Linkage::Export, &signature)
            .map_err(failed)?;
        module.define_function(id, &mut context).map_err(failed)?;
        module.finalize_definitions().map_err(failed)?;
        Ok(module.get_finalized_function(id))
    })();
    let owner = Owner(Mutex::new(Some(Box::new(module))));
    compiled.map(|entry| (owner, entry))
}

/// Writes `do { step } while (--steps)` around the interleaved chains. `first` has for each chain
/// the rows and then the counter; `invariants` are shared. Returns each chain's last values.
fn write_loop(
    emitter: &mut Emitter<'_, '_>,
    body: &Body,
    first: &[Vec<Value>],
    invariants: &[Value],
    steps: Value,
) -> Vec<Vec<Value>> {
    let float = emitter.float_type();
    let carried = body.dimension + usize::from(body.counts);
    let (head, done) = (emitter.to.create_block(), emitter.to.create_block());
    let mut arguments: Vec<BlockArg> = Vec::new();
    let mut inputs: Vec<Vec<Value>> = Vec::new();
    for chain in first {
        let mut at_head = chain.clone();
        for place in (0..body.dimension).chain(body.rows..body.carried()) {
            arguments.push(chain[place].into());
            at_head[place] = emitter.to.append_block_param(head, float);
        }
        inputs.push(at_head);
    }
    let left = emitter.to.append_block_param(head, types::I64);
    arguments.push(steps.into());
    emitter.to.ins().jump(head, &arguments);

    emitter.to.switch_to_block(head);
    let mut chains: Vec<Vec<Held>> = inputs
        .iter()
        .map(|_| Vec::with_capacity(body.program.ops.len()))
        .collect();
    for op in &body.program.ops {
        for (chain, inputs) in chains.iter_mut().zip(&inputs) {
            let held = match *op {
                Op::Input(number) => {
                    let number = number as usize;
                    Held::float(match number.checked_sub(body.carried()) {
                        Some(invariant) => invariants[invariant],
                        None => inputs[number],
                    })
                }
                _ => emitter.op(op, chain),
            };
            chain.push(held);
        }
    }
    let mut last: Vec<Vec<Value>> = Vec::new();
    for chain in &mut chains {
        let mut values = Vec::with_capacity(carried);
        for output in &body.program.outputs {
            values.push(emitter.as_float(&mut chain[*output as usize]));
        }
        last.push(values);
    }
    let one = emitter.to.ins().iconst(types::I64, 1);
    let left = emitter.to.ins().isub(left, one);
    let zero = emitter.to.ins().iconst(types::I64, 0);
    let more = emitter.to.ins().icmp(IntCC::NotEqual, left, zero);
    let mut again: Vec<BlockArg> = last.iter().flatten().map(|value| (*value).into()).collect();
    again.push(left.into());
    emitter.to.ins().brif(more, head, &again, done, &[]);
    emitter.to.seal_block(head);
    emitter.to.switch_to_block(done);
    emitter.to.seal_block(done);
    last
}

/// A single trajectory's step loop.
#[derive(Debug)]
pub(crate) struct SingleCode {
    // fn(carried values, invariants, steps)
    entry: unsafe extern "C" fn(*mut f64, *const f64, u64),
    carried: usize,
    invariants: usize,
    _owner: Owner,
}

impl SingleCode {
    pub fn compile(body: &Body) -> Result<SingleCode, CompileError> {
        let (owner, entry) = compile(3, |builder, given| {
            let flags = MemFlagsData::trusted();
            let load = |builder: &mut FunctionBuilder<'_>, base: Value, place: usize| {
                builder
                    .ins()
                    .load(types::F64, flags, base, (place * 8) as i32)
            };
            let first: Vec<Value> = (0..body.carried())
                .map(|place| load(builder, given[0], place))
                .collect();
            let invariants: Vec<Value> = (0..body.invariants)
                .map(|place| load(builder, given[1], place))
                .collect();
            let mut emitter = Emitter {
                to: builder,
                lanes: 1,
            };
            let last = write_loop(&mut emitter, body, &[first], &invariants, given[2]);
            let places = (0..body.dimension).chain(body.rows..body.carried());
            for (place, value) in places.zip(&last[0]) {
                builder
                    .ins()
                    .store(flags, *value, given[0], (place * 8) as i32);
            }
        })?;
        // SAFETY: compiled above with these three arguments.
        let entry = unsafe {
            std::mem::transmute::<*const u8, unsafe extern "C" fn(*mut f64, *const f64, u64)>(entry)
        };
        Ok(SingleCode {
            entry,
            carried: body.carried(),
            invariants: body.invariants,
            _owner: owner,
        })
    }

    pub fn run(&self, carried: &mut [f64], invariants: &[f64], steps: u64) {
        debug_assert_eq!(carried.len(), self.carried);
        if steps == 0 || carried.len() < self.carried || invariants.len() < self.invariants {
            return;
        }
        // SAFETY: the lengths are those the code was made for, and steps isn't 0.
        unsafe { (self.entry)(carried.as_mut_ptr(), invariants.as_ptr(), steps) };
    }
}

/// An ensemble's step loop, two lanes and up to four chains at a time.
#[derive(Debug)]
pub(crate) struct PairsCode {
    // fn(first row of the group, bytes from row to row, steps, counter and then invariants)
    entry: unsafe extern "C" fn(*mut f64, usize, u64, *const f64),
    chains: usize,
    rows: usize,
    invariants: usize,
    _owner: Owner,
}

/// Operations of all chains together that are still compiled interleaved.
const INTERLEAVED: usize = 12_000;

impl PairsCode {
    pub fn compile(body: &Body) -> Result<PairsCode, CompileError> {
        #[cfg(target_arch = "x86_64")]
        if !std::arch::is_x86_feature_detected!("sse4.1") {
            return Err(CompileError::new("the processor lacks SSE4.1"));
        }
        let chains = (INTERLEAVED / body.work().max(1)).clamp(1, 4);
        let (owner, entry) = compile(4, |builder, given| {
            let flags = MemFlagsData::trusted();
            let mut rows = vec![given[0]];
            for row in 1..body.rows {
                let next = builder.ins().iadd(rows[row - 1], given[1]);
                rows.push(next);
            }
            let broadcast = |builder: &mut FunctionBuilder<'_>, place: usize| {
                let value = builder
                    .ins()
                    .load(types::F64, flags, given[3], (place * 8) as i32);
                builder.ins().splat(types::F64X2, value)
            };
            let mut first = Vec::new();
            for chain in 0..chains {
                let mut values: Vec<Value> = rows
                    .iter()
                    .map(|row| {
                        builder
                            .ins()
                            .load(types::F64X2, flags, *row, (chain * 16) as i32)
                    })
                    .collect();
                if body.counts {
                    values.push(broadcast(builder, 0));
                }
                first.push(values);
            }
            let invariants: Vec<Value> = (0..body.invariants)
                .map(|place| broadcast(builder, place + 1))
                .collect();
            let mut emitter = Emitter {
                to: builder,
                lanes: 2,
            };
            let last = write_loop(&mut emitter, body, &first, &invariants, given[2]);
            for (chain, values) in last.iter().enumerate() {
                for (row, value) in rows.iter().zip(values).take(body.dimension) {
                    builder
                        .ins()
                        .store(flags, *value, *row, (chain * 16) as i32);
                }
            }
        })?;
        // SAFETY: compiled above with these four arguments.
        let entry = unsafe {
            std::mem::transmute::<*const u8, unsafe extern "C" fn(*mut f64, usize, u64, *const f64)>(
                entry,
            )
        };
        Ok(PairsCode {
            entry,
            chains,
            rows: body.rows,
            invariants: body.invariants,
            _owner: owner,
        })
    }

    pub fn group(&self) -> usize {
        2 * self.chains
    }

    pub fn run(&self, columns: &mut Columns<'_>, step: u64, invariants: &[f64], steps: u64) {
        if steps == 0 || columns.rows() != self.rows || invariants.len() < self.invariants {
            return;
        }
        let mut table = Vec::with_capacity(invariants.len() + 1);
        table.push(step as f64);
        table.extend_from_slice(invariants);
        super::in_groups(columns, self.group(), |start, stride| {
            // SAFETY: `in_groups` passes a group of this many members with this many rows.
            unsafe { (self.entry)(start, stride * 8, steps, table.as_ptr()) };
        });
    }
}
