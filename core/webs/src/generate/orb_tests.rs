//! What an orb web is, as facts.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use proptest::prelude::*;

use super::orb::{OrbSettings, orb, plan};
use crate::generate::form::imbalance;
use crate::incidence::components;
use crate::web::{SilkKind, Web, norm, sub};

fn count(web: &Web, kind: SilkKind) -> usize {
    web.threads.iter().filter(|t| t.kind == kind).count()
}

#[test]
fn the_default_web_has_all_its_parts() {
    let settings = OrbSettings::default();
    let web = orb(&settings, 0).unwrap();
    web.check().unwrap();
    assert_eq!(count(&web, SilkKind::Anchor), settings.anchors);
    assert_eq!(
        count(&web, SilkKind::Frame),
        settings.anchors + settings.radials
    );
    assert_eq!(
        count(&web, SilkKind::Hub),
        settings.hub_rings * settings.radials
    );
    assert!(count(&web, SilkKind::CaptureSpiral) > 300);
    assert_eq!(
        web.nodes.iter().filter(|n| n.pinned).count(),
        settings.anchors
    );
}

#[test]
fn the_spiral_is_arithmetic_about_the_hub() {
    let settings = OrbSettings {
        turns: 8,
        ..OrbSettings::default()
    };
    let web = plan(&settings, 0).unwrap();
    let hub = web.nodes[0].position;
    // One turn later the same radial is crossed one spacing further out.
    let radius = |n: u32| norm(sub(web.nodes[n as usize].position, hub));
    let spiral: Vec<_> = web
        .threads
        .iter()
        .filter(|t| t.kind == SilkKind::CaptureSpiral)
        .collect();
    for k in 0..settings.radials {
        let (a, b) = (spiral[k].ends[0], spiral[k + settings.radials].ends[0]);
        assert!((radius(b) - radius(a) - settings.spacing).abs() < 1e-12);
    }
}

#[test]
fn the_hub_lies_above_the_centre_by_the_asymmetry() {
    let settings = OrbSettings {
        asymmetry: 0.2,
        ..OrbSettings::default()
    };
    let web = plan(&settings, 3).unwrap();
    assert!((web.nodes[0].position[2] - 0.2 * settings.frame_radius).abs() < 1e-15);
}

#[test]
fn a_built_web_is_in_balance_with_every_thread_taut() {
    let web = orb(&OrbSettings::default(), 0).unwrap();
    assert!(imbalance(&web) < 1e-14, "{} N", imbalance(&web));
    assert!(
        web.threads
            .iter()
            .all(|t| web.distance(t.ends) > t.rest_length)
    );
}

#[test]
fn settings_out_of_range_are_named_with_their_unit() {
    let error = orb(
        &OrbSettings {
            frame_radius: -1.0,
            ..OrbSettings::default()
        },
        0,
    );
    let sentence = error.unwrap_err().to_string();
    assert!(sentence.contains("frame_radius = -1 m"), "{sentence}");
    assert!(
        orb(
            &OrbSettings {
                turns: 100_000,
                ..OrbSettings::default()
            },
            0
        )
        .is_err()
    );
    assert!(
        orb(
            &OrbSettings {
                spacing: f64::NAN,
                ..OrbSettings::default()
            },
            0
        )
        .is_err()
    );
    assert!(
        orb(
            &OrbSettings {
                hub_radius: 0.4,
                ..OrbSettings::default()
            },
            0
        )
        .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_web_in_range_is_one_piece_with_sound_threads(
        anchors in 3_usize..12, radials in 3_usize..60, turns in 0_usize..40,
        stray in 0.0..0.8_f64, asymmetry in -0.15..0.15_f64, seed in 0_u64..1000,
    ) {
        let settings = OrbSettings {
            anchors, radials, turns, asymmetry,
            radial_irregularity: stray, frame_irregularity: stray / 2.0,
            ..OrbSettings::default()
        };
        if let Ok(web) = orb(&settings, seed) {
            prop_assert!(web.check().is_ok());
            let ends: Vec<_> = web.threads.iter().map(|t| t.ends).collect();
            let parts = components(web.nodes.len(), &ends, |_| true);
            prop_assert!(parts.iter().all(|&c| c == 0));
            let mut pairs: Vec<_> =
                ends.iter().map(|&[a, b]| (a.min(b), a.max(b))).collect();
            pairs.sort_unstable();
            pairs.dedup();
            prop_assert_eq!(pairs.len(), ends.len(), "no thread twice");
        }
    }
}
