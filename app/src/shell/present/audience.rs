//! The audience's window: the picture, a tour's sentence, and nothing else.
//!
//! It shows what the presenter's window shows, larger; it is closed like any window, and the run
//! does not notice.

use std::sync::Arc;

use egui::{
    CentralPanel, Color32, Context, FontFamily, FontId, Frame, Label, Margin, Panel, Rect,
    RichText, Ui, ViewportBuilder, ViewportId, pos2, vec2,
};
use loom_sim::{Scene, Settings};

use super::clock::Clocks;
use crate::shell::acts::Act;
use crate::shell::icons::{self, Icon};
use crate::shell::live::Live;
use crate::shell::studio::Studio;
use crate::shell::tiles::{Kind, Source};
use crate::shell::tokens::{self, font, size};
use crate::shell::tour::{Touring, panel, question};
use crate::shell::{export, keys, plots};
use crate::widgets::canvas::Canvas;

/// The number by which conductors know the audience's view.
const VIEW: u64 = u64::MAX - 64;
/// Type is so much larger than in the window, at least.
const LARGER: f32 = 2.0;
/// The height at which it is so, logical pixels; higher windows have larger type.
const HEIGHT: f32 = 720.0;
/// The picture's share of the width beside plots.
const SHARE: f32 = 0.56;

/// The window that the audience sees.
pub struct Audience {
    /// The screen that it fills, by the system's order; none: a window among others.
    pub screen: Option<usize>,
    /// Black while the presenter talks.
    pub black: bool,
    pub clocks: Clocks,
    canvas: Canvas,
    plots: Vec<Sheet>,
}

/// A plot as it was last drawn.
struct Sheet {
    canvas: Canvas,
    drawn: Option<(Key, Arc<Scene>)>,
}

/// What a plot was drawn from; a new one is made when it changes.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    source: Source,
    size: [u32; 2],
    revision: u64,
    report: usize,
    drawn: usize,
    dark: bool,
}

impl Audience {
    pub fn new(studio: &Studio, screen: Option<usize>) -> Self {
        Self {
            screen,
            black: false,
            clocks: Clocks::new(),
            canvas: Canvas::new(&studio.easel),
            plots: Vec::new(),
        }
    }
}

/// Shows the window, where it is open.
pub fn show(studio: &mut Studio, ctx: &Context) {
    let mut held = studio.audience.take();
    let Some(audience) = &held else {
        return;
    };
    let mut builder = ViewportBuilder::default()
        .with_title("Strange Loom for the audience")
        .with_app_id("strange-loom")
        .with_inner_size([960.0, 600.0]);
    if let Some(screen) = audience.screen {
        builder = builder.with_monitor(screen);
    }
    let id = ViewportId::from_hash_of("audience");
    let closed = ctx.show_viewport_immediate(id, builder, |ui, _| {
        // A frame may take several passes.
        held = held.take().or(studio.audience.take());
        if let Some(audience) = &mut held {
            draw(studio, audience, ui);
        }
        // Keys look at what is open: the window is back in its place before they are read.
        studio.audience = held.take();
        // A presenter's remote works whichever window has the keys.
        for id in keys::pressed(studio, ui.ctx()) {
            studio.acts.push(Act::Do(id));
        }
        ui.ctx().input(|i| i.viewport().close_requested())
    });
    if closed {
        studio.audience = None;
        for room in &mut studio.rooms {
            for live in &mut room.lives {
                live.unwatch(VIEW);
            }
        }
        ctx.request_repaint();
    }
}

fn draw(studio: &mut Studio, audience: &mut Audience, ui: &mut Ui) {
    let rect = ui.max_rect();
    let tokens = tokens::of(ui);
    if audience.black {
        ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
        return;
    }
    ui.painter().rect_filled(rect, 0.0, tokens.ground);
    let larger = LARGER * (rect.height() / HEIGHT).max(1.0);
    if let Some(touring) = studio.touring.take() {
        let margin = Margin::symmetric(size::SECTION as i8 * 2, size::SECTION as i8);
        let frame = Frame::new().fill(tokens.panel).inner_margin(margin);
        Panel::bottom("audience's words")
            .resizable(false)
            .show_separator_line(false)
            .frame(frame)
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let live = studio.live_of(touring.live);
                words(ui, &touring, live.map(|l| &*l), larger);
            });
        studio.touring = Some(touring);
    }
    let sources = super::sources(studio);
    if !sources.is_empty() {
        let width = ui.available_width() * (1.0 - SHARE);
        Panel::right("audience's plots")
            .exact_size(width)
            .resizable(false)
            .show_separator_line(false)
            .frame(Frame::new().fill(tokens.ground))
            .show(ui, |ui| {
                let room = ui.max_rect();
                sheets(studio, audience, ui, room, &sources, larger);
            });
    }
    CentralPanel::default()
        .frame(Frame::new().inner_margin(Margin::ZERO))
        .show(ui, |ui| picture(studio, audience, ui, larger));
}

fn picture(studio: &mut Studio, audience: &mut Audience, ui: &mut Ui, larger: f32) {
    let rect = ui.max_rect();
    let scale = ui.pixels_per_point();
    let pixels = [rect.width(), rect.height()].map(|s| (s * scale).round().max(1.0) as u32);
    let tokens = tokens::of(ui);
    let touring = studio.touring.is_some();
    let Some(index) = studio.room_index() else {
        return;
    };
    let room = &mut studio.rooms[index];
    let (camera, settings) = match room.front_view().map(|p| &p.kind) {
        Some(Kind::View { camera, settings }) => (camera.clone(), settings.clone()),
        _ => (None, Settings::new()),
    };
    room.shown
        .insert(VIEW, [f64::from(rect.width()), f64::from(rect.height())]);
    let front = room.front;
    let Some(live) = room.lives.iter_mut().find(|l| l.id == front) else {
        return;
    };
    live.watch(
        VIEW,
        camera.as_ref(),
        pixels,
        scale,
        tokens.ink(),
        &settings,
        4_000_000,
    );
    let snapshot = live.snapshot.clone();
    let seen = camera.or_else(|| snapshot.fits.get(&VIEW).cloned());
    if let Some(scene) = snapshot.scenes.get(&VIEW) {
        // A picture that can't be drawn is said in the presenter's window.
        let _ = audience.canvas.draw(scene, seen.as_ref(), pixels, scale);
    }
    if let Some(picture) = audience.canvas.picture() {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(picture, rect, whole, Color32::WHITE);
    }
    let time = super::time(&snapshot);
    let line = if touring {
        time
    } else {
        format!("{}    {time}", live.title)
    };
    let at = rect.left_top() + vec2(16.0, 12.0);
    let type_size = font_of(font::secondary(), larger);
    let galley = ui
        .painter()
        .layout_no_wrap(line.clone(), type_size, tokens.secondary);
    let response = ui.allocate_rect(Rect::from_min_size(at, galley.size()), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &line));
    ui.painter().galley(at, galley, tokens.secondary);
}

fn font_of(font: FontId, larger: f32) -> FontId {
    FontId::new(font.size * larger, font.family)
}

/// The plots beside the picture, drawn as paper would have them.
fn sheets(
    studio: &mut Studio,
    audience: &mut Audience,
    ui: &mut Ui,
    rect: Rect,
    sources: &[Source],
    larger: f32,
) {
    let tokens = tokens::of(ui);
    let height = rect.height() / sources.len() as f32;
    let scale = ui.pixels_per_point();
    while audience.plots.len() < sources.len() {
        audience.plots.push(Sheet {
            canvas: Canvas::new(&studio.easel),
            drawn: None,
        });
    }
    audience.plots.truncate(sources.len());
    let Some(live) = studio.live() else {
        return;
    };
    for (index, (source, sheet)) in sources.iter().zip(&mut audience.plots).enumerate() {
        let top = rect.top() + height * index as f32;
        let room = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height))
            .shrink(size::GAP);
        let pixels = [room.width(), room.height()].map(|s| (s * scale).round().max(1.0) as u32);
        let key = key(live, source, pixels, tokens.dark);
        let fresh = sheet.drawn.as_ref().is_none_or(|(last, _)| *last != key);
        if fresh {
            let ink = tokens.ink();
            let logical = [room.width(), room.height()].map(|s| f64::from(s / larger));
            sheet.drawn = plots::data(live, source).map(|mut plot| {
                // The class has read what it is.
                plot.title.clear();
                (key, Arc::new(export::scene_of(&plot, logical, &ink)))
            });
        }
        let Some((_, scene)) = &sheet.drawn else {
            continue;
        };
        // As with the picture.
        let _ = sheet.canvas.draw(scene, None, pixels, scale * larger);
        if let Some(picture) = sheet.canvas.picture() {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(picture, room, whole, Color32::WHITE);
        }
    }
}

fn key(live: &Live, source: &Source, size: [u32; 2], dark: bool) -> Key {
    let (revision, report) = match source {
        Source::Report { analysis, .. } | Source::Cells { analysis, .. } => {
            let report = live.forms.get(analysis).and_then(|f| f.report.as_ref());
            (0, report.map_or(0, |r| Arc::as_ptr(r) as usize))
        }
        Source::Guess => (0, 0),
        Source::Probe(_) | Source::Difference => (live.snapshot.revision, 0),
    };
    Key {
        source: source.clone(),
        size,
        revision,
        report,
        drawn: live.guess.as_ref().map_or(0, |g| g.strokes()),
        dark,
    }
}

/// The sentence, what to watch, and the question with its answers.
fn words(ui: &mut Ui, touring: &Touring, live: Option<&Live>, larger: f32) {
    ui.spacing_mut().item_spacing = vec2(size::GAP * larger, size::GRID * larger);
    let tokens = tokens::of(ui);
    let large = font_of(font::reading(), larger);
    let plain = FontId::new(size::BODY * larger, FontFamily::Proportional);
    let Some(step) = touring.step() else {
        return;
    };
    let say = RichText::new(step.say.get_ref()).font(large.clone());
    ui.add(Label::new(say).wrap());
    if let Some(answer) = question::verdict(touring) {
        ui.add(Label::new(RichText::new(answer.text).font(plain.clone())).wrap());
    }
    if !step.watch.is_empty() {
        let watch = RichText::new(&step.watch)
            .font(plain.clone())
            .color(tokens.secondary);
        ui.add(Label::new(watch).wrap());
    }
    if let Some(live) = live {
        let mono = FontId::new(size::BODY * larger, FontFamily::Monospace);
        ui.horizontal_wrapped(|ui| {
            for text in panel::value_texts(touring, live) {
                ui.label(RichText::new(text).font(mono.clone()));
            }
        });
    }
    let Some(asked) = touring.question() else {
        return;
    };
    ui.horizontal_top(|ui| {
        let color = tokens::accent(ui);
        ui.label(icons::text_of(Icon::CircleQuestionMark, large.size).color(color));
        let ask = RichText::new(asked.ask.get_ref()).font(large.clone());
        ui.add(Label::new(ask).wrap());
    });
    for (index, choice) in asked.choices.iter().enumerate() {
        let letter = question::LETTERS.get(index).copied().unwrap_or("");
        let taken = touring.chosen() == Some(index);
        let color = if taken {
            tokens::accent(ui)
        } else {
            tokens.text
        };
        let text = format!("{letter}   {}", choice.get_ref());
        ui.add(Label::new(RichText::new(text).font(plain.clone()).color(color)).wrap());
    }
}
