//! The run in front: its clock, its twin, its beginning.

use loom_sim::conductor::Command as Order;

use super::{Command, Menu, has_run};
use crate::shell::dialogs::Dialog;
use crate::shell::icons::Icon;

pub const LIST: &[Command] = &[
    Command::new("simulate.toggle", Menu::Simulate, 0, "Play or pause", "Runs the clock, or holds it.", |studio, _| {
        studio.tell(Order::Toggle);
    })
    .icon(Icon::Play)
    .keys(&["Space"])
    .when(has_run),
    Command::new("simulate.step", Menu::Simulate, 0, "Step", "One step forward, then holds.", |studio, _| {
        studio.tell(Order::StepForward);
    })
    .icon(Icon::StepForward)
    .keys(&["→"])
    .when(has_run),
    Command::new("simulate.back", Menu::Simulate, 0, "Step back", "One step back: the state is replayed from the journal.", |studio, _| {
        studio.tell(Order::StepBack);
    })
    .icon(Icon::StepBack)
    .keys(&["←"])
    .when(has_run),
    Command::new("simulate.go_to", Menu::Simulate, 0, "Go to…", "A step or a time, forward or back.", |studio, _| {
        studio.dialog = Some(Dialog::GoTo(String::new()));
    })
    .icon(Icon::Clock)
    .keys(&["Ctrl+G"])
    .when(has_run),
    Command::new("simulate.faster", Menu::Simulate, 1, "Faster", "Twice the speed.", |studio, _| {
        studio.speed(2.0);
    })
    .icon(Icon::Gauge)
    .keys(&["]"])
    .when(has_run),
    Command::new("simulate.slower", Menu::Simulate, 1, "Slower", "Half the speed.", |studio, _| {
        studio.speed(0.5);
    })
    .keys(&["["])
    .when(has_run),
    Command::new("simulate.sound", Menu::Simulate, 1, "Sound", "The orbit moves the loudspeaker: a cycle is a tone, a doubled period falls by an octave.", |studio, _| {
        studio.toggle_sound();
    })
    .icon(Icon::Volume2)
    .keys(&["M"])
    .when(super::super::studio::Studio::can_be_heard)
    .on(|studio| studio.sound.is_some()),
    Command::new("simulate.restart", Menu::Simulate, 2, "Restart", "To this run's beginning, with its parameters as they are. Undo goes back.", |studio, _| {
        studio.touch(Order::Restart);
    })
    .icon(Icon::RotateCcw)
    .keys(&["R"])
    .when(has_run),
    Command::new("simulate.defaults", Menu::Simulate, 2, "Defaults", "Every parameter as declared. Undo goes back.", |studio, _| {
        studio.touch(Order::Defaults);
    })
    .when(has_run),
    Command::new("simulate.seed", Menu::Simulate, 2, "Another seed", "The same model from the next seed.", |studio, _| {
        if let Some(seed) = studio.live().map(|l| l.model().seed.wrapping_add(1)) {
            studio.touch(Order::Seed(seed));
        }
    })
    .icon(Icon::Dices)
    .when(has_run),
    Command::new("simulate.twin", Menu::Simulate, 3, "Twin", "A second run from the same state with one change; both keep one clock, and the difference is drawn.", |studio, _| {
        let there = studio.live().is_some_and(|l| l.snapshot.has_twin);
        if there {
            studio.touch(Order::DropTwin);
        } else {
            studio.touch(Order::Twin(None));
        }
    })
    .icon(Icon::GitFork)
    .keys(&["T"])
    .when(has_run)
    .on(|studio| studio.live().is_some_and(|l| l.snapshot.has_twin)),
    Command::new("simulate.twin_view", Menu::Simulate, 3, "View of the twin", "Shows the twin beside the run, each as it is.", |studio, _| {
        studio.next += 1;
        let id = studio.next;
        if let Some(room) = studio.room_mut()
            && let Some(view) = room.front_view().map(|p| p.id)
        {
            room.show_twin(view, id);
        }
    })
    .icon(Icon::Columns2)
    .when(|studio| studio.live().is_some_and(|l| l.snapshot.has_twin)),
    Command::new("simulate.cancel", Menu::Simulate, 4, "Cancel", "Ends a seek or a step that takes long.", |studio, _| {
        studio.tell(Order::Cancel);
    })
    .icon(Icon::CircleX)
    .keys(&["Ctrl+."])
    .when(has_run),
];
