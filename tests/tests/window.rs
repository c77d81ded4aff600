//! The real window, under Xvfb: started, driven by keys and pointer as a newcomer would,
//! pictured, and closed. The pictures are kept in `target/window-pictures`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A display of its own, with the studio in it. Dropping it ends both.
pub(crate) struct Studio {
    server: Child,
    pub(crate) program: Child,
    display: String,
    pub(crate) settings: tempfile::TempDir,
}

/// One screen picture: width, height, RGBA.
#[derive(PartialEq)]
pub(crate) struct Picture {
    width: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn colours(&self) -> usize {
        let set: std::collections::BTreeSet<_> = self.pixels.chunks_exact(4).collect();
        set.len()
    }
    /// Fraction of pixels that differ visibly.
    pub(crate) fn difference(&self, other: &Self) -> f64 {
        let pairs = self
            .pixels
            .chunks_exact(4)
            .zip(other.pixels.chunks_exact(4));
        let far = pairs.filter(|(a, b)| a.iter().zip(*b).any(|(x, y)| x.abs_diff(*y) > 12));
        far.count() as f64 / (self.pixels.len() / 4) as f64
    }
    /// Mean brightness, 0 to 255.
    pub(crate) fn brightness(&self) -> f64 {
        let sum: u64 = self
            .pixels
            .chunks_exact(4)
            .map(|p| p[..3].iter().map(|c| u64::from(*c)).sum::<u64>())
            .sum();
        sum as f64 / (self.pixels.len() / 4) as f64 / 3.0
    }
}

fn pictures() -> PathBuf {
    let program = crate::program();
    let folder = program
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("window-pictures");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Studio {
    pub(crate) fn start(
        size: &str,
        arguments: &[&str],
        settings: Option<tempfile::TempDir>,
    ) -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &format!("{size}x24"),
                "-noreset",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed by tests/run");
        let mut number = Vec::new();
        let mut byte = [0u8];
        let output = server.stdout.as_mut().unwrap();
        while output.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            number.push(byte[0]);
        }
        let display = format!(":{}", String::from_utf8(number).unwrap());
        let settings = settings.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let program = Command::new(crate::program())
            .args(arguments)
            .env("DISPLAY", &display)
            .env_remove("WAYLAND_DISPLAY")
            .env("WINIT_X11_SCALE_FACTOR", "1")
            .env("STRANGE_LOOM_CONFIG_DIR", settings.path())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let studio = Self {
            server,
            program,
            display,
            settings,
        };
        let start = Instant::now();
        while studio.window().is_none() {
            assert!(
                start.elapsed() < Duration::from_mins(1),
                "no window within a minute"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        let (width, height) = size.split_once('x').unwrap();
        let window = studio.window().unwrap();
        studio.tool(&["windowmove", &window, "0", "0"]);
        studio.tool(&["windowsize", &window, width, height]);
        studio.tool(&["windowfocus", &window]);
        studio.until("the first picture", |p| p.colours() > 40);
        studio
    }

    pub(crate) fn window(&self) -> Option<String> {
        let found = self.tool(&["search", "--onlyvisible", "--name", "Strange Loom"]);
        found.lines().next().map(str::to_owned)
    }

    pub(crate) fn tool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(crate) fn key(&self, keys: &str) {
        self.tool(&["key", "--clearmodifiers", keys]);
        std::thread::sleep(Duration::from_millis(250));
    }

    pub(crate) fn picture(&self) -> Picture {
        let output = Command::new("import")
            .args(["-window", "root", "-depth", "8", "png:-"])
            .env("DISPLAY", &self.display)
            .output()
            .expect("ImageMagick is installed by tests/run");
        let mut decoder = png::Decoder::new(std::io::Cursor::new(output.stdout));
        decoder.set_transformations(
            png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
        );
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        pixels.truncate(info.buffer_size());
        if info.color_type == png::ColorType::GrayscaleAlpha {
            pixels = pixels
                .chunks_exact(2)
                .flat_map(|p| [p[0], p[0], p[0], p[1]])
                .collect();
        }
        Picture {
            width: info.width as usize,
            pixels,
        }
    }

    pub(crate) fn keep(&self, name: &str) {
        let path = pictures().join(name).with_extension("png");
        let done = Command::new("import")
            .args(["-window", "root", path.to_str().unwrap()])
            .env("DISPLAY", &self.display)
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// Waits until the screen is as asked.
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Picture) -> bool) -> Picture {
        let start = Instant::now();
        loop {
            let picture = self.picture();
            if holds(&picture) {
                return picture;
            }
            assert!(
                start.elapsed() < Duration::from_mins(1),
                "waited a minute in vain for {what}"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until two pictures half a second apart are the same.
    pub(crate) fn until_still(&self, what: &str) -> Picture {
        let start = Instant::now();
        let mut last = self.picture();
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let now = self.picture();
            if now.difference(&last) < 1e-5 {
                return now;
            }
            last = now;
            assert!(
                start.elapsed() < Duration::from_mins(1),
                "{what}: the picture never came to rest"
            );
        }
    }

    /// Processor seconds that the program has used.
    fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.program.id())).unwrap();
        let after = stat.rsplit_once(')').unwrap().1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    pub(crate) fn close(mut self) -> tempfile::TempDir {
        self.key("ctrl+q");
        let start = Instant::now();
        loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                assert!(status.success(), "the program ended with {status}");
                break;
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "Ctrl+Q did not close the window"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        std::mem::replace(&mut self.settings, tempfile::tempdir().unwrap())
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        // Either may be gone already.
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub(crate) fn asked_to_leave_out() -> bool {
    std::env::var_os("STRANGE_LOOM_NO_WINDOW").is_some()
}

/// One window at a time: several that draw on the processor starve each other.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_four_panels_live_in_the_real_window() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    let studio = Studio::start("1280x800", &[], None);
    let first = studio.picture();
    studio.until("the start page's doors to move", |p| {
        p.difference(&first) > 1e-4
    });
    studio.keep("start");

    let mut panels: Vec<Picture> = Vec::new();
    for (key, name) in [
        ("ctrl+1", "attractors"),
        ("ctrl+2", "automata"),
        ("ctrl+3", "webs"),
        ("ctrl+4", "circuits"),
    ] {
        studio.key(key);
        std::thread::sleep(Duration::from_secs(2));
        // What plays on opening is paused first: a paused panel stands still.
        let a = studio.picture();
        std::thread::sleep(Duration::from_millis(600));
        if studio.picture().difference(&a) > 1e-5 && name != "circuits" {
            studio.key("space");
        }
        let still = studio.until_still(name);
        assert!(
            panels.iter().all(|p| p.difference(&still) > 0.02),
            "{name} looks like another panel"
        );
        studio.key("space");
        studio.until(&format!("{name} to move after Space"), |p| {
            p.difference(&still) > 2e-5
        });
        std::thread::sleep(Duration::from_secs(1));
        studio.keep(name);
        if name != "circuits" {
            studio.key("space");
        }
        studio.until_still(name);
        panels.push(still);
    }

    // Idle means idle: paused, nothing under the pointer, no processor time.
    studio.tool(&["mousemove", "640", "790"]);
    studio.until_still("paused");
    // Pictures of the catalogue may still be in the making, so the first quiet stretch counts; a
    // window that draws without need has none.
    let quiet = (0..8).any(|_| {
        let before = studio.processor();
        std::thread::sleep(Duration::from_secs(4));
        studio.processor() - before <= 0.12
    });
    assert!(
        quiet,
        "a paused window never rested for 4 s within half a minute"
    );
    let _ = studio.close();
}

#[test]
fn stepping_forth_and_back_returns_to_the_same_picture() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    let studio = Studio::start("1280x800", &[], None);
    studio.key("ctrl+2");
    std::thread::sleep(Duration::from_secs(2));
    let a = studio.picture();
    std::thread::sleep(Duration::from_millis(600));
    if studio.picture().difference(&a) > 1e-5 {
        studio.key("space");
    }
    studio.tool(&["mousemove", "640", "790"]);
    let before = studio.until_still("paused");
    studio.key("Right");
    studio.until("a step", |p| p.difference(&before) > 1e-5);
    studio.key("Left");
    studio.until("the step back", |p| p.difference(&before) < 1e-5);
    let _ = studio.close();
}

#[test]
fn the_theme_changes_and_is_remembered_and_the_smallest_window_works() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    let studio = Studio::start("960x600", &[], None);
    studio.key("ctrl+1");
    std::thread::sleep(Duration::from_secs(2));
    let first = studio.picture();
    assert_eq!(first.width, 960);
    studio.key("ctrl+k");
    studio.tool(&["type", "--delay", "20", "light theme"]);
    std::thread::sleep(Duration::from_millis(500));
    studio.key("Return");
    let light = studio.until("the light theme", |p| p.brightness() > 150.0);
    assert!(light.brightness() > first.brightness() || first.brightness() > 150.0);
    studio.keep("attractors-light-960");
    let settings = studio.close();
    let again = Studio::start("960x600", &[], Some(settings));
    again.until("the light theme after a new start", |p| {
        p.brightness() > 150.0
    });
    let _ = again.close();
}

#[test]
fn a_picture_that_was_rendered_opens_as_the_project_it_came_from() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("life.png");
    let status = Command::new(crate::program())
        .args([
            "render",
            "--catalogue",
            "automata/r-pentomino",
            "--step",
            "100",
            "--size",
            "400x300",
            "--out",
        ])
        .arg(&picture)
        .status()
        .unwrap();
    assert!(status.success());
    let start = Studio::start("1280x800", &[], None);
    let page = start.picture();
    let _ = start.close();
    let studio = Studio::start("1280x800", &[picture.to_str().unwrap()], None);
    std::thread::sleep(Duration::from_secs(2));
    let opened = studio.picture();
    assert!(
        opened.difference(&page) > 0.05,
        "opening a picture leads to the start page"
    );
    studio.keep("opened-picture");
    let _ = studio.close();
    assert!(Path::new(&picture).exists());
}

/// Types into what has the focus, and enters it.
fn enter(studio: &Studio, words: &str) {
    studio.tool(&["type", "--delay", "20", words]);
    std::thread::sleep(Duration::from_millis(500));
    studio.key("Return");
    std::thread::sleep(Duration::from_millis(500));
}

/// Saves the project through the window; its first run as the file has it.
fn saved_run(studio: &Studio, path: &Path) -> serde_json::Value {
    studio.key("ctrl+shift+s");
    std::thread::sleep(Duration::from_millis(500));
    studio.key("ctrl+a");
    enter(studio, path.to_str().unwrap());
    let start = Instant::now();
    while !path.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the project was not saved"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let output = Command::new(crate::program())
        .args(["info", path.to_str().unwrap(), "--json"])
        .output()
        .unwrap();
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    info["document"]["items"][0].clone()
}

/// A pattern is found by typing and a generation is gone to; after
/// the program was killed, what was open is offered and comes back where it stood.
#[test]
fn a_run_is_found_moved_saved_and_survives_a_crash() {
    if asked_to_leave_out() {
        return;
    }
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::start("1280x800", &[], None);
    studio.key("ctrl+2");
    std::thread::sleep(Duration::from_secs(1));
    studio.key("ctrl+f");
    enter(&studio, "pentomino");
    std::thread::sleep(Duration::from_secs(1));
    studio.key("ctrl+g");
    enter(&studio, "1103");
    studio.tool(&["mousemove", "640", "790"]);
    studio.until_still("generation 1103");
    let run = saved_run(&studio, &folder.path().join("one.loom"));
    assert_eq!(run["kind"], "r-pentomino", "{run}");
    assert_eq!(run["step"], 1103, "{run}");

    // The autosave comes within twenty seconds of a change.
    std::thread::sleep(Duration::from_secs(25));
    studio.program.kill().unwrap();
    studio.program.wait().unwrap();
    let settings = std::mem::replace(&mut studio.settings, tempfile::tempdir().unwrap());
    drop(studio);
    let again = Studio::start("1280x800", &[], Some(settings));
    std::thread::sleep(Duration::from_secs(1));
    again.keep("recovery");
    again.key("Return");
    again.tool(&["mousemove", "640", "790"]);
    std::thread::sleep(Duration::from_secs(3));
    again.until_still("what was restored");
    let run = saved_run(&again, &folder.path().join("two.loom"));
    assert_eq!(run["kind"], "r-pentomino", "{run}");
    assert_eq!(run["step"], 1103, "{run}");
    let _ = again.close();
}
