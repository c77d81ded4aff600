//! A plot in the window: named axes, round ticks, direct labels, a read-out; drag zooms,
//! double-click fits, and a menu leads to every way out.

use egui::{Align2, Color32, PointerButton, Ui, pos2, vec2};
use egui_plot::{
    AxisHints, Bar, BarChart, HLine, HoverPosition, Line, LineStyle, PlotPoints, PlotUi, Points,
    VLine,
};
use loom_sim::{Mark, Plot};

use super::scales::{about, axis, back, forth, marks};
use super::{decimate, dense, heat, ruled};
use crate::shell::icons::Icon;
use crate::shell::tokens::{self, Tokens, font};
use crate::shell::{theme, words};

/// What the user asks of a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask {
    /// Write it as it stands, as a picture (`png`, `svg`, `pdf`) or its numbers (`csv`).
    Export(&'static str),
    CopyPicture,
    /// The point that was clicked, in the plot's units.
    Click([f64; 2]),
    /// The same with Alt held: a twin that differs by what is there.
    Twin([f64; 2]),
    /// The pointer is dragged over a map of two parameters: the place, within the map.
    Drag([f64; 2]),
    /// The part of a plot that can be computed anew was drawn: its abscissas and ordinates.
    Part([[f64; 2]; 2]),
}

/// Clouds of more points than this are drawn as a picture.
const DENSE: usize = 4000;

/// About what the numbers and the title of an axis take beside a plot, and under it.
const Y_AXIS: f32 = 44.0;
const X_AXIS: f32 = 40.0;

/// Shows a plot in all the room there is. `now` marks the clock on the abscissa, `here` the
/// present parameters on a map of two: dragging over it moves them, with Shift it draws a part.
pub fn show(
    ui: &mut Ui,
    id: egui::Id,
    plot: &Plot,
    now: Option<f64>,
    here: Option<[f64; 2]>,
) -> Option<Ask> {
    let pad = here.is_some() && !ui.input(|i| i.modifiers.shift);
    let tokens = tokens::of(ui);
    let log = [plot.x.logarithmic, plot.y.logarithmic];
    let columns = (ui.available_width() * ui.pixels_per_point()).max(64.0) as usize;
    let field = plot.marks.iter().find_map(|m| match m {
        Mark::Field(field) => Some(field),
        _ => None,
    });
    let beside = field.map_or(0.0, |f| heat::legend_width(ui, f));
    let (x_log, y_log) = (log[0], log[1]);
    let room = ui.available_size();
    let (across, down) = (about(room.x, 90.0), about(room.y, 36.0));
    let readout = |at: &HoverPosition<'_>| match at {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } => Some(format!(
            "{plot_name}\n{}\n{}",
            named_value(&plot.x.label, back(position.x, x_log), &plot.x.unit),
            named_value(&plot.y.label, back(position.y, y_log), &plot.y.unit),
        )),
        HoverPosition::Elsewhere { position } => {
            let at = [back(position.x, x_log), back(position.y, y_log)];
            let value = heat::readout(field?, at)?;
            Some(format!(
                "{value}\n{}\n{}",
                named_value(&plot.x.label, at[0], &plot.x.unit),
                named_value(&plot.y.label, at[1], &plot.y.unit),
            ))
        }
    };
    let width = room.x - beside;
    let width = if plot.square {
        width.min(room.y + Y_AXIS - X_AXIS)
    } else {
        width
    };
    let mut figure = egui_plot::Plot::new(id)
        .id(id)
        .width(width)
        .show_grid(field.is_none())
        .grid_color(theme::mix(tokens.ground, tokens.hairline, 0.7))
        .grid_spacing(4.0..=20.0)
        .show_background(false)
        .set_margin_fraction(if field.is_some() {
            vec2(0.0, 0.0)
        } else {
            vec2(0.02, 0.06)
        })
        .allow_scroll(false)
        .allow_zoom(true)
        .allow_drag(true)
        .pan_pointer_button(PointerButton::Middle)
        .allow_boxed_zoom(!pad)
        .boxed_zoom_pointer_button(PointerButton::Primary)
        .allow_double_click_reset(true)
        .cursor_color(tokens.disabled)
        .label_formatter(readout)
        .custom_x_axes(vec![axis(AxisHints::new_x(), &plot.x, tokens)])
        .custom_y_axes(vec![axis(AxisHints::new_y(), &plot.y, tokens)])
        .x_grid_spacer(move |input| marks(input, across, x_log))
        .y_grid_spacer(move |input| marks(input, down, y_log));
    if plot.square {
        figure = figure.data_aspect(1.0);
    }
    if let Some([a, b]) = plot.x.limits {
        figure = figure.default_x_bounds(forth(a, x_log), forth(b, x_log));
    }
    if plot.x.limits.is_none()
        && let Some(x) = room_for_names(ui, plot, x_log)
    {
        figure = figure.include_x(x);
    }
    if let Some([a, b]) = plot.y.limits {
        figure = figure.default_y_bounds(forth(a, y_log), forth(b, y_log));
    }
    let shown = figure.show(ui, |area| {
        let bounds = area.plot_bounds();
        let fitted = area.auto_bounds().x;
        let seen = (!fitted && bounds.is_valid()).then(|| (bounds.min()[0], bounds.max()[0]));
        let ends = if bounds.is_valid() {
            [bounds.min()[0], bounds.max()[0]]
        } else {
            [0.0; 2]
        };
        ruled::lines(area, plot, ends, across, tokens);
        for (index, mark) in plot.marks.iter().enumerate() {
            let parts = ruled::faded(mark, plot);
            for (part, share) in parts {
                draw(
                    area,
                    &part,
                    theme::mix(
                        tokens.ground,
                        tokens.category(if shades(mark) {
                            index.saturating_sub(1)
                        } else {
                            index
                        }),
                        share,
                    ),
                    tokens,
                    log,
                    seen,
                    columns,
                );
            }
        }
        if let Some(now) = now {
            area.vline(
                VLine::new("", forth(now, x_log))
                    .color(tokens.disabled)
                    .width(1.0)
                    .allow_hover(false),
            );
        }
    });
    label(ui, plot, &shown, tokens, log);
    ruled::words(ui, plot, &shown, across, tokens);
    if let Some(field) = field {
        let frame = shown.response.rect;
        let rect = egui::Rect::from_min_size(frame.right_top(), vec2(beside, frame.height()));
        heat::legend(ui, rect, field);
    }
    if plot.preview {
        ui.painter().text(
            shown.response.rect.right_top() + vec2(-6.0, 4.0),
            Align2::RIGHT_TOP,
            "preview in single precision",
            font::secondary(),
            tokens.disabled,
        );
    }
    if let Some(here) = here {
        let place = [forth(here[0], x_log), forth(here[1], y_log)];
        let at = shown.transform.position_from_point(&place.into());
        if shown.transform.frame().contains(at) {
            let painter = ui.painter();
            painter.circle_stroke(at, 6.0, egui::Stroke::new(3.0, tokens.ground));
            painter.circle_stroke(at, 6.0, egui::Stroke::new(1.5, tokens.text));
        }
    }
    let response = shown.response;
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::Role::GraphicsObject,
            true,
            format!("Plot: {}", plot.title),
        )
    });
    let mut ask = None;
    response.context_menu(|ui| ask = menu(ui, plot));
    if pad
        && response.dragged_by(PointerButton::Primary)
        && let Some(at) = response.interact_pointer_pos()
    {
        let frame = *shown.transform.frame();
        let value = shown
            .transform
            .value_from_position(at.clamp(frame.min, frame.max));
        ask = Some(Ask::Drag([back(value.x, x_log), back(value.y, y_log)]));
    }
    if !pad
        && !plot.edges.is_empty()
        && let Some(part) = drawn(ui, id, &response, &shown.transform)
    {
        let [a, b] = part;
        ask = Some(Ask::Part([
            [back(a[0].min(b[0]), x_log), back(a[0].max(b[0]), x_log)],
            [back(a[1].min(b[1]), y_log), back(a[1].max(b[1]), y_log)],
        ]));
    }
    if response.clicked()
        && !response.double_clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        let value = shown.transform.value_from_position(at);
        let place = [back(value.x, x_log), back(value.y, y_log)];
        ask = Some(if ui.input(|i| i.modifiers.alt) {
            Ask::Twin(place)
        } else {
            Ask::Click(place)
        });
    }
    ask
}

/// Axes with their names and round ticks in all the room there is, and nothing on them.
pub fn axes<'a>(ui: &Ui, id: egui::Id, [x, y]: [&loom_sim::Axis; 2]) -> egui_plot::Plot<'a> {
    let tokens = tokens::of(ui);
    let room = ui.available_size();
    let (across, down) = (about(room.x, 90.0), about(room.y, 36.0));
    let (x_log, y_log) = (x.logarithmic, y.logarithmic);
    egui_plot::Plot::new(id)
        .id(id)
        .grid_color(theme::mix(tokens.ground, tokens.hairline, 0.7))
        .grid_spacing(4.0..=20.0)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .allow_scroll(false)
        .custom_x_axes(vec![axis(AxisHints::new_x(), x, tokens)])
        .custom_y_axes(vec![axis(AxisHints::new_y(), y, tokens)])
        .x_grid_spacer(move |input| marks(input, across, x_log))
        .y_grid_spacer(move |input| marks(input, down, y_log))
}

/// Two corners of a rectangle that has just been drawn, as the axes have them.
fn drawn(
    ui: &Ui,
    id: egui::Id,
    response: &egui::Response,
    transform: &egui_plot::PlotTransform,
) -> Option<[[f64; 2]; 2]> {
    const LEAST: f32 = 6.0;
    let id = id.with("drawn from");
    if response.drag_started_by(PointerButton::Primary) {
        let at = ui.input(|i| i.pointer.press_origin())?;
        let value = transform.value_from_position(at);
        ui.data_mut(|d| d.insert_temp(id, (at, [value.x, value.y])));
    }
    if !response.drag_stopped_by(PointerButton::Primary) {
        return None;
    }
    let (from, corner) = ui.data_mut(|d| d.remove_temp::<(egui::Pos2, [f64; 2])>(id))?;
    let at = response.interact_pointer_pos()?;
    let large = (at.x - from.x).abs() > LEAST && (at.y - from.y).abs() > LEAST;
    let value = transform.value_from_position(at);
    large.then_some([corner, [value.x, value.y]])
}

fn menu(ui: &mut Ui, plot: &Plot) -> Option<Ask> {
    let mut ask = None;
    if super::button::labelled(ui, Icon::Copy, "Copy numbers").clicked() {
        ui.copy_text(super::plot_csv::csv(plot));
        ui.close();
    }
    if super::button::labelled(ui, Icon::Image, "Copy picture").clicked() {
        ask = Some(Ask::CopyPicture);
        ui.close();
    }
    ui.separator();
    for (ending, name) in [
        ("csv", "Numbers as CSV…"),
        ("png", "Picture as PNG…"),
        ("svg", "Picture as SVG…"),
        ("pdf", "Picture as PDF…"),
    ] {
        if super::button::labelled(ui, Icon::FileDown, name).clicked() {
            ask = Some(Ask::Export(ending));
            ui.close();
        }
    }
    ask
}

/// Points as the axes have them; what a logarithm can't show is left out.
fn mapped(points: &[[f64; 2]], log: [bool; 2]) -> Vec<[f64; 2]> {
    points
        .iter()
        .filter(|[x, y]| {
            x.is_finite() && y.is_finite() && (!log[0] || *x > 0.0) && (!log[1] || *y > 0.0)
        })
        .map(|&[x, y]| [forth(x, log[0]), forth(y, log[1])])
        .collect()
}

fn draw(
    area: &mut PlotUi<'_>,
    mark: &Mark,
    color: Color32,
    tokens: &Tokens,
    log: [bool; 2],
    seen: Option<(f64, f64)>,
    columns: usize,
) {
    match mark {
        Mark::Line { name, points } => {
            let thin = decimate::line(&mapped(points, log), seen, columns);
            area.line(
                Line::new(name, PlotPoints::from(thin))
                    .color(color)
                    .width(1.5),
            );
        }
        Mark::Points { name, points } if points.len() > DENSE => {
            dense::draw(area, name, &mapped(points, log), color);
        }
        Mark::Points { name, points } => {
            let thin = decimate::cloud(&mapped(points, log), 20_000);
            area.points(
                Points::new(name, PlotPoints::from(thin))
                    .color(color)
                    .radius(1.8),
            );
        }
        Mark::Bars {
            name,
            points,
            width,
        } => {
            let bars = points
                .iter()
                .filter(|p| p[0].is_finite() && p[1].is_finite())
                .map(|&[x, y]| Bar::new(forth(x, log[0]), forth(y, log[1])).width(*width))
                .collect();
            area.bar_chart(BarChart::new(name, bars).color(color));
        }
        Mark::Band { name, points } => {
            // What is not finite on these axes has no place.
            let rows: Vec<[f64; 3]> = points
                .iter()
                .map(|&[x, low, high]| [forth(x, log[0]), forth(low, log[1]), forth(high, log[1])])
                .filter(|row| row.iter().all(|v| v.is_finite()))
                .collect();
            let column = |i: usize| rows.iter().map(|row| row[i]).collect::<Vec<f64>>();
            area.add(
                egui_plot::FilledArea::new(name, &column(0), &column(1), &column(2))
                    .fill_color(color.gamma_multiply(0.25))
                    .allow_hover(false),
            );
        }
        Mark::Field(field) => heat::draw(area, field, log),
        Mark::Horizontal { name, y } => area.hline(
            HLine::new(name, forth(*y, log[1]))
                .color(tokens.secondary)
                .style(LineStyle::dashed_dense())
                .width(1.0),
        ),
        Mark::Vertical { name, x } => area.vline(
            VLine::new(name, forth(*x, log[0]))
                .color(tokens.secondary)
                .style(LineStyle::dashed_dense())
                .width(1.0),
        ),
    }
}

/// Whether a mark is the error of the one before it, in whose colour it stands.
fn shades(mark: &Mark) -> bool {
    matches!(mark, Mark::Band { name, .. } if name.is_empty())
}

/// The curves' names, where they are written at all.
fn names(plot: &Plot) -> impl Iterator<Item = (usize, &str, &[[f64; 2]])> {
    let several = (2..=8).contains(&plot.marks.len());
    plot.marks
        .iter()
        .enumerate()
        .filter_map(move |(index, mark)| match mark {
            Mark::Line { name, points } | Mark::Points { name, points }
                if several && !name.is_empty() =>
            {
                Some((index, name.as_str(), points.as_slice()))
            }
            _ => None,
        })
}

/// How far the plot reaches to the right of its curves so that their names stand free.
fn room_for_names(ui: &Ui, plot: &Plot, log: bool) -> Option<f64> {
    let mut wide = 0.0f32;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (_, name, points) in names(plot) {
        let ([first, ..], [.., last]) = (points, points) else {
            continue;
        };
        let galley =
            ui.painter()
                .layout_no_wrap(name.to_owned(), font::secondary(), Color32::WHITE);
        wide = wide.max(galley.size().x + 8.0);
        low = low.min(forth(first[0], log)).min(forth(last[0], log));
        high = high.max(forth(last[0], log)).max(forth(first[0], log));
    }
    let part = f64::from(wide / (ui.available_width() - 60.0).max(1.0));
    (high > low && part < 0.4).then(|| high + (high - low) * part / (1.0 - part))
}

/// Writes each curve's name at its right end, moved apart where ends are close.
fn label<R>(
    ui: &Ui,
    plot: &Plot,
    shown: &egui_plot::PlotResponse<R>,
    tokens: &Tokens,
    log: [bool; 2],
) {
    const LINE: f32 = 14.0;
    let frame = *shown.transform.frame();
    let mut ends: Vec<(f32, &str, Color32)> = Vec::new();
    // Clouds have no ends: their names stand in the corner.
    let clouds = plot.marks.iter().any(|m| matches!(m, Mark::Points { .. }));
    for (index, name, points) in names(plot) {
        if clouds {
            ends.push((frame.top(), name, tokens.category(index)));
            continue;
        }
        let last = points.iter().rev().find(|[x, y]| {
            let x = shown.transform.position_from_point_x(forth(*x, log[0]));
            x <= frame.right() + 1.0 && y.is_finite() && (!log[1] || *y > 0.0)
        });
        if let Some(&[_, y]) = last {
            let at = shown.transform.position_from_point_y(forth(y, log[1]));
            ends.push((at, name, tokens.category(index)));
        }
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = frame.top() + LINE;
    let mut before = f32::NEG_INFINITY;
    let painter = ui.painter_at(frame);
    for (y, name, color) in ends {
        let y = (y - 3.0).clamp(least, frame.bottom()).max(before + LINE);
        before = y;
        let (x, anchor) = if clouds {
            (frame.left() + 8.0, Align2::LEFT_BOTTOM)
        } else {
            (frame.right() - 4.0, Align2::RIGHT_BOTTOM)
        };
        let galley = painter.layout_no_wrap(name.to_owned(), font::secondary(), color);
        let place = anchor.anchor_size(pos2(x, y), galley.size());
        // Where curves run behind a name it stays readable.
        painter.rect_filled(place.expand(1.0), 2.0, tokens.ground.gamma_multiply(0.85));
        painter.galley(place.min, galley, color);
    }
}

fn named_value(label: &str, value: f64, unit: &str) -> String {
    let number = words::with_unit(&words::figures(value, 5), unit);
    if label.is_empty() {
        number
    } else {
        format!("{label} = {number}")
    }
}

/// A text inside a plot that has nothing to show yet.
pub fn empty(ui: &mut Ui, sentence: &str) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        sentence,
        font::body(),
        tokens::of(ui).secondary,
    );
    let response = ui.allocate_rect(rect, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, sentence));
}
