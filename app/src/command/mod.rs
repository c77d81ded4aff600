//! The command line: what the window computes, run without it, from the same code.

mod analysis;
mod animate;
mod attractors;
mod automata;
mod bifurcation;
mod circuits;
mod continuous;
mod dataset;
mod declared;
mod doctor;
mod failure;
mod games;
mod given;
mod info;
mod manual;
mod measure;
mod output;
mod print;
mod render;
mod score;
mod sound;
mod tours;
mod webs;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

pub use dataset::granularities;
pub use failure::Failure;

use crate::shell::acts::Act;

/// What a command gives back.
pub type Done = Result<(), Failure>;

/// Strange attractors, cellular automata, spider webs and neural circuit diagrams: seen,
/// measured and published.
#[derive(Debug, Parser)]
#[command(
    name = "strange-loom",
    version,
    about,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command the window opens, on FILE if one is named.\n\n\
        Examples:\n  strange-loom\n  strange-loom figure.png\n  \
        strange-loom attractors lyapunov Lorenz --json"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// A figure, a picture that carries one, a pattern, a graph, a model or a tour to open
    file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Strange attractors: list, show, trajectories, exponents, dimensions, spectra, orbit diagrams
    #[command(subcommand, visible_alias = "attractor")]
    Attractors(attractors::Verb),
    /// Cellular automata: run, convert, analyse
    #[command(subcommand, visible_alias = "automaton")]
    Automata(automata::Verb),
    /// Spider webs and graphs: generate, analyse
    #[command(subcommand, visible_alias = "web")]
    Webs(webs::Verb),
    /// Neural circuit diagrams: list, show, analyse
    #[command(subcommand, visible_alias = "circuit")]
    Circuits(circuits::Verb),
    /// Lessons step by step: list, show, check
    #[command(subcommand)]
    Tours(tours::Verb),
    Tour(tours::Open),
    Render(render::Render),
    Info(info::Info),
    Doctor(doctor::Doctor),
    Completions(manual::Completions),
    Man(manual::Man),
}

/// Runs the program: a command, or the window.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// The same with given arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let Some(command) = cli.command else {
        return open(cli.file);
    };
    let done = match command {
        Command::Attractors(verb) => verb.run(),
        Command::Automata(verb) => verb.run(),
        Command::Webs(verb) => verb.run(),
        Command::Circuits(verb) => verb.run(),
        Command::Tours(verb) => verb.run(),
        Command::Tour(open) => return open.run(),
        Command::Render(render) => render.run(),
        Command::Info(info) => info.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn open(file: Option<PathBuf>) -> ExitCode {
    if let Some(path) = &file
        && !path.exists()
    {
        let name = path.display();
        return Failure::input(format!(
            "There is no command and no file called {name}: strange-loom --help lists the commands."
        ))
        .tell();
    }
    crate::shell::open(file.into_iter().map(Act::Load).collect())
}

/// The catalogue of a science, for its `list`.
fn catalogue(key: &str, json: bool) -> Done {
    let registry = crate::registry();
    let entries = registry.get(key)?.catalogue();
    if json {
        let list = entries
            .iter()
            .map(|e| {
                serde_json::json!({
                    "name": e.name,
                    "title": e.title,
                    "group": e.group,
                    "summary": e.summary,
                    "citation": e.citation,
                    "keywords": e.keywords,
                    "parameters": e.model.parameters,
                })
            })
            .collect();
        return output::json(&serde_json::Value::Array(list));
    }
    let rows: Vec<Vec<String>> = entries
        .into_iter()
        .map(|e| vec![e.name, e.group, e.summary])
        .collect();
    output::text(&output::table(&["name", "group", "summary"], &rows))
}

/// Help and version go to standard output; everything else is one line and status 2.
fn refuse(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            match output::text(&error.render().to_string()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => failure.tell(),
            }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Failure::input("A command is missing: see strange-loom --help.").tell()
        }
        _ => Failure::input(one_line(&error.render().to_string())).tell(),
    }
}

/// Clap's report of an error, its hints included, on one line.
fn one_line(report: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for line in report.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("Usage:") || line.starts_with("For more information")
        {
            continue;
        }
        match (line.strip_prefix("tip: "), parts.last_mut()) {
            (Some(tip), Some(last)) => *last = format!("{last}; {tip}"),
            _ => parts.push(line.trim_start_matches("error: ").to_owned()),
        }
    }
    let mut text = parts.join(" ");
    if let Some(first) = text.chars().next() {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    if !text.ends_with(['.', '?', '!', ']']) {
        text.push('.');
    }
    text.push_str(" (strange-loom --help shows how it is used)");
    text
}

/// The declaration of all commands, for the manual and the completions.
pub fn declaration() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_declaration_is_sound_and_every_command_has_an_example() {
        declaration().debug_assert();
        fn walk(command: &clap::Command, path: &str) {
            for sub in command.get_subcommands() {
                let path = format!("{path} {}", sub.get_name());
                if sub.get_name() == "help" {
                    continue;
                }
                if sub.has_subcommands() {
                    walk(sub, &path);
                } else {
                    let help = sub.get_after_help().map(ToString::to_string);
                    let help = help.unwrap_or_default();
                    assert!(help.contains(&path), "{path} has no example in its help");
                }
            }
        }
        walk(&declaration(), "strange-loom");
    }

    #[test]
    fn a_wrong_argument_is_one_line_with_the_near_miss() {
        let error =
            Cli::try_parse_from(["strange-loom", "attractors", "lyapnov", "Lorenz"]).unwrap_err();
        let line = one_line(&error.render().to_string());
        assert!(!line.contains('\n') && line.contains("lyapunov"), "{line}");
        let wrong = [
            "strange-loom",
            "attractors",
            "lyapunov",
            "Lorenz",
            "--sed",
            "1",
        ];
        let error = Cli::try_parse_from(wrong).unwrap_err();
        assert_eq!(
            one_line(&error.render().to_string()),
            "Unexpected argument '--sed' found; a similar argument exists: '--seed'. \
             (strange-loom --help shows how it is used)"
        );
    }
}
