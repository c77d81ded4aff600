//! Cells and densities as images or, where they are few, as rectangles.

use std::sync::Arc;

use loom_sim::camera::Camera;
use loom_sim::colour::Rgba;
use loom_sim::scene::{CellContent, Cells, Density, Path, Shape, Stroke};

use crate::error::FigureError;
use crate::flatten::{color, host};
use crate::piece::{Image, Piece};

/// Up to this many runs of equal cells are drawn as rectangles.
const RUNS: usize = 5_000;
/// Hairlines between cells appear from this size on, logical pixels.
const GRID_FROM: f64 = 8.0;

/// Screen place of a world point on the plane.
fn at(camera: &Camera, size: [f64; 2], x: f64, y: f64) -> Result<[f64; 2], FigureError> {
    camera
        .project([x, y, 0.0], size)
        .map(|seen| seen.pixel)
        .ok_or_else(|| FigureError::render("a field of cells lies behind the camera"))
}

/// Reads the colour of one cell.
type Look<'a> = Box<dyn Fn(usize, usize) -> Rgba + 'a>;

fn look(cells: &Cells) -> Result<Look<'_>, FigureError> {
    let (width, height) = (cells.width as usize, cells.height as usize);
    let short = |have: usize, need: usize| {
        (have < need).then(|| {
            FigureError::render(format!(
                "a field of cells holds {have} of its {need} numbers"
            ))
        })
    };
    let area = width.saturating_mul(height);
    match &cells.content {
        CellContent::States { states, palette } => {
            let states = host(states)?;
            if let Some(error) = short(states.len(), area) {
                return Err(error);
            }
            Ok(Box::new(move |x, y| {
                let state = usize::from(states[y * width + x]);
                palette.get(state).copied().unwrap_or(Rgba([0; 4]))
            }))
        }
        CellContent::Bits {
            words,
            words_per_row,
            palette,
        } => {
            let words = host(words)?;
            let row = *words_per_row as usize;
            let need = row.saturating_mul(height).max(area.div_ceil(32));
            if let Some(error) = short(words.len(), need) {
                return Err(error);
            }
            if row * 32 < width {
                return Err(FigureError::render("a field of cells has rows too short"));
            }
            Ok(Box::new(move |x, y| {
                palette[(words[y * row + x / 32] >> (x % 32) & 1) as usize]
            }))
        }
        CellContent::Field { values, paint } => {
            let values = host(values)?;
            if let Some(error) = short(values.len(), area) {
                return Err(error);
            }
            Ok(Box::new(move |x, y| color(paint, values[y * width + x])))
        }
    }
}

pub(crate) fn cells(
    cells: &Cells,
    camera: &Camera,
    size: [f64; 2],
) -> Result<Vec<Piece>, FigureError> {
    let [x0, y0] = cells.origin.map(f64::from);
    let edge = f64::from(cells.cell);
    let a = at(camera, size, x0, y0)?;
    let b = at(camera, size, x0 + edge, y0 + edge)?;
    // Pixels a cell; y may be mirrored.
    let step = [b[0] - a[0], b[1] - a[1]];
    if cells.width == 0 || cells.height == 0 || step[0] == 0.0 || step[1] == 0.0 {
        return Ok(Vec::new());
    }
    let seen = |axis: usize, count: u32| {
        let ends = [(-a[axis]) / step[axis], (size[axis] - a[axis]) / step[axis]];
        let low = ends[0].min(ends[1]).floor().clamp(0.0, f64::from(count));
        let high = ends[0].max(ends[1]).ceil().clamp(0.0, f64::from(count));
        low as usize..high as usize
    };
    let (columns, rows) = (seen(0, cells.width), seen(1, cells.height));
    if columns.is_empty() || rows.is_empty() {
        return Ok(Vec::new());
    }
    let look = look(cells)?;
    let mut pieces = Vec::new();
    let coarse = step[0].abs() >= 1.0;
    let vector = if coarse && !matches!(cells.content, CellContent::Field { .. }) {
        rectangles(&look, columns.clone(), rows.clone(), a, step)
    } else {
        None
    };
    match vector {
        Some(shapes) => pieces.extend(shapes.into_iter().map(Piece::Shape)),
        None => pieces.push(Piece::Image(picture(
            &look,
            columns.clone(),
            rows.clone(),
            a,
            step,
        ))),
    }
    if let Some(tint) = cells.grid
        && step[0].abs() >= GRID_FROM
    {
        pieces.push(Piece::Shape(grid(columns, rows, a, step, tint)));
    }
    Ok(pieces)
}

type Span = std::ops::Range<usize>;

/// One path a colour, equal neighbours in a row merged; `None` if they are too many.
fn rectangles(
    look: &Look,
    columns: Span,
    rows: Span,
    a: [f64; 2],
    step: [f64; 2],
) -> Option<Vec<Shape>> {
    let mut paths: Vec<(Rgba, Path)> = Vec::new();
    let mut runs = 0;
    for y in rows {
        let mut x = columns.start;
        while x < columns.end {
            let color = look(x, y);
            let start = x;
            while x < columns.end && look(x, y) == color {
                x += 1;
            }
            if color.0[3] == 0 {
                continue;
            }
            runs += 1;
            if runs > RUNS {
                return None;
            }
            let from = [a[0] + start as f64 * step[0], a[1] + y as f64 * step[1]];
            let to = [a[0] + x as f64 * step[0], from[1] + step[1]];
            let rectangle = Path::rectangle(
                from[0].min(to[0]),
                from[1].min(to[1]),
                (to[0] - from[0]).abs(),
                (to[1] - from[1]).abs(),
            );
            match paths.iter_mut().find(|(c, _)| *c == color) {
                Some((_, path)) => path.segments.extend(rectangle.segments),
                None => paths.push((color, rectangle)),
            }
        }
    }
    let shape = |(color, path)| Shape::Path {
        path,
        fill: Some(color),
        stroke: None,
    };
    Some(paths.into_iter().map(shape).collect())
}

/// A pixel a cell, laid over the cells' place.
fn picture(look: &Look, columns: Span, rows: Span, a: [f64; 2], step: [f64; 2]) -> Image {
    let (width, height) = (columns.len(), rows.len());
    let mut pixels = vec![0u8; width * height * 4];
    for (j, row) in pixels.chunks_exact_mut(width * 4).enumerate() {
        // Rows run down the screen; a mirrored field starts at its end.
        let y = if step[1] > 0.0 {
            rows.start + j
        } else {
            rows.end - 1 - j
        };
        for (i, pixel) in row.chunks_exact_mut(4).enumerate() {
            let x = if step[0] > 0.0 {
                columns.start + i
            } else {
                columns.end - 1 - i
            };
            pixel.copy_from_slice(&look(x, y).0);
        }
    }
    let corner = |axis: usize, span: &Span| {
        let ends = [span.start, span.end].map(|n| a[axis] + n as f64 * step[axis]);
        (ends[0].min(ends[1]), (ends[1] - ends[0]).abs())
    };
    let (x, w) = corner(0, &columns);
    let (y, h) = corner(1, &rows);
    Image {
        rectangle: [x, y, w, h],
        width: width as u32,
        height: height as u32,
        pixels: pixels.into(),
        smooth: step[0].abs() < 1.0,
    }
}

fn grid(columns: Span, rows: Span, a: [f64; 2], step: [f64; 2], color: Rgba) -> Shape {
    let place = |axis: usize, n: usize| a[axis] + n as f64 * step[axis];
    let mut path = Path::default();
    for x in columns.start..=columns.end {
        let (x, y0, y1) = (place(0, x), place(1, rows.start), place(1, rows.end));
        path.segments
            .extend(Path::polyline(&[[x, y0], [x, y1]]).segments);
    }
    for y in rows.start..=rows.end {
        let (y, x0, x1) = (place(1, y), place(0, columns.start), place(0, columns.end));
        path.segments
            .extend(Path::polyline(&[[x0, y], [x1, y]]).segments);
    }
    Shape::Path {
        path,
        fill: None,
        stroke: Some(Stroke::solid(color, 1.0)),
    }
}

/// A histogram through its tone curve. Bins without a hit stay clear.
pub(crate) fn density(
    density: &Density,
    camera: &Camera,
    size: [f64; 2],
) -> Result<Option<Piece>, FigureError> {
    let counts = host(&density.counts)?;
    let area = (density.width as usize).saturating_mul(density.height as usize);
    if area == 0 {
        return Ok(None);
    }
    let Some(counts) = counts.get(..area) else {
        return Err(FigureError::render(format!(
            "a histogram holds {} of its {area} counts",
            counts.len()
        )));
    };
    let most = counts.iter().copied().max().unwrap_or(0);
    let pixels = loom_gpu::look::colors(density, counts, most);
    let rectangle = match density.rectangle {
        None => [0.0, 0.0, size[0], size[1]],
        Some(corners) => {
            let [left, top, right, bottom] = corners.map(f64::from);
            let a = at(camera, size, left, top)?;
            let b = at(camera, size, right, bottom)?;
            let (x, y) = (a[0].min(b[0]), a[1].min(b[1]));
            [x, y, (b[0] - a[0]).abs(), (b[1] - a[1]).abs()]
        }
    };
    Ok(Some(Piece::Image(Image {
        rectangle,
        width: density.width,
        height: density.height,
        pixels: Arc::from(pixels),
        smooth: true,
    })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::camera::Plane;
    use loom_sim::colour::ColorMap;
    use loom_sim::scene::Tone;

    use super::*;

    fn camera(y_up: bool) -> Camera {
        Camera::Plane(Plane {
            whole: [0, 0],
            part: [0.0, 0.0],
            scale: 10.0,
            y_up,
        })
    }

    fn glider(width: u32) -> Cells {
        let black = Rgba::hex(0);
        Cells {
            width,
            height: 3,
            origin: [-1.0, -1.0],
            cell: 1.0,
            content: CellContent::Bits {
                words: vec![0b010, 0b100, 0b111].into(),
                words_per_row: 1,
                palette: [Rgba([0; 4]), black],
            },
            grid: Some(black),
        }
    }

    #[test]
    fn few_cells_are_rectangles_with_hairlines() {
        let pieces = cells(&glider(3), &camera(false), [100.0, 100.0]).unwrap();
        let [Piece::Shape(Shape::Path { path, .. }), Piece::Shape(_)] = &pieces[..] else {
            panic!("{pieces:?}");
        };
        // Three runs: one in each row, the last of three cells.
        assert_eq!(path.segments.len(), 15);
    }

    #[test]
    fn only_cells_in_the_view_are_drawn() {
        let far = [4.0, 4.0];
        assert_eq!(cells(&glider(3), &camera(false), far).unwrap().len(), 2);
        let mut away = glider(3);
        away.origin = [100.0, 0.0];
        assert!(
            cells(&away, &camera(false), [100.0, 100.0])
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn a_field_that_is_shorter_than_it_says_is_refused() {
        assert!(cells(&glider(64), &camera(false), [100.0, 100.0]).is_err());
        let mut tall = glider(3);
        tall.height = 10;
        assert!(cells(&tall, &camera(true), [1000.0, 1000.0]).is_err());
    }

    #[test]
    fn the_brightest_bin_ends_the_map_and_empty_bins_are_clear() {
        let piece = density(
            &Density {
                counts: vec![0, 1, 7, 100].into(),
                width: 2,
                height: 2,
                rectangle: None,
                tone: Tone::default(),
                map: ColorMap::Gray,
            },
            &camera(false),
            [10.0, 10.0],
        )
        .unwrap();
        let Some(Piece::Image(image)) = piece else {
            panic!()
        };
        assert_eq!(image.pixels[..4], [0; 4]);
        assert_eq!(image.pixels[12..], [255; 4]);
    }
}
