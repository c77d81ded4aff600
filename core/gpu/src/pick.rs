//! What lies under the pointer, found on the host.

use crate::camera::Camera;
use crate::flatten::flatten;
use crate::scene::{
    Baseline, Cells, Layer, LineTopology, Mesh, Scene, Shape, Shapes, Space, Text, Vertex,
};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Index of the layer.
    pub layer: usize,
    /// Index of the point, of the segment's first vertex, of the triangle, of the cell (row by
    /// row), of the shape.
    pub element: usize,
    /// Along the view; 0 on a plane.
    pub depth: f64,
    /// Logical pixels from the pointer, 0 inside.
    pub distance: f64,
}

/// Finds the element nearest to `pixel` (logical, in a view of `size`) within `tolerance`
/// pixels. A nearer element wins by a pixel or more; below that in space the one in front, on
/// a plane the one drawn last. Data that lie on the device are not searched.
pub fn pick(scene: &Scene, pixel: [f64; 2], size: [f64; 2], tolerance: f64) -> Option<Hit> {
    let mut best: Option<Hit> = None;
    let camera = &scene.camera;
    for (layer, content) in scene.layers.iter().enumerate() {
        let mut offer = |element: usize, distance: f64, depth: f64| {
            if distance.is_nan() || distance > tolerance {
                return;
            }
            let hit = Hit {
                layer,
                element,
                depth,
                distance,
            };
            let wins = best.is_none_or(|known| {
                if (known.distance - distance).abs() >= 1.0 {
                    distance < known.distance
                } else {
                    depth < known.depth
                        || (depth == known.depth
                            && (layer > known.layer || distance <= known.distance))
                }
            });
            if wins {
                best = Some(hit);
            }
        };
        match content {
            Layer::Points(points) => {
                let radius = 0.5 * f64::from(points.size);
                for (element, vertex) in points
                    .vertices
                    .host()
                    .unwrap_or_default()
                    .iter()
                    .enumerate()
                {
                    if let Some(seen) = camera.project(vertex.position.map(f64::from), size) {
                        offer(
                            element,
                            (length(minus(seen.pixel, pixel)) - radius).max(0.0),
                            seen.depth,
                        );
                    }
                }
            }
            Layer::Lines(lines) => {
                let half = 0.5 * f64::from(lines.width);
                let vertices = lines.vertices.host().unwrap_or_default();
                segments(
                    vertices,
                    lines.topology,
                    camera,
                    size,
                    pixel,
                    |_| half,
                    &mut offer,
                );
            }
            Layer::Tubes(tubes) => {
                let vertices = tubes.vertices.host().unwrap_or_default();
                let radius = f64::from(tubes.radius);
                let half = |depth: f64| match camera {
                    Camera::Plane(plane) => radius * plane.scale,
                    Camera::Orbit(orbit) if orbit.field_of_view > 0.0 => {
                        radius / orbit.unit_per_pixel(size) * orbit.distance / depth
                    }
                    Camera::Orbit(orbit) => radius / orbit.unit_per_pixel(size),
                };
                segments(
                    vertices,
                    tubes.topology,
                    camera,
                    size,
                    pixel,
                    half,
                    &mut offer,
                );
            }
            Layer::Mesh(mesh) => triangles(mesh, camera, size, pixel, &mut offer),
            Layer::Cells(cells) => {
                if let Some(cell) = cell_at(cells, camera, pixel, size) {
                    offer(cell, 0.0, 0.0);
                }
            }
            Layer::Shapes(shapes) => items(shapes, camera, size, pixel, &mut offer),
            Layer::Density(_) | Layer::Axes(_) => {}
        }
    }
    best
}

fn minus(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}
fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}
fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}
fn length(a: [f64; 2]) -> f64 {
    a[0].hypot(a[1])
}

/// Distance from `p` to the segment, and where along it, 0 to 1.
fn to_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> (f64, f64) {
    let along = minus(b, a);
    let t = (dot(minus(p, a), along) / dot(along, along).max(1e-300)).clamp(0.0, 1.0);
    (
        length(minus(p, [a[0] + t * along[0], a[1] + t * along[1]])),
        t,
    )
}

fn segments(
    vertices: &[Vertex],
    topology: LineTopology,
    camera: &Camera,
    size: [f64; 2],
    pixel: [f64; 2],
    half: impl Fn(f64) -> f64,
    offer: &mut dyn FnMut(usize, f64, f64),
) {
    let (step, run) = match topology {
        LineTopology::Segments => (2, 0),
        LineTopology::Strips { run } => (1, run.min(vertices.len())),
    };
    for first in (0..vertices.len().saturating_sub(1)).step_by(step) {
        if run > 0 && (first + 1) % run == 0 {
            continue;
        }
        let see = |vertex: &Vertex| camera.project(vertex.position.map(f64::from), size);
        let (Some(a), Some(b)) = (see(&vertices[first]), see(&vertices[first + 1])) else {
            continue;
        };
        let (distance, t) = to_segment(pixel, a.pixel, b.pixel);
        let depth = a.depth + t * (b.depth - a.depth);
        offer(first, (distance - half(depth)).max(0.0), depth);
    }
}

fn triangles(
    mesh: &Mesh,
    camera: &Camera,
    size: [f64; 2],
    pixel: [f64; 2],
    offer: &mut dyn FnMut(usize, f64, f64),
) {
    let (Some(vertices), Some(indices)) = (mesh.vertices.host(), mesh.indices.host()) else {
        return;
    };
    for (element, corners) in indices.chunks_exact(3).enumerate() {
        let mut seen = corners.iter().map(|&index| {
            camera.project(vertices.get(index as usize)?.position.map(f64::from), size)
        });
        let (Some(Some(a)), Some(Some(b)), Some(Some(c))) = (seen.next(), seen.next(), seen.next())
        else {
            continue;
        };
        let area = cross(minus(b.pixel, a.pixel), minus(c.pixel, a.pixel));
        let u = cross(minus(c.pixel, b.pixel), minus(pixel, b.pixel)) / area;
        let v = cross(minus(a.pixel, c.pixel), minus(pixel, c.pixel)) / area;
        let w = 1.0 - u - v;
        if u >= 0.0 && v >= 0.0 && w >= 0.0 {
            offer(element, 0.0, u * a.depth + v * b.depth + w * c.depth);
        }
    }
}

/// The cell under a pixel, counted row by row.
pub fn cell_at(cells: &Cells, camera: &Camera, pixel: [f64; 2], size: [f64; 2]) -> Option<usize> {
    let Camera::Plane(plane) = camera else {
        return None;
    };
    let corner = plane.local_to_screen(cells.origin.map(f64::from), size);
    let edge = f64::from(cells.cell) * plane.scale;
    let [x, y] = minus(pixel, corner).map(|at| (at / edge).floor());
    let inside = x >= 0.0 && y >= 0.0 && x < f64::from(cells.width) && y < f64::from(cells.height);
    inside.then(|| y as usize * cells.width as usize + x as usize)
}

fn items(
    shapes: &Shapes,
    camera: &Camera,
    size: [f64; 2],
    pixel: [f64; 2],
    offer: &mut dyn FnMut(usize, f64, f64),
) {
    // The pointer goes to the layer's units, where the shapes are.
    let (at, unit, up) = match (shapes.space, camera) {
        (Space::Screen, _) => (pixel, 1.0, 1.0),
        (Space::World, Camera::Plane(plane)) => (
            plane.to_local(pixel, size),
            plane.scale,
            if plane.y_up { -1.0 } else { 1.0 },
        ),
        (Space::World, Camera::Orbit(_)) => return,
    };
    for (element, item) in shapes.items.iter().enumerate() {
        let distance = match item {
            Shape::Text(text) => text_distance(text, at, up),
            Shape::Path { path, fill, stroke } => {
                let mut nearest = f64::INFINITY;
                let mut winding = 0i32;
                for ring in flatten(&path.segments, 0.25 / unit) {
                    let points = &ring.points;
                    let closing = (points[points.len() - 1], points[0]);
                    let sides = points.windows(2).map(|pair| (pair[0], pair[1]));
                    for (index, (a, b)) in sides.chain([closing]).enumerate() {
                        if ring.closed || index + 1 < points.len() {
                            nearest = nearest.min(to_segment(at, a, b).0);
                        }
                        let turn = cross(minus(b, a), minus(at, a));
                        if a[1] <= at[1] && b[1] > at[1] && turn > 0.0 {
                            winding += 1;
                        } else if a[1] > at[1] && b[1] <= at[1] && turn < 0.0 {
                            winding -= 1;
                        }
                    }
                }
                let half = stroke.as_ref().map_or(0.0, |stroke| 0.5 * stroke.width);
                if fill.is_some() && winding != 0 {
                    0.0
                } else {
                    (nearest - half).max(0.0)
                }
            }
        };
        offer(element, distance * unit, 0.0);
    }
}

/// Distance to the box of a text, in the layer's units.
fn text_distance(text: &Text, at: [f64; 2], up: f64) -> f64 {
    let run = loom_text::set(&text.string, text.font, text.size);
    let drop = match text.baseline {
        Baseline::Alphabetic => 0.0,
        Baseline::Middle => 0.5 * run.cap_height,
        Baseline::Top => run.cap_height,
    };
    let [dx, dy] = minus(at, text.position);
    let (sin, cos) = text.rotation.sin_cos();
    let (dx, dy) = (dx, dy * up);
    let (x, y) = (
        cos * dx - sin * dy + run.width * text.align,
        sin * dx + cos * dy - drop,
    );
    let outside = |value: f64, low: f64, high: f64| (low - value).max(value - high).max(0.0);
    outside(x, 0.0, run.width).hypot(outside(y, -run.ascent, run.descent))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::camera::{Orbit, Plane};
    use crate::colour::Rgba;
    use crate::scene::*;

    const SIZE: [f64; 2] = [400.0, 300.0];
    const INK: Paint = Paint::Solid(Rgba::hex(0xFFFFFF));

    fn plane(layers: Vec<Layer>) -> Scene {
        Scene {
            layers,
            ..Scene::new(Camera::Plane(Plane::default()))
        }
    }

    fn points(list: &[[f32; 3]]) -> Layer {
        let vertices: Vec<_> = list
            .iter()
            .map(|&[x, y, z]| Vertex::new(x, y, z, 0.0))
            .collect();
        Layer::Points(Points {
            vertices: vertices.into(),
            size: 4.0,
            paint: INK,
            additive: false,
        })
    }

    #[test]
    fn the_nearest_point_within_the_tolerance_is_found() {
        let scene = plane(vec![points(&[[0.0, 0.0, 0.0], [20.0, 0.0, 0.0]])]);
        let hit = pick(&scene, [217.0, 150.0], SIZE, 8.0).unwrap();
        assert_eq!((hit.layer, hit.element), (0, 1));
        assert_eq!(pick(&scene, [210.0, 150.0], SIZE, 5.0), None);
    }

    #[test]
    fn in_space_the_point_in_front_is_found() {
        let orbit = Orbit {
            yaw: 0.0,
            pitch: 0.0,
            ..Orbit::default()
        };
        let scene = Scene {
            layers: vec![points(&[[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])],
            ..Scene::new(Camera::Orbit(orbit))
        };
        assert_eq!(pick(&scene, [200.0, 150.0], SIZE, 5.0).unwrap().element, 1);
    }

    #[test]
    fn a_segment_is_hit_between_its_ends_and_runs_are_not_joined() {
        let vertices: Vec<_> = [[0.0, 0.0], [50.0, 0.0], [0.0, 40.0], [50.0, 40.0]]
            .map(|[x, y]| Vertex::new(x, y, 0.0, 0.0))
            .into();
        let lines = Lines {
            vertices: vertices.into(),
            topology: LineTopology::Strips { run: 2 },
            width: 2.0,
            paint: INK,
        };
        let scene = plane(vec![Layer::Lines(lines)]);
        assert_eq!(pick(&scene, [225.0, 191.0], SIZE, 4.0).unwrap().element, 2);
        assert_eq!(pick(&scene, [225.0, 170.0], SIZE, 4.0), None);
    }

    #[test]
    fn the_cell_under_the_pointer_is_found() {
        let content = CellContent::States {
            states: vec![0u8; 12].into(),
            palette: vec![].into(),
        };
        let cells = Cells {
            width: 4,
            height: 3,
            origin: [0.0, 0.0],
            cell: 10.0,
            content,
            grid: None,
        };
        let scene = plane(vec![Layer::Cells(cells)]);
        assert_eq!(
            pick(&scene, [225.0, 161.0], SIZE, 2.0).unwrap().element,
            4 + 2
        );
        assert_eq!(pick(&scene, [245.0, 161.0], SIZE, 2.0), None);
    }

    #[test]
    fn fills_are_hit_inside_and_strokes_on_their_line() {
        let circle = |fill| Shape::Path {
            path: Path::circle([0.0, 0.0], 30.0),
            fill,
            stroke: Some(Stroke::solid(Rgba::hex(0), 2.0)),
        };
        let layer = |fill| {
            Layer::Shapes(Shapes {
                space: Space::World,
                items: vec![circle(fill)].into(),
            })
        };
        assert_eq!(
            pick(
                &plane(vec![layer(Some(Rgba::hex(0)))]),
                [200.0, 150.0],
                SIZE,
                2.0
            )
            .unwrap()
            .distance,
            0.0
        );
        assert_eq!(
            pick(&plane(vec![layer(None)]), [200.0, 150.0], SIZE, 2.0),
            None
        );
        assert!(pick(&plane(vec![layer(None)]), [231.0, 150.0], SIZE, 2.0).is_some());
    }

    #[test]
    fn a_text_is_hit_in_its_box() {
        let text = Text {
            position: [0.0, 0.0],
            string: "radius".into(),
            font: Font::Sans,
            size: 20.0,
            color: Rgba::hex(0),
            align: 0.0,
            baseline: Baseline::Alphabetic,
            rotation: std::f64::consts::FRAC_PI_2,
        };
        let scene = plane(vec![Layer::Shapes(Shapes {
            space: Space::World,
            items: vec![Shape::Text(text)].into(),
        })]);
        assert!(pick(&scene, [195.0, 120.0], SIZE, 0.0).is_some());
        assert!(pick(&scene, [220.0, 145.0], SIZE, 0.0).is_none());
    }

    #[test]
    fn a_triangle_is_hit_where_it_is_seen() {
        let corner = |x: f32, z: f32| MeshVertex {
            position: [x, 0.0, z],
            ..MeshVertex::default()
        };
        let mesh = Mesh {
            vertices: vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(0.0, 1.0)].into(),
            indices: vec![0, 1, 2].into(),
            paint: INK,
        };
        let orbit = Orbit {
            yaw: 0.0,
            pitch: 0.0,
            ..Orbit::default()
        };
        let scene = Scene {
            layers: vec![Layer::Mesh(mesh)],
            ..Scene::new(Camera::Orbit(orbit))
        };
        assert!(pick(&scene, [200.0, 150.0], SIZE, 0.0).is_some());
        assert_eq!(pick(&scene, [20.0, 20.0], SIZE, 0.0), None);
    }
}
