//! The transitions of a `.rule` file as a sheet: each line drawn as a neighbourhood in the
//! file's colours, to be changed, added, doubled, removed and moved. The changed table is a rule
//! of its own; a run under it starts from the beginning, so that the file stays as it was. A
//! tree has no lines: its neighbourhood is put together by hand, and the outcome shown.

use std::sync::Arc;

use egui::{Color32, Id, Popup, Rect, RichText, ScrollArea, Sense, Ui, Vec2, vec2};
use loom_automata::Rule;
use loom_automata::rule::RuleFile;
use loom_automata::rule::sheet;
use loom_automata::rule::table::script::{Script, Transition};

use super::transition::{self, SIDE};
use crate::shell::acts::{Act, Acts, Tone};
use crate::shell::live::Live;
use crate::shell::tokens::{font, size};
use crate::widgets::button;

/// The height of a line.
const LINE: f32 = 3.0 * SIDE + 8.0;

/// States in a list that is not scrolled.
const LISTED: f32 = 320.0;

/// What is kept of a rule from frame to frame.
#[derive(Clone)]
struct Kept {
    /// What the rule was read from.
    text: String,
    file: Option<Arc<[u8]>>,
    rule: Option<Rule>,
    /// The script as it was read, and after each change.
    versions: Vec<Arc<Script>>,
    /// The state of the middle cell whose lines are shown.
    state: Option<u8>,
    /// Those lines.
    shown: Arc<Vec<usize>>,
}

impl Kept {
    fn list(&mut self) {
        let lines = self
            .versions
            .last()
            .map(|script| script.of_state(self.state));
        self.shown = Arc::new(lines.unwrap_or_default());
    }
}

fn memory(live: u64) -> Id {
    Id::unique(("table of the rule", live))
}

fn kept(ui: &Ui, live: &Live) -> Option<Arc<Kept>> {
    ui.data(|data| data.get_temp(memory(live.id)))
}

fn keep(ui: &Ui, live: &Live, kept: Kept) {
    ui.data_mut(|data| data.insert_temp(memory(live.id), Arc::new(kept)));
}

/// The rule of a run, read once.
pub fn rule(ui: &Ui, live: &Live, text: &str) -> Option<Rule> {
    let model = &live.snapshot.model;
    let file = model
        .attachments
        .get("rule")
        .map(|file| Arc::clone(&file.bytes));
    if let Some(kept) = kept(ui, live).filter(|kept| kept.text == text && kept.file == file) {
        return kept.rule.clone();
    }
    let rule = sheet::rule_of(model).or_else(|| text.parse().ok());
    let script = match rule.as_ref().map(|rule| &rule.family) {
        Some(loom_automata::Family::Table(file)) => Script::of(file).map(Arc::new),
        _ => None,
    };
    let mut fresh = Kept {
        text: text.to_owned(),
        file,
        rule: rule.clone(),
        versions: script.into_iter().collect(),
        state: None,
        shown: Arc::default(),
    };
    fresh.list();
    keep(ui, live, fresh);
    rule
}

/// A change of the table.
enum Change {
    Item(usize, usize, String),
    Add(Option<usize>),
    Duplicate(usize),
    Remove(usize),
    Move(usize, usize),
    Undo,
    State(Option<u8>),
}

/// Shows the table of the run's rule.
pub fn show(ui: &mut Ui, live: &Live, acts: &mut Acts, (rule, file): (&Rule, &Arc<RuleFile>)) {
    let Some(kept) = kept(ui, live) else {
        return;
    };
    let colours = transition::colours(ui, rule);
    let mut change = None;
    egui::Frame::new()
        .inner_margin(size::SECTION)
        .show(ui, |ui| {
            let Some(script) = kept.versions.last() else {
                heading(ui, file, "a decision tree");
                tree(ui, live, file, &colours);
                return;
            };
            let symmetry = script.transition(0).map(|t| t.symmetry().to_owned());
            let words = format!(
                "{} transitions, symmetry {}; the first that fits counts",
                script.len(),
                symmetry.unwrap_or_else(|| "none".to_owned())
            );
            heading(ui, script.rule(), &words);
            ui.horizontal_wrapped(|ui| {
                change = filter(ui, live, &kept, file, &colours);
                let changed = kept.versions.len() > 1;
                let help = "A new line at the end: dead cells that stay dead, to be changed.";
                if button::words(ui, "Add a line", help).clicked() {
                    change = Some(Change::Add(None));
                }
                let undo = ui.add_enabled(changed, egui::Button::new("Undo"));
                let help = "Takes the last change of the table back.";
                if button::tip(undo, "Undo", "", help).clicked() {
                    change = Some(Change::Undo);
                }
                let run = button::primary(ui, "Run this rule", changed);
                let help = "Opens a run of its own from the beginning under the changed rule.";
                if button::tip(run, "Run this rule", "", help).clicked() {
                    let file = script.rule();
                    acts.push(Act::OpenModel {
                        model: Box::new(sheet::with_file(&live.snapshot.model, file, rule)),
                        title: file.name.clone(),
                    });
                }
            });
            ui.add_space(size::GRID);
            let shown = Arc::clone(&kept.shown);
            ScrollArea::vertical()
                .auto_shrink([false, false])
                .show_rows(ui, LINE, shown.len(), |ui, range| {
                    for place in range {
                        let neighbours = [
                            place.checked_sub(1).and_then(|at| shown.get(at).copied()),
                            shown.get(place + 1).copied(),
                        ];
                        let Some(&at) = shown.get(place) else {
                            continue;
                        };
                        if let Some(asked) = line(ui, script, at, neighbours, (&colours, file)) {
                            change = Some(asked);
                        }
                    }
                });
        });
    if let Some(change) = change {
        apply(ui, live, acts, (*kept).clone(), change);
    }
}

fn heading(ui: &mut Ui, file: &RuleFile, words: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&file.name).font(font::mono()));
        ui.label(RichText::new(words).font(font::secondary()).weak());
    });
    if let Some(about) = file.about.lines().next().filter(|line| !line.is_empty()) {
        ui.label(RichText::new(about).font(font::secondary()).weak());
    }
    ui.add_space(size::GRID);
}

/// A state with its name.
fn title(file: &RuleFile, state: u8) -> String {
    match file.names.get(usize::from(state)) {
        Some(Some(name)) => format!("{state} {name}"),
        _ => state.to_string(),
    }
}

/// States to choose from; the one that is clicked.
fn states(ui: &mut Ui, file: &RuleFile, colours: &[Color32]) -> Option<u8> {
    let mut chosen = None;
    for state in 0..file.states.min(256) {
        let state = state as u8;
        ui.horizontal(|ui| {
            let cell = transition::swatch(ui, &[state], colours, "");
            let words = ui.selectable_label(false, title(file, state));
            if cell.clicked() || words.clicked() {
                chosen = Some(state);
            }
        });
    }
    chosen
}

fn filter(
    ui: &mut Ui,
    live: &Live,
    kept: &Kept,
    file: &RuleFile,
    colours: &[Color32],
) -> Option<Change> {
    let words = kept.state.map_or("Every middle cell".to_owned(), |state| {
        format!("Middle cell {}", title(file, state))
    });
    let mut change = None;
    let shown = button::drop_down(("middle cell", live.id), words)
        .width(160.0)
        .show_ui(ui, |ui| {
            if ui
                .selectable_label(kept.state.is_none(), "Every middle cell")
                .clicked()
            {
                change = Some(Change::State(None));
            }
            if let Some(state) = states(ui, file, colours) {
                change = Some(Change::State(Some(state)));
                ui.close();
            }
        });
    let help = "Shows only the transitions of cells in this state.";
    button::tip(shown.response, "Middle cell", "", help);
    change
}

/// One transition; what is asked of it. The neighbours are the lines shown before and after it.
fn line(
    ui: &mut Ui,
    script: &Script,
    at: usize,
    [before, after]: [Option<usize>; 2],
    (colours, file): (&[Color32], &RuleFile),
) -> Option<Change> {
    let transition = script.transition(at)?;
    let mut change = None;
    ui.horizontal(|ui| {
        ui.set_height(LINE - 4.0);
        ui.add_sized(
            vec2(52.0, SIDE),
            egui::Label::new(
                RichText::new((at + 1).to_string())
                    .font(font::mono_small())
                    .weak(),
            ),
        );
        let (room, _) = ui.allocate_exact_size(Vec2::splat(3.0 * SIDE), Sense::hover());
        let items: Vec<_> = transition.items().collect();
        let cells = script.places();
        for (place, item) in items.iter().enumerate() {
            let rect = match cells.get(place) {
                Some(block) => {
                    let corner = vec2((block % 3) as f32, (block / 3) as f32) * SIDE;
                    Rect::from_min_size(room.min + corner, Vec2::splat(SIDE))
                }
                None => {
                    ui.label(RichText::new("→").font(font::mono()));
                    ui.allocate_exact_size(Vec2::splat(SIDE), Sense::hover()).0
                }
            };
            let id = ui.scope_id().with((at, place));
            let response = ui.interact(rect, id, Sense::click());
            let word = if item.is_variable() {
                item.word.as_str()
            } else {
                ""
            };
            transition::paint(ui, rect, &item.states, colours, word, &response);
            let name = called(item.is_variable(), &item.word, &item.states, file);
            let help = "A click shows the states and variables that may stand here.";
            let response = transition::named(response, &name, help);
            Popup::menu(&response).show(|ui| {
                if let Some(word) = choice(ui, &transition, (colours, file)) {
                    change = Some(Change::Item(at, place, word));
                    ui.close();
                }
            });
        }
        ui.add_space(size::GAP);
        ui.label(
            RichText::new(transition.symmetry())
                .font(font::secondary())
                .weak(),
        );
        let more = ui.button("Line…");
        let help = "Doubles, removes or moves this line, or adds one below it.";
        let more = button::tip(more, &format!("Line {}", at + 1), "", help);
        Popup::menu(&more).show(|ui| {
            let mut entry = |words: &str, asked: Option<Change>| {
                if ui
                    .add_enabled(asked.is_some(), egui::Button::new(words))
                    .clicked()
                {
                    change = asked;
                    ui.close();
                }
            };
            entry("Duplicate", Some(Change::Duplicate(at)));
            entry("Add below", Some(Change::Add(Some(at))));
            entry("Move up", before.map(|to| Change::Move(at, to)));
            entry("Move down", after.map(|to| Change::Move(at, to)));
            entry("Remove", Some(Change::Remove(at)));
        });
    });
    change
}

/// What a cell of a transition is called.
fn called(variable: bool, word: &str, states: &[u8], file: &RuleFile) -> String {
    let list: Vec<String> = states.iter().take(24).map(|s| title(file, *s)).collect();
    let more = if states.len() > 24 { ", …" } else { "" };
    if variable {
        format!("{word}: one of {}{more}", list.join(", "))
    } else {
        format!("State {}", list.join(", "))
    }
}

/// The states and variables that may stand in a transition; the word that is clicked.
fn choice(
    ui: &mut Ui,
    transition: &Transition,
    (colours, file): (&[Color32], &RuleFile),
) -> Option<String> {
    let mut word = None;
    ScrollArea::vertical().max_height(LISTED).show(ui, |ui| {
        word = states(ui, file, colours).map(|state| state.to_string());
        for variable in transition.variables() {
            ui.horizontal(|ui| {
                let cell = transition::swatch(ui, &variable.states, colours, "");
                let words = ui.selectable_label(false, &variable.word);
                if cell.clicked() || words.clicked() {
                    word = Some(variable.word.clone());
                }
            });
        }
    });
    word
}

/// Makes a change, or says why it can't be made.
fn apply(ui: &Ui, live: &Live, acts: &mut Acts, mut kept: Kept, change: Change) {
    let Some(last) = kept.versions.last().map(Arc::clone) else {
        return;
    };
    // The file's own name stays that of the file's own rule.
    let own = if kept.versions.len() > 1 {
        Ok((*last).clone())
    } else {
        last.renamed(&format!("{}-changed", last.rule().name))
    };
    let changed = own.and_then(|own| match change {
        Change::Item(at, place, word) => own.with(at, place, &word).map(Some),
        Change::Add(behind) => own.added(behind).map(Some),
        Change::Duplicate(at) => own.duplicated(at).map(Some),
        Change::Remove(at) => own.removed(at).map(Some),
        Change::Move(at, to) => own.moved(at, to).map(Some),
        Change::Undo => {
            if kept.versions.len() > 1 {
                kept.versions.pop();
            }
            Ok(None)
        }
        Change::State(state) => {
            kept.state = state;
            Ok(None)
        }
    });
    match changed {
        Ok(script) => {
            kept.versions.extend(script.map(Arc::new));
            kept.list();
            keep(ui, live, kept);
        }
        Err(error) => acts.push(Act::Say(
            Tone::Warning,
            format!(
                "The table stays as it was: {}.",
                error.problem.trim_end_matches('.')
            ),
        )),
    }
}

/// A neighbourhood that is put together, and what becomes of its middle.
fn tree(ui: &mut Ui, live: &Live, file: &RuleFile, colours: &[Color32]) {
    ui.label(
        RichText::new("A tree has no lines. Choose the cells, and see what the middle becomes.")
            .weak(),
    );
    ui.add_space(size::GAP);
    let id = Id::unique(("neighbourhood of the rule", live.id));
    let mut block: [u8; 9] = ui.data(|data| data.get_temp(id)).unwrap_or([0; 9]);
    let corners = !file.is_von_neumann();
    ui.horizontal(|ui| {
        let (room, _) = ui.allocate_exact_size(Vec2::splat(3.0 * SIDE), Sense::hover());
        for (place, state) in block.iter_mut().enumerate() {
            if !corners && matches!(place, 0 | 2 | 6 | 8) {
                continue;
            }
            let corner = vec2((place % 3) as f32, (place / 3) as f32) * SIDE;
            let rect = Rect::from_min_size(room.min + corner, Vec2::splat(SIDE));
            let response = ui.interact(rect, id.with(place), Sense::click());
            transition::paint(ui, rect, &[*state], colours, "", &response);
            let name = format!("State {}", title(file, *state));
            let help = "A click shows the states that this cell may be in.";
            let response = transition::named(response, &name, help);
            Popup::menu(&response).show(|ui| {
                ScrollArea::vertical().max_height(LISTED).show(ui, |ui| {
                    if let Some(chosen) = states(ui, file, colours) {
                        *state = chosen;
                        ui.close();
                    }
                });
            });
        }
        ui.label(RichText::new("→").font(font::mono()));
        let next = file.next(&block);
        transition::swatch(ui, &[next], colours, "");
        ui.label(RichText::new(title(file, next)).font(font::mono_small()));
    });
    ui.data_mut(|data| data.insert_temp(id, block));
}
