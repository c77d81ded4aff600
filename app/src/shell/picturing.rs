//! Pictures that leave the window: views and plots, exported to files and copied.

use std::path::PathBuf;

use loom_sim::{Camera, Plot};

use super::acts::Tone;
use super::dialogs::Dialog;
use super::export::{self, Order};
use super::files::{self, Done};
use super::studio::Studio;
use super::tiles::Kind;
use super::tokens::Tokens;

/// Logical pixels of a plot that is exported or copied.
const PLOT: [f64; 2] = [640.0, 400.0];

impl Studio {
    pub fn export_front(&mut self) {
        let pane = self
            .room_mut()
            .and_then(super::room::Room::front_view)
            .map(|p| (p.live, p.id));
        if let Some((live, pane)) = pane {
            self.export_view(live, pane);
        }
    }

    pub(super) fn export_view(&mut self, live: u64, pane: u64) {
        let size = self
            .rooms
            .iter()
            .find_map(|r| r.shown.get(&pane))
            .copied()
            .unwrap_or([3.0, 2.0]);
        let export = self.settings.export.clone();
        let (title, sweeps) = self.live_of(live).map_or_else(Default::default, |l| {
            (l.title.clone(), export::Sweep::all(l))
        });
        let cells = self.cells_of(live, pane, size);
        let folder = self.settings.files();
        let name = format!("{}.{}", export::slug(&title), export.ending);
        self.picked = None;
        self.dialog = Some(Dialog::Export(Order {
            live,
            pane: (pane != 0).then_some(pane),
            path: folder.join(name).display().to_string(),
            shape: size[1] / size[0].max(1.0),
            cells,
            export,
            sweeps,
            swept: 0,
        }));
    }

    /// How many whole cells a view of this size shows, across and down, and what they are called;
    /// none where it shows no plane of cells.
    fn cells_of(
        &mut self,
        live: u64,
        pane: u64,
        size: [f64; 2],
    ) -> Option<(&'static str, [f64; 2])> {
        let run = self.live_of(live)?;
        let word = run.science.unit_of_plane(run.model())?;
        let fit = run.snapshot.fits.get(&pane).cloned();
        let own = self
            .rooms
            .iter()
            .flat_map(|room| super::room::panes(&room.tree.tiles))
            .find(|p| p.id == pane)
            .and_then(|p| match &p.kind {
                Kind::View { camera, .. } => camera.clone(),
                _ => None,
            });
        let camera = own.or(fit)?;
        match camera {
            Camera::Plane(plane) => Some((word, plane.in_whole_units(size, 1.0).0)),
            Camera::Orbit(_) => None,
        }
    }

    /// Everything that is open on one page.
    pub fn export_all(&mut self) {
        self.export_view(0, 0);
    }

    pub fn export_again(&mut self) {
        if let Some(order) = self.last_export.clone() {
            self.export(order);
        }
    }

    /// Renders and writes a view, or everything for run 0, on a worker.
    pub fn export(&mut self, order: Order) {
        self.settings.export = order.export.clone();
        let ink = Tokens::of_theme(!order.export.light).ink();
        let document = if order.live == 0 {
            Some(self.document_with(ink))
        } else {
            self.document_of(order.live, order.pane, ink)
        };
        let Some(document) = document else {
            self.toasts
                .say(Tone::Error, "What was to be exported has been closed.");
            return;
        };
        let states = if order.live == 0 {
            self.full_states()
        } else {
            self.full_state(order.live)
        };
        let registry = self.registry.clone();
        let options = export::options(&order, Some(self.easel.gpu.clone()));
        let ending = order.export.ending.clone();
        let path = PathBuf::from(order.path.trim());
        if let Some(film) = export::film(&ending) {
            let pace = self
                .live_of(order.live)
                .map_or(30.0, |live| live.snapshot.clock.pace * live.snapshot.speed);
            let reel = export::reel(&order, pace);
            self.works.start(
                &mut self.files,
                self.wake.clone(),
                path,
                move |press, path| {
                    let document = super::document::complete(document, states)?;
                    loom_figure::animation::record(
                        &document, &registry, &options, &reel, film, path, press,
                    )
                    .map_err(|e| e.to_string())
                },
            );
            self.last_export = Some(order);
            return;
        }
        self.toasts.say(
            Tone::Plain,
            format!("Rendering {}…", files::file_name(&path)),
        );
        self.files.write(path, move || {
            let document = super::document::complete(document, states)?;
            export::picture(&document, &registry, &options, &ending)
        });
        self.last_export = Some(order);
    }

    /// Everything that is open, drawn with these inks.
    pub fn document_with(&self, ink: loom_sim::Ink) -> loom_figure::Document {
        let mut document = self.document();
        for item in &mut document.items {
            item.view.ink = ink;
        }
        document
    }

    pub fn copy_picture(&mut self) {
        let pane = self
            .room_mut()
            .and_then(super::room::Room::front_view)
            .map(|p| (p.live, p.id));
        let Some((live, pane)) = pane else {
            return;
        };
        let ink = Tokens::of_theme(self.dark()).ink();
        let Some(document) = self.document_of(live, Some(pane), ink) else {
            return;
        };
        let states = self.full_state(live);
        let registry = self.registry.clone();
        let options = loom_figure::Options {
            gpu: Some(self.easel.gpu.clone()),
            ..loom_figure::Options::default()
        };
        self.files.job(move || {
            let image = super::document::complete(document, states).and_then(|document| {
                loom_figure::render(&document, &registry, &options)
                    .and_then(|picture| picture.pixels())
                    .map(|p| image(&p))
                    .map_err(|e| e.to_string())
            });
            Done::Copied(image)
        });
    }

    pub(super) fn copy_plot(&mut self, plot: Plot) {
        let ink = Tokens::of_theme(self.dark()).ink();
        self.files.job(move || {
            let scene = export::scene_of(&plot, PLOT, &ink);
            let picture = loom_figure::Picture::of_scene(scene, PLOT, 2.0, ink, &plot.title);
            Done::Copied(
                picture
                    .pixels()
                    .map(|p| image(&p))
                    .map_err(|e| e.to_string()),
            )
        });
    }

    pub fn write_plot(&mut self, plot: Plot, ending: &'static str, path: PathBuf) {
        let ink = Tokens::of_theme(!self.settings.export.light).ink();
        let scale = self.settings.export.dpi / 96.0;
        self.files.write(path, move || {
            let format = loom_figure::Format::of(ending)
                .ok_or_else(|| "A picture can be PNG, SVG or PDF.".to_owned())?;
            let scene = export::scene_of(&plot, PLOT, &ink);
            let picture = loom_figure::Picture::of_scene(scene, PLOT, scale, ink, &plot.title);
            picture.encode(format).map_err(|e| e.to_string())
        });
    }
}

fn image(pixels: &loom_figure::raster::Pixels) -> egui::ColorImage {
    egui::ColorImage::from_rgba_unmultiplied(
        [pixels.width as usize, pixels.height as usize],
        &pixels.rgba,
    )
}
