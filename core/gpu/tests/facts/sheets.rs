//! Cells, fields and densities.

use std::sync::Arc;

use loom_gpu::Renderer;
use loom_gpu::colour::{ColorMap, Rgba};
use loom_gpu::scene::*;

use crate::drawing::{BLACK, RED, WHITE, bits, draw, grid, ink, near, on_plane};
use crate::gpu;

#[test]
fn each_cell_of_a_grid_has_its_colour() {
    let palette: Arc<[Rgba]> = vec![BLACK, RED, WHITE, Rgba::hex(0x00FF00)].into();
    let states: Vec<u8> = (0..16).map(|i| (i % 4) as u8).collect();
    let scene = on_plane(
        vec![grid(
            4,
            4,
            CellContent::States {
                states: states.clone().into(),
                palette: palette.clone(),
            },
            None,
        )],
        16.0,
    );
    for renderer in [Renderer::new(&gpu()), Renderer::without_storage(&gpu())] {
        let image = renderer.unwrap().picture(&scene, 80, 80, 1.0).unwrap();
        for y in 0..4u32 {
            for x in 0..4u32 {
                let color = palette[usize::from(states[(y * 4 + x) as usize])].0;
                for corner in [[0, 0], [15, 15], [0, 15], [8, 8]] {
                    assert_eq!(
                        image.at(8 + 16 * x + corner[0], 8 + 16 * y + corner[1]),
                        color,
                        "{x} {y}"
                    );
                }
            }
        }
        assert_eq!(image.at(4, 4), BLACK.0);
    }
}

#[test]
fn bits_are_read_from_the_least_significant_on() {
    let (words, set) = bits();
    let content = CellContent::Bits {
        words: words.into(),
        words_per_row: 3,
        palette: [BLACK, WHITE],
    };
    let image = draw(&on_plane(vec![grid(70, 5, content, None)], 4.0), 280, 20);
    for y in 0..5 {
        for x in 0..70 {
            assert_eq!(
                image.at(4 * x + 2, 4 * y + 2)[0] > 127,
                set(x, y),
                "{x} {y}"
            );
        }
    }
}

#[test]
fn from_afar_a_pixel_is_the_share_of_set_cells() {
    // Columns of eight cells set, eight not, at 1/16, 1/32 and 1/7.3 pixel a cell.
    let words: Vec<u32> = (0..512 * 16).map(|_| 0x00FF_00FF).collect();
    let content = CellContent::Bits {
        words: words.into(),
        words_per_row: 16,
        palette: [BLACK, WHITE],
    };
    let layer = grid(512, 512, content, None);
    for scale in [1.0 / 16.0, 1.0 / 32.0] {
        let image = draw(&on_plane(vec![layer.clone()], scale), 40, 40);
        assert!(
            near(image.at(20, 20), [128, 128, 128, 255], 2),
            "{:?}",
            image.at(20, 20)
        );
    }
    let image = draw(&on_plane(vec![layer], 1.0 / 7.3), 80, 80);
    let mean: f64 = (24..56).map(|x| f64::from(image.at(x, 40)[0])).sum::<f64>() / 32.0;
    assert!((mean - 127.5).abs() < 12.0, "{mean}");
}

#[test]
fn grid_lines_appear_once_cells_are_eight_pixels_wide() {
    let content = CellContent::States {
        states: vec![0u8; 16].into(),
        palette: vec![BLACK].into(),
    };
    let layer = grid(4, 4, content, Some(RED));
    let near_by = draw(&on_plane(vec![layer.clone()], 10.0), 60, 60);
    let row: Vec<u32> = (0..60).filter(|&x| near_by.at(x, 15)[0] > 100).collect();
    assert_eq!(row, [10, 20, 30, 40, 49]);
    let afar = draw(&on_plane(vec![layer], 7.0), 60, 60);
    assert_eq!(ink(&afar), 0.0);
}

#[test]
fn a_field_is_coloured_by_its_values_and_what_is_no_number_is_left_out() {
    let paint = Paint::Map {
        map: ColorMap::Magma,
        low: -1.0,
        high: 1.0,
        alpha: 1.0,
    };
    let values = vec![-1.0f32, 0.0, 1.0, f32::NAN];
    let image = draw(
        &on_plane(
            vec![grid(
                4,
                1,
                CellContent::Field {
                    values: values.into(),
                    paint,
                },
                None,
            )],
            10.0,
        ),
        40,
        10,
    );
    assert_eq!(image.at(5, 5), ColorMap::Magma.at(0.0).0);
    assert_eq!(image.at(15, 5), ColorMap::Magma.at(0.5).0);
    assert_eq!(image.at(25, 5), ColorMap::Magma.at(1.0).0);
    assert_eq!(image.at(35, 5), BLACK.0);
}

#[test]
fn the_density_of_a_known_histogram_is_mapped_as_the_formula_says() {
    let counts: Vec<u32> = vec![0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
    let tone = Tone {
        exposure: 0.3,
        gamma: 2.2,
        ..Tone::default()
    };
    let density = |counts: Data<u32>, tone| {
        Layer::Density(Density {
            counts,
            width: 4,
            height: 2,
            rectangle: None,
            tone,
            map: ColorMap::Viridis,
        })
    };
    let device = Data::Device(gpu().upload("counts", &counts).unwrap());
    for (data, tone, most) in [
        (Data::from(counts.clone()), tone, 1_000_000),
        (device, tone, 1_000_000),
        (counts.clone().into(), Tone { peak: 1000, ..tone }, 1000),
    ] {
        let image = draw(&on_plane(vec![density(data, tone)], 1.0), 40, 20);
        assert_eq!(image.at(5, 5), BLACK.0, "no hits leave the ground");
        for (bin, &hits) in counts.iter().enumerate().skip(1) {
            let t = ((1.0 + f64::from(hits) * 0.3).ln() / (1.0 + f64::from(most) * 0.3).ln())
                .min(1.0)
                .powf(1.0 / 2.2);
            let wanted = ColorMap::Viridis.at(t as f32).0;
            let [x, y] = [10 * (bin as u32 % 4) + 5, 10 * (bin as u32 / 4) + 5];
            assert!(
                near(image.at(x, y), wanted, 3),
                "{most} {bin}: {:?} {wanted:?}",
                image.at(x, y)
            );
            assert!((tone.at(hits, most) - t).abs() < 1e-6);
        }
    }
}

#[test]
fn every_look_of_a_density_is_drawn_as_its_twin_says() {
    use loom_gpu::scene::Look;
    let (width, height) = (40u32, 30u32);
    // A hill with a ridge.
    let counts: Vec<u32> = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as f32 - 20.0, (i / width) as f32 - 15.0);
            let hill = (3000.0 * (-(x * x + y * y) / 90.0).exp()) as u32;
            hill + if i % width == 12 { 500 } else { 0 }
        })
        .collect();
    for look in [
        Look::Gas,
        Look::Liquid,
        Look::Light,
        Look::Plasma,
        Look::Solid,
    ] {
        let density = Density {
            counts: counts.clone().into(),
            width,
            height,
            rectangle: None,
            tone: Tone {
                exposure: 0.05,
                look,
                ..Tone::default()
            },
            map: ColorMap::Batlow,
        };
        let most = counts.iter().copied().max().unwrap();
        let twin = loom_gpu::look::colors(&density, &counts, most);
        let image = draw(&on_plane(vec![Layer::Density(density)], 1.0), width, height);
        let mut worst = 0;
        for (i, p) in twin.chunks_exact(4).enumerate() {
            // The twin over the black ground.
            let wanted = [0, 1, 2].map(|c| (u32::from(p[c]) * u32::from(p[3]) + 127) / 255);
            let seen = image.at(i as u32 % width, i as u32 / width);
            let gap = (0..3).map(|c| wanted[c].abs_diff(u32::from(seen[c]))).max();
            worst = worst.max(gap.unwrap());
        }
        assert!(worst <= 6, "{look:?}: {worst}");
    }
}
