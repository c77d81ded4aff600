//! A rendered document as files and pixels: by the adapter where there is one, else on the
//! processor; in vector files dense data and shaded solids stand as images.

use std::sync::Arc;

use loom_gpu::Gpu;
use loom_sim::camera::Camera;
use loom_sim::scene::{Baseline, CellContent, Font, Layer, Scene, Shape, Shapes, Space, Text};

use crate::document::Document;
use crate::error::FigureError;
use crate::piece::{Image, Panel, Piece, Sheet};
use crate::render::{Format, Picture, Shot, VECTOR_DPI, describe};
use crate::{carry, decor, flatten, pdf, png_file, raster, svg};

/// Data of more elements than this becomes an image in vector files.
const DENSE: usize = 60_000;

impl Picture {
    /// A picture of one scene on `ink`'s ground, without runs behind it: a plot, a table.
    /// `size` in logical pixels, `scale` physical pixels for each.
    pub fn of_scene(
        scene: Scene,
        size: [f64; 2],
        scale: f64,
        ink: loom_sim::Ink,
        title: &str,
    ) -> Self {
        let mut document = Document::new(Vec::new());
        title.clone_into(&mut document.title);
        Self {
            document,
            views: vec![Shot {
                rectangle: [0.0, 0.0, size[0], size[1]],
                scene,
                ink,
                print: None,
            }],
            size,
            scale,
            warnings: Vec::new(),
            width_mm: None,
            dpi: Some(scale * 96.0),
            gpu: None,
        }
    }

    /// The picture as a file that carries its document.
    pub fn encode(&self, format: Format) -> Result<Vec<u8>, FigureError> {
        let (portable, _) = self.document.portable();
        let json = portable.to_json()?;
        match format {
            Format::Png => {
                let pixels = self.pixels()?;
                let png = png_file::encode(pixels.width, pixels.height, &pixels.rgba, self.dpi)?;
                carry::into_png(&png, &json)
            }
            Format::Svg => svg::write(&self.vector_sheet()?, &json, self.width_mm),
            Format::Pdf => pdf::write(&self.vector_sheet()?, &json, self.width_mm),
        }
    }

    /// The picture's pixels, drawn by the adapter if there is one.
    pub fn pixels(&self) -> Result<raster::Pixels, FigureError> {
        if let [shot] = &self.views[..]
            && let Some(print) = &shot.print
            && shot.scene.layers.is_empty()
            && print.size == raster::physical(self.size, self.scale)?
        {
            // Nothing lies over it: its pixels are the picture's.
            return Ok(raster::Pixels {
                width: print.size[0],
                height: print.size[1],
                rgba: print.rgba.to_vec(),
            });
        }
        match &self.gpu {
            Some(gpu) => self.on_device(gpu),
            None => raster::sheet(&self.sheet()?, self.scale),
        }
    }

    fn on_device(&self, gpu: &Arc<Gpu>) -> Result<raster::Pixels, FigureError> {
        let [width, height] = raster::physical(self.size, self.scale)?;
        let ground = self.views.first().and_then(|v| v.scene.background);
        let mut page = raster::Pixels {
            width,
            height,
            rgba: ground
                .map_or([0; 4], |c| c.0)
                .repeat(width as usize * height as usize),
        };
        for (index, shot) in self.views.iter().enumerate() {
            let [x, y, w, h] = shot.rectangle.map(|v| (v * self.scale).round() as u32);
            let mut scene = shot.scene.clone();
            scene.layers.push(Layer::Shapes(Shapes {
                space: Space::Screen,
                items: self.over(index, shot).into(),
            }));
            let size = [w.clamp(1, width - x), h.clamp(1, height - y)];
            let part = if shot.print.is_some() {
                self.printed(index, shot)?
            } else {
                loom_gpu::offscreen(gpu, &scene, size[0], size[1], self.scale as f32)
                    .map_err(FigureError::render)?
                    .pixels
            };
            for row in 0..size[1] as usize {
                let from = &part[row * 4 * size[0] as usize..][..4 * size[0] as usize];
                let at = ((y as usize + row) * width as usize + x as usize) * 4;
                page.rgba[at..at + from.len()].copy_from_slice(from);
            }
        }
        Ok(page)
    }

    /// A panel with a print, drawn on the processor: the same on every machine.
    fn printed(&self, index: usize, shot: &Shot) -> Result<Vec<u8>, FigureError> {
        let [_, _, w, h] = shot.rectangle;
        let mut pieces = pieces_of(shot, |s| flatten::flatten(&s.scene, [w, h]))?;
        pieces.extend(self.over(index, shot).into_iter().map(Piece::Shape));
        let sheet = Sheet {
            size: [w, h],
            background: shot.scene.background,
            panels: vec![Panel {
                rectangle: [0.0, 0.0, w, h],
                background: None,
                pieces,
            }],
            title: String::new(),
            description: String::new(),
        };
        Ok(raster::sheet(&sheet, self.scale)?.rgba)
    }

    /// What stands over a scene: its legends and, among several panels, its letter.
    fn over(&self, index: usize, shot: &Shot) -> Vec<Shape> {
        let [_, _, w, h] = shot.rectangle;
        let mut shapes = decor::legends(&shot.scene.legends, [w, h], &shot.ink);
        if self.views.len() > 1 {
            shapes.push(letter(index, &shot.ink));
        }
        shapes
    }

    /// Everything as pieces.
    fn sheet(&self) -> Result<Sheet, FigureError> {
        self.sheet_of(|shot| {
            let [_, _, w, h] = shot.rectangle;
            flatten::flatten(&shot.scene, [w, h])
        })
    }

    fn sheet_of(
        &self,
        flat: impl Fn(&Shot) -> Result<Vec<Piece>, FigureError>,
    ) -> Result<Sheet, FigureError> {
        let mut panels = Vec::new();
        for (index, shot) in self.views.iter().enumerate() {
            let mut pieces = pieces_of(shot, &flat)?;
            pieces.extend(self.over(index, shot).into_iter().map(Piece::Shape));
            panels.push(Panel {
                rectangle: shot.rectangle,
                background: shot.scene.background,
                pieces,
            });
        }
        Ok(Sheet {
            size: self.size,
            // Between the panels lies the ground of the first.
            background: self.views.first().and_then(|v| v.scene.background),
            panels,
            title: self.document.title.clone(),
            description: describe(&self.document),
        })
    }

    /// The same with dense data as images.
    fn vector_sheet(&self) -> Result<Sheet, FigureError> {
        let scale = self.dpi.unwrap_or(VECTOR_DPI) / 96.0;
        let mut sheet = match &self.gpu {
            Some(gpu) => self.sheet_of(|shot| with_device(shot, gpu, scale))?,
            None => self.sheet()?,
        };
        for panel in &mut sheet.panels {
            let weight: usize = panel.pieces.iter().map(Piece::data_weight).sum();
            if weight <= DENSE {
                continue;
            }
            let [_, _, w, h] = panel.rectangle;
            let mut out: Vec<Piece> = Vec::new();
            let mut dense: Vec<Piece> = Vec::new();
            for piece in std::mem::take(&mut panel.pieces) {
                if piece.data_weight() > 0 {
                    dense.push(piece);
                    continue;
                }
                if !dense.is_empty() {
                    out.push(Piece::Image(raster::layer(&dense, [w, h], scale)?));
                    dense.clear();
                }
                out.push(piece);
            }
            if !dense.is_empty() {
                out.push(Piece::Image(raster::layer(&dense, [w, h], scale)?));
            }
            panel.pieces = out;
        }
        Ok(sheet)
    }

    /// The adapter that draws, if one does.
    pub fn gpu(&self) -> Option<&Arc<Gpu>> {
        self.gpu.as_ref()
    }
}

/// A shot's pieces, its print below them as an image.
fn pieces_of(
    shot: &Shot,
    flat: impl Fn(&Shot) -> Result<Vec<Piece>, FigureError>,
) -> Result<Vec<Piece>, FigureError> {
    let [_, _, w, h] = shot.rectangle;
    let mut pieces = Vec::new();
    if let Some(print) = &shot.print {
        pieces.push(Piece::Image(Image {
            rectangle: [0.0, 0.0, w, h],
            width: print.size[0],
            height: print.size[1],
            pixels: print.rgba.clone(),
            smooth: true,
        }));
    }
    pieces.extend(flat(shot)?);
    Ok(pieces)
}

/// Whether only a device draws this layer as it should be: shaded solids, and data that lies on
/// the device.
fn needs_device(layer: &Layer) -> bool {
    match layer {
        Layer::Tubes(_) | Layer::Mesh(_) => true,
        Layer::Points(points) => points.vertices.host().is_none(),
        Layer::Lines(lines) => lines.vertices.host().is_none(),
        Layer::Density(density) => density.counts.host().is_none(),
        Layer::Cells(cells) => match &cells.content {
            CellContent::States { states, .. } => states.host().is_none(),
            CellContent::Bits { words, .. } => words.host().is_none(),
            CellContent::Field { values, .. } => values.host().is_none(),
        },
        Layer::Shapes(_) | Layer::Axes(_) => false,
    }
}

/// A scene's pieces; what needs a device is drawn by it and stands as an image below the rest.
fn with_device(shot: &Shot, gpu: &Arc<Gpu>, scale: f64) -> Result<Vec<Piece>, FigureError> {
    let [_, _, w, h] = shot.rectangle;
    let in_space = matches!(shot.scene.camera, Camera::Orbit(_));
    let any = shot.scene.layers.iter().any(needs_device);
    // Data in space hides other data: it is drawn together.
    let on_device = |layer: &Layer| {
        needs_device(layer)
            || any && in_space && !matches!(layer, Layer::Shapes(_) | Layer::Axes(_))
    };
    if !any {
        return flatten::flatten(&shot.scene, [w, h]);
    }
    let (device, rest): (Vec<Layer>, Vec<Layer>) =
        shot.scene.layers.iter().cloned().partition(on_device);
    let mut scene = shot.scene.clone();
    scene.layers = device;
    scene.background = None;
    let [width, height] = raster::physical([w, h], scale)?;
    let image = loom_gpu::offscreen(gpu, &scene, width, height, scale as f32)
        .map_err(FigureError::render)?;
    let mut pieces = vec![Piece::Image(Image {
        rectangle: [0.0, 0.0, w, h],
        width,
        height,
        pixels: image.pixels.into(),
        smooth: true,
    })];
    scene.layers = rest;
    pieces.extend(flatten::flatten(&scene, [w, h])?);
    Ok(pieces)
}

/// "(a)" in the panel's corner.
fn letter(index: usize, ink: &loom_sim::Ink) -> Shape {
    let letter = char::from(b'a' + (index % 26) as u8);
    Shape::Text(Text {
        position: [8.0, 8.0],
        string: format!("({letter})"),
        font: Font::SansBold,
        size: 15.0,
        color: ink.text,
        align: 0.0,
        baseline: Baseline::Top,
        rotation: 0.0,
    })
}
