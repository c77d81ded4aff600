//! Webs with few parameters: spokes and rings, whose spectrum is known, and the hanging chain.

use std::f64::consts::TAU;

use crate::error::{Result, WebError};
use crate::generate::silk::SilkTable;
use crate::web::{Material, Node, SilkKind, Thread, Web};

/// The ideal orb: `spokes` straight radials and `rings` closed rings around one centre, without
/// a frame; 1 + spokes · rings nodes and 2 · spokes · rings threads. Its outermost ring, of the
/// given radius (m), is pinned.
pub fn spokes_and_rings(spokes: usize, rings: usize, radius: f64) -> Result<Web> {
    for (name, value, low) in [("spokes", spokes, 3), ("rings", rings, 1)] {
        if value < low || value > 2000 {
            let problem = format!("choose a value from {low} to 2000");
            return Err(WebError::Setting {
                name,
                value: value as f64,
                unit: "",
                problem,
            });
        }
    }
    if !(radius.is_finite() && radius > 0.0) {
        let problem = "choose a positive length".to_owned();
        return Err(WebError::Setting {
            name: "radius",
            value: radius,
            unit: "m",
            problem,
        });
    }
    let silk = SilkTable::default();
    let mut web = Web::empty("Spokes and rings");
    web.add_node(Node::free([0.0; 3]));
    let number = |spoke: usize, ring: usize| (1 + (spoke % spokes) * rings + ring) as u32;
    for spoke in 0..spokes {
        let angle = TAU * spoke as f64 / spokes as f64;
        for ring in 0..rings {
            let r = radius * (ring + 1) as f64 / rings as f64;
            let position = [r * angle.cos(), 0.0, r * angle.sin()];
            web.add_node(Node {
                position,
                pinned: ring + 1 == rings,
                mass: 0.0,
            });
        }
    }
    for spoke in 0..spokes {
        for ring in 0..rings {
            let node = number(spoke, ring);
            let inner = if ring == 0 {
                0
            } else {
                number(spoke, ring - 1)
            };
            let s = silk.get(SilkKind::Radial);
            web.span(
                [inner, node],
                SilkKind::Radial,
                s.radius,
                s.material,
                s.prestress,
            );
        }
    }
    for ring in 0..rings {
        for spoke in 0..spokes {
            let s = silk.get(SilkKind::CaptureSpiral);
            let ends = [number(spoke, ring), number(spoke + 1, ring)];
            web.span(
                ends,
                SilkKind::CaptureSpiral,
                s.radius,
                s.material,
                s.prestress,
            );
        }
    }
    Ok(web)
}

/// A chain of `links` equal threads between two pinned points at one height, `span` (m) apart,
/// its whole rest length being `length` (m). It is drawn as a parabola of that length, so that
/// its way to rest is short.
pub fn hanging_chain(
    links: usize,
    span: f64,
    length: f64,
    radius: f64,
    material: Material,
) -> Result<Web> {
    if !(2..=100_000).contains(&links) {
        let problem = "choose a value from 2 to 100000".to_owned();
        return Err(WebError::Setting {
            name: "links",
            value: links as f64,
            unit: "",
            problem,
        });
    }
    if !(span.is_finite() && span > 0.0 && length.is_finite() && length >= span) {
        let problem = format!("a chain across {span} m has to be at least as long as that");
        return Err(WebError::Setting {
            name: "length",
            value: length,
            unit: "m",
            problem,
        });
    }
    // Length of a parabola with sag s: with q = 4 s / span, span/2 (√(1 + q²) + asinh(q) / q).
    let reach = |sag: f64| {
        let q = (4.0 * sag / span).max(1e-9);
        0.5 * span * ((1.0 + q * q).sqrt() + q.asinh() / q)
    };
    let (mut sag, mut step) = (0.0, length);
    while step > 1e-12 * length {
        if reach(sag + step) <= length {
            sag += step;
        }
        step *= 0.5;
    }
    let mut web = Web::empty("Hanging chain");
    for i in 0..=links {
        let u = i as f64 / links as f64;
        let position = [span * (u - 0.5), 0.0, -4.0 * sag * u * (1.0 - u)];
        web.add_node(Node {
            position,
            pinned: i == 0 || i == links,
            mass: 0.0,
        });
    }
    for i in 0..links {
        web.threads.push(Thread {
            ends: [i as u32, i as u32 + 1],
            rest_length: length / links as f64,
            radius,
            kind: SilkKind::Tangle,
            material,
        });
    }
    Ok(web)
}
