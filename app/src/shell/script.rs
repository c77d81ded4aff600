//! The tile in which a model is written: a text with colours, faults at their place, and beside
//! it the formulas as a paper sets them. Every text that can be read is at work at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Key, Layout, RichText, ScrollArea, Stroke, TextEdit, Ui, vec2};
use loom_sim::conductor::{Command, Wake};
use loom_sim::{Draft, Fault, Job, Manuscript, Model, Word};

use super::acts::{Act, Acts};
use super::icons::{self, Icon};
use super::live::Live;
use super::tokens::{self, Tokens, font, size};
use crate::widgets::button::Tool;
use crate::widgets::formulas;

/// A text is read once nothing has been typed for so long.
const PAUSE: Duration = Duration::from_millis(250);
/// Wider than this, the formulas stand beside the text, else under it.
const WIDE: f32 = 520.0;

/// What is being written for one run.
#[derive(Default)]
pub struct Script {
    title: String,
    text: String,
    /// The model that the text was taken from, or has become.
    of: Option<Model>,
    /// When the text was last changed, until it is being read.
    changed: Option<Instant>,
    reading: Option<Reading>,
    read: Option<Result<Draft, Fault>>,
    /// The newest that could be read.
    good: Option<Draft>,
    /// The text is to be written over: it gets the keys, all of it selected.
    fresh: bool,
}

/// A text on its way to a model.
struct Reading {
    /// The text was typed here: the run follows it.
    typed: bool,
    cancel: Arc<AtomicBool>,
    done: Arc<Mutex<Option<Result<Draft, Fault>>>>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

impl Script {
    /// A text that its writer will replace.
    pub fn fresh() -> Self {
        Self {
            fresh: true,
            ..Self::default()
        }
    }

    /// Takes the text of the run's model, where it is not the one that is being written.
    fn follow(&mut self, live: &Live, manuscript: &dyn Manuscript) {
        let same = self.of.as_ref().is_some_and(|of| {
            of.kind == live.model().kind && of.attachments == live.model().attachments
        });
        if same || live.is_building() || self.changed.is_some() || self.reading.is_some() {
            return;
        }
        if let Ok(text) = manuscript.text(live.model()) {
            // What is changed of a catalogue's system is another system.
            self.title = match &live.entry {
                Some(entry) => format!("My {}", entry.title),
                None => live.title.clone(),
            };
            self.text = text;
            self.of = Some(live.model().clone());
            self.read = None;
        }
    }

    fn start(&mut self, typed: bool, manuscript: Arc<dyn Manuscript>, wake: Wake) {
        let cancel = Arc::new(AtomicBool::new(false));
        let done = Arc::new(Mutex::new(None));
        self.reading = Some(Reading {
            typed,
            cancel: cancel.clone(),
            done: done.clone(),
        });
        self.changed = None;
        let (title, text, old) = (self.title.clone(), self.text.clone(), self.of.clone());
        std::thread::spawn(move || {
            let job = Job::new(cancel, |_| {}, |_| {});
            let read = manuscript.read(title.trim(), &text, old.as_ref(), &job);
            *done.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
            wake();
        });
    }

    /// Takes what has been read; the model if it is another one.
    fn collect(&mut self) -> Option<Model> {
        let reading = self.reading.as_ref()?;
        let read = reading
            .done
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        let typed = reading.typed;
        self.reading = None;
        let model = read.as_ref().ok().map(|draft| draft.model.clone());
        if let Ok(draft) = &read {
            self.good = Some(draft.clone());
        }
        self.read = Some(read);
        let model = model.filter(|_| typed)?;
        let same = self
            .of
            .as_ref()
            .is_some_and(|of| of.attachments == model.attachments);
        self.of = Some(model.clone());
        (!same).then_some(model)
    }
}

/// Shows the tile.
pub fn show(ui: &mut Ui, live: &mut Live, wake: &Wake, acts: &mut Acts) {
    let Some(manuscript) = live.science.manuscript() else {
        crate::widgets::plot::empty(ui, "Runs of this science are not written as text.");
        return;
    };
    let mut script = std::mem::take(&mut live.script);
    script.follow(live, &*manuscript);
    if script.read.is_none() && script.reading.is_none() && script.changed.is_none() {
        // The formulas of a text that was not typed here.
        script.start(false, manuscript.clone(), wake.clone());
    }
    if let Some(model) = script.collect() {
        live.touch(Command::Recast(
            format!("Edit the {}", manuscript.name().to_lowercase()),
            Box::new(model),
        ));
        live.touch(Command::Play);
    }
    if let Some(changed) = script.changed {
        let left = PAUSE.saturating_sub(changed.elapsed());
        if left.is_zero() {
            script.start(true, manuscript.clone(), wake.clone());
        } else {
            ui.request_repaint_after(left);
        }
    }
    egui::Frame::new()
        .inner_margin(egui::Margin::same(size::GAP as i8))
        .show(ui, |ui| {
            head(ui, &mut script, &*manuscript, acts);
            ui.add_space(size::GRID);
            let foot = 24.0;
            let room = ui.available_size() - vec2(0.0, foot);
            let wide = room.x >= WIDE;
            let text_size = if wide {
                vec2((room.x * 0.52).floor(), room.y)
            } else {
                vec2(room.x, (room.y * 0.6).floor())
            };
            let rest = if wide {
                vec2(room.x - text_size.x - size::GAP, room.y)
            } else {
                vec2(room.x, room.y - text_size.y - size::GRID)
            };
            let both = |ui: &mut Ui| {
                ui.allocate_ui(text_size, |ui| editor(ui, &mut script, &*manuscript));
                ui.allocate_ui(rest, |ui| paper(ui, &script));
            };
            if wide {
                ui.horizontal_top(both);
            } else {
                ui.vertical(both);
            }
            verdict(ui, &script);
        });
    live.script = script;
}

/// The name, and what can be done with the whole.
fn head(ui: &mut Ui, script: &mut Script, manuscript: &dyn Manuscript, acts: &mut Acts) {
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Name").font(font::secondary()).weak());
        let name = ui
            .add(
                TextEdit::singleline(&mut script.title)
                    .desired_width(200.0)
                    .char_limit(60),
            )
            .labelled_by(label.id)
            .on_hover_text(format!("What the {} is called.", manuscript.thing()));
        if name.changed() && !script.title.trim().is_empty() {
            script.changed = Some(Instant::now());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let formulas = script
                .good
                .as_ref()
                .map_or_else(String::new, |draft| draft.formulas.join(" \\\\\n"));
            if Tool::new(
                Icon::Copy,
                "Copy as LaTeX",
                "The equations for a paper, in an aligned environment.",
            )
            .show(ui)
            .clicked()
                && !formulas.is_empty()
            {
                acts.push(Act::Copy {
                    what: "The LaTeX".into(),
                    text: format!(
                        "\\begin{{aligned}}\n{}\n\\end{{aligned}}",
                        formulas.replace(" = ", " &= ")
                    ),
                });
            }
            ui.label(icons::text_of(Icon::CircleQuestionMark, 14.0).weak())
                .on_hover_text(manuscript.help());
        });
    });
}

fn editor(ui: &mut Ui, script: &mut Script, manuscript: &dyn Manuscript) {
    let tokens = tokens::of(ui);
    let fault = match &script.read {
        Some(Err(fault)) => Some(fault.clone()),
        _ => None,
    };
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
        let mut job = colored(text.as_str(), manuscript, fault.as_ref(), tokens);
        job.wrap.max_width = width;
        ui.fonts_mut(|f| f.layout_job(job))
    };
    ScrollArea::vertical()
        .id_salt("text")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let size = ui.available_size();
            let response = ui
                .add_sized(
                    size,
                    TextEdit::multiline(&mut script.text)
                        .font(font::mono())
                        .code_editor()
                        .lock_focus(false)
                        .hint_text(manuscript.help())
                        .layouter(&mut layouter),
                )
                .accessible_name(manuscript.name());
            if script.of.is_some() && std::mem::take(&mut script.fresh) {
                response.request_focus();
                let all = egui::text::CCursorRange::two(
                    egui::text::CCursor::default(),
                    egui::text::CCursor::new(script.text.chars().count()),
                );
                let mut state = TextEdit::load_state(ui, response.id).unwrap_or_default();
                state.cursor.set_char_range(Some(all));
                state.store(ui, response.id);
            }
            if response.changed() {
                script.changed = Some(Instant::now());
            }
            let now = ui.input(|i| i.modifiers.command && i.key_pressed(Key::Enter));
            if now && response.has_focus() {
                script.changed = Instant::now().checked_sub(PAUSE);
            }
        });
}

/// The text with its words in their colours and the fault underlined.
fn colored(
    text: &str,
    manuscript: &dyn Manuscript,
    fault: Option<&Fault>,
    tokens: &Tokens,
) -> LayoutJob {
    let plain = TextFormat::simple(font::mono(), tokens.text);
    let mut job = LayoutJob::default();
    let marked = fault.map(|fault| place(text, fault));
    let mut push = |from: usize, to: usize, color: egui::Color32| {
        // Cut where the underline begins and ends.
        let mut cuts = vec![from, to];
        if let Some((start, end)) = marked {
            cuts.extend([start.clamp(from, to), end.clamp(from, to)]);
        }
        cuts.sort_unstable();
        for pair in cuts.windows(2).filter(|pair| pair[0] < pair[1]) {
            let under = marked.is_some_and(|(start, end)| start <= pair[0] && pair[1] <= end);
            let mut format = TextFormat {
                color,
                ..plain.clone()
            };
            if under {
                format.underline = Stroke::new(1.5, tokens.error);
            }
            job.append(&text[pair[0]..pair[1]], 0.0, format);
        }
    };
    let mut at = 0;
    for (range, word) in manuscript.words(text) {
        let color = match word {
            Word::Subject => tokens.category(0),
            Word::Function => tokens.category(3),
            Word::Number => tokens.category(2),
            Word::Comment => tokens.disabled,
        };
        push(at, range.start, tokens.text);
        push(range.start, range.end, color);
        at = range.end;
    }
    push(at, text.len(), tokens.text);
    job
}

/// The bytes of a fault: from its place to the end of the word there.
fn place(text: &str, fault: &Fault) -> (usize, usize) {
    let line: usize = text
        .split_inclusive('\n')
        .take(fault.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[line..];
    let end = line + rest.find('\n').unwrap_or(rest.len());
    let start = text[line..end]
        .char_indices()
        .nth(fault.column.saturating_sub(1))
        .map_or(end, |(i, _)| line + i);
    let word: usize = text[start..end]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .map(char::len_utf8)
        .sum();
    let to = (start + word.max(1)).min(end);
    // At the end of a line, the last thing on it.
    if start >= end {
        let last = text[line..end].char_indices().last();
        return (last.map_or(line, |(i, _)| line + i), end);
    }
    let to = (to..=end)
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(end);
    (start, to)
}

/// The formulas as they are printed, and what was noticed.
fn paper(ui: &mut Ui, script: &Script) {
    ScrollArea::both()
        .id_salt("paper")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let Some(draft) = &script.good else {
                return;
            };
            // Behind a text with a fault the last good formulas stay, faint.
            let stale = matches!(script.read, Some(Err(_)));
            ui.vertical(|ui| {
                ui.set_opacity(if stale { 0.45 } else { 1.0 });
                formulas::show(ui, &draft.formulas);
                for note in &draft.notes {
                    ui.horizontal_wrapped(|ui| {
                        ui.label(
                            icons::text_of(Icon::TriangleAlert, 13.0).color(tokens::of(ui).warning),
                        );
                        ui.label(RichText::new(note).font(font::secondary()).weak());
                    });
                }
            });
        });
}

/// One line under the text: what it has become, or what is wrong and where.
fn verdict(ui: &mut Ui, script: &Script) {
    let tokens = tokens::of(ui);
    let busy = script.changed.is_some() || script.reading.is_some();
    let (words, color) = match &script.read {
        _ if busy && !matches!(script.read, Some(Err(_))) => ("…".to_owned(), tokens.secondary),
        Some(Ok(draft)) => (draft.summary.clone(), tokens.secondary),
        Some(Err(fault)) => (fault.to_string(), tokens.error),
        None => (String::new(), tokens.secondary),
    };
    ui.horizontal(|ui| {
        let label = egui::Label::new(RichText::new(&words).font(font::secondary()).color(color));
        ui.add(label.truncate()).on_hover_text(words);
    });
}

#[cfg(test)]
mod tests {
    use super::place;
    use loom_sim::Fault;

    #[test]
    fn a_fault_marks_its_word() {
        let text = "x' = y\ny' = sinn(x)\nz' = ";
        let marked = |line, column| {
            let (a, b) = place(text, &Fault::new(line, column, ""));
            &text[a..b]
        };
        assert_eq!(marked(2, 6), "sinn");
        assert_eq!(marked(2, 10), "(");
        assert_eq!(marked(3, 6), " ");
        assert_eq!(marked(9, 9), "");
        let greek = "ω' = −ω";
        let (a, b) = place(greek, &Fault::new(1, 6, ""));
        assert_eq!(&greek[a..b], "−");
    }
}
