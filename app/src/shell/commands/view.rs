//! The view: camera, tiles, panels, theme, presentation.

use super::{Command, Menu, has_run};
use crate::shell::icons::Icon;
use crate::shell::settings::Theme;
use crate::shell::studio::{Side, Studio};

const fn shift(
    id: &'static str,
    name: &'static str,
    run: fn(&mut Studio, &egui::Context),
) -> Command {
    Command::new(
        id,
        Menu::View,
        9,
        name,
        "Moves the picture by a tenth of the view.",
        run,
    )
    .when(has_run)
}

const fn digit(
    id: &'static str,
    name: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut Studio, &egui::Context),
) -> Command {
    Command::new(
        id,
        Menu::View,
        8,
        name,
        "Each digit doubles the last; 1 is one pixel a cell, or the whole.",
        run,
    )
    .keys(keys)
    .when(has_run)
}

pub const LIST: &[Command] = &[
    Command::new(
        "view.fit",
        Menu::View,
        1,
        "Fit",
        "Shows the whole, filling two thirds of the view.",
        |studio, _| {
            studio.set_camera(None);
        },
    )
    .icon(Icon::Maximize)
    .keys(&["F"])
    .when(has_run),
    Command::new(
        "view.zoom_in",
        Menu::View,
        1,
        "Zoom in",
        "Nearer; the wheel zooms about the pointer.",
        |studio, _| {
            studio.zoom(1.25);
        },
    )
    .icon(Icon::ZoomIn)
    .keys(&["+", "="])
    .when(has_run),
    Command::new(
        "view.zoom_out",
        Menu::View,
        1,
        "Zoom out",
        "Further away.",
        |studio, _| {
            studio.zoom(0.8);
        },
    )
    .icon(Icon::ZoomOut)
    .keys(&["−"])
    .when(has_run),
    Command::new(
        "view.next",
        Menu::View,
        2,
        "Next",
        "The next step of a tour, else the next entry of the catalogue.",
        |studio, _| {
            if studio.touring.is_some() {
                studio.turn_tour(true);
            } else {
                studio.step_entry(1);
            }
        },
    )
    .keys(&["PageDown"])
    .when(|studio| studio.room().is_some() || studio.touring.is_some()),
    Command::new(
        "view.previous",
        Menu::View,
        2,
        "Previous",
        "The step of a tour before this one, else the entry of the catalogue before it.",
        |studio, _| {
            if studio.touring.is_some() {
                studio.turn_tour(false);
            } else {
                studio.step_entry(-1);
            }
        },
    )
    .keys(&["PageUp"])
    .when(|studio| studio.room().is_some() || studio.touring.is_some()),
    Command::new(
        "view.split",
        Menu::View,
        3,
        "Split the view",
        "A second view of the same run, with a camera of its own.",
        |studio, _| {
            studio.split_view();
        },
    )
    .icon(Icon::Columns2)
    .when(has_run),
    Command::new(
        "view.neighbours",
        Menu::View,
        3,
        "Neighbours",
        crate::shell::neighbours::HELP,
        |studio, _| {
            studio.show_neighbours();
        },
    )
    .icon(Icon::Grid3x3)
    .keys(&["N"])
    .when(|studio| studio.live().is_some_and(crate::shell::neighbours::fit)),
    Command::new(
        "view.sheet",
        Menu::View,
        3,
        "Rule editor",
        "The rule as neighbourhoods and what becomes of them; a click switches one.",
        |studio, _| {
            studio.next += 1;
            let id = studio.next;
            if let Some(room) = studio.room_mut()
                && let Some(live) = room.live().map(|l| l.id)
            {
                room.show_sheet(live, id);
            }
        },
    )
    .icon(Icon::ToggleRight)
    .keys(&["Shift+R"])
    .when(|studio| studio.live().is_some() && studio.room().is_some_and(|r| r.panel.sheet().is_some())),
    Command::new(
        "view.gallery",
        Menu::View,
        3,
        "Gallery of the group",
        "All entries of the catalogue's group to which what is open belongs, at a glance.",
        |studio, _| studio.show_gallery(None),
    )
    .icon(Icon::LayoutGrid)
    .keys(&["G"])
    .when(|studio| studio.live().is_some_and(|l| l.entry.is_some())),
    Command::new(
        "view.elementary",
        Menu::View,
        3,
        "The 256 elementary rules",
        "Wolfram's rules of one dimension side by side; a click opens one.",
        |studio, _| studio.show_gallery(Some(loom_automata::elementary::GROUP.to_owned())),
    )
    .icon(Icon::LayoutGrid)
    .when(|studio| studio.live().is_some_and(|l| l.science.key() == "automata")),
    Command::new(
        "view.pad",
        Menu::View,
        3,
        "Map pad",
        "A map of the largest exponent over two parameters: drag across it and the run follows.",
        |studio, _| {
            studio.show_pad();
        },
    )
    .icon(Icon::Map)
    .when(|studio| studio.live().is_some_and(crate::shell::pad::has_map)),
    Command::new(
        "view.reset_tiles",
        Menu::View,
        3,
        "Reset the tiles",
        "One view, and the plots that the run opened with.",
        |studio, _| {
            studio.reset_tiles();
        },
    )
    .icon(Icon::LayoutDashboard)
    .when(has_run),
    Command::new(
        "view.catalogue",
        Menu::View,
        4,
        "Catalogue",
        "Shows the catalogue or folds it away.",
        |studio, _| {
            studio.toggle(Side::Catalogue);
        },
    )
    .icon(Icon::PanelLeft)
    .keys(&["Ctrl+B"])
    .on(|studio| studio.shows(Side::Catalogue)),
    Command::new(
        "view.inspector",
        Menu::View,
        4,
        "Inspector",
        "Shows the inspector or folds it away.",
        |studio, _| {
            studio.toggle(Side::Inspector);
        },
    )
    .icon(Icon::PanelRight)
    .keys(&["Ctrl+I"])
    .on(|studio| studio.shows(Side::Inspector)),
    Command::new(
        "view.find",
        Menu::View,
        4,
        "Find in the catalogue",
        "Puts the cursor into the catalogue's search.",
        |studio, ctx| {
            studio.find(ctx);
        },
    )
    .icon(Icon::Search)
    .keys(&["Ctrl+F"])
    .when(|studio| studio.room().is_some()),
    Command::new(
        "view.system",
        Menu::View,
        5,
        "Theme of the system",
        "Light or dark as the system is.",
        |studio, _| {
            studio.settings.theme = Theme::System;
        },
    )
    .icon(Icon::Monitor)
    .on(|studio| studio.settings.theme == Theme::System),
    Command::new(
        "view.dark",
        Menu::View,
        5,
        "Dark theme",
        "A dark ground, for dark rooms.",
        |studio, _| {
            studio.settings.theme = Theme::Dark;
        },
    )
    .icon(Icon::Moon)
    .on(|studio| studio.settings.theme == Theme::Dark),
    Command::new(
        "view.light",
        Menu::View,
        5,
        "Light theme",
        "A white ground, as in print.",
        |studio, _| {
            studio.settings.theme = Theme::Light;
        },
    )
    .icon(Icon::Sun)
    .on(|studio| studio.settings.theme == Theme::Light),
    Command::new(
        "view.present",
        Menu::View,
        6,
        "Present",
        "The picture fills the screen, or the other one where there are two; Esc comes back.",
        |studio, ctx| {
            studio.to_present = true;
            ctx.request_repaint();
        },
    )
    .icon(Icon::Presentation)
    .keys(&["F5"])
    .when(has_run)
    .on(|studio| studio.presenting.is_some() || studio.audience.is_some()),
    Command::new(
        "view.black",
        Menu::View,
        6,
        "Black screen",
        "A black screen while you talk, and back.",
        |studio, _| {
            if let Some(audience) = &mut studio.audience {
                audience.black = !audience.black;
            } else if let Some(present) = &mut studio.presenting {
                present.black = !present.black;
            }
        },
    )
    .icon(Icon::MonitorOff)
    .keys(&["."])
    .when(|studio| studio.presenting.is_some() || studio.audience.is_some())
    .on(|studio| {
        studio.presenting.as_ref().is_some_and(|p| p.black)
            || studio.audience.as_ref().is_some_and(|a| a.black)
    }),
    Command::new(
        "view.audience",
        Menu::View,
        6,
        "Audience's window",
        "A second window with the picture alone, to share or to drag to another screen; notes and clock stay here.",
        |studio, _| studio.toggle_audience(None),
    )
    .icon(Icon::MonitorPlay)
    .keys(&["Shift+F5"])
    .when(|studio| has_run(studio) || studio.audience.is_some())
    .on(|studio| studio.audience.is_some()),
    Command::new(
        "view.full",
        Menu::View,
        6,
        "Full screen",
        "The window without its frame.",
        |_, ctx| {
            let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
        },
    )
    .icon(Icon::Expand)
    .keys(&["F11"]),
    digit("view.1", "Magnification 1", &["1"], |studio, _| {
        studio.magnify(1)
    }),
    digit("view.2", "Magnification 2", &["2"], |studio, _| {
        studio.magnify(2)
    }),
    digit("view.3", "Magnification 4", &["3"], |studio, _| {
        studio.magnify(3)
    }),
    digit("view.4", "Magnification 8", &["4"], |studio, _| {
        studio.magnify(4)
    }),
    digit("view.5", "Magnification 16", &["5"], |studio, _| {
        studio.magnify(5)
    }),
    digit("view.6", "Magnification 32", &["6"], |studio, _| {
        studio.magnify(6)
    }),
    digit("view.7", "Magnification 64", &["7"], |studio, _| {
        studio.magnify(7)
    }),
    digit("view.8", "Magnification 128", &["8"], |studio, _| {
        studio.magnify(8)
    }),
    digit("view.9", "Magnification 256", &["9"], |studio, _| {
        studio.magnify(9)
    }),
    shift("view.left", "Move left", |studio, _| {
        studio.shift_view([0.1, 0.0])
    }),
    shift("view.right", "Move right", |studio, _| {
        studio.shift_view([-0.1, 0.0])
    }),
    shift("view.up", "Move up", |studio, _| {
        studio.shift_view([0.0, 0.1])
    }),
    shift("view.down", "Move down", |studio, _| {
        studio.shift_view([0.0, -0.1])
    }),
];
