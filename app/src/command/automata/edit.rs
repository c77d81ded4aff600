//! `automata edit`: the operations of the window on a pattern, one after another.

use std::path::PathBuf;

use clap::Args;
use loom_automata::Rule;
use loom_sim::operation::CLIPBOARD;
use loom_sim::{Gate, Operation, Outcome, Place, Run, Settings, Step, Value, View};

use super::super::given::{self, Set};
use super::super::{Done, Failure, analysis, output};
use super::{From, rule};

/// Change a pattern by the operations of the window: turn, fill, tile, move, advance a part …
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  strange-loom automata edit --list\n  \
    strange-loom automata edit --pattern glider --do rotate_clockwise --out glider.rle\n  \
    strange-loom automata edit --pattern gun.rle --after 60 --select 0,0,36,20 --do clear_outside --out -\n  \
    strange-loom automata edit --soup 64x64 --select -8,-8,16,16 --do \"random_fill density=0.3 symmetry=D8\" --out soup.rle")]
pub struct Edit {
    #[command(flatten)]
    from: Option<From>,
    /// The rule, if not the file's own
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// Generations to run first
    #[arg(long, value_name = "N", default_value = "0", value_parser = given::whole)]
    after: Step,
    /// The selected rectangle: left, top, width and height in cells
    #[arg(long, value_name = "X,Y,W,H", allow_hyphen_values = true)]
    select: Option<String>,
    /// An operation with its settings; repeatable, done in their order
    #[arg(long = "do", value_name = "KEY [NAME=VALUE …]")]
    operations: Vec<String>,
    /// A pattern file that takes the place of the clipboard
    #[arg(long, value_name = "F")]
    clipboard: Option<PathBuf>,
    /// Print the operations and what each asks for
    #[arg(long)]
    list: bool,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Where to write the pattern; - is standard output
    #[arg(long, value_name = "F.rle|.mc")]
    out: Option<PathBuf>,
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

fn listed(offered: &[Operation]) -> Done {
    let rows: Vec<Vec<String>> = offered
        .iter()
        .map(|operation| {
            let asked: Vec<String> = operation
                .asked()
                .map(|p| format!("{}={}", p.key, p.default))
                .collect();
            vec![
                operation.key.clone(),
                asked.join(" "),
                operation.help.clone(),
            ]
        })
        .collect();
    output::text(&output::table(
        &["operation", "settings", "what it does"],
        &rows,
    ))
}

/// An operation and its settings, as written after `--do`.
fn read<'a>(
    text: &str,
    offered: &'a [Operation],
    seed: u64,
) -> Result<(&'a Operation, Settings), Failure> {
    let mut words = text.split_whitespace();
    let key = words.next().unwrap_or("").replace('-', "_");
    let operation = offered.iter().find(|o| o.key == key).ok_or_else(|| {
        Failure::input(format!(
            "--do {text}: there is no operation {key}; `automata edit --list` names them."
        ))
    })?;
    let mut settings = Settings::new();
    for parameter in operation.asked() {
        settings.insert(parameter.key.clone(), parameter.default.clone());
        if parameter.key == "seed" {
            settings.insert(parameter.key.clone(), Value::Integer(seed as i64));
        }
    }
    for word in words {
        let pair = word.split_once('=');
        let found = pair.and_then(|(name, value)| {
            let parameter = operation.asked().find(|p| p.key == name)?;
            Some((parameter, value))
        });
        let (parameter, value) = found.ok_or_else(|| {
            let names: Vec<&str> = operation.asked().map(|p| p.key.as_str()).collect();
            Failure::input(format!(
                "--do {text}: {word} is no setting of {key}; it takes {}.",
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            ))
        })?;
        let value = parameter.check(&analysis::value(parameter, value)?)?;
        settings.insert(parameter.key.clone(), value);
    }
    Ok((operation, settings))
}

impl Edit {
    pub fn run(self) -> Done {
        let registry = crate::registry();
        let science = registry.get("automata")?;
        let Some(from) = &self.from else {
            if self.list {
                return listed(&science.operations(&loom_sim::Model::new("automata", "glider")));
            }
            return Err(Failure::input("Name a --pattern or a --soup."));
        };
        let mut model = from.model(self.rule.clone(), self.seed, self.memory)?;
        Set {
            seed: self.seed,
            ..Set::default()
        }
        .apply(&**science, &mut model)?;
        let offered = science.operations(&model);
        if self.list {
            return listed(&offered);
        }
        let mut run = Run::new(science.clone(), model.clone(), Place::cpu())?;
        run.advance(&self.after, &Gate::open())?;
        let mut view = View::new([640, 480]);
        if let Some(rectangle) = &self.select {
            let text: Vec<&str> = rectangle
                .split([',', ' '])
                .filter(|s| !s.is_empty())
                .collect();
            view.settings
                .insert("selection".into(), Value::from(text.join(" ")));
        }
        let clipboard = match &self.clipboard {
            Some(path) => String::from_utf8_lossy(&output::read(path)?).into_owned(),
            None => String::new(),
        };
        for text in &self.operations {
            let (operation, mut settings) = read(text, &offered, self.seed)?;
            if operation.reads_clipboard() {
                settings.insert(CLIPBOARD.into(), Value::from(clipboard.as_str()));
            }
            let mut outcome = run.simulation().operate(&operation.key, &settings, &view)?;
            if let Some((_, other)) = outcome.opens.take() {
                // What would open beside in the window goes on here.
                model = *other;
                run = Run::new(science.clone(), model.clone(), Place::cpu())?;
            }
            self.done(&mut run, &mut view, outcome)?;
        }
        let Some(out) = &self.out else {
            return Ok(());
        };
        let ending = output::ending(Some(out), None, "rle")?;
        let capture = run.simulation().capture();
        let bytes = science.export(&model, Some(&capture), &ending)?;
        output::file(Some(out), &bytes)
    }

    /// Applies what an operation came to; what it says and copies is printed.
    fn done(&self, run: &mut Run, view: &mut View, outcome: Outcome) -> Done {
        for input in outcome.inputs {
            run.apply(input)?;
        }
        view.settings.extend(outcome.view);
        for text in outcome.said.iter().chain(&outcome.copied) {
            output::text(text.trim_end())?;
        }
        Ok(())
    }
}
