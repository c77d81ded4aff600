//! From a recorded series to a scene: the part that has been played, the whole behind it, and
//! where it stands now.

use loom_sim::scene::{
    Axes as AxesLayer, Layer, Legend, LineTopology, Lines, Paint, Points, Vertex,
};
use loom_sim::{Camera, Hit, Pointer, PointerAction, PointerReply, Scene, View};

use crate::definition::ColorBy;
use crate::fitting::{fit_box, fit_orbit, fit_plane};
use crate::recorded::{Drawn, Recorded};

/// Points that are looked at to fit a view.
const LOOKED_AT: usize = 4096;
/// The pointer reaches this far, in logical pixels.
const REACH: f64 = 16.0;
/// The camera's direction in space, until it is turned.
const YAW: f64 = 0.6;
const PITCH: f64 = 0.3;

impl Recorded {
    pub(crate) fn fitted(&self, drawn: &Drawn, size: [f64; 2]) -> Camera {
        let rows = drawn.rows(&self.recording);
        let stride = rows.div_ceil(LOOKED_AT).max(1);
        let points: Vec<[f64; 3]> = (0..rows)
            .step_by(stride)
            .map(|row| drawn.point(&self.recording, row))
            .collect();
        let size = size.map(|n| n.max(1.0));
        if drawn.axes.len() > 2 {
            let fit = if drawn.frame { fit_box } else { fit_orbit };
            fit(&points, YAW, PITCH, size)
        } else {
            fit_plane(&points, size)
        }
    }

    fn camera_for(&self, drawn: &Drawn, view: &View) -> Camera {
        match &view.camera {
            Some(camera @ Camera::Orbit(_)) if drawn.axes.len() > 2 => camera.clone(),
            Some(camera @ Camera::Plane(_)) if drawn.axes.len() == 2 => camera.clone(),
            _ => self.fitted(drawn, view.points()),
        }
    }

    pub(crate) fn draw(&self, view: &View) -> Scene {
        let drawn = Drawn::new(&self.recording, &view.settings);
        let camera = self.camera_for(&drawn, view);
        let offset = offset(&camera);
        let mut scene = Scene::new(camera);
        scene.background = Some(view.ink.ground);
        let rows = drawn.rows(&self.recording);
        if rows < 2 {
            return scene;
        }
        if drawn.frame {
            scene.layers.push(self.axes_layer(&drawn, view, offset));
        }
        let played = self.row.min(rows - 1);
        let stride = rows.div_ceil(view.budget.max(2) / 2).max(1);
        scene.sparse = stride > 1;
        if drawn.whole {
            let paint = Paint::Solid(view.ink.secondary.with_alpha(0.35));
            let line = self.line(&drawn, offset, 0, rows - 1, stride, paint);
            scene.layers.push(line);
        }
        let range = self.range(&drawn, rows);
        if played > 0 {
            let paint = if drawn.color == ColorBy::None && !drawn.by_time {
                Paint::Solid(view.ink.text)
            } else {
                Paint::Map {
                    map: drawn.map,
                    low: range[0] as f32,
                    high: range[1] as f32,
                    alpha: 1.0,
                }
            };
            let line = self.line(&drawn, offset, 0, played, stride, paint);
            scene.layers.push(line);
        }
        let [x, y, z] = drawn.point(&self.recording, played);
        scene.layers.push(Layer::Points(Points {
            vertices: vec![vertex([x, y, z], offset, 0.0)].into(),
            size: 6.0,
            paint: Paint::Solid(view.ink.text),
            additive: false,
        }));
        if drawn.by_time || drawn.color == ColorBy::Speed {
            let (title, unit) = if drawn.by_time {
                let abscissa = &self.recording.series.abscissa;
                (abscissa.0.clone(), abscissa.1.clone())
            } else {
                ("Speed".into(), String::new())
            };
            scene.legends.push(Legend::Bar {
                title,
                unit,
                map: drawn.map,
                low: range[0],
                high: range[1],
            });
        }
        scene
    }

    /// The value by which a row is coloured.
    fn value(&self, drawn: &Drawn, row: usize) -> f64 {
        let at = &self.recording.series.at;
        if drawn.by_time {
            return at[row];
        }
        let to = row.max(1);
        let (a, b) = (
            drawn.point(&self.recording, to - 1),
            drawn.point(&self.recording, to),
        );
        let square: f64 = (0..3).map(|i| (b[i] - a[i]) * (b[i] - a[i])).sum();
        square.sqrt() / (at[to] - at[to - 1]).max(f64::MIN_POSITIVE)
    }

    fn range(&self, drawn: &Drawn, rows: usize) -> [f64; 2] {
        let stride = rows.div_ceil(LOOKED_AT).max(1);
        let mut values: Vec<f64> = (0..rows)
            .step_by(stride)
            .map(|row| self.value(drawn, row))
            .filter(|x| x.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        let at = |part: f64| values.get((part * values.len() as f64) as usize).copied();
        let ends = if drawn.by_time {
            [0.0, 1.0]
        } else {
            [0.01, 0.99]
        };
        let low = at(ends[0]).unwrap_or(0.0);
        let high = at(ends[1]).or(values.last().copied()).unwrap_or(1.0);
        if high > low {
            [low, high]
        } else {
            [low, low + 1.0]
        }
    }

    fn line(
        &self,
        drawn: &Drawn,
        offset: [f64; 2],
        from: usize,
        to: usize,
        stride: usize,
        paint: Paint,
    ) -> Layer {
        let mut vertices: Vec<Vertex> = (from..to)
            .step_by(stride)
            .chain([to])
            .map(|row| {
                let point = drawn.point(&self.recording, row);
                vertex(point, offset, self.value(drawn, row))
            })
            .collect();
        if vertices.len() == 1 {
            vertices.push(vertices[0]);
        }
        let run = vertices.len();
        Layer::Lines(Lines {
            vertices: vertices.into(),
            topology: LineTopology::Strips { run },
            width: drawn.width,
            paint,
        })
    }

    fn axes_layer(&self, drawn: &Drawn, view: &View, offset: [f64; 2]) -> Layer {
        let series = &self.recording.series;
        let symbol = &series.abscissa.0;
        let mut extents = Vec::new();
        let mut labels = Vec::new();
        for (place, (column, later)) in drawn.axes.iter().enumerate() {
            let off = offset.get(place).copied().unwrap_or(0.0);
            let values = &series.columns[*column].values;
            let ends = values
                .iter()
                .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], x| {
                    [a.min(*x), b.max(*x)]
                });
            extents.push(ends.map(|x| x - off));
            let name = &series.columns[*column].name;
            let delayed = drawn.axes.iter().any(|(_, l)| *l > 0);
            labels.push(match (delayed, later) {
                (false, _) => name.clone(),
                (true, 0) => format!("{name}({symbol})"),
                (true, _) if place == 1 => format!("{name}({symbol} + τ)"),
                (true, _) => format!("{name}({symbol} + {place}τ)"),
            });
        }
        Layer::Axes(AxesLayer {
            extents,
            labels,
            units: Vec::new(),
            color: view.ink.hairline,
            text: view.ink.secondary,
        })
    }

    /// The row under the pointer, told; nothing is changed.
    pub(crate) fn answer(&self, pointer: &Pointer, view: &View) -> PointerReply {
        let mut reply = PointerReply::default();
        if !matches!(pointer.action, PointerAction::Hover | PointerAction::Click) {
            return reply;
        }
        let drawn = Drawn::new(&self.recording, &view.settings);
        let camera = self.camera_for(&drawn, view);
        let off = offset(&camera);
        let rows = drawn.rows(&self.recording);
        let stride = rows.div_ceil(LOOKED_AT).max(1);
        let near = (0..rows)
            .step_by(stride)
            .filter_map(|row| {
                let [x, y, z] = drawn.point(&self.recording, row);
                let seen = camera.project([x - off[0], y - off[1], z], view.points())?;
                let (dx, dy) = (
                    seen.pixel[0] - pointer.position[0],
                    seen.pixel[1] - pointer.position[1],
                );
                Some((dx.hypot(dy), row))
            })
            .filter(|(d, _)| *d <= REACH)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, row)) = near {
            let series = &self.recording.series;
            let figure = |x: f64| format!("{x:.5}").replace('-', "−");
            let mut cells = vec![(series.abscissa.0.clone(), figure(series.at[row]))];
            cells.extend(
                series
                    .columns
                    .iter()
                    .take(8)
                    .map(|c| (c.name.clone(), figure(c.values[row]))),
            );
            let label: Vec<String> = cells.iter().map(|(n, x)| format!("{n} = {x}")).collect();
            reply.hit = Some(Hit {
                id: format!("row:{row}"),
                label: label.join("   "),
                rows: cells,
                ..Hit::default()
            });
        }
        reply
    }
}

fn offset(camera: &Camera) -> [f64; 2] {
    match camera {
        Camera::Plane(plane) => plane.whole.map(|n| n as f64),
        Camera::Orbit(_) => [0.0; 2],
    }
}

fn vertex([x, y, z]: [f64; 3], offset: [f64; 2], value: f64) -> Vertex {
    Vertex::new(
        (x - offset[0]) as f32,
        (y - offset[1]) as f32,
        z as f32,
        value as f32,
    )
}
