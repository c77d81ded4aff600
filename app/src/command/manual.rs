//! Shell completions and man pages, made from the commands' own declaration.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::{Done, Failure, declaration, output};

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  strange-loom completions bash > ~/.local/share/bash-completion/completions/strange-loom"
)]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Done {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut declaration(), "strange-loom", &mut text);
        output::file(None, &text)
    }
}

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom man | man -l -\n  strange-loom man --out ~/.local/share/man/man1"
)]
pub struct Man {
    /// Folder for one page a command
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub fn run(self) -> Done {
        let mut command = declaration();
        command.build();
        let Some(folder) = self.out else {
            return output::file(None, &page(command)?);
        };
        std::fs::create_dir_all(&folder)
            .map_err(|e| Failure::job(format!("{} can't be made: {e}.", folder.display())))?;
        write_all(&command, &folder)
    }
}

fn page(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .map_err(Failure::job)?;
    Ok(text)
}

fn write_all(command: &clap::Command, folder: &std::path::Path) -> Done {
    // A built command knows its whole name: strange-loom-automata-run.
    let name = command.get_display_name().unwrap_or(command.get_name());
    output::file(
        Some(&folder.join(format!("{name}.1"))),
        &page(command.clone())?,
    )?;
    for sub in command.get_subcommands().filter(|s| s.get_name() != "help") {
        write_all(sub, folder)?;
    }
    Ok(())
}
