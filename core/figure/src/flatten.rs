//! A scene as pieces on a plane: the projection is the camera's own, so that vector files, the
//! processor's raster and the device's picture show the same.

use loom_sim::camera::Camera;
use loom_sim::colour::Rgba;
use loom_sim::scene::{
    Data, Element, Layer, LineTopology, Lines, Paint, Path, Points, Scene, Segment, Shape, Shapes,
    Space, Stroke, Tubes, Vertex,
};

use crate::error::FigureError;
use crate::fields;
use crate::piece::{Dots, Piece};
use crate::solids::Solid;

/// The colour of a value.
pub(crate) fn color(paint: &Paint, value: f32) -> Rgba {
    match paint {
        Paint::Solid(color) => *color,
        Paint::Map {
            map,
            low,
            high,
            alpha,
        } => {
            let t = if high == low {
                0.5
            } else {
                (value - low) / (high - low)
            };
            map.at(t).with_alpha(*alpha)
        }
    }
}

/// Data that lies on a device must be fetched before a scene can be flattened.
pub(crate) fn host<T: Element>(data: &Data<T>) -> Result<&[T], FigureError> {
    data.host().ok_or_else(|| {
        FigureError::render(
            "its data lies on the graphics device, which is not there: use --device cpu",
        )
    })
}

/// Every layer as pieces in drawing order. `size` is the view's in logical pixels.
pub fn flatten(scene: &Scene, size: [f64; 2]) -> Result<Vec<Piece>, FigureError> {
    let mut flat = Flat {
        camera: &scene.camera,
        size,
        out: Vec::new(),
        solids: Vec::new(),
    };
    let in_space = matches!(scene.camera, Camera::Orbit(_));
    let solid = |layer: &Layer| {
        matches!(
            layer,
            Layer::Points(_) | Layer::Lines(_) | Layer::Tubes(_) | Layer::Mesh(_)
        )
    };
    // Layers in space share one depth: all of them are sorted together where the first stands.
    let sorted = in_space
        && (scene.layers.iter().filter(|l| solid(l)).count() > 1
            || scene
                .layers
                .iter()
                .any(|l| matches!(l, Layer::Tubes(_) | Layer::Mesh(_) | Layer::Points(_))));
    let mut done = false;
    for layer in &scene.layers {
        if sorted && solid(layer) {
            if !done {
                done = true;
                for (index, layer) in scene.layers.iter().enumerate() {
                    flat.solid(layer, index)?;
                }
                flat.paint_solids(scene);
            }
            continue;
        }
        match layer {
            Layer::Points(points) => flat.points(points)?,
            Layer::Lines(lines) => flat.lines(lines)?,
            Layer::Tubes(tubes) => flat.plane_tubes(tubes)?,
            Layer::Mesh(mesh) => {
                flat.mesh(mesh)?;
                flat.paint_solids(scene);
            }
            Layer::Cells(cells) => flat.out.extend(fields::cells(cells, flat.camera, size)?),
            Layer::Density(density) => {
                flat.out
                    .extend(fields::density(density, flat.camera, size)?);
            }
            Layer::Shapes(shapes) => flat.shapes(shapes),
            Layer::Axes(axes) => flat.out.extend(
                loom_gpu::axes_shapes(axes, &scene.camera, size)
                    .into_iter()
                    .map(Piece::Shape),
            ),
        }
    }
    Ok(flat.out)
}

pub(crate) struct Flat<'a> {
    pub(crate) camera: &'a Camera,
    size: [f64; 2],
    pub(crate) out: Vec<Piece>,
    pub(crate) solids: Vec<(f64, Solid)>,
}

/// Pairs of vertex indices.
pub(crate) fn pairs(topology: LineTopology, count: usize) -> Box<dyn Iterator<Item = [usize; 2]>> {
    match topology {
        LineTopology::Segments => Box::new((0..count / 2).map(|i| [2 * i, 2 * i + 1])),
        LineTopology::Strips { run } => {
            let run = run.max(2);
            Box::new(
                (0..count.saturating_sub(1))
                    .filter(move |i| (i + 1) % run != 0)
                    .map(|i| [i, i + 1]),
            )
        }
    }
}

impl Flat<'_> {
    pub(crate) fn project(&self, p: [f32; 3]) -> Option<([f64; 2], f64)> {
        let seen = self.camera.project(p.map(f64::from), self.size)?;
        Some((seen.pixel, seen.depth))
    }

    /// Whether a point could show: within the view and as much again around it.
    pub(crate) fn near(&self, [x, y]: [f64; 2]) -> bool {
        let [w, h] = self.size;
        (-w..=2.0 * w).contains(&x) && (-h..=2.0 * h).contains(&y)
    }

    fn points(&mut self, points: &Points) -> Result<(), FigureError> {
        let mut places = Vec::new();
        for vertex in host(&points.vertices)? {
            if let Some((at, _)) = self.project(vertex.position)
                && self.near(at)
            {
                places.push((at.map(|x| x as f32), color(&points.paint, vertex.value)));
            }
        }
        self.out.push(Piece::Dots(Dots {
            places,
            size: points.size,
            additive: points.additive,
        }));
        Ok(())
    }

    /// Lines whose neighbours share a colour become one path.
    fn lines(&mut self, lines: &Lines) -> Result<(), FigureError> {
        let vertices = host(&lines.vertices)?;
        self.paths(
            vertices,
            lines.topology,
            &lines.paint,
            f64::from(lines.width),
            0.0,
        )
    }

    fn plane_tubes(&mut self, tubes: &Tubes) -> Result<(), FigureError> {
        let vertices = host(&tubes.vertices)?;
        let radius = f64::from(tubes.radius);
        self.paths(vertices, tubes.topology, &tubes.paint, 0.0, radius)
    }

    /// Width in logical pixels, or a radius in world units.
    fn paths(
        &mut self,
        vertices: &[Vertex],
        topology: LineTopology,
        paint: &Paint,
        width: f64,
        radius: f64,
    ) -> Result<(), FigureError> {
        let mut path: Vec<[f64; 2]> = Vec::new();
        let mut last: Option<(usize, Rgba, f64)> = None;
        let mut paths: Vec<(Vec<[f64; 2]>, Rgba, f64)> = Vec::new();
        for [i, j] in pairs(topology, vertices.len()) {
            let (a, b) = (vertices[i], vertices[j]);
            let (Some((p, depth)), Some((q, _))) =
                (self.project(a.position), self.project(b.position))
            else {
                continue;
            };
            if !self.near(p) && !self.near(q) && !self.crosses(p, q) {
                continue;
            }
            let tint = color(paint, 0.5 * (a.value + b.value));
            let wide = if radius > 0.0 {
                2.0 * self.pixels(radius, depth)
            } else {
                width
            };
            if last != Some((i, tint, wide)) {
                if let Some((_, tint, wide)) = last {
                    paths.push((std::mem::take(&mut path), tint, wide));
                }
                path = vec![p];
            }
            path.push(q);
            last = Some((j, tint, wide));
        }
        if let Some((_, tint, wide)) = last {
            paths.push((path, tint, wide));
        }
        // Loose segments of one colour and width lie in one path.
        let mut merged: Option<(Path, Rgba, f64)> = None;
        for (points, tint, wide) in paths {
            match &mut merged {
                Some((path, c, w)) if *c == tint && *w == wide && path.segments.len() < 2000 => {
                    path.segments.extend(Path::polyline(&points).segments);
                }
                _ => {
                    if let Some((path, c, w)) = merged.take() {
                        self.stroke(path, c, w);
                    }
                    merged = Some((Path::polyline(&points), tint, wide));
                }
            }
        }
        if let Some((path, c, w)) = merged {
            self.stroke(path, c, w);
        }
        Ok(())
    }

    /// A segment with both ends far outside may still cross the view.
    pub(crate) fn crosses(&self, p: [f64; 2], q: [f64; 2]) -> bool {
        (0..2).all(|axis| {
            let far = 2.0 * self.size[axis];
            p[axis].min(q[axis]) <= far && p[axis].max(q[axis]) >= -self.size[axis]
        })
    }

    /// World lengths in logical pixels at a depth.
    pub(crate) fn pixels(&self, length: f64, depth: f64) -> f64 {
        match self.camera {
            Camera::Plane(plane) => length * plane.scale,
            Camera::Orbit(orbit) => {
                let at_target = length / orbit.unit_per_pixel(self.size);
                if orbit.field_of_view > 0.0 {
                    at_target * orbit.distance / depth
                } else {
                    at_target
                }
            }
        }
    }

    pub(crate) fn stroke(&mut self, path: Path, color: Rgba, width: f64) {
        self.out.push(Piece::Data(Shape::Path {
            path,
            fill: None,
            stroke: Some(Stroke {
                round: true,
                ..Stroke::solid(color, width)
            }),
        }));
    }

    fn shapes(&mut self, shapes: &Shapes) {
        match shapes.space {
            Space::Screen => self
                .out
                .extend(shapes.items.iter().cloned().map(Piece::Shape)),
            Space::World => {
                let scale = match self.camera {
                    Camera::Plane(plane) => plane.scale,
                    Camera::Orbit(orbit) => 1.0 / orbit.unit_per_pixel(self.size),
                };
                for shape in shapes.items.iter() {
                    if let Some(shape) = self.on_screen(shape, scale) {
                        self.out.push(Piece::Shape(shape));
                    }
                }
            }
        }
    }

    fn on_screen(&self, shape: &Shape, scale: f64) -> Option<Shape> {
        let at = |[x, y]: [f64; 2]| {
            self.camera
                .project([x, y, 0.0], self.size)
                .map(|seen| seen.pixel)
        };
        match shape {
            Shape::Text(text) => {
                let mut text = text.clone();
                text.position = at(text.position)?;
                text.size *= scale;
                Some(Shape::Text(text))
            }
            Shape::Path { path, fill, stroke } => {
                let segments = path
                    .segments
                    .iter()
                    .map(|segment| {
                        Some(match *segment {
                            Segment::Move(p) => Segment::Move(at(p)?),
                            Segment::Line(p) => Segment::Line(at(p)?),
                            Segment::Quad(p, q) => Segment::Quad(at(p)?, at(q)?),
                            Segment::Cubic(p, q, r) => Segment::Cubic(at(p)?, at(q)?, at(r)?),
                            Segment::Close => Segment::Close,
                        })
                    })
                    .collect::<Option<Vec<_>>>()?;
                let stroke = stroke.clone().map(|mut stroke| {
                    stroke.width *= scale;
                    stroke.dash.iter_mut().for_each(|d| *d *= scale);
                    stroke
                });
                Some(Shape::Path {
                    path: Path { segments },
                    fill: *fill,
                    stroke,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::camera::Plane;

    use super::*;

    fn plane() -> Camera {
        Camera::Plane(Plane {
            whole: [0, 0],
            part: [0.0, 0.0],
            scale: 10.0,
            y_up: false,
        })
    }

    #[test]
    fn a_strip_of_one_colour_is_one_path_and_runs_stay_apart() {
        let mut scene = Scene::new(plane());
        let vertices: Vec<Vertex> = (0..6)
            .map(|i| Vertex::new(i as f32, 0.0, 0.0, 0.0))
            .collect();
        scene.layers.push(Layer::Lines(Lines {
            vertices: vertices.into(),
            topology: LineTopology::Strips { run: 3 },
            width: 2.0,
            paint: Paint::Solid(Rgba::hex(0)),
        }));
        let pieces = flatten(&scene, [100.0, 100.0]).unwrap();
        let [Piece::Data(Shape::Path { path, .. })] = &pieces[..] else {
            panic!("{pieces:?}");
        };
        let moves = path
            .segments
            .iter()
            .filter(|s| matches!(s, Segment::Move(_)));
        assert_eq!(moves.count(), 2);
        assert_eq!(path.segments.len(), 6);
        assert_eq!(path.segments[1], Segment::Line([60.0, 50.0]));
    }

    #[test]
    fn world_shapes_scale_and_screen_shapes_stay() {
        let mut scene = Scene::new(plane());
        for space in [Space::World, Space::Screen] {
            scene.layers.push(Layer::Shapes(Shapes {
                space,
                items: vec![Shape::Path {
                    path: Path::rectangle(0.0, 0.0, 1.0, 1.0),
                    fill: None,
                    stroke: Some(Stroke::solid(Rgba::hex(0), 0.5)),
                }]
                .into(),
            }));
        }
        let widths: Vec<f64> = flatten(&scene, [100.0, 100.0])
            .unwrap()
            .iter()
            .map(|p| match p {
                Piece::Shape(Shape::Path {
                    stroke: Some(s), ..
                }) => s.width,
                _ => 0.0,
            })
            .collect();
        assert_eq!(widths, [5.0, 0.5]);
    }
}
