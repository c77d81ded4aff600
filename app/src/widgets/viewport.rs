//! The view of a simulation: shows the newest scene, carries the pointer to it, moves the
//! camera.

use egui::{CursorIcon, PointerButton, Rect, Response, Role, Sense, Ui, WidgetInfo};
use loom_sim::{Camera, Pointer, PointerAction, Snapshot};

use super::steer;

/// What the pointer and the keys asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// For the simulation.
    Pointer(Pointer),
    /// The camera moved; `None` fits the whole.
    Camera(Option<Camera>),
}

/// What a drag that is under way belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drag {
    #[default]
    None,
    Simulation,
    Turn,
    Pan,
}

/// What a view remembers between frames.
#[derive(Clone, Debug, Default)]
pub struct Hand {
    drag: Drag,
    stroke: u64,
    hovered: Option<[f64; 2]>,
}

/// What lies behind a view, as the last snapshot has it.
#[derive(Clone, Copy)]
pub struct Scenery<'a> {
    pub name: &'a str,
    pub snapshot: &'a Snapshot,
    /// The camera in use: the user's, or the fitted one.
    pub camera: Option<&'a Camera>,
    /// Drags paint, whatever the simulation says of hits.
    pub paints: bool,
}

/// Takes the pointer over `rect`; the picture has been painted already.
pub fn interact(
    ui: &Ui,
    id: egui::Id,
    rect: Rect,
    hand: &mut Hand,
    scenery: Scenery<'_>,
) -> (Response, Vec<Ask>) {
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let label = format!("View of {}", scenery.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
    let mut asks = Vec::new();
    let size = [f64::from(rect.width()), f64::from(rect.height())];
    let place = |p: egui::Pos2| [f64::from(p.x - rect.left()), f64::from(p.y - rect.top())];
    let (modifiers, origin) = ui.input(|i| (i.modifiers, i.pointer.press_origin()));
    let secondary = ui.input(|i| {
        i.pointer.secondary_down() || i.pointer.button_released(PointerButton::Secondary)
    });
    let pointer = |position, action, secondary, stroke| {
        Ask::Pointer(Pointer {
            position,
            action,
            secondary,
            alt: modifiers.alt,
            shift: modifiers.shift,
            stroke,
        })
    };

    if response.drag_started() {
        hand.stroke += 1;
        let middle = ui.input(|i| i.pointer.middle_down());
        let grabs = scenery.snapshot.hit.as_ref().is_some_and(|h| h.draggable);
        hand.drag = if middle || (secondary && !scenery.paints) {
            Drag::Pan
        } else if scenery.paints || grabs {
            Drag::Simulation
        } else if modifiers.shift {
            Drag::Pan
        } else {
            Drag::Turn
        };
        if let (Drag::Simulation, Some(start)) =
            (hand.drag, origin.or(response.interact_pointer_pos()))
        {
            asks.push(pointer(
                place(start),
                PointerAction::Press,
                secondary,
                hand.stroke,
            ));
        }
    }
    let here = response.interact_pointer_pos().or(response.hover_pos());
    if response.dragged() {
        let delta = response.drag_delta();
        match (hand.drag, here) {
            (Drag::Simulation, Some(at)) if delta != egui::Vec2::ZERO => {
                asks.push(pointer(
                    place(at),
                    PointerAction::Drag,
                    secondary,
                    hand.stroke,
                ));
            }
            (Drag::Turn | Drag::Pan, _) if delta != egui::Vec2::ZERO => {
                if let Some(mut camera) = scenery.camera.cloned() {
                    let pixels = [f64::from(delta.x), f64::from(delta.y)];
                    steer::drag(&mut camera, pixels, size, hand.drag == Drag::Pan);
                    asks.push(Ask::Camera(Some(camera)));
                }
            }
            _ => {}
        }
    }
    if response.drag_stopped() {
        if let (Drag::Simulation, Some(at)) = (hand.drag, here) {
            asks.push(pointer(
                place(at),
                PointerAction::Release,
                secondary,
                hand.stroke,
            ));
        }
        hand.drag = Drag::None;
    }
    if response.double_clicked() && !scenery.paints {
        asks.push(Ask::Camera(None));
    } else if (response.clicked() || (response.secondary_clicked() && scenery.paints))
        && let Some(at) = response.interact_pointer_pos()
    {
        hand.stroke += 1;
        let secondary = response.secondary_clicked();
        asks.push(pointer(
            place(at),
            PointerAction::Click,
            secondary,
            hand.stroke,
        ));
    }
    hover(ui, &response, hand, &scenery, &mut asks, &place, size);
    (response, asks)
}

fn hover(
    ui: &Ui,
    response: &Response,
    hand: &mut Hand,
    scenery: &Scenery<'_>,
    asks: &mut Vec<Ask>,
    place: &dyn Fn(egui::Pos2) -> [f64; 2],
    size: [f64; 2],
) {
    let Some(at) = response.hover_pos() else {
        hand.hovered = None;
        return;
    };
    let position = place(at);
    if hand.drag == Drag::None && hand.hovered != Some(position) {
        hand.hovered = Some(position);
        let modifiers = ui.input(|i| i.modifiers);
        asks.push(Ask::Pointer(Pointer {
            position,
            action: PointerAction::Hover,
            secondary: false,
            alt: modifiers.alt,
            shift: modifiers.shift,
            stroke: hand.stroke,
        }));
    }
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let factor = f64::from(pinch) * (f64::from(scroll) / 240.0).exp2();
    if (factor - 1.0).abs() > 1e-6
        && let Some(mut camera) = scenery.camera.cloned()
    {
        camera.zoom(factor, position, size);
        asks.push(Ask::Camera(Some(camera)));
    }
    let cursor = match hand.drag {
        Drag::Turn | Drag::Pan => CursorIcon::Grabbing,
        Drag::Simulation if !scenery.paints => CursorIcon::Grabbing,
        _ if scenery.paints => CursorIcon::Crosshair,
        _ if scenery.snapshot.hit.as_ref().is_some_and(|h| h.draggable) => CursorIcon::Grab,
        _ => CursorIcon::Default,
    };
    ui.set_cursor_icon(cursor);
}
