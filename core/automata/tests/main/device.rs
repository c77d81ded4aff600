//! The GPU's kernel and the packed engine are twins, bit for bit.

use std::sync::{Arc, OnceLock};

use loom_automata::gpu::OnDevice;
use loom_automata::{Grid, LIFE, LifeLike, Packed, Rule, Topology};
use loom_gpu::{Choice, Gpu};
use proptest::prelude::*;

/// The first device with compute shaders, if this machine has any.
pub fn gpu() -> Option<&'static Arc<Gpu>> {
    static GPU: OnceLock<Option<Arc<Gpu>>> = OnceLock::new();
    GPU.get_or_init(|| {
        Gpu::headless(&Choice::Best)
            .ok()
            .filter(|gpu| gpu.has_compute())
    })
    .as_ref()
}

fn soup(topology: Topology, seed: u64) -> Grid {
    let mut grid = Grid::new(topology).unwrap();
    let mut state = seed;
    grid.fill_random(0.4, || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    });
    grid
}

fn compare(rule: Rule, seed: u64, generations: usize) {
    let Some(gpu) = gpu() else {
        eprintln!("no device with compute shaders: the twin is not compared");
        return;
    };
    let cells = Arc::new(soup(rule.topology, seed));
    let mut packed = Packed::new(rule.clone(), 1 << 30).unwrap();
    packed.take(Arc::clone(&cells));
    let mut device = OnDevice::new(gpu, rule.clone(), cells).unwrap();
    for piece in [generations / 2, generations - generations / 2] {
        packed.advance(piece as u64);
        device.advance(piece).unwrap();
        assert_eq!(*device.cells().unwrap(), *packed.cells(), "{rule}");
    }
}

#[test]
fn the_kernel_is_valid() {
    loom_gpu::validate("life.wgsl", include_str!("../../src/life.wgsl")).unwrap();
}

#[test]
fn life_on_the_device_is_life_on_the_processor() {
    for (width, height) in [
        (1, 1),
        (2, 3),
        (31, 5),
        (32, 32),
        (33, 40),
        (64, 64),
        (100, 77),
        (512, 300),
        (1000, 31),
    ] {
        for topology in [
            Topology::Torus { width, height },
            Topology::Bounded { width, height },
        ] {
            compare(LIFE.on(topology), u64::from(width), 25);
        }
    }
}

#[test]
fn shades_and_counts_on_the_device_are_those_of_the_processor() {
    let Some(gpu) = gpu() else {
        return;
    };
    let rule = LIFE.on(Topology::Torus {
        width: 201,
        height: 90,
    });
    let cells = Arc::new(soup(rule.topology, 4));
    let mut device = OnDevice::new(gpu, rule.clone(), cells).unwrap();
    device.advance(3).unwrap();
    let population = device.population().unwrap();
    let cells = device.cells().unwrap();
    assert_eq!(population, cells.population());
    for scale in 0..10 {
        let shades = device
            .shade([1, 0], scale, [11, 7], scale % 2 == 1)
            .unwrap();
        let shades: Vec<f32> = gpu.read(&shades).unwrap();
        for (shade, count) in shades
            .iter()
            .zip(cells.block_populations([1, 0], scale, 11, 7))
        {
            let share = (count as f32 / (2.0 * scale as f32).exp2()).sqrt();
            let share = if count > 0 { share.max(0.1) } else { 0.0 };
            let expected = if scale % 2 == 1 { 1.0 - share } else { share };
            assert!(
                (shade - expected).abs() < 1e-6,
                "{scale}: {shade} {expected}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_rule_on_the_device_is_the_rule_on_the_processor(
        seed: u64, bits in 0u32..1 << 18, width in 1u32..150, height in 1u32..60, wraps: bool,
    ) {
        let topology = if wraps {
            Topology::Torus { width, height }
        } else {
            Topology::Bounded { width, height }
        };
        let life = LifeLike { birth: bits as u16 & 0x1ff, survival: (bits >> 9) as u16 };
        let rule = Rule::life_like(life, topology);
        compare(rule, seed, 41);
    }
}

#[test]
fn edits_on_the_device_are_edits_on_the_processor() {
    use loom_automata::edit::{Area, Edit, Mode, Symmetry, Turn};
    use loom_automata::{Means, Pattern, World};
    let Some(gpu) = gpu() else {
        eprintln!("no device with compute shaders: edits are not compared");
        return;
    };
    for rule in ["B3/S23:T200,150", "B3/S23:P190,170"] {
        let world = |gpu: Option<Arc<Gpu>>| {
            let means = Means {
                gpu,
                ..Means::default()
            };
            World::new(rule.parse().unwrap(), &Pattern::default(), means).unwrap()
        };
        let (mut device, mut packed) = (world(Some(gpu.clone())), world(None));
        assert_eq!(
            (device.engine_name(), packed.engine_name()),
            ("gpu", "packed")
        );
        let area = || Area::new(-70, -60, 120, 110);
        let edits = [
            Edit::Chance {
                area: area(),
                density: 0.4,
                highest: 1,
                symmetry: Symmetry::C2,
                seed: 5,
            },
            Edit::Turn {
                area: Area::new(-30, -20, 41, 30),
                by: Turn::Anticlockwise,
            },
            Edit::Put {
                rle: "x = 3, y = 3\nbo$2bo$3o!".to_owned(),
                at: [
                    num_bigint::BigInt::from(99).into(),
                    num_bigint::BigInt::from(0).into(),
                ],
                mode: Mode::Xor,
            },
            Edit::Advance {
                area: area(),
                generations: 11,
                outside: false,
            },
            Edit::Advance {
                area: Area::new(-10, -10, 20, 20),
                generations: 3,
                outside: true,
            },
            Edit::Invert {
                area: Area::new(0, 0, 33, 65),
            },
            Edit::Erase {
                area: Area::new(-40, -40, 90, 33),
                outside: true,
            },
        ];
        for edit in edits {
            for world in [&mut device, &mut packed] {
                edit.apply(world).unwrap();
                world.advance(&3u32.into(), &mut || false).unwrap();
            }
            assert!(
                *device.grid().unwrap() == *packed.grid().unwrap(),
                "{rule} {edit:?}"
            );
        }
        assert!(packed.population().unwrap() > 0u32.into());
    }
}
