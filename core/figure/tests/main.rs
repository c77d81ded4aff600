//! A picture opened again is the picture: held to with a small walk that leaves a trail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use loom_figure::{Document, Format, Item, Options, extract, png_file, render};
use loom_sim::camera::Plane;
use loom_sim::journal::{Entry, Event};
use loom_sim::scene::{
    Axes, CellContent, Cells, Layer, LineTopology, Lines, Paint, Points, Shape, Shapes, Space,
    Vertex,
};
use loom_sim::*;

/// A walker on a plane; `bias` turns it.
#[derive(Clone)]
struct Walk {
    trail: Vec<[f32; 2]>,
    bias: f64,
    seed: u64,
}

struct Walking;

fn step(walk: &Walk) -> usize {
    walk.trail.len() - 1
}

impl Simulation for Walk {
    fn clock(&self) -> Clock {
        Clock {
            step: Step::from(step(self)),
            time: step(self) as f64,
            unit: "steps".into(),
            symbol: "n".into(),
            step_time: 1.0,
            pace: 60.0,
            end: None,
        }
    }
    fn parameters(&self) -> Settings {
        Settings::from([("bias".into(), Value::Real(self.bias))])
    }
    fn apply(&mut self, input: &Input) -> Result<(), SimError> {
        match input {
            Input::Set { key, value } if key == "bias" => {
                self.bias = value.as_real().unwrap();
                Ok(())
            }
            other => Err(SimError::Input(other.title())),
        }
    }
    fn advance(&mut self, steps: &Step, _gate: &Gate) -> Result<Stop, SimError> {
        let count: usize = steps.to_string().parse().unwrap();
        for _ in 0..count {
            let n = step(self);
            let mut random = seed::stream(self.seed, &format!("turn {n}"));
            let angle = self.bias * n as f64 + seed::normal(&mut random);
            let [x, y] = *self.trail.last().unwrap();
            self.trail
                .push([x + angle.cos() as f32, y + angle.sin() as f32]);
        }
        Ok(Stop::Target)
    }
    fn observe(&self) -> Vec<Quantity> {
        Vec::new()
    }
    fn fit(&self, _size: [f64; 2]) -> Camera {
        Camera::Plane(Plane {
            whole: [0, 0],
            part: [0.0, 0.0],
            scale: 8.0,
            y_up: true,
        })
    }
    fn scene(&self, view: &View) -> Result<Scene, SimError> {
        let mut scene = Scene::new(view.camera.clone().unwrap());
        scene.background = Some(view.ink.ground);
        let vertices: Vec<Vertex> = self
            .trail
            .iter()
            .enumerate()
            .map(|(i, [x, y])| Vertex::new(*x, *y, 0.0, i as f32))
            .collect();
        let paint = Paint::Map {
            map: ColorMap::Viridis,
            low: 0.0,
            high: vertices.len() as f32,
            alpha: 1.0,
        };
        scene.layers.push(Layer::Cells(Cells {
            width: 4,
            height: 3,
            origin: [-8.0, 2.0],
            cell: 1.0,
            content: CellContent::Field {
                values: (0..12).map(|i| i as f32).collect::<Vec<_>>().into(),
                paint: Paint::Map {
                    map: ColorMap::Gray,
                    low: 0.0,
                    high: 11.0,
                    alpha: 1.0,
                },
            },
            grid: None,
        }));
        scene.layers.push(Layer::Lines(Lines {
            topology: LineTopology::Strips {
                run: vertices.len(),
            },
            vertices: vertices.clone().into(),
            width: 1.5,
            paint,
        }));
        scene.layers.push(Layer::Points(Points {
            vertices: vertices.into(),
            size: 4.0,
            paint,
            additive: false,
        }));
        scene.layers.push(Layer::Axes(Axes {
            extents: vec![[-10.0, 10.0], [-8.0, 8.0]],
            labels: vec!["x".into(), "y".into()],
            units: Vec::new(),
            color: view.ink.hairline,
            text: view.ink.secondary,
        }));
        scene.layers.push(Layer::Shapes(Shapes {
            space: Space::Screen,
            items: vec![Shape::Text(scene::Text {
                position: [8.0, 20.0],
                string: format!("n = {}", step(self)),
                font: scene::Font::Serif,
                size: 14.0,
                color: view.ink.text,
                align: 0.0,
                baseline: scene::Baseline::Alphabetic,
                rotation: 0.0,
            })]
            .into(),
        }));
        scene.legends.push(scene::Legend::Bar {
            title: "Age".into(),
            unit: "steps".into(),
            map: ColorMap::Viridis,
            low: 0.0,
            high: self.trail.len() as f64,
        });
        Ok(scene)
    }
    fn capture(&self) -> Capture {
        Capture::new(Step::from(step(self)), 64, self.clone())
    }
    fn restore(&mut self, capture: &Capture) -> Result<(), SimError> {
        *self = capture.get::<Self>()?.clone();
        Ok(())
    }
    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError> {
        let walk: &Self = capture.get()?;
        Ok(serde_json::to_vec(&(&walk.trail, walk.bias, walk.seed)).unwrap())
    }
    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError> {
        let (trail, bias, seed) = serde_json::from_slice(bytes).map_err(SimError::parse)?;
        Ok(Self { trail, bias, seed }.capture())
    }
    fn twin_input(&self) -> Option<Input> {
        None
    }
    fn difference(&self, _other: &Capture) -> Option<Quantity> {
        None
    }
}

impl Science for Walking {
    fn key(&self) -> &'static str {
        "walking"
    }
    fn name(&self) -> &'static str {
        "Walking"
    }
    fn catalogue(&self) -> Vec<science::Entry> {
        Vec::new()
    }
    fn parameters(&self, _model: &Model) -> Result<Vec<Parameter>, SimError> {
        Ok(vec![Parameter::real("bias", "β", "Bias", 0.1, 0.0, 1.0)])
    }
    fn cost(&self, _model: &Model) -> Result<Cost, SimError> {
        Ok(Cost::default())
    }
    fn build(&self, model: &Model, _place: &Place) -> Result<Box<dyn Simulation>, SimError> {
        let all = parameter::complete(&self.parameters(model)?, &model.parameters)?;
        Ok(Box::new(Walk {
            trail: vec![[0.0, 0.0]],
            bias: all["bias"].as_real().unwrap(),
            seed: model.seed,
        }))
    }
    fn analyses(&self) -> Vec<Arc<dyn Analysis>> {
        Vec::new()
    }
    fn default_probes(&self, _model: &Model) -> Vec<ProbeSpec> {
        Vec::new()
    }
    fn open(&self, _name: &str, _bytes: &[u8]) -> Option<Result<Model, SimError>> {
        None
    }
    fn picture(
        &self,
        _entry: &science::Entry,
        _ink: &Ink,
        _size: [u32; 2],
    ) -> Result<Scene, SimError> {
        Err(SimError::other("none"))
    }
    fn command(&self, _model: &Model) -> String {
        String::new()
    }
}

fn registry() -> Registry {
    Registry::new(vec![Arc::new(Walking)])
}

/// A walk of 200 steps whose bias was changed on the way.
fn document() -> Document {
    let mut model = Model::new("walking", "walk").with("bias", 0.2);
    model.seed = 7;
    let mut item = Item::fresh(model);
    item.run.step = 200u32.into();
    item.run.applied = 1;
    item.run.journal.entries.push(Entry {
        step: 120u32.into(),
        event: Event::Input(Input::set("bias", 0.7)),
    });
    item.view.size = [320.0, 240.0];
    item.view.pixels_per_point = 2.0;
    Document::new(vec![item])
}

#[test]
fn a_picture_opened_and_rendered_again_has_the_same_pixels() {
    let options = Options::default();
    let first = render(&document(), &registry(), &options).unwrap();
    let png = first.encode(Format::Png).unwrap();
    let opened = extract(&png, "a.png").unwrap();
    let second = render(&opened, &registry(), &options).unwrap();
    assert!(second.warnings.is_empty(), "{:?}", second.warnings);
    assert_eq!(second.encode(Format::Png).unwrap(), png);
    let pixels = png_file::decode(&png, "a.png").unwrap();
    assert_eq!((pixels.width, pixels.height), (640, 480));
    let colors: std::collections::HashSet<&[u8]> = pixels.rgba.chunks_exact(4).collect();
    assert!(colors.len() > 100, "the picture is not blank");
}

#[test]
fn every_format_carries_the_same_document() {
    let picture = render(&document(), &registry(), &Options::default()).unwrap();
    for format in [Format::Png, Format::Svg, Format::Pdf] {
        let bytes = picture.encode(format).unwrap();
        assert_eq!(
            extract(&bytes, "a").unwrap(),
            picture.document,
            "{format:?}"
        );
    }
}

#[test]
fn the_journal_is_replayed() {
    let with = render(&document(), &registry(), &Options::default()).unwrap();
    let mut without = document();
    without.items[0].run.journal.entries.clear();
    without.items[0].run.applied = 0;
    let without = render(&without, &registry(), &Options::default()).unwrap();
    assert_ne!(with.pixels().unwrap(), without.pixels().unwrap());
}

#[test]
fn a_printed_width_sets_pixels_and_resolution() {
    let options = Options {
        width_mm: Some(85.0),
        dpi: 300.0,
        ..Options::default()
    };
    let picture = render(&document(), &registry(), &options).unwrap();
    let png = picture.encode(Format::Png).unwrap();
    assert_eq!(png_file::decode(&png, "a").unwrap().width, 1004);
    let svg = String::from_utf8(picture.encode(Format::Svg).unwrap()).unwrap();
    assert!(svg.contains("width=\"85mm\""));
}

#[test]
fn several_items_become_lettered_panels() {
    let mut document = document();
    let second = document.items[0].clone();
    document.items.push(second);
    let picture = render(&document, &registry(), &Options::default()).unwrap();
    assert_eq!(picture.size, [656.0, 240.0]);
    let svg = String::from_utf8(picture.encode(Format::Svg).unwrap()).unwrap();
    assert!(svg.contains("aria-label=\"(a)\"") && svg.contains("aria-label=\"(b)\""));
}

#[test]
fn another_engine_says_so() {
    let mut document = document();
    document.rendered = Some(loom_figure::Rendered {
        engine: "GeForce".into(),
        place: "gpu".into(),
        ..Default::default()
    });
    let picture = render(&document, &registry(), &Options::default()).unwrap();
    assert!(
        picture.warnings[0].contains("GeForce"),
        "{:?}",
        picture.warnings
    );
}

#[test]
fn what_a_newer_program_made_is_refused_in_one_sentence() {
    let mut document = document();
    document.items[0].run.journal.model.science = "fractals".into();
    let error = render(&document, &registry(), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("fractals"), "{error}");
    let empty = Document::new(Vec::new());
    assert!(render(&empty, &registry(), &Options::default()).is_err());
}

#[test]
fn a_device_draws_what_the_processor_draws_and_the_same_again() {
    let Ok(gpu) = loom_gpu::Gpu::headless(&loom_gpu::Choice::Best) else {
        return;
    };
    let with = Options {
        gpu: Some(gpu),
        ..Options::default()
    };
    let device = render(&document(), &registry(), &with).unwrap();
    let png = device.encode(Format::Png).unwrap();
    let again = render(&extract(&png, "a").unwrap(), &registry(), &with).unwrap();
    assert_eq!(again.encode(Format::Png).unwrap(), png);
    let (ours, theirs) = (
        render(&document(), &registry(), &Options::default())
            .unwrap()
            .pixels()
            .unwrap(),
        device.pixels().unwrap(),
    );
    let far = ours
        .rgba
        .chunks_exact(4)
        .zip(theirs.rgba.chunks_exact(4))
        .filter(|(a, b)| a.iter().zip(*b).any(|(x, y)| x.abs_diff(*y) > 64))
        .count();
    let part = far as f64 / (ours.rgba.len() / 4) as f64;
    assert!(part < 0.01, "{part}");
    for format in [Format::Svg, Format::Pdf] {
        assert!(device.encode(format).is_ok());
    }
}
