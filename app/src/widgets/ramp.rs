//! The editor of a colour map: stops along a strip, colours between them in Oklab, the lightness
//! along it, and files in and out. What is changed shows in the picture at once.

use std::path::PathBuf;

use egui::{
    Color32, Context, Id, Key, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};
use loom_figure::ramp_file;
use loom_sim::ramp::{self, Stop};
use loom_sim::{ColorMap, Ramp, Rgba};

use super::button::{self, Tool};
use super::colormap;
use crate::shell::icons::Icon;
use crate::shell::tokens::{self, font, size};
use crate::shell::{colour_maps, theme};

const WIDTH: f32 = 380.0;
/// Height of the lightness plot.
const PLOT: f32 = 110.0;
/// Steps that differ by more than this part from their mean are said to be uneven.
const UNEVEN: f64 = 0.35;

/// What the editor holds while it is open.
#[derive(Clone)]
struct Editor {
    ramp: Ramp,
    selected: usize,
    name: String,
    path: String,
    /// What was done last, and whether it went well.
    said: Option<(String, bool)>,
}

pub fn is_open(ctx: &Context, id: Id) -> bool {
    ctx.data(|data| data.get_temp::<Editor>(id).is_some())
}

/// Opens the editor on a map, or closes it.
pub fn toggle(ctx: &Context, id: Id, present: &str) {
    if is_open(ctx, id) {
        ctx.data_mut(|data| data.remove::<Editor>(id));
        return;
    }
    let Some(ramp) = ramp_of(present) else { return };
    let editor = Editor {
        name: ramp.name().to_owned(),
        ramp,
        selected: 0,
        path: String::new(),
        said: None,
    };
    ctx.data_mut(|data| data.insert_temp(id, editor));
}

/// The stops of a map: its own, or a few that come close to a known one.
fn ramp_of(text: &str) -> Option<Ramp> {
    Ramp::parse(text).or_else(|| Ramp::like(ColorMap::of(text)?, &format!("my {text}")))
}

/// Shows the editor; the text of the map where it was changed.
pub fn window(ctx: &Context, id: Id, present: &str) -> Option<String> {
    let mut editor = ctx.data(|data| data.get_temp::<Editor>(id))?;
    // Another map was chosen meanwhile.
    if let Some(other) = Ramp::parse(present)
        && other != editor.ramp
    {
        editor.name = other.name().to_owned();
        editor.ramp = other;
        editor.selected = 0;
    }
    let before = editor.ramp.clone();
    let mut open = true;
    egui::Window::new("Colour map")
        .id(id.with("window"))
        .open(&mut open)
        .resizable(false)
        .collapsible(false)
        .default_width(WIDTH)
        .show(ctx, |ui| {
            ui.set_width(WIDTH);
            content(ui, &mut editor);
        });
    let changed = editor.ramp != before;
    let text = editor.ramp.text();
    if changed {
        // In the place of what it was: a drag leaves nothing behind.
        ColorMap::replace_own(&before.text(), &text);
    }
    if open {
        ctx.data_mut(|data| data.insert_temp(id, editor));
    } else {
        ctx.data_mut(|data| data.remove::<Editor>(id));
    }
    changed.then_some(text)
}

fn content(ui: &mut Ui, editor: &mut Editor) {
    ui.horizontal(|ui| {
        ui.label("Name");
        let field = TextEdit::singleline(&mut editor.name)
            .char_limit(40)
            .desired_width(160.0);
        if ui
            .add(field)
            .accessible_name("Name of the colour map")
            .changed()
        {
            editor.ramp = editor.ramp.renamed(&editor.name);
        }
        let help =
            "Keeps it among your own maps, beside the settings; a project carries it anyway.";
        if button::words(ui, "Keep", help).clicked() {
            editor.said = Some(match colour_maps::keep(&editor.ramp) {
                Ok(()) => (format!("“{}” is kept.", editor.ramp.name()), true),
                Err(why) => (why, false),
            });
        }
        let kept = colour_maps::list()
            .iter()
            .any(|r| r.name() == editor.ramp.name());
        let tool = Tool::new(
            Icon::Trash2,
            "Forget this map",
            "Takes it from your own maps.",
        );
        if tool.enabled(kept).show(ui).clicked() {
            colour_maps::forget(editor.ramp.name());
            editor.said = Some((format!("“{}” is forgotten.", editor.ramp.name()), true));
        }
    });
    ui.add_space(size::GRID);
    stops(ui, editor);
    chosen(ui, editor);
    ui.add_space(size::GAP);
    lightness(ui, &editor.ramp);
    ui.horizontal(|ui| {
        let help = "Moves the stops so that equal steps in the numbers look equal.";
        if button::words(ui, "Make even", help).clicked()
            && let Some(even) = evened(&editor.ramp)
        {
            editor.ramp = even;
        }
        if button::words(ui, "Reverse", "The other end first.").clicked() {
            let stops = editor.ramp.stops().iter().map(|s| Stop {
                at: 1.0 - s.at,
                color: s.color,
            });
            if let Some(ramp) = Ramp::new(editor.ramp.name(), stops) {
                editor.selected = ramp.stops().len() - 1 - editor.selected;
                editor.ramp = ramp;
            }
        }
    });
    ui.separator();
    files(ui, editor);
    if let Some((words, good)) = &editor.said {
        let tokens = tokens::of(ui);
        let color = if *good {
            tokens.secondary
        } else {
            tokens.error
        };
        ui.add(egui::Label::new(RichText::new(words).font(font::secondary()).color(color)).wrap());
    }
}

fn with_stops(ramp: &Ramp, change: impl FnOnce(&mut Vec<Stop>)) -> Option<Ramp> {
    let mut stops = ramp.stops().to_vec();
    change(&mut stops);
    Ramp::new(ramp.name(), stops)
}

/// The strip with its stops: drag one, click between them for another.
fn stops(ui: &mut Ui, editor: &mut Editor) {
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, 52.0), Sense::click_and_drag());
    let count = editor.ramp.stops().len();
    response.widget_info(|| {
        let words = format!("Colour map with {count} stops");
        WidgetInfo::labeled(Role::Slider, true, words)
    });
    let strip = Rect::from_min_max(
        rect.min + vec2(6.0, 0.0),
        pos2(rect.right() - 6.0, rect.top() + 32.0),
    );
    if let Some(map) = ColorMap::own(&editor.ramp.text()) {
        colormap::strip(ui, strip, map, false);
    }
    let place = |at: f32| strip.left() + at * strip.width();
    let value = |x: f32| ((x - strip.left()) / strip.width()).clamp(0.0, 1.0);
    let nearest = |x: f32| {
        let distance = |s: &Stop| (place(s.at) - x).abs();
        let list = editor.ramp.stops().iter().enumerate();
        list.map(|(i, s)| (i, distance(s)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, d)| *d < 9.0)
            .map(|(i, _)| i)
    };
    if let Some(at) = response.interact_pointer_pos() {
        if response.drag_started() || response.clicked() {
            let origin = ui.input(|i| i.pointer.press_origin()).unwrap_or(at);
            match nearest(origin.x) {
                Some(i) => editor.selected = i,
                None if count < ramp::MOST_STOPS => {
                    let t = value(origin.x);
                    let color = editor.ramp.at(t);
                    if let Some(new) = with_stops(&editor.ramp, |s| s.push(Stop { at: t, color })) {
                        let found = new.stops().iter().position(|s| (s.at - t).abs() < 1e-4);
                        editor.selected = found.unwrap_or(0);
                        editor.ramp = new;
                    }
                }
                None => {}
            }
        }
        if response.dragged() {
            move_to(editor, value(at.x));
        }
    }
    if response.has_focus() {
        let keys = ui.input(|i| {
            [
                i.key_pressed(Key::ArrowLeft),
                i.key_pressed(Key::ArrowRight),
                i.key_pressed(Key::Delete),
            ]
        });
        let here = editor.ramp.stops()[editor.selected.min(count - 1)].at;
        match keys {
            [true, ..] => move_to(editor, here - 0.01),
            [_, true, _] => move_to(editor, here + 0.01),
            [.., true] => remove(editor),
            _ => {}
        }
    }
    let tokens = tokens::of(ui);
    for (i, stop) in editor.ramp.stops().iter().enumerate() {
        let tip = pos2(place(stop.at), strip.bottom());
        let points: Vec<Pos2> = [
            (0.0, -3.0),
            (6.0, 6.0),
            (6.0, 17.0),
            (-6.0, 17.0),
            (-6.0, 6.0),
        ]
        .map(|(x, y)| tip + vec2(x, y))
        .to_vec();
        let line = if i == editor.selected {
            Stroke::new(2.0, tokens::accent(ui))
        } else {
            Stroke::new(1.0, tokens.secondary)
        };
        let shape = Shape::convex_polygon(points, theme::color(stop.color), line);
        ui.painter().add(shape);
    }
    button::tip(
        response,
        "Stops",
        "← → Del",
        "Drag a stop; click between two for a new one.",
    );
}

/// Moves the selected stop; the ends stay.
fn move_to(editor: &mut Editor, t: f32) {
    let count = editor.ramp.stops().len();
    if editor.selected == 0 || editor.selected + 1 >= count {
        return;
    }
    let i = editor.selected;
    let (low, high) = (editor.ramp.stops()[i - 1].at, editor.ramp.stops()[i + 1].at);
    let t = t.clamp(low + 1e-3, (high - 1e-3).max(low + 1e-3));
    if let Some(new) = with_stops(&editor.ramp, |s| s[i].at = t) {
        editor.ramp = new;
    }
}

fn remove(editor: &mut Editor) {
    if editor.ramp.stops().len() <= 2 {
        return;
    }
    let i = editor.selected;
    if let Some(new) = with_stops(&editor.ramp, |s| {
        s.remove(i);
    }) {
        editor.ramp = new;
        editor.selected = i.saturating_sub(1);
    }
}

/// Colour and place of the selected stop.
fn chosen(ui: &mut Ui, editor: &mut Editor) {
    let count = editor.ramp.stops().len();
    editor.selected = editor.selected.min(count - 1);
    let i = editor.selected;
    let stop = editor.ramp.stops()[i];
    ui.horizontal(|ui| {
        ui.label(format!("Stop {} of {count}", i + 1));
        let [r, g, b, _] = stop.color.0;
        let mut rgb = [r, g, b];
        let picker = ui.color_edit_button_srgb(&mut rgb);
        button::tip(
            picker,
            "Colour of the stop",
            "",
            "Opens the colour's own picker.",
        );
        if rgb != [r, g, b] {
            let color = Rgba::opaque(rgb[0], rgb[1], rgb[2]);
            if let Some(new) = with_stops(&editor.ramp, |s| s[i].color = color) {
                editor.ramp = new;
            }
        }
        let l = ramp::lightness(editor.ramp.stops()[i].color);
        ui.label(
            RichText::new(format!(
                "#{r:02x}{g:02x}{b:02x} · at {:.3} · L* {l:.0}",
                stop.at
            ))
            .font(font::mono_small()),
        );
        let tool = Tool::new(Icon::Minus, "Remove the stop", "A map keeps two at least.");
        if tool.enabled(count > 2).show(ui).clicked() {
            remove(editor);
        }
    });
}

/// Lightness L* along the map, with what it says.
fn lightness(ui: &mut Ui, ramp: &Ramp) {
    let tokens = tokens::of(ui);
    let even = ramp.evenness();
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, PLOT), Sense::hover());
    let words = format!("Lightness from {:.0} to {:.0}", even.ends[0], even.ends[1]);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    let plot = Rect::from_min_max(rect.min + vec2(30.0, 4.0), rect.max - vec2(6.0, 6.0));
    let at = |t: f32, l: f64| {
        pos2(
            plot.left() + t * plot.width(),
            plot.bottom() - (l / 100.0) as f32 * plot.height(),
        )
    };
    for l in [0.0, 50.0, 100.0] {
        let y = at(0.0, l).y;
        ui.painter()
            .hline(plot.x_range(), y, Stroke::new(1.0, tokens.hairline));
        ui.painter().text(
            pos2(plot.left() - 4.0, y),
            egui::Align2::RIGHT_CENTER,
            format!("{l}"),
            font::mono_small(),
            tokens.secondary,
        );
    }
    let line = [at(0.0, even.ends[0]), at(1.0, even.ends[1])];
    ui.painter().extend(Shape::dashed_line(
        &line,
        Stroke::new(1.0, tokens.disabled),
        4.0,
        4.0,
    ));
    let curve: Vec<(Pos2, Color32)> = (0..=96)
        .map(|i| {
            let t = i as f32 / 96.0;
            let color = ramp.at(t);
            (at(t, ramp::lightness(color)), theme::color(color))
        })
        .collect();
    for pair in curve.windows(2) {
        ui.painter()
            .line_segment([pair[0].0, pair[1].0], Stroke::new(4.5, tokens.text));
    }
    for pair in curve.windows(2) {
        ui.painter()
            .line_segment([pair[0].0, pair[1].0], Stroke::new(3.0, pair[0].1));
    }
    button::tip(
        response,
        "Lightness L*",
        "",
        "On an even map it runs straight along the dashed line, so that shades tell amounts even \
         in grey.",
    );
    let verdict = match (even.one_way, even.unevenness < UNEVEN) {
        (true, true) => "Even: lightness goes one way in equal steps.",
        (true, false) => "Lightness goes one way, but in unequal steps.",
        (false, true) => {
            "Equal steps, but lightness turns: for angles and for numbers around a middle."
        }
        (false, false) => {
            "Uneven: lightness turns and steps differ; it shows edges where there are none."
        }
    };
    ui.add(
        egui::Label::new(
            RichText::new(format!(
                "{verdict} Steps differ by {:.0} %.",
                100.0 * even.unevenness
            ))
            .font(font::secondary())
            .color(tokens.secondary),
        )
        .wrap(),
    );
}

/// The same colours with places that follow the way through Oklab.
fn evened(ramp: &Ramp) -> Option<Ramp> {
    let stops = ramp.stops();
    let mut way = vec![0.0];
    for pair in stops.windows(2) {
        let (a, b) = (ramp::oklab(pair[0].color), ramp::oklab(pair[1].color));
        let step = (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt();
        way.push(way[way.len() - 1] + step.max(1e-3));
    }
    let whole = way[way.len() - 1];
    let placed = stops.iter().zip(&way).map(|(stop, w)| Stop {
        at: (w / whole) as f32,
        color: stop.color,
    });
    Ramp::new(ramp.name(), placed)
}

/// Import and export by path.
fn files(ui: &mut Ui, editor: &mut Editor) {
    ui.label(
        RichText::new("File: .csv, .cmap, .txt, .ggr (GIMP), .map (Fractint, flam3) or .json")
            .font(font::secondary())
            .weak(),
    );
    ui.horizontal(|ui| {
        ui.add(
            TextEdit::singleline(&mut editor.path)
                .font(font::mono())
                .hint_text("path of the file")
                .desired_width(WIDTH - 150.0),
        )
        .accessible_name("Path of the colour map's file");
        let path = PathBuf::from(editor.path.trim());
        let named = !editor.path.trim().is_empty();
        ui.add_enabled_ui(named, |ui| {
            if button::words(ui, "Import", "Reads the map from this file.").clicked() {
                editor.said = Some(import(editor, &path));
            }
            if button::words(ui, "Export", "Writes the map to this file, by its ending.").clicked()
            {
                editor.said = Some(export(&editor.ramp, &path));
            }
        });
    });
}

fn import(editor: &mut Editor, path: &std::path::Path) -> (String, bool) {
    let name = path.display().to_string();
    let read = loom_figure::file::read(path, ramp_file::LIMIT)
        .and_then(|bytes| ramp_file::read(&name, &bytes));
    match read {
        Ok(ramp) => {
            editor.name = ramp.name().to_owned();
            editor.selected = 0;
            editor.ramp = ramp;
            (format!("{name} is read."), true)
        }
        Err(error) => (error.to_string(), false),
    }
}

fn export(ramp: &Ramp, path: &std::path::Path) -> (String, bool) {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    let written = ramp_file::write(ramp, ending)
        .and_then(|bytes| loom_figure::file::write_whole(path, &bytes));
    match written {
        Ok(()) => (format!("{} is written.", path.display()), true),
        Err(error) => (error.to_string(), false),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn making_even_makes_the_steps_more_equal() {
        let line = "own:a:0 404040,0.9 808080,1 ffffff";
        let ramp = Ramp::parse(line).unwrap();
        let even = evened(&ramp).unwrap();
        assert!(even.evenness().unevenness < 0.3 * ramp.evenness().unevenness);
    }
}
