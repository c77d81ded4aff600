//! Arguments to a window or a command.

use std::process::ExitCode;

fn main() -> ExitCode {
    strange_loom::command::main()
}
