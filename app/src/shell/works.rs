//! Files that take their time, prints and animations: made on a worker while the window goes on,
//! each with a card in the corner that shows how far it is, what has formed, and a way to stop it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::{
    Align2, Area, ColorImage, Context, Id, Order, ProgressBar, RichText, TextureHandle, vec2,
};
use loom_sim::conductor::Wake;
use loom_sim::{Job, Press, Raster};

use super::files::{Done, Files};
use super::icons::Icon;
use super::tokens::{self, font, size};
use crate::widgets::button::Tool;

const WIDTH: f32 = 260.0;
/// The window is woken for progress no more often than this.
const OFTEN: Duration = Duration::from_millis(250);

/// What a worker tells while it works.
#[derive(Default)]
pub struct Told {
    pub progress: f32,
    /// The newest partial picture.
    pub raster: Option<Raster>,
    pub ended: bool,
}

/// A press whose progress and partial pictures are kept for the window, and the flag that stops
/// it.
#[derive(Default)]
pub struct Watched {
    pub cancel: Arc<AtomicBool>,
    pub told: Arc<Mutex<Told>>,
}

impl Watched {
    pub fn press(&self, wake: Wake, partial: bool) -> Press {
        let told = self.told.clone();
        let last = Mutex::new(Instant::now());
        let woken = wake.clone();
        let job = Job::new(
            self.cancel.clone(),
            move |part| {
                lock(&told).progress = part;
                let mut last = lock(&last);
                if last.elapsed() > OFTEN {
                    *last = Instant::now();
                    woken();
                }
            },
            |_| {},
        );
        let press = Press::new(job);
        if !partial {
            return press;
        }
        let told = self.told.clone();
        press.watched(move |raster| {
            lock(&told).raster = Some(raster);
            wake();
        })
    }

    pub fn stop(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A raster as an image of the interface.
pub fn image(raster: &Raster) -> ColorImage {
    let size = raster.size.map(|n| n as usize);
    ColorImage::from_rgba_unmultiplied(size, &raster.rgba)
}

struct Work {
    number: u64,
    name: String,
    watched: Watched,
    begun: Instant,
    texture: Option<TextureHandle>,
}

/// All files under way.
#[derive(Default)]
pub struct Works {
    list: Vec<Work>,
    count: u64,
}

impl Works {
    /// Starts to make a file; `make` writes it and gives warnings.
    pub fn start(
        &mut self,
        files: &mut Files,
        wake: Wake,
        path: PathBuf,
        make: impl FnOnce(&Press, &std::path::Path) -> Result<Vec<String>, String> + Send + 'static,
    ) {
        let watched = Watched::default();
        let press = watched.press(wake, true);
        let told = watched.told.clone();
        self.count += 1;
        self.list.push(Work {
            number: self.count,
            name: super::files::file_name(&path),
            watched,
            begun: Instant::now(),
            texture: None,
        });
        files.job(move || {
            let result = make(&press, &path);
            lock(&told).ended = true;
            Done::Written {
                path,
                project: false,
                result,
            }
        });
    }

    pub fn stop_all(&self) {
        for work in &self.list {
            work.watched.stop();
        }
    }

    /// Shows the cards; gives the height that they take above `lift`.
    pub fn show(&mut self, ctx: &Context, lift: f32) -> f32 {
        self.list.retain(|w| !lock(&w.watched.told).ended);
        let mut offset = lift + size::SECTION;
        for work in &mut self.list {
            let answer = Area::new(Id::unique(("work", work.number)))
                .order(Order::Foreground)
                .anchor(Align2::RIGHT_BOTTOM, vec2(-size::SECTION, -offset))
                .show(ctx, |ui| card(ui, work));
            offset += answer.response.rect.height() + size::GAP;
        }
        offset - lift - size::SECTION
    }
}

fn card(ui: &mut egui::Ui, work: &mut Work) {
    let (progress, raster) = {
        let mut told = lock(&work.watched.told);
        (told.progress, told.raster.take())
    };
    if let Some(raster) = raster {
        let image = image(&raster);
        match &mut work.texture {
            Some(texture) => texture.set(image, egui::TextureOptions::LINEAR),
            None => {
                let name = format!("work {}", work.number);
                let options = egui::TextureOptions::LINEAR;
                work.texture = Some(ui.ctx().load_texture(name, image, options));
            }
        }
    }
    egui::Frame::popup(ui.style())
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(WIDTH);
            if let Some(texture) = &work.texture {
                let picture = egui::Image::new(texture).max_size(vec2(WIDTH, WIDTH * 0.75));
                let name = format!("{} as far as it has formed", work.name);
                ui.add(picture.alt_text(&name));
            }
            ui.horizontal(|ui| {
                ui.set_width(WIDTH);
                let room = WIDTH - size::CONTROL - size::GAP;
                ui.add_sized(
                    vec2(room, size::CONTROL),
                    egui::Label::new(RichText::new(&work.name).font(font::medium()))
                        .truncate()
                        .halign(egui::Align::LEFT),
                );
                let stop = Tool::new(
                    Icon::X,
                    "Stop making this file",
                    "What has been made so far is thrown away; no file is written.",
                );
                if stop.show(ui).clicked() {
                    work.watched.stop();
                }
            });
            let stopping = work.watched.cancel.load(Ordering::Relaxed);
            ui.add(
                ProgressBar::new(progress)
                    .desired_height(4.0)
                    .desired_width(WIDTH),
            );
            let words = if stopping {
                "Stopping…".to_owned()
            } else {
                left(progress, work.begun.elapsed())
            };
            let color = tokens::of(ui).secondary;
            ui.label(RichText::new(words).font(font::secondary()).color(color));
        });
}

/// "43 % · about 1 min 20 s left".
pub fn left(progress: f32, elapsed: Duration) -> String {
    let percent = (100.0 * progress).floor();
    if progress < 0.02 || elapsed < Duration::from_secs(1) {
        return format!("{percent} %");
    }
    let seconds = elapsed.as_secs_f64() * f64::from((1.0 - progress) / progress);
    let seconds = seconds.round() as u64;
    if seconds < 60 {
        format!("{percent} % · about {seconds} s left")
    } else if seconds < 3600 {
        format!(
            "{percent} % · about {} min {} s left",
            seconds / 60,
            seconds % 60
        )
    } else {
        format!(
            "{percent} % · about {} h {} min left",
            seconds / 3600,
            seconds / 60 % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_said_in_units_that_fit() {
        let after = |p, s| left(p, Duration::from_secs(s));
        assert_eq!(after(0.0, 5), "0 %");
        assert_eq!(after(0.5, 10), "50 % · about 10 s left");
        assert_eq!(after(0.25, 60), "25 % · about 3 min 0 s left");
        assert_eq!(after(0.1, 1200), "10 % · about 3 h 0 min left");
    }
}
