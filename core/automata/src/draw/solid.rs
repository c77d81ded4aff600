//! A box of cells in space: the faces of cells that something can be seen through.

use loom_sim::camera::Orbit;
use loom_sim::scene::{Axes, Layer, Mesh, MeshVertex, Paint};
use loom_sim::{Camera, ColorMap, Scene, View};

use crate::error::LifeError;
use crate::field::Field;
use crate::rule::Topology;
use crate::world::World;

/// Width, height and depth of a box.
fn sides(topology: Topology) -> [usize; 3] {
    match topology {
        Topology::Box {
            width,
            height,
            depth,
            ..
        } => [width, height, depth].map(|side| side as usize),
        _ => [0; 3],
    }
}

/// A camera that looks at the whole box from above one edge.
pub(super) fn camera(topology: Topology, size: [f64; 2]) -> Camera {
    let [w, h, d] = sides(topology).map(|side| side as f64);
    let mut orbit = Orbit {
        yaw: 0.6,
        pitch: 0.45,
        ..Orbit::default()
    };
    let aspect = size[0].max(1.0) / size[1].max(1.0);
    orbit.fit([[0.0, w], [-h, 0.0], [0.0, d]], aspect);
    Camera::Orbit(orbit)
}

/// The six faces of a cell: where the neighbour lies, and the corners anticlockwise seen from
/// there.
const FACES: [([i64; 3], [[f32; 3]; 4]); 6] = [
    (
        [1, 0, 0],
        [[1., 0., 0.], [1., 1., 0.], [1., 1., 1.], [1., 0., 1.]],
    ),
    (
        [-1, 0, 0],
        [[0., 0., 0.], [0., 0., 1.], [0., 1., 1.], [0., 1., 0.]],
    ),
    (
        [0, 1, 0],
        [[0., 1., 0.], [0., 1., 1.], [1., 1., 1.], [1., 1., 0.]],
    ),
    (
        [0, -1, 0],
        [[0., 0., 0.], [1., 0., 0.], [1., 0., 1.], [0., 0., 1.]],
    ),
    (
        [0, 0, 1],
        [[0., 0., 1.], [1., 0., 1.], [1., 1., 1.], [0., 1., 1.]],
    ),
    (
        [0, 0, -1],
        [[0., 0., 0.], [0., 1., 0.], [1., 1., 0.], [1., 0., 0.]],
    ),
];

/// The scene of a box: y goes up, so that the first row of a sheet is its highest.
pub(super) fn scene(world: &World, view: &View) -> Result<Scene, LifeError> {
    let topology = world.rule().topology;
    let camera = match &view.camera {
        Some(camera @ Camera::Orbit(_)) => camera.clone(),
        _ => self::camera(topology, view.points()),
    };
    let mut scene = Scene::new(camera);
    scene.background = Some(view.ink.ground);
    let size = sides(topology);
    if let Some(field) = super::field(world)? {
        // A face has four corners and six indices.
        let (vertices, indices, complete) = faces(&field, size, view.budget.max(6) / 6);
        scene.sparse = !complete;
        let shading = view.settings.get("shading").map(ToString::to_string);
        let map = super::palette::map(shading.as_deref().unwrap_or("")).unwrap_or(ColorMap::Gray);
        let last = world.rule().states().max(3) as f32;
        let paint = if shading.is_none_or(|name| name == "ink") && world.rule().states() == 2 {
            Paint::Solid(loom_sim::colour::category(0))
        } else {
            Paint::Map {
                map,
                low: 0.0,
                high: last,
                alpha: 1.0,
            }
        };
        scene.layers.push(Layer::Mesh(Mesh {
            vertices: vertices.into(),
            indices: indices.into(),
            paint,
        }));
    }
    let [w, h, d] = size.map(|side| side as f64);
    scene.layers.push(Layer::Axes(Axes {
        extents: vec![[0.0, w], [-h, 0.0], [0.0, d]],
        labels: ["x", "y", "z"].map(str::to_owned).to_vec(),
        units: Vec::new(),
        color: view.ink.hairline,
        text: view.ink.secondary,
    }));
    Ok(scene)
}

/// Faces between live and dead cells, at most so many; whether they are all.
fn faces(field: &Field, size: [usize; 3], most: usize) -> (Vec<MeshVertex>, Vec<u32>, bool) {
    let [width, height, depth] = size;
    let (left, top) = field.corner();
    let at = |x: i64, y: i64, z: i64| {
        let inside = (0..width as i64).contains(&x)
            && (0..height as i64).contains(&y)
            && (0..depth as i64).contains(&z);
        if inside {
            field.at(left + x, top + z * height as i64 + y)
        } else {
            0
        }
    };
    let (mut vertices, mut indices) = (Vec::new(), Vec::new());
    for z in 0..depth as i64 {
        for y in 0..height as i64 {
            for x in 0..width as i64 {
                let state = at(x, y, z);
                if state == 0 {
                    continue;
                }
                for ([dx, dy, dz], corners) in FACES {
                    // A sheet's rows go down, the picture's y goes up.
                    if at(x + dx, y - dy, z + dz) != 0 {
                        continue;
                    }
                    if indices.len() / 6 >= most {
                        return (vertices, indices, false);
                    }
                    let first = vertices.len() as u32;
                    for [cx, cy, cz] in corners {
                        vertices.push(MeshVertex {
                            position: [x as f32 + cx, -(y as f32) - 1.0 + cy, z as f32 + cz],
                            value: state.into(),
                            normal: [dx as f32, dy as f32, dz as f32],
                            padding: 0.0,
                        });
                    }
                    indices.extend([0, 1, 2, 0, 2, 3].map(|i| first + i));
                }
            }
        }
    }
    (vertices, indices, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faces_that_can_be_seen_are_drawn() {
        let mut field = Field::new(0, 0, 4, 12, 0);
        // Two cells side by side share a face: ten are left.
        field.fill_run((0, 0, 4), 17, 2, 1);
        let (vertices, indices, complete) = faces(&field, [4, 3, 4], 100);
        assert_eq!((vertices.len(), indices.len(), complete), (40, 60, true));
        assert_eq!(faces(&field, [4, 3, 4], 7).1.len(), 42);
    }
}
