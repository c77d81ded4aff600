//! Layers in space share one depth: on the processor their parts are drawn from far to near.

use loom_sim::camera::Camera;
use loom_sim::colour::Rgba;
use loom_sim::scene::{Layer, LineTopology, Mesh, Paint, Path, Scene, Shape, Stroke, Vertex};

use crate::error::FigureError;
use crate::flatten::{Flat, color, host, pairs};
use crate::piece::{Dots, Piece};

/// What is sorted by depth.
pub(crate) enum Solid {
    Dot {
        layer: usize,
        at: [f32; 2],
        color: Rgba,
    },
    Line {
        ends: [[f64; 2]; 2],
        width: f64,
        color: Rgba,
    },
    /// A piece of a tube, lit from above the viewer's left shoulder.
    Tube {
        ends: [[f64; 2]; 2],
        width: f64,
        color: Rgba,
        /// How squarely it is seen: 1 across the line of sight, 0 along it.
        across: f64,
    },
    Triangle {
        corners: [[f64; 2]; 3],
        color: Rgba,
    },
}

impl Flat<'_> {
    pub(crate) fn solid(&mut self, layer: &Layer, index: usize) -> Result<(), FigureError> {
        match layer {
            Layer::Points(points) => {
                for vertex in host(&points.vertices)? {
                    if let Some((at, depth)) = self.project(vertex.position)
                        && self.near(at)
                    {
                        let dot = Solid::Dot {
                            layer: index,
                            at: at.map(|x| x as f32),
                            color: color(&points.paint, vertex.value),
                        };
                        self.solids.push((depth, dot));
                    }
                }
                Ok(())
            }
            Layer::Lines(lines) => self.solid_lines(
                host(&lines.vertices)?,
                lines.topology,
                &lines.paint,
                f64::from(lines.width),
                0.0,
            ),
            Layer::Tubes(tubes) => self.solid_lines(
                host(&tubes.vertices)?,
                tubes.topology,
                &tubes.paint,
                0.0,
                f64::from(tubes.radius),
            ),
            Layer::Mesh(mesh) => self.mesh(mesh),
            _ => Ok(()),
        }
    }

    fn solid_lines(
        &mut self,
        vertices: &[Vertex],
        topology: LineTopology,
        paint: &Paint,
        width: f64,
        radius: f64,
    ) -> Result<(), FigureError> {
        for [i, j] in pairs(topology, vertices.len()) {
            let (a, b) = (vertices[i], vertices[j]);
            let (Some((p, da)), Some((q, db))) =
                (self.project(a.position), self.project(b.position))
            else {
                continue;
            };
            if !self.near(p) && !self.near(q) && !self.crosses(p, q) {
                continue;
            }
            let depth = 0.5 * (da + db);
            let width = if radius > 0.0 {
                2.0 * self.pixels(radius, depth)
            } else {
                width
            };
            let color = color(paint, 0.5 * (a.value + b.value));
            let ends = [p, q];
            let solid = if radius > 0.0 {
                let steps = (0..3).map(|k| f64::from(b.position[k] - a.position[k]).powi(2));
                let length = steps.sum::<f64>().sqrt();
                let across = if length > 0.0 {
                    (1.0 - ((db - da) / length).powi(2)).max(0.0).sqrt()
                } else {
                    1.0
                };
                Solid::Tube {
                    ends,
                    width,
                    color,
                    across,
                }
            } else {
                Solid::Line { ends, width, color }
            };
            self.solids.push((depth, solid));
        }
        Ok(())
    }

    /// Triangles in flat light from above the viewer's left shoulder.
    pub(crate) fn mesh(&mut self, mesh: &Mesh) -> Result<(), FigureError> {
        let vertices = host(&mesh.vertices)?;
        let light = match self.camera {
            Camera::Orbit(orbit) => {
                let [right, up, forward] = orbit.axes();
                std::array::from_fn(|i| -0.4 * right[i] + 0.5 * up[i] - 0.77 * forward[i])
            }
            Camera::Plane(_) => [0.0, 0.0, 1.0],
        };
        for corner in host(&mesh.indices)?.chunks_exact(3) {
            let Some(corners) = corner
                .iter()
                .map(|&i| vertices.get(i as usize))
                .collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            let seen: Vec<([f64; 2], f64)> = corners
                .iter()
                .filter_map(|v| self.project(v.position))
                .collect();
            let [a, b, c] = seen[..] else { continue };
            if ![a.0, b.0, c.0].into_iter().any(|p| self.near(p)) {
                continue;
            }
            let value = corners.iter().map(|v| v.value).sum::<f32>() / 3.0;
            let normal: [f64; 3] =
                std::array::from_fn(|i| corners.iter().map(|v| f64::from(v.normal[i])).sum());
            let length = normal.iter().map(|x| x * x).sum::<f64>().sqrt();
            let facing: f64 = (0..3).map(|i| normal[i] * light[i]).sum::<f64>().abs();
            let shade = if length > 0.0 {
                0.35 + 0.65 * facing / length
            } else {
                1.0
            };
            self.solids.push((
                (a.1 + b.1 + c.1) / 3.0,
                Solid::Triangle {
                    corners: [a.0, b.0, c.0],
                    color: shaded(color(&mesh.paint, value), shade),
                },
            ));
        }
        Ok(())
    }

    /// From far to near; neighbours of one kind become one piece.
    pub(crate) fn paint_solids(&mut self, scene: &Scene) {
        let mut solids = std::mem::take(&mut self.solids);
        solids.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut open: Option<usize> = None;
        for (_, solid) in solids {
            match solid {
                Solid::Dot { layer, at, color } => {
                    if open == Some(layer)
                        && let Some(Piece::Dots(dots)) = self.out.last_mut()
                    {
                        dots.places.push((at, color));
                        continue;
                    }
                    let Some(Layer::Points(points)) = scene.layers.get(layer) else {
                        continue;
                    };
                    self.out.push(Piece::Dots(Dots {
                        places: vec![(at, color)],
                        size: points.size,
                        additive: points.additive,
                    }));
                    open = Some(layer);
                }
                Solid::Line { ends, width, color } => {
                    open = None;
                    self.stroke(Path::polyline(&ends), color, width);
                }
                Solid::Tube {
                    ends,
                    width,
                    color,
                    across,
                } => {
                    open = None;
                    self.tube(ends, width, color, across);
                }
                Solid::Triangle { corners, color } => {
                    open = None;
                    self.out.push(Piece::Data(Shape::Path {
                        path: Path::polygon(&corners),
                        fill: Some(color),
                        // Closes the seams between neighbours.
                        stroke: Some(Stroke::solid(color, 0.5)),
                    }));
                }
            }
        }
    }
}

/// The parts of a tube's width that are drawn one over the other, each lighter than the one
/// under it, and how light.
const SHADES: [(f64, f64); 4] = [(1.0, 0.5), (0.8, 0.72), (0.56, 0.9), (0.26, 1.0)];
/// From so many logical pixels on a tube is wide enough to be seen as round.
const ROUND: f64 = 1.6;

impl Flat<'_> {
    /// Strokes one inside the other, moved towards the light.
    fn tube(&mut self, [p, q]: [[f64; 2]; 2], width: f64, color: Rgba, across: f64) {
        let (dx, dy) = (q[0] - p[0], q[1] - p[1]);
        let length = dx.hypot(dy);
        if width < ROUND || length <= 0.0 {
            self.stroke(Path::polyline(&[p, q]), shaded(color, 0.86), width);
            return;
        }
        let (ux, uy) = (dx / length, dy / length);
        // The side of the piece that looks to the light, which stands at the upper left.
        let toward = |[x, y]: [f64; 2]| -0.62 * x - 0.78 * y;
        let side = [-uy, ux];
        let sign = if toward(side) < 0.0 { -1.0 } else { 1.0 };
        let [nx, ny] = side.map(|x| sign * x);
        let facing = toward([nx, ny]);
        // Pieces overlap a little, so that no gap opens where the tube turns.
        let more = 0.1 * width;
        for (part, shade) in SHADES {
            let aside = 0.5 * width * (1.0 - part) * 0.55 * facing;
            let at = |end: [f64; 2], way: f64| {
                [
                    end[0] + way * more * ux + aside * nx,
                    end[1] + way * more * uy + aside * ny,
                ]
            };
            let shade = shade * (0.72 + 0.28 * across);
            self.out.push(Piece::Data(Shape::Path {
                path: Path::polyline(&[at(p, -1.0), at(q, 1.0)]),
                fill: None,
                stroke: Some(Stroke::solid(shaded(color, shade), part * width)),
            }));
        }
    }
}

fn shaded(color: Rgba, by: f64) -> Rgba {
    let [r, g, b, a] = color.0;
    let dim = |c: u8| (f64::from(c) * by).round().clamp(0.0, 255.0) as u8;
    Rgba([dim(r), dim(g), dim(b), a])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::camera::Orbit;
    use loom_sim::colour::ColorMap;
    use loom_sim::scene::Points;

    use super::*;
    use crate::flatten::flatten;

    #[test]
    fn the_nearer_of_two_layers_in_space_is_drawn_last() {
        let mut scene = Scene::new(Camera::Orbit(Orbit {
            target: [0.0; 3],
            distance: 10.0,
            yaw: 0.0,
            pitch: 0.0,
            field_of_view: 0.6,
        }));
        for (y, value) in [(-1.0, 0.0), (1.0, 1.0)] {
            scene.layers.push(Layer::Points(Points {
                vertices: vec![Vertex::new(0.0, y, 0.0, value)].into(),
                size: 3.0,
                paint: Paint::Map {
                    map: ColorMap::Gray,
                    low: 0.0,
                    high: 1.0,
                    alpha: 1.0,
                },
                additive: false,
            }));
        }
        let pieces = flatten(&scene, [100.0, 100.0]).unwrap();
        let Some(Piece::Dots(last)) = pieces.last() else {
            panic!()
        };
        // Yaw 0 looks along +y: the point at −1 is nearer.
        assert_eq!(last.places[0].1.0[0], 0);
    }
}
