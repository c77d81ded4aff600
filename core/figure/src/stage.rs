//! A document set up to be drawn: its runs stand where they were saved, and can be moved on, so
//! that one picture or many are taken of them.

use loom_sim::camera::Camera;
use loom_sim::scene::Layer;
use loom_sim::{Gate, Input, Place, Press, Registry, Run, Step, View};

use crate::document::{Document, Item, Rendered};
use crate::error::FigureError;
use crate::raster;
use crate::render::{Options, Page, Picture, Shot, replay, title};

/// Runs and their places on the page.
pub struct Stage<'a> {
    document: &'a Document,
    options: &'a Options,
    page: Page,
    runs: Vec<Run>,
    /// The camera of each item as the first picture saw it.
    cameras: Vec<Camera>,
    /// Radians by which cameras in space are turned.
    angle: f64,
}

impl<'a> Stage<'a> {
    /// Builds every run and replays it to its step.
    pub fn new(
        document: &'a Document,
        registry: &Registry,
        options: &'a Options,
    ) -> Result<Self, FigureError> {
        if document.items.is_empty() {
            return Err(FigureError::render(
                "the document is empty: open something and save it again",
            ));
        }
        let mut page = Page::of(document, options)?;
        let runs = replay(document, registry, &options.place, &Gate::open())?;
        let mut cameras: Vec<Camera> = document
            .items
            .iter()
            .zip(&runs)
            .zip(&page.rectangles)
            .map(|((item, run), [_, _, w, h])| {
                // A narrower page shows the same part of a plane.
                let saved = item.view.camera.clone().map(|mut camera| {
                    if let Camera::Plane(plane) = &mut camera {
                        plane.scale *= page.zoom;
                    }
                    camera
                });
                saved.unwrap_or_else(|| {
                    let pixels = [w, h].map(|x| (x * page.scale).round().max(1.0) as u32);
                    let mut view = View::new(pixels);
                    view.pixels_per_point = page.scale as f32;
                    view.settings = item.view.settings.clone();
                    run.simulation().fit_view(&view)
                })
            })
            .collect();
        if let Some(pixels) = options.per_unit {
            let ([Camera::Plane(plane)], [rectangle]) =
                (&mut cameras[..], &mut page.rectangles[..])
            else {
                return Err(FigureError::render(
                    "pixels can be given for each cell only of one view of a plane alone",
                ));
            };
            let pixels = f64::from(pixels.max(1)) / page.scale;
            let (size, camera) = plane.in_whole_units([rectangle[2], rectangle[3]], pixels);
            (*plane, *rectangle, page.size) = (camera, [0.0, 0.0, size[0], size[1]], size);
            raster::physical(page.size, page.scale)?;
        }
        Ok(Self {
            document,
            options,
            page,
            runs,
            cameras,
            angle: 0.0,
        })
    }

    /// Whether any camera can turn.
    pub fn turns(&self) -> bool {
        self.cameras.iter().any(|c| matches!(c, Camera::Orbit(_)))
    }

    /// Turns all cameras in space by so much from where they were.
    pub fn turn_to(&mut self, angle: f64) {
        self.angle = angle;
    }

    /// Lets every run make so many steps.
    pub fn play(&mut self, steps: &Step, gate: &Gate) -> Result<(), FigureError> {
        for run in &mut self.runs {
            run.advance(steps, gate)?;
        }
        Ok(())
    }

    /// Gives an input to the runs that take it.
    ///
    /// # Errors
    /// That of the last, where none takes it.
    pub fn apply(&mut self, input: &Input) -> Result<(), FigureError> {
        let mut answer = Ok(());
        let mut taken = false;
        for run in &mut self.runs {
            match run.apply(input.clone()) {
                Ok(()) => taken = true,
                Err(error) => answer = Err(error),
            }
        }
        if taken { Ok(()) } else { Ok(answer?) }
    }

    /// The picture as it is now.
    pub fn shoot(&self, press: &Press) -> Result<Picture, FigureError> {
        let (document, options, page) = (self.document, self.options, &self.page);
        let mut views = Vec::new();
        let count = self.runs.len() as f32;
        let items = document.items.iter().zip(&self.runs).zip(&self.cameras);
        for (index, (((item, run), camera), rectangle)) in items.zip(&page.rectangles).enumerate() {
            let [_, _, w, h] = *rectangle;
            let mut view = View::new([w, h].map(|x| (x * page.scale).round().max(1.0) as u32));
            view.pixels_per_point = page.scale as f32;
            view.ink = item.view.ink;
            view.settings = item.view.settings.clone();
            view.selected.clone_from(&item.view.selected);
            view.compare = run.twin().map(|twin| twin.capture());
            let mut camera = camera.clone();
            if let Camera::Orbit(orbit) = &mut camera {
                orbit.yaw += self.angle;
            }
            view.camera = Some(camera);
            let press = press.part(index as f32 / count, (index + 1) as f32 / count);
            views.push(shot(item, run, &view, *rectangle, &press)?);
        }
        let engine = options
            .gpu
            .as_ref()
            .map_or("processor".to_owned(), |gpu| gpu.name().to_owned());
        let place = match options.place {
            Place::Cpu { .. } => "cpu",
            Place::Gpu(_) => "gpu",
        };
        let mut warnings = Vec::new();
        if let Some(before) = &document.rendered
            && (before.engine != engine || before.place != place)
        {
            warnings.push(format!(
                "This picture was made by {} ({}); now it is drawn by {engine} ({place}), so \
                 single pixels may differ.",
                before.engine, before.place
            ));
        }
        let mut carried = document.clone();
        carried.rendered = Some(Rendered {
            engine,
            place: place.to_owned(),
            size: raster::physical(page.size, page.scale)?,
            pixels_per_point: page.scale,
        });
        if carried.title.is_empty() {
            carried.title = title(document);
        }
        for (item, run) in carried.items.iter_mut().zip(&self.runs) {
            // A picture of a run that has ended stands at its end.
            item.run.step = run.clock().step;
        }
        Ok(Picture {
            document: carried,
            views,
            size: page.size,
            scale: page.scale,
            warnings,
            width_mm: options.width_mm,
            dpi: options.width_mm.map(|_| options.dpi),
            gpu: options.gpu.clone(),
        })
    }
}

/// One panel: the run's scene, or its print with axes and words over it.
fn shot(
    item: &Item,
    run: &Run,
    view: &View,
    rectangle: [f64; 4],
    press: &Press,
) -> Result<Shot, FigureError> {
    let simulation = run.seen_by(view);
    let mut scene = simulation.scene(view)?;
    let print = match &item.view.print {
        None => None,
        Some(settings) => {
            scene
                .layers
                .retain(|l| matches!(l, Layer::Axes(_) | Layer::Shapes(_)));
            scene.legends = simulation.print_legends(view, settings)?;
            scene.background = None;
            Some(simulation.print(view, settings, press)?)
        }
    };
    Ok(Shot {
        rectangle,
        scene,
        ink: item.view.ink,
        print,
    })
}
