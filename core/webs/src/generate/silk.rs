//! What each kind of silk is like in a generated web: radius, material and tension when built.
//!
//! Values are of the order measured on garden spiders (*Araneus diadematus*), not a fit to one
//! animal. Tensions keep the ratio 1 : 7 : 10 of radial, frame and mooring threads that Wirth and
//! Barth measured (J. Comp. Physiol. A 171, 1992). Moduli: dragline 10 GPa, capture silk some
//! MPa (Gosline et al., J. Exp. Biol. 202, 1999). The capture spiral's density counts its glue.

use crate::web::{DRAGLINE, Material, SilkKind};

/// One kind of silk as a spider builds with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silk {
    /// m.
    pub radius: f64,
    pub material: Material,
    /// Tension when built, N.
    pub prestress: f64,
}

/// One [`Silk`] for each [`SilkKind`], in the order of [`SilkKind::ALL`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SilkTable(pub [Silk; 6]);

impl SilkTable {
    pub fn get(&self, kind: SilkKind) -> &Silk {
        &self.0[kind.number()]
    }
    pub fn get_mut(&mut self, kind: SilkKind) -> &mut Silk {
        &mut self.0[kind.number()]
    }

    /// All tensions times `factor`.
    pub fn with_prestress(mut self, factor: f64) -> Self {
        for silk in &mut self.0 {
            silk.prestress *= factor;
        }
        self
    }

    /// All radii times `factor`.
    pub fn with_radius(mut self, factor: f64) -> Self {
        for silk in &mut self.0 {
            silk.radius *= factor;
        }
        self
    }
}

impl Default for SilkTable {
    fn default() -> Self {
        let dragline = |radius, prestress| Silk {
            radius,
            material: DRAGLINE,
            prestress,
        };
        Self([
            dragline(1.9e-6, 0.7e-3),
            dragline(2.4e-6, 1.0e-3),
            dragline(1.3e-6, 0.1e-3),
            Silk {
                radius: 1.3e-6,
                material: Material {
                    modulus: 10.0e6,
                    density: 6000.0,
                },
                prestress: 6.0e-6,
            },
            Silk {
                radius: 1.5e-6,
                material: Material {
                    modulus: 1.0e9,
                    density: 1300.0,
                },
                prestress: 0.02e-3,
            },
            dragline(1.0e-6, 0.0),
        ])
    }
}
