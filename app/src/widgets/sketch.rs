//! Empty axes on which a curve is drawn with the pointer.

use egui::{PointerButton, RichText, Role, Ui, WidgetInfo};
use egui_plot::{Line, PlotPoints};
use loom_sim::Axis;

use super::plot;
use super::scales;
use crate::shell::icons::Icon;
use crate::shell::tokens::{self, font};
use crate::shell::tour::Guess;

/// Shows the axes and takes the pen; true while nothing is drawn yet.
pub fn show(ui: &mut Ui, id: egui::Id, guess: &mut Guess) -> bool {
    let tokens = tokens::of(ui);
    let log = [guess.x.logarithmic, guess.y.logarithmic];
    ui.horizontal(|ui| {
        let words = if guess.is_empty() {
            "Drag over the axes: what curve do you expect?"
        } else {
            "Draw over a part to correct it."
        };
        ui.label(RichText::new(words).font(font::secondary()).weak());
        if !guess.is_empty() {
            let help = "Takes the whole curve away.";
            let response = super::button::labelled(ui, Icon::Eraser, "Clear");
            if super::button::tip(response, "Clear", "", help).clicked() {
                guess.clear();
            }
        }
    });
    let mut figure = plot::axes(ui, id, [&guess.x, &guess.y])
        .allow_boxed_zoom(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_double_click_reset(false);
    let ends = |axis: &Axis, log: bool| {
        axis.limits
            .map_or([0.0, 1.0], |ends| ends.map(|e| scales::forth(e, log)))
    };
    let [left, right] = ends(&guess.x, log[0]);
    let [low, high] = ends(&guess.y, log[1]);
    figure = figure
        .default_x_bounds(left, right)
        .default_y_bounds(low, high);
    let color = tokens.category(1);
    let points: Vec<[f64; 2]> = guess
        .points()
        .into_iter()
        .map(|[x, y]| [scales::forth(x, log[0]), scales::forth(y, log[1])])
        .collect();
    let shown = figure.show(ui, |area| {
        area.line(
            Line::new("your guess", PlotPoints::from(points))
                .color(color)
                .width(2.5)
                .allow_hover(false),
        );
    });
    let response = shown.response;
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::GraphicsObject,
            true,
            "Empty axes to draw a curve on with the pointer",
        )
    });
    let down = response.is_pointer_button_down_on()
        && ui.input(|i| i.pointer.button_down(PointerButton::Primary));
    match response.interact_pointer_pos() {
        Some(at) if down => {
            let value = shown.transform.value_from_position(at);
            guess.draw_to([value.x, value.y]);
            ui.request_repaint();
        }
        _ => guess.lift(),
    }
    guess.is_empty()
}
