//! strange-loom
fn main() -> std::process::ExitCode {
    strange_loom::shell::open(std::env::args_os().nth(1).map(Into::into))
}
