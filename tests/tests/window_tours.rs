//! Tours in the real window: the three of them played to their ends, and a lesson before a class.

use std::time::{Duration, Instant};

use crate::window::{Studio, alone, asked_to_leave_out};

/// The window's title: the tour, its step, how many there are.
fn title(studio: &Studio) -> String {
    let window = studio.window().unwrap_or_default();
    studio.tool(&["getwindowname", &window])
}

fn until_title(studio: &Studio, part: &str) {
    let start = Instant::now();
    while !title(studio).contains(part) {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "waited in vain for “{part}”: {}",
            title(studio)
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn the_three_tours_can_be_played_to_their_ends() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    for name in ["the-butterfly", "the-road-to-chaos", "fractal-dimension"] {
        let studio = Studio::start("1280x800", &["tour", name], None);
        until_title(&studio, "1 of ");
        let count: usize = title(&studio)
            .split(" of ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next())
            .and_then(|number| number.parse().ok())
            .unwrap();
        for step in 2..=count {
            studio.key("Next");
            until_title(&studio, &format!("{step} of {count}"));
        }
        std::thread::sleep(Duration::from_secs(1));
        studio.keep(&format!("tour-{name}"));
        // After the last step the own work comes back: here the start page.
        studio.key("Escape");
        let start = Instant::now();
        while title(&studio).contains(" of ") {
            assert!(start.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = studio.close();
    }
}

#[test]
fn a_lesson_is_given_before_a_class_and_goes_on_after_a_crash() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    let mut studio = Studio::start("1280x800", &["tour", "the-butterfly", "--present"], None);
    until_title(&studio, "1 of ");
    studio.tool(&["mousemove", "640", "300"]);
    std::thread::sleep(Duration::from_secs(4));
    // A presenter's remote: next, next, a question, black, back.
    studio.key("Next");
    until_title(&studio, "2 of ");
    studio.key("Next");
    until_title(&studio, "3 of ");
    let frozen = studio.until_still("the question freezes the run");
    studio.keep("presented-question");
    studio.key("period");
    studio.until("the black screen", |p| p.brightness() < 3.0);
    studio.key("period");
    studio.until("the picture again", |p| p.difference(&frozen) < 0.02);
    // The mouse brings the sliders and the transport.
    studio.tool(&["mousemove", "400", "250"]);
    studio.tool(&["mousemove", "410", "260"]);
    studio.until("the controls", |p| p.difference(&frozen) > 0.01);
    studio.keep("presented-controls");
    studio.key("Next");
    until_title(&studio, "4 of ");
    studio.key("Escape");
    std::thread::sleep(Duration::from_secs(1));
    studio.keep("tour-after-presenting");

    // The autosave comes within twenty seconds of a change.
    std::thread::sleep(Duration::from_secs(22));
    studio.program.kill().unwrap();
    studio.program.wait().unwrap();
    let settings = std::mem::replace(&mut studio.settings, tempfile::tempdir().unwrap());
    drop(studio);
    let again = Studio::start("1280x800", &[], Some(settings));
    std::thread::sleep(Duration::from_secs(1));
    again.key("Return");
    until_title(&again, "The butterfly · 4 of ");
    let _ = again.close();
}
